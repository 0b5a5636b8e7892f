"""What single passes do: tests/passes/PASS/NAME.slisp or NAME.in (a dump of the language that PASS
reads) gives NAME.out. Each case says in a line `; why: ...` what it is there for.

A difference is shown; when the new output is right, write it with the command in the message."""
import difflib
import re

import pytest

from harness import FINE, PASS_NAMED, SLISPC, TESTS, command_text, execute, label

FOLDER = TESTS / 'passes'
CASES = sorted(p for p in FOLDER.glob('*/*') if p.suffix in ('.slisp', '.in'))


def dump_command(case):
    """The command that prints the form after the pass that the folder is named after. A program's
    library definitions are folded; a fragment is printed in full."""
    name = case.parent.name
    style = ['--style=view'] if case.suffix == '.slisp' else []
    start = ['--from=' + name] if case.suffix == '.in' else []
    return [SLISPC, '--dump-after=' + name, *start, '--to=' + name, *style, case.name]


def without_library(dump):
    """Of the library a program's dump shows names and a hash; they may change, the test's subject not."""
    closing = ')' if dump.endswith('...))\n') else ''
    return re.sub(r'\n \(from [^\n]* \.\.\.\)+', '', re.sub(r'\(library core "\w*"\)', '(library core)', dump)).rstrip('\n') + closing + '\n'


def test_every_folder_is_a_pass():
    assert {p.name for p in FOLDER.iterdir()} <= set(PASS_NAMED)


@pytest.mark.parametrize('case', CASES, ids=label)
def test_pass(case):
    assert '; why: ' in case.read_text(), 'a line `; why: ...` is missing'
    command = dump_command(case)
    result = execute(command, cwd=case.parent)
    assert result.code == FINE, result.error_text
    program = case.suffix == '.slisp'
    wanted = case.with_suffix('.out').read_text()
    got = without_library(result.output_text) if program else result.output_text
    changes = difflib.unified_diff(wanted.splitlines(), got.splitlines(), 'expected', 'got', lineterm='')
    assert got == wanted, '\n'.join(changes) + '\naccept: (cd %s && %s > %s)' % (
        case.parent, command_text(command), case.with_suffix('.out').name)
