/* A disk whose fsync takes its time: preloaded, it makes every fsync and fdatasync last at least SLOWFSYNC_MICROSECONDS (default 2000).
   The real call is made as well, so what is measured is a slower disk, not a lying one. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static long least_nanoseconds(void) {
    static long least = -1;
    if (least < 0) {
        const char *set = getenv("SLOWFSYNC_MICROSECONDS");
        least = (set ? atol(set) : 2000) * 1000;
    }
    return least;
}

static int at_least(int (*real)(int), int descriptor) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += least_nanoseconds();
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    int result = real(descriptor);
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0) {
    }
    return result;
}

int fsync(int descriptor) {
    return at_least((int (*)(int))dlsym(RTLD_NEXT, "fsync"), descriptor);
}

int fdatasync(int descriptor) {
    return at_least((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"), descriptor);
}
