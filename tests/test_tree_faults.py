"""Faults of the passes up to specialize show in what programs do: slispc bisect, given a snapshot's
input, names the pass that is made wrong."""
import re

import pytest

from harness import PASSES, slispc
from snapshots import SEEDS, all_cases, faults_of

TREES = [p.name for p in PASSES[:[p.name for p in PASSES].index('blocks')]]


def bisect(case, fault, seed, folder):
    """The pass that is blamed, None for none."""
    call = ['--call=' + call for call in case.run]
    wanted = ['--expect=' + '\n'.join(case.result)] if case.path.suffix == '.slisp' else []
    result = slispc('bisect', '--no-verify', '--limit=2', '--inject=%s:%s:%d' % (case.pass_name, fault, seed),
                    *call, *wanted, str(case.path), cwd=folder)
    found = re.search(r'^first bad pass: (\w+)$', result.output_text, re.M)
    return found and found.group(1)


@pytest.mark.parametrize('name', TREES)
def test_bisect_names_the_pass(name, tmp_path):
    cases = [c for c in all_cases() if c.pass_name == name and c.result]
    missed = [fault for fault in faults_of(name)
              if not any(bisect(c, fault, seed, tmp_path) == name for c in cases for seed in SEEDS)]
    assert missed == []
