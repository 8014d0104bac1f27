#ifndef CR_TESTS_SPLIT_H
#define CR_TESTS_SPLIT_H

/* Feeds one input to a parser whole, byte by byte and cut in two at every
 * position, and demands the same outcome each time. Every piece ends where a
 * page without access begins: reading one byte too far is a fault, also in
 * code the sanitizers do not see.
 *
 * Include after <cmocka.h>. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SPLIT_MAX_INPUT   (128 * 1024)
#define SPLIT_MAX_OUTCOME (64 * 1024)
#define SPLIT_EVERY_CUT   2048 /* longer inputs are cut at every 61st position */

typedef struct split_fence {
	uint8_t *base;
	size_t size, page;
} split_fence;

static inline void split_fence_init(split_fence *f)
{
	f->page = (size_t) sysconf(_SC_PAGESIZE);
	f->size = (SPLIT_MAX_INPUT + f->page - 1) / f->page * f->page;
	f->base = mmap(NULL, f->size + f->page, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_true(f->base != MAP_FAILED);
	assert_int_equal(mprotect(f->base + f->size, f->page, PROT_NONE), 0);
}

static inline void split_fence_deinit(split_fence *f)
{
	assert_int_equal(munmap(f->base, f->size + f->page), 0);
}

/* A copy of p whose last byte is the last one that may be read. */
static inline const uint8_t *split_fence_put(split_fence *f, const void *p, size_t len)
{
	assert_true(len <= f->size);
	uint8_t *at = f->base + f->size - len;

	if (len > 0) {
		memcpy(at, p, len);
	}
	return at;
}

/* The parser under test. feed() gets all bytes so far and how many of them it
 * has seen before; false: it is done and wants no more. outcome() writes down
 * all that must not depend on the cuts and returns its length. */
typedef struct split_target {
	void (*reset)(void *arg);
	bool (*feed)(void *arg, const uint8_t *p, size_t seen, size_t len);
	size_t (*outcome)(void *arg, char *out, size_t size);
	void *arg;
} split_target;

/* first: where the first piece ends, step: how long the others are */
static inline size_t split_run(const split_target *t, split_fence *f,
	const uint8_t *p, size_t len, size_t first, size_t step, char *out)
{
	size_t seen = 0, upto = first;

	t->reset(t->arg);
	while (t->feed(t->arg, split_fence_put(f, p, upto), seen, upto) && upto < len) {
		seen = upto;
		upto = len - upto > step ? upto + step : len;
	}

	size_t n = t->outcome(t->arg, out, SPLIT_MAX_OUTCOME);
	assert_true(n <= SPLIT_MAX_OUTCOME);
	return n;
}

static inline void split_compare(const char *how, size_t cut, const char *whole, size_t whole_len,
	const char *out, size_t n)
{
	if (n != whole_len || memcmp(out, whole, n) != 0) {
		print_error("%s %zu changes the outcome from\n%.*s\nto\n%.*s\n", how, cut,
			(int) whole_len, whole, (int) n, out);
		fail();
	}
}

static inline void split_check(const split_target *t, const void *input, size_t len)
{
	static char whole[SPLIT_MAX_OUTCOME], out[SPLIT_MAX_OUTCOME];
	size_t stride = len <= SPLIT_EVERY_CUT ? 1 : 61;
	split_fence f;

	split_fence_init(&f);
	size_t n = split_run(t, &f, input, len, len, len, whole);
	if (len > 1) {
		split_compare("pieces of", 1, whole, n, out, split_run(t, &f, input, len, 1, 1, out));
	}
	for (size_t cut = 1; cut < len; cut += stride) {
		split_compare("a cut at", cut, whole, n, out, split_run(t, &f, input, len, cut, len, out));
	}
	split_fence_deinit(&f);
}

#endif
