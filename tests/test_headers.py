"""The example in the header of every pass, `before => after`, is what the pass does: `before` is put
into a minimal program of the language, and `after` must be part of the result."""
import re

import pytest

import sexpr
from harness import FINE, PASSES, REPOSITORY, slispc

TOPS = {'def', 'define', 'variable', 'run', 'function', 'entry', 'cell', 'start', 'from', 'code'}


def example(p):
    """The texts before and after the arrow."""
    header = (REPOSITORY / 'passes' / (p.name + '.c')).read_text().split('*/')[0]
    indented = re.search(r'(?:^ \*   .*\n)+', header, re.M)
    before, arrow, after = re.sub(r'^ \*', '', indented.group(0), flags=re.M).partition('=>')
    assert arrow, 'the header of passes/%s.c has no example `before => after`' % p.name
    return before, after


def numbers(forms):
    """Number -> name, for every local name in the forms."""
    found = {}
    for atom in sexpr.atoms(['(', *forms]):
        match = re.match(r'(%[^.\s]+\.(\d+))', atom)
        if match:
            found.setdefault(int(match.group(2)), match.group(1))
    return found


def next_free(before, after):
    """The next free number, so that new names get the numbers that they have in the example."""
    old, new = numbers(before), numbers(after)
    fresh = sorted(set(new) - set(old))
    return fresh[0] if fresh else max([*old, 0]) + 1


def bound(forms):
    """Numbers of the names that the fragment binds itself: [%x.1 e], [%x.1 ...] of a block, fn %f.1."""
    found = set()
    for form in forms:
        if isinstance(form, list):
            if form[0] == '[':
                found |= set(numbers([f for f in form[1:2] if isinstance(f, str)]))
            if form[1:2] == ['fn'] or form[1:2] == ['loop']:
                found |= set(numbers([f for f in form[2:3] if isinstance(f, str)]))
            found |= bound(form[1:])
    return found


def stub_blocks(language, before):
    """Blocks that the fragment jumps to."""
    defined = {f[2] for f in before if isinstance(f, list) and f[1] in ('block', 'cold')}
    wanted = {a for a in sexpr.atoms(['(', *before]) if re.fullmatch(r'b\d+', a)} - defined
    leave = {'Lblocks': '(return (quote nil))', 'Lmemory': '(return (quote nil))'}.get(language, '(ret [])')
    return ' '.join('(block %s [] %s)' % (b, leave) for b in sorted(wanted))


def wrap_block(language, before, n):
    kind = 'raw' if language == 'Lmemory' else 'ref'
    names = numbers(before)
    kinds = ' '.join('(%s %s)' % (names[i], kind) for i in sorted(names))
    extra = '' if language == 'Lblocks' else '(kinds %s)' % kinds
    returns = 'any' if language == 'Lblocks' else kind
    return '(function $user/example (names %d) (returns %s) %s (self) %s %s)' % (
        n, returns, extra, ' '.join(map(sexpr.write_form, before)), stub_blocks(language, before))


def wrap_expression(language, before, n):
    names = numbers(before)
    free = [names[i] for i in sorted(set(names) - bound(before))]
    body = ' '.join(map(sexpr.write_form, before))
    if language in ('Lnamed', 'Lloop', 'Lfree'):
        captures = '(free)' if language == 'Lfree' else ''
        return '(define $user/example (names %d) (fn %%example.0 %s (arity [%s] %s)))' % (n, captures, ' '.join(free), body)
    if language == 'Ltyped':
        free = [x + ':int' for x in free]
    returns = '(returns int)' if language in ('Ltyped', 'Lspecial') else ''
    entry = '(entry $user/entry "example" (arity %d $user/example))' % len(free)
    function = '(function $user/example (names %d) %s (env) [%s] %s)' % (n, returns, ' '.join(free), body)
    return function if language in ('Ltyped', 'Lspecial') else entry + ' ' + function


def wrap_top(language, before):
    """The definitions, those that they mention but lack, and a use of them, so that none is dropped."""
    fragment = ' '.join(map(sexpr.write_form, before))
    defined = [f[2] for f in before]
    if language == 'Lcore':
        lacking = sorted({a for a in sexpr.atoms(['(', *before]) if a.startswith('user/')} - set(defined))
        stubs = ' '.join('(def %s (fn _ (rest [x] x)))' % name for name in lacking)
        return '%s %s (run %s)' % (fragment, stubs, defined[0])
    if language in ('Lnamed', 'Lloop', 'Lfree'):
        return '%s (run (names 1) %s)' % (fragment, defined[0])
    return fragment


def library():
    """The form (library ...) that this compiler prints."""
    with open('empty.slisp', 'w'):
        pass
    dump = slispc('--dump-after=parse', '--to=parse', 'empty.slisp').output_text
    return re.search(r'\(library [^)]*\)', dump).group(0)


def program(p, before, n):
    """A dump of the language that the pass reads with the fragment in it."""
    head = before[0][1] if isinstance(before[0], list) and len(before[0]) > 1 else None
    # The example of alloc shows the blocks alone: intervals makes the rest of its input.
    language = 'Llive' if p.source == 'Lintervals' else p.source
    if language == 'Lsurface':
        inside = '(text (fn [x y f g] %s))' % ' '.join(map(sexpr.write_form, before))
    elif head in TOPS:
        inside = wrap_top(language, before)
    elif head in ('block', 'cold'):
        inside = wrap_block(language, before, n)
    else:
        inside = wrap_expression(language, before, n)
    return '(slispc-ir 1 %s)\n(program %s %s)\n' % (language, library(), inside)


def without_hash(forms):
    """Examples show some hash of the library."""
    return sexpr.read_forms(re.sub(r'\(library (\w+) "\w*"\)', r'(library \1)', forms))


@pytest.mark.parametrize('p', PASSES, ids=lambda p: p.name)
def test_example(p, here):
    before_text, after_text = example(p)
    before, after = sexpr.read_forms(before_text), without_hash(after_text)
    if p.source == 'text':
        (here / 'example.slisp').write_text(before_text)
        source = 'example.slisp'
    else:
        source = 'example.ir'
        (here / source).write_text(program(p, before, next_free(before, after)))
    result = slispc('--dump-after=' + p.name, '--to=' + p.name, '--style=canon', source)
    assert result.code == FINE, result.error_text + (here / source).read_text()
    found = sexpr.holds(['(', *without_hash(result.output_text)], after)
    assert found, 'the pass gives\n' + result.output_text[:4000]
