#!/bin/sh
# run.sh SLISPC FOLDER MINUTES CORES - what `make fuzz` does once harness and mutator are built.
# What was reached is kept in FOLDER/queue: the next run goes on from there.
set -e
slispc=$1 folder=$2 minutes=$3 cores=$4 here=$(dirname "$0")
export AFL_CUSTOM_MUTATOR_LIBRARY="$(realpath "$folder")/mutator.so" AFL_AUTORESUME=1
export AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_SKIP_CPUFREQ=1 AFL_NO_AFFINITY=1 AFL_NO_UI=1 AFL_ALLOW_TMP=1 AFL_FAST_CAL=1
export ASAN_OPTIONS=abort_on_error=1:symbolize=0:detect_leaks=0:malloc_context_size=0
export UBSAN_OPTIONS=abort_on_error=1:symbolize=0

python3 -B "$here/prepare.py" "$slispc" "$folder"
# Of seeds that reach the same, the smallest. What is in the queue already needs them no more.
if [ ! -d "$folder/queue" ]; then
    rm -rf "$folder/start"
    afl-cmin -m none -t 5000 -i "$folder/seeds" -o "$folder/start" -- "$folder/harness" >"$folder/cmin.log" 2>&1
fi
fuzz() {
    afl-fuzz -m none -t 2000 -i "$folder/start" -o "$folder/queue" -x "$folder/dictionary" \
        -V $((minutes * 60)) "$@" -- "$folder/harness" >"$folder/$2.log" 2>&1
}
# None is the main one: that would go through the queue from its start, for hours.
core=1
while [ "$core" -lt "$cores" ]; do
    fuzz -S "core$core" &
    core=$((core + 1))
done
fuzz -S core0 || { tail -20 "$folder/core0.log"; exit 2; }
wait
exec python3 -B "$here/triage.py" "$folder"
