#ifndef CR_CORE_LIST_H
#define CR_CORE_LIST_H

#include <stdbool.h>
#include <stddef.h>

/* Intrusive double list. A node that is on no list points to itself, so
 * removing it twice is harmless; zeroed memory must be initialised first. */
typedef struct cr_list {
	struct cr_list *prev, *next;
} cr_list;

#define cr_container_of(ptr, type, member) ((type *) (void *) ((char *) (ptr) -offsetof(type, member)))

static inline void cr_list_init(cr_list *l)
{
	l->prev = l->next = l;
}

static inline bool cr_list_is_empty(const cr_list *l)
{
	return l->next == l;
}

static inline void cr_list_append(cr_list *head, cr_list *node)
{
	node->prev = head->prev;
	node->next = head;
	head->prev->next = node;
	head->prev = node;
}

static inline void cr_list_remove(cr_list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	cr_list_init(node);
}

/* Moves all of from behind the tail of to. */
static inline void cr_list_splice(cr_list *to, cr_list *from)
{
	if (!cr_list_is_empty(from)) {
		from->next->prev = to->prev;
		from->prev->next = to;
		to->prev->next = from->next;
		to->prev = from->prev;
		cr_list_init(from);
	}
}

#endif
