#!/bin/sh
# The chat's campaign (tests/chat) for as long as its issue asks, each time with other dice: plainly, and once under
# ASan and UBSan. By name only: ./dev test soak, or SOAK_SECONDS=600 ./dev test soak.
# Usage: CHATROOM_SO=path/to/chatroom.so tests/soak/run.sh [seconds [seed...]]
#
# SOAK_SECONDS      how long each run takes without an argument: 60
# SOAK_RUNS         how many plain runs, each with a seed of its own, when no seed is told: 2
# CHATROOM_ASAN_SO  a module built with the sanitizers; without it that run is left out. It needs what
#                   tests/asan/php needs: CHATROOM_ASAN and CHATROOM_ASAN_PHP
set -eu
here=$(cd "$(dirname "$0")" && pwd)
: "${CHATROOM_SO:?is the path of chatroom.so}"
seconds=${1:-${SOAK_SECONDS:-60}}
[ $# -eq 0 ] || shift
export CHATROOM_SO

passed=0 failed=0
# campaign NAME [SEED]: what it says of itself, and one count more
campaign() {
	name=$1
	shift
	echo "== $name"
	if "$here/../chat/run.sh" "$seconds" "$@"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "not ok $name"
	fi
}

if [ $# -gt 0 ]; then
	for seed in "$@"; do
		campaign "seed $seed" "$seed"
	done
else
	i=0
	while [ $((i += 1)) -le "${SOAK_RUNS:-2}" ]; do
		campaign "run $i"
	done
fi
if [ -n "${CHATROOM_ASAN_SO:-}" ]; then
	CHATROOM_SO=$CHATROOM_ASAN_SO
	PHP=$here/../asan/php CHATROOM_ASAN_PREPEND=$here/../asan/collect.inc
	export PHP CHATROOM_ASAN_PREPEND
	campaign 'under ASan and UBSan' ${1:+"$1"}
else
	echo 'skipped: 1 (no module with the sanitizers)'
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
