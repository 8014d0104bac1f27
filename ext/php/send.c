/* What Chatroom sends and what it can be asked. */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "ext/php/send.h"

#include "ext/php/call.h"

#define KICKED 4000

cr_session *chatroom_find(chatroom_obj *room, const zend_string *uid)
{
	cr_uuid u;

	return cr_uuid_parse(&u, chatroom_slice(uid)) == CR_OK ? cr_server_find(room->server, &u) : NULL;
}

zend_long chatroom_broadcast(chatroom_obj *room, const zend_string *text, HashTable *except)
{
	cr_uuid *uids = NULL;
	size_t n = 0, queued = 0;
	zval *value;

	if (except && zend_hash_num_elements(except)) {
		uids = safe_emalloc(zend_hash_num_elements(except), sizeof(*uids), 0);
		ZEND_HASH_FOREACH_VAL(except, value) {
			ZVAL_DEREF(value);
			if (Z_TYPE_P(value) == IS_STRING
				&& cr_uuid_parse(&uids[n], cr_slice_of(Z_STRVAL_P(value), Z_STRLEN_P(value))) == CR_OK) {
				n++;
			}
		} ZEND_HASH_FOREACH_END();
	}
	/* the form was checked; without memory it reaches fewer, which queued says */
	cr_status status = cr_server_broadcast(room->server, chatroom_slice(text), uids, n, &queued);

	if (uids) {
		efree(uids);
	}
	chatroom_rebail(room);
	return status == CR_OK ? (zend_long) queued : 0;
}

zend_long chatroom_send_to(chatroom_obj *room, const zend_string *uid, const zend_string *text)
{
	cr_session *s = chatroom_find(room, uid);

	if (!s) {
		return 0;
	}
	cr_status status = cr_session_send(s, chatroom_slice(text));

	chatroom_rebail(room);
	return status == CR_OK;
}

zend_long chatroom_send_to_all(chatroom_obj *room, HashTable *uids, const zend_string *text)
{
	zend_long sent = 0;
	zval *uid;

	/* sending may call the log's callable, and that the array's owner */
	GC_TRY_ADDREF(uids);
	ZEND_HASH_FOREACH_VAL(uids, uid) {
		ZVAL_DEREF(uid);
		if (Z_TYPE_P(uid) == IS_STRING) {
			sent += chatroom_send_to(room, Z_STR_P(uid), text);
		}
	} ZEND_HASH_FOREACH_END();
	zend_array_release(uids);
	return sent;
}

bool chatroom_kick(chatroom_obj *room, const zend_string *uid, const zend_string *reason)
{
	cr_session *s = chatroom_find(room, uid);

	if (!s || !cr_session_is_open(s)) {
		return false;
	}
	cr_session_close(s, KICKED, chatroom_slice(reason));
	chatroom_rebail(room);
	return true;
}

static void add_addresses(zval *out, chatroom_obj *room)
{
	char url[512];
	zval list;

	array_init(&list);
	for (size_t i = 0; cr_server_address(room->server, i, url, sizeof(url)); i++) {
		add_next_index_string(&list, url);
	}
	add_assoc_zval(out, "listen", &list);
}

void chatroom_stats(zval *out, chatroom_obj *room)
{
	cr_stats s;

	cr_server_stats(room->server, &s);
	array_init(out);
	add_assoc_string(out, "version", PHP_CHATROOM_VERSION);
	add_addresses(out, room);
	add_assoc_long(out, "memory", (zend_long) zend_memory_usage(false));
#define ADD(field) add_assoc_long(out, #field, (zend_long) s.field)
	ADD(started_at);
	ADD(uptime_ms);
	ADD(clients);
	ADD(connections);
	ADD(rooms);
	ADD(max_clients);
	ADD(accepted);
	ADD(handshakes);
	ADD(handshakes_refused);
	ADD(requests);
	ADD(messages_in);
	ADD(messages_dropped);
	ADD(deliveries);
	ADD(messages_compressed_in);
	ADD(messages_compressed_out);
	ADD(bytes_compressed_in);
	ADD(bytes_inflated_in);
	ADD(bytes_inflated_out);
	ADD(bytes_compressed_out);
	ADD(bytes_in);
	ADD(bytes_out);
	ADD(queued_bytes);
	ADD(refused_connections);
	ADD(refused_origins);
	ADD(tls_errors);
	ADD(timeouts_handshake);
	ADD(timeouts_message);
	ADD(timeouts_ping);
	ADD(timeouts_idle);
	ADD(timeouts_close);
	ADD(slow_consumers);
	ADD(rate_limited);
	ADD(protocol_errors);
	ADD(out_of_memory);
	ADD(accept_pauses);
#undef ADD
}
