/* needs: ext/server/address.c ext/server/proxies.c ext/proto/ws_handshake.c */
/* needs: ext/proto/ws_accept.c ext/proto/http_head.c ext/core/mem.c */
/* The texts that the options and listen() take: listen URLs, networks of
 * proxies, hosts and the patterns of the origins, each against a reference, and
 * what is accepted is read the same when it is written out. (The array around
 * them is options.php's.) Input: a line "pattern or network", then the text. */
#include <netinet/in.h>

#include "ext/core/mem.h"
#include "ext/proto/ws_handshake.h"
#include "ext/server/address.h"
#include "ext/server/proxies.h"
#include "reference.h"

#define MAX_INPUT 600

static bool ref_port(cr_slice digits, unsigned otherwise, unsigned *port)
{
	*port = digits.ptr ? (unsigned) strtoul((const char *) digits.ptr, NULL, 10) : otherwise;
	return *port <= 65535;
}

/* The whole grammar of listen URLs. */
static bool ref_address(cr_address *want, char host[MAX_INPUT], char path[MAX_INPUT], const ref_text *t)
{
	regmatch_t m[REF_GROUPS];
	unsigned port;
	bool v6;

#define PATH_CHARS "[]!$%&'()*+,./0-9:;=?@A-Z[_a-z~-]"
	if (t->has_nul) {
		return false;
	}
	*want = (cr_address){.host = host, .path = path};
	if (REF_MATCH(t->s, "^[uU][nN][iI][xX]://(/[^?]+)(\\?[pP][aA][tT][hH]=(/.*))?$", m)) {
		want->is_unix = true;
		ref_text query;
		ref_copy(&query, ref_group(t->s, m, 3));
		regmatch_t unused[REF_GROUPS];
		if (m[3].rm_so >= 0 && (strchr(query.s, '?') || !REF_MATCH(query.s, "^" PATH_CHARS "*$", unused))) {
			return false;
		}
		snprintf(host, MAX_INPUT, "%.*s", (int) (m[1].rm_eo - m[1].rm_so), t->s + m[1].rm_so);
		snprintf(path, MAX_INPUT, "%s", m[3].rm_so >= 0 ? query.s : "/ws");
		return true;
	}
	v6 = REF_MATCH(t->s, "^[wW][sS]([sS]?)://\\[([^]%/]*(%[0-9A-Za-z._-]{1,255})?)](:([0-9]{1,5}))?(/.*)?$", m);
	if (!v6 && !REF_MATCH(t->s, "^[wW][sS]([sS]?)://([0-9A-Za-z._-]{1,255}())(:([0-9]{1,5}))?(/.*)?$", m)) {
		return false;
	}
	want->is_tls = m[1].rm_eo > m[1].rm_so;
	cr_slice name = ref_group(t->s, m, 2);
	uint8_t ip[16];
	ref_text rest;
	ref_copy(&rest, ref_group(t->s, m, 6));
	regmatch_t unused[REF_GROUPS];
	size_t ip_len = v6 && m[3].rm_so >= 0 ? (size_t) (m[3].rm_so - m[2].rm_so) : name.len;
	if (!ref_port(ref_group(t->s, m, 5), want->is_tls ? 443 : 80, &port)
		|| strchr(rest.s, '?') || !REF_MATCH(rest.s, "^" PATH_CHARS "*$", unused)
		|| (v6 && ref_ip(ip, cr_slice_of(name.ptr, ip_len)) != 6)) {
		return false;
	}
	snprintf(host, MAX_INPUT, "%.*s", (int) name.len, (const char *) name.ptr);
	snprintf(path, MAX_INPUT, "%s", m[6].rm_so >= 0 ? rest.s : "/ws");
	want->port = (uint16_t) port;
	return true;
}

static bool is_same(const cr_address *a, const cr_address *b)
{
	return a->is_unix == b->is_unix && a->is_tls == b->is_tls && a->port == b->port
	       && strcmp(a->host, b->host) == 0 && strcmp(a->path, b->path) == 0;
}

static void check_address(cr_slice text)
{
	char host[MAX_INPUT], path[MAX_INPUT], error[CR_ERROR_MAX] = "", url[2 * MAX_INPUT];
	cr_address a, want, again;
	ref_text t;

	ref_copy(&t, text);
	bool good = ref_address(&want, host, path, &t);
	cr_status st = cr_address_parse(&a, text, error);
	REQUIRE((st == CR_OK) == good);
	if (st != CR_OK) {
		REQUIRE(st == CR_ERR_FORM && *error && !a.host && !a.path);
		return;
	}
	REQUIRE(is_same(&a, &want));
	cr_address_write(&a, a.port, url, sizeof(url));
	REQUIRE(cr_address_parse(&again, cr_slice_str(url), error) == CR_OK);
	REQUIRE(is_same(&a, &again));
	cr_address_deinit(&a);
	cr_address_deinit(&again);
}

/* ip[/bits]; false: neither that nor unix */
static bool ref_network(uint8_t ip[16], unsigned *bits, const ref_text *t)
{
	regmatch_t m[REF_GROUPS];
	unsigned long n;

	if (t->has_nul || !REF_MATCH(t->s, "^([^/]*)(/([0-9]{1,3}))?$", m)) {
		return false;
	}
	int family = ref_ip(ip, ref_group(t->s, m, 1));
	n = m[3].rm_so >= 0 ? strtoul(t->s + m[3].rm_so, NULL, 10) : family == 4 ? 32 : 128;
	*bits = (unsigned) n + (family == 4 ? 96 : 0);
	return family && n <= (family == 4 ? 32u : 128u);
}

static bool ref_is_in(const uint8_t ip[16], const uint8_t net[16], unsigned bits)
{
	for (unsigned i = 0; i < bits; i++) {
		if ((ip[i / 8] >> (7 - i % 8) & 1) != (net[i / 8] >> (7 - i % 8) & 1)) {
			return false;
		}
	}
	return true;
}

static void check_network(cr_slice text, const uint8_t *noise, size_t n_noise)
{
	ref_text t;
	uint8_t net[16];
	unsigned bits = 0;
	cr_proxies p;

	ref_copy(&t, text);
	bool is_unix = !t.has_nul && strcasecmp(t.s, "unix") == 0;
	bool good = !is_unix && ref_network(net, &bits, &t);
	REQUIRE(cr_proxy_is_valid(text) == (good || is_unix));

	cr_slice list[] = {CR_SLICE("192.0.2.0/25"), text};
	cr_status st = cr_proxies_init(&p, list, 2);
	REQUIRE(st == (good || is_unix ? CR_OK : CR_ERR_FORM));
	if (st == CR_OK) {
		REQUIRE(p.unix_peers == is_unix && cr_proxies_trust(&p, NULL) == is_unix);
		for (unsigned i = 0; good && i <= 128; i++) {
			struct in6_addr ip;

			/* the network itself, with one bit turned, and with noise behind that */
			memcpy(&ip, net, 16);
			if (i < 128) {
				ip.s6_addr[i / 8] ^= (uint8_t) (0x80 >> i % 8);
			}
			for (size_t k = 0; k + i / 8 + 1 < 16 && k < n_noise; k++) {
				ip.s6_addr[i / 8 + 1 + k] ^= noise[k];
			}
			uint8_t first[16] = {[10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2};
			REQUIRE(cr_proxies_trust(&p, &ip)
				== (ref_is_in(ip.s6_addr, net, bits) || ref_is_in(ip.s6_addr, first, 96 + 25)));
		}
	}
	cr_proxies_deinit(&p);
}

static void check_host(cr_slice text)
{
	ref_text t;
	cr_slice host, want_host;
	unsigned port, want_port;

	ref_copy(&t, text);
	bool good = !t.has_nul && ref_host(t.s, &want_host, &want_port);
	REQUIRE(cr_http_host_split(text, &host, &port) == good);
	REQUIRE(!good || (cr_slice_eq(host, want_host) && port == want_port));
}

static void check_origin(cr_slice pattern, cr_slice text)
{
	ref_text p, t;
	ref_origin want_p, want_o;
	cr_origin o;
	char again[600];

	ref_copy(&p, pattern);
	ref_copy(&t, text);
	bool any = !p.has_nul && strcmp(p.s, "*") == 0;
	bool good_p = ref_origin_parse(&want_p, &p, true), good_o = ref_origin_parse(&want_o, &t, false);
	/* longer schemes than the reference reads exist nowhere */
	REQUIRE(!(good_p || any) || cr_origin_pattern_is_valid(pattern));
	REQUIRE(good_p || any || !cr_origin_pattern_is_valid(pattern) || strcspn(p.s, ":") > 63);
	REQUIRE(cr_origin_matches(text, pattern) == (any || (good_p && good_o && ref_origin_matches(&want_o, &want_p)))
		|| strcspn(p.s, ":") > 63);

	if (cr_origin_parse(&o, text) != CR_OK) {
		REQUIRE(!good_o);
		return;
	}
	REQUIRE(good_o || strcspn(t.s, ":") > 63);
	REQUIRE(!good_o || (o.port == want_o.port && ref_is(o.host, want_o.host) && ref_is(o.scheme, want_o.scheme)));
	REQUIRE(cr_origin_matches(text, text));
	int n = snprintf(again, sizeof(again), "%.*s://%.*s", (int) o.scheme.len, (const char *) o.scheme.ptr,
		(int) o.host.len, (const char *) o.host.ptr);
	if (o.port) {
		snprintf(again + n, sizeof(again) - (size_t) n, ":%u", o.port);
	}
	REQUIRE(cr_origin_matches(cr_slice_str(again), text) && cr_origin_matches(text, cr_slice_str(again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0 || size >= MAX_INPUT / 2) {
		return 0;
	}
	const uint8_t *lf = memchr(data, '\n', size);
	size_t n = lf ? (size_t) (lf - data) : 0, rest = lf ? n + 1 : 0;
	/* of their own lengths, for ASan */
	uint8_t *first = malloc(n + 1), *second = malloc(size - rest + 1);

	REQUIRE(first && second);
	memcpy(first, data, n);
	memcpy(second, data + rest, size - rest);
	first = realloc(first, n ? n : 1);
	second = realloc(second, size - rest ? size - rest : 1);
	cr_slice a = cr_slice_of(first, n), b = cr_slice_of(second, size - rest);

	check_address(b);
	check_network(a, second, b.len);
	check_network(b, first, a.len);
	check_host(b);
	check_origin(a, b);
	check_origin(b, a);
	free(first);
	free(second);
	return 0;
}
