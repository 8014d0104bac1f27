#!/bin/sh
# nginx and HAProxy in front. Usage: CHATROOM_SO=path/to/chatroom.so tests/proxy/run.sh
set -eu
: "${CHATROOM_SO:?is the path of chatroom.so}"
exec /usr/bin/python3 -B "$(dirname "$0")/run.py"
