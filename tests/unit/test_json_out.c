/* needs: ext/proto/json_out.c ext/proto/chat_json.c ext/proto/ws_head.c */
/* needs: ext/core/buf.c ext/core/chunk.c ext/core/mem.c ext/core/utf8.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ext/core/mem.h"
#include "ext/proto/json_out.h"

static void write_all(cr_json_out *o)
{
	cr_json_out_open(o, NULL, '{');
	cr_json_out_cstr(o, "a", "x");
	cr_json_out_open(o, "list", '[');
	cr_json_out_u64(o, NULL, 0);
	cr_json_out_u64(o, NULL, UINT64_MAX);
	cr_json_out_open(o, NULL, '{');
	cr_json_out_close(o, '}');
	cr_json_out_open(o, NULL, '[');
	cr_json_out_close(o, ']');
	cr_json_out_str(o, NULL, CR_SLICE(""));
	cr_json_out_close(o, ']');
	cr_json_out_bool(o, "yes", true);
	cr_json_out_bool(o, "no", false);
	cr_json_out_json(o, "raw", CR_SLICE("1e2"));
	cr_json_out_str(o, "s", CR_SLICE("\"\\/\n\x01\x7f\xc3\xbc"));
	cr_json_out_u64_named(o, CR_SLICE("k\"\n"), 7);
	cr_json_out_close(o, '}');
}

static const char all[] =
	"{\"a\":\"x\",\"list\":[0,18446744073709551615,{},[],\"\"],\"yes\":true,\"no\":false,\"raw\":1e2,"
	"\"s\":\"\\\"\\\\/\\n\\u0001\x7f\xc3\xbc\",\"k\\\"\\n\":7}";

static void what_it_writes(void **state)
{
	cr_json_out o;
	cr_buf buf;

	(void) state;
	cr_buf_init(&buf, 1024);
	assert_int_equal(cr_buf_append(&buf, "> ", 2), CR_OK);
	cr_json_out_init(&o, &buf);
	write_all(&o);
	assert_int_equal(o.status, CR_OK);
	assert_int_equal(buf.len, sizeof(all) + 1);
	assert_memory_equal(buf.data, "> ", 2); /* behind what was there */
	assert_memory_equal(buf.data + 2, all, sizeof(all) - 1);
	cr_buf_deinit(&buf);
}

/* The buffer's maximum, and memory: the first failure sticks, nothing is cut. */
static void failures_stick(void **state)
{
	cr_json_out o;
	cr_buf buf;

	(void) state;
	for (size_t max = 1; max < sizeof(all) - 1; max++) {
		cr_buf_init(&buf, max);
		cr_json_out_init(&o, &buf);
		write_all(&o);
		assert_int_not_equal(o.status, CR_OK);
		assert_true(buf.len <= max);
		assert_memory_equal(buf.data ? (char *) buf.data : "", all, buf.len);
		cr_buf_deinit(&buf);
	}
	cr_buf_init(&buf, sizeof(all) - 1);
	cr_json_out_init(&o, &buf);
	write_all(&o);
	assert_int_equal(o.status, CR_OK);
	cr_buf_deinit(&buf);
	uint64_t n = 1;
	for (bool failed = true; failed; n++) {
		cr_buf_init(&buf, 1024);
		cr_mem_fail_at(n);
		cr_json_out_init(&o, &buf);
		write_all(&o);
		failed = cr_mem_calls() >= n;
		cr_mem_fail_at(0);
		assert_int_equal(o.status, failed ? CR_ERR_NOMEM : CR_OK);
		cr_buf_deinit(&buf);
	}
	assert_true(n > 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_it_writes),
		cmocka_unit_test(failures_stick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
