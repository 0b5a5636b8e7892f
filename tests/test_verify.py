"""What the verifier accepts and rejects: tests/verify/NAME.ir is a form of Lframed. With NAME.err it
must be rejected with that report, without it must be accepted. Each says why it is there.

When a new report is right, write it: slispc --from=verify --to=verify NAME.ir 2>&1 | grep -v ^note: > NAME.err"""
import re

import pytest

from harness import FINE, REPOSITORY, SLISPC_IS_WRONG, TESTS, label, slispc

FOLDER = TESTS / 'verify'
CASES = sorted(FOLDER.glob('*.ir'))
RULES = re.findall(r'^RULE\((V\d\d)', (REPOSITORY / 'passes/verify/rules.def').read_text(), re.M)
# It needs the form that went into alloc, which a lone form does not have; V18 is emit's.
NOT_OF_ONE_FORM = {'V01'}


def report(text):
    return "".join(line + "\n" for line in text.splitlines() if not line.startswith('note:'))


@pytest.mark.parametrize('case', CASES, ids=label)
def test_verify(case):
    assert '; why: ' in case.read_text(), 'a line `; why: ...` is missing'
    result = slispc('--from=verify', '--to=verify', case.name, cwd=case.parent)
    wanted = case.with_suffix('.err')
    if not wanted.exists():
        assert result.code == FINE, result.error_text
        return
    assert result.code == SLISPC_IS_WRONG, result.error_text
    assert report(result.error_text) == report(wanted.read_text())


def test_every_rule_is_shown():
    shown = {code for case in FOLDER.glob('*.err') for code in re.findall(r'error\[(V\d\d)\]', case.read_text())}
    assert set(RULES) - NOT_OF_ONE_FORM <= shown
