"""The verifier's work grows with the size of a function and no faster: instructions that it executes, counted by
valgrind at sizes n and 2n. tests/bench/verify_scaling.py measures times at larger sizes."""
import importlib.util
import re

import pytest

from harness import FINE, SLISPC, TESTS, execute, tool

SIZES = {'line': 2000, 'branch': 300, 'nest': 5000}
MOST = 2.3

spec = importlib.util.spec_from_file_location('verify_scaling', TESTS / 'bench' / 'verify_scaling.py')
scaling = importlib.util.module_from_spec(spec)
spec.loader.exec_module(scaling)


def work(path, mode):
    """Instructions executed in verify, and in what is checked before liveness."""
    inside = ['--toggle-collect=' + function for function in ('pass_verify', 'is_fit_for_liveness')]
    result = execute(['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', *inside,
                      SLISPC, 'check', '--to=verify', '--verify=' + mode, path], timeout=60)
    assert result.code == FINE, result.error_text
    return int(re.search(r'Collected : (\d+)', result.error_text).group(1))


@pytest.mark.skipif(not tool('valgrind'), reason='valgrind is not installed')
@pytest.mark.parametrize('mode', ['claims', 'infer'])
@pytest.mark.parametrize('shape', SIZES)
def test_twice_the_size_is_twice_the_work(shape, mode, tmp_path):
    counts = []
    for size in (SIZES[shape], 2 * SIZES[shape]):
        path = tmp_path / ('%d.ir' % size)
        path.write_text(scaling.SHAPES[shape][0](size))
        counts.append(work(path, mode))
    assert counts[0] > 0 and counts[1] / counts[0] <= MOST, counts
