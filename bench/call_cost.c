/* call_cost(Closure $f, string $text, int $n): float
 *
 * CPU time in ns that PHP takes for one of $n calls of $f with $text, from a loop in C: no hook can cost less.
 * An extension that the benchmark alone loads. */
#include <php.h>
#include <time.h>

static double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double) now.tv_sec * 1e9 + (double) now.tv_nsec;
}

ZEND_BEGIN_ARG_WITH_RETURN_TYPE_INFO_EX(arginfo_call_cost, 0, 3, IS_DOUBLE, 0)
	ZEND_ARG_OBJ_INFO(0, f, Closure, 0)
	ZEND_ARG_TYPE_INFO(0, text, IS_STRING, 0)
	ZEND_ARG_TYPE_INFO(0, n, IS_LONG, 0)
ZEND_END_ARG_INFO()

PHP_FUNCTION(call_cost)
{
	zend_fcall_info fci;
	zend_fcall_info_cache fcc;
	zend_string *text;
	zend_long n;
	zval param, result;

	ZEND_PARSE_PARAMETERS_START(3, 3)
		Z_PARAM_FUNC(fci, fcc)
		Z_PARAM_STR(text)
		Z_PARAM_LONG(n)
	ZEND_PARSE_PARAMETERS_END();

	if (n < 1) {
		zend_argument_value_error(3, "must be at least 1");
		RETURN_THROWS();
	}
	ZVAL_STR(&param, text);
	fci.params = &param;
	fci.param_count = 1;
	fci.retval = &result;
	double from = cpu_ns();
	for (zend_long i = 0; i < n; i++) {
		ZVAL_UNDEF(&result);
		if (zend_call_function(&fci, &fcc) != SUCCESS || EG(exception) != NULL) {
			RETURN_THROWS();
		}
		zval_ptr_dtor(&result);
	}
	RETURN_DOUBLE((cpu_ns() - from) / (double) n);
}

static const zend_function_entry functions[] = {
	PHP_FE(call_cost, arginfo_call_cost)
	PHP_FE_END
};

static zend_module_entry call_cost_module_entry = {
	STANDARD_MODULE_HEADER, "call_cost", functions, NULL, NULL, NULL, NULL, NULL, "1", STANDARD_MODULE_PROPERTIES,
};

ZEND_GET_MODULE(call_cost)
