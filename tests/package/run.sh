#!/bin/bash
# The package as a user gets it: packed, built from the tarball without a warning, installed by pecl into a folder
# of its own. OUT: where all this goes.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
root=$PWD
export LC_ALL=C.UTF-8
out=${OUT:-$root/out}/package
rm -rf "$out"
mkdir -p "$out/home"
out=$(cd "$out" && pwd)
export HOME=$out/home # pear and composer keep their settings there

php_config=${PHP_CONFIG:-php-config}
phpize=${PHPIZE:-${php_config/php-config/phpize}}
php=$("$php_config" --php-binary)
system=$("$php_config" --extension-dir)/chatroom.so
version=$(sed -nE 's|.*<version><release>(.*)</release>.*|\1|p' package.xml)
tarball=$out/chatroom-$version.tgz
pear=(pecl -c "$out/pearrc")

passed=0 failed=0
# check NAME COMMAND...: its output is shown only when it fails
check() {
	local name=$1 log=$out/$1.log
	shift
	if "$@" >"$log" 2>&1; then
		passed=$((passed + 1))
		echo "ok    $name"
	else
		failed=$((failed + 1))
		echo "FAIL  $name"
		tail -n 60 "$log"
	fi
}

# pecl installs where php-config tells it to: this one keeps it out of the machine's own folders.
settings() {
	mkdir "$out/bin"
	cat >"$out/bin/php-config" <<END
#!/bin/sh
case \$1 in
--prefix) echo "$out/pear" ;;
--extension-dir) echo "$out/pear/ext" ;;
*) exec "$(command -v "$php_config")" "\$@" ;;
esac
END
	chmod +x "$out/bin/php-config"
	ln -s "$(command -v "$phpize")" "$out/bin/phpize"
	pear config-create "$out/pear" "$out/pearrc"
}

# The copy is what pecl packs: the tree may hold things that are no part of the project.
copy() {
	mkdir "$out/tree" && ./dev _files | xargs -d '\n' cp --parents -t "$out/tree"
}

# pecl would have the release date be today's
validate() {
	(cd "$out/tree" && "${pear[@]}" package-validate package.xml) >"$out/validation"
	cat "$out/validation"
	grep -q '^Validation: 0 error(s)' "$out/validation" \
		&& ! grep -E '^(Warning|Error):' "$out/validation" | grep -v 'Release Date .* is not today$'
}

pack() {
	(cd "$out" && "${pear[@]}" package tree/package.xml) && [ -f "$tarball" ]
}

module_works() {
	"$php" -n -d extension="$1" --ri chatroom \
		&& "$php" -n -d extension="$1" -r 'new Chatroom("ws://127.0.0.1:0/ws"); echo Chatroom::VERSION, "\n";' \
		| grep -qE "^$version(-dev)?\$"
}

# As the README tells it, with the warnings a careful user has on.
build_from_tarball() {
	mkdir "$out/unpacked" && tar xzf "$tarball" -C "$out/unpacked" && cd "$out/unpacked/chatroom-$version" \
		&& "$phpize" && ./configure --with-php-config="$(command -v "$php_config")" \
		CFLAGS="-O2 -Wall -Wextra -Wno-unused-parameter" && make -j"${JOBS:-2}" >make.log 2>&1
	local status=$?
	cat make.log
	[ $status -eq 0 ] || return 1
	if grep -n 'warning:' make.log; then
		return 1
	fi
	module_works "$PWD/modules/chatroom.so"
}

# Without a library, the package to install is named.
refuses_without_libraries() {
	local bad=0 module package said pc=$out/pc
	mkdir "$pc" && cd "$out/unpacked/chatroom-$version" || return 1
	while read -r module package; do
		rm -f "$pc"/*
		for other in libevent_core json-c libcrypto; do
			[ $other = "$module" ] || printf 'Name: x\nDescription: x\nVersion: 3.0\n' >"$pc/$other.pc"
		done
		if said=$(PKG_CONFIG_LIBDIR=$pc PKG_CONFIG_PATH='' ./configure \
			--with-php-config="$(command -v "$php_config")" 2>&1) || ! grep -q "$package" <<<"$said"; then
			printf '%s\n' "$said" | tail -n 3
			echo "$module: no word of $package"
			bad=1
		fi
	done <<'END'
libevent_core apt-get install libevent-dev
json-c apt-get install libjson-c-dev
libcrypto apt-get install libssl-dev
END
	said=$(./configure --with-php-config="$(command -v "$php_config")" ac_cv_header_uthash_h=no 2>&1) && bad=1
	grep 'apt-get install uthash-dev' <<<"$said" || bad=1
	return $bad
}

pecl_install() {
	local before so=$out/pear/ext/chatroom.so
	before=$(stat -c '%i %Y' "$system" 2>&1)
	"${pear[@]}" uninstall chatroom >/dev/null 2>&1 # what a failed check left
	PATH=$out/bin:$PATH "${pear[@]}" install "$1" || return 1
	if [ "$(stat -c '%i %Y' "$system" 2>&1)" != "$before" ]; then
		echo "$system: was touched"
		return 1
	fi
	module_works "$so" && "${pear[@]}" list-files chatroom >"$out/installed" && cat "$out/installed" \
		&& grep -q 'doc .*/examples/server\.php$' "$out/installed" && grep -q '/ext/chatroom\.so$' "$out/installed" \
		&& "${pear[@]}" uninstall chatroom && [ ! -e "$so" ]
}

# composer before 2.8 has not heard of php-ext's section
composer_validate() {
	mkdir "$out/composer" && cp composer.json "$out/composer" && cd "$out/composer" || return 1
	export COMPOSER_ALLOW_SUPERUSER=1 COMPOSER_DISABLE_NETWORK=1
	if "$php" -r 'exit(version_compare($argv[1], "2.8.0", "<") ? 0 : 1);' \
		"$(composer --version --no-ansi 2>/dev/null | sed -nE 's/^Composer version ([0-9.]+).*/\1/p')"; then
		"$php" -r '$c = json_decode(file_get_contents("composer.json"), true, 16, JSON_THROW_ON_ERROR);
			unset($c["php-ext"]);
			file_put_contents("composer.json", json_encode($c, JSON_PRETTY_PRINT | JSON_UNESCAPED_SLASHES));'
	fi
	composer validate --strict --no-interaction --no-ansi
}

# PIE's section, by its documentation
pie_section() {
	# shellcheck disable=SC2016
	"$php" -r '
		$c = json_decode(file_get_contents("composer.json"), true, 16, JSON_THROW_ON_ERROR);
		$e = $c["php-ext"];
		$known = ["extension-name", "priority", "support-zts", "support-nts", "build-path",
			"download-url-method", "os-families", "os-families-exclude", "configure-options"];
		$config = file_get_contents("config.m4");
		$ok = $c["type"] === "php-ext" && $c["require"]["php"] === ">=8.1" && !array_diff(array_keys($e), $known)
			&& $e["extension-name"] === "chatroom" && is_int($e["priority"]);
		foreach ($e["configure-options"] as $o) {
			[$kind, $name] = explode("-", $o["name"], 2);
			$macro = ["enable" => "PHP_ARG_ENABLE", "with" => "PHP_ARG_WITH"][$kind];
			$ok = $ok && is_bool($o["needs-value"]) && str_contains($config, "{$macro}([$name]");
		}
		exit($ok ? 0 : 1);'
}

# PIE builds what git archive gives: nothing that is built may be left out of it.
archive() {
	[ -e .git ] || return 0
	local git=(git -c safe.directory="$root") left_out
	left_out=$(./dev _files | "${git[@]}" check-attr --stdin export-ignore | sed -nE 's/: export-ignore: set$//p')
	! grep -E '^(config\.m4|composer\.json|LICENSE|README\.md|[^/]+\.[ch]|ext/.*)$' <<<"$left_out"
}

check copy copy
check settings settings
check validate validate
check pack pack
check build_from_tarball build_from_tarball
cd "$root" || exit 1
check refuses_without_libraries refuses_without_libraries
cd "$root" || exit 1
check pecl_install_tgz pecl_install "$tarball"
check pecl_install_xml pecl_install "$out/tree/package.xml"
check composer_validate composer_validate
cd "$root" || exit 1
check pie_section pie_section
check archive archive
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
