"""make mutants: makes mistakes in the back end's C files, one at a time, and tells which of them
no program of the tests shows. The table goes into docs/testing.md.

    mutants.py                      all of the sample
    mutants.py --again survives     those whose last outcome was this one
    mutants.py --file=emit          those of some files
    mutants.py --number=200         a smaller sample
    mutants.py --quick              nothing after the first difference: which of them survive?

Everything is found by its text, so lines may move: the sample is what a hash of seed, file, function,
line and change puts first; equivalent.txt names mutants that no program can show, with reasons."""
import argparse
import dataclasses
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from build import OUT, build, compile_file, link, objects
from operators import Mutant, mutants
from programs import REPOSITORY, Trial, forms, sources, trials

FOLDER = OUT / 'mutate'
RESULTS = OUT / 'mutants.jsonl'
EQUIVALENT = REPOSITORY / 'tests/mutate/equivalent.txt'
PAGE = REPOSITORY / 'docs/testing.md'
BEGIN, END = '<!-- mutants: begin -->', '<!-- mutants: end -->'
SEED, NUMBER, CORE, WORKERS = 8, 1400, 100, 2
PATTERNS = ('passes/liveness.c', 'passes/intervals.c', 'passes/alloc.c', 'passes/alloc/*.c', 'passes/frame.c', 'passes/frame/*.c',
            'passes/select.c', 'passes/select/*.c', 'passes/emit.c', 'passes/emit/*.c', 'passes/ir/encode.c',
            'passes/ir/encode_text.c', 'passes/ir/assembler.c')
# Outcomes, from the best one on.
REJECTED, CRASHED, ALIKE, WRONG, SURVIVES, BROKEN = 'rejected', 'crashed', 'alike', 'wrong', 'survives', 'broken'
EQUAL = 'equivalent'  # survives, and is listed


def back_end():
    return [str(p.relative_to(REPOSITORY)) for pattern in PATTERNS for p in sorted(REPOSITORY.glob(pattern))]


# ---- trying programs ----------------------------------------------------------------------------


def outcomes(program, mutant, tried, name, seconds=6, quick=()):
    """What outcomes.c prints: how it ended, which file."""
    listed = FOLDER / ('list-' + name)
    listed.write_text(''.join(t.line() for t in tried))
    command = [program, str(mutant), listed, str(seconds), *quick]
    run = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, errors='replace')
    return [line.split('\t') for line in run.stdout.splitlines()]


def outcome_of(rows):
    """One word for all programs, and the row that says it."""
    for word, pattern in ((WRONG, 'wrong'), (REJECTED, 'rejected'), (CRASHED, 'crashed|late'), (ALIKE, 'differs')):
        for row in rows:
            if re.match(pattern, row[0]):
                return word, ' '.join(row)
    return SURVIVES, ''


def in_parallel(job, items):
    """job(item, worker) for all items, by two workers; what they give, in order."""
    free = list(range(WORKERS))

    def work(item):
        worker = free.pop()
        try:
            return job(item, worker)
        finally:
            free.append(worker)
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, items))


def note_expected(program, tried, name):
    """Fills in what the compiler as it is makes of the programs. What takes more than a second is
    collected less often, or only compiled. Gives those that compile."""
    told = {file: words.split() for words, file in outcomes(program, 0, tried, name, seconds=1)}
    fit = [t for t in tried if told[t.part][0] == 'differs']
    late = []
    for t in fit:
        t.bytes = told[t.part][1]
        if t.stress and told[t.whole][0] == 'right':
            t.behaviour = told[t.whole][1]
        elif t.stress:
            t.stress = 20 if t.stress == 1 else 0
            late.append(t)
    if late:
        note_expected(program, [dataclasses.replace(t, bytes='0') for t in late], name)
    return fit


def with_expectations(program, tried):
    groups = [tried[i:i + 20] for i in range(0, len(tried), 20)]
    return sum(in_parallel(lambda g, worker: note_expected(program, g, 'base%d' % worker), groups), [])


# ---- which lines the programs reach -------------------------------------------------------------


def executed_lines(tried):
    """file -> numbers of the lines that some program's compile executes."""
    folder = FOLDER / 'coverage'
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    counting = {}
    for path in back_end():
        counting[path] = folder / (path.replace('/', '-')[:-2] + '.o')
        compile_file(path, counting[path], '--coverage', '-O0')
    compile_file('tests/mutate/outcomes.c', folder / 'outcomes.o', '-DCOVERAGE')
    link(folder / 'outcomes', folder / 'outcomes.o', *counting.values(), *objects(without=counting), '--coverage')
    outcomes(folder / 'outcomes', 0, [dataclasses.replace(t, bytes='0', stress=0) for t in tried], 'coverage')
    found = defaultdict(set)
    for notes in sorted(folder.glob('*.gcda')):
        run = subprocess.run(['gcov', '--json-format', '--stdout', notes], cwd=REPOSITORY, capture_output=True, text=True, check=True)
        for file in json.loads(run.stdout)['files']:
            found[file['file']] |= {line['line_number'] for line in file['lines'] if line['count']}
    return found


# ---- mutants ------------------------------------------------------------------------------------


def rank(mutant):
    return hashlib.sha256(repr((SEED, *mutant.key())).encode()).hexdigest()


def candidates(executed):
    """Mutants of executed lines; of those that look the same, the first."""
    found = {}
    for path in back_end():
        for m in mutants(path, (REPOSITORY / path).read_text()):
            if m.number in executed[path]:
                found.setdefault(m.key(), m)
    return sorted(found.values(), key=rank)


def outcome(program, number, tried, worker, quick):
    """The outcome, and what shows it."""
    for some in (tried[:CORE], tried[CORE:]):
        rows = outcomes(program, number, some, 'mutant%d' % worker, quick=quick)
        if outcome_of(rows)[0] != SURVIVES:
            break
    return outcome_of(rows)


def equivalents():
    """key of a mutant -> why no program can show it."""
    reasons = {}
    for entry in EQUIVALENT.read_text().rstrip().split('\n\n')[1:]:
        place, old, new, *reason = entry.split('\n')
        file, function = place.split()
        assert old.startswith('- ') and new.startswith('+ ') and reason, entry
        reasons[file, function, old[2:], new[2:]] = ' '.join(line.strip() for line in reason)
    return reasons


# ---- reporting ----------------------------------------------------------------------------------


def table(results):
    known, rows = equivalents(), defaultdict(Counter)
    for m, word, _ in results:
        name = 'encoder' if m.file.startswith('passes/ir') else m.file.split('/')[1].removesuffix('.c')
        rows[name][EQUAL if word == SURVIVES and m.key() in known else word] += 1
    lines = ['| | mutants | rejected | crash or no end | other bytes, same behaviour | other behaviour | equivalent | not shown |', '|--|--|--|--|--|--|--|--|']
    order = ('liveness', 'intervals', 'alloc', 'frame', 'emit', 'encoder', 'select')
    for name in order + ('all',):
        counts = rows[name] if name != 'all' else sum((rows[n] for n in order), Counter())
        made = sum(counts.values()) - counts[BROKEN]
        lines.append('| %s | %d | %s |' % (name, made, ' | '.join(str(counts[w]) for w in (REJECTED, CRASHED, ALIKE, WRONG, EQUAL, SURVIVES))))
    return '\n'.join(lines)


def save(results):
    RESULTS.write_text(''.join(json.dumps([dataclasses.asdict(m), word, shown]) + '\n' for m, word, shown in results))


def saved():
    return [(Mutant(**m), word, shown) for m, word, shown in map(json.loads, RESULTS.read_text().splitlines())]


def fresh(path, of):
    return path.exists() and path.stat().st_mtime > max(p.stat().st_mtime for p in of)


def prepare():
    """The programs, and the mutants of what their compiles execute, in the order of the sample. Both
    are kept until a program or the compiler changes."""
    kept, slispc = FOLDER / 'prepared.json', OUT / 'slispc'
    if not fresh(kept, [slispc, *sources(), *forms(), *Path(__file__).parent.glob('*')]):
        shutil.rmtree(FOLDER, ignore_errors=True)
        (FOLDER / 'forms').mkdir(parents=True)
        tried = trials(slispc, FOLDER / 'forms')
        pool = candidates(executed_lines(tried))
        kept.write_text(json.dumps([[dataclasses.asdict(x) for x in xs] for xs in (tried, pool)]))
    tried, pool = json.loads(kept.read_text())
    return [Trial(**t) for t in tried], [Mutant(**m) for m in pool]


def chosen_mutants(pool, chosen):
    sample = [m for m in pool[:chosen.number] if chosen.file in m.file]
    if chosen.again:
        wanted = {m.key() for m, word, _ in saved() if word == chosen.again}
        sample = [m for m in sample if m.key() in wanted]
    return sample


def try_all(sample, chosen, tried):
    program, broken = build(FOLDER, back_end(), sample)
    tried = with_expectations(program, tried)
    print('%d mutants on %d programs and forms' % (len(sample) - len(broken), len(tried)), flush=True)

    def attempt(numbered, worker):
        number, m = numbered
        word, shown = (BROKEN, '') if number in broken else outcome(program, number, tried, worker, chosen.quick)
        if word in (SURVIVES, WRONG):
            print('%s %s\n- %s\n+ %s\n  %s %s\n' % (m.file, m.function, m.old, m.new, word, shown), flush=True)
        return m, word, shown
    return in_parallel(attempt, enumerate(sample, 1))


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    arguments.add_argument('--number', type=int, default=NUMBER)
    arguments.add_argument('--file', default='')
    arguments.add_argument('--again', default='', help='only mutants whose last outcome this was')
    arguments.add_argument('--quick', action='store_const', const=['quick'], default=[])
    chosen = arguments.parse_args()
    os.nice(10)
    tried, pool = prepare()
    results = try_all(chosen_mutants(pool, chosen), chosen, tried)
    if chosen.again:
        new = {m.key() for m, _, _ in results}
        results += [r for r in saved() if r[0].key() not in new]
    save(results)
    print(table(results))
    if not (chosen.number != NUMBER or chosen.file or chosen.quick):
        text = PAGE.read_text()
        start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
        PAGE.write_text(text[:start] + '\n' + table(results) + '\n' + text[end:])
    return 0


if __name__ == '__main__':
    sys.exit(main())
