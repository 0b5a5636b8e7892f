"""A program that touches memory that is not its own says so, after what it printed; and memory that
long sequences need does not grow with them."""
import os
import signal
import subprocess
import sys
import time

import pytest

from harness import TESTS, compiled

# What README promises.
TOUCHED_FOREIGN_MEMORY = 5


@pytest.mark.parametrize('fault', [signal.SIGSEGV, signal.SIGBUS])
def test_fault_is_told(fault, tmp_path):
    source = tmp_path / 'spin.slisp'
    source.write_text('(println "printed before")\n(loop [i 0] (recur (bit-and (inc i) 1023)))\n')
    program = subprocess.Popen([compiled(source, tmp_path / 'spin')], stdout=subprocess.PIPE,
                               stderr=subprocess.PIPE, text=True)
    time.sleep(1)
    program.send_signal(fault)
    out, err = program.communicate(timeout=10)
    assert out == 'printed before\n'
    assert 'memory that is not its own' in err and 'a bug in slispc' in err
    assert program.returncode == TOUCHED_FOREIGN_MEMORY


def long_walks():
    lines = (TESTS / 'long_walks.slisp').read_text().splitlines()
    return [line for line in lines if line and not line.startswith(';')]


LAUNCHER = '''
import os, subprocess, sys
program = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(program.pid, 0)
print(status, used.ru_maxrss)
'''


def run_measured(command):
    """Its status, and the most memory that it had in kB. A process starts with the peak of the one that it was
    forked from, and that is this one, which is large: so a small one is between."""
    result = subprocess.run([sys.executable, '-S', '-c', LAUNCHER, *map(str, command)], stdout=subprocess.PIPE, check=True)
    return map(int, result.stdout.split())


@pytest.mark.parametrize('option', ['-O0', '-O2'])
def test_heads_are_not_kept(option, tmp_path):
    """Each walk passes three million elements and has room for a few of them."""
    walks = long_walks()
    clauses = ' '.join('%d %s' % pair for pair in enumerate(walks))
    source = tmp_path / 'walks.slisp'
    source.write_text('(def n 3000000)\n(defn -main [k] (prn (case (parse-long k) %s)))\n' % clauses)
    exe = compiled(source, tmp_path / 'walks', option)
    for k, walk in enumerate(walks):
        status, peak = run_measured([exe, str(k)])
        assert status == 0, walk
        assert peak < 100 * 1024, '%s took %d kB' % (walk, peak)
