/* A latency histogram with a relative error below 1 %.
 *
 * Values are nanoseconds. Below 128 each has its own bucket; above, every
 * power of two is cut into 64 equal buckets. Adding is a shift and an
 * increment, so that measuring does not disturb what is measured. */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_BUCKETS (64 * 60)

typedef struct histogram {
	uint64_t count;
	uint64_t max;
	uint64_t buckets[HISTOGRAM_BUCKETS];
} histogram;

static inline void histogram_add(histogram *h, uint64_t ns)
{
	unsigned shift = ns < 128 ? 0 : 57 - (unsigned) __builtin_clzll(ns);

	h->buckets[shift * 64 + (ns >> shift)]++;
	h->count++;
	if (ns > h->max) {
		h->max = ns;
	}
}

/* The value that a share of all values (0..1) does not exceed; 0 when empty. */
static inline uint64_t histogram_quantile(const histogram *h, double share)
{
	uint64_t wanted = (uint64_t) ((double) h->count * share), seen = 0;

	for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
		seen += h->buckets[i];
		if (seen > wanted) {
			unsigned shift = i < 128 ? 0 : i / 64 - 1;
			uint64_t upper = (((uint64_t) (i - shift * 64) + 1) << shift) - 1;

			return upper < h->max ? upper : h->max;
		}
	}
	return h->max;
}

#endif
