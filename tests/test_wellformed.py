"""A dump that fits its grammar but does not keep what passes take for granted is rejected, with words
and the place in the dump. Each file of wellformed/ says in its second line what is wrong with it."""
import re

import pytest

from harness import PROGRAM_IS_WRONG, REPOSITORY, TESTS, slispc

FILES = sorted((TESTS / 'wellformed').glob('*.ir'))


def wrong(path):
    return re.search(r'^; wrong: (.*)$', path.read_text(), re.M).group(1)


@pytest.mark.parametrize('path', FILES, ids=lambda p: p.stem)
def test_rejected(path):
    result = slispc('check', path)
    assert result.code == PROGRAM_IS_WRONG, result.error_text
    first = result.error_text.splitlines()[0]
    assert first.startswith('error[SL0026]: ') and wrong(path) in first, result.error_text
    assert re.search(r'^  --> \S+:[1-9]\d*:[1-9]\d*$', result.error_text, re.M), result.error_text


def formats():
    """What passes/check can say, as regular expressions."""
    for source in sorted((REPOSITORY / 'passes/check').glob('*.c')):
        for call in re.findall(r'\bill_formed\([^"]*?,\s*((?:"[^"\n]*"\s*)+)', source.read_text()):
            text = ''.join(re.findall(r'"([^"\n]*)"', call))
            yield re.sub(r'%(?:%|l*[dus]|\.\d+s)', lambda m: '%' if m.group() == '%%' else '\0', text)


def test_everything_that_can_be_said_is_said_of_a_file():
    said = [slispc('check', path).error_text for path in FILES]
    silent = [text.replace('\0', '...') for text in formats()
              if not any(re.search('.*'.join(map(re.escape, text.split('\0'))), s) for s in said)]
    assert not silent, silent
