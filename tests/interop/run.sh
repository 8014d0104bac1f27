#!/bin/sh
# Clients that others wrote, as senders and as receivers.
# Usage: CHATROOM_SO=path/to/chatroom.so tests/interop/run.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
: "${CHATROOM_SO:?is the path of chatroom.so}"
INTEROP_OUT=$(mkdir -p "${OUT:-out}/interop" && cd "${OUT:-out}/interop" && pwd)
export CHATROOM_SO INTEROP_OUT

if [ ! -d "$INTEROP_OUT/node_modules/ws" ]; then
  (cd "$INTEROP_OUT" && npm install --no-save --no-audit --no-fund --no-package-lock --prefix . ws@8 >npm.log 2>&1) \
    || { cat "$INTEROP_OUT/npm.log" >&2; exit 1; }
fi
cp "$here/client.cjs" "$INTEROP_OUT/client.cjs" # require() looks for ws beside it
GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$INTEROP_OUT/gocache" \
  go build -o "$INTEROP_OUT/client-go" "$here/client.go"
exec /usr/bin/python3 -B "$here/run.py"
