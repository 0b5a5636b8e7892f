/* compile.c - reading the files of the command line and running the pipeline over them. */
#include "commands.h"
#include "reproduce.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static SourceFile file_of(const char *name, int fd) {
    Buffer b = {0};
    static char block[65536];
    for (ssize_t n; (n = read(fd, block, sizeof block)) != 0;) {
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fail(errno, "cannot read %s", name);
        buffer_add(&b, block, (size_t)n);
    }
    buffer_add(&b, "", 0);
    return (SourceFile){name, b.bytes, b.length};
}

/* "-" is standard input, which comes once but may be asked for again. */
static SourceFile read_input(void) {
    static SourceFile input;
    if (!input.bytes) input = file_of("-", STDIN_FILENO);
    return input;
}

SourceFile file_read(const char *name) {
    if (!strcmp(name, "-")) return read_input();
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (fd < 0) fail(errno, "cannot read %s", name);
    if (fstat(fd, &about)) fail(errno, "cannot read %s", name);
    if (S_ISDIR(about.st_mode)) fail(EISDIR, "cannot read %s", name);
    SourceFile file = file_of(name, fd);
    close(fd);
    return file;
}

static SourceFile *read_files(const Options *o) {
    if (o->argument_count == 0) fail(0, "no file given; 'slispc --help' shows the usage");
    SourceFile *files = calloc((size_t)o->argument_count, sizeof *files);
    if (!files) fail(0, "no memory left");
    for (int i = 0; i < o->argument_count; i++)
        files[i] = file_read(o->arguments[i]);
    return files;
}

PipelineResult compile_files(const Options *o) {
    SourceFile *files = read_files(o);
    reproduce_start(o, o->argument_count == 1 && is_dump(&files[0]));
    PipelineResult r = pipeline_run(&o->pipeline, files, (uint32_t)o->argument_count);
    reproduce_end();
    return r;
}
