/* command_line.c - reading the command line: which verb, its options, its arguments.
 *
 * Options are anywhere, before the verb, too; "--" ends them. Only after the file of a plain
 * `slispc run f.slisp` everything belongs to the program.
 */
#include "options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
    const char *name, *arguments;
    int fewest, most;
    const char *doc;
} verb_rows[VERB_COUNT] = {
#define VERB(id, function, arguments, fewest, most, doc) {#id, arguments, fewest, most, doc},
#include "verbs.def"
#undef VERB
};

/* ir_equal is written ir-equal; what slispc does with a file has no word. */
static const char *verb_word(int verb) {
    static char word[32];
    size_t i = 0;
    if (verb == VERB_compile) return "";
    for (const char *c = verb_rows[verb].name; *c && i < sizeof word - 1; c++)
        word[i++] = *c == '_' ? '-' : *c;
    word[i] = 0;
    return word;
}

/* ---- verbs */

static int verb_named(const char *word) {
    for (int v = VERB_compile + 1; v < VERB_COUNT; v++)
        if (!strcmp(word, verb_word(v))) return v;
    return -1;
}

static int verb_wanted(const char *word) {
    const char *names[VERB_COUNT];
    int verb = verb_named(word);
    if (verb >= 0) return verb;
    for (int v = VERB_compile + 1; v < VERB_COUNT; v++)
        names[v - 1] = strdup(verb_word(v));
    const char *close = near_miss(word, names, VERB_COUNT - 1);
    if (!access(word, F_OK))
        fail(0, "no verb '%s'; the name of a file has a . or a /: slispc ./%s", word, word);
    fail(0, "no verb '%s'%s%s; the name of a file has a . or a /", word,
         close ? "; did you mean " : "", close ? close : "");
}

/* An argument with . or / is a file, and so is "-", standard input; otherwise it is a verb. */
static bool is_verb(const char *argument) {
    return !strpbrk(argument, "./") && strcmp(argument, "-") != 0;
}

/* ---- options */

static _Noreturn void unknown_option(const char *argument) {
    const char *names[OPTION_COUNT];
    char name[64];
    for (int i = 0; i < OPTION_COUNT; i++)
        names[i] = option_rows[i].name;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(argument, "="), argument);
    const char *close = near_miss(name, names, OPTION_COUNT);
    if (close) fail(0, "no option '%s'; did you mean %s?", name, close);
    fail(0, "no option '%s'; 'slispc --help' lists all", name);
}

/* How many arguments the option took. */
static int read_option(Options *o, int argc, char **argv, int i) {
    for (int k = 0; k < OPTION_COUNT; k++) {
        const OptionRow *row = &option_rows[k];
        size_t length = strlen(row->name);
        if (strncmp(argv[i], row->name, length)) continue;
        const char *rest = argv[i] + length;
        bool may_lack_value = !row->value || row->value[0] == '[';
        if (*rest && (*rest != '=' || !row->value)) continue;
        o->given[k] = true;
        if (*rest || may_lack_value) {
            row->set(o, *rest ? rest + 1 : NULL);
            return 1;
        }
        if (i + 1 >= argc) fail(0, "%s wants %s", row->name, row->value);
        row->set(o, argv[i + 1]);
        return 2;
    }
    unknown_option(argv[i]);
}

/* "compile, run and check" */
static void print_verbs(Buffer *out, uint32_t verbs) {
    const char *separator = "";
    for (int v = 0; v < VERB_COUNT; v++) {
        if (!(verbs >> v & 1)) continue;
        verbs &= ~(1u << v);
        buffer_print(out, "%s%s", separator, v ? verb_word(v) : "a plain compile");
        separator = verbs & (verbs - 1) ? ", " : " and ";
    }
}

static void check_options(const Options *o) {
    for (int k = 0; k < OPTION_COUNT; k++) {
        if (!o->given[k] || option_rows[k].verbs >> o->verb & 1) continue;
        Buffer takers = {0};
        print_verbs(&takers, option_rows[k].verbs);
        fail(0, "%s%s takes no %s; it is for %s",
             o->verb == VERB_compile ? "a plain compile" : "slispc ", verb_word((int)o->verb),
             option_rows[k].name, takers.bytes);
    }
}

/* ---- arguments */

static bool has_program(const Options *o) {
    return o->verb == VERB_run || o->verb == VERB_bisect || o->verb == VERB_lockstep;
}

static void check_arguments(const Options *o) {
    int count = o->argument_count, most = verb_rows[o->verb].most;
    if (count >= verb_rows[o->verb].fewest && (most < 0 || count <= most)) return;
    if (!count && verb_rows[o->verb].fewest)
        fail(0, "no file given: slispc%s%s %s", o->verb ? " " : "", verb_word((int)o->verb),
             verb_rows[o->verb].arguments);
    fail(0, "%s arguments: slispc%s%s %s", most >= 0 && count > most ? "too many" : "too few",
         o->verb ? " " : "", verb_word((int)o->verb), verb_rows[o->verb].arguments);
}

/* Dumps wanted, and nothing else: no executable is written. */
static void settle(Options *o) {
    PipelineOptions *p = &o->pipeline;
    bool is_dumping = o->verb == VERB_compile || o->verb == VERB_run || o->verb == VERB_check;
    if (p->dump_dir && !p->dump_after && !p->dump_before && is_dumping)
        p->dump_after = (1u << PASS_COUNT) - 1;
    if ((p->dump_after || p->dump_before) && !o->output && o->kind == TO_EXECUTABLE)
        o->kind = TO_NOTHING;
    if (!o->given[OPTION_style] && !p->dump_dir && !o->output && isatty(STDOUT_FILENO))
        p->style = STYLE_VIEW;
}

static void start_options(Options *o, int argc, char **argv) {
    *o = (Options){
        .pipeline = {.optimise = 2, .from = -1, .to = -1, .inject_pass = -1, .replace_seconds = 10},
        .pass = -1,
        .seed = 1,
        .soak_walks = 25,
        .interpret = {.by_place = true, .junk = true, .events = -1, .seconds = 10}};
    o->arguments = calloc((size_t)argc + 1, sizeof *o->arguments);
    o->program_arguments = calloc((size_t)argc + 1, sizeof *o->program_arguments);
    if (!o->arguments || !o->program_arguments) fail(0, "no memory left");
    for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) /* for what is wrong before it, too */
        if (!strcmp(argv[i], "--diag=json")) messages_as_json = true;
}

void options_read(Options *o, int argc, char **argv) {
    bool has_verb = false, options_end = false;
    start_options(o, argc, argv);
    for (int i = 1; i < argc;) {
        const char *argument = argv[i];
        bool is_plain_run = o->verb == VERB_run && !o->each && o->argument_count;
        if (!options_end && !is_plain_run && !strcmp(argument, "--")) {
            options_end = true;
            i++;
        } else if (!options_end && !is_plain_run && argument[0] == '-' && argument[1]) {
            i += read_option(o, argc, argv, i);
        } else if (!has_verb && !options_end && is_verb(argument)) {
            o->verb = (Verb)verb_wanted(argument);
            has_verb = true;
            i++;
        } else {
            has_verb = true;
            if (has_program(o) && o->argument_count)
                o->program_arguments[o->program_argument_count++] = argv[i++];
            else
                o->arguments[o->argument_count++] = argv[i++];
        }
    }
    messages_as_json = o->pipeline.json;
    if (o->help || o->version || argc == 1) return;
    check_options(o);
    check_arguments(o);
    settle(o);
}

/* ---- options without effect */

static void note(const char *option, const char *why) {
    fprintf(stderr, "note: %s has no effect %s\n", option, why);
}

void note_idle_options(const Options *o) {
    static const int of_dumps[] = {OPTION_function, OPTION_changed, OPTION_line, OPTION_style};
    const PipelineOptions *p = &o->pipeline;
    bool is_dumping = o->verb == VERB_compile || o->verb == VERB_run || o->verb == VERB_check;
    bool dumps = p->dump_after || p->dump_before;
    bool changes = p->inject_fault;
    for (int i = 0; i < PASS_COUNT; i++)
        changes |= p->replace[i] != NULL;
    for (int i = 0; i < 4 && is_dumping && !dumps; i++)
        if (o->given[of_dumps[i]] && !(of_dumps[i] == OPTION_style && p->to >= 0))
            note(option_rows[of_dumps[i]].name, "without --dump-after or --dump-before");
    if (p->library && !changes) note("--library", "without --replace or --inject");
    if (p->no_verify && o->given[OPTION_verify]) note("--verify", "with --no-verify");
    if (p->no_verify && p->verify_without) note("--verify-without", "with --no-verify");
    if (p->keep && !p->optimise) note("--keep", "with -O0, which inlines nothing");
    if (o->given[OPTION_against] && p->no_verify) note("--against", "with --no-verify");
}

/* ---- help */

static void print_option(FILE *out, const OptionRow *row) {
    char left[48];
    const char *link = !row->value || row->value[0] == '[' ? "" : row->name[1] == '-' ? "=" : " ";
    snprintf(left, sizeof left, "%s%s%s", row->name, link, row->value ? row->value : "");
    fprintf(out, "  %-28s %s\n", left, row->doc);
}

static void print_verb(FILE *out, int verb) {
    char left[64];
    snprintf(left, sizeof left, "slispc%s%s%s%s", verb ? " " : "", verb_word(verb),
             *verb_rows[verb].arguments ? " " : "", verb_rows[verb].arguments);
    fprintf(out, "  %-38s %s\n", left, verb_rows[verb].doc);
}

static void help_on_verb(FILE *out, int verb) {
    print_verb(out, verb);
    fputs("\nIt takes these options, in any place:\n", out);
    for (int k = 0; k < OPTION_COUNT; k++)
        if (option_rows[k].verbs >> verb & 1) print_option(out, &option_rows[k]);
}

void options_help(FILE *out, const Options *o) {
    if (o->verb != VERB_compile) {
        help_on_verb(out, (int)o->verb);
        return;
    }
    fputs("slispc compiles slisp, a small Clojure-flavoured Lisp, to native x86-64 Linux code in "
          "small passes.\n\n",
          out);
    for (int v = 0; v < VERB_COUNT; v++)
        print_verb(out, v);
    fputs("\nFILE is source (several are one program), or a dump, or - for standard input.\n"
          "Options stand anywhere, -- ends them; behind the file of a plain 'slispc run' all "
          "belongs\n"
          "to the program. 'slispc VERB --help' shows what a verb takes.\n\n",
          out);
    for (int k = 0; k < OPTION_COUNT; k++)
        print_option(out, &option_rows[k]);
    fputs("\nExit codes: 0 fine, 1 errors in the program, 2 wrong usage or the world failed,\n"
          "3 a check of the compiler failed, 4 two forms differ or behave differently.\n"
          "'slispc run' passes the program's own code through.\n",
          out);
}
