"""What the test modules share: where things are, running slispc and programs, expectations."""
import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).resolve().parent
REPOSITORY = TESTS.parent
SLISPC = os.environ.get('SLISPC', str(REPOSITORY / 'out' / 'slispc'))

# Conformance programs of this tier and below must pass.
TIER = 2

# What slispc's exit codes mean.
FINE, PROGRAM_IS_WRONG, WORLD_IS_WRONG, SLISPC_IS_WRONG = 0, 1, 2, 3


@dataclass
class Result:
    out: bytes
    err: bytes
    code: int

    @property
    def error_text(self):
        return self.err.decode('utf-8', 'replace')

    @property
    def output_text(self):
        return self.out.decode('utf-8', 'replace')

    @property
    def crashed(self):
        """Ended by a signal, in this process or in a shell between."""
        return self.code < 0 or self.code in (132, 133, 134, 135, 136, 137, 139)


def execute(command, timeout=30, environment=None, cwd=None, stdin=b'', stdout=subprocess.PIPE):
    """Runs a command to its end; its whole process group is killed when it takes too long."""
    process = subprocess.Popen([str(c) for c in command], stdin=subprocess.PIPE, stdout=stdout,
                               stderr=subprocess.PIPE, cwd=cwd, start_new_session=True,
                               env={**os.environ, 'NO_COLOR': '1', **(environment or {})})
    try:
        out, err = process.communicate(stdin, timeout=timeout)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise AssertionError('no end after %g s: %s' % (timeout, command_text(command))) from None
    return Result(out or b'', err, process.returncode)


def slispc(*arguments, **options):
    return execute([SLISPC, *arguments], **options)


def command_text(command):
    return ' '.join(str(c) for c in command)


def compiled(source, output, *options, **settings):
    """Compiles a program that must compile; the path of the executable."""
    result = slispc(*options, source, '-o', output, **settings)
    assert result.code == FINE, result.error_text
    return output


# ---- passes -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pass:
    number: int
    name: str
    source: str  # language that it reads
    target: str  # language that it writes
    kind: str
    whole: bool


def read_passes():
    """The rows of passes.def, in order."""
    rows = re.findall(r'^PASS\((\w+),\s*(\w+),\s*(\w+),\s*(\w+),\s*(\w+),',
                      (REPOSITORY / 'passes' / 'passes.def').read_text(), re.M)
    return [Pass(i, name, source, target, kind, scope == 'PROGRAM')
            for i, (name, source, target, kind, scope) in enumerate(rows, 1)]


PASSES = read_passes()
PASS_NAMED = {p.name: p for p in PASSES}


def pass_after(p):
    """The pass that follows p, None after the last one."""
    return PASSES[p.number] if p.number < len(PASSES) else None


def dump_name(p):
    return '%02d-%s.%s' % (p.number, p.name, p.target)


# ---- expectations -------------------------------------------------------------------------------


def beside(program, suffix):
    """The bytes of the file beside a program, None when there is none."""
    path = program.with_suffix(suffix)
    return path.read_bytes() if path.exists() else None


def expected_code(program):
    return int(beside(program, '.exit') or b'0')


def tier(program):
    match = re.match(r';\s*tier:\s*(\d)', program.read_text('utf-8', 'replace'))
    return int(match.group(1)) if match else 1


def fields(path):
    """The lines `name: value` of a file."""
    pairs = (line.partition(':') for line in path.read_text('utf-8').splitlines())
    return {name: value.strip() for name, _, value in pairs}


def programs(folder, pattern='**/*.slisp'):
    return sorted((TESTS / folder).glob(pattern))


def label(path):
    """A file as a test's name shows it."""
    return str(path.relative_to(TESTS).with_suffix(''))


# Their recorded output shows a set of several elements, whose order is unspecified.
UNSPECIFIED = {'conformance/sets/as-graph-reachability'}


def conformance_programs():
    return [p for p in programs('conformance') if tier(p) <= TIER and label(p) not in UNSPECIFIED]


def seed_programs():
    return programs('seed')


def back_end_programs():
    """Programs that were written for what the others leave out of the back end."""
    return programs('back-end')


def all_programs():
    """Every program of the tests that must compile."""
    return conformance_programs() + seed_programs() + back_end_programs()


def difference(got, wanted):
    """The first line where two outputs differ, for messages."""
    for i, (a, b) in enumerate(zip(got.splitlines() + [b'<end>'], wanted.splitlines() + [b'<end>']), 1):
        if a != b:
            return 'line %d is %r, expected %r' % (i, a[:200], b[:200])
    return 'they differ in length: %d, expected %d bytes' % (len(got), len(wanted))


def check_output(result, program):
    """Holds a run against the files beside the program."""
    assert not result.crashed, 'ended by a signal: %d\n%s' % (result.code, result.error_text[-2000:])
    wanted = beside(program, '.out')
    assert result.out == wanted, difference(result.out, wanted) + '\n' + result.error_text[-2000:]
    assert result.code == expected_code(program), result.error_text[-2000:]


def tool(name):
    """The path of a program of the system, None when it is not installed."""
    return shutil.which(name)
