/* From one to many.
 *
 * A message is encoded once for each kind of member its room has (dialect, and
 * how it is compressed), at the end of that kind's lane in the room's batch:
 * frames back to back in one chunk. Staging hands the lane's new stretch to
 * every member of its kind, as one reference (a sender gets the stretches
 * between its own messages, and its acks in their place, so that it too sees
 * the room in order); the loop then writes each queue once. Staging happens at
 * the end of the turn, and earlier only where order demands it: before a
 * message that is for one member alone, before somebody joins or leaves; with
 * `coalesce`, at the end of the turn in which the oldest message is that old.
 *
 * Invariants: staged <= chunk->len in every lane; holes belong to
 * [staged, len) of their member's lane; a batch is on dirty_rooms exactly while
 * some lane has staged < len.
 */
#include "ext/server/chat.h"

#define CHUNK_START 4096
#define CHUNK_MAX   (128 * 1024) /* a lane moves to a new chunk after this */
/* After how many encoded bytes a turn is cut short: TURN_MAX, or TURN_MIN when
 * they are to be written to so many that it makes TURN_WORK, some 0.1 s. Nor does
 * coalesce keep more than TURN_MIN waiting. */
#define TURN_MAX        (1024 * 1024)
#define TURN_MIN        (256 * 1024)
#define TURN_WORK       (UINT64_C(256) << 20)
#define SPARE_CHUNK_MAX (256 * 1024)

static cr_session *session_of(cr_member *m)
{
	return cr_container_of(m, cr_session, member);
}

/* Chunks and lanes */

static cr_chunk *take_chunk(cr_server *srv)
{
	if (srv->n_spare_chunks > 0) {
		return srv->spare_chunks[--srv->n_spare_chunks];
	}
	return cr_chunk_new(CHUNK_START);
}

static void give_chunk(cr_server *srv, cr_chunk *c)
{
	if (c->refs == 1 && c->cap <= SPARE_CHUNK_MAX && srv->n_spare_chunks < CR_SPARE_CHUNKS) {
		c->len = 0;
		srv->spare_chunks[srv->n_spare_chunks++] = c;
		return;
	}
	if (c->refs > 1) {
		cr_chunk_trim(c); /* a slow reader keeps it: keep no more than its bytes */
	}
	cr_chunk_unref(c);
}

/* Makes the lane ready to be appended to. */
static bool open_lane(cr_server *srv, cr_lane *lane)
{
	if (lane->chunk && lane->staged == lane->chunk->len) {
		if (lane->chunk->refs == 1) {
			lane->chunk->len = lane->staged = 0;
		} else if (lane->chunk->len > CHUNK_MAX) {
			give_chunk(srv, lane->chunk);
			lane->chunk = NULL;
		}
	}
	if (!lane->chunk) {
		lane->chunk = take_chunk(srv);
		lane->staged = 0;
	}
	return lane->chunk != NULL;
}

static void close_lane(cr_server *srv, cr_lane *lane)
{
	if (lane->chunk) {
		give_chunk(srv, lane->chunk);
		lane->chunk = NULL;
		lane->staged = 0;
	}
}

static cr_lane *lane_of(cr_server *srv, cr_batch *b, unsigned kind)
{
	cr_lane *lane = b->lanes;

	while (lane && lane->kind != kind) {
		lane = lane->next;
	}
	if (!lane) {
		lane = cr_calloc(1, sizeof(*lane));
		if (!lane) {
			return NULL;
		}
		lane->kind = (uint8_t) kind;
		lane->next = b->lanes;
		b->lanes = lane;
	}
	return open_lane(srv, lane) ? lane : NULL;
}

void cr_batch_init(cr_batch *b, cr_room *room)
{
	cr_list_init(&b->in_server);
	b->room = room;
	b->epoch = 1;
}

void cr_batch_deinit(cr_server *srv, cr_batch *b)
{
	cr_list_remove(&b->in_server);
	while (b->lanes) {
		cr_lane *next = b->lanes->next;

		close_lane(srv, b->lanes);
		cr_free(b->lanes);
		b->lanes = next;
	}
	close_lane(srv, &b->own);
	cr_free(b->holes);
}

/* Holes */

static bool reserve_holes(cr_batch *b, size_t n)
{
	size_t cap = b->cap_holes ? b->cap_holes : 16;

	if (b->cap_holes - b->n_holes >= n) {
		return true;
	}
	while (cap - b->n_holes < n) {
		cap *= 2;
	}
	cr_hole *grown = cr_realloc(b->holes, cap * sizeof(*grown));
	if (!grown) {
		return false;
	}
	b->holes = grown;
	b->cap_holes = (uint32_t) cap;
	return true;
}

/* own_start to own_end of b->own stands in the hole's place. There is room for
 * it: reserve_holes(). */
static void add_hole(cr_batch *b, cr_membership *ms, const cr_hole *hole)
{
	bool first = ms->hole_epoch != b->epoch;
	cr_hole *last = first ? NULL : &b->holes[ms->last_hole];

	bool empty = hole->own_end == hole->own_start;

	if (last && last->end == hole->start
		&& (empty || last->own_end == last->own_start || last->own_end == hole->own_start)) {
		last->end = hole->end;
		if (!empty) {
			last->own_start = last->own_end == last->own_start ? hole->own_start : last->own_start;
			last->own_end = hole->own_end;
		}
		return;
	}
	uint32_t i = b->n_holes++;
	b->holes[i] = *hole;
	b->holes[i].next = CR_NO_HOLE;
	if (first) {
		ms->hole_epoch = b->epoch;
		ms->first_hole = i;
	} else {
		last->next = i;
	}
	ms->last_hole = i;
}

static void mark_dirty(cr_server *srv, cr_batch *b)
{
	if (!b->dirty) {
		cr_list_remove(&b->in_server);
		cr_list_append(&srv->dirty_rooms, &b->in_server);
		b->dirty = true;
	}
}

/* Encoding */

/* Where the lanes were before a message, to go back to when memory runs out. */
typedef struct mark {
	cr_lane *lane[CR_ROOM_KINDS];
	size_t len[CR_ROOM_KINDS];
	size_t n, own_len;
} mark;

static void roll_back(cr_batch *b, const mark *m)
{
	for (size_t i = 0; i < m->n; i++) {
		m->lane[i]->chunk->len = m->len[i];
	}
	if (b->own.chunk) {
		b->own.chunk->len = m->own_len;
	}
}

/* Opens the lanes of all kinds from `from` on that have members, and the one
 * for acks if there will be one. */
static cr_status open_lanes(cr_server *srv, cr_batch *b, unsigned from, bool ack, mark *m)
{
	m->n = 0;
	if (ack && !open_lane(srv, &b->own)) {
		return CR_ERR_NOMEM;
	}
	m->own_len = b->own.chunk ? b->own.chunk->len : 0;
	for (unsigned kind = from; kind < CR_ROOM_KINDS; kind++) {
		if (!(b->room->kind_set >> kind & 1)) {
			continue;
		}
		cr_lane *lane = lane_of(srv, b, kind);

		if (!lane) {
			return CR_ERR_NOMEM;
		}
		m->lane[m->n] = lane;
		m->len[m->n++] = lane->chunk->len;
	}
	return CR_OK;
}

static cr_status encode(cr_server *srv, const mark *m, const cr_said *said, cr_slice room)
{
	cr_payloads p;
	cr_status st = CR_OK;

	cr_payloads_init(&p, said, room, false);
	for (size_t i = 0; i < m->n && st == CR_OK; i++) {
		st = cr_payload_append(srv, &p, m->lane[i]->chunk, m->lane[i]->kind);
	}
	return st;
}

static size_t bytes_since(const mark *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++) {
		n += m->lane[i]->chunk->len - m->len[i];
	}
	return n;
}

/* The member's own stretch of its lane is not for it; own_start is where b->own
 * was before its ack, if it gets one, was written. */
static void leave_out(cr_batch *b, cr_membership *ms, const mark *m, size_t own_start)
{
	for (size_t i = 0; i < m->n; i++) {
		if (m->lane[i]->kind == ms->member->kind) {
			cr_hole hole = {
				.start = (uint32_t) m->len[i],
				.end = (uint32_t) m->lane[i]->chunk->len,
				.own_start = (uint32_t) own_start,
				.own_end = (uint32_t) (b->own.chunk ? b->own.chunk->len : 0),
			};

			add_hole(b, ms, &hole);
		}
	}
}

static bool wants_ack(const cr_said *said)
{
	return said->id.ptr && said->from && said->from->member->kind >= CR_V1_KIND;
}

static bool is_turn_full(const cr_server *srv)
{
	return srv->turn_bytes > TURN_MAX || (srv->turn_bytes > TURN_MIN && srv->turn_work > TURN_WORK);
}

static void said_it(cr_server *srv, cr_batch *b, const mark *m)
{
	size_t n = bytes_since(m);

	mark_dirty(srv, b);
	srv->turn_bytes += n;
	srv->turn_work += (uint64_t) n * b->room->n_members;
	if (is_turn_full(srv)) {
		cr_loop_cut_turn(&srv->loop);
	}
}

static cr_membership *membership_of(cr_server *srv, cr_room *room, const cr_uuid *uid)
{
	const cr_session *s = cr_server_find(srv, uid);
	cr_membership *ms = s ? cr_member_first(&s->member) : NULL;

	while (ms && ms->room != room) {
		ms = ms->next;
	}
	return ms;
}

static size_t leave_out_all(cr_server *srv, cr_batch *b, const cr_said *said, const mark *m)
{
	size_t n = 0, own_len = b->own.chunk ? b->own.chunk->len : 0;

	if (said->from) {
		leave_out(b, said->from, m, m->own_len);
		n++;
	}
	for (size_t i = 0; i < said->n_except; i++) {
		cr_membership *ms = membership_of(srv, b->room, &said->except[i]);

		if (ms) {
			leave_out(b, ms, m, own_len);
			n++;
		}
	}
	return n;
}

/* Everything that can fail comes before the timeline, so that no seq is used
 * for what nobody got. */
cr_status cr_broadcast_said(cr_server *srv, cr_room *room, cr_said *said)
{
	cr_room_state *state = cr_room_state_of(srv, room);
	cr_timeline *tl = state ? cr_room_timeline(srv, room) : NULL;
	mark m;

	if (!tl) {
		return CR_ERR_NOMEM;
	}
	cr_batch *b = &state->batch;
	said->seq = cr_timeline_top(tl) + 1;
	if (!said->time_ms) {
		said->time_ms = cr_unix_ms();
	}
	cr_status st = open_lanes(srv, b, 0, wants_ack(said), &m);
	if (st == CR_OK) {
		st = encode(srv, &m, said, cr_room_name(room));
	}
	if (st == CR_OK && wants_ack(said)) {
		st = cr_append_ack(srv, b->own.chunk, said, cr_room_name(room));
	}
	if (st == CR_OK && !reserve_holes(b, said->n_except + 1)) {
		st = CR_ERR_NOMEM;
	}
	if (st == CR_OK) {
		cr_post post = {
			.uid = said->uid_bytes,
			.time_ms = said->time_ms,
			.text = said->text,
			.data = said->data,
			.user = said->user,
			.name = said->name,
		};

		st = cr_timeline_append(tl, &post, cr_loop_now(&srv->loop), &said->seq);
	}
	if (st != CR_OK) {
		roll_back(b, &m);
		return st;
	}
	said->delivered = room->n_members - leave_out_all(srv, b, said, &m);
	said_it(srv, b, &m);
	srv->stats.deliveries += said->delivered;
	return CR_OK;
}

cr_status cr_broadcast_event(cr_server *srv, cr_room *room, cr_membership *except, cr_slice payload)
{
	cr_room_state *state = cr_room_state_of(srv, room);
	mark m;

	if (!state) {
		return CR_ERR_NOMEM;
	}
	cr_batch *b = &state->batch;
	cr_status st = open_lanes(srv, b, CR_V1_KIND, false, &m);
	for (size_t i = 0; i < m.n && st == CR_OK; i++) {
		st = cr_append_text(srv, m.lane[i]->chunk, m.lane[i]->kind, payload);
	}
	if (st == CR_OK && !reserve_holes(b, 1)) {
		st = CR_ERR_NOMEM;
	}
	if (st != CR_OK) {
		roll_back(b, &m);
		return st;
	}
	if (m.n > 0) {
		if (except) {
			leave_out(b, except, &m, m.own_len);
		}
		said_it(srv, b, &m);
	}
	return CR_OK;
}

/* Staging */

/* A stretch between holes. A reference pins the whole chunk but counts with its
 * own length alone, so somebody who sends much and reads nothing could pin far
 * more than send_queue_limit: such a one gets a copy. */
static bool queue_stretch(cr_conn *conn, cr_chunk *c, size_t from, size_t to)
{
	if (to > from && cr_conn_is_blocked(conn)) {
		return cr_conn_queue_copy(conn, c->data + from, to - from);
	}
	return cr_conn_queue(conn, c, from, to - from);
}

/* The stretches between the holes, and what stands in them. False: out of memory. */
static bool queue_around_holes(cr_conn *conn, const cr_batch *b, const cr_lane *lane, const cr_membership *ms)
{
	size_t at = lane->staged;

	for (uint32_t i = ms->first_hole; i != CR_NO_HOLE; i = b->holes[i].next) {
		const cr_hole *h = &b->holes[i];

		if (!queue_stretch(conn, lane->chunk, at, h->start)
			|| (h->own_end > h->own_start && !queue_stretch(conn, b->own.chunk, h->own_start, h->own_end))) {
			return false;
		}
		at = h->end;
	}
	return queue_stretch(conn, lane->chunk, at, lane->chunk->len);
}

static bool queue_lane(cr_session *s, const cr_batch *b, const cr_lane *lane, const cr_membership *ms)
{
	if (ms->hole_epoch == b->epoch) {
		return queue_around_holes(&s->conn, b, lane, ms);
	}
	return lane->staged == lane->chunk->len
	       || cr_conn_queue(&s->conn, lane->chunk, lane->staged, lane->chunk->len - lane->staged);
}

static void stage(cr_batch *b)
{
	cr_room *room = b->room;
	cr_lane *lanes[CR_ROOM_KINDS] = {0};

	for (cr_lane *l = b->lanes; l; l = l->next) {
		lanes[l->kind] = l->chunk ? l : NULL;
	}
	/* nothing in here calls back, so the members stay who they are */
	for (size_t i = 0; i < room->n_members; i++) {
		cr_membership *ms = room->members[i];
		cr_session *s = session_of(ms->member);
		const cr_lane *lane = lanes[ms->member->kind];

		if (lane && !queue_lane(s, b, lane, ms)) {
			cr_conn_close(&s->conn); /* its session ends in on_free */
		}
	}
	for (cr_lane *l = b->lanes; l; l = l->next) {
		l->staged = l->chunk ? l->chunk->len : 0;
	}
	b->own.staged = b->own.chunk ? b->own.chunk->len : 0;
	b->n_holes = 0;
	b->epoch++;
	b->dirty = false;
}

void cr_broadcast_stage_batch(cr_server *srv, cr_batch *b)
{
	if (b && b->dirty) {
		stage(b);
		cr_list_remove(&b->in_server);
		cr_list_append(&srv->used_rooms, &b->in_server);
	}
}

void cr_broadcast_stage_all(cr_server *srv)
{
	while (!cr_list_is_empty(&srv->dirty_rooms)) {
		cr_broadcast_stage_batch(srv, cr_container_of(srv->dirty_rooms.next, cr_batch, in_server));
	}
}

void cr_broadcast_stage_of(cr_session *s)
{
	for (cr_membership *ms = cr_member_first(&s->member); ms; ms = ms->next) {
		cr_broadcast_stage_batch(s->srv, ms->room->out);
	}
}

void cr_broadcast_stage_room(cr_server *srv, cr_slice name)
{
	cr_room *room = cr_rooms_find(&srv->rooms, name);

	if (room) {
		cr_broadcast_stage_batch(srv, room->out);
	}
}

/* coalesce: what was said waits until the oldest of it is that old, or there is
 * much of it. Where order demands it is staged before. */
static bool may_wait(cr_server *srv)
{
	if (!srv->stage_timer || srv->stopping || srv->turn_bytes > TURN_MIN || cr_list_is_empty(&srv->dirty_rooms)) {
		return false;
	}
	uint64_t now = cr_loop_now(&srv->loop);

	if (srv->stage_due == 0) {
		srv->stage_due = now + srv->config.coalesce;
		cr_loop_timer_arm(srv->stage_timer, srv->config.coalesce);
	} else if (now >= srv->stage_due) {
		return false;
	}
	return true;
}

/* Only wakes the loop: the end of the turn sees that the time has come. */
void cr_broadcast_on_stage_due(void *arg)
{
	cr_server *srv = arg;

	if (srv->stage_due > cr_loop_now(&srv->loop)) { /* a clock's rounding */
		cr_loop_timer_arm(srv->stage_timer, 1);
	}
}

void cr_broadcast_end_turn(cr_server *srv)
{
	/* what the last turn used and this one did not: give the memory back */
	while (!cr_list_is_empty(&srv->used_rooms)) {
		cr_batch *b = cr_container_of(srv->used_rooms.next, cr_batch, in_server);

		cr_list_remove(&b->in_server);
		for (cr_lane *l = b->lanes; l; l = l->next) {
			close_lane(srv, l);
		}
		close_lane(srv, &b->own);
	}
	if (!may_wait(srv)) {
		cr_broadcast_stage_all(srv);
		srv->turn_bytes = 0;
		srv->turn_work = 0;
		srv->stage_due = 0;
	}
}

void cr_broadcast_deinit(cr_server *srv)
{
	while (srv->n_spare_chunks > 0) {
		cr_chunk_unref(srv->spare_chunks[--srv->n_spare_chunks]);
	}
}
