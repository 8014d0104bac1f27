#!/bin/sh
# What tests/asan/php preloads, into OUT.
set -eu
cd "$(dirname "$0")/../.."
: "${OUT:?is where it goes}"
mkdir -p "$OUT"
gcc -shared -fPIC -O1 -Wall -Wextra -Werror tests/asan/nodeepbind.c -o "$OUT/nodeepbind.so" -ldl
