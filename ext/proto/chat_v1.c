/* chatroom.v1: reading frames, and the JSON of the two that are written from
 * more than one place. */
#include "ext/proto/chat_v1.h"

#include <string.h>

#include "ext/proto/json_in.h"
#include "ext/proto/json_out.h"

static bool take_string(cr_json *value, cr_slice *out)
{
	*out = cr_json_string(value);
	return out->ptr != NULL;
}

static bool take_integer(const cr_json *value, uint64_t *out)
{
	int64_t n;

	if (!cr_json_integer(value, &n) || n < 0) {
		return false;
	}
	*out = (uint64_t) n;
	return *out <= CR_V1_SAFE_INT;
}

static cr_v1_type type_of(cr_slice name)
{
	static const struct {
		const char *name;
		cr_v1_type type;
	} types[] = {
		{"hello", CR_V1_HELLO},
		{"join", CR_V1_JOIN},
		{"leave", CR_V1_LEAVE},
		{"members", CR_V1_MEMBERS},
		{"history", CR_V1_HISTORY},
		{"typing", CR_V1_TYPING},
		{"signal", CR_V1_SIGNAL},
		{"read", CR_V1_READ},
		{"edit", CR_V1_EDIT},
		{"delete", CR_V1_DELETE},
		{"ping", CR_V1_PING},
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (cr_slice_eq(name, cr_slice_str(types[i].name))) {
			return types[i].type;
		}
	}
	return CR_V1_UNKNOWN;
}

/* A string of 1 to 64 bytes as sent, or an integer: what comes back unchanged. */
static bool is_good_id(cr_slice id)
{
	if (id.len > 2 && id.ptr[0] == '"') {
		return id.len - 2 <= CR_V1_ID_MAX;
	}
	size_t i = id.len > 1 && id.ptr[0] == '-';

	if (id.len == i || id.len - i > 16) {
		return false;
	}
	for (; i < id.len; i++) {
		if (id.ptr[i] < '0' || id.ptr[i] > '9') {
			return false;
		}
	}
	return true;
}

/* What is looked up in the text itself: id and data, which json-c would give
 * changed (numbers, escapes), and all that a chat message needs. */
enum { SPAN_ID,
	SPAN_DATA,
	SPAN_TYPE,
	SPAN_MESSAGE,
	SPAN_ROOM,
	SPAN_TO,
	SPANS };

static const char *take_spans(cr_v1_frame *f, const cr_json_span *spans)
{
	cr_slice id = spans[SPAN_ID].value;

	if (id.ptr) {
		if (!is_good_id(id)) {
			return "id must be a string of 1 to 64 bytes or an integer of at most 16 digits";
		}
		f->id = id;
	}
	f->data = spans[SPAN_DATA].value;
	if (f->data.len > CR_V1_DATA_MAX) {
		f->code = "too_big";
		return "data must be at most 4096 bytes of JSON";
	}
	return NULL;
}

static const char *take_resume(cr_v1_frame *f, cr_json *resume)
{
	cr_json *value;

	if (!cr_json_is_object(resume)
		|| !cr_json_has(resume, "session", &value) || !take_string(value, &f->session)) {
		return "resume must be an object with a string session";
	}
	if (cr_json_has(resume, "seq", &value)) {
		if (!cr_json_is_object(value)) {
			return "resume.seq must be an object of room names and numbers";
		}
		f->resume_seqs = value;
	}
	f->has |= CR_V1_HAS_RESUME;
	return NULL;
}

static const char *take_join_list(cr_v1_frame *f, cr_json *list)
{
	if (!cr_json_is_array(list) || cr_json_length(list) > CR_V1_MAX_ROOMS) {
		return "join must be a list of at most 128 room names";
	}
	for (size_t i = 0; i < cr_json_length(list); i++) {
		if (!cr_json_string(cr_json_at(list, i)).ptr) {
			return "join must be a list of room names";
		}
	}
	f->join = list;
	f->has |= CR_V1_HAS_JOIN_LIST;
	return NULL;
}

/* What a type does not know is stripped, whatever it holds: a client's message
 * may have a "name" of its own. */
#define IN(type)     (1u << (type))
#define IN_A_ROOM    (~(IN(CR_V1_HELLO) | IN(CR_V1_PING)))
#define OF_A_MESSAGE (IN(CR_V1_READ) | IN(CR_V1_EDIT) | IN(CR_V1_DELETE))

static const char bad_room[] = "room must be a string";
static const char bad_to[] = "to must be a string: a uid, or user:ID";
static const char bad_message[] = "neither type nor a string message";

static const char *take_strings(cr_v1_frame *f, cr_json *top)
{
	const struct {
		const char *key, *reason;
		unsigned types;
		cr_slice *to;
	} strings[] = {
		{"room", bad_room, IN_A_ROOM, &f->room},
		{"to", bad_to, IN(CR_V1_MESSAGE), &f->to},
		{"name", "name must be a string", IN(CR_V1_SIGNAL), &f->name},
		{"epoch", "epoch must be a string", IN(CR_V1_JOIN), &f->epoch},
		{"token", "token must be a string", IN(CR_V1_HELLO), &f->token},
		{"text", "text must be a string", IN(CR_V1_EDIT), &f->text},
	};
	cr_json *value;

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		if (strings[i].types & IN(f->type) && cr_json_has(top, strings[i].key, &value)
			&& !take_string(value, strings[i].to)) {
			return strings[i].reason;
		}
	}
	return NULL;
}

static const char *take_integers(cr_v1_frame *f, cr_json *top)
{
	const struct {
		const char *key, *reason;
		unsigned types, bit;
		uint64_t *to;
	} integers[] = {
		{"since", "since must be an integer from 0 to 2^53", IN(CR_V1_JOIN), CR_V1_HAS_SINCE, &f->since},
		{"seq", "seq must be an integer from 0 to 2^53", OF_A_MESSAGE, CR_V1_HAS_SEQ, &f->seq},
		{"before", "before must be an integer from 0 to 2^53", IN(CR_V1_HISTORY), CR_V1_HAS_BEFORE, &f->before},
		{"after", "after must be an integer from 0 to 2^53", IN(CR_V1_HISTORY), CR_V1_HAS_AFTER, &f->after},
		{"limit", "limit must be an integer from 1 to 200", IN(CR_V1_HISTORY), CR_V1_HAS_LIMIT, &f->limit},
		{"history", "history must be an integer from 0 to 200", IN(CR_V1_HELLO) | IN(CR_V1_JOIN), CR_V1_HAS_HISTORY,
			&f->history},
	};
	cr_json *value;

	for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++) {
		if (!(integers[i].types & IN(f->type)) || !cr_json_has(top, integers[i].key, &value)) {
			continue;
		}
		if (!take_integer(value, integers[i].to)) {
			return integers[i].reason;
		}
		f->has |= integers[i].bit;
	}
	if ((f->has & CR_V1_HAS_LIMIT && (f->limit < 1 || f->limit > 200))) {
		return "limit must be an integer from 1 to 200";
	}
	return f->has & CR_V1_HAS_HISTORY && f->history > 200 ? "history must be an integer from 0 to 200" : NULL;
}

/* What the type cannot do without. */
static const char *what_is_missing(const cr_v1_frame *f)
{
	switch (f->type) {
		case CR_V1_JOIN:
		case CR_V1_LEAVE:
		case CR_V1_MEMBERS:
		case CR_V1_HISTORY:
		case CR_V1_TYPING:
			return f->room.ptr ? NULL : "room is missing";
		case CR_V1_SIGNAL:
			return f->room.ptr && f->name.len > 0 && f->name.len <= CR_V1_SIGNAL_NAME
			           ? NULL
			           : "room, or a name of 1 to 64 bytes, is missing";
		case CR_V1_READ:
		case CR_V1_DELETE:
			return f->room.ptr && f->has & CR_V1_HAS_SEQ ? NULL : "room or seq is missing";
		case CR_V1_EDIT:
			return f->room.ptr && f->has & CR_V1_HAS_SEQ && f->text.ptr ? NULL : "room, seq or text is missing";
		case CR_V1_MESSAGE:
		case CR_V1_HELLO:
		case CR_V1_PING:
		case CR_V1_UNKNOWN:
			break;
	}
	return NULL;
}

static const char *take_fields(cr_v1_frame *f, cr_json *top)
{
	cr_json *value;
	const char *wrong = take_strings(f, top);

	if (!wrong) {
		wrong = take_integers(f, top);
	}
	if (!wrong && f->type == CR_V1_HELLO && cr_json_has(top, "join", &value)) {
		wrong = take_join_list(f, value);
	}
	if (!wrong && f->type == CR_V1_HELLO && cr_json_has(top, "resume", &value)) {
		wrong = take_resume(f, value);
	}
	return wrong ? wrong : what_is_missing(f);
}

static const char *read_frame(cr_v1_frame *f, cr_json *top)
{
	cr_json *value;
	cr_slice type;

	if (cr_json_has(top, "type", &value)) {
		if (!take_string(value, &type)) {
			return "type must be a string";
		}
		f->type = type_of(type);
		return f->type == CR_V1_UNKNOWN ? NULL : take_fields(f, top);
	}
	f->type = CR_V1_MESSAGE;
	if (!cr_json_has(top, "message", &value) || !take_string(value, &f->text)) {
		return bad_message;
	}
	return take_fields(f, top);
}

/* The inside of a string without escapes. An absent one is as it was. */
static bool take_plain(cr_slice value, cr_slice *out)
{
	if (value.ptr && value.ptr[0] == '"') {
		*out = cr_slice_of(value.ptr + 1, value.len - 2);
	}
	return !value.ptr || value.ptr[0] == '"';
}

/* A chat message with nothing escaped: it is in the spans, and json-c would only
 * copy it. Reads as read_frame() does. */
static const char *read_plain(cr_v1_frame *f, const cr_json_span *spans)
{
	f->type = CR_V1_MESSAGE;
	if (!take_plain(spans[SPAN_MESSAGE].value, &f->text) || !f->text.ptr) {
		return bad_message;
	}
	if (!take_plain(spans[SPAN_ROOM].value, &f->room)) {
		return bad_room;
	}
	return take_plain(spans[SPAN_TO].value, &f->to) ? NULL : bad_to;
}

cr_status cr_v1_parse(cr_chat_json *j, cr_v1_frame *f, const uint8_t *text, size_t len)
{
	cr_json_span spans[SPANS] = {{.key = "id"}, {.key = "data"}, {.key = "type"}, {.key = "message"}, {.key = "room"},
		{.key = "to"}};
	cr_json *top;
	bool plain;

	*f = (cr_v1_frame){.type = CR_V1_UNKNOWN, .code = "bad_request"};
	cr_status st = cr_chat_json_check_object(j, text, len, &plain);
	if (st == CR_ERR_FORM) {
		f->reason = "not an object";
	}
	if (st != CR_OK) {
		return st;
	}
	cr_json_members(text, len, spans, SPANS);
	f->reason = take_spans(f, spans);
	if (f->reason) {
		return CR_ERR_FORM;
	}
	if (plain && !spans[SPAN_TYPE].value.ptr) {
		f->reason = read_plain(f, spans);
	} else {
		st = cr_chat_json_build(j, &top, text, len);
		if (st != CR_OK) {
			return st;
		}
		f->reason = read_frame(f, top);
	}
	return f->reason ? CR_ERR_FORM : CR_OK;
}

cr_slice cr_v1_join_at(const cr_v1_frame *f, size_t i)
{
	return cr_json_string(cr_json_at(f->join, i));
}

bool cr_v1_resume_seq(const cr_v1_frame *f, cr_slice room, uint64_t *seq)
{
	char key[256];
	cr_json *value;

	if (!f->resume_seqs || room.len >= sizeof(key)) {
		return false;
	}
	memcpy(key, room.ptr, room.len);
	key[room.len] = '\0';
	return cr_json_has(f->resume_seqs, key, &value) && take_integer(value, seq);
}

/* ---- writing ---- */

void cr_v1_write_message(cr_json_out *o, const cr_v1_message *m)
{
	cr_json_out_open(o, NULL, '{');
	if (m->deleted) {
		cr_json_out_cstr(o, "type", "delete");
	} else {
		cr_json_out_str(o, "message", m->text);
	}
	cr_json_out_str(o, "uid", cr_slice_of(m->uid, CR_UUID_LEN));
	if (m->room.ptr) {
		cr_json_out_str(o, "room", m->room);
	} else if (m->to_one) {
		cr_json_out_bool(o, "private", true);
	}
	if (m->seq) {
		cr_json_out_u64(o, "seq", m->seq);
	}
	cr_json_out_u64(o, "time", m->time_ms);
	if (m->user.ptr) {
		cr_json_out_str(o, "user", m->user);
	}
	if (m->name.ptr) {
		cr_json_out_str(o, "name", m->name);
	}
	if (m->data.ptr && !m->deleted) {
		cr_json_out_json(o, "data", m->data);
	}
	if (m->edited) {
		cr_json_out_bool(o, "edited", true);
	}
	cr_json_out_close(o, '}');
}

void cr_v1_write_change(cr_json_out *o, cr_slice room, const char *uid, uint64_t seq, cr_slice text)
{
	cr_json_out_open(o, NULL, '{');
	cr_json_out_cstr(o, "type", text.ptr ? "edit" : "delete");
	cr_json_out_str(o, "room", room);
	cr_json_out_u64(o, "seq", seq);
	cr_json_out_str(o, "uid", cr_slice_of(uid, CR_UUID_LEN));
	if (text.ptr) {
		cr_json_out_str(o, "text", text);
	}
	cr_json_out_close(o, '}');
}

void cr_v1_write_error(cr_json_out *o, cr_slice id, const char *code, cr_slice reason, uint64_t retry_ms)
{
	cr_json_out_open(o, NULL, '{');
	cr_json_out_cstr(o, "type", "error");
	if (id.ptr) {
		cr_json_out_json(o, "id", id);
	}
	cr_json_out_cstr(o, "code", code);
	cr_json_out_str(o, "reason", reason);
	if (retry_ms) {
		cr_json_out_u64(o, "retry", (retry_ms + 999) / 1000);
	}
	cr_json_out_close(o, '}');
}
