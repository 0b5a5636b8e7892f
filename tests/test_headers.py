"""The example in the header of every pass, `before => after`, is what the pass does: `before` is put
into a minimal program of the language, and `after` must be part of the result."""
import re

import pytest

import sexpr
from harness import FINE, PASSES, REPOSITORY, SLISPC_IS_WRONG, slispc

TOPS = {'def', 'define', 'variable', 'run', 'function', 'entry', 'cell', 'start', 'from', 'code'}


def example(p):
    """The texts before and after the arrow."""
    header = (REPOSITORY / 'passes' / (p.name + '.c')).read_text().split('*/')[0]
    indented = re.search(r'(?:^ \*   .*\n)+', header, re.M)
    before, arrow, after = re.sub(r'^ \*', '', indented.group(0), flags=re.M).partition('=>')
    assert arrow, 'the header of passes/%s.c has no example `before => after`' % p.name
    return before, after


# ---- names in fragments -------------------------------------------------------------------------


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
            if form[1:2] in (['fn'], ['loop']):
                found |= set(numbers([f for f in form[2:3] if isinstance(f, str)]))
            found |= bound(form[1:])
    return found


def text(forms):
    return ' '.join(map(sexpr.write_form, forms))


# ---- a program around a fragment ----------------------------------------------------------------


def head_of(before):
    return before[0][1] if isinstance(before[0], list) and len(before[0]) > 1 else None


def kinds(language, forms):
    """What is before the blocks of a function from Lmemory on."""
    kind = 'ref' if language in ('Lx86', 'Llive', 'Lplaced') else 'raw'
    names = numbers(forms)
    compared = set(re.findall(r'\(cmp-set \[(%[^]\s=]+)', text(forms)))  # flags are raw words
    kind_of = {i: 'raw' if names[i] in compared else kind for i in names}
    rows = ' '.join('(%s %s)' % (names[i], kind_of[i]) for i in sorted(names))
    return '(names %d) (returns %s) (kinds %s) (self)' % (max(names) + 1, kind_of[max(names)], rows)


def stub_blocks(language, before):
    """Blocks that the fragment jumps to."""
    defined = {f[2] for f in before if isinstance(f, list) and f[1] in ('block', 'cold')}
    wanted = {a for a in sexpr.atoms(['(', *before]) if re.fullmatch(r'b\d+', a)} - defined
    leave = {'Lblocks': '(return (quote nil))', 'Lmemory': '(stop)'}.get(language, '(stop [])')
    return ' '.join('(block %s [] %s)' % (b, leave) for b in sorted(wanted))


def around_block(language, before, n):
    front = '(names %d) (returns any) (self)' % n if language == 'Lblocks' else kinds(language, before)
    frame = {'Lplaced': '(slots 0)', 'Lframed': '(frame 0)'}.get(language, '')
    return '(function $user/example %s %s %s %s)' % (front, frame, text(before), stub_blocks(language, before))


def around_expression(language, before, n):
    names = numbers(before)
    free = [names[i] for i in sorted(set(names) - bound(before))]
    if language in ('Lnamed', 'Lloop', 'Lfree'):
        captures = '(free)' if language == 'Lfree' else ''
        return '(define $user/example (names %d) (fn %%example.0 %s (arity [%s] %s)))' % (
            n, captures, ' '.join(free), text(before))
    if language == 'Ltyped':
        return '(function $user/example (names %d) (returns int) (env) [%s] %s)' % (
            n, ' '.join(x + ':int' for x in free), text(before))
    entry = '(entry $user/entry "example" (arity %d $user/example))' % len(free)
    return '%s (function $user/example (names %d) (env) [%s] %s)' % (entry, n, ' '.join(free), text(before))


def around_top(language, before):
    """The definitions, and those that they mention but lack; a use, so that nothing is dropped."""
    defined = [f[2] for f in before]
    if language == 'Lcore':
        lacking = sorted({a for a in sexpr.atoms(['(', *before]) if a.startswith('user/')} - set(defined))
        stubs = ' '.join('(def %s (fn _ (rest [x] x)))' % name for name in lacking)
        return '%s %s (run %s)' % (text(before), stubs, defined[0])
    if language in ('Lnamed', 'Lloop', 'Lfree'):
        return '%s (run (names 1) %s)' % (text(before), defined[0])
    return text(before)


def around(p, language, before, n):
    head = head_of(before)
    if language == 'Lsurface':
        return '(text (fn [x y f g] %s))' % text(before)
    if head in TOPS:
        return around_top(language, before)
    if head in ('block', 'cold'):
        return around_block(language, before, n)
    return around_expression(language, before, n)


def with_details(language, fragment):
    """Examples may leave out what is before the blocks: (function $f ... (slots 1) ...)."""
    if '...' not in fragment:
        return fragment
    if head_of(sexpr.read_forms(fragment)) == 'function':
        return fragment.replace('...', kinds(language, sexpr.read_forms(fragment)))
    return fragment.replace('...', '')


def surroundings(p, before):
    """A dump of a program that mentions the same functions, as the pass reads it."""
    globals_ = {a[1:] for a in sexpr.atoms(['(', *before]) if re.match(r'\$(core|user)/[\w?!-]+$', a)}
    defined = {f[2][1:] for f in before if isinstance(f, list) and f[1] in TOPS}
    lines = []
    for name in sorted(globals_ - defined) if p.source in ('Lnamed', 'Lloop', 'Lfree') else []:
        space, name = name.split('/')
        lines.append(name if space == 'core' else '(defn %s [& x] x)\n%s' % (name, name))
    with open('around.slisp', 'w') as f:
        f.write('\n'.join(lines))
    last = PASSES[p.number - 2].name if lines else 'parse'
    dump = slispc('-O0', '--dump-after=' + last, '--to=' + last, '--style=canon', 'around.slisp').output_text
    library = re.search(r'\(library [^)]*\)', dump).group(0)
    return library, dump[dump.index(library) + len(library):dump.rindex(')')] if lines else ''


def program(p, before, n):
    """A dump of the language that the pass reads with the fragment in it, and the pass to start at."""
    # The example of alloc shows the blocks alone: intervals makes the rest of its input.
    start, language = ('intervals', 'Llive') if p.source == 'Lintervals' else (p.name, p.source)
    library, others = surroundings(p, before)
    return '(slispc-ir 1 %s)\n(program %s %s %s)\n' % (language, library, around(p, language, before, n), others), start


# ---- comparing ----------------------------------------------------------------------------------


def without_hash(forms):
    """Examples show some hash of the library."""
    return sexpr.read_forms(re.sub(r'\(library (\w+) "\w*"\)', r'(library \1)', forms))


def own_part(forms):
    """The definitions that are not the library's."""
    tops = forms[-1][1:] if head_of(forms[-1:]) == 'program' else forms
    return ['(', *[f for f in tops if not (isinstance(f, list) and f[1:2] == ['from'])]]


def check_report(p, result, after):
    """The example of verify ends in an error, not in a form."""
    assert result.code == SLISPC_IS_WRONG, result.error_text
    assert re.sub(r'\s+', ' ', after).strip() in re.sub(r'\s+', ' ', result.error_text)


@pytest.mark.parametrize('p', PASSES, ids=lambda p: p.name)
def test_example(p, here):
    before, after = (with_details(p.source, part) for part in example(p))
    if p.source == 'text':
        source, start = 'example.slisp', 'parse'
        (here / source).write_text(before)
    else:
        source = 'example.ir'
        forms = sexpr.read_forms(before)
        n = next_free(forms, [] if after.lstrip().startswith('error') else sexpr.read_forms(after))
        contents, start = program(p, forms, n)
        (here / source).write_text(contents)
    result = slispc('--dump-after=' + p.name, '--from=' + start, '--to=' + p.name, source)
    if after.lstrip().startswith('error'):
        check_report(p, result, after)
        return
    assert result.code == FINE, result.error_text + (here / source).read_text()
    wanted, got = without_hash(after), without_hash(result.output_text)
    found = sexpr.holds(['(', got[-1]] if p.source == 'text' else own_part(got), wanted)
    assert found, 'the pass gives\n' + result.output_text[:4000]
