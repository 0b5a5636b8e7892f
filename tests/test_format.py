"""C files are as `.clang-format` says, which keeps lines within 100 columns."""
import re
import subprocess

import pytest

from harness import REPOSITORY, tool

VERSION = 14  # others break lines in other places


def version():
    if not tool('clang-format'):
        return None
    text = subprocess.run(['clang-format', '--version'], stdout=subprocess.PIPE, check=False).stdout.decode()
    return int(re.search(r'version (\d+)', text).group(1))


@pytest.mark.skipif(version() != VERSION, reason='clang-format %d is not installed' % VERSION)
def test_format():
    files = [p for folder in ('passes', 'driver', 'runtime', 'tests/afl') for p in (REPOSITORY / folder).rglob('*.[ch]')]
    result = subprocess.run(['clang-format', '--dry-run', '-Werror', *map(str, files)], cwd=REPOSITORY,
                            stderr=subprocess.PIPE, check=False)
    wrong = sorted(set(re.findall(r'^(\S+?):\d+', result.stderr.decode(), re.M)))
    assert result.returncode == 0, 'clang-format -i ' + ' '.join(wrong)
    assert not [p for p in files for line in p.read_text().splitlines() if len(line) > 100]
