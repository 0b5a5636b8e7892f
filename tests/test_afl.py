"""What afl-fuzz found stays mended, and `make fuzz` has what it needs."""
import re
import subprocess
from pathlib import Path

import pytest

from harness import FINE, PROGRAM_IS_WRONG, REPOSITORY, SLISPC, TESTS, execute, slispc, tool

FOUND = sorted((TESTS / 'hostile').glob('*.*'))
BUILD = Path(SLISPC).parent
SECONDS = 5


@pytest.mark.parametrize('path', FOUND, ids=lambda p: p.name)
@pytest.mark.parametrize('kind', [[], ['-c'], ['-S']], ids=['executable', 'object', 'assembly'])
def test_found(path, kind, here):
    """An error in the input is an answer; a crash, no end and "a bug in slispc" are none."""
    result = slispc(*kind, path, '-o', 'program', timeout=SECONDS)
    assert result.code in (FINE, PROGRAM_IS_WRONG), result.error_text
    assert 'internal error' not in result.error_text
    assert (here / 'program').exists() == (result.code == FINE)


def test_dictionary_has_the_tables(tmp_path):
    """A new row of a table is in it by itself."""
    execute(['python3', '-B', TESTS / 'afl/prepare.py', SLISPC, tmp_path], timeout=120)
    words = set(re.findall(r'^"(.*)"$', (tmp_path / 'dictionary').read_text(), re.M))
    assert {'Lsurface', 'verify', 'letrec', 'block', 'cmp-set', 'feq', 'overflow', 'map', 'imul-trap', 'defn'} <= words
    seeds = [p.read_bytes() for p in (tmp_path / 'seeds').iterdir()]
    languages = {s.split()[2].rstrip(b')') for s in seeds if s.startswith(b'(slispc-ir 1 ')}
    assert len(languages) >= 15 and any(not s.startswith(b'(slispc-ir') for s in seeds)


@pytest.mark.skipif(not tool('afl-clang-fast'), reason='afl-clang-fast is not installed')
def test_harness(here):
    """It builds, and sees nothing in what was found and mended."""
    targets = [BUILD / 'afl/harness', BUILD / 'afl/mutator.so']
    command = ['make', '-s', '-C', REPOSITORY, 'BUILD=%s' % BUILD, *targets]
    assert subprocess.run(command, timeout=1200).returncode == 0
    for path in FOUND:
        result = execute([targets[0], path])
        assert result.code == FINE, result.error_text
