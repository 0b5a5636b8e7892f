"""docs/extending.md: each addition is made for real, from a patch, in a copy of the repository. Its files
are those that the page lists; what the build is said to notice is noticed."""
import os
import re
import shutil
import subprocess

import pytest

from harness import REPOSITORY, SLISPC, TESTS, execute

PAGE = (REPOSITORY / 'docs/extending.md').read_text()
PATCHES = sorted((TESTS / 'extending').glob('*.patch'))


def section(patch):
    """The part of the page that names the patch."""
    return next(s for s in PAGE.split('\n## ') if '`%s`' % patch.name in s)


def places(patch, noticed=False):
    """Files of the list; with `noticed`, those whose item says that the build notices them."""
    items = re.split(r'\n(?=\d+\. )', section(patch).split('\nExample:')[0])[1:]
    names = [re.findall(r'`([\w./-]+\.\w+)`', item) for item in items if not noticed or '*The build*' in item]
    return {name for item in names for name in item}


def parts(patch):
    """What comes before the diff, and the diff by files."""
    head, *diffs = re.split(r'^(?=diff --git )', patch.read_text(), flags=re.M)
    return dict(re.findall(r'^# (\w+): (.*)$', head, re.M)), \
        {re.match(r'diff --git a/(\S+)', d).group(1): d for d in diffs}


@pytest.fixture(scope='module')
def built(tmp_path_factory):
    """A copy of the repository with all that was built, so that only what a patch touches is built anew."""
    copy = tmp_path_factory.mktemp('extending') / 'slispc'
    files = subprocess.run(['git', 'ls-files', '-coz', '--exclude-standard', 'passes', 'runtime', 'driver', 'Makefile', 'tests/errors', 'tests/afl'],
                           cwd=REPOSITORY, stdout=subprocess.PIPE, check=False).stdout.decode().split('\0')[:-1]
    if not files:
        pytest.skip('this is no checkout of git')
    for name in files:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(REPOSITORY / name, copy / name)
    out = os.path.dirname(SLISPC)
    if not os.path.exists(os.path.join(out, 'passes')):
        pytest.skip('there is no folder of objects beside slispc')
    shutil.copytree(out, copy / 'out', copy_function=shutil.copy2, ignore=shutil.ignore_patterns('afl', 'fuzz', '*.a'))
    return copy


@pytest.fixture
def tree(built, tmp_path):
    copy = tmp_path / 'slispc'
    shutil.copytree(built, copy, copy_function=shutil.copy2)
    return copy


def apply(tree, diffs):
    text = ''.join(diffs)
    done = subprocess.run(['git', 'apply', '--unidiff-zero', '-p1'], cwd=tree, input=text.encode(), stdout=subprocess.PIPE, check=False)
    assert done.returncode == 0, done.stdout.decode()


def make(tree, *targets):
    return execute(['make', '-k', '-j2', *(targets or ('out/slispc',))], cwd=tree, timeout=300)


@pytest.mark.parametrize('patch', PATCHES, ids=lambda p: p.stem)
def test_addition(patch, tree):
    says, diffs = parts(patch)
    assert set(diffs) == places(patch), 'the page lists other files'
    apply(tree, diffs.values())
    result = make(tree)
    assert result.code == 0, result.error_text[-2000:]
    (tree / 'program.slisp').write_text(says['program'] + '\n')
    for level in ('-O0', '-O2'):
        run = execute([tree / 'out/slispc', 'run', level, 'program.slisp'], cwd=tree)
        assert (run.code, run.output_text) == (0, says['prints'] + '\n'), run.error_text
        assert says.get('warns', '') in run.error_text
    each = execute([tree / 'out/slispc', 'run', '--each', 'program.slisp'], cwd=tree, timeout=60)
    assert each.code == 0, each.output_text


@pytest.mark.parametrize('patch,forgotten', [(p, name) for p in PATCHES for name in sorted(places(p, noticed=True))],
                         ids=lambda x: getattr(x, 'stem', None) or os.path.basename(x))
def test_what_the_build_notices(patch, forgotten, tree):
    _, diffs = parts(patch)
    apply(tree, [d for name, d in diffs.items() if name != forgotten])
    result = make(tree)
    names = set(re.findall(r'[a-z]\w+_\w+', ''.join(re.findall(r'^\+(.*)$', diffs[forgotten], re.M))))
    assert result.code != 0 and any(n in result.error_text for n in names | {forgotten}), result.error_text[-2000:]


# A production that a pass does not treat: language, nonterminal, and the file that gcc must name.
FORGOTTEN = [('Lcore', 'Expr', 'passes/resolve.c'), ('Lloop', 'Expr', 'passes/simplify.c'),
             ('Lfree', 'Expr', 'passes/closures.c'), ('Lanf', 'Expr', 'passes/types.c'), ('Lblocks', 'Rhs', 'passes/lower.c'),
             ('Lmemory', 'Rhs', 'passes/select.c')]


@pytest.mark.parametrize('language,nonterminal,file', FORGOTTEN, ids=lambda x: x)
def test_gcc_names_the_pass_that_forgets_a_form(language, nonterminal, file, tree):
    rows = (tree / 'passes/languages.def').read_text()
    start = rows.index('LANG(%s,' % language)
    end = rows.find('\nLANG(', start)
    row = '\nADD(%s, "(brand-new value:a)", "")' if nonterminal == 'Rhs' or language == 'Lanf' else \
        '\nADD(%s, "(brand-new value:e)", "")'
    (tree / 'passes/languages.def').write_text(rows[:end] + row % nonterminal + rows[end:])
    result = make(tree, 'out/%s.o' % file[:-2])
    assert result.code != 0 and 'brand_new' in result.error_text and file in result.error_text, result.error_text[-2000:]
