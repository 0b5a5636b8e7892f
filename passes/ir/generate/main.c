/* main.c - generate HEADER SOURCE: writes the C of the forms that languages.def declares. */
#include "write.h"

#include <stdlib.h>

static FILE *open_for_writing(const char *name) {
    FILE *out = fopen(name, "w");
    if (!out) wrong("cannot be written", name);
    return out;
}

static void close_written(FILE *out, const char *name) {
    if (ferror(out) || fclose(out)) wrong("cannot be written", name);
}

int main(int argc, char **argv) {
    if (argc != 3) wrong("usage", "generate HEADER SOURCE");
    const Rows *rows = read_rows();
    const Forms *forms = find_forms(rows);
    FILE *header = open_for_writing(argv[1]), *source = open_for_writing(argv[2]);
    write_header(header, rows, forms);
    close_written(header, argv[1]);
    write_source(source, rows, forms);
    write_checks(source, rows);
    close_written(source, argv[2]);
    return 0;
}
