"""The programs that mutants are tried on: each as the form that goes into select, written by the
compiler as it is, and the part of it that no program before it has."""
import subprocess
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TESTS = REPOSITORY / 'tests'
BACK_END = ('select', 'liveness', 'intervals', 'alloc', 'frame', 'emit')
ENCODER_TABLE = '--encoder-table'
FIRST = 12  # programs that are tried before forms


@dataclass
class Trial:
    """A line of the list that outcomes.c reads."""
    part: str
    whole: str
    bytes: str = '0'
    behaviour: str = '0'
    stress: int = 0  # a collection at every so many allocations; 0: not run

    def line(self):
        return '%s %s %s %s %d\n' % (self.part, self.whole, self.bytes, self.behaviour, self.stress)


def files(*folders, ending='.slisp'):
    return [p for folder in folders for p in sorted((TESTS / folder).glob('**/*' + ending))]


def sources():
    """Small programs first: a difference is found early."""
    own, others = files('back-end', 'coverage'), files('conformance', 'seed', 'fuzz-found', 'conformance-errors', 'bench')
    return own + sorted(others, key=lambda p: (p.stat().st_size, p))


def forms():
    """Forms of the back end that the tests hold: they are compiled from there, and those of tests/passes
    through their pass alone, too."""
    return files(*('passes/' + name for name in BACK_END), 'coverage', 'back-end', ending='.ir')


def lowered(slispc, source, option, to):
    """The form after lower; False when the program is wrong on purpose."""
    command = [slispc, option, '--to=lower', source.relative_to(REPOSITORY), '-o', to]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True).returncode == 0


def write_part(whole, seen, to):
    """What of a form is not among what was seen, which it is added to."""
    header, _, program = whole.read_text().partition('(program')
    library, *tops = program.rstrip()[:-1].split('\n (')[1:]
    new = [top for top in tops if top not in seen]
    seen.update(new)
    to.write_text('%s(program\n (%s)\n' % (header, '\n ('.join([library] + new)))


def trials(slispc, folder, chosen=None):
    """All trials in order, or those of the (source, option) that are chosen and of forms; their files
    are written into the folder."""
    chosen = chosen or [(source, option) for option in ('-O2', '-O0') for source in sources()]
    seen, found = set(), []
    for source, option in chosen:
        whole = folder / ('%03d%s-%s.ir' % (len(found), option, source.stem))
        part = whole.with_suffix('.part.ir')
        if lowered(slispc, source, option, whole):
            write_part(whole, seen, part)
            found.append(Trial(str(part), str(whole), stress=0 if 'bench' in source.parts or option == '-O0' else 1))
    others = [Trial(ENCODER_TABLE, ENCODER_TABLE)] + [Trial(str(p), str(p)) for p in forms()]
    others += [Trial('%s:%s' % (p.parent.name, p), str(p)) for p in forms() if 'passes' in p.parts]
    return found[:FIRST] + others + found[FIRST:]
