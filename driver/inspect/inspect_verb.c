/* inspect_verb.c - slispc check of an executable. */
#include "inspect_verb.h"

#include "inspect_file.h"

/* What the executable should be, compiled anew, with every check; NULL: it does not compile. */
static Node *compiled(const Options *o, DumpHeader *header, int *code) {
    SourceFile file = file_read(o->against);
    PipelineOptions with = o->pipeline;
    with.against = NULL;
    PipelineResult r = pipeline_run(&with, &file, 1);
    *header = r.header;
    *code = r.exit_code;
    if (r.program && !is_complete(&r)) fail(0, "%s does not become machine code", o->against);
    return r.program;
}

static void print_fine(const Options *o, const ImageCounts *n) {
    printf("%s: fine\n  checked: the code of %llu functions, decoded: %llu instructions, "
           "%llu references to other functions, data and the runtime, %llu calls and their stack "
           "maps",
           o->arguments[0], (unsigned long long)n->functions, (unsigned long long)n->instructions,
           (unsigned long long)n->references, (unsigned long long)n->calls);
    if (o->against)
        printf("; code, constants and tables are those of %s, which was compiled and verified\n",
               o->against);
    else
        printf("\n  not checked: what the code does (--against=FILE gives it the source, or a "
               "form of it)\n");
}

int check_executable_file(const Options *o, const SourceFile *file) {
    KnownAddresses known = {0};
    ImageCounts counts;
    Inspection i = {.arena = arena_new()};
    int code = 0;
    if (!inspect_elf(&i, &known, file->bytes, file->length))
        fail(0, "%s is no executable with a program that slispc compiled", file->name);
    bool fine = is_image_plausible(&i, &counts);
    if (fine && o->against) {
        DumpHeader header = {0};
        Node *program = compiled(o, &header, &code);
        if (!program) return code;
        fine = is_image_of(&i, program, &header);
    }
    if (fine) print_fine(o, &counts);
    fwrite(i.report.bytes, 1, i.report.length, stderr);
    if (!fine && o->against)
        fputs("help: it must be compared with the source that it was compiled from, with the same "
              "options, such as -O0\n",
              stderr);
    return fine ? 0 : 1;
}
