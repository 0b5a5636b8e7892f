/* errors.c - exceptions (try, throw, new, assert, with-out-str) and forms that mean nothing where
 * they are. */
#include "expand.h"

#include <string.h>

/* ---- classes of exceptions */

static const char *const classes[] = {
#define CLASS(name, parent) #name,
#include "../../runtime/classes.def"
};
enum { CLASSES = sizeof classes / sizeof *classes };

/* clojure.lang.ExceptionInfo -> ExceptionInfo */
static const char *simple_name(Text name) {
    const char *dot = strrchr(text_bytes(name), '.');
    return dot ? dot + 1 : text_bytes(name);
}

/* The class that the symbol names; Throwable after an error. */
static const char *class_named(Expand *x, const Node *n) {
    const char *name = n->kind == N_SYMBOL ? simple_name(n->text) : "";
    for (int i = 0; i < CLASSES; i++)
        if (!strcmp(classes[i], name)) return classes[i];
    if (n->kind == N_SYMBOL && table_get(&x->missing, n->text)) return "Throwable";
    error_at(x->diagnostics, pos(n), "SL0104", "no class of exceptions is called %s", shown(n));
    const char *close = near_miss(name, classes, CLASSES);
    if (close) help_line(x->diagnostics, "did you mean `%s`?", close);
    return "Throwable";
}

/* (new Class message cause?) */
Node *expand_new(Expand *x, Node *form) {
    Node *class = core_symbol(x, class_named(x, item(form, 1)));
    Node *message = form->count > 2 ? expand_expression(x, item(form, 2)) : NULL;
    Node *cause = form->count > 3 ? expand_expression(x, item(form, 3)) : NULL;
    return core_call(x, place_for(x, form), "make-exception", class, message, cause, NULL);
}

Node *expand_throw(Expand *x, Node *form) {
    return core_call(x, place_for(x, form), "throw", expand_expression(x, item(form, 1)), NULL);
}

/* ---- try */

/* (catch Class name body ...) */
static Node *catch_clause(Expand *x, Node *form) {
    if (form->count < 3 || !is_plain_symbol(item(form, 2))) {
        error_at(x->diagnostics, pos(form), "SL0210",
                 "catch needs a class and a name: (catch Exception e body ...)");
        return NULL;
    }
    Node *class = symbol_named(x, text(class_named(x, item(form, 1))));
    Node *name = symbol_named(x, item(form, 2)->text);
    uint32_t mark = scope_enter(x);
    scope_bind(x, name);
    Node *body = expand_body(x, place_for(x, form), items_from(form, 3));
    scope_leave(x, mark);
    return make_catch(x->arena, place_for(x, form), class, name, body);
}

static Node *finally_clause(Expand *x, Node *form) {
    Node *body = expand_body(x, place_for(x, form), items_from(form, 1));
    return make_finally(x->arena, place_for(x, form), body);
}

static bool is_clause(const Node *n) {
    return starts_with(n, "catch") || starts_with(n, "finally");
}

Node *expand_try(Expand *x, Node *form) {
    Pos at = place_for(x, form);
    uint32_t end = 1;
    while (end < form->count && !is_clause(item(form, end)))
        end++;
    Nodes handlers = {0};
    Node *body = expand_body(x, at, nodes(items_from(form, 1).items, end - 1, at));
    for (uint32_t i = end; i < form->count; i++) {
        Node *clause = item(form, i);
        bool last = i + 1 == form->count;
        if (!is_clause(clause) || (starts_with(clause, "finally") && !last)) {
            error_at(x->diagnostics, pos(clause), "SL0210",
                     "behind the body of try stand catch clauses, then at most one finally");
            return core_nil(x);
        }
        Node *handler =
            starts_with(clause, "catch") ? catch_clause(x, clause) : finally_clause(x, clause);
        if (handler) PUSH(x->scratch, handlers, handler);
    }
    return handlers.count ? make_try(x->arena, at, body, list_of(handlers, at)) : body;
}

static Node *misplaced_clause(Expand *x, Node *form) {
    error_at(x->diagnostics, pos(form), "SL0210", "%s outside of try", word_of(form));
    return core_nil(x);
}

Node *expand_catch(Expand *x, Node *form) {
    return misplaced_clause(x, form);
}

Node *expand_finally(Expand *x, Node *form) {
    return misplaced_clause(x, form);
}

/* ---- assert, with-out-str */

static void print_source(Buffer *out, const Node *n);

static void print_sources(Buffer *out, const char *open, const Node *n, const char *close) {
    buffer_print(out, "%s", open);
    for (uint32_t i = 0; i < n->count; i++) {
        if (i) buffer_print(out, n->kind == N_MAP && i % 2 == 0 ? ", " : " ");
        print_source(out, item(n, i));
    }
    buffer_print(out, "%s", close);
}

/* A form as the user wrote it, without the bars that dumps need around some symbols. */
static void print_source(Buffer *out, const Node *n) {
    if (n->kind == N_LIST)
        print_sources(out, "(", n, ")");
    else if (n->kind == N_VECTOR)
        print_sources(out, "[", n, "]");
    else if (n->kind == N_MAP)
        print_sources(out, "{", n, "}");
    else if (n->kind == N_SET)
        print_sources(out, "#{", n, "}");
    else if (n->kind == N_SYMBOL)
        buffer_print(out, "%s", text_bytes(n->text));
    else
        print_flat(out, n);
}

static Node *assertion_text(Expand *x, const Node *test) {
    Buffer b = {0};
    buffer_print(&b, "Assert failed: ");
    print_source(&b, test);
    Text message = text_of(b.bytes, b.length);
    buffer_free(&b);
    return core_quote(x, node_text(x->arena, N_STRING, 0, message));
}

/* (assert test message?) */
Node *expand_assert(Expand *x, Node *form) {
    Pos at = place_for(x, form);
    Node *message = form->count > 2 ? core_call(x, at, "str", core_text(x, "Assert failed: "),
                                                expand_expression(x, item(form, 2)), NULL)
                                    : assertion_text(x, item(form, 1));
    Node *fail = core_fail(x, at, "AssertionError", message);
    Node *test = dialect_test(x, expand_expression(x, item(form, 1)));
    return build(x->arena, at, "(if ? (quote nil) ?)", test, fail);
}

/* The buffer is taken away again however the body ends. */
Node *expand_with_out_str(Expand *x, Node *form) {
    Pos at = place_for(x, form);
    Node *body = expand_body(x, at, items_from(form, 1)), *e = fresh_symbol(x, "e");
    Node *again = core_call(x, at, "throw", e, NULL);
    return build(x->arena, at, "(do ? (try (do ? ?) (catch Throwable ? (do ? ?))))",
                 core_call(x, at, "%output-push", NULL), body,
                 core_call(x, at, "%output-pop", NULL), e, core_call(x, at, "%output-pop", NULL),
                 again);
}

/* ---- recur; forms outside of their place */

Node *expand_recur(Expand *x, Node *form) {
    NodeList values = expand_all(x, items_from(form, 1), expand_expression);
    return make_lcore_recur(x->arena, place_for(x, form), values);
}

Node *expand_var(Expand *x, Node *form) {
    error_at(x->diagnostics, pos(form), "SL0211", "vars are not values in slisp");
    const Node *name = item(form, 1);
    if (name->kind == N_SYMBOL)
        help_line(x->diagnostics, "write %s for the value", text_bytes(name->text));
    return core_nil(x);
}

/* In Clojure ~x outside of a template compiles, and fails when it runs. */
Node *expand_unquote(Expand *x, Node *form) {
    warning_at(x->diagnostics, pos(form), "SL0212",
               "~ outside of a syntax quote fails when it runs");
    return core_fail(x, place_for(x, form), "IllegalStateException",
                     core_text(x, "~ outside of a syntax quote"));
}

Node *expand_syntax_quote(Expand *x, Node *form) {
    error_at(x->diagnostics, pos(form), "SL0106", "a syntax quote (`form) is not part of slisp");
    return core_nil(x);
}
