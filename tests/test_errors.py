"""Diagnostics: tests/errors/NAME.slisp is rejected with exit code 1 and exactly the text of
NAME.err on stderr."""
import pytest

from harness import PROGRAM_IS_WRONG, TESTS, label, programs, slispc


@pytest.mark.parametrize('program', programs('errors'), ids=label)
def test_error(program, tmp_path):
    result = slispc(program.name, '-o', tmp_path / 'program', cwd=program.parent)
    assert result.error_text == program.with_suffix('.err').read_text()
    assert result.code == PROGRAM_IS_WRONG
    assert not result.out and not (tmp_path / 'program').exists()


def test_every_expectation_has_a_program():
    errors = TESTS / 'errors'
    assert {p.stem for p in errors.glob('*.err')} == {p.stem for p in errors.glob('*.slisp')}
