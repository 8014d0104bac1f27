/* How fast a client may talk. Time is an argument, so tests need no clock. */
#include "ext/chat/limits.h"

static float per_ms(const cr_rate_limit *limit)
{
	return (float) limit->messages / (float) limit->window_ms;
}

static void refill(cr_rate *r, const cr_rate_limit *limit, uint64_t now_ms)
{
	if (r->last_ms == 0) {
		r->tokens = (float) limit->burst;
	} else if (now_ms > r->last_ms) {
		r->tokens += (float) (now_ms - r->last_ms) * per_ms(limit);
		if (r->tokens > (float) limit->burst) {
			r->tokens = (float) limit->burst;
		}
	}
	r->last_ms = now_ms;
}

bool cr_rate_take(cr_rate *r, const cr_rate_limit *limit, uint64_t now_ms)
{
	if (limit->messages == 0) {
		return true;
	}
	refill(r, limit, now_ms);
	if (r->tokens < 1.0F) {
		return false;
	}
	r->tokens -= 1.0F;
	return true;
}

void cr_rate_charge(cr_rate *r, const cr_rate_limit *limit, uint64_t now_ms, float tokens)
{
	if (limit->messages > 0) {
		refill(r, limit, now_ms);
		r->tokens -= tokens;
	}
}

bool cr_rate_owes(const cr_rate *r, const cr_rate_limit *limit)
{
	return limit->messages > 0 && r->tokens < 0;
}

bool cr_rate_is_ready(cr_rate *r, const cr_rate_limit *limit, uint64_t now_ms)
{
	if (limit->messages == 0) {
		return true;
	}
	refill(r, limit, now_ms);
	return r->tokens > 0.9F; /* rounding must not cost another wait */
}

bool cr_rate_has(const cr_rate *r, const cr_rate_limit *limit)
{
	return limit->messages == 0 || r->tokens >= 1.0F;
}

uint32_t cr_rate_wait(const cr_rate *r, const cr_rate_limit *limit)
{
	float missing = 1.0F - r->tokens;

	if (limit->messages == 0 || missing <= 0) {
		return 1;
	}
	float ms = missing / per_ms(limit);
	return ms < 1.0F ? 1 : (uint32_t) ms + 1;
}
