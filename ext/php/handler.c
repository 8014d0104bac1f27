/* A stored callable, in the form that is right from PHP 8.1 on: the function
 * is looked up once, and again by the engine itself for a __call() trampoline
 * (whose function_handler is NULL after parameter parsing). */
#ifdef HAVE_CONFIG_H
# include "config.h"
#endif

#include "ext/php/handler.h"

bool chatroom_handler_check(const zend_fcall_info *fci, const zend_fcall_info_cache *fcc,
	uint32_t arg)
{
	if (ZEND_FCI_INITIALIZED(*fci) && fcc->function_handler
		&& (fcc->function_handler->common.fn_flags & ZEND_ACC_GENERATOR)) {
		zend_argument_value_error(arg, "must not be a generator function: its body would never run");
		return false;
	}
	return true;
}

void chatroom_handler_set(chatroom_handler *h, const zend_fcall_info *fci,
	const zend_fcall_info_cache *fcc)
{
	/* keep the old one alive until the new one is in place: its destructor may call us */
	zval old;

	ZVAL_COPY_VALUE(&old, &h->callable);
	if (ZEND_FCI_INITIALIZED(*fci)) {
		ZVAL_COPY(&h->callable, &fci->function_name);
		h->fcc = *fcc;
	} else {
		ZVAL_UNDEF(&h->callable);
	}
	zval_ptr_dtor(&old);
}

void chatroom_handler_clear(chatroom_handler *h)
{
	zval old;

	ZVAL_COPY_VALUE(&old, &h->callable);
	ZVAL_UNDEF(&h->callable);
	zval_ptr_dtor(&old);
}

void chatroom_handler_call(const chatroom_handler *h, uint32_t argc, zval *argv, zval *retval)
{
	zval callable;
	zend_fcall_info_cache fcc = h->fcc;
	zend_fcall_info fci = {
		.size = sizeof(fci), .retval = retval, .param_count = argc, .params = argv,
	};

	/* the handler may replace itself while it runs */
	ZVAL_COPY(&callable, &h->callable);
	ZVAL_COPY_VALUE(&fci.function_name, &callable);
	ZVAL_UNDEF(retval);

	zend_call_function(&fci, &fcc);

	zval_ptr_dtor(&callable);
	for (uint32_t i = 0; i < argc; i++) {
		zval_ptr_dtor(&argv[i]);
	}
}
