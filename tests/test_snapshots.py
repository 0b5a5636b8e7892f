"""What single passes do, from small forms: the format and the rules are in snapshots.py.

`pytest --bless -k CASE` writes new snapshots. It refuses when the case's own claims do not hold, so
no change of behaviour is blessed by accident."""
import difflib
from collections import defaultdict

import pytest

import snapshots
from harness import PASSES
from snapshots import all_cases, broken_rules, case_label, faults_of, kills, output_of

CASES = all_cases()
BY_PASS = {p.name: [c for c in CASES if c.pass_name == p.name] for p in PASSES}
# verify changes nothing: its cases are in tests/verify.
WITHOUT = {'verify'}


def test_every_pass_has_several():
    assert [name for name, cases in BY_PASS.items() if len(cases) < 3 and name not in WITHOUT] == []


def test_nothing_is_left_over():
    known = {c.path for c in CASES} | {c.snapshot for c in CASES}
    assert [str(p) for p in snapshots.FOLDER.glob('*/*') if p not in known] == []
    assert {p.name for p in snapshots.FOLDER.iterdir()} <= {p.name for p in PASSES}


@pytest.mark.parametrize('case', CASES, ids=case_label)
def test_snapshot(case, request):
    output = output_of(case)
    wrong = broken_rules(case, output)
    assert not wrong, '\n'.join(wrong)
    if request.config.getoption('--bless'):
        case.snapshot.write_text(output)
    assert case.snapshot.exists(), 'there is no snapshot: pytest --bless writes it'
    wanted = case.snapshot.read_text()
    changes = difflib.unified_diff(wanted.splitlines(), output.splitlines(), 'expected', 'got', lineterm='')
    assert output == wanted, '\n'.join(changes) + '\naccept: pytest --bless -k %s' % case.path.stem


def test_reasons_differ():
    reasons = defaultdict(list)
    for case in CASES:
        reasons[case.pass_name, case.why[0] if case.why else ''].append(case.path.name)
    assert [names for names in reasons.values() if len(names) > 1] == []


# They need more pressure on registers than a form of twenty lines has; test_faults.py has programs that do.
IN_PROGRAMS = {'alloc': {'evict-pinned', 'temp-overlap', 'tie-no-copy'}}


@pytest.mark.parametrize('name', [p.name for p in PASSES if p.name not in WITHOUT])
def test_faults_are_killed(name):
    """Each fault of the pass is shown by a case, and each case shows one that no other shows."""
    killers = {fault: [c for c in BY_PASS[name] if kills(c, fault)]
               for fault in faults_of(name) if fault not in IN_PROGRAMS.get(name, ())}
    table = '\n'.join('%-24s %s' % (fault, ' '.join(c.path.stem for c in cases)) for fault, cases in killers.items())
    assert [fault for fault, cases in killers.items() if not cases] == [], 'nothing shows them\n' + table
    alone = {cases[0].path for cases in killers.values() if len(cases) == 1}
    idle = [c.path.stem for c in BY_PASS[name] if c.path not in alone and not c.stays]
    assert idle == [], 'they show nothing that no other case shows; `; STAYS reason` says why they stay\n' + table
