#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

/* A bit for each of 64 bytes, the first in the lowest bit: set where the byte is one of two. The 64 bytes must be
   readable. Swift has no instruction that makes a bit mask of a vector. */
static inline uint64_t nightmarket_matches64(const void *start, uint8_t a, uint8_t b) {
    const uint8_t *bytes = (const uint8_t *)start;
    uint64_t mask = 0;
#if defined(__SSE2__)
    const __m128i va = _mm_set1_epi8((char)a), vb = _mm_set1_epi8((char)b);
    for (int i = 0; i < 4; i++) {
        const __m128i v = _mm_loadu_si128((const __m128i *)(bytes + 16 * i));
        const __m128i hits = _mm_or_si128(_mm_cmpeq_epi8(v, va), _mm_cmpeq_epi8(v, vb));
        mask |= (uint64_t)(uint32_t)_mm_movemask_epi8(hits) << (16 * i);
    }
#elif defined(__aarch64__)
    static const uint8_t weights[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t weight = vld1q_u8(weights);
    for (int i = 0; i < 4; i++) {
        const uint8x16_t v = vld1q_u8(bytes + 16 * i);
        const uint8x16_t hits = vandq_u8(vorrq_u8(vceqq_u8(v, vdupq_n_u8(a)), vceqq_u8(v, vdupq_n_u8(b))), weight);
        const uint64_t low = vaddv_u8(vget_low_u8(hits)), high = vaddv_u8(vget_high_u8(hits));
        mask |= (low | high << 8) << (16 * i);
    }
#else
    for (int i = 0; i < 64; i++) mask |= (uint64_t)(bytes[i] == a || bytes[i] == b) << i;
#endif
    return mask;
}

typedef uint8_t nightmarket_bytes8 __attribute__((vector_size(8)));
typedef uint32_t nightmarket_words8 __attribute__((vector_size(32)));

/* For each value of a byte the places of its set bits, in order, and how many they are. */
typedef struct {
    uint8_t places[256][8];
    uint8_t counts[256];
} nightmarket_bit_table;

static inline void nightmarket_fill_bit_table(nightmarket_bit_table *table) {
    memset(table, 0, sizeof *table);
    for (int byte = 0; byte < 256; byte++) {
        for (int bit = 0; bit < 8; bit++) {
            if (byte >> bit & 1) table->places[byte][table->counts[byte]++] = (uint8_t)bit;
        }
    }
}

/* Writes where the bits of a mask are set, two at a time, and returns the end of what it wrote; one place more may be
   overwritten. The bits of a mask of text cannot be foretold, so the branch at the end should seldom be taken. */
static inline uint32_t *nightmarket_list_few(uint64_t mask, uint32_t start, uint32_t *places) {
    const uint64_t last = (uint64_t)1 << 63;
    do {
        const uint64_t others = mask & (mask - 1);
        places[0] = start + (uint32_t)__builtin_ctzll(mask | last);
        places[1] = start + (uint32_t)__builtin_ctzll(others | last);
        places += (mask != 0) + (others != 0);
        mask = others & (others - 1);
    } while (mask);
    return places;
}

/* The same for a mask of many bits, with no branch: every byte of the mask writes eight places, and the next byte overwrites
   those that are none. Up to eight places more may be overwritten. */
static inline uint32_t *nightmarket_list_many(
    uint64_t mask, uint32_t start, uint32_t *places, const nightmarket_bit_table *table
) {
    nightmarket_words8 starts = (nightmarket_words8){0} + start;
    for (int shift = 0; shift < 64; shift += 8) {
        const uint8_t byte = (uint8_t)(mask >> shift);
        nightmarket_bytes8 bits;
        memcpy(&bits, table->places[byte], sizeof bits);
        const nightmarket_words8 found = __builtin_convertvector(bits, nightmarket_words8) + starts;
        memcpy(places, &found, sizeof found);
        places += table->counts[byte];
        starts += 8;
    }
    return places;
}

/* What an indexed stretch of text holds. */
typedef struct {
    /* Behind the last block of 64 bytes, or the place of the first quote. */
    size_t end;
    size_t field_ends, line_ends;
    bool ends_at_quote;
} nightmarket_line_index;

/* Lists where fields and lines end, a block of 64 bytes a step, while blocks begin before `to` and fewer lines than wanted have
   ended; where `stops_at_quote`, no further than the first quote. A field ends at a delimiter, a line feed or a carriage return,
   a line at the latter two.

   Up to 63 bytes from `to` on must be readable. Either list needs room for as many places as there are bytes in the blocks, and
   for 8 more. Whether the text is dense changes only the time. */
static inline nightmarket_line_index nightmarket_index_lines(
    const void *base, size_t from, size_t to, size_t wanted_lines, uint8_t delimiter, bool stops_at_quote, bool is_dense,
    const nightmarket_bit_table *table, uint32_t *field_ends, uint32_t *line_ends
) {
    nightmarket_line_index index = {from, 0, 0, false};
    uint32_t *field_end = field_ends, *line_end = line_ends;
    while (index.end < to && line_end < line_ends + wanted_lines && !index.ends_at_quote) {
        const uint8_t *block = (const uint8_t *)base + index.end;
        const uint32_t start = (uint32_t)index.end;
        uint64_t lines = nightmarket_matches64(block, '\n', '\r');
        uint64_t fields = nightmarket_matches64(block, delimiter, delimiter) | lines;
        const uint64_t quotes = stops_at_quote ? nightmarket_matches64(block, '"', '"') : 0;
        if (quotes) {
            const uint64_t before = (quotes & -quotes) - 1;
            lines &= before;
            fields &= before;
            index.end += (size_t)__builtin_ctzll(quotes);
            index.ends_at_quote = true;
        } else {
            index.end += 64;
        }
        field_end = is_dense ? nightmarket_list_many(fields, start, field_end, table)
                             : nightmarket_list_few(fields, start, field_end);
        line_end = nightmarket_list_few(lines, start, line_end);
    }
    index.field_ends = (size_t)(field_end - field_ends);
    index.line_ends = (size_t)(line_end - line_ends);
    return index;
}
