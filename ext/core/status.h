#ifndef CR_CORE_STATUS_H
#define CR_CORE_STATUS_H

/* Every fallible engine call returns one of these. Zero is success, a
 * positive value means "not now", a negative value is a failure. */
typedef enum cr_status {
	CR_OK = 0,
	CR_AGAIN = 1,       /* feed more bytes, or come back later */
	CR_ERR_NOMEM = -1,  /* an allocation failed: costs one connection */
	CR_ERR_PROTO = -2,  /* the peer broke the protocol */
	CR_ERR_TOOBIG = -3, /* a configured limit was exceeded */
	CR_ERR_SYS = -4,    /* a system call failed, errno tells which */
	CR_ERR_UTF8 = -5,   /* text is not UTF-8 */
	CR_ERR_FORM = -6,   /* well-formed, but not what was asked for */
	CR_ERR_STATE = -7,  /* the call does not fit the object's state */
	CR_ERR_DATA = -8    /* compressed bytes that do not inflate */
} cr_status;

#if defined(__GNUC__)
# define CR_MUST_CHECK   __attribute__((warn_unused_result))
# define CR_PRINTF(f, a) __attribute__((format(printf, f, a)))
# define CR_LIKELY(x)    __builtin_expect(!!(x), 1)
# define CR_UNLIKELY(x)  __builtin_expect(!!(x), 0)
#else
# define CR_MUST_CHECK
# define CR_PRINTF(f, a)
# define CR_LIKELY(x)   (x)
# define CR_UNLIKELY(x) (x)
#endif

/* phpize does not define NDEBUG, so a bare assert() would ship. */
#ifdef CR_DEBUG
# include <assert.h>
# define CR_ASSERT(cond) assert(cond)
#else
# define CR_ASSERT(cond) ((void) 0)
#endif

#endif
