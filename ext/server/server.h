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

#define CR_ERROR_MAX 256 /* bytes of an error text, with its NUL */

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
	int backlog;                     /* 511 */
	bool heartbeat;                  /* call hooks->on_heartbeat */
	bool handle_signals;             /* SIGINT, SIGTERM stop; SIGHUP reloads certificates; SIGXFSZ is ignored */
	const char *public_dir;          /* folder of static files, or NULL; copied */
	const cr_slice *origins;         /* allow-list; copied */
	size_t n_origins;                /* 0: same origin only */
	const cr_slice *allowed_hosts;   /* copied */
	size_t n_allowed_hosts;          /* 0: any */
	/* "10.0.0.0/8", "::1", "unix": whose X-Forwarded-For and -Proto count; copied */
	const cr_slice *trusted_proxies;
	size_t n_trusted_proxies;
	const cr_tls_config *tls; /* of wss:// addresses that bring none; NULL: none; copied */
	cr_log log;
} cr_server_config;

/* Fills in the defaults above. */
void cr_server_config_init(cr_server_config *config);

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
bool cr_server_answer_request(cr_server *srv, const cr_uuid *uid, const cr_response *r);

/* A response of on_request that may be sent: status 200 to 599, header names
 * tokens, values without control characters, none of the framing headers the
 * engine writes itself. Otherwise a text in error. */
bool cr_response_is_valid(const cr_response *r, char error[CR_ERROR_MAX]);

/* Sending. Texts are UTF-8 (CR_ERR_UTF8 otherwise: nothing is sent). A message
 * of the server's own carries the nil UUID as its uid. *queued: sockets it was
 * queued for. */
CR_MUST_CHECK cr_status cr_server_broadcast(cr_server *srv, cr_slice text,
	const cr_uuid *except, size_t n_except, size_t *queued);
CR_MUST_CHECK cr_status cr_session_send(cr_session *s, cr_slice text);
/* One frame of these bytes, not looked at but for UTF-8 in a text frame.
 * CR_ERR_STATE when the client is closing. */
CR_MUST_CHECK cr_status cr_session_send_raw(cr_session *s, bool binary, cr_slice data);
/* Begins the closing handshake: nothing more is read as a message, no hook but
 * on_close. code must be sendable (cr_close_code_is_sendable), reason at most
 * 123 bytes of UTF-8. Closing twice is harmless. */
void cr_session_close(cr_session *s, unsigned code, cr_slice reason);
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
cr_slice cr_session_room(const cr_session *s);
/* One pointer of the application's, see cr_hooks.on_forget. */
void cr_session_set_app(cr_session *s, void *app);
void *cr_session_app(const cr_session *s);

/* Timers; may be set before run() (they start with it). ms >= 1. The id is
 * positive; 0: out of memory. A one-shot timer is gone before fn is called;
 * release(arg) is called once when the timer is gone, whatever the cause. */
typedef void (*cr_timer_fn)(void *arg);
int64_t cr_server_timer_add(cr_server *srv, uint64_t ms, bool repeat, cr_timer_fn fn, cr_timer_fn release, void *arg);
bool cr_server_timer_cancel(cr_server *srv, int64_t id);

typedef struct cr_stats {
	uint64_t started_at; /* Unix ms, 0 when not running */
	uint64_t uptime_ms;
	uint64_t clients;     /* open WebSockets */
	uint64_t connections; /* sockets of any state */
	uint64_t rooms;
	uint64_t max_clients; /* how many it can hold */
	uint64_t accepted;    /* sockets since the start */
	uint64_t handshakes;  /* upgrades done */
	uint64_t handshakes_refused;
	uint64_t requests;         /* plain HTTP requests answered */
	uint64_t messages_in;      /* chat messages and raw frames taken from clients */
	uint64_t messages_dropped; /* by a verdict */
	uint64_t deliveries;       /* frames queued to clients */
	uint64_t bytes_in, bytes_out;
	uint64_t queued_bytes; /* waiting for sockets now */
	/* how often each limit bit */
	uint64_t refused_connections; /* max_connections, max_connections_per_ip */
	uint64_t refused_origins;
	uint64_t tls_errors; /* TLS connections that broke a rule of TLS, most in the handshake */
	uint64_t timeouts_handshake, timeouts_message, timeouts_ping, timeouts_idle, timeouts_close;
	uint64_t slow_consumers;  /* send_queue_limit */
	uint64_t rate_limited;    /* times a client had to wait */
	uint64_t protocol_errors; /* 1002, 1003, 1007, 1008, 1009 */
	uint64_t out_of_memory;
	uint64_t accept_pauses; /* EMFILE and friends */
} cr_stats;
void cr_server_stats(cr_server *srv, cr_stats *out);

/* "2.1.12-stable" and so on, for phpinfo(). */
typedef struct cr_versions {
	const char *libevent, *json_c, *openssl, *uthash;
} cr_versions;
void cr_server_versions(cr_versions *out);

#endif
