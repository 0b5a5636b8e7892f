"""What the decoder's comparison accepts and rejects: rules V18, V24, V25, V27.

tests/verify/code/NAME.ir is code, of Lbytes. With NAME.err it is rejected with that report when it is compared with the form in
frame.ir; `; alone: CODE` says that it is rejected by that rule without the form, too. Without NAME.err it is accepted.

When a new report is right, write it: slispc check NAME.ir --against frame.ir 2> NAME.err"""
import json
import re

import pytest

from harness import FINE, PROGRAM_IS_WRONG, REPOSITORY, SLISPC_IS_WRONG, TESTS, WORLD_IS_WRONG, label, slispc

FOLDER = TESTS / 'verify/code'
FORM = FOLDER / 'frame.ir'
CASES = sorted(path for path in FOLDER.glob('*.ir') if path != FORM)
REJECTED = [case for case in CASES if case.with_suffix('.err').exists()]
RULES = ('V18', 'V24', 'V25', 'V27')
FAULTS = re.findall(r'^(?:FAULT|CHANGE)\(emit,\s*\w+,\s*"([^"]+)",\s*"([^"]+)"',
                    (REPOSITORY / 'passes/faults.def').read_text(), re.M)


def check(case, *options):
    return slispc('check', case.name, *options, cwd=FOLDER)


def codes(text):
    return re.findall(r'^error\[(V\d\d)\]', text, re.M)


def tagged(case, tag):
    found = re.search(r'^; %s: (.*)' % tag, case.read_text(), re.M)
    return found and found[1]


@pytest.mark.parametrize('case', CASES, ids=label)
def test_with_the_form(case):
    assert tagged(case, 'why'), 'a line `; why: ...` is missing'
    result = check(case, '--against', FORM.name)
    wanted = case.with_suffix('.err')
    if not wanted.exists():
        assert result.code == FINE, result.error_text
        return
    assert result.code == PROGRAM_IS_WRONG
    assert result.error_text == wanted.read_text()


@pytest.mark.parametrize('case', CASES, ids=label)
def test_alone(case):
    """What can be known without the form is known; that the rest is not is said."""
    result, rule = check(case), tagged(case, 'alone')
    assert codes(result.error_text) == ([rule] if rule else [])
    assert result.code == (PROGRAM_IS_WRONG if rule else FINE)
    assert rule or 'the code is not compared with it' in result.error_text


@pytest.mark.parametrize('rule', RULES)
def test_every_rule_has_cases(rule):
    cases = [case for case in REJECTED if case.name.startswith(rule.lower())]
    assert len(cases) >= 3
    assert all(codes(case.with_suffix('.err').read_text()) for case in cases)


def test_the_form_is_verified_too(tmp_path):
    """Code that does what a wrong form says is not right."""
    form = tmp_path / 'frame.ir'
    form.write_text(FORM.read_text().replace('(map %a.0=s0[rsp+0])', '(map)'))
    (tmp_path / 'code.ir').write_text((FOLDER / 'right.ir').read_text().replace('(stack-map 31 0)', '(stack-map 31)'))
    result = slispc('check', 'code.ir', '--against', 'frame.ir', cwd=tmp_path)
    assert result.code == PROGRAM_IS_WRONG and 'V10' in codes(result.error_text)


def test_a_form_of_another_language(tmp_path):
    result = slispc('check', FOLDER / 'right.ir', '--against', FOLDER / 'right.ir', cwd=tmp_path)
    assert result.code == WORLD_IS_WRONG and 'is no program of language Lframed' in result.error_text


@pytest.mark.parametrize('case', REJECTED, ids=label)
def test_json(case):
    lines = check(case, '--against', FORM.name, '--diag=json').error_text.splitlines()
    found = [json.loads(line) for line in lines]
    assert [f['code'] for f in found] == codes(case.with_suffix('.err').read_text())
    assert found[0]['function'] == '$user/f.w2' and found[0]['rule'] and found[0]['offset'] >= 0


# ---- what emit makes wrong -----------------------------------------------------------------------


@pytest.mark.parametrize('fault,rules', FAULTS, ids=[name for name, _ in FAULTS])
def test_fault_of_emit(fault, rules, tmp_path):
    """In a compile it is a bug of slispc, and no program is written. One of these programs has a place for it."""
    for program in (TESTS / 'seed/minimal.slisp', TESTS / 'coverage/encodings.ir'):
        result = slispc('--inject=emit:' + fault, program, '-o', tmp_path / 'p', cwd=tmp_path)
        if result.code:
            break
    assert result.code == SLISPC_IS_WRONG, result.error_text
    assert codes(result.error_text)[0] in rules.split()
    assert 'bug in slispc' in result.error_text and not (tmp_path / 'p').exists()


@pytest.mark.parametrize('fault', ['wrong-slot', 'condition-inverted'])
def test_fault_of_emit_in_json(fault, tmp_path):
    result = slispc('--inject=emit:' + fault, TESTS / 'seed/minimal.slisp', '--diag=json', '-o', tmp_path / 'p', cwd=tmp_path)
    assert result.code == SLISPC_IS_WRONG
    assert json.loads(result.error_text.splitlines()[0])['code'] == 'V24'


def test_without_the_verifier(tmp_path):
    result = slispc('--no-verify', '--inject=emit:wrong-slot', TESTS / 'seed/minimal.slisp', '-o', tmp_path / 'p', cwd=tmp_path)
    assert result.code == FINE, result.error_text
