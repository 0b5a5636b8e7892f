/* room.c - how much address space the process may still take: `ulimit -v` and the like. */
#include "slisp.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

/* Bytes of address space in use: the first number of statm, in pages; 0 when it is not known. */
static uint64_t bytes_in_use(void) {
    char text[64] = {0};
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    return length > 0 ? strtoull(text, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

uint64_t slisp_address_room(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY) return UINT64_MAX;
    uint64_t used = bytes_in_use();
    return limit.rlim_cur > used ? limit.rlim_cur - used : 0;
}
