/* The slow side of the ledger: a list of gaps, searched from its young end.
 * It is empty in a run that is right, so nothing cleverer is needed. */
#include "ledger.h"

#include <err.h>
#include <stdlib.h>

/* A server that loses more than this is broken beyond counting. */
#define GAPS_MAX 1000000

void ledger_init(ledger *l, uint32_t receivers, uint32_t senders)
{
	*l = (ledger){.receivers = receivers, .senders = senders};
	l->expected = calloc((size_t) receivers * senders + 1, sizeof(*l->expected));
	if (l->expected == NULL) {
		err(1, "calloc");
	}
}

void ledger_deinit(ledger *l)
{
	free(l->expected);
	free(l->gaps);
}

static void add_gap(ledger *l, ledger_gap gap)
{
	if (l->gap_count == l->gap_capacity) {
		l->gap_capacity = l->gap_capacity ? l->gap_capacity * 2 : 64;
		l->gaps = realloc(l->gaps, l->gap_capacity * sizeof(*l->gaps));
		if (l->gaps == NULL || l->gap_capacity > GAPS_MAX * 2) {
			errx(1, "more than %d messages were lost: giving up", GAPS_MAX);
		}
	}
	l->gaps[l->gap_count++] = gap;
}

bool ledger_note_unexpected(ledger *l, uint32_t receiver, uint32_t sender, uint32_t seq)
{
	uint32_t *expected = &l->expected[(uint64_t) receiver * l->senders + sender];

	if (seq > *expected) {
		for (uint32_t missing = *expected; missing < seq; missing++) {
			add_gap(l, (ledger_gap){receiver, sender, missing});
		}
		*expected = seq + 1;
		return true;
	}
	for (uint32_t i = l->gap_count; i-- > 0;) {
		ledger_gap *gap = &l->gaps[i];
		if (gap->receiver == receiver && gap->sender == sender && gap->seq == seq) {
			*gap = l->gaps[--l->gap_count];
			l->misordered++;
			return true;
		}
	}
	l->duplicates++;
	return false;
}

uint64_t ledger_lost(const ledger *l, const uint32_t *sent, const uint32_t *own)
{
	uint64_t lost = l->gap_count;

	for (uint32_t receiver = 0; receiver < l->receivers; receiver++) {
		for (uint32_t sender = 0; sender < l->senders; sender++) {
			if (own[sender] != receiver) {
				lost += sent[sender] - l->expected[(uint64_t) receiver * l->senders + sender];
			}
		}
	}
	return lost;
}
