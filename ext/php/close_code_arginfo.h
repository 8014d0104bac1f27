/* This is a generated file, edit the .stub.php file instead.
 * Stub hash: 9dd71f5d59878d8dacef185bd16bdc8b31016df9 */

ZEND_BEGIN_ARG_INFO_EX(arginfo_class_Chatroom_CloseCode___construct, 0, 0, 0)
ZEND_END_ARG_INFO()


ZEND_METHOD(Chatroom_CloseCode, __construct);


static const zend_function_entry class_Chatroom_CloseCode_methods[] = {
	ZEND_ME(Chatroom_CloseCode, __construct, arginfo_class_Chatroom_CloseCode___construct, ZEND_ACC_PRIVATE)
	ZEND_FE_END
};

static zend_class_entry *register_class_Chatroom_CloseCode(void)
{
	zend_class_entry ce, *class_entry;

	INIT_NS_CLASS_ENTRY(ce, "Chatroom", "CloseCode", class_Chatroom_CloseCode_methods);
	class_entry = zend_register_internal_class_ex(&ce, NULL);
	class_entry->ce_flags |= ZEND_ACC_FINAL|ZEND_ACC_NO_DYNAMIC_PROPERTIES|ZEND_ACC_NOT_SERIALIZABLE;

	zval const_NORMAL_value;
	ZVAL_LONG(&const_NORMAL_value, 1000);
	zend_string *const_NORMAL_name = zend_string_init_interned("NORMAL", sizeof("NORMAL") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_NORMAL_name, &const_NORMAL_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_NORMAL_name);

	zval const_GOING_AWAY_value;
	ZVAL_LONG(&const_GOING_AWAY_value, 1001);
	zend_string *const_GOING_AWAY_name = zend_string_init_interned("GOING_AWAY", sizeof("GOING_AWAY") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_GOING_AWAY_name, &const_GOING_AWAY_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_GOING_AWAY_name);

	zval const_PROTOCOL_ERROR_value;
	ZVAL_LONG(&const_PROTOCOL_ERROR_value, 1002);
	zend_string *const_PROTOCOL_ERROR_name = zend_string_init_interned("PROTOCOL_ERROR", sizeof("PROTOCOL_ERROR") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_PROTOCOL_ERROR_name, &const_PROTOCOL_ERROR_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_PROTOCOL_ERROR_name);

	zval const_UNSUPPORTED_DATA_value;
	ZVAL_LONG(&const_UNSUPPORTED_DATA_value, 1003);
	zend_string *const_UNSUPPORTED_DATA_name = zend_string_init_interned("UNSUPPORTED_DATA", sizeof("UNSUPPORTED_DATA") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_UNSUPPORTED_DATA_name, &const_UNSUPPORTED_DATA_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_UNSUPPORTED_DATA_name);

	zval const_NO_STATUS_value;
	ZVAL_LONG(&const_NO_STATUS_value, 1005);
	zend_string *const_NO_STATUS_name = zend_string_init_interned("NO_STATUS", sizeof("NO_STATUS") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_NO_STATUS_name, &const_NO_STATUS_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_NO_STATUS_name);

	zval const_ABNORMAL_value;
	ZVAL_LONG(&const_ABNORMAL_value, 1006);
	zend_string *const_ABNORMAL_name = zend_string_init_interned("ABNORMAL", sizeof("ABNORMAL") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_ABNORMAL_name, &const_ABNORMAL_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_ABNORMAL_name);

	zval const_INVALID_DATA_value;
	ZVAL_LONG(&const_INVALID_DATA_value, 1007);
	zend_string *const_INVALID_DATA_name = zend_string_init_interned("INVALID_DATA", sizeof("INVALID_DATA") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_INVALID_DATA_name, &const_INVALID_DATA_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_INVALID_DATA_name);

	zval const_POLICY_VIOLATION_value;
	ZVAL_LONG(&const_POLICY_VIOLATION_value, 1008);
	zend_string *const_POLICY_VIOLATION_name = zend_string_init_interned("POLICY_VIOLATION", sizeof("POLICY_VIOLATION") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_POLICY_VIOLATION_name, &const_POLICY_VIOLATION_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_POLICY_VIOLATION_name);

	zval const_TOO_BIG_value;
	ZVAL_LONG(&const_TOO_BIG_value, 1009);
	zend_string *const_TOO_BIG_name = zend_string_init_interned("TOO_BIG", sizeof("TOO_BIG") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_TOO_BIG_name, &const_TOO_BIG_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_TOO_BIG_name);

	zval const_INTERNAL_ERROR_value;
	ZVAL_LONG(&const_INTERNAL_ERROR_value, 1011);
	zend_string *const_INTERNAL_ERROR_name = zend_string_init_interned("INTERNAL_ERROR", sizeof("INTERNAL_ERROR") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_INTERNAL_ERROR_name, &const_INTERNAL_ERROR_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_INTERNAL_ERROR_name);

	zval const_SERVICE_RESTART_value;
	ZVAL_LONG(&const_SERVICE_RESTART_value, 1012);
	zend_string *const_SERVICE_RESTART_name = zend_string_init_interned("SERVICE_RESTART", sizeof("SERVICE_RESTART") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_SERVICE_RESTART_name, &const_SERVICE_RESTART_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_SERVICE_RESTART_name);

	zval const_TRY_LATER_value;
	ZVAL_LONG(&const_TRY_LATER_value, 1013);
	zend_string *const_TRY_LATER_name = zend_string_init_interned("TRY_LATER", sizeof("TRY_LATER") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_TRY_LATER_name, &const_TRY_LATER_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_TRY_LATER_name);

	zval const_KICKED_value;
	ZVAL_LONG(&const_KICKED_value, 4000);
	zend_string *const_KICKED_name = zend_string_init_interned("KICKED", sizeof("KICKED") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_KICKED_name, &const_KICKED_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_KICKED_name);

	zval const_SIGNED_IN_ELSEWHERE_value;
	ZVAL_LONG(&const_SIGNED_IN_ELSEWHERE_value, 4001);
	zend_string *const_SIGNED_IN_ELSEWHERE_name = zend_string_init_interned("SIGNED_IN_ELSEWHERE", sizeof("SIGNED_IN_ELSEWHERE") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_SIGNED_IN_ELSEWHERE_name, &const_SIGNED_IN_ELSEWHERE_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_SIGNED_IN_ELSEWHERE_name);

	zval const_BANNED_value;
	ZVAL_LONG(&const_BANNED_value, 4002);
	zend_string *const_BANNED_name = zend_string_init_interned("BANNED", sizeof("BANNED") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_BANNED_name, &const_BANNED_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_BANNED_name);

	zval const_AUTH_FAILED_value;
	ZVAL_LONG(&const_AUTH_FAILED_value, 4003);
	zend_string *const_AUTH_FAILED_name = zend_string_init_interned("AUTH_FAILED", sizeof("AUTH_FAILED") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_AUTH_FAILED_name, &const_AUTH_FAILED_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_AUTH_FAILED_name);

	zval const_OVER_CAPACITY_value;
	ZVAL_LONG(&const_OVER_CAPACITY_value, 4100);
	zend_string *const_OVER_CAPACITY_name = zend_string_init_interned("OVER_CAPACITY", sizeof("OVER_CAPACITY") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_OVER_CAPACITY_name, &const_OVER_CAPACITY_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_OVER_CAPACITY_name);

	zval const_SLOW_CONSUMER_value;
	ZVAL_LONG(&const_SLOW_CONSUMER_value, 4101);
	zend_string *const_SLOW_CONSUMER_name = zend_string_init_interned("SLOW_CONSUMER", sizeof("SLOW_CONSUMER") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_SLOW_CONSUMER_name, &const_SLOW_CONSUMER_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_SLOW_CONSUMER_name);

	zval const_RATE_LIMITED_value;
	ZVAL_LONG(&const_RATE_LIMITED_value, 4102);
	zend_string *const_RATE_LIMITED_name = zend_string_init_interned("RATE_LIMITED", sizeof("RATE_LIMITED") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_RATE_LIMITED_name, &const_RATE_LIMITED_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_RATE_LIMITED_name);

	zval const_RESTART_value;
	ZVAL_LONG(&const_RESTART_value, 4200);
	zend_string *const_RESTART_name = zend_string_init_interned("RESTART", sizeof("RESTART") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_RESTART_name, &const_RESTART_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_RESTART_name);

	zval const_PING_TIMEOUT_value;
	ZVAL_LONG(&const_PING_TIMEOUT_value, 4201);
	zend_string *const_PING_TIMEOUT_name = zend_string_init_interned("PING_TIMEOUT", sizeof("PING_TIMEOUT") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_PING_TIMEOUT_name, &const_PING_TIMEOUT_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_PING_TIMEOUT_name);

	zval const_RESUMED_ELSEWHERE_value;
	ZVAL_LONG(&const_RESUMED_ELSEWHERE_value, 4202);
	zend_string *const_RESUMED_ELSEWHERE_name = zend_string_init_interned("RESUMED_ELSEWHERE", sizeof("RESUMED_ELSEWHERE") - 1, 1);
	zend_declare_class_constant_ex(class_entry, const_RESUMED_ELSEWHERE_name, &const_RESUMED_ELSEWHERE_value, ZEND_ACC_PUBLIC, NULL);
	zend_string_release(const_RESUMED_ELSEWHERE_name);

	return class_entry;
}
