#!/bin/sh
# The example page in Chromium, against a running server.
#
#   tests/browser/run.sh
#
# CHATROOM_SO          the built chatroom.so, for the default command
# CHATROOM_SERVER_CMD  starts the server; the word PORT in it is replaced
# CHROMIUM             the browser, /usr/bin/chromium unless told
# OUT                  where node_modules and the screenshots go, out/ unless told
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
here=$root/tests/browser
out=${OUT:-$root/out}/browser
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$root"

if [ -z "${CHATROOM_SERVER_CMD:-}" ]; then
  if [ ! -f "${CHATROOM_SO:-}" ]; then
    echo "tests/browser: set CHATROOM_SO to the built chatroom.so" >&2
    exit 1
  fi
  CHATROOM_SERVER_CMD="php -d extension=$CHATROOM_SO examples/server.php ws://127.0.0.1:PORT/ws"
fi
for tool in node npm "${CHROMIUM:-/usr/bin/chromium}"; do
  if ! command -v "$tool" >/dev/null; then
    echo "tests/browser: $tool is missing (apt-get install nodejs npm chromium)" >&2
    exit 1
  fi
done

if ! cmp -s "$here/package.json" "$out/package.json" \
    || [ ! -f "$out/node_modules/playwright-core/package.json" ]; then
  cp "$here/package.json" "$out/package.json"
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm install --prefix "$out" --no-package-lock --no-audit \
    --no-fund --silent
fi

export CHATROOM_SERVER_CMD
exec timeout -k 5 200 node "$here/chat.mjs" "$out"
