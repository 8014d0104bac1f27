#ifndef CR_PROTO_CHAT_V1_H
#define CR_PROTO_CHAT_V1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ext/core/buf.h"
#include "ext/core/slice.h"
#include "ext/core/status.h"
#include "ext/core/uuid.h"
#include "ext/proto/chat_json.h"
#include "ext/proto/json_in.h"

/* The frames of the dialect chatroom.v1 (PROTOCOL.md): what a client's text
 * means, and the JSON of what it is told. */

#define CR_V1_PROTOCOL    "chatroom.v1"
#define CR_V1_ID_MAX      64   /* bytes of a request id's string, as sent */
#define CR_V1_DATA_MAX    4096 /* bytes of data's JSON text, as sent */
#define CR_V1_SAFE_INT    (UINT64_C(1) << 53)
#define CR_V1_MAX_ROOMS   128 /* of one hello */
#define CR_V1_SIGNAL_NAME 64  /* bytes of a signal's name */

typedef enum cr_v1_type {
	CR_V1_MESSAGE,
	CR_V1_HELLO,
	CR_V1_JOIN,
	CR_V1_LEAVE,
	CR_V1_MEMBERS,
	CR_V1_HISTORY,
	CR_V1_TYPING,
	CR_V1_SIGNAL,
	CR_V1_READ,
	CR_V1_EDIT,
	CR_V1_DELETE,
	CR_V1_PING,
	CR_V1_UNKNOWN
} cr_v1_type;

/* Which integers a frame carried. */
enum {
	CR_V1_HAS_SINCE = 1 << 0,
	CR_V1_HAS_SEQ = 1 << 1,
	CR_V1_HAS_BEFORE = 1 << 2,
	CR_V1_HAS_AFTER = 1 << 3,
	CR_V1_HAS_LIMIT = 1 << 4,
	CR_V1_HAS_HISTORY = 1 << 5,
	CR_V1_HAS_JOIN_LIST = 1 << 6, /* hello's join, perhaps empty */
	CR_V1_HAS_RESUME = 1 << 7
};

/* All slices are borrowed: from the text, or from the tokener until its next
 * parse. Absent is absent. */
typedef struct cr_v1_frame {
	cr_v1_type type;
	unsigned has;
	cr_slice id;   /* JSON text: a string with its quotes, or an integer */
	cr_slice data; /* JSON text */
	cr_slice text; /* message, or the text of an edit */
	cr_slice room, to, name, epoch, token;
	cr_slice session; /* resume's secret, as sent */
	uint64_t since, seq, before, after, limit, history;
	cr_json *join;        /* array of strings */
	cr_json *resume_seqs; /* object: room to seq */
	const char *reason;   /* of CR_ERR_FORM: a fixed sentence */
	const char *code;     /* and an error code for it */
} cr_v1_frame;

/* Parses one text frame.
 *   CR_OK
 *   CR_ERR_PROTO  not JSON, too deep, too many keys
 *   CR_ERR_UTF8   not UTF-8
 *   CR_ERR_FORM   JSON but no right frame: reason says why, id and type are
 *                 filled when they could be found
 *   CR_ERR_NOMEM */
CR_MUST_CHECK cr_status cr_v1_parse(cr_chat_json *j, cr_v1_frame *f, const uint8_t *text, size_t len);

/* The i-th of hello's join list; an absent slice after the last. */
cr_slice cr_v1_join_at(const cr_v1_frame *f, size_t i);
/* What hello's resume says of that room; false: nothing. */
bool cr_v1_resume_seq(const cr_v1_frame *f, cr_slice room, uint64_t *seq);

/* What a chat message carries. room absent: private when to_one is set, else to
 * everybody. seq 0: none. */
typedef struct cr_v1_message {
	cr_slice text, room, user, name, data;
	const char *uid; /* CR_UUID_LEN characters */
	uint64_t seq, time_ms;
	bool to_one, edited, deleted;
} cr_v1_message;

struct cr_json_out;
/* One object, as a frame or as an element of history's messages. */
void cr_v1_write_message(struct cr_json_out *o, const cr_v1_message *m);
/* {"type":"edit", ...}, or delete when text is absent. */
void cr_v1_write_change(struct cr_json_out *o, cr_slice room, const char *uid, uint64_t seq, cr_slice text);
/* {"type":"error", ...}; id may be absent; retry_ms 0: no retry. */
void cr_v1_write_error(struct cr_json_out *o, cr_slice id, const char *code, cr_slice reason, uint64_t retry_ms);

#endif
