"""No verdict is false: an option that is not understood where it is is an error, one without effect
says so, and "fine" names what was looked at and what was not."""
import functools
import os
import re
import shlex
import signal
import subprocess
import sys
import time

import pytest

from harness import (FINE, PROGRAM_IS_WRONG, REPOSITORY, SLISPC, SLISPC_IS_WRONG, TESTS, WORLD_IS_WRONG, execute,
                     slispc, tool)

FORMS_DIFFER = 4
SUM = '(defn f [x] (+ x 1))\n(defn g [x] (* 2 (f x)))\n(println (g (count *ns*)))\n'.replace('(count *ns*)', '3')
MINIMAL = TESTS / 'seed' / 'minimal.slisp'
OPTIONS_DEF = (REPOSITORY / 'driver' / 'options.def').read_text()
VERBS_DEF = (REPOSITORY / 'driver' / 'verbs.def').read_text()


@pytest.fixture
def program(here):
    (here / 'p.slisp').write_text(SUM)
    return here


# ---- options in any place -----------------------------------------------------------------------

ORDERS = [
    ['bisect', '--expect=nonsense', 'p.slisp'],
    ['run', '--each', '--no-verify', '--inject=select:arguments-exchanged', 'p.slisp'],
    ['lockstep', '--passes=anf,verify', 'p.slisp'],
    ['diff', '--passes=anf,types', 'p.slisp'],
    ['why', '--to=anf', 'p.slisp', '2:3'],
    ['graph', '--pass=gvn', 'p.slisp'],
    ['intervals', '--pass=alloc', 'p.slisp'],
    ['check', '--to=anf', 'p.slisp'],
    ['--dump-after=anf', '--fn=g', '-O0', 'p.slisp']]


@pytest.mark.parametrize('arguments', ORDERS, ids=lambda a: a[0].strip('-'))
def test_order_does_not_matter(program, arguments):
    options = [a for a in arguments if a.startswith('-') and a != '--each']
    others = [a for a in arguments if a not in options]
    first = slispc(*arguments)
    for order in (others + options, options + others, others[:1] + options + others[1:]):
        again = slispc(*order)
        assert (again.code, again.out) == (first.code, first.out), again.error_text


def test_what_follows_the_file_of_a_plain_run_is_the_programs(here):
    (here / 'a.slisp').write_text('(defn -main [& args] (println args))\n')
    assert slispc('-O0', 'run', 'a.slisp', '-O1', '--', '--each').out == b'(-O1 -- --each)\n'
    assert slispc('run', '--', 'a.slisp', '-O1').out == b'(-O1)\n'
    each = slispc('run', 'a.slisp', 'x')
    assert each.out == b'(x)\n'
    assert b'(x -O1)' in slispc('run', '--each', 'a.slisp', 'x', '--', '-O1').out
    assert slispc('bisect', 'a.slisp', '--expect=(-x)', '--', '-x').code == FINE


def test_two_dashes_end_options(program):
    result = slispc('--', '-O0')
    assert result.code == WORLD_IS_WRONG and 'cannot read -O0' in result.error_text


def test_standard_input(program):
    assert execute([SLISPC, 'run', '-'], stdin=SUM.encode()).out == b'8\n'
    assert execute([SLISPC, 'intervals', '-', 'g', '-O0'], stdin=SUM.encode()).output_text.startswith('- after alloc')
    assert execute([SLISPC, '-'], stdin=SUM.encode()).code == FINE
    assert execute(['./a.out']).out == b'8\n'


# ---- each option where it is understood ---------------------------------------------------------

VERBS = [v.replace('_', '-') for v in re.findall(r'^VERB\((\w+)', VERBS_DEF, re.M)]
ROWS = re.findall(r'^OPTION\(\w+, "([^"]+)", (NULL|"[^"]*"),', OPTIONS_DEF, re.M)
VALUES = {'-o': 'x', '--dialect': 'seed', '--dump-after': 'anf', '--dump-before': 'anf', '--dump-dir': 'x', '--fn': 'f',
          '--line': '1', '--style': 'view', '--from': 'anf', '--to': 'anf', '--skip': 'gvn', '--keep': 'f',
          '--replace': 'anf:cat', '--inject': 'alloc:early-release', '--verify': 'infer', '--verify-without': 'V05',
          '--expect': 'x', '--still': 'true', '--passes': 'anf,types', '--limit': '5', '--steps': '5', '--trace': None,
          '--break': '1', '--call': '(user/f 1)', '--by': 'name', '--pass': 'gvn', '--what': 'flow', '--diff': 'Lanf',
          '--against': 'x', '--diag': 'text', '--color': 'never', '--n': '1', '--seed': '1', '--kind': 'verify',
          '--walks': '1'}


@functools.cache
def help_of(verb):
    return slispc(verb, '--help').output_text


def takers(option):
    """The verbs whose help shows the option."""
    return [verb for verb in VERBS if verb != 'compile' and
            re.search(r'^  %s[ =\[]' % re.escape(option), help_of(verb), re.M)]


@pytest.mark.parametrize('option, value', ROWS, ids=[name for name, _ in ROWS])
def test_an_option_out_of_place_is_an_error(program, option, value):
    given = option if value == 'NULL' or VALUES[option] is None else '%s=%s' % (option, VALUES[option])
    if option == '-o':
        given = '-o=x'
    for verb in set(VERBS) - set(takers(option)) - {'compile'}:
        result = slispc(verb, 'p.slisp', given) if verb != 'run' else slispc(verb, given, 'p.slisp')
        assert result.code == WORLD_IS_WRONG and not result.out, (verb, result.error_text)
        assert 'takes no %s; it is for ' % option in result.error_text, (verb, result.error_text)


@pytest.mark.parametrize('arguments, words', [
    (['--fn=f', 'p.slisp'], '--fn has no effect without --dump-after'),
    (['check', '--style=full', 'p.slisp'], '--style has no effect'),
    (['--no-verify', '--verify=infer', 'p.slisp'], '--verify has no effect'),
    (['--to=anf', '--inject=alloc:early-release', 'p.slisp'], 'pass alloc does not run here'),
    (['--to=anf', '--skip=gvn', 'p.slisp'], '--skip has no effect: pass gvn does not run here'),
    (['-O0', '--inject=gvn:known-in-other-arm', 'p.slisp'], 'pass gvn does not run here'),
    (['--library', 'p.slisp'], '--library has no effect without --replace or --inject'),
    (['-O0', '--keep=f', 'p.slisp'], '--keep has no effect')])
def test_an_option_without_effect_says_so(program, arguments, words):
    result = slispc(*arguments)
    assert result.code == FINE and words in result.error_text, result.error_text


@pytest.mark.parametrize('arguments, hint', [
    (['chek', 'p.slisp'], 'check'), (['--verify-without=V5', 'p.slisp'], 'V05'), (['--color=alway', 'p.slisp'], 'always'),
    (['--kind=verfy', 'reduce', 'p.slisp'], 'verify'), (['--dialect=sed', 'p.slisp'], 'seed'),
    (['faults', 'aloc'], 'alloc'), (['explain', '%doubl+'], '%double+'), (['explain', 'V5'], 'V05'),
    (['--diag=jsn', 'p.slisp'], 'json'), (['--by=nam', 'run', 'p.slisp'], 'name'),
    (['--seed=x', 'fuzz'], 'x'), (['--inject=alloc:early-release:x', 'p.slisp'], 'x')])
def test_near_misses_of_values(program, arguments, hint):
    result = slispc(*arguments)
    assert result.code == WORLD_IS_WRONG and hint in result.error_text, result.error_text


def test_a_file_that_looks_like_a_verb(here):
    (here / 'prog').write_text('(println 1)\n')
    assert 'slispc ./prog' in slispc('prog').error_text


@pytest.mark.parametrize('verb', [v for v in VERBS if v != 'compile'])
def test_help_of_a_verb(verb):
    result = slispc(verb, '--help')
    assert result.code == FINE and 'slispc %s' % verb in result.output_text and '--diag' in result.output_text


# ---- where a file may start ---------------------------------------------------------------------


@pytest.mark.parametrize('name', ['expand', 'loops', 'anf', 'gvn', 'select', 'alloc', 'emit'])
def test_source_starts_at_parse(program, name):
    result = slispc('--from=' + name, 'p.slisp')
    assert result.code == WORLD_IS_WRONG and 'is source, which starts at parse' in result.error_text
    (program / 'p.ir').write_bytes(slispc('--dump-after=blocks', '--style=full', 'p.slisp').out)
    result = slispc('check', '--from=' + name, 'p.ir')
    assert result.code == (FINE if name == 'gvn' else WORLD_IS_WRONG), result.error_text


# ---- runs ---------------------------------------------------------------------------------------


def test_a_limit_is_one_of_the_native_program():
    """It does not make an early form run instead, which would hide the fault."""
    result = slispc('run', '--limit=5', '--inject=alloc:early-release', MINIMAL)
    assert result.code == SLISPC_IS_WRONG and 'error[V05]' in result.error_text


def test_a_limit_ends_the_native_program(here):
    (here / 'a.slisp').write_text('(println "before")\n(loop [i 0] (recur (inc (rem i 7))))\n')
    result = slispc('run', '--limit=1', 'a.slisp')
    assert (result.code, result.out) == (WORLD_IS_WRONG, b'before\n') and 'after 1 seconds' in result.error_text


def test_the_form_that_is_stepped_through_is_named(program):
    assert 'after expand, interpreted' in slispc('run', '--count', 'p.slisp').error_text
    with_passes = slispc('run', '--count', '--skip=simplify', 'p.slisp').error_text
    assert 'after verify, interpreted' in with_passes
    counts = [re.search(r'(\d+) steps', slispc('run', '--count', *o, 'p.slisp').error_text).group(1)
              for o in (['--skip=gvn'], ['--skip=simplify,gvn'])]
    assert counts[0] != counts[1]


def test_a_frame_without_calls_needs_no_alignment(here):
    """The interpreter asks for what emit asks for, and only there."""
    (here / 'm.slisp').write_text('(println (min 3 (count "ab")))\n')
    alloc = '--replace=alloc:%s %s' % (sys.executable, REPOSITORY / 'docs' / 'labs' / 'alloc.py')
    result = slispc('run', '--each', '--library', alloc, 'm.slisp', timeout=60)
    assert result.code == FINE, result.output_text


# ---- check and diff -----------------------------------------------------------------------------


def test_check_looks_at_every_form(program):
    dumps = slispc('--dump-after=all', '--style=full', 'p.slisp').output_text
    (program / 'all.ir').write_text(dumps)
    result = slispc('check', 'all.ir')
    assert result.code == FINE and result.output_text.count(': fine\n') == 20
    (program / 'all.ir').write_text(dumps.replace('(ret [] ', '(ret [] %nothing.999999=', 1))
    assert slispc('check', 'all.ir').code != FINE
    result = slispc('run', 'all.ir')
    assert result.code == PROGRAM_IS_WRONG and 'one header and one program' in result.error_text


def test_fine_says_what_was_checked(program):
    assert 'the forms after parse to emit; verified: every function' in slispc('check', 'p.slisp').output_text
    assert 'without simplify, gvn;' in slispc('check', '-O0', 'p.slisp').output_text
    assert 'not checked: registers and slots (verify did not run)' in slispc('check', '--no-verify', 'p.slisp').output_text
    (program / 'p.ir').write_bytes(slispc('--dump-after=alloc', '--style=full', 'p.slisp').out)
    assert 'not checked: rule V01' in slispc('check', 'p.ir').output_text


@pytest.mark.parametrize('old, new', [('(from core (function $core/get.w', None), ('Lblocks', None)])
def test_diff_and_ir_equal_agree(program, old, new):
    form = slispc('--dump-after=gvn', '--style=full', 'p.slisp').output_text
    (program / 'a.ir').write_text(form)
    library = form.index('(from core')
    changed = re.sub(r'\(quote 1\)', '(quote 2)', form[library:], count=1)
    assert changed != form[library:]
    (program / 'b.ir').write_text(form[:library] + changed)
    result = slispc('diff', 'a.ir', 'b.ir')
    assert result.code == slispc('ir-equal', 'a.ir', 'b.ir').code == FORMS_DIFFER
    assert 'only the library differs: 1 definition' in result.output_text
    assert slispc('diff', 'a.ir', 'a.ir').code == slispc('ir-equal', 'a.ir', 'a.ir').code == FINE


# ---- again: lines -------------------------------------------------------------------------------


def command_after(text, word):
    line = re.search(r'%s:  +(?:(SLISP_GC=\w+) )?slispc (.*)' % word, text)
    return shlex.split(line.group(2))


WRONG = '''#!/usr/bin/env python3
import sys
sys.stdout.write(sys.stdin.read().replace('(quote 1)', "(quote 7)"))
'''


def test_again_lines_have_all_that_matters(program):
    (program / 'my pass.py').write_text(WRONG)
    options = ["--replace=gvn:python3 'my pass.py'", '--skip=simplify']
    result = slispc('bisect', 'p.slisp', *options, timeout=60)
    assert result.code == FORMS_DIFFER and 'first bad pass: gvn' in result.output_text, result.output_text
    right, wrong = slispc('run', 'p.slisp').out, slispc('run', *options, 'p.slisp').out
    assert right != wrong
    assert slispc(*command_after(result.output_text, 'again')).out == wrong
    assert slispc(*command_after(result.output_text, 'next')).code == FORMS_DIFFER


def test_again_lines_of_a_failing_pass(program):
    result = slispc('-O0', '--inject=select:no-form', 'p.slisp', environment={'SLISPC_CRASH_DIR': str(program)})
    again = slispc(*command_after(result.error_text, 'again'))
    assert again.code == result.code == SLISPC_IS_WRONG
    assert again.error_text.splitlines()[0] == result.error_text.splitlines()[0]


def test_bisect_shows_the_first_line_that_differs(here):
    (here / 'a.slisp').write_text('(println 1)\n(println 2)\n(println 3)\n')
    result = slispc('bisect', 'a.slisp', '--expect=1\n5\n3')
    assert 'line 2 of the output: 2, not 5' in result.output_text, result.output_text


# ---- diagnostics --------------------------------------------------------------------------------


def test_warnings_hide_no_error(here):
    (here / 'w.slisp').write_text(''.join('(defn f%d [] (atom 1 2 3))\n' % i for i in range(11)) + '(prn (nosuch 1))\n')
    result = slispc('w.slisp')
    heads = re.findall(r'^(error|warning)\[', result.error_text, re.M)
    assert result.code == PROGRAM_IS_WRONG and heads == ['error'] + 10 * ['warning'], result.error_text
    assert '... and 1 more warning' in result.error_text


def test_line_ends_and_byte_order_mark(here):
    (here / 'a.slisp').write_bytes(b'\xef\xbb\xbf(println 1) ; one\r(println 2)\r\n; "\r(prn (nosuch))\r')
    result = slispc('a.slisp')
    assert 'a.slisp:4:7' in result.error_text and '    4 | (prn (nosuch))\n' in result.error_text, result.error_text
    (here / 'a.slisp').write_bytes(b'\xef\xbb\xbf(println 1) ; one\r(println 2)\r')
    assert slispc('run', 'a.slisp').out == b'1\n2\n'


# ---- whose mistake it is ------------------------------------------------------------------------


ROOT = """(defn f [a b c d]
  (let [x (vector a b) y (vector b c) z (vector c d) w (vector d a) v (vector a c) u (vector x y)]
    (println x y z w v u) (vector x y z w v u a b c d)))
(println (f 1 2 3 4))
"""


def test_a_slot_in_dispute_is_not_free(here):
    (here / 'a.slisp').write_text(ROOT)
    found = 0
    for seed in range(12):
        report = slispc('--inject=alloc:early-release:%d' % seed, 'a.slisp', '-o', '/dev/null').error_text
        place = re.match(r'error\[V05\]: (?:%\S+ is read from )?(s\d+)', report)
        free = re.search(r'free slots at #\d+:(.*)', report)
        if place and free:
            found += 1
            assert place.group(1) not in free.group(1).split(), report
    assert found >= 5


@pytest.mark.parametrize('name, old, new', [
    ('blocks', r'(\(prim \S+ )%[^\s)]+', r'\1%nothing.9999'),
    ('liveness', r'\(live-out %[^)]*', r'(live-out'),
    ('frame', r'=s0\[rsp\+0\]', r'=s1[rsp+8]')])
def test_a_dump_that_is_wrong_is_no_bug_of_slispc(here, name, old, new):
    (here / 'a.slisp').write_text(ROOT.replace('(println (f', '(println (* 2 (count *command*)))\n(println (f').replace('(count *command*)', '(count (f 1 2 3 4))'))
    form = slispc('--dump-after=' + name, '--style=full', 'a.slisp').output_text
    wrong = re.sub(old, new, form, count=20)
    assert wrong != form
    (here / 'a.ir').write_text(wrong)
    for command in (['check'], ['run', '--each']):
        result = slispc(*command, 'a.ir', timeout=60)
        assert result.code != FINE
        assert 'a bug in slispc, not' not in result.error_text + result.output_text, result.error_text


def test_a_replaced_pass_is_named(here):
    (here / 'a.slisp').write_text(ROOT)
    (here / 'wrong.py').write_text('import re, sys\nsys.stdout.write(re.sub("=s1", "=s0", sys.stdin.read()))\n')
    (here / 'alloc.sh').write_text('cat > in.ir; %s --to=alloc --style=full in.ir | %s wrong.py\n' % (SLISPC, sys.executable))
    result = slispc('--replace=alloc:sh alloc.sh', 'a.slisp')
    assert result.code == SLISPC_IS_WRONG, result.error_text
    assert 'pass alloc was replaced by' in result.error_text and 'read from a file' not in result.error_text
    assert 'bug in slispc' not in result.error_text


def test_an_interpreter_says_where(here):
    (here / 'a.slisp').write_text('(defn f [x]\n  (let [y (inc x)] (* y y)))\n(println (f 3))\n')
    form = slispc('-O0', '--dump-after=frame', '--style=full', 'a.slisp').output_text
    body = form.index('(function @1:1 $user/f.')
    wrong = form[:body] + re.sub(r'(\((?:imul|add|sub)-trap \[\S+\]) %(\w+)\.\d+', r'\1 %\2.9', form[body:], count=1)
    assert wrong != form
    (here / 'a.ir').write_text(wrong)
    result = slispc('run', '--by=name', 'a.ir')
    assert result.code != FINE and re.search(r'in \$user/f\.w\d+, b\d+', result.error_text), result.error_text


# ---- the user's functions and the library's -----------------------------------------------------


def test_commands_and_mistakes_are_for_the_users_functions(here):
    (here / 'a.slisp').write_text('(defn f [x] (* x 2))\n(println (f (count [1 2])))\n')
    (here / 'see.py').write_text('import sys\ntext = sys.stdin.read()\nopen("seen", "w").write(text)\nsys.stdout.write(text)\n')
    options = ['--replace=gvn:%s see.py' % sys.executable, 'run', 'a.slisp']
    assert slispc(*options).out == b'4\n'
    seen = (here / 'seen').read_text()
    assert '$user/' in seen and '(from core' not in seen
    assert slispc('--library', *options).out == b'4\n'
    assert '(from core' in (here / 'seen').read_text()


def test_mistakes_are_for_the_users_functions(here):
    (here / 'a.slisp').write_text('(defn f [x] (println x) (println (map inc [x])) x)\n(f 2)\n')
    for fault in ('alloc:drop-store', 'select:arguments-exchanged'):
        forms = [slispc('--no-verify', *option, '--dump-after=' + fault.split(':')[0], '--style=full', 'a.slisp').output_text
                 for option in ([], ['--inject=' + fault], ['--inject=' + fault, '--library'])]
        library = [form[re.search(r'\(from\s', form).start():] for form in forms]
        assert library[0] == library[1] != library[2] and forms[0] != forms[2]


def test_headers_tell_of_skipped_and_injected_passes(here):
    (here / 'a.slisp').write_text('(println (inc 2))\n')
    heads = [slispc('--skip=simplify,gvn', '--inject=blocks:ways-exchanged', '--dump-after=' + p, 'a.slisp').output_text.splitlines()[0]
             for p in ('anf', 'blocks', 'gvn')]
    assert all('(skip simplify gvn)' in head for head in heads)
    assert ['(inject blocks:ways-exchanged:0)' in head for head in heads] == [False, True, True]
    form = slispc('--skip=gvn', '--dump-after=blocks', '--style=full', 'a.slisp').out
    (here / 'a.ir').write_bytes(form)
    assert slispc('--dump-after=gvn', '--style=full', 'a.ir').out == slispc('--skip=gvn', '--dump-after=gvn', '--style=full', 'a.slisp').out


# ---- forms that people look at ------------------------------------------------------------------

SHOP = """(defn discount [x] (* x 2))
(defn main2 [y] (println (discount y) "is the price, and here is some more text" y))
(defn unused [x] (+ x 1))
(main2 4)
(main2 5)
"""


@pytest.fixture
def shop(here):
    (here / 'm.slisp').write_text(SHOP)
    return here


def test_an_inlined_function_is_told_of(shop):
    result = slispc('--dump-after=alloc', '--fn=discount', 'm.slisp')
    assert result.code == WORLD_IS_WRONG and not result.out
    assert 'inlined into ' in result.error_text and '--keep=discount' in result.error_text, result.error_text
    assert '$user/discount' in slispc('--dump-after=alloc', '--fn=discount', '--keep=discount', 'm.slisp').output_text
    assert '$user/discount' in slispc('--dump-after=alloc', '--fn=discount', '-O0', 'm.slisp').output_text
    both = slispc('--dump-after=resolve,alloc', '--fn=discount', 'm.slisp')
    assert both.code == FINE and 'note: discount is in no form after' in both.error_text
    assert 'nothing calls it' in slispc('--dump-after=alloc', '--fn=unused', 'm.slisp').error_text
    assert slispc('run', '--keep=discount', 'm.slisp').out == slispc('run', 'm.slisp').out


@pytest.mark.parametrize('arguments', [['--dump-after=anf', '--fn=discont'], ['--keep=discont'], ['graph', '--fn=discont'],
                                       ['why', '--fn=discont', '2:1']])
def test_a_misspelt_function(shop, arguments):
    options = [a for a in arguments if a != '2:1'] + ['m.slisp'] + [a for a in arguments if a == '2:1']
    result = slispc(*options)
    assert result.code == WORLD_IS_WRONG and 'did you mean discount' in result.error_text, result.error_text


def test_a_second_argument_is_a_function(shop):
    """Whatever files there are: here the executable has the function's name."""
    assert slispc('m.slisp', '-o', 'discount').code == FINE
    result = slispc('intervals', '--keep=discount', 'm.slisp', 'discount')
    assert result.code == FINE and 'user/discount' in result.output_text
    assert 'digraph' in slispc('graph', '--keep=discount', 'm.slisp', 'discount').output_text
    assert 'is an executable or an object' in slispc('run', './discount').error_text


def on_a_terminal(*arguments):
    if not tool('script'):
        pytest.skip('script is not installed')
    return execute(['script', '-qec', ' '.join([SLISPC, *arguments]), '/dev/null']).output_text


def test_a_terminal_shows_the_view(shop):
    view = slispc('--dump-after=liveness', '--style=view', 'm.slisp').output_text
    full = slispc('--dump-after=liveness', 'm.slisp').output_text
    assert on_a_terminal('--dump-after=liveness', 'm.slisp').replace('\r', '') == view
    assert '(library core ...)' not in full and len(view) < len(full) / 5
    assert full == slispc('--dump-after=liveness', '--style=full', 'm.slisp').output_text


def test_the_view_groups_names_by_kind(shop):
    options = ['--dump-after=liveness', '--fn=main2', '-O0', 'm.slisp']
    view, full = (slispc('--style=' + style, *options).output_text for style in ('view', 'full'))
    names = dict(re.findall(r'\((%\S+) (ref|raw|flag|double)\)', full))
    grouped = re.search(r'\(kinds\n(.*?)\)\)\n', view, re.S).group(1)
    for group in re.split(r'\n   \(', '\n' + grouped)[1:]:
        kind, *members = re.findall(r'[^\s()]+', group)
        assert members and all(names.pop(name) == kind for name in members)
    assert not names


def test_a_view_is_not_read(shop):
    (shop / 'v.ir').write_bytes(slispc('--dump-after=anf', '--style=view', 'm.slisp').out)
    result = slispc('check', 'v.ir')
    assert result.code == PROGRAM_IS_WRONG and result.error_text.startswith('error[SL0023]') and '--style=full' in result.error_text
    assert result.error_text.count('error') == 1


def test_intervals_drawn_have_names(shop):
    shown = slispc('graph', '--what=intervals', '-O0', 'm.slisp', 'main2').output_text
    assert '%y.' in shown


# ---- why, breakpoints, files --------------------------------------------------------------------


def test_why_finds_the_nearest_form(shop):
    exact, near = (slispc('why', '-O0', 'm.slisp', place).output_text for place in ('2:26', '2:30'))
    assert near.splitlines()[0] == 'no form starts at 2:30; the nearest one does at 2:26'
    assert near.split('\n', 1)[1] == exact and 'call core/println' not in exact.split('resolve')[0].split('expand')[0]
    assert len(re.findall(': nothing$', exact, re.M)) <= 1


def test_why_beyond_the_end(shop):
    result = slispc('why', 'm.slisp', '0x999', 'main2', '-O0')
    assert result.code == WORLD_IS_WRONG and re.search('0x999 is beyond the end of user/main2.w1, which has 0x[0-9a-f]+ bytes', result.error_text)


def test_a_breakpoint_that_nothing_is_from(shop):
    result = slispc('run', '--break=999', 'm.slisp')
    assert result.code == WORLD_IS_WRONG and 'nothing in the form is from there' in result.error_text


@pytest.mark.parametrize('kind', ['-o', '-c', '-S', '--dump-dir'])
def test_no_file_is_left_by_a_limit(here, kind):
    (here / 'p.slisp').write_text(SHOP)
    options = {'-o': '-o p', '-c': '-c', '-S': '-S', '--dump-dir': '--style=full --dump-dir=.'}[kind]
    result = execute(['sh', '-c', 'ulimit -f 1; exec %s %s p.slisp' % (SLISPC, options)])
    assert result.code == WORLD_IS_WRONG and 'File too large' in result.error_text, result.error_text
    assert not [f.name for f in here.iterdir() if '.tmp' in f.name]


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_no_file_is_left_by_a_signal(here, number):
    (here / 'p.slisp').write_text(''.join('(defn f%d [x] (println [x %d]))\n(f%d 1)\n' % (i, i, i) for i in range(300)))
    for delay in (0.02, 0.05, 0.1, 0.2):
        process = subprocess.Popen([SLISPC, 'p.slisp', '-o', 'p', '--dump-after=emit', '--dump-dir=.'], stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.send_signal(number)
        process.wait(20)
        assert not [f.name for f in here.iterdir() if '.tmp' in f.name]


def test_no_file_is_left_by_a_command(here):
    (here / 'p.slisp').write_text(SHOP)
    (here / 'tell.sh').write_text('echo $1 >> names\nsleep 5\n')
    process = subprocess.Popen([SLISPC, 'bisect', '--still=sh tell.sh', 'p.slisp'], stdout=subprocess.DEVNULL)
    for _ in range(100):
        if (here / 'names').exists():
            break
        time.sleep(0.1)
    process.terminate()
    process.wait(20)
    assert not os.path.exists((here / 'names').read_text().strip())
