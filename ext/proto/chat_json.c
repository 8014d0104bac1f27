/* Chat messages as JSON (RFC 8259): a strict scan, then json-c.
 *
 * json-c alone is too kind: it takes single-quoted keys, NaN, -01, raw control
 * characters and bytes after a NUL, and it cuts a key at an escaped U+0000. The
 * scan is the gate; json-c only sees what passed it and is left to build the
 * values. The scan keeps its nesting in fixed arrays, so that a peer's depth is
 * never our stack's depth.
 */
#include "ext/proto/chat_json.h"

#include <json-c/json.h>
#include <limits.h>
#include <string.h>

#include "ext/core/mem.h"
#include "ext/core/utf8.h"
#include "ext/proto/ws_head.h"

struct cr_chat_json {
	json_tokener *tokener; /* owned, reused */
	json_object *last;     /* owned: what the last message's text points into */
};

/* ---- finding the bytes a JSON string cannot hold as they are ---- */

/* 16 bytes at once, in whatever vector registers the machine has. */
typedef uint8_t bytes16 __attribute__((vector_size(16)));

static bool is_special(uint8_t b)
{
	return b < 0x20 || b == '"' || b == '\\';
}

static bytes16 specials_of(const uint8_t *p)
{
	bytes16 v;

	memcpy(&v, p, sizeof(v));
	return (bytes16) (v < 0x20) | (bytes16) (v == '"') | (bytes16) (v == '\\');
}

static bool has_any(bytes16 v)
{
	uint64_t halves[2];

	memcpy(halves, &v, sizeof(halves));
	return (halves[0] | halves[1]) != 0;
}

/* The first ", \ or control character in p[0..end), or end. */
static const uint8_t *find_special(const uint8_t *p, const uint8_t *end)
{
	while (end - p >= 64
		   && !has_any(specials_of(p) | specials_of(p + 16) | specials_of(p + 32) | specials_of(p + 48))) {
		p += 64;
	}
	while (end - p >= 16 && !has_any(specials_of(p))) {
		p += 16;
	}
	while (p < end && !is_special(*p)) {
		p++;
	}
	return p;
}

/* ---- the scan ---- */

typedef struct scan {
	const uint8_t *p, *end;
	unsigned depth;
	uint32_t objects; /* bit d - 1: the container at depth d is an object */
	uint8_t keys[CR_JSON_MAX_DEPTH];
	bool nul_key;     /* some key holds an escaped U+0000 */
	bool escapes;     /* some string holds a backslash */
	bool wanted;      /* the value that comes next is that of the outermost "message" */
	cr_slice message; /* the last such value when it is a string without escapes: its inside */
} scan;

_Static_assert(CR_JSON_MAX_DEPTH <= 32, "one bit of scan.objects for each level");
_Static_assert(CR_JSON_MAX_KEYS <= UINT8_MAX, "scan.keys counts in bytes");

static void skip_space(scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\n' || *s->p == '\r' || *s->p == '\t')) {
		s->p++;
	}
}

static bool take(scan *s, uint8_t c)
{
	if (s->p < s->end && *s->p == c) {
		s->p++;
		return true;
	}
	return false;
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What follows a backslash. */
static bool scan_escape(scan *s, bool *nul)
{
	if (s->p == s->end) {
		return false;
	}

	uint8_t c = *s->p++;
	if (c != 'u') {
		return c != '\0' && strchr("\"\\/bfnrt", c) != NULL;
	}
	if (s->end - s->p < 4) {
		return false;
	}

	int unit = 0;
	for (int i = 0; i < 4; i++) {
		int digit = hex_value(*s->p++);
		if (digit < 0) {
			return false;
		}
		unit = unit * 16 + digit;
	}
	*nul |= unit == 0;
	return true;
}

/* What follows the opening quote. *nul is set when it holds U+0000. */
static bool scan_string(scan *s, bool *nul)
{
	for (;;) {
		s->p = find_special(s->p, s->end);
		if (take(s, '"')) {
			return true;
		}
		if (!take(s, '\\') || !scan_escape(s, nul)) {
			return false; /* cut, a raw control character, or no escape */
		}
		s->escapes = true;
	}
}

static bool scan_digits(scan *s)
{
	const uint8_t *from = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9') {
		s->p++;
	}
	return s->p > from;
}

static bool scan_number(scan *s)
{
	take(s, '-');
	/* after a leading zero a digit would be an error: the caller finds it, as
	 * it finds anything else that cannot follow a value */
	if (!take(s, '0') && !scan_digits(s)) {
		return false;
	}
	if (take(s, '.') && !scan_digits(s)) {
		return false;
	}
	if (take(s, 'e') || take(s, 'E')) {
		if (!take(s, '+')) {
			take(s, '-');
		}
		return scan_digits(s);
	}
	return true;
}

static bool scan_word(scan *s, const char *word, size_t len)
{
	if ((size_t) (s->end - s->p) < len || memcmp(s->p, word, len) != 0) {
		return false;
	}
	s->p += len;
	return true;
}

/* A value that is no container. */
static bool scan_scalar(scan *s)
{
	bool nul = false; /* in a value it is welcome */

	if (s->p == s->end) {
		return false;
	}
	switch (*s->p) {
		case '"':
			s->p++;
			return scan_string(s, &nul);
		case 't':
			return scan_word(s, "true", 4);
		case 'f':
			return scan_word(s, "false", 5);
		case 'n':
			return scan_word(s, "null", 4);
		default:
			return scan_number(s);
	}
}

static bool is_in_object(const scan *s)
{
	return s->objects >> (s->depth - 1) & 1;
}

/* A key with its colon. */
static bool scan_key(scan *s)
{
	if (s->keys[s->depth - 1]++ == CR_JSON_MAX_KEYS) {
		return false;
	}
	skip_space(s);
	if (!take(s, '"')) {
		return false;
	}
	const uint8_t *name = s->p;
	if (!scan_string(s, &s->nul_key)) {
		return false;
	}
	if (s->depth == 1 && cr_slice_eq(cr_slice_of(name, (size_t) (s->p - 1 - name)), CR_SLICE("message"))) {
		s->wanted = true;
		s->message = CR_SLICE_NONE;
	}
	skip_space(s);
	return take(s, ':');
}

/* What follows a value, through all containers it ends; stops where the next
 * value begins, or at depth 0. */
static bool scan_after_value(scan *s)
{
	while (s->depth > 0) {
		bool object = is_in_object(s);

		skip_space(s);
		if (take(s, ',')) {
			return !object || scan_key(s);
		}
		if (!take(s, object ? '}' : ']')) {
			return false;
		}
		s->depth--;
	}
	return true;
}

/* What follows the opening bracket; *value: a value comes next. */
static bool scan_open(scan *s, bool object, bool *value)
{
	if (s->depth == CR_JSON_MAX_DEPTH) {
		return false;
	}
	s->depth++;
	s->keys[s->depth - 1] = 0;
	s->objects &= ~(UINT32_C(1) << (s->depth - 1));
	s->objects |= (uint32_t) object << (s->depth - 1);

	skip_space(s);
	if (take(s, object ? '}' : ']')) {
		s->depth--;
		*value = false;
		return true;
	}
	*value = true;
	return !object || scan_key(s);
}

static bool scan_text(scan *s, bool *object)
{
	skip_space(s);
	*object = s->p < s->end && *s->p == '{';
	do {
		bool value = false, ok, wanted = s->wanted;

		s->wanted = false;
		skip_space(s);
		if (take(s, '{')) {
			ok = scan_open(s, true, &value);
		} else if (take(s, '[')) {
			ok = scan_open(s, false, &value);
		} else {
			const uint8_t *from = s->p;

			ok = scan_scalar(s);
			if (ok && wanted && *from == '"') {
				s->message = cr_slice_of(from + 1, (size_t) (s->p - 2 - from));
			}
		}
		if (!ok || (!value && !scan_after_value(s))) {
			return false;
		}
	} while (s->depth > 0);

	skip_space(s);
	return s->p == s->end;
}

static cr_status check(scan *s, const uint8_t *text, size_t len, bool *object)
{
	static const uint8_t none;

	*s = (scan){.p = len ? text : &none};
	s->end = s->p + len;
	*object = false;
	if (!cr_utf8_is_valid(s->p, len)) {
		return CR_ERR_UTF8;
	}
	return scan_text(s, object) ? CR_OK : CR_ERR_PROTO;
}

cr_status cr_json_check(const uint8_t *text, size_t len, bool *object)
{
	scan s;

	return check(&s, text, len, object);
}

/* ---- reading ---- */

const char *cr_chat_json_version(void)
{
	return json_c_version();
}

cr_chat_json *cr_chat_json_new(void)
{
	cr_chat_json *j = cr_calloc(1, sizeof(*j));

	if (!j) {
		return NULL;
	}
	/* the scan has counted the depth; json-c counts the values inside too */
	j->tokener = json_tokener_new_ex(CR_JSON_MAX_DEPTH + 2);
	if (!j->tokener) {
		cr_free(j);
		return NULL;
	}
	/* not JSON_TOKENER_STRICT: the scan is stricter, and since json-c 0.17 that
	 * flag refuses integers beyond 64 bits, which are JSON */
	json_tokener_set_flags(j->tokener, JSON_TOKENER_VALIDATE_UTF8);
	return j;
}

void cr_chat_json_reset(cr_chat_json *j)
{
	json_object_put(j->last);
	j->last = NULL;
}

void cr_chat_json_free(cr_chat_json *j)
{
	if (!j) {
		return;
	}
	cr_chat_json_reset(j);
	json_tokener_free(j->tokener);
	cr_free(j);
}

static cr_status check_object(cr_chat_json *j, scan *s, const uint8_t *text, size_t len)
{
	bool object;

	cr_chat_json_reset(j);
	if (len > INT_MAX) {
		return CR_ERR_NOMEM; /* json-c counts in int */
	}
	cr_status status = check(s, text, len, &object);
	/* json-c cuts a key at U+0000: "message\u0000x" would pass for "message" */
	return status == CR_OK && (!object || s->nul_key) ? CR_ERR_FORM : status;
}

cr_status cr_chat_json_check_object(cr_chat_json *j, const uint8_t *text, size_t len, bool *plain)
{
	scan s;
	cr_status status = check_object(j, &s, text, len);

	*plain = status == CR_OK && !s.escapes;
	return status;
}

cr_status cr_chat_json_build(cr_chat_json *j, json_object **top, const uint8_t *text, size_t len)
{
	json_tokener_reset(j->tokener);
	j->last = json_tokener_parse_ex(j->tokener, (const char *) text, (int) len);
	if (!j->last) {
		return CR_ERR_NOMEM; /* it is JSON, so nothing else can be wrong */
	}
	if (json_tokener_get_parse_end(j->tokener) != len) {
		cr_chat_json_reset(j);
		return CR_ERR_PROTO;
	}
	*top = j->last;
	return CR_OK;
}

cr_status cr_chat_json_parse_object(cr_chat_json *j, json_object **top, const uint8_t *text, size_t len)
{
	bool plain;
	cr_status status = cr_chat_json_check_object(j, text, len, &plain);

	return status == CR_OK ? cr_chat_json_build(j, top, text, len) : status;
}

cr_status cr_chat_json_parse(cr_chat_json *j, cr_chat_message *m, const uint8_t *text, size_t len)
{
	json_object *top, *message = NULL;
	scan s;

	m->text = CR_SLICE_NONE;
	cr_status status = check_object(j, &s, text, len);
	if (status == CR_OK && !s.escapes) {
		/* nothing is written otherwise than it is meant: the scan has found the
		 * text, and json-c would copy it (a tenth of the work on 16 KiB) */
		m->text = s.message;
		return m->text.ptr ? CR_OK : CR_ERR_FORM;
	}
	if (status == CR_OK) {
		status = cr_chat_json_build(j, &top, text, len);
	}
	if (status != CR_OK) {
		return status;
	}
	if (!json_object_object_get_ex(top, "message", &message)
		|| !json_object_is_type(message, json_type_string)) {
		cr_chat_json_reset(j);
		return CR_ERR_FORM;
	}
	m->text = cr_slice_of(json_object_get_string(message),
		(size_t) json_object_get_string_len(message));
	return CR_OK;
}

/* Over a value that is known to be right: its strings, and brackets by count. */
static void skip_value(scan *s)
{
	unsigned depth = 0;
	bool nul = false;

	do {
		uint8_t c = *s->p;

		if (c == '"') {
			s->p++;
			(void) scan_string(s, &nul);
		} else if (c == '{' || c == '[') {
			depth++;
			s->p++;
		} else if (c == '}' || c == ']') {
			depth--;
			s->p++;
		} else if (depth > 0) {
			s->p++; /* space, comma, colon, a letter of a scalar */
		} else {
			(void) scan_scalar(s);
		}
	} while (depth > 0);
}

static void found(cr_json_span *spans, size_t n, cr_slice key, cr_slice value)
{
	for (size_t i = 0; i < n; i++) {
		if (cr_slice_eq(key, cr_slice_str(spans[i].key))) {
			spans[i].value = value;
		}
	}
}

void cr_json_members(const uint8_t *text, size_t len, cr_json_span *spans, size_t n)
{
	scan s = {.p = text, .end = text + len};
	bool nul = false;

	skip_space(&s);
	do {
		s.p++; /* the brace, or a comma */
		skip_space(&s);
		if (!take(&s, '"')) {
			return; /* the closing brace of an empty object */
		}
		const uint8_t *name = s.p;
		(void) scan_string(&s, &nul);
		cr_slice key = cr_slice_of(name, (size_t) (s.p - 1 - name));
		skip_space(&s);
		s.p++; /* the colon */
		skip_space(&s);
		const uint8_t *value = s.p;
		skip_value(&s);
		found(spans, n, key, cr_slice_of(value, (size_t) (s.p - value)));
		skip_space(&s);
	} while (*s.p == ',');
}

cr_slice cr_json_member(const uint8_t *text, size_t len, const char *key)
{
	cr_json_span span = {.key = key};

	cr_json_members(text, len, &span, 1);
	return span.value;
}

/* ---- writing ---- */

/* The letter after the backslash of a short escape; 0 when there is none. */
static uint8_t short_escape(uint8_t b)
{
	switch (b) {
		case '"':
		case '\\':
			return b;
		case '\b':
			return 'b';
		case '\t':
			return 't';
		case '\n':
			return 'n';
		case '\f':
			return 'f';
		case '\r':
			return 'r';
		default:
			return 0;
	}
}

size_t cr_json_escaped_len(cr_slice s)
{
	size_t len = s.len;

	if (s.len == 0) {
		return 0;
	}
	const uint8_t *p = s.ptr, *end = p + s.len;
	while ((p = find_special(p, end)) < end) {
		len += short_escape(*p++) ? 1 : 5;
	}
	return len;
}

uint8_t *cr_json_escape(uint8_t *out, cr_slice s)
{
	static const char hex[] = "0123456789abcdef";

	if (s.len == 0) {
		return out;
	}
	for (const uint8_t *p = s.ptr, *end = p + s.len;;) {
		const uint8_t *stop = find_special(p, end);

		memcpy(out, p, (size_t) (stop - p));
		out += stop - p;
		if (stop == end) {
			return out;
		}
		uint8_t letter = short_escape(*stop);
		*out++ = '\\';
		if (letter) {
			*out++ = letter;
		} else {
			memcpy(out, "u00", 3);
			out[3] = (uint8_t) hex[*stop >> 4];
			out[4] = (uint8_t) hex[*stop & 15];
			out += 5;
		}
		p = stop + 1;
	}
}

static uint8_t *put(uint8_t *out, cr_slice s)
{
	if (s.len) {
		memcpy(out, s.ptr, s.len);
	}
	return out + s.len;
}

uint8_t *cr_json_escape_to(uint8_t *out, cr_slice s, size_t escaped_len)
{
	return escaped_len == s.len ? put(out, s) : cr_json_escape(out, s);
}

cr_status cr_chat_write_basic(cr_chunk *c, cr_slice text, const char uid[CR_UUID_LEN])
{
	const cr_slice before = CR_SLICE("{\"message\":\"");
	const cr_slice between = CR_SLICE("\",\"uid\":\"");
	const cr_slice after = CR_SLICE("\"}");
	size_t text_len = cr_json_escaped_len(text);
	size_t len = before.len + text_len + between.len + CR_UUID_LEN + after.len;

	cr_status status = cr_chunk_reserve(c, cr_ws_head_size(len) + len);
	if (status != CR_OK) {
		return status;
	}

	uint8_t *out = c->data + c->len;
	out += cr_ws_head_write(out, CR_WS_TEXT, false, len);
	out = put(out, before);
	out = cr_json_escape_to(out, text, text_len);
	out = put(out, between);
	out = put(out, cr_slice_of(uid, CR_UUID_LEN));
	out = put(out, after);
	c->len = (size_t) (out - c->data);
	return CR_OK;
}
