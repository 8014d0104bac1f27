/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: fcd95978a9a96c33031bbcd5ed00009a7dae0a80 */

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Chatroom_Client___construct, 0, 0, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_Client_send, 0, 1, _IS_BOOL, 0)
	ZEND_ARG_TYPE_MASK(0, message, MAY_BE_STRING|MAY_BE_ARRAY, NULL)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_Client_sendRaw, 0, 1, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, bytes, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, binary, _IS_BOOL, 0, "false")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_Client_close, 0, 0, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, code, IS_LONG, 0, "1000")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, reason, IS_STRING, 0, "\"\"")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_Client_kick, 0, 0, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, reason, IS_STRING, 0, "\"\"")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_Client_join, 0, 1, _IS_BOOL, 0)
	ZEND_ARG_TYPE_INFO(0, room, IS_STRING, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Chatroom_Client_leave arginfo_class_Chatroom_Client_join

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_Client_rooms, 0, 0, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_Client_isOpen, 0, 0, _IS_BOOL, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_Client_queuedBytes, 0, 0, IS_LONG, 0)
ZEND_END_ARG_INFO()


ZEND_METHOD(Chatroom_Client, __construct);
ZEND_METHOD(Chatroom_Client, send);
ZEND_METHOD(Chatroom_Client, sendRaw);
ZEND_METHOD(Chatroom_Client, close);
ZEND_METHOD(Chatroom_Client, kick);
ZEND_METHOD(Chatroom_Client, join);
ZEND_METHOD(Chatroom_Client, leave);
ZEND_METHOD(Chatroom_Client, rooms);
ZEND_METHOD(Chatroom_Client, isOpen);
ZEND_METHOD(Chatroom_Client, queuedBytes);


static const zend_function_entry class_Chatroom_Client_methods[] = {
	ZEND_ME(Chatroom_Client, __construct, arginfo_class_Chatroom_Client___construct, ZEND_ACC_PRIVATE)
	ZEND_ME(Chatroom_Client, send, arginfo_class_Chatroom_Client_send, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom_Client, sendRaw, arginfo_class_Chatroom_Client_sendRaw, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom_Client, close, arginfo_class_Chatroom_Client_close, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom_Client, kick, arginfo_class_Chatroom_Client_kick, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom_Client, join, arginfo_class_Chatroom_Client_join, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom_Client, leave, arginfo_class_Chatroom_Client_leave, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom_Client, rooms, arginfo_class_Chatroom_Client_rooms, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom_Client, isOpen, arginfo_class_Chatroom_Client_isOpen, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom_Client, queuedBytes, arginfo_class_Chatroom_Client_queuedBytes, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};

static zend_class_entry *register_class_Chatroom_Client(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Chatroom", "Client", class_Chatroom_Client_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE;

	zval property_uid_default_value;
	ZVAL_UNDEF(&property_uid_default_value);
	zend_string *property_uid_name = zend_string_init("uid", sizeof("uid") - 1, 1);
	zend_declare_typed_property(class_entry, property_uid_name, &property_uid_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_uid_name);

	zval property_userId_default_value;
	ZVAL_UNDEF(&property_userId_default_value);
	zend_string *property_userId_name = zend_string_init("userId", sizeof("userId") - 1, 1);
	zend_declare_typed_property(class_entry, property_userId_name, &property_userId_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_userId_name);

	zval property_name_default_value;
	ZVAL_UNDEF(&property_name_default_value);
	zend_string *property_name_name = zend_string_init("name", sizeof("name") - 1, 1);
	zend_declare_typed_property(class_entry, property_name_name, &property_name_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING|MAY_BE_NULL));
	zend_string_release(property_name_name);

	zval property_ip_default_value;
	ZVAL_UNDEF(&property_ip_default_value);
	zend_string *property_ip_name = zend_string_init("ip", sizeof("ip") - 1, 1);
	zend_declare_typed_property(class_entry, property_ip_name, &property_ip_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_ip_name);

	zval property_connectedAt_default_value;
	ZVAL_UNDEF(&property_connectedAt_default_value);
	zend_string *property_connectedAt_name = zend_string_init("connectedAt", sizeof("connectedAt") - 1, 1);
	zend_declare_typed_property(class_entry, property_connectedAt_name, &property_connectedAt_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_LONG));
	zend_string_release(property_connectedAt_name);

	zend_string *property_request_class_Chatroom_Request = zend_string_init("Chatroom\\Request", sizeof("Chatroom\\Request")-1, 1);
	zval property_request_default_value;
	ZVAL_UNDEF(&property_request_default_value);
	zend_string *property_request_name = zend_string_init("request", sizeof("request") - 1, 1);
	zend_declare_typed_property(class_entry, property_request_name, &property_request_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_CLASS(property_request_class_Chatroom_Request, 0, MAY_BE_NULL));
	zend_string_release(property_request_name);

	zval property_data_default_value;
	ZVAL_NULL(&property_data_default_value);
	zend_string *property_data_name = zend_string_init("data", sizeof("data") - 1, 1);
	zend_declare_typed_property(class_entry, property_data_name, &property_data_default_value, ZEND_ACC_PUBLIC, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_ANY));
	zend_string_release(property_data_name);

	return class_entry;
}
