"""What the verifier accepts and rejects: tests/verify/NAME.ir is a form of Lframed. With NAME.err it
must be rejected with that report, without it must be accepted. Each says why it is there; what is
accepted may say which rules it comes near to, and any which rows of passes/verify.c's table it is about.

When a new report is right, write it: slispc --from=verify --to=verify NAME.ir 2>&1 | grep -v ^note: > NAME.err"""
import json
import re

import pytest

from harness import FINE, PROGRAM_IS_WRONG, REPOSITORY, SLISPC_IS_WRONG, TESTS, WORLD_IS_WRONG, label, slispc

FOLDER = TESTS / 'verify'
CASES = sorted(FOLDER.glob('*.ir'))
REJECTED = [case for case in CASES if case.with_suffix('.err').exists()]
RULES = re.findall(r'^RULE\((V\d\d)', (REPOSITORY / 'passes/verify/rules.def').read_text(), re.M)
ROWS = ('move', 'swap', 'constant', 'operand', 'call', 'result', 'edge')
# V01 needs the form that select gave, see test_selected.py; the others are about the form that goes
# into liveness, see test_verify_before.py. They look at this one, too, when verify has found nothing.
NOT_OF_ONE_FORM = {'V01', 'V21', 'V22', 'V23'}


def report(text):
    return "".join(line + "\n" for line in text.splitlines() if not line.startswith('note:'))


def verify(case, *options):
    return slispc('--from=verify', '--to=verify', *options, case.name, cwd=case.parent)


def codes(text):
    return re.findall(r'^error\[(V\d\d)\]', text, re.M)


def tagged(case, tag):
    """The words after `; tag:`."""
    return {word for words in re.findall(r'^; %s: (.*)' % tag, case.read_text(), re.M) for word in words.split()}


@pytest.mark.parametrize('case', CASES, ids=label)
def test_verify(case):
    assert '; why: ' in case.read_text(), 'a line `; why: ...` is missing'
    result = verify(case)
    wanted = case.with_suffix('.err')
    if not wanted.exists():
        assert result.code == FINE, result.error_text
        return
    assert result.code == SLISPC_IS_WRONG, result.error_text
    assert report(result.error_text) == report(wanted.read_text())


@pytest.mark.parametrize('case', CASES, ids=label)
def test_by_inference(case):
    """What convinces with claims must convince without them."""
    wrong_claim = 'V09' in codes(verify(case).error_text)
    if not wrong_claim:
        assert verify(case, '--verify=infer').code == verify(case).code


# ---- every rule ---------------------------------------------------------------------------------


def test_every_rule_is_shown():
    shown = {code for case in REJECTED for code in codes(case.with_suffix('.err').read_text())}
    assert set(RULES) - NOT_OF_ONE_FORM <= shown


def test_every_rule_has_an_accepted_form_near_it():
    near = {rule for case in CASES if case not in REJECTED for rule in tagged(case, 'near')}
    assert near == set(RULES) - NOT_OF_ONE_FORM


@pytest.mark.parametrize('rule', [r for r in RULES if r not in NOT_OF_ONE_FORM])
def test_every_rule_is_needed(rule):
    """There is a form that is rejected, and accepted when this rule is switched off."""
    mine = [case for case in REJECTED if rule in codes(case.with_suffix('.err').read_text())]
    without = {case.name: verify(case, '--verify-without=' + rule, '--verify-without=V21') for case in mine}
    assert any(r.code == FINE for r in without.values()), list(without)


@pytest.mark.parametrize('row', ROWS)
def test_every_row_of_the_table(row):
    table = (REPOSITORY / 'passes/verify.c').read_text()
    assert re.search(r'^ \*   %s\b' % row, table, re.M)
    about = [case for case in CASES if row in tagged(case, 'rows')]
    assert [c for c in about if c in REJECTED] and [c for c in about if c not in REJECTED]


# ---- reports ------------------------------------------------------------------------------------


def test_report_shows_ranges_and_free_slots():
    text = verify(FOLDER / 'four-maps.ir').error_text
    lost, winner = re.search(r'^  %a.0 +(\[=+\])\n  %d.3 +(\[=+\]) +both from #8 to #14$', text, re.M).groups()
    assert len(lost) > len(winner)
    assert 'free slots at #9: s3' in text


def test_all():
    """By default the first cause, with --all what else is wrong, each value once."""
    case = FOLDER / 'three-mistakes.ir'
    assert codes(verify(case).error_text) == ['V05']
    everything = verify(case, '--all')
    assert everything.code == SLISPC_IS_WRONG
    assert codes(everything.error_text) == ['V05', 'V10', 'V06']


def test_more_is_wrong_elsewhere():
    assert '--all shows it' in verify(FOLDER / 'v09-claim.ir').error_text
    assert '--all' not in verify(FOLDER / 'four-maps.ir').error_text


@pytest.mark.parametrize('case', REJECTED, ids=label)
def test_all_ends_well(case):
    result = verify(case, '--all')
    assert result.code == SLISPC_IS_WRONG and codes(result.error_text), result.error_text


def test_json():
    lines = report(verify(FOLDER / 'four-maps.ir', '--diag=json').error_text).splitlines()
    found = json.loads(lines[0])
    assert len(lines) == 1
    assert (found['code'], found['function'], found['value'], found['place']) == ('V05', '$user/-main.w0', '%a.0', 's0')
    assert (found['block'], found['item'], found['line'], found['column']) == ('b0', 9, 1, 34)
    assert found['file'] == 'a.slisp'
    assert found['writer']['item'] == 9 and found['reader']['item'] == 14 and found['origin']['item'] == 2
    assert found['instead'] == '%d.3' and found['free'] == ['s3']


@pytest.mark.parametrize('case', REJECTED, ids=label)
def test_json_of_all(case):
    lines = report(verify(case, '--diag=json', '--all').error_text).splitlines()
    assert lines and all(json.loads(line)['rule'] for line in lines)


def test_who_is_to_blame():
    """A form that was edited is not slispc's; one that alloc made is."""
    assert 'bug in slispc' not in slispc('check', FOLDER / 'four-maps.ir').error_text
    made = slispc('--inject=alloc:early-release', TESTS / 'seed/minimal.slisp')
    assert made.code == SLISPC_IS_WRONG and 'bug in slispc' in made.error_text


# ---- explain ------------------------------------------------------------------------------------


@pytest.mark.parametrize('rule', RULES + ['V18', 'V24', 'V25', 'V26', 'V27'])
def test_explain(rule):
    result = slispc('explain', rule)
    assert result.code == FINE
    assert result.output_text.startswith(rule + ': ')
    for part in ('For example:', 'Where it comes from:'):
        assert part in result.output_text


def test_explain_tells_the_faults():
    assert '--inject=alloc:early-release ' in slispc('explain', 'V05').output_text


def test_explain_of_a_code_that_is_none():
    result = slispc('explain', 'V55')
    assert result.code == WORLD_IS_WRONG and 'did you mean V' in result.error_text


# ---- forms that cannot be judged ----------------------------------------------------------------


@pytest.mark.parametrize('change,message', [
    (('(names 5)', '(names 3)'), 'not below (names 3)'),
    (('(ret [] %r.4=rax)', '(ret [] %r.5=rax)'), 'not below (names 5)'),
    (('(call [%r.4=rax]', '(call [%r.3=rax]'), 'bound twice'),
    (('(call [%b.1=rax] (code $user/map.w0) (map %a.0=s0[rsp+0]) @1:16)', ''), '%b.1 is bound nowhere'),
])
def test_edited_beyond_judging(change, message, tmp_path):
    edited = tmp_path / 'edited.ir'
    edited.write_text((FOLDER / 'four-maps.ir').read_text().replace(*change))
    result = slispc('check', edited)
    assert result.code in (PROGRAM_IS_WRONG, SLISPC_IS_WRONG) and message in result.error_text
    assert 'bug in slispc' not in result.error_text
