/* observe.c - running something in a process of its own: what it prints, how it ends, within
 * limits. */
#include "observe.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct {
    pid_t process;
    int in, out, err; /* our ends of the pipes, -1: closed */
} Child;

static double seconds_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- starting */

static void make_pipe(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC)) fail(errno, "cannot make a pipe");
}

/* In the child: its standard streams are the pipes; everything else of ours is closed on exec. */
static void become_child(const int in[2], const int out[2], const int err[2]) {
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    for (int i = 0; i < 2; i++) {
        close(in[i]);
        close(out[i]);
        close(err[i]);
    }
    signal(SIGPIPE, SIG_DFL);
}

/* Like fork: 0 in the child. */
static pid_t start_child(Child *child) {
    int in[2], out[2], err[2];
    make_pipe(in);
    make_pipe(out);
    make_pipe(err);
    fflush(NULL);
    child->process = fork();
    if (child->process < 0) fail(errno, "cannot start a process");
    if (child->process == 0) {
        become_child(in, out, err);
        return 0;
    }
    close(in[0]);
    close(out[1]);
    close(err[1]);
    child->in = in[1];
    child->out = out[0];
    child->err = err[0];
    return child->process;
}

/* ---- watching */

static void close_end(int *end) {
    if (*end >= 0) close(*end);
    *end = -1;
}

/* What comes beyond the limit is read and dropped: it is no reason to block the child. */
static void read_end(int *end, Buffer *into) {
    char block[65536];
    ssize_t n = read(*end, block, sizeof block);
    if (n < 0 && errno == EINTR) return;
    if (n <= 0)
        close_end(end);
    else if (into->length < OBSERVED_BYTES)
        buffer_add(into, block, (size_t)n);
}

static void write_end(int *end, const char **input, size_t *length) {
    ssize_t n = *length ? write(*end, *input, *length) : 0;
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (n > 0) {
        *input += n;
        *length -= (size_t)n;
    }
    if (n < 0 || !*length) close_end(end);
}

/* Until both outputs are closed; false when the time was over before. */
static bool exchange(Child *child, Observation *o, const char *input, size_t length, double end) {
    fcntl(child->in, F_SETFL, O_NONBLOCK);
    while (child->out >= 0 || child->err >= 0) {
        double left = end - seconds_now();
        if (left <= 0) return false;
        struct pollfd polled[3] = {
            {child->out, POLLIN, 0}, {child->err, POLLIN, 0}, {child->in, POLLOUT, 0}};
        if (poll(polled, 3, left > 60 ? 60000 : (int)(left * 1000) + 1) <= 0) continue;
        if (polled[0].revents) read_end(&child->out, &o->out);
        if (polled[1].revents) read_end(&child->err, &o->err);
        if (polled[2].revents) write_end(&child->in, &input, &length);
    }
    return true;
}

static void watch(Child *child, Observation *o, const char *input, size_t length, double seconds) {
    void (*old)(int) = signal(SIGPIPE, SIG_IGN);
    double end = seconds_now() + seconds;
    int status = 0;
    o->is_late = !exchange(child, o, input, length, end);
    close_end(&child->in);
    /* its outputs may be closed while it goes on */
    while (!o->is_late && waitpid(child->process, &status, WNOHANG) == 0) {
        o->is_late = seconds_now() > end;
        nanosleep(&(struct timespec){0, 200000}, NULL);
    }
    if (o->is_late) {
        kill(child->process, SIGKILL);
        waitpid(child->process, &status, 0);
    }
    close_end(&child->out);
    close_end(&child->err);
    if (WIFEXITED(status))
        o->code = WEXITSTATUS(status);
    else
        o->signal = WTERMSIG(status);
    signal(SIGPIPE, old);
    buffer_add(&o->out, "", 0);
    buffer_add(&o->err, "", 0);
}

/* ---- the two kinds */

static RunCounts *shared_counts(void) {
    static RunCounts *counts;
    if (counts) return counts;
    counts = mmap(NULL, sizeof *counts, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (counts == MAP_FAILED) fail(errno, "no memory to share with a process");
    return counts;
}

void observe(Observation *out, ObservedJob *job, void *context, double seconds) {
    RunCounts *counts = shared_counts();
    Child child;
    *out = (Observation){0};
    *counts = (RunCounts){0};
    if (start_child(&child) == 0) {
        int code = job(context, counts);
        _exit(fflush(stdout) ? 2 : code);
    }
    close_end(&child.in);
    child.in = -1;
    watch(&child, out, NULL, 0, seconds);
    out->counts = *counts;
}

void observe_command(Observation *out, char *const argv[], const char *input, size_t length,
                     double seconds) {
    Child child;
    *out = (Observation){0};
    if (start_child(&child) == 0) {
        setpgid(0, 0);
        execvp(argv[0], argv);
        const char *why = strerror(errno);
        if (write(STDERR_FILENO, why, strlen(why)) < 0) _exit(126);
        _exit(127);
    }
    watch(&child, out, input, length, seconds);
    if (out->is_late) kill(-child.process, SIGKILL); /* what it started, too */
}

void observation_free(Observation *o) {
    buffer_free(&o->out);
    buffer_free(&o->err);
}

/* ---- command lines */

char **split_command(Arena *a, const char *command) {
    VEC(char *) words = {0};
    const char *c = command;
    while (*c) {
        while (*c == ' ' || *c == '\t' || *c == '\n')
            c++;
        if (!*c) break;
        char *word = NEW_ARRAY(a, char, strlen(c) + 1), *end = word, quote = 0;
        for (; *c && (quote || !strchr(" \t\n", *c)); c++) {
            if (*c == quote)
                quote = 0;
            else if (!quote && (*c == '\'' || *c == '"'))
                quote = *c;
            else
                *end++ = *c;
        }
        if (quote) fail(0, "a quote is not closed in: %s", command);
        PUSH(a, words, word);
    }
    PUSH(a, words, NULL);
    return words.items;
}
