/* forms.c - merges the shapes of productions into forms. */
#include "forms.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

const char *c_name(const char *name) {
    char *out = keep(strlen(name) + 1);
    for (int i = 0; name[i]; i++)
        out[i] = name[i] == '-' ? '_' : name[i];
    return out;
}

const char *type_name(const char *name) {
    char *out = keep(strlen(name) + 1);
    int length = 0;
    for (int i = 0; name[i]; i++)
        if (name[i] != '_')
            out[length++] = (char)(i && name[i - 1] != '_' ? name[i] : toupper(name[i]));
    return out;
}

/* ---- merging */

static bool is_in_all(const Form *f, const MergedItem *m) {
    return m->shapes == (1u << f->shape_count) - 1;
}

bool may_be_missing(const Form *f, const MergedItem *m) {
    return m->item->optional || !is_in_all(f, m);
}

static int find_item(const Form *f, const char *part, int from) {
    for (int i = from; i < f->item_count; i++)
        if (!strcmp(f->items[i].item->part, part)) return i;
    return -1;
}

static void insert(Form *f, int at, const Item *item) {
    if (f->item_count == MOST_PARTS) wrong("too many parts", f->name);
    memmove(&f->items[at + 1], &f->items[at], (size_t)(f->item_count - at) * sizeof *f->items);
    f->items[at] = (MergedItem){.item = item};
    f->item_count++;
}

static bool is_alike(const Item *a, const Item *b) {
    return a->repeated == b->repeated && (a->kind == ITEM_TREE) == (b->kind == ITEM_TREE) &&
           a->is_vector == b->is_vector;
}

/* Does it bind names, itself or in a list? Symbols of the first languages do not count. */
static bool binds_names(const Item *item) {
    if (item->kind == ITEM_ATOM) return !strcmp(item->terminal, "variable");
    for (int i = 0; i < item->count; i++)
        if (binds_names(&item->items[i])) return true;
    return false;
}

/* False when the shape's parts are in another order than those merged so far. */
static bool merge_shape(Form *f, const Item *shape) {
    if (f->shape_count == MOST_SHAPES) wrong("too many shapes", f->name);
    unsigned bit = 1u << f->shape_count;
    f->shapes[f->shape_count++] = shape;
    int at = 0;
    for (int i = 0; i < shape->count; i++) {
        const Item *item = &shape->items[i];
        if (!*item->part) wrong("a part has no name", f->name);
        int found = find_item(f, item->part, 0);
        if (found >= 0 && (found < at || !is_alike(f->items[found].item, item))) return false;
        if (found < 0) insert(f, found = at, item);
        f->items[found].shapes |= bit;
        if (binds_names(item) || item->optional) f->items[found].item = item;
        at = found + 1;
    }
    return true;
}

static bool have_same_parts(const Form *f, int a, int b) {
    for (int i = 0; i < f->item_count; i++)
        if ((f->items[i].shapes >> a & 1) != (f->items[i].shapes >> b & 1)) return false;
    return true;
}

/* Is every shape of a fixed number of kids, and each of another one? */
static bool counts_tell(const Form *f) {
    for (int i = 0; i < f->shape_count; i++)
        for (int k = 0; k < f->shapes[i]->count; k++)
            if (f->shapes[i]->items[k].repeated || f->shapes[i]->items[k].optional) return false;
    for (int i = 0; i < f->shape_count; i++)
        for (int k = 0; k < i; k++)
            if (f->shapes[i]->count == f->shapes[k]->count && !have_same_parts(f, i, k))
                return false;
    return true;
}

/* Parts that only some shapes have start with one that is known by its head or its brackets; a
 * repeated one may also just be empty. */
static bool heads_tell(const Form *f) {
    for (int i = 0; i < f->item_count; i++) {
        const MergedItem *m = &f->items[i];
        bool goes_with_last = i > 0 && f->items[i - 1].shapes == m->shapes;
        bool is_known = m->item->kind == ITEM_TREE || m->item->repeated;
        if (!is_in_all(f, m) && !goes_with_last && !is_known) return false;
    }
    return true;
}

static bool all_alike(const Form *f) {
    for (int i = 0; i < f->item_count; i++)
        if (!is_in_all(f, &f->items[i])) return false;
    return true;
}

static bool is_sound(Form *f, bool may_count) {
    if (all_alike(f)) return true;
    f->by_count = may_count && counts_tell(f);
    return f->by_count || heads_tell(f);
}

/* ---- forms of a nonterminal, forms of a head */

static bool occurs(const Production *p) {
    return p->last >= 0;
}

static void add_head(Form *f, const char *head) {
    for (int i = 0; i < f->head_count; i++)
        if (!strcmp(f->heads[i], head)) return;
    f->heads[f->head_count++] = head;
}

/* All productions of the nonterminal as one form; false when they are of many shapes. */
static bool form_of_nonterminal(const Rows *r, int nonterminal, Form *f) {
    *f = (Form){.nonterminal = nonterminal};
    for (int i = 0; i < r->production_count; i++) {
        const Production *p = &r->productions[i];
        if (p->nonterminal != nonterminal || !occurs(p)) continue;
        if (p->form.kind != ITEM_TREE || f->head_count == MOST_HEADS ||
            f->shape_count == MOST_SHAPES)
            return false;
        if (!merge_shape(f, &p->form)) return false;
        add_head(f, p->form.head);
    }
    /* InstrBlock is instr_block */
    int length = 0;
    for (const char *c = r->nonterminals[nonterminal].name; *c; c++) {
        if (isupper(*c) && length) f->name[length++] = '_';
        f->name[length++] = (char)tolower(*c);
    }
    return f->shape_count > 0 && is_sound(f, false);
}

static int find_form(const Forms *forms, const char *name) {
    for (int i = 0; i < forms->form_count; i++)
        if (!strcmp(forms->forms[i].name, name)) return i;
    return -1;
}

/* Adds the production to the form of that name if it fits there. */
static bool join(Forms *forms, const Production *p, const char *name, int *which) {
    int found = find_form(forms, name);
    Form f = found >= 0 ? forms->forms[found] : (Form){.nonterminal = p->nonterminal};
    snprintf(f.name, sizeof f.name, "%s", name);
    if (!merge_shape(&f, &p->form) || !is_sound(&f, true)) return false;
    add_head(&f, p->form.head);
    if (found < 0) found = forms->form_count++;
    forms->forms[found] = f;
    *which = found;
    return true;
}

/* By its head; with the nonterminal's name, or the language's, before it where that is taken. */
static int form_of_head(const Rows *r, Forms *forms, const Production *p) {
    char name[48];
    const char *head = c_name(p->form.head);
    int which;
    if (join(forms, p, head, &which)) return which;
    snprintf(name, sizeof name, "%s_%s", r->nonterminals[p->nonterminal].name, head);
    name[0] = (char)tolower(name[0]);
    bool is_first_of_it = p->nonterminal != forms->forms[find_form(forms, head)].nonterminal;
    if (is_first_of_it && join(forms, p, name, &which)) return which;
    snprintf(name, sizeof name, "%s_%s", r->languages[p->first], head);
    name[0] = (char)tolower(name[0]);
    if (join(forms, p, name, &which)) return which;
    wrong("its parts fit no other shape of its head", p->text);
}

Forms *find_forms(const Rows *r) {
    Forms *forms = keep(sizeof *forms);
    bool is_uniform[MOST_NONTERMINALS] = {false};
    int of_nonterminal[MOST_NONTERMINALS];
    for (int n = 0; n < r->nonterminal_count; n++) {
        Form f;
        is_uniform[n] = form_of_nonterminal(r, n, &f);
        of_nonterminal[n] = forms->form_count;
        if (is_uniform[n]) forms->forms[forms->form_count++] = f;
    }
    for (int i = 0; i < r->production_count; i++)
        forms->of_production[i] = -1;
    /* In the order of nonterminals; of each, later shapes first: what most passes see has the plain
     * name. */
    for (int n = 0; n < r->nonterminal_count; n++)
        for (int i = r->production_count - 1; i >= 0; i--) {
            const Production *p = &r->productions[i];
            if (p->nonterminal != n || p->form.kind != ITEM_TREE || !occurs(p)) continue;
            forms->of_production[i] = is_uniform[n] ? of_nonterminal[n] : form_of_head(r, forms, p);
        }
    return forms;
}

bool takes_struct(const Form *f) {
    if (f->item_count > 4) return true;
    for (int i = 0; i < f->item_count; i++)
        if (may_be_missing(f, &f->items[i]) && f->items[i].item->kind == ITEM_TREE) return true;
    return false;
}
