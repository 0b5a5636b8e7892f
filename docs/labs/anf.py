"""pass anf : Lclosed -> Lanf

Gives every intermediate result a name, so that operands are names or constants and the order of
evaluation can be read from top to bottom.

    (prim + %a.1 (prim * %b.2 (quote 3)))
    => (let [[%t.10 (prim * %b.2 (quote 3))]] (prim + %a.1 %t.10))

`line` is the vector of bindings that is being made: what an expression does before its last
operation goes there, in order.
"""
from slir import Names, Node, change_tops, form, is_form, run_pass, vector

# Where the operands of a form start; between head and operands are primitives, functions, labels.
OPERANDS = {'call': 1, 'patch': 1, 'recur': 2, 'prim': 2, 'set-global': 2, 'closure': 2,
            'direct': 2, 'enter': 2, 'try-call': 3}


def is_index(kid):
    """The n of (patch e n e) is no operand."""
    return isinstance(kid, str) and kid.isdigit()


def place_of(e):
    """The place of e in the source; text has none."""
    return e.at if isinstance(e, Node) else None


class Function:
    def __init__(self, top, cells):
        self.names = Names(top)
        self.cells = cells  # the globals that are read from memory

    def operand(self, e, line):
        """e as a name or constant."""
        result = self.operation(e, line)
        if isinstance(result, str) or is_form(result, 'quote'):
            return result
        return self.bind(self.names.new('t'), result, line)

    def bind(self, name, result, line):
        line.append(vector(name, result, at=place_of(result) or line.at))
        return name

    def operation(self, e, line):
        """The last thing that e does; what it does before goes to the line."""
        if isinstance(e, str) and e in self.cells:
            return form('global', e, at=line.at)
        if isinstance(e, str) or is_form(e, 'quote'):
            return e
        if is_form(e, 'if'):
            return e.with_kids(['if', self.operand(e[1], line), self.body(e[2]), self.body(e[3])])
        if is_form(e, 'do'):
            for effect in e[1:-1]:
                result = self.operation(effect, line)
                self.bind(self.names.new('_'), result, line)
            return self.operation(e[-1], line)
        if is_form(e, 'let'):
            for name, value in e[1]:
                self.bind(name, self.operation(value, line), line)
            return self.operation(e[2], line)
        if is_form(e, 'loop'):
            starts = [b.with_kids([b[0], self.operand(b[1], line)]) for b in e[2]]
            return e.with_kids(['loop', e[1], e[2].with_kids(starts), self.body(e[3])])
        first = OPERANDS[e[0]]
        return e.with_kids(e[:first] + [kid if is_index(kid) else self.operand(kid, line)
                                        for kid in e[first:]])

    def body(self, e):
        line = vector(at=place_of(e) or '-')
        last = self.operation(e, line)
        return form('let', line, last, at=line.at) if line else last


def convert(program):
    inner = [top[2] if is_form(top, 'from') else top for top in program[2:]]
    cells = {top[1] for top in inner if is_form(top, 'cell')}

    def convert_function(top):
        function = Function(top, cells)
        body = function.body(top[-1])
        return top.with_kids(top[:2] + [function.names.form()] + top[3:-1] + [body])

    return change_tops(program, convert_function, 'function')


if __name__ == '__main__':
    run_pass('anf', 'Lclosed', 'Lanf', convert)
