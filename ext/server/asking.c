/* What can be asked of a server: who is here, what was counted, what it was
 * built with. */
#include "ext/server/chat.h"

#include <openssl/crypto.h>

cr_session *cr_server_find(cr_server *srv, const cr_uuid *uid)
{
	const cr_uuid *found = cr_uuid_set_find(&srv->uids, uid);

	return found ? cr_container_of((cr_uuid *) (uintptr_t) found, cr_session, uid) : NULL;
}

size_t cr_server_count(const cr_server *srv)
{
	return srv->uids.n;
}

size_t cr_server_uids(const cr_server *srv, cr_uuid *out, size_t max)
{
	size_t n = 0;

	for (const cr_list *l = srv->open.next; l != &srv->open && n < max; l = l->next) {
		out[n++] = cr_container_of(l, const cr_session, all)->uid;
	}
	return n;
}

void cr_server_stats(cr_server *srv, cr_stats *out)
{
	*out = srv->stats;
	out->clients = cr_server_count(srv);
	out->connections = srv->n_sessions;
	out->rooms = srv->rooms.count;
	out->history_bytes = srv->timelines.bytes;
	out->history_evicted = srv->timelines.evicted;
	out->users = srv->n_online;
	out->parked = srv->n_parked;
	out->max_clients = srv->max_clients;
	out->held_bytes = srv->held_bytes;
	out->bytes_in = srv->loop.bytes_in;
	out->bytes_out = srv->loop.bytes_out;
	out->queued_bytes = srv->loop.queued_bytes;
	if (!srv->running) {
		out->started_at = 0;
	} else if (out->started_at) {
		/* not from started_at: the wall clock may have been set since */
		out->uptime_ms = cr_loop_now(&srv->loop) - srv->started_ms;
	}
}

#define STRING_OF(x) #x
#define STRING(x)    STRING_OF(x)

void cr_server_versions(cr_versions *out)
{
	out->libevent = cr_loop_libevent_version();
	out->json_c = cr_chat_json_version();
	out->openssl = OpenSSL_version(OPENSSL_VERSION);
	out->zlib = cr_deflate_zlib_version();
	out->uthash = STRING(UTHASH_VERSION);
}
