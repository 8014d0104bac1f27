/* mem_limit: what clients can make the server hold by sending half of
 * something. Each is bounded by itself (max_message_size, the HTTP head's 16
 * KiB); this bounds them together.
 *
 * Weighed after every read that leaves something behind, so a message that
 * arrives whole costs three looks at null pointers. Over the limit, at the end
 * of the turn, those who hold the most have to go: they are no more than they
 * must be, and whoever holds little is left alone however late it came. What
 * is queued for sockets is send_queue_limit's, history is history_memory's. */
#include "ext/server/chat.h"

#define INFLATER_BYTES (40 * 1024) /* zlib's state and window, docs/compression.md */

static size_t held_by(const cr_session *s)
{
	size_t n = 0;

	if (s->ws) {
		n += sizeof(*s->ws) + s->ws->message.cap + (s->inflater ? INFLATER_BYTES : 0);
	}
	if (s->pending) {
		n += sizeof(*s->pending) + s->pending->input.cap + s->pending->text_len;
	}
	if (s->http) {
		n += sizeof(*s->http) + s->http->in.cap;
	}
	return n;
}

void cr_session_weigh(cr_session *s)
{
	cr_server *srv = s->srv;
	uint32_t now = (uint32_t) held_by(s);

	if (now == s->held) {
		return;
	}
	srv->held_bytes += now;
	srv->held_bytes -= s->held;
	s->held = now;
	if (srv->held_bytes > srv->config.mem_limit) {
		cr_loop_cut_turn(&srv->loop); /* or the rest of the turn would add to it */
	}
}

static void let_go(cr_session *s)
{
	s->srv->stats.over_mem_limit++;
	if (s->state == CR_SESSION_OPEN) {
		cr_ws_fail(s, 1013, "out of memory for messages");
	} else if (s->state == CR_SESSION_HTTP && s->waits == 0) {
		cr_http_refuse(s, 503, "Out of memory for requests.", "Retry-After: 10\r\n");
	} else {
		cr_session_abort(s, 1006);
	}
	/* nothing of it is read any more: its bytes need not wait for its FIN */
	cr_http_free(s);
	cr_session_free_pending(s);
	cr_ws_forget(s);
	cr_session_weigh(s);
}

static void let_go_in(cr_server *srv, cr_list *list, uint32_t from, uint64_t until)
{
	for (cr_list *l = list->next, *next; l != list && srv->held_bytes > until; l = next) {
		cr_session *s = cr_container_of(l, cr_session, all);

		next = l->next;
		if (s->held >= from) {
			let_go(s);
		}
	}
}

static uint32_t most_in(const cr_list *list, uint32_t most)
{
	for (const cr_list *l = list->next; l != list; l = l->next) {
		uint32_t held = cr_container_of(l, const cr_session, all)->held;

		most = held > most ? held : most;
	}
	return most;
}

/* An eighth at a time, so that looking at all of them is paid by many bytes. */
void cr_held_keep_limit(cr_server *srv)
{
	uint64_t limit = srv->config.mem_limit, until = limit - limit / 8, left_out;

	if (srv->held_bytes <= limit) {
		return;
	}
	if (cr_log_allow(&srv->throttle_held, cr_loop_now(&srv->loop), &left_out)) {
		cr_log_write(&srv->config.log, CR_LOG_WARN,
			"unfinished messages and requests are over mem_limit (%llu bytes): closing the largest, "
			"%llu more times since the last line",
			(unsigned long long) limit, (unsigned long long) left_out);
	}
	while (srv->held_bytes > until) {
		uint32_t most = most_in(&srv->open, most_in(&srv->sessions, 0));

		CR_ASSERT(most > 0);
		if (most == 0) {
			return;
		}
		let_go_in(srv, &srv->sessions, most - most / 4, until);
		let_go_in(srv, &srv->open, most - most / 4, until);
	}
}
