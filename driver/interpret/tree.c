/* tree.c - the interpreter of Lcore to Lspecial: running a program.
 *
 * Up to Lfree the program is its top-level forms, those of the library first: definitions of
 * functions are there from the start, everything else runs in order, then the main function. From
 * Lclosed on a function of the program does that.
 */
#include "tree.h"

#include "arity.h"

#include <string.h>

Tree tree;

void tree_refuse(const Node *at, const char *format, ...) {
    Location place = location_of(at ? pos(at) : world.frame ? world.frame->at : 0);
    Buffer b = {0};
    if (place.line && place.file < world.header->files.count)
        buffer_print(&b, "%s:%u:%u: ", text_bytes(world.header->files.items[place.file]),
                     place.line, place.column);
    va_list arguments;
    va_start(arguments, format);
    buffer_print_list(&b, format, arguments);
    va_end(arguments);
    buffer_add(&b, ": ", at ? 2 : 0);
    if (at) print_flat(&b, at);
    enum { SHOWN = 160 };
    output_flush();
    fail(0, "%.*s", (int)whole_characters(b.bytes, b.length, SHOWN), b.bytes);
}

/* ---- the top-level forms */

typedef struct {
    Frame frame;       /* of what calls them */
    uint32_t last_top; /* number of the last user/top.N */
} Start;

static Text space_of(Text global) {
    const char *bytes = text_bytes(global);
    return text_of(bytes, (size_t)(strchr(bytes + 1, '/') - bytes));
}

static Text top_name(Start *s, Text space) {
    Text name;
    do
        name = text_format("%s/top.%u", text_bytes(space), ++s->last_top);
    while (tree_global(name));
    return name;
}

static void run_start(Start *s, const Node *top, Body *b) {
    s->frame.at = pos(top);
    evaluate_body(b, world.top);
}

/* A definition of what is no function from the start, or a top-level expression. */
static void run_top(Start *s, const Node *top, bool is_library) {
    const Node *e = computed_in(top), *global = defined_global(top);
    if (!global) {
        Text name = top_name(s, text("user"));
        run_start(s, top, start_body(name, name, e, NULL, is_library));
        return;
    }
    const Global *g = tree_global(global->text);
    if (g->function) return;
    Text name = top_name(s, space_of(global->text));
    run_start(s, top, start_body(name, global->text, e, g->cell, is_library));
}

static void run_tops(Start *s, NodeList tops, bool of_library) {
    for (uint32_t i = 0; i < tops.count; i++) {
        const Node *top = top_inner(tops.items[i]);
        bool is_library = is_form(tops.items[i], H_from);
        if (is_library == of_library && !is_form(top, H_declare)) run_top(s, top, is_library);
    }
}

/* ---- the main function */

/* The user's main function: the last definition of some-namespace/-main. */
static const Node *find_main(NodeList tops) {
    const Node *main = NULL;
    for (uint32_t i = 0; i < tops.count; i++) {
        const Node *name = defined_global(tops.items[i]);
        if (name && is_main_name(name->text)) main = name;
    }
    return main;
}

/* The elements of a list of arguments, as arguments of the function at `base`. */
static uint32_t push_all(Value list) {
    uint32_t count = 0;
    for (; is_kind(list, KIND_CONS); list = get(list, FIELD_CONS_REST), count++)
        stack_push(get(list, FIELD_CONS_FIRST), true);
    return count;
}

static Bits call_main(const Global *g) {
    MainCall how = g->function ? main_call(g->function) : MAIN_PLAIN;
    uint64_t base = stack_push(*g->cell, true);
    if (how == MAIN_PLAIN) return call_value(base, 0);
    Value arguments = rt_main_args();
    if (how == MAIN_APPLIED) return call_value(base, push_all(arguments));
    stack_push(arguments, true);
    const Callable *main = callable_of(routine_of(get(*g->cell, FIELD_CLOSURE_CODE)));
    return evaluate_body(main->rows[0].body, base);
}

/* ---- a call instead */

static bool has_global(Text name) {
    return tree_global(name) != NULL;
}

static void call_wanted_global(const WantedCall *w) {
    uint64_t base = stack_push(*tree_global(wanted_name(w, has_global))->cell, true);
    for (uint32_t i = 0; i < w->count; i++)
        stack_push(wanted_argument(w, i, HOLDING_VALUE), true);
    print_wanted_result(call_value(base, w->count), HOLDING_VALUE);
}

static bool has_body(Text name) {
    const Routine *r = routine_named(name);
    return r && is_form(r->node, H_function);
}

static void call_wanted_body(const WantedCall *w) {
    Body *b = body_named(node_global(world.arena, wanted_name(w, has_body)));
    if (!b->code) prepare_body(b);
    check_wanted_count(w, b->parameters);
    uint64_t base = stack_push(VALUE_NIL, true);
    for (uint32_t i = 0; i < w->count; i++)
        stack_push(wanted_argument(w, i, b->holdings[i]), b->holdings[i] == HOLDING_VALUE);
    print_wanted_result(evaluate_body(b, base), b->returns);
}

/* ---- programs */

static void run_open(const Node *program) {
    Start s = {.last_top = 0};
    NodeList tops = as_program(program).tops;
    index_tree(tops);
    frame_enter(&s.frame, routine_new(text("start"), program, false));
    run_tops(&s, tops, true);
    run_tops(&s, tops, false);
    const WantedCall *wanted = wanted_call();
    const Node *main = wanted ? NULL : find_main(tops);
    s.frame.at = 0;
    if (wanted) call_wanted_global(wanted);
    if (main) rt_exit_code(call_main(tree_global(main->text)));
    frame_leave(&s.frame);
}

static void run_closed(const Node *program) {
    const Node *start = NULL;
    NodeList tops = as_program(program).tops;
    index_tree(tops);
    for (uint32_t i = 0; i < tops.count; i++) {
        const Node *top = top_inner(tops.items[i]);
        define_closed(top, is_form(tops.items[i], H_from));
        if (is_form(top, H_start)) start = as_start(top).function;
    }
    const WantedCall *wanted = wanted_call();
    if (wanted) {
        call_wanted_body(wanted);
        return;
    }
    if (!start) tree_refuse(NULL, "the program has no (start ...)");
    evaluate_body(body_named(start), world.top);
}

void interpret_tree(const Node *program, Language l) {
    tree = (Tree){.language = l, .globals = {.arena = world.arena}};
    (l < L_Lclosed ? run_open : run_closed)(program);
}
