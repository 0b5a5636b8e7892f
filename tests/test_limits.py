"""What grows: a compile's work grows with the program and no faster, and what has a limit says so.

tests/limits/kinds.py has a program for each way to grow. Work is counted in bytes that the arenas hand
out, which is the same on every run; make limits measures memory and time, for docs/limits.md.
"""
import importlib.util
import re

import pytest

from harness import FINE, PROGRAM_IS_WRONG, SLISPC, TESTS, slispc

MOST = 2.6
SLACK = 100_000  # bytes: tables double, and some programs add next to nothing
spec = importlib.util.spec_from_file_location('measure', TESTS / 'limits' / 'measure.py')
measure = importlib.util.module_from_spec(spec)
spec.loader.exec_module(measure)
kinds = measure.kinds
LIMITS = measure.limits()


def doubles(generate, folder):
    """Twice the size takes twice what the program takes beyond its smallest; were it the square, four times."""
    costs = [measure.compile_cost(SLISPC, generate(n), folder) for n in (1, 500, 1000)]
    for cost in costs:
        assert cost.code == FINE, cost.error
    first, second = costs[1].bytes - costs[0].bytes, costs[2].bytes - costs[0].bytes
    assert second <= MOST * first + SLACK, (first, second)


@pytest.mark.parametrize('kind', kinds.NESTS)
def test_nesting_takes_work_by_its_depth(kind, tmp_path):
    doubles(kinds.NESTS[kind], tmp_path)


@pytest.mark.parametrize('kind', kinds.GROWS)
def test_work_grows_with_the_program(kind, tmp_path):
    doubles(kinds.GROWS[kind], tmp_path)


# ---- limits

def rejected(source, code):
    with open('large.slisp', 'w') as f:
        f.write(source)
    result = slispc('large.slisp', '-o', 'large', timeout=60)
    assert result.code == PROGRAM_IS_WRONG, result.error_text[:1000]
    first = result.error_text.split('\n')
    assert 'error[%s]' % code in first[0], first[0]
    assert re.search(r'large\.slisp:\d+:\d+', first[1]), first[1]
    assert result.error_text.count('error[') == 1, result.error_text[:1000]
    return result.error_text


@pytest.mark.parametrize('kind', kinds.NESTS)
def test_nesting_has_one_limit_for_all_syntax(kind, here):
    text = rejected(kinds.NESTS[kind](LIMITS['NESTING'] + 1), 'SL0012')
    assert 'nested more than %d levels deep' % LIMITS['NESTING'] in text


@pytest.mark.parametrize('opening', ["'", '@', '(', '[', '{', '#{', '^', '#_', '~', '#(', '`', "#'", '(inc ', '#^'])
def test_millions_of_levels_are_one_error(opening, here):
    source = kinds.START + '(println ' + opening * 4_000_000 + '\n'
    if opening == '#(':
        assert slispc_code(source) == PROGRAM_IS_WRONG
    else:
        rejected(source, 'SL0012')


def slispc_code(source):
    with open('large.slisp', 'w') as f:
        f.write(source)
    return slispc('large.slisp', '-o', 'large', timeout=60).code


@pytest.mark.parametrize('level', ['-O0', '-O1', '-O2'])
@pytest.mark.parametrize('kind', [k for k, (limit, _) in kinds.LIMITED.items() if limit == 'ARGUMENTS'])
def test_as_many_arguments_as_there_is_room_for(kind, level, here):
    (here / 'full.slisp').write_text(kinds.LIMITED[kind][1](LIMITS['ARGUMENTS'] - 1))
    result = slispc('run', level, 'full.slisp')
    assert result.code == FINE and result.out.strip(), result.error_text


@pytest.mark.parametrize('kind', [k for k, (limit, _) in kinds.LIMITED.items() if limit == 'ARGUMENTS'])
def test_more_arguments_than_there_is_room_for(kind, here):
    assert 'the limit is %d' % LIMITS['ARGUMENTS'] in rejected(kinds.LIMITED[kind][1](LIMITS['ARGUMENTS'] + 1), 'SL0215')


@pytest.mark.parametrize('kind', [k for k, (limit, _) in kinds.LIMITED.items() if limit == 'DEPTH'])
def test_macros_that_nest_too_deeply(kind, here):
    rejected(kinds.LIMITED[kind][1](LIMITS['DEPTH'] + 1), 'SL0016')


def test_macro_of_more_parts_than_can_nest(here):
    rejected(kinds.LIMITED['steps of ->'][1](10 * LIMITS['DEPTH']), 'SL0016')


def test_variables_around_a_try(here):
    most = LIMITS['ARGUMENTS'] - 1
    assert 'the limit is %d' % most in rejected(kinds.captured_by_try(most + 1), 'SL0215')


def test_variables_around_a_function(here):
    most = LIMITS['CAPTURES']
    assert 'the limit is %d' % most in rejected(kinds.captured_by_function(most + 1), 'SL0215')


def test_values_that_are_live_at_once(here):
    rejected(kinds.all_live(3000), 'SL0216')


# ---- at the limit every form can be printed, read back, and run

@pytest.mark.parametrize('kind', ['vector pattern', 'if, test'])
def test_dumps_of_the_deepest_program_are_read_back(kind, here):
    (here / 'deep.slisp').write_text(kinds.NESTS[kind](LIMITS['NESTING'] - 6))
    assert slispc('--dump-after=all', '--dump-dir=dumps', 'deep.slisp', '-o', 'deep', timeout=60).code == FINE
    dumps = sorted((here / 'dumps').iterdir())
    assert len(dumps) == 20
    for dump in dumps[1::6]:
        result = slispc(str(dump), '-o', 'again', timeout=60)
        assert result.code == FINE, result.error_text[:1000]
        assert (here / 'again').read_bytes() == (here / 'deep').read_bytes(), dump.name
