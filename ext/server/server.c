/* The facade: configuration, run(), stop, stats.
 *
 * run() owns everything that lives only while serving: the loop, listeners,
 * signals, deadlines. What the application set up before (addresses, timers)
 * stays for the next run().
 *
 * Three ways out of the loop: drained after cr_server_stop(CR_STOP_DRAIN), the
 * drain timeout (or a second signal), and CR_STOP_NOW, after which no hook is
 * called. All three end in tear_down().
 */
#ifndef _GNU_SOURCE
# define _GNU_SOURCE /* O_PATH */
#endif
#include "ext/server/chat.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define HEARTBEAT_MS 100
#define SWEEP_MS     1000
#define SWEEP_PART   20000 /* timelines and sanctions looked at per sweep */
#define SCRATCH_KEPT 262144
#define SCRATCH_MAX  ((size_t) 512 * 1024 * 1024) /* a 64 MiB text, each byte escaped to six */
#define RESPONSE_MS  30000                        /* without progress */
#define RESERVED_FDS 64                           /* descriptors left to PHP: files, databases */

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t) ts.tv_sec * 1000000000 + (uint64_t) ts.tv_nsec;
}

uint64_t cr_unix_ms(void)
{
	return clock_ns(CLOCK_REALTIME) / 1000000;
}

void cr_server_config_init(cr_server_config *config)
{
	*config = (cr_server_config){
		.max_message_size = 65536,
		.max_fragments = 1024,
		.handshake_timeout = 10000,
		.message_timeout = 30000,
		.ping_interval = 25000,
		.ping_timeout = 20000,
		.close_timeout = 5000,
		.drain_timeout = 10000,
		.rate_messages = 20,
		.rate_window = 1000,
		.rate_burst = 40,
		.send_queue_limit = 1048576,
		.mem_limit = 268435456,
		.rooms_per_client = 128,
		.history_size = 100,
		.history_ttl = 300000,
		.history_bytes = 524288,
		.history_memory = 268435456,
		.resume_window = 120000,
		.presence_grace = 15000,
		.guests = true,
		.backlog = 511,
		.compression_level = 1,
		.compression_memory = 8,
		.compression_client_bits = 15,
		.compression_client_takeover = true,
		.compression_threshold = 128,
		.handle_signals = true,
	};
}

static char *dup_bytes(const void *ptr, size_t len)
{
	char *p = cr_malloc(len + 1);

	if (p) {
		memcpy(p, ptr, len);
		p[len] = '\0';
	}
	return p;
}

static bool copy_slices(cr_slice **out, const cr_slice *in, size_t n)
{
	if (n == 0) {
		return true;
	}
	*out = cr_calloc(n, sizeof(**out));
	for (size_t i = 0; *out && i < n; i++) {
		char *p = dup_bytes(in[i].ptr, in[i].len);

		if (!p) {
			return false;
		}
		(*out)[i] = cr_slice_of(p, in[i].len);
	}
	return *out != NULL;
}

static void free_slices(cr_slice *list, size_t n)
{
	for (size_t i = 0; list && i < n; i++) {
		cr_free((void *) (uintptr_t) list[i].ptr);
	}
	cr_free(list);
}

cr_server *cr_server_new(const cr_server_config *config, const cr_hooks *hooks, void *arg)
{
	cr_server *srv = cr_calloc(1, sizeof(*srv));

	if (!srv) {
		return NULL;
	}
	srv->config = *config;
	srv->hooks = hooks;
	srv->hooks_arg = arg;
	srv->public_fd = -1;
	srv->pid = (int) getpid();
	srv->ended_tail = &srv->ended;
	cr_list_init(&srv->sessions);
	cr_list_init(&srv->open);
	cr_list_init(&srv->dirty_rooms);
	cr_list_init(&srv->used_rooms);
	cr_rooms_init(&srv->rooms, cr_room_state_free, srv);
	cr_moderation_init(&srv->moderation);
	srv->rules_version = 1;
	const cr_timeline_limits kept = {
		.count = config->history_size,
		.bytes = config->history_bytes,
		.ttl_ms = config->history_ttl,
	};
	cr_timelines_init(&srv->timelines, &kept, config->history_memory);
	cr_buf_init(&srv->scratch, SCRATCH_MAX);
	cr_buf_init(&srv->ack_scratch, 4096);
	cr_buf_init(&srv->api_out, SCRATCH_MAX);
	cr_list_init(&srv->api_keys_order);
	bool ok = cr_hash_seed() == CR_OK
	          && copy_slices(&srv->origin_slices, config->origins, config->n_origins)
	          && copy_slices(&srv->host_slices, config->allowed_hosts, config->n_allowed_hosts)
	          && cr_proxies_init(&srv->proxies, config->trusted_proxies, config->n_trusted_proxies) == CR_OK
	          && (!config->tls || (srv->default_tls = cr_tls_new(config->tls)))
	          && (!config->api_token.len || (srv->api_token = dup_bytes(config->api_token.ptr, config->api_token.len)))
	          && (!config->secret.len || (srv->secret = dup_bytes(config->secret.ptr, config->secret.len)))
	          && (!config->public_dir || (srv->public_dir = dup_bytes(config->public_dir, strlen(config->public_dir))));
	if (!ok) {
		cr_server_free(srv);
		return NULL;
	}
	srv->config.tls = NULL;
	srv->config.trusted_proxies = NULL;
	srv->config.origins = srv->origin_slices;
	srv->config.allowed_hosts = srv->host_slices;
	srv->config.public_dir = srv->public_dir;
	srv->config.secret.ptr = (const uint8_t *) srv->secret;
	srv->config.api_token.ptr = (const uint8_t *) srv->api_token;
	return srv;
}

void cr_server_free(cr_server *srv)
{
	if (!srv) {
		return;
	}
	CR_ASSERT(!srv->running);
	cr_timers_free(srv);
	for (size_t i = 0; i < srv->n_addresses; i++) {
		cr_address_deinit(&srv->addresses[i]);
		cr_certs_remove(srv, i);
	}
	cr_tls_free(srv->default_tls);
	cr_proxies_deinit(&srv->proxies);
	cr_rooms_deinit(&srv->rooms);
	free_slices(srv->origin_slices, srv->config.n_origins);
	free_slices(srv->host_slices, srv->config.n_allowed_hosts);
	cr_free(srv->public_dir);
	if (srv->secret) {
		OPENSSL_cleanse(srv->secret, srv->config.secret.len);
	}
	if (srv->api_token) {
		OPENSSL_cleanse(srv->api_token, srv->config.api_token.len);
	}
	cr_free(srv->secret);
	cr_free(srv->api_token);
	cr_rules_free(srv);
	cr_moderation_deinit(&srv->moderation);
	cr_timelines_deinit(&srv->timelines);
	cr_free(srv);
}

void cr_server_want(cr_server *srv, uint32_t hooks)
{
	srv->asked = hooks;
	if (srv->serving) {
		srv->wanted = hooks;
	}
}

bool cr_trusted_proxy_is_valid(cr_slice text)
{
	return cr_proxy_is_valid(text);
}

cr_status cr_server_listen(cr_server *srv, cr_slice url, char error[CR_ERROR_MAX])
{
	return cr_server_listen_tls(srv, url, NULL, error);
}

cr_status cr_server_listen_tls(cr_server *srv, cr_slice url, const cr_tls_config *tls, char error[CR_ERROR_MAX])
{
	size_t i = srv->n_addresses;

	if (srv->running) {
		return CR_ERR_STATE;
	}
	if (i == CR_MAX_ADDRESSES) {
		snprintf(error, CR_ERROR_MAX, "is one address too many, the limit is %d", CR_MAX_ADDRESSES);
		return CR_ERR_FORM;
	}
	cr_status st = cr_address_parse(&srv->addresses[i], url, error);
	if (st != CR_OK) {
		return st;
	}
	st = cr_certs_add(srv, i, tls, error);
	if (st != CR_OK) {
		cr_address_deinit(&srv->addresses[i]);
		return st;
	}
	srv->n_addresses++;
	return CR_OK;
}

bool cr_server_address(const cr_server *srv, size_t i, char *out, size_t size)
{
	if (i >= srv->n_addresses) {
		return false;
	}
	cr_address_write(&srv->addresses[i], srv->running ? srv->ports[i] : srv->addresses[i].port, out, size);
	return true;
}

/* Stopping */

/* No hook is called from now on. */
static void abandon(cr_server *srv)
{
	srv->abandoned = true;
	srv->serving = false;
	srv->wanted = 0;
}

static void end_drain(void *arg)
{
	cr_server *srv = arg;

	srv->stats.timeouts_drain += srv->n_sessions;
	cr_loop_stop(&srv->loop);
}

static void close_listeners(cr_server *srv, bool forked)
{
	for (size_t i = 0; i < srv->n_addresses; i++) {
		if (forked && srv->listeners[i]) {
			cr_listener_forked(srv->listeners[i]);
		} else {
			cr_listener_close(srv->listeners[i]);
		}
		srv->listeners[i] = NULL;
	}
}

/* Says goodbye to everybody. Those in the middle of a request get its answer
 * (503 to an upgrade) or the drain timeout. */
static void begin_drain(cr_server *srv)
{
	cr_list *n, *next;

	srv->stopping = true;
	close_listeners(srv, false);
	cr_broadcast_stage_all(srv);
	cr_list_splice(&srv->sessions, &srv->open); /* all of them end here */
	for (n = srv->sessions.next; n != &srv->sessions; n = next) {
		cr_session *s = cr_container_of(n, cr_session, all);

		next = n->next;
		if (s->state == CR_SESSION_OPEN) {
			if (cr_is_v1(s)) {
				cr_v1_tell_reconnect(s, 1, "server stopping");
			}
			cr_session_close(s, 1001, CR_SLICE("server stopping"));
		} else if (s->state == CR_SESSION_HTTP && s->waits == 0 && s->http->in.len == 0) {
			cr_session_abort(s, 1006);
		}
	}
	uint32_t patience = srv->config.drain_timeout ? srv->config.drain_timeout : 1;
	srv->drain = cr_loop_timer_new(&srv->loop, patience, false, end_drain, srv);
	if (!srv->drain) {
		cr_loop_stop(&srv->loop);
	}
}

void cr_server_stop(cr_server *srv, cr_stop how)
{
	if (!srv->running) {
		return;
	}
	if (how == CR_STOP_NOW) {
		abandon(srv);
		cr_loop_stop(&srv->loop);
	} else if (!srv->stopping) {
		begin_drain(srv);
	}
}

static void on_signal(void *arg)
{
	cr_server *srv = arg;

	if (srv->stopping) {
		cr_loop_stop(&srv->loop); /* the second one: no more patience */
		return;
	}
	cr_log_write(&srv->config.log, CR_LOG_INFO, "stopping: %zu clients to close", cr_server_count(srv));
	cr_server_stop(srv, CR_STOP_DRAIN);
}

static void on_heartbeat(void *arg)
{
	cr_server *srv = arg;

	if (!srv->abandoned) {
		srv->hooks->on_heartbeat(srv->hooks_arg);
	}
}

/* What is too old goes, some of it at a time. */
static void compare_clocks(cr_server *srv)
{
	srv->unix_minus_monotonic_ns = clock_ns(CLOCK_REALTIME) - clock_ns(CLOCK_MONOTONIC);
}

static void on_sweep(void *arg)
{
	cr_server *srv = arg;
	uint64_t now = cr_loop_now(&srv->loop);

	compare_clocks(srv);
	srv->stats.loop_lag_ms = now > srv->tick_due_ms ? now - srv->tick_due_ms : 0;
	srv->tick_due_ms = now + SWEEP_MS;
	cr_timelines_sweep(&srv->timelines, now, SWEEP_PART);
	cr_moderation_sweep(&srv->moderation, now, SWEEP_PART);
	if (srv->scratch.cap > SCRATCH_KEPT) {
		cr_buf_deinit(&srv->scratch);
	}
}

/* The end of a turn: what ended is reported, what was said is staged. */
static void on_turn(void *arg)
{
	cr_server *srv = arg;

	/* a hook forked, and this is the child coming back into the loop: its
	 * sockets are the parent's */
	if ((srv->wanted || srv->timers || srv->abandoned) && CR_UNLIKELY((int) getpid() != srv->pid)) {
		cr_loop_forked(&srv->loop);
		cr_server_stop(srv, CR_STOP_NOW);
	}
	cr_held_keep_limit(srv);
	cr_sessions_report_ended(srv);
	cr_broadcast_end_turn(srv);
	if (srv->stopping && srv->n_sessions == 0) {
		cr_loop_stop(&srv->loop);
	}
}

/* Starting */

static void on_accept_pause(void *arg, cr_listener *l, int error)
{
	cr_server *srv = arg;
	uint64_t left_out;

	(void) l;
	srv->stats.accept_pauses++;
	if (cr_log_allow(&srv->throttle_accept, cr_loop_now(&srv->loop), &left_out)) {
		cr_log_write(&srv->config.log, CR_LOG_WARN,
			"cannot accept: %s; trying again every 500 ms, %llu more since the last line",
			strerror(error), (unsigned long long) left_out);
	}
}

static const cr_listener_callbacks listener_callbacks = {
	.on_accept = cr_session_on_accept,
	.on_pause = on_accept_pause,
};

static uint32_t raise_nofile(void)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) != 0) {
		return 1024;
	}
	if (lim.rlim_cur < lim.rlim_max) {
		rlim_t before = lim.rlim_cur;

		lim.rlim_cur = lim.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &lim) != 0) {
			lim.rlim_cur = before;
		}
	}
	return lim.rlim_cur > 10000000 ? 10000000 : (uint32_t) lim.rlim_cur;
}

static void set_max_clients(cr_server *srv)
{
	uint32_t fds = raise_nofile(), most = fds > RESERVED_FDS * 2 ? fds - RESERVED_FDS : fds / 2;

	srv->max_clients = srv->config.max_connections;
	if (srv->max_clients > most) {
		cr_log_write(&srv->config.log, CR_LOG_WARN,
			"max_connections is %u, but the limit of open files (ulimit -n) allows %u", srv->max_clients, most);
	}
	if (srv->max_clients == 0 || srv->max_clients > most) {
		srv->max_clients = most;
	}
}

static void init_deadlines(cr_server *srv)
{
	const cr_server_config *c = &srv->config;
	cr_rate_limit *rate = &srv->rate_limit;
	/* with pings off the same list still looks for idle clients */
	uint64_t look = c->ping_interval;

	if (c->idle_timeout && (look == 0 || c->idle_timeout < look)) {
		look = c->idle_timeout;
	}
	*rate = (cr_rate_limit){.messages = c->rate_messages, .window_ms = c->rate_window, .burst = c->rate_burst};
	uint64_t per_token = rate->messages ? (rate->window_ms + rate->messages - 1) / rate->messages : 0;

	cr_deadline_list_init(&srv->on_handshake, &srv->loop, c->handshake_timeout, cr_session_on_handshake_due);
	cr_deadline_list_init(&srv->on_response, &srv->loop, RESPONSE_MS, cr_session_on_response_due);
	cr_deadline_list_init(&srv->on_message, &srv->loop, c->message_timeout, cr_session_on_message_due);
	cr_deadline_list_init(&srv->on_ping, &srv->loop, look, cr_session_on_ping_due);
	cr_deadline_list_init(&srv->on_pong, &srv->loop, c->ping_timeout, cr_session_on_pong_due);
	cr_deadline_list_init(&srv->on_close, &srv->loop, c->close_timeout ? c->close_timeout : 1, cr_session_on_close_due);
	cr_deadline_list_init(&srv->on_rate, &srv->loop, per_token ? per_token : 1, cr_session_on_rate_due);
	cr_deadline_list_init(&srv->on_hello, &srv->loop, CR_HELLO_MS, cr_peer_on_hello_due);
	uint32_t grace = c->presence_grace ? c->presence_grace : 1;
	cr_deadline_list_init(&srv->on_grace, &srv->loop, grace, cr_peer_on_grace_due);
	cr_deadline_list_init(&srv->on_offline, &srv->loop, grace, cr_user_on_offline_due);
	cr_deadline_list_init(&srv->on_expired, &srv->loop, c->resume_window ? c->resume_window : 1, cr_peer_on_expired);
}

static cr_status open_listeners(cr_server *srv, char error[CR_ERROR_MAX])
{
	for (size_t i = 0; i < srv->n_addresses; i++) {
		const cr_address *a = &srv->addresses[i];
		cr_endpoint at = {.is_unix = a->is_unix, .host = a->host, .port = a->port, .path = a->host};
		cr_status st = cr_listener_open(&srv->listeners[i], &srv->loop, &at, srv->config.backlog,
			&listener_callbacks, srv, error, CR_ERROR_MAX);

		if (st != CR_OK) {
			return st;
		}
		cr_listener_set_index(srv->listeners[i], (int) i);
		srv->ports[i] = cr_listener_port(srv->listeners[i]);
	}
	return CR_OK;
}

/* A log that reaches RLIMIT_FSIZE fails to take a line; it does not end the
 * process. Whoever set a handler keeps it. */
static void ignore_sigxfsz(cr_server *srv)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	srv->ignores_xfsz = srv->config.handle_signals && sigaction(SIGXFSZ, NULL, &srv->xfsz) == 0
	                    && srv->xfsz.sa_handler == SIG_DFL && sigaction(SIGXFSZ, &ignore, NULL) == 0;
}

static void restore_sigxfsz(cr_server *srv)
{
	if (srv->ignores_xfsz) {
		srv->ignores_xfsz = false;
		(void) sigaction(SIGXFSZ, &srv->xfsz, NULL);
	}
}

static bool open_signals(cr_server *srv)
{
	if (srv->config.handle_signals) {
		srv->sigint = cr_loop_signal_new(&srv->loop, SIGINT, on_signal, srv);
		srv->sigterm = cr_loop_signal_new(&srv->loop, SIGTERM, on_signal, srv);
		if (!srv->sigint || !srv->sigterm || !cr_certs_open_signal(srv)) {
			return false;
		}
	}
	srv->tick_due_ms = cr_loop_now(&srv->loop) + SWEEP_MS;
	compare_clocks(srv);
	srv->sweep = cr_loop_timer_new(&srv->loop, SWEEP_MS, true, on_sweep, srv);
	if (!srv->sweep) {
		return false;
	}
	if (srv->config.coalesce) {
		srv->stage_timer = cr_loop_timer_new(&srv->loop, 0, false, cr_broadcast_on_stage_due, srv);
		if (!srv->stage_timer) {
			return false;
		}
	}
	if (srv->config.heartbeat && srv->hooks->on_heartbeat) {
		srv->heartbeat = cr_loop_timer_new(&srv->loop, HEARTBEAT_MS, true, on_heartbeat, srv);
		return srv->heartbeat != NULL;
	}
	return true;
}

static cr_status start(cr_server *srv, char error[CR_ERROR_MAX])
{
	cr_status st;

	if (srv->n_addresses == 0) {
		snprintf(error, CR_ERROR_MAX, "there is no address to listen on");
		return CR_ERR_SYS;
	}
	if (srv->public_dir) {
		srv->public_fd = open(srv->public_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (srv->public_fd < 0) {
			snprintf(error, CR_ERROR_MAX, "cannot open the folder %.150s: %s", srv->public_dir, strerror(errno));
			return CR_ERR_SYS;
		}
	}
	/* listen() has read them, perhaps long ago */
	st = cr_certs_are_there(srv) ? cr_server_reload_tls(srv, error) : CR_OK;
	if (st != CR_OK) {
		return st;
	}
	srv->json = cr_chat_json_new();
	srv->json_inside = cr_chat_json_new();
	if (!srv->json || !srv->json_inside || !open_signals(srv)) {
		snprintf(error, CR_ERROR_MAX, "out of memory");
		return CR_ERR_NOMEM;
	}
	srv->ws_limits.max_message = srv->config.max_message_size;
	srv->ws_limits.max_fragments = srv->config.max_fragments;
	st = open_listeners(srv, error);
	if (st == CR_OK && !cr_timers_arm(srv)) {
		st = CR_ERR_NOMEM;
	}
	if (st == CR_ERR_NOMEM) {
		snprintf(error, CR_ERROR_MAX, "out of memory");
	}
	return st;
}

static void log_start(cr_server *srv)
{
	char line[900], url[512];
	size_t n = 0;

	for (size_t i = 0; n < sizeof(line) && cr_server_address(srv, i, url, sizeof(url)); i++) {
		n += (size_t) snprintf(line + n, sizeof(line) - n, "%s%s", i ? ", " : "", url);
	}
	n = n < sizeof(line) ? n : sizeof(line) - 1;
	const cr_address *a = &srv->addresses[0];
	if ((srv->public_dir || cr_demo_is_on(srv, 0)) && !a->is_unix && n < sizeof(line)) {
		bool v6 = strchr(a->host, ':') != NULL;

		snprintf(line + n, sizeof(line) - n, "; page http%s://%s%s%s:%u/", a->is_tls ? "s" : "",
			v6 ? "[" : "", a->host, v6 ? "]" : "", srv->ports[0]);
	}
	cr_log_write(&srv->config.log, CR_LOG_INFO, "chatroom %s listens on %s; holds %u clients",
		CR_VERSION, line, srv->max_clients);
}

static void tear_down(cr_server *srv)
{
	bool forked = (int) getpid() != srv->pid;
	cr_list *n, *next;

	if (forked) {
		abandon(srv);
		cr_loop_forked(&srv->loop);
	}
	cr_timers_disarm(srv);
	close_listeners(srv, forked);
	cr_list_splice(&srv->sessions, &srv->open); /* all of them end here */
	for (n = srv->sessions.next; n != &srv->sessions; n = next) {
		cr_session *s = cr_container_of(n, cr_session, all);

		next = n->next;
		cr_session_abort(s, srv->stopping ? 1001 : 1006);
	}
	cr_loop_end_turn(&srv->loop, on_turn, srv);
	cr_peers_deinit(srv);
	if (cr_server_wants(srv, CR_HOOK_STOP)) {
		srv->hooks->on_stop(srv->hooks_arg);
	}
	cr_loop_event_free(srv->sigint);
	cr_loop_event_free(srv->sigterm);
	cr_loop_event_free(srv->sighup);
	cr_loop_event_free(srv->heartbeat);
	cr_loop_event_free(srv->sweep);
	cr_loop_event_free(srv->drain);
	cr_loop_event_free(srv->stage_timer);
	srv->stage_timer = NULL;
	srv->sigint = srv->sigterm = srv->sighup = srv->heartbeat = srv->drain = srv->sweep = NULL;
	cr_chat_json_free(srv->json);
	cr_chat_json_free(srv->json_inside);
	srv->json = srv->json_inside = NULL;
	cr_broadcast_deinit(srv);
	cr_buf_deinit(&srv->scratch);
	cr_buf_deinit(&srv->ack_scratch);
	cr_buf_deinit(&srv->api_out);
	cr_api_forget_keys(srv, UINT64_MAX);
	cr_deflate_deinit(srv);
	cr_files_forget(srv);
	cr_loop_deinit(&srv->loop);
	restore_sigxfsz(srv);
	if (srv->public_fd >= 0) {
		close(srv->public_fd);
		srv->public_fd = -1;
	}
	srv->running = srv->stopping = false;
	srv->pid = (int) getpid();
}

cr_status cr_server_run(cr_server *srv, char error[CR_ERROR_MAX])
{
	if (srv->running) {
		return CR_ERR_STATE;
	}
	srv->stats = (cr_stats){0};
	srv->timelines.evicted = 0;
	srv->stopping = srv->abandoned = false;
	srv->pid = (int) getpid();
	cr_status st = cr_loop_init(&srv->loop, &(cr_loop_options){
												.callbacks = &cr_session_callbacks,
												.send_queue_limit = srv->config.send_queue_limit,
												.precise = srv->config.coalesce > 0,
											});
	if (st != CR_OK) {
		snprintf(error, CR_ERROR_MAX, "cannot make an event loop");
		return st;
	}
	srv->running = true;
	ignore_sigxfsz(srv);
	set_max_clients(srv);
	init_deadlines(srv);
	st = start(srv, error);
	if (st == CR_OK) {
		srv->serving = true;
		srv->wanted = srv->asked;
		srv->stats.started_at = cr_unix_ms();
		srv->started_ms = cr_loop_now(&srv->loop);
		log_start(srv);
		if (cr_server_wants(srv, CR_HOOK_START)) {
			srv->hooks->on_start(srv->hooks_arg);
		}
		if (!srv->abandoned) {
			st = cr_loop_run(&srv->loop, on_turn, srv);
		}
		if (st != CR_OK) {
			snprintf(error, CR_ERROR_MAX, "the event loop failed: %s", strerror(errno));
		}
	}
	tear_down(srv);
	srv->serving = false;
	srv->wanted = 0;
	return st;
}

bool cr_server_is_running(const cr_server *srv)
{
	return srv->running;
}
