#!/usr/bin/env python3
"""What the verifier costs: its share of compiling the conformance and bench programs.

  verify_cost.py [--slispc CMD] [--runs 5] [--instructions | --each]

Each program is compiled --runs times in each mode; of each figure the least is taken. "of the passes" is the share of
what --time-passes adds up, "of the process" that of the whole run of slispc, reading, linking and writing too.
With --instructions valgrind counts instructions of the bench programs instead, which no other load disturbs.
With --each it counts them for two programs of small functions (throughput.py's), part by part, and says how many there
are for each machine instruction that is verified; decoding is part of it.
Only Python's standard library.
"""
import argparse, os, re, subprocess, sys, tempfile, time
from pathlib import Path

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import throughput

TESTS = Path(__file__).resolve().parent.parent
MODES = ("claims", "infer")
# The verifier, what it checks before liveness, code against form, the linked program against both.
COUNTED = ("pass_verify", "is_fit_for_liveness", "is_code_right", "check_executable")


def timed(command):
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return (time.perf_counter() - start) * 1e3, done.stderr


def compiles(slispc, program, out):
    return subprocess.run([slispc, str(program), "-o", out], capture_output=True).returncode == 0


def row_of(text, name):
    return float(re.search(r"^%s +([0-9.]+) ms" % name, text, re.M).group(1))


def measure(slispc, program, mode, runs, out):
    """Least milliseconds of verify, of all passes, of the process."""
    best = [float("inf")] * 3
    for _ in range(runs):
        whole, text = timed([slispc, "--time-passes", "--verify=" + mode, str(program), "-o", out])
        best = [min(a, b) for a, b in zip(best, (row_of(text, "verify"), row_of(text, "all passes"), whole))]
    return best


def print_times(a, programs, out):
    print("| programs | mode | verify | all passes | of the passes | of the process |\n|--|--|--|--|--|--|")
    for group, chosen in programs:
        chosen = [p for p in chosen if compiles(a.slispc, p, out)]
        for mode in MODES:
            rows = [measure(a.slispc, p, mode, a.runs, out) for p in chosen]
            verify, passes, process = (sum(column) for column in zip(*rows))
            print("| %d of %s | %s | %.0f ms | %.0f ms | %.1f %% | %.1f %% |" % (
                len(chosen), group, mode, verify, passes, 100 * verify / passes, 100 * verify / process), flush=True)


def counted(slispc, program, mode, out, profile):
    """By part of the verifier, and of the whole process."""
    subprocess.run(["valgrind", "--tool=callgrind", "--callgrind-out-file=" + profile, slispc, "--verify=" + mode,
                    str(program), "-o", out], capture_output=True, check=True)
    text = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", "--auto=no", profile],
                          capture_output=True, text=True, check=True).stdout
    total = int(re.search(r"([0-9,]+) .*PROGRAM TOTALS", text).group(1).replace(",", ""))
    return [max((int(n.replace(",", "")) for n in re.findall(r"^ *([0-9,]+) .*:%s(?: |$)" % f, text, re.M)), default=0)
            for f in COUNTED], total


def instructions(slispc, program, mode, out, profile):
    parts, total = counted(slispc, program, mode, out, profile)
    return sum(parts), total


def machine_instructions(slispc, program):
    """How many the code of all functions has, the library's too."""
    dump = subprocess.run([slispc, "--to=emit", "--dump-after=emit", str(program)], capture_output=True, text=True, check=True)
    return len(re.findall(r"^ *\(at [0-9]", dump.stdout, re.M))


def print_each(a, folder, out, profile):
    print("| lines | machine instructions | the form (V01 to V23) | its code | the linked program | of the whole process "
          "| for each machine instruction |\n|--|--|--|--|--|--|--|")
    for wanted in (300, 5000):
        program = Path(folder) / ("of-%d.slisp" % wanted)
        text, _ = throughput.program(".slisp", wanted)
        program.write_text(text)
        made = machine_instructions(a.slispc, program)
        (verify, before, code, linked), total = counted(a.slispc, program, MODES[0], out, profile)
        whole = verify + before + code + linked
        print("| %d | %d | %.1f M | %.1f M | %.1f M | %.1f %% | %d |" % (
            text.count("\n"), made, (verify + before) / 1e6, code / 1e6, linked / 1e6, 100 * whole / total, whole // made),
            flush=True)


def print_instructions(a, programs, out, profile):
    print("| programs | mode | verify | whole process | share |\n|--|--|--|--|--|")
    for mode in MODES:
        rows = [instructions(a.slispc, p, mode, out, profile) for p in programs]
        verify, total = (sum(column) for column in zip(*rows))
        print("| %d of bench | %s | %.1f M | %.0f M | %.1f %% |" % (
            len(rows), mode, verify / 1e6, total / 1e6, 100 * verify / total), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slispc", default=os.environ.get("SLISPC", str(TESTS.parent / "out/slispc")))
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--instructions", action="store_true")
    parser.add_argument("--each", action="store_true")
    a = parser.parse_args()
    bench = sorted((TESTS / "bench").glob("*/*.slisp"))
    with tempfile.TemporaryDirectory() as folder:
        out, profile = folder + "/program", folder + "/profile"
        if a.each:
            print_each(a, folder, out, profile)
        elif a.instructions:
            print_instructions(a, bench, out, profile)
        else:
            print_times(a, [("conformance", sorted((TESTS / "conformance").glob("*/*.slisp"))), ("bench", bench)], out)


if __name__ == "__main__":
    main()
