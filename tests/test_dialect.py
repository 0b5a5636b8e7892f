"""--dialect=seed: what the first slisp did differently."""
import pytest

from harness import slispc

CASES = [
    ('(if 0 1 2)', '2'), ('(if "" 1 2)', '2'), ('(if [] 1 2)', '2'), ('(if {} 1 2)', '2'), ('(if "a" 1 2)', '1'),
    ('(and 1 0 3)', '0'), ('(or 0 5)', '5'), ('(when 0 1)', 'nil'), ('(cond "" 1 :else 2)', '2'),
    ('(if-let [x 0] x :none)', ':none'), ('(if-not 0 1 2)', '1'),
    ('(/ 7 2)', '3'), ('(/ -7 2)', '-3'), ('(/ 7.0 2)', '3.5'), ('(map / [7 9] [2 2])', '(3 4)'),
    ('(vec 1 2)', '[1 2]'), ('(vec [1])', '[[1]]'), ('(count (set 1 1 2))', '2'),
    ('{:a 1 :a 2}', '{:a 2}'), ('#{1 1}', '#{1}'),
]


@pytest.mark.parametrize('expression, value', CASES)
def test_value(expression, value, tmp_path):
    (tmp_path / 'a.slisp').write_text('(prn %s)' % expression)
    result = slispc('run', '--dialect=seed', tmp_path / 'a.slisp')
    assert result.error_text == ''
    assert result.output_text == value + '\n'


def test_the_library_is_not_touched(tmp_path):
    """Only the program's own tests and literals change their meaning."""
    (tmp_path / 'a.slisp').write_text('(prn (filter identity [0 "" nil 1]) (let [/ +] (/ 7 2)))')
    assert slispc('run', '--dialect=seed', tmp_path / 'a.slisp').output_text == '(0 "" 1) 9\n'
