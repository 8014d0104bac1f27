#ifndef CR_SERVER_PROXIES_H
#define CR_SERVER_PROXIES_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "ext/core/slice.h"
#include "ext/core/status.h"
#include "ext/proto/http_head.h"

/* Whose X-Forwarded-For and X-Forwarded-Proto are believed. */
typedef struct cr_proxies {
	struct cr_network *networks;
	size_t n_networks;
	bool unix_peers; /* who comes through a unix socket */
} cr_proxies;

/* "10.0.0.0/8", "::1", "unix". Form only. */
bool cr_proxy_is_valid(cr_slice text);

/* The texts must be valid. CR_ERR_NOMEM, CR_ERR_FORM. */
CR_MUST_CHECK cr_status cr_proxies_init(cr_proxies *p, const cr_slice *texts, size_t n);
void cr_proxies_deinit(cr_proxies *p);

/* IPv4 as ::ffff:a.b.c.d; NULL: a unix socket's peer. */
bool cr_proxies_trust(const cr_proxies *p, const struct in6_addr *peer);

/* The rightmost address of X-Forwarded-For that is not a trusted proxy's; the
 * leftmost when all are. False when the header does not tell. */
bool cr_proxies_client(const cr_proxies *p, const cr_http_head *head, struct in6_addr *client);
/* Whether the nearest proxy says it was asked by https or wss; otherwise when
 * it does not say. */
bool cr_proxies_is_https(const cr_http_head *head, bool otherwise);

#endif
