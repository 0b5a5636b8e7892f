#!/usr/bin/env python3
"""Writes the golden dumps: dumps/NAME/NN-PASS.LANGUAGE for each dumps/NAME/NAME.slisp."""
import sys

from harness import REPOSITORY, slispc

DUMPS = REPOSITORY / 'dumps'


def programs():
    return sorted(p for p in DUMPS.glob('*/*.slisp') if p.stem == p.parent.name)


def write_dumps(program, folder):
    """Writes the dumps of all passes into the folder, in the style for reading."""
    result = slispc('--dump-after=all', '--dump-dir=%s' % folder, '--style=view', program.name, cwd=program.parent)
    assert result.code == 0, result.error_text


def renew(program):
    for old in program.parent.iterdir():
        if old != program:
            old.unlink()
    write_dumps(program, program.parent)


if __name__ == '__main__':
    for each in programs():
        renew(each)
    sys.exit(0)
