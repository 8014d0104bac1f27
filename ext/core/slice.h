#ifndef CR_CORE_SLICE_H
#define CR_CORE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* Borrowed bytes: never freed through the slice, not NUL-terminated. An
 * absent value has ptr == NULL, an empty one has ptr != NULL and len == 0. */
typedef struct cr_slice {
	const uint8_t *ptr;
	size_t len;
} cr_slice;

#define CR_SLICE_NONE ((cr_slice){NULL, 0})
/* for string literals */
#define CR_SLICE(lit) ((cr_slice){(const uint8_t *) (lit), sizeof(lit) - 1})

static inline cr_slice cr_slice_of(const void *ptr, size_t len)
{
	return (cr_slice){ptr, len};
}

static inline cr_slice cr_slice_str(const char *s)
{
	return (cr_slice){(const uint8_t *) s, s ? strlen(s) : 0};
}

static inline bool cr_slice_eq(cr_slice a, cr_slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* ASCII case-insensitive, for header names and tokens */
static inline bool cr_slice_ieq(cr_slice a, cr_slice b)
{
	return a.len == b.len
	       && (a.len == 0 || strncasecmp((const char *) a.ptr, (const char *) b.ptr, a.len) == 0);
}

#endif
