/* Compressed messages, inflated once for all receivers.
 *
 * Without context takeover a message's compressed bytes alone tell its text. So
 * what one receiver got need not be inflated again for the next one that got
 * the same bytes: they are compared, all of them, with those of the last
 * some hundred messages. Every message of every receiver is thus known in
 * full, and at a price that leaves the load generator faster than the server. */
#ifndef BENCH_INFLATE_H
#define BENCH_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct inflated {
	const uint8_t *payload; /* until the next call */
	size_t len;
	bool is_new; /* these bytes were not seen before, or not lately */
} inflated;

/* The text of a message's payload as RFC 7692 compresses it; false when it is none, or of more
 * than INFLATED_MAX bytes. */
bool inflate_message(const uint8_t *deflated, size_t len, inflated *out);

#define INFLATED_MAX (128 * 1024)

#endif
