"""What holds for every program: a dump is the whole state, reading and printing lose nothing, and
the same input gives the same bytes."""
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import (FINE, PASSES, all_programs, dump_name, execute, label, pass_after, slispc,
                     SLISPC)

each_program = pytest.mark.parametrize('program', all_programs(), ids=label)


def compile_here(program, output, *options):
    """Compiles the program, named relative to the working directory as dumps record it."""
    result = slispc(*options, program.name, '-o', output, cwd=program.parent)
    assert result.code == FINE, result.error_text
    return output.read_bytes()


@each_program
def test_dumps(program, tmp_path):
    """For the dump after each pass: printed again it is the same text, and continuing from it gives
    the same bytes. Dumping changes nothing."""
    dumps = tmp_path / 'dumps'
    dumps.mkdir()
    wanted = compile_here(program, tmp_path / 'direct')
    dumped = compile_here(program, tmp_path / 'dumped', '--dump-after=all', '--dump-dir=%s' % dumps)
    assert dumped == wanted, 'dumping changed the bytes'
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda p: check_dump(p, dumps / dump_name(p), wanted, program.parent), PASSES))


def check_dump(p, dump, wanted, folder):
    following, output = pass_after(p), dump.with_suffix('.resumed')
    again = ['--dump-before=' + following.name] if following else []
    result = execute([SLISPC, dump, '-o', output, *again], cwd=folder, timeout=20)
    assert result.code == FINE, 'continuing after %s: %s' % (p.name, result.error_text)
    assert output.read_bytes() == wanted, 'continuing after %s gives other bytes' % p.name
    if following:
        assert result.out == dump.read_bytes(), 'the dump after %s prints differently when it is read' % p.name


@each_program
def test_compiling_twice(program, tmp_path):
    assert compile_here(program, tmp_path / 'one') == compile_here(program, tmp_path / 'two')


@each_program
def test_every_form_is_fine(program):
    """The verifier and the grammars accept the whole way without optimisation, too."""
    result = slispc('check', '-O0', program.name, cwd=program.parent)
    assert result.code == FINE, result.error_text
