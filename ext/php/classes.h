#ifndef CHATROOM_CLASSES_H
#define CHATROOM_CLASSES_H

/* What the files of ext/php share: the objects behind the PHP classes. */

#include "php_chatroom.h"

#include "ext/core/list.h"
#include "ext/core/log.h"
#include "ext/php/handler.h"
#include "ext/php/options.h"
#include "ext/server/server.h"

typedef enum chatroom_hook {
	CHATROOM_ON_HANDSHAKE,
	CHATROOM_ON_OPEN,
	CHATROOM_ON_MESSAGE,
	CHATROOM_ON_TEXT,
	CHATROOM_ON_BINARY,
	CHATROOM_ON_CLOSE,
	CHATROOM_ON_REQUEST,
	CHATROOM_ON_ERROR,
	CHATROOM_ON_START,
	CHATROOM_ON_STOP,
	CHATROOM_ON_JOIN,
	CHATROOM_ON_LEAVE,
	CHATROOM_ON_ONLINE,
	CHATROOM_ON_OFFLINE,
	CHATROOM_ON_SIGNAL,
	CHATROOM_N_HOOKS
} chatroom_hook;

typedef struct chatroom_obj {
	cr_server *server;          /* owned */
	chatroom_log_target log;    /* owned */
	chatroom_handler hooks[CHATROOM_N_HOOKS];
	chatroom_handler *filters;  /* emalloc'd; in the order added */
	uint32_t n_filters, cap_filters;
	cr_list timers;             /* chatroom_timer.in_room */
	size_t max_message_size;
	uint32_t callback_warn_ms;
	uint64_t hook_end_ns;       /* when a hook was last called; 0: not measured */
	cr_log_throttle slow_throttle;
	unsigned forks;             /* chatroom_forks at birth */
	bool ended;                 /* exit() or a fatal error: no more PHP code in this run */
	bool bailed;                /* a zend_bailout() was caught and must go on */
	bool in_on_error, in_log;
	/* what the engine's last verdict or response borrows */
	zval held;
	cr_header *held_headers;    /* emalloc'd */
	zend_object std;            /* last: the property slots follow it */
} chatroom_obj;

typedef struct chatroom_client_obj {
	chatroom_obj *room;  /* borrowed; NULL when the client is gone */
	cr_session *session; /* borrowed; NULL when the client is gone */
	zend_object std;
} chatroom_client_obj;

extern zend_class_entry *chatroom_ce, *chatroom_client_ce, *chatroom_client_iterator_ce,
	*chatroom_exception_ce, *chatroom_message_ce, *chatroom_reject_ce, *chatroom_request_ce;

/* How often this process was forked off since MINIT: an object that remembers
 * another number belongs to an ancestor. */
extern unsigned chatroom_forks;
void chatroom_on_fork(void);

void chatroom_class_register(void);
void chatroom_client_register(void);
void chatroom_client_iterator_register(void);
void chatroom_close_code_register(void);
void chatroom_exception_register(void);
void chatroom_message_register(void);
void chatroom_reject_register(void);
void chatroom_request_register(void);

static inline chatroom_obj *chatroom_from_obj(zend_object *obj)
{
	return (chatroom_obj *) ((char *) obj - offsetof(chatroom_obj, std));
}

static inline chatroom_client_obj *chatroom_client_from_obj(zend_object *obj)
{
	return (chatroom_client_obj *) ((char *) obj - offsetof(chatroom_client_obj, std));
}

/* The Client of a session: made on first use, then kept until the engine
 * forgets the session. Borrowed. */
zend_object *chatroom_client_get(chatroom_obj *room, cr_session *s);
/* All three may be NULL: nothing said. Only before the client is open. */
void chatroom_client_identify(zend_object *client, zend_string *user_id, zend_string *name,
	zval *data);
/* What it was identified as, borrowed; absent: nothing. */
void chatroom_client_identity(zend_object *client, cr_slice *user_id, cr_slice *name);
void chatroom_client_set_request(zend_object *client, zval *request);
zval *chatroom_client_request(zend_object *client);
/* The script's own property. */
zval *chatroom_client_data(zend_object *client);
/* The session is going to be freed. */
void chatroom_client_forget(zend_object *client);
/* Client::send() and Message::reply(). False: gone; or EG(exception). */
bool chatroom_client_send(zend_object *client, const cr_own_message *message);

void chatroom_message_new(zval *out, zend_object *client, const cr_message *m, zend_string *text);
/* null: absent. Objects become arrays. */
void chatroom_decode_json(zval *property, cr_slice json);
void chatroom_request_new(zval *out, const cr_request *r);
/* name NULL: all clients. */
void chatroom_client_iterator_new(zval *out, chatroom_obj *room, const zend_string *name);

/* The code and reason of a Reject; each falls back to something sensible. Borrowed. */
zend_string *chatroom_reject_code(zend_object *reject);
zend_string *chatroom_reject_reason(zend_object *reject);

/* A string|array message parameter as the engine wants it. */
typedef struct chatroom_said {
	cr_own_message message;
	zend_string *text; /* owned */
	zend_string *data; /* the JSON of data, owned; NULL: none */
} chatroom_said;
/* False: a ValueError was thrown for argument number arg. Else to be freed. */
bool chatroom_said_init(chatroom_said *said, zend_string *string, HashTable *array, uint32_t arg);
void chatroom_said_free(chatroom_said *said);
/* The object of a method call. NULL: thrown. */
chatroom_obj *chatroom_this(zval *object);
/* False: a ValueError was thrown. */
bool chatroom_check_room(const zend_string *name, uint32_t arg);
/* True when reason can stand in a Close frame, else a ValueError is thrown. */
bool chatroom_check_reason(zend_string *reason, uint32_t arg);

static inline cr_slice chatroom_slice(const zend_string *s)
{
	return cr_slice_of(ZSTR_VAL(s), ZSTR_LEN(s));
}

#endif
