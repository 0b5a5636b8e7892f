"""slispc fuzz: random programs, the same for a seed, that reach the whole language; it finds faults."""
import re

import pytest
from harness import FINE, SLISPC_IS_WRONG, slispc

BEHAVES_DIFFERENTLY = 4


def fuzz(*arguments, **options):
    return slispc('fuzz', *arguments, timeout=600, **options)


def counts(text, heading):
    """The lines `name  count` below a heading."""
    below = text.split(heading + ':\n', 1)[1]
    lines = re.match(r'(?:  .*\n)*', below).group().splitlines()
    return {name.strip(): int(count) for name, count in (line.rsplit(None, 1) for line in lines)}


@pytest.fixture(scope='module')
def run(tmp_path_factory):
    return fuzz('--n=60', '-o', tmp_path_factory.mktemp('fuzz'))


def test_forms_behave_the_same(run):
    assert run.code == FINE, run.output_text
    assert '0 errors of the compiler, 0 rejected by verify, 0 crashes, 0 mismatches' in run.output_text


def test_every_form_runs(run):
    """22 runs a program: each form, native at -O2 and -O0; less where -O0 alone is left."""
    programs, forms = map(int, re.search(r'(\d+) programs of .* lines, (\d+) runs', run.output_text).groups())
    assert programs == 60 and forms >= 20 * programs


def test_a_seed_gives_one_program():
    one, same, other = (fuzz('--seed=%d' % seed, '--print').out for seed in (7, 7, 8))
    assert one == same and one != other


def test_printed_program_is_the_one_that_runs(tmp_path):
    program = tmp_path / 'a.slisp'
    program.write_bytes(fuzz('--seed=3', '--print').out)
    result = slispc('run', '--each', program, timeout=60)
    assert result.code == FINE and 'behave the same' in result.output_text


def test_lengths():
    """From a few lines to some dozens."""
    lengths = [fuzz('--seed=%d' % seed, '--print').out.count(b'\n') for seed in range(1, 41)]
    assert min(lengths) < 15 and 25 < sum(lengths) / len(lengths) < 90 and max(lengths) < 400


def test_reach(tmp_path):
    """Every construct, every kind of expression and of error; nearly all rows of fuzz.def."""
    result = fuzz('--n=600', '--native', '--seed=100', '-o', tmp_path)
    for heading in ('constructs', 'expressions', 'mistakes'):
        for name, count in counts(result.output_text, heading).items():
            assert count > 0, name
    used, rows = map(int, re.search(r'(\d+) of (\d+) rows', result.output_text).groups())
    assert used >= rows - 3
    failing = int(re.search(r'(\d+) ended in an error of their own', result.output_text).group(1))
    assert 20 < failing < 300


@pytest.mark.parametrize('fault', ['alloc:early-release', 'frame:missing-root', 'select:array-swap', 'emit:lost-row'])
def test_finds_and_reduces_faults(fault, tmp_path):
    result = fuzz('--n=3', '--inject=' + fault, '-o', tmp_path)
    reduced = sorted(tmp_path.glob('*.reduced.slisp'))
    assert result.code == SLISPC_IS_WRONG and reduced, result.output_text
    for path in reduced:
        assert 0 < len(path.read_text().splitlines()) <= 10
        again = slispc('check', '--inject=' + fault, path, cwd=tmp_path)
        assert again.code == SLISPC_IS_WRONG, path.read_text()


def test_tells_how_to_see_it_again(tmp_path):
    result = fuzz('--n=1', '--inject=alloc:early-release', '-o', tmp_path)
    command = re.search(r'again:  slispc (.*)', result.output_text).group(1)
    assert slispc(*command.split(), cwd=tmp_path).code == SLISPC_IS_WRONG


def test_mismatch_without_verify(tmp_path):
    """What nothing checks shows when it runs."""
    result = fuzz('--n=6', '--no-verify', '--inject=alloc:drop-store', '-o', tmp_path)
    assert result.code == BEHAVES_DIFFERENTLY and 'mismatch, alloc by place' in result.output_text, result.output_text
