#pragma once
#include <stddef.h>
#include <xxhash.h>

/* The library's dispatcher takes the widest vectors that the processor has. */
#if defined(__x86_64__)
#include <xxh_x86dispatch.h>
#endif

static inline void nightmarket_xxh3_update(XXH3_state_t *state, const void *bytes, size_t count) {
    XXH3_128bits_update(state, bytes, count);
}
