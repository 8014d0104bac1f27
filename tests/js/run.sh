#!/bin/sh
# The JavaScript client and its types, and the mini program, against the real server.
# Usage: CHATROOM_SO=path/to/chatroom.so tests/js/run.sh [PART-OF-A-TEST'S-NAME]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
: "${CHATROOM_SO:?is the path of chatroom.so}"
out=$(mkdir -p "${OUT:-$root/out}/js" && cd "${OUT:-$root/out}/js" && pwd)
export CHATROOM_SO SERVER_PHP="$here/server.php"

# npm_install PACKAGE [OTHER...]: the others are named so that they stay
npm_install() {
	[ -d "$out/node_modules/${1%@*}" ] || (cd "$out" && npm install --no-save --no-audit --no-fund \
		--no-package-lock --prefix . "$@" >npm.log 2>&1)
}

npm_install ws@8 || { cat "$out/npm.log" >&2; exit 1; }
rm -rf "$out/web" "$out/miniprogram"
cp -r "$root/examples/web" "$root/examples/miniprogram" "$out"
cp "$here"/*.mjs "$here"/*.ts "$out"
echo '{"type": "module", "private": true}' >"$out/package.json" # in the copy, .js files are modules

passed=0 failed=0
# check NAME COMMAND...: its output is shown only when it fails
check() {
	name=$1
	shift
	if "$@" >"$out/check.log" 2>&1; then
		passed=$((passed + 1))
		echo "ok $name"
	else
		failed=$((failed + 1))
		echo "not ok $name"
		cat "$out/check.log"
	fi
}

check "the mini program's client is the page's (./dev page copies it)" \
	cmp "$root/examples/web/chatroom.js" "$root/examples/miniprogram/chatroom.js"
if npm_install typescript@5 ws@8; then
	check 'the types fit a sample' "$out/node_modules/.bin/tsc" --noEmit --strict --target es2020 \
		--module nodenext --moduleResolution nodenext --lib es2020,dom "$out/types.ts"
else
	echo 'skipped: 1 (the types: npm cannot fetch typescript)'
fi

# WeChat's own types of wx and Page, against the page and wxTransport(): only these two know wx
if npm_install miniprogram-api-typings@4 typescript@5 ws@8; then
	rm -rf "$out/wx"
	mkdir -p "$out/wx/pages/chat"
	cp "$out/web/chatroom.d.ts" "$out/miniprogram/chatroom.js" "$out/miniprogram/config.js" "$out/wx"
	sed -e 's|^Page({$|Page(/** @type {ThisType<any>} */ ({|' -e 's|^});$|}));|' \
		"$out/miniprogram/pages/chat/index.js" >"$out/wx/pages/chat/index.js"
	{
		echo '/** @param {WechatMiniprogram.Wx} wx */'
		sed -n '/^export function wxTransport/,/^}/p' "$out/miniprogram/chatroom.js"
	} >"$out/wx/transport.js"
	check "WeChat's types know what the mini program calls" "$out/node_modules/.bin/tsc" --noEmit --allowJs --checkJs \
		--noImplicitThis --target es2020 --module nodenext --moduleResolution nodenext --lib es2020 \
		--types miniprogram-api-typings --typeRoots "$out/node_modules" \
		"$out/wx/pages/chat/index.js" "$out/wx/transport.js"
else
	echo "skipped: 1 (WeChat's types: npm cannot fetch miniprogram-api-typings)"
fi

status=0
timeout -k 5 150 node "$out/main.mjs" "${1:-}" >"$out/main.log" 2>&1 || status=$?
line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$out/main.log" | tail -n 1 || true)
grep -vxF "$line" "$out/main.log" || true
if [ -z "$line" ]; then
	echo "the tests ended with $status before their count"
	failed=$((failed + 1))
else
	passed=$((passed + ${line%% *}))
	line=${line#*, }
	failed=$((failed + ${line%% *}))
fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
