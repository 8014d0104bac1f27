/* Messages to send, complete but for their sequence number. */
#ifndef BENCH_PREPARED_H
#define BENCH_PREPARED_H

#include <stddef.h>
#include <stdint.h>

#include "loadgen.h"

/* What the text stands in; ours and most servers send it back like that. */
#define PREPARED_START "{\"message\":\""
#define PREPARED_END   "\"}"

/* A text begins with its sender's number and its sequence number, 8 digits each. */
enum { PREPARED_START_LEN = sizeof(PREPARED_START) - 1,
	PREPARED_DIGITS = 8,
	PREPARED_ID_LEN = 2 * PREPARED_DIGITS };

typedef struct prepared {
	uint8_t *frame;
	size_t frame_len, digits_at;
	size_t id_at;                /* the sequence number within the id; 0: there is none */
	uint8_t mask[4], id_mask[4]; /* from the sequence number's first digit on */
	uint8_t *text;               /* opt->size bytes, as they stand in the JSON */
} prepared;

/* Messages of one sender differ by their variant, when their text is JSON. */
void prepared_init(prepared *p, const loadgen_options *opt, uint32_t sender, uint32_t variant);
void prepared_deinit(prepared *p);

/* Puts the frame where out points to. */
void prepared_write(const prepared *p, uint8_t *out, uint32_t seq);

/* Eight ASCII digits as a number, or a value over 99999999 when one is not a digit. */
uint32_t prepared_number(const uint8_t *p);

/* The string that is a key's value, behind its quote; the key with its quotes. NULL: there is none. */
const uint8_t *prepared_find(const uint8_t *payload, size_t len, const char *key);

#endif
