"""No row of a table is without a test: every production of every language, every primitive, word
operation, opcode and encoding is used by some program or form of the tests, at -O0 or -O2.

`python3 tests/test_coverage.py` (make coverage) writes the table into docs/testing.md."""
import re
import sys
from collections import defaultdict

from harness import FINE, REPOSITORY, TESTS, execute, SLISPC

PAGE = REPOSITORY / 'docs' / 'testing.md'
BEGIN, END = '<!-- coverage: begin -->', '<!-- coverage: end -->'
# What coverage's own programs and forms print.
OUTPUT = {'rare.slisp': 'true false 0.75\ntrue a/b\n(2.5) 4.5\n255\n', 'unbox.ir': '4.5',
          'words.ir': '1152921506307945893', 'encodings.ir': ''}


def inputs():
    folders = ('conformance', 'seed', 'bench', 'coverage', 'back-end', 'passes', 'verify')
    return sorted(p for f in folders for p in (TESTS / f).glob('**/*') if p.suffix in ('.slisp', '.ir'))


def rows():
    """(table, row) -> number of files that use it."""
    result = execute([SLISPC, 'coverage', *inputs()], timeout=300)
    assert result.code == FINE, result.error_text
    found = re.findall(r'^(\w+) +(\d+)  (.*)$', result.output_text, re.M)
    return {(table, row): int(count) for table, count, row in found}


def test_every_row_is_used():
    used = rows()
    assert {table for table, _ in used} == {'production', 'primitive', 'word', 'opcode', 'encoding'}
    assert [row for row, count in used.items() if count == 0] == []


def test_programs_for_rare_rows():
    files = {p.name: p for p in (TESTS / 'coverage').iterdir()}
    assert set(files) == set(OUTPUT)
    for name, path in files.items():
        assert execute([SLISPC, 'run', path]).output_text == OUTPUT[name]
        if path.suffix == '.ir':
            compiled = execute([SLISPC, 'run', '--to=emit', path])
            assert compiled.output_text == OUTPUT[name], compiled.error_text


def summary(used):
    """A line for each table: rows, and the least used ones."""
    tables = defaultdict(dict)
    for (table, row), count in used.items():
        tables[table][row] = count
    lines = ['| table | rows | used by a test | least used |', '|--|--|--|--|']
    for table, counts in tables.items():
        least = sorted(counts, key=lambda row: (counts[row], row))[:4]
        shown = ', '.join('`%s` %d' % (re.sub(r' +', ' ', row), counts[row]) for row in least)
        lines.append('| %s | %d | %d | %s |' % (table, len(counts), sum(c > 0 for c in counts.values()), shown))
    return '\n'.join(lines)


if __name__ == '__main__':
    text = PAGE.read_text()
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    PAGE.write_text(text[:start] + '\n' + summary(rows()) + '\n' + text[end:])
    sys.exit(0)
