"""The command line: verbs, options, exit codes, what goes to stdout and what to stderr."""
import json
import re

import pytest

from harness import (FINE, PASSES, PROGRAM_IS_WRONG, REPOSITORY, SLISPC, WORLD_IS_WRONG, compiled, execute,
                     slispc, tool)

HELLO = '(println "hello")\n'
ARGUMENTS = '(defn -main [& args] (println (count args) args) 7)\n'


@pytest.fixture
def hello(here):
    (here / 'hello.slisp').write_text(HELLO)
    return here


def test_output_is_named_after_the_source(hello):
    result = slispc('hello.slisp')
    assert (result.code, result.out, result.err) == (FINE, b'', b'')
    assert execute(['./hello']).out == b'hello\n'


def test_several_files_are_one_program(here):
    (here / 'a.slisp').write_text('(defn twice [x] (* 2 x))\n')
    (here / 'b.slisp').write_text('(println (twice 21))\n')
    assert execute([compiled('b.slisp', './both', 'a.slisp')]).out == b'42\n'


def test_arguments_and_exit_code(here):
    (here / 'args.slisp').write_text(ARGUMENTS)
    for command in ([SLISPC, 'run', 'args.slisp'], [compiled('args.slisp', './args')]):
        result = execute([*command, 'one', '--two', '-O0'])
        assert (result.out, result.code) == (b'3 (one --two -O0)\n', 7)


def test_passes_are_listed():
    assert [row['name'] for row in json.loads(slispc('passes', '--json').out)] == [p.name for p in PASSES]
    listed = slispc('passes').output_text
    assert all(p.name in listed for p in PASSES)


@pytest.mark.parametrize('arguments, hint', [
    (['--dump-after=aloc', 'hello.slisp'], 'alloc'),
    (['--dump-aftr=alloc', 'hello.slisp'], '--dump-after'),
    (['rum', 'hello.slisp'], 'run'),
    (['grammar', 'Lblock'], 'Lblocks'),
    (['--inject=alloc:early-relase', 'hello.slisp'], 'early-release'),
    (['--style=ful', 'hello.slisp'], 'full')])
def test_near_misses(hello, arguments, hint):
    result = slispc(*arguments)
    assert result.code == WORLD_IS_WRONG and not result.out
    assert hint in result.error_text


@pytest.mark.parametrize('arguments', [[], ['run'], ['hello.slisp', '-o'], ['grammar']])
def test_wrong_use(hello, arguments):
    result = slispc(*arguments)
    assert result.code == WORLD_IS_WRONG and result.err and not result.out


def test_help():
    result = slispc('--help')
    assert result.code == FINE and not result.err
    assert all(word in result.output_text for word in ['slispc run', '--dump-after', '--style', 'Exit codes'])


@pytest.mark.parametrize('language', sorted({p.target for p in PASSES}))
def test_grammars(language):
    result = slispc('grammar', language)
    assert result.code == FINE and '(program' in result.output_text


@pytest.mark.parametrize('p', PASSES, ids=lambda p: p.name)
def test_explain_pass(p):
    assert p.source in slispc('explain', p.name).output_text


def test_explain_messages():
    codes = re.findall(r'^MESSAGE\("(SL\d+)"', (REPOSITORY / 'passes' / 'messages.def').read_text(), re.M)
    assert codes
    for code in codes:
        assert slispc('explain', code).code == FINE


def test_every_code_is_a_message():
    """Each code that a pass reports has a row in messages.def, and no row is idle."""
    rows = set(re.findall(r'^MESSAGE\("(SL\d+)"', (REPOSITORY / 'passes' / 'messages.def').read_text(), re.M))
    used = set()
    for folder in ('passes', 'driver'):
        for source in (REPOSITORY / folder).rglob('*.c'):
            used |= set(re.findall(r'"(SL\d{4})"', source.read_text()))
    assert used == rows


def test_dump_of_one_function(here):
    (here / 'two.slisp').write_text('(defn one [x] x)\n(defn two [x] (one (one x)))\n(println (two 1))\n')
    dump = slispc('-O0', '--dump-after=blocks', '--fn=user/two', 'two.slisp').output_text
    assert '$user/two' in dump and not re.search(r'\(function \$user/one', dump)


def test_styles_of_dumps(hello):
    full, view, canon = (slispc('--dump-after=resolve', '--to=resolve', '--style=' + style, 'hello.slisp').output_text
                         for style in ('full', 'view', 'canon'))
    assert len(view) < len(full) and '@' in full and '@' not in canon


def test_json_diagnostics(here):
    (here / 'bad.slisp').write_text('(println (fist [1]))\n')
    result = slispc('--diag=json', 'bad.slisp')
    assert result.code == PROGRAM_IS_WRONG
    rows = [json.loads(line) for line in result.error_text.splitlines()]
    assert any('fist' in json.dumps(row) for row in rows)


def test_strict(here):
    """What would surely fail at run time is a warning, with --strict an error."""
    (here / 'calls.slisp').write_text('(defn f [x] x)\n(println 1)\n(defn g [] (f 1 2))\n(println 2)\n(g)\n')
    relaxed, strict = slispc('run', 'calls.slisp'), slispc('run', '--strict', 'calls.slisp')
    assert relaxed.code == 1 and relaxed.out == b'1\n2\n' and b'calls.slisp:3:' in relaxed.err
    assert strict.code == PROGRAM_IS_WRONG and strict.out == b''


def test_uncaught_exception(here):
    """Message, place and a backtrace on stderr; what was printed before stays."""
    (here / 'fails.slisp').write_text(
        '(defn inner [x]\n  (if (> x 0) (+ 1 (inner (- x 1))) (quot 5 x)))\n(println "before")\n(println (inner 3))\n')
    result = slispc('run', 'fails.slisp')
    assert (result.code, result.out) == (1, b'before\n')
    assert b'Divide by zero' in result.err and b'fails.slisp:2:' in result.err
    assert b'inner' in result.err and b'fails.slisp:4:' in result.err


def test_object_file(hello):
    if not tool('cc'):
        pytest.skip('no C compiler is installed')
    assert slispc('-c', 'hello.slisp', '-o', 'hello.o').code == FINE
    library = str(REPOSITORY / 'out' / 'libslisp.a')
    linked = execute(['cc', '-no-pie', 'hello.o', library, '-lm', '-o', 'hello'], timeout=30)
    assert linked.code == 0, linked.error_text
    assert execute(['./hello']).out == b'hello\n'


def test_assembly(hello):
    if not tool('cc'):
        pytest.skip('no C compiler is installed')
    assert slispc('-S', 'hello.slisp', '-o', 'hello.s').code == FINE
    library = str(REPOSITORY / 'out' / 'libslisp.a')
    linked = execute(['cc', '-no-pie', 'hello.s', library, '-lm', '-o', 'hello'], timeout=30)
    assert linked.code == 0, linked.error_text
    assert execute(['./hello']).out == b'hello\n'


def test_executable_is_hardened(hello):
    """Nothing in it is both writable and executable; the stack is not executable."""
    if not tool('readelf'):
        pytest.skip('readelf is not installed')
    headers = execute(['readelf', '-lW', compiled('hello.slisp', './hello')]).output_text
    flags = re.findall(r'^\s+(\w+)\s+0x\S+ 0x\S+ 0x\S+ 0x\S+ 0x\S+ (...)', headers, re.M)
    assert flags and all(not ('W' in f and 'E' in f) for _, f in flags)
    assert ('GNU_STACK', 'RW ') in flags


def test_hash_bang(here):
    """A program may start with the name of what runs it."""
    (here / 'script.slisp').write_text('#!%s run\n%s' % (SLISPC, HELLO))
    (here / 'script.slisp').chmod(0o755)
    result = execute(['./script.slisp'])
    assert result.out == b'hello\n', result.error_text
