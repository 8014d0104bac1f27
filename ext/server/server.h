#ifndef CR_SERVER_SERVER_H
#define CR_SERVER_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ext/core/log.h"
#include "ext/core/slice.h"
#include "ext/core/status.h"
#include "ext/core/uuid.h"
#include "ext/net/tls_config.h"
#include "ext/server/hooks.h"

/* The engine's facade: all that ext/php knows. One server, one loop, one
 * thread. No call here may come from another thread. */

typedef struct cr_server cr_server;

#define CR_VERSION "0.1.0"

#define CR_SECRET_MIN    32 /* bytes of a secret that signs: RFC 7518 3.2 */
#define CR_SECRET_MAX    4096
#define CR_API_TOKEN_MIN 16

#define CR_RULES_MAX 10000 /* rooms, or beginnings of names, with options of their own */

#define CR_ERROR_MAX 256 /* bytes of an error text, with its NUL */

/* What a second connection of a user's does. */
typedef enum cr_single_session {
	CR_SINGLE_OFF,
	CR_SINGLE_KICK_OLD,  /* the older ones are closed with 4001 */
	CR_SINGLE_REJECT_NEW /* it is refused */
} cr_single_session;

/* Who may post in a room; the server always may. */
typedef enum cr_post_policy {
	CR_POST_ALL,
	CR_POST_USERS, /* whoever has a user id */
	CR_POST_SERVER /* nobody: announcements */
} cr_post_policy;

/* What is special about a room. */
typedef struct cr_room_options {
	uint32_t history_size; /* messages kept */
	uint64_t history_ttl;  /* ms */
	uint64_t slow_mode;    /* ms between two messages of one member; 0: off */
	cr_post_policy post;
	bool presence; /* members are told who comes and goes */
} cr_room_options;

typedef enum cr_demo {
	CR_DEMO_AUTO, /* on a loopback address, when there is neither public_dir nor on_request */
	CR_DEMO_OFF,
	CR_DEMO_ON
} cr_demo;

typedef struct cr_server_config {
	/* sizes in bytes, times in milliseconds */
	size_t max_message_size;         /* 64 KiB; 1 to 64 MiB */
	uint32_t max_fragments;          /* 1,024 */
	uint32_t max_connections;        /* 0: what RLIMIT_NOFILE allows */
	uint32_t max_connections_per_ip; /* 0: off */
	uint32_t handshake_timeout;      /* 10,000, from accept to the end of the head */
	uint32_t message_timeout;        /* 30,000, from a message's first byte to its last */
	uint32_t ping_interval;          /* 25,000; 0: off */
	uint32_t ping_timeout;           /* 20,000 */
	uint32_t idle_timeout;           /* 0: off; without a message from the client */
	uint32_t close_timeout;          /* 5,000 */
	uint32_t drain_timeout;          /* 10,000 */
	uint32_t rate_messages;          /* 20; 0: off */
	uint32_t rate_window;            /* 1,000 */
	uint32_t rate_burst;             /* 40 */
	size_t send_queue_limit;         /* 1 MiB per client */
	uint64_t mem_limit;              /* 256 MiB: unfinished messages and requests of all clients */
	uint32_t coalesce;               /* 0: off; how long a message may wait for others to be written with */
	uint32_t rooms_per_client;       /* 128 */
	uint32_t history_size;           /* 100 messages per room; 0: none */
	uint64_t history_ttl;            /* 300,000 */
	size_t history_bytes;            /* 512 KiB per room */
	size_t history_memory;           /* 256 MiB, of all rooms */
	uint32_t resume_window;          /* 120,000; 0: nobody can resume */
	uint32_t presence_grace;         /* 15,000; 0: at once */
	bool presence;                   /* false; of rooms without options of their own */
	cr_single_session single_session;
	bool guests;                      /* true; false: whoever is no user once it is greeted is sent away */
	cr_slice api_token;               /* of the HTTP API, at least 16 bytes; absent: there is none; copied */
	cr_slice secret;                  /* of tickets, at least 32 bytes; absent: none are taken; copied */
	int backlog;                      /* 511 */
	bool compression;                 /* permessage-deflate; off */
	int compression_level;            /* 1; 1 to 9 */
	int compression_memory;           /* zlib's memLevel, 8; 1 to 9 */
	int compression_client_bits;      /* 15; 9 to 15: largest window of a client */
	bool compression_client_takeover; /* true: a client may refer to its earlier messages */
	size_t compression_threshold;     /* 128: shorter messages go out as they are */
	bool heartbeat;                   /* call hooks->on_heartbeat */
	bool handle_signals;              /* SIGINT, SIGTERM stop; SIGHUP reloads certificates; SIGXFSZ is ignored */
	cr_demo demo;                     /* the page that is compiled in */
	const char *public_dir;           /* folder of static files, or NULL; copied */
	const cr_slice *origins;          /* allow-list; copied */
	size_t n_origins;                 /* 0: same origin only */
	const cr_slice *allowed_hosts;    /* copied */
	size_t n_allowed_hosts;           /* 0: any */
	/* "10.0.0.0/8", "::1", "unix": whose X-Forwarded-For and -Proto count; copied */
	const cr_slice *trusted_proxies;
	size_t n_trusted_proxies;
	const cr_tls_config *tls; /* of wss:// addresses that bring none; NULL: none; copied */
	cr_log log;
} cr_server_config;

/* Fills in the defaults above. */
void cr_server_config_init(cr_server_config *config);

/* What may stand in origins: "https://example.org", "https:" "//" "*.example.org", "*". */
bool cr_origin_is_valid(cr_slice text);
/* What may stand in allowed_hosts: a name or an address, with or without its port. */
bool cr_host_is_valid(cr_slice text);
/* An IP address, a network in CIDR notation, or "unix". */
bool cr_trusted_proxy_is_valid(cr_slice text);

/* hooks is borrowed and must outlive the server. NULL: out of memory. */
cr_server *cr_server_new(const cr_server_config *config, const cr_hooks *hooks, void *arg);
/* Frees everything; must not be called while cr_server_run() is running. */
void cr_server_free(cr_server *srv);

/* Which hooks are wanted (CR_HOOK_*); may change at any time. */
void cr_server_want(cr_server *srv, uint32_t hooks);

/* Adds an address: ws://HOST[:PORT][/PATH] (IPv4, [IPv6] or a name; port 0:
 * any free one; default 80, path default /ws), wss:// likewise (default 443) or
 * unix:///SOCKET/FILE[?path=/ws]. Binds in run(). A wss:// address takes the
 * configuration's tls, or that of listen_tls(); its certificates are read and
 * checked here, and again in run().
 * CR_ERR_FORM with a text in error (that follows "the URL"), CR_ERR_SYS with one
 * about a certificate, CR_ERR_NOMEM, CR_ERR_STATE while running. */
CR_MUST_CHECK cr_status cr_server_listen(cr_server *srv, cr_slice url, char error[CR_ERROR_MAX]);
CR_MUST_CHECK cr_status cr_server_listen_tls(cr_server *srv, cr_slice url, const cr_tls_config *tls,
	char error[CR_ERROR_MAX]);
/* Reads all certificates again; new connections get the new ones. CR_ERR_SYS
 * with a text: one of them is not usable, and all stay as they are. */
CR_MUST_CHECK cr_status cr_server_reload_tls(cr_server *srv, char error[CR_ERROR_MAX]);
/* The i-th address as a URL, with the port really bound while running; false
 * when there is none. */
bool cr_server_address(const cr_server *srv, size_t i, char *out, size_t size);

/* Serves until stopped. CR_OK; CR_ERR_SYS with a text in error when it cannot
 * start (address in use, no descriptors, folder unreadable, ...); CR_ERR_STATE
 * when already running. Can be called again afterwards. */
CR_MUST_CHECK cr_status cr_server_run(cr_server *srv, char error[CR_ERROR_MAX]);
bool cr_server_is_running(const cr_server *srv);

typedef enum cr_stop {
	CR_STOP_DRAIN, /* deliver, close 1001 to all, wait up to drain_timeout */
	CR_STOP_NOW    /* no hook is called any more, sockets are closed at once */
} cr_stop;
void cr_server_stop(cr_server *srv, cr_stop how);

/* Answers to CR_VERDICT_LATER. false: that client is gone or does not wait. */
bool cr_server_answer_handshake(cr_server *srv, const cr_uuid *uid, const cr_verdict *v);
bool cr_server_answer_message(cr_server *srv, const cr_uuid *uid, const cr_verdict *v);
bool cr_server_answer_join(cr_server *srv, const cr_uuid *uid, const cr_verdict *v);
bool cr_server_answer_request(cr_server *srv, const cr_uuid *uid, const cr_response *r);

/* A response of on_request that may be sent: status 200 to 599, header names
 * tokens, values without control characters, none of the headers the engine
 * writes itself. Otherwise a text in error. */
bool cr_response_is_valid(const cr_response *r, char error[CR_ERROR_MAX]);

/* Sending. A message of the server's own carries the nil UUID as its uid.
 * CR_ERR_UTF8: the text is not UTF-8; CR_ERR_FORM: data is not JSON or over 4
 * KiB; then nothing is sent. *queued: sockets it was queued for. */
typedef struct cr_own_message {
	cr_slice text;
	cr_slice data; /* JSON text, or absent; basic clients do not get it */
} cr_own_message;
CR_MUST_CHECK cr_status cr_server_broadcast(cr_server *srv, const cr_own_message *m, const cr_uuid *except,
	size_t n_except, size_t *queued);
/* Gets a seq and is kept like any other message of the room, also when nobody
 * is there to read it. *seq 0: not kept. CR_ERR_FORM also: no name of a room. */
CR_MUST_CHECK cr_status cr_server_send_to_room(cr_server *srv, cr_slice room, const cr_own_message *m,
	const cr_uuid *except, size_t n_except, size_t *queued, uint64_t *seq);
CR_MUST_CHECK cr_status cr_server_send_to_user(cr_server *srv, cr_slice user, const cr_own_message *m,
	size_t *queued);
CR_MUST_CHECK cr_status cr_session_send(cr_session *s, const cr_own_message *m);
/* One frame of these bytes, not looked at but for UTF-8 in a text frame.
 * CR_ERR_STATE when the client is closing. */
CR_MUST_CHECK cr_status cr_session_send_raw(cr_session *s, bool binary, cr_slice data);
/* Begins the closing handshake: nothing more is read as a message, no hook but
 * on_close. code must be sendable (cr_close_code_is_sendable), reason at most
 * 123 bytes of UTF-8. Closing twice is harmless. */
void cr_session_close(cr_session *s, unsigned code, cr_slice reason);
/* The same, and a v1 client is told not to come back. code: 4000 to 4099. */
void cr_session_kick(cr_session *s, unsigned code, cr_slice reason);
/* 1000-1003, 1007-1014, 3000-4999: RFC 6455 7.4 */
bool cr_close_code_is_sendable(unsigned code);

/* Clients that are open, that is between on_open and on_close. */
cr_session *cr_server_find(cr_server *srv, const cr_uuid *uid);
size_t cr_server_count(const cr_server *srv);
/* Copies up to max uids of open clients, in the order they came. Returns how many. */
size_t cr_server_uids(const cr_server *srv, cr_uuid *out, size_t max);

const cr_uuid *cr_session_uid(const cr_session *s);
/* The peer's address as text; "" for a unix socket. */
void cr_session_ip(const cr_session *s, char *out, size_t size);
/* Unix time in ms at which the WebSocket was opened. */
uint64_t cr_session_opened_at(const cr_session *s);
bool cr_session_is_open(const cr_session *s);
/* Bytes queued and not yet taken by the kernel. */
size_t cr_session_queued(const cr_session *s);
/* The room it has been in longest; absent when it is in none. */
cr_slice cr_session_room(const cr_session *s);
/* The i-th of its rooms in the order of joining; absent after the last. */
cr_slice cr_session_room_at(const cr_session *s, size_t i);
/* The application's id of it and its display name, absent for a guest. */
cr_slice cr_session_user(const cr_session *s);
cr_slice cr_session_name(const cr_session *s);
/* One pointer of the application's, see cr_hooks.on_forget. */
void cr_session_set_app(cr_session *s, void *app);
void *cr_session_app(const cr_session *s);

/* Rooms. Names are 1 to 255 bytes of UTF-8 without control characters
 * (CR_ERR_FORM). Whoever is put in by the server is not asked about
 * (on_join is not called); a v1 client is told. CR_ERR_TOOBIG: rooms_per_client;
 * CR_ERR_STATE: not open. */
CR_MUST_CHECK cr_status cr_session_join(cr_session *s, cr_slice room);
/* False: was not in it. */
bool cr_session_leave(cr_session *s, cr_slice room);
/* By its uid, which may be that of one who was cut off: it does not come back to
 * the room. */
bool cr_server_leave(cr_server *srv, const cr_uuid *uid, cr_slice room);
/* Everybody leaves, and who was cut off does not come back to it; basic clients
 * that are in no other room are closed. Returns how many were in it. */
size_t cr_server_close_room(cr_server *srv, cr_slice room);
bool cr_server_is_room_name(cr_slice name);
/* Walks the rooms; NULL ends it, and next may be called with what came before
 * as long as nothing else was called in between. */
typedef struct cr_room_info {
	cr_slice name;
	size_t members; /* connections */
	size_t present; /* users and guests, where presence is on; else members */
} cr_room_info;
const void *cr_server_next_room(const cr_server *srv, const void *before, cr_room_info *out);
bool cr_server_room(const cr_server *srv, cr_slice name, cr_room_info *out);
/* Copies up to max uids of its members. */
size_t cr_server_room_uids(cr_server *srv, cr_slice room, cr_uuid *out, size_t max);
/* Options of one room, or of all whose names begin with what stands before a
 * '*' at the end. The exact name wins, then the longer beginning. */
/* The defaults, from the configuration. */
void cr_room_options_init(const cr_server *srv, cr_room_options *o);
/* NULL: nothing special any more. CR_ERR_FORM: no name; CR_ERR_TOOBIG: CR_RULES_MAX. */
CR_MUST_CHECK cr_status cr_server_set_room_options(cr_server *srv, cr_slice name, const cr_room_options *options);
/* Changes that option alone. 0: off. */
CR_MUST_CHECK cr_status cr_server_set_slow_mode(cr_server *srv, cr_slice name, uint64_t ms);
void cr_server_room_options(const cr_server *srv, cr_slice name, cr_room_options *out);

/* History. Oldest first; at most limit (200) messages. */
typedef struct cr_history_query {
	uint64_t limit, before, after;
	bool has_before, has_after;
} cr_history_query;
/* JSON: {"room", "epoch", "seq", "messages": [...], "more"}. */
struct cr_buf;
CR_MUST_CHECK cr_status cr_server_history(cr_server *srv, cr_slice room, const cr_history_query *q,
	struct cr_buf *json);
/* Changes a kept message whoever wrote it; everybody in the room is told.
 * CR_ERR_STATE: it is not kept (any more). text absent: deletes. */
CR_MUST_CHECK cr_status cr_server_change_message(cr_server *srv, cr_slice room, uint64_t seq, cr_slice text);

/* Users and moderation. who is a user id or a uid; who of a ban is a user id or
 * an IP address. ms 0: for good. CR_ERR_FORM: too long (255 bytes) or empty. */
/* Appends a ticket of these claims (JSON of an object with sub and exp) to out. */
CR_MUST_CHECK cr_status cr_ticket_make(struct cr_buf *out, cr_slice claims, cr_slice secret);
bool cr_server_is_user_online(const cr_server *srv, cr_slice user);
CR_MUST_CHECK cr_status cr_server_mute(cr_server *srv, cr_slice who, uint64_t ms, cr_slice room, cr_slice reason);
bool cr_server_unmute(cr_server *srv, cr_slice who, cr_slice room);
/* Ends the connections it holds for. */
CR_MUST_CHECK cr_status cr_server_ban(cr_server *srv, cr_slice who, uint64_t ms, cr_slice reason, size_t *kicked);
bool cr_server_unban(cr_server *srv, cr_slice who);
/* Closes a client, which may not resume; one that was cut off and could have
 * does not come back either. False: there is neither. */
bool cr_server_kick(cr_server *srv, const cr_uuid *uid, unsigned code, cr_slice reason);
/* Closes with 4000; returns how many connections. */
size_t cr_server_kick_user(cr_server *srv, cr_slice user, cr_slice reason, const cr_uuid *except);

/* Timers; may be set before run() (they start with it). ms >= 1. The id is
 * positive; 0: out of memory. A one-shot timer is gone before fn is called;
 * release(arg) is called once when the timer is gone, whatever the cause. */
typedef void (*cr_timer_fn)(void *arg);
int64_t cr_server_timer_add(cr_server *srv, uint64_t ms, bool repeat, cr_timer_fn fn, cr_timer_fn release, void *arg);
bool cr_server_timer_cancel(cr_server *srv, int64_t id);

/* What is counted, once for the struct, stats(), /api/stats and /metrics:
 * F(name, is it a gauge (else a counter since the start), what it is) */
#define CR_STATS_FIELDS(F) \
 F(started_at, true, "Unix time of the start in milliseconds, 0 when not running") \
 F(uptime_ms, true, "milliseconds since the start") \
 F(clients, true, "open WebSockets") \
 F(connections, true, "sockets of any state") \
 F(users, true, "users online") \
 F(parked, true, "clients that are gone and may come back") \
 F(rooms, true, "rooms that somebody is in") \
 F(history_bytes, true, "bytes of messages kept") \
 F(max_clients, true, "how many it can hold") \
 F(accepted, false, "sockets accepted") \
 F(handshakes, false, "WebSockets opened") \
 F(handshakes_refused, false, "upgrades refused") \
 F(requests, false, "plain HTTP requests answered") \
 F(messages_in, false, "messages and raw frames taken from clients") \
 F(messages_dropped, false, "messages dropped by a verdict, a mute or slow mode") \
 F(private_messages, false, "messages to one client or user") \
 F(messages_repeated, false, "messages that came again under the same id") \
 F(deliveries, false, "messages queued to clients") \
 F(errors_sent, false, "error events to clients") \
 F(resumed, false, "clients that came back") \
 F(replayed, false, "messages given again to clients that came back") \
 F(history_evicted, false, "messages dropped for history_memory, before their time") \
 F(bytes_in, false, "bytes read from sockets") \
 F(bytes_out, false, "bytes written to sockets") \
 F(queued_bytes, true, "bytes waiting for sockets") \
 F(held_bytes, true, "bytes of unfinished messages and requests") \
 F(messages_compressed_in, false, "messages that came compressed") \
 F(messages_compressed_out, false, "messages that were compressed, each once for all who got it") \
 F(bytes_compressed_in, false, "bytes of them as they came") \
 F(bytes_inflated_in, false, "bytes of them inflated") \
 F(bytes_compressed_out, false, "bytes of them as they were sent") \
 F(bytes_inflated_out, false, "bytes of them before") \
 F(api_calls, false, "calls of the HTTP API") \
 F(api_errors, false, "calls of the HTTP API that were wrong") \
 F(api_unauthorized, false, "calls of the HTTP API without the right token") \
 F(refused_connections, false, "connections over max_connections or max_connections_per_ip") \
 F(refused_hosts, false, "requests for a host that is not in allowed_hosts") \
 F(refused_origins, false, "upgrades of a foreign origin") \
 F(refused_banned, false, "clients that are banned") \
 F(refused_guests, false, "clients without a user where guests is false") \
 F(refused_tickets, false, "tickets that were not valid") \
 F(tls_errors, false, "connections that broke a rule of TLS, most in the handshake") \
 F(refused_heads, false, "requests whose head is over its limits (414, 431)") \
 F(refused_rooms, false, "joins over rooms_per_client") \
 F(messages_too_big, false, "clients whose message was over max_message_size") \
 F(messages_too_split, false, "clients whose message was over max_fragments") \
 F(timeouts_handshake, false, "handshake_timeout") \
 F(timeouts_message, false, "message_timeout") \
 F(timeouts_ping, false, "ping_timeout") \
 F(timeouts_idle, false, "idle_timeout") \
 F(timeouts_close, false, "close_timeout") \
 F(timeouts_drain, false, "connections cut off because drain_timeout was over") \
 F(slow_consumers, false, "clients over send_queue_limit") \
 F(over_mem_limit, false, "clients closed because all unfinished messages were over mem_limit") \
 F(rate_limited, false, "times a client was over rate_limit") \
 F(control_floods, false, "clients closed for too many pings and pongs") \
 F(muted, false, "messages of muted clients") \
 F(slowed, false, "messages that slow mode refused") \
 F(protocol_errors, false, "clients that broke a rule of the protocol") \
 F(out_of_memory, false, "times memory was short") \
 F(accept_pauses, false, "times accepting paused for want of descriptors") \
 F(loop_lag_ms, true, "how late the last tick of the loop was, in milliseconds")

/* Says, line by line, what is good ("ok: ..."), what could be better
 * ("warning: ...") and what would keep it from serving ("error: ..."). */
typedef void (*cr_say_fn)(void *arg, const char *line);
void cr_server_examine(cr_server *srv, cr_say_fn say, void *arg);

typedef struct cr_stats {
#define CR_STATS_FIELD(name, gauge, help) uint64_t name;
	CR_STATS_FIELDS(CR_STATS_FIELD)
#undef CR_STATS_FIELD
} cr_stats;
void cr_server_stats(cr_server *srv, cr_stats *out);

/* For the histogram of /metrics: a call into the application took so long. */
void cr_server_hook_took(cr_server *srv, uint64_t ns);

/* "2.1.12-stable" and so on, for phpinfo(). */
typedef struct cr_versions {
	const char *libevent, *json_c, *openssl, *uthash, *zlib;
} cr_versions;
void cr_server_versions(cr_versions *out);

#endif
