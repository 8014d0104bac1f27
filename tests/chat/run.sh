#!/bin/sh
# 200 clients of chatroom.v1 that come, go, drop and resume at random; in the end all have seen the same.
# Usage: CHATROOM_SO=path/to/chatroom.so tests/chat/run.sh [seconds [seed]]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
: "${CHATROOM_SO:?is the path of chatroom.so}"
CHAT_OUT=$(mkdir -p "${OUT:-out}/chat" && cd "${OUT:-out}/chat" && pwd)
export CHATROOM_SO CHAT_OUT
exec /usr/bin/python3 -B "$here/campaign.py" "$@"
