"""Input that no one would write and a world that does not cooperate: no crash, no partial output."""
import os
import subprocess

import pytest

from harness import FINE, PROGRAM_IS_WRONG, SLISPC, WORLD_IS_WRONG, execute, slispc

GOOD = '(println "fine")\n'


def rejects(source, code=PROGRAM_IS_WRONG, **options):
    """The file is rejected with a place, and nothing is left after."""
    with open('bad.slisp', 'wb') as f:
        f.write(source)
    result = slispc('bad.slisp', '-o', 'bad', **options)
    assert result.code == code, result.error_text[:2000]
    assert result.err and not result.out
    assert not os.path.exists('bad')
    return result.error_text


def test_empty_file(here):
    (here / 'empty.slisp').write_bytes(b'')
    assert slispc('run', 'empty.slisp').code == FINE


def test_missing_file(here):
    result = slispc('missing.slisp', '-o', 'program')
    assert result.code == WORLD_IS_WRONG and 'missing.slisp' in result.error_text


def test_directory(here):
    (here / 'folder.slisp').mkdir()
    result = slispc('folder.slisp', '-o', 'program')
    assert result.code == WORLD_IS_WRONG and 'folder.slisp' in result.error_text


@pytest.mark.parametrize('source', [b'(println "\xff")', b'(println \xc3\x28)', b'\xed\xa0\x80', b'; \xf5\n(println 1)'])
def test_invalid_utf8(here, source):
    assert 'bad.slisp:1:' in rejects(source)


@pytest.mark.parametrize('dump', ['(slispc-ir #', '(slispc-ir 1 Lanf) #(program)', "(slispc-ir 1 Lanf) #'x", '(slispc-ir 1 Lanf) #_x',
                                  '(slispc-ir 1 Lanf) (program (library core "") #^x y)', '(slispc-ir 1 Lanf (after x', '(slispc-ir 1'])
def test_damaged_dump(here, dump):
    (here / 'bad.ir').write_text(dump)
    result = slispc('check', 'bad.ir')
    assert result.code == PROGRAM_IS_WRONG and 'bad.ir:1:' in result.error_text, result.error_text


def test_zero_bytes(here):
    assert 'bad.slisp:1:' in rejects(b'(println 1)\0(println 2)')


@pytest.mark.parametrize('opening', ['(', '[', '{', '#{', "'", '@', '#(', '~', '`', '#_'])
def test_deep_nesting(here, opening):
    """Either compiled or rejected: never a stack overflow of the compiler."""
    assert 'bad.slisp:1:' in rejects(opening.encode() * 100_000, timeout=30)


def test_deep_nesting_that_is_closed(here):
    n = 100_000
    (here / 'deep.slisp').write_text('(println (count \'%s%s))\n' % ('(' * n, ')' * n))
    result = slispc('run', 'deep.slisp', timeout=30)
    assert result.code in (FINE, PROGRAM_IS_WRONG), result.error_text[:2000]


def test_deep_calls(here):
    n = 100_000
    (here / 'deep.slisp').write_text('(println %s1%s)\n' % ('(inc ' * n, ')' * n))
    result = slispc('run', 'deep.slisp', timeout=30)
    assert result.code in (FINE, PROGRAM_IS_WRONG), result.error_text[:2000]


def test_large_literal(here):
    """A string of 10 MB."""
    (here / 'large.slisp').write_text('(println (count "%s"))\n' % ('x' * 10_000_000))
    result = slispc('run', 'large.slisp', timeout=30)
    assert result.out == b'10000000\n', result.error_text[:2000]


def test_long_vector_literal(here):
    n = 100_000
    (here / 'long.slisp').write_text('(println (reduce + [%s]))\n' % ' '.join(map(str, range(n))))
    result = slispc('run', 'long.slisp', timeout=30)
    assert result.out == b'%d\n' % (n * (n - 1) // 2), result.error_text[:2000]


def test_unwritable_output(here):
    (here / 'good.slisp').write_text(GOOD)
    result = slispc('good.slisp', '-o', 'no/such/folder/program')
    assert result.code == WORLD_IS_WRONG and 'no/such/folder/program' in result.error_text
    assert os.listdir(here) == ['good.slisp']


def test_full_disk_while_dumping(here):
    (here / 'good.slisp').write_text(GOOD)
    with open('/dev/full', 'wb') as full:
        result = execute([SLISPC, '--dump-after=expand', 'good.slisp'], stdout=full)
    assert result.code == WORLD_IS_WRONG and result.err


@pytest.mark.parametrize('command', [['run', 'good.slisp'], ['./good']])
def test_full_disk_while_running(here, command):
    """Output that could not be written is an error of the program, too."""
    (here / 'good.slisp').write_text(GOOD)
    assert slispc('good.slisp', '-o', 'good').code == FINE
    with open('/dev/full', 'wb') as full:
        result = execute([SLISPC, *command] if command[0] == 'run' else command, stdout=full)
    assert result.code != FINE and result.err


def test_closed_output(here):
    """head closes the pipe early: no endless loop, no message of a crash."""
    (here / 'long.slisp').write_text('(dotimes [i 1000000] (println i))\n')
    command = ['/bin/sh', '-c', '"$0" run long.slisp | head -n 1', SLISPC]
    end = subprocess.run(command, timeout=20, stdout=subprocess.PIPE)
    assert end.stdout == b'0\n'
