#!/bin/bash
# What a reader would otherwise have to watch for. tests/lint/run.sh [CHECK...]; one check, one count.
# CHATROOM_SO: the built chatroom.so, for the check of its symbols. OUT: where generated things go.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
export LC_ALL=C.UTF-8
out=${OUT:-$PWD/out}
mkdir -p "$out/lint"
out=$(cd "$out" && pwd)

mapfile -t all < <(./dev _files)

# those matching PATTERN: the files whose name does
those() {
	printf '%s\n' "${all[@]}" | grep -E "$1"
}

# refuse PATTERN FILE...: a finding is a failure
refuse() {
	local pattern=$1
	shift
	[ $# -eq 0 ] || ! grep -HnIE -- "$pattern" "$@"
}

# Without comments and strings, line by line as before.
bare_c() {
	perl -0777 -pe '
		s{("(?:[^"\\\n]|\\.)*")|(\x27(?:[^\x27\\\n]|\\.)*\x27)|(/\*.*?\*/)|(//[^\n]*)}
		 { my $n = ($& =~ tr/\n//); (defined $1 ? "\"\"" : defined $2 ? "0" : " ") . ("\n" x $n) }gse' "$1"
}

check_layers() {
	sh tests/lint/layers.sh
}

check_length() {
	local bad=0 file lines
	for file in $(those '^(chatroom|php_chatroom|(ext|tests|bench)/.*)\.[ch]$' | grep -vE '_(arginfo|data)\.h$'); do
		lines=$(wc -l <"$file")
		if [ "$lines" -gt 700 ]; then
			echo "$file: $lines lines, 700 are allowed"
			bad=1
		fi
		# 100 is the aim (.editorconfig), this the end of patience
		expand -t 4 "$file" | awk -v file="$file" 'length > 120 && !/^\/\* needs: / {
			printf "%s:%d: %d columns, 120 are allowed\n", file, NR, length; bad = 1 } END { exit bad }' || bad=1
	done
	# shellcheck disable=SC2046
	ctags --languages=C --kinds-C=f --fields=+ne -o - $(those '^(chatroom|(ext|tests|bench)/.*)\.[ch]$') \
		| awk -F '\t' '{
			line = end = 0
			for (i = 4; i <= NF; i++) {
				if ($i ~ /^line:/) line = substr($i, 6)
				if ($i ~ /^end:/) end = substr($i, 5)
			}
			seen++
			if (end - line + 1 > 80) {
				printf "%s:%d: %s has %d lines, 80 are allowed\n", $2, line, $1, end - line + 1; bad = 1
			}
		} END { if (!seen) { print "ctags found no function"; bad = 1 } exit bad }' || bad=1
	return $bad
}

check_banned() {
	local bad=0 file heap='malloc|calloc|realloc|reallocarray|free|strdup|strndup|asprintf|vasprintf'
	local words='strcpy|strncpy|stpcpy|strcat|strncat|sprintf|vsprintf|strtok|atoi|atol|atoll|alloca|gets|rand|srand|random|system|popen|mktemp|tmpnam'
	for file in $(those '^(chatroom|ext/.*)\.[ch]$'); do
		bare_c "$file" | grep -nE "(^|[^A-Za-z0-9_>.])($words)[[:space:]]*\(" | sed "s|^|$file:|" && bad=1
		[ "$file" = ext/core/mem.c ] && continue
		bare_c "$file" | grep -nE "(^|[^A-Za-z0-9_>.])($heap)[[:space:]]*\(" | sed "s|^|$file:|" && bad=1
	done
	return $bad
}

check_marks() {
	# shellcheck disable=SC2046
	refuse '\b(TODO|FIXME|XXX|HACK)\b' $(those . | grep -v '^tests/lint/')
}

# Nothing of the machine it was written on.
check_paths() {
	# shellcheck disable=SC2046
	refuse '(^|[^A-Za-z0-9_.$}/-])/(work|root|home|Users|mnt)/|"resolved":|\blocalhost:[0-9]+/(npm|simple)' \
		$(those . | grep -vE '^tests/lint/|^tests/fuzz/corpus/')
}

check_space() {
	local bad=0 file
	# shellcheck disable=SC2046
	refuse '[[:blank:]]+$|'$'\r' $(those '\.(c|h|php|inc|sh|m4|py|js|mjs|cjs|css|html|md|go|json|xml)$|^dev$') || bad=1
	for file in $(those . | grep -vE '^tests/fuzz/corpus/|\.(png|ico|jpg|phpt)$'); do
		if [ -s "$file" ] && [ -n "$(tail -c 1 "$file")" ]; then
			echo "$file: no newline at its end"
			bad=1
		fi
	done
	return $bad
}

# ext/php is exempt: clang-format breaks up zend_try { }.
check_format() {
	# shellcheck disable=SC2046
	clang-format --dry-run -Werror $(those '^ext/(core|proto|chat|net|server)/.*\.[ch]$' | grep -v '_data\.h$') >"$out/lint/format" 2>&1 \
		&& return 0
	sed -nE 's/^([^:]+):[0-9]+:[0-9]+: error: .*/\1/p' "$out/lint/format" | uniq -c
	echo "./dev format mends them"
	return 1
}

check_stubs() {
	local bad=0 header
	case $(php -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;') in
	8.2) ;;
	*)
		echo "the headers are generated with PHP 8.2; another one's differ"
		return 0
		;;
	esac
	./dev _stubs || return 1
	for header in "$out"/stubs/*_arginfo.h; do
		diff -u "ext/php/${header##*/}" "$header" || bad=1
	done
	for header in ext/php/*_arginfo.h; do
		if [ ! -f "${header%_arginfo.h}.stub.php" ]; then
			echo "$header: has no stub"
			bad=1
		fi
	done
	return $bad
}

# The page that is compiled in is the one that is there.
check_page() {
	diff -q ext/server/demo_data.h <(./dev _page) && return 0
	echo "./dev page writes it anew"
	return 1
}

check_sources() {
	local bad=0
	diff <(grep -oE '[A-Za-z0-9_./]+\.c\b' config.m4 | LC_ALL=C sort) \
		<(those '^[^/]+\.c$|^ext/.*\.c$' | LC_ALL=C sort) || bad=1
	diff <(grep -oE 'ext_builddir/ext/[a-z_]+' config.m4 | sed 's|^ext_builddir/||' | LC_ALL=C sort -u) \
		<(those '^ext/.*\.c$' | xargs -n 1 dirname | LC_ALL=C sort -u) || bad=1
	[ $bad -eq 0 ] || echo "< config.m4, > the tree"
	return $bad
}

check_package() {
	local version
	printf '%s\n' "${all[@]}" | php -n tests/package/contents.php --check package.xml || return 1
	version=$(sed -nE 's/^#define PHP_CHATROOM_VERSION "(.*)"$/\1/p' php_chatroom.h)
	if ! grep -q "<release>${version%-dev}</release>" package.xml; then
		echo "package.xml: another version than php_chatroom.h's $version"
		return 1
	fi
}

check_symbols() {
	if [ ! -f "${CHATROOM_SO:-}" ]; then
		echo "no CHATROOM_SO to look at"
		return 1
	fi
	diff <(echo get_module) <(nm -D --defined-only "$CHATROOM_SO" | awk '{ print $3 }')
}

# A header that leans on what was included before it breaks the next file.
check_headers() {
	local bad=0 header php
	php=$("${PHP_CONFIG:-php-config}" --includes)
	for header in $(those '^(php_chatroom|ext/.*)\.h$' | grep -v '_arginfo\.h$'); do
		# shellcheck disable=SC2046,SC2086
		printf '#include "%s"\n#include "%s"\n' "$header" "$header" \
			| gcc -std=gnu11 -I. $([[ $header == ext/php/* || $header != ext/* ]] && echo "$php -Wno-unused-parameter") \
				$(pkg-config --cflags libevent_core json-c libssl libcrypto zlib) -D_GNU_SOURCE \
				-Wall -Wextra -Wstrict-prototypes -Wno-unused-function -Werror -fsyntax-only -x c - || bad=1
	done
	return $bad
}

check_scripts() {
	local bad=0 file
	for file in $(those '(^|/)[^.]+$|\.sh$' | grep -v '^tests/fuzz/corpus/'); do
		case $(head -n 1 "$file" | tr -d '\0') in
		'#!'*bash*) bash -n "$file" || bad=1 ;;
		'#!'*/sh*) sh -n "$file" || bad=1 ;;
		*) continue ;;
		esac
		if [ ! -x "$file" ]; then
			echo "$file: is not executable"
			bad=1
		fi
	done
	for file in $(those '\.(php|inc)$') bench/run; do
		php -n -l "$file" >"$out/lint/php" 2>&1 || { cat "$out/lint/php"; bad=1; }
	done
	return $bad
}

check_catalogue() {
	tests/lint/catalogue.sh
}

check_planted() {
	OUT=$out tests/lint/planted.sh
}

checks=(layers length banned marks paths space format stubs page sources package symbols headers scripts catalogue planted)
[ $# -gt 0 ] || set -- "${checks[@]}"
passed=0 failed=0
for check in "$@"; do
	if ! declare -F "check_$check" >/dev/null; then
		echo "no such check: $check (${checks[*]})"
		exit 2
	fi
	if found=$("check_$check" 2>&1); then
		passed=$((passed + 1))
		printf 'ok    %s\n' "$check"
	else
		failed=$((failed + 1))
		printf 'FAIL  %s\n%s\n' "$check" "$found"
	fi
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
