/* Sanctions: one table over (kind, room, subject).
 *
 * The reason is an allocation of its own, so that a second call for the same
 * key changes what is there and cannot lose it when memory runs out; most (slow
 * mode) have none.
 */
#include "ext/chat/moderation.h"

#include <string.h>

#include "ext/core/mem.h"

#define CANDIDATES 16 /* looked at to find one that can go */
#define ROOM_MAX   255
#define REASON_MAX 123 /* what fits into a Close frame */
#define KEY_MAX    (4 + CR_SUBJECT_MAX + ROOM_MAX)

struct cr_sanction {
	UT_hash_handle hh;
	cr_list link;
	uint64_t until_ms;
	uint8_t *reason; /* NULL: absent */
	size_t reason_len, key_len;
	uint8_t key[];
};

typedef struct key {
	size_t len;
	uint8_t bytes[KEY_MAX];
} key;

void cr_moderation_init(cr_moderation *m)
{
	*m = (cr_moderation){0};
	cr_list_init(&m->order);
	cr_list_init(&m->slow_order);
}

static bool is_slow(const cr_sanction *s)
{
	return s->key[0] == CR_SANCTION_SLOW;
}

static void drop(cr_moderation *m, cr_sanction *s)
{
	HASH_DEL(m->by_key, s);
	m->count--;
	m->n_slow -= is_slow(s);
	cr_list_remove(&s->link);
	cr_free(s->reason);
	cr_free(s);
}

void cr_moderation_deinit(cr_moderation *m)
{
	while (m->by_key) {
		drop(m, m->by_key);
	}
	CR_ASSERT(m->count == 0);
}

/* The subject's length stands before it: no two triples give the same bytes. */
static bool key_make(key *k, cr_sanction_kind kind, cr_slice subject, cr_slice room)
{
	if (subject.len > CR_SUBJECT_MAX || room.len > ROOM_MAX) {
		return false;
	}
	k->bytes[0] = (uint8_t) kind;
	k->bytes[1] = room.ptr != NULL;
	k->bytes[2] = (uint8_t) (subject.len >> 8);
	k->bytes[3] = (uint8_t) subject.len;
	k->len = 4;
	if (subject.len > 0) {
		memcpy(k->bytes + k->len, subject.ptr, subject.len);
		k->len += subject.len;
	}
	if (room.len > 0) {
		memcpy(k->bytes + k->len, room.ptr, room.len);
		k->len += room.len;
	}
	return true;
}

static cr_sanction *find(const cr_moderation *m, const key *k)
{
	cr_sanction *s = NULL;

	HASH_FIND(hh, m->by_key, k->bytes, k->len, s);
	return s;
}

static cr_sanction *sanction_new(cr_moderation *m, const key *k)
{
	cr_sanction *s = cr_calloc(1, sizeof(*s) + k->len);

	if (!s) {
		return NULL;
	}
	memcpy(s->key, k->bytes, k->len);
	s->key_len = k->len;
	HASH_ADD_KEYPTR(hh, m->by_key, s->key, s->key_len, s);
	if (!CR_MAP_IS_IN(s)) {
		cr_free(s);
		return NULL;
	}
	cr_list_append(is_slow(s) ? &m->slow_order : &m->order, &s->link);
	m->count++;
	m->n_slow += is_slow(s);
	return s;
}

/* Of the slow ones that were not looked at for longest, the one with the least
 * left goes: most have run out. Refusing would let everybody speak without end. */
static void make_room(cr_moderation *m)
{
	cr_sanction *least = NULL;
	cr_list *node = m->slow_order.next;

	for (int i = 0; i < CANDIDATES && node != &m->slow_order; i++, node = node->next) {
		cr_sanction *s = cr_container_of(node, cr_sanction, link);

		if (!least || s->until_ms < least->until_ms) {
			least = s;
		}
	}
	if (least) {
		drop(m, least);
	}
}

cr_status cr_sanction_set(cr_moderation *m, cr_sanction_kind kind, cr_slice subject, cr_slice room,
	uint64_t until_ms, cr_slice reason)
{
	key k;
	uint8_t *copy = NULL;

	if (reason.len > REASON_MAX || !key_make(&k, kind, subject, room)) {
		return CR_ERR_TOOBIG;
	}
	cr_sanction *s = find(m, &k);
	if (!s && kind != CR_SANCTION_SLOW && m->count - m->n_slow >= CR_MODERATION_MAX) {
		return CR_ERR_TOOBIG;
	}
	if (!s && kind == CR_SANCTION_SLOW && m->n_slow >= CR_MODERATION_SLOW) {
		make_room(m);
	}
	if (reason.ptr) {
		copy = cr_malloc(reason.len + 1); /* an empty one is not an absent one */
		if (!copy) {
			return CR_ERR_NOMEM;
		}
		memcpy(copy, reason.ptr, reason.len);
	}
	if (!s && !(s = sanction_new(m, &k))) {
		cr_free(copy);
		return CR_ERR_NOMEM;
	}
	cr_free(s->reason);
	s->reason = copy;
	s->reason_len = reason.len;
	s->until_ms = until_ms;
	return CR_OK;
}

bool cr_sanction_lift(cr_moderation *m, cr_sanction_kind kind, cr_slice subject, cr_slice room)
{
	key k;
	cr_sanction *s = key_make(&k, kind, subject, room) ? find(m, &k) : NULL;

	if (!s) {
		return false;
	}
	drop(m, s);
	return true;
}

static bool is_over(const cr_sanction *s, uint64_t now_ms)
{
	return s->until_ms != CR_SANCTION_FOR_EVER && now_ms >= s->until_ms;
}

const cr_sanction *cr_sanction_find(cr_moderation *m, cr_sanction_kind kind, cr_slice subject, cr_slice room,
	uint64_t now_ms)
{
	key k;
	cr_sanction *s = key_make(&k, kind, subject, room) ? find(m, &k) : NULL;

	if (s && is_over(s, now_ms)) {
		drop(m, s);
		return NULL;
	}
	return s;
}

uint64_t cr_sanction_left(const cr_sanction *s, uint64_t now_ms)
{
	if (s->until_ms == CR_SANCTION_FOR_EVER) {
		return UINT64_MAX;
	}
	return s->until_ms > now_ms ? s->until_ms - now_ms : 1;
}

cr_slice cr_sanction_reason(const cr_sanction *s)
{
	return cr_slice_of(s->reason, s->reason_len);
}

/* Those that stay go behind the others; the last of them ends the round. */
static void sweep(cr_moderation *m, cr_list *order, uint64_t now_ms, size_t max)
{
	const cr_list *last = order->prev;

	for (bool more = !cr_list_is_empty(order); more && max > 0; max--) {
		cr_list *node = order->next;
		cr_sanction *s = cr_container_of(node, cr_sanction, link);

		more = node != last;
		if (is_over(s, now_ms)) {
			drop(m, s);
		} else {
			cr_list_remove(node);
			cr_list_append(order, node);
		}
	}
}

void cr_moderation_sweep(cr_moderation *m, uint64_t now_ms, size_t max)
{
	sweep(m, &m->order, now_ms, max);
	sweep(m, &m->slow_order, now_ms, max);
}
