#pragma once
#include <isa-l/igzip_lib.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* The state of the decoder is a struct of large arrays, which Swift need not see. */

static inline void *nightmarket_isal_make(void) { return malloc(sizeof(struct inflate_state)); }

/* Begins a gzip member: its header is expected, and its checksum and length are checked. */
static inline void nightmarket_isal_begin(void *memory) {
    struct inflate_state *state = (struct inflate_state *)memory;
    isal_inflate_init(state);
    state->crc_flag = ISAL_GZIP;
}

/* Inflates from `input` to `output`; on return the counts are what is left of each.
   1: the member has ended, 0: more is wanted, negative: it is refused. */
static inline int nightmarket_isal_inflate(
    void *memory, const uint8_t *input, uint32_t *input_count, uint8_t *output, uint32_t *output_count) {
    struct inflate_state *state = (struct inflate_state *)memory;
    state->next_in = (uint8_t *)input;
    state->avail_in = *input_count;
    state->next_out = output;
    state->avail_out = *output_count;
    int status = isal_inflate(state);
    *input_count = state->avail_in;
    *output_count = state->avail_out;
    if (status < 0 || status == ISAL_NEED_DICT) return status < 0 ? status : -100;
    return state->block_state == ISAL_BLOCK_FINISH;
}
