#!/bin/sh
# Builds and runs the unit tests: tests/unit/run.sh [module ...]
# OUT: where the programs go. CCS: the compilers. Ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1

OUT=${OUT:-out/unit}
CCS=${CCS:-gcc clang}
JOBS=2
export OUT JOBS

FLAGS="-std=gnu11 -I. -DCR_DEBUG -g -O1 -fno-omit-frame-pointer
	-fsanitize=address,undefined -fno-sanitize-recover=all
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Werror"
FLAGS="$FLAGS $(pkg-config --cflags json-c libssl libcrypto libevent_core zlib)" || exit 1
LIBS="-lcmocka $(pkg-config --libs json-c libssl libcrypto libevent_core zlib)" || exit 1
export FLAGS LIBS
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:detect_stack_use_after_return=1}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}

if [ $# -eq 0 ]; then
	set -- tests/unit/test_*.c
else
	for module in "$@"; do
		shift
		set -- "$@" "tests/unit/test_$module.c"
	done
fi

mkdir -p "$OUT" || exit 1
for cc in $CCS; do
	mkdir -p "$OUT/$cc" || exit 1
	for source in "$@"; do
		printf '%s %s\n' "$cc" "$source"
	done
done | xargs -P "$JOBS" -L 1 sh -c '
	program=$OUT/$1/$(basename "$2" .c)
	needs=$(sed -n "s|^/\* needs: \(.*\) \*/\$|\1|p" "$2")
	rm -f "$program"
	$1 $FLAGS "$2" $needs $LIBS -o "$program" >"$program.build" 2>&1
' build

passed=0 failed=0
for cc in $CCS; do
	for source in "$@"; do
		name=$(basename "$source" .c)
		program=$OUT/$cc/$name
		if [ ! -x "$program" ]; then
			printf '%s, %s: does not build\n' "$name" "$cc"
			cat "$program.build"
			failed=$((failed + 1))
			continue
		fi
		cat "$program.build" # warnings that are not errors
		timeout "${LIMIT:-120}" "$program" >"$program.log" 2>&1
		status=$?
		good=$(grep -c '^\[       OK \]' "$program.log")
		# "[  FAILED  ] name" stands once where it happens and once in the summary
		bad=$(sed '/^\[==========\].*run\.$/,$d' "$program.log" | grep -c '^\[  FAILED  \]')
		if [ "$status" -ne 0 ] || [ "$good" -eq 0 ]; then
			[ "$bad" -gt 0 ] || bad=1
			printf '%s, %s: exit status %d\n' "$name" "$cc" "$status"
			grep -v '^\[ RUN      \]\|^\[       OK \]' "$program.log"
		fi
		passed=$((passed + good))
		failed=$((failed + bad))
	done
done

printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
