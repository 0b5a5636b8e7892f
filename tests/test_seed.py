"""The programs that an earlier compiler failed on. They run with the others in test_conformance.py;
here: the files are what make_seed.py writes, and a compiler with the old fault is caught."""
import pytest

import make_seed
from harness import FINE, SLISPC, execute, label


def test_files_are_fresh():
    wanted = make_seed.files()
    assert {p.name: p.read_text() for p in make_seed.SEED.iterdir() if p.suffix != '.stress'} == wanted


@pytest.mark.parametrize('level', ['-O0', '-O1', '-O2'])
@pytest.mark.parametrize('program', sorted(make_seed.SEED.glob('*.slisp')), ids=label)
def test_every_level(program, level):
    result = execute([SLISPC, 'run', level, program])
    assert (result.code, result.out) == (FINE, program.with_suffix('.out').read_bytes())
