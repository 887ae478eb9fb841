#pragma once
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/* A bit for each of 64 bytes, the first in the lowest bit: set where the byte is one of four. The 64 bytes must be
   readable. Swift has no instruction that makes a bit mask of a vector. */
static inline uint64_t nightmarket_matches64(const void *start, uint8_t a, uint8_t b, uint8_t c, uint8_t d) {
    const uint8_t *bytes = (const uint8_t *)start;
    uint64_t mask = 0;
#if defined(__SSE2__)
    const __m128i va = _mm_set1_epi8((char)a), vb = _mm_set1_epi8((char)b);
    const __m128i vc = _mm_set1_epi8((char)c), vd = _mm_set1_epi8((char)d);
    for (int i = 0; i < 4; i++) {
        const __m128i v = _mm_loadu_si128((const __m128i *)(bytes + 16 * i));
        const __m128i hits = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(v, va), _mm_cmpeq_epi8(v, vb)),
            _mm_or_si128(_mm_cmpeq_epi8(v, vc), _mm_cmpeq_epi8(v, vd)));
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(hits) << (16 * i);
    }
#elif defined(__aarch64__)
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t weight = vld1q_u8(weights);
    for (int i = 0; i < 4; i++) {
        const uint8x16_t v = vld1q_u8(bytes + 16 * i);
        const uint8x16_t hits = vandq_u8(
            vorrq_u8(
                vorrq_u8(vceqq_u8(v, vdupq_n_u8(a)), vceqq_u8(v, vdupq_n_u8(b))),
                vorrq_u8(vceqq_u8(v, vdupq_n_u8(c)), vceqq_u8(v, vdupq_n_u8(d)))),
            weight);
        const uint64_t low = vaddv_u8(vget_low_u8(hits)), high = vaddv_u8(vget_high_u8(hits));
        mask |= (low | high << 8) << (16 * i);
    }
#else
    for (int i = 0; i < 64; i++) {
        const uint8_t byte = bytes[i];
        mask |= (uint64_t)(byte == a || byte == b || byte == c || byte == d) << i;
    }
#endif
    return mask;
}
