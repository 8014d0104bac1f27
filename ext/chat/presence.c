/* Presence.
 *
 * A cr_presence is one key; the pointer to the table is uthash's head, so a
 * room without presence owns nothing but a NULL.
 */
#include "ext/chat/presence.h"

#include <string.h>

#include "ext/core/mem.h"

struct cr_presence {
	UT_hash_handle hh;
	size_t times; /* entered and not left */
	size_t key_len;
	uint8_t key[];
};

static cr_presence *find(const cr_presence *p, cr_slice key)
{
	cr_presence *found = NULL;

	HASH_FIND(hh, p, key.ptr, key.len, found);
	return found;
}

cr_status cr_presence_enter(cr_presence **p, cr_slice key, bool *first)
{
	cr_presence *one = find(*p, key);

	if (one) {
		one->times++;
		*first = false;
		return CR_OK;
	}
	one = cr_calloc(1, sizeof(*one) + key.len);
	if (!one) {
		return CR_ERR_NOMEM;
	}
	memcpy(one->key, key.ptr, key.len);
	one->key_len = key.len;
	one->times = 1;
	HASH_ADD_KEYPTR(hh, *p, one->key, one->key_len, one);
	if (!CR_MAP_IS_IN(one)) {
		cr_free(one);
		return CR_ERR_NOMEM;
	}
	*first = true;
	return CR_OK;
}

bool cr_presence_leave(cr_presence **p, cr_slice key)
{
	cr_presence *one = find(*p, key);

	if (!one || --one->times > 0) {
		return false;
	}
	HASH_DEL(*p, one);
	cr_free(one);
	return true;
}

size_t cr_presence_count(const cr_presence *p)
{
	return HASH_COUNT(p);
}

bool cr_presence_has(const cr_presence *p, cr_slice key)
{
	return find(p, key) != NULL;
}

void cr_presence_free(cr_presence **p)
{
	while (*p) {
		cr_presence *one = *p;

		HASH_DEL(*p, one);
		cr_free(one);
	}
}
