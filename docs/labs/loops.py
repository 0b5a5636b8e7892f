"""pass loops : Lnamed -> Lloop

Gives each loop a label that its recurs name; recur to a function, and calls of a function by itself
in tail position, become rounds of a loop around its body.

    (define $user/f (names 3)
      (fn %f.1 (arity [%n.2] (if %n.2 (call $user/f (prim not %n.2)) %n.2))))
    => (define $user/f (names 5)
         (fn %f.1 (arity [%n.4] (loop %f.3 [[%n.2 %n.4]]
           (if %n.2 (recur %f.3 (prim not %n.2)) %n.2)))))

An expression is rewritten with two targets: what a recur that is there goes to, and the arity
that a call of the function itself repeats. Both are None where something is still to be done after
the expression, or where a try is around it.
"""
import sys

from slir import Names, Node, bare, change_tops, form, is_form, run_pass, vector


def hint(name):
    """What the name is called, without its number: for new names like it."""
    return bare(name)[1:].rpartition('.')[0]


class Target:
    """A loop or an arity. Its label is made when something goes there."""

    def __init__(self, names, called, function=None, arity=None, known_as=()):
        self.names, self.called, self.text = names, called, None
        self.function, self.arity, self.known_as = function, arity, known_as

    def label(self):
        self.text = self.text or self.names.new(self.called)
        return self.text

    def is_called_by(self, e):
        """Does the call e lead to this arity of this function?"""
        return e[1] in self.known_as and arity_for(self.function, len(e) - 2) is self.arity


def arity_for(function, count):
    fits = [a for a in function[2:] if is_form(a, 'arity') and len(a[1]) == count]
    fits += [a for a in function[2:] if is_form(a, 'rest') and len(a[1]) - 1 <= count]
    return fits[0] if fits else None


class Rewriter:
    def __init__(self, names):
        self.names = names

    def operands(self, kids):
        return [self.rewrite(kid) for kid in kids]

    def rewrite(self, e, recur=None, call=None):
        if not isinstance(e, Node) or is_form(e, 'quote'):
            return e
        if is_form(e, 'if'):
            test = self.rewrite(e[1])
            return e.with_kids(['if', test] + [self.rewrite(kid, recur, call) for kid in e[2:]])
        if is_form(e, 'do'):
            return e.with_kids(['do'] + self.operands(e[1:-1]) + [self.rewrite(e[-1], recur, call)])
        if is_form(e, 'let', 'letrec'):
            bindings = self.bindings(e[1])
            return e.with_kids([e[0], bindings, self.rewrite(e[2], recur, call)])
        if is_form(e, 'loop'):
            bindings, target = self.bindings(e[1]), Target(self.names, 'loop')
            label = target.label()
            return e.with_kids(['loop', label, bindings, self.rewrite(e[2], target, call)])
        if is_form(e, 'recur'):
            if not recur:
                sys.exit('%s: this recur has no target' % e.at)
            values = self.operands(e[1:])
            return e.with_kids(['recur', recur.label()] + values)
        if is_form(e, 'call') and call and call.is_called_by(e):
            return self.self_call(e, call)
        if is_form(e, 'fn'):
            return self.function(e, (e[1],))
        if is_form(e, 'try'):
            handlers = [h.with_kids(h[:-1] + [self.rewrite(h[-1])]) for h in e[2:]]
            return e.with_kids(['try', self.rewrite(e[1])] + handlers)
        return e.with_kids([e[0]] + self.operands(e[1:]))

    def bindings(self, bindings):
        return bindings.with_kids([b.with_kids([b[0], self.rewrite(b[1])]) for b in bindings])

    def self_call(self, e, target):
        """The operands become the values of the parameters: those of a rest parameter a list."""
        values = self.operands(e[2:])
        if is_form(target.arity, 'rest'):
            fixed = len(target.arity[1]) - 1
            rest = form('prim', 'list', *values[fixed:], at=e.at)
            values[fixed:] = [rest if len(rest) > 2 else form('quote', 'nil', at=e.at)]
        return e.with_kids(['recur', target.label()] + values)

    def function(self, fn, known_as):
        return fn.with_kids(fn[:2] + [self.arity(fn, arity, known_as) for arity in fn[2:]])

    def arity(self, fn, arity, known_as):
        target = Target(self.names, hint(fn[1]), fn, arity, known_as)
        body = self.rewrite(arity[2], target, target)
        if not target.text:
            return arity.with_kids([arity[0], arity[1], body])
        fresh = [self.names.new(hint(x)) for x in arity[1]]
        pairs = [vector(x, new) for x, new in zip(arity[1], fresh)]
        loop = form('loop', target.text, arity[1].with_kids(pairs), body, at=arity.at)
        return arity.with_kids([arity[0], arity[1].with_kids(fresh), loop])


def rewrite_top(top):
    rewriter, e = Rewriter(Names(top)), top[-1]
    if is_form(top, 'define') and is_form(e, 'fn'):
        new = rewriter.function(e, (e[1], top[1]))
    else:
        new = rewriter.rewrite(e)
    return top.with_kids(top[:-2] + [rewriter.names.form(), new])


def find_loops(program):
    return change_tops(program, rewrite_top, 'define', 'variable', 'run')


if __name__ == '__main__':
    run_pass('loops', 'Lnamed', 'Lloop', find_loops)
