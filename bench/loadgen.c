/* Load for a chat server, and a judge of what comes back.
 *
 * Clients connect to ws://127.0.0.1:PORT/PATH, or wss. Senders write {"message": TEXT},
 * and everybody else must get {"message": TEXT, "uid": UUID}, the sender not.
 * The first 16 characters of a text are the sender's number and its sequence
 * number, 8 digits each: so every receiver can tell what was lost, doubled or
 * put out of order.
 *
 *   closed  --window messages are in flight; one that has reached all others is
 *           followed by the next. Measures how much a server can carry.
 *   open    --rate messages a second, whether the server keeps up or not. The
 *           clock of a message starts when it was due, so a stall counts for all
 *           that had to wait in it. Measures latency.
 *   idle    connections without traffic, or with one message each before (--greet).
 *           Measures memory.
 *
 * With --v1 clients speak chatroom.v1 and may be in many rooms: every member of a
 * message's room must get it, and nobody else.
 *
 * The latency of a message is the time until the last receiver has it.
 * One line of JSON goes to standard output; the exit status is 0 when nothing
 * was lost, doubled, misordered or closed.
 * Reading and frames are in client.c, v1 in v1.c, what is sent in prepared.c, books in ledger.c.
 */
#include "client.h"
#include "figures.h"
#include "histogram.h"
#include "ledger.h"
#include "loadgen.h"
#include "prepared.h"
#include "procinfo.h"
#include "v1.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

#define EVENTS_MAX    1024
#define SEC           1000000000ull
#define STALL_NS      (5 * SEC) /* no delivery for so long: what is missing is lost */
#define CONNECT_NS    (60 * SEC)
#define SETTLE_NS     (SEC / 5) /* for the server to enter the last client into its list */
#define IN_FLIGHT_MAX (1u << 20)
#define RING_MIN      8
#define VARIANTS      8 /* texts of JSON per sender */
#define UUID_LEN      36

static const char message_key[] = "\"message\"";
static const char uid_key[] = "\"uid\"";
static const char usual_start[] = PREPARED_START;

enum { START_LEN = PREPARED_START_LEN,
	ID_LEN = PREPARED_ID_LEN };

/* A message that has not reached everybody yet. */
typedef struct flight {
	uint64_t due;
	uint32_t remaining;
} flight;

typedef struct sender {
	client *client;
	uint32_t room, place; /* 0 and the client's number without rooms */
	uint32_t acked;
	prepared messages[VARIANTS]; /* the n-th is followed by the next */
	uint32_t variants;
	uint32_t next_seq, first_open; /* flights [first_open, next_seq) are in the ring */
	uint32_t ring_size;
	flight *ring;
	char uid[UUID_LEN];
	bool dirty;
} sender;

typedef struct snapshot {
	uint64_t at, deliveries, received, segments, server_cpu, own_cpu;
} snapshot;

typedef struct loadgen {
	const loadgen_options *opt;
	client_target target;
	int epoll_fd;
	client *clients;
	sender *senders;
	sender **dirty;
	uint32_t dirty_count, open_count, closed_count, next_sender;
	ledger books;
	uint64_t deliveries, messages, completed, in_flight;
	uint64_t malformed, echoes, skipped, unacked;
	uint64_t joined;
	uint64_t last_delivery; /* when; as precise as a wake-up */
	uint64_t measure_from, measure_until;
	uint64_t open_start, open_due; /* messages due since then */
	bool sending;
	uint64_t connect_ns;
	histogram latency;
} loadgen;

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t) ts.tv_sec * SEC + (uint64_t) ts.tv_nsec;
}

static void *allocate(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);

	if (p == NULL) {
		err(1, "calloc");
	}
	return p;
}

/* Senders go round the rooms, and within a room round its members. */
static void sender_init(sender *s, loadgen *lg, uint32_t number)
{
	const loadgen_options *opt = lg->opt;

	s->room = number % opt->rooms;
	s->place = (number / opt->rooms + s->room) % opt->members;
	s->client = &lg->clients[v1_client_at(opt, s->room, s->place)];
	s->ring_size = RING_MIN;
	s->ring = allocate(s->ring_size, sizeof(*s->ring));
	s->variants = opt->json ? VARIANTS : 1;
	for (uint32_t i = 0; i < s->variants; i++) {
		prepared_init(&s->messages[i], opt, number, i);
	}
}

static void sender_deinit(sender *s)
{
	for (uint32_t i = 0; i < s->variants; i++) {
		prepared_deinit(&s->messages[i]);
	}
	free(s->ring);
}

static void grow_ring(sender *s)
{
	flight *ring = allocate(s->ring_size * 2, sizeof(*ring));

	for (uint32_t seq = s->first_open; seq != s->next_seq; seq++) {
		ring[seq & (s->ring_size * 2 - 1)] = s->ring[seq & (s->ring_size - 1)];
	}
	free(s->ring);
	s->ring = ring;
	s->ring_size *= 2;
}

static const prepared *message_of(const sender *s, uint32_t seq)
{
	return &s->messages[seq % s->variants];
}

/* Puts the next message into the sender's buffer; flush_dirty() writes it. */
static void send_message(loadgen *lg, sender *s, uint64_t due)
{
	if (s->client->state != CLIENT_OPEN) {
		return;
	}
	if (s->next_seq - s->first_open == s->ring_size) {
		grow_ring(s);
	}
	s->ring[s->next_seq & (s->ring_size - 1)] = (flight){due, lg->opt->members - 1};

	const prepared *message = message_of(s, s->next_seq);
	prepared_write(message, client_reserve(s->client, message->frame_len), s->next_seq);
	s->next_seq++;
	lg->in_flight++;
	lg->unacked += lg->opt->ids;
	lg->messages++;
	if (!s->dirty) {
		s->dirty = true;
		lg->dirty[lg->dirty_count++] = s;
	}
}

static void flush_dirty(loadgen *lg)
{
	for (uint32_t i = 0; i < lg->dirty_count; i++) {
		sender *s = lg->dirty[i];
		s->dirty = false;
		if (s->client->state == CLIENT_OPEN) {
			client_flush(s->client, lg->epoll_fd);
		}
	}
	lg->dirty_count = 0;
}

/* In rooms, messages go in pairs: else no two of a room would be under way together, and there
 * would be no order to keep. */
static uint32_t stride(const loadgen_options *opt)
{
	return opt->rooms > 1 && opt->window > 1 ? opt->window / 2 : opt->window;
}

static void complete(loadgen *lg, sender *s, const flight *f)
{
	uint64_t now = now_ns();
	/* closed: messages that end while measuring; open: those that were due then */
	uint64_t counted_at = lg->opt->mode == MODE_OPEN ? f->due : now;

	if (counted_at >= lg->measure_from && counted_at < lg->measure_until) {
		histogram_add(&lg->latency, now - f->due);
		lg->completed++;
	}
	lg->in_flight--;
	while (s->first_open != s->next_seq
		   && s->ring[s->first_open & (s->ring_size - 1)].remaining == 0) {
		s->first_open++;
	}
	if (lg->opt->mode == MODE_CLOSED && lg->sending) {
		/* with fewer messages than senders the turn wanders, so that all take part */
		uint32_t next = (uint32_t) (s - lg->senders);
		if (lg->opt->window < lg->opt->senders) {
			next = (next + stride(lg->opt)) % lg->opt->senders;
		}
		send_message(lg, &lg->senders[next], now);
	}
}

/* A sender's uid must be one UUID, the same for all receivers. Looked at in first messages only. */
static bool is_right_uid(sender *s, const uint8_t *payload, size_t len)
{
	const uint8_t *uid = prepared_find(payload, len, uid_key);

	if (uid == NULL || payload + len - uid <= UUID_LEN || uid[UUID_LEN] != '"' || uid[8] != '-') {
		return false;
	}
	if (s->uid[0] == '\0') {
		memcpy(s->uid, uid, UUID_LEN);
	}
	return memcmp(s->uid, uid, UUID_LEN) == 0;
}

/* All behind the numbers. Hooks may change a text; what was compressed nobody did. */
static bool is_right_text(const loadgen *lg, uint32_t sender_id, uint32_t seq, const uint8_t *text)
{
	const prepared *message = message_of(&lg->senders[sender_id], seq);

	return memcmp(text + ID_LEN, message->text + ID_LEN, lg->opt->size - ID_LEN) == 0;
}

/* Each message is acknowledged once, in the order in which its sender sent them. */
static void on_ack(loadgen *lg, const uint8_t *payload, size_t len)
{
	const uint8_t *id = v1_ack_id(payload, len);
	uint32_t sender_id = id ? prepared_number(id) : UINT32_MAX;

	if (sender_id >= lg->opt->senders
		|| prepared_number(id + ID_LEN / 2) != lg->senders[sender_id].acked
		|| lg->senders[sender_id].acked == lg->senders[sender_id].next_seq) {
		lg->malformed++;
		return;
	}
	lg->senders[sender_id].acked++;
	lg->unacked--;
}

/* v1: whether it was no message. */
static bool on_control(loadgen *lg, client *c, const uint8_t *payload, size_t len)
{
	v1_frame frame = v1_frame_of(payload, len);

	if (frame == V1_JOINED) {
		c->joined++;
		lg->joined++;
	}
	if (frame == V1_ACK) {
		on_ack(lg, payload, len);
	} else if (frame == V1_OTHER && c->joined < v1_rooms_per_client(lg->opt)) {
		/* on a busy machine hello may come after the server's half second of patience */
		c->again = true;
		client_close(c);
	} else if (frame == V1_OTHER) {
		if (lg->malformed++ == 0) {
			warnx("unexpected: %.*s", (int) (len < 200 ? len : 200), payload);
		}
	}
	return frame != V1_MESSAGE;
}

static void on_text(void *arg, client *c, const uint8_t *payload, size_t len, bool seen)
{
	loadgen *lg = arg;
	const uint8_t *text = payload + START_LEN;
	size_t size = lg->opt->size;

	if (lg->opt->v1 && on_control(lg, c, payload, len)) {
		return;
	}
	if (__builtin_expect(len < START_LEN || memcmp(payload, usual_start, START_LEN) != 0, 0)) {
		text = prepared_find(payload, len, message_key);
	}
	if (text == NULL || (size_t) (payload + len - text) < size + 2 || text[size] != '"') {
		lg->malformed++;
		return;
	}

	uint32_t sender_id = prepared_number(text), seq = prepared_number(text + ID_LEN / 2);
	if (sender_id >= lg->opt->senders || seq >= lg->senders[sender_id].next_seq) {
		lg->malformed++;
		return;
	}
	sender *s = &lg->senders[sender_id];
	if (seq == 0 && !is_right_uid(s, payload, len)) {
		lg->malformed++;
		return;
	}
	if (lg->opt->deflate && !seen && !is_right_text(lg, sender_id, seq, text)) {
		lg->malformed++; /* it did arrive, though */
	}
	if (s->client == c) {
		lg->echoes++;
		return;
	}
	uint32_t place = v1_place_of(lg->opt, c->id);
	if (lg->opt->v1
		&& (v1_client_at(lg->opt, s->room, place) != c->id
			|| !v1_is_from_room(text + size, (size_t) (payload + len - text) - size, s->room))) {
		lg->malformed++;
		return;
	}
	if (!ledger_note(&lg->books, place, sender_id, seq)) {
		return;
	}
	lg->deliveries++;
	flight *f = &s->ring[seq & (s->ring_size - 1)];
	if (--f->remaining == 0) {
		complete(lg, s, f);
	}
}

static void connect_again(loadgen *lg, client *c)
{
	lg->joined -= c->joined;
	lg->open_count--;
	c->joined = 0;
	c->again = c->wants_write = false;
	client_connect(c, &lg->target, lg->epoll_fd);
}

static void on_event(loadgen *lg, client *c, uint32_t events)
{
	client_state before = c->state;

	if (before == CLIENT_CLOSED) {
		return; /* closed earlier in the same wake-up */
	}
	if (before < CLIENT_UPGRADING) {
		client_begin(c, &lg->target, lg->epoll_fd);
	} else {
		if (events & (EPOLLIN | EPOLLERR | EPOLLHUP)) {
			client_read(c, lg->epoll_fd, on_text, lg);
		}
		if (c->state == CLIENT_OPEN && events & EPOLLOUT) {
			client_flush(c, lg->epoll_fd);
		}
	}
	if (before != CLIENT_OPEN && c->state == CLIENT_OPEN) {
		lg->open_count++;
		if (lg->opt->v1) {
			v1_say_hello(lg->opt, c); /* or the server would greet one who says nothing */
			client_flush(c, lg->epoll_fd);
		}
	}
	if (c->state == CLIENT_CLOSED && c->again) {
		connect_again(lg, c);
	}
	lg->closed_count += c->state == CLIENT_CLOSED;
}

/* One wake-up; waits no longer than until. */
static void turn(loadgen *lg, uint64_t until)
{
	static struct epoll_event events[EVENTS_MAX];
	uint64_t now = now_ns(), wait = until > now ? until - now : 0, before = lg->deliveries;
	struct timespec ts = {.tv_sec = (time_t) (wait / SEC), .tv_nsec = (long) (wait % SEC)};

	int n = epoll_pwait2(lg->epoll_fd, events, EVENTS_MAX, &ts, NULL);
	for (int i = 0; i < n; i++) {
		on_event(lg, events[i].data.ptr, events[i].events);
	}
	if (lg->deliveries != before) {
		lg->last_delivery = now_ns();
	}
}

static void pass_time(loadgen *lg, uint64_t ns)
{
	uint64_t until = now_ns() + ns;

	while (now_ns() < until) {
		turn(lg, until);
	}
}

/* The clients below count, of which those below `started` have been connected already.
 * At most opt->pace connections are under way: a listen queue that overflows costs seconds. */
static void connect_some(loadgen *lg, uint32_t started, uint32_t count)
{
	uint64_t start = now_ns();

	while (lg->open_count < count) {
		while (started < count && started - lg->open_count < lg->opt->pace) {
			lg->clients[started].id = started;
			client_connect(&lg->clients[started], &lg->target, lg->epoll_fd);
			started++;
		}
		turn(lg, now_ns() + SEC / 10);
		if (lg->closed_count > 0 || now_ns() - start > CONNECT_NS) {
			errx(2, "%u of %u clients connected, %u were refused", lg->open_count,
				lg->opt->clients, lg->closed_count);
		}
	}
	lg->connect_ns = now_ns() - start;
}

/* Everybody has said hello: until all are in their rooms. */
static void join_all(loadgen *lg)
{
	uint64_t start = now_ns();
	uint64_t all = (uint64_t) lg->opt->clients * v1_rooms_per_client(lg->opt);
	while (lg->open_count < lg->opt->clients || lg->joined < all) {
		turn(lg, now_ns() + SEC / 10);
		if (lg->closed_count > 0 || lg->malformed > 0 || now_ns() - start > CONNECT_NS) {
			errx(2, "clients are in %u of %u rooms together", (unsigned) lg->joined, (unsigned) all);
		}
	}
}

static snapshot take_snapshot(const loadgen *lg)
{
	snapshot snap = {.at = now_ns(), .deliveries = lg->deliveries};

	for (uint32_t i = 0; i < lg->opt->clients; i++) {
		snap.received += lg->clients[i].received;
		snap.segments += lg->opt->v1 ? client_segments(&lg->clients[i]) : 0;
	}
	snap.own_cpu = procinfo_own_cpu_ns();
	snap.server_cpu = procinfo_cpu_ns(lg->opt->pid);
	return snap;
}

static uint64_t due_at(const loadgen *lg, uint64_t n)
{
	return lg->open_start + (uint64_t) ((double) n * (double) SEC / lg->opt->rate);
}

/* Open loop: everything that is due by now, late or not. Returns when the next is due. */
static uint64_t send_due(loadgen *lg)
{
	uint64_t now = now_ns(), due;

	while ((due = due_at(lg, lg->open_due)) <= now) {
		if (lg->in_flight < IN_FLIGHT_MAX) {
			send_message(lg, &lg->senders[lg->next_sender], due);
		} else {
			lg->skipped++;
		}
		lg->next_sender = (lg->next_sender + 1) % lg->opt->senders;
		lg->open_due++;
	}
	return due;
}

static void run_until(loadgen *lg, uint64_t until)
{
	while (now_ns() < until && lg->closed_count == 0) {
		uint64_t wake = until;
		if (lg->opt->mode == MODE_OPEN) {
			uint64_t due = send_due(lg);
			wake = due < until ? due : until;
		} else if (now_ns() - lg->last_delivery > STALL_NS) {
			return;
		} else if (wake > now_ns() + SEC) {
			wake = now_ns() + SEC;
		}
		flush_dirty(lg);
		turn(lg, wake);
		flush_dirty(lg);
	}
}

static void drain(loadgen *lg)
{
	lg->sending = false;
	lg->last_delivery = now_ns();
	while (lg->in_flight + lg->unacked > 0 && lg->closed_count == 0 && now_ns() - lg->last_delivery < STALL_NS) {
		turn(lg, now_ns() + SEC / 10);
	}
	/* what comes twice or to its own sender comes late */
	pass_time(lg, SEC / 10);
}

/* Messages that were due while measuring and never arrived waited until now at least. */
static void count_incomplete(loadgen *lg)
{
	uint64_t now = now_ns();

	for (uint32_t i = 0; i < lg->opt->senders; i++) {
		sender *s = &lg->senders[i];
		for (uint32_t seq = s->first_open; seq != s->next_seq; seq++) {
			flight *f = &s->ring[seq & (s->ring_size - 1)];
			if (f->remaining > 0 && f->due >= lg->measure_from && f->due < lg->measure_until) {
				histogram_add(&lg->latency, now - f->due);
			}
		}
	}
}

static uint64_t count_lost(const loadgen *lg)
{
	uint32_t *sent = allocate(lg->opt->senders * 2, sizeof(*sent)), *own = sent + lg->opt->senders;

	for (uint32_t i = 0; i < lg->opt->senders; i++) {
		sent[i] = lg->senders[i].next_seq;
		own[i] = lg->senders[i].place;
	}
	uint64_t lost = ledger_lost(&lg->books, sent, own);
	free(sent);
	return lost;
}

/* What has gone wrong so far; returns whether nothing has. */
static bool put_errors(const loadgen *lg)
{
	const struct {
		const char *name;
		uint64_t count;
	} errors[] = {
		{"lost", count_lost(lg)},
		{"dup", lg->books.duplicates},
		{"misordered", lg->books.misordered},
		{"malformed", lg->malformed},
		{"echoes", lg->echoes},
		{"closed", lg->closed_count},
		{"skipped", lg->skipped},
		{"unacked", lg->unacked},
	};
	bool right = true;

	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		put_int(errors[i].name, errors[i].count);
		right = right && errors[i].count == 0;
	}
	return right;
}

static bool report_traffic(const loadgen *lg, const snapshot *from, const snapshot *to)
{
	static const char *const modes[] = {[MODE_CLOSED] = "closed", [MODE_OPEN] = "open"};
	const loadgen_options *opt = lg->opt;
	uint64_t time = to->at - from->at, deliveries = to->deliveries - from->deliveries;
	uint64_t server_cpu = to->server_cpu - from->server_cpu;
	double seconds = ratio(time, SEC);

	printf("{\"mode\":\"%s\"", modes[opt->mode]);
	put_int("clients", opt->clients);
	put_int("senders", opt->senders);
	put_int("size", opt->size);
	if (opt->mode == MODE_OPEN) {
		put_real("rate", opt->rate);
	} else {
		put_int("window", opt->window);
	}
	put_real("seconds", seconds);
	put_int("deliveries", deliveries);
	put_real("deliveries_per_s", (double) deliveries / seconds);
	put_real("messages_per_s", (double) lg->completed / seconds);
	put_latency("p50_us", histogram_quantile(&lg->latency, 0.5));
	put_latency("p99_us", histogram_quantile(&lg->latency, 0.99));
	put_latency("p999_us", histogram_quantile(&lg->latency, 0.999));
	put_latency("max_us", lg->latency.max);
	put_real("server_cpu_ns_per_delivery", ratio(server_cpu, deliveries));
	put_real("bytes_per_delivery", ratio(to->received - from->received, deliveries));
	if (opt->v1) {
		put_real("deliveries_per_write", ratio(deliveries, to->segments - from->segments));
	}
	put_real("server_cpu", ratio(server_cpu, time));
	put_real("load_cpu", ratio(to->own_cpu - from->own_cpu, time));
	put_real("connects_per_s", opt->clients / ratio(lg->connect_ns, SEC));
	put_int("rss", procinfo_rss(opt->pid));
	put_int("sent", lg->messages);
	bool right = put_errors(lg);
	puts("}");
	return right;
}

static bool run_traffic(loadgen *lg)
{
	const loadgen_options *opt = lg->opt;

	pass_time(lg, SETTLE_NS);
	lg->sending = true;
	lg->open_start = lg->last_delivery = now_ns();
	lg->measure_from = lg->open_start + (uint64_t) (opt->warmup * (double) SEC);
	lg->measure_until = lg->measure_from + (uint64_t) (opt->seconds * (double) SEC);
	if (opt->mode == MODE_CLOSED) {
		for (uint32_t i = 0; i < opt->window; i++) {
			send_message(lg, &lg->senders[i % stride(opt) % opt->senders], lg->open_start);
		}
	}

	run_until(lg, lg->measure_from);
	snapshot from = take_snapshot(lg);
	run_until(lg, lg->measure_until);
	snapshot to = take_snapshot(lg);
	drain(lg);
	count_incomplete(lg);
	return report_traffic(lg, &from, &to);
}

/* Not all at once: how much the server can keep waiting is not the question. */
static void greet(loadgen *lg)
{
	pass_time(lg, SETTLE_NS);
	for (uint32_t i = 0; i < lg->opt->senders; i++) {
		send_message(lg, &lg->senders[i], now_ns());
		flush_dirty(lg);
		lg->last_delivery = now_ns();
		while (lg->in_flight >= lg->opt->window && lg->closed_count == 0
			   && now_ns() - lg->last_delivery < STALL_NS) {
			turn(lg, now_ns() + SEC / 10);
		}
	}
	drain(lg);
}

static bool run_idle(loadgen *lg, uint64_t rss_before, uint64_t slab_before)
{
	if (lg->opt->greet) {
		greet(lg);
	}
	pass_time(lg, 5 * SETTLE_NS);
	snapshot from = take_snapshot(lg);
	pass_time(lg, (uint64_t) (lg->opt->seconds * (double) SEC));
	snapshot to = take_snapshot(lg);
	uint64_t rss = procinfo_rss(lg->opt->pid);

	printf("{\"mode\":\"idle\"");
	put_int("clients", lg->opt->clients);
	put_real("seconds", ratio(to.at - from.at, SEC));
	put_int("rss_before", rss_before);
	put_int("rss", rss);
	put_real("rss_per_connection", ((double) rss - (double) rss_before) / lg->opt->clients);
	put_real("kernel_per_connection", ((double) procinfo_slab() - (double) slab_before) / lg->opt->clients);
	put_real("idle_cpu_ms", (double) (to.server_cpu - from.server_cpu) / 1e6);
	put_real("connects_per_s", lg->opt->clients / ratio(lg->connect_ns, SEC));
	bool right = put_errors(lg);
	puts("}");
	return right;
}

int main(int argc, char **argv)
{
	loadgen_options opt = loadgen_options_parse(argc, argv);
	loadgen lg = {
		.opt = &opt,
		.target = {opt.path, opt.port, opt.sources, opt.tls, opt.deflate, opt.v1, opt.greet},
	};

	procinfo_raise_file_limit(opt.clients);
	lg.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	lg.clients = allocate(opt.clients, sizeof(*lg.clients));
	lg.senders = allocate(opt.senders, sizeof(*lg.senders));
	lg.dirty = allocate(opt.senders, sizeof(sender *));
	ledger_init(&lg.books, opt.members, opt.senders);

	if (opt.mode == MODE_IDLE) {
		connect_some(&lg, 0, 1); /* the code and tables that a server needs from its first client on are no client's */
		pass_time(&lg, SETTLE_NS);
	}
	uint64_t rss_before = procinfo_rss(opt.pid), slab_before = procinfo_slab();
	connect_some(&lg, lg.open_count, opt.clients);
	for (uint32_t i = 0; i < opt.senders; i++) {
		sender_init(&lg.senders[i], &lg, i);
	}
	if (opt.v1) {
		join_all(&lg);
	}
	bool right = opt.mode == MODE_IDLE ? run_idle(&lg, rss_before, slab_before) : run_traffic(&lg);

	for (uint32_t i = 0; i < opt.clients; i++) {
		client_close(&lg.clients[i]);
	}
	for (uint32_t i = 0; i < opt.senders; i++) {
		sender_deinit(&lg.senders[i]);
	}
	ledger_deinit(&lg.books);
	free(lg.clients);
	free(lg.senders);
	free(lg.dirty);
	return right ? 0 : 3;
}
