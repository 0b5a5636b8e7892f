/* check_rules.c - what the rows of wellformed.def ask of a part. */
#include "checker.h"
#include "expand/library.h"
#include "ir/machine.h"

#include <string.h>

typedef enum { PLAIN, CLOSED, FUNCTION, CODE, ENTRY, CELL } GlobalRule;
typedef enum { PARAMETERS, CAPTURES, ROUND, VALUES, OPERANDS } CountRule;
typedef enum { REPRESENTATION, KIND, TRAP } SymbolRule;

typedef struct {
    enum { IS_NUMBER, IS_POWER, IS_GLOBAL, IS_COUNT, IS_SYMBOL, IS_DATUM } kind;
    const char *form, *part;
    int64_t least, most;
    int what;
} RuleRow;

static const RuleRow rules[] = {
#define NUMBER(form, part, least, most) {IS_NUMBER, #form, #part, least, most, 0},
#define POWER(form, part, most) {IS_POWER, #form, #part, 1, most, 0},
#define GLOBAL(form, part, what) {IS_GLOBAL, #form, #part, 0, 0, what},
#define AS_MANY(form, part, what) {IS_COUNT, #form, #part, 0, 0, what},
#define SYMBOL(form, part, what) {IS_SYMBOL, #form, #part, 0, 0, what},
#define DATUM(form, part, kind) {IS_DATUM, #form, #part, 0, 0, kind},
#include "../wellformed.def"
#undef NUMBER
#undef POWER
#undef GLOBAL
#undef AS_MANY
#undef SYMBOL
#undef DATUM
};

/* ---- globals */

static bool is_of(const Checker *c, const Node *top, GlobalRule what) {
    bool is_function = is_form(top, H_function);
    bool is_closed = is_function && c->language < L_Lblocks && as_function(top).env.count > 0;
    switch (what) {
    case PLAIN: return is_function && !is_closed;
    case CLOSED: return is_function && (is_closed || c->language >= L_Lblocks);
    case FUNCTION: return is_function;
    case CODE: return is_function || is_form(top, H_entry);
    case ENTRY: return c->language >= L_Lx86 ? is_function : is_form(top, H_entry);
    case CELL: return is_form(top, H_cell) || is_form(top, H_variable);
    }
    return false;
}

static bool check_global_rule(Checker *c, GlobalRule what, const Node *form, const Node *global) {
    static const char *const names[] = {"a function without an env",
                                        "a function with an env",
                                        "a function",
                                        "a function or an entry",
                                        "an entry",
                                        "a cell"};
    const Node *top = global->kind == N_GLOBAL ? definition_of(c, global) : NULL;
    if (top ? is_of(c, top, what) : !c->given->is_whole && global->kind == N_GLOBAL) return true;
    return ill_formed(c, form, "$%s is not %s of this program",
                      global->kind == N_GLOBAL ? text_bytes(global->text) : "?", names[what]);
}

/* ---- counts */

static uint32_t parameters_of(const Checker *c, const Node *function) {
    FunctionForm f = as_function(function);
    if (c->language < L_Lblocks) return f.parameters.count;
    return f.blocks.count ? as_block(f.blocks.items[0]).parameters.count : 0;
}

/* A function with env takes the closure first. UINT32_MAX: not known. */
static uint32_t captures_of(const Checker *c, const Node *entry) {
    if (!is_form(entry, H_entry) || c->language >= L_Lblocks) return UINT32_MAX;
    NodeList targets = as_entry(entry).targets;
    for (uint32_t i = 0; i < targets.count; i++) {
        const Node *function = definition_of(c, as_target(targets.items[i]).function);
        if (function && is_form(function, H_function) && as_function(function).env.count)
            return as_function(function).env.count - 1;
    }
    return UINT32_MAX;
}

static bool has_right_count(Checker *c, const Node *form, const Node *global, uint32_t wanted,
                            uint32_t count) {
    if (wanted == UINT32_MAX || wanted == count) return true;
    return ill_formed(c, form, "$%s takes %u, and is given %u", text_bytes(global->text), wanted,
                      count);
}

/* Handlers of try take the exception before the operands. */
static bool check_parameters(Checker *c, const Node *form, uint32_t count) {
    const Node *global = form->kids[0], *top = definition_of(c, global);
    if (!top || !is_form(top, H_function)) return true; /* has been reported */
    if (!has_right_count(c, form, global, parameters_of(c, top), count)) return false;
    if (!is_form(form, H_try_call)) return true;
    const Node *handler = as_try_call(form).handler, *other = definition_of(c, handler);
    return !other || !is_form(other, H_function) ||
           has_right_count(c, form, handler, parameters_of(c, other), count + 1);
}

/* A constant that the operation's row writes as n or c. */
static bool check_word_operands(Checker *c, const Node *form, Word w) {
    WordOpForm f = as_word_op(form);
    const char *letter = word_rows[w].args;
    for (uint32_t i = 0; i < f.operands.count; i++) {
        const Node *operand = f.operands.items[i];
        if (letter[i] == 'n' && !is_form(operand, H_word))
            return ill_formed(c, form, "operand %u must be (word n)", i + 1);
        if (letter[i] == 'c' && !is_form(operand, H_cell))
            return ill_formed(c, form, "operand %u must be (cell g)", i + 1);
    }
    return true;
}

static bool check_operands(Checker *c, const Node *form, uint32_t count) {
    if (is_form(form, H_prim)) {
        Prim p = (Prim)as_prim(form).operation->head;
        uint32_t least = (uint32_t)strcspn(prim_rows[p].args, "*");
        bool fine = prim_takes(p, count) && (prim_arity(p) >= 0 || count + 1 >= least);
        return fine ||
               ill_formed(c, form, "%s does not take %u operands", prim_rows[p].name, count);
    }
    Word w = (Word)as_word_op(form).operation->head;
    if (strlen(word_rows[w].args) == count) return check_word_operands(c, form, w);
    return ill_formed(c, form, "%s does not take %u operands", word_rows[w].name, count);
}

/* What a loop and a block take is checked where they are looked up. */
static bool check_count(Checker *c, CountRule what, const Node *form, uint32_t count) {
    switch (what) {
    case PARAMETERS: return check_parameters(c, form, count);
    case CAPTURES: {
        const Node *entry = definition_of(c, form->kids[0]);
        return !entry || has_right_count(c, form, form->kids[0], captures_of(c, entry), count);
    }
    case OPERANDS: return check_operands(c, form, count);
    case ROUND:
    case VALUES: return true;
    }
    return true;
}

/* ---- symbols */

static bool is_trap(Text name) {
    static const char *const names[] = {
#define TRAP(id, name, function, doc) name,
#include "../traps.def"
#undef TRAP
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], text_bytes(name))) return true;
    return false;
}

static bool is_representation(const Checker *c, Text name) {
    Type type;
    if (c->language >= L_Lmemory) {
        Holds holds = holds_named(name);
        return holds == HOLDS_REF || holds == HOLDS_RAW || holds == HOLDS_F64;
    }
    return type_parse(text_bytes(name), text_length(name), &type);
}

static bool check_symbol(Checker *c, SymbolRule what, const Node *form, const Node *symbol) {
    bool fine = false;
    if (symbol->kind == N_SYMBOL) switch (what) {
        case REPRESENTATION: fine = is_representation(c, symbol->text); break;
        case KIND: fine = holds_named(symbol->text) != HOLDS_NONE; break;
        case TRAP: fine = is_trap(symbol->text); break;
        }
    return fine || ill_formed(c, form, "there is no such %s",
                              what == TRAP   ? "trap"
                              : what == KIND ? "kind"
                                             : "type");
}

/* ---- all rules */

static bool check_each(Checker *c, const RuleRow *rule, const Node *form, const Node *kid) {
    switch (rule->kind) {
    case IS_NUMBER:
        if (kid->kind == N_INT && kid->integer >= rule->least && kid->integer <= rule->most)
            return true;
        return ill_formed(c, form, "%s is not between %lld and %lld", rule->part,
                          (long long)rule->least, (long long)rule->most);
    case IS_POWER:
        return (kid->integer > 0 && kid->integer <= rule->most &&
                !(kid->integer & (kid->integer - 1))) ||
               ill_formed(c, form, "%s is no power of two up to %lld", rule->part,
                          (long long)rule->most);
    case IS_GLOBAL: return check_global_rule(c, (GlobalRule)rule->what, form, kid);
    case IS_SYMBOL: return check_symbol(c, (SymbolRule)rule->what, form, kid);
    case IS_DATUM:
        return kid->kind == rule->what ||
               ill_formed(c, form, "it needs %s",
                          rule->what == N_DOUBLE ? "a double" : "keywords only");
    case IS_COUNT: return true;
    }
    return true;
}

bool check_rules(Checker *c, const char *form, const char *part, const Node *owner,
                 const Node *const *kids, uint32_t count) {
    for (const RuleRow *r = rules; r < rules + sizeof rules / sizeof *rules; r++) {
        if (*r->form != *form || *r->part != *part || strcmp(r->form, form) ||
            strcmp(r->part, part))
            continue;
        if (r->kind == IS_COUNT && !check_count(c, (CountRule)r->what, owner, count)) return false;
        for (uint32_t i = 0; i < count; i++)
            if (!check_each(c, r, owner, kids[i])) return false;
    }
    return true;
}
