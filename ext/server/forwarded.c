/* Clients behind a trusted proxy: a proxy may send several clients' requests
 * over one connection, so the address belongs to the request until the upgrade. */
#include "ext/server/internal.h"

void cr_forwarded_begin(cr_session *s)
{
	const cr_proxies *p = &s->srv->proxies;

	s->https = s->srv->tls[s->listener] != NULL;
	/* of a unix socket's peer there is no address */
	s->proxied = (p->n_networks > 0 || p->unix_peers) && cr_proxies_trust(p, s->has_ip ? &s->ip : NULL);
	if (s->proxied) {
		s->http->has_peer = s->has_ip;
		s->http->peer = s->ip;
	}
}

void cr_forwarded_apply(cr_session *s, const cr_http_head *head)
{
	cr_server *srv = s->srv;

	if (!s->proxied) {
		return;
	}
	cr_session_uncount_ip(s);
	bool told = cr_proxies_client(&srv->proxies, head, &s->ip);
	if (!told) {
		s->ip = s->http->peer;
	}
	s->has_ip = told || s->http->has_peer;
	s->https = cr_proxies_is_https(head, srv->tls[s->listener] != NULL);
	/* the proxy itself may come as often as it likes */
	if (told && !s->over && !cr_session_count_ip(s)) {
		srv->stats.refused_connections++;
		s->over = true;
	}
}
