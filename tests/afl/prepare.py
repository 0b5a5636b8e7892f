"""What `make fuzz` starts from: prepare.py SLISPC FOLDER writes FOLDER/seeds/ and FOLDER/dictionary.

Seeds are the small forms and programs that the tests have, and what each pass makes of those forms, so
that every language is there. The dictionary holds the words of the tables: a new row is in it by itself.
"""
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
PASSES = TESTS.parent / 'passes'
MOST_BYTES = 4000
TABLES = ('prims', 'words', 'x86', 'conditions', 'traps', 'kinds', 'macros')
# What no table lists.
PIECES = ['=rax', '=rdi', '=rsp', '=r15', '=xmm0', '=a0', '=s0', '=s1[rsp+8]', ':int', ':double', ':flag', ':any',
          '@1:1', '@2:1:1^1', '@-', '(from core ', '(options O0 native)', '(skip gvn)', '(inlined 1 $f @1:1)',
          '##NaN', '##Inf', '1N', '1/2', '#"', '#{', '#(', '#_', '^{', "'", '`', '~@', '\\\\a', '|a b|']


def words():
    """Heads of forms, and the names in the second column of each table."""
    found = set(re.findall(r'\(([a-z][a-z-]*)', (PASSES / 'languages.def').read_text()))
    found |= set(re.findall(r'^LANG\((\w+)', (PASSES / 'languages.def').read_text(), re.M))
    found |= set(re.findall(r'^PASS\((\w+)', (PASSES / 'passes.def').read_text(), re.M))
    for table in TABLES:
        for path in PASSES.rglob(table + '.def'):
            found |= set(re.findall(r'^[A-Z0-9]+\(\w+,\s*"([^"]+)"', path.read_text(), re.M))
    return sorted(found)


def quoted(word):
    return '"%s"' % ''.join(c if c.isalnum() or c in "()[]{}<>+-*/=?!%:@.,_~' " else '\\x%02x' % ord(c) for c in word)


def programs():
    for folder in ('errors', 'conformance-errors', 'conformance', 'fuzz-found', 'seed'):
        yield from sorted((TESTS / folder).rglob('*.slisp'))


def forms():
    for folder in ('passes', 'verify', 'wellformed', 'hostile'):
        yield from sorted((TESTS / folder).rglob('*.ir'))


def later_forms(slispc, path):
    """What passes make of a form."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([slispc, '--dump-after=all', '--style=full', '--dump-dir=' + folder, '-o', folder + '/program', path],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        for dump in sorted(Path(folder).iterdir()):
            if dump.name != 'program':
                yield dump.read_bytes()


def language(text):
    return re.match(rb'\(slispc-ir 1 (\w+)', text).group(1)


def starts(slispc):
    """What an empty program is in each language: a function that does nothing, with which it starts."""
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / 'empty.slisp'
        empty.write_text('')
        return {language(text): re.split(rb'\(library core "\w*"\)', text)[1] for text in later_forms(slispc, empty)}


def whole(text, start):
    """A part of a program gets a start, so that the linker sees it, too."""
    if b'(start ' in text:
        return text
    return text.rstrip()[:-1] + start.get(language(text), b')')


def seeds(slispc):
    for path in programs():
        yield path.read_bytes()
    start = starts(slispc)
    for path in forms():
        yield whole(re.sub(rb'^;.*\n', b'', path.read_bytes(), flags=re.M), start)
        yield from (whole(text, start) for text in later_forms(slispc, path))


def main():
    slispc, folder = sys.argv[1], Path(sys.argv[2])
    shutil.rmtree(folder / 'seeds', ignore_errors=True)
    (folder / 'seeds').mkdir(parents=True)
    for text in seeds(slispc):
        if 0 < len(text) <= MOST_BYTES:
            (folder / 'seeds' / hashlib.sha1(text).hexdigest()[:16]).write_bytes(text)
    (folder / 'dictionary').write_text(''.join(quoted(w) + '\n' for w in words() + PIECES))


if __name__ == '__main__':
    main()
