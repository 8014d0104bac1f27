"""Catalogue 2E: what JSON can do to who parses it, D71 to D74, through each door there is: the
basic dialect, chatroom.v1 and the HTTP API, with a hook that takes every message to PHP. And
D76, what may come into the log."""

import json
import os
import re
import time

import v1
from api_rows import OPTIONS, lines
from wire import BINARY, PING, Server, Sock, check, close, enc, frame, head, join, text

ALL_DOORS = ("v1-hooks", OPTIONS)
ROWS = []


def add(id, title, go, server=ALL_DOORS):
    ROWS.append((id, title, server, go))


def post(server, call, body):
    s = Sock(server)
    s.send(join(lines(path="/api/" + call) + [b"Content-Length: %d" % len(body)], body))
    r = s.response()
    s.close()
    return r.status, json.loads(r.body)


def basic_says(server, payload):
    """What becomes of it: delivered, or the code of the Close."""
    s = server.open()
    s.send(text(payload) + frame(PING, b"after it"))
    have = s.message()
    s.close()
    return "delivered" if have == ("pong", b"after it") else have[1]


def v1_says(server, payload):
    c = member(server)
    c.send(payload)
    c.sock.send(frame(PING, b"after it"))
    have = c.sock.message()
    c.sock.close()
    if have[0] != "text":
        return "delivered" if have == ("pong", b"after it") else have[1]
    return json.loads(have[1])["code"]


def api_says(server, payload):
    status, answer = post(server, "broadcast", payload)
    return "delivered" if status == 200 else answer["error"]["code"]


def member(server, timeout=3.0):
    c = v1.Client(server, timeout=timeout)
    c.next("joined")
    return c


class Ears:
    """Who listens: one of each dialect, in the room that all three doors reach."""

    def __init__(self, server):
        self.server, self.basic, self.v1 = server, server.open(timeout=5), member(server, timeout=5)

    def heard(self):
        """Texts up to one that is sent now. Every frame is UTF-8 and JSON that Python takes without leniency."""
        post(self.server, "broadcast", b'{"message":"the end"}')
        out = []
        for sock in (self.basic, self.v1.sock):
            texts = []
            while not texts or texts[-1] != "the end":
                kind, payload = sock.message()[:2]
                check(kind == "text", f"a listener got {kind} {payload}")
                m = json.loads(payload.decode("utf-8"), parse_constant=lambda c: check(False, f"{c} was passed on"))
                check(isinstance(m["message"], str), f"a listener got {m}")
                texts.append(m["message"])
            out.append(texts[:-1])
        check(out[0] == out[1], f"the basic one heard {out[0]}, the other {out[1]}")
        return out[0]


def through_all(payloads, basic, in_v1, api):
    """Each payload at each door, with what it must come to there. Nobody hears a refused one."""
    def go(server, tag):
        ears, due = Ears(server), 0
        server.may_grow(2048)
        for payload in payloads:
            payload = enc(payload)
            for says, want in ((basic_says, basic), (v1_says, in_v1), (api_says, api)):
                have = says(server, payload)
                check(have == want, f"{says.__name__} {payload[:50]!r}: {have}, expected {want}")
                due += want == "delivered"
        heard = ears.heard()
        check(len(heard) == due, f"heard {heard}, expected {due} messages")
    return go


# -- D71: depth
DEEP = ["[" * 33 + "]" * 33, "[" * 60000, '{"a":' * 10000, '[{"a":' * 9000, '{"message":' * 33 + '"x"' + "}" * 33,
        '{"message":"x","data":' + "[" * 32 + "]" * 32 + "}", '{"message":"x","data":' + '{"a":' * 31 + "{}" + "}" * 32,
        '{"data":' + "[" * 60000, '{"message":"x","data":' + "[[{}," * 9000]
add("D71", "deeper than 32: refused, and no recursion", through_all(DEEP, 1007, "bad_json", "bad_json"))
add("D71.ok", "32 deep", through_all(['{"message":"x","data":' + "[" * 31 + "]" * 31 + "}"], *["delivered"] * 3))


def d71_stack(server, tag):
    """64 MiB of brackets on a stack of 64 KiB would not come far."""
    before = server.cpu_ns()
    for says in (basic_says, v1_says, api_says):
        for deep in (b"[" * 3000000, b'{"a":' * 600000):
            says(server, deep)
    server.may_grow(20000)
    server.check_cpu(before, 1.0, "six of 3 MB")


add("D71.big", "3 MB of brackets", d71_stack, ("v1-hooks", {**OPTIONS, "max_message_size": 4 << 20}))

# -- D72: what a parser lets through and a browser does not
NOT_JSON = ['{"message":"x","data":%s}' % v for v in (
    "NaN", "Infinity", "-Infinity", "nan", "-01", "01", "2.", ".5", "1.e3", "0x10", "+1", "'x'", "{'a':1}", "TRUE",
    '"a\nb"', '"a\tb"', '"\x01"', '"\\x41"', "[1,]", '{"a":1,}', "/**/1", "1 2")]
NOT_JSON += ['{"message":NaN}', "{'message':'x'}", '{"message":"x"}{"message":"y"}', '{"message":"x"}\0{"message":"y"}',
             '{"message":"x"}\0', '{"message":"a\0b"}', '\ufeff{"message":"x"}'.encode(), '{"message":"x"}\x0c']
NOT_UTF8 = [b'{"message":"x%b"}' % bytes.fromhex(x) for x in (
    "ff", "80", "c0af", "c080", "e08080", "eda080", "edb080", "eda080edb080", "f4908080", "f8888080", "e282")]
NOT_UTF8 += [b'{"message":"x","data":"\xed\xa0\x80"}', b'{"message":"x","\xff":1}', b'{"message":"x"}\xff']
add("D72", "not JSON, though some parsers take it: no listener is harmed",
    through_all(NOT_JSON, 1007, "bad_json", "bad_json"))
add("D72.2", "not UTF-8", through_all(NOT_UTF8, 1007, 1007, "bad_json"))


def d72_surrogates(server, tag):
    """JSON, but no text: they come as U+FFFD, in the message and in data."""
    ears = Ears(server)
    for escaped in ("\\ud800", "\\udc00", "\\ud800\\u0041", "\\udc00\\ud800", "\\udfff\\ud83d\\ude00"):
        for says in (basic_says, v1_says, api_says):
            body = b'{"message":"x%b"}' % enc(escaped)
            check(says(server, body) == "delivered", f"{says.__name__} {escaped}")
    heard = ears.heard()
    check(len(heard) == 15 and all(m[0] == "x" and "\ufffd" in m for m in heard), f"heard {heard}")


add("D72.3", "lone surrogates arrive as U+FFFD", d72_surrogates)


def d72_history(server, tag):
    """What comes back later is as clean as what came at once."""
    room = v1.room_name()
    a = member(server)
    a.join(room)
    for bad in NOT_JSON:
        bad = enc(bad)
        a.send(bad)
        a.error("bad_json")
        post(server, "publish", bad.replace(b"{", b'{"room":"%b",' % enc(room), 1))
    a.say("clean", room=room, data={"a": [1.5, None]})
    b = member(server)
    b.send({"type": "history", "room": room})
    check(b.error("not_joined"), "history for who is not in the room")
    b.send({"type": "join", "room": room, "history": 50})
    b.next("joined")
    check(v1.texts(b.drain()) == ["clean"], "something else is in the history")


add("D72.4", "and nothing of it is in the history", d72_history)


# -- D73: another type than the one that is meant
OTHERS = ["{}", "[]", "1", "1.5", "true", "false", "null", '["x"]', '[{"toString":"foo"}]', '{"toString":"foo"}',
          '{"0":"x","length":1}', '{"__proto__":"x"}']
add("D73", "message of another type", through_all(['{"message":%s}' % v for v in OTHERS], 1008, "bad_request",
                                                  "bad_request"))
add("D73.2", "something else than an object", through_all([v for v in OTHERS if v[0] != "{"], 1008, "bad_request",
                                                          "bad_request"))
FRAMES = [("type", "{}"), ("room", '{"message":"x"}'), ("to", '{"message":"x"}'), ("id", '{"message":"x"}'),
          ("room", '{"type":"join"}'), ("since", '{"type":"join","room":"lobby"}'), ("epoch", '{"type":"join","room":"lobby"}'),
          ("history", '{"type":"join","room":"lobby"}'), ("room", '{"type":"leave"}'), ("room", '{"type":"members"}'),
          ("room", '{"type":"history"}'), ("before", '{"type":"history","room":"lobby"}'),
          ("limit", '{"type":"history","room":"lobby"}'), ("room", '{"type":"typing"}'),
          ("name", '{"type":"signal","room":"lobby"}'), ("seq", '{"type":"read","room":"lobby"}'),
          ("seq", '{"type":"edit","room":"lobby","text":"x"}'), ("text", '{"type":"edit","room":"lobby","seq":1}'),
          ("seq", '{"type":"delete","room":"lobby"}')]
# a type of its own for each field, by what it may be
FITS = {"id": "1", "since": "1", "history": "1", "before": "1", "limit": "1", "seq": "1"}


def d73_fields(server, tag):
    """Of each kind of frame, each field: told apart, nothing delivered, still connected."""
    ears = Ears(server)
    c = member(server)
    for field, rest in FRAMES:
        for value in OTHERS:
            if value == FITS.get(field) or value == "null":
                continue
            payload = (rest[:-1] + ("," if rest != "{}" else "") + f'"{field}":{value}}}')
            c.send(payload)
            have = c.next()
            check(have.get("type") == "error" and have["code"] in ("bad_request", "unknown_type", "no_such_client", "bad_json"),
                  f"{payload}: {have}")
    c.say("still there")
    check(ears.heard() == ["still there"], "something was delivered")


add("D73.3", "each field of each frame of v1", d73_fields)


def d73_hello(server, tag):
    for field in ("token", "join", "resume"):
        for value in OTHERS:
            if (field, value) in (("join", "[]"), ("join", '["x"]')) or value == "null":
                continue
            c = v1.Client(server, greet=False)
            c.send('{"type":"hello","%s":%s}' % (field, value))
            c.sock.send(frame(PING, b"after it"))
            seen = []
            while not seen or seen[-1][0] not in ("pong", "close"):
                seen.append(c.sock.message())
            check(seen[0][0] in ("text", "close"), f"{field} {value}: {seen}")
            c.sock.close()


add("D73.4", "each field of hello", d73_hello)
CALLS = [("publish", {"room": "r", "message": "x"}, ("room", "message")), ("send", {"uid": "11111111-1111-4111-8111-111111111111", "message": "x"},
                                                                         ("message",)),
         ("kick", {"user": "u"}, ("user",)), ("mute", {"who": "u", "seconds": 1}, ("who", "seconds")), ("ban", {"who": "u"}, ("who",)),
         ("unban", {"who": "u"}, ("who",)), ("join", {"uid": "u", "room": "r"}, ("uid", "room")),
         ("close_room", {"room": "r"}, ("room",))]


def d73_calls(server, tag):
    ears = Ears(server)
    for call, body, fields in CALLS:
        for field in fields:
            for value in OTHERS:
                if field == "seconds" and value in ("1", "1.5"):
                    continue
                broken = json.dumps({**body, field: "@"}).replace('"@"', value)
                status, answer = post(server, call, enc(broken))
                check((status, answer.get("error", {}).get("code")) == (400, "bad_request"), f"{call} {broken}: {status} {answer}")
    check(ears.heard() == [], "something was delivered")


add("D73.5", "each field of the API's calls", d73_calls)


# -- D74: a count that a peer declares is no reason to allocate
def announced(data_of):
    """300 connections that announce much cost what 300 cost that announce little."""
    def weigh(server, n):
        before = server.anon()
        socks = []
        for _ in range(300):
            s = Sock(server)
            s.send(data_of(n))
            socks.append(s)
        server.exchange()
        time.sleep(0.05)
        grown = server.anon() - before
        for s in socks:
            s.rst()
            server.sockets.remove(s)
        server.quiet()
        return grown

    def go(server, tag):
        weigh(server, 100)   # what allocators keep
        little, much = weigh(server, 100), weigh(server, 65536)
        check(server.sanitized or much - little < 600,
              f"300 that announce 100 bytes: {little} KiB, 65,536 bytes: {much} KiB")
    return go


def upgraded(data):
    return join([b"GET /ws HTTP/1.1", b"Host: a.test", b"Upgrade: websocket", b"Connection: Upgrade",
                 b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", b"Sec-WebSocket-Version: 13"]) + data


# buffers of 64 KiB would be given back, not kept
WEIGHED = ("chat", {"api_token": OPTIONS["api_token"], "rate_limit": None, "_mmap": 16384})
add("D74.1", "a frame's length", announced(lambda n: upgraded(head(0x80 | BINARY, n, 16 if n < 65536 else 64) + b"x")), WEIGHED)
add("D74.2", "a fragment's length, behind another", announced(
    lambda n: upgraded(text("x", fin=False) + head(0, n - 1, 16) + b"x")), WEIGHED)
add("D74.3", "Content-Length", announced(lambda n: join(lines() + [b"Content-Length: %d" % n], b"{")), WEIGHED)
add("D74.4", "a chunk's size", announced(
    lambda n: join(lines() + [b"Transfer-Encoding: chunked"], b"%x\r\n{" % n)), WEIGHED)


# -- D75: the page that is compiled in; what a browser makes of it is tests/browser's
def d75(server, tag):
    for path, kind in (("/", "text/html"), ("/app.js", "text/javascript"), ("/chatroom.js", "text/javascript"), ("/style.css", "text/css")):
        r = server.get(path)
        check(r.status == 200 and r.get("Content-Type").startswith(kind), f"{path}: {r.status} {r.get('Content-Type')}")
        policy = dict(d.strip().split(" ", 1) for d in r.get("Content-Security-Policy").split(";"))
        check(policy.pop("default-src") == "'none'" and policy.pop("script-src") == "'self'", f"{path}: {policy}")
        check(policy.pop("base-uri") == policy.pop("frame-ancestors") == policy.pop("form-action") == "'none'", f"{path}: {policy}")
        check(policy.pop("img-src") == "'self' data:" and policy.pop("style-src") == "'self'", f"{path}: {policy}")
        check(policy == {"connect-src": "'self' ws: wss:"}, f"{path}: {policy}")
        check(r.get("X-Content-Type-Options") == "nosniff", f"{path}: sniffable")
    r = server.get("/%3Cimg%20src=x%20onerror=alert(1)%3E")
    check(r.status == 404 and b"<" not in r.body and r.get("Content-Security-Policy") == "default-src 'none'", "a page of what came in")


add("D75", "the page runs its own scripts only; what came in is not markup of ours", d75, ("chat", {"rate_limit": None, "demo": True}))

# -- D76: the log is lines, whatever comes
HOSTILE = ["a\r\nb", "\x1b[2J\x1b]0;x\x07", "a\0b", "\u202etxt.exe", "\u2066x\u2069", "\x9b31m", "\u0085", "\x7f\x08"]
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ chatroom (debug|info|warning|error): [^\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]*")


def odd_folder():
    """With a file that is too large, so that its name is logged when somebody asks for it."""
    root = os.path.join(Server.log_dir, "odd")
    os.makedirs(root, exist_ok=True)
    with open(os.path.join(root, "a\u202eb"), "wb") as f:
        f.truncate(17 << 20)
    return root


def d76(server, tag):
    for bad in HOSTILE:
        raw = bad.encode()
        for field in (b"User-Agent", b"Origin", b"Sec-WebSocket-Protocol", b"Host", b"X-Forwarded-For", b"Cookie"):
            s = Sock(server)
            s.send(upgraded(b"").replace(b"Host: a.test", field + b": " + raw if field == b"Host" else
                                         b"Host: a.test\r\n" + field + b": " + raw))
            s.more()
            s.rst()
        for target in (b"/" + raw, b"/ws?room=" + raw, b"/ws?room=" + b"".join(b"%%%02x" % c for c in raw),
                       b"/" + b"".join(b"%%%02x" % c for c in raw)):
            s = Sock(server)
            s.send(upgraded(b"").replace(b"/ws", target, 1))
            s.more()
            s.rst()
        for data in (text(json.dumps({"message": bad})), text(bad), frame(BINARY, raw), close(1000, raw), close(4999, raw),
                     frame(PING, raw), raw):
            s = server.open()
            s.send(data)
            s.send(frame(PING, b"x"))
            s.more()
            s.rst()
        c = v1.Client(server)
        c.send({"type": bad, "id": bad, "room": bad}, {"type": "join", "room": bad}, {"type": "hello", "token": bad})
        c.drain()
        c.sock.rst()
        post(server, "kick", json.dumps({"user": "u" + bad, "reason": bad, "idempotency_key": bad}).encode())
    r = server.get("/a%E2%80%AEb")
    check(r.status == 404, f"the file was answered {r.status}")
    log = server.all_stderr()
    check("a\\xe2\\x80\\xaeb is larger" in log, f"no line about the file: {log[-300:]!r}")
    for line in log.split("\n")[:-1]:
        check(LINE.fullmatch(line), f"no line of the log: {line!r}")


add("D76", "control characters and what turns text round, from everywhere: one record, one line", d76,
    ("v1", {"api_token": OPTIONS["api_token"], "log": "stderr", "log_level": "debug", "public": "odd"}))


def cases():
    for id, title, server, go in ROWS:
        options = dict(server[1])
        if "public" in options:
            options["public"] = odd_folder()
        yield id, title, (server[0], options), (lambda server, go=go, id=id: go(server, id)), "poison"
