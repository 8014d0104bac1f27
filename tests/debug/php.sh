#!/bin/bash
# The PHP of `./dev test debug`: Debian's source of the PHP in use, with --enable-debug and --enable-zts.
#   php.sh find    prints the php-config of one built before; status 1: there is none
#   php.sh build   builds it unless there is one, in OUT, and prints the same
# It lives beside the other caches of the user, for it takes minutes and outlives ./dev clean.
set -euo pipefail
: "${OUT:?is where it is built}"

cache=${XDG_CACHE_HOME:-$HOME/.cache}/chatroom
# no more than the tests use; what PHP cannot do without (json, hash, pcre, ...) is in any build
options=(--enable-debug --enable-zts --disable-all --enable-cli --disable-cgi --disable-phpdbg --without-pear
	--enable-pcntl --enable-posix --enable-ctype --enable-tokenizer --enable-filter --enable-opcache
	--with-openssl --with-zlib)

find_php() {
	local dir
	while IFS= read -r dir; do
		if [ "$(cat "$dir/.options" 2>/dev/null)" = "${options[*]}" ]; then
			printf '%s\n' "$dir/bin/php-config"
			return
		fi
	done < <(printf '%s\n' "$cache"/php-*-debug-zts | sort -rV)
	return 1
}

# apt-get with lists, sources and state of its own: what the machine installs from is not touched
apt() {
	apt-get -q -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=- \
		-o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache" -o APT::Sandbox::User=root "$@"
}

# The sources are where the machine's packages come from. A mirror may have dropped a version's source and kept its
# binaries: then the newest one it has.
download() {
	local key=/usr/share/keyrings/debian-archive-keyring.gpg version
	mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
	apt-get indextargets --format "deb-src [signed-by=$key] \$(REPO_URI) \$(RELEASE) \$(COMPONENT)" \
		'Identifier: Packages' 'Origin: Debian' | sort -u >"$work/sources.list"
	apt update
	for version in $(dpkg-query -W -f '${Version}' "$package-cli") \
		$(apt-cache -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=- \
			-o Dir::State::lists="$work/lists" showsrc "$package" | sed -n 's/^Version: //p' | sort -rV); do
		if (cd "$work" && apt source --download-only --tar-only "$package=$version"); then
			return
		fi
	done
	echo "no source of $package to be had"
	return 1
}

build_php() {
	local source prefix
	download
	tar -C "$work" -xf "$work/${package}"_*.orig.tar.xz
	source=$(echo "$work"/php-*)
	prefix=$cache/$(basename "$source")-debug-zts
	rm -rf "$prefix"
	cd "$source"
	./configure -q --prefix="$prefix" "${options[@]}" CFLAGS="-g -O1"
	make -s -j"${JOBS:-2}"
	make -s install-cli install-modules install-build install-headers install-programs
	printf '%s\n' "${options[*]}" >"$prefix/.options" # last: the build is whole
}

case ${1:-} in
find) find_php ;;
build)
	find_php && exit
	package=php$(php -n -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;')
	work=$OUT/php
	rm -rf "$work"
	mkdir -p "$work"
	echo "building PHP for debugging, some minutes: $work/log" >&2
	if ! (renice -n 10 "$BASHPID" && build_php) >"$work/log" 2>&1 </dev/null; then
		tail -n 40 "$work/log" >&2
		exit 1
	fi
	find_php
	rm -rf "$work"
	;;
*)
	sed -n '2,5s/^# //p' "$0" >&2
	exit 2
	;;
esac
