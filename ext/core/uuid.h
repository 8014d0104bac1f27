#ifndef CR_CORE_UUID_H
#define CR_CORE_UUID_H

#include <stdint.h>

#include "ext/core/slice.h"
#include "ext/core/status.h"

#define CR_UUID_LEN 36 /* as text, without a NUL */

/* RFC 9562. 16 bytes; printed only at the edge. */
typedef struct cr_uuid {
	uint8_t bytes[16];
} cr_uuid;

/* Version 4 from the kernel's CSPRNG (getrandom). CR_ERR_SYS when it fails. */
CR_MUST_CHECK cr_status cr_uuid_make(cr_uuid *u);
/* Writes 36 lower-case characters, no NUL. */
void cr_uuid_write(const cr_uuid *u, char out[CR_UUID_LEN]);
/* Reads the 8-4-4-4-12 form, either case. CR_ERR_FORM otherwise. */
CR_MUST_CHECK cr_status cr_uuid_parse(cr_uuid *u, cr_slice text);
/* Kernel randomness for keys and tokens. */
CR_MUST_CHECK cr_status cr_random(void *out, size_t len);

#endif
