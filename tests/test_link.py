"""What slispc writes: executables, objects and assembly, held against the system's own tools."""
import os
import re
from pathlib import Path

import pytest

from harness import PROGRAM_IS_WRONG, SLISPC, WORLD_IS_WRONG, compiled, execute, slispc, tool

PROGRAM = '''(defn fact [n] (if (< n 2) 1 (* n (fact (dec n)))))
(defn describe [m] (str (:name m) " " (:size m 3.5) " " (vec (map inc [1 2 3]))))
(defn fail [n]
  (+ 1 (/ 100 n)))
(println (fact 20) (describe {:name "slisp"}))
(println (try (fact 30) (catch ArithmeticException e (ex-message e))))
(println (map fail [1 2]))
'''
ARCHIVE = Path(SLISPC).parent / 'libslisp.a'
needs_cc = pytest.mark.skipif(not tool('cc') or not ARCHIVE.exists(), reason='no C compiler or no libslisp.a')


def need(name):
    return pytest.mark.skipif(not tool(name), reason=name + ' is not installed')


@pytest.fixture
def program(here):
    (here / 'p.slisp').write_text(PROGRAM)
    return here / 'p.slisp'


@pytest.fixture
def wanted(program):
    """What the program prints."""
    return slispc('run', program).out


def test_run_and_executable_agree(program, wanted, here):
    result = execute([compiled(program, here / 'p')])
    assert wanted.startswith(b'2432902008176640000 slisp 3.5 [2 3 4]\n')
    assert (result.out, result.code) == (wanted, 0)


def test_same_program_same_bytes(program, here):
    first, second = (compiled(program, here / name).read_bytes() for name in 'ab')
    assert first == second


def test_mode_follows_umask(program, here):
    old = os.umask(0o027)
    try:
        assert compiled(program, here / 'p').stat().st_mode & 0o777 == 0o750
    finally:
        os.umask(old)


@pytest.mark.parametrize('option', [[], ['-c'], ['-S']])
def test_failing_to_write_leaves_nothing(option, program, here):
    (here / 'taken').mkdir()
    for target in ('missing/p', 'taken'):
        result = slispc(*option, program, '-o', here / target)
        assert result.code == WORLD_IS_WRONG and result.err
    assert sorted(os.listdir(here)) == ['p.slisp', 'taken'] and not os.listdir(here / 'taken')


@need('readelf')
def test_readelf_is_content(program, here):
    for options, name in ([], 'p'), (['-c'], 'p.o'):
        result = execute(['readelf', '-aW', '--debug-dump=info,abbrev,decodedline,frames',
                          compiled(program, here / name, *options)])
        assert result.code == 0 and b'arning' not in result.err, result.error_text
    segments = execute(['readelf', '-lW', here / 'p']).output_text
    assert not re.search(r'LOAD .* RWE ', segments)
    assert re.search(r'GNU_STACK .* RW ', segments)


@need('nm')
def test_symbols(program, here):
    names = execute(['nm', compiled(program, here / 'p')]).output_text
    assert re.search(r' T user/fact(\.w\d)?$', names, re.M), names
    assert re.search(r' T main$', names, re.M)


@need('gdb')
def test_gdb_shows_functions_and_lines(program, here):
    commands = ['-ex', 'set confirm off', '-ex', 'break p.slisp:4', '-ex', 'run', '-ex', 'bt']
    result = execute(['gdb', '-q', '-nx', '-batch', *commands, compiled(program, here / 'p')], timeout=60, cwd=here)
    assert re.search(r'#0 .*user/fail.* at .*p\.slisp:4', result.output_text), result.output_text


@needs_cc
@pytest.mark.parametrize('option, suffix', [('-c', 'o'), ('-S', 's')])
def test_links_with_c(option, suffix, program, wanted, here):
    made = compiled(program, here / ('p.' + suffix), option)
    result = execute(['cc', made, ARCHIVE, '-lm', '-o', here / 'linked'], timeout=60)
    assert result.code == 0, result.error_text
    result = execute([here / 'linked'])
    assert (result.out, result.code) == (wanted, 0), result.error_text


def section(file, name, directory):
    execute(['objcopy', '-O', 'binary', '-j', name, file, directory / 'bytes'])
    return bytearray((directory / 'bytes').read_bytes())


@need('as')
@need('objcopy')
def test_as_gives_the_same_bytes(program, here):
    """The text of -S, assembled, is the code of -c, but for the places that a linker fills in."""
    ours = compiled(program, here / 'ours.o', '-c')
    result = execute(['as', compiled(program, here / 'p.s', '-S'), '-o', here / 'theirs.o'], timeout=60)
    assert result.code == 0, result.error_text
    code, other = (section(here / name, '.text', here) for name in ('ours.o', 'theirs.o'))
    relocations = execute(['readelf', '-rW', ours]).output_text.split("'.rela.text'")[1].split('\n\n')[0]
    places = [int(m, 16) for m in re.findall(r'^([0-9a-f]{16}) ', relocations, re.M)]
    assert len(places) > 10 and len(code) == len(other)
    for place in places:
        code[place:place + 4] = other[place:place + 4] = b'....'
    assert code == other
    for name in '.rodata', '.data.slisp':
        assert len(section(here / 'ours.o', name, here)) <= len(section(here / 'theirs.o', name, here))


# A part of a program passes through every pass, but is no program: what refers to what, and why that is wrong.
PARTS = {
    'code': ('(code $user/g.w1)', 'which the program does not have'),
    'static': ('(static $user/g)', 'which the program does not have'),
    'cell': ('(cell $user/x)', 'which the program does not have'),
    'runtime': ('(runtime rt_nothing)', 'which the runtime does not have'),
    'constant': ('(quote nil)', 'which no program holds as a constant'),
}
PART = '''(slispc-ir 1 Lbytes)
(program (library core "")
 (code $start (frame 0)
  (at 0 "48c7c000000000" "mov rax, @" %s)
  (at 7 "c3" "ret"))
 %s)
'''


@pytest.mark.parametrize('option', [[], ['-c'], ['-S']])
@pytest.mark.parametrize('name', sorted(PARTS))
def test_part_of_a_program(name, option, here):
    operand, why = PARTS[name]
    (here / 'p.ir').write_text(PART % (operand, '(start $start)'))
    result = slispc('--no-verify', *option, 'p.ir', '-o', 'p')
    assert result.code == PROGRAM_IS_WRONG
    assert 'error[SL0027]: $start refers to %s, %s' % (operand, why) in result.error_text
    assert not (here / 'p').exists()


@pytest.mark.parametrize('top, why', [('', 'nothing says where'), ('(start $other)', 'starts with $other, which')])
def test_start_that_is_missing(top, why, here):
    (here / 'p.ir').write_text(PART % ('(quote 1.5)', top))
    result = slispc('--no-verify', 'p.ir', '-o', 'p')
    assert result.code == PROGRAM_IS_WRONG and why in result.error_text
