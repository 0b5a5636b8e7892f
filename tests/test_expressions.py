"""Expressions with what Clojure gives for each (expressions.tsv): a value, or an exception's class."""
import pytest

from harness import FINE, TESTS, compiled, execute

PRELUDE = '''(ns expressions (:require [clojure.string] [clojure.set]))
(defn outcome [call]
  (try (pr-str (call))
       (catch Throwable e (str "!" (subs (pr-str e) 2)))))
'''


def rows():
    lines = (TESTS / 'expressions.tsv').read_text().splitlines()
    return [line.split('\t') for line in lines if not line.startswith('#')]


def is_as_wanted(got, wanted):
    if not wanted.startswith('!'):
        return got == wanted
    name, _, message = wanted[1:].partition(': ')
    return got.startswith('!%s ' % name) and message in got


@pytest.mark.parametrize('option', ['-O0', '-O1', '-O2'])
def test_expressions(option, tmp_path):
    source = tmp_path / 'expressions.slisp'
    calls = ['(println (outcome (fn [] %s)))' % expression for expression, _ in rows()]
    source.write_text(PRELUDE + '\n'.join(calls) + '\n')
    result = execute([compiled(source, tmp_path / 'out', option)], timeout=30)
    assert result.code == FINE, result.error_text
    found = list(zip(rows(), result.output_text.splitlines(), strict=True))
    wrong = ['%s\n  wanted %s\n  got    %s' % (e, w, got) for (e, w), got in found if not is_as_wanted(got, w)]
    assert not wrong, '\n'.join(wrong)
