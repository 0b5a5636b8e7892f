"""The compiler is made wrong on purpose (--inject=PASS:FAULT); its own checks must notice."""
import re

import pytest

from harness import FINE, REPOSITORY, SLISPC_IS_WRONG, TESTS, all_programs, slispc

MINIMAL = TESTS / 'seed' / 'minimal.slisp'
ROWS = re.findall(r'^FAULT\((\w+),\s*\w+,\s*"([^"]+)",\s*"([^"]+)"',
                  (REPOSITORY / 'passes' / 'faults.def').read_text(), re.M)


def inject(fault, program):
    return slispc('--inject=' + fault, program.name, '-o', '/dev/null', cwd=program.parent)


def test_the_old_fault_is_named():
    """A slot is handed on while its value is still needed: the error says which slot and value, who
    overwrote it and who needs it."""
    result = inject('alloc:early-release', MINIMAL)
    message = result.error_text
    assert result.code == SLISPC_IS_WRONG, message
    assert 'V05' in message
    assert re.search(r'\bs\d+\b', message), 'no slot is named'
    assert re.search(r'%[\w?!-]*\.\d+', message), 'no value is named'
    assert len(set(re.findall(r'minimal\.slisp:(\d+)', message))) >= 2, message


def test_faults_are_listed():
    listed = slispc('faults').output_text
    assert [f for p, f, _ in ROWS if '%s:%s' % (p, f) not in listed] == []


def is_caught(fault, rules, program):
    result = inject(fault, program)
    assert result.code in (FINE, SLISPC_IS_WRONG), '%s: %s' % (program, result.error_text)
    if result.code == FINE:
        return False
    assert any(rule in result.error_text for rule in rules.split()), result.error_text
    return True


@pytest.mark.parametrize('row', ROWS, ids=lambda row: row[1])
def test_fault_is_caught(row):
    """On some program the fault takes effect, and the verifier reports it by the rule of its row."""
    where, fault, rules = row
    assert any(is_caught('%s:%s' % (where, fault), rules, p) for p in all_programs()), 'no program shows the fault'
