"""What docs/*.md show is true: each `    $ slispc ...` is run, and what follows it must be its output.

When new output is right, write it: python3 tests/test_docs.py"""
import re
import shlex
import subprocess
import sys

import pytest

from harness import REPOSITORY, SLISPC, TESTS

PAGES = sorted((REPOSITORY / 'docs').glob('*.md'))
COMMAND = '    $ slispc '


def examples(page):
    """(line of the command, line after its output, command, output)"""
    lines, found = page.read_text().splitlines(), []
    for i, line in enumerate(lines):
        if not line.startswith(COMMAND):
            continue
        end = i + 1
        while end < len(lines) and (lines[end].startswith('    ') or not lines[end]) and not lines[end].startswith(COMMAND):
            end += 1
        while not lines[end - 1]:
            end -= 1
        found.append((i, end, line[6:], '\n'.join(text[4:] for text in lines[i + 1:end])))
    return found


def output_of(command):
    words = [str(SLISPC), *shlex.split(command)[1:]]
    result = subprocess.run(words, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    return result.stdout.rstrip('\n')


CASES = [(page.name, command, output) for page in PAGES for _, _, command, output in examples(page)]


@pytest.mark.parametrize('page,command,output', CASES, ids=['%s-%s' % case[:2] for case in CASES])
def test_example(page, command, output):
    assert output_of(command) == output


VERIFIER = (REPOSITORY / 'docs/verifier.md').read_text()


def test_rules_of_the_verifier():
    rules = re.findall(r'^(?:OTHER_)?RULE\((V\d\d)', (REPOSITORY / 'passes/verify/rules.def').read_text(), re.M)
    rules.remove('V26')  # about linked programs: tests/test_inspect.py
    rows = re.findall(r'^\| (V\d\d) [^|]*\| `([^`]*)` \| `([^`]*)` \|$', VERIFIER, re.M)
    assert [code for code, _, _ in rows] == rules
    for code, rejected, accepted in rows:
        report = (TESTS / 'verify' / rejected).with_suffix('.err').read_text()
        assert 'error[%s]' % code in report
        assert (TESTS / 'verify' / accepted).exists()
        assert not (TESTS / 'verify' / accepted).with_suffix('.err').exists()


def test_files_that_are_named():
    for name in re.findall(r'`(?:tests/verify/)?([a-z0-9-]+)\.ir`', VERIFIER):
        assert (TESTS / 'verify' / (name + '.ir')).exists(), name


def renew(page):
    lines = page.read_text().splitlines()
    for start, end, command, _ in reversed(examples(page)):
        lines[start + 1:end] = [('    ' + text).rstrip() for text in output_of(command).splitlines()]
    page.write_text('\n'.join(lines) + '\n')


if __name__ == '__main__':
    for path in PAGES:
        renew(path)
    sys.exit(0)
