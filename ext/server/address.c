/* Listen URLs: ws://HOST[:PORT][/PATH], wss:// likewise, and unix:///FILE[?path=/ws]. */
#include "ext/server/address.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "ext/core/mem.h"

#define DEFAULT_PATH     "/ws"
#define DEFAULT_PORT     80
#define DEFAULT_TLS_PORT 443

static char *dup_slice(cr_slice s)
{
	char *p = cr_malloc(s.len + 1);

	if (p) {
		memcpy(p, s.ptr, s.len);
		p[s.len] = '\0';
	}
	return p;
}

static bool starts_with(cr_slice s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.len >= n && strncasecmp((const char *) s.ptr, prefix, n) == 0;
}

static cr_slice after(cr_slice s, size_t n)
{
	return cr_slice_of(s.ptr + n, s.len - n);
}

/* up to the first c, or all; *rest begins at c */
static cr_slice until(cr_slice s, char c, cr_slice *rest)
{
	const uint8_t *at = s.len ? memchr(s.ptr, c, s.len) : NULL;
	size_t n = at ? (size_t) (at - s.ptr) : s.len;

	*rest = after(s, n);
	return cr_slice_of(s.ptr, n);
}

static cr_status fail(char error[CR_ERROR_MAX], const char *why)
{
	snprintf(error, CR_ERROR_MAX, "%s", why);
	return CR_ERR_FORM;
}

static bool parse_port(cr_slice s, uint16_t *port)
{
	unsigned n = 0;

	if (s.len == 0 || s.len > 5) {
		return false;
	}
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9') {
			return false;
		}
		n = n * 10 + (s.ptr[i] - '0');
	}
	*port = (uint16_t) n;
	return n <= 65535;
}

static bool is_path(cr_slice s)
{
	if (s.len == 0 || s.ptr[0] != '/') {
		return false;
	}
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] <= 0x20 || s.ptr[i] >= 0x7f || strchr("?#\"<>\\^`{|}", s.ptr[i])) {
			return false;
		}
	}
	return true;
}

static bool is_name(cr_slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.ptr[i];
		bool alnum = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');

		if (!alnum && c != '.' && c != '-' && c != '_') {
			return false;
		}
	}
	return s.len > 0 && s.len < 256;
}

/* An address, and perhaps the interface it is of: ::1, fe80::1%eth0. */
static bool is_ipv6(cr_slice s)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr addr;
	cr_slice zone, ip = until(s, '%', &zone);

	if (ip.len >= sizeof(text) || memchr(ip.ptr, '\0', ip.len)) {
		return false;
	}
	memcpy(text, ip.ptr, ip.len);
	text[ip.len] = '\0';
	return inet_pton(AF_INET6, text, &addr) == 1 && (zone.len == 0 || is_name(after(zone, 1)));
}

static cr_status finish(cr_address *a, cr_slice host, cr_slice path)
{
	a->host = dup_slice(host);
	a->path = dup_slice(path);
	if (!a->host || !a->path) {
		cr_address_deinit(a);
		return CR_ERR_NOMEM;
	}
	return CR_OK;
}

static cr_status parse_unix(cr_address *a, cr_slice rest, char error[CR_ERROR_MAX])
{
	cr_slice query, file = until(rest, '?', &query), path = CR_SLICE(DEFAULT_PATH);

	if (file.len < 2 || file.ptr[0] != '/' || memchr(file.ptr, '\0', file.len)) {
		return fail(error, "must name the socket with an absolute path, as in unix:///run/chatroom.sock");
	}
	if (query.len) {
		if (!starts_with(query, "?path=") || !is_path(after(query, 6))) {
			return fail(error, "must be of the form unix:///FILE or unix:///FILE?path=/PATH");
		}
		path = after(query, 6);
	}
	a->is_unix = true;
	return finish(a, file, path);
}

static cr_status parse_tcp(cr_address *a, cr_slice rest, char error[CR_ERROR_MAX])
{
	cr_slice path, authority = until(rest, '/', &path), port = CR_SLICE_NONE, host;
	bool v6 = authority.len > 0 && authority.ptr[0] == '[';

	if (v6) {
		host = until(after(authority, 1), ']', &port);
		if (port.len == 0) {
			return fail(error, "must close the IPv6 address with ]");
		}
		port = after(port, 1);
	} else {
		host = until(authority, ':', &port);
	}
	if (v6 ? !is_ipv6(host) : !is_name(host)) {
		return fail(error, "must name a host or address, as in ws://127.0.0.1:8080/ws");
	}
	a->port = a->is_tls ? DEFAULT_TLS_PORT : DEFAULT_PORT;
	if (port.len && (port.ptr[0] != ':' || !parse_port(after(port, 1), &a->port))) {
		return fail(error, "must have a port between 0 and 65535");
	}
	if (path.len == 0) {
		path = CR_SLICE(DEFAULT_PATH);
	} else if (!is_path(path)) {
		return fail(error, "must have a path of printable ASCII characters without query or fragment");
	}
	return finish(a, host, path);
}

cr_status cr_address_parse(cr_address *a, cr_slice url, char error[CR_ERROR_MAX])
{
	*a = (cr_address){0};
	if (starts_with(url, "ws://")) {
		return parse_tcp(a, after(url, 5), error);
	}
	if (starts_with(url, "wss://")) {
		a->is_tls = true;
		return parse_tcp(a, after(url, 6), error);
	}
	if (starts_with(url, "unix://")) {
		return parse_unix(a, after(url, 7), error);
	}
	return fail(error, "must begin with ws://, wss:// or unix://");
}

void cr_address_deinit(cr_address *a)
{
	cr_free(a->host);
	cr_free(a->path);
	*a = (cr_address){0};
}

void cr_address_write(const cr_address *a, uint16_t port, char *out, size_t size)
{
	bool default_path = strcmp(a->path, DEFAULT_PATH) == 0;

	if (a->is_unix) {
		snprintf(out, size, "unix://%s%s%s", a->host, default_path ? "" : "?path=", default_path ? "" : a->path);
	} else if (strchr(a->host, ':')) {
		snprintf(out, size, "%s://[%s]:%u%s", a->is_tls ? "wss" : "ws", a->host, port, a->path);
	} else {
		snprintf(out, size, "%s://%s:%u%s", a->is_tls ? "wss" : "ws", a->host, port, a->path);
	}
}

bool cr_address_is_loopback(const cr_address *a)
{
	const char *host = a->host;

	return !a->is_unix
	       && (strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0 || strcasecmp(host, "localhost") == 0);
}
