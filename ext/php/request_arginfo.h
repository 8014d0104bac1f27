/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: c99179faceb020f42553507ba2b57ab9d1eb888f */

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Chatroom_Request___construct, 0, 0, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_Request_header, 0, 1, IS_STRING, 1)
	ZEND_ARG_TYPE_INFO(0, name, IS_STRING, 0)
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_Request_headers, 0, 0, IS_ARRAY, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Chatroom_Request_cookie arginfo_class_Chatroom_Request_header

#define arginfo_class_Chatroom_Request_cookies arginfo_class_Chatroom_Request_headers

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_MASK_EX(arginfo_class_Chatroom_Request_query, 0, 0, MAY_BE_STRING|MAY_BE_ARRAY|MAY_BE_NULL)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, name, IS_STRING, 1, "null")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_Request_origin, 0, 0, IS_STRING, 1)
ZEND_END_ARG_INFO()

#define arginfo_class_Chatroom_Request_protocols arginfo_class_Chatroom_Request_headers


ZEND_METHOD(Chatroom_Request, __construct);
ZEND_METHOD(Chatroom_Request, header);
ZEND_METHOD(Chatroom_Request, headers);
ZEND_METHOD(Chatroom_Request, cookie);
ZEND_METHOD(Chatroom_Request, cookies);
ZEND_METHOD(Chatroom_Request, query);
ZEND_METHOD(Chatroom_Request, origin);
ZEND_METHOD(Chatroom_Request, protocols);


static const zend_function_entry class_Chatroom_Request_methods[] = {
	ZEND_ME(Chatroom_Request, __construct, arginfo_class_Chatroom_Request___construct, ZEND_ACC_PRIVATE)
	ZEND_ME(Chatroom_Request, header, arginfo_class_Chatroom_Request_header, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom_Request, headers, arginfo_class_Chatroom_Request_headers, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom_Request, cookie, arginfo_class_Chatroom_Request_cookie, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom_Request, cookies, arginfo_class_Chatroom_Request_cookies, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom_Request, query, arginfo_class_Chatroom_Request_query, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom_Request, origin, arginfo_class_Chatroom_Request_origin, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom_Request, protocols, arginfo_class_Chatroom_Request_protocols, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};

static zend_class_entry *register_class_Chatroom_Request(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Chatroom", "Request", class_Chatroom_Request_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE;

	zval property_method_default_value;
	ZVAL_UNDEF(&property_method_default_value);
	zend_string *property_method_name = zend_string_init("method", sizeof("method") - 1, 1);
	zend_declare_typed_property(class_entry, property_method_name, &property_method_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_method_name);

	zval property_path_default_value;
	ZVAL_UNDEF(&property_path_default_value);
	zend_string *property_path_name = zend_string_init("path", sizeof("path") - 1, 1);
	zend_declare_typed_property(class_entry, property_path_name, &property_path_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_path_name);

	zval property_ip_default_value;
	ZVAL_UNDEF(&property_ip_default_value);
	zend_string *property_ip_name = zend_string_init("ip", sizeof("ip") - 1, 1);
	zend_declare_typed_property(class_entry, property_ip_name, &property_ip_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_ip_name);

	zval property_body_default_value;
	ZVAL_UNDEF(&property_body_default_value);
	zend_string *property_body_name = zend_string_init("body", sizeof("body") - 1, 1);
	zend_declare_typed_property(class_entry, property_body_name, &property_body_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_body_name);

	return class_entry;
}
