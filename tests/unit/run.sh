#!/bin/bash
# Builds and runs the unit tests: tests/unit/run.sh [module ...]
# OUT: where the programs go. CCS: the compilers. Ends with "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1

mkdir -p "${OUT:=out/unit}" || exit 1
OUT=$(cd "$OUT" && pwd -P) # the compilers' lists of headers name what they belong to by its path
CCS=${CCS:-gcc clang}
JOBS=2
export OUT

packages=(json-c libssl libcrypto libevent_core zlib)
flags="-std=gnu11 -I. -DCR_DEBUG -g -O1 -fno-omit-frame-pointer
	-fsanitize=address,undefined -fno-sanitize-recover=all
	-Wall -Wextra -Wshadow -Wstrict-prototypes -Werror"
flags="${flags//$'\n'/ } $(pkg-config --cflags "${packages[@]}")" || exit 1
libs="-lcmocka $(pkg-config --libs "${packages[@]}")" || exit 1
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

# The engine's sources are compiled once for all tests: rules COMPILER TEST...
rules() {
	local cc=$1 dir=$OUT/$1 source one sources=() needs objects
	shift
	declare -A seen=()
	for source in "$@"; do
		# shellcheck disable=SC2046 # the line holds patterns
		mapfile -t needs < <(printf '%s\n' $(sed -n 's|^/\* needs: \(.*\) \*/$|\1|p' "$source"))
		objects=
		for one in "$source" ${needs[@]+"${needs[@]}"}; do
			[ -n "$one" ] || continue
			objects+=" $dir/o/${one%.c}.o"
			[ -n "${seen[$one]:-}" ] || { seen[$one]=1 && sources+=("$one"); }
		done
		printf 'all: %s\n%s:%s\n\t@%s %s %s %s -o $@ >$@.build 2>&1\n' "$dir/$(basename "$source" .c)" \
			"$dir/$(basename "$source" .c)" "$objects" "$cc" "$flags" "$objects" "$libs"
	done
	for one in "${sources[@]}"; do
		printf '%s: %s\n\t@mkdir -p $(@D)\n\t@%s %s -MMD -MP -c %s -o $@ >$@.log 2>&1 || { cat $@.log; rm -f $@; exit 1; }\n' \
			"$dir/o/${one%.c}.o" "$one" "$cc" "$flags" "$one"
		printf -- '-include %s\n' "$dir/o/${one%.c}.d"
	done
}

for cc in $CCS; do
	mkdir -p "$OUT/$cc" || exit 1
	recipe="$("$cc" --version) $flags $libs $OUT"
	if [ "$(cat "$OUT/$cc/recipe" 2>/dev/null)" != "$recipe" ]; then
		rm -rf "${OUT:?}/$cc/o"
		printf '%s\n' "$recipe" >"$OUT/$cc/recipe"
	fi
	for source in "$@"; do
		rm -f "$OUT/$cc/$(basename "$source" .c)"
	done
done
{
	echo '.DELETE_ON_ERROR:'
	for cc in $CCS; do
		rules "$cc" "$@"
	done
} >"$OUT/Makefile"
make -s -k -j"$JOBS" -f "$OUT/Makefile" all >"$OUT/make.log" 2>&1 || cat "$OUT/make.log"

# Each leaves its log and its exit status.
for cc in $CCS; do
	for source in "$@"; do
		printf '%s\n' "$OUT/$cc/$(basename "$source" .c)"
	done
done | xargs -P "$JOBS" -I '{}' sh -c '
	rm -f "$1.log"
	[ ! -x "$1" ] || { timeout "${LIMIT:-180}" "$1" >"$1.log" 2>&1; echo $? >"$1.status"; }
' run '{}'

passed=0 failed=0
for cc in $CCS; do
	for source in "$@"; do
		name=$(basename "$source" .c)
		program=$OUT/$cc/$name
		if [ ! -x "$program" ]; then
			printf '%s, %s: does not build\n' "$name" "$cc"
			cat "$program.build" 2>/dev/null
			failed=$((failed + 1))
			continue
		fi
		status=$(cat "$program.status")
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
