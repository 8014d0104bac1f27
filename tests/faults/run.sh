#!/bin/sh
# Faults under traffic. Usage: CHATROOM_SO=path/to/chatroom.so tests/faults/run.sh [REGEX]
# FAULTS_SEED repeats a row's dice, FAULTS_JOBS is how many rows run at a time (2).
set -eu
here=$(cd "$(dirname "$0")" && pwd)
: "${CHATROOM_SO:?is the path of chatroom.so}"
FAULTS_OUT=$(mkdir -p "${OUT:-out}/faults" && cd "${OUT:-out}/faults" && pwd)
export CHATROOM_SO FAULTS_OUT
${CC:-cc} -std=gnu11 -O2 -Wall -Wextra -Werror -shared -fPIC "$here/shim.c" -o "$FAULTS_OUT/shim.so.new"
mv "$FAULTS_OUT/shim.so.new" "$FAULTS_OUT/shim.so"
bench=$here/../../bench
${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -o "$FAULTS_OUT/loadgen" "$bench/loadgen.c" "$bench/client.c" \
	"$bench/client_tls.c" "$bench/inflate.c" "$bench/prepared.c" "$bench/v1.c" \
	"$bench/ledger.c" "$bench/options.c" "$bench/procinfo.c" -lssl -lcrypto -lz
exec /usr/bin/python3 -B "$here/run.py" "$@"
