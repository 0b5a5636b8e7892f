"""pass free : Lloop -> Lfree

Finds, for each fn, the variables that it uses but does not bind.

    (fn %f.1 (arity [%y.2] (fn %g.3 (arity [] %y.2))))
    => (fn %f.1 (free) (arity [%y.2] (fn %g.3 (free %y.2) (arity [] %y.2))))

Every variable is bound once, so what is free in a fn is what occurs in it less what it binds.
"""
from slir import Node, change_tops, form, is_form, is_name, number, run_pass


def binders(e):
    """The names that the form itself binds."""
    if is_form(e, 'let', 'letrec'):
        return [binding[0] for binding in e[1]]
    if is_form(e, 'loop'):
        return [e[1]] + [binding[0] for binding in e[2]]
    if is_form(e, 'arity', 'rest'):
        return e[1]
    if is_form(e, 'catch'):
        return [e[2]]
    return []


def annotate(e, seen, bound):
    """e with its fns annotated; adds the names in it to `seen`, those that it binds to `bound`."""
    if is_name(e):
        seen.add(e)
    if not isinstance(e, Node) or is_form(e, 'quote'):
        return e
    bound.update(binders(e))
    if is_form(e, 'fn'):
        return annotate_fn(e, seen)
    return e.with_kids([annotate(kid, seen, bound) for kid in e])


def annotate_fn(fn, seen):
    inside, bound = set(), {fn[1]}
    arities = [annotate(arity, inside, bound) for arity in fn[2:]]
    free = inside - bound
    seen |= free
    return fn.with_kids(['fn', fn[1], form('free', *sorted(free, key=number))] + arities)


def annotate_top(top):
    return top.with_kids(top[:-1] + [annotate(top[-1], set(), set())])


def find_free(program):
    return change_tops(program, annotate_top, 'define', 'variable', 'run')


if __name__ == '__main__':
    run_pass('free', 'Lloop', 'Lfree', find_free)
