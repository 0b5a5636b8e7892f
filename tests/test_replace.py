"""Another program in the place of a pass: the passes of docs/labs, and commands that misbehave."""
import multiprocessing
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from harness import (FINE, PASS_NAMED, REPOSITORY, SLISPC, SLISPC_IS_WRONG, WORLD_IS_WRONG, check_output,
                     conformance_programs, dump_name, execute, label, slispc, tier)
from test_docs import examples, output_of
from test_readme import without_hash

LABS = REPOSITORY / 'docs' / 'labs'
sys.path.insert(0, str(LABS))
import machine  # noqa: E402
import slir  # noqa: E402

FRONT = ['loops', 'free', 'anf', 'gvn']
BACK = ['liveness', 'intervals', 'alloc', 'frame']
PROGRAMS = [p for p in conformance_programs() if tier(p) == 1]
FIB = REPOSITORY / 'dumps' / 'fib' / 'fib.slisp'


def replaced(*names):
    return ['--library'] + ['--replace=%s:%s %s' % (name, sys.executable, LABS / (name + '.py')) for name in names]


# ---- passes in Python ---------------------------------------------------------------------------

def check_programs(names, programs):
    """Runs the programs with these passes replaced; two at a time."""
    def run(program):
        check_output(slispc('run', '--limit=60', *replaced(*names), program, timeout=120), program)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, programs))


@pytest.mark.parametrize('names', [FRONT, ['liveness', 'alloc']], ids='+'.join)
def test_conformance(names):
    check_programs(names, PROGRAMS)


def test_whole_back_end():
    check_programs(BACK, PROGRAMS[::10])


@pytest.mark.parametrize('name', FRONT + BACK)
def test_conformance_alone(name):
    first = (FRONT + BACK).index(name)
    check_programs([name], PROGRAMS[first::12])


def forms_of(program, folder, *options):
    """The texts of a program's forms after all passes, by pass."""
    result = slispc('--dump-after=all', '--style=full', '--dump-dir=%s' % folder, *options, program, timeout=60)
    assert result.code == FINE, result.error_text
    return {p.name: folder / dump_name(p) for p in PASS_NAMED.values()}


def printed_by_slispc(path, name):
    """The form in the file, which is one after the pass `name`, with its places, line breaks as slispc makes them."""
    if name == 'emit':
        before = path.with_name(dump_name(PASS_NAMED['verify']))
        result = slispc('--library', '--replace=emit:cat %s' % path, '--dump-after=emit', '--style=full', before, '-o', '/dev/null')
    else:
        result = slispc('--to=' + name, path, timeout=60)
    assert result.code == FINE, result.error_text
    return result.output_text.replace(' (replace emit)', '', 1)


@pytest.mark.parametrize('name', ['loops', 'free', 'anf', 'liveness'])
@pytest.mark.parametrize('program', PROGRAMS[5::45], ids=label)
def test_same_form(name, program, tmp_path):
    """Where there is one right answer, slispc's own pass and the one in Python write the same form."""
    forms = forms_of(program, tmp_path)
    before = list(PASS_NAMED)[list(PASS_NAMED).index(name) - 1]
    result = execute([sys.executable, LABS / (name + '.py')], stdin=forms[before].read_bytes(), timeout=60)
    mine = tmp_path / 'mine.ir'
    mine.write_bytes(result.out)
    assert printed_by_slispc(mine, name) == forms[name].read_bytes().decode(), result.error_text


# ---- reading and printing -----------------------------------------------------------------------

seen = set()


def unseen_tops(text):
    """The dump with those tops only that did not occur before: most of a program is library."""
    start, library, *tops = text.removesuffix(')\n').split('\n (')
    new = [top for top in tops if top not in seen]
    seen.update(new)
    return '\n ('.join([start, library] + new) + ')\n'


def again(text):
    """What slir prints of the form that it read."""
    return '\n'.join(map(slir.show, slir.read(text))) + '\n'


def check_round_trip(job):
    program, folder = job
    folder.mkdir()
    for name, path in forms_of(program, folder).items():
        text = path.read_bytes().decode()
        if name not in ('verify', 'emit'):  # these must be whole, to go on with
            text = unseen_tops(text)
        path.write_bytes(again(text).encode())
        assert printed_by_slispc(path, name) == text, 'after %s' % name
    shutil.rmtree(folder)


def test_round_trip(tmp_path):
    """slispc prints a form that slir has read and printed as it printed the form itself, with the same places."""
    jobs = [(program, tmp_path / str(i)) for i, program in enumerate(conformance_programs()[::4])]
    with multiprocessing.Pool(2) as pool:
        pool.map(check_round_trip, jobs, chunksize=len(jobs) // 2 + 1)


def test_odd_atoms(tmp_path):
    text = ('(slispc-ir 1 Lsurface (after parse) (files "a \\"b\\".slisp"))\n'
            '(program\n (library core "1")\n'
            ' (text\n  (f "a@1:2 (\\"\\\\" |odd symbol(| |a\\|b@1:2|@3:4 #"\\d+\\"" ##-Inf -1.5E300 é @1:1)\n'
            '  {:a #{1@2:3 nil} @2:2}))\n')
    path = tmp_path / 'odd.ir'
    path.write_bytes(again(text).encode())
    assert printed_by_slispc(path, 'parse') == text
    call, table = slir.read(text)[1][2][1:]
    assert call[1:5] == ['"a@1:2 (\\"\\\\"', '|odd symbol(|', '|a\\|b@1:2|@3:4', '#"\\d+\\""']
    assert call.at == '1:1' and (table.at, table.open, table[1]) == ('2:2', '{', ['1@2:3', 'nil'])


BLOCK = '''(slispc-ir 1 Lblocks)
(program
 (library core "1")
 (function @1:1 $user/f.w1
  (names 3)
  (returns any)
  (self)
  (block b0 [%a.1:any]
   (let %x.2:any (prim %car %a.1) @2:3)
   (return %x.2 @4:5))))
'''


def test_places_of_new_nodes():
    """A new instruction is where the line above it is; the lines after it keep their places."""
    program = slir.read(BLOCK)[1]
    block = program[2][-1]
    assert block[-1].at == '4:5' and block[3][2].at == '2:3'
    block.insert(4, slir.form('let', '%y.3:any', slir.form('prim', '%cdr', '%a.1')))
    assert '(prim %car %a.1) @2:3)\n   (let %y.3:any (prim %cdr %a.1))\n   (return %x.2 @4:5)' in slir.show(program)
    del block[3:5]
    assert '[%a.1:any]\n   (return %x.2 @4:5)' in slir.show(program)


def test_names():
    assert slir.number('%a-b.12=s3[rsp+24]') == 12 and machine.place('%a-b.12=s3[rsp+24]') == 's3'
    assert slir.bare('%x.3:nil/string') == '%x.3' and machine.place('%x.3:int') is None
    assert not slir.is_name('%int+') and not slir.is_name('$user/f')
    assert machine.in_place('%x.3=rdi', 's0') == '%x.3=s0' and machine.in_place('%x.3=rdi', None) == '%x.3'


@pytest.mark.parametrize('text', ['', '(slispc-ir 1 Lcore)', '(slispc-ir 1 Lcore) (program', ')'])
def test_no_dump(text):
    with pytest.raises(SyntaxError):
        slir.read(text)


def test_length():
    lines = (LABS / 'slir.py').read_text().splitlines()
    assert len(lines) <= 150 and max(map(len, lines)) <= 100


# ---- commands that misbehave --------------------------------------------------------------------

@pytest.mark.parametrize('command,code,message', [
    ('/nonexistent/pass', WORLD_IS_WRONG, 'No such file or directory'),
    ('/nonexistent/pass', WORLD_IS_WRONG, 'cannot be started'),
    ('/etc/passwd', WORLD_IS_WRONG, 'Permission denied'),
    ('  ', WORLD_IS_WRONG, 'wants a command'),
    ('echo "hello', WORLD_IS_WRONG, 'a quote is not closed'),
    ('sleep 100', SLISPC_IS_WRONG, 'did not end within 1 seconds'),
    ('sh -c "sleep 100 & cat"', SLISPC_IS_WRONG, 'did not end within 1 seconds'),
    ('yes', SLISPC_IS_WRONG, 'wrote more than 16 MiB'),
    ('sh -c "yes >&2"', SLISPC_IS_WRONG, 'did not end within 1 seconds'),
    ('sh -c "seq 1000 >&2"', SLISPC_IS_WRONG, '[free] ... (the last 200 lines)\n[free] 801\n'),
    ('echo hello', SLISPC_IS_WRONG, 'a dump starts with'),
    ('head -c 300 /dev/urandom', SLISPC_IS_WRONG, 'wrote what does not read as a dump'),
    ('sh -c "cat > /dev/null; exit 7"', SLISPC_IS_WRONG, 'ended with exit code 7'),
    ('sh -c "kill -SEGV $$"', SLISPC_IS_WRONG, 'was ended by signal 11 (Segmentation fault)'),
    ('head -c 3000', SLISPC_IS_WRONG, 'is never closed'),
    ('head -c 3000', SLISPC_IS_WRONG, 'wrote what does not read as a dump'),
    ('head -n 1', SLISPC_IS_WRONG, 'the header must be followed by (program ...)'),
    ('true', SLISPC_IS_WRONG, 'wrote nothing'),
    ('cat', SLISPC_IS_WRONG, 'wrote a form of language Lloop, not of Lfree'),
    ('sed s/Lloop/Lfree/', SLISPC_IS_WRONG, 'is not of language Lfree: this is no Expr, at 1:1: (fn %fn.1 (arity'),
    ('sed s/Lloop/Lfree/', SLISPC_IS_WRONG, "'slispc grammar Lfree' shows what is"),
    ('cat', SLISPC_IS_WRONG, '  by hand:  slispc --dump-before=free --style=full %s | cat' % FIB),
])
def test_failure(command, code, message):
    result = slispc('run', '--limit=1', '--library', '--replace=free:' + command, FIB, timeout=20)
    assert result.code == code and message in result.error_text and not result.out, result.error_text
    assert 'bug in slispc' not in result.error_text


def test_limit_of_a_compilation(tmp_path):
    result = slispc('--limit=1', '--replace=gvn:sleep 100', FIB, '-o', tmp_path / 'fib')
    assert result.code == SLISPC_IS_WRONG and 'did not end within 1 seconds' in result.error_text
    assert not (tmp_path / 'fib').exists()


def test_standard_error_is_shown():
    command = '--replace=free:sh -c "echo one >&2; printf two >&2; exec %s %s"' % (sys.executable, LABS / 'free.py')
    result = slispc('run', command, FIB)
    assert result.code == FINE and result.error_text == '[free] one\n[free] two\n'


def test_input_need_not_be_read(tmp_path):
    """What is not read is more than fits into a pipe."""
    program = next(p for p in PROGRAMS if p.stem == 'n-queens')
    form = forms_of(program, tmp_path)['liveness']
    assert form.stat().st_size > 1 << 17
    check_output(slispc('run', '--replace=liveness:cat %s' % form, program), program)


def script(tmp_path, text):
    path = tmp_path / 'wrong.py'
    path.write_text('import sys\nsys.path.insert(0, %r)\n%s' % (str(LABS), text))
    return '%s %s' % (sys.executable, path)


def check_report(result, name):
    assert result.code == SLISPC_IS_WRONG and 'error[V' in result.error_text, result.error_text
    assert 'note: pass %s was replaced by' % name in result.error_text
    assert 'bug in slispc' not in result.error_text


def test_wrong_allocation(tmp_path):
    """Results are not stored: the verifier's report is shown."""
    command = script(tmp_path, '''import alloc, slir
alloc.Allocator.stores = lambda self, names: []
slir.run_pass('alloc', 'Lintervals', 'Lplaced', alloc.allocate)
''')
    result = slispc('run', '--replace=alloc:' + command, FIB)
    check_report(result, 'alloc')
    assert 'rule: ' in result.error_text and 'fib.slisp' in result.error_text


def test_wrong_liveness(tmp_path):
    """slispc's own allocator would believe a liveness that forgets values, so it is not asked."""
    command = script(tmp_path, '''import liveness, slir
liveness.live_out = lambda flow, live_in, name: set()
slir.run_pass('liveness', 'Lx86', 'Llive', liveness.find_live)
''')
    result = slispc('run', '--replace=liveness:' + command, FIB)
    assert result.code == SLISPC_IS_WRONG and 'is missing in (live-out ...)' in result.error_text, result.error_text


def test_wrong_usage():
    for option, message in [('--replace=alloc', "wants PASS:'COMMAND'"), ('--replace=aloc:cat', 'did you mean alloc')]:
        result = slispc('run', option, FIB)
        assert result.code == WORLD_IS_WRONG and message in result.error_text


def test_parse():
    """parse is given the source's text."""
    again = '%s --dump-after=parse --style=full /dev/stdin' % SLISPC
    result = slispc('run', '--replace=parse:' + again, FIB)
    assert (result.code, result.out) == (FINE, slispc('run', FIB).out), result.error_text


# ---- the page for students ----------------------------------------------------------------------

@pytest.mark.parametrize('command,output', [(command, output) for _, _, command, output in examples(LABS / 'README.md')],
                         ids=lambda text: text.splitlines()[0][:60])
def test_page(command, output):
    assert without_hash(output_of(command)) == without_hash(output)


def test_page_shows_the_example():
    """The function that it explains is the one of if_not.py."""
    function = (LABS / 'if_not.py').read_text().split('\n\n\n')[1]
    page = [line.removeprefix('    ') for line in (LABS / 'README.md').read_text().splitlines()]
    assert function in '\n'.join(page)


@pytest.mark.parametrize('name', ['loops', 'free', 'anf', 'gvn', 'select', 'liveness', 'alloc', 'frame'])
def test_the_users_part_keeps_its_place(name, tmp_path):
    """The library's part is put back where it was: verify takes tops in another order for another program."""
    (tmp_path / 'pass.sh').write_text('cat > in.ir; %s --to=%s --style=full in.ir\n' % (SLISPC, name))
    result = slispc('run', '--replace=%s:sh pass.sh' % name, FIB, cwd=tmp_path)
    assert (result.code, result.out) == (FINE, slispc('run', FIB).out), result.error_text
