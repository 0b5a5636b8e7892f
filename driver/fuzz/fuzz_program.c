/* fuzz_program.c - random programs: definitions, statements that print, -main. */
#include "fuzz_parts.h"

#include <string.h>

enum { STATEMENT_DEPTH = 4, BODY_DEPTH = 3, FUEL_MOST = 5, PARAMETER_SIZE = 16 };

/* ---- statements */

static void write_print(Maker *m, uint32_t depth) {
    static const char *const printers[] = {"println", "println", "prn", "println"};
    made(m, C_PRINT_MADE);
    m->made_effect = true;
    say(m, "(%s", printers[pick(m, 4)]);
    for (uint32_t i = 1 + pick(m, 3); i-- > 0;) {
        say(m, " ");
        write_printed(m, depth);
    }
    say(m, ")");
}

static void write_bound_print(Maker *m) {
    char name[NAME_SIZE];
    uint32_t before = m->variable_count;
    new_name(m, name, K_INT);
    say(m, "(doseq [%s ", name);
    write_bounded(m, K_VECTOR, 2);
    say(m, "] ");
    add_variable(m, name, K_INT, 1);
    m->times *= PARAMETER_SIZE;
    write_print(m, 2);
    m->times /= PARAMETER_SIZE;
    m->variable_count = before;
    say(m, ")");
}

static void write_crowd_print(Maker *m) {
    uint32_t before = m->variable_count;
    say(m, "(println ");
    write_crowd(m);
    say(m, ")");
    m->variable_count = before;
}

static void write_let_print(Maker *m) {
    uint32_t before = m->variable_count;
    say(m, "(let [");
    for (uint32_t i = 0, count = 1 + pick(m, 3); i < count; i++) {
        static const Kind kinds[] = {K_INT,  K_VECTOR,   K_MAP,  K_FN,
                                     K_ATOM, K_SEQUENCE, K_DATA, K_DOUBLE};
        Kind kind = kinds[pick(m, sizeof kinds / sizeof *kinds)];
        char name[NAME_SIZE];
        new_name(m, name, kind);
        say(m, "%s%s ", i ? " " : "", name);
        make(m, kind, BODY_DEPTH);
        add_variable(m, name, kind, m->size);
    }
    say(m, "] ");
    write_print(m, BODY_DEPTH);
    say(m, " ");
    write_print(m, BODY_DEPTH);
    say(m, ")");
    m->variable_count = before;
}

static void write_statement(Maker *m) {
    uint32_t which = pick(m, 20), mistakes = m->mistakes;
    bool tries = chance(m, 55);
    char caught[NAME_SIZE];
    snprintf(caught, NAME_SIZE, "z%u", ++m->names);
    if (tries) say(m, "(try ");
    if (tries) m->mistakes = 3 * mistakes;
    if (which < 2)
        write_bound_print(m);
    else if (which < 5)
        write_crowd_print(m);
    else if (which < 11)
        write_let_print(m);
    else
        write_print(m, STATEMENT_DEPTH);
    m->mistakes = mistakes;
    if (tries)
        say(m, " (catch Exception %s (println \"caught\" (ex-message %s))))", caught, caught);
    say(m, "\n");
}

/* ---- values */

static void write_definition(Maker *m) {
    static const Kind kinds[] = {K_INT, K_INT,   K_DOUBLE, K_STRING, K_VECTOR,    K_MAP,
                                 K_SET, K_TABLE, K_DATA,   K_FN,     K_PREDICATE, K_KEYWORD};
    Kind kind = kinds[pick(m, sizeof kinds / sizeof *kinds)];
    char name[NAME_SIZE];
    made(m, C_DEF_MADE);
    snprintf(name, NAME_SIZE, "g%u", ++m->names);
    say(m, "(def %s ", name);
    write_bounded(m, kind, 2);
    say(m, ")\n");
    add_variable(m, name, kind, PARAMETER_SIZE);
}

/* The same name again: functions that were made before see the new value. */
static void write_definition_again(Maker *m) {
    const Variable *x = some_variable(m, chance(m, 50) ? K_INT : K_VECTOR);
    if (!x || x->name[0] != 'g') {
        write_statement(m);
        return;
    }
    made(m, C_REDEF_MADE);
    say(m, "(def %s ", x->name);
    write_bounded(m, x->kind, 2);
    say(m, ")\n");
}

static void write_global_atom(Maker *m) {
    char name[NAME_SIZE];
    made(m, C_GLOBAL_ATOM_MADE);
    snprintf(name, NAME_SIZE, "a%u", ++m->names);
    say(m, "(def %s (atom ", name);
    write_leaf(m, K_INT);
    say(m, "))\n");
    add_variable(m, name, K_ATOM, 1);
}

/* ---- functions */

static Kind some_parameter(Maker *m) {
    static const Kind kinds[] = {K_INT,     K_INT,      K_INT, K_DOUBLE, K_STRING, K_VECTOR,
                                 K_VECTOR,  K_SEQUENCE, K_MAP, K_DATA,   K_NUMBER, K_KEYWORD,
                                 K_BOOLEAN, K_FN,       K_SET, K_TABLE};
    return kinds[pick(m, sizeof kinds / sizeof *kinds)];
}

static Kind some_result(Maker *m) {
    static const Kind kinds[] = {K_INT,      K_INT, K_INT,  K_DOUBLE,  K_STRING, K_VECTOR,
                                 K_SEQUENCE, K_MAP, K_DATA, K_BOOLEAN, K_NUMBER};
    return kinds[pick(m, sizeof kinds / sizeof *kinds)];
}

static void say_parameters(Maker *m, const Function *f) {
    say(m, "[");
    for (uint32_t i = 0; i < f->count; i++) {
        char name[NAME_SIZE];
        snprintf(name, NAME_SIZE, "p%u", ++m->names);
        say(m, "%s%s", i ? " " : "", name);
        Variable *x = add_variable(m, name, f->parameters[i],
                                   f->parameters[i] < K_STRING ? 1 : PARAMETER_SIZE);
        if (i == 0 && f->is_fueled) {
            x->is_fuel = true;
            memcpy(m->fuel, name, NAME_SIZE);
        }
    }
    if (f->is_variadic) {
        char name[NAME_SIZE];
        snprintf(name, NAME_SIZE, "q%u", ++m->names);
        say(m, " & %s", name);
        add_variable(m, name, K_SEQUENCE, 4);
    }
    say(m, "]");
}

static Function new_function(Maker *m, uint32_t parameters) {
    Function f = {.count = parameters, .result = some_result(m)};
    snprintf(f.name, NAME_SIZE, "fun%u", ++m->names);
    for (uint32_t i = 0; i < parameters; i++)
        f.parameters[i] = some_parameter(m);
    return f;
}

/* The state around a function's body. */
typedef struct {
    uint32_t cost, times, variables;
    bool made_effect;
} Outside;

static Outside enter_body(Maker *m) {
    Outside o = {m->cost, m->times, m->variable_count, m->made_effect};
    m->cost = 0;
    m->times = 1;
    m->made_effect = false;
    return o;
}

/* From here on the function may be called. */
static void leave_body(Maker *m, Outside o, Function *f, uint32_t calls) {
    f->cost = (m->cost + 1) * (calls > 1 ? 63 : calls ? FUEL_MOST + 1 : 1);
    f->has_effects = m->made_effect;
    f->size = m->size;
    m->cost = o.cost;
    m->times = o.times;
    m->variable_count = o.variables;
    m->made_effect = o.made_effect;
    if (m->function_count < MOST_FUNCTIONS) m->functions[m->function_count++] = *f;
}

static void write_function(Maker *m, uint32_t parameters, bool is_variadic) {
    Function f = new_function(m, parameters);
    f.is_variadic = is_variadic;
    say(m, "(defn %s ", f.name);
    Outside o = enter_body(m);
    say_parameters(m, &f);
    say(m, " ");
    if (chance(m, 15)) write_print(m, 2);
    say(m, " ");
    write_bounded(m, f.result, BODY_DEPTH);
    say(m, ")\n");
    leave_body(m, o, &f, 0);
}

static void write_recursive(Maker *m) {
    Function f = new_function(m, 2 + pick(m, 2));
    uint32_t calls = 1 + pick(m, 2);
    f.parameters[0] = K_INT;
    f.is_fueled = true;
    f.size = PARAMETER_SIZE;
    made(m, C_RECURSION_MADE);
    say(m, "(defn %s ", f.name);
    Outside o = enter_body(m);
    say_parameters(m, &f);
    say(m, " (if (< %s 1) ", m->fuel);
    write_bounded(m, f.result, 1);
    say(m, " ");
    m->self = &f;
    m->self_calls = calls;
    write_bounded(m, f.result, BODY_DEPTH);
    m->self = NULL;
    say(m, "))\n");
    leave_body(m, o, &f, calls);
}

static void write_mutual(Maker *m) {
    Function f = new_function(m, 2), g;
    f.is_fueled = true;
    f.parameters[0] = K_INT;
    g = f;
    snprintf(g.name, NAME_SIZE, "fun%u", ++m->names);
    made(m, C_MUTUAL_MADE);
    say(m, "(declare %s)\n", g.name);
    for (int i = 0; i < 2; i++) {
        Function *at = i ? &g : &f;
        say(m, "(defn %s ", at->name);
        Outside o = enter_body(m);
        say_parameters(m, at);
        say(m, " (if (< %s 1) ", m->fuel);
        write_bounded(m, f.result, BODY_DEPTH);
        say(m, " (%s (dec %s) ", i ? f.name : g.name, m->fuel);
        write_bounded(m, f.parameters[1], BODY_DEPTH);
        say(m, ")))\n");
        /* it calls the other one, which is as dear */
        m->cost *= 2;
        m->size = PARAMETER_SIZE;
        leave_body(m, o, at, 1);
        if (i == 0) m->function_count--;
    }
    if (m->function_count < MOST_FUNCTIONS) {
        f.has_effects = g.has_effects = true;
        f.cost = g.cost = m->functions[m->function_count - 1].cost + f.cost;
        m->functions[m->function_count - 1] = f;
        m->functions[m->function_count++] = g;
    }
}

/* (defn f ([x] (f x e)) ([x y] body)) */
static void write_arities(Maker *m) {
    Function f = new_function(m, 1), wide = f;
    wide.count = 2;
    wide.parameters[1] = K_INT;
    made(m, C_ARITIES_MADE);
    say(m, "(defn %s (", f.name);
    Outside o = enter_body(m);
    say_parameters(m, &f);
    say(m, " (%s %s ", f.name, m->variables[m->variable_count - 1].name);
    make(m, K_INT, 1);
    m->variable_count = o.variables;
    say(m, ")) (");
    say_parameters(m, &wide);
    say(m, " ");
    write_bounded(m, f.result, BODY_DEPTH);
    say(m, "))\n");
    leave_body(m, o, chance(m, 50) ? &f : &wide, 0);
}

/* A function that gives a closure over its parameters; a global holds one. */
static void write_maker(Maker *m) {
    uint32_t number = ++m->names, before = m->variable_count;
    char name[NAME_SIZE];
    made(m, C_MAKER_MADE);
    say(m, "(defn maker%u [i%u v%u] ", number, number, number);
    snprintf(name, NAME_SIZE, "i%u", number);
    add_variable(m, name, K_INT, 1);
    snprintf(name, NAME_SIZE, "v%u", number);
    add_variable(m, name, K_VECTOR, PARAMETER_SIZE);
    write_closure(m, 1, K_INT, BODY_DEPTH);
    m->variable_count = before;
    say(m, ")\n(def g%u (maker%u ", number, number);
    make(m, K_INT, 1);
    say(m, " ");
    write_literal(m, K_VECTOR);
    say(m, "))\n");
    snprintf(name, NAME_SIZE, "g%u", number);
    add_variable(m, name, K_FN, 1);
}

/* ---- programs */

static void write_form(Maker *m) {
    switch (pick(m, 22)) {
    case 0:
    case 1: write_definition(m); return;
    case 2: write_definition_again(m); return;
    case 3: write_global_atom(m); return;
    case 4:
    case 5:
    case 6:
        made(m, C_DEFN_MADE);
        write_function(m, 1 + pick(m, 4), false);
        return;
    case 7:
    case 8: write_recursive(m); return;
    case 9: write_mutual(m); return;
    case 10:
        made(m, C_WIDE_MADE);
        write_function(m, 7 + pick(m, 6), false);
        return;
    case 11: write_arities(m); return;
    case 12:
        made(m, C_VARIADIC_MADE);
        write_function(m, 1 + pick(m, 2), true);
        return;
    case 13: write_maker(m); return;
    default: write_statement(m); return;
    }
}

static void write_main(Maker *m) {
    made(m, C_MAIN_MADE);
    say(m, "(defn -main [] ");
    write_print(m, STATEMENT_DEPTH);
    say(m, " ");
    make(m, chance(m, 70) ? K_INT : K_DATA, 2);
    say(m, ")\n");
}

void generate_program(Buffer *out, uint64_t seed, FuzzCoverage *coverage) {
    Maker m = {.random = {mixed(seed)}, .coverage = coverage, .times = 1, .out = *out};
    uint32_t forms = 1 + pick(&m, 12);
    m.budget = 12 + (int)pick(&m, 30) * (int)pick(&m, 8);
    m.mistakes = chance(&m, 15) ? 250 : 40;
    say(&m, "(ns fuzz (:require [clojure.string] [clojure.set]))\n");
    for (uint32_t i = 0; i < forms; i++)
        write_form(&m);
    write_statement(&m);
    if (chance(&m, 30)) write_main(&m);
    *out = m.out;
    coverage->programs++;
}
