/* diff.c - slispc diff and ir-equal: what differs between two forms but for numbers of names and
 * blocks.
 *
 * Tops are compared by name. Positions count only when nothing else differs.
 */
#include "align.h"
#include "canon.h"
#include "look.h"
#include "output.h"

#include <stdlib.h>
#include <string.h>

enum { CONTEXT_LINES = 2, WIDTH = 80 };

typedef struct {
    Arena *arena;
    const Options *options;
    Form forms[2];
    const char *titles[2];
    Buffer out;
    bool colour, first_only; /* ir-equal: only the first difference */
    uint32_t different;
} Diff;

/* ---- tops */

/* What passes add to the names of functions: .w2, .w1r. */
static Text bare_name(Text name) {
    const char *s = text_bytes(name), *dot = strrchr(s, '.');
    return dot && dot[1] == 'w' && dot[2] >= '0' && dot[2] <= '9' ? text_of(s, (size_t)(dot - s))
                                                                  : name;
}

static uint32_t count_expressions(NodeList tops, const Node *before) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < tops.count && tops.items[i] != before; i++)
        count += is_form(tops.items[i], H_run);
    return count;
}

/* Expressions have no names: they are told by their order, when there are as many. */
static Node *expression_in(NodeList tops, uint32_t number) {
    for (uint32_t i = 0; i < tops.count; i++)
        if (is_form(tops.items[i], H_run) && number-- == 0) return tops.items[i];
    return NULL;
}

/* Of tops of one name, as definitions that come again: how many are before this one. */
static uint32_t count_before(NodeList tops, const Node *top) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < tops.count && tops.items[i] != top; i++)
        count += top_name(tops.items[i]) == top_name(top);
    return count;
}

static Node *top_at(NodeList tops, Text name, uint32_t number) {
    for (uint32_t i = 0; i < tops.count; i++)
        if (top_name(tops.items[i]) == name && number-- == 0) return tops.items[i];
    return NULL;
}

/* The top of that name, or the only one that has it but for what passes add. */
static Node *counterpart(NodeList tops, NodeList own, const Node *top) {
    if (is_form(top, H_run) && count_expressions(tops, NULL) == count_expressions(own, NULL))
        return expression_in(tops, count_expressions(own, top));
    Text name = top_name(top), bare = bare_name(name);
    Node *found = top_at(tops, name, count_before(own, top)), *other = NULL;
    uint32_t count = 0;
    for (uint32_t i = 0; !found && i < tops.count; i++)
        if (bare_name(top_name(tops.items[i])) == bare) {
            other = tops.items[i];
            count++;
        }
    return found ? found : count == 1 ? other : NULL;
}

/* A top of the first form with the one of the second form, or a top of one form alone. */
typedef struct {
    Node *tops[2];
} Couple;
typedef VEC(Couple) Couples;

static Couples couples_of(Diff *d) {
    Couples out = {0};
    NodeList left = look_tops(d->forms[0].program), right = look_tops(d->forms[1].program);
    for (uint32_t i = 0; i < left.count; i++) {
        Couple c = {{left.items[i], counterpart(right, left, left.items[i])}};
        if (c.tops[1] && counterpart(left, right, c.tops[1]) != c.tops[0]) c.tops[1] = NULL;
        PUSH(d->arena, out, c);
    }
    for (uint32_t i = 0; i < right.count; i++) {
        Couple c = {{NULL, right.items[i]}};
        const Node *other = counterpart(left, right, c.tops[1]);
        if (!other || counterpart(right, left, other) != c.tops[1]) PUSH(d->arena, out, c);
    }
    return out;
}

static bool is_shown(const Diff *d, const Couple *c) {
    return look_shows(d->options, c->tops[0] ? c->tops[0] : c->tops[1]);
}

static bool same_places(const Node *a, const Node *b) {
    if (pos(a) != pos(b)) return false;
    for (uint32_t i = 0; is_tree(a) && !is_form(a, H_quote) && i < a->count; i++)
        if (!same_places(child(a, i), child(b, i))) return false;
    return true;
}

/* ---- the differences of one couple */

typedef struct {
    Canonical forms[2];
    Lines lines[2];
    Pairs pairs;
} Compared;

static const Node *inner_top(const Node *top) {
    return is_form(top, H_from) ? as_from(top).definition : top;
}

static bool is_common(Pair p) {
    return p.left != NO_LINE && p.right != NO_LINE;
}

static bool compare_lines(Diff *d, Compared *c, LineStyle style) {
    uint32_t common = 0;
    for (int side = 0; side < 2; side++)
        c->lines[side] =
            c->forms[side].top ? lines_of(d->arena, c->forms[side].top, style) : (Lines){0};
    c->pairs = align_lines(d->arena, &c->lines[0], &c->lines[1]);
    for (uint32_t i = 0; i < c->pairs.count; i++)
        common += is_common(c->pairs.items[i]);
    return common == c->pairs.count;
}

static void print_pair(Diff *d, const Compared *c, Pair p) {
    int side = p.left == NO_LINE;
    const char *mark = is_common(p) ? " " : side ? "+" : "-";
    const Canonical *form = &c->forms[side];
    if (d->colour && !is_common(p)) buffer_print(&d->out, side ? "\033[32m" : "\033[31m");
    buffer_print(&d->out, "%s ", mark);
    print_line_of(&d->out, &c->lines[side].items[side ? p.right : p.left], form->names,
                  form->blocks);
    buffer_print(&d->out, d->colour && !is_common(p) ? "\033[0m\n" : "\n");
}

static bool is_near(const Pairs *pairs, uint32_t i) {
    uint32_t from = i < CONTEXT_LINES ? 0 : i - CONTEXT_LINES;
    for (uint32_t k = from; k <= i + CONTEXT_LINES && k < pairs->count; k++)
        if (!is_common(pairs->items[k])) return true;
    return false;
}

/* " b4" when the line is within that block. */
static void print_block_of(Diff *d, const Compared *c, Pair p) {
    int side = p.left == NO_LINE;
    for (uint32_t i = side ? p.right : p.left; i-- > 0;) {
        const Node *n = c->lines[side].items[i].node;
        if (!is_form(n, H_block) && !is_form(n, H_cold)) continue;
        uint32_t number = as_instr_block(n).label->block;
        buffer_print(&d->out, " b%u", c->forms[side].blocks[number]);
        return;
    }
}

static void print_hunks(Diff *d, const Compared *c, const char *name, const char *what) {
    bool inside = false;
    uint32_t before = d->different;
    for (uint32_t i = 0; i < c->pairs.count; i++) {
        bool near = is_near(&c->pairs, i);
        if (near && !inside) {
            if (d->first_only && d->different) return;
            buffer_print(&d->out, d->colour ? "\033[36m@@ %s" : "@@ %s", name);
            print_block_of(d, c, c->pairs.items[i]);
            buffer_print(&d->out, d->colour ? "%s @@\033[0m\n" : "%s @@\n", what);
            d->different++;
        }
        if (near) print_pair(d, c, c->pairs.items[i]);
        inside = near;
    }
    if (d->different == before)
        buffer_print(&d->out, "@@ %s: the same lines, nested in another way @@\n", name);
    if (d->different == before) d->different++;
}

static void compare_couple(Diff *d, const Couple *couple, bool places) {
    static const LineStyle plain = {.width = WIDTH}, details = {.width = WIDTH, .details = true},
                           positions = {.width = WIDTH, .details = true, .positions = true};
    Compared c = {0};
    const Node *named = couple->tops[0] ? couple->tops[0] : couple->tops[1];
    const char *what = !couple->tops[0]   ? ", only in the second"
                       : !couple->tops[1] ? ", only in the first"
                                          : "";
    for (int side = 0; side < 2; side++)
        if (couple->tops[side]) c.forms[side] = canonical(d->arena, inner_top(couple->tops[side]));
    if (couple->tops[0] && couple->tops[1]) {
        bool same = same_canonical(c.forms[0].top, c.forms[1].top);
        if (places ? !same || same_places(c.forms[0].top, c.forms[1].top) : same) return;
    }
    if (places)
        compare_lines(d, &c, positions);
    else if (compare_lines(d, &c, plain))
        compare_lines(d, &c, details);
    print_hunks(d, &c, text_bytes(top_name(named)), what);
}

/* ---- both forms */

static void compare_forms(Diff *d, bool with_places) {
    Couples couples = couples_of(d);
    for (int places = 0; places < (with_places ? 2 : 1) && !d->different; places++)
        for (uint32_t i = 0; i < couples.count; i++) {
            if (d->first_only && d->different) return;
            if (is_shown(d, &couples.items[i])) compare_couple(d, &couples.items[i], places);
        }
}

static void print_titles(Diff *d) {
    for (int side = 0; side < 2; side++) {
        Buffer b = {0};
        print_form_title(&b, &d->forms[side]);
        buffer_print(&d->out, "%s %s %s\n", side ? "+++" : "---", d->titles[side], b.bytes);
        buffer_free(&b);
    }
}

/* One file each, as they are. */
static int read_two(Diff *d, const char *verb) {
    if (d->options->argument_count != 2)
        fail(0, "slispc %s wants two files%s", verb,
             *verb == 'd' ? ", or one and --passes=A,B" : "");
    for (int side = 0; side < 2; side++) {
        Options one = *d->options;
        one.arguments += side;
        one.argument_count = 1;
        SourceFile file = file_read(one.arguments[0]);
        if (!is_dump(&file))
            fail(0, "%s is no dump; slispc diff %s --passes=A,B shows what passes do", file.name,
                 file.name);
        int code = forms_after(&one, (const int[]){-1}, &d->forms[side], 1);
        if (code) return code;
        d->titles[side] = one.arguments[0];
    }
    return 0;
}

static int read_passes(Diff *d) {
    char *names = strdup(d->options->passes), *comma = names ? strchr(names, ',') : NULL;
    if (!comma || strchr(comma + 1, ',')) fail(0, "--passes= wants two passes: A,B");
    *comma = 0;
    int passes[] = {pass_wanted(names), pass_wanted(comma + 1)};
    free(names);
    d->titles[0] = d->titles[1] = d->options->arguments[0];
    return forms_after(d->options, passes, d->forms, 2);
}

static bool is_other_library(const Diff *d) {
    const Node *left = as_program(d->forms[0].program).library;
    const Node *right = as_program(d->forms[1].program).library;
    return as_library(left).hash->text != as_library(right).hash->text;
}

/* How many definitions of the library, which are not shown, differ. */
static uint32_t count_different(Diff *d) {
    Couples couples = couples_of(d);
    uint32_t count = 0;
    for (uint32_t i = 0; i < couples.count; i++) {
        Node *const *tops = couples.items[i].tops;
        if (!is_form(tops[0] ? tops[0] : tops[1], H_from)) continue;
        count += !tops[0] || !tops[1] ||
                 !same_canonical(canonical(d->arena, inner_top(tops[0])).top,
                                 canonical(d->arena, inner_top(tops[1])).top);
    }
    return count;
}

/* Nothing that is shown differs: what is not shown? Passes make other languages, dumps have one. */
static void compare_the_rest(Diff *d, bool are_dumps) {
    Language left = d->forms[0].header.language, right = d->forms[1].header.language;
    uint32_t hidden = d->options->all || d->options->pipeline.function ? 0 : count_different(d);
    if (hidden)
        buffer_print(&d->out, "only the library differs: %u definition%s; --all shows them\n",
                     hidden, hidden == 1 ? "" : "s");
    if (are_dumps && left != right)
        buffer_print(&d->out, "the same, but of languages %s and %s\n", language_name(left),
                     language_name(right));
    if (are_dumps && is_other_library(d))
        buffer_print(&d->out, "the dumps are of different libraries\n");
}

int verb_diff(const Options *o) {
    Options with = o->passes ? look_options(o) : *o;
    Diff d = {.arena = arena_new(), .options = &with, .colour = !o->output && output_colour_on(1)};
    int code = o->passes ? read_passes(&d) : read_two(&d, "diff");
    if (code) return code;
    if (with.pipeline.function && !top_is_in(d.forms[0].program, with.pipeline.function))
        look_check_function(&with, d.forms[1].program);
    print_titles(&d);
    size_t titles = d.out.length;
    compare_forms(&d, true);
    if (!d.different) compare_the_rest(&d, !o->passes);
    d.different += d.out.length > titles;
    if (d.different) look_output(o, &d.out);
    return d.different ? 4 : 0;
}

int verb_ir_equal(const Options *o) {
    Options with = *o;
    with.all = true;
    Diff d = {
        .arena = arena_new(), .options = &with, .first_only = true, .colour = output_colour_on(1)};
    int code = read_two(&d, "ir-equal");
    if (code) return code;
    if (d.forms[0].header.language != d.forms[1].header.language) {
        printf("%s is of language %s, %s of %s\n", d.titles[0],
               language_name(d.forms[0].header.language), d.titles[1],
               language_name(d.forms[1].header.language));
        return 4;
    }
    compare_forms(&d, false);
    if (!d.different) compare_the_rest(&d, true);
    d.different += d.out.length > 0;
    if (d.different) look_output(o, &d.out);
    return d.different ? 4 : 0;
}
