"""make mutants works: its operators make the mistakes that they should, each of a few mistakes in
the back end is found, and what is known to change nothing is not. The forms of tests/back-end give
what is beside them, interpreted and native. The whole run is too long for here."""
import re
import shutil
import sys

import pytest

from harness import REPOSITORY, SLISPC, TESTS, compiled, execute, programs, slispc

sys.path.insert(0, str(TESTS / 'mutate'))
import build  # noqa: E402
import operators  # noqa: E402
import programs as tried  # noqa: E402
import mutants  # noqa: E402


@pytest.mark.parametrize('form', programs('back-end', '*.ir'), ids=lambda p: p.stem)
def test_form(form, tmp_path):
    wanted = form.with_suffix('.out').read_bytes()
    assert slispc('run', form).out == wanted
    assert execute([compiled(form, tmp_path / 'program')]).out == wanted


# ---- operators ----------------------------------------------------------------------------------

EXAMPLE = '''/* if (a && b) is no code here */
#define NOR(a, b) (!(a) && !(b))
static bool is_fit(const Node *n, uint32_t k) {
    if (!n || k < 2) return false;
    for (uint32_t i = 0; i <= k; i++) {
        count += i - 1;
        note(n, "a && b", k);
    }
    switch (k) {
    case X_add: return n->head == H_word ? ONE : TWO;
    case X_sub: break;
    }
    return n->count > k;
}
'''
CHANGES = [('symbol', 'if (!n && k < 2) return false;'), ('symbol', 'if (!n || k <= 2) return false;'),
           ('negation', 'if (n || k < 2) return false;'), ('negation', 'if (!(!n || k < 2)) return false;'),
           ('word', 'if (!n || k < 2) return true;'), ('constant', 'if (!n || k < 3) return false;'),
           ('constant', 'for (uint32_t i = 1; i <= k; i++) {'), ('symbol', 'for (uint32_t i = 0; i < k; i++) {'),
           ('symbol', 'count -= i - 1;'), ('symbol', 'count += i + 1;'), ('deletion', ';'),
           ('exchange', 'case X_add: return n->head == H_word ? TWO : ONE;'), ('enumerator', 'case X_sub: return n->head == H_word ? ONE : TWO;'),
           ('return', 'return 0;'), ('negation', 'return !(n->count > k);'), ('word', 'case X_sub: continue;')]


def test_operators():
    made = [(m.operator, m.new) for m in operators.mutants('example.c', EXAMPLE)]
    assert [change for change in CHANGES if change not in made] == []
    assert all('no code' not in new and 'NOR' not in new for _, new in made)
    assert {m.function for m in operators.mutants('example.c', EXAMPLE)} == {'is_fit'}


def test_every_operator_is_used():
    used = {m.operator for path in mutants.back_end() for m in operators.mutants(path, (REPOSITORY / path).read_text())}
    assert used == set(operators.OPERATORS) | {'enumerator'}


def test_equivalents_are_of_lines_that_stand():
    """An entry whose line was changed is of no use any more."""
    made = {m.key() for path in mutants.back_end() for m in operators.mutants(path, (REPOSITORY / path).read_text())}
    assert [key for key in mutants.equivalents() if key not in made] == []


# ---- mistakes that must be found ----------------------------------------------------------------

# file, line, mistake, what becomes of it (alternatives: which one comes first is not what is tested)
MISTAKES = [
    ('passes/liveness.c', 'if (from != local->block) PUSH(l->scratch, *work, from);', 'if (from == local->block) PUSH(l->scratch, *work, from);', 'rejected|crashed'),
    ('passes/intervals.c', 'PUSH(s->scratch, x->ranges, ((Range){from, to}));', 'PUSH(s->scratch, x->ranges, ((Range){from, from}));',
     'rejected|alike'),
    ('passes/alloc/slots.c', 'if (slot->end <= start_of(v)) return true;', 'if (slot->end >= start_of(v)) return true;', 'rejected'),
    ('passes/alloc/registers.c', 'if (from == to) return;', 'if (from != to) return;', 'rejected'),
    ('passes/frame/parallel.c', 'f->readers[t.from]++;', ';', 'rejected'),
    ('passes/emit/jumps.c', 'if (block != e->next) assembler_jump(e->as, NO_CONDITION, block);', ';', 'rejected'),
    ('passes/ir/encode.c', 'if (row->adds_condition) out[-1] |= (uint8_t)in->operands[0].integer;', ';', 'rejected'),
    ('passes/select/words.c', 'select_tied(s, X_sub, x, a, b, false, NULL);', 'select_tied(s, X_sub, x, b, a, false, NULL);', 'wrong'),
    ('passes/select/conditions.c', 'return (Comparison){condition_rows[c.condition].swapped, c.b, c.a};', 'return (Comparison){condition_rows[c.condition].swapped, c.a, c.b};', 'wrong'),
    ('passes/alloc/registers.c', 'if (!threatened(a, r, v)) return r;', 'if (threatened(a, r, v)) return r;', 'alike|rejected'),
]
FEW = ('comparisons', 'numbers', 'arguments')


def mutant_of(file, line, mistake):
    lines = (REPOSITORY / file).read_text().split('\n')
    found = [i for i, text in enumerate(lines) if line in text]
    assert len(found) == 1, 'the line has changed: %s' % line
    old = lines[found[0]]
    return operators.Mutant(file, found[0] + 1, operators.functions_of(lines)[found[0]], old.strip(), old.strip().replace(line, mistake), 'test')


@pytest.fixture(scope='module')
def found(tmp_path_factory):
    """The outcomes of no mistake and of each."""
    if not (build.OUT / 'driver/main.o').exists() or not shutil.which(build.CC):
        pytest.skip('the objects of the build are needed')
    mutants.FOLDER = folder = tmp_path_factory.mktemp('mutate')
    program, broken = build.build(folder, sorted({m[0] for m in MISTAKES}), [mutant_of(*m[:3]) for m in MISTAKES])
    assert not broken
    trials = tried.trials(SLISPC, folder, [(s, '-O2') for s in tried.sources() if s.stem in FEW])
    trials = mutants.with_expectations(program, trials)
    assert len(trials) > 50
    return [mutants.outcome_of(mutants.outcomes(program, i, trials, 'mistake')) for i in range(len(MISTAKES) + 1)]


def test_nothing_is_found_without_a_mistake(found):
    assert found[0] == ('survives', '')


@pytest.mark.parametrize('i', range(len(MISTAKES)), ids=[m[0] for m in MISTAKES])
def test_mistake_is_found(found, i):
    word, shown = found[i + 1]
    assert re.fullmatch(MISTAKES[i][3], word), shown
