/* vanished.c - --fn=F and --keep=F: is there such a function, and where did it go?
 *
 * A function that is not in a form any more was inlined, or nothing calls it. That is said instead
 * of showing nothing.
 */
#include "compiling.h"

#include <stdlib.h>
#include <string.h>

/* ---- names */

bool top_is_in(const Node *program, const char *wanted) {
    for (uint32_t i = 1; i < program->count; i++)
        if (top_is_named(program->kids[i], wanted)) return true;
    return false;
}

const char *function_meant(const Node *program, const char *wanted) {
    const char **names = calloc((size_t)program->count * 2 + 1, sizeof *names);
    if (!names) fail(0, "no memory left");
    size_t count = 0;
    for (uint32_t i = 1; i < program->count; i++) {
        const char *name = text_bytes(top_name(program->kids[i])), *slash = strchr(name, '/');
        names[count++] = name;
        if (slash) names[count++] = slash + 1;
    }
    const char *close = near_miss(wanted, names, count);
    free(names);
    return close;
}

/* Without what closures adds to names: .w1, .fn2. */
static bool is_known(const Node *program, const char *wanted) {
    const char *slash = strrchr(wanted, '/'), *dot = strrchr(slash ? slash : wanted, '.');
    if (top_is_in(program, wanted) || strchr(wanted, ' ') || !strcmp(wanted, "start")) return true;
    return dot && top_is_in(program, text_bytes(text_of(wanted, (size_t)(dot - wanted))));
}

static void must_be_known(const Node *program, const char *option, const char *wanted) {
    if (is_known(program, wanted)) return;
    const char *close = function_meant(program, wanted);
    fail(0, "%s=%s: the program has no function '%s'%s%s", option, wanted, wanted,
         close ? "; did you mean " : "", close ? close : "");
}

static void check_kept(const Node *program, const char *names) {
    for (const char *name = names; name && *name;) {
        size_t length = strcspn(name, ",");
        must_be_known(program, "--keep", text_bytes(text_of(name, length)));
        name += length + (name[length] == ',');
    }
}

/* ---- where it went */

typedef VEC(Text) Names;

static bool has_name(const Names *names, Text name) {
    for (uint32_t i = 0; i < names->count; i++)
        if (names->items[i] == name) return true;
    return false;
}

static bool mentions(const Node *n, const Names *names) {
    if (n->kind == N_GLOBAL) return has_name(names, n->text);
    for (uint32_t i = 0; is_tree(n) && i < n->count; i++)
        if (mentions(n->kids[i], names)) return true;
    return false;
}

static bool mentions_inside(Node *top, const Names *names) {
    const Node *inner = top_inner(top);
    for (uint32_t i = is_form(inner, H_run) ? 0 : 1; i < inner->count; i++)
        if (mentions(inner->kids[i], names)) return true;
    return false;
}

static void add_home(Buffer *out, const Node *top) {
    const char *name = text_bytes(top_name(top));
    if (!strncmp(name, "user/", 5)) name += 5;
    if (!strncmp(name, "run ", 4))
        buffer_print(out, "%sthe expression at %s", out->length ? ", " : "", name + 4);
    else
        buffer_print(out, "%s%s", out->length ? ", " : "", name);
}

/* What mentions it, or what mentions what did and went, too, and is still there. */
static void add_homes(Compile *c, Buffer *out, const Node *before, const Node *after, Names *gone) {
    Names homes = {0};
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 1; i < before->count; i++) {
            Text name = top_name(before->kids[i]);
            if (has_name(gone, name) || has_name(&homes, name)) continue;
            if (!mentions_inside(before->kids[i], gone)) continue;
            bool stays = is_form(before->kids[i], H_run) || top_is_in(after, text_bytes(name));
            if (stays) add_home(out, before->kids[i]);
            if (stays)
                PUSH(c->arena, homes, name);
            else
                PUSH(c->arena, *gone, name);
            changed = true;
        }
    }
}

/* A dump that would show it is wanted, but none that does: then there is nothing to show. */
static bool shows_nothing(const Compile *c, int p) {
    uint32_t wanted = c->options->dump_after | c->options->dump_before;
    return wanted && !(wanted & ((1u << p) - 1)) && !c->options->seen;
}

/* All dumps that are wanted are of forms that have it. */
static bool is_shown_wherever_wanted(const Compile *c, int p) {
    uint32_t wanted = c->options->dump_after >> p | c->options->dump_before >> p >> 1;
    return (c->options->dump_after | c->options->dump_before) && !wanted;
}

/* `before` is the form in which all calls are still there. */
static void tell_vanished(Compile *c, int p, const Node *before, const Node *after) {
    const char *wanted = c->options->function;
    Buffer homes = {0}, text = {0};
    Names gone = {0};
    if (is_shown_wherever_wanted(c, p)) return;
    for (uint32_t i = 1; i < before->count; i++)
        if (top_is_named(before->kids[i], wanted)) PUSH(c->arena, gone, top_name(before->kids[i]));
    add_homes(c, &homes, before, after, &gone);
    if (homes.length)
        buffer_print(&text,
                     "%s is in no form after %s: it was inlined into %s; -O0 or --keep=%s keeps it",
                     wanted, pass_rows[p].name, homes.bytes, wanted);
    else
        buffer_print(&text, "%s is in no form after %s: nothing calls it", wanted,
                     pass_rows[p].name);
    if (shows_nothing(c, p)) fail(0, "%s", text.bytes);
    fprintf(stderr, "note: %s\n", text.bytes);
    buffer_free(&homes);
    buffer_free(&text);
}

void watch_functions(Compile *c, int p, const Node *before, const Node *after) {
    const PipelineOptions *o = c->options;
    if (p < PASS_expand) return;
    if (p == PASS_expand || (p == c->first - 1 && p > PASS_expand)) {
        if (o->function) must_be_known(after, "--fn", o->function);
        check_kept(after, o->keep);
        return;
    }
    if (p == PASS_simplify) c->before_simplify = before;
    if (o->function && before && before != after && top_is_in(before, o->function) &&
        !top_is_in(after, o->function))
        tell_vanished(c, p, c->before_simplify ? c->before_simplify : before, after);
}
