#ifndef CR_CHAT_LIMITS_H
#define CR_CHAT_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

/* A token bucket: burst tokens at most, refilled at messages per window. */
typedef struct cr_rate_limit {
	uint32_t messages; /* 0: off */
	uint32_t window_ms;
	uint32_t burst;
} cr_rate_limit;

/* One per client. Zeroed memory is a full bucket. */
typedef struct cr_rate {
	uint64_t last_ms; /* 0: never used */
	float tokens;     /* below 0: owed, see cr_rate_charge() */
} cr_rate;

/* Takes a token. False when there is none; then cr_rate_wait() tells for how
 * many ms (at least 1). */
bool cr_rate_take(cr_rate *r, const cr_rate_limit *limit, uint64_t now_ms);
/* Takes tokens whether they are there or not; what is owed is refilled first. */
void cr_rate_charge(cr_rate *r, const cr_rate_limit *limit, uint64_t now_ms, float tokens);
bool cr_rate_owes(const cr_rate *r, const cr_rate_limit *limit);
/* Nothing is owed any more and there is a token. */
bool cr_rate_is_ready(cr_rate *r, const cr_rate_limit *limit, uint64_t now_ms);
/* There is a token left, as of the last cr_rate_take(). */
bool cr_rate_has(const cr_rate *r, const cr_rate_limit *limit);
uint32_t cr_rate_wait(const cr_rate *r, const cr_rate_limit *limit);

#endif
