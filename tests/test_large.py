"""Values of unusual size and shape: programs in large/, each with what it must print beside it.

A comment `; with: NAME` puts NAME.slisp before the program; `; gc: OPTIONS` runs it with SLISP_GC.
"""
import re

import pytest

from harness import TESTS, beside, compiled, execute, expected_code, label, programs

SECONDS = 60  # quadratic work on these sizes takes hours
PRELUDES = {'colliding'}


def large_programs():
    return [p for p in programs('large') if p.stem not in PRELUDES]


def setting(text, name):
    match = re.search(r'^; %s: (.*)$' % name, text, re.M)
    return match.group(1) if match else ''


@pytest.mark.parametrize('program', large_programs(), ids=label)
def test_large(program, tmp_path):
    text = program.read_text()
    prelude = setting(text, 'with')
    source = tmp_path / program.name
    source.write_text(((TESTS / 'large' / (prelude + '.slisp')).read_text() if prelude else '') + text)
    result = execute([compiled(source, tmp_path / 'program')], timeout=SECONDS,
                     environment={'SLISP_GC': setting(text, 'gc')})
    assert result.error_text == ''
    assert result.output_text == beside(program, '.out').decode()
    assert result.code == expected_code(program)
