#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012) of four inputs of the same number of words at a time: what
   one input keeps in a word is a vector of four here. Swift has no way to compile a function for the processor it meets. */
typedef uint64_t nightmarket_lanes __attribute__((vector_size(32)));

static inline __attribute__((always_inline)) void nightmarket_sip_rounds(nightmarket_lanes v[4], int count) {
    for (int i = 0; i < count; i++) {
        v[0] += v[1];
        v[1] = (v[1] << 13 | v[1] >> 51) ^ v[0];
        v[0] = v[0] << 32 | v[0] >> 32;
        v[2] += v[3];
        v[3] = (v[3] << 16 | v[3] >> 48) ^ v[2];
        v[0] += v[3];
        v[3] = (v[3] << 21 | v[3] >> 43) ^ v[0];
        v[2] += v[1];
        v[1] = (v[1] << 17 | v[1] >> 47) ^ v[2];
        v[2] = v[2] << 32 | v[2] >> 32;
    }
}

static inline __attribute__((always_inline)) void nightmarket_sip_lanes(
    const uint64_t *words, size_t count, uint64_t key0, uint64_t key1, uint64_t *hashes
) {
    const nightmarket_lanes zero = {0};
    nightmarket_lanes v[4] = {
        zero + (key0 ^ (uint64_t)0x736F6D6570736575), zero + (key1 ^ (uint64_t)0x646F72616E646F6D ^ (uint64_t)0xEE),
        zero + (key0 ^ (uint64_t)0x6C7967656E657261), zero + (key1 ^ (uint64_t)0x7465646279746573)};
    for (size_t i = 0; i < count; i++) {
        nightmarket_lanes word;
        memcpy(&word, words + 4 * i, sizeof word);
        v[3] ^= word;
        nightmarket_sip_rounds(v, 2);
        v[0] ^= word;
    }
    v[2] ^= zero + (uint64_t)0xEE;
    nightmarket_sip_rounds(v, 4);
    nightmarket_lanes half = v[0] ^ v[1] ^ v[2] ^ v[3];
    memcpy(hashes, &half, sizeof half);
    v[1] ^= zero + (uint64_t)0xDD;
    nightmarket_sip_rounds(v, 4);
    half = v[0] ^ v[1] ^ v[2] ^ v[3];
    memcpy(hashes + 4, &half, sizeof half);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void nightmarket_sip_lanes_avx2(
    const uint64_t *words, size_t count, uint64_t key0, uint64_t key1, uint64_t *hashes
) {
    nightmarket_sip_lanes(words, count, key0, key1, hashes);
}
#endif

/* Hashes four inputs of `count` words: word i of input n is `words[4 * i + n]`, and the last one has the input's length in its
   highest byte. The first halves go to `hashes[0...3]`, the second ones to `hashes[4...7]`. */
static inline void nightmarket_siphash4(
    const uint64_t *words, size_t count, uint64_t key0, uint64_t key1, uint64_t *hashes
) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) {
        nightmarket_sip_lanes_avx2(words, count, key0, key1, hashes);
        return;
    }
#endif
    nightmarket_sip_lanes(words, count, key0, key1, hashes);
}
