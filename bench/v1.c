/* Frames of chatroom.v1. */
#include "v1.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "prepared.h"

static const char hello_start[] = "{\"type\":\"hello\",\"join\":[", hello_end[] = "]}";
static const char type_start[] = "{\"type\":\"";
static const char uid_start[] = "\",\"uid\":\"", room_start[] = "\",\"room\":\"";

enum { HEAD_LEN = 8, /* a length of two bytes, and the mask */
	TYPE_START_LEN = sizeof(type_start) - 1 };

void v1_room_name(uint8_t *out, uint32_t room)
{
	out[0] = 'r';
	for (int i = V1_ROOM_LEN - 1; i > 0; i--, room /= 10) {
		out[i] = (uint8_t) ('0' + room % 10);
	}
}

static void put(uint8_t **at, const char *text)
{
	size_t len = strlen(text);

	memcpy(*at, text, len);
	*at += len;
}

void v1_say_hello(const loadgen_options *opt, client *c)
{
	size_t capacity = sizeof(hello_start) + sizeof(hello_end)
	                  + (size_t) v1_rooms_per_client(opt) * (V1_ROOM_LEN + 3);
	uint8_t *payload = malloc(capacity), *at = payload;

	if (payload == NULL) {
		err(1, "malloc");
	}
	put(&at, hello_start);
	for (uint32_t room = 0; room < opt->rooms; room++) {
		if (v1_client_at(opt, room, v1_place_of(opt, c->id)) != c->id) {
			continue;
		}
		put(&at, at[-1] == '[' ? "\"" : ",\"");
		v1_room_name(at, room);
		at += V1_ROOM_LEN;
		put(&at, "\"");
	}
	put(&at, hello_end);

	size_t len = (size_t) (at - payload);
	/* a mask of zeros leaves the payload as it is */
	uint8_t head[HEAD_LEN] = {0x81, 0x80 | 126, (uint8_t) (len >> 8), (uint8_t) len};
	size_t head_len = HEAD_LEN;
	if (len < 126) {
		head[1] = (uint8_t) (0x80 | len);
		head[2] = head[3] = 0;
		head_len = HEAD_LEN - 2;
	}
	uint8_t *out = client_reserve(c, head_len + len);
	memcpy(out, head, head_len);
	memcpy(out + head_len, payload, len);
	free(payload);
}

static bool starts_with(const uint8_t *p, size_t len, const char *text)
{
	size_t n = strlen(text);

	return len >= n && memcmp(p, text, n) == 0;
}

v1_frame v1_frame_of(const uint8_t *payload, size_t len)
{
	if (!starts_with(payload, len, type_start)) {
		return V1_MESSAGE;
	}
	payload += TYPE_START_LEN;
	len -= TYPE_START_LEN;
	if (starts_with(payload, len, "ack\"")) {
		return V1_ACK;
	}
	if (starts_with(payload, len, "joined\"")) {
		return V1_JOINED;
	}
	return starts_with(payload, len, "welcome\"") ? V1_WELCOME : V1_OTHER;
}

const uint8_t *v1_ack_id(const uint8_t *payload, size_t len)
{
	const uint8_t *id = prepared_find(payload, len, "\"id\"");

	return id && (size_t) (payload + len - id) > PREPARED_ID_LEN && id[PREPARED_ID_LEN] == '"' ? id : NULL;
}

bool v1_is_from_room(const uint8_t *text_end, size_t len, uint32_t room)
{
	size_t uid_len = strlen(uid_start) + V1_UID_LEN, room_len = strlen(room_start);
	uint8_t name[V1_ROOM_LEN];

	v1_room_name(name, room);
	return len > uid_len + room_len + V1_ROOM_LEN
	       && memcmp(text_end + uid_len, room_start, room_len) == 0
	       && memcmp(text_end + uid_len + room_len, name, V1_ROOM_LEN) == 0
	       && text_end[uid_len + room_len + V1_ROOM_LEN] == '"';
}
