/* What the dialect chatroom.v1 has beyond basic's exchange, as far as a load needs it: who is in
 * which rooms, the first frame, and the frames that are no messages. */
#ifndef BENCH_V1_H
#define BENCH_V1_H

#include <stddef.h>
#include <stdint.h>

#include "client.h"
#include "loadgen.h"

/* "r" and the room's number */
enum { V1_ROOM_LEN = 8,
	V1_UID_LEN = 36 };

typedef enum v1_frame {
	V1_MESSAGE,
	V1_WELCOME,
	V1_JOINED,
	V1_ACK,
	V1_OTHER /* an error, or what nobody asked for */
} v1_frame;

/* Clients stand in blocks, one for each place in a room. Within a block the rooms pass over the
 * clients, faster from place to place: so the rooms of a client have other members each. */
static inline uint32_t v1_block(const loadgen_options *opt)
{
	return opt->clients / opt->members;
}

static inline uint32_t v1_client_at(const loadgen_options *opt, uint32_t room, uint32_t place)
{
	uint32_t block = v1_block(opt);

	return place * block + (room + place * (room / block)) % block;
}

static inline uint32_t v1_place_of(const loadgen_options *opt, uint32_t client_id)
{
	return client_id / v1_block(opt);
}

/* How many rooms each client is in. */
static inline uint32_t v1_rooms_per_client(const loadgen_options *opt)
{
	return opt->rooms / v1_block(opt);
}

/* V1_ROOM_LEN bytes. */
void v1_room_name(uint8_t *out, uint32_t room);

/* Puts "hello", with the client's rooms, into its buffer. */
void v1_say_hello(const loadgen_options *opt, client *c);

v1_frame v1_frame_of(const uint8_t *payload, size_t len);

/* The id that an ack stands for: PREPARED_ID_LEN bytes, or NULL. */
const uint8_t *v1_ack_id(const uint8_t *payload, size_t len);

/* Whether a message whose text ends before text_end came in that room. */
bool v1_is_from_room(const uint8_t *text_end, size_t len, uint32_t room);

#endif
