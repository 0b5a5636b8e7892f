"""One generator for each way in which a program can grow: source text of the size n.

GROWS: compiled in time and memory that grow with n. NESTS: the same up to the limit of nesting, where
n counts levels. LIMITED: what has a limit of its own, by the name of its row in passes/limits.def.
"""

START = ('(def state (atom 1)) (defn r [n] (+ n (deref state))) (defn q [] (= 1 (deref state)))\n'
         '(def unknown (first [inc dec]))\n')


def nest(opening, inner, closing='', before='(println ', behind=')\n'):
    return lambda n: START + before + opening * n + inner + closing * n + behind


def repeat(before, form, behind, join=' '):
    """`form` holds %d where it differs from the one before."""
    many = lambda n: join.join(form % ((i,) * form.count('%d')) for i in range(n))
    return lambda n: START + before + many(n) + behind


NESTS = {
    # syntax
    'quoted list': nest('(', '', ')', "(println (count '", '))\n'),
    'quoted vector': nest('[', '', ']', "(println (count '", '))\n'),
    'quoted map': nest('{:a ', '1', '}', "(println (count '", '))\n'),
    'quoted set': nest('#{', '1', '}', "(println (count '", '))\n'),
    'vector': nest('[', '(r 1)', ']', '(println (count ', '))\n'),
    'map': nest('{:a ', '(r 1)', '}', '(println (count ', '))\n'),
    'set': nest('#{', '(r 1)', '}', '(println (count ', '))\n'),
    "'": nest("'", 'x', '', '(println (count ', '))\n'),
    '@': nest('@', 'state'),
    '^': nest('^:a ', '[]'),
    '^ of ^': nest('^', ':a', ' []'),
    '#_': nest('#_', '1 ' * 2, ' 1'),
    # calls and operations
    'call': nest('(inc ', '(r 1)', ')'),
    'call of a function': nest('(r ', '1', ')'),
    'operation': nest('(+ ', '(r 1)', ' 1)'),
    'head of a call': nest('(', 'q', ')'),
    'lookup': nest('(:a ', '{}', ')'),
    '->': nest('(-> ', '(r 1)', ' inc)'),
    # special forms and macros
    'if, then': nest('(if (q) ', '1', ' 2)'),
    'if, else': nest('(if (q) 2 ', '1', ')'),
    'if, test': nest('(if ', '(q)', ' nil 1)'),
    'when': nest('(when (q) (q) ', '1', ')'),
    'and': nest('(and (q) ', '1', ')'),
    'or': nest('(or (q) ', '1', ')'),
    'cond': nest('(cond (q) 3 :else ', '1', ')'),
    'case': nest('(case (r 1) 1 :a 2 :b ', '1', ')'),
    'do': nest('(do (q) ', '1', ')'),
    'let': nest('(let [x (q)] ', '1', ')'),
    'let, value': nest('(let [x ', '(q)', '] [x x])'),
    'loop': nest('(loop [x (q)] ', '1', ')'),
    'fn': nest('(fn [x] ', '1', ')'),
    'fn that is called': nest('((fn [] ', '1', '))'),
    'fn that captures': nest('(fn [x] ', 'y', ')', '(defn f [y] ', ')\n(println (f 1))\n'),
    'letfn': nest('(letfn [(f [x] x)] ', '1', ')'),
    'try': nest('(try ', '(q)', ' (catch Exception e 1))'),
    'finally': nest('(try ', '(q)', ' (finally (q)))'),
    'catch': nest('(try (q) (catch Exception e ', '(q)', '))'),
    'lazy-seq': nest('(lazy-seq ', 'nil', ')', '(println (count ', '))\n'),
    'for': nest('(for [x [1]] ', '1', ')'),
    'if-let': nest('(if-let [x (q)] ', '1', ' 2)'),
    'doto': nest('(doto ', '(r 1)', ' inc)'),
    'comment': nest('(comment ', '1', ')', '(println ', ' 1)\n'),
    # patterns
    'vector pattern': nest('[', 'x', ']', '(let [', ' nil] (println x))\n'),
    'map pattern': nest('{', 'x', ' :a}', '(let [', ' nil] (println x))\n'),
    'pattern of a parameter': nest('[', 'x', ']', '(defn f [', '] x) (println (f nil))\n'),
}

GROWS = {
    # files
    'lines': repeat('', '(println %d)\n', ''),
    'forms on a line': repeat('', '(println %d)', ''),
    'comments': repeat('', '; %d\n', ''),
    'definitions': repeat('', '(def x%d (r %d))\n', ''),
    'functions': repeat('', '(defn f%d [x] (if (q) (println x %d) (r x)))\n', '(println ((first [f0]) 1))'),
    'functions that call each other': repeat(
        '(declare f0)', '(defn f%d [x] (if (q) (f0 x) (r %d)))\n', '(println ((first [f0]) 1))'),
    'one name, defined again': repeat('', '(def x (r %d))\n', ''),
    'namespaces': repeat('', '(ns a%d) (def x %d)\n', ''),
    # literals
    'string': lambda n: '(println (count "%s"))\n' % ('x' * n * 100),
    'name': lambda n: '(def {0} 1) (println {0})\n'.format('x' * n * 100),
    'vector of constants': repeat('(println (count [', '%d', ']))\n'),
    'vector of values': repeat('(println (count [', '(r %d)', ']))\n'),
    'map of constants': repeat('(println (count {', ':k%d %d', '}))\n'),
    'map of values': repeat('(println (count {', '%d (r %d)', '}))\n'),
    'set of constants': repeat('(println (count #{', '%d', '}))\n'),
    'list': repeat("(println (count '(", 'x%d', ')))\n'),
    'vectors in a vector': repeat('(println (count [', '[%d "s%d"]', ']))\n'),
    'maps in a vector': repeat('(println (count [', '{:id %d :name "s%d"}', ']))\n'),
    'strings': repeat('(println (count [', '"s%d"', ']))\n'),
    # parts of one form
    'body': repeat('(defn f [x] ', '(println x %d)', ') (f 1)\n'),
    'blocks of a function': repeat('(defn f [x] ', '(if (= x (r %d)) (println x))', ') (f 1)\n'),
    'loops of a function': repeat(
        '(defn f [x] ', '(loop [i 0] (when (< i x) (println %d) (recur (inc i))))', ') (f 1)\n'),
    'locals': repeat('(println (let [', 'x%d (r %d)', '] x0))\n'),
    'one name, bound again': repeat('(println (let [x 1 ', 'x (r x)', '] x))\n'),
    'cond': repeat('(println (cond ', '(= %d (r 1)) %d', '))\n'),
    'case': repeat('(println (case (r 1) ', '%d %d', ' nil))\n'),
    'case, one clause': repeat('(println (case (r 1) (', '%d', ') 1 nil))\n'),
    'and': repeat('(println (and ', '(= %d (r 1))', '))\n'),
    'or': repeat('(println (or ', '(= %d (r 1))', '))\n'),
    '->': repeat('(println (-> 1 ', '(r)', '))\n'),
    'some->': repeat('(println (some-> 1 ', '(r)', '))\n'),
    'cond->': repeat('(println (cond-> 1 ', '(q) (r)', '))\n'),
    'doto': repeat('(println (doto 1 ', '(r)', '))\n'),
    'catch clauses': repeat('(println (try (r 1) ', '(catch Exception e %d)', '))\n'),
    'functions in a function': repeat('(let [y (r 1)] ', '(println (fn [x] (+ x y %d)))', ')\n'),
    'sequence pattern': repeat('(let [[', 'x%d', '] [1 2]] (println x0))\n'),
    'keys of a pattern': repeat('(let [{:keys [', 'x%d', ']} {}] (println x0))\n'),
    ':when of for': repeat('(println (count (for [x [1] ', ':when (= x (r %d))', '] 1)))\n'),
}

LIMITED = {
    'arguments of a call': ('ARGUMENTS', repeat('(println (count (str ', '%d', ')))\n')),
    'arguments of a function value': ('ARGUMENTS', repeat('(println ((first [+]) ', '1', '))\n')),
    'arguments of a function with rest': (
        'ARGUMENTS', repeat('(defn f [& xs] (count xs)) (println (f ', '%d', '))\n')),
    'clauses of cond': ('DEPTH', repeat('(println (cond ', '(q) 1', '))\n')),
    'steps of ->': ('DEPTH', repeat('(println (-> 1 ', 'inc', '))\n')),
}


def captured_by_function(n):
    names = ' '.join('x%d' % i for i in range(n))
    values = ' '.join('x%d (nil? v)' % i for i in range(n))
    return START + '(defn f [v] (let [%s] (fn [] [%s])))\n(println ((f 1)))\n' % (values, names)


def all_live(n):
    names = range(n)
    return (START + '(println (let [%s]\n%s))\n' % (
        ' '.join('x%d (str (r %d))' % (i, i) for i in names), ' '.join('(println x%d)' % i for i in names)))


def captured_by_try(n):
    names = range(n)
    return (START + '(defn f []\n  (let [%s]\n    (try (r 1) %s (catch Exception e 1))))\n(println (f))\n' % (
        ' '.join('x%d (r %d)' % (i, i) for i in names), ' '.join('(println x%d)' % i for i in names)))
