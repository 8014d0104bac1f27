/* Open addressing with linear probing; at most three quarters full. Removing
 * moves later entries back, so there are no tombstones and an empty set has no
 * memory. */
#include "ext/core/uuid_set.h"

#include <string.h>

#include "ext/core/mem.h"

#define CAP_MIN 8

static uint32_t home_of(const cr_uuid *u, uint32_t cap)
{
	uint32_t bits;

	memcpy(&bits, u->bytes, sizeof(bits)); /* before the version's: all random */
	return bits & (cap - 1);
}

static void put(const cr_uuid **slots, uint32_t cap, const cr_uuid *u)
{
	uint32_t i = home_of(u, cap);

	while (slots[i]) {
		i = (i + 1) & (cap - 1);
	}
	slots[i] = u;
}

static bool resize(cr_uuid_set *set, uint32_t cap)
{
	const cr_uuid **slots = cr_calloc(cap, sizeof(*slots));

	if (!slots) {
		return false;
	}
	for (uint32_t i = 0; i < set->cap; i++) {
		if (set->slots[i]) {
			put(slots, cap, set->slots[i]);
		}
	}
	cr_free(set->slots);
	set->slots = slots;
	set->cap = cap;
	return true;
}

cr_status cr_uuid_set_add(cr_uuid_set *set, const cr_uuid *u)
{
	if (set->n >= set->cap / 4 * 3 && !resize(set, set->cap ? set->cap * 2 : CAP_MIN)) {
		return CR_ERR_NOMEM;
	}
	put(set->slots, set->cap, u);
	set->n++;
	return CR_OK;
}

static bool find(const cr_uuid_set *set, const cr_uuid *u, uint32_t *at)
{
	if (set->n == 0) {
		return false;
	}
	for (uint32_t i = home_of(u, set->cap); set->slots[i]; i = (i + 1) & (set->cap - 1)) {
		if (memcmp(set->slots[i], u, sizeof(*u)) == 0) {
			*at = i;
			return true;
		}
	}
	return false;
}

const cr_uuid *cr_uuid_set_find(const cr_uuid_set *set, const cr_uuid *u)
{
	uint32_t i;

	return find(set, u, &i) ? set->slots[i] : NULL;
}

/* Whoever stands behind the gap and would be looked for from before it moves in. */
static void close_gap(cr_uuid_set *set, uint32_t gap)
{
	uint32_t mask = set->cap - 1;

	for (uint32_t i = (gap + 1) & mask; set->slots[i]; i = (i + 1) & mask) {
		uint32_t home = home_of(set->slots[i], set->cap);

		if (((i - home) & mask) >= ((i - gap) & mask)) {
			set->slots[gap] = set->slots[i];
			gap = i;
		}
	}
	set->slots[gap] = NULL;
}

void cr_uuid_set_remove(cr_uuid_set *set, const cr_uuid *u)
{
	uint32_t i;
	bool found = find(set, u, &i);

	CR_ASSERT(found && set->slots[i] == u);
	if (!found) {
		return;
	}
	close_gap(set, i);
	if (--set->n == 0) {
		cr_free(set->slots);
		*set = (cr_uuid_set){0};
	} else if (set->cap > CAP_MIN && set->n < set->cap / 8) {
		(void) resize(set, set->cap / 2); /* out of memory: it stays large */
	}
}
