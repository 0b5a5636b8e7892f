"""The verifier's two ways to its answer: believing the claims of the allocator, and inferring them.
What is accepted with claims must be accepted by inference; both must reject what is wrong."""
import re

import pytest

from harness import FINE, SLISPC, SLISPC_IS_WRONG, TESTS, execute, label

PROGRAMS = sorted((TESTS / 'seed').glob('*-many.slisp')) + sorted((TESTS / 'conformance' / 'slot-pressure').glob('gen-*.slisp'))
PROGRAM = TESTS / 'seed' / 'minimal.slisp'


@pytest.mark.parametrize('program', PROGRAMS, ids=label)
def test_both_accept(program, tmp_path):
    result = execute([SLISPC, '--verify=both', str(program), '-o', str(tmp_path / 'out')])
    assert (result.code, result.error_text) == (FINE, '')


def test_inference_rejects_what_claims_reject():
    arguments = ['--inject=alloc:early-release', str(PROGRAM), '-o', '/dev/null']
    for mode in ('claims', 'infer', 'both'):
        result = execute([SLISPC, '--verify=' + mode, *arguments])
        assert result.code == SLISPC_IS_WRONG and 'error[V05]' in result.error_text, mode


def test_a_rule_can_be_switched_off():
    wrong = [SLISPC, '--inject=frame:map-empty', str(PROGRAM), '-o', '/dev/null']
    assert execute(wrong).code == SLISPC_IS_WRONG
    assert execute([*wrong, '--verify-without=V10', '--verify-without=V08', '--verify-without=V05']).code == FINE


def test_claims_of_a_file_may_be_wrong_of_code_that_is_right(here):
    """That is the file's mistake, not slispc's."""
    dump = execute([SLISPC, '--dump-after=frame', str(PROGRAM)]).out
    (here / 'x.ir').write_bytes(re.sub(rb'\(in (?:%[^()]*)\)', b'(in)', dump))
    assert execute([SLISPC, '--verify=infer', 'check', 'x.ir']).code == FINE
    for mode in ('claims', 'both'):
        result = execute([SLISPC, '--verify=' + mode, 'check', 'x.ir'])
        assert result.code == SLISPC_IS_WRONG and 'the mistake is in there' in result.error_text
        assert 'internal error' not in result.error_text, mode
