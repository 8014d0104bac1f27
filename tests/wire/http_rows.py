"""Catalogue 3.1: handshake and HTTP, H01 to H100.

A row is (id, title, what to send, expectation). What to send is bytes; in rows
made with b() the tag of the case stands where TAG is. Expectation: refused() or
accepted, or a function of its own."""

import os
import random
import signal
import time

from wire import (TEXT, Failed, Sock, check, close, enc, frame, join, text)
import wire

TAG = "@TAG@"
ROWS = []


def b(target="/ws", **change):
    return wire.base(TAG, target, **change)


def raw(lines, body=b""):
    return join(lines, body)


def add(id, title, data, expect, server=("echo", {})):
    ROWS.append((id, title, data, expect, server))


def each(id, title, inputs, make, expect, **kw):
    for i, x in enumerate(inputs, 1):
        shown = x.decode("latin1") if isinstance(x, bytes) else str(x)
        shown = shown if len(shown) < 40 else shown[:24] + f"...({len(shown)})"
        add(f"{id}.{i}", f"{title} {shown!r}", make(x), expect, **kw)


def is_refused(s, statuses, headers=(), method="GET"):
    """One of statuses, Connection: close, exactly one response, FIN."""
    r = s.response(method)
    check(r.status in statuses, f"status {r.status}, expected {'/'.join(map(str, statuses))}")
    check("close" in r.tokens("Connection"), f"Connection: {r.get('Connection')!r} in a refusal")
    for name, value in headers:
        check(r.get(name) is not None and r.get(name).lower() == value.lower(),
              f"{name}: {r.get(name)!r}, expected {value!r}")
    check(r.get("Server") is None and r.get("X-Powered-By") is None, "names its software")
    rest = s.until_closed(2.0)
    check(rest == b"", f"bytes after the response: {rest[:60]!r}")
    check(s.eof == "FIN", f"ended by {s.eof}, not FIN")
    return r


def refused(*statuses, headers=(), method="GET", body=b""):
    def expect(server, tag, data):
        s = Sock(server)
        s.send(data)
        r = is_refused(s, statuses, headers, method)
        check(body in r.body, f"the body does not say {body!r}")
        check(server.case(tag, closed=False) is None, "onOpen was called for a refused request")
    return expect


def is_accepted(s, server, tag):
    r = s.response()
    check(r.status == 101, f"status {r.status}, expected 101")
    check(r.get("Sec-WebSocket-Accept") == wire.ACCEPT, "wrong Sec-WebSocket-Accept")
    check(r.tokens("Upgrade") == ["websocket"] and r.tokens("Connection") == ["upgrade"],
          "101 without Upgrade: websocket and Connection: Upgrade")
    for name in ("Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Content-Length", "Transfer-Encoding"):
        check(r.get(name) is None, f"101 with {name}: {r.get(name)!r}")
    works_and_closes(s, server, tag)
    return r


def works_and_closes(s, server, tag):
    s.send(frame(wire.PING, b"still there"))
    check(s.message() == ("pong", b"still there"), "no pong")
    s.send(close(1000))
    check(s.message()[:2] == ("close", 1000), "Close not echoed")
    check(s.until_closed() == b"", "bytes after Close")
    c = server.case(tag)
    check(c and c["open"] == 1 and [x[0] for x in c["close"]] == [1000], f"callbacks: {c}")


def accepted(server, tag, data):
    s = Sock(server)
    s.send(data)
    is_accepted(s, server, tag)


def accepted_or(*statuses):
    def expect(server, tag, data):
        s = Sock(server)
        s.send(data)
        while b"\r\n" not in s.buf and s.more():
            pass
        if b" 101 " in s.buf[:16]:
            is_accepted(s, server, tag)
        else:
            is_refused(s, statuses)
    return expect


VERSION = [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]
UPGRADE = [("Upgrade", "websocket")]


def first(line, lines=None):
    return raw([enc(line)] + (lines or b())[1:])


def plus(*lines):
    return raw(b() + [enc(x) for x in lines])


def before(*lines):
    """The lines stand before all other headers."""
    return raw(b()[:1] + [enc(x) for x in lines] + b()[1:])


# -- the request line
add("H01", "POST", first("POST /ws HTTP/1.1"), refused(405, headers=[("Allow", "GET")]))
add("H02", "method get", first("get /ws HTTP/1.1"), refused(501))
add("H03", "HEAD with upgrade", first("HEAD /ws HTTP/1.1"), refused(405, method="HEAD"))
add("H04", "HTTP/1.0 upgrade", first("GET /ws HTTP/1.0"), refused(426))
add("H04.2", "HTTP/1.0 upgrade, keep-alive", first("GET /ws HTTP/1.0", b(Connection="keep-alive, Upgrade")), refused(426))
each("H05", "version", ["HTTP/2.0", "HTTP/0.9"], lambda v: first("GET /ws " + v), refused(505))
each("H06", "version", ["http/1.1", "HTTP/1.10", "HTTP/01.1", "HTTP/1.1x", "HTTP/9999999999.1"],
     lambda v: first("GET /ws " + v), refused(400, 505))
add("H07", "HTTP/1.2", first("GET /ws HTTP/1.2"), refused(505))
add("H08", "no version", b"GET /ws\r\n\r\n", refused(400))
each("H09", "request line", ["GET  /ws HTTP/1.1", "GET /ws  HTTP/1.1", "GET\t/ws HTTP/1.1",
                             "GET /ws\tHTTP/1.1", "GET /ws HTTP/1.1 "], first, refused(400))
add("H10", "one CRLF first", b"\r\n" + raw(b()), accepted)
add("H11", "six CRLFs first", b"\r\n" * 6 + raw(b()), refused(400))
add("H12", "SP before the method", b" " + raw(b()), refused(400))
for i, (name, old, new) in enumerate([
        ("the request line", b"HTTP/1.1\r\n", b"HTTP/1.1\n"), ("a header", b"a.test\r\n", b"a.test\n"),
        ("the last header", b": @TAG@\r\n", b": @TAG@\n"), ("the empty line", b"\r\n\r\n", b"\r\n\n"),
        ("all lines", b"\r\n", b"\n")], 1):
    add(f"H13.{i}", "bare LF ends " + name, raw(b()).replace(old, new), refused(400))
add("H14.1", "bare CR in a value", plus("X-A: a\rb"), refused(400))
add("H14.2", "bare CR at a value's end", plus("X-A: a\r\r"[:-1]), refused(400))
add("H15.1", "NUL in a value", plus("X-A: a\0b"), refused(400))
add("H15.2", "NUL in a name", plus("X\0A: ab"), refused(400))
add("H15.3", "NUL in the target", first("GET /ws\0 HTTP/1.1"), refused(400))
each("H16", "control character", [c for c in range(1, 128) if c < 32 and c not in (9, 10, 13) or c == 127],
     lambda c: plus(b"X-A: a" + bytes([c]) + b"b"), refused(400))
add("H16.ok", "HTAB in a value", plus(b"X-A: a\tb"), accepted)
add("H17", "0x80 to 0xff in an unknown header", plus(b"X-A: " + bytes(range(128, 256))), accepted)
for i, name in enumerate(["Host", "Origin", "Sec-WebSocket-Key"], 1):
    value = {"Host": b"a\x80.test", "Origin": b"http://a.t\xffst", "Sec-WebSocket-Key": b"dGhlIHNhbXBsZSBub25jZ\xe9=="}
    add(f"H18.{i}", f"obs-text in {name}", raw(b(**{name.replace("-", "_"): value[name]})),
        refused(400) if name != "Origin" else refused(400, 403))
add("H18.4", "obs-text in the target", first(b"GET /w\xc3\xa9 HTTP/1.1"), refused(400))


def every_byte(make, *statuses):
    """make(byte) as a request, for every byte from 0x80 on."""
    def expect(server, tag, data):
        for c in range(0x80, 0x100):
            s = Sock(server)
            s.send(make(bytes([c])).replace(TAG.encode(), tag.encode()))
            is_refused(s, statuses)
            server.sockets.remove(s)
        check(server.case(tag, closed=False) is None, "onOpen was called for a refused request")
    return expect


add("H18.5", "every byte from 0x80 on in Host", b"", every_byte(lambda c: raw(b(Host=b"a" + c + b".test")), 400))
add("H18.6", "every byte from 0x80 on in Origin", b"", every_byte(lambda c: raw(b(Origin=b"http://a" + c + b".test")), 400, 403))
add("H18.7", "every byte from 0x80 on in Key", b"",
    every_byte(lambda c: raw(b(Sec_WebSocket_Key=b"dGhlIHNhbXBsZSBub25j" + c + b"Q==")), 400))
add("H18.8", "every byte from 0x80 on in the target", b"", every_byte(lambda c: first(b"GET /ws?a=" + c + b" HTTP/1.1"), 400))
add("H19.1", "SP before the colon", raw(b(Host=None) + [b"Host : a.test"]), refused(400))
add("H19.2", "HTAB before the colon", raw(b(Upgrade=None) + [b"Upgrade\t: websocket"]), refused(400))
add("H20.1", "obs-fold", plus("X-A: a", " b"), refused(400))
add("H20.2", "obs-fold with HTAB", plus("X-A: a", "\tb"), refused(400))
add("H21", "header line without colon", plus("nonsense"), refused(400))
add("H22", "empty header name", plus(": v"), refused(400))
add("H22.2", "empty header name, no value", plus(":"), refused(400))
each("H23", "before the first header", [" ", "\t"], lambda c: before(c + "X-A: b"), refused(400))
each("H24", "in a name", list("(),/;<=>?@[\\]{}\" "), lambda c: plus(f"X{c}A: b"), refused(400))
add("H25", "fragment in the target", first("GET /ws#frag HTTP/1.1"), refused(400))
add("H26", "absolute-form", first("GET http://a.test/ws HTTP/1.1"), accepted)
add("H27", "absolute-form of another host", first("GET http://b.test/ws HTTP/1.1"), refused(400))
each("H28", "target", ["a.test:80", "*", ""], lambda t: first(f"GET {t} HTTP/1.1"), refused(400))
# a colon ends a name: "X:A: b" is X with the value "A: b"
add("H24.ok", "a colon in a name ends it", plus("X:A: b"), accepted)
add("H29", "target of 8,193 bytes", first("GET /" + "a" * 8192 + " HTTP/1.1"), refused(414))
each("H30", "raw in the target", [b"\x80", b" ", b"\xff"] + [enc(c) for c in '"<>\\^`{}|'],
     lambda c: first(b"GET /ws?a=" + c + b"b HTTP/1.1"), refused(400))
each("H31", "target", ["/..%2fws", "//ws", "/ws/", "/%2577s"], lambda t: first(f"GET {t} HTTP/1.1"), refused(404))
add("H31.5", "target '/ws%00'", first("GET /ws%00 HTTP/1.1"), refused(400))
add("H31.6", "target '/%zz'", first("GET /%zz HTTP/1.1"), refused(400))
add("H31.7", "target '/ws%2'", first("GET /ws%2 HTTP/1.1"), refused(400))
add("H31.8", "target '/%77s' decoded once or not at all", first("GET /%77s HTTP/1.1"), accepted_or(404))
add("H32.1", "CONNECT", first("CONNECT a.test:80 HTTP/1.1"), refused(400, 405, 501))
add("H32.2", "TRACE", first("TRACE /ws HTTP/1.1"), refused(400, 405, 501))
# 505 too: H05 asks for it, and this request line is both
add("H32.3", "HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", refused(400, 405, 501, 505))

# -- Host
add("H33", "no Host", raw(b(Host=None)), refused(400))
add("H33.2", "no Host, absolute-form", raw([b"GET http://a.test/ws HTTP/1.1"] + b(Host=None)[1:]), refused(400))
each("H34", "second Host", ["a.test", "b.test"], lambda h: plus("Host: " + h), refused(400))
each("H35", "Host", ["u@a.test", "a b", "a,b", "a/b", "[::1", "a:99999", "a:-1", "a:"],
     lambda h: raw(b(Host=h)), refused(400))
add("H36", "empty Host", raw(b(Host="")), refused(400))
HOSTS = ("echo", {"allowed_hosts": ["a.test", "c.test"]})
each("H37", "with allowed_hosts", ["b.test", "a.test.b.test", "xa.test"], lambda h: raw(b(Host=h)),
     refused(421), server=HOSTS)
each("H37.ok", "with allowed_hosts", ["a.test", "A.Test", "c.test"], lambda h: raw(b(Host=h)), accepted, server=HOSTS)

# -- Upgrade, Connection, Key, Version
add("H38", "no Upgrade", raw(b(Upgrade=None)), refused(426, headers=UPGRADE))
add("H39", "Upgrade: WebSocket", raw(b(Upgrade="WebSocket")), accepted)
add("H40", "Upgrade: h2c, websocket", raw(b(Upgrade="h2c, websocket")), accepted)
each("H41", "Upgrade:", ["websocketx", "web socket", "websocket/13"], lambda u: raw(b(Upgrade=u)),
     refused(426, headers=UPGRADE))
add("H42", "no Connection", raw(b(Connection=None)), refused(400))
each("H43", "Connection:", ["keep-alive, Upgrade", "upgrade", "UPGRADE", "Upgrade,keep-alive", ",, Upgrade"], lambda c: raw(b(Connection=c)), accepted)
add("H43.t", "two Connection lines", raw(b(Connection="keep-alive") + [b"Connection: Upgrade"]), accepted)
each("H44", "Connection:", ["xUpgrade", "Upgradex", "close", "", "Up grade", "keep-alive"], lambda c: raw(b(Connection=c)), refused(400))
add("H45.1", "no Key", raw(b(Sec_WebSocket_Key=None)), refused(400))
each("H45.k", "Key", [""], lambda k: raw(b(Sec_WebSocket_Key=k)), refused(400))
each("H46", "Key", ["dGhlIHNhbXBsZSBub25j", "dGhlIHNhbXBsZSBub24=", "dGhlIHNhbXBsZSBub25jZXM=", "dGhlIHNhbXBsZSBub25jZQ=",
                    "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZXMx"],
     lambda k: raw(b(Sec_WebSocket_Key=k)), refused(400))
each("H47", "Key", ["dGhlIHNhbXBsZSBub25-ZQ==", "dGhlIHNhbXBsZSBub25_ZQ==", "dGhlIHNhbXBsZSBub25*ZQ==",
                    "dGhlIHNhbXBs ZSBub25jZQ==", "dGhlIHNhbXBs SBub25jZQ=="],
     lambda k: raw(b(Sec_WebSocket_Key=k)), refused(400))
add("H48", "Key with pad bits", raw(b(Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZR==")), refused(400))
add("H49", "two Keys", plus("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), refused(400))
add("H50", "Key of 4,000 bytes", raw(b(Sec_WebSocket_Key="A" * 3998 + "==")), refused(400))
add("H51", "no Version", raw(b(Sec_WebSocket_Version=None)), refused(426, headers=VERSION))
each("H52", "Version", ["0", "7", "8", "12", "14", "255", "256", "4294967309"],
     lambda v: raw(b(Sec_WebSocket_Version=v)), refused(426, headers=VERSION))
each("H53", "Version", ["0xd", "1.3e1", "013", "+13", "13abc", "13, 8", ""],
     lambda v: raw(b(Sec_WebSocket_Version=v)), refused(426, headers=VERSION))
add("H54", "two Versions", plus("Sec-WebSocket-Version: 8"), refused(400))
add("H54.2", "two Versions, 13 last", before("Sec-WebSocket-Version: 8"), refused(400))
add("H54.3", "13 twice", plus("Sec-WebSocket-Version: 13"), refused(400))
add("H55", "Hixie-76", raw(b(Sec_WebSocket_Key=None, Sec_WebSocket_Version=None) + [
    b"Sec-WebSocket-Key1: 18x 6]8vM;54 *(5:  {   U1]8  z [  8", b"Sec-WebSocket-Key2: 1_ tx7X d  <  nw  334J702) 7]o}` 0"],
    b"Tm[K T2u"), refused(400))

# -- bodies, more requests
add("H56", "Content-Length: 6 and a body", raw(b() + [b"Content-Length: 6"], b"foobar"), refused(400))
add("H57", "Transfer-Encoding: chunked", raw(b() + [b"Transfer-Encoding: chunked"], b"0\r\n\r\n"), refused(400))
add("H58", "Content-Length: 0", plus("Content-Length: 0"), accepted)


def h59(server, tag, data):
    s = Sock(server)
    s.send(data + text("early 1") + text("early 2"))
    check(s.response().status == 101, "no 101")
    for want in (b"early 1", b"early 2"):
        check(s.message() == ("text", want), "early frame lost")
    works_and_closes(s, server, tag)
    check(server.case(tag)["text"] == 2, "early frames not processed exactly once")


add("H59", "frames in the segment of B", raw(b()), h59)


def h60(server, tag, data):
    s = Sock(server)
    s.send(data + data)
    check(s.response().status == 101, "no 101")
    check(s.message()[:2] == ("close", 1002), "second request not refused as a frame")
    s.until_closed()


add("H60", "accepted B and a second request", raw(b()), h60)
for i, (name, lines) in enumerate([
        ("400", b(Connection="close")), ("404", b("/nowhere")), ("405", [b"POST /ws HTTP/1.1"] + b()[1:]),
        ("426", b(Sec_WebSocket_Version="8")), ("426 plain", b(Upgrade=None)), ("403", b(Origin="http://b.test")),
        ("501", [b"get /ws HTTP/1.1"] + b()[1:])], 1):
    add(f"H61.{i}", f"refused B ({name}) and a second request", raw(lines) + raw(b("/")) + raw(b()),
        refused(int(name[:3])))
add("H62", "Expect: 100-continue", plus("Expect: 100-continue"), refused(417))

# -- protocols, extensions
each("H63", "Protocol", ["soap", "soap, wamp"], lambda p: raw(b(Sec_WebSocket_Protocol=p)), accepted)
each("H64", "Protocol", ["a,,b", ", ", "a b", '"a"', "a;b", ""], lambda p: raw(b(Sec_WebSocket_Protocol=p)), refused(400))
add("H65", "Protocol chat, chat", raw(b(Sec_WebSocket_Protocol="chat, chat")), refused(400))
add("H66.1", "two Protocol headers", raw(b() + [b"Sec-WebSocket-Protocol: a", b"Sec-WebSocket-Protocol: b"]), accepted)
add("H66.2", "two Protocol headers repeat one", raw(b() + [b"Sec-WebSocket-Protocol: a", b"Sec-WebSocket-Protocol: a"]),
    refused(400))


def h67(server, tag, data):
    start = time.monotonic()
    refused(400, 431)(server, tag, data)
    check(time.monotonic() - start < 0.2, "slow")


add("H67.1", "Protocol b, 16,000 SP, x", raw(b(Sec_WebSocket_Protocol="b" + " " * 16000 + "x")), h67)
add("H67.2", "Protocol b, 8,000 SP, x", raw(b(Sec_WebSocket_Protocol="b" + " " * 8000 + "x")), h67)
each("H69", "Extensions", [b";", b"a;", b"a;=1", b"a;b=", b'a;b="x', b"a;b=\xc3\xa9"],
     lambda e: raw(b(Sec_WebSocket_Extensions=e)), accepted_or(400))
each("H70", "Extensions", ["foo, bar; x=1", "permessage-deflate"], lambda e: raw(b(Sec_WebSocket_Extensions=e)), accepted)
each("H71", "Extensions", ["constructor", "__proto__", "hasOwnProperty"],
     lambda e: raw(b(Sec_WebSocket_Extensions=e)), accepted)
add("H72.1", "Extensions a, 7,000 times", raw(b(Sec_WebSocket_Extensions="a," * 7000)), h67)
add("H72.2", "Extensions a, 4,000 times", raw(b(Sec_WebSocket_Extensions="a," * 4000)), accepted_or(431))

# -- Origin
add("H73", "Origin of another host", raw(b(Origin="http://b.test")), refused(403))
each("H74", "Origin", ["null", "file://", "", "http://"], lambda o: raw(b(Origin=o)), refused(403))
add("H75", "no Origin", raw(b()), accepted)
add("H76", "two Origins", raw(b() + [b"Origin: http://a.test", b"Origin: http://a.test"]), refused(400))
each("H76.m", "second Origin", ["http://b.test", "null", ""], lambda o: raw(b(Origin="http://a.test") + [b"Origin: " + enc(o)]),
     refused(400))
each("H77", "Origin", ["http://a.test.evil", "http://evil/#a.test", "http://a.test@evil", "http://evila.test",
                       "http://a.test/", "http://a.test:81"], lambda o: raw(b(Origin=o)), refused(403))
each("H78", "Origin", ["http://a.test", "HTTP://A.TEST", "http://a.test:80"], lambda o: raw(b(Origin=o)), accepted,
     server=HOSTS)
add("H78.4", "Origin with port, Host with the same", raw(b(Host="a.test:8080", Origin="http://a.test:8080")), accepted, server=HOSTS)
add("H78.5", "Origin without the port Host has", raw(b(Host="a.test:8080", Origin="http://a.test")), refused(403))
each("H79", "Origin https on a plain address, Host", ["a.test", "a.test:443", "a.test:8080"],
     lambda h: raw(b(Host=h, Origin="https://" + h)), refused(403), server=HOSTS)
each("H80", "Origin", ["http://a:b", "http://[", "http://" + "a" * 4993], lambda o: raw(b(Origin=o)), refused(403))
# DNS rebinding (D41): Origin and Host agree, but no page of that name is ours; told nothing, a loopback
# listener believes local names only, and with allowed_hosts plain requests are held to it too
each("D41", "Origin and Host agree on", ["a.test", "evil.test:8080", "localhost.evil.test", "127.0.0.1.evil.test"],
     lambda h: raw(b(Host=h, Origin="http://" + h)), refused(403))
each("D41.ok", "Origin and Host agree on", ["127.0.0.1", "127.0.0.1:8080", "localhost:3000", "[::1]:99", "dev.localhost"],
     lambda h: raw(b(Host=h, Origin="http://" + h)), accepted)
add("D41.http", "a plain request for another host", raw([b"GET / HTTP/1.1", b"Host: evil.test"]), refused(421),
    server=HOSTS)

# the 426 page says what is missing
GET = [b"GET /ws HTTP/1.1", b"Host: a.test"]
add("H38.page", "no Upgrade, nothing of a WebSocket", raw(GET), refused(426, body=b"WebSocket endpoint"))
add("H38.proxy", "no Upgrade, but a Key", raw(GET + [b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]),
    refused(426, body=b"lost on the way"))
add("H38.origin", "no Upgrade, a foreign Origin", raw(GET + [b"Origin: http://b.test"]),
    refused(426, body=b"may not connect"))

ORIGINS = ("echo", {"origins": ["http://*.x.test"]})
each("H81", "allow-list *.x.test,", ["http://evilx.test", "http://x.test", "https://a.x.test", "http://a.x.test.evil"],
     lambda o: raw(b(Origin=o)), refused(403), server=ORIGINS)
each("H81.ok", "allow-list *.x.test,", ["http://a.b.x.test", "http://a.x.test", "HTTP://A.X.TEST"],
     lambda o: raw(b(Origin=o)), accepted, server=ORIGINS)

# -- sizes
add("H82", "101 header lines", plus(*[f"X-{i}: v" for i in range(95)]), refused(431))
add("H82.ok", "100 header lines", plus(*[f"X-{i}: v" for i in range(94)]), accepted)
add("H83", "2,001 headers, Upgrade last",
    raw(b(Upgrade=None) + [b"X: %d" % i for i in range(1995)] + [b"Upgrade: websocket"]), refused(431))
add("H84.1", "header line of 8,193 bytes", plus("X-A: " + "a" * 8188), refused(431))
add("H84.2", "header line of 8,192 bytes", plus("X-A: " + "a" * 8187), accepted)


def head_of(size):
    lines = ["X-A: " + "a" * 6000, "X-B: " + "b" * 6000]
    have = len(plus(*lines, "X-C: ")) + (len("H84.3") - len(TAG))
    return plus(*lines, "X-C: " + "c" * (size - have))


add("H84.3", "head of 16,385 bytes", head_of(16385), refused(431))
add("H84.4", "head of 16,384 bytes", head_of(16384), accepted)


def h85(server, tag, data):
    cpu = server.cpu()
    s = Sock(server)
    s.send_bytewise(data)
    is_accepted(s, server, tag)
    check(server.cpu() - cpu < 1.0, "quadratic in the head's length")


add("H85.1", "B byte by byte", raw(b()), h85)
add("H85.2", "head of 16,000 bytes byte by byte", plus("X-A: " + "a" * 8000, "X-B: " + "b" * 7700), h85)

# -- time
SHORT = ("echo", {"handshake_timeout": 1, "message_timeout": 1, "close_timeout": 1})


def h86(server, tag, data):
    s = Sock(server)
    start = time.monotonic()
    for c in data:
        s.send(bytes([c]))
        if s.s in wire.select.select([s.s], [], [], 0.2)[0]:
            break
        check(time.monotonic() - start < 3, "a slow head keeps its connection")
    is_refused(s, (408,))
    check(0.8 < time.monotonic() - start < 2.5, "not at handshake_timeout")


def h87(server, tag, data):
    s = Sock(server)
    start = time.monotonic()
    check(s.until_closed() == b"", "bytes sent to a silent peer")
    check(s.eof == "FIN", f"ended by {s.eof}")
    check(0.8 < time.monotonic() - start < 2.5, "not at handshake_timeout")


def h88(server, tag, data):
    s = Sock(server)
    start = time.monotonic()
    s.send(data[:-1])
    is_refused(s, (408,))
    check(0.8 < time.monotonic() - start < 2.5, "not at handshake_timeout")


add("H86", "five bytes a second", raw(b()), h86, server=SHORT)
add("H87", "silence", b"", h87, server=SHORT)
add("H88", "complete but the last LF", raw(b()), h88, server=SHORT)


# -- not HTTP
def h89(server, tag, data):
    s = Sock(server)
    s.send(data)
    if s.more():
        is_refused(s, (400,))


HELLO = bytes.fromhex("16030100a5010000a10303") + bytes(range(32)) + b"\x20" + bytes(range(32)) + b"\0\x02\x13\x01\x01\0\0\x56" + bytes(86)
add("H89", "TLS ClientHello", HELLO, h89)
add("H90.1", "64 KiB of noise", random.Random(90).randbytes(65536), refused(400))
add("H90.2", "64 KiB of zeros", bytes(65536), refused(400))
add("H90.3", "SSH-2.0-x", b"SSH-2.0-x\r\n", refused(400))
for _i in range(4, 12):
    add(f"H90.{_i}", "64 KiB of other noise", random.Random(_i).randbytes(65536), refused(400))


# -- gone at once
def h91(server, tag, data):
    s = Sock(server)
    s.send(data)
    s.fin()
    s.until_closed()
    c = server.case(tag)
    check(c is None or c["open"] == 1 and [x[0] for x in c["close"]] == [1006], f"callbacks: {c}")


def h92(cut):
    def expect(server, tag, data):
        for _ in range(20):
            s = Sock(server)
            s.send(data[:cut])
            s.rst()
        time.sleep(0.05)
        c = server.case(tag)
        check(c is None or c["open"] == len(c["close"]), f"callbacks: {c}")
    return expect


add("H91", "FIN right after B", raw(b()), h91)
add("H92.1", "RST right after B", raw(b()), h92(None))
add("H92.2", "RST in the middle of B", raw(b()), h92(60))


def h93(server, tag, data):
    s = Sock(server)
    s.send(data)
    r = is_refused(s, (404,))
    check(b"marker" not in r.body, "the input comes back in the error page")


add("H93", "unknown path", raw(b("/marker")), h93)


def h95(server, tag, data):
    server.exchange()
    keep = [server.open() for _ in range(4)]
    s = Sock(server)
    s.send(data)
    r = s.response()
    check(r.status == 503, f"status {r.status}, expected 503")
    check("close" in r.tokens("Connection"), "no Connection: close")
    s.until_closed()
    for k in keep:
        k.send(text("hi"))
        check(k.message() == ("text", b"hi"), "a client that was in suffers")


add("H95", "over max_connections", raw(b()), h95, server=("echo", {"max_connections": 4}))

# -- hooks
AUTH = ("auth", {})
each("H96", "onHandshake says", ["false"], lambda v: raw(b(X_Verdict=v)), refused(403), server=AUTH)
each("H96.n", "onHandshake says", ["401"], lambda v: raw(b(X_Verdict=v)), refused(401), server=AUTH)
each("H96.ok", "onHandshake says", ["true", "null"], lambda v: raw(b(X_Verdict=v)), accepted, server=AUTH)


def h96_split(server, tag, data):
    r = server.get("/split")
    check(r.get("X-Injected") is None and b"X-Injected" not in r.body, "header injection")
    check(r.status == 500, f"status {r.status}, expected 500")
    errors = server.json("/counters")["error"]
    check(len(errors) == 1 and "X-Split" in errors[0], f"onError: {errors}")
    server.control(do="forget errors")


def h68(server, tag, data):
    """onHandshake has no say in the protocol: what tries is no verdict, offered or not."""
    refused(500)(server, tag, data)
    errors = server.json("/counters")["error"]
    check(len(errors) == 1 and "onHandshake" in errors[0], f"onError: {errors}")
    server.control(do="forget errors")


each("H68", "onHandshake says", ['{"protocol": "soap"}', '{"user_id": "u", "protocol": "chatroom.v1"}'],
     lambda v: raw(b(X_Verdict=v, Sec_WebSocket_Protocol="wamp")), h68, server=AUTH)


def h96_reason(server, tag, data):
    s = Sock(server)
    s.send(data)
    r = is_refused(s, (403,))
    check(r.get("X-Injected") is None, "header injection")
    check(b"X-Injected" in r.body, "the reason is not in the body")


each("H96.x", "the reason of a refusal has", [b"a\r\nX-Injected: b", b"\r\n\r\nX-Injected: b", b"a\nX-Injected: b\r\n\r\n"],
     lambda v: raw(b(X_Reject=v.hex())), h96_reason, server=AUTH)
add("H96.h", "onRequest gives a header with CRLF", b"", h96_split, server=("auth", {"rate_limit": None}))

# -- proxies and the rest
add("H97.1", "PROXY v1 preamble", b"PROXY TCP4 192.0.2.1 192.0.2.2 5 6\r\n" + raw(b()), refused(400))
add("H97.2", "PROXY v2 preamble", b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes(12) + raw(b()), refused(400))


add("H97.3", "PROXY v1 UNKNOWN", b"PROXY UNKNOWN\r\n" + raw(b()), refused(400))


def h98(server, tag, data):
    accepted(server, tag, data)
    check(server.case(tag)["ip"] == "127.0.0.1", f"ip is {server.case(tag)['ip']}")


add("H98", "X-Forwarded-For of an untrusted peer",
    raw(b(X_Forwarded_For="192.0.2.7", Forwarded="for=192.0.2.7", X_Real_IP="192.0.2.7")), h98)
add("H99", "a status line", b"HTTP/1.1 200 OK\r\n\r\n", refused(400))
add("H99.2", "a whole response", b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", refused(400))


def h100(server, tag, data):
    s = Sock(server)
    s.send(data)
    check(s.response().status == 101, "no 101")
    s.send(frame(TEXT, data, mask=b"\1\2\3\4"))
    check(s.message() == ("text", data), "B in a frame is not an ordinary message")
    works_and_closes(s, server, tag)


add("H100", "a second B as a text frame", raw(b()), h100)


def h94(server):
    """Its own server: it stops in the course of the row."""
    stay = server.open()           # does not answer the Close: keeps the drain going
    half = Sock(server)
    data = raw(wire.base())
    half.send(data[:40])
    time.sleep(0.05)
    os.kill(server.proc.pid, signal.SIGTERM)
    check(stay.message()[:2] == ("close", 1001), "no Close 1001 when stopping")
    half.send(data[40:])
    r = is_refused(half, (503,))
    check((r.get("Retry-After") or "").isdigit(), f"Retry-After: {r.get('Retry-After')!r}")
    try:
        out, _ = server.proc.communicate(timeout=8)
    except wire.subprocess.TimeoutExpired:
        raise Failed("server did not stop")
    check(out == b"stopped\n" and server.proc.returncode == 0, f"run() did not return: {out!r} {server.stderr()}")


def stop_with_last(server, leave):
    """The last connection goes in the very turn in which the signal comes: nothing is
    left to wait for. The server is held while both happen."""
    c = server.open() if leave != "half a head" else Sock(server)
    if leave == "half a head":
        c.send(b"GET /ws HT")
        time.sleep(0.05)
    os.kill(server.proc.pid, signal.SIGSTOP)
    if leave == "Close":
        c.send(close(1000))
    c.close()
    os.kill(server.proc.pid, signal.SIGTERM)
    os.kill(server.proc.pid, signal.SIGCONT)
    start = time.monotonic()
    server.settle()
    try:
        out, _ = server.proc.communicate(timeout=8)
    except wire.subprocess.TimeoutExpired:
        raise Failed("server did not stop")
    check(out == b"stopped\n" and server.proc.returncode == 0, f"run() did not return: {out!r} {server.stderr()}")
    took = time.monotonic() - start
    check(took < 1, f"stopping with nobody left took {took:.1f} s")


def cases():
    """(id, title, server, function)"""
    for id, title, data, expect, server in ROWS:
        yield id, title, server, run_of(id, data, expect)
    for i, leave in enumerate(["Close", "FIN", "half a head"], 2):
        yield (f"H94.{i}", f"stopping as the last connection goes ({leave}): at once", ("echo", {}, leave),
               lambda server, leave=leave: stop_with_last(server, leave))
    yield "H94", "stopping", ("echo", {"close_timeout": 2, "drain_timeout": 3}, "own"), h94


def run_of(id, data, expect):
    return lambda server: expect(server, id, data.replace(TAG.encode(), id.encode()))
