"""Builds outcomes.c with the compiler's files: as they are, counting lines, or with all mutants at once:
a copy of the function for each, which takes the function's place when the variable `mutant` has its
number."""
import os
import re
import subprocess
from collections import defaultdict

from operators import functions_of
from programs import REPOSITORY

OUT = REPOSITORY / 'out'
CC = os.environ.get('CC', 'gcc')
# What a compiler accepts with a warning alone, a programmer would see.
FLAGS = ['-std=c11', '-D_GNU_SOURCE', '-O1', '-fno-pie', '-Werror=int-conversion', '-Werror=incompatible-pointer-types',
         '-iquote', 'out'] + [f for d in ('passes/ir', 'passes', 'passes/specialize', 'passes/lower', 'runtime', 'driver', 'driver/forms',
                                          'driver/interpret', 'driver/link') for f in ('-I', d)]


def run(*command, check=True):
    return subprocess.run([str(c) for c in command], cwd=REPOSITORY, capture_output=True, text=True, check=check)


def compile_file(source, to, *flags, check=True):
    return run(CC, *FLAGS, *flags, '-c', source, '-o', to, check=check)


def objects(without=()):
    """What `make` links slispc from."""
    asked = 'objects: ; @echo $(COMPILER_OBJECTS) $(RUNTIME_OBJECTS)'
    left_out = {OUT / (name[:-2] + '.o') for name in without}
    found = map(REPOSITORY.joinpath, run('make', '-s', '--eval', asked, 'objects').stdout.split())
    return [o for o in found if o not in left_out]


def link(to, *parts):
    """Of two main functions the first one counts: that of outcomes.o."""
    run(CC, '-no-pie', '-Wl,--strip-debug,-z,muldefs', '-o', to, *parts, '-lm')
    return to


# ---- all mutants of a file ----------------------------------------------------------------------


def arguments(signature):
    """The names of the parameters."""
    inside = signature[signature.index('(') + 1:signature.rindex(')')]
    return [] if inside == 'void' else [re.search(r'(\w+)(?:\[[^]]*\])?$', p.strip())[1] for p in inside.split(',')]


class Function:
    def __init__(self, name, lines, start):
        self.name, self.start = name, start
        self.lines = lines
        self.text = '\n'.join(lines)
        self.signature = self.text[:self.text.index('{')].strip()

    def named(self, number):
        head = self.signature if self.signature.startswith('static') else 'static ' + self.signature
        return re.sub(r'\b%s\(' % self.name, '%s__%d(' % (self.name, number), head, count=1)

    def with_line(self, m):
        lines = list(self.lines)
        i = m.number - self.start - 1
        lines[i] = lines[i].replace(m.old, m.new)
        text = '\n'.join(lines)
        return text[len(self.text[:self.text.index('{')]):]

    def dispatch(self, numbers):
        values, is_void = ', '.join(arguments(self.signature)), re.match(r'(static )?void \w+\(', self.signature)
        case = 'case %d: %s__%d(' + values + '); return;' if is_void else 'case %d: return %s__%d(' + values + ');'
        return 'switch (mutant) { %s default: break; }' % ' '.join(case % (n, self.name, n) for n in numbers)

    def with_mutants(self, numbered):
        """The function, before it what is declared, after it its copies."""
        start = self.text.index('{') + 1
        declared = ''.join(self.named(n) + ';\n' for n, _ in numbered)
        copies = ''.join('#line 1 "mutant%d"\n%s %s\n' % (n, self.named(n), self.with_line(m)) for n, m in numbered)
        return declared + self.text[:start] + ' ' + self.dispatch([n for n, _ in numbered]) + self.text[start:] + '\n' + copies


def functions(lines):
    """The functions of a file, and the other lines between them."""
    names = functions_of(lines)
    start = 0
    while start < len(lines):
        end = start + 1
        while end < len(lines) and names[end] == names[start]:
            end += 1
        if names[start] and '{' in '\n'.join(lines[start:end]):
            yield Function(names[start], lines[start:end], start)
        else:
            yield '\n'.join(lines[start:end])
        start = end


def with_mutants(path, numbered):
    """The file's text with mutants: (number, mutant) ..."""
    of = defaultdict(list)
    for n, m in numbered:
        of[m.function].append((n, m))
    lines = (REPOSITORY / path).read_text().split('\n')
    parts = [p if isinstance(p, str) or not of[p.name] else p.with_mutants(of[p.name]) for p in functions(lines)]
    return 'extern int mutant;\n' + '\n'.join(p if isinstance(p, str) else p.text for p in parts)


def compile_mutants(path, numbered, folder):
    """The object, and the numbers of the mutants that do not compile."""
    source, broken = folder / path.replace('/', '-'), set()
    here = ('-iquote', os.path.dirname(path))
    while True:
        source.write_text(with_mutants(path, [(n, m) for n, m in numbered if n not in broken]))
        errors = compile_file(source, '/dev/null', *here, '-fsyntax-only', '-ftrack-macro-expansion=0', check=False).stderr
        found = {int(n) for n in re.findall(r'^mutant(\d+):\d+:\d+: (?:fatal )?error', errors, re.M)} - broken
        if not found:
            break
        broken |= found
    compile_file(source, source.with_suffix('.o'), *here)
    return source.with_suffix('.o'), broken


def build(folder, files, mutants):
    """outcomes with these mutants, numbered from 1; and the numbers of those that do not compile."""
    numbered = list(enumerate(mutants, 1))
    compile_file('tests/mutate/outcomes.c', folder / 'outcomes.o', '-O2')
    made = [compile_mutants(path, [(n, m) for n, m in numbered if m.file == path], folder) for path in files]
    program = link(folder / 'outcomes', folder / 'outcomes.o', *(o for o, _ in made), *objects(without=files))
    return program, set().union(*(broken for _, broken in made))
