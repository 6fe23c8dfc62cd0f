/* What one write per fsync can reach at best: FILE SECONDS appends 4 KiB and calls fdatasync, one after the other, and prints how many a
   second. Run under slowfsync.so for the slow disk. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int count, char **arguments) {
    static char page[4096];
    if (count != 3) {
        fprintf(stderr, "usage: onewrite FILE SECONDS\n");
        return 2;
    }
    int file = open(arguments[1], O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0) {
        perror(arguments[1]);
        return 1;
    }
    double began = now(), seconds = atof(arguments[2]);
    long writes = 0;
    while (now() - began < seconds) {
        if (write(file, page, sizeof page) != sizeof page || fdatasync(file) != 0) {
            perror(arguments[1]);
            return 1;
        }
        writes++;
    }
    printf("%.0f\n", writes / (now() - began));
    return 0;
}
