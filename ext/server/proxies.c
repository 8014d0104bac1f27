/* Trusted proxies: who is behind them.
 *
 * Each proxy appends the address it was asked from, so the list is to be
 * believed from its right end, as far as its entries are proxies we know.
 * What is left of the first stranger, the stranger may have made up.
 */
#include "ext/server/proxies.h"

#include <arpa/inet.h>
#include <string.h>

#include "ext/core/mem.h"

typedef struct cr_network {
	struct in6_addr ip;
	unsigned bits;
} cr_network;

static bool parse_ip(struct in6_addr *out, cr_slice text, bool *v4)
{
	char buf[INET6_ADDRSTRLEN];
	struct in_addr in;

	if (text.len == 0 || text.len >= sizeof(buf) || memchr(text.ptr, '\0', text.len)) {
		return false;
	}
	memcpy(buf, text.ptr, text.len);
	buf[text.len] = '\0';
	*v4 = inet_pton(AF_INET, buf, &in) == 1;
	if (*v4) {
		*out = (struct in6_addr){0};
		out->s6_addr[10] = out->s6_addr[11] = 0xff;
		memcpy(&out->s6_addr[12], &in, 4);
		return true;
	}
	return inet_pton(AF_INET6, buf, out) == 1;
}

static bool parse_bits(unsigned *out, cr_slice text, unsigned max)
{
	unsigned n = 0;

	if (text.len == 0 || text.len > 3) {
		return false;
	}
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9') {
			return false;
		}
		n = n * 10 + (unsigned) (text.ptr[i] - '0');
	}
	*out = n;
	return n <= max;
}

static bool parse_network(cr_network *out, cr_slice text)
{
	const uint8_t *slash = text.len ? memchr(text.ptr, '/', text.len) : NULL;
	size_t len = slash ? (size_t) (slash - text.ptr) : text.len;
	bool v4;

	if (!parse_ip(&out->ip, cr_slice_of(text.ptr, len), &v4)) {
		return false;
	}
	out->bits = v4 ? 32 : 128;
	if (slash && !parse_bits(&out->bits, cr_slice_of(slash + 1, text.len - len - 1), out->bits)) {
		return false;
	}
	out->bits += v4 ? 96 : 0;
	return true;
}

static bool is_unix(cr_slice text)
{
	return cr_slice_ieq(text, CR_SLICE("unix"));
}

bool cr_proxy_is_valid(cr_slice text)
{
	cr_network n;

	return is_unix(text) || parse_network(&n, text);
}

cr_status cr_proxies_init(cr_proxies *p, const cr_slice *texts, size_t n)
{
	*p = (cr_proxies){0};
	if (n == 0) {
		return CR_OK;
	}
	p->networks = cr_calloc(n, sizeof(*p->networks));
	if (!p->networks) {
		return CR_ERR_NOMEM;
	}
	for (size_t i = 0; i < n; i++) {
		if (is_unix(texts[i])) {
			p->unix_peers = true;
		} else if (parse_network(&p->networks[p->n_networks], texts[i])) {
			p->n_networks++;
		} else {
			cr_proxies_deinit(p);
			return CR_ERR_FORM;
		}
	}
	return CR_OK;
}

void cr_proxies_deinit(cr_proxies *p)
{
	cr_free(p->networks);
	*p = (cr_proxies){0};
}

static bool is_in(const struct in6_addr *ip, const cr_network *n)
{
	unsigned bytes = n->bits / 8, rest = n->bits % 8;

	if (memcmp(ip->s6_addr, n->ip.s6_addr, bytes) != 0) {
		return false;
	}
	return rest == 0 || (ip->s6_addr[bytes] ^ n->ip.s6_addr[bytes]) >> (8 - rest) == 0;
}

bool cr_proxies_trust(const cr_proxies *p, const struct in6_addr *peer)
{
	if (!peer) {
		return p->unix_peers;
	}
	for (size_t i = 0; i < p->n_networks; i++) {
		if (is_in(peer, &p->networks[i])) {
			return true;
		}
	}
	return false;
}

/* An address, with a port or not: 1.2.3.4, 1.2.3.4:5, ::1, [::1], [::1]:5. */
static bool parse_element(struct in6_addr *out, cr_slice text)
{
	const uint8_t *end;
	bool v4;

	if (text.len && text.ptr[0] == '[') {
		end = memchr(text.ptr, ']', text.len);
		return end && parse_ip(out, cr_slice_of(text.ptr + 1, (size_t) (end - text.ptr) - 1), &v4);
	}
	if (parse_ip(out, text, &v4)) {
		return true;
	}
	end = text.len ? memchr(text.ptr, ':', text.len) : NULL;
	return end && parse_ip(out, cr_slice_of(text.ptr, (size_t) (end - text.ptr)), &v4) && v4;
}

bool cr_proxies_client(const cr_proxies *p, const cr_http_head *head, struct in6_addr *client)
{
	cr_http_list_iter it = {0};
	cr_slice element;
	/* from the left: each one that is not a proxy's makes what came before it void */
	enum {
		NOBODY,
		PROXY,
		STRANGER
	} found = NOBODY;

	while (cr_http_list_next(head, "X-Forwarded-For", &it, &element)) {
		struct in6_addr ip;

		if (!parse_element(&ip, element)) {
			found = NOBODY;
		} else if (!cr_proxies_trust(p, &ip)) {
			found = STRANGER;
			*client = ip;
		} else if (found == NOBODY) {
			found = PROXY;
			*client = ip;
		}
	}
	return found != NOBODY;
}

bool cr_proxies_is_https(const cr_http_head *head, bool otherwise)
{
	cr_http_list_iter it = {0};
	cr_slice element, last = CR_SLICE_NONE;

	while (cr_http_list_next(head, "X-Forwarded-Proto", &it, &element)) {
		last = element;
	}
	if (!last.ptr) {
		return otherwise;
	}
	return cr_slice_ieq(last, CR_SLICE("https")) || cr_slice_ieq(last, CR_SLICE("wss"));
}
