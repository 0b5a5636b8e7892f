"""Programs of tests/conformance give what Clojure gave, those of the other folders what is beside
them: run in memory, as an executable, without optimisation, and with a collection at every allocation."""
import pytest

from harness import TIER, all_programs, beside, check_output, compiled, execute, fields, label, programs, slispc

PROGRAMS = all_programs()
each_program = pytest.mark.parametrize('program', PROGRAMS, ids=label)


@each_program
def test_run(program):
    check_output(slispc('run', program), program)


@each_program
def test_executable(program, tmp_path):
    check_output(execute([compiled(program, tmp_path / 'program')]), program)


@each_program
def test_unoptimised(program):
    check_output(slispc('run', '-O0', program), program)


@each_program
def test_stress(program):
    """Every allocation collects (NAME.stress holds N: every Nth one), every survivor moves."""
    every = beside(program, '.stress')
    mode = 'stress=%d' % int(every) if every else 'stress'
    check_output(slispc('run', program, environment={'SLISP_GC': mode}, timeout=30), program)


# What slisp accepts on purpose: a function may use one that is defined later.
ACCEPTED = {'compile/use-before-def'}

ERRORS = [p for p in programs('conformance-errors')
          if int(fields(p.with_suffix('.expect'))['tier']) <= TIER
          and '%s/%s' % (p.parent.name, p.stem) not in ACCEPTED]


@pytest.mark.parametrize('program', ERRORS, ids=label)
def test_error(program):
    """NAME.expect says what Clojure reported and when. What it rejects before running may be
    reported before anything is printed."""
    expect = fields(program.with_suffix('.expect'))
    result = slispc('run', program)
    assert not result.crashed and result.code == 1, result.error_text
    assert result.err, 'nothing on stderr'
    rejected = expect['kind'] in ('read', 'compile')
    assert result.out == beside(program, '.out') or rejected and result.out == b'', result.output_text
    first, last = map(int, expect['form'].split('-'))
    assert any('.slisp:%d:' % line in result.error_text for line in range(first, last + 1)), result.error_text
    assert expect.get('mention', '') in result.error_text
