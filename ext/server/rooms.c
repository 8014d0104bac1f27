/* Rooms as the server knows them: their rules, their timelines, who counts as
 * present, and what everybody is told when somebody comes or goes. */
#include "ext/server/chat.h"

/* Rules */

/* but: a rule that is passed over, or NULL */
static const cr_room_rule *find_rule(const cr_server *srv, cr_slice room, const cr_room_rule *but)
{
	const cr_room_rule *best = NULL;

	for (const cr_room_rule *r = srv->rules; r; r = r->next) {
		if (r == but) {
			continue;
		}
		bool hit = r->prefix ? room.len >= r->len && memcmp(room.ptr, r->name, r->len) == 0
		                     : cr_slice_eq(room, cr_slice_of(r->name, r->len));

		/* the whole name before any beginning, a longer one before a shorter */
		if (hit && (!best || (best->prefix && (!r->prefix || r->len > best->len)))) {
			best = r;
		}
	}
	return best;
}

void cr_room_options_init(const cr_server *srv, cr_room_options *o)
{
	*o = (cr_room_options){
		.history_size = srv->config.history_size,
		.history_ttl = srv->config.history_ttl,
		.presence = srv->config.presence,
		.post = CR_POST_ALL,
	};
}

static void resolve(const cr_server *srv, cr_slice room, const cr_room_rule *but, cr_room_options *out)
{
	const cr_room_rule *r = find_rule(srv, room, but);

	if (r) {
		*out = r->options;
	} else {
		cr_room_options_init(srv, out);
	}
}

static bool are_same(const cr_room_options *a, const cr_room_options *b)
{
	return a->history_size == b->history_size && a->history_ttl == b->history_ttl && a->slow_mode == b->slow_mode
	       && a->post == b->post && a->presence == b->presence;
}

cr_timeline_limits cr_room_limits(const cr_server *srv, const cr_room_options *o)
{
	return (cr_timeline_limits){
		.count = o->history_size,
		.bytes = srv->config.history_bytes,
		.ttl_ms = o->history_ttl,
	};
}

/* A switch of presence takes hold of those who are there already. */
static void presence_switched(cr_server *srv, cr_room *room, cr_room_state *st)
{
	char buf[CR_SUBJECT_MAX];
	bool first;

	cr_presence_free(&st->presence);
	st->presence_id = ++srv->last_presence;
	for (size_t i = 0; st->options.presence && i < room->n_members; i++) {
		const cr_session *s = cr_container_of(room->members[i]->member, cr_session, member);

		if (cr_presence_enter(&st->presence, cr_subject_of(s, buf), &first) != CR_OK) {
			srv->stats.out_of_memory++;
		}
	}
}

static void refresh(cr_server *srv, cr_room *room, cr_room_state *st)
{
	bool before = st->options.presence, known = st->rules_seen != 0;

	resolve(srv, cr_room_name(room), NULL, &st->options);
	st->rules_seen = srv->rules_version;
	if (st->timeline) {
		cr_timeline_limits l = cr_room_limits(srv, &st->options);

		cr_timeline_set_limits(st->timeline, &l, cr_loop_now(&srv->loop));
	}
	if (known && before != st->options.presence) {
		presence_switched(srv, room, st);
	}
}

cr_room_state *cr_room_state_of(cr_server *srv, cr_room *room)
{
	cr_room_state *st = room->out;

	if (!st) {
		st = cr_calloc(1, sizeof(*st));
		if (!st) {
			return NULL;
		}
		cr_batch_init(&st->batch, room);
		st->presence_id = ++srv->last_presence;
		room->out = st;
	}
	if (st->rules_seen != srv->rules_version) {
		refresh(srv, room, st);
	}
	return st;
}

cr_timeline *cr_room_timeline(cr_server *srv, cr_room *room)
{
	cr_room_state *st = cr_room_state_of(srv, room);

	if (st && !st->timeline) {
		st->timeline = cr_timeline_open(&srv->timelines, cr_room_name(room));
		if (st->timeline) {
			cr_timeline_limits l = cr_room_limits(srv, &st->options);

			cr_timeline_set_limits(st->timeline, &l, cr_loop_now(&srv->loop));
		}
	}
	return st ? st->timeline : NULL;
}

/* The last member has left. */
void cr_room_state_free(void *arg, cr_room *room)
{
	cr_server *srv = arg;
	cr_room_state *st = room->out;

	if (st) {
		cr_batch_deinit(srv, &st->batch);
		if (st->timeline) {
			cr_timeline_close(st->timeline, cr_loop_now(&srv->loop));
		}
		cr_presence_free(&st->presence);
		cr_free(st);
		room->out = NULL;
	}
}

/* Where a rule of that name is linked, or would be: *at is NULL. */
static cr_room_rule **rule_at(cr_server *srv, cr_slice name, bool prefix)
{
	cr_room_rule **at = &srv->rules;

	while (*at && ((*at)->prefix != prefix || !cr_slice_eq(cr_slice_of((*at)->name, (*at)->len), name))) {
		at = &(*at)->next;
	}
	return at;
}

static void drop_rule(cr_server *srv, cr_room_rule **at)
{
	cr_room_rule *r = *at;

	if (r) {
		*at = r->next;
		cr_free(r);
		srv->n_rules--;
		srv->rules_version++;
	}
}

cr_status cr_server_set_room_options(cr_server *srv, cr_slice name, const cr_room_options *options)
{
	bool prefix = name.len > 0 && name.ptr[name.len - 1] == '*';
	cr_slice own = cr_slice_of(name.ptr, name.len - prefix);

	if (name.len == 0 || name.len > CR_ROOM_NAME_MAX || (own.len > 0 && !cr_room_name_is_valid(own))) {
		return CR_ERR_FORM;
	}
	cr_room_rule **at = rule_at(srv, own, prefix), *r = *at;
	if (!options) {
		drop_rule(srv, at);
		return CR_OK;
	}
	if (!r && srv->n_rules >= CR_RULES_MAX) {
		return CR_ERR_TOOBIG;
	}
	if (!r) {
		r = cr_calloc(1, sizeof(*r) + own.len);
		if (!r) {
			return CR_ERR_NOMEM;
		}
		r->prefix = prefix;
		r->len = own.len;
		if (own.len > 0) {
			memcpy(r->name, own.ptr, own.len);
		}
		*at = r;
		srv->n_rules++;
	}
	r->options = *options;
	srv->rules_version++;
	return CR_OK;
}

/* Slow mode off is no rule when nothing else is special: rooms that had it for
 * a while leave nothing behind. */
cr_status cr_server_set_slow_mode(cr_server *srv, cr_slice name, uint64_t ms)
{
	bool prefix = name.len > 0 && name.ptr[name.len - 1] == '*';
	cr_slice own = cr_slice_of(name.ptr, name.len - prefix);
	cr_room_rule **at = rule_at(srv, own, prefix);
	cr_room_options without, o;

	resolve(srv, own, *at, &without);
	o = *at ? (*at)->options : without;
	o.slow_mode = ms;
	if (are_same(&o, &without)) {
		return cr_server_set_room_options(srv, name, NULL);
	}
	return cr_server_set_room_options(srv, name, &o);
}

void cr_server_room_options(const cr_server *srv, cr_slice name, cr_room_options *out)
{
	resolve(srv, name, NULL, out);
}

void cr_rules_free(cr_server *srv)
{
	while (srv->rules) {
		cr_room_rule *next = srv->rules->next;

		cr_free(srv->rules);
		srv->rules = next;
	}
	srv->n_rules = 0;
}

/* Presence */

bool cr_room_has_presence(cr_server *srv, cr_room *room)
{
	const cr_room_state *st = cr_room_state_of(srv, room);

	return st && st->options.presence;
}

static void announce(cr_server *srv, cr_room *room, const char *event, const cr_peer *p, const cr_uuid *uid,
	cr_membership *except)
{
	const cr_room_state *st = room->out;
	char text[CR_UUID_LEN];
	cr_json_out o;

	cr_uuid_write(uid, text);
	cr_json_out_init(&o, cr_scratch(srv));
	cr_json_out_open(&o, NULL, '{');
	cr_json_out_cstr(&o, "type", "presence");
	cr_json_out_str(&o, "room", cr_room_name(room));
	cr_json_out_cstr(&o, "event", event);
	cr_json_out_str(&o, "uid", cr_slice_of(text, CR_UUID_LEN));
	if (p && p->user) {
		cr_json_out_str(&o, "user", cr_slice_of(p->user->id, p->user->id_len));
	}
	if (p && p->name) {
		cr_json_out_str(&o, "name", cr_slice_of(p->name, p->name_len));
	}
	cr_json_out_u64(&o, "count", cr_presence_count(st->presence));
	cr_json_out_close(&o, '}');
	if (o.status != CR_OK || cr_broadcast_event(srv, room, except, cr_scratch_slice(srv)) != CR_OK) {
		srv->stats.out_of_memory++;
	}
}

/* It is back within presence_grace: nobody noticed that it was gone. */
static bool was_held(cr_session *s, const cr_room *room, const cr_room_state *st)
{
	cr_peer *p = s->peer;

	for (size_t i = 0; p && i < p->n_was_in; i++) {
		cr_was_in *w = &p->was_in[i];

		if (w->held == st->presence_id && cr_slice_eq(cr_was_in_name(w), cr_room_name(room))) {
			w->held = 0;
			return true;
		}
	}
	return false;
}

static void presence_enter(cr_session *s, cr_membership *ms)
{
	cr_server *srv = s->srv;
	cr_room_state *st = cr_room_state_of(srv, ms->room);
	char buf[CR_SUBJECT_MAX];
	bool first = false;

	if (!st || !st->options.presence || was_held(s, ms->room, st)) {
		return;
	}
	if (cr_presence_enter(&st->presence, cr_subject_of(s, buf), &first) != CR_OK) {
		srv->stats.out_of_memory++;
	} else if (first) {
		announce(srv, ms->room, "join", s->peer, &s->uid, ms);
	}
}

static void presence_left(cr_server *srv, cr_room *room, cr_slice subject, const cr_peer *p, const cr_uuid *uid)
{
	cr_room_state *st = room->out;

	if (st && cr_presence_leave(&st->presence, subject) && room->n_members > 0) {
		announce(srv, room, "leave", p, uid, NULL);
	}
}

void cr_room_presence_leave(cr_server *srv, cr_room *room, const cr_peer *p, uint64_t presence_id)
{
	const cr_room_state *st = room->out;
	char buf[CR_SUBJECT_MAX];

	if (st && st->presence_id == presence_id) {
		presence_left(srv, room, cr_subject_of_peer(p, buf), p, &p->uid);
	}
}

/* In and out */

cr_status cr_room_enter(cr_session *s, cr_slice name, cr_membership **ms)
{
	cr_server *srv = s->srv;
	cr_room *room = cr_rooms_find(&srv->rooms, name);

	/* what was said before this one came is not for it */
	if (room) {
		cr_broadcast_stage_room(srv, name);
		/* a switch of presence takes hold of those before, and of this one by itself */
		(void) cr_room_state_of(srv, room);
	}
	size_t before = room ? room->n_members : 0;
	cr_status st = cr_room_join(&srv->rooms, &s->member, name, ms);
	if (st != CR_OK) {
		return st;
	}
	if ((*ms)->room->n_members > before) {
		presence_enter(s, *ms);
	}
	return CR_OK;
}

/* held: its presence goes later (cr_room_presence_leave). */
void cr_room_exit(cr_session *s, cr_membership *ms, bool held)
{
	cr_server *srv = s->srv;
	cr_room *room = ms->room;
	cr_room_state *st = room->out ? cr_room_state_of(srv, room) : NULL;
	bool last = room->n_members == 1;
	char buf[CR_SUBJECT_MAX];

	if (st) {
		cr_broadcast_stage_batch(srv, &st->batch);
	}
	cr_room_leave(&srv->rooms, ms);
	if (!last && !held && st && st->presence) {
		presence_left(srv, room, cr_subject_of(s, buf), s->peer, &s->uid);
	}
}
