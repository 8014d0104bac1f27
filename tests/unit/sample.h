#ifndef CR_TESTS_SAMPLE_H
#define CR_TESTS_SAMPLE_H

/* Bytes that compress not at all, well, or to nothing. Include after <cmocka.h>. */
#include <stdint.h>
#include <stdlib.h>

/* Of a fixed seed: noise, then text, then nothing but zeros. */
static inline uint8_t *sample(size_t len, unsigned kind)
{
	uint8_t *p = calloc(1, len + 1);
	uint32_t x = 2463534242u;

	assert_non_null(p);
	for (size_t i = 0; kind < 2 && i < len; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		p[i] = kind == 0 ? (uint8_t) x : (uint8_t) "{\"message\":\"abcdefgh\",\"uid\":0123}"[x % 33];
	}
	return p;
}

#endif
