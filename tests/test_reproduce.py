"""When slispc itself fails, the input of the failing pass is saved and one command shows it again."""
import re

import pytest

from harness import PASSES, SLISPC, SLISPC_IS_WRONG, TESTS, execute

NAMES = [p.name for p in PASSES if p.name != 'parse']
PROGRAM = TESTS / 'seed/minimal.slisp'


def check_again(result, here):
    assert result.code == SLISPC_IS_WRONG, result.error_text
    saved = re.search(r'input saved: (\S+)', result.error_text).group(1)
    assert (here / saved).read_text().startswith('(slispc-ir 1 ')
    again = re.search(r'again:  slispc (.*)', result.error_text).group(1)
    return execute([SLISPC, *again.split()])


def run(here, *arguments):
    return execute([SLISPC, *arguments, PROGRAM, '-o', '/dev/null'], environment={'SLISPC_CRASH_DIR': '.'})


def test_verifier(here):
    first = run(here, '--inject=alloc:early-release')
    again = check_again(first, here)
    assert again.code == SLISPC_IS_WRONG
    assert first.error_text.splitlines()[0] == again.error_text.splitlines()[0]


@pytest.mark.parametrize('name', NAMES)
def test_grammar(name, here):
    first = run(here, '--inject=%s:no-form' % name)
    again = check_again(first, here)
    assert again.code == SLISPC_IS_WRONG and 'is not of language' in again.error_text


@pytest.mark.parametrize('name', NAMES)
def test_crash(name, here):
    first = run(here, '--inject=%s:crash' % name)
    assert 'slispc crashed: Segmentation fault' in first.error_text
    again = check_again(first, here)
    assert again.code == SLISPC_IS_WRONG and 'slispc crashed' in again.error_text


def test_a_folder_that_cannot_be_written(here):
    result = execute([SLISPC, '--inject=alloc:early-release', PROGRAM, '-o', '/dev/null'], environment={'SLISPC_CRASH_DIR': '/nowhere'})
    assert result.code == SLISPC_IS_WRONG and 'input saved' not in result.error_text
    assert 'again:  slispc check --inject=alloc:early-release' in result.error_text
