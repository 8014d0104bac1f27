#ifndef CR_NET_POLL_H
#define CR_NET_POLL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>

#include "ext/core/status.h"

/* The connections' own epoll set, one descriptor in libevent's loop. An event
 * of libevent's is 128 bytes in the connection and 50 beside it, and a queue
 * to go through; an entry here is the kernel's alone. */

struct cr_loop;
struct cr_conn;
struct event;

typedef struct cr_poll {
	int fd; /* -1: none */
	struct event *ev;
	struct epoll_event *ready; /* of the last look; what a cut turn left over waits for the next */
	int n_ready, at;
} cr_poll;

/* CR_ERR_NOMEM, CR_ERR_SYS; deinit is harmless after a failure, and on zeroed
 * memory with fd -1. */
CR_MUST_CHECK cr_status cr_poll_init(struct cr_loop *loop);
void cr_poll_deinit(struct cr_loop *loop);

/* Changes what c's descriptor is watched for (EPOLLIN, EPOLLOUT; EPOLLERR
 * alone: for its end; 0: not even for that). False: the kernel refused (ENOMEM, ENOSPC). */
CR_MUST_CHECK bool cr_poll_watch(struct cr_loop *loop, int fd, struct cr_conn *c, uint32_t have, uint32_t want);
/* c's descriptor is about to be closed: it is watched no more, and nothing that
 * was seen is told. */
void cr_poll_forget(struct cr_loop *loop, int fd, const struct cr_conn *c, uint32_t have);

#endif
