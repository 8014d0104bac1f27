"""RFC 6455, section 4: the opening handshake."""

import base64
import random

from peer import KEY, accept_of, check, encode, request
from suite import CASES, case, group

START = len(CASES)
NONE = object()


def upgraded(peer, key=KEY, subprotocols=()):
    """The 101 says what it must and nothing that was not asked for; then the
    connection works."""
    r = peer.answer()
    check(r.status == 101, f"answered {r.status}, expected 101")
    check([v.lower() for v in r.all("Upgrade")] == ["websocket"], f"Upgrade: {r.all('Upgrade')}")
    check([v.lower() for v in r.all("Connection")] == ["upgrade"], f"Connection: {r.all('Connection')}")
    check(r.all("Sec-WebSocket-Accept") == [accept_of(key)], f"Sec-WebSocket-Accept: {r.all('Sec-WebSocket-Accept')}")
    chosen = r.all("Sec-WebSocket-Protocol")
    check(len(chosen) < 2 and all(p in subprotocols for p in chosen), f"Sec-WebSocket-Protocol: {chosen}")
    check(not r.all("Sec-WebSocket-Extensions"), f"Sec-WebSocket-Extensions: {r.all('Sec-WebSocket-Extensions')}")
    peer.goodbye()
    return r


def yes(rule, title, change=None, extra=(), line=None, subprotocols=(), fields=None):
    def run(peer):
        mine = fields(peer.target) if fields else request(peer.target, **(change or {}))
        peer.send(encode(peer.target, mine + list(extra), line and line(peer.target)))
        upgraded(peer, subprotocols=subprotocols)
    case(rule, title, run)


def refused(peer, statuses, method="GET"):
    r = peer.answer(method)
    shown = "/".join(map(str, statuses))
    check(r.status in statuses, f"answered {r.status}, expected {shown}")
    check(not r.all("Sec-WebSocket-Accept"), "a refusal with Sec-WebSocket-Accept")
    peer.ended()
    return r


def no(rule, title, statuses, change=None, extra=(), line=None, method="GET", also=None):
    """also(response): what else the refusal must say."""
    def run(peer):
        mine = request(peer.target, **(change or {})) + list(extra)
        peer.send(encode(peer.target, mine, line and line(peer.target)))
        r = refused(peer, statuses, method)
        if also:
            also(r)
    case(rule, title, run)


def with_line(method="GET", version="HTTP/1.1", prefix="", suffix=""):
    return lambda t: f"{method} {prefix and prefix.format(t.authority)}{t.path}{suffix} {version}"


# -- the request line
yes("get", "GET, HTTP/1.1")
for name in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
    no("get", f"method {name}", (400, 405, 501), line=with_line(name))
no("get", "method HEAD", (400, 405, 501), line=with_line("HEAD"), method="HEAD")
no("get", "method get: methods have case", (400, 405, 501), line=with_line("get"))
no("get", "HTTP/1.0", (400, 426, 505), line=with_line(version="HTTP/1.0"))
no("get", "HTTP/0.9", (400, 426, 505), line=with_line(version="HTTP/0.9"))
yes("uri", "an absolute URI", line=with_line(prefix="http://{}"))
yes("uri", "with a query", line=with_line(suffix="?a=b&c=%20"))
no("abnf", "no HTTP version", (400, 505), line=lambda t: f"GET {t.path}")
no("abnf", "two spaces in the request line", (400,), line=lambda t: f"GET  {t.path} HTTP/1.1")
no("abnf", "a header line without colon", (400,), extra=[("nonsense\r\nX", "y")])
no("abnf", "a space before the colon", (400,), extra=[("X-A ", "b")])
no("abnf", "a header without name", (400,), extra=[("", "b")])


def bytewise(peer):
    peer.send_in(1, encode(peer.target, request(peer.target)))
    upgraded(peer)


case("one_request", "byte by byte", bytewise)
for cut in (1, 3, 16, 40):
    def by(peer, cut=cut):
        data = encode(peer.target, request(peer.target))
        peer.send(data[:cut], 0.005, data[cut:])
        upgraded(peer)
    case("one_request", f"cut after {cut} bytes", by)
case("one_request", "cut before the last LF", lambda peer: (
    peer.send(encode(peer.target, request(peer.target))[:-1], 0.005, b"\n"), upgraded(peer)))

# -- header fields
yes("order", "the fields in reverse", fields=lambda t: request(t)[::-1])
yes("order", "the fields sorted", fields=lambda t: sorted(request(t)))
yes("order", "names in capitals", fields=lambda t: [(n.upper(), v) for n, v in request(t)])
yes("order", "names in small letters", fields=lambda t: [(n.lower(), v) for n, v in request(t)])
yes("order", "no space after the colon", fields=lambda t: [(n + ":" + v + "\r\nX-" + n, "") for n, v in request(t)])
yes("order", "spaces and a tab around the values", fields=lambda t: [(n, f" \t {v} \t") for n, v in request(t)])

no("host", "no Host", (400,), {"Host": None})
no("host", "two Hosts", (400,), extra=[("Host", "example.com")])
no("host", "a Host that is none", (400,), {"Host": "a b"})

for value in ("WebSocket", "WEBSOCKET", "wEbSoCkEt"):
    yes("upgrade", f"Upgrade: {value}", {"Upgrade": value})
no("upgrade", "no Upgrade", (400, 426), {"Upgrade": None})
for value in ("", "websockets", "xwebsocket", "web socket", "h2c", "TLS/1.0"):
    no("upgrade", f"Upgrade: {value}", (400, 426), {"Upgrade": value})

for value in ("upgrade", "UPGRADE", "keep-alive, Upgrade", "Upgrade, keep-alive", "keep-alive,Upgrade",
              "keep-alive ,\tupgrade , x"):
    yes("connection", f"Connection: {value!r}", {"Connection": value})
yes("connection", "Connection in two lines", {"Connection": "keep-alive"}, [("Connection", "Upgrade")])
no("connection", "no Connection", (400, 426), {"Connection": None})
for value in ("", "keep-alive", "close", "Upgraded", "xUpgrade", "Up grade", '"Upgrade"'):
    no("connection", f"Connection: {value!r}", (400, 426), {"Connection": value})

no("key", "no key", (400,), {"Sec_WebSocket_Key": None})
for n in (0, 1, 15, 17, 18, 24, 32):
    no("key", f"a key of {n} bytes", (400,), {"Sec_WebSocket_Key": base64.b64encode(bytes(n)).decode()})
for title, value in (("no padding", "dGhlIHNhbXBsZSBub25jZQ"), ("half of the padding", "dGhlIHNhbXBsZSBub25jZQ="),
                     ("more padding", "dGhlIHNhbXBsZSBub25jZQ==="), ("base64url's -", "dGhlIHNhbXBsZSBub25-ZQ=="),
                     ("base64url's _", "dGhlIHNhbXBsZSBub25_ZQ=="), ("a space inside", "dGhlIHNhbXBs ZSBub25jZQ=="),
                     ("a comma", "dGhlIHNhbXBsZSBub25,ZQ=="), ("not base64", "not base64 at all"),
                     ("= inside", "dGhlIHNhbX=sZSBub25jZQ==")):
    no("key", "a key with " + title, (400,), {"Sec_WebSocket_Key": value})
no("key", "two keys", (400,), extra=[("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==")])


def tells_13(r):
    told = [x.strip() for v in r.all("Sec-WebSocket-Version") for x in v.split(",")]
    check("13" in told, f"Sec-WebSocket-Version: {told}")


yes("version13", "version 13")
no("version13", "no version", (400, 426), {"Sec_WebSocket_Version": None})
for value in (0, 1, 7, 8, 12, 14, 25, 130, 255):
    no("version", f"version {value}", (400, 426), {"Sec_WebSocket_Version": value})
    no("versions", f"version {value}: told 13", (400, 426), {"Sec_WebSocket_Version": value}, also=tells_13)
for value in ("013", "+13", "0xd", "13.0", "13x", "1 3", "-13", "256", "269", "4294967309", "thirteen", ""):
    no("version_abnf", f"version {value!r}", (400, 426), {"Sec_WebSocket_Version": value})

yes("no_origin", "no Origin")
case("no_origin", "an Origin of the server's own", lambda peer: (
    peer.send(encode(peer.target, request(peer.target) + [("Origin", "http://" + peer.target.authority)])),
    upgraded(peer)))
for value in ("http://other.example", "https://127.0.0.1.other.example", "null", "http://127.0.0.1:1"):
    no("origin", f"Origin: {value}", (403,), extra=[("Origin", value)])

yes("unknown", "unknown fields", extra=[("X-Unknown", "1"), ("X-Unknown", "2"), ("Foo", ""), ("Cookie", "a=b"),
                                        ("User-Agent", "case"), ("Sec-WebSocket-Foo", "bar"), ("Accept", "*/*")])
yes("unknown", "sixty unknown fields", extra=[(f"X-{i}", "v" * i) for i in range(60)])

# -- subprotocols and extensions
for value in ("chat", "chat, superchat", "soap,wamp , xmpp", "a.b-c_d!~"):
    yes("protocols", f"protocols {value!r}", extra=[("Sec-WebSocket-Protocol", value)],
        subprotocols=[p.strip() for p in value.split(",")])
yes("protocols", "protocols in two lines", extra=[("Sec-WebSocket-Protocol", "a"), ("Sec-WebSocket-Protocol", "b, c")],
    subprotocols=["a", "b", "c"])
yes("subprotocol", "no protocol offered, none answered")
yes("subprotocol", "unknown protocols: nothing else is answered",
    extra=[("Sec-WebSocket-Protocol", "x-unknown-1, x-unknown-2")], subprotocols=["x-unknown-1", "x-unknown-2"])
for value in ("a b", "a,,b", "a;b", '"a"', "a/b", "(a)", ",", "a@b", ""):
    no("protocol_abnf", f"protocols {value!r}", (400,), extra=[("Sec-WebSocket-Protocol", value)])

for value in ("foo", "foo, bar; baz=2", "x-unknown; a; b=1; c=\"q\"", "foo;bar", "permessage-unknown",
              "x-webkit-deflate-frame"):
    yes("no_extension", f"extensions {value!r}", extra=[("Sec-WebSocket-Extensions", value)])
yes("no_extension", "extensions in two lines",
    extra=[("Sec-WebSocket-Extensions", "foo"), ("Sec-WebSocket-Extensions", "bar; baz=2")])
yes("no_extension", "no extension offered, none answered")
for value in (";", "foo;", "foo; =1", "foo; a=", 'foo; a="b', "foo bar", "foo; a b", "foo=1", "foo; a=\"b c\"", "@"):
    no("extension_abnf", f"extensions {value!r}", (400,), extra=[("Sec-WebSocket-Extensions", value)])

# -- what is answered
no("resource", "a path that is not there", (404,), line=lambda t: "GET /no/such/service HTTP/1.1")
yes("status101", "101 with its three fields, each once")
yes("upgrade101", "Upgrade: websocket, whatever the client's letters", {"Upgrade": "WEBSOCKET"})
yes("connection101", "Connection: Upgrade, whatever else the client lists", {"Connection": "keep-alive, upgrade, x"})
RANDOM = random.Random(6455)
for i in range(16):
    raw = bytes(16) if i == 0 else (b"\xff" * 16 if i == 1 else RANDOM.randbytes(16))

    def accepts(peer, key=base64.b64encode(raw).decode()):
        peer.send(encode(peer.target, request(peer.target, Sec_WebSocket_Key=key)))
        upgraded(peer, key)
    case("accept", f"key {base64.b64encode(raw).decode()}", accepts)


def sample(peer):
    peer.send(encode(peer.target, request(peer.target, Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==")))
    r = upgraded(peer)
    check(r.get("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "not the RFC's value")


case("accept", "the RFC's own key", sample)

group("6455 4", "opening handshake", START)
