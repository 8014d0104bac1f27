/* Timelines in memory.
 *
 * A message is one allocation, its bytes behind its struct. A timeline's
 * entries hang in a ring of a power of two, entry seq in slot seq & (cap - 1):
 * what is kept is the run [top - kept + 1, top], so neither appending nor
 * dropping the oldest moves anything. The ring grows as it fills and is gone
 * when the timeline is empty.
 *
 * All timelines together keep to a limit too. Those that keep anything stand in
 * two lists, of empty rooms and of others, each in the order in which they were
 * left or last spoken in; who needs room takes the oldest message of the first
 * of the first list, as often as needed. Every message is dropped once, so that
 * costs as much as appending it did.
 */
#include "ext/chat/timeline.h"

#include <string.h>

#include "ext/core/mem.h"

#define FIRST_CAP     4
#define IDLE_GRAIN_MS 1000 /* a busy room is not put last anew for each message */

struct cr_timeline {
	UT_hash_handle hh;
	cr_timelines *all;
	cr_list link; /* on all->opened or all->closed */
	cr_list idle; /* on all->idle_opened or all->idle_closed, while anything is kept */
	cr_timeline_limits limits;
	uint64_t top;
	uint64_t since_ms; /* closed; while open: put last in idle_opened */
	size_t bytes;
	cr_entry **ring; /* NULL until there is something to keep */
	uint32_t cap, kept;
	bool is_open;
	char epoch[CR_EPOCH_LEN + 1];
	uint16_t name_len;
	char name[];
};

void cr_timelines_init(cr_timelines *all, const cr_timeline_limits *defaults, size_t max_bytes)
{
	*all = (cr_timelines){.defaults = *defaults, .max_bytes = max_bytes};
	cr_list_init(&all->closed);
	cr_list_init(&all->opened);
	cr_list_init(&all->idle_closed);
	cr_list_init(&all->idle_opened);
}

static cr_entry **slot(const cr_timeline *tl, uint64_t seq)
{
	return &tl->ring[seq & (tl->cap - 1)];
}

static size_t size_of(const cr_post *post)
{
	return sizeof(cr_entry) + post->text.len + post->data.len + post->user.len + post->name.len;
}

static void count_bytes(cr_timeline *tl, size_t more, size_t less)
{
	tl->bytes = tl->bytes + more - less;
	tl->all->bytes = tl->all->bytes + more - less;
}

static void drop_first(cr_timeline *tl)
{
	cr_entry *e = *slot(tl, cr_timeline_first(tl));

	count_bytes(tl, 0, size_of(&e->post));
	if (--tl->kept == 0) {
		cr_list_remove(&tl->idle);
	}
	cr_free(e);
}

/* A clock that went back makes nothing old. */
static bool is_over(uint64_t since_ms, uint64_t ttl_ms, uint64_t now_ms)
{
	return now_ms >= since_ms && now_ms - since_ms >= ttl_ms;
}

static bool fits(const cr_timeline *tl, size_t more, size_t more_bytes)
{
	return tl->kept + more <= tl->limits.count && tl->bytes + more_bytes <= tl->limits.bytes;
}

/* Drops the oldest until the limits hold with so much more to come. */
static void trim(cr_timeline *tl, uint64_t now_ms, size_t more, size_t more_bytes)
{
	while (tl->kept > 0
		   && (!fits(tl, more, more_bytes)
			   || is_over((*slot(tl, cr_timeline_first(tl)))->kept_ms, tl->limits.ttl_ms, now_ms))) {
		drop_first(tl);
	}
}

static void drop_ring_if_empty(cr_timeline *tl)
{
	if (tl->kept == 0) {
		cr_free(tl->ring);
		tl->ring = NULL;
		tl->cap = 0;
	}
}

/* The last whose messages go. */
static void put_last(cr_timeline *tl)
{
	cr_list_remove(&tl->idle);
	if (tl->kept > 0) {
		cr_list_append(tl->is_open ? &tl->all->idle_opened : &tl->all->idle_closed, &tl->idle);
	}
}

/* Drops until so many bytes more fit into what all may keep. user still needs
 * its ring, if it was its messages that had to go. */
static void evict(cr_timelines *all, const cr_timeline *user, size_t more_bytes)
{
	while (all->bytes > 0 && all->bytes + more_bytes > all->max_bytes) {
		cr_list *from = cr_list_is_empty(&all->idle_closed) ? &all->idle_opened : &all->idle_closed;
		cr_timeline *tl = cr_container_of(from->next, cr_timeline, idle);

		drop_first(tl);
		all->evicted++;
		if (tl != user) {
			drop_ring_if_empty(tl);
		}
	}
}

static void timeline_free(cr_timeline *tl)
{
	while (tl->kept > 0) {
		drop_first(tl);
	}
	cr_free(tl->ring);
	HASH_DEL(tl->all->by_name, tl);
	tl->all->count--;
	tl->all->n_closed -= !tl->is_open;
	cr_list_remove(&tl->link);
	cr_free(tl);
}

void cr_timelines_deinit(cr_timelines *all)
{
	while (all->by_name) {
		timeline_free(all->by_name);
	}
	CR_ASSERT(all->count == 0 && all->bytes == 0);
}

static bool epoch_make(char epoch[CR_EPOCH_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t random[CR_EPOCH_LEN / 2];

	if (cr_random(random, sizeof(random)) != CR_OK) {
		return false;
	}
	for (size_t i = 0; i < sizeof(random); i++) {
		epoch[2 * i] = digits[random[i] >> 4];
		epoch[2 * i + 1] = digits[random[i] & 15];
	}
	epoch[CR_EPOCH_LEN] = '\0';
	return true;
}

static cr_timeline *timeline_new(cr_timelines *all, cr_slice room)
{
	CR_ASSERT(room.len <= UINT16_MAX);
	cr_timeline *tl = cr_calloc(1, sizeof(*tl) + room.len);

	if (!tl) {
		return NULL;
	}
	tl->all = all;
	tl->limits = all->defaults;
	memcpy(tl->name, room.ptr, room.len);
	tl->name_len = (uint16_t) room.len;
	cr_list_init(&tl->link);
	cr_list_init(&tl->idle);
	if (!epoch_make(tl->epoch)) {
		cr_free(tl);
		return NULL;
	}
	HASH_ADD_KEYPTR(hh, all->by_name, tl->name, tl->name_len, tl);
	if (!CR_MAP_IS_IN(tl)) {
		cr_free(tl);
		return NULL;
	}
	all->count++;
	all->n_closed++; /* cr_timeline_open() is next */
	return tl;
}

cr_timeline *cr_timeline_open(cr_timelines *all, cr_slice room)
{
	cr_timeline *tl = cr_timeline_find(all, room);

	if (!tl && !(tl = timeline_new(all, room))) {
		return NULL;
	}
	CR_ASSERT(!tl->is_open);
	tl->is_open = true;
	all->n_closed--;
	cr_list_remove(&tl->link);
	cr_list_append(&all->opened, &tl->link);
	put_last(tl);
	return tl;
}

cr_timeline *cr_timeline_find(cr_timelines *all, cr_slice room)
{
	cr_timeline *tl = NULL;

	HASH_FIND(hh, all->by_name, room.ptr, room.len, tl);
	return tl;
}

void cr_timeline_close(cr_timeline *tl, uint64_t now_ms)
{
	CR_ASSERT(tl->is_open);
	cr_timelines *all = tl->all;

	tl->is_open = false;
	tl->since_ms = now_ms;
	cr_list_remove(&tl->link);
	cr_list_append(&all->closed, &tl->link);
	put_last(tl);
	/* the first is the one not touched, or looked at, for longest */
	if (++all->n_closed > CR_TIMELINES_CLOSED_MAX) {
		timeline_free(cr_container_of(all->closed.next, cr_timeline, link));
	}
}

void cr_timeline_set_limits(cr_timeline *tl, const cr_timeline_limits *limits, uint64_t now_ms)
{
	tl->limits = *limits;
	trim(tl, now_ms, 0, 0);
	drop_ring_if_empty(tl);
}

/* Looks at the first of a list and puts it behind the others. Returns last
 * until that one has had its turn, then NULL. */
static cr_list *sweep_one(cr_list *head, cr_list *last, uint64_t now_ms)
{
	cr_list *node = head->next;
	cr_timeline *tl = cr_container_of(node, cr_timeline, link);
	cr_list *left = node == last ? NULL : last;

	if (!tl->is_open && is_over(tl->since_ms, tl->limits.ttl_ms, now_ms)) {
		timeline_free(tl);
	} else {
		trim(tl, now_ms, 0, 0);
		drop_ring_if_empty(tl);
		cr_list_remove(node);
		cr_list_append(head, node);
	}
	return left;
}

/* The lists take turns: many of the one kind do not keep the other waiting. */
void cr_timelines_sweep(cr_timelines *all, uint64_t now_ms, size_t max)
{
	cr_list *closed = cr_list_is_empty(&all->closed) ? NULL : all->closed.prev;
	cr_list *opened = cr_list_is_empty(&all->opened) ? NULL : all->opened.prev;

	while (max > 0 && (closed || opened)) {
		if (closed) {
			closed = sweep_one(&all->closed, closed, now_ms);
			max--;
		}
		if (opened && max > 0) {
			opened = sweep_one(&all->opened, opened, now_ms);
			max--;
		}
	}
}

static bool grow(cr_timeline *tl)
{
	uint32_t cap = tl->cap ? tl->cap * 2 : FIRST_CAP;
	cr_entry **ring = cap > tl->cap ? cr_malloc(cap * sizeof(*ring)) : NULL;

	if (!ring) {
		return false;
	}
	for (uint64_t seq = cr_timeline_first(tl); seq <= tl->top; seq++) {
		ring[seq & (cap - 1)] = *slot(tl, seq);
	}
	cr_free(tl->ring);
	tl->ring = ring;
	tl->cap = cap;
	return true;
}

static cr_slice put(uint8_t **at, cr_slice from)
{
	uint8_t *to = *at;

	if (!from.ptr) {
		return CR_SLICE_NONE;
	}
	memcpy(to, from.ptr, from.len);
	*at += from.len;
	return cr_slice_of(to, from.len);
}

/* The post and its bytes; the rest is the caller's to fill in. */
static cr_entry *entry_new(const cr_post *post)
{
	cr_entry *e = cr_malloc(size_of(post));

	if (e) {
		uint8_t *at = (uint8_t *) (e + 1);

		*e = (cr_entry){.post = {.uid = post->uid, .time_ms = post->time_ms}};
		e->post.text = put(&at, post->text);
		e->post.data = put(&at, post->data);
		e->post.user = put(&at, post->user);
		e->post.name = put(&at, post->name);
	}
	return e;
}

cr_status cr_timeline_append(cr_timeline *tl, const cr_post *post, uint64_t now_ms, uint64_t *seq)
{
	size_t size = size_of(post);

	if (tl->limits.count == 0 || size > tl->limits.bytes || size > tl->all->max_bytes) {
		while (tl->kept > 0) {
			drop_first(tl);
		}
		*seq = ++tl->top;
		return CR_OK;
	}
	/* memory first: a failure must leave what is kept as it was */
	if (tl->kept == tl->cap && tl->kept < tl->limits.count && !grow(tl)) {
		return CR_ERR_NOMEM;
	}
	cr_entry *e = entry_new(post);
	if (!e) {
		drop_ring_if_empty(tl);
		return CR_ERR_NOMEM;
	}
	trim(tl, now_ms, 1, size);
	evict(tl->all, tl, size);
	e->seq = ++tl->top;
	e->kept_ms = now_ms;
	*slot(tl, e->seq) = e;
	tl->kept++;
	count_bytes(tl, size, 0);
	if (tl->kept == 1 || now_ms - tl->since_ms >= IDLE_GRAIN_MS) {
		tl->since_ms = now_ms;
		put_last(tl);
	}
	*seq = e->seq;
	return CR_OK;
}

const char *cr_timeline_epoch(const cr_timeline *tl)
{
	return tl->epoch;
}

uint64_t cr_timeline_top(const cr_timeline *tl)
{
	return tl->top;
}

uint64_t cr_timeline_first(const cr_timeline *tl)
{
	return tl->top - tl->kept + 1;
}

size_t cr_timeline_bytes(const cr_timeline *tl)
{
	return tl->bytes;
}

const cr_entry *cr_timeline_get(const cr_timeline *tl, uint64_t seq)
{
	return seq >= cr_timeline_first(tl) && seq <= tl->top ? *slot(tl, seq) : NULL;
}

bool cr_timeline_can_resume(const cr_timeline *tl, cr_slice epoch, uint64_t since)
{
	return epoch.len == CR_EPOCH_LEN && memcmp(epoch.ptr, tl->epoch, CR_EPOCH_LEN) == 0 && since <= tl->top
	       && since + 1 >= cr_timeline_first(tl);
}

/* The entry to change, or NULL. */
static cr_entry *changeable(const cr_timeline *tl, uint64_t seq)
{
	const cr_entry *e = cr_timeline_get(tl, seq);

	return e && !e->deleted ? *slot(tl, seq) : NULL;
}

/* Puts a copy with the changed post in the old one's place. */
static cr_status replace(cr_timeline *tl, cr_entry *old, const cr_post *post)
{
	cr_entry *e = entry_new(post);

	if (!e) {
		return CR_ERR_NOMEM;
	}
	e->seq = old->seq;
	e->kept_ms = old->kept_ms;
	e->changed_at = tl->top;
	count_bytes(tl, size_of(&e->post), size_of(&old->post));
	*slot(tl, e->seq) = e;
	cr_free(old);
	return CR_OK;
}

cr_status cr_timeline_edit(cr_timeline *tl, uint64_t seq, cr_slice text)
{
	cr_entry *e = changeable(tl, seq);

	if (!e) {
		return CR_ERR_STATE;
	}
	cr_post post = e->post;
	post.text = text;
	cr_status st = replace(tl, e, &post);
	if (st != CR_OK) {
		return st;
	}
	while (tl->kept > 0 && !fits(tl, 0, 0)) {
		drop_first(tl);
	}
	evict(tl->all, tl, 0);
	drop_ring_if_empty(tl);
	return CR_OK;
}

/* Without memory for a smaller copy the words are wiped where they are: to take
 * something back must not fail for want of memory. */
cr_status cr_timeline_delete(cr_timeline *tl, uint64_t seq)
{
	cr_entry *e = changeable(tl, seq);

	if (!e) {
		return CR_ERR_STATE;
	}
	cr_post post = e->post;
	post.text = CR_SLICE("");
	post.data = CR_SLICE_NONE;
	if (replace(tl, e, &post) != CR_OK) {
		count_bytes(tl, size_of(&post), size_of(&e->post));
		memset((uint8_t *) (e + 1), 0, e->post.text.len + e->post.data.len);
		e->post.text = cr_slice_of(e + 1, 0);
		e->post.data = CR_SLICE_NONE;
		e->changed_at = tl->top;
	}
	(*slot(tl, seq))->deleted = true;
	return CR_OK;
}
