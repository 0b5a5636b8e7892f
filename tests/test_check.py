"""`slispc check` on dumps that a person edited: alone, and against the form that select gave."""
import re

import pytest

from harness import FINE, TESTS, execute, SLISPC

PROGRAM = TESTS / 'seed' / 'minimal.slisp'


@pytest.fixture
def dumps(tmp_path):
    """The program as select gives it, and as frame leaves it."""
    before, after = tmp_path / 'before.ir', tmp_path / 'after.ir'
    for path, name in ((before, 'select'), (after, 'frame')):
        result = execute([SLISPC, '--dump-after=' + name, str(PROGRAM)])
        assert result.code == FINE
        path.write_text(result.output_text)
    return before, after


def check(*arguments):
    return execute([SLISPC, 'check', *map(str, arguments)])


def test_an_honest_dump_is_fine(dumps):
    before, after = dumps
    result = check(after, '--against', before)
    assert (result.code, result.error_text) == (FINE, '')


def test_a_lone_dump_says_what_was_not_checked(dumps):
    result = check(dumps[1])
    assert result.code == FINE
    assert 'V01' in result.error_text


def test_a_changed_operation_is_found(dumps):
    before, after = dumps
    text = after.read_text()
    assert '(add-trap [%result' in text
    after.write_text(text.replace('(add-trap [%result', '(sub-trap [%result'))
    result = check(after, '--against', before)
    assert result.code == 3
    assert 'error[V01]' in result.error_text and '6:16' in result.error_text


def test_a_wrong_place_is_found_without_the_other_form(dumps):
    after = dumps[1]
    text = after.read_text()
    places = dict(re.findall(r'%(m[34])[.][0-9]+=(s[0-9]+\[rsp[+][0-9]+\])', text))
    after.write_text(text.replace(places['m4'], places['m3']))  # one slot for two maps
    result = check(after)
    assert result.code == 3 and 'error[V' in result.error_text


def test_the_other_form_must_be_of_the_right_language(dumps):
    result = check(dumps[1], '--against', dumps[1])
    assert result.code == 2 and 'Lx86' in result.error_text
