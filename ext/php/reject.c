/* class Chatroom\Reject: the answer "no", thrown. */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "ext/php/classes.h"

#include "zend_exceptions.h"

#include "ext/core/utf8.h"
#include "ext/php/reject_arginfo.h"

#define CODE_MAX 64

zend_class_entry *chatroom_reject_ce;

static bool is_code(const zend_string *s)
{
	for (size_t i = 0; i < ZSTR_LEN(s); i++) {
		char c = ZSTR_VAL(s)[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) {
			return false;
		}
	}
	return ZSTR_LEN(s) > 0 && ZSTR_LEN(s) <= CODE_MAX;
}

/* Own properties follow those of \Exception, and a subclass's follow ours. */
static zval *slot(zend_object *reject, const char *name, size_t len)
{
	zend_property_info *info = zend_hash_str_find_ptr(&chatroom_reject_ce->properties_info, name, len);

	return OBJ_PROP(reject, info->offset);
}

PHP_METHOD(Chatroom_Reject, __construct)
{
	zend_object *self = Z_OBJ_P(ZEND_THIS);
	zend_string *code = NULL, *reason = ZSTR_EMPTY_ALLOC();

	ZEND_PARSE_PARAMETERS_START(0, 2)
		Z_PARAM_OPTIONAL
		Z_PARAM_STR(code)
		Z_PARAM_STR(reason)
	ZEND_PARSE_PARAMETERS_END();

	if (code && !is_code(code)) {
		zend_argument_value_error(1, "must be 1 to %d characters of a-z, 0-9 and _", CODE_MAX);
		RETURN_THROWS();
	}
	if (!cr_utf8_is_valid((const uint8_t *) ZSTR_VAL(reason), ZSTR_LEN(reason))) {
		zend_argument_value_error(2, "must be valid UTF-8");
		RETURN_THROWS();
	}
	if (Z_TYPE_P(slot(self, ZEND_STRL("errorCode"))) != IS_UNDEF) {
		zend_throw_error(NULL, "Chatroom\\Reject::__construct() cannot be called twice");
		RETURN_THROWS();
	}
	if (code) {
		ZVAL_STR_COPY(slot(self, ZEND_STRL("errorCode")), code);
	} else {
		ZVAL_STRING(slot(self, ZEND_STRL("errorCode")), "filtered");
	}
	ZVAL_STR_COPY(slot(self, ZEND_STRL("reason")), reason);
	zend_update_property_str(zend_ce_exception, self, ZEND_STRL("message"),
		ZSTR_LEN(reason) ? reason : Z_STR_P(slot(self, ZEND_STRL("errorCode"))));
}

zend_string *chatroom_reject_code(zend_object *reject)
{
	/* undefined when a subclass did not call our constructor */
	zval *code = slot(reject, ZEND_STRL("errorCode"));

	return Z_TYPE_P(code) == IS_STRING ? Z_STR_P(code) : ZSTR_EMPTY_ALLOC();
}

zend_string *chatroom_reject_reason(zend_object *reject)
{
	zval *reason = slot(reject, ZEND_STRL("reason"));

	return Z_TYPE_P(reason) == IS_STRING ? Z_STR_P(reason) : ZSTR_EMPTY_ALLOC();
}

PHP_METHOD(Chatroom_Reject, getErrorCode)
{
	ZEND_PARSE_PARAMETERS_NONE();

	RETURN_STR_COPY(chatroom_reject_code(Z_OBJ_P(ZEND_THIS)));
}

PHP_METHOD(Chatroom_Reject, getReason)
{
	ZEND_PARSE_PARAMETERS_NONE();

	RETURN_STR_COPY(chatroom_reject_reason(Z_OBJ_P(ZEND_THIS)));
}

void chatroom_reject_register(void)
{
	chatroom_reject_ce = register_class_Chatroom_Reject(zend_ce_exception);
}
