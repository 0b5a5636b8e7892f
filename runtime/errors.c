/* errors.c - exceptions: their classes, their messages, throwing. */
#include "runtime.h"

#include <unistd.h>

static const char *const class_names[CLASS_COUNT] = {
#define CLASS(name, parent) #name,
#include "classes.def"
};
static const Class class_parents[CLASS_COUNT] = {
#define CLASS(name, parent) CLASS_##parent,
#include "classes.def"
};

/* ---- throwing ------------------------------------------------------------ */

static _Noreturn void uncaught(Value exception) {
    static bool is_under_way;
    if (is_under_way) no_memory("no memory to say what was thrown");
    is_under_way = true;
    TextBuffer t = {0};
    Value message = rt_ex_message(exception), shown = message;
    if (message == VALUE_NIL) shown = name_of(rt_ex_class(exception));
    output_flush();
    text_add_text(&t, "error: ");
    text_add(&t, string_bytes(shown), string_length(shown));
    text_add_text(&t, "\n");
    trace_print(&t, get(exception, FIELD_EXCEPTION_TRACE));
    error_output(t.bytes, t.length);
    text_free(&t);
    is_under_way = false;
    rt_exit_code(fixnum(1));
    rt_leave();
}

void rt_throw(Value exception) {
    if (!is_kind(exception, KIND_EXCEPTION)) throw_needs("throw", "an exception", exception);
    slisp_context.area_count = slisp_context.spill_count = slisp_context.spread = 0;
    equality_abandon();
    RESERVE(TRACE_BYTES, &exception);
    set(exception, FIELD_EXCEPTION_TRACE, trace_take(get(exception, FIELD_EXCEPTION_TRACE)));
    heap_recover();
    if (slisp_hooks.thrown) slisp_hooks.thrown(exception);
    if (!slisp_context.handler) uncaught(exception);
    rt_resume(exception);
}

Value rt_exception(Value class, Value message, Value data, Value cause) {
    RESERVE(object_bytes(5), &class, &message, &data, &cause);
    Value exception = allocate(KIND_EXCEPTION, 5);
    *field(exception, FIELD_EXCEPTION_CLASS) = class;
    *field(exception, FIELD_EXCEPTION_MESSAGE) = message;
    *field(exception, FIELD_EXCEPTION_DATA) = data;
    *field(exception, FIELD_EXCEPTION_CAUSE) = cause;
    *field(exception, FIELD_EXCEPTION_TRACE) = VALUE_NIL;
    return exception;
}

static _Noreturn void throw_string(Class class, Value message) {
    Value symbol = intern(KIND_SYMBOL, class_names[class], strlen(class_names[class]));
    rt_throw(rt_exception(symbol, message, VALUE_NIL, VALUE_NIL));
}

void throw_text(Class class, const char *message) {
    throw_string(class, make_text(message));
}

void throw_message(Class class, TextBuffer *t) {
    Value message = make_string(t->bytes, t->length);
    text_free(t);
    throw_string(class, message);
}

void throw_no_memory(void) {
    if (!slisp_context.host_sp) no_memory("no memory to start");
    throw_text(CLASS_OutOfMemoryError, "out of memory: the system has no more");
}

/* Without allocating. */
static _Noreturn void stop(const char *words, const char *what, int code) {
    output_flush();
    error_output(words, strlen(words));
    error_output(what, strlen(what));
    error_output("\n", 1);
    _exit(code);
}

void runtime_bug(const char *what) {
    stop("error: the slisp runtime had to stop: ", what, 3);
}
void no_memory(const char *what) {
    stop("error: ", what, 2);
}

/* ---- messages ------------------------------------------------------------ */

static Class wrong_class(Value got) {
    return got == VALUE_NIL ? CLASS_NullPointerException : CLASS_ClassCastException;
}

void throw_needs(const char *operation, const char *wanted, Value got) {
    TextBuffer t = {0};
    text_add_text(&t, operation);
    text_add_text(&t, " needs ");
    text_add_text(&t, wanted);
    text_add_text(&t, ", but got ");
    text_add_value(&t, got);
    throw_message(wrong_class(got), &t);
}

static void add_string(TextBuffer *t, Value s) {
    text_add(t, string_bytes(s), string_length(s));
}

void rt_wrong_type(Value operation, Value v) {
    TextBuffer t = {0};
    add_string(&t, operation);
    text_add_text(&t, " cannot take ");
    text_add_value(&t, v);
    throw_message(wrong_class(v), &t);
}

void rt_wrong_operand(Value primitive, Value wanted, Value v) {
    TextBuffer t = {0};
    add_string(&t, primitive);
    text_add_text(&t, " needs ");
    add_string(&t, wanted);
    text_add_text(&t, ", but got ");
    text_add_value(&t, v);
    throw_message(wrong_class(v), &t);
}

void rt_wrong_count(Value function, int64_t count) {
    TextBuffer t = {0};
    const char *name = "a function";
    uint64_t length = strlen(name);
    if (is_kind(function, KIND_CLOSURE))
        function_name(get(function, FIELD_CLOSURE_CODE), &name, &length);
    text_add(&t, name, length);
    text_add_text(&t, " cannot take ");
    text_add_int(&t, count);
    text_add_text(&t, count == 1 ? " value" : " values");
    throw_message(CLASS_ArityException, &t);
}

static void add_index(TextBuffer *t, int64_t index) {
    text_add_text(t, ": index ");
    text_add_int(t, index);
    text_add_text(t, " is out of range");
}

static void add_count(TextBuffer *t, uint64_t count) {
    text_add_text(t, ", the count is ");
    text_add_int(t, (int64_t)count);
}

void throw_index(const char *operation, int64_t index, uint64_t count) {
    TextBuffer t = {0};
    text_add_text(&t, operation);
    add_index(&t, index);
    add_count(&t, count);
    throw_message(CLASS_IndexOutOfBoundsException, &t);
}

void rt_out_of_range(Value operation, int64_t index, Value collection) {
    TextBuffer t = {0};
    add_string(&t, operation);
    add_index(&t, index);
    if (is_kind(collection, KIND_VECTOR)) add_count(&t, vector_count(collection));
    if (is_kind(collection, KIND_STRING)) add_count(&t, get(collection, FIELD_STRING_POINTS));
    throw_message(CLASS_IndexOutOfBoundsException, &t);
}

void rt_throw_overflow(void) {
    throw_text(CLASS_ArithmeticException, "integer overflow");
}
void rt_throw_divide(void) {
    throw_text(CLASS_ArithmeticException, "Divide by zero");
}

void rt_throw_stack(void) {
    throw_text(CLASS_StackOverflowError, "the stack is full: calls are nested too deeply");
}

/* The class may be written with its package. */
void rt_fail(Value class, Value message) {
    rt_throw(rt_exception(class, message, VALUE_NIL, VALUE_NIL));
}

/* ---- parts and classes --------------------------------------------------- */

static Value part(Value exception, uint64_t offset) {
    return is_kind(exception, KIND_EXCEPTION) ? get(exception, offset) : VALUE_NIL;
}

Value rt_ex_class(Value exception) {
    return part(exception, FIELD_EXCEPTION_CLASS);
}
Value rt_ex_message(Value exception) {
    return part(exception, FIELD_EXCEPTION_MESSAGE);
}
Value rt_ex_data(Value exception) {
    return part(exception, FIELD_EXCEPTION_DATA);
}
Value rt_ex_cause(Value exception) {
    return part(exception, FIELD_EXCEPTION_CAUSE);
}

/* The name after the package: java.lang.Exception is Exception. */
static const char *simple_name(Value class, uint64_t *length) {
    const char *bytes = string_bytes(name_of(class));
    *length = string_length(name_of(class));
    const char *dot = memrchr(bytes, '.', *length);
    if (!dot) return bytes;
    *length -= (uint64_t)(dot + 1 - bytes);
    return dot + 1;
}

/* CLASS_COUNT for a class that is not in classes.def. */
static Class class_named(const char *name, uint64_t length) {
    int class = 0;
    while (class < CLASS_COUNT &&
           (strlen(class_names[class]) != length || memcmp(class_names[class], name, length)))
        class ++;
    return (Class) class;
}

int64_t rt_instance(Value exception, Value class) {
    if (!is_kind(exception, KIND_EXCEPTION)) return 0;
    uint64_t length, wanted_length;
    const char *name = simple_name(rt_ex_class(exception), &length);
    const char *wanted_name = simple_name(class, &wanted_length);
    if (length == wanted_length && !memcmp(name, wanted_name, length)) return 1;
    Class wanted = class_named(wanted_name, wanted_length), own = class_named(name, length);
    if (own == CLASS_COUNT) own = CLASS_Exception; /* a class of some Java library */
    while (own != wanted && own != CLASS_Throwable)
        own = class_parents[own];
    return own == wanted;
}
