#!/bin/sh
# Runs what the documentation shows and compares. CHATROOM_SO: the built chatroom.so. OUT: where logs go.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
: "${CHATROOM_SO:?is the path of chatroom.so}"
WIRE_OUT=$(mkdir -p "${OUT:-out}/docs" && cd "${OUT:-out}/docs" && pwd)
export CHATROOM_SO WIRE_OUT
exec /usr/bin/python3 -B "$here/run.py"
