"""pass simplify : Lloop -> Lloop, the example of README.md

    (if (prim not %c.2) (quote 1) (quote 2))
    => (if %c.2 (quote 2) (quote 1))
"""
from slir import Node, change_tops, is_form, run_pass


def simplify(e):
    if not isinstance(e, Node) or is_form(e, 'quote'):
        return e
    e = e.with_kids(map(simplify, e))
    if is_form(e, 'if') and is_form(e[1], 'prim') and e[1][1] == 'not':
        return e.with_kids(['if', e[1][2], e[3], e[2]])
    return e


if __name__ == '__main__':
    run_pass('simplify', 'Lloop', 'Lloop',
             lambda program: change_tops(program, simplify, 'define', 'variable', 'run'))
