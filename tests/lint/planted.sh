#!/bin/bash
# A check that cannot fail is none: plants one violation after another in a copy of the tree and sees the check
# of its kind fail, and pass again without it. OUT: where the copy goes.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
out=${OUT:-$PWD/out}
copy=$out/lint/copy
saved=$out/lint/saved
rm -rf "$copy"
mkdir -p "$copy"
./dev _files | xargs -d '\n' cp --parents -t "$copy"
cd "$copy" || exit 1
unset OUT
# the copy is no git checkout, and inside of one: all its files count
passed=0 failed=0

# plant CHECK FILE COMMAND: the command, which changes the file, must make the check fail
plant() {
	local check=$1 file=$2 found
	cp -p "$file" "$saved" 2>/dev/null || rm -f "$saved"
	eval "$3"
	if found=$(tests/lint/run.sh "$check" 2>&1); then
		echo "not seen by $check: $3"
		failed=$((failed + 1))
	elif [[ $found != *"0 passed, 1 failed" ]]; then
		echo "$check did not run: $found"
		failed=$((failed + 1))
	else
		passed=$((passed + 1))
	fi
	if [ -f "$saved" ]; then
		mv "$saved" "$file"
	else
		rm -f "$file"
	fi
}

include() {
	printf '#include %s\n' "$2" >>"$1"
}

plant layers ext/core/buf.c 'include ext/core/buf.c "\"ext/net/loop.h\""'
plant layers ext/net/conn.c 'include ext/net/conn.c "\"ext/chat/room.h\""'
plant layers ext/server/ws.c 'include ext/server/ws.c "<event2/event.h>"'
plant layers ext/server/ws.c 'include ext/server/ws.c "<json-c/json.h>"'
plant layers ext/server/ws.c 'include ext/server/ws.c "\"php.h\""'
plant layers ext/chat/room.c 'include ext/chat/room.c "\"room.h\""'
plant length ext/core/buf.c '{ echo "int f(void)"; echo "{"; yes "" | head -n 90; echo "}"; } >>ext/core/buf.c'
plant length ext/core/buf.c 'yes "" | head -n 700 >>ext/core/buf.c'
plant length ext/core/buf.c 'printf "/* %0130d */\n" 0 >>ext/core/buf.c'
plant banned ext/core/buf.c 'echo "void f(char *a) { strcpy(a, a); }" >>ext/core/buf.c'
plant banned ext/core/buf.c 'echo "void *f(void) { return malloc(1); }" >>ext/core/buf.c'
plant marks ext/core/buf.c 'echo "/* TO""DO */" >>ext/core/buf.c'
plant paths composer.json 'echo "/ro""ot/x" >>composer.json'
plant space composer.json 'echo "x " >>composer.json'
plant space composer.json 'printf x >>composer.json'
plant format ext/core/buf.c 'echo "int  f ( void ) ;" >>ext/core/buf.c'
plant stubs ext/php/message.stub.php 'sed -i "s/string|array \$message/string \$message/" ext/php/message.stub.php'
plant stubs ext/php/message_arginfo.h 'echo >>ext/php/message_arginfo.h'
plant page examples/web/style.css 'echo "/* */" >>examples/web/style.css'
plant sources ext/core/new.c 'echo "int x;" >ext/core/new.c'
plant sources config.m4 'sed -i "/ext.core.buf.c/d" config.m4'
plant package package.xml 'sed -i "/buf.c/d" package.xml'
plant package ext/core/new.h 'touch ext/core/new.h'
plant package php_chatroom.h 'sed -i "s/VERSION \"/VERSION \"9/" php_chatroom.h'
plant headers ext/core/buf.h 'echo "FILE *f(void);" >>ext/core/buf.h'
plant scripts .ci/run 'echo "if" >>.ci/run'
plant scripts tests/lint/layers.sh 'chmod -x tests/lint/layers.sh'
plant scripts tests/package/contents.php 'echo "function (" >>tests/package/contents.php'
plant catalogue tests/catalogue.txt 'sed -i "/^D01 /s/defect_rows/no_rows/" tests/catalogue.txt'
plant catalogue tests/catalogue.txt 'sed -i "/^D01 /s/defect_rows/close_rows/" tests/catalogue.txt'
plant catalogue tests/catalogue.txt 'sed -i "s/^D02 /D01 /" tests/catalogue.txt'
plant catalogue tests/catalogue.txt 'sed -i "/^D01 /d" tests/catalogue.txt'
plant catalogue tests/catalogue.txt 'sed -i "/^D01 /s/tests.*py/later: /" tests/catalogue.txt'
plant catalogue tests/phpt/lifecycle/fiber.phpt 'sed -i "2s/D101/D102/" tests/phpt/lifecycle/fiber.phpt'
plant catalogue tests/wire/defect_rows.py 'sed -i "s/\"D01/\"D00/" tests/wire/defect_rows.py'
plant catalogue tests/unit/test_uuid.c 'sed -i "s/_D78_/_/; 1i /* D78 */" tests/unit/test_uuid.c'
echo "int other(void) { return 0; }" | gcc -shared -fPIC -x c - -o other.so
CHATROOM_SO=$PWD/other.so plant symbols composer.json true
rm -f other.so

# and none of them fails without
for check in layers length banned marks paths space format stubs sources package headers scripts catalogue; do
	if tests/lint/run.sh "$check" >"$out/lint/clean.log" 2>&1; then
		passed=$((passed + 1))
	else
		cat "$out/lint/clean.log"
		failed=$((failed + 1))
	fi
	rm -f "$out/lint/clean.log"
done
cd "$out" && rm -rf "$copy"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
