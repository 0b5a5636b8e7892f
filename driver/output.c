/* output.c - writing what was asked for: whole files or nothing. */
#include "output.h"
#include "pipeline.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
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

/* A device cannot be replaced: it is written to. */
static int write_device(const char *path, const void *bytes, size_t length) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int error = fd < 0 ? errno : write_all(fd, bytes, length);
    if (fd >= 0 && close(fd) && !error) error = errno;
    return error;
}

/* ---- files that are there whole or not at all
 *
 * What is written has no name until it is complete: however slispc ends, nothing is left. Where the
 * file system cannot do that, it has one beside `path`, so that rename cannot cross file systems.
 */

typedef struct {
    int fd;
    bool has_name;
    char *name; /* that it has, or gets for a moment before it takes the place of a file */
    size_t size;
} Unfinished;

static int open_nameless(const char *path, unsigned mode) {
    const char *slash = strrchr(path, '/');
    char *folder = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    int fd = folder ? open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, (mode_t)mode) : -1;
    free(folder);
    return fd;
}

static int open_named(Unfinished *f, const char *path, unsigned mode) {
    for (int attempt = 0; attempt < 100; attempt++) {
        snprintf(f->name, f->size, "%s.%ld.%d.tmp", path, (long)getpid(), attempt);
        int fd = open(f->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
        if (fd >= 0 || errno != EEXIST) return fd;
    }
    return -1;
}

static int give_name(Unfinished *f, const char *path) {
    char self[64];
    snprintf(self, sizeof self, "/proc/self/fd/%d", f->fd);
    for (int attempt = 0; attempt < 100; attempt++) {
        snprintf(f->name, f->size, "%s.%ld.%d.tmp", path, (long)getpid(), attempt);
        if (!linkat(AT_FDCWD, self, AT_FDCWD, f->name, AT_SYMLINK_FOLLOW)) {
            f->has_name = true;
            return 0;
        }
        if (errno != EEXIST) break;
    }
    return errno;
}

/* A limit on the size of files is an error like another; no other signal comes in between. */
static void hold_signals(sigset_t *old) {
    sigset_t set;
    sigemptyset(&set);
    for (int i = 0; i < 5; i++)
        sigaddset(&set, (const int[]){SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGXFSZ}[i]);
    pthread_sigmask(SIG_BLOCK, &set, old);
}

static void let_signals(const sigset_t *old, int error) {
    struct timespec none = {0, 0};
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGXFSZ);
    if (error == EFBIG) sigtimedwait(&set, NULL, &none);
    pthread_sigmask(SIG_SETMASK, old, NULL);
}

static int write_unfinished(Unfinished *f, const char *path, const void *bytes, size_t length,
                            unsigned mode) {
    f->fd = open_nameless(path, mode);
    if (f->fd < 0) {
        f->fd = open_named(f, path, mode);
        f->has_name = f->fd >= 0;
    }
    int error = f->fd < 0 ? errno : write_all(f->fd, bytes, length);
    if (!error && !f->has_name) error = give_name(f, path);
    if (f->fd >= 0 && close(f->fd) && !error) error = errno;
    if (!error && rename(f->name, path)) error = errno;
    if (error && f->has_name) unlink(f->name);
    return error;
}

static int replace_file(const char *path, const void *bytes, size_t length, unsigned mode) {
    Unfinished f = {.fd = -1, .size = strlen(path) + 48};
    sigset_t old;
    f.name = malloc(f.size);
    if (!f.name) return ENOMEM;
    hold_signals(&old);
    int error = write_unfinished(&f, path, bytes, length, mode);
    let_signals(&old, error);
    free(f.name);
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

void output_set_colour(const char *when) {
    colour_choice = when;
}

bool output_colour(void) {
    return output_colour_on(2);
}

bool output_colour_on(int fd) {
    if (!strcmp(colour_choice, "always")) return true;
    if (!strcmp(colour_choice, "never")) return false;
    const char *no = getenv("NO_COLOR");
    return !(no && *no) && isatty(fd);
}

/* ---- files for commands, which want a name */

static char passing[4096]; /* the one that is there now, "" for none */

static void on_end(int number) {
    if (*passing) unlink(passing);
    signal(number, SIG_DFL);
    raise(number);
}

void passing_file(const char *path, const void *bytes, size_t length) {
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    snprintf(passing, sizeof passing, "%s", path);
    for (int i = 0; i < 4; i++)
        signal(ends[i], on_end);
    output_file(path, bytes, length, 0600);
}

void passing_file_gone(void) {
    if (*passing) unlink(passing);
    *passing = 0;
}
