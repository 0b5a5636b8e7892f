/* pass parse : text -> Lsurface                                    (convert)
 *
 * Reads the source files into forms, each with its position.
 * Why now: everything after it works on forms, and prints them.
 *
 *   (defn f [x] (inc x))
 *   => (program (library core "7d01") (text (defn f [x] (inc x))))
 *
 * Needs:  nothing; Context says where the text is.
 * Gives:  the forms of all files in order; the library by name and hash, not by text.
 * Choice: the hash ties a dump to the library that its later passes will pull definitions from.
 */
#include "expand/library.h"

static Node *library_form(Arena *a) {
    Node *name = node_text(a, N_SYMBOL, 0, text("core"));
    Node *hash = node_text(a, N_STRING, 0, library_hash());
    return make_library(a, 0, name, hash);
}

Node *pass_parse(Context *context, Node *nothing) {
    (void)nothing;
    Arena *a = context->arena;
    Nodes forms = {0};
    for (uint32_t i = 0; i < context->source_count; i++) {
        Node **read;
        uint32_t count;
        read_source(a, context->diagnostics, (uint16_t)i, context->sources[i],
                    context->source_lengths[i], &read, &count);
        for (uint32_t k = 0; k < count; k++)
            PUSH(a, forms, read[k]);
    }
    return make_program(a, 0, (ProgramForm){library_form(a), .text = list_of(forms, 0)});
}
