/* Figures of the line of JSON that is the result. */
#ifndef BENCH_FIGURES_H
#define BENCH_FIGURES_H

#include <stdint.h>
#include <stdio.h>

static inline void put_int(const char *name, uint64_t v)
{
	printf(",\"%s\":%llu", name, (unsigned long long) v);
}

static inline void put_real(const char *name, double v)
{
	printf(",\"%s\":%.3f", name, v);
}

static inline double ratio(uint64_t a, uint64_t b)
{
	return b > 0 ? (double) a / (double) b : 0;
}

static inline void put_latency(const char *name, uint64_t ns)
{
	put_real(name, (double) ns / 1000);
}

#endif
