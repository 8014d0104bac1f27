#ifndef CR_SERVER_INTERNAL_H
#define CR_SERVER_INTERNAL_H

/* What the files of server/ share. Nobody else includes this. */

#include <netinet/in.h>
#include <signal.h>

#include "ext/chat/limits.h"
#include "ext/chat/moderation.h"
#include "ext/chat/room.h"
#include "ext/chat/timeline.h"
#include "ext/core/buf.h"
#include "ext/core/chunk.h"
#include "ext/core/list.h"
#include "ext/core/map.h"
#include "ext/core/uuid_set.h"
#include "ext/net/conn.h"
#include "ext/net/listener.h"
#include "ext/net/loop.h"
#include "ext/net/tls.h"
#include "ext/proto/chat_json.h"
#include "ext/proto/http_chunked.h"
#include "ext/proto/http_head.h"
#include "ext/proto/ws_deflate.h"
#include "ext/proto/ws_handshake.h"
#include "ext/proto/ws_session.h"
#include "ext/server/address.h"
#include "ext/server/proxies.h"
#include "ext/server/server.h"

/* A session from accept to free:
 *
 *   HTTP --upgrade--> OPEN --end--> ENDED
 *     HTTP --refused, timeout, EOF--> ENDED
 *
 * HTTP    reading a request head or body, or waiting for its verdict or answer
 * OPEN    a WebSocket, member of its room, between on_open and on_close
 * ENDED   no longer anybody's: its Close or response may still be on its way
 *         (see cr_conn_state), but nothing it sends matters any more except
 *         its Close
 *
 * OPEN -> ENDED goes through cr_session_end() alone. */
typedef enum cr_session_state {
	CR_SESSION_HTTP,
	CR_SESSION_OPEN,
	CR_SESSION_ENDED
} cr_session_state;

/* Why input waits. */
enum {
	CR_WAIT_VERDICT = 1 << 0, /* a hook said LATER */
	CR_WAIT_RATE = 1 << 1,    /* no token */
	CR_WAIT_OUTPUT = 1 << 2   /* a response is still being sent */
};

/* Only while HTTP is spoken. */
typedef struct cr_http {
	cr_buf in;                  /* bytes of the request so far */
	size_t scanned;             /* of in, by cr_http_head_parse() */
	size_t head_len;            /* 0: the head is not complete */
	uint64_t body_len;          /* of the plain request being read */
	unsigned served;            /* requests answered on this connection */
	uint32_t queued_before;     /* of the response, when last looked at */
	bool keep_alive, head_only; /* of the request being answered */
	bool has_chunks;            /* body_len grows as they are decoded, in place */
	bool has_body;              /* all of it */
	cr_http_chunked chunked;
	bool has_peer; /* of a trusted proxy: what peer is */
	struct in6_addr peer;
	bool feeding;  /* what came behind the head is being read */
	bool has_room; /* ?room= was given */
	uint8_t room_len;
	char room[CR_ROOM_NAME_MAX]; /* of an upgrade */
} cr_http;

/* Allocated while it is needed only. */
typedef struct cr_pending {
	cr_buf input;  /* bytes read but not yet fed, after a pause */
	uint8_t *text; /* the message that waits for its verdict */
	size_t text_len;
	bool is_frame; /* text is a whole v1 frame that nobody has looked at yet */
	bool has_pong; /* owed when the socket takes bytes again: the latest only, RFC 6455 5.5.3 */
	uint8_t pong_len;
	uint8_t pong[CR_WS_CONTROL_MAX];
} cr_pending;

/* Between a session's end and its last word. */
typedef struct cr_ending {
	struct cr_was_in *was_in; /* until on_close: the rooms it was in */
	struct cr_session *next;  /* srv->ended, until on_close was called */
	char *reason;             /* owned, for on_close */
	uint32_t n_was_in;
	uint32_t queued_before; /* when the close deadline was armed */
	uint32_t reason_len;
	uint16_t code;
} cr_ending;

/* An idle client owns this and its membership, and no more: tests/unit/test_weight.c. */
struct cr_session {
	cr_conn conn;
	cr_server *srv;
	cr_list all;      /* srv->sessions, or srv->open while it is to be found by its uid */
	cr_deadline life; /* handshake, ping, pong, close */
	cr_deadline work; /* unfinished message, or waiting for a token */
	cr_http *http;
	cr_pending *pending;
	void *app;
	cr_ws_session *ws;     /* while a frame or message is unfinished, else NULL */
	cr_inflater *inflater; /* while a compressed message is unfinished, else NULL */
	cr_window window;      /* see deflate.c */
	cr_uuid uid;
	cr_member member;
	struct cr_peer *peer; /* NULL: basic, and nobody the application knows */
	union {
		struct {
			cr_rate rate;
			cr_rate control; /* pings, and pongs nobody asked for */
			uint64_t last_message_ms;
		};
		cr_ending ending; /* once it is ENDED */
	};
	uint64_t opened_at; /* Unix ms */
	struct in6_addr ip; /* IPv4 as ::ffff:a.b.c.d */
	uint32_t held;      /* bytes, see held.c */
	uint16_t pings;     /* of ours, without a pong so far */
	uint8_t state;      /* cr_session_state */
	uint8_t waits;      /* CR_WAIT_* */
	uint8_t listener;
	uint8_t inflate_bits; /* the client's window; 0: permessage-deflate was not agreed on */
	bool inflate_takeover;
	bool heard;    /* anything came since the last look */
	bool was_open; /* on_close is owed */
	bool close_sent, close_received;
	bool has_ip;
	bool counted_ip;
	bool findable; /* in srv->uids */
	bool over;     /* came when the server was full: 503 */
	bool proxied;  /* the peer is a trusted proxy, ip what it says */
	bool https;    /* the client came by TLS, to us or to a trusted proxy */
	bool on_ended_list;
	bool skip; /* left out of the broadcast being made */
};

/* What a room has to send, in this turn: frames back to back. */
typedef struct cr_hole {
	uint32_t start, end;         /* in the member's lane */
	uint32_t own_start, own_end; /* in the batch's own: what stands there instead */
	uint32_t next;
} cr_hole;

#define CR_NO_HOLE UINT32_MAX

/* The frames in one encoding: a member's kind is dialect * 8 + window, where
 * window is 0 without compression, else the bits less 8. */
typedef struct cr_lane {
	struct cr_lane *next;
	cr_chunk *chunk; /* NULL when nothing is to be sent */
	size_t staged;   /* bytes of chunk already in the members' queues */
	uint8_t kind;    /* cr_member.kind it is for */
} cr_lane;

typedef struct cr_batch {
	cr_list in_server; /* srv->dirty_rooms or used_rooms */
	bool dirty;
	cr_room *room;
	cr_lane *lanes;
	cr_lane own;    /* acks; each is in one member's hole */
	uint32_t epoch; /* holes of older epochs are void */
	cr_hole *holes;
	uint32_t n_holes, cap_holes;
} cr_batch;

typedef struct cr_ip_count {
	UT_hash_handle hh;
	struct in6_addr ip;
	uint32_t n;
} cr_ip_count;

typedef struct cr_timer {
	UT_hash_handle hh;
	int64_t id;
	uint64_t ms;
	bool repeat;
	bool running; /* inside fn; freed afterwards when gone is set */
	bool gone;
	cr_loop_event *event; /* NULL while the loop does not exist */
	cr_timer_fn fn, release;
	void *arg;
	cr_server *srv;
} cr_timer;

#define CR_MAX_ADDRESSES 64
#define CR_HOOK_BUCKETS  9
#define CR_SPARE_CHUNKS  16
#define CR_FILES         16

/* A file that is being sent, so that any number of slow readers share one copy. */
typedef struct cr_file {
	uint64_t dev, ino;
	char etag[64];
	cr_chunk *chunk; /* NULL: free slot */
} cr_file;

struct cr_server {
	cr_server_config config;
	char *public_dir, *secret, *api_token;
	cr_slice *origin_slices, *host_slices;
	const cr_hooks *hooks;
	void *hooks_arg;
	uint32_t asked;  /* CR_HOOK_*: what the application set */
	uint32_t wanted; /* the same while serving, 0 before, after and once abandoned */
	bool serving;

	cr_address addresses[CR_MAX_ADDRESSES];
	cr_listener *listeners[CR_MAX_ADDRESSES];
	uint16_t ports[CR_MAX_ADDRESSES];
	cr_tls *tls[CR_MAX_ADDRESSES]; /* NULL: not wss; owned unless it is default_tls */
	cr_tls *default_tls;
	cr_proxies proxies;
	size_t n_addresses;

	bool running, stopping, abandoned; /* abandoned: CR_STOP_NOW */
	int pid;                           /* of the process that made it */
	cr_loop loop;
	cr_loop_event *sigint, *sigterm, *sighup, *heartbeat, *drain;
	cr_deadline_list on_handshake, on_response, on_message, on_ping, on_pong, on_close, on_rate;

	cr_list sessions, open; /* all; open: in the order they came */
	size_t n_sessions;
	cr_uuid_set uids;    /* of those that are open */
	cr_uuid_set waiting; /* of HTTP sessions whose verdict or answer comes later */
	cr_session *ended;   /* on_close owed */
	cr_session **ended_tail;
	cr_ip_count *ips;

	struct cr_peer *peers; /* v1, by secret; parked ones too */
	struct cr_user *users;
	size_t n_online, n_parked; /* of users, of peers */
	cr_deadline_list on_hello, on_grace, on_expired, on_offline;
	uint32_t mark;
	uint64_t last_presence; /* cr_room_state.presence_id given last */
	cr_timelines timelines;
	cr_moderation moderation;
	struct cr_room_rule *rules;
	size_t n_rules;
	uint32_t rules_version;
	cr_loop_event *sweep;
	cr_buf scratch, ack_scratch;
	cr_buf api_out;
	struct cr_api_key *api_keys;
	cr_list api_keys_order;
	uint64_t hook_counts[CR_HOOK_BUCKETS + 1], hook_ns;
	uint64_t tick_due_ms;

	cr_rooms rooms;
	cr_list dirty_rooms; /* cr_batch with something to stage */
	cr_list used_rooms;  /* cr_batch staged in the last turn, still with a chunk */
	size_t turn_bytes;   /* encoded and not staged */
	uint64_t turn_work;  /* the same, times whom it is for */
	uint64_t stage_due;  /* coalesce: what is dirty is staged then; 0: nothing waits */
	cr_loop_event *stage_timer;
	cr_chunk *spare_chunks[CR_SPARE_CHUNKS];
	size_t n_spare_chunks;
	cr_chunk *packed;          /* scratch of deflate.c */
	cr_inflater *inflater;     /* lent for a message's time; NULL: none, or lent */
	cr_deflater *deflaters[8]; /* by bits - 8 */
	cr_chat_json *json;
	cr_chat_json *json_inside; /* for what is parsed while a frame of json is in use */
	cr_ws_limits ws_limits;
	cr_rate_limit rate_limit;
	int public_fd;  /* of public_dir, -1: none */
	cr_file *files; /* CR_FILES of them, made when the first is sent */
	cr_log_throttle throttle_file;

	cr_timer *timers;
	int64_t last_timer_id;
	uint32_t max_clients;
	uint64_t started_ms;              /* monotonic */
	uint64_t unix_minus_monotonic_ns; /* of the two clocks; may wrap; a second old at most */
	cr_stats stats;
	cr_log_throttle throttle_accept, throttle_full, throttle_held;
	uint64_t held_bytes;   /* see held.c */
	struct sigaction xfsz; /* what SIGXFSZ did before run() */
	bool ignores_xfsz;
};

/* server.c */
uint64_t cr_unix_ms(void);
static inline bool cr_server_wants(const cr_server *srv, uint32_t hook)
{
	return (srv->wanted & hook) != 0;
}

/* session.c */
void cr_session_on_accept(void *arg, cr_listener *l, int fd, const struct sockaddr *peer, socklen_t len);
void cr_session_on_handshake_due(cr_deadline *d);
void cr_session_on_response_due(cr_deadline *d);
void cr_session_on_message_due(cr_deadline *d);
void cr_session_on_ping_due(cr_deadline *d);
void cr_session_on_pong_due(cr_deadline *d);
void cr_session_on_close_due(cr_deadline *d);
void cr_session_on_rate_due(cr_deadline *d);
/* Open to the application from here on. CR_ERR_NOMEM. */
CR_MUST_CHECK cr_status cr_session_list(cr_session *s);
/* Takes the one that waits for an answer under that uid. */
cr_session *cr_session_waiting(cr_server *srv, const cr_uuid *uid);
/* Out of its room and the table; on_close follows at the end of the turn. The
 * socket is not touched. Twice is harmless: the first cause stands. */
void cr_session_end(cr_session *s, unsigned code, const void *reason, size_t len);
/* Calls on_close and on_forget for all that ended. */
void cr_sessions_report_ended(cr_server *srv);
/* False: one too many of this address. */
bool cr_session_count_ip(cr_session *s);
void cr_session_uncount_ip(cr_session *s);
/* Ends and closes at once. */
void cr_session_abort(cr_session *s, unsigned code);
/* Stops and resumes taking input; each reason (CR_WAIT_*) is lifted apart. */
void cr_session_wait(cr_session *s, unsigned why);
void cr_session_go_on(cr_session *s, unsigned why);
/* held.c: after anything was read for s; at the end of a turn */
void cr_session_weigh(cr_session *s);
void cr_held_keep_limit(cr_server *srv);

/* ws.c: the WebSocket half */
void cr_ws_start(cr_session *s);
void cr_ws_on_bytes(cr_session *s, uint8_t *data, size_t len);
void cr_ws_resume(cr_session *s);
void cr_ws_forget(cr_session *s);
/* Sends a Close frame and ends. */
void cr_ws_fail(cr_session *s, unsigned code, const char *reason);
bool cr_ws_send_control(cr_session *s, cr_ws_opcode opcode, const void *data, size_t len);
/* NULL: out of memory */
cr_pending *cr_session_pending(cr_session *s);
void cr_session_free_pending(cr_session *s);
void cr_ws_on_drained(cr_session *s);
/* Copies the message, whose verdict comes later. */
void cr_ws_wait_for_verdict(cr_session *s, cr_slice text);
extern const cr_conn_callbacks cr_session_callbacks;

/* http.c */
void cr_http_on_bytes(cr_session *s, uint8_t *data, size_t len);
void cr_http_on_drained(cr_session *s);
void cr_http_process(cr_session *s);
bool cr_http_init(cr_session *s);
void cr_http_free(cr_session *s);
/* Answers and closes; body is the status's sentence. extra: header lines with
 * CRLF, or NULL. */
void cr_http_refuse(cr_session *s, int status, const char *reason, const char *extra);
void cr_http_respond(cr_session *s, const cr_response *r, bool head_only, bool keep_alive);
/* Until cr_server_answer_request() or _handshake(). */
void cr_session_wait_in_http(cr_session *s);
/* The same; the body is body, of which a reference is taken, and r->body says its length. */
void cr_http_respond_chunk(cr_session *s, const cr_response *r, cr_chunk *body, bool head_only, bool keep_alive);
void cr_http_make_request(cr_session *s, const cr_http_head *head, cr_slice body, cr_request *r,
	cr_header *headers, char *ip, size_t ip_size);
/* api.c, metrics.c */
bool cr_api_is_path(const cr_server *srv, cr_slice path);
/* May it go on to its body? Otherwise it was answered. */
bool cr_api_check_head(cr_session *s, const cr_http_head *head);
/* What is wrong with the body of a call, as JSON; the connection ends. */
void cr_api_refuse_body(cr_session *s, int status, const char *reason);
void cr_api_serve(cr_session *s, const cr_http_head *head, cr_slice body);
/* Drops what was remembered of calls before then. */
void cr_api_forget_keys(cr_server *srv, uint64_t before_ms);

/* upgrade.c */
/* Host is in allowed_hosts, with or without its port, or there is no such list. */
bool cr_is_allowed_host(cr_server *srv, cr_slice host);
/* A page of this origin may connect: same origin, or in the list; absent: no browser. */
bool cr_is_allowed_origin(const cr_session *s, cr_slice origin, cr_slice host);
void cr_upgrade_begin(cr_session *s, const cr_http_head *head, const cr_ws_handshake *hs);
void cr_upgrade_finish(cr_session *s, const cr_http_head *head, const cr_ws_handshake *hs);
/* The client is in: on_open, then the request's head is let go. */
void cr_upgrade_opened(cr_session *s);
/* demo.c: the page that is compiled in */
bool cr_demo_is_on(const cr_server *srv, size_t listener);
/* True when it answered. */
bool cr_demo_serve(cr_session *s, const cr_http_head *head, bool keep_alive);
/* files.c */
/* The media type of a file's name. */
const char *cr_files_type(const char *name);
void cr_files_forget(cr_server *srv);
/* True when it answered. */
bool cr_files_serve(cr_session *s, const cr_http_head *head, bool keep_alive);

/* broadcast.c */
void cr_broadcast_stage_all(cr_server *srv);
void cr_broadcast_stage_of(cr_session *s);
void cr_broadcast_stage_room(cr_server *srv, cr_slice name);
void cr_broadcast_deinit(cr_server *srv);
void cr_broadcast_end_turn(cr_server *srv);
void cr_broadcast_on_stage_due(void *srv);

/* deflate.c */
void cr_deflate_agree(cr_session *s, const cr_deflate_params *p);
CR_MUST_CHECK cr_status cr_deflate_read(cr_session *s, cr_buf *out, const uint8_t *data, size_t len, bool last);
/* Appends a frame of that payload to out as members of that kind get it:
 * compressed when that is agreed on and worth it. */
CR_MUST_CHECK cr_status cr_deflate_append(cr_server *srv, cr_chunk *out, unsigned kind, cr_ws_opcode opcode,
	cr_slice payload);
void cr_deflate_forget(cr_session *s);
void cr_deflate_deinit(cr_server *srv);

/* forwarded.c: what a trusted proxy says of the client, once per request */
void cr_forwarded_begin(cr_session *s);
void cr_forwarded_apply(cr_session *s, const cr_http_head *head);

/* certs.c */
CR_MUST_CHECK cr_status cr_certs_add(cr_server *srv, size_t i, const cr_tls_config *tls, char error[CR_ERROR_MAX]);
void cr_certs_remove(cr_server *srv, size_t i);
bool cr_certs_are_there(const cr_server *srv);
/* SIGHUP; while the loop exists. */
CR_MUST_CHECK bool cr_certs_open_signal(cr_server *srv);

/* timers.c */
CR_MUST_CHECK bool cr_timers_arm(cr_server *srv);
void cr_timers_disarm(cr_server *srv);
void cr_timers_free(cr_server *srv);

#endif
