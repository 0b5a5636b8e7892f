/* output.c - writing what was asked for: whole files or nothing. */
#include "output.h"
#include "pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int fd, const char *bytes, size_t length) {
    while (length) {
        ssize_t n = write(fd, bytes, length);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno;
        bytes += n;
        length -= (size_t)n;
    }
    return 0;
}

void output_bytes(const char *bytes, size_t length) {
    fflush(stdout);
    int error = write_all(1, bytes, length);
    if (error) fail(error, "cannot write to standard output");
}

/* A file of its own beside `path`, so that rename cannot cross file systems. */
static int open_temporary(const char *path, char *name, size_t size, unsigned mode) {
    for (int attempt = 0; attempt < 100; attempt++) {
        snprintf(name, size, "%s.%ld.%d.tmp", path, (long)getpid(), attempt);
        int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
        if (fd >= 0 || errno != EEXIST) return fd;
    }
    return -1;
}

/* A device cannot be replaced: it is written to. */
static int write_device(const char *path, const void *bytes, size_t length) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int error = fd < 0 ? errno : write_all(fd, bytes, length);
    if (fd >= 0 && close(fd) && !error) error = errno;
    return error;
}

static int replace_file(const char *path, const void *bytes, size_t length, unsigned mode) {
    size_t size = strlen(path) + 48;
    char *name = malloc(size);
    if (!name) return ENOMEM;
    int fd = open_temporary(path, name, size, mode);
    int error = fd < 0 ? errno : write_all(fd, bytes, length);
    if (fd >= 0 && close(fd) && !error) error = errno;
    if (!error && rename(name, path)) error = errno;
    if (error && fd >= 0) unlink(name);
    free(name);
    return error;
}

int try_output_file(const char *path, const void *bytes, size_t length, unsigned mode) {
    struct stat existing;
    bool is_special = stat(path, &existing) == 0 && !S_ISREG(existing.st_mode);
    if (is_special && S_ISDIR(existing.st_mode)) return EISDIR;
    return is_special ? write_device(path, bytes, length) : replace_file(path, bytes, length, mode);
}

void output_file(const char *path, const void *bytes, size_t length, unsigned mode) {
    int error = try_output_file(path, bytes, length, mode);
    if (error) fail(error, "cannot write %s", path);
}

void output_dump(const char *dir, int pass, bool after, const Buffer *dump) {
    if (!dir) {
        output_bytes(dump->bytes, dump->length);
        return;
    }
    if (mkdir(dir, 0777) && errno != EEXIST) fail(errno, "cannot make the folder %s", dir);
    Buffer path = {0};
    int named = after ? pass : pass - 1;
    buffer_print(&path, "%s/%02d-%s.%s", dir, named + 1, named < 0 ? "text" : pass_rows[named].name,
                 language_name(after ? pass_rows[pass].to : pass_rows[pass].from));
    output_file(path.bytes, dump->bytes, dump->length, 0666);
    buffer_free(&path);
}

static const char *colour_choice = "auto";

void output_set_colour(const char *when) { colour_choice = when; }

bool output_colour(void) { return output_colour_on(2); }

bool output_colour_on(int fd) {
    if (!strcmp(colour_choice, "always")) return true;
    if (!strcmp(colour_choice, "never")) return false;
    const char *no = getenv("NO_COLOR");
    return !(no && *no) && isatty(fd);
}
