#include "inflate.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { SETS = 128,
	WAYS = 4 };

typedef struct entry {
	uint8_t *bytes; /* deflated, then inflated */
	size_t deflated, inflated, capacity;
} entry;

/* the hashes by themselves: a set's fit one cache line */
static uint64_t hashes[SETS][WAYS];
static entry entries[SETS][WAYS];
static uint8_t next_victim[SETS];

static uint8_t room[INFLATED_MAX];

/* Chooses where to look; that it is the same is not left to it. */
static uint64_t hash(const uint8_t *p, size_t len)
{
	static const uint64_t k = 0x9e3779b97f4a7c15;
	uint64_t a = len, b = k, word[2];

	for (; len >= sizeof(word); p += sizeof(word), len -= sizeof(word)) {
		memcpy(word, p, sizeof(word));
		a = (a ^ word[0]) * k;
		b = (b ^ word[1]) * k;
		a ^= a >> 29;
		b ^= b >> 31;
	}
	memset(word, 0, sizeof(word));
	memcpy(word, p, len);
	a = (a ^ word[0]) * k;
	b = (b ^ word[1]) * k;
	a ^= (b << 21 | b >> 43) ^ a >> 32;
	return a * k;
}

static bool run_zlib(const uint8_t *deflated, size_t len, size_t *out_len)
{
	static const uint8_t end[] = {0, 0, 0xff, 0xff}; /* which the sender left out */
	static z_stream z;

	if (z.state == NULL ? inflateInit2(&z, -15) != Z_OK : inflateReset(&z) != Z_OK) {
		errx(1, "zlib cannot be used");
	}
	z.next_out = room;
	z.avail_out = sizeof(room);
	z.next_in = (uint8_t *) (uintptr_t) deflated;
	z.avail_in = (uInt) len;
	if (inflate(&z, Z_NO_FLUSH) != Z_OK || z.avail_in > 0) {
		return false;
	}
	z.next_in = (uint8_t *) (uintptr_t) end;
	z.avail_in = sizeof(end);
	int rc = inflate(&z, Z_SYNC_FLUSH);
	*out_len = sizeof(room) - z.avail_out;
	return (rc == Z_OK || rc == Z_BUF_ERROR) && z.avail_in == 0 && z.avail_out > 0;
}

static void keep(entry *e, const uint8_t *deflated, size_t len, size_t inflated_len)
{
	if (e->capacity < len + inflated_len) {
		e->capacity = len + inflated_len;
		free(e->bytes);
		e->bytes = malloc(e->capacity);
		if (e->bytes == NULL) {
			err(1, "malloc");
		}
	}
	memcpy(e->bytes, deflated, len);
	memcpy(e->bytes + len, room, inflated_len);
	e->deflated = len;
	e->inflated = inflated_len;
}

bool inflate_message(const uint8_t *deflated, size_t len, inflated *out)
{
	uint64_t h = hash(deflated, len);
	size_t set = h >> 57, inflated_len;

	for (int way = 0; way < WAYS; way++) {
		const entry *e = &entries[set][way];
		if (hashes[set][way] == h && e->deflated == len && memcmp(e->bytes, deflated, len) == 0) {
			*out = (inflated){e->bytes + len, e->inflated, false};
			return true;
		}
	}
	if (!run_zlib(deflated, len, &inflated_len)) {
		return false;
	}
	unsigned way = next_victim[set]++ % WAYS;
	hashes[set][way] = h;
	keep(&entries[set][way], deflated, len, inflated_len);
	*out = (inflated){entries[set][way].bytes + len, inflated_len, true};
	return true;
}
