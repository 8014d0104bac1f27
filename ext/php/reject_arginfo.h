/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: 6727ab0bafa66c563b8b2682cb750207b9e110b9 */

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Chatroom_Reject___construct, 0, 0, 0)
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, code, IS_STRING, 0, "\"filtered\"")
	ZEND_ARG_TYPE_INFO_WITH_DEFAULT_VALUE(0, reason, IS_STRING, 0, "\"\"")
ZEND_END_ARG_INFO()

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_class_Chatroom_Reject_getErrorCode, 0, 0, IS_STRING, 0)
ZEND_END_ARG_INFO()

#define arginfo_class_Chatroom_Reject_getReason arginfo_class_Chatroom_Reject_getErrorCode


ZEND_METHOD(Chatroom_Reject, __construct);
ZEND_METHOD(Chatroom_Reject, getErrorCode);
ZEND_METHOD(Chatroom_Reject, getReason);


static const zend_function_entry class_Chatroom_Reject_methods[] = {
	ZEND_ME(Chatroom_Reject, __construct, arginfo_class_Chatroom_Reject___construct, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom_Reject, getErrorCode, arginfo_class_Chatroom_Reject_getErrorCode, ZEND_ACC_PUBLIC)
	ZEND_ME(Chatroom_Reject, getReason, arginfo_class_Chatroom_Reject_getReason, ZEND_ACC_PUBLIC)
	ZEND_FE_END
};

static zend_class_entry *register_class_Chatroom_Reject(zend_class_entry *class_entry_Exception)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Chatroom", "Reject", class_Chatroom_Reject_methods);
	class_entry = zend_register_internal_class_ex(&ce, class_entry_Exception);

	zval property_errorCode_default_value;
	ZVAL_UNDEF(&property_errorCode_default_value);
	zend_string *property_errorCode_name = zend_string_init("errorCode", sizeof("errorCode") - 1, 1);
	zend_declare_typed_property(class_entry, property_errorCode_name, &property_errorCode_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_errorCode_name);

	zval property_reason_default_value;
	ZVAL_UNDEF(&property_reason_default_value);
	zend_string *property_reason_name = zend_string_init("reason", sizeof("reason") - 1, 1);
	zend_declare_typed_property(class_entry, property_reason_name, &property_reason_default_value, ZEND_ACC_PUBLIC|ZEND_ACC_READONLY, NULL, (zend_type) ZEND_TYPE_INIT_MASK(MAY_BE_STRING));
	zend_string_release(property_reason_name);

	return class_entry;
}
