/* write_source.c - accessors and constructors of forms. */
#include "write.h"

#include <string.h>

/* ---- as_F: the kids in order, one after the other */

/* The parts of the list or vector `from`, which is all of them but its head. */
static void write_parts_of_tree(FILE *out, const Item *tree, const char *from,
                                const Member *members) {
    for (int i = 0; i < tree->count; i++) {
        if (tree->items[i].repeated)
            fprintf(out, "        f.%s = kids_from(%s, %d);\n", members[i].name, from, i);
        else
            fprintf(out, "        f.%s = %s->kids[%d];\n", members[i].name, from, i);
    }
}

/* How many kids the items after item i take; those that may be missing are asked for. */
static void write_end(FILE *out, const Form *f, int i) {
    fprintf(out, "    uint32_t end = n->count;\n");
    for (int k = f->item_count - 1; k > i; k--) {
        const Item *item = f->items[k].item;
        if (may_be_missing(f, &f->items[k]))
            fprintf(out, "    if (end && is_form(n->kids[end - 1], H_%s)) end--;\n",
                    c_name(item->head));
        else
            fprintf(out, "    end--;\n");
    }
}

/* Does a part that is known by nothing go with the one before it? */
static bool needs_flag(const Form *f) {
    for (int i = 1; i < f->item_count; i++)
        if (may_be_missing(f, &f->items[i]) && f->items[i].item->kind != ITEM_TREE &&
            !f->items[i].item->repeated)
            return true;
    return false;
}

static void write_item(FILE *out, const Form *f, int i) {
    const MergedItem *m = &f->items[i];
    Member members[MOST_ITEMS];
    members_of(m, members);
    const Item *item = m->item;
    if (item->kind != ITEM_TREE && item->repeated) {
        write_end(out, f, i);
        fprintf(out, "    f.%s = kids_between(n, i, end);\n    i = end > i ? end : i;\n",
                members[0].name);
        return;
    }
    bool follows = i > 0 && f->items[i - 1].shapes == m->shapes && !item->optional;
    if (!may_be_missing(f, m))
        fprintf(out, "    {\n");
    else if (item->kind == ITEM_TREE && item->is_vector)
        fprintf(out, "    if (i < n->count && n->kids[i]->kind == N_VECTOR) {\n");
    else if (item->kind == ITEM_TREE)
        fprintf(out, "    if (i < n->count && is_form(n->kids[i], H_%s)) {\n", c_name(item->head));
    else if (follows) /* what the part before it says */
        fprintf(out, "    if (i < n->count && is_there) {\n");
    if (item->kind == ITEM_TREE) {
        fprintf(out, "        const Node *part = n->kids[i++];\n");
        write_parts_of_tree(out, item, "part", members);
        if (needs_flag(f) && f->items[i + 1].shapes == m->shapes && may_be_missing(f, m))
            fprintf(out, "        is_there = true;\n");
    } else {
        fprintf(out, "        f.%s = n->kids[i++];\n", members[0].name);
    }
    fprintf(out, "    }\n");
}

static void write_by_count(FILE *out, const Form *f) {
    fprintf(out, "    switch (n->count) {\n");
    for (int s = 0; s < f->shape_count; s++) {
        bool is_new = true;
        for (int k = 0; k < s; k++)
            is_new = is_new && f->shapes[k]->count != f->shapes[s]->count;
        if (!is_new) continue;
        fprintf(out, "    case %d:\n", f->shapes[s]->count);
        for (int i = 0, kid = 0; i < f->item_count; i++) {
            if (!(f->items[i].shapes >> s & 1)) continue;
            Member members[MOST_ITEMS];
            members_of(&f->items[i], members);
            const Item *item = f->items[i].item;
            char from[32];
            snprintf(from, sizeof from, "n->kids[%d]", kid++);
            if (item->kind == ITEM_TREE)
                write_parts_of_tree(out, item, from, members);
            else
                fprintf(out, "        f.%s = %s;\n", members[0].name, from);
        }
        fprintf(out, "        break;\n");
    }
    fprintf(out, "    }\n");
}

void write_accessor(FILE *out, const Form *f) {
    fprintf(out, "ACCESSOR %sForm as_%s(const Node *n) {\n    %sForm f = {0};\n",
            type_name(f->name), f->name, type_name(f->name));
    if (f->item_count == 0) fprintf(out, "    (void)n;\n");
    if (f->by_count) {
        write_by_count(out, f);
    } else if (f->item_count) {
        fprintf(out, "    uint32_t i = 0;\n");
        if (needs_flag(f)) fprintf(out, "    bool is_there = false;\n");
        for (int i = 0; i < f->item_count; i++)
            write_item(out, f, i);
        fprintf(out, "    (void)i;\n");
    }
    fprintf(out, "    return f;\n}\n");
}

/* ---- make_F */

/* Is the part there? In C, for parts that may be missing. */
static void write_presence(FILE *out, const Form *f, const MergedItem *m, const char *prefix) {
    Member members[MOST_ITEMS];
    members_of(m, members);
    if (!may_be_missing(f, m))
        fprintf(out, "true");
    else if (members[0].is_list)
        fprintf(out, "%s%s.exists", prefix, members[0].name);
    else
        fprintf(out, "%s%s != NULL", prefix, members[0].name);
}

static bool is_spread(const MergedItem *m) {
    return m->item->kind != ITEM_TREE && m->item->repeated;
}

static void write_tree(FILE *out, const Form *f, const MergedItem *m, const char *prefix) {
    Member members[MOST_ITEMS];
    int count = members_of(m, members);
    const Item *tree = m->item;
    const char *kind = tree->is_vector ? "N_VECTOR" : "N_LIST";
    fprintf(out, "    if (");
    write_presence(out, f, m, prefix);
    fprintf(out, ") {\n");
    const char *last = members[count - 1].name;
    if (members[count - 1].is_list)
        fprintf(out, "        Node *part = node_blank(a, %s, H_%s, %s%s.at, %d + %s%s.count);\n",
                kind, *tree->head ? c_name(tree->head) : "NONE", prefix, last, count - 1, prefix,
                last);
    else
        fprintf(out, "        Node *part = node_blank(a, %s, H_%s, at, %d);\n", kind,
                *tree->head ? c_name(tree->head) : "NONE", count);
    for (int i = 0; i < count; i++)
        if (members[i].is_list)
            fprintf(out, "        put_kids(part, %d, %s%s);\n", i, prefix, members[i].name);
        else
            fprintf(out, "        part->kids[%d] = %s%s;\n", i, prefix, members[i].name);
    fprintf(out, "        n->kids[i++] = part;\n    }\n");
}

static void write_count(FILE *out, const Form *f, const char *prefix) {
    fprintf(out, "    uint32_t kids = 0");
    for (int i = 0; i < f->item_count; i++) {
        Member members[MOST_ITEMS];
        members_of(&f->items[i], members);
        if (is_spread(&f->items[i])) {
            fprintf(out, " + %s%s.count", prefix, members[0].name);
        } else if (may_be_missing(f, &f->items[i])) {
            fprintf(out, " + (uint32_t)(");
            write_presence(out, f, &f->items[i], prefix);
            fprintf(out, ")");
        } else {
            fprintf(out, " + 1");
        }
    }
    fprintf(out, ";\n");
}

static void write_constructor(FILE *out, const Form *f) {
    const char *prefix = takes_struct(f) ? "f." : "";
    bool is_vector = f->shapes[0]->is_vector;
    fprintf(out, "\nNode *make_%s(", f->name);
    write_parameters(out, f);
    fprintf(out, ") {\n");
    write_count(out, f, prefix);
    fprintf(out, "    Node *n = node_blank(a, %s, ", is_vector ? "N_VECTOR" : "N_LIST");
    if (has_several_heads(f))
        fprintf(out, "head");
    else
        fprintf(out, "H_%s", *f->heads[0] ? c_name(f->heads[0]) : "NONE");
    fprintf(out, ", at, kids);\n");
    if (f->item_count) fprintf(out, "    uint32_t i = 0;\n");
    for (int i = 0; i < f->item_count; i++) {
        const MergedItem *m = &f->items[i];
        Member members[MOST_ITEMS];
        members_of(m, members);
        if (m->item->kind == ITEM_TREE)
            write_tree(out, f, m, prefix);
        else if (is_spread(m))
            fprintf(out, "    i = put_kids(n, i, %s%s);\n", prefix, members[0].name);
        else if (may_be_missing(f, m))
            fprintf(out, "    if (%s%s) n->kids[i++] = %s%s;\n", prefix, members[0].name, prefix,
                    members[0].name);
        else
            fprintf(out, "    n->kids[i++] = %s%s;\n", prefix, members[0].name);
    }
    fprintf(out, "    return n;\n}\n");
}

static void write_replacement(FILE *out, const Form *f) {
    fprintf(out,
            "\nNode *remake_%s(Arena *a, Node *old, %sForm f) {\n    return unless_same(old, "
            "make_%s(a%s, old->at",
            f->name, type_name(f->name), f->name, has_several_heads(f) ? ", (Head)old->head" : "");
    if (takes_struct(f))
        fprintf(out, ", f");
    else if (f->item_count == 0)
        fprintf(out, " + 0 * (Pos)f.nothing");
    for (int i = 0; i < f->item_count && !takes_struct(f); i++) {
        Member members[MOST_ITEMS];
        int count = members_of(&f->items[i], members);
        for (int k = 0; k < count; k++)
            fprintf(out, ", f.%s", members[k].name);
    }
    fprintf(out, "));\n}\n");
}

void write_source(FILE *out, const Rows *r, const Forms *forms) {
    fprintf(out, "/* Made from languages.def by passes/ir/generate. */\n#include "
                 "\"ir/fits.h\"\n#include \"ir/form_parts.h\"\n");
    for (int i = 0; i < forms->form_count; i++) {
        write_constructor(out, &forms->forms[i]);
        write_replacement(out, &forms->forms[i]);
    }
    write_parts(out, r, forms);
}
