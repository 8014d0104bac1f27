#ifndef CR_NET_CONN_H
#define CR_NET_CONN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "ext/core/chunk.h"
#include "ext/core/list.h"
#include "ext/core/status.h"
#include "ext/net/loop.h"

/* One socket: non-blocking reads into the loop's shared buffer, a write queue
 * of references, and an orderly end. Meant to be embedded in what owns it;
 * members with a leading underscore are conn.c's (and loop.c's). */

typedef struct cr_conn cr_conn;

/* A queued piece of a chunk: one reference. */
typedef struct cr_seg {
	struct cr_seg *next;
	cr_chunk *chunk;
	uint32_t off, len;
} cr_seg;

/* How bytes get through the socket: plain, or TLS (tls.h). read and writev are
 * like the system calls of that name: -1 with errno, EAGAIN: not now. */
typedef struct cr_transport {
	ssize_t (*read)(cr_conn *c, void *buf, size_t len);
	/* n may be 0 when c->tls->held is not: only that is sent then. */
	ssize_t (*writev)(cr_conn *c, const struct iovec *iov, int n);
	void (*shutdown)(cr_conn *c); /* no more bytes from us */
	void (*close)(cr_conn *c);    /* frees what it keeps; the descriptor is closed by conn */
} cr_transport;

extern const cr_transport cr_transport_plain;

/* What a transport with bytes of its own tells conn.c: the beginning of what
 * c->tls points to. */
typedef struct cr_conn_tls {
	const cr_transport *transport;
	cr_list unread; /* loop->unread; conn.c's */
	cr_conn *conn;
	uint16_t held;         /* bytes writev took that the socket did not take yet */
	bool more;             /* read did not stop for want of bytes: epoll may not announce the rest */
	bool read_wants_write; /* EAGAIN of read means: when the socket takes bytes */
	bool write_wants_read; /* EAGAIN of writev means: when the socket has bytes */
} cr_conn_tls;

/* The same for all connections of a loop. */
typedef struct cr_conn_callbacks {
	/* data is borrowed and writable until the callback returns. */
	void (*on_read)(cr_conn *c, uint8_t *data, size_t len);
	/* The peer sent FIN (error 0) or the connection broke (an errno). Nothing
	 * is read any more; after an error nothing can be written either and the
	 * owner must close. */
	void (*on_eof)(cr_conn *c, int error);
	/* More than send_queue_limit is waiting although the socket was asked. */
	void (*on_slow)(cr_conn *c);
	/* Everything is sent; called once for each want_drained = true. */
	void (*on_drained)(cr_conn *c);
	/* The last word: nothing refers to c any more, its memory may go. */
	void (*on_free)(cr_conn *c);
} cr_conn_callbacks;

/*   OPEN --finish--> FINISHING --all sent, FIN--> LINGERING
 *     any --close or error in LINGERING--> CLOSED */
typedef enum cr_conn_state {
	CR_CONN_OPEN,
	CR_CONN_FINISHING, /* what is queued is still sent, nothing more is queued */
	CR_CONN_LINGERING, /* FIN sent; what comes in is swallowed, so that our last
	                      bytes are not lost to a reset */
	CR_CONN_CLOSED     /* descriptor gone, freed at the end of the turn */
} cr_conn_state;

#define CR_CONN_LINGER_MAX 65536 /* bytes swallowed before giving up on the peer's FIN */

struct cr_conn {
	cr_list _link; /* loop->dirty or loop->dead */
	cr_loop *loop;
	cr_conn_tls *tls; /* NULL: plain */
	cr_seg *_head, *_tail;
	uint32_t queued; /* bytes not yet taken by the transport */
	uint32_t _swallowed;
	int fd;
	uint8_t state;    /* cr_conn_state */
	uint8_t _watched; /* EPOLLIN, EPOLLOUT, EPOLLERR: what loop->poll looks for */
	bool want_drained;
	bool _reading, _want_write, _eof, _slow;
	bool _hung_up; /* the peer is gone, and what it said is not read yet */
};

/* Takes over fd (non-blocking), plain; the loop's callbacks are told of it. Reading starts at once. On failure fd is
 * closed and on_free is not called. */
CR_MUST_CHECK cr_status cr_conn_init(cr_conn *c, cr_loop *loop, int fd);

/* Queues len bytes of chunk from off (a reference is taken); written at the
 * end of the turn. False when the connection takes no more bytes or memory ran
 * out; then the caller closes it. */
CR_MUST_CHECK bool cr_conn_queue(cr_conn *c, cr_chunk *chunk, size_t off, size_t len);
/* The same for bytes that are copied. */
CR_MUST_CHECK bool cr_conn_queue_copy(cr_conn *c, const void *ptr, size_t len);
/* All of chunk, which few others will refer to: copied when it is small and may have to wait long, since many small
 * chunks take far more than their bytes, and only these count for send_queue_limit. */
CR_MUST_CHECK bool cr_conn_queue_message(cr_conn *c, cr_chunk *chunk);
/* Forgets what is queued but for the piece that is being sent, so that the
 * stream stays at a frame's border. */
void cr_conn_drop_queue(cr_conn *c);

/* Backpressure: while off nothing is read, not even the end; only that the
 * connection broke is told. */
void cr_conn_set_reading(cr_conn *c, bool on);

/* Sends what is queued, then FIN, then swallows until the peer's FIN. */
void cr_conn_finish(cr_conn *c);
/* The end, at once; what is queued is lost. Twice is harmless. */
void cr_conn_close(cr_conn *c);

/* The socket was full when last asked: there is something to send. */
bool cr_conn_is_blocked(const cr_conn *c);
/* Counts bytes that nobody will look at; closes past CR_CONN_LINGER_MAX. */
void cr_conn_swallow(cr_conn *c, size_t n);

/* For the loop: writes what the socket takes. */
void cr_conn_flush(cr_conn *c);
/* For loop->poll: what epoll saw. */
void cr_conn_on_ready(cr_conn *c, uint32_t events);
/* For the loop: reads all on loop->unread once. */
void cr_conn_read_unread(cr_loop *loop);

#endif
