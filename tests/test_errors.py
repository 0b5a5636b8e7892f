"""Diagnostics: tests/errors/NAME.slisp is rejected with exit code 1 and exactly the text of
NAME.err on stderr."""
import re

import pytest

from harness import PROGRAM_IS_WRONG, REPOSITORY, TESTS, label, programs, slispc


@pytest.mark.parametrize('program', programs('errors'), ids=label)
def test_error(program, tmp_path):
    result = slispc(program.name, '-o', tmp_path / 'program', cwd=program.parent)
    assert result.error_text == program.with_suffix('.err').read_text()
    assert result.code == PROGRAM_IS_WRONG
    assert not result.out and not (tmp_path / 'program').exists()


def test_every_expectation_has_a_program():
    errors = TESTS / 'errors'
    assert {p.stem for p in errors.glob('*.err')} == {p.stem for p in errors.glob('*.slisp')}


# Of programs that only a generator writes: tests/test_limits.py.
OF_LARGE_PROGRAMS = {'SL0215', 'SL0216'}


def test_every_code_of_a_wrong_program_is_shown():
    """SL01 to SL04: what can be wrong with a program. Warnings are shown beside an error."""
    rows = set(re.findall(r'^MESSAGE\("(SL0[1-9]\d\d)"', (REPOSITORY / 'passes/messages.def').read_text(), re.M))
    shown = {code for p in (TESTS / 'errors').glob('*.err') for code in re.findall(r'\[(SL\d+)\]', p.read_text())}
    assert rows - OF_LARGE_PROGRAMS == shown - {code for code in shown if code.startswith('SL00')}
