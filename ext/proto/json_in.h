#ifndef CR_PROTO_JSON_IN_H
#define CR_PROTO_JSON_IN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ext/core/slice.h"

/* Looking into what cr_chat_json_parse_object() has read. Values are borrowed
 * until the tokener's next parse. NULL, an absent value, may be asked anything:
 * it is of no type. */
typedef struct json_object cr_json;

/* The member is there; *value is NULL when it is null. */
bool cr_json_has(cr_json *object, const char *key, cr_json **value);
/* NULL: no such member, null, or not an object. */
cr_json *cr_json_get(cr_json *object, const char *key);
bool cr_json_is_object(const cr_json *v);
bool cr_json_is_array(const cr_json *v);
/* Absent when it is no string. */
cr_slice cr_json_string(cr_json *v);
/* Integers beyond 64 bits come as the nearest that fits. False: not an integer. */
bool cr_json_integer(const cr_json *v, int64_t *out);
/* An integer or not. */
bool cr_json_number(const cr_json *v, double *out);
/* 0 when it is no array. */
size_t cr_json_length(const cr_json *array);
cr_json *cr_json_at(cr_json *array, size_t i);

/* A key of the object's that is not among names (separated by spaces), or NULL. */
const char *cr_json_other_key(cr_json *object, const char *names);
/* Members of an object; 0 of anything else. */
size_t cr_json_count(cr_json *value);

#endif
