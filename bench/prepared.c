/* Frames are masked, and compressed, before the measuring begins.
 *
 * In a compressed message the numbers must stay where they can be written
 * to, so its DEFLATE stream has two parts: a stored block, which is bytes as
 * they are, with the JSON's beginning and the numbers; and behind it the rest of
 * the text as zlib compresses it at its usual level.
 */
#include "prepared.h"

#include <err.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "v1.h"

enum { STORED_HEAD = 5, /* block type, length, the length's complement */
	STORED_LEN = PREPARED_START_LEN + PREPARED_ID_LEN,
	FRAME_HEAD_MAX = 8 };

static void write_digits(uint8_t *p, uint32_t v)
{
	for (int i = PREPARED_DIGITS - 1; i >= 0; i--, v /= 10) {
		p[i] = (uint8_t) ('0' + v % 10);
	}
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525u + 1013904223u;
	return *state >> 8;
}

/* JSON within JSON, so its quotes are escaped: records like an application's, whose keys repeat
 * and whose values differ. */
static void fill_with_json(uint8_t *text, size_t size, uint32_t seed)
{
	static const char *const names[] = {"alice", "bob", "carla", "dmitri", "elena", "farid",
		"grace", "hiro"};
	static const char *const words[] = {"order", "shipped", "pending", "because", "tomorrow", "invoice",
		"the", "table", "by", "window", "please", "confirm", "meeting", "moved", "to", "room"};
	char item[256];
	size_t at = 0;

	for (;;) {
		uint32_t id = next_random(&seed), cents = next_random(&seed) % 100000;
		int len = snprintf(item, sizeof(item),
			"%c{\\\"id\\\":%u,\\\"user\\\":\\\"%s\\\",\\\"price\\\":%u.%02u,\\\"text\\\":"
			"\\\"%s %s %s %s\\\",\\\"read\\\":%s}",
			at == 0 ? '[' : ',', id, names[next_random(&seed) % 8], cents / 100, cents % 100,
			words[next_random(&seed) % 16], words[next_random(&seed) % 16],
			words[next_random(&seed) % 16], words[next_random(&seed) % 16],
			next_random(&seed) % 2 ? "true" : "false");
		if (len < 0 || at + (size_t) len + 1 > size) {
			break;
		}
		memcpy(text + at, item, (size_t) len);
		at += (size_t) len;
	}
	memset(text + at, ' ', size - at);
}

static size_t write_head(uint8_t *p, uint8_t first, size_t payload_len)
{
	p[0] = first;
	if (payload_len < 126) {
		p[1] = (uint8_t) (0x80 | payload_len);
		return 2;
	}
	p[1] = 0x80 | 126;
	p[2] = (uint8_t) (payload_len >> 8);
	p[3] = (uint8_t) payload_len;
	return 4;
}

/* Returns how many bytes it became; what a message leaves out at its end (RFC 7692, 7.2.1) is
 * left out. */
static size_t deflate_payload(uint8_t *out, size_t capacity, const uint8_t *payload, size_t len)
{
	const uint8_t stored[STORED_HEAD] = {0, STORED_LEN, 0, (uint8_t) ~STORED_LEN, 0xff};
	z_stream z = {0};

	memcpy(out, stored, STORED_HEAD);
	memcpy(out + STORED_HEAD, payload, STORED_LEN);
	if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
		errx(1, "zlib cannot be used");
	}
	z.next_in = (uint8_t *) (uintptr_t) payload + STORED_LEN;
	z.avail_in = (uInt) (len - STORED_LEN);
	z.next_out = out + STORED_HEAD + STORED_LEN;
	z.avail_out = (uInt) (capacity - STORED_HEAD - STORED_LEN);
	if (deflate(&z, Z_SYNC_FLUSH) != Z_OK || z.avail_in > 0 || z.avail_out == 0) {
		errx(1, "a text cannot be compressed");
	}
	size_t deflated = capacity - z.avail_out - 4;
	deflateEnd(&z);
	return deflated;
}

static void *allocate(size_t size)
{
	void *p = calloc(1, size);

	if (p == NULL) {
		err(1, "calloc");
	}
	return p;
}

/* Behind the text: v1 says which room when there are several, and may ask for an ack with an id
 * that holds the text's numbers. Returns how many bytes; id_at is where the id's sequence number is. */
static size_t write_end(uint8_t *out, const loadgen_options *opt, uint32_t sender, size_t *id_at)
{
	static const char room[] = "\",\"room\":\"", id[] = "\",\"id\":\"";
	uint8_t *p = out;

	if (opt->rooms > 1) {
		memcpy(p, room, strlen(room));
		v1_room_name(p + strlen(room), sender % opt->rooms);
		p += strlen(room) + V1_ROOM_LEN;
	}
	*id_at = 0;
	if (opt->ids) {
		memcpy(p, id, strlen(id));
		p += strlen(id);
		write_digits(p, sender);
		*id_at = (size_t) (p - out) + PREPARED_DIGITS;
		p += PREPARED_ID_LEN;
	}
	memcpy(p, PREPARED_END, strlen(PREPARED_END));
	return (size_t) (p - out) + strlen(PREPARED_END);
}

void prepared_init(prepared *p, const loadgen_options *opt, uint32_t sender, uint32_t variant)
{
	uint8_t rest[128];
	size_t id_at, rest_len = write_end(rest, opt, sender, &id_at);
	size_t len = PREPARED_START_LEN + opt->size + rest_len, capacity = len + 256;
	uint8_t *plain = allocate(len), *text = plain + PREPARED_START_LEN;

	memcpy(plain, PREPARED_START, PREPARED_START_LEN);
	memset(text, 'x', opt->size);
	if (opt->json) {
		fill_with_json(text + PREPARED_ID_LEN, opt->size - PREPARED_ID_LEN, sender * 1000 + variant);
	}
	write_digits(text, sender);
	memcpy(text + opt->size, rest, rest_len);

	uint8_t *payload = allocate(capacity);
	size_t payload_len = len, digits_at = PREPARED_START_LEN + PREPARED_DIGITS;
	if (opt->deflate) {
		payload_len = deflate_payload(payload, capacity, plain, len);
		digits_at += STORED_HEAD;
	} else {
		memcpy(payload, plain, len);
	}

	uint32_t number = (sender + 1) * 2654435761u;
	uint8_t mask[4];
	memcpy(mask, &number, sizeof(mask));
	p->frame = allocate(FRAME_HEAD_MAX + payload_len);
	size_t head = write_head(p->frame, opt->deflate ? 0xc1 : 0x81, payload_len);
	memcpy(p->frame + head, mask, sizeof(mask));
	head += sizeof(mask);
	for (size_t i = 0; i < payload_len; i++) {
		p->frame[head + i] = payload[i] ^ mask[i & 3];
	}
	for (size_t i = 0; i < sizeof(mask); i++) {
		p->mask[i] = mask[(digits_at + i) & 3];
		p->id_mask[i] = mask[(PREPARED_START_LEN + opt->size + id_at + i) & 3];
	}
	p->frame_len = head + payload_len;
	p->digits_at = head + digits_at;
	p->id_at = id_at ? head + PREPARED_START_LEN + opt->size + id_at : 0;
	p->text = allocate(opt->size);
	memcpy(p->text, text, opt->size);
	free(payload);
	free(plain);
}

void prepared_deinit(prepared *p)
{
	free(p->frame);
	free(p->text);
}

static void write_masked(uint8_t *p, uint32_t seq, const uint8_t mask[4])
{
	write_digits(p, seq);
	for (size_t i = 0; i < PREPARED_DIGITS; i++) {
		p[i] ^= mask[i & 3];
	}
}

void prepared_write(const prepared *p, uint8_t *out, uint32_t seq)
{
	memcpy(out, p->frame, p->frame_len);
	write_masked(out + p->digits_at, seq, p->mask);
	if (p->id_at) {
		write_masked(out + p->id_at, seq, p->id_mask);
	}
}

uint32_t prepared_number(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	v ^= 0x3030303030303030;
	if (((v + 0x7676767676767676) | v) & 0x8080808080808080) {
		return UINT32_MAX;
	}
	v = v * 10 + (v >> 8);
	return (uint32_t) (((v & 0x000000ff000000ff) * 0x000f424000000064
						   + ((v >> 16) & 0x000000ff000000ff) * 0x0000271000000001)
					   >> 32);
}

const uint8_t *prepared_find(const uint8_t *payload, size_t len, const char *key)
{
	const uint8_t *end = payload + len, *p = memmem(payload, len, key, strlen(key));

	if (p == NULL) {
		return NULL;
	}
	for (p += strlen(key); p < end && (*p == ' ' || *p == ':'); p++) {
	}
	return p < end && *p == '"' ? p + 1 : NULL;
}
