#ifndef CR_NET_LISTENER_H
#define CR_NET_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "ext/core/status.h"
#include "ext/net/loop.h"

/* A bound, listening socket with an accept loop of our own: libevent's spins
 * on EMFILE. */

typedef struct cr_listener cr_listener;

typedef struct cr_listener_callbacks {
	/* A new connection; fd is non-blocking, close-on-exec, and the callee's. */
	void (*on_accept)(void *arg, cr_listener *l, int fd, const struct sockaddr *peer, socklen_t len);
	/* accept() failed for want of descriptors or memory (an errno); accepting
	 * pauses for 500 ms, or until a connection is closed. */
	void (*on_pause)(void *arg, cr_listener *l, int error);
} cr_listener_callbacks;

typedef struct cr_endpoint {
	bool is_unix;
	const char *host; /* TCP: name or address without brackets */
	uint16_t port;    /* TCP: 0 for any */
	const char *path; /* unix: file name */
} cr_endpoint;

/* Binds and listens; every address of a name is not tried, the first that
 * binds wins. A stale unix socket file (nobody listens on it) is replaced.
 * On CR_ERR_SYS error has a text of at most size bytes. */
CR_MUST_CHECK cr_status cr_listener_open(cr_listener **out, cr_loop *loop, const cr_endpoint *at, int backlog,
	const cr_listener_callbacks *cb, void *arg, char *error, size_t size);
/* Closes the socket; a unix socket's file is removed. NULL is fine. */
void cr_listener_close(cr_listener *l);
/* In a forked child: closes the descriptor and leaves the file. */
void cr_listener_forked(cr_listener *l);

/* For the loop: a connection was closed, so those that paused try again. */
void cr_listeners_resume(cr_loop *loop);

/* The port that was bound; 0 for a unix socket. */
uint16_t cr_listener_port(const cr_listener *l);
int cr_listener_index(const cr_listener *l);
void cr_listener_set_index(cr_listener *l, int index);

/* The address in text, without port: "127.0.0.1", "::1", "" for unix. */
void cr_sockaddr_ip(const struct sockaddr *sa, char *out, size_t size);

#endif
