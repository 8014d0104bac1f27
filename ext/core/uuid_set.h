#ifndef CR_CORE_UUID_SET_H
#define CR_CORE_UUID_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "ext/core/status.h"
#include "ext/core/uuid.h"

/* UUIDs that lie in somebody's structs, found by value: 11 to 21 bytes an
 * entry, where uthash takes 56 in the struct and more beside it. Only for
 * UUIDs we made ourselves (cr_uuid_make): their own bits are the hash.
 * Zeroed memory is an empty set. */
typedef struct cr_uuid_set {
	const cr_uuid **slots; /* owned; a power of two of them, NULL: free */
	uint32_t n, cap;
} cr_uuid_set;

/* u is kept, and must stay where it is until it is removed. It must not be in
 * the set. CR_ERR_NOMEM. */
CR_MUST_CHECK cr_status cr_uuid_set_add(cr_uuid_set *set, const cr_uuid *u);
/* The one that was added; NULL: none. */
const cr_uuid *cr_uuid_set_find(const cr_uuid_set *set, const cr_uuid *u);
/* Must be in the set. */
void cr_uuid_set_remove(cr_uuid_set *set, const cr_uuid *u);

#endif
