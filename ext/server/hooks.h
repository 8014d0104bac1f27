#ifndef CR_SERVER_HOOKS_H
#define CR_SERVER_HOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "ext/core/slice.h"

/* Who answers the hooks. Today PHP in this process, at once; one day PHP
 * worker processes over a socketpair. Nothing in server/ assumes that the
 * answer is there when the call returns: an answer may be CR_VERDICT_LATER,
 * and then comes through cr_server_answer_*() under the session's uid. Until
 * it does, that client's input waits, so order per sender is kept. */

typedef struct cr_session cr_session;

typedef struct cr_header {
	cr_slice name, value;
} cr_header;

/* A request as the application sees it. Everything is borrowed until the hook
 * returns. */
typedef struct cr_request {
	cr_slice method;
	cr_slice target; /* as sent */
	cr_slice path;   /* raw, without the query */
	cr_slice query;  /* raw, after '?'; absent when there is none */
	cr_slice body;
	const char *ip; /* of the peer, text; "" for a unix socket */
	size_t n_headers;
	const cr_header *headers; /* in the order sent, names as sent */
} cr_request;

/* A chat message as the application sees it; everything borrowed. Absent when
 * it is not so: a message to a room has no `to`, a private one no room, and
 * basic knows neither id nor data. */
typedef struct cr_message {
	cr_slice text;
	cr_slice room;
	cr_slice to;    /* a uid, or "user:ID" */
	cr_slice id;    /* JSON text: a string or an integer */
	cr_slice data;  /* JSON text */
	uint64_t edits; /* the seq of the message whose new text this is; 0: a new message */
} cr_message;

typedef enum cr_verdict_kind {
	CR_VERDICT_PASS,
	CR_VERDICT_DROP,    /* silently */
	CR_VERDICT_REPLACE, /* with text */
	CR_VERDICT_REJECT,  /* drop and tell the sender (handshake: refuse with status) */
	CR_VERDICT_LATER
} cr_verdict_kind;

typedef struct cr_verdict {
	cr_verdict_kind kind;
	int status;      /* REJECT of a handshake: 400 to 499, or 503 */
	cr_slice text;   /* REPLACE: UTF-8; borrowed until the engine has used it */
	cr_slice code;   /* REJECT of a message: an error code */
	cr_slice reason; /* REJECT */
	cr_slice user;   /* PASS of a handshake: the application's id of who it is; absent: a guest */
	cr_slice name;   /* PASS of a handshake: a display name, or absent */
	uint64_t at_ns;  /* a message: when the hook returned, by CLOCK_MONOTONIC; 0: not told, the clock is read */
} cr_verdict;

typedef struct cr_response {
	cr_verdict_kind kind; /* PASS: nobody answers, 404; REPLACE: this response; LATER */
	int status;           /* 200 to 599 */
	size_t n_headers;
	const cr_header *headers; /* checked by the engine: no CR, LF, NUL; framing headers refused */
	cr_slice body;
} cr_response;

/* Which hooks are set: without its bit a hook costs nothing. */
enum {
	CR_HOOK_HANDSHAKE = 1 << 0,
	CR_HOOK_OPEN = 1 << 1,
	CR_HOOK_MESSAGE = 1 << 2, /* filters, onMessage */
	CR_HOOK_TEXT = 1 << 3,
	CR_HOOK_BINARY = 1 << 4,
	CR_HOOK_CLOSE = 1 << 5,
	CR_HOOK_REQUEST = 1 << 6,
	CR_HOOK_START = 1 << 7,
	CR_HOOK_STOP = 1 << 8,
	CR_HOOK_JOIN = 1 << 9,
	CR_HOOK_LEAVE = 1 << 10,
	CR_HOOK_ONLINE = 1 << 11,
	CR_HOOK_OFFLINE = 1 << 12,
	CR_HOOK_SIGNAL = 1 << 13
};

typedef struct cr_hooks {
	/* Serving has begun: addresses are bound, the first client can come. */
	void (*on_start)(void *arg);
	/* run() is about to return; all clients are gone. */
	void (*on_stop)(void *arg);
	/* May this client in? PASS, REJECT (status) or LATER. */
	cr_verdict (*on_handshake)(void *arg, cr_session *s, const cr_request *r);
	/* The client is in: the 101 is queued, no frame was read yet. */
	void (*on_open)(void *arg, cr_session *s, const cr_request *r);
	/* A chat message, or the new text of one that is edited. */
	cr_verdict (*on_message)(void *arg, cr_session *s, const cr_message *m);
	/* May this signal go to the others in the room? data is JSON text, or absent.
	 * PASS, DROP or REJECT (code, reason); not LATER. */
	cr_verdict (*on_signal)(void *arg, cr_session *s, cr_slice room, cr_slice name, cr_slice data);
	/* May this client into that room? PASS, REJECT (code, reason) or LATER. */
	cr_verdict (*on_join)(void *arg, cr_session *s, cr_slice room);
	/* It has left the room; at its end once for each room, before on_close. */
	void (*on_leave)(void *arg, cr_session *s, cr_slice room);
	/* A user's first connection is open; the last one has been gone for
	 * presence_grace. */
	void (*on_user)(void *arg, cr_slice user, bool online);
	/* A raw frame, when CR_HOOK_TEXT or CR_HOOK_BINARY is set. */
	void (*on_raw)(void *arg, cr_session *s, bool binary, cr_slice data);
	/* Exactly once per on_open, at the end of the turn in which the client left.
	 * code: what the peer sent, what we closed with, or 1005/1006 (RFC 6455 7.1.5). */
	void (*on_close)(void *arg, cr_session *s, unsigned code, cr_slice reason);
	/* A plain request that no file answers. */
	cr_response (*on_request)(void *arg, cr_session *s, const cr_request *r);
	/* s is going to be freed and has an application pointer
	 * (cr_session_set_app): called after on_close; drop every pointer to s. */
	void (*on_forget)(void *arg, cr_session *s, void *app);
	/* After on_close, before on_forget, of a client that may come back: what to
	 * keep for it, NULL: nothing. It goes to on_unpark (before that client's next
	 * on_open) or on_drop_parked, which frees it. */
	void *(*on_park)(void *arg, cr_session *s);
	void (*on_unpark)(void *arg, cr_session *s, void *kept);
	void (*on_drop_parked)(void *arg, void *kept);
	/* About every 100 ms when heartbeat is asked for in the config: the place
	 * to let pending PHP signal handlers run. */
	void (*on_heartbeat)(void *arg);
} cr_hooks;

#endif
