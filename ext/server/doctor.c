/* What would keep this machine from serving, in plain words. Nothing here is
 * left changed: what is bound for a look is let go at once. */
#include "ext/server/chat.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/resource.h>

#define FEW_FILES 4096

typedef struct doctor {
	cr_say_fn say;
	void *arg;
} doctor;

static void say(const doctor *d, const char *level, const char *fmt, ...) CR_PRINTF(3, 4);

static void say(const doctor *d, const char *level, const char *fmt, ...)
{
	char text[600];
	size_t n = (size_t) snprintf(text, sizeof(text), "%s: ", level);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - n, fmt, ap);
	va_end(ap);
	d->say(d->arg, text);
}

/* "2.1.12-stable" as 2001012; 0: no number. */
static unsigned long number_of(const char *version)
{
	unsigned major = 0, minor = 0, patch = 0;

	while (*version && (*version < '0' || *version > '9')) {
		version++;
	}
	(void) sscanf(version, "%u.%u.%u", &major, &minor, &patch);
	return major * 1000000ul + minor * 1000ul + patch;
}

static void look_at_libraries(const doctor *d)
{
	cr_versions v;

	cr_server_versions(&v);
	const struct {
		const char *name, *is;
		unsigned long least;
		const char *why;
	} libraries[] = {
		{"libevent", v.libevent, 2001012, "2.1.12 mends what was found in earlier ones"},
		{"json-c", v.json_c, 15000, "0.15 mends CVE-2020-12762"},
		{"zlib", v.zlib, 1002012, "1.2.12 mends CVE-2018-25032"},
		{"OpenSSL", v.openssl, 3000000, "earlier ones get no more security fixes"},
	};
	for (size_t i = 0; i < sizeof(libraries) / sizeof(libraries[0]); i++) {
		if (number_of(libraries[i].is) < libraries[i].least) {
			say(d, "warning", "%s is %s: %s. Update it.", libraries[i].name, libraries[i].is, libraries[i].why);
		} else {
			say(d, "ok", "%s is %s", libraries[i].name, libraries[i].is);
		}
	}
}

static void look_at_files(const doctor *d, const cr_server *srv)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_NOFILE, &lim) != 0) {
		return;
	}
	if (lim.rlim_max < FEW_FILES) {
		say(d, "warning",
			"at most %llu files may be open, so it holds about %llu clients. For more: LimitNOFILE=1048576 in the "
			"systemd unit, or ulimit -Hn as root.",
			(unsigned long long) lim.rlim_max,
			(unsigned long long) (lim.rlim_max > 128 ? lim.rlim_max - 64 : lim.rlim_max / 2));
	} else {
		say(d, "ok", "up to %llu files may be open: about as many clients", (unsigned long long) lim.rlim_max);
	}
	if (srv->config.max_connections > lim.rlim_max) {
		say(d, "warning", "max_connections is %u, which the limit of open files does not allow",
			srv->config.max_connections);
	}
}

static long read_sysctl(const char *path)
{
	FILE *f = fopen(path, "re");
	long n = -1;

	if (f) {
		if (fscanf(f, "%ld", &n) != 1) {
			n = -1;
		}
		fclose(f);
	}
	return n;
}

static void look_at_backlog(const doctor *d, const cr_server *srv)
{
	long most = read_sysctl("/proc/sys/net/core/somaxconn");

	if (most >= 0 && most < srv->config.backlog) {
		say(d, "warning",
			"backlog is %d, but net.core.somaxconn allows %ld: in a rush of connections some have to try again. "
			"sysctl -w net.core.somaxconn=%d",
			srv->config.backlog, most, srv->config.backlog);
	}
}

static void on_accept(void *arg, cr_listener *l, int fd, const struct sockaddr *peer, socklen_t len)
{
	(void) arg;
	(void) l;
	(void) fd;
	(void) peer;
	(void) len;
}

/* Binds and lets go. */
static void look_at_address(const doctor *d, const cr_server *srv, size_t i)
{
	static const cr_listener_callbacks callbacks = {.on_accept = on_accept};
	const cr_address *a = &srv->addresses[i];
	cr_endpoint at = {.is_unix = a->is_unix, .host = a->host, .port = a->port, .path = a->host};
	char url[512], error[CR_ERROR_MAX] = "";
	cr_listener *l = NULL;
	cr_loop loop;

	cr_address_write(a, a->port, url, sizeof(url));
	if (cr_loop_init(&loop, &(cr_loop_options){.send_queue_limit = srv->config.send_queue_limit}) != CR_OK) {
		say(d, "error", "no event loop can be made: %s", strerror(errno));
		return;
	}
	if (cr_listener_open(&l, &loop, &at, srv->config.backlog, &callbacks, NULL, error, sizeof(error)) == CR_OK) {
		say(d, "ok", "%s can be bound", url);
		cr_listener_close(l);
	} else {
		say(d, "error", "%s cannot be bound: %s.%s", url, error,
			!a->is_unix && a->port < 1024 && strstr(error, strerror(EACCES))
				? " Ports below 1024 are root's: take another, or give the systemd unit "
				  "AmbientCapabilities=CAP_NET_BIND_SERVICE."
				: "");
	}
	cr_loop_deinit(&loop);
	if (!a->is_unix && !a->is_tls && !cr_address_is_loopback(a)) {
		say(d, "warning", "%s is reachable from elsewhere and not encrypted: use wss://, or a proxy with TLS in front",
			url);
	}
}

void cr_server_examine(cr_server *srv, cr_say_fn say_fn, void *arg)
{
	const doctor d = {say_fn, arg};
	char error[CR_ERROR_MAX] = "";

	look_at_libraries(&d);
	look_at_files(&d, srv);
	look_at_backlog(&d, srv);
	if (srv->running) {
		say(&d, "ok", "it is running");
		return;
	}
	for (size_t i = 0; i < srv->n_addresses; i++) {
		look_at_address(&d, srv, i);
	}
	if (cr_certs_are_there(srv)) {
		if (cr_server_reload_tls(srv, error) == CR_OK) {
			say(&d, "ok", "the certificates and keys are good");
		} else {
			say(&d, "error", "%s", error);
		}
	}
	if (srv->config.api_token.len && !cr_address_is_loopback(&srv->addresses[0]) && !srv->addresses[0].is_tls) {
		say(&d, "warning", "the HTTP API's token would travel unencrypted: use TLS, or let a proxy keep /api/ inside");
	}
}
