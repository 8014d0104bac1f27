/* Listening sockets.
 *
 * accept() runs until it would block or 64 connections came (a flood must not
 * starve those who are already in). Out of descriptors or memory it stops
 * asking for half a second, or until a connection is closed: the backlog keeps
 * the others waiting, which is better than a loop at 100 % that logs each
 * failure.
 */
#ifndef _GNU_SOURCE
# define _GNU_SOURCE /* accept4 */
#endif
#include "ext/net/listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "ext/core/mem.h"

#define ACCEPTS_PER_TURN 64
#define PAUSE_MS         500

struct cr_listener {
	cr_loop *loop;
	struct event *ev;
	cr_loop_event *pause;
	cr_list paused; /* loop->paused, while pause is armed */
	const cr_listener_callbacks *cb;
	void *arg;
	char *unix_path; /* NULL for TCP */
	int fd;
	int index;
	uint16_t port;
};

static void on_pause_over(void *arg)
{
	cr_listener *l = arg;

	cr_list_remove(&l->paused);
	cr_loop_event_free(l->pause);
	l->pause = NULL;
	event_add(l->ev, NULL);
}

void cr_listeners_resume(cr_loop *loop)
{
	while (!cr_list_is_empty(&loop->paused)) {
		on_pause_over(cr_container_of(loop->paused.next, cr_listener, paused));
	}
}

static void pause_accepting(cr_listener *l, int error)
{
	if (l->pause) {
		return;
	}
	l->pause = cr_loop_timer_new(l->loop, PAUSE_MS, false, on_pause_over, l);
	if (l->pause) {
		cr_list_append(&l->loop->paused, &l->paused);
		event_del(l->ev);
	}
	l->cb->on_pause(l->arg, l, error);
}

/* A script that closed its standard streams leaves their numbers free, and what
 * is written to "stderr" would go to whoever gets one. -1: as accept4(). */
static int above_standard(int fd)
{
	if (fd < 0 || fd > STDERR_FILENO) {
		return fd;
	}
	int higher = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), saved = errno;

	close(fd);
	errno = saved;
	return higher;
}

static void on_acceptable(evutil_socket_t listen_fd, short what, void *arg)
{
	cr_listener *l = arg;

	(void) what;
	for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
		struct sockaddr_storage peer;
		socklen_t len = sizeof(peer);
		int fd = above_standard(
			accept4(listen_fd, (struct sockaddr *) &peer, &len, SOCK_NONBLOCK | SOCK_CLOEXEC));

		if (fd < 0) {
			if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
				pause_accepting(l, errno);
				return;
			}
			if (errno == EAGAIN || errno == EWOULDBLOCK) {
				return;
			}
			continue; /* that one died in the backlog: EINTR, ECONNABORTED, EPROTO, EPERM, ... */
		}
		if (!l->unix_path) {
			int one = 1;

			/* batches are built by us; Nagle would only add the delayed-ack wait */
			(void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		}
		l->cb->on_accept(l->arg, l, fd, (struct sockaddr *) &peer, len);
	}
}

static void set_error(char *error, size_t size, const cr_endpoint *at, const char *why)
{
	if (at->is_unix) {
		snprintf(error, size, "cannot listen on unix socket %s: %s", at->path, why);
	} else if (strchr(at->host, ':')) {
		snprintf(error, size, "cannot listen on [%s]:%u: %s", at->host, at->port, why);
	} else {
		snprintf(error, size, "cannot listen on %s:%u: %s", at->host, at->port, why);
	}
}

static int bind_tcp(const cr_endpoint *at, int backlog, char *error, size_t size)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *list = NULL;
	char port[8];
	int fd = -1, saved = 0;

	snprintf(port, sizeof(port), "%u", at->port);
	int rc = getaddrinfo(at->host, port, &hints, &list);
	if (rc != 0) {
		set_error(error, size, at, gai_strerror(rc));
		return -1;
	}
	for (struct addrinfo *ai = list; ai && fd < 0; ai = ai->ai_next) {
		int one = 1;

		fd = socket(ai->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (fd < 0) {
			saved = errno;
			continue;
		}
		(void) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		if (ai->ai_family == AF_INET6) {
			(void) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
		}
		if (bind(fd, ai->ai_addr, ai->ai_addrlen) != 0 || listen(fd, backlog) != 0) {
			saved = errno;
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(list);
	if (fd < 0) {
		set_error(error, size, at, strerror(saved));
	}
	return fd;
}

/* Somebody answers there, so the file is not stale. */
static bool is_alive(const struct sockaddr_un *sa)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0) {
		return true;
	}
	bool alive = connect(fd, (const struct sockaddr *) sa, sizeof(*sa)) == 0 || errno != ECONNREFUSED;
	close(fd);
	return alive;
}

static int bind_unix(const cr_endpoint *at, int backlog, char *error, size_t size)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	struct stat st;
	size_t len = strlen(at->path);

	if (len >= sizeof(sa.sun_path)) {
		set_error(error, size, at, "the name is longer than 107 bytes");
		return -1;
	}
	memcpy(sa.sun_path, at->path, len);
	if (lstat(at->path, &st) == 0 && S_ISSOCK(st.st_mode) && !is_alive(&sa)) {
		unlink(at->path);
	}
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		set_error(error, size, at, strerror(errno));
		return -1;
	}
	/* owner and group only, from the first moment: a proxy joins the group,
	 * strangers stay out */
	mode_t before = umask(0117);
	int rc = bind(fd, (struct sockaddr *) &sa, sizeof(sa));

	umask(before);
	if (rc != 0) {
		set_error(error, size, at, strerror(errno));
		close(fd);
		return -1;
	}
	if (listen(fd, backlog) != 0) {
		set_error(error, size, at, strerror(errno));
		close(fd);
		unlink(at->path);
		return -1;
	}
	return fd;
}

static uint16_t bound_port(int fd)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);

	if (getsockname(fd, (struct sockaddr *) &sa, &len) != 0) {
		return 0;
	}
	if (sa.ss_family == AF_INET6) {
		return ntohs(((struct sockaddr_in6 *) &sa)->sin6_port);
	}
	return sa.ss_family == AF_INET ? ntohs(((struct sockaddr_in *) &sa)->sin_port) : 0;
}

cr_status cr_listener_open(cr_listener **out, cr_loop *loop, const cr_endpoint *at, int backlog,
	const cr_listener_callbacks *cb, void *arg, char *error, size_t size)
{
	int fd = at->is_unix ? bind_unix(at, backlog, error, size) : bind_tcp(at, backlog, error, size);

	if (fd < 0) {
		return CR_ERR_SYS;
	}
	cr_listener *l = cr_calloc(1, sizeof(*l));
	if (!l) {
		close(fd);
		return CR_ERR_NOMEM;
	}
	l->loop = loop;
	cr_list_init(&l->paused);
	l->cb = cb;
	l->arg = arg;
	l->fd = fd;
	l->port = bound_port(fd);
	if (at->is_unix) {
		size_t n = strlen(at->path) + 1;

		l->unix_path = cr_malloc(n);
		if (l->unix_path) {
			memcpy(l->unix_path, at->path, n);
		}
	}
	l->ev = event_new(loop->base, fd, EV_READ | EV_PERSIST, on_acceptable, l);
	if ((at->is_unix && !l->unix_path) || !l->ev || event_add(l->ev, NULL) != 0) {
		cr_listener_close(l);
		return CR_ERR_NOMEM;
	}
	*out = l;
	return CR_OK;
}

static void release(cr_listener *l, bool unlink_file)
{
	if (!l) {
		return;
	}
	cr_list_remove(&l->paused);
	cr_loop_event_free(l->pause);
	if (l->ev) {
		event_free(l->ev);
	}
	close(l->fd);
	if (l->unix_path && unlink_file) {
		unlink(l->unix_path);
	}
	cr_free(l->unix_path);
	cr_free(l);
}

void cr_listener_close(cr_listener *l)
{
	release(l, true);
}

void cr_listener_forked(cr_listener *l)
{
	release(l, false);
}

uint16_t cr_listener_port(const cr_listener *l)
{
	return l->port;
}

int cr_listener_index(const cr_listener *l)
{
	return l->index;
}

void cr_listener_set_index(cr_listener *l, int index)
{
	l->index = index;
}

void cr_sockaddr_ip(const struct sockaddr *sa, char *out, size_t size)
{
	out[0] = '\0';
	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *) sa;

		(void) inet_ntop(AF_INET, &in->sin_addr, out, (socklen_t) size);
	} else if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *) sa;

		(void) inet_ntop(AF_INET6, &in6->sin6_addr, out, (socklen_t) size);
	}
}
