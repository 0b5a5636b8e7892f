"""A program that touches memory that is not its own says so, after what it printed; and memory that
long sequences need does not grow with them."""
import os
import signal
import subprocess
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


@pytest.mark.parametrize('option', ['-O0', '-O2'])
def test_heads_are_not_kept(option, tmp_path):
    """Each walk passes three million elements and has room for a few of them."""
    walks = long_walks()
    clauses = ' '.join('%d %s' % pair for pair in enumerate(walks))
    source = tmp_path / 'walks.slisp'
    source.write_text('(def n 3000000)\n(defn -main [k] (prn (case (parse-long k) %s)))\n' % clauses)
    exe = compiled(source, tmp_path / 'walks', option)
    for k, walk in enumerate(walks):
        program = subprocess.Popen([exe, str(k)], stdout=subprocess.PIPE)
        out = program.stdout.read()
        _, status, used = os.wait4(program.pid, 0)
        assert status == 0 and out, walk
        assert used.ru_maxrss < 100 * 1024, '%s took %d kB' % (walk, used.ru_maxrss)
