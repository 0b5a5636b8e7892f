"""Snapshots of single passes: reading a case, running its pass, and the rules that it must keep.

tests/passes/PASS/NAME.ir (a form of the language that PASS reads; .slisp for parse and expand) has
lines of its own at the top:

    ; WHY    one sentence: what of the pass is held here
    ; RUN    (user/f.w2 7 1)   a call of a function; without it a whole program runs
    ; RESULT 7                 what that gives, in the form before the pass and after it
    ; WANT   text              occurs in the output, blanks do not count
    ; NEVER  text              does not
    ; STAYS  reason            for a case that kills no fault of its own
    ; BIG    reason            for a snapshot of more than 40 lines

and NAME.snap beside it: what the pass makes of it, in the canonical style.
"""
import re
from dataclasses import dataclass, field
from pathlib import Path

from harness import FINE, PASS_NAMED, TESTS, label, slispc

FOLDER = TESTS / 'passes'
INPUT_LINES, SNAPSHOT_LINES = 20, 40
SEEDS = range(3)
DIRECTIVES = {'WHY', 'RUN', 'RESULT', 'WANT', 'NEVER', 'STAYS', 'BIG'}


@dataclass
class Case:
    path: Path
    why: list = field(default_factory=list)
    run: list = field(default_factory=list)
    result: list = field(default_factory=list)
    want: list = field(default_factory=list)
    never: list = field(default_factory=list)
    stays: list = field(default_factory=list)
    big: list = field(default_factory=list)
    unknown: list = field(default_factory=list)

    @property
    def pass_name(self):
        return self.path.parent.name

    @property
    def snapshot(self):
        return self.path.with_suffix('.snap')


def read_case(path):
    case = Case(path)
    for word, text in re.findall(r'^; +([A-Z]+)\b *(.*)$', path.read_text(), re.M):
        if word in DIRECTIVES:
            getattr(case, word.lower()).append(text.strip())
        else:
            case.unknown.append(word)
    return case


def all_cases():
    return [read_case(p) for p in sorted(FOLDER.glob('*/*')) if p.suffix in ('.ir', '.slisp')]


def case_label(case):
    return label(case.path)


def closed(text):
    """With as many ) at the end as are missing: the library's tops may be the last ones."""
    depth, quoted, before = 0, False, ''
    for c in text:
        if c == '"' and before != '\\':
            quoted = not quoted
        elif not quoted:
            depth += (c == '(') - (c == ')')
        before = c
    return text.rstrip('\n') + ')' * depth + '\n'


def without_library(dump):
    """The user's tops alone, without the library's hash, the tops that are the library's, and what the header says
    of a fault."""
    dump = re.sub(r' \(inject [^()]*\)', '', dump, count=1)
    dump = re.sub(r'\(library core "\w*"\)', '(library core)', dump)
    kept, skipping = [], False
    for line in dump.splitlines():
        if re.match(r' ?\(', line) or re.match(r' \S', line):
            skipping = line.startswith(' (from ')
        if not skipping:
            kept.append(line)
    return closed('\n'.join(kept))


def run_pass(case, *options):
    """The pass over the input: the result of the command, its output in the canonical style."""
    start = ['--from=' + case.pass_name] if case.path.suffix == '.ir' else []
    return slispc('--dump-after=' + case.pass_name, *start, '--to=' + case.pass_name, '--style=canon', '--no-verify',
                  *options, case.path.name, cwd=case.path.parent, environment={'SLISPC_CRASH_DIR': '/dev/null'})


def output_of(case):
    result = run_pass(case)
    assert result.code == FINE, result.error_text
    return without_library(result.output_text)


def behaviour(case, after):
    """What the form before or after the pass prints."""
    call = ['--call=' + call for call in case.run]
    start = ['--from=' + case.pass_name, '--to=' + case.pass_name] if after else []
    if case.path.suffix == '.slisp':
        start = ['--to=' + ('expand' if case.pass_name == 'parse' else case.pass_name)] if after else []
    result = slispc('run', '--no-verify', *start, *call, case.path.name, cwd=case.path.parent)
    return result.output_text.splitlines(), result.error_text


def squeezed(text):
    return re.sub(r'\s+', ' ', text).replace('( ', '(').replace(' )', ')')


def broken_rules(case, output):
    """What of the case does not hold; the golden text aside."""
    wrong = []
    if case.unknown:
        wrong.append('there is no directive ' + ', '.join(case.unknown))
    if len(case.why) != 1:
        wrong.append('one line `; WHY reason` is wanted')
    if not (case.result or case.want or case.never):
        wrong.append('nothing is asked: RESULT, WANT or NEVER')
    if len(case.run) > 1:
        wrong.append('one RUN is enough')
    length = sum(not line.startswith('; ') for line in case.path.read_text().splitlines())
    if length > INPUT_LINES:
        wrong.append('the input has %d lines, more than %d' % (length, INPUT_LINES))
    if output.count('\n') > SNAPSHOT_LINES and not case.big:
        wrong.append('the output has more than %d lines: `; BIG reason`' % SNAPSHOT_LINES)
    text = squeezed(output)
    wrong += ['not there: ' + w for w in case.want if squeezed(w) not in text]
    wrong += ['there: ' + n for n in case.never if squeezed(n) in text]
    for after in (False, True) if case.result else ():
        got, errors = behaviour(case, after)
        if got != case.result:
            wrong.append('%s the pass it gives %s, not %s\n%s' % ('after' if after else 'before', got, case.result, errors))
    return wrong


# ---- faults -------------------------------------------------------------------------------------


def faults_of(name):
    """The faults of a pass that --inject knows."""
    assert name in PASS_NAMED
    return re.findall(r'^%s:([\w-]+)' % name, slispc('faults', name).output_text, re.M)


def kills(case, fault):
    """Does the case show the fault, at one of the first places that it has?"""
    wanted = case.snapshot.read_text()
    for seed in SEEDS:
        result = run_pass(case, '--inject=%s:%s:%d' % (case.pass_name, fault, seed))
        if result.code != FINE or without_library(result.output_text) != wanted:
            return True
    return False
