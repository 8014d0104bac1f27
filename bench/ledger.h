/* Who has received what: finds lost, doubled and misordered messages.
 *
 * Every text carries its sender's number and a sequence number that counts
 * from 0 per sender. Each receiver expects the next one from each sender; the
 * usual case is one comparison. Only what does not fit is looked at closely. */
#ifndef BENCH_LEDGER_H
#define BENCH_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ledger_gap {
	uint32_t receiver, sender, seq;
} ledger_gap;

typedef struct ledger {
	uint32_t *expected; /* [receiver * senders + sender] */
	uint32_t receivers, senders;
	ledger_gap *gaps; /* skipped and not seen since */
	uint32_t gap_count, gap_capacity;
	uint64_t duplicates;
	uint64_t misordered; /* arrived after a younger one of the same sender */
} ledger;

void ledger_init(ledger *l, uint32_t receivers, uint32_t senders);
void ledger_deinit(ledger *l);

/* The rare case of ledger_note(). */
bool ledger_note_unexpected(ledger *l, uint32_t receiver, uint32_t sender, uint32_t seq);

/* Notes an arrival; false when this receiver had the message already. */
static inline bool ledger_note(ledger *l, uint32_t receiver, uint32_t sender, uint32_t seq)
{
	uint32_t *expected = &l->expected[(uint64_t) receiver * l->senders + sender];

	if (__builtin_expect(*expected == seq, 1)) {
		++*expected;
		return true;
	}
	return ledger_note_unexpected(l, receiver, sender, seq);
}

/* Messages that never arrived, when sent[sender] messages were sent to all but own[sender]. */
uint64_t ledger_lost(const ledger *l, const uint32_t *sent, const uint32_t *own);

#endif
