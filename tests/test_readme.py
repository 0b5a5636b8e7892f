"""The README tells the truth: its examples are run, its table of passes is the compiler's."""
import os
import re
import shlex
import subprocess

import pytest

from harness import PASSES, REPOSITORY, SLISPC

README = (REPOSITORY / 'README.md').read_text()


def examples():
    """(command, output) for every line `    $ command` and the indented lines after it."""
    found, lines = [], README.splitlines()
    for i, line in enumerate(lines):
        if line.startswith('    $ '):
            end = i + 1
            while end < len(lines) and (lines[end].startswith('    ') or not lines[end]):
                end += 1
            found.append((line[6:], '\n'.join(l[4:] for l in lines[i + 1:end]).rstrip('\n')))
    return found


@pytest.mark.parametrize('command,output', examples(), ids=lambda x: x.split()[1] if '$' not in x else None)
def test_example(command, output):
    words = [str(SLISPC) if w == 'out/slispc' else w for w in shlex.split(command)]
    plain = {name: value for name, value in os.environ.items() if name != 'SLISPC_CRASH_DIR'}
    result = subprocess.run(words, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=plain)
    for saved in REPOSITORY.glob('slispc-bug-*.ir'):
        saved.unlink()
    assert without_hash(result.stdout.rstrip("\n")) == without_hash(output)


def without_hash(text):
    """Without the library's hash, which changes with its text."""
    return re.sub(r'\(library core "[0-9a-f]+"\)', "(library core)", text)


def test_there_are_examples():
    assert len(examples()) >= 2


def test_passes():
    for number, p in enumerate(PASSES, 1):
        assert '| %d | `%s` |' % (number, p.name) in README
