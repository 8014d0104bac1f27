#!/bin/sh
# What tests/asan/php preloads, into OUT.
set -eu
cd "$(dirname "$0")/../.."
: "${OUT:?is where it goes}"
mkdir -p "$OUT"
gcc -shared -fPIC -O1 -Wall -Wextra -Werror tests/asan/nodeepbind.c -o "$OUT/nodeepbind.so" -ldl
echo "$(cd "$OUT" && pwd)/nodeepbind.so $(gcc -print-file-name=libasan.so) $(gcc -print-file-name=libubsan.so)" \
  >"$OUT/preload"
