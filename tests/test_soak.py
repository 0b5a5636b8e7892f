"""Random functions through the allocator and its verifier: right ones are accepted and do the same
before and after allocation; of wrong ones none is accepted that does something else."""
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import FINE, REPOSITORY, SLISPC_IS_WRONG, all_programs, label, slispc

PASSES = ('select', 'liveness', 'intervals', 'alloc', 'frame', 'emit')
ROWS = [row for row in re.findall(r'^(?:FAULT|CHANGE)\((\w+),\s*\w+,\s*"([^"]+)",\s*"([^"]+)"',
                                  (REPOSITORY / 'passes' / 'faults.def').read_text(), re.M)
        if row[0] in PASSES and row[2] != 'behaviour']
RIGHT = 5000     # functions that must be accepted
FUNCTIONS = 200  # that each fault is made in
EFFECTIVE = 3    # so many mutants at least differ from the right function


def soak(*options):
    result = slispc('soak', *options, timeout=60)
    assert result.code == FINE, result.error_text
    return result.output_text


def tallies(text):
    """By fault: how many mutants are unchanged, rejected, accepted and harmless, accepted and
    diverging; and how many each rule rejects."""
    lines = re.findall(r'^(\S+): (\d+) unchanged, (\d+) rejected \((.*?);.*?\), '
                       r'(\d+) accepted and harmless, (\d+) accepted and diverging$', text, re.M)
    return {what: ([int(n) for n in (unchanged, rejected, harmless, diverging)],
                   {rule: int(n) for rule, n in re.findall(r'(V\d+) (\d+)', rules)})
            for what, unchanged, rejected, rules, harmless, diverging in lines}


def test_right_functions():
    """All are accepted and walk the same, and together they reach what the allocator can do."""
    text = soak('--n=300')
    assert text.endswith('0 rejected, 0 diverging\n')
    counts = {what: int(n) for what, n in re.findall(r'^(\S.*?)\s{2,}(\d+)$', text, re.M)}
    assert counts['functions'] == 300
    assert [what for what, n in counts.items() if n == 0] == []
    depths = re.search(r'loops by depth:.*', text)[0]
    assert '0' not in re.findall(r'\d: (\d+)', depths), depths
    instructions = text[text.index('instructions:'):text.index('functions by')]
    missing = [name for name, n in re.findall(r'(\S+) (\d+)', instructions) if n == '0']
    assert missing == ['dispatch'], 'instructions that are never made'


def test_no_false_alarm():
    """Both by claims and by inference all are accepted."""
    with ThreadPoolExecutor(2) as pool:
        halves = pool.map(lambda seed: soak('--n=%d' % (RIGHT // 2), '--seed=%d' % seed), (10000, 20000))
    assert all(text.endswith('0 rejected, 0 diverging\n') for text in halves)


def test_the_same_again():
    assert soak('--n=20', '--seed=7') == soak('--n=20', '--seed=7')


@pytest.fixture(scope='module')
def mutants():
    return tallies(soak('--n=%d' % FUNCTIONS, '--mutate'))


@pytest.mark.parametrize('row', ROWS, ids=lambda row: '%s:%s' % row[:2])
def test_fault(row, mutants):
    """It takes effect, mostly an expected rule rejects it, and nothing wrong is accepted. What is harmless is accepted."""
    where, fault, expected = row
    (unchanged, rejected, harmless, diverging), rules = mutants['%s:%s' % (where, fault)]
    assert unchanged + rejected + harmless + diverging == FUNCTIONS
    assert rejected + harmless >= EFFECTIVE
    assert diverging == 0
    assert sum(rules.values()) == rejected, 'each rejection names a rule'
    if expected == 'harmless':
        assert rejected == 0
        return
    assert 2 * sum(rules.get(rule, 0) for rule in expected.split()) > rejected, rules


def test_one_fault():
    """--inject makes one of them alone."""
    text = soak('--n=%d' % FUNCTIONS, '--inject=alloc:early-release')
    assert list(tallies(text)) == ['alloc:early-release']


@pytest.mark.parametrize('rule', ['V01', 'V05', 'V06', 'V07', 'V09', 'V11'])
def test_a_hole_is_found(rule, tmp_path):
    """Without one of its rules the verifier accepts what does something else; walks show it, and
    a function that shows it is left, made smaller."""
    dump = tmp_path / 'hole.ir'
    result = slispc('soak', '--n=30', '--mutate', '--verify-without=' + rule, '-o', dump,
                    timeout=60)
    assert result.code == SLISPC_IS_WRONG
    assert 'a mutant is accepted, but does something else' in result.error_text
    whole = tmp_path / 'whole.ir'
    seed = re.search(r'seed (\d+)', result.error_text)[1]
    soak('--n=1', '--seed=' + seed, '-o', whole)
    assert dump.stat().st_size <= whole.stat().st_size
    assert slispc('--to=verify', dump, '-o', tmp_path / 'g.ir').code == FINE


def test_a_function_as_a_dump(tmp_path):
    """-o leaves the function as a dump that the pipeline goes on from."""
    dump = tmp_path / 'f.ir'
    soak('--n=1', '--seed=3', '-o', dump)
    result = slispc('--to=verify', dump, '-o', tmp_path / 'g.ir')
    assert result.code == FINE, result.error_text


@pytest.mark.parametrize('program', all_programs()[::12], ids=label)
def test_functions_of_programs(program):
    """What the compiler itself makes, the library's functions too."""
    assert soak(program).endswith('0 rejected, 0 diverging\n')
    assert all(counts[3] == 0 for counts, _ in tallies(soak('--mutate', program)).values())
