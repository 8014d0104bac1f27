dnl config.m4 of the chatroom extension

PHP_ARG_ENABLE([chatroom],
  [whether to enable chatroom],
  [AS_HELP_STRING([--enable-chatroom], [Enable the chatroom extension])],
  [yes])

PHP_ARG_ENABLE([chatroom-dev],
  [whether to build chatroom for its developers],
  [AS_HELP_STRING([--enable-chatroom-dev],
    [chatroom: more warnings, all of them errors, and internal checks])],
  [no],
  [no])

if test "$PHP_CHATROOM" != "no"; then
  AC_MSG_CHECKING([for a PHP that chatroom works with])
  if test -n "$PHP_CONFIG"; then
    chatroom_php=`$PHP_CONFIG --vernum`
  else
    chatroom_php=$PHP_VERSION_ID
  fi
  if test "0$chatroom_php" -lt 80100; then
    AC_MSG_RESULT([no])
    AC_MSG_ERROR([chatroom needs PHP 8.1 or later])
  fi
  AC_MSG_RESULT([yes])

  PKG_PROG_PKG_CONFIG
  if test -z "$PKG_CONFIG"; then
    AC_MSG_ERROR([chatroom needs pkg-config to find its libraries (Debian: apt-get install pkg-config)])
  fi
  PKG_CHECK_MODULES([CHATROOM_LIBEVENT], [libevent_core >= 2.1],,
    [AC_MSG_ERROR([chatroom needs libevent 2.1 or later (Debian: apt-get install libevent-dev)])])
  PKG_CHECK_MODULES([CHATROOM_JSONC], [json-c >= 0.15],,
    [AC_MSG_ERROR([chatroom needs json-c 0.15 or later (Debian: apt-get install libjson-c-dev)])])
  PKG_CHECK_MODULES([CHATROOM_OPENSSL], [libssl >= 1.1.1 libcrypto >= 1.1.1],,
    [AC_MSG_ERROR([chatroom needs OpenSSL 1.1.1 or later (Debian: apt-get install libssl-dev)])])
  PKG_CHECK_MODULES([CHATROOM_ZLIB], [zlib >= 1.2.9],,
    [AC_MSG_ERROR([chatroom needs zlib 1.2.9 or later (Debian: apt-get install zlib1g-dev)])])
  AC_CHECK_HEADER([uthash.h],,
    [AC_MSG_ERROR([chatroom needs uthash (Debian: apt-get install uthash-dev)])])

  PHP_EVAL_INCLINE([$CHATROOM_LIBEVENT_CFLAGS])
  PHP_EVAL_INCLINE([$CHATROOM_JSONC_CFLAGS])
  PHP_EVAL_INCLINE([$CHATROOM_OPENSSL_CFLAGS])
  PHP_EVAL_INCLINE([$CHATROOM_ZLIB_CFLAGS])
  PHP_EVAL_LIBLINE([$CHATROOM_LIBEVENT_LIBS], [CHATROOM_SHARED_LIBADD])
  PHP_EVAL_LIBLINE([$CHATROOM_JSONC_LIBS], [CHATROOM_SHARED_LIBADD])
  PHP_EVAL_LIBLINE([$CHATROOM_OPENSSL_LIBS], [CHATROOM_SHARED_LIBADD])
  PHP_EVAL_LIBLINE([$CHATROOM_ZLIB_LIBS], [CHATROOM_SHARED_LIBADD])
  PHP_SUBST([CHATROOM_SHARED_LIBADD])

  dnl PHP's own macros declare parameters that few methods use
  chatroom_cflags="-std=gnu11 -fvisibility=hidden -DZEND_ENABLE_STATIC_TSRMLS_CACHE=1 -Wno-unused-parameter"
  AX_CHECK_COMPILE_FLAG([-fstack-protector-strong],
    [chatroom_cflags="$chatroom_cflags -fstack-protector-strong"],, [-Werror])

  dnl glibc warns about _FORTIFY_SOURCE without optimisation, and it hides from ASan what ASan is there
  dnl to see; some compilers define it already
  AC_CACHE_CHECK([whether _FORTIFY_SOURCE is of use], [chatroom_cv_fortify], [
    chatroom_saved_cflags=$CFLAGS
    CFLAGS="$CFLAGS -D_FORTIFY_SOURCE=2 -Werror"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[
#include <string.h>
#if !defined(__OPTIMIZE__) || defined(__SANITIZE_ADDRESS__)
# error of no use
#endif
#if defined(__has_feature)
# if __has_feature(address_sanitizer)
#  error of no use
# endif
#endif
      ]], [[]])], [chatroom_cv_fortify=yes], [chatroom_cv_fortify=no])
    CFLAGS=$chatroom_saved_cflags
  ])
  if test "$chatroom_cv_fortify" = "yes"; then
    chatroom_cflags="$chatroom_cflags -D_FORTIFY_SOURCE=2"
  fi

  if test "$PHP_CHATROOM_DEV" != "no"; then
    chatroom_cflags="$chatroom_cflags -Wall -Wextra -Wshadow -Wstrict-prototypes"
    chatroom_cflags="$chatroom_cflags -Werror -DCR_DEBUG"
  fi

  PHP_NEW_EXTENSION([chatroom], m4_normalize([
      chatroom.c
      ext/chat/limits.c
      ext/chat/moderation.c
      ext/chat/presence.c
      ext/chat/room.c
      ext/chat/timeline.c
      ext/core/buf.c
      ext/core/chunk.c
      ext/core/hash.c
      ext/core/log.c
      ext/core/mem.c
      ext/core/utf8.c
      ext/core/uuid.c
      ext/net/conn.c
      ext/net/listener.c
      ext/net/loop.c
      ext/net/poll.c
      ext/net/tls.c
      ext/net/transport_plain.c
      ext/net/transport_tls.c
      ext/php/call.c
      ext/php/chatroom_class.c
      ext/php/client.c
      ext/php/client_iterator.c
      ext/php/close_code.c
      ext/php/doctor.c
      ext/php/exception.c
      ext/php/handler.c
      ext/php/hooks.c
      ext/php/log.c
      ext/php/message.c
      ext/php/options.c
      ext/php/reject.c
      ext/php/request.c
      ext/php/room_methods.c
      ext/php/send.c
      ext/php/timer.c
      ext/php/tls_options.c
      ext/php/verdict.c
      ext/proto/chat_json.c
      ext/proto/chat_v1.c
      ext/proto/http_chunked.c
      ext/proto/http_head.c
      ext/proto/json_in.c
      ext/proto/json_out.c
      ext/proto/ticket.c
      ext/proto/ws_accept.c
      ext/proto/ws_deflate.c
      ext/proto/ws_handshake.c
      ext/proto/ws_head.c
      ext/proto/ws_session.c
      ext/server/address.c
      ext/server/api.c
      ext/server/api_calls.c
      ext/server/asking.c
      ext/server/broadcast.c
      ext/server/certs.c
      ext/server/files.c
      ext/server/forwarded.c
      ext/server/deflate.c
      ext/server/demo.c
      ext/server/doctor.c
      ext/server/http.c
      ext/server/metrics.c
      ext/server/peers.c
      ext/server/policy.c
      ext/server/proxies.c
      ext/server/room_api.c
      ext/server/rooms.c
      ext/server/send.c
      ext/server/server.c
      ext/server/session.c
      ext/server/timers.c
      ext/server/upgrade.c
      ext/server/v1.c
      ext/server/v1_greet.c
      ext/server/v1_rooms.c
      ext/server/ws.c
    ]),
    [$ext_shared],,
    [$chatroom_cflags])

  PHP_ADD_BUILD_DIR(m4_normalize([
      $ext_builddir/ext/chat
      $ext_builddir/ext/core
      $ext_builddir/ext/net
      $ext_builddir/ext/php
      $ext_builddir/ext/proto
      $ext_builddir/ext/server
    ]), [1])
fi
