#ifndef CR_PROTO_CHAT_JSON_H
#define CR_PROTO_CHAT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ext/core/chunk.h"
#include "ext/core/slice.h"
#include "ext/core/status.h"
#include "ext/core/uuid.h"

/* Chat messages as JSON (PROTOCOL.md). json-c parses; because it accepts more
 * than RFC 8259 (single-quoted keys, NaN, -01, raw control characters, bytes
 * after a NUL), a strict scan goes before it. */

#define CR_JSON_MAX_DEPTH 32 /* nested arrays and objects, the outermost counted */
#define CR_JSON_MAX_KEYS  64 /* of one object */

typedef struct cr_chat_json cr_chat_json; /* owns one reused json-c tokener */

cr_chat_json *cr_chat_json_new(void); /* NULL: out of memory */
void cr_chat_json_free(cr_chat_json *j);

typedef struct cr_chat_message {
	/* UTF-8, may be empty and may hold U+0000; borrowed from the input, or until the next parse or reset */
	cr_slice text;
} cr_chat_message;

/* Parses {"message": string, ...}. text need not be UTF-8 checked before: it is
 * checked here. Unknown fields are ignored; a repeated "message" key: the last
 * wins; lone surrogate escapes become U+FFFD.
 *   CR_OK
 *   CR_ERR_PROTO  not JSON (RFC 8259), or too deep, or too many keys
 *   CR_ERR_UTF8   not UTF-8
 *   CR_ERR_FORM   JSON, but not an object with a string "message"
 *   CR_ERR_NOMEM */
CR_MUST_CHECK cr_status cr_chat_json_parse(cr_chat_json *j, cr_chat_message *m, const uint8_t *text, size_t len);
/* The same for any object: *object lives until the next parse or reset. A key
 * that holds an escaped U+0000 is CR_ERR_FORM too: json-c would cut it. */
struct json_object;
CR_MUST_CHECK cr_status cr_chat_json_parse_object(cr_chat_json *j, struct json_object **object, const uint8_t *text,
	size_t len);
/* The two halves of it: the check, which also says whether nothing in the text
 * is escaped (every string and key then means what is written), and, of what
 * has passed, json-c's values. */
CR_MUST_CHECK cr_status cr_chat_json_check_object(cr_chat_json *j, const uint8_t *text, size_t len, bool *plain);
CR_MUST_CHECK cr_status cr_chat_json_build(cr_chat_json *j, struct json_object **object, const uint8_t *text,
	size_t len);

/* A member that cr_json_members() looks for. */
typedef struct cr_json_span {
	const char *key; /* compared as written: one that is spelled with escapes is not found */
	cr_slice value;  /* its text, of the last one when the key is repeated; absent when there is none */
} cr_json_span;

/* Finds the values of n members in an object that has passed cr_json_check(). */
void cr_json_members(const uint8_t *text, size_t len, cr_json_span *spans, size_t n);
/* One of them. */
cr_slice cr_json_member(const uint8_t *text, size_t len, const char *key);
/* Frees what the last parse kept. */
void cr_chat_json_reset(cr_chat_json *j);

/* Strict RFC 8259 syntax check: CR_OK, CR_ERR_PROTO (syntax, depth, keys) or
 * CR_ERR_UTF8. *object: the outermost value is an object. No allocation, no
 * recursion. */
CR_MUST_CHECK cr_status cr_json_check(const uint8_t *text, size_t len, bool *object);

/* json-c's, as text. */
const char *cr_chat_json_version(void);

/* Bytes cr_json_escape() will write for s. */
size_t cr_json_escaped_len(cr_slice s);
/* Writes s as the inside of a JSON string: only ", \ and U+0000 to U+001F are
 * escaped (short forms where RFC 8259 has them). s must be valid UTF-8.
 * Returns the end. */
uint8_t *cr_json_escape(uint8_t *out, cr_slice s);
/* The same when cr_json_escaped_len(s) is known already. */
uint8_t *cr_json_escape_to(uint8_t *out, cr_slice s, size_t escaped_len);

/* Appends one whole text frame {"message":TEXT,"uid":UID} to c: header first,
 * shortest form. CR_ERR_NOMEM leaves c unchanged. uid is the 36 characters. */
CR_MUST_CHECK cr_status cr_chat_write_basic(cr_chunk *c, cr_slice text, const char uid[CR_UUID_LEN]);

#endif
