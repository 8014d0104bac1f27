#ifndef CR_PROTO_JSON_OUT_H
#define CR_PROTO_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>

#include "ext/core/buf.h"
#include "ext/core/slice.h"

/* Writes JSON (RFC 8259) into a buffer, value after value; commas come by
 * themselves. Strings must be valid UTF-8. The first failure (memory, the
 * buffer's maximum) sticks, and is asked for once at the end. In every call
 * key is a literal that needs no escaping, or NULL inside an array and for
 * the outermost value. */
typedef struct cr_json_out {
	cr_buf *buf; /* borrowed */
	cr_status status;
	bool comma; /* a value came before on this level */
} cr_json_out;

/* Starts at the buffer's end. */
void cr_json_out_init(cr_json_out *o, cr_buf *buf);
void cr_json_out_open(cr_json_out *o, const char *key, char bracket); /* '{' or '[' */
void cr_json_out_close(cr_json_out *o, char bracket);                 /* '}' or ']' */
void cr_json_out_str(cr_json_out *o, const char *key, cr_slice value);
/* The key is data too: escaped. */
void cr_json_out_u64_named(cr_json_out *o, cr_slice key, uint64_t value);
void cr_json_out_cstr(cr_json_out *o, const char *key, const char *value);
void cr_json_out_u64(cr_json_out *o, const char *key, uint64_t value);
void cr_json_out_bool(cr_json_out *o, const char *key, bool value);
/* Text that is one JSON value already. */
void cr_json_out_json(cr_json_out *o, const char *key, cr_slice json);

#endif
