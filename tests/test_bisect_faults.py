"""bisect names the pass that is made wrong, for every fault from blocks on that changes what one of these programs does."""
import os
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import PASSES, REPOSITORY, TESTS, execute, SLISPC
from snapshots import faults_of

PROGRAMS = [TESTS / 'seed/minimal.slisp', REPOSITORY / 'dumps/guard/guard.slisp', TESTS / 'conformance/closures/counters.slisp',
            TESTS / 'conformance/algorithms/n-queens.slisp', TESTS / 'conformance/floats/algorithms.slisp']
SEEDS = range(3)
NAMES = [p.name for p in PASSES]
BACK = NAMES[NAMES.index('blocks'):]
# Never seen by any of the programs: what notices them is said where they are listed.
LIMIT = '--limit=2'
TIMED_OUT = 124  # as timeout says it


def run(arguments, folder, gc):
    return execute([SLISPC, *arguments], timeout=120, cwd=folder, environment={'SLISP_GC': gc, 'SLISPC_CRASH_DIR': str(folder)})


def behaves(result):
    place = re.search(r'^ --> (\S+)', result.error_text, re.M)
    return result.code, result.out, place and place.group(1)


def blamed(fault, seed, program, gc, folder):
    """The pass that bisect names; None when the program does the same as without the fault."""
    injected = ['--no-verify', '--inject=%s:%d' % (fault, seed), program]
    made = run([*injected, '-o', folder / 'p'], folder, gc)
    if made.code == 0:
        right = run(['run', program], folder, gc)
        result = execute(['timeout', '2', folder / 'p'], timeout=20, environment={'SLISP_GC': gc})
        if behaves(result) == behaves(right):
            return None
    found = run(['bisect', LIMIT, *injected], folder, gc)
    name = re.search(r'^first bad pass: (\w+)$', found.output_text, re.M)
    if name:
        return name.group(1)
    if made.code == 0 and result.code == TIMED_OUT and found.code == 0:
        return None  # it was only slow
    return 'none: ' + found.output_text[-300:] + found.error_text[-300:]


def verdict(fault, folder):
    """Bisect's answer at the first program and place where the fault shows."""
    folder.mkdir()
    for gc in ('stats', 'stress=5'):
        for program in PROGRAMS:
            for seed in SEEDS:
                name = blamed(fault, seed, program, gc, folder)
                if name:
                    return name
    return None


@pytest.mark.parametrize('name', BACK)
def test_bisect_names_the_pass(name, tmp_path):
    faults = ['%s:%s' % (name, fault) for fault in faults_of(name)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        verdicts = dict(zip(faults, pool.map(lambda f: verdict(f, tmp_path / f.replace(':', '-')), faults)))
    assert {fault: v for fault, v in verdicts.items() if v not in (None, name)} == {}
    assert any(verdicts.values()) or not faults
