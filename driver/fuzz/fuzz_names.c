/* fuzz_names.c - variables of random programs. */
#include "fuzz_parts.h"

#include <string.h>

static char letter_of(Kind kind) {
    static const char letters[] = {
#define KIND(name, letter) letter,
        FUZZ_KINDS(KIND)
#undef KIND
    };
    return letters[kind];
}

static bool is_hidden(const Maker *m, const Variable *x) {
    for (const Variable *later = x + 1; later < m->variables + m->variable_count; later++)
        if (!strcmp(later->name, x->name)) return true;
    return false;
}

/* Sometimes one that is in scope already. */
void new_name(Maker *m, char *name, Kind kind) {
    if (m->variable_count && chance(m, 10)) {
        const Variable *x = &m->variables[pick(m, m->variable_count)];
        if (!x->is_fuel && x->kind != K_ATOM) {
            made(m, C_SHADOWING_MADE);
            memcpy(name, x->name, NAME_SIZE);
            return;
        }
    }
    snprintf(name, NAME_SIZE, "%c%u", letter_of(kind), ++m->names);
}

Variable *add_variable(Maker *m, const char *name, Kind kind, uint32_t size) {
    static Variable spare;
    if (m->variable_count == MOST_VARIABLES) return &spare;
    Variable *x = &m->variables[m->variable_count++];
    *x = (Variable){.kind = kind, .size = size};
    snprintf(x->name, NAME_SIZE, "%s", name);
    return x;
}

/* What may stand for a value of that kind. */
static bool fits(Kind has, Kind wanted) {
    if (has == wanted) return true;
    if (wanted == K_NUMBER) return has == K_INT || has == K_DOUBLE;
    if (wanted == K_DATA) return has <= K_MAP;
    return wanted == K_SEQUENCE && has == K_VECTOR;
}

const Variable *some_variable(Maker *m, Kind kind) {
    const Variable *chosen = NULL;
    uint32_t seen = 0;
    for (const Variable *x = m->variables; x < m->variables + m->variable_count; x++)
        if (fits(x->kind, kind) && (x->kind != K_ATOM || !m->quiet || kind == K_ATOM) &&
            !is_hidden(m, x) && pick(m, ++seen) == 0)
            chosen = x;
    return chosen;
}
