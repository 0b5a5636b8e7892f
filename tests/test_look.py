"""The commands that look at forms: graph, intervals, diff, ir-equal, why, explain, and what
--style=canon, --changed and --line leave of a dump."""
import re

import pytest

from harness import (FINE, PASS_NAMED, PASSES, REPOSITORY, WORLD_IS_WRONG, compiled, execute, pass_after, slispc, tool)

DIFFERENT = 4

PROGRAM = '''(defn fib [n]
  (if (< n 2)
    n
    (+ (fib (- n 1)) (fib (- n 2)))))

(defn area [w h]
  (let [m {:w w :h h}
        f (fn [k] (* 1.5 (get m k)))]
    (+ (f :w) (f :h))))

(println (fib 12) (area 2 3))
'''
OUTPUT = b'144 7.5\n'
AFTER = [p.name for p in PASSES]
DOT = tool('dot')


@pytest.fixture
def program(here):
    (here / 'p.slisp').write_text(PROGRAM)
    return here


def dump(p, *options):
    """The whole form after a pass."""
    result = slispc('--dump-after=' + p, '--to=' + p, *options, 'p.slisp')
    assert result.code == FINE, result.error_text
    return result.output_text


def fine(*arguments):
    result = slispc(*arguments)
    assert result.code == FINE, result.error_text
    return result.output_text


def renumbered(text, seed):
    """Every name gets another number, in each function for itself; the sets are sorted anew."""
    tops = re.split(r'\n (?=\()', text)
    return '\n '.join(renumbered_top(top, seed) for top in tops)


def renumbered_top(top, seed):
    numbers = {int(n) for n in re.findall(r'%[^\s()\[\]]*?\.(\d+)', top)}
    new = {n: (n * 7 + seed) for n in numbers}
    top = re.sub(r'(%[^\s()\[\]]*?\.)(\d+)(?=[\s()\[\]:=])', lambda m: m.group(1) + str(new[int(m.group(2))]), top)
    return re.sub(r'\(names \d+\)', '(names %d)' % (max(new.values(), default=0) + 1), top)


def renumbered_blocks(text, seed):
    return re.sub(r'(?<=[\s(])b(\d+)(?=[\s()])', lambda m: 'b%d' % (int(m.group(1)) + seed), text)


# ---- --style=canon and ir-equal -----------------------------------------------------------------


@pytest.mark.parametrize('p', AFTER)
def test_canon_is_the_same_program(program, p):
    """It reads back, is equal to the form, has no positions, and the passes go on from it."""
    (program / 'full.ir').write_text(dump(p))
    canon = dump(p, '--style=canon')
    (program / 'canon.ir').write_text(canon)
    assert not re.search(r'[ \w]@(\d|-)', re.sub(r'"[^"]*"', '""', canon))
    assert fine('ir-equal', 'full.ir', 'canon.ir') == ''
    assert execute([compiled('canon.ir', './p')]).out == OUTPUT


@pytest.mark.parametrize('p', AFTER)
def test_canon_of_canon(program, p):
    """Printing a canonical form again changes nothing, so it may be stored and compared as text."""
    canon = dump(p, '--style=canon')
    (program / 'canon.ir').write_text(canon)
    following = pass_after(PASS_NAMED[p])
    if following:
        result = slispc('--style=canon', '--dump-before=' + following.name, '--to=' + following.name, 'canon.ir')
        assert result.output_text == canon


@pytest.mark.parametrize('p', ['simplify', 'types', 'gvn', 'select', 'intervals', 'alloc'])
def test_numbers_do_not_count(program, p):
    form = dump(p)
    other = renumbered_blocks(renumbered(form, 5), 40) if PASS_NAMED[p].target in ('Lblocks', 'Lx86') else renumbered(form, 5)
    assert other != form
    (program / 'a.ir').write_text(form)
    (program / 'b.ir').write_text(other)
    assert fine('ir-equal', 'a.ir', 'b.ir') == ''
    assert fine('diff', 'a.ir', 'b.ir', '--all') == ''


def test_first_appearance(program):
    """The parameter comes first: it has number 0, and so on."""
    first = dump('gvn', '--style=canon', '--fn=fib')
    assert re.search(r'\(block b0 \[%n\.0:int\]\s+\(let %t\.1:flag', first)


def test_ir_equal_shows_the_first_difference(program):
    (program / 'a.ir').write_text(dump('gvn'))
    (program / 'b.ir').write_text(dump('gvn').replace('(quote 2)', '(quote 3)'))
    result = slispc('ir-equal', 'a.ir', 'b.ir')
    assert result.code == DIFFERENT
    assert result.output_text.count('@@ ') == 1 and '(quote 3)' in result.output_text


def test_ir_equal_of_two_languages(program):
    (program / 'a.ir').write_text(dump('gvn'))
    (program / 'b.ir').write_text(dump('lower'))
    result = slispc('ir-equal', 'a.ir', 'b.ir')
    assert result.code == DIFFERENT and 'Lmemory' in result.output_text


def test_repeated_definitions(here):
    """A promise and its definition, and definitions that come again, have one name."""
    (here / 'p.slisp').write_text('(declare f)\n(def x 1)\n(def x 2)\n(defn f [] x)\n(def x 3)\n(println (f))\n')
    for p in ('expand', 'resolve', 'closures'):
        (here / 'a.ir').write_text(dump(p))
        (here / 'b.ir').write_text(dump(p, '--style=canon'))
        assert fine('ir-equal', 'a.ir', 'b.ir') == ''
        assert fine('diff', 'p.slisp', '--passes=%s,%s' % (p, p)) == ''


# ---- diff ---------------------------------------------------------------------------------------


@pytest.mark.parametrize('p', AFTER)
def test_no_difference_to_itself(program, p):
    assert fine('diff', 'p.slisp', '--passes=%s,%s' % (p, p), '--all') == ''


@pytest.mark.parametrize('first,second', zip(AFTER, AFTER[1:]), ids=lambda p: p)
def test_difference_of_neighbours(program, first, second):
    """Exit code and output agree; every line has its mark."""
    result = slispc('diff', '--passes=%s,%s' % (first, second), 'p.slisp')
    assert result.code == (DIFFERENT if result.out else FINE)
    lines = result.output_text.splitlines()
    assert all(re.match(r'[-+ ] |@@ |--- |\+\+\+ |only the library differs', line) for line in lines)
    assert '\033' not in result.output_text


def test_difference_is_small(program):
    """One changed constant is one line, though an inserted name changes all numbers after it."""
    form = dump('gvn')
    (program / 'a.ir').write_text(form)
    (program / 'b.ir').write_text(renumbered(form, 3).replace('(prim %int- %n.', '(prim %int+ %n.', 1))
    lines = slispc('diff', 'a.ir', 'b.ir').output_text.splitlines()
    assert len([l for l in lines if l.startswith('- ')]) == 1 and len([l for l in lines if l.startswith('+ ')]) == 1
    assert '@@ user/fib.w1 b' in '\n'.join(lines)


def test_inserted_instruction(program):
    form = dump('gvn')
    line = re.search(r'\n   \(let (%t\.\d+:flag) .*', form)
    new = line.group(0) + '\n   (let %extra.90:int (quote 7))'
    (program / 'a.ir').write_text(form)
    (program / 'b.ir').write_text(form.replace(line.group(0), new, 1).replace('(names ', '(names 9', 1))
    result = slispc('diff', 'a.ir', 'b.ir')
    changed = [l for l in result.output_text.splitlines() if re.match('[-+] ', l)]
    assert result.code == DIFFERENT and changed == ['+   (let %extra.90:int (quote 7))']


def test_swapped_operands(program):
    """Names must correspond one to one, not only look alike."""
    (program / 'one.slisp').write_text('(defn f [x y] (println (- x y) (- x y)))\n(f 5 3)\n')
    form = slispc('-O0', '--dump-after=loops', '--to=loops', 'one.slisp').output_text
    swapped = re.sub(r'\(prim - (%x\.\d+) (%y\.\d+)', r'(prim - \2 \1', form, count=1)
    assert form != swapped
    (program / 'a.ir').write_text(form)
    (program / 'b.ir').write_text(swapped)
    assert slispc('diff', 'a.ir', 'b.ir').code == DIFFERENT
    assert slispc('ir-equal', 'a.ir', 'b.ir').code == DIFFERENT


def test_positions_count_when_nothing_else_differs(program):
    form = dump('gvn')
    (program / 'a.ir').write_text(form)
    (program / 'b.ir').write_text(form.replace('@4:13', '@4:14'))
    result = slispc('diff', 'a.ir', 'b.ir')
    assert result.code == DIFFERENT and '@4:14' in result.output_text
    assert slispc('ir-equal', 'a.ir', 'b.ir').code == FINE


def test_one_function(program):
    shown = slispc('diff', '--passes=select,liveness', 'p.slisp', 'fib').output_text
    assert '@@ user/fib.w1' in shown and 'user/area' not in shown and 'core/' not in re.sub(r'\$core/', '', shown)


def test_colour_on_demand(program):
    assert '\033[3' in slispc('diff', '--color=always', '--passes=anf,types', 'p.slisp').output_text


# ---- graph --------------------------------------------------------------------------------------


def check_graph(text):
    """Brackets outside of texts close; every node of an edge is declared. With dot: it is accepted."""
    bare = re.sub(r'<<TABLE.*?TABLE>>', 'X', re.sub(r'"(?:[^"\\]|\\.)*"', 'T', text), flags=re.S)
    for opening, closing in ('{}', '[]'):
        assert bare.count(opening) == bare.count(closing)
    declared = set(re.findall(r'^  (\w+) \[', bare, re.M))
    edges = re.findall(r'^  (\w+) -[->] (\w+)', bare, re.M)
    assert {node for edge in edges for node in edge} <= declared
    if DOT:
        result = execute([DOT, '-Tsvg'], stdin=text.encode(), timeout=60)
        assert result.code == 0 and not result.err, result.error_text
    return declared, edges


@pytest.mark.parametrize('p', AFTER)
def test_every_form_has_a_graph(program, p):
    declared, _ = check_graph(fine('graph', 'p.slisp', '--pass=' + p))
    assert declared


@pytest.mark.parametrize('p', AFTER)
def test_calls(program, p):
    """Everywhere fib calls itself."""
    text = fine('graph', 'p.slisp', '--what=calls', '--pass=' + p, 'fib')
    declared, edges = check_graph(text)
    fib = re.search(r'  (\w+) \[label="(user/)?fib(\.w1)?"\]', text).group(1)
    assert (fib, fib) in edges or p not in AFTER[:4] and 'fib.w1' in text


def test_flow(program):
    text = fine('graph', 'p.slisp', '--pass=gvn', 'fib')
    assert '[label="true"]' in text and '[label="false"]' in text and '(return ' in text
    assert 'style=dashed' in fine('graph', 'p.slisp', '--pass=alloc', '--all')


@pytest.mark.parametrize('p', ['liveness', 'intervals', 'alloc', 'frame', 'verify'])
def test_interference(program, p):
    text = fine('graph', 'p.slisp', '--what=interference', '--pass=' + p, 'fib')
    declared, edges = check_graph(text)
    assert edges and text.startswith('graph ')
    assert ('fillcolor' in text) == (PASSES.index(PASS_NAMED[p]) >= PASSES.index(PASS_NAMED['alloc']))


def test_neighbours_have_different_places(here):
    """What a slot or register holds at once: no two values of an edge may always share one place."""
    (here / 'p.slisp').write_text(PROGRAM)
    text = fine('graph', 'p.slisp', '--what=interference', '--pass=alloc')
    _, edges = check_graph(text)
    places = dict(re.findall(r'  (\w+) \[label="%[^"\\]*\\l([\w ]+)"', text))
    for a, b in edges:
        assert ' ' in places[a] + ' ' + places[b] and (places[a] != places[b] or ' ' in places[a]), (a, b)


@pytest.mark.parametrize('p', ['intervals', 'alloc', 'frame'])
def test_intervals_as_graph(program, p):
    check_graph(fine('graph', 'p.slisp', '--what=intervals', '--pass=' + p))


@pytest.mark.skipif(not DOT, reason='graphviz (dot) is not installed')
def test_drawn(program):
    slispc('graph', 'p.slisp', '--svg', '-o', 'p.svg')
    assert '<svg' in (program / 'p.svg').read_text()


def test_without_dot(program):
    result = slispc('graph', 'p.slisp', '--svg', environment={'PATH': '/nowhere'})
    assert result.code == WORLD_IS_WRONG and not result.out and 'dot' in result.error_text


def test_graph_into_a_file(program):
    assert fine('graph', 'p.slisp', '-o', 'p.dot') == ''
    assert (program / 'p.dot').read_text().startswith('digraph')


def test_graph_of_a_dump(program):
    (program / 'p.ir').write_text(dump('select'))
    assert 'cmp-jump' in fine('graph', 'p.ir', 'fib')


# ---- intervals ----------------------------------------------------------------------------------


@pytest.mark.parametrize('p', ['intervals', 'alloc', 'frame', 'verify'])
def test_chart(program, p):
    """Every row is as long as the scale; what is used was defined before."""
    chart = fine('intervals', 'p.slisp', 'fib', '--pass=' + p)
    scale = re.search(r'^  0 +(\d+)$', chart, re.M)
    rows = re.findall(r'^  ([%\w.]+) +', chart, re.M)
    assert scale and len(rows) > 4
    assert ('rdi' in rows) == (p != 'intervals')
    for row in chart.split(scale.group(0))[1].splitlines()[2:]:
        cells = row[scale.start(1) - scale.start(0):][:len(scale.group(1))].rstrip()
        assert set(cells) <= set(' =DU') and ('D' in cells or 'U' in cells)


# ---- --changed, --line --------------------------------------------------------------------------


def test_changed(program):
    text = dump('gvn', '--changed')
    unchanged = re.search(r'^ ; unchanged: (.*)$', text, re.M).group(1)
    assert 'user/fib.w1' in unchanged and '(function @1:1 $user/fib' not in text
    assert text.rstrip().endswith(')')


def test_verify_changes_nothing(program):
    text = dump('verify', '--changed')
    assert '(function' not in text and 'of the library' in text


def test_changed_says_what_diff_says(program):
    for first, second in zip(AFTER, AFTER[1:]):
        if PASS_NAMED[second].source != PASS_NAMED[second].target:
            continue
        text = dump(second, '--changed')
        for name in ('user/fib', 'user/area'):
            result = slispc('diff', '--passes=%s,%s' % (first, second), 'p.slisp', name)
            if result.code == WORLD_IS_WRONG:  # all of its calls were inlined: it is gone
                continue
            only_positions = re.search(r' @\d', result.output_text) is not None
            same = result.code == FINE or only_positions
            assert same == bool(re.search(r'; unchanged:.*%s\b' % name, text)), (second, name)


@pytest.mark.parametrize('p', AFTER)
def test_line(program, p):
    text = dump(p, '--line=4')
    assert 'fib' in text and 'area' not in text and '$core/get' not in text
    assert dump(p, '--line=99').count('\n') <= 4


def test_line_shows_instructions_only(program):
    text = dump('gvn', '--line=2')
    assert '(branch ' in text and '%int-' not in text and '(block' in text


# ---- why ----------------------------------------------------------------------------------------


def test_why_a_place(program):
    text = fine('why', 'p.slisp', '4:13')
    named = [re.findall(r'(\w+) +L\w+', line) for line in text.splitlines() if not line.startswith(' ')]
    assert sorted(sum(named, [])) == sorted(AFTER)
    assert '(fib (- n 1))' in text and 'sub-trap' in text and '"sub ' in text


def test_why_a_name(program):
    name = re.search(r'\[(%t\.\d+) \(direct', dump('anf', '--fn=fib')).group(1)
    text = fine('why', 'p.slisp', name, 'fib')
    assert re.search(r'^parse Lsurface.*: nothing$', text, re.M) and name + '=r' in text


def test_why_an_offset(program):
    code = dump('emit', '--fn=fib')
    offset = int(re.search(r'\(at (\d+) "\w+" "sub \w+, 1"', code).group(1))
    assert '(- n 1)' in fine('why', 'p.slisp', hex(offset), 'fib')


# ---- explain ------------------------------------------------------------------------------------


@pytest.mark.parametrize('p', PASSES, ids=lambda p: p.name)
def test_explain_shows_the_header(p):
    """All of what the pass's file says: nothing of it is written twice."""
    header = (REPOSITORY / 'passes' / (p.name + '.c')).read_text().split('*/')[0]
    shown = fine('explain', p.name)
    for line in header.removeprefix('/* pass ').splitlines():
        assert line.removeprefix(' *').strip() in shown
    assert 'Why now:' in shown and 'Needs:' in shown and '=>' in shown


@pytest.mark.parametrize('language', sorted({p.target for p in PASSES} | {'text'}))
def test_explain_language(language):
    shown = fine('explain', language)
    for p in PASSES:
        assert (language in (p.source, p.target)) == bool(re.search(r'^  %s ' % p.name, shown, re.M))


def test_explain_faults():
    faults = [line.split()[0] for line in fine('faults').splitlines()]
    for fault in faults:
        shown = fine('explain', fault)
        assert fault in shown and '--inject=' + fault in shown


# ---- wrong use ----------------------------------------------------------------------------------


@pytest.mark.parametrize('arguments, hint', [
    (['grap', 'p.slisp'], 'graph'),
    (['dif', 'p.slisp', '--passes=anf,types'], 'diff'),
    (['ir-equl', 'a.ir', 'b.ir'], 'ir-equal'),
    (['interval', 'p.slisp'], 'intervals'),
    (['graph', 'p.slisp', '--pass=aloc'], 'alloc'),
    (['diff', 'p.slisp', '--passes=anf,typs'], 'types'),
    (['diff', 'p.slisp', '--passes=anf'], 'two passes'),
    (['diff', 'p.slisp'], 'two files'),
    (['diff', 'p.slisp', 'p.slisp'], 'no dump'),
    (['diff', 'p.slisp', '--passes=anf,types', 'fibb'], 'fib'),
    (['graph', 'p.slisp', 'fibb'], 'fib'),
    (['graph', 'p.slisp', '--what=flw'], 'flow'),
    (['graph', 'p.slisp', '--what=interference', '--pass=gvn'], '--pass=liveness'),
    (['graph', 'p.slisp', '--what=flow', '--pass=anf'], '--pass=blocks'),
    (['intervals', 'p.slisp', '--pass=select'], '--pass=intervals'),
    (['graph'], 'no file'),
    (['why', 'p.slisp'], 'L:C'),
    (['why', 'p.slisp', '99:1'], '99:1'),
    (['why', 'p.slisp', 'x:y'], 'x:y'),
    (['why', 'p.slisp', '0x10'], 'function'),
    (['explain', 'aloc'], 'alloc'),
    (['explain', 'alloc:erly-release'], 'early-release'),
    (['explain', 'allc:early-release'], 'alloc'),
    (['--line=0', '--dump-after=anf', 'p.slisp'], '0')])
def test_wrong_use(program, arguments, hint):
    result = slispc(*arguments)
    assert result.code == WORLD_IS_WRONG and hint in result.error_text, result.error_text
