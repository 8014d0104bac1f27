/* Which connections are ready. Level-triggered, like libevent.
 *
 * A turn may be cut short (cr_loop_cut_turn): who was ready and was not asked
 * comes first in the next one, so that nobody's turn is always the one that is
 * cut. Until then such an entry may outlive what it tells; that is why a
 * closing connection is taken out, and why being told costs a look at what is
 * still wanted.
 */
#include "ext/net/poll.h"

#include <event2/event.h>
#include <unistd.h>

#include "ext/core/mem.h"
#include "ext/net/conn.h"
#include "ext/net/loop.h"

#define READY_MAX 1024 /* connections per turn */

static void on_ready(evutil_socket_t fd, short what, void *arg)
{
	cr_loop *loop = arg;
	cr_poll *p = &loop->poll;

	(void) what;
	if (p->at == p->n_ready) {
		p->at = 0;
		p->n_ready = epoll_wait(fd, p->ready, READY_MAX, 0);
		if (p->n_ready < 0) { /* EINTR: the next turn looks again */
			p->n_ready = 0;
		}
	}
	while (p->at < p->n_ready && !loop->cut) {
		const struct epoll_event *e = &p->ready[p->at++];

		if (e->data.ptr) {
			cr_conn_on_ready(e->data.ptr, e->events);
		}
	}
}

cr_status cr_poll_init(cr_loop *loop)
{
	cr_poll *p = &loop->poll;

	p->n_ready = p->at = 0;
	p->ready = cr_malloc(READY_MAX * sizeof(*p->ready));
	if (!p->ready) {
		return CR_ERR_NOMEM;
	}
	p->fd = epoll_create1(EPOLL_CLOEXEC);
	if (p->fd < 0) {
		return CR_ERR_SYS;
	}
	p->ev = event_new(loop->base, p->fd, EV_READ | EV_PERSIST, on_ready, loop);
	return p->ev && event_add(p->ev, NULL) == 0 ? CR_OK : CR_ERR_NOMEM;
}

void cr_poll_deinit(cr_loop *loop)
{
	cr_poll *p = &loop->poll;

	if (p->ev) {
		event_free(p->ev);
		p->ev = NULL;
	}
	if (p->fd >= 0) {
		close(p->fd);
		p->fd = -1;
	}
	cr_free(p->ready);
	p->ready = NULL;
}

bool cr_poll_watch(cr_loop *loop, int fd, cr_conn *c, uint32_t have, uint32_t want)
{
	struct epoll_event e = {.events = want, .data.ptr = c};

	/* a forked child shares the set with its parent */
	return have == want || loop->forked
	       || epoll_ctl(loop->poll.fd, !have ? EPOLL_CTL_ADD : want ? EPOLL_CTL_MOD : EPOLL_CTL_DEL, fd, &e) == 0;
}

void cr_poll_forget(cr_loop *loop, int fd, const cr_conn *c, uint32_t have)
{
	cr_poll *p = &loop->poll;

	if (have && !loop->forked) {
		/* closing is not enough: a child of the script's may have the socket open too */
		(void) epoll_ctl(p->fd, EPOLL_CTL_DEL, fd, NULL);
	}
	for (int i = p->at; i < p->n_ready; i++) {
		if (p->ready[i].data.ptr == c) {
			p->ready[i].data.ptr = NULL;
			return;
		}
	}
}
