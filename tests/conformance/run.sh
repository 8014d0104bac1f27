#!/bin/sh
# RFC 6455 and RFC 7692, requirement by requirement, against examples/echo.php.
# Usage: CHATROOM_SO=path/to/chatroom.so tests/conformance/run.sh [--list] [--against ws://...] [REGEX...]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
case " $* " in
*" --list "* | *" --against "*) ;;
*) : "${CHATROOM_SO:?is the path of chatroom.so}" ;;
esac
CONFORMANCE_OUT=$(mkdir -p "${OUT:-out}/conformance" && cd "${OUT:-out}/conformance" && pwd)
export CONFORMANCE_OUT
exec /usr/bin/python3 -B "$here/run.py" "$@"
