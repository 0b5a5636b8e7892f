/* check_names.c - names are below (names n), are bound once, and are used where they are known. */
#include "checker.h"

static NameRow *row_of(Checker *c, const Node *name, const Node *form) {
    if (name->name.number < c->name_count) return &c->names[name->name.number];
    ill_formed(c, form, "%%%s.%u is not below (names %u)", text_bytes(name->name.hint),
               name->name.number, c->name_count);
    return NULL;
}

/* ---- what a name carries: a type where it is bound, or a place */

static bool is_typed_language(Language l) {
    return l >= L_Ltyped && l <= L_Lblocks;
}

static bool has_right_type(Checker *c, const Node *name, const Node *form) {
    if (!is_typed_language(c->language) || (name->is_typed && c->language == L_Ltyped)) return true;
    Type t = type_of(name);
    bool fine = name->is_typed && (t == T_INT || t == T_DOUBLE || t == T_FLAG || t == T_ANY);
    return fine || ill_formed(c, form, "%%%s.%u needs a type%s", text_bytes(name->name.hint),
                              name->name.number,
                              c->language == L_Ltyped ? "" : ": int, double, flag or any");
}

/* From Lx86 on a name may have a place, which then must be of the kind that its language knows. */
static bool carries_nothing_else(Checker *c, const Node *name, const Node *form, bool is_binder) {
    bool typed = is_binder && is_typed_language(c->language);
    if (!name->head && !name->is_typed) return true;
    if (name->is_typed ? typed : c->language >= L_Lx86) return true;
    return ill_formed(c, form, "%%%s.%u has a %s, which is not to be here",
                      text_bytes(name->name.hint), name->name.number,
                      name->is_typed ? "type" : "place");
}

/* ---- binding and using */

bool check_binder(Checker *c, const Node *name, const Node *form) {
    NameRow *row = row_of(c, name, form);
    if (!row || !has_right_type(c, name, form) || !carries_nothing_else(c, name, form, true))
        return false;
    if (c->language >= L_Lx86) return true; /* V23 */
    if (row->state != IS_UNBOUND)
        return ill_formed(c, form, "%%%s.%u is bound a second time", text_bytes(name->name.hint),
                          name->name.number);
    if (c->language == L_Lmemory && !row->kind)
        return ill_formed(c, form, "%%%s.%u has no kind", text_bytes(name->name.hint),
                          name->name.number);
    *row = (NameRow){.state = IS_KNOWN,
                     .depth = c->depth,
                     .block = c->block,
                     .step = c->step,
                     .kind = name->is_typed ? type_of(name) : row->kind};
    if (c->language < L_Lblocks) PUSH(c->arena, c->known, name->name.number);
    return true;
}

static bool not_known(Checker *c, const Node *name, const Node *form, const NameRow *row) {
    const char *why = row->state == IS_UNBOUND        ? "is not bound"
                      : row->state == IS_OUT_OF_SCOPE ? "is not known here"
                      : row->state == IS_LABEL        ? "is the label of a loop"
                                                      : "is not in the (free ...) of its function";
    return ill_formed(c, form, "%%%s.%u %s", text_bytes(name->name.hint), name->name.number, why);
}

bool check_use(Checker *c, const Node *name, const Node *form) {
    NameRow *row = row_of(c, name, form);
    if (!row || !carries_nothing_else(c, name, form, false)) return false;
    if (c->language >= L_Lx86) return true; /* V23 */
    if (row->state != IS_KNOWN || row->depth != c->depth) return not_known(c, name, form, row);
    return c->language < L_Lblocks || note_block_use(c, name, form);
}

void close_scope(Checker *c, uint32_t known) {
    while (c->known.count > known)
        c->names[c->known.items[--c->known.count]].state = IS_OUT_OF_SCOPE;
}

/* ---- labels of loops */

bool open_label(Checker *c, const Node *name, const Node *form, uint32_t bindings) {
    NameRow *row = row_of(c, name, form);
    if (!row || !carries_nothing_else(c, name, form, false)) return false;
    if (row->state != IS_UNBOUND)
        return ill_formed(c, form, "%%%s.%u is bound a second time", text_bytes(name->name.hint),
                          name->name.number);
    *row = (NameRow){.state = IS_LABEL, .index = c->loops.count};
    PUSH(c->arena, c->loops, ((OpenLoop){name->name.number, bindings}));
    return true;
}

static const OpenLoop *open_loop(const Checker *c, const Node *name) {
    const NameRow *row = &c->names[name->name.number];
    if (row->state != IS_LABEL || row->index >= c->loops.count) return NULL;
    const OpenLoop *loop = &c->loops.items[row->index];
    return loop->name == name->name.number ? loop : NULL;
}

bool check_label(Checker *c, const Node *name, const Node *form) {
    const NameRow *row = row_of(c, name, form);
    if (!row || !carries_nothing_else(c, name, form, false)) return false;
    const OpenLoop *loop = open_loop(c, name);
    uint32_t values = form->count - 1;
    if (!loop)
        return ill_formed(c, form, "no loop around it has the label %%%s.%u",
                          text_bytes(name->name.hint), name->name.number);
    if (row->index < c->first_loop)
        return ill_formed(c, form, "it is not in tail position of its loop");
    return values == loop->bindings ||
           ill_formed(c, form, "it gives %u values to a loop of %u", values, loop->bindings);
}

/* ---- functions of Lfree say what they capture */

bool open_function(Checker *c, NodeList captured, const Node *form) {
    for (uint32_t i = 0; i < captured.count; i++)
        if (!check_use(c, captured.items[i], form)) return false;
    if (c->language != L_Lfree) return true;
    c->depth++;
    for (uint32_t i = 0; i < captured.count; i++)
        c->names[captured.items[i]->name.number].depth = c->depth;
    return true;
}

void close_function(Checker *c, NodeList captured) {
    if (c->language != L_Lfree || c->failed) return;
    c->depth--;
    for (uint32_t i = 0; i < captured.count; i++)
        c->names[captured.items[i]->name.number].depth = c->depth;
}
