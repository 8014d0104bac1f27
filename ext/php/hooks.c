/* What the engine asks, PHP answers: cr_hooks over the stored callables.
 *
 * Each hook is a body for chatroom_guard() with a frame for its arguments and
 * its answer. What the engine only lends is copied into PHP values here; what
 * the engine borrows from us (a verdict's text, a response) stays in
 * room->held until the next question.
 */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "ext/php/call.h"

#include "zend_exceptions.h"

#include "ext/core/utf8.h"
#include "ext/php/verdict.h"

static const char *const hook_names[CHATROOM_N_HOOKS] = {
	[CHATROOM_ON_HANDSHAKE] = "Chatroom::onHandshake()",
	[CHATROOM_ON_OPEN] = "Chatroom::onOpen()",
	[CHATROOM_ON_MESSAGE] = "Chatroom::onMessage()",
	[CHATROOM_ON_TEXT] = "Chatroom::onText()",
	[CHATROOM_ON_BINARY] = "Chatroom::onBinary()",
	[CHATROOM_ON_CLOSE] = "Chatroom::onClose()",
	[CHATROOM_ON_REQUEST] = "Chatroom::onRequest()",
	[CHATROOM_ON_ERROR] = "Chatroom::onError()",
	[CHATROOM_ON_START] = "Chatroom::onStart()",
	[CHATROOM_ON_STOP] = "Chatroom::onStop()",
	[CHATROOM_ON_JOIN] = "Chatroom::onJoin()",
	[CHATROOM_ON_LEAVE] = "Chatroom::onLeave()",
	[CHATROOM_ON_ONLINE] = "Chatroom::onOnline()",
	[CHATROOM_ON_OFFLINE] = "Chatroom::onOffline()",
	[CHATROOM_ON_SIGNAL] = "Chatroom::onSignal()",
};

const char *chatroom_hook_name(chatroom_hook hook)
{
	return hook_names[hook];
}

void chatroom_update_wants(chatroom_obj *room)
{
	static const uint32_t bits[CHATROOM_N_HOOKS] = {
		[CHATROOM_ON_HANDSHAKE] = CR_HOOK_HANDSHAKE,
		[CHATROOM_ON_OPEN] = CR_HOOK_OPEN,
		[CHATROOM_ON_MESSAGE] = CR_HOOK_MESSAGE,
		[CHATROOM_ON_TEXT] = CR_HOOK_TEXT,
		[CHATROOM_ON_BINARY] = CR_HOOK_BINARY,
		[CHATROOM_ON_CLOSE] = CR_HOOK_CLOSE,
		[CHATROOM_ON_REQUEST] = CR_HOOK_REQUEST,
		[CHATROOM_ON_START] = CR_HOOK_START,
		[CHATROOM_ON_STOP] = CR_HOOK_STOP,
		[CHATROOM_ON_JOIN] = CR_HOOK_JOIN,
		[CHATROOM_ON_LEAVE] = CR_HOOK_LEAVE,
		[CHATROOM_ON_ONLINE] = CR_HOOK_ONLINE,
		[CHATROOM_ON_OFFLINE] = CR_HOOK_OFFLINE,
		[CHATROOM_ON_SIGNAL] = CR_HOOK_SIGNAL,
	};
	uint32_t wants = room->n_filters ? CR_HOOK_MESSAGE : 0;

	for (size_t i = 0; i < CHATROOM_N_HOOKS; i++) {
		if (chatroom_handler_is_set(&room->hooks[i])) {
			wants |= bits[i];
		}
	}
	cr_server_want(room->server, wants);
}

void chatroom_drop_held(chatroom_obj *room)
{
	zval_ptr_dtor(&room->held);
	ZVAL_UNDEF(&room->held);
	if (room->held_headers) {
		efree(room->held_headers);
		room->held_headers = NULL;
	}
}

/* onStart, onStop */

static void lifecycle_body(chatroom_obj *room, void *frame)
{
	chatroom_hook hook = *(chatroom_hook *) frame;
	zval argv[1], retval;

	if (!chatroom_handler_is_set(&room->hooks[hook])) {
		return;
	}
	ZVAL_OBJ_COPY(&argv[0], &room->std);
	chatroom_call(room, hook_names[hook], &room->hooks[hook], 1, argv, &retval);
	zval_ptr_dtor(&retval);
	chatroom_report(room, hook_names[hook], NULL);
}

static void on_start(void *arg)
{
	chatroom_hook hook = CHATROOM_ON_START;

	chatroom_guard(arg, lifecycle_body, &hook);
}

static void on_stop(void *arg)
{
	chatroom_obj *room = arg;
	chatroom_hook hook = CHATROOM_ON_STOP;

	if (!room->ended) {
		chatroom_guard(room, lifecycle_body, &hook);
	}
}

/* onHandshake */

typedef struct handshake_frame {
	cr_session *session;
	const cr_request *request;
	cr_verdict verdict;
} handshake_frame;

static void handshake_body(chatroom_obj *room, void *arg)
{
	handshake_frame *f = arg;
	chatroom_handler *h = &room->hooks[CHATROOM_ON_HANDSHAKE];
	zend_object *client = chatroom_client_get(room, f->session);
	zval argv[1], retval;

	if (!chatroom_handler_is_set(h)) {
		f->verdict.kind = CR_VERDICT_PASS;
		return;
	}
	chatroom_request_new(&argv[0], f->request);
	chatroom_client_set_request(client, &argv[0]);
	chatroom_call(room, hook_names[CHATROOM_ON_HANDSHAKE], h, 1, argv, &retval);
	chatroom_verdict_handshake(room, &f->verdict, &retval, client);
	zval_ptr_dtor(&retval);
	chatroom_report(room, hook_names[CHATROOM_ON_HANDSHAKE], NULL);
}

static cr_verdict on_handshake(void *arg, cr_session *s, const cr_request *r)
{
	chatroom_obj *room = arg;
	handshake_frame f = {s, r, {.kind = CR_VERDICT_REJECT, .status = 500}};

	if (!room->ended) {
		chatroom_drop_held(room);
		chatroom_guard(room, handshake_body, &f);
	}
	return f.verdict;
}

/* onOpen */

typedef struct open_frame {
	cr_session *session;
	const cr_request *request;
	bool ok;
} open_frame;

static void open_body(chatroom_obj *room, void *arg)
{
	open_frame *f = arg;
	chatroom_handler *h = &room->hooks[CHATROOM_ON_OPEN];
	zend_object *client = chatroom_client_get(room, f->session);
	zval argv[2], retval;

	if (!chatroom_handler_is_set(h)) {
		f->ok = true;
		return;
	}
	if (Z_TYPE_P(chatroom_client_request(client)) != IS_OBJECT) {
		zval request;

		chatroom_request_new(&request, f->request);
		chatroom_client_set_request(client, &request);
		zval_ptr_dtor(&request);
	}
	GC_ADDREF(client); /* for the report: the engine may forget it meanwhile */
	ZVAL_OBJ_COPY(&argv[0], client);
	ZVAL_COPY(&argv[1], chatroom_client_request(client));
	f->ok = chatroom_call(room, hook_names[CHATROOM_ON_OPEN], h, 2, argv, &retval);
	zval_ptr_dtor(&retval);
	chatroom_report(room, hook_names[CHATROOM_ON_OPEN], client);
	OBJ_RELEASE(client);
}

static void on_open(void *arg, cr_session *s, const cr_request *r)
{
	chatroom_obj *room = arg;
	open_frame f = {s, r, false};

	if (room->ended) {
		return;
	}
	chatroom_guard(room, open_body, &f);
	if (!f.ok && !room->ended) {
		cr_session_close(s, 1011, CR_SLICE("internal error"));
	}
}

/* addFilter, onMessage */

typedef struct message_frame {
	cr_session *session;
	const cr_message *message;
	cr_verdict verdict;
} message_frame;

/* One link of the chain. True: go on with *text. */
static bool ask(chatroom_obj *room, const char *name, const chatroom_handler *h, zval argv[2],
	cr_verdict *verdict, zend_string **text)
{
	zval retval;

	chatroom_call(room, name, h, 2, argv, &retval);
	chatroom_verdict_message(room, name, verdict, &retval, text);
	zval_ptr_dtor(&retval);
	return !EG(exception) && verdict->kind == CR_VERDICT_PASS;
}

static void message_body(chatroom_obj *room, void *arg)
{
	message_frame *f = arg;
	zend_string *original = zend_string_init((const char *) f->message->text.ptr, f->message->text.len, 0);
	zend_string *text = zend_string_copy(original);
	zend_object *client = chatroom_client_get(room, f->session);
	const char *name = "Chatroom::addFilter()";
	bool go_on = true;
	zval argv[2];

	GC_ADDREF(client);
	/* a filter may add another: it takes part at once */
	for (uint32_t i = 0; go_on && i < room->n_filters; i++) {
		ZVAL_STR_COPY(&argv[0], text);
		ZVAL_OBJ_COPY(&argv[1], client);
		go_on = ask(room, name, &room->filters[i], argv, &f->verdict, &text);
	}
	if (go_on && chatroom_handler_is_set(&room->hooks[CHATROOM_ON_MESSAGE])) {
		name = hook_names[CHATROOM_ON_MESSAGE];
		ZVAL_OBJ_COPY(&argv[0], client);
		chatroom_message_new(&argv[1], client, f->message, text);
		go_on = ask(room, name, &room->hooks[CHATROOM_ON_MESSAGE], argv, &f->verdict, &text);
	}
	if (go_on) {
		f->verdict.kind = text == original ? CR_VERDICT_PASS : CR_VERDICT_REPLACE;
	} else if (EG(exception)) {
		f->verdict.kind = CR_VERDICT_DROP;
	}
	if (f->verdict.kind == CR_VERDICT_REPLACE) {
		ZVAL_STR_COPY(&room->held, text);
		f->verdict.text = chatroom_slice(text);
	}
	zend_string_release(text);
	zend_string_release(original);
	chatroom_report(room, name, client);
	OBJ_RELEASE(client);
}

static cr_verdict on_message(void *arg, cr_session *s, const cr_message *m)
{
	chatroom_obj *room = arg;
	message_frame f = {s, m, {.kind = CR_VERDICT_DROP}};

	if (!room->ended) {
		chatroom_drop_held(room);
		room->hook_end_ns = 0;
		chatroom_guard(room, message_body, &f);
		f.verdict.at_ns = room->hook_end_ns;
	}
	if (room->ended) {
		f.verdict.kind = CR_VERDICT_DROP;
	}
	return f.verdict;
}

/* onSignal */

typedef struct signal_frame {
	cr_session *session;
	cr_slice room, name, data;
	cr_verdict verdict;
} signal_frame;

static void signal_body(chatroom_obj *room, void *arg)
{
	signal_frame *f = arg;
	chatroom_handler *h = &room->hooks[CHATROOM_ON_SIGNAL];
	zend_object *client = chatroom_client_get(room, f->session);
	zval argv[4], retval;

	if (!chatroom_handler_is_set(h)) {
		f->verdict.kind = CR_VERDICT_PASS;
		return;
	}
	GC_ADDREF(client);
	ZVAL_OBJ_COPY(&argv[0], client);
	ZVAL_STRINGL(&argv[1], (const char *) f->room.ptr, f->room.len);
	ZVAL_STRINGL(&argv[2], f->name.len ? (const char *) f->name.ptr : "", f->name.len);
	chatroom_decode_json(&argv[3], f->data);
	chatroom_call(room, hook_names[CHATROOM_ON_SIGNAL], h, 4, argv, &retval);
	chatroom_verdict_yes_no(room, hook_names[CHATROOM_ON_SIGNAL], &f->verdict, &retval);
	zval_ptr_dtor(&retval);
	chatroom_report(room, hook_names[CHATROOM_ON_SIGNAL], client);
	OBJ_RELEASE(client);
}

static cr_verdict on_signal(void *arg, cr_session *s, cr_slice name, cr_slice signal, cr_slice data)
{
	chatroom_obj *room = arg;
	signal_frame f = {s, name, signal, data, {.kind = CR_VERDICT_DROP}};

	if (!room->ended) {
		chatroom_drop_held(room);
		chatroom_guard(room, signal_body, &f);
	}
	if (room->ended) {
		f.verdict.kind = CR_VERDICT_DROP;
	}
	return f.verdict;
}

/* onJoin, onLeave, onOnline, onOffline */

typedef struct room_frame {
	cr_session *session;
	cr_slice room;
	chatroom_hook hook;
	cr_verdict verdict;
} room_frame;

static void room_body(chatroom_obj *room, void *arg)
{
	room_frame *f = arg;
	chatroom_handler *h = &room->hooks[f->hook];
	zend_object *client = chatroom_client_get(room, f->session);
	zval argv[2], retval;

	if (!chatroom_handler_is_set(h)) {
		f->verdict.kind = CR_VERDICT_PASS;
		return;
	}
	GC_ADDREF(client);
	ZVAL_OBJ_COPY(&argv[0], client);
	ZVAL_STRINGL(&argv[1], (const char *) f->room.ptr, f->room.len);
	chatroom_call(room, hook_names[f->hook], h, 2, argv, &retval);
	if (f->hook == CHATROOM_ON_JOIN) {
		chatroom_verdict_yes_no(room, hook_names[f->hook], &f->verdict, &retval);
	}
	zval_ptr_dtor(&retval);
	chatroom_report(room, hook_names[f->hook], client);
	OBJ_RELEASE(client);
}

static cr_verdict on_join(void *arg, cr_session *s, cr_slice name)
{
	chatroom_obj *room = arg;
	room_frame f = {s, name, CHATROOM_ON_JOIN, {.kind = CR_VERDICT_REJECT}};

	if (!room->ended) {
		chatroom_drop_held(room);
		chatroom_guard(room, room_body, &f);
	}
	return f.verdict;
}

static void on_leave(void *arg, cr_session *s, cr_slice name)
{
	chatroom_obj *room = arg;
	room_frame f = {s, name, CHATROOM_ON_LEAVE, {.kind = CR_VERDICT_PASS}};

	if (!room->ended) {
		chatroom_guard(room, room_body, &f);
	}
}

typedef struct user_frame {
	cr_slice user;
	chatroom_hook hook;
} user_frame;

static void user_body(chatroom_obj *room, void *arg)
{
	user_frame *f = arg;
	zval argv[1], retval;

	if (!chatroom_handler_is_set(&room->hooks[f->hook])) {
		return;
	}
	ZVAL_STRINGL(&argv[0], (const char *) f->user.ptr, f->user.len);
	chatroom_call(room, hook_names[f->hook], &room->hooks[f->hook], 1, argv, &retval);
	zval_ptr_dtor(&retval);
	chatroom_report(room, hook_names[f->hook], NULL);
}

static void on_user(void *arg, cr_slice user, bool online)
{
	chatroom_obj *room = arg;
	user_frame f = {user, online ? CHATROOM_ON_ONLINE : CHATROOM_ON_OFFLINE};

	if (!room->ended) {
		chatroom_guard(room, user_body, &f);
	}
}

/* What a client that may come back leaves behind: the script's data. */

static void *on_park(void *arg, cr_session *s)
{
	zend_object *client = cr_session_app(s);
	zval *data = chatroom_client_data(client), *kept;

	(void) arg;
	if (Z_TYPE_P(data) == IS_NULL) {
		return NULL;
	}
	kept = emalloc(sizeof(*kept));
	ZVAL_COPY_DEREF(kept, data);
	return kept;
}

typedef struct unpark_frame {
	cr_session *session;
	zval *kept;
} unpark_frame;

static void unpark_body(chatroom_obj *room, void *arg)
{
	unpark_frame *f = arg;
	zval *data = chatroom_client_data(chatroom_client_get(room, f->session));

	zval_ptr_dtor(data);
	ZVAL_COPY_VALUE(data, f->kept);
	efree(f->kept);
}

static void on_unpark(void *arg, cr_session *s, void *kept)
{
	unpark_frame f = {s, kept};

	chatroom_guard(arg, unpark_body, &f);
}

static void on_drop_parked(void *arg, void *kept)
{
	chatroom_release_guarded(arg, kept);
	efree(kept);
}

/* onText, onBinary */

typedef struct raw_frame {
	cr_session *session;
	cr_slice data;
	chatroom_hook hook;
} raw_frame;

static void raw_body(chatroom_obj *room, void *arg)
{
	raw_frame *f = arg;
	chatroom_handler *h = &room->hooks[f->hook];
	zval argv[2], retval;

	if (!chatroom_handler_is_set(h)) {
		return;
	}
	zend_object *client = chatroom_client_get(room, f->session);

	GC_ADDREF(client);
	ZVAL_OBJ_COPY(&argv[0], client);
	ZVAL_STRINGL(&argv[1], (const char *) f->data.ptr, f->data.len);
	chatroom_call(room, hook_names[f->hook], h, 2, argv, &retval);
	zval_ptr_dtor(&retval);
	chatroom_report(room, hook_names[f->hook], client);
	OBJ_RELEASE(client);
}

static void on_raw(void *arg, cr_session *s, bool binary, cr_slice data)
{
	chatroom_obj *room = arg;
	raw_frame f = {s, data, binary ? CHATROOM_ON_BINARY : CHATROOM_ON_TEXT};

	if (!room->ended) {
		chatroom_guard(room, raw_body, &f);
	}
}

/* onClose */

typedef struct close_frame {
	cr_session *session;
	unsigned code;
	cr_slice reason;
} close_frame;

static void close_body(chatroom_obj *room, void *arg)
{
	close_frame *f = arg;
	chatroom_handler *h = &room->hooks[CHATROOM_ON_CLOSE];
	zval argv[3], retval;

	if (!chatroom_handler_is_set(h)) {
		return;
	}
	zend_object *client = chatroom_client_get(room, f->session);

	GC_ADDREF(client);
	ZVAL_OBJ_COPY(&argv[0], client);
	ZVAL_LONG(&argv[1], (zend_long) f->code);
	ZVAL_STRINGL(&argv[2], f->reason.len ? (const char *) f->reason.ptr : "", f->reason.len);
	chatroom_call(room, hook_names[CHATROOM_ON_CLOSE], h, 3, argv, &retval);
	zval_ptr_dtor(&retval);
	chatroom_report(room, hook_names[CHATROOM_ON_CLOSE], client);
	OBJ_RELEASE(client);
}

static void on_close(void *arg, cr_session *s, unsigned code, cr_slice reason)
{
	chatroom_obj *room = arg;
	close_frame f = {s, code, reason};

	if (!room->ended) {
		chatroom_guard(room, close_body, &f);
	}
}

/* onRequest */

typedef struct request_frame {
	const cr_request *request;
	cr_response response;
} request_frame;

static void request_body(chatroom_obj *room, void *arg)
{
	request_frame *f = arg;
	chatroom_handler *h = &room->hooks[CHATROOM_ON_REQUEST];
	zval argv[1], retval;

	if (!chatroom_handler_is_set(h)) {
		f->response.kind = CR_VERDICT_PASS;
		return;
	}
	chatroom_request_new(&argv[0], f->request);
	chatroom_call(room, hook_names[CHATROOM_ON_REQUEST], h, 1, argv, &retval);
	chatroom_verdict_response(room, &f->response, &retval);
	zval_ptr_dtor(&retval);
	chatroom_report(room, hook_names[CHATROOM_ON_REQUEST], NULL);
}

static cr_response on_request(void *arg, cr_session *s, const cr_request *r)
{
	chatroom_obj *room = arg;
	request_frame f = {.request = r};

	chatroom_response_plain(&f.response, 500, CR_SLICE("500 Internal Server Error\n"));
	if (!room->ended) {
		chatroom_drop_held(room);
		chatroom_guard(room, request_body, &f);
	}
	return f.response;
}

static void on_forget(void *arg, cr_session *s, void *app)
{
	zval client;

	cr_session_set_app(s, NULL);
	chatroom_client_forget(app);
	ZVAL_OBJ(&client, app);
	chatroom_release_guarded(arg, &client);
}

/* pcntl's handlers and the time limit wait for the VM, which does not run
 * while the loop sleeps */
static void heartbeat_body(chatroom_obj *room, void *frame)
{
#ifdef ZEND_HAS_OOM
	if (ZEND_HAS_OOM()) {
		zend_handle_delayed_oom();
		return;
	}
#endif
#if PHP_VERSION_ID >= 80200
	if (zend_atomic_bool_exchange_ex(&EG(vm_interrupt), false)) {
		if (zend_atomic_bool_load_ex(&EG(timed_out))) {
#else
	if (EG(vm_interrupt)) {
		EG(vm_interrupt) = 0;
		if (EG(timed_out)) {
#endif
			zend_timeout();
		} else if (zend_interrupt_function) {
			zend_interrupt_function(EG(current_execute_data));
		}
		chatroom_report(room, "Chatroom::run(): a signal handler", NULL);
	}
}

static void on_heartbeat(void *arg)
{
	chatroom_obj *room = arg;

	if (!room->ended) {
		chatroom_guard(room, heartbeat_body, NULL);
	}
}

const cr_hooks chatroom_hooks = {
	.on_start = on_start,
	.on_stop = on_stop,
	.on_handshake = on_handshake,
	.on_open = on_open,
	.on_message = on_message,
	.on_signal = on_signal,
	.on_join = on_join,
	.on_leave = on_leave,
	.on_user = on_user,
	.on_park = on_park,
	.on_unpark = on_unpark,
	.on_drop_parked = on_drop_parked,
	.on_raw = on_raw,
	.on_close = on_close,
	.on_request = on_request,
	.on_forget = on_forget,
	.on_heartbeat = on_heartbeat,
};
