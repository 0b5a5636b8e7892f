"""How much memory and time a compile takes, of one program; the table in docs/limits.md (make limits)."""
import os
import re
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))
import kinds  # noqa: E402


def limits():
    """The rows of limits.def: id -> number."""
    text = (ROOT / 'passes' / 'limits.def').read_text()
    return {m[1]: int(m[2]) for m in re.finditer(r'^LIMIT\((\w+), *(\d+),', text, re.M)}


class Cost:
    def __init__(self, code, usage, error):
        self.code, self.error = code, error
        found = re.search(r'^arenas +(\d+) bytes', error, re.M)
        self.bytes = int(found[1]) if found else 0
        self.megabytes = usage.ru_maxrss / 1024
        self.seconds = usage.ru_utime + usage.ru_stime


def compile_cost(slispc, source, folder, *options):
    """Compiles the text in a process of its own. What it takes without any text is not taken off."""
    path = Path(folder) / 'grown.slisp'
    path.write_text(source)
    messages = Path(folder) / 'messages'
    command = [slispc, '--time-passes', *options, str(path), '-o', os.devnull]
    child = os.posix_spawn(slispc, command, os.environ, file_actions=[
        (os.POSIX_SPAWN_OPEN, 2, str(messages), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)])
    _, status, usage = os.wait4(child, 0)
    return Cost(os.waitstatus_to_exitcode(status), usage, messages.read_text(errors='replace'))


# ---- the table

def row(slispc, folder, name, generate, size):
    costs = [compile_cost(slispc, generate(n), folder) for n in (size, 2 * size, 4 * size)]
    cells = ['%.0f MB, %.2f s' % (c.megabytes, c.seconds) if c.code == 0 else c.error.split('\n')[0] for c in costs]
    base = compile_cost(slispc, kinds.START, folder).bytes
    grown = [c.bytes - base for c in costs]
    ratio = '%.2f' % (grown[2] / grown[1]) if costs[2].code == 0 and grown[1] > 0 else ''
    return '| `%s` | %d | %s | %s |' % (name, size, ' | '.join(cells), ratio)


def table(slispc, folder, title, programs, size):
    head = ['| %s | n | n | 2n | 4n | work, 4n : 2n |' % title, '|--|--|--|--|--|--|']
    return head + [row(slispc, folder, name, generate, size) for name, generate in programs.items()]


def main():
    slispc, page = os.environ['SLISPC'], ROOT / 'docs' / 'limits.md'
    with tempfile.TemporaryDirectory() as folder:
        lines = table(slispc, folder, 'nests', kinds.NESTS, limits()['NESTING'] // 4 - 4)
        lines += [''] + table(slispc, folder, 'grows', kinds.GROWS, 2500)
    text = page.read_text()
    before, rest = text.split('<!-- make limits -->\n')[:2]
    behind = rest.split('<!-- end -->')[1]
    page.write_text(before + '<!-- make limits -->\n' + '\n'.join(lines) + '\n<!-- end -->' + behind)


if __name__ == '__main__':
    main()
