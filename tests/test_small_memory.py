"""Little address space (ulimit -v): programs and slispc run in what there is, or say what is missing."""
import pytest

from harness import FINE, SLISPC, WORLD_IS_WRONG, compiled, execute

# Kilobytes. Below, the kernel does not start the process: slispc alone is more than 7 MB.
SIZES = [2_000_000, 600_000, 100_000, 30_000, 10_000]
SMALLER = [7_000, 5_000, 4_000]

# Each line uses up one kind of memory, and goes on.
PROGRAM = '''
(defn deep [n] (if (== n 0) 0 (+ 1 (deep (dec n)))))
(println "hello" (deep 1000))
(println (try (deep 100000000) (catch StackOverflowError e (ex-message e))))
(println (try (count (vec (range 100000000))) (catch OutOfMemoryError e (ex-message e))))
(println (try (loop [s "ab"] (recur (str s s))) (catch OutOfMemoryError e (ex-message e))))
(println (try (with-out-str (loop [] (println "abcdefghijklmnop") (recur)))
           (catch OutOfMemoryError e (ex-message e))))
(println (try (loop [i 0] (keyword (str "abcdefghijklmnop" i)) (recur (inc i)))
           (catch OutOfMemoryError e (ex-message e))))
(println (count (reduce conj #{} (range 1000))))
'''
OUTPUT = '''hello 1000
the stack is full: calls are nested too deeply
out of memory: the heap is full
out of memory: the heap is full
out of memory: the system has no more
out of memory: the system has no more
1000
'''


def limited(kilobytes, *command):
    line = 'ulimit -v %d; exec "$@"' % kilobytes
    return execute(['sh', '-c', line, 'sh', *command], timeout=60)


def says_no_memory(result):
    return (result.code == WORLD_IS_WRONG and 'no memory' in result.error_text
            and result.error_text.count('\n') == 1)


@pytest.fixture(scope='module')
def program(tmp_path_factory):
    folder = tmp_path_factory.mktemp('small')
    (folder / 'p.slisp').write_text(PROGRAM)
    return compiled(folder / 'p.slisp', folder / 'p')


@pytest.mark.parametrize('kilobytes', SIZES[2:] + SMALLER)
def test_program(program, kilobytes):
    result = limited(kilobytes, program)
    if kilobytes >= 10_000:
        assert (result.output_text, result.error_text, result.code) == (OUTPUT, '', FINE)
    else:
        assert result.output_text == OUTPUT or says_no_memory(result), result


@pytest.mark.parametrize('kilobytes', SIZES[:2])
def test_program_in_two_gigabytes(tmp_path, kilobytes):
    (tmp_path / 'p.slisp').write_text('(println (count (vec (range 1000000))))')
    result = limited(kilobytes, compiled(tmp_path / 'p.slisp', tmp_path / 'p'))
    assert (result.output_text, result.code) == ('1000000\n', FINE)


@pytest.mark.parametrize('kilobytes', SIZES)
@pytest.mark.parametrize('depth', [1, 3000])
@pytest.mark.parametrize('verb', [[], ['run']], ids=['compile', 'run'])
def test_slispc(tmp_path, kilobytes, depth, verb):
    source = tmp_path / 'p.slisp'
    source.write_text('(println ' + '(inc ' * depth + '0' + ')' * depth + ')')
    output = [] if verb else ['-o', tmp_path / 'p']
    result = limited(kilobytes, SLISPC, *verb, source, *output)
    if kilobytes >= (100_000 if depth > 1 else 30_000):
        assert result.code == FINE, result
        assert result.output_text == ('%d\n' % depth if verb else '')
    else:
        assert result.code == FINE or says_no_memory(result), result


def test_uncaught(tmp_path):
    """What nobody catches ends the program with its message."""
    (tmp_path / 'p.slisp').write_text('(println 1)\n(defn f [s] (f (str s s)))\n(f "ab")')
    result = limited(50_000, compiled(tmp_path / 'p.slisp', tmp_path / 'p'))
    assert (result.output_text, result.code) == ('1\n', 1)
    assert result.error_text.startswith('error: out of memory: the heap is full\n --> ')
