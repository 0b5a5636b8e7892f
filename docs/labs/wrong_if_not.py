"""if_not.py with a mistake in it, for README.md: the branches were not exchanged."""
from slir import Node, change_tops, is_form, run_pass


def simplify(e):
    if not isinstance(e, Node) or is_form(e, 'quote'):
        return e
    e = e.with_kids(map(simplify, e))
    if is_form(e, 'if') and is_form(e[1], 'prim') and e[1][1] == 'not':
        return e.with_kids(['if', e[1][2], e[2], e[3]])
    return e


if __name__ == '__main__':
    run_pass('simplify', 'Lloop', 'Lloop',
             lambda program: change_tops(program, simplify, 'define', 'variable', 'run'))
