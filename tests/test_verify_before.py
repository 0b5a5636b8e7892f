"""What is checked of the form that goes into liveness (V21 to V23): tests/verify/before/NAME.ir is a form of
Lx86. With NAME.err it must be rejected with that report, without it must be accepted.

When a new report is right, write it: slispc check NAME.ir 2>&1 | grep -v '^  again:' > NAME.err"""
import re

import pytest

from harness import FINE, SLISPC_IS_WRONG, TESTS, label, slispc

FOLDER = TESTS / 'verify' / 'before'
CASES = sorted(FOLDER.glob('*.ir'))
REJECTED = [case for case in CASES if case.with_suffix('.err').exists()]
RULES = ('V21', 'V22', 'V23')


def report(text):
    return ''.join(line + '\n' for line in text.splitlines() if not line.startswith('  again:'))


def check(case, *options):
    return slispc('check', *options, case.name, cwd=case.parent)


@pytest.mark.parametrize('case', CASES, ids=label)
def test_form(case):
    assert '; why: ' in case.read_text(), 'a line `; why: ...` is missing'
    result = check(case)
    wanted = case.with_suffix('.err')
    assert result.code == (SLISPC_IS_WRONG if wanted.exists() else FINE), result.error_text
    if wanted.exists():
        assert report(result.error_text) == wanted.read_text()


@pytest.mark.parametrize('rule', RULES)
def test_every_rule_is_shown_and_needed(rule):
    mine = [case for case in REJECTED if 'error[%s]' % rule in case.with_suffix('.err').read_text()]
    assert mine and all('error[%s]' % rule not in check(case, '--verify-without=' + rule).error_text for case in mine)


@pytest.mark.parametrize('case', REJECTED, ids=label)
def test_all_ends_well(case):
    result = check(case, '--all')
    assert result.code == SLISPC_IS_WRONG and re.search(r'^error\[V2[123]\]', result.error_text, re.M)


def test_a_wrong_kind_gets_through_without_the_rule():
    """Nothing after it would see it."""
    case = FOLDER / 'kinds-made.ir'
    assert check(case, '--verify-without=V21').code == FINE
