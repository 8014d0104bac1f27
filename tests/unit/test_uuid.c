/* needs: ext/core/uuid.c */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ext/core/uuid.h"

static void test_D78_version_and_variant(void **state)
{
	(void) state;
	uint8_t ones[16] = {0}, zeros[16] = {0};

	for (int i = 0; i < 1000; i++) {
		cr_uuid u;
		char text[CR_UUID_LEN];

		assert_int_equal(cr_uuid_make(&u), CR_OK);
		cr_uuid_write(&u, text);
		assert_int_equal(text[14], '4');
		assert_non_null(memchr("89ab", text[19], 4));
		for (int b = 0; b < 16; b++) {
			ones[b] |= u.bytes[b];
			zeros[b] |= (uint8_t) ~u.bytes[b];
		}
	}
	/* every other bit takes both values */
	for (int b = 0; b < 16; b++) {
		assert_int_equal(ones[b], b == 6 ? 0x4f : (b == 8 ? 0xbf : 0xff));
		assert_int_equal(zeros[b], b == 6 ? 0xbf : (b == 8 ? 0x7f : 0xff));
	}
}

#define WORKERS  4
#define PER_WORKER 1000000

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(cr_uuid));
}

/* Four processes that begin alike: nothing that makes the next one is shared or inherited. */
static void test_D78_no_duplicates_in_forked_workers(void **state)
{
	size_t size = (size_t) WORKERS * PER_WORKER * sizeof(cr_uuid);
	cr_uuid *all = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	cr_uuid before;

	(void) state;
	assert_true(all != MAP_FAILED);
	assert_int_equal(cr_uuid_make(&before), CR_OK);
	for (int w = 0; w < WORKERS; w++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (pid == 0) {
			cr_status st = CR_OK;

			for (int i = 0; i < PER_WORKER && st == CR_OK; i++) {
				st = cr_uuid_make(&all[w * PER_WORKER + i]);
			}
			_exit(st == CR_OK ? 0 : 1);
		}
	}
	for (int w = 0; w < WORKERS; w++) {
		int status;

		assert_true(wait(&status) > 0);
		assert_int_equal(status, 0);
	}
	qsort(all, (size_t) WORKERS * PER_WORKER, sizeof(*all), compare);
	for (int i = 0; i < WORKERS * PER_WORKER; i++) {
		assert_true(i == 0 || compare(&all[i - 1], &all[i]) < 0);
		assert_int_not_equal(compare(&all[i], &before), 0);
	}
	munmap(all, size);
}

static void test_known(void **state)
{
	static const char lower[] = "00112233-4455-6677-8899-aabbccddeeff";
	static const char upper[] = "00112233-4455-6677-8899-AABBCCDDEEFF";
	static const uint8_t bytes[16] = {0, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99,
		0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
	cr_uuid u;
	char text[CR_UUID_LEN];
	(void) state;

	assert_int_equal(cr_uuid_parse(&u, cr_slice_str(lower)), CR_OK);
	assert_memory_equal(u.bytes, bytes, 16);
	assert_int_equal(cr_uuid_parse(&u, cr_slice_str(upper)), CR_OK);
	assert_memory_equal(u.bytes, bytes, 16);
	cr_uuid_write(&u, text);
	assert_memory_equal(text, lower, CR_UUID_LEN);
}

static void test_round_trip(void **state)
{
	(void) state;
	for (int i = 0; i < 1000; i++) {
		cr_uuid u, back;
		char text[CR_UUID_LEN];

		assert_int_equal(cr_random(u.bytes, sizeof(u.bytes)), CR_OK);
		cr_uuid_write(&u, text);
		assert_int_equal(cr_uuid_parse(&back, cr_slice_of(text, sizeof(text))), CR_OK);
		assert_memory_equal(&u, &back, sizeof(u));
	}
}

static void test_malformed(void **state)
{
	static const char good[] = "00112233-4455-6677-8899-aabbccddeeff";
	cr_uuid u, before;
	(void) state;

	memset(&before, 0x5a, sizeof(before));
	u = before;
	for (size_t len = 0; len < CR_UUID_LEN; len++) {
		assert_int_equal(cr_uuid_parse(&u, cr_slice_of(good, len)), CR_ERR_FORM);
	}
	assert_int_equal(cr_uuid_parse(&u, cr_slice_of(good, CR_UUID_LEN + 1)), CR_ERR_FORM);
	assert_int_equal(cr_uuid_parse(&u, CR_SLICE_NONE), CR_ERR_FORM);

	/* each byte value at each position: only its own class passes */
	for (size_t i = 0; i < CR_UUID_LEN; i++) {
		for (int c = 0; c < 256; c++) {
			char text[CR_UUID_LEN];
			cr_uuid out;
			bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
			bool want = good[i] == '-' ? c == '-' : hex;

			memcpy(text, good, sizeof(text));
			text[i] = (char) c;
			cr_status st = cr_uuid_parse(&out, cr_slice_of(text, sizeof(text)));
			assert_int_equal(st, want ? CR_OK : CR_ERR_FORM);
		}
	}
	assert_memory_equal(&u, &before, sizeof(u));
}

static void test_random_fills_all(void **state)
{
	static uint8_t a[100000], b[sizeof(a)];
	size_t same = 0;
	(void) state;

	assert_int_equal(cr_random(a, sizeof(a)), CR_OK);
	assert_int_equal(cr_random(b, sizeof(b)), CR_OK);
	for (size_t i = 0; i < sizeof(a); i++) {
		same += a[i] == b[i];
	}
	assert_in_range(same, 200, 700); /* 1 in 256; ten standard deviations */
	assert_int_equal(cr_random(NULL, 0), CR_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_D78_version_and_variant),
		cmocka_unit_test(test_D78_no_duplicates_in_forked_workers),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_random_fills_all),
	};
	return cmocka_run_group_tests_name("uuid", tests, NULL, NULL);
}
