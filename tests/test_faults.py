"""The compiler is made wrong on purpose (--inject=PASS:FAULT); its own checks must notice."""
import re
import tempfile

import pytest

from harness import FINE, REPOSITORY, SLISPC_IS_WRONG, TESTS, all_programs, slispc

MINIMAL = TESTS / 'seed' / 'minimal.slisp'
BUSY = TESTS / 'bench' / 'word-freq' / 'word-freq.slisp'
ROWS = re.findall(r'^(?:FAULT|CHANGE)\((\w+),\s*\w+,\s*"([^"]+)",\s*"([^"]+)"',
                  (REPOSITORY / 'passes' / 'faults.def').read_text(), re.M)
VERIFIED = [row for row in ROWS if row[2].startswith('V')]  # others show in what programs do
AT_LEAST = 55  # faults of the catalogue


def inject(fault, program):
    """What goes wrong leaves its input in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        result = slispc('--inject=' + fault, program.name, '-o', '/dev/null', cwd=program.parent,
                        environment={'SLISPC_CRASH_DIR': folder})
        result.err = result.err.replace(folder.encode(), b'')
        return result


def name_of(row):
    return '%s:%s' % (row[0], row[1])


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
    assert [row for row in ROWS if name_of(row) not in listed] == []
    assert len(listed.splitlines()) == len(ROWS) >= AT_LEAST


def is_caught(fault, rules, program):
    """By one of the rules; by another one, or none, is not enough, but no mistake either."""
    result = inject(fault, program)
    assert result.code in (FINE, SLISPC_IS_WRONG), '%s: %s' % (program, result.error_text)
    if result.code == FINE:
        return False
    assert re.search(r'\bV\d\d\b', result.error_text), result.error_text
    return any(rule in result.error_text for rule in rules.split())


@pytest.mark.parametrize('row', VERIFIED, ids=name_of)
def test_fault_is_caught(row):
    """On some program the fault takes effect, and is reported by a rule of its row."""
    assert any(is_caught(name_of(row), row[2], p) for p in all_programs()), 'no program shows the fault'


@pytest.mark.parametrize('row', VERIFIED, ids=name_of)
def test_seed_picks_the_place(row):
    """Wherever the fault is made, it is unchanged or harmless, or a rule is named; always the same."""
    for seed in range(3):
        first, again = (inject('%s:%d' % (name_of(row), seed), BUSY) for _ in range(2))
        assert first.code in (FINE, SLISPC_IS_WRONG), first.error_text
        assert first.code == FINE or re.search(r'\bV\d\d\b', first.error_text), first.error_text
        assert (first.code, first.err) == (again.code, again.err)
