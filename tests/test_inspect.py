"""Linked programs are read back (driver/inspect): slispc check of an executable, and what slispc itself reads back.

A byte that is changed in the code, the data or the tables of an executable is noticed when it is compared with its source.
"""
import random
import re
import shutil
import struct
import subprocess

import pytest

from harness import FINE, PROGRAM_IS_WRONG, SLISPC, WORLD_IS_WRONG, all_programs, slispc

SOURCE = """(def table {:name "slisp" :size 12345678901234567890 :ratio 2.5})
(defn pick [k & more] (if (nil? (first more)) (get table k) (str k \\x 'sym #"a+")))
(defn twice [f x] (+ (f x) (f (* 2 x))))
(println (pick :name) (pick :size 1) (twice inc 4) [1.25 nil true] {:a 1 :b {:c "deep"}})
"""
SOURCE = SOURCE.replace('12345678901234567890', '4611686018427387904').replace(' \\x', '')
FLIPS = 30  # in each section


@pytest.fixture(scope='module')
def compiled(tmp_path_factory):
    folder = tmp_path_factory.mktemp('inspect')
    (folder / 'p.slisp').write_text(SOURCE)
    assert slispc('p.slisp', '-o', 'p', cwd=folder).code == FINE
    return folder


def sections(image):
    """Name -> offset, size of the program's own sections."""
    start, = struct.unpack_from('<Q', image, 40)
    size, count, names = struct.unpack_from('<HHH', image, 58)
    rows = [struct.unpack_from('<IIQQQQ', image, start + size * i) for i in range(count)]
    base = rows[names][4]
    found = {image[base + row[0]:image.index(b'\0', base + row[0])].decode(): (row[4], row[5]) for row in rows}
    return {name: place for name, place in found.items() if name.startswith('.slisp.')}


def codes(text):
    return re.findall(r'^error\[(V\d\d)\]', text, re.M)


def test_alone_and_with_its_source(compiled):
    alone = slispc('check', 'p', cwd=compiled)
    assert alone.code == FINE and re.search(r'the code of \d+ functions, decoded', alone.output_text)
    assert 'not checked: what the code does' in alone.output_text
    beside = slispc('check', 'p', '--against', 'p.slisp', cwd=compiled)
    assert beside.code == FINE, beside.error_text
    assert 'are those of p.slisp, which was compiled and verified' in beside.output_text


def test_with_a_form(compiled):
    form = slispc('--dump-after=frame', 'p.slisp', '-o', 'q', cwd=compiled)
    (compiled / 'frame.ir').write_bytes(form.out)
    result = slispc('check', 'p', '--against', 'frame.ir', cwd=compiled)
    assert result.code == FINE, result.error_text


@pytest.mark.parametrize('against', ['-O0', 'other'])
def test_another_program(compiled, against):
    (compiled / 'other.slisp').write_text(SOURCE.replace('2.5', '2.25'))
    options = ['p.slisp', '-O0'] if against == '-O0' else ['other.slisp']
    result = slispc('check', 'p', '--against', *options, cwd=compiled)
    assert result.code == PROGRAM_IS_WRONG and codes(result.error_text)
    assert 'help: it must be compared with the source' in result.error_text


def flipped(image, names, seed):
    """The image with one bit of one of these sections turned over, and where."""
    choose, places = random.Random(seed), sections(image)
    start, size = places[choose.choice(names)]
    at = start + choose.randrange(size)
    changed = bytearray(image)
    changed[at] ^= 1 << choose.randrange(8)
    return changed, at


def is_of_file_name(image, at):
    """Is that in the name of a source file, or in the pointer to it? What files are called is not compared."""
    offset = sections(image)['.slisp.rodata'][0]
    names = [image.index(b'p.slisp\0', offset), image.index(b'core.slisp\0', offset)]
    if names[0] <= at < names[1] + len('core.slisp'):
        return True
    pointer, = struct.unpack_from('<Q', image, at - at % 8)
    return any(pointer & 0xfff == name & 0xfff for name in names)


@pytest.mark.parametrize('name', ['.slisp.text', '.slisp.data', '.slisp.rodata'])
def test_changed_bits_are_noticed(compiled, name):
    """Alone some are, with the source all; slispc never fails itself."""
    image = (compiled / 'p').read_bytes()
    missed, alone = [], 0
    for seed in range(FLIPS):
        changed, at = flipped(image, [name], seed)
        (compiled / 'changed').write_bytes(changed)
        result = slispc('check', 'changed', '--against', 'p.slisp', cwd=compiled)
        assert result.code in (FINE, PROGRAM_IS_WRONG), result.error_text
        if result.code == FINE and not is_of_file_name(image, at):
            missed.append(at - sections(image)[name][0])
        alone += slispc('check', 'changed', cwd=compiled).code == PROGRAM_IS_WRONG
    assert missed == []
    assert alone > 0 or name == '.slisp.data'


def test_damaged_files(compiled):
    """Whatever is in a file that looks like an executable: a verdict, never a failure of slispc."""
    image, choose = (compiled / 'p').read_bytes(), random.Random(5)
    for _ in range(60):
        changed = bytearray(image)
        for _ in range(choose.choice([1, 3, 20])):
            changed[choose.randrange(choose.choice([64, 1024, len(image)]))] = choose.randrange(256)
        if choose.random() < 0.2:
            del changed[choose.randrange(len(changed)):]
        (compiled / 'damaged').write_bytes(changed)
        result = slispc('check', 'damaged', cwd=compiled)
        assert result.code in (FINE, PROGRAM_IS_WRONG, WORLD_IS_WRONG), result.error_text


@pytest.mark.parametrize('path', ['/bin/sh', '/usr/bin/python3'])
def test_executables_of_others(path):
    result = slispc('check', path)
    assert result.code == WORLD_IS_WRONG
    assert 'is no executable with a program that slispc compiled' in result.error_text


@pytest.mark.parametrize('optimise', ['-O0', '-O2'])
def test_programs(optimise, tmp_path):
    """Those of the conformance tests; every function of each."""
    for program in all_programs()[::20]:
        if slispc(optimise, program, '-o', tmp_path / 'p').code:
            continue
        result = slispc('check', tmp_path / 'p', '--against', program, optimise)
        assert result.code == FINE, (program, result.error_text)


# ---- slispc reads back what it has linked: gdb makes it wrong before it looks


def with_gdb(commands, arguments, folder):
    run = ['gdb', '-q', '-batch', '-iex', 'set debuginfod enabled off']
    for command in commands:
        run += ['-ex', command]
    done = subprocess.run([*run, '--args', SLISPC, *arguments], capture_output=True, text=True, cwd=folder, timeout=120)
    return done.stdout + done.stderr


@pytest.mark.skipif(not shutil.which('gdb'), reason='gdb is not installed')
@pytest.mark.parametrize('name', ['.slisp.text', '.slisp.data', '.slisp.rodata'])
def test_an_executable_that_is_linked_wrongly_is_not_written(compiled, name):
    start, size = sections((compiled / 'p').read_bytes())[name]
    text = with_gdb(['break check_executable', 'run', 'set var file->bytes[%d] ^= 4' % (start + size // 2 // 8 * 8),
                     'continue'], ['p.slisp', '-o', 'wrong'], compiled)
    assert codes(text) and 'the linked program is not what was compiled' in text, text
    assert 'exited with code 03' in text and not (compiled / 'wrong').exists()


@pytest.mark.skipif(not shutil.which('gdb'), reason='gdb is not installed')
def test_a_program_that_is_linked_wrongly_is_not_run(compiled):
    text = with_gdb(['break check_sections', 'run', 'set var l->sections[3].bytes[l->sections[3].length / 2] ^= 4',
                     'continue'], ['run', 'p.slisp'], compiled)
    assert codes(text) == ['V26'] and 'exited with code 03' in text, text
    assert '"slisp"' not in text
