/* SipHash-1-3 (Aumasson, Bernstein): the variant Rust's and Python's tables use.
 * One compression round is enough where the hashes themselves stay inside the
 * process.
 */
#include "ext/core/hash.h"

#include <endian.h>
#include <stdbool.h>

#include "ext/core/uuid.h"

typedef struct sip {
	uint64_t v0, v1, v2, v3;
} sip;

static uint8_t process_key[16];
static bool seeded;

static uint64_t rotl(uint64_t x, unsigned n)
{
	return x << n | x >> (64 - n);
}

/* the n <= 8 bytes at p as a little-endian number */
static uint64_t read_le(const uint8_t *p, size_t n)
{
	uint64_t v = 0;

	memcpy(&v, p, n);
	return le64toh(v);
}

static void sip_round(sip *s)
{
	s->v0 += s->v1;
	s->v1 = rotl(s->v1, 13) ^ s->v0;
	s->v0 = rotl(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotl(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotl(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotl(s->v1, 17) ^ s->v2;
	s->v2 = rotl(s->v2, 32);
}

static void sip_compress(sip *s, uint64_t word)
{
	s->v3 ^= word;
	sip_round(s);
	s->v0 ^= word;
}

uint64_t cr_siphash13(const uint8_t key[16], const void *ptr, size_t len)
{
	uint64_t k0 = read_le(key, 8), k1 = read_le(key + 8, 8);
	sip s = {
		.v0 = k0 ^ 0x736f6d6570736575u,
		.v1 = k1 ^ 0x646f72616e646f6du,
		.v2 = k0 ^ 0x6c7967656e657261u,
		.v3 = k1 ^ 0x7465646279746573u,
	};
	const uint8_t *p = ptr;
	size_t left = len;

	for (; left >= 8; left -= 8, p += 8) {
		sip_compress(&s, read_le(p, 8));
	}
	sip_compress(&s, (uint64_t) len << 56 | (left ? read_le(p, left) : 0));

	s.v2 ^= 0xff;
	for (int i = 0; i < 3; i++) {
		sip_round(&s);
	}
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

cr_status cr_hash_seed(void)
{
	uint8_t key[sizeof(process_key)];

	if (seeded) {
		return CR_OK; /* a new key would lose every entry already in a table */
	}

	cr_status st = cr_random(key, sizeof(key));
	if (st == CR_OK) {
		memcpy(process_key, key, sizeof(key));
		seeded = true;
	}
	return st;
}

uint64_t cr_hash(const void *ptr, size_t len)
{
	return cr_siphash13(process_key, ptr, len);
}
