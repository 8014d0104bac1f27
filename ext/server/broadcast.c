/* From one to many.
 *
 * A message is encoded once, at the end of its room's batch: frames back to
 * back in one chunk. Staging hands the batch's new stretch to every member's
 * queue, as one reference (a sender gets the stretches between its own
 * messages); the loop then writes each queue once. Staging happens at the end
 * of the turn, and earlier only where order demands it: before a message that
 * is for one member alone, before somebody joins or leaves.
 *
 * A room's members may want different bytes (compressed, with which window):
 * their kind says which. A batch has a lane for each kind that has members, and
 * a message stands in all of them.
 *
 * Invariants: in each lane staged <= chunk->len; a hole belongs to [staged, len)
 * of its member's lane; a batch is on dirty_rooms exactly while a lane has
 * staged < len. A kind's first member joins, and its last leaves, only when
 * everything is staged or gone.
 */
#include "ext/server/internal.h"

#define CHUNK_START     4096
#define CHUNK_MAX       (128 * 1024) /* a batch moves to a new chunk after this */
#define TURN_MAX        (256 * 1024) /* encoded bytes after which a turn is cut short */
#define SPARE_CHUNK_MAX (256 * 1024)
#define NIL_UUID        "00000000-0000-0000-0000-000000000000"

static cr_session *session_of(cr_member *m)
{
	return cr_container_of(m, cr_session, member);
}

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

static void give_lanes(cr_server *srv, cr_batch *b)
{
	for (unsigned kind = 0; kind < CR_ROOM_KINDS; kind++) {
		cr_lane *lane = b->lanes[kind];

		if (lane && lane->chunk) {
			give_chunk(srv, lane->chunk);
			lane->chunk = NULL;
			lane->staged = 0;
		}
	}
}

static cr_batch *batch_of(cr_room *room)
{
	cr_batch *b = room->out;

	if (!b) {
		b = cr_calloc(1, sizeof(*b));
		if (!b) {
			return NULL;
		}
		cr_list_init(&b->in_server);
		b->room = room;
		b->epoch = 1;
		room->out = b;
	}
	return b;
}

/* The batch's lane of that kind, ready to be written to. NULL: out of memory. */
static cr_lane *lane_of(cr_server *srv, cr_batch *b, unsigned kind)
{
	cr_lane *lane = b->lanes[kind];

	if (!lane) {
		lane = b->lanes[kind] = cr_calloc(1, sizeof(*lane));
		if (!lane) {
			return NULL;
		}
	}
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
	return lane->chunk ? lane : NULL;
}

static bool add_hole(cr_batch *b, cr_membership *ms, uint32_t start, uint32_t end)
{
	bool first = ms->hole_epoch != b->epoch;

	if (!first && b->holes[ms->last_hole].end == start) {
		b->holes[ms->last_hole].end = end;
		return true;
	}
	if (b->n_holes == b->cap_holes) {
		uint32_t cap = b->cap_holes ? b->cap_holes * 2 : 16;
		cr_hole *grown = cr_realloc(b->holes, cap * sizeof(*grown));

		if (!grown) {
			return false;
		}
		b->holes = grown;
		b->cap_holes = cap;
	}
	uint32_t i = b->n_holes++;
	b->holes[i] = (cr_hole){.start = start, .end = end, .next = CR_NO_HOLE};
	if (first) {
		ms->hole_epoch = b->epoch;
		ms->first_hole = i;
	} else {
		b->holes[ms->last_hole].next = i;
	}
	ms->last_hole = i;
	return true;
}

static void mark_dirty(cr_server *srv, cr_batch *b)
{
	if (!b->dirty) {
		cr_list_remove(&b->in_server);
		cr_list_append(&srv->dirty_rooms, &b->in_server);
		b->dirty = true;
	}
}

/* Where the plain frame is encoded: in the plain lane, or aside when no member
 * wants it plain. */
static cr_chunk *plain_chunk(cr_server *srv, cr_batch *b)
{
	if (b->room->kind_set & 1) {
		cr_lane *lane = lane_of(srv, b, 0);

		return lane ? lane->chunk : NULL;
	}
	if (!srv->frame) {
		srv->frame = cr_chunk_new(CHUNK_START);
	}
	if (srv->frame) {
		srv->frame->len = 0;
	}
	return srv->frame;
}

/* The frame in every other encoding that is spoken in the room. starts: where
 * in each lane it begins, for the sender's hole and for undoing. */
static cr_status write_lanes(cr_server *srv, cr_batch *b, cr_slice frame, size_t starts[CR_ROOM_KINDS])
{
	for (unsigned kind = 1; kind < CR_ROOM_KINDS; kind++) {
		if (!(b->room->kind_set & (1u << kind))) {
			continue;
		}
		cr_lane *lane = lane_of(srv, b, kind);
		if (!lane) {
			return CR_ERR_NOMEM;
		}
		starts[kind] = lane->chunk->len;
		cr_status st = cr_deflate_frame(srv, lane->chunk, kind, frame);
		if (st != CR_OK) {
			return st;
		}
		srv->turn_bytes += lane->chunk->len - starts[kind];
	}
	return CR_OK;
}

static void undo(cr_batch *b, const size_t starts[CR_ROOM_KINDS])
{
	for (unsigned kind = 0; kind < CR_ROOM_KINDS; kind++) {
		if (starts[kind] != SIZE_MAX) {
			b->lanes[kind]->chunk->len = starts[kind];
		}
	}
}

cr_status cr_broadcast_room(cr_server *srv, cr_membership *from, cr_slice text, const char uid[CR_UUID_LEN])
{
	cr_room *room = from->room;
	cr_batch *b = batch_of(room);
	cr_chunk *plain = b ? plain_chunk(srv, b) : NULL;
	size_t starts[CR_ROOM_KINDS];
	unsigned kind = from->member->kind;

	if (!plain) {
		return CR_ERR_NOMEM;
	}
	size_t start = plain->len;
	cr_status st = cr_chat_write_basic(plain, text, uid);
	if (st != CR_OK) {
		return st;
	}
	for (unsigned k = 1; k < CR_ROOM_KINDS; k++) {
		starts[k] = SIZE_MAX;
	}
	starts[0] = room->kind_set & 1 ? start : SIZE_MAX;
	if (CR_UNLIKELY(room->kind_set != 1)) {
		st = write_lanes(srv, b, cr_slice_of(plain->data + start, plain->len - start), starts);
	}
	if (st == CR_OK
		&& !add_hole(b, from, (uint32_t) starts[kind], (uint32_t) b->lanes[kind]->chunk->len)) {
		st = CR_ERR_NOMEM;
	}
	if (st != CR_OK) {
		undo(b, starts);
		return st;
	}
	mark_dirty(srv, b);
	srv->stats.deliveries += room->n_members - 1;
	srv->turn_bytes += plain->len - start;
	if (srv->turn_bytes > TURN_MAX) {
		cr_loop_cut_turn(&srv->loop);
	}
	return CR_OK;
}

/* A stretch between holes. A reference pins the whole chunk but counts with its
 * own length alone, so somebody who sends much and reads nothing could pin far
 * more than send_queue_limit: such a one gets a copy. */
static bool queue_stretch(cr_conn *conn, const cr_lane *lane, size_t from, size_t to)
{
	if (to > from && cr_conn_is_blocked(conn)) {
		return cr_conn_queue_copy(conn, lane->chunk->data + from, to - from);
	}
	return cr_conn_queue(conn, lane->chunk, from, to - from);
}

/* The stretches between the holes. False: out of memory. */
static bool queue_around_holes(cr_conn *conn, const cr_batch *b, const cr_lane *lane, const cr_membership *ms)
{
	size_t at = lane->staged;

	for (uint32_t i = ms->first_hole; i != CR_NO_HOLE; i = b->holes[i].next) {
		if (!queue_stretch(conn, lane, at, b->holes[i].start)) {
			return false;
		}
		at = b->holes[i].end;
	}
	return queue_stretch(conn, lane, at, lane->chunk->len);
}

static void stage(cr_batch *b)
{
	cr_room *room = b->room;

	/* nothing in here calls back, so the members stay who they are */
	for (size_t i = 0; i < room->n_members; i++) {
		cr_membership *ms = room->members[i];
		cr_conn *conn = &session_of(ms->member)->conn;
		const cr_lane *lane = b->lanes[ms->member->kind];
		bool ok = ms->hole_epoch == b->epoch ? queue_around_holes(conn, b, lane, ms)
		                                     : cr_conn_queue(conn, lane->chunk, lane->staged, lane->chunk->len - lane->staged);

		if (!ok) {
			cr_conn_close(conn); /* its session ends in on_free */
		}
	}
	for (unsigned kind = 0; kind < CR_ROOM_KINDS; kind++) {
		cr_lane *lane = b->lanes[kind];

		if (lane && lane->chunk) {
			lane->staged = lane->chunk->len;
		}
	}
	b->n_holes = 0;
	b->epoch++;
	b->dirty = false;
}

static void stage_batch(cr_server *srv, cr_batch *b)
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
		stage_batch(srv, cr_container_of(srv->dirty_rooms.next, cr_batch, in_server));
	}
}

void cr_broadcast_stage_of(cr_session *s)
{
	for (cr_membership *ms = cr_member_first(&s->member); ms; ms = ms->next) {
		stage_batch(s->srv, ms->room->out);
	}
}

void cr_broadcast_stage_room(cr_server *srv, cr_slice name)
{
	cr_room *room = cr_rooms_find(&srv->rooms, name);

	if (room) {
		stage_batch(srv, room->out);
	}
}

void cr_broadcast_end_turn(cr_server *srv)
{
	/* what the last turn used and this one did not: give the memory back */
	while (!cr_list_is_empty(&srv->used_rooms)) {
		cr_batch *b = cr_container_of(srv->used_rooms.next, cr_batch, in_server);

		cr_list_remove(&b->in_server);
		give_lanes(srv, b);
	}
	cr_broadcast_stage_all(srv);
	srv->turn_bytes = 0;
}

void cr_broadcast_free_room(void *arg, cr_room *room)
{
	cr_batch *b = room->out;

	if (b) {
		cr_list_remove(&b->in_server);
		give_lanes(arg, b);
		for (unsigned kind = 0; kind < CR_ROOM_KINDS; kind++) {
			cr_free(b->lanes[kind]);
		}
		cr_free(b->holes);
		cr_free(b);
		room->out = NULL;
	}
}

void cr_broadcast_deinit(cr_server *srv)
{
	while (srv->n_spare_chunks > 0) {
		cr_chunk_unref(srv->spare_chunks[--srv->n_spare_chunks]);
	}
	cr_chunk_unref(srv->frame);
	srv->frame = NULL;
}

/* For what the application sends, any amount of it in one hook: the limit is
 * kept at once, not at the end of the turn. */
static bool push(cr_session *s, cr_chunk *c)
{
	if (!cr_conn_queue(&s->conn, c, 0, c->len)) {
		return false;
	}
	if (s->conn.queued > s->srv->config.send_queue_limit) {
		cr_conn_flush(&s->conn);
	}
	return s->state == CR_SESSION_OPEN;
}

/* The frame as that kind gets it; takes over the reference to c. What cannot be
 * encoded for want of memory goes out plain, which everybody understands. */
static cr_chunk *frame_for(cr_server *srv, cr_chunk *c, unsigned kind)
{
	cr_chunk *other = kind ? cr_chunk_new(64) : NULL;

	if (!other) {
		return c;
	}
	if (cr_deflate_frame(srv, other, kind, cr_slice_of(c->data, c->len)) != CR_OK) {
		cr_chunk_unref(other);
		return c;
	}
	cr_chunk_unref(c);
	return other;
}

static void set_skip(cr_server *srv, const cr_uuid *uids, size_t n, bool on)
{
	for (size_t i = 0; i < n; i++) {
		cr_session *s = cr_server_find(srv, &uids[i]);

		if (s) {
			s->skip = on;
		}
	}
}

/* A frame of the server's own; its uid is the nil UUID. */
static cr_status own_frame(cr_chunk **out, cr_slice text)
{
	if (!cr_utf8_is_valid(text.ptr, text.len)) {
		return CR_ERR_UTF8;
	}
	cr_chunk *c = cr_chunk_new(text.len + 80);
	if (!c) {
		return CR_ERR_NOMEM;
	}
	cr_status st = cr_chat_write_basic(c, text, NIL_UUID);
	if (st != CR_OK) {
		cr_chunk_unref(c);
		return st;
	}
	*out = c;
	return CR_OK;
}

cr_status cr_server_broadcast(cr_server *srv, cr_slice text, const cr_uuid *except, size_t n_except, size_t *queued)
{
	cr_chunk *c;
	cr_status st = own_frame(&c, text);

	if (st != CR_OK) {
		return st;
	}
	cr_chunk *by_kind[CR_ROOM_KINDS] = {c};
	size_t n = 0;
	cr_broadcast_stage_all(srv);
	set_skip(srv, except, n_except, true);
	for (cr_session *s = srv->open, *next; s; s = next) {
		next = s->hh.next; /* a slow one may leave the table in push() */
		if (s->skip) {
			continue;
		}
		unsigned kind = s->member.kind;
		if (!by_kind[kind]) {
			by_kind[kind] = frame_for(srv, cr_chunk_ref(c), kind);
		}
		n += push(s, by_kind[kind]);
	}
	set_skip(srv, except, n_except, false);
	for (unsigned kind = 0; kind < CR_ROOM_KINDS; kind++) {
		cr_chunk_unref(by_kind[kind]);
	}
	srv->stats.deliveries += n;
	*queued = n;
	return CR_OK;
}

static cr_status send_chunk(cr_session *s, cr_chunk *c)
{
	c = frame_for(s->srv, c, s->member.kind);
	cr_broadcast_stage_of(s);
	bool ok = push(s, c);

	cr_chunk_unref(c);
	s->srv->stats.deliveries += ok;
	if (ok) {
		return CR_OK;
	}
	return s->state == CR_SESSION_OPEN ? CR_ERR_NOMEM : CR_ERR_STATE;
}

cr_status cr_session_send(cr_session *s, cr_slice text)
{
	cr_chunk *c;

	if (s->state != CR_SESSION_OPEN) {
		return CR_ERR_STATE;
	}
	cr_status st = own_frame(&c, text);
	return st == CR_OK ? send_chunk(s, c) : st;
}

cr_status cr_session_send_raw(cr_session *s, bool binary, cr_slice data)
{
	if (s->state != CR_SESSION_OPEN) {
		return CR_ERR_STATE;
	}
	if (!binary && !cr_utf8_is_valid(data.ptr, data.len)) {
		return CR_ERR_UTF8;
	}
	cr_chunk *c = cr_chunk_new(data.len + CR_WS_OUT_HEAD_MAX);
	if (!c) {
		return CR_ERR_NOMEM;
	}
	c->len = cr_ws_head_write(c->data, binary ? CR_WS_BINARY : CR_WS_TEXT, false, data.len);
	if (data.len) {
		memcpy(c->data + c->len, data.ptr, data.len);
	}
	c->len += data.len;
	return send_chunk(s, c);
}
