#!/bin/sh
# Who may include whom (ext/README.md): the floors, and the libraries that one place alone knows.
allowed() {
	case $1 in
	core) echo core ;;
	proto | chat | net) echo core "$1" ;;
	server) echo core proto chat net server ;;
	php) echo core server php ;;
	esac
}

# only FILES WHERE PATTERN: what matches PATTERN may stand in files matching WHERE alone
only() {
	case $1 in
	$2) return 0 ;;
	esac
	! grep -HnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*$3" "$1"
}

bad=0
for f in ext/*/*.[ch]; do
	me=${f#ext/}
	me=${me%%/*}
	if [ -z "$(allowed "$me")" ]; then
		echo "$f: no such floor"
		bad=1
	fi
	only "$f" 'ext/php/*' '["<](php|zend|Zend/|main/|SAPI|TSRM|ext/(standard|spl|date|json|pcre|hash|random)/)' || bad=1
	only "$f" 'ext/net/*' '["<](event2?/|event\.h|evhttp|evutil)' || bad=1
	only "$f" 'ext/proto/*json*.c' '["<](json-c/|json\.h|json_)' || bad=1
	only "$f" 'ext/core/map.h' '["<](uthash|utlist|utarray)' || bad=1
	for to in $(sed -nE 's|^[[:space:]]*#[[:space:]]*include[[:space:]]*"([^"]*)".*|\1|p' "$f"); do
		case $to in
		ext/*/*) ;;
		*)
			[ "$me" = php ] && continue # php.h and such
			echo "$f: \"$to\" is not written from the root"
			bad=1
			continue
			;;
		esac
		floor=${to#ext/}
		floor=${floor%%/*}
		if [ "$me" = php ] && [ ! -d "ext/$floor" ]; then
			continue # PHP's own ext/standard and such
		fi
		case " $(allowed "$me") " in
		*" $floor "*) ;;
		*)
			echo "$f: $me must not include $to"
			bad=1
			;;
		esac
	done
done
exit $bad
