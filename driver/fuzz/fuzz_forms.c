/* fuzz_forms.c - random expressions that bind names: let, loop, fn, letfn, try; calls of functions.
 */
#include "fuzz_parts.h"

#include <string.h>

enum { MOST_WORK = 2500, LOOP_MOST = 6, TRY_MISTAKES = 700, CLOSURE_TIMES = 8, ARGUMENT_SIZE = 16 };

/* Binds a name to an expression: "x e". */
static void write_binding(Maker *m, Kind kind, uint32_t depth) {
    char name[NAME_SIZE];
    new_name(m, name, kind);
    say(m, "%s ", name);
    make(m, kind, depth);
    add_variable(m, name, kind, m->size);
}

static Kind some_kind(Maker *m) {
    static const Kind kinds[] = {K_INT,      K_INT,     K_INT,     K_DOUBLE,    K_NUMBER,
                                 K_STRING,   K_KEYWORD, K_BOOLEAN, K_VECTOR,    K_VECTOR,
                                 K_SEQUENCE, K_MAP,     K_MAP,     K_SET,       K_TABLE,
                                 K_DATA,     K_FN,      K_FN2,     K_PREDICATE, K_ATOM};
    return kinds[pick(m, sizeof kinds / sizeof *kinds)];
}

/* ---- let */

static void destructure_vector(Maker *m, uint32_t depth) {
    char a[NAME_SIZE], b[NAME_SIZE], rest[NAME_SIZE];
    new_name(m, a, K_INT);
    snprintf(b, NAME_SIZE, "i%u", ++m->names);
    snprintf(rest, NAME_SIZE, "q%u", ++m->names);
    say(m, "[%s %s & %s] (conj ", a, b, rest);
    write_bounded(m, K_VECTOR, depth);
    for (int i = 0; i < 2; i++) {
        say(m, " ");
        make(m, K_INT, depth);
    }
    say(m, ")");
    add_variable(m, a, K_INT, 1);
    add_variable(m, b, K_INT, 1);
    add_variable(m, rest, K_SEQUENCE, ARGUMENT_SIZE);
}

static void destructure_map(Maker *m, uint32_t depth) {
    char a[NAME_SIZE];
    new_name(m, a, K_INT);
    say(m, "{%s :a, :keys [b c], :or {%s %u, c 5}} ", a, a, pick(m, 9));
    say(m, "(assoc ");
    make(m, K_MAP, depth);
    say(m, " :b ");
    make(m, K_INT, depth);
    say(m, ")");
    add_variable(m, a, K_INT, 1);
    add_variable(m, "b", K_INT, 1);
    add_variable(m, "c", K_INT, 1);
}

static void write_bindings(Maker *m, uint32_t count, uint32_t depth) {
    for (uint32_t i = 0; i < count; i++) {
        if (i) say(m, " ");
        uint32_t which = pick(m, 12);
        if (which < 2) made(m, C_DESTRUCTURING_MADE);
        if (which == 0)
            destructure_vector(m, depth);
        else if (which == 1)
            destructure_map(m, depth);
        else
            write_binding(m, some_kind(m), depth);
    }
}

static void write_let(Maker *m, Kind kind, uint32_t depth) {
    made(m, C_LET_MADE);
    say(m, "(let [");
    write_bindings(m, 1 + pick(m, 4), depth - 1);
    say(m, "] ");
    make(m, kind, depth);
    say(m, ")");
}

/* ---- many values alive at once */

static void use_variable(Maker *m, const Variable *x) {
    if (x->kind == K_INT)
        say(m, " %s", x->name);
    else if (x->kind == K_MAP)
        say(m, chance(m, 50) ? " (get %s :a 1)" : " (count %s)", x->name);
    else if (x->kind == K_DOUBLE)
        say(m, " (if (< %s 1.0) 1 2)", x->name);
    else
        say(m, " (count %s)", x->name);
}

void write_crowd(Maker *m) {
    static const Kind kinds[] = {K_MAP,    K_MAP,    K_MAP, K_VECTOR, K_INT,
                                 K_DOUBLE, K_STRING, K_SET, K_TABLE};
    uint32_t before = m->variable_count, count = 8 + pick(m, 20);
    made(m, C_CROWD_MADE);
    say(m, "(let [");
    for (uint32_t i = 0; i < count; i++) {
        char name[NAME_SIZE];
        Kind kind = kinds[pick(m, sizeof kinds / sizeof *kinds)];
        snprintf(name, NAME_SIZE, "u%u", ++m->names);
        say(m, "%s%s ", i ? " " : "", name);
        chance(m, 60) ? write_literal(m, kind) : make(m, kind, 1);
        add_variable(m, name, kind, m->size);
    }
    say(m, chance(m, 60) ? "] (+" : "] (list");
    for (uint32_t i = before; i < m->variable_count; i++)
        use_variable(m, &m->variables[i]);
    say(m, "))");
    m->size = 30;
}

/* ---- loops */

static void write_recur(Maker *m, const Variable *counter, uint32_t first, uint32_t count,
                        uint32_t depth) {
    say(m, "(recur (dec %s)", counter->name);
    for (uint32_t i = 0; i < count; i++) {
        say(m, " ");
        write_bounded(m, m->variables[first + i].kind, depth);
    }
    say(m, ")");
}

static void write_loop(Maker *m, Kind kind, uint32_t depth) {
    static const Kind kinds[] = {K_INT, K_INT,  K_VECTOR, K_MAP,     K_STRING, K_SEQUENCE,
                                 K_SET, K_DATA, K_NUMBER, K_BOOLEAN, K_TABLE};
    uint32_t rounds = 1 + pick(m, LOOP_MOST), count = 1 + pick(m, 3), times = m->times, first;
    const Function *self = m->self;
    char counter[NAME_SIZE], names[3][NAME_SIZE];
    Kind carried[3];
    made(m, C_LOOP_MADE);
    snprintf(counter, NAME_SIZE, "t%u", ++m->names);
    say(m, "(loop [%s %u", counter, rounds);
    for (uint32_t i = 0; i < count; i++) {
        carried[i] = i == 0 && kind < K_SET ? kind
                     : chance(m, 15)        ? K_DOUBLE
                                            : kinds[pick(m, sizeof kinds / sizeof *kinds)];
        if (carried[i] == K_DOUBLE) made(m, C_DOUBLE_LOOP_MADE);
        snprintf(names[i], NAME_SIZE, "c%u", ++m->names);
        say(m, " %s ", names[i]);
        write_bounded(m, carried[i], depth - 1);
    }
    add_variable(m, counter, K_INT, 1)->is_fuel = true;
    const Variable *fuel = &m->variables[m->variable_count - 1];
    first = m->variable_count;
    for (uint32_t i = 0; i < count; i++)
        add_variable(m, names[i], carried[i], ARGUMENT_SIZE);
    m->times *= rounds + 1;
    m->self = NULL;
    if (chance(m, 50)) {
        say(m, "] (if (pos? %s) ", counter);
        write_recur(m, fuel, first, count, depth - 1);
        say(m, " ");
        m->times = times;
        make(m, kind, depth - 1);
    } else {
        say(m, "] (if (< %s 1) ", counter);
        make(m, kind, depth - 1);
        say(m, " (let [");
        write_bindings(m, 1, depth - 1);
        say(m, "] ");
        write_recur(m, fuel, first, count, depth - 1);
        say(m, ")");
    }
    m->times = times;
    m->self = self;
    say(m, "))");
}

/* ---- exceptions */

static void write_handled(Maker *m, Kind kind, const char *caught, uint32_t depth) {
    if (kind == K_STRING)
        say(m, "(str \"caught \" (ex-message %s))", caught);
    else if (kind == K_DATA)
        say(m, "[(ex-message %s) (ex-data %s)]", caught, caught);
    else
        make(m, kind, depth);
}

static void write_try(Maker *m, Kind kind, uint32_t depth) {
    static const char *const classes[] = {"Exception",
                                          "Exception",
                                          "Throwable",
                                          "ArithmeticException",
                                          "ClassCastException",
                                          "RuntimeException",
                                          "IndexOutOfBoundsException",
                                          "IllegalArgumentException",
                                          "clojure.lang.ExceptionInfo"};
    uint32_t mistakes = m->mistakes, size;
    const Function *self = m->self;
    char caught[NAME_SIZE];
    made(m, C_TRY_MADE);
    snprintf(caught, NAME_SIZE, "z%u", ++m->names);
    m->mistakes = TRY_MISTAKES;
    m->self = NULL;
    say(m, "(try ");
    make(m, kind, depth);
    size = m->size;
    m->mistakes = mistakes;
    m->self = self;
    for (uint32_t i = chance(m, 20) ? 2 : 1; i-- > 0;) {
        say(m, " (catch %s %s ", i ? classes[3 + pick(m, 6)] : classes[pick(m, 9)], caught);
        write_handled(m, kind, caught, depth - 1);
        say(m, ")");
        if (m->size > size) size = m->size;
    }
    if (!m->quiet && chance(m, 25)) {
        made(m, C_FINALLY_MADE);
        m->made_effect = true;
        say(m, " (finally (print \"finally \"))");
    }
    say(m, ")");
    m->size = size;
}

/* ---- functions */

void write_closure(Maker *m, uint32_t parameters, Kind result, uint32_t depth) {
    uint32_t before = m->variable_count, times = m->times;
    const Function *self = m->self;
    made(m, C_CLOSURE_MADE);
    say(m, "(fn [");
    for (uint32_t i = 0; i < parameters; i++) {
        char name[NAME_SIZE];
        snprintf(name, NAME_SIZE, "i%u", ++m->names);
        say(m, "%s%s", i ? " " : "", name);
        add_variable(m, name, K_INT, 1);
    }
    say(m, "] ");
    m->times *= CLOSURE_TIMES;
    m->quiet++;
    m->self = NULL;
    make(m, result, depth - 1);
    m->self = self;
    m->quiet--;
    m->times = times;
    m->variable_count = before;
    say(m, ")");
    m->size = 1;
}

/* Two functions that call each other, and as many calls. */
static void write_letfn(Maker *m, uint32_t depth) {
    uint32_t times = m->times, before = m->variable_count, number = ++m->names;
    const Function *self = m->self;
    made(m, C_LETFN_MADE);
    m->times *= LOOP_MOST;
    m->self = NULL;
    say(m, "(letfn [(up%u [t x] (if (< t 1) ", number);
    make(m, K_INT, depth - 1);
    add_variable(m, "x", K_INT, 1);
    say(m, " (down%u (dec t) ", number);
    make(m, K_INT, depth - 1);
    say(m, "))) (down%u [t x] (if (< t 1) x (up%u (dec t) ", number, number);
    make(m, K_INT, depth - 1);
    say(m, ")))] (up%u %u ", number, pick(m, LOOP_MOST));
    m->variable_count = before;
    m->times = times;
    m->self = self;
    make(m, K_INT, depth - 1);
    say(m, "))");
}

static bool gives(const Function *f, Kind kind) {
    return f->result == kind || (kind == K_NUMBER && f->result == K_INT) ||
           (kind == K_DATA && f->result <= K_MAP);
}

static bool may_call(const Maker *m, const Function *f, Kind kind) {
    if (!gives(f, kind) || (f->has_effects && m->quiet)) return false;
    return f == m->self ? m->self_calls > 0 : (uint64_t)f->cost * m->times <= MOST_WORK;
}

static void write_arguments(Maker *m, const Function *f, uint32_t depth) {
    uint32_t first = f->is_fueled ? 1 : 0;
    if (f == m->self)
        say(m, " (dec %s)", m->fuel);
    else if (first)
        say(m, " %u", pick(m, LOOP_MOST));
    for (uint32_t i = first; i < f->count; i++) {
        say(m, " ");
        write_bounded(m, f->parameters[i], depth);
    }
    for (uint32_t i = f->is_variadic ? pick(m, 4) : 0; i-- > 0;) {
        say(m, " ");
        make(m, K_INT, depth);
    }
}

static bool write_call(Maker *m, Kind kind, uint32_t depth) {
    const Function *chosen = NULL;
    uint32_t seen = 0;
    for (const Function *f = m->functions; f < m->functions + m->function_count; f++)
        if (may_call(m, f, kind) && pick(m, ++seen) == 0) chosen = f;
    if (m->self && may_call(m, m->self, kind) && chance(m, 60)) chosen = m->self;
    if (!chosen) return false;
    made(m, C_CALL_MADE);
    if (chosen == m->self)
        m->self_calls--;
    else
        m->cost += m->times * chosen->cost;
    m->made_effect |= chosen->has_effects;
    say(m, "(%s", chosen->name);
    write_arguments(m, chosen, depth - 1);
    say(m, ")");
    m->size = chosen->size;
    return true;
}

/* ---- which */

bool write_construct(Maker *m, Kind kind, uint32_t depth) {
    uint32_t before = m->variable_count, which = pick(m, 10);
    if (kind == K_ATOM || kind == K_KEYWORD) return false;
    if (kind == K_FN || kind == K_FN2 || kind == K_PREDICATE) {
        write_closure(m, kind == K_FN2 ? 2 : 1, kind == K_PREDICATE ? K_BOOLEAN : K_INT, depth);
        return true;
    }
    if (which < 4) return write_call(m, kind, depth);
    if (which < 6)
        write_let(m, kind, depth);
    else if (which < 8 && m->times < MOST_WORK / 60)
        write_loop(m, kind, depth);
    else if (which == 8)
        write_try(m, kind, depth);
    else if (kind == K_INT && m->times < MOST_WORK / 20)
        write_letfn(m, depth);
    else
        return false;
    m->variable_count = before;
    return true;
}
