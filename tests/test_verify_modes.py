"""The verifier's two ways to its answer: believing the claims of the allocator, and inferring them.
What is accepted with claims must be accepted by inference; both must reject what is wrong."""
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
