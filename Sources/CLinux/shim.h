#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>

/* Has the system begin to write the file's pages to the disk, without waiting. Swift's Glibc leaves this call out. */
static inline int nightmarket_begin_write(int descriptor) {
    return sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE);
}
