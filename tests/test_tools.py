"""Runs under valgrind and with the sanitizers of the C compiler."""
import os
import shutil

import pytest

from harness import SLISPC, REPOSITORY, TESTS, compiled, conformance_programs, execute, label, seed_programs, slispc, tool

# Programs that together touch every part of the runtime.
VALGRIND = '''
seed/minimal seed/map_literal seed/equals_nested seed/set_churn-binding seed/map_churn
seed/equals_vector_default seed/keyword_keys-binding seed/basic_assoc-many
conformance/equality/collections conformance/equality/deep-structures
conformance/strings/str-basics conformance/strings/seq-over-string
conformance/maps/various-keys conformance/maps/iteration conformance/maps/nested
conformance/sets/large conformance/sets/algebra conformance/vectors/large
conformance/vectors/as-functions-and-stack conformance/hashing/mixed-keys
conformance/higher-order/map-many conformance/printing/nested-deep
conformance/printing/strings-escapes conformance/functions/varargs
conformance/functions/apply-forms conformance/closures/counters
conformance/sorting/basics conformance/algorithms/n-queens
conformance/slot-pressure/pressure-through-gc conformance/slot-pressure/twenty-args
'''.split()


def named(name):
    return TESTS / (name + '.slisp')


@pytest.mark.skipif(not tool('valgrind'), reason='valgrind is not installed')
@pytest.mark.parametrize('name', VALGRIND)
def test_valgrind(name, tmp_path):
    """No read of memory that is not the program's, in a compiled program."""
    program = compiled(named(name), tmp_path / 'program')
    result = execute(['valgrind', '--quiet', '--error-exitcode=99', '--undef-value-errors=no', program], timeout=60)
    assert result.code != 99 and b'Invalid' not in result.err, result.error_text[-3000:]
    assert result.out == named(name).with_suffix('.out').read_bytes()


@pytest.fixture(scope='session')
def sanitized(tmp_path_factory):
    """slispc built with the address and undefined behaviour sanitizers."""
    compiler = next((c for c in ('clang', 'gcc') if tool(c)), None)
    if not compiler:
        pytest.skip('no C compiler is installed')
    build = os.environ.get('SLISPC_SANITIZED_BUILD') or str(tmp_path_factory.mktemp('sanitized'))
    flags = '-O1 -fsanitize=address,undefined -fno-sanitize-recover=undefined'
    result = execute(['make', '-j2', 'BUILD=' + build, 'CC=' + compiler, 'STATIC=', 'SANITIZE=' + flags, build + '/slispc'],
                     cwd=REPOSITORY, timeout=600)
    assert result.code == 0, result.error_text[-3000:]
    return build + '/slispc'


@pytest.mark.parametrize('program', conformance_programs()[::4] + seed_programs()[::4], ids=label)
def test_sanitized_compiler(sanitized, program, tmp_path):
    """The compiler itself touches no memory that is not its own."""
    result = execute([sanitized, program, '-o', tmp_path / 'program'], timeout=60,
                     environment={'ASAN_OPTIONS': 'detect_leaks=0'})
    assert result.code == 0 and b'Sanitizer' not in result.err and b'runtime error' not in result.err, \
        result.error_text[-3000:]


@pytest.mark.parametrize('program', seed_programs()[::6] + conformance_programs()[::20], ids=label)
def test_another_compiler_makes_the_same_slispc(sanitized, program):
    """Nothing depends on what C leaves open, such as the order in which operands are evaluated."""
    dump = ['--dump-after=all', program]
    other = execute([sanitized, *dump], timeout=60, environment={'ASAN_OPTIONS': 'detect_leaks=0'})
    assert other.out == execute([SLISPC, *dump]).out
