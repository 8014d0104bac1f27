#ifndef CR_TESTS_FUZZ_REFERENCE_H
#define CR_TESTS_FUZZ_REFERENCE_H

/* What hosts, origins, addresses and lists are, said a second time and in
 * another way (regular expressions, arithmetic, copies) than in ext/. Slow, and
 * only for texts of up to REF_MAX bytes. */

#include <arpa/inet.h>
#include <ctype.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ext/core/slice.h"

#define REF_MAX 16384

#define REQUIRE(truth) \
	((truth) ? (void) 0 : (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #truth), abort()))

typedef struct ref_text {
	char s[REF_MAX + 1];
	size_t len;
	bool has_nul;
} ref_text;

static inline void ref_copy(ref_text *t, cr_slice s)
{
	REQUIRE(s.len <= REF_MAX);
	t->len = s.len;
	t->has_nul = s.len && memchr(s.ptr, '\0', s.len);
	if (s.len) {
		memcpy(t->s, s.ptr, s.len);
	}
	t->s[s.len] = '\0';
}

static inline bool ref_is(cr_slice s, const char *lower)
{
	size_t n = strlen(lower);

	if (s.len != n) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (tolower(s.ptr[i]) != lower[i]) {
			return false;
		}
	}
	return true;
}

#define REF_GROUPS 8

/* compiled where it stands, once; the groups of the last match in m */
#define REF_MATCH(text, pattern, m) __extension__({ \
	static regex_t re_; \
	static bool ready_; \
	if (!ready_) { \
		REQUIRE(regcomp(&re_, pattern, REG_EXTENDED) == 0); \
		ready_ = true; \
	} \
	regexec(&re_, text, REF_GROUPS, m, 0) == 0; \
})

static inline cr_slice ref_group(const char *text, const regmatch_t *m, int i)
{
	if (m[i].rm_so < 0) {
		return CR_SLICE_NONE;
	}
	return cr_slice_of(text + m[i].rm_so, (size_t) (m[i].rm_eo - m[i].rm_so));
}

/* An IP address as 16 bytes, IPv4 mapped; 0: none, else 4 or 6. */
static inline int ref_ip(uint8_t out[16], cr_slice s)
{
	char text[64];

	if (s.len >= sizeof(text) || (s.len && memchr(s.ptr, '\0', s.len))) {
		return 0;
	}
	snprintf(text, sizeof(text), "%.*s", (int) s.len, s.len ? (const char *) s.ptr : "");
	if (!strchr(text, ':')) {
		memcpy(out, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
		return inet_pton(AF_INET, text, out + 12) == 1 ? 4 : 0;
	}
	return inet_pton(AF_INET6, text, out) == 1 ? 6 : 0;
}

/* host[:port] of a Host header; host lies in t. */
static inline bool ref_host(const char *text, cr_slice *host, unsigned *port)
{
	regmatch_t m[REF_GROUPS];
	uint8_t ip[16];

	if (REF_MATCH(text, "^(\\[([0-9A-Fa-f:.]+)])(:([0-9]{1,5}))?$", m)) {
		if (ref_ip(ip, ref_group(text, m, 2)) != 6) {
			return false;
		}
	} else if (!REF_MATCH(text, "^((\\.?[A-Za-z0-9_~-]+)+\\.?)(:([0-9]{1,5}))?$", m) || text[0] == '.') {
		return false;
	}
	*host = ref_group(text, m, 1);
	cr_slice digits = ref_group(text, m, 4);
	*port = digits.ptr ? (unsigned) strtoul((const char *) digits.ptr, NULL, 10) : 0;
	return host->len <= 255 && (!digits.ptr || (*port >= 1 && *port <= 65535));
}

typedef struct ref_origin {
	char scheme[64];
	char host[256];
	unsigned port;
	bool wildcard;
} ref_origin;

static inline void ref_lower(char *out, size_t size, cr_slice s)
{
	REQUIRE(s.len < size);
	for (size_t i = 0; i < s.len; i++) {
		out[i] = (char) tolower(s.ptr[i]);
	}
	out[s.len] = '\0';
}

/* scheme://host[:port]; with pattern also *. before the host. Schemes
 * of more than 63 letters are not for the reference. */
static inline bool ref_origin_parse(ref_origin *o, const ref_text *t, bool pattern)
{
	regmatch_t m[REF_GROUPS];
	cr_slice host;

	if (t->has_nul || !REF_MATCH(t->s, "^([A-Za-z][A-Za-z0-9+.-]{0,62})://(\\*\\.)?", m)) {
		return false;
	}
	o->wildcard = m[2].rm_so >= 0;
	if (o->wildcard && (!pattern || t->s[m[0].rm_eo] == '[')) {
		return false;
	}
	ref_lower(o->scheme, sizeof(o->scheme), ref_group(t->s, m, 1));
	if (strcmp(o->scheme, "file") == 0 || !ref_host(t->s + m[0].rm_eo, &host, &o->port)) {
		return false;
	}
	ref_lower(o->host, sizeof(o->host), host);
	if (o->port == 0) {
		bool plain = strcmp(o->scheme, "http") == 0 || strcmp(o->scheme, "ws") == 0;
		bool tls = strcmp(o->scheme, "https") == 0 || strcmp(o->scheme, "wss") == 0;
		o->port = plain ? 80 : tls ? 443 : 0;
	}
	return true;
}

static inline bool ref_origin_matches(const ref_origin *o, const ref_origin *pattern)
{
	char name[256];

	if (strcmp(o->scheme, pattern->scheme) != 0 || o->port != pattern->port) {
		return false;
	}
	if (!pattern->wildcard) {
		return strcmp(o->host, pattern->host) == 0;
	}
	/* with its first labels taken off, one after the other, it is the pattern's */
	for (const char *dot = strchr(o->host, '.'); dot; dot = strchr(dot + 1, '.')) {
		snprintf(name, sizeof(name), "%s", dot + 1);
		if (strcmp(name, pattern->host) == 0) {
			return true;
		}
	}
	return false;
}

#endif
