"""Catalogue 3.7: the HTTP push API, P01 to P52, and what each call does to real clients.

Not here, on purpose: P52 (one process serves all), P40 and P41 (nothing is stored
outside of memory). P50: there is no address of its own for the API; it is off until api_token is set.
P51, a token that is empty: a ValueError, tests/phpt/options/api_token.phpt."""

import http.client
import json
import os
import re
import select
import signal
import socket
import time

from wire import Failed, Sock, check, close, enc, join, text
import wire

TOKEN = "a token of nobody's".replace(" ", "-")
NIL = "00000000-0000-0000-0000-000000000000"
OPTIONS = {"api_token": TOKEN, "rate_limit": None}
API = ("api", OPTIONS)
ROWS = []


def row(id, title, server=API):
    def put(function):
        ROWS.append((id, title, server, function))
        return function
    return put


def lines(method="POST", path="/api/broadcast", token=TOKEN, **headers):
    out = [enc(f"{method} {path} HTTP/1.1"), b"Host: a.test"]
    if token is not None:
        out.append(b"Authorization: Bearer " + enc(token))
    headers = {k.lower().replace("_", "-"): v for k, v in headers.items()}
    if method == "POST":
        headers.setdefault("content-type", "application/json")
    return out + [enc(k) + b": " + enc(v) for k, v in headers.items() if v is not None]


def request(method="POST", path="/api/broadcast", body=b'{"message":"x"}', length=True, **kw):
    body = enc(body) if body is not None else b""
    more = [b"Content-Length: %d" % len(body)] if length and method != "GET" else []
    return join(lines(method, path, **kw) + more, body)


def exchange(server, data, method="POST"):
    s = Sock(server)
    s.send(data)
    return s, s.response(method)


def is_error(r, status, code=None):
    statuses = status if isinstance(status, tuple) else (status,)
    check(r.status in statuses, f"status {r.status}, expected {statuses}: {r.body[:200]!r}")
    check(r.get("Content-Type") == "application/json", f"Content-Type {r.get('Content-Type')!r}")
    check(r.get("X-Content-Type-Options") == "nosniff", "no nosniff")
    check(not any(n.lower().startswith("access-control") for n, _ in r.headers), "CORS headers")
    e = json.loads(r.body)
    check(set(e) == {"error"} and set(e["error"]) == {"code", "message"}, f"error object {e}")
    check(code is None or e["error"]["code"] == code, f"code {e['error']['code']!r}, expected {code!r}")
    return e["error"]


def refused(server, data, status, code=None):
    """An error, and nothing of it reaches a client."""
    ear = listener(server)
    s, r = exchange(server, data)
    e = is_error(r, status, code)
    nothing(ear)
    s.close()
    return r, e


def listener(server, room=None, user=None):
    s = server.open("", target="/ws" + (f"?room={room}" if room else ""), **({"X_User": user} if user else {}))
    return s


def v1(server, *rooms, user=None):
    s = server.open("", Sec_WebSocket_Protocol="chatroom.v1", **({"X_User": user} if user else {}))
    s.send(text(json.dumps({"type": "hello", "join": list(rooms)})))
    s.hello = hear(s)
    check(s.hello["type"] == "welcome", f"no welcome: {s.hello}")
    for _ in rooms:
        hear(s, "joined")
    return s


def hear(s, type=None):
    while True:
        m = s.message()
        check(m[0] == "text", f"heard {m}")
        m = json.loads(m[1])
        if type is None or m.get("type") == type:
            return m


def nothing(*socks, wait=0.05):
    for s in socks:
        ready = s.buf or select.select([s.s], [], [], wait)[0]
        check(not ready, f"heard what was not for it: {s.buf[:100]!r}" if s.buf else "heard what was not for it")


def call(server, name, body=None, status=200, code=None, **query):
    if body is None:
        q = "&".join(f"{k}={v}" for k, v in query.items())
        data = request("GET", f"/api/{name}" + ("?" + q if q else ""), None)
    else:
        data = request("POST", f"/api/{name}", body if isinstance(body, (bytes, str)) else json.dumps(body))
    s, r = exchange(server, data, "GET")
    s.close()
    if status != 200:
        return is_error(r, status, code)
    check(r.status == 200, f"{name} answered {r.status} {r.body[:200]!r}")
    check(r.get("Content-Type") == "application/json" and r.get("Cache-Control") == "no-store", "headers of an answer")
    return json.loads(r.body)


def bad(name, *bodies, code="bad_request", status=400):
    def go(server):
        for b in bodies:
            try:
                call(server, name, b, status, code)
            except Failed as e:
                raise Failed(f"{b}: {e}")
    return go


# -- who may

@row("P01", "no Authorization")
def p01(server):
    for path in ("/api/broadcast", "/api/nothing", "/api/"):
        r, _ = refused(server, request(path=path, token=None), 401, "unauthorized")
        check(r.get("WWW-Authenticate") == "Bearer", "no WWW-Authenticate")
        check("close" in r.tokens("Connection"), "connection goes on")
    s, r = exchange(server, request("GET", "/metrics", None, token=None))
    is_error(r, 401, "unauthorized")


@row("P02", "another token")
def p02(server):
    for token in ("x", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), TOKEN + " x", " ", "", "x" * 7000):
        refused(server, request(token=token), 401 if token.strip() else (400, 401))
    for field in ("Basic " + TOKEN, TOKEN, "Bearer", "Bearer" + TOKEN):
        refused(server, request(token=None, Authorization=field), 401)
    refused(server, request().replace(b"Host:", b"Authorization: Bearer x\r\nHost:"), (400, 401))
    s = Sock(server)
    s.send_some(request(token="x" * 1000000), 2)
    check(s.response().status == 431, "a token of 1 MB")
    before = call(server, "stats")["api_unauthorized"]
    refused(server, request(token="x"), 401)
    check(call(server, "stats")["api_unauthorized"] == before + 1, "not counted")


@row("P02.s", "the scheme's name in any case (RFC 9110 11.1)")
def p02_scheme(server):
    for scheme in ("bearer", "BEARER"):
        check(exchange(server, request(token=None, Authorization=scheme + " " + TOKEN))[1].status == 200, scheme)


@row("P03", "token in the query")
def p03(server):
    for name in ("token", "access_token", "api_token"):
        refused(server, request(path=f"/api/broadcast?{name}={TOKEN}", token=None), 401)
    with open(server.log, errors="replace") as f:
        check(TOKEN not in f.read(), "the token is in the log")


@row("P04", "other methods")
def p04(server):
    for method in ("GET", "PUT", "DELETE", "PATCH", "HEAD"):
        s, r = exchange(server, request(method), method)
        check(r.status == 405 and r.get("Allow") == "POST", f"{method}: {r.status}, Allow {r.get('Allow')!r}")
    for method in ("POST", "PUT", "DELETE"):
        for path in ("/api/rooms", "/metrics", "/healthz"):
            s, r = exchange(server, request(method, path), method)
            is_error(r, 405)
            check(r.get("Allow") == "GET, HEAD", f"Allow {r.get('Allow')!r}")


@row("P05", "a preflight")
def p05(server):
    ask = {"Origin": "http://b.test", "Access_Control_Request_Method": "POST"}
    refused(server, request("OPTIONS", token=None, **ask), 401)  # browsers send no token with it
    refused(server, request("OPTIONS", **ask), 405)


@row("P06", "other Content-Types")
def p06(server):
    for t in (None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "",
              "application/jsonx", "text/json", "application/json-patch+json"):
        r, _ = refused(server, join([x for x in lines(Content_Type=t)] + [b"Content-Length: 15"], b'{"message":"x"}'), 415)


@row("P07", "charsets")
def p07(server):
    for t in ("application/json; charset=utf-16", "application/json; charset=latin1", "application/json; x=y"):
        refused(server, request(Content_Type=t), 415)
    for t in ("application/json; charset=utf-8", "application/json;charset=UTF-8", "Application/JSON",
              'application/json ; charset="utf-8"'):
        check(exchange(server, request(Content_Type=t))[1].status == 200, t)


# -- the body's length

@row("P08", "neither Content-Length nor Transfer-Encoding")
def p08(server):
    refused(server, request(length=False, body=b""), 411)


@row("P09", "Content-Length: 0")
def p09(server):
    refused(server, request(body=b""), 400, "bad_json")


@row("P10", "Content-Length over the limit")
def p10(server):
    limit = 65536
    s, r = exchange(server, join(lines() + [b"Content-Length: %d" % (limit + 1)]))
    is_error(r, 413, "too_big")
    check("close" in r.tokens("Connection"), "connection goes on")
    check(s.until_closed() == b"" and s.eof == "FIN", "not closed in order")
    s, r = exchange(server, join(lines(token=None) + [b"Content-Length: %d" % (limit + 1)]))
    is_error(r, 401)


for i, value in enumerate(["+3", "-1", "0x3", "3 3", "3,3", "3abc", "", " ", "3.0"]):
    row(f"P11.{i}", f"Content-Length {value!r}")(lambda server, value=value: (
        lambda r: check(r.status == 400, f"status {r.status}"))(
            exchange(server, join(lines(Content_Length=value), b"{}}"))[1]))
for i, value in enumerate(["9" * 20, "18446744073709551619"]):
    row(f"P11.big{i}", f"Content-Length {value}")(lambda server, value=value: (
        lambda r: check(r.status in (400, 413), f"status {r.status}"))(
            exchange(server, join(lines(Content_Length=value), b"{}}"))[1]))


def plain_400(*statuses):
    def go(server, data):
        ear = listener(server)
        s, r = exchange(server, data)
        check(r.status in statuses, f"status {r.status}, expected {statuses}")
        check("close" in r.tokens("Connection"), "connection goes on")
        check(s.until_closed() == b"", "bytes behind the response")
        nothing(ear)
    return go


def framed(id, title, statuses, *head, body=b'{"message":"x"}', replace=None):
    data = join(lines() + list(head), body)
    if replace:
        data = data.replace(*replace)
    row(id, title)(lambda server: plain_400(*statuses)(server, data))


framed("P12", "two Content-Lengths", (400,), b"Content-Length: 15", b"Content-Length: 14")
framed("P13", "two equal Content-Lengths", (400,), b"Content-Length: 15", b"Content-Length: 15")
TE = b"Transfer-Encoding: "
CHUNKED = b'f\r\n{"message":"x"}\r\n0\r\n\r\n'
framed("P14", "Content-Length and Transfer-Encoding", (400,), b"Content-Length: 15", TE + b"chunked", body=CHUNKED)
for i, te in enumerate([b"xchunked", b"chunked, identity", b"identity, chunked", b"chunked, chunked", b"gzip, chunked",
                        b"gzip", b"identity"]):
    framed(f"P15.{i}", f"Transfer-Encoding {te.decode()}", (400, 501), TE + te, body=CHUNKED)
for i, te in enumerate([b"\x0bchunked", b"chunked\x00", b'"chunked"', b""]):
    framed(f"P17.{i}", f"Transfer-Encoding {te!r}", (400,), TE + te, body=CHUNKED)
framed("P18", "Transfer-Encoding in HTTP/1.0", (400,), TE + b"chunked", body=CHUNKED, replace=(b"HTTP/1.1", b"HTTP/1.0"))


def chunked(body, **kw):
    return join(lines(**kw) + [TE + b"chunked"], body)


@row("P16", "Transfer-Encoding that is chunked")
def p16(server):
    for te in (b"chunked", b"Chunked", b" chunked ", b"\tCHUNKED\t"):
        s, r = exchange(server, join(lines() + [TE + te], CHUNKED))
        check(r.status == 200, f"{te!r}: {r.status} {r.body!r}")
    ear = listener(server)
    s = Sock(server)
    s.send_bytewise(join(lines() + [TE + b"chunked"], b'5;a=b\r\n{"mes\r\nA\r\nsage":"x"}\r\n0\r\nX: y\r\n\r\n') + request())
    check(s.response().status == 200 and s.response().status == 200, "byte by byte, and the next request behind it")
    for _ in range(2):
        check(json.loads(ear.message()[1])["message"] == "x", "the message of a chunked body")
    nothing(ear)


@row("P16.r", "a chunked body for onRequest")
def p16_request(server):
    s, r = exchange(server, join([b"POST /body HTTP/1.1", b"Host: a.test", TE + b"chunked"],
                                 b"3\r\nabc\r\n10\r\n" + b"x" * 16 + b"\r\n0\r\n\r\n"))
    check(r.status == 200 and r.body == b"abc" + b"x" * 16, f"{r.status} {r.body!r}")
    check("keep-alive" in r.tokens("Connection"), "closed")


for i, size in enumerate([b"0x5", b"+5", b"-5", b" 5", b"5 ", b"0_2e", b"", b"g"]):
    framed(f"P19.{i}", f"chunk size {size!r}", (400,), TE + b"chunked", body=size + b'\r\n{"message":"x"}\r\n0\r\n\r\n')
for i, size in enumerate([b"f" * 16, b"0" * 16 + b"f", b"f" * 17, b"0" * 1000 + b"f"]):
    framed(f"P20.{i}", f"chunk size of {len(size)} digits", (400, 413), TE + b"chunked", body=size + b"\r\n" + CHUNKED)


@row("P21", "chunk extension of 128 bytes")
def p21(server):
    r = exchange(server, chunked(b'f;' + b"x" * 127 + b'\r\n{"message":"x"}\r\n0\r\n\r\n'))[1]
    check(r.status == 200, f"128 bytes: {r.status}")


framed("P21.2", "chunk extension of 129 bytes", (400,), TE + b"chunked",
       body=b'f;' + b"x" * 128 + b'\r\n{"message":"x"}\r\n0\r\n\r\n')
for i, body in enumerate([b'f\r\n{"message":"x"}\n0\r\n\r\n', b'f\r\n{"message":"x"}\r0\r\n\r\n',
                          b'f\n{"message":"x"}\r\n0\r\n\r\n', b'f\r\n{"message":"x"}0\r\n\r\n', b'f\r\n{"message":"x"}\r\n0\n\n']):
    framed(f"P22.{i}", "chunk that does not end with CRLF", (400,), TE + b"chunked", body=body)


@row("P23", "chunks over the limit in sum")
def p23(server):
    r, _ = refused(server, chunked(b"8000\r\n" + b" " * 32768 + b"\r\n8001\r\n"), 413, "too_big")
    ok = b'{"message":"x"}'
    rest = 65536 - len(ok)
    s, r = exchange(server, chunked(b"f\r\n" + ok + b"\r\n%x\r\n" % rest + b" " * rest + b"\r\n0\r\n\r\n"))
    check(r.status == 200, f"the limit itself: {r.status} {r.body!r}")


@row("P24", "a million chunks of one byte", ("api", {"api_token": TOKEN, "max_message_size": 2000000}))
def p24(server):
    cpu = server.cpu()
    s, r = exchange(server, chunked(b"1\r\n \r\n" * 1000000 + b"2\r\n{}\r\n0\r\n\r\n"))
    is_error(r, 400, "bad_request")
    check(server.cpu() - cpu < 3, f"{server.cpu() - cpu} s")


@row("P25", "trailers are ignored")
def p25(server):
    ear = listener(server)
    body = CHUNKED[:-2] + b"Authorization: Bearer " + enc(TOKEN) + b"\r\nContent-Length: 3\r\n\r\n"
    check(exchange(server, chunked(body))[1].status == 200, "refused")
    ear.message()
    refused(server, chunked(body, token=None), 401)
    s, r = exchange(server, chunked(CHUNKED[:-2] + b"X: " + b"y" * 5000 + b"\r\n\r\n"))
    is_error(r, 431)


@row("P26", "a body that does not come", ("api", {"api_token": TOKEN, "handshake_timeout": 0.5}))
def p26(server):
    for more in ([b"Content-Length: 90"], [TE + b"chunked"]):
        s = Sock(server)
        s.send(join(lines() + more))
        start = time.monotonic()
        while time.monotonic() - start < 2 and not select.select([s.s], [], [], 0.1)[0]:
            s.send(b"1" if more[0] != TE + b"chunked" else b"0")
        check(s.response().status == 408, "no 408")
        check(0.3 < time.monotonic() - start < 1.5, f"after {time.monotonic() - start} s")
        check(s.until_closed() == b"", "bytes behind it")


@row("P27", "a body that is cut off")
def p27(server):
    for data in (request()[:-1], chunked(CHUNKED[:-1])):
        ear = listener(server)
        s = Sock(server)
        s.send(data)
        s.fin()
        s.until_closed()
        check(s.buf == b"" or b" 400 " in s.buf[:20], f"answered {s.buf[:60]!r}")
        nothing(ear)


@row("P28", "the second of two without a token")
def p28(server):
    s = Sock(server)
    s.send(request() + request(token=None))
    check(s.response().status == 200, "the first")
    is_error(s.response(), 401)
    check(s.until_closed() == b"", "goes on")


@row("P29", "1,001 requests on one connection: the 1,000th answer closes it")
def p29(server):
    s = Sock(server)
    n = 0
    for i in range(1001):
        try:
            s.send(request("GET", "/healthz", None))
            r = s.response()
        except (OSError, Failed):
            break
        n += 1
        check(("close" in r.tokens("Connection")) == (n == 1000), f"answer {n}: Connection {r.get('Connection')}")
    check(n == 1000, f"{n} answers")


@row("P30", "Expect")
def p30(server):
    body = b'{"message":"x"}'
    for more in ([b"Content-Length: 15"], [TE + b"chunked"]):
        s = Sock(server)
        s.send(join(lines(Expect="100-Continue") + more))
        s.need(25)
        check(s.take(25) == b"HTTP/1.1 100 Continue\r\n\r\n", "no 100")
        s.send(body if more[0] != TE + b"chunked" else CHUNKED)
        check(s.response().status == 200, "no 200")
        s.send(join(lines(Expect="100-continue") + more))
        s.need(25)
        check(s.take(25) == b"HTTP/1.1 100 Continue\r\n\r\n", "no second 100")
        s.close()
    # the body is there already: RFC 9110 10.1.1 lets us leave the 100 out
    check(exchange(server, request(Expect="100-continue"))[1].status == 200, "with the body")
    s, r = exchange(server, join(lines(Expect="100-continue") + [b"Content-Length: 65537"]))
    is_error(r, 413)
    check(s.until_closed() == b"", "more than a 413")
    s, r = exchange(server, join(lines(Expect="100-continue", token="x") + [b"Content-Length: 15"]))
    is_error(r, 401)
    for expect in ("x", "100-continue, x", ""):
        s, r = exchange(server, join(lines(Expect=expect) + [b"Content-Length: 15"], body))
        is_error(r, 417)
    s, r = exchange(server, request(Expect="x").replace(b"HTTP/1.1", b"HTTP/1.0"))
    check(r.status == 200, f"HTTP/1.0 knows no Expect: {r.status}")


@row("P31", "Content-Encoding")
def p31(server):
    for coding in ("gzip", "identity", "br"):
        refused(server, request(Content_Encoding=coding), 415)


# -- what the body says

for i, body in enumerate([b'{"message":"\xff"}', b'{"message":"\xed\xa0\x80"}', b'{"\xc0\x80":1,"message":"x"}']):
    row(f"P32.{i}", "not UTF-8")(lambda server, body=body: refused(server, request(body=body), 400, "bad_json"))
for i, (body, code) in enumerate([
        ('{"message":NaN}', "bad_json"), ('{"message":"x"', "bad_json"), ('{"message":"x"}x', "bad_json"),
        ("{'message':'x'}", "bad_json"), ('{"message":"x",}', "bad_json"), ('\ufeff{"message":"x"}', "bad_json"),
        ('{"message":"x","message":"y"}', "bad_request"), ('{"message":"x","a":1,"\\u0061":2}', "bad_request"),
        ('[]', "bad_request"), ('"x"', "bad_request"), ('null', "bad_request"), ('{}', "bad_request"),
        ('{"message":null}', "bad_request"), ('{"message":1}', "bad_request"), ('{"message":["x"]}', "bad_request"),
        ("[" * 5000 + "]" * 5000, "bad_json")]):
    row(f"P33.{i}", f"body {body[:40]!r}")(
        lambda server, body=body, code=code: refused(server, request(body=body.encode()), 400, code))
row("P33.k", "a key that repeats deeper, and colons in strings, are no repetition")(lambda server: check(
    call(server, "broadcast", '{"message":"a:\\":{:","data":{"message":1,"a":{"a":[{"a":2}]}}}')["delivered"] == 0, "refused"))
row("P33.p", "publish without room or message")(bad("publish", {"message": "x"}, {"room": "a"}, {"rooms": []},
                                                {"rooms": "a", "message": "x"}, {"room": ["a"], "message": "x"},
                                                {"room": "a", "rooms": ["b"], "message": "x"},
                                                {"rooms": ["a", 1], "message": "x"}, {"room": 1, "message": "x"},
                                                {"room": None, "message": "x"}))
row("P34", "1,001 at once")(lambda server: [call(server, name, {key: ["a"] * 1001, "message": "x"}, 413, "too_big")
                            for name, key in (("publish", "rooms"), ("send", "users"), ("send", "uids"))])
row("P34.ok", "1,000 rooms at once")(lambda server: check(len(call(server, "publish", {
    "rooms": [f"r{i}" for i in range(1000)], "message": "x"})["results"]) == 1000, "not all"))
row("P35", "rooms that are none")(bad("publish", *[{"room": r, "message": "x"} for r in (
    "", "r" * 256, "a\r\nb", "a\0b", "a\x7f", "a\u0085")], {"rooms": ["ok", "a\nb"], "message": "x"}))
row("P35.u", "a room that is not UTF-8")(lambda server: refused(
    server, request(path="/api/publish", body=b'{"room":"\xff","message":"x"}'), 400))
row("P35.p", "../ is a name as any other")(lambda server: check(
    call(server, "publish", {"room": "../", "message": "x"})["results"][0]["room"] == "../", "another room"))
row("P36", "a message over max_message_size", ("api", {"api_token": TOKEN, "max_message_size": 2000}))(
    lambda server: (call(server, "broadcast", {"message": "x" * 1990}, 413, "too_big"),
                    call(server, "broadcast", {"message": "x" * 1900})))
row("P36.d", "data over 4 KiB")(lambda server: (
    call(server, "broadcast", {"message": "x", "data": "d" * 4095}, 413, "too_big"),
    call(server, "broadcast", {"message": "x", "data": "d" * 4094})))


@row("P37", "the same idempotency_key again")
def p37(server):
    ear = listener(server, "idem")
    first = call(server, "publish", {"room": "idem", "message": "x", "idempotency_key": "k1"})
    check(json.loads(ear.message()[1])["message"] == "x", "not delivered")
    check(first == call(server, "publish", {"room": "idem", "message": "x", "idempotency_key": "k1"}), "another answer")
    nothing(ear)
    other = call(server, "publish", {"room": "idem", "message": "x", "idempotency_key": "k2"})
    check(other["results"][0]["seq"] == first["results"][0]["seq"] + 1, "another key: another message")
    for key in ("", "k" * 65, 1, None, ["a"]):
        call(server, "publish", {"room": "idem", "message": "y", "idempotency_key": key}, 400, "bad_request")
    # what was refused was not done, and may be done under its key
    call(server, "publish", {"room": "idem", "idempotency_key": "k3"}, 400)
    call(server, "publish", {"room": "idem", "message": "x", "idempotency_key": "k3"})


@row("P38", "the same idempotency_key with another body, or for another call")
def p38(server):
    call(server, "mute", {"who": "p38", "seconds": 9, "idempotency_key": "m"})
    call(server, "mute", {"who": "p38", "seconds": 8, "idempotency_key": "m"}, 409, "conflict")
    call(server, "ban", {"who": "p38", "idempotency_key": "b"})
    call(server, "unban", {"who": "p38", "idempotency_key": "b"}, 409, "conflict")
    check(call(server, "unban", {"who": "p38"})["lifted"], "was not banned")


@row("P39", "twenty calls with one key in the same turn of the loop: one message, the same answer to all")
def p39(server):
    ear = listener(server, "race")
    socks = [Sock(server) for _ in range(20)]
    server.exchange()
    os.kill(server.proc.pid, signal.SIGSTOP)
    for s in socks:
        s.send(request(path="/api/publish", body='{"room":"race","message":"x","idempotency_key":"race"}'))
    os.kill(server.proc.pid, signal.SIGCONT)
    answers = {s.response().body for s in socks}
    check(len(answers) == 1 and b'"seq"' in answers.copy().pop(), f"answers: {answers}")
    check(json.loads(ear.message()[1])["message"] == "x", "not delivered")
    nothing(ear)


@row("P38.c", "10,000 keys are remembered, the oldest goes first", API + ("own",))
def p38_cap(server):
    c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)

    def send(key, message):
        c.request("POST", "/api/broadcast", json.dumps({"message": message, "idempotency_key": key}),
                  {"Authorization": "Bearer " + TOKEN, "Content-Type": "application/json"})
        r = c.getresponse()
        r.read()
        return r.status

    for i in range(10000):
        check(send(f"k{i}", "x") == 200, f"key {i}")
    check(send("k1", "y") == 409, "the second of 10,000 was forgotten")
    check(send("k10000", "x") == 200 and send("k0", "y") == 200, "the first of 10,001 was kept")
    c.close()


@row("P52.fields", "a field that is not known is refused, and the nearest one named")
def _(server):
    for path, body, near in (("ban", {"who": "x", "secconds": 5}, "seconds"), ("publish", {"rom": "a", "message": "x"}, "room"),
                             ("kick", {"user": "x", "resaon": "y"}, "reason"), ("broadcast", {"message": "x", "": 1}, "data"),
                             ("mute", {"who": "x", "seconds": 1, "idempotencykey": "k"}, "idempotency_key"),
                             ("send", {"uid": "x", "message": "x", 'q"<\\': 1}, None)):
        r = exchange(server, request(path=f"/api/{path}", body=json.dumps(body)))[1]
        is_error(r, 400, "bad_request")
        message = json.loads(r.body)["error"]["message"]
        check("unknown" in message and (near is None or f'did you mean "{near}"' in message), message)
    r = exchange(server, request(body=json.dumps({"message": "x", "y" * 3000: 1})))[1]
    is_error(r, 400, "bad_request")
    check(len(r.body) < 300, "a long name is not repeated")
    check(exchange(server, request(path="/api/ban", body='{"who":"nobody-x","seconds":1,"reason":"r","idempotency_key":"f1"}'))[1].status == 200, "all known")


@row("P42", "the caller is gone before its answer")
def p42(server):
    ear = listener(server, "gone")
    for i in range(20):
        s = Sock(server)
        s.send(request(path="/api/publish", body='{"room":"gone","message":"x","idempotency_key":"once"}'))
        s.rst() if i % 2 else s.close()
    call(server, "publish", '{"room":"gone","message":"x","idempotency_key":"once"}')
    ear.message()
    nothing(ear)


@row("P43", "300 calls at once; clients notice nothing")
def p43(server):
    a, b = listener(server, "busy"), listener(server, "busy")
    socks = [Sock(server) for _ in range(300)]
    for s in socks:
        s.send(request(path="/api/publish", body='{"room":"other","message":"x"}'))
    a.send(text('{"message":"still here"}'))
    check(json.loads(b.message()[1])["message"] == "still here", "not delivered")
    seqs = sorted(json.loads(s.response().body)["results"][0]["seq"] for s in socks)
    check(seqs == list(range(seqs[0], seqs[0] + 300)), "a seq twice, or a hole")


@row("P43.cap", "10,000 calls at once where 1,000 connections fit: the rest get 503 or are closed; clients notice nothing",
     server=("api", {**OPTIONS, "max_connections": 1000}))
def p43_cap(server):
    a, b = listener(server, "busy"), listener(server, "busy")
    data, socks, answers = request(path="/api/publish", body='{"room":"other","message":"x"}'), [], {}
    for i in range(10000):
        s = socket.socket()
        s.settimeout(5)
        try:
            s.connect(("127.0.0.1", server.port))
            s.send(data)
        except OSError:
            pass   # closed at once
        socks.append(s)
        if i % 1000 == 999:
            a.send(text(json.dumps({"message": f"{i}"})))
            check(json.loads(b.message()[1])["message"] == f"{i}", "not delivered")
    for s in socks:
        try:
            status = s.recv(12)[9:]
        except OSError:
            status = b""
        answers[status] = answers.get(status, 0) + 1
        s.close()
    check(set(answers) == {b"200", b"503", b""} and answers[b"200"] >= 900 and answers[b"503"] >= 10, f"answers: {answers}")
    server.may_grow(4096)
    seqs = len(server.stats()) and call(server, "history", room="other", limit=1)["messages"][0]["seq"]
    check(seqs == answers[b"200"], f"{seqs} messages for {answers[b'200']} answers of 200")


@row("P44", "what came in is escaped where it is repeated")
def p44(server):
    nasty = '"}<script>\u2028é\\'
    s, r = exchange(server, request(path="/api/publish", body=json.dumps({"room": nasty, "message": "x"})))
    check(r.get("Content-Type") == "application/json" and r.get("X-Content-Type-Options") == "nosniff", "headers")
    check(json.loads(r.body)["results"][0]["room"] == nasty, "another room")
    e = call(server, "publish", {"room": nasty + "\n", "message": "x"}, 400)
    check("script" not in e["message"], "repeated in an error")


@row("P45", "nothing of a request becomes a header")
def p45(server):
    s, r = exchange(server, request(path="/api/publish?x=%0d%0aX-Evil:%20y", Origin="http://evil.test",
                                    X_Request_Id="evil", body='{"room":"evil","message":"evil"}'))
    check(not any("evil" in (n + v).lower() for n, v in r.headers), "echoed")


@row("P46", "paths that are nearly one")
def p46(server):
    for path in ("/api/publish/", "//api/publish", "/api//publish", "/%61pi/publish", "/api/%70ublish", "/api/publish;x",
                 "/api/publish%00", "/api/Publish", "/API/publish", "/api/./publish", "/api/../api/publish", "/api/", "/api"):
        s, r = exchange(server, request(path=path, body='{"room":"a","message":"x"}'))
        check(r.status in (400, 404, 405), f"{path}: {r.status}")


@row("P47", "absolute-form of another host")
def p47(server):
    check(exchange(server, request(path="http://b.test/api/broadcast"))[1].status == 400, "taken")
    check(exchange(server, request(path="http://a.test/api/broadcast"))[1].status == 200, "of our own")


@row("P48", "method overrides are ignored")
def p48(server):
    check(exchange(server, request(X_HTTP_Method_Override="DELETE"))[1].status == 200, "not ignored")


@row("P49", "upgrade headers on a call")
def p49(server):
    data = b"\r\n".join(wire.base("", "/api/stats") + [b"Authorization: Bearer " + enc(TOKEN)]) + b"\r\n\r\n"
    check(exchange(server, data)[1].status in (200, 400, 404), "upgraded")


@row("P50", "off without a token", ("api", {}))
def p50(server):
    for path in ("/api/stats", "/metrics", "/api/rooms"):
        check(exchange(server, request("GET", path, None))[1].status == 404, path)
    check(exchange(server, request())[1].status in (404, 405), "POST")
    r = exchange(server, request("GET", "/healthz", None, token=None))[1]
    check(r.status == 200 and json.loads(r.body) == {"status": "ok"}, "no /healthz")


# -- what the calls do

@row("PC.publish", "publish")
def publish(server):
    a, b, c = listener(server, "one"), v1(server, "one", "two"), listener(server, "two")
    r = call(server, "publish", {"room": "one", "message": "hi", "data": {"k": [1, None]}})["results"]
    check(r == [{"room": "one", "seq": r[0]["seq"], "delivered": 2}], f"{r}")
    check(json.loads(a.message()[1]) == {"message": "hi", "uid": NIL}, "to basic")
    m = hear(b)
    check(m["message"] == "hi" and m["uid"] == NIL and m["room"] == "one" and m["data"] == {"k": [1, None]}
          and m["seq"] == r[0]["seq"] and "type" not in m, f"to v1: {m}")
    nothing(c)
    uid = b.hello["uid"]
    r = call(server, "publish", {"rooms": ["one", "two", "nobody"], "message": "all", "except": [uid, "x"]})["results"]
    check([x["delivered"] for x in r] == [1, 1, 0], f"{r}")
    check(json.loads(a.message()[1])["message"] == json.loads(c.message()[1])["message"] == "all", "to both")
    nothing(b)
    r = call(server, "publish", {"room": "one", "message": "", "except_uid": uid})["results"]
    check(r[0]["delivered"] == 1 and json.loads(a.message()[1])["message"] == "", "an empty one")
    nothing(b, c)
    call(server, "publish", {"room": "one", "message": "x", "except": "y"}, 400, "bad_request")


@row("PC.broadcast", "broadcast")
def broadcast(server):
    a, b = listener(server), v1(server, "b")
    check(call(server, "broadcast", {"message": "to all", "data": 7}) == {"delivered": 2}, "count")
    check(json.loads(a.message()[1])["message"] == "to all", "basic")
    m = hear(b)
    check(m["message"] == "to all" and m["data"] == 7 and "seq" not in m, f"{m}")
    check(call(server, "broadcast", {"message": "but one", "except": [b.hello["uid"]]}) == {"delivered": 1}, "except")
    nothing(b)


@row("PC.send", "send")
def send(server):
    a1, a2, b, v = listener(server, user="anna"), v1(server, user="anna"), listener(server, user="bert"), v1(server)
    check(call(server, "send", {"user": "anna", "message": "m"}) == {"delivered": 2}, "user")
    check(json.loads(a1.message()[1]) == {"message": "m", "uid": NIL}, "basic")
    m = hear(a2)
    check(m["message"] == "m" and m["private"] is True and "room" not in m, f"{m}")
    nothing(b, v)
    check(call(server, "send", {"users": ["anna", "bert", "nobody"], "message": "m"}) == {"delivered": 3}, "users")
    for s in (a1, a2, b):
        s.message()
    uid = v.hello["uid"]
    check(call(server, "send", {"uid": uid, "message": "u"}) == {"delivered": 1}, "uid")
    check(hear(v)["message"] == "u", "uid")
    check(call(server, "send", {"uids": [uid, a2.hello["uid"], "x", NIL], "message": "u"}) == {"delivered": 2}, "uids")
    nothing(b)
    bad("send", {"message": "x"}, {"users": [], "message": "x"}, {"user": 1, "message": "x"}, {"users": [1], "message": "x"},
        {"user": "anna"}, {"user": "anna", "users": ["bert"], "message": "x"})(server)


@row("PC.edit", "edit and delete")
def edit(server):
    b = v1(server, "ed")
    seq = call(server, "publish", {"room": "ed", "message": "old"})["results"][0]["seq"]
    hear(b)
    check(call(server, "edit", {"room": "ed", "seq": seq, "text": "new"}) == {}, "edit")
    m = hear(b, "edit")
    check(m["seq"] == seq and m["text"] == "new", f"{m}")
    check(call(server, "history", room="ed")["messages"][-1]["message"] == "new", "history")
    check(call(server, "delete", {"room": "ed", "seq": seq}) == {}, "delete")
    check(hear(b, "delete")["seq"] == seq, "delete event")
    check("message" not in call(server, "history", room="ed")["messages"][-1], "still there")
    for name, more in (("edit", {"text": "x"}), ("delete", {})):
        call(server, name, {"room": "ed", "seq": seq + 1, **more}, 404, "history_unavailable")
        call(server, name, {"room": "never edited", "seq": 1, **more}, 404, "history_unavailable")
        bad(name, {"room": "ed", **more}, {"room": "ed", "seq": 0, **more}, {"room": "ed", "seq": 1.5, **more},
            {"room": "ed", "seq": "1", **more}, {"seq": 1, **more}, {"room": "", "seq": 1, **more})(server)
    bad("edit", {"room": "ed", "seq": seq}, {"room": "ed", "seq": seq, "text": 1})(server)


@row("PC.kick", "kick")
def kick(server):
    a, b, c = listener(server, user="carl"), v1(server, user="carl"), v1(server)
    check(call(server, "kick", {"user": "carl", "reason": "bye"}) == {"kicked": 2}, "user")
    check(a.message() == ("close", 4000, b"bye"), "basic")
    m = hear(b, "kick")
    check(m["reason"] == "bye" and m["retry"] is False, f"{m}")
    check(b.message() == ("close", 4000, b"bye"), "v1")
    check(call(server, "kick", {"uid": c.hello["uid"]}) == {"kicked": 1}, "uid")
    hear(c, "kick")
    check(c.message()[:2] == ("close", 4000), "uid")
    for s in (a, b, c):
        s.send(close(4000))
    check(call(server, "kick", {"user": "carl"}) == {"kicked": 0}, "nobody")
    check(call(server, "kick", {"uid": "x"}) == {"kicked": 0}, "no uid")
    bad("kick", {}, {"user": "a", "uid": "b"}, {"user": 1}, {"user": "a", "reason": "r" * 124}, {"user": "a", "reason": 1})(server)


def say(s, message, room=None):
    s.send(text(json.dumps({"message": message, "id": 1, **({"room": room} if room else {})})))
    return hear(s)


@row("PC.mute", "mute and unmute")
def mute(server):
    a, ear = v1(server, "m", user="dora"), listener(server, "m")
    check(call(server, "mute", {"who": "dora", "seconds": 60, "reason": "calm down"}) == {}, "mute")
    m = say(a, "x")
    check(m["type"] == "error" and m["code"] == "muted" and m["reason"] == "calm down", f"{m}")
    nothing(ear)
    check(call(server, "unmute", {"who": "dora"}) == {"lifted": True}, "unmute")
    check(call(server, "unmute", {"who": "dora"}) == {"lifted": False}, "again")
    check(say(a, "y")["type"] == "ack" and json.loads(ear.message()[1])["message"] == "y", "not lifted")
    call(server, "mute", {"who": a.hello["uid"], "seconds": 0.2, "room": "other"})
    a.send(text('{"message":"z"}'))
    check(json.loads(ear.message()[1])["message"] == "z", "muted in another room")
    call(server, "mute", {"who": "dora", "seconds": 0.1, "room": "m"})
    a.send(text('{"message":"q","id":9}'))
    check(hear(a)["code"] == "muted", "in its room")
    time.sleep(0.25)
    a.send(text('{"message":"r","id":10}'))
    check(hear(a)["type"] == "ack", "for its time only")
    bad("mute", {"who": "a"}, {"seconds": 1}, {"who": "", "seconds": 1}, {"who": "a" * 256, "seconds": 1},
        {"who": "a", "seconds": -1}, {"who": "a", "seconds": "1"}, {"who": "a", "seconds": 31536001},
        {"who": "a", "seconds": 1, "room": ""}, {"who": 1, "seconds": 1}, {"who": "a", "seconds": 1, "reason": "r" * 124})(server)
    bad("unmute", {}, {"who": ""}, {"who": "a", "room": 1})(server)


@row("PC.ban", "ban and unban")
def ban(server):
    a, b = listener(server, user="emil"), v1(server, user="emil")
    check(call(server, "ban", {"who": "emil", "seconds": 60, "reason": "spam"}) == {"kicked": 2}, "ban")
    check(a.message() == ("close", 4002, b"spam"), "basic")
    hear(b, "kick")
    check(b.message() == ("close", 4002, b"spam"), "v1")
    s = Sock(server)
    s.send(join(wire.base("", X_User="emil")))
    check(s.response().status == 403, "comes in")
    check(call(server, "unban", {"who": "emil"}) == {"lifted": True}, "unban")
    check(call(server, "unban", {"who": "emil"}) == {"lifted": False}, "again")
    listener(server, user="emil")
    check(call(server, "ban", {"who": "192.0.2.1", "seconds": 0}) == {"kicked": 0}, "address")
    check(call(server, "unban", {"who": "192.0.2.1"}) == {"lifted": True}, "address")
    bad("ban", {}, {"who": ""}, {"who": "a", "seconds": -1}, {"who": "a", "reason": "r" * 124})(server)
    bad("unban", {}, {"who": 1})(server)


@row("PC.slow_mode", "slow_mode")
def slow_mode(server):
    a = v1(server, "slow", user="f")
    check(call(server, "slow_mode", {"room": "slow", "seconds": 60}) == {}, "on")
    check(say(a, "1")["type"] == "ack", "first")
    a.send(text('{"message":"2","id":2}'))
    m = hear(a)
    check(m["type"] == "error" and m["code"] == "slow_mode" and m["retry"] > 50, f"{m}")
    call(server, "slow_mode", {"room": "slow", "seconds": 0})
    a.send(text('{"message":"3","id":3}'))
    check(hear(a)["type"] == "ack", "off")
    bad("slow_mode", {"room": "slow"}, {"seconds": 1}, {"room": "slow", "seconds": -1}, {"room": "slow", "seconds": "1"},
        {"room": "slow", "seconds": 86401})(server)


@row("PC.join", "join and leave")
def join_leave(server):
    a = v1(server, "j1")
    uid = a.hello["uid"]
    check(call(server, "join", {"uid": uid, "room": "j2"}) == {"joined": True}, "join")
    check(hear(a, "joined")["room"] == "j2", "not told")
    call(server, "publish", {"room": "j2", "message": "in"})
    check(hear(a)["message"] == "in", "not in")
    check(call(server, "leave", {"uid": uid, "room": "j2"}) == {"left": True}, "leave")
    check(hear(a, "left")["room"] == "j2", "not told")
    check(call(server, "leave", {"uid": uid, "room": "j2"}) == {"left": False}, "again")
    for name in ("join", "leave"):
        call(server, name, {"uid": NIL, "room": "j"}, 404, "no_such_client")
        call(server, name, {"uid": "x", "room": "j"}, 404, "no_such_client")
        bad(name, {"uid": uid}, {"room": "j"}, {"uid": uid, "room": ""}, {"uid": 1, "room": "j"})(server)


@row("PC.join_limit", "join over rooms_per_client", ("api", {"api_token": TOKEN, "rooms_per_client": 1}))
def join_limit(server):
    a = v1(server, "l1")
    check(call(server, "join", {"uid": a.hello["uid"], "room": "l2"}) == {"joined": False}, "joined")


@row("PC.close_room", "close_room")
def close_room(server):
    a, b = listener(server, "cl"), v1(server, "cl", "keep")
    check(call(server, "close_room", {"room": "cl"}) == {"left": 2}, "count")
    check(a.message()[:2] == ("close", 4000), "basic")
    a.send(close(4000))
    check(hear(b, "left")["room"] == "cl", "v1")
    check(call(server, "close_room", {"room": "cl"}) == {"left": 0}, "again")
    check("cl" not in [r["room"] for r in call(server, "rooms")["rooms"]], "still listed")
    bad("close_room", {}, {"room": ""}, {"room": 1})(server)


@row("PC.rooms", "rooms and members")
def rooms(server):
    a, b = listener(server, "r1"), v1(server, "r1", "r2", user="gus")
    got = {r.pop("room"): r for r in call(server, "rooms")["rooms"]}
    check(got["r1"] == {"members": 2, "present": 2} and got["r2"] == {"members": 1, "present": 1}, f"{got}")
    m = call(server, "members", room="r1")["members"]
    check(len(m) == 2 and {"uid": b.hello["uid"], "user": "gus"} in m, f"{m}")
    check([set(x) for x in m if x["uid"] != b.hello["uid"]] == [{"uid"}], f"{m}")
    check(call(server, "members", room="nobody") == {"count": 0, "members": []}, "nobody")
    check(len(call(server, "members", room="r%31")["members"]) == 2, "decoded")
    for query in ({}, {"room": ""}, {"room": "%00"}, {"room": "%ff"}, {"room": "a%0a"}, {"room": "x" * 256}):
        call(server, "members", None, 400, None, **query)


@row("PC.history", "history in pages")
def history(server):
    for i in range(1, 8):
        call(server, "publish", {"room": "h", "message": f"m{i}"})
    h = call(server, "history", room="h", limit=3)
    check([m["seq"] for m in h["messages"]] == [5, 6, 7] and h["more"] and h["seq"] == 7 and h["epoch"], f"{h}")
    h = call(server, "history", room="h", limit=3, before=5)
    check([m["message"] for m in h["messages"]] == ["m2", "m3", "m4"] and h["more"], f"{h}")
    h = call(server, "history", room="h", limit=3, before=2)
    check([m["seq"] for m in h["messages"]] == [1] and not h["more"], f"{h}")
    h = call(server, "history", room="h", after=5)
    check([m["seq"] for m in h["messages"]] == [6, 7] and not h["more"], f"{h}")
    h = call(server, "history", room="h", after=2, limit=2)
    check([m["seq"] for m in h["messages"]] == [3, 4] and h["more"], f"{h}")
    check(set(h["messages"][0]) >= {"message", "uid", "room", "seq", "time"}, f"{h}")
    check(call(server, "history", room="never")["messages"] == [], "never")
    for q in ({"limit": 0}, {"limit": 201}, {"limit": "x"}, {"limit": ""}, {"limit": "+1"}, {"before": -1}, {"after": "9" * 30}):
        call(server, "history", None, 400, "bad_request", room="h", **q)
    call(server, "history", None, 400, "bad_request", limit=1)


@row("PC.online", "online", ("api", {"api_token": TOKEN, "presence_grace": 0}))
def online(server):
    a, b = listener(server, user="ida"), listener(server, user="ida")
    check(call(server, "online", user="ida") == {"online": True, "connections": 2}, "two")
    for s in (a, b):
        s.send(close(1000))
        s.message()
        s.until_closed()
    end = time.monotonic() + 2
    while call(server, "online", user="ida") != {"online": False, "connections": 0}:
        check(time.monotonic() < end, "still online")
        time.sleep(0.05)
    call(server, "online", None, 400, "bad_request")
    call(server, "online", None, 400, "bad_request", user="")


@row("PC.stats", "stats")
def stats(server):
    before = call(server, "stats")
    check(isinstance(before["version"], str), "version")
    call(server, "broadcast", {"message": "x"})
    call(server, "broadcast", {}, 400)
    after = call(server, "stats")
    check(after["api_calls"] == before["api_calls"] + 3 and after["api_errors"] == before["api_errors"] + 1, "counters")


@row("PC.head", "HEAD of the calls that GET")
def head(server):
    for path in ("/api/rooms", "/api/stats", "/healthz", "/metrics"):
        s, r = exchange(server, request("HEAD", path, None), "HEAD")
        check(r.status == 200 and int(r.get("Content-Length")) > 5 and s.buf == b"", f"{path} {r.status}")


# -- hooks in a call: PHP may do anything

HOOKS = ("api", {"api_token": TOKEN, "drain_timeout": 1, "close_timeout": 0.5})


def with_hook(what, act):
    def go(server):
        a, b = v1(server, "hk"), v1(server, "hk")
        c = v1(server, "hk", user="kim")
        server.control(do="on leave", what=what)
        if act == "close_room":
            r = call(server, "close_room", {"room": "hk"})
            check(r == {"left": r["left"]} and 1 <= r["left"] <= 3, f"{r}")
        else:
            check(call(server, "kick", {"user": "kim"}) == {"kicked": 1}, "kick")
        if what in ("stop",):
            return  # it has an ending of its own
        server.control(do="on leave", what=None)
        errors = server.json("/counters")["error"]
        check(what != "throw" or any("on leave" in e for e in errors), f"onError: {errors}")
        server.control(do="forget errors")
        call(server, "stats")
    return go


for what in ("throw", "close all", "join again", "kick all", "close room", "publish"):
    for act in ("close_room", "kick"):
        row(f"PH.{act}.{what.replace(' ', '_')}", f"a hook that does {what!r} in {act}", HOOKS)(with_hook(what, act))


def with_end(what, act):
    def go(server):
        a, b = v1(server, "hk"), v1(server, "hk", user="kim")
        server.control(do="on leave", what=what)
        s = Sock(server)
        body = {"room": "hk"} if act == "close_room" else {"user": "kim"}
        s.send(request(path="/api/" + act, body=json.dumps(body)))
        for x in (a, b):
            x.close()
        while s.more():
            pass
        check(s.buf == b"" or s.buf.startswith(b"HTTP/1.1 200 "), f"{s.buf[:60]!r}")
        s.close()
        out, _ = server.proc.communicate(timeout=8)
        check(server.proc.returncode == (7 if what == "exit" else 0), f"{server.proc.returncode} {server.stderr()}")
        check(out == (b"" if what == "exit" else b"stopped\n"), f"{out!r}")
    return go


for what in ("exit", "stop"):
    for act in ("close_room", "kick"):
        row(f"PH.{act}.{what}", f"a hook that does {what!r} in {act}", HOOKS + (what + act,))(with_end(what, act))


# -- /metrics and /healthz

SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"\})? '
                    r'([0-9]+(?:\.[0-9]+)?(?:e[+-][0-9]+)?|\+Inf|NaN)')


def parse_metrics(body):
    """Strict: HELP, TYPE, then the samples of each family, no family twice."""
    check(body.endswith("\n"), "no line feed at the end")
    families, out, current, kind = set(), {}, None, None
    for line in body[:-1].split("\n"):
        m = re.fullmatch(r"# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)", line)
        if m and m[1] == "HELP":
            check(m[2] not in families, f"{m[2]} twice")
            families.add(m[2])
            current, kind = m[2], None
        elif m:
            check(m[2] == current and kind is None and m[3] in ("counter", "gauge", "histogram"), f"TYPE {line!r}")
            kind = m[3]
        else:
            m = SAMPLE.fullmatch(line)
            check(m and kind, f"line {line!r}")
            names = [current + e for e in ("_bucket", "_sum", "_count")] if kind == "histogram" else [current]
            check(m[1] in names, f"{m[1]} in family {current}")
            check(kind != "counter" or current.endswith("_total"), f"counter {current}")
            check((m[1], m[3]) not in out, f"{line!r} twice")
            out[m[1], m[3]] = float(m[4])
    for f in families:
        check(any(n.startswith(f) for n, _ in out), f"no sample of {f}")
    return out


def metrics(server):
    s, r = exchange(server, request("GET", "/metrics", None), "GET")
    check(r.status == 200 and r.get("Content-Type") == "text/plain; version=0.0.4; charset=utf-8", f"{r.status} {r.headers}")
    s.close()
    return parse_metrics(r.body.decode())


@row("PM.text", "/metrics is Prometheus text, and every figure of stats is there")
def metrics_text(server):
    m, s = metrics(server), call(server, "stats")
    for name in s:
        check(name == "version" or (f"chatroom_{name}", None) in m or (f"chatroom_{name}_total", None) in m, f"{name} missing")
    le = [(float(k[1].replace("+Inf", "inf")), v) for k, v in m.items() if k[0] == "chatroom_hook_seconds_bucket"]
    check(le == sorted(le) and [v for _, v in le] == sorted(v for _, v in le), "buckets are not cumulative")
    check(le[-1] == (float("inf"), m["chatroom_hook_seconds_count", None]), "the last bucket is not the count")


@row("PM.moves", "counters move, the histogram counts hooks")
def metrics_move(server):
    a = metrics(server)
    ear = listener(server, "mm")
    call(server, "publish", {"room": "mm", "message": "x"})
    ear.message()
    exchange(server, request(token="x"))
    for _ in range(5):
        server.json("/counters")  # onRequest: one hook each
    b = metrics(server)
    grown = {n: b[n, None] - a[n, None] for n in ("chatroom_handshakes_total", "chatroom_deliveries_total",
                                                  "chatroom_api_calls_total", "chatroom_api_unauthorized_total", "chatroom_clients")}
    check(grown == dict(zip(grown, (1, 1, 1, 1, 1))), f"{grown}")
    # 5 onRequest, onHandshake, onOpen, onJoin where it is hooked; clients of before may still leave
    hooks = b["chatroom_hook_seconds_count", None] - a["chatroom_hook_seconds_count", None]
    check(7 <= hooks <= 9, f"{hooks} hooks")
    check(b["chatroom_hook_seconds_sum", None] > a["chatroom_hook_seconds_sum", None], "no time")


@row("PM.slow", "a slow hook lands in its bucket")
def metrics_slow(server):
    def above(m):
        return m["chatroom_hook_seconds_count", None] - m["chatroom_hook_seconds_bucket", "0.01"]
    a = above(metrics(server))
    server.control(do="sleep", ms=30)
    check(above(metrics(server)) == a + 1, "not there")


@row("PM.drain", "/healthz while draining: 503", ("api", {"api_token": TOKEN, "drain_timeout": 3, "close_timeout": 2}, "own"))
def drain(server):
    stay = server.open()
    s = Sock(server)
    s.send(request("GET", "/healthz", None, token=None))
    check(s.response().status == 200, "healthy")
    s.send(b"GET /healthz HTTP/1.1\r\n")
    time.sleep(0.05)
    os.kill(server.proc.pid, signal.SIGTERM)
    check(stay.message()[:2] == ("close", 1001), "no drain")
    s.send(b"Host: a.test\r\n\r\n")
    check(s.response().status == 503, "healthy while draining")
    stay.send(close(1001))


def cases():
    for id, title, server, function in ROWS:
        # its descriptors are more than the select() of other rows takes
        yield (id, title, server, function) + (("alone-calls",) if id == "P43.cap" else ())
