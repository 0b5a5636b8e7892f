"""What select gave must still be there, whatever the passes after it write into it: V01. And forms that
other hands made: whatever their headers say, they are looked at before a pass takes them.

tests/verify/selected/NAME.ir is compared with selected.ir beside it: with NAME.err it must be rejected with
that report, without it must be accepted."""
import re
import sys

import pytest

from harness import FINE, REPOSITORY, SLISPC_IS_WRONG, TESTS, WORLD_IS_WRONG, label, slispc

FOLDER = TESTS / 'verify' / 'selected'
CASES = sorted(set(FOLDER.glob('*.ir')) - {FOLDER / 'selected.ir'})
WRONG = [case for case in CASES if case.with_suffix('.err').exists()]
FORMS = ('live', 'intervals', 'placed', 'framed')
LABS = REPOSITORY / 'docs' / 'labs'
MINIMAL = TESTS / 'seed' / 'minimal.slisp'


def check(name, *options, against='selected.ir'):
    options = [*options, '--against', against] if against else options
    return slispc('check', name, *options, cwd=FOLDER)


@pytest.mark.parametrize('case', CASES, ids=label)
def test_against_what_select_gave(case):
    assert '; why: ' in case.read_text()
    result = check(case.name)
    if case not in WRONG:
        assert (result.code, result.error_text) == (FINE, ''), result.error_text
        assert 'not checked' not in result.output_text
        return
    assert (result.code, result.error_text) == (SLISPC_IS_WRONG, case.with_suffix('.err').read_text())


@pytest.mark.parametrize('case', [c for c in WRONG if c.name.startswith(('framed-dead', 'framed-reordered'))], ids=label)
def test_nothing_else_sees_it(case):
    """The form itself is right: only the comparison tells."""
    result = check(case.name, against=None)
    assert result.code == FINE, result.error_text
    assert 'V01' in result.error_text and 'rule V01' in result.output_text


@pytest.mark.parametrize('case', WRONG, ids=label)
def test_json(case):
    result = check(case.name, '--diag=json', '--all')
    assert result.code == SLISPC_IS_WRONG and re.search(r'"code":"V0[12]"', result.error_text), result.error_text


def test_without_the_rule():
    assert check('framed-dead-gone.ir', '--verify-without=V01').code == FINE


# ---- other forms to compare with ----------------------------------------------------------------


@pytest.mark.parametrize('name,unseen', [('live.ir', 'liveness'), ('intervals.ir', 'liveness and intervals')])
def test_later_forms(name, unseen):
    """They show less, and that is said."""
    result = check('framed.ir', against=name)
    assert result.code == FINE
    assert 'not checked: what %s did to the code' % unseen in result.output_text
    assert check('framed-ways.ir', against=name).code == SLISPC_IS_WRONG


def test_not_what_comes_after_alloc():
    result = check('framed.ir', against='placed.ir')
    assert result.code == WORLD_IS_WRONG and 'Lx86' in result.error_text


def test_a_wrong_form_to_compare_with(tmp_path):
    """Nobody believes it either: it must be one that liveness could have taken."""
    for name in ('selected.ir', 'framed.ir'):
        (tmp_path / name).write_text((FOLDER / name).read_text().replace('(%j.5 raw)', '(%j.5 ref)'))
    result = check(tmp_path / 'framed.ir', against=tmp_path / 'selected.ir')
    assert result.code == SLISPC_IS_WRONG and 'error[V21]' in result.error_text
    assert 'note: that is the form in %s' % (tmp_path / 'selected.ir') in result.error_text


def test_no_use_for_it():
    result = slispc('check', MINIMAL, '--against', FOLDER / 'selected.ir')
    assert result.code == FINE and 'note: --against has no effect' in result.error_text


# ---- forms that are entered in the middle -------------------------------------------------------


@pytest.mark.parametrize('name', FORMS)
def test_alone(name):
    """It says that V01 was not checked."""
    result = check(name + '.ir', against=None)
    assert result.code == FINE
    assert 'without the form that select gave, rule V01' in result.error_text
    assert 'not checked: rule V01' in result.output_text


def test_from_select_on_nothing_is_missing():
    result = check('selected.ir', against=None)
    assert (result.code, result.error_text) == (FINE, '') and 'not checked' not in result.output_text


@pytest.mark.parametrize('name', FORMS)
@pytest.mark.parametrize('rule,change', [
    ('V21', ('(%d.6 raw)', '(%d.6 ref)')),
    ('V22', ('(to b3)', '(to b7)')),
    ('V23', ('(const [%z.2', '(const [%u.7')),
])
def test_alone_it_must_be_fit(name, rule, change, tmp_path):
    """What liveness takes for granted is not believed of later forms either."""
    text = (FOLDER / (name + '.ir')).read_text()
    assert text.count(change[0]) == 1
    wrong = tmp_path / 'wrong.ir'
    wrong.write_text(text.replace(*change))
    result = check(wrong, against=None)
    assert result.code not in (FINE, WORLD_IS_WRONG) and 'bug in slispc' not in result.error_text, result.error_text
    # what liveness and intervals wrote beside the code no longer agrees with it: that comes first
    assert 'error[%s]' % rule in result.error_text or 'error[SL0026]' in result.error_text


@pytest.mark.parametrize('after', ['frame', 'verify'])
@pytest.mark.parametrize('verb', [['check'], ['--to=emit'], ['--from=emit', '--to=emit']], ids=' '.join)
def test_verify_of_another_day_is_not_believed(verb, after, tmp_path):
    """A dump from the end verify may have been edited since."""
    text = (FOLDER / 'framed.ir').read_text().replace('(after frame)', '(after %s)' % after)
    (tmp_path / 'right.ir').write_text(text)
    (tmp_path / 'wrong.ir').write_text(text.replace('(map %a.0=s0[rsp+0])', '(map)'))
    assert slispc('check', 'right.ir', cwd=tmp_path).code == FINE
    result = slispc(*verb, 'wrong.ir', cwd=tmp_path)
    assert result.code == SLISPC_IS_WRONG and 'error[V10]' in result.error_text


def test_header_of_a_whole_program(tmp_path):
    """All roots of a program go, and its header says that it was verified."""
    form = tmp_path / 'verified.ir'
    assert slispc('--to=verify', MINIMAL, '-o', form).code == FINE
    assert slispc('check', form).code == FINE
    form.write_text(re.sub(r'\(map %[^)]*\)', '(map)', form.read_text()))
    assert slispc('check', form).code == SLISPC_IS_WRONG
    assert slispc(form, '-o', tmp_path / 'program').code == SLISPC_IS_WRONG
    assert not (tmp_path / 'program').exists()


# ---- replaced passes ----------------------------------------------------------------------------

COMMAND = r"""import re, subprocess, sys
form = subprocess.run([sys.executable, %r], stdin=sys.stdin, stdout=subprocess.PIPE, check=True, text=True).stdout
start = form.index('$user/')
print(form[:start] + re.sub(%r, %r, form[start:], count=1))
"""
CHANGES = {
    'ways': (r'\(to (b\d+)\) \(to (b\d+)\)', r'(to \2) (to \1)'),
    'number': (r'\(add-trap ([^()]*)\(word 1\)', r'(add-trap \1(word 2)'),
    'static': (r'\(static ([^\n]*) "', r'(static \1 "x'),
}


def replaced(folder, name, find, put):
    command = folder / 'pass.py'
    command.write_text(COMMAND % (str(LABS / (name + '.py')), find, put))
    return '--replace=%s:%s %s' % (name, sys.executable, command)


@pytest.mark.parametrize('name', ['liveness', 'intervals', 'alloc', 'frame'])
@pytest.mark.parametrize('find,put', [CHANGES['ways'], CHANGES['number']], ids=['ways', 'number'])
def test_replaced_pass_may_not_change_code(name, find, put, tmp_path):
    program = tmp_path / 'p.slisp'
    program.write_text('(defn up [n] (loop [i 0] (if (< i n) (recur (+ i 1)) i)))\n(println (up 10))\n')
    result = slispc(replaced(tmp_path, name, find, put), program, '-o', tmp_path / 'program', timeout=60)
    assert result.code == SLISPC_IS_WRONG, result.error_text
    assert 'error[V01]' in result.error_text and 'was replaced by' in result.error_text
    assert 'bug in slispc' not in result.error_text
    assert not (tmp_path / 'program').exists()
