#!/bin/sh
# Malformed and hostile bytes against a running server; rows of the threats catalogue.
# Usage: CHATROOM_SO=path/to/chatroom.so tests/wire/run.sh [id pattern...]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
: "${CHATROOM_SO:?is the path of chatroom.so}"
WIRE_OUT=$(mkdir -p "${OUT:-out}/wire" && cd "${OUT:-out}/wire" && pwd)
export CHATROOM_SO WIRE_OUT
exec /usr/bin/python3 -B "$here/run.py" "$@"
