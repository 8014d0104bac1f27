/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: f2948ed7c437c16e9c965a78373087e9ad29c3a7 */

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Chatroom___construct, 0, 0, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, url, IS_STRING, 0, "\"ws://127.0.0.1:8080/ws\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, options, IS_ARRAY, 0, "[]")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_listen, 0, 1, IS_STATIC, 0)
	ZEND_ARG_TYPE_INFO(0, url, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, tls, IS_ARRAY, 0, "[]")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_reloadTls, 0, 0, IS_VOID, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Chatroom_run arginfo_class_Chatroom_reloadTls

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_doctor, 0, 0, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, url, IS_STRING, 0, "\"ws://127.0.0.1:8080/ws\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, options, IS_ARRAY, 0, "[]")
ZEND_END_ARG_INFO()

#define arginfo_class_Chatroom_stop arginfo_class_Chatroom_reloadTls

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_addFilter, 0, 1, IS_STATIC, 0)
	ZEND_ARG_TYPE_INFO(0, filter, IS_CALLABLE, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_onHandshake, 0, 1, IS_STATIC, 0)
	ZEND_ARG_TYPE_INFO(0, callback, IS_CALLABLE, 1)
ZEND_END_ARG_INFO()

#define arginfo_class_Chatroom_onOpen arginfo_class_Chatroom_onHandshake

#define arginfo_class_Chatroom_onMessage arginfo_class_Chatroom_onHandshake

#define arginfo_class_Chatroom_onSignal arginfo_class_Chatroom_onHandshake

#define arginfo_class_Chatroom_onText arginfo_class_Chatroom_onHandshake

#define arginfo_class_Chatroom_onBinary arginfo_class_Chatroom_onHandshake

#define arginfo_class_Chatroom_onJoin arginfo_class_Chatroom_onHandshake

#define arginfo_class_Chatroom_onLeave arginfo_class_Chatroom_onHandshake

#define arginfo_class_Chatroom_onOnline arginfo_class_Chatroom_onHandshake

#define arginfo_class_Chatroom_onOffline arginfo_class_Chatroom_onHandshake

#define arginfo_class_Chatroom_onClose arginfo_class_Chatroom_onHandshake

#define arginfo_class_Chatroom_onRequest arginfo_class_Chatroom_onHandshake

#define arginfo_class_Chatroom_onError arginfo_class_Chatroom_onHandshake

#define arginfo_class_Chatroom_onStart arginfo_class_Chatroom_onHandshake

#define arginfo_class_Chatroom_onStop arginfo_class_Chatroom_onHandshake

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_every, 0, 2, IS_LONG, 0)
	ZEND_ARG_TYPE_INFO(0, seconds, IS_DOUBLE, 0)
	ZEND_ARG_TYPE_INFO(0, callback, IS_CALLABLE, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Chatroom_after arginfo_class_Chatroom_every

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_cancel, 0, 1, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, timer, IS_LONG, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_broadcast, 0, 1, IS_LONG, 0)
	ZEND_ARG_TYPE_MASK(0, message, MAY_BE_STRING|MAY_BE_ARRAY, NULL)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, except, IS_ARRAY, 0, "[]")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_sendTo, 0, 2, IS_LONG, 0)
	ZEND_ARG_TYPE_MASK(0, uid, MAY_BE_STRING|MAY_BE_ARRAY, NULL)
	ZEND_ARG_TYPE_MASK(0, message, MAY_BE_STRING|MAY_BE_ARRAY, NULL)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_sendToUser, 0, 2, IS_LONG, 0)
	ZEND_ARG_TYPE_MASK(0, userId, MAY_BE_STRING|MAY_BE_ARRAY, NULL)
	ZEND_ARG_TYPE_MASK(0, message, MAY_BE_STRING|MAY_BE_ARRAY, NULL)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_sendToRoom, 0, 2, IS_LONG, 0)
	ZEND_ARG_TYPE_MASK(0, room, MAY_BE_STRING|MAY_BE_ARRAY, NULL)
	ZEND_ARG_TYPE_MASK(0, message, MAY_BE_STRING|MAY_BE_ARRAY, NULL)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, except, IS_ARRAY, 0, "[]")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_join, 0, 2, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, uid, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, room, IS_STRING, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Chatroom_leave arginfo_class_Chatroom_join

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_closeRoom, 0, 1, IS_LONG, 0)
	ZEND_ARG_TYPE_INFO(0, room, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_rooms, 0, 0, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_members, 0, 1, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO(0, room, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_history, 0, 1, IS_ARRAY, 0)
	ZEND_ARG_TYPE_INFO(0, room, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, limit, IS_LONG, 0, "50")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, before, IS_LONG, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_editMessage, 0, 3, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, room, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, seq, IS_LONG, 0)
	ZEND_ARG_TYPE_INFO(0, text, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_deleteMessage, 0, 2, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, room, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, seq, IS_LONG, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_setRoomOptions, 0, 2, IS_STATIC, 0)
	ZEND_ARG_TYPE_INFO(0, room, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, options, IS_ARRAY, 1)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_setSlowMode, 0, 2, IS_VOID, 0)
	ZEND_ARG_TYPE_INFO(0, room, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, seconds, IS_DOUBLE, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_isUserOnline, 0, 1, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, userId, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_kickUser, 0, 1, IS_LONG, 0)
	ZEND_ARG_TYPE_INFO(0, userId, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, reason, IS_STRING, 0, "\"\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, exceptUid, IS_STRING, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_mute, 0, 2, IS_VOID, 0)
	ZEND_ARG_TYPE_INFO(0, userOrUid, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, seconds, IS_DOUBLE, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, room, IS_STRING, 1, "null")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, reason, IS_STRING, 0, "\"\"")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_unmute, 0, 1, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, userOrUid, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, room, IS_STRING, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_ban, 0, 1, IS_LONG, 0)
	ZEND_ARG_TYPE_INFO(0, userOrIp, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, seconds, IS_DOUBLE, 0, "0")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, reason, IS_STRING, 0, "\"\"")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_unban, 0, 1, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, userOrIp, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_token, 0, 2, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, userId, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, secret, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, ttl, IS_LONG, 0, "60")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, claims, IS_ARRAY, 0, "[]")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_kick, 0, 1, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, uid, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, reason, IS_STRING, 0, "\"\"")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Chatroom_client, 0, 1, Chatroom\\Client, 1)
	ZEND_ARG_TYPE_INFO(0, uid, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_OBJ_INFO_EX(arginfo_class_Chatroom_clients, 0, 0, Iterator, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, room, IS_STRING, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_count, 0, 0, IS_LONG, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Chatroom_stats arginfo_class_Chatroom_rooms


ZEND_METHOD(Chatroom, __construct);
ZEND_METHOD(Chatroom, listen);
ZEND_METHOD(Chatroom, reloadTls);
ZEND_METHOD(Chatroom, run);
ZEND_METHOD(Chatroom, doctor);
ZEND_METHOD(Chatroom, stop);
ZEND_METHOD(Chatroom, addFilter);
ZEND_METHOD(Chatroom, onHandshake);
ZEND_METHOD(Chatroom, onOpen);
ZEND_METHOD(Chatroom, onMessage);
ZEND_METHOD(Chatroom, onSignal);
ZEND_METHOD(Chatroom, onText);
ZEND_METHOD(Chatroom, onBinary);
ZEND_METHOD(Chatroom, onJoin);
ZEND_METHOD(Chatroom, onLeave);
ZEND_METHOD(Chatroom, onOnline);
ZEND_METHOD(Chatroom, onOffline);
ZEND_METHOD(Chatroom, onClose);
ZEND_METHOD(Chatroom, onRequest);
ZEND_METHOD(Chatroom, onError);
ZEND_METHOD(Chatroom, onStart);
ZEND_METHOD(Chatroom, onStop);
ZEND_METHOD(Chatroom, every);
ZEND_METHOD(Chatroom, after);
ZEND_METHOD(Chatroom, cancel);
ZEND_METHOD(Chatroom, broadcast);
ZEND_METHOD(Chatroom, sendTo);
ZEND_METHOD(Chatroom, sendToUser);
ZEND_METHOD(Chatroom, sendToRoom);
ZEND_METHOD(Chatroom, join);
ZEND_METHOD(Chatroom, leave);
ZEND_METHOD(Chatroom, closeRoom);
ZEND_METHOD(Chatroom, rooms);
ZEND_METHOD(Chatroom, members);
ZEND_METHOD(Chatroom, history);
ZEND_METHOD(Chatroom, editMessage);
ZEND_METHOD(Chatroom, deleteMessage);
ZEND_METHOD(Chatroom, setRoomOptions);
ZEND_METHOD(Chatroom, setSlowMode);
ZEND_METHOD(Chatroom, isUserOnline);
ZEND_METHOD(Chatroom, kickUser);
ZEND_METHOD(Chatroom, mute);
ZEND_METHOD(Chatroom, unmute);
ZEND_METHOD(Chatroom, ban);
ZEND_METHOD(Chatroom, unban);
ZEND_METHOD(Chatroom, token);
ZEND_METHOD(Chatroom, kick);
ZEND_METHOD(Chatroom, client);
ZEND_METHOD(Chatroom, clients);
ZEND_METHOD(Chatroom, count);
ZEND_METHOD(Chatroom, stats);


static const zend_function_entry class_Chatroom_methods[] = {
	ZEND_ME(Chatroom, __construct, arginfo_class_Chatroom___construct, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, listen, arginfo_class_Chatroom_listen, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, reloadTls, arginfo_class_Chatroom_reloadTls, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, run, arginfo_class_Chatroom_run, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, doctor, arginfo_class_Chatroom_doctor, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(Chatroom, stop, arginfo_class_Chatroom_stop, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, addFilter, arginfo_class_Chatroom_addFilter, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, onHandshake, arginfo_class_Chatroom_onHandshake, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, onOpen, arginfo_class_Chatroom_onOpen, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, onMessage, arginfo_class_Chatroom_onMessage, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, onSignal, arginfo_class_Chatroom_onSignal, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, onText, arginfo_class_Chatroom_onText, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, onBinary, arginfo_class_Chatroom_onBinary, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, onJoin, arginfo_class_Chatroom_onJoin, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, onLeave, arginfo_class_Chatroom_onLeave, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, onOnline, arginfo_class_Chatroom_onOnline, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, onOffline, arginfo_class_Chatroom_onOffline, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, onClose, arginfo_class_Chatroom_onClose, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, onRequest, arginfo_class_Chatroom_onRequest, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, onError, arginfo_class_Chatroom_onError, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, onStart, arginfo_class_Chatroom_onStart, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, onStop, arginfo_class_Chatroom_onStop, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, every, arginfo_class_Chatroom_every, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, after, arginfo_class_Chatroom_after, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, cancel, arginfo_class_Chatroom_cancel, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, broadcast, arginfo_class_Chatroom_broadcast, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, sendTo, arginfo_class_Chatroom_sendTo, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, sendToUser, arginfo_class_Chatroom_sendToUser, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, sendToRoom, arginfo_class_Chatroom_sendToRoom, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, join, arginfo_class_Chatroom_join, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, leave, arginfo_class_Chatroom_leave, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, closeRoom, arginfo_class_Chatroom_closeRoom, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, rooms, arginfo_class_Chatroom_rooms, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, members, arginfo_class_Chatroom_members, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, history, arginfo_class_Chatroom_history, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, editMessage, arginfo_class_Chatroom_editMessage, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, deleteMessage, arginfo_class_Chatroom_deleteMessage, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, setRoomOptions, arginfo_class_Chatroom_setRoomOptions, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, setSlowMode, arginfo_class_Chatroom_setSlowMode, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, isUserOnline, arginfo_class_Chatroom_isUserOnline, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, kickUser, arginfo_class_Chatroom_kickUser, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, mute, arginfo_class_Chatroom_mute, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, unmute, arginfo_class_Chatroom_unmute, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, ban, arginfo_class_Chatroom_ban, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, unban, arginfo_class_Chatroom_unban, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, token, arginfo_class_Chatroom_token, ZEND_ACC_PUBLIC|ZEND_ACC_STATIC)
	ZEND_ME(Chatroom, kick, arginfo_class_Chatroom_kick, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, client, arginfo_class_Chatroom_client, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, clients, arginfo_class_Chatroom_clients, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, count, arginfo_class_Chatroom_count, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom, stats, arginfo_class_Chatroom_stats, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};

static zend_class_entry *register_class_Chatroom(zend_class_entry *class_entry_Countable)
{
	zend_class_entry ce, *class_entry;

	INIT_CLASS_ENTRY(ce, "Chatroom", class_Chatroom_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE;
	zend_class_implements(class_entry, 1, class_entry_Countable);

	zval const_VERSION_value;
	zend_string *const_VERSION_value_str = zend_string_init(PHP_CHATROOM_VERSION, strlen(PHP_CHATROOM_VERSION), 1);
	ZVAL_STR(&const_VERSION_value, const_VERSION_value_str);
	zend_string *const_VERSION_name = zend_string_init_interned("VERSION", sizeof("VERSION") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_VERSION_name, &const_VERSION_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_VERSION_name);

	return class_entry;
}
