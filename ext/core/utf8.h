#ifndef CR_CORE_UTF8_H
#define CR_CORE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Incremental RFC 3629 validation: refuses overlong forms, surrogates and
 * anything above U+10FFFF at the first byte that makes it certain. */
typedef uint32_t cr_utf8_state; /* 0: at a character boundary */

#define CR_UTF8_ACCEPT 0u
#define CR_UTF8_REJECT 1u

/* Feeds len bytes; returns the new state (CR_UTF8_REJECT is final). ASCII
 * runs are skipped a word at a time. */
cr_utf8_state cr_utf8_feed(cr_utf8_state state, const uint8_t *p, size_t len);
/* The whole of p is well-formed UTF-8. */
bool cr_utf8_is_valid(const uint8_t *p, size_t len);
/* The largest n <= max such that p[0..n) does not end inside a character.
 * p must be valid UTF-8. */
size_t cr_utf8_cut(const uint8_t *p, size_t len, size_t max);

#endif
