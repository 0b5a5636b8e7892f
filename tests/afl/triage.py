"""What afl-fuzz found, by kind: triage.py FOLDER tries every input of FOLDER/queue/*/crashes and hangs again.

What still fails is left in FOLDER/found, the smallest input of each kind, and makes the exit code 1.
"""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

SECONDS = 10
OPTIONS = {'UBSAN_OPTIONS': 'print_stacktrace=1:abort_on_error=1'}
FRAME = re.compile(r'#\d+ \S+ in (\w+) \S*?((?:passes|driver|runtime)/\S+?):\d+')


def kind_of(harness, path):
    """How the input fails, in a line; None: it does not."""
    try:
        run = subprocess.run([harness, path], env={**os.environ, **OPTIONS}, timeout=SECONDS, stdout=subprocess.DEVNULL,
                             stderr=subprocess.PIPE)
    except subprocess.TimeoutExpired:
        return 'no end'
    if run.returncode >= 0:
        return None
    text = run.stderr.decode('utf-8', 'replace')
    said = re.findall(r'runtime error: (.*)|AddressSanitizer:? (\S+)|^harness: (.*)|^internal error(.*)', text, re.M)
    what = ' / '.join(re.sub(r'%\S+|\$\S+|0x\w+|\d+', '_', ''.join(s)) for s in said[:2])
    frames = ['%s %s' % f for f in FRAME.findall(text) if 'harness.c' not in f[1]]
    return '%s; %s' % (what[:100], ' < '.join(frames[:2]))


def main():
    folder = Path(sys.argv[1])
    inputs = sorted(folder.glob('queue/*/crashes*/id*')) + sorted(folder.glob('queue/*/hangs*/id*'))
    kinds = {}
    for path in inputs:
        kind = kind_of(folder / 'harness', path)
        if kind:
            kinds.setdefault(kind, []).append(path)
    shutil.rmtree(folder / 'found', ignore_errors=True)
    (folder / 'found').mkdir()
    for number, (kind, paths) in enumerate(sorted(kinds.items()), 1):
        smallest = min(paths, key=lambda p: p.stat().st_size)
        shutil.copy(smallest, folder / 'found' / str(number))
        print('%3d  %4d inputs, the smallest in %s/found/%d\n     %s' % (number, len(paths), folder, number, kind))
    print('%d of %d inputs fail, in %d kinds' % (sum(map(len, kinds.values())), len(inputs), len(kinds)))
    return bool(kinds)


if __name__ == '__main__':
    sys.exit(main())
