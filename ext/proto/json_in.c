/* json-c's values, without its getters' habit of converting what is asked of
 * the wrong type. */
#include "ext/proto/json_in.h"

#include <json-c/json.h>

bool cr_json_has(cr_json *object, const char *key, cr_json **value)
{
	*value = NULL;
	return cr_json_is_object(object) && json_object_object_get_ex(object, key, value);
}

cr_json *cr_json_get(cr_json *object, const char *key)
{
	cr_json *value;

	return cr_json_has(object, key, &value) ? value : NULL;
}

bool cr_json_is_object(const cr_json *v)
{
	return v && json_object_is_type(v, json_type_object);
}

bool cr_json_is_array(const cr_json *v)
{
	return v && json_object_is_type(v, json_type_array);
}

cr_slice cr_json_string(cr_json *v)
{
	if (!v || !json_object_is_type(v, json_type_string)) {
		return CR_SLICE_NONE;
	}
	return cr_slice_of(json_object_get_string(v), (size_t) json_object_get_string_len(v));
}

bool cr_json_integer(const cr_json *v, int64_t *out)
{
	if (!v || !json_object_is_type(v, json_type_int)) {
		return false;
	}
	*out = json_object_get_int64(v);
	return true;
}

bool cr_json_number(const cr_json *v, double *out)
{
	if (!v || !(json_object_is_type(v, json_type_int) || json_object_is_type(v, json_type_double))) {
		return false;
	}
	*out = json_object_get_double(v);
	return true;
}

size_t cr_json_length(const cr_json *array)
{
	return cr_json_is_array(array) ? json_object_array_length(array) : 0;
}

cr_json *cr_json_at(cr_json *array, size_t i)
{
	return i < cr_json_length(array) ? json_object_array_get_idx(array, i) : NULL;
}

size_t cr_json_count(cr_json *value)
{
	return json_object_is_type(value, json_type_object) ? (size_t) json_object_object_length(value) : 0;
}

static bool is_among(const char *names, const char *key, size_t len)
{
	for (const char *at = names; *at;) {
		size_t n = strcspn(at, " ");

		if (n == len && memcmp(at, key, n) == 0) {
			return true;
		}
		at += n + (at[n] == ' ');
	}
	return false;
}

const char *cr_json_other_key(cr_json *object, const char *names)
{
	json_object_object_foreach(object, key, value)
	{
		(void) value;
		if (!is_among(names, key, strlen(key))) {
			return key;
		}
	}
	return NULL;
}
