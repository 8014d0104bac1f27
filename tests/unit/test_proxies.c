/* needs: ext/server/proxies.c ext/proto/http_head.c ext/core/mem.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "ext/server/proxies.h"

static void forms(void **state)
{
	static const struct {
		cr_slice text;
		bool valid;
	} rows[] = {
		{{(const uint8_t *) "10.0.0.0/8", 10}, true},
		{{(const uint8_t *) "::1", 3}, true},
		{{(const uint8_t *) "UNIX", 4}, true},
		{{(const uint8_t *) "1.2.3.4/33", 10}, false},
		{{(const uint8_t *) "::/129", 6}, false},
		{{(const uint8_t *) "::/", 3}, false},
		{{(const uint8_t *) "", 0}, false},
		/* what stands before the NUL is an address, the whole is not */
		{{(const uint8_t *) "10.0.0.1\0x", 10}, false},
		{{(const uint8_t *) "10.0.0.1\0/8", 11}, false},
		{{(const uint8_t *) "unix\0", 5}, false},
	};

	(void) state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_proxies p;

		assert_int_equal(cr_proxy_is_valid(rows[i].text), rows[i].valid);
		assert_int_equal(cr_proxies_init(&p, &rows[i].text, 1), rows[i].valid ? CR_OK : CR_ERR_FORM);
		cr_proxies_deinit(&p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
	};

	return cmocka_run_group_tests_name("proxies", tests, NULL, NULL);
}
