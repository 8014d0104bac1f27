"""Catalogue 2A and 2C: defects others had, D01 to D13 and D40 to D54.

Where a row of part 3 asks the same, its function is used again; what must hold
after a case (wire.Server.after_case) holds here as everywhere.

A row is (id, title, function(server, tag), server, group)."""

import os
import random
import time

from frame_rows import BAD, ECHO, POLICY, TOO_BIG, closed, got, h, run
from http_rows import (HOSTS, TAG, accepted, b, first, h98, is_refused, plus, raw, refused)
from wire import (BINARY, CONT, PING, TEXT, Server, Sock, check, close, enc, frame, head, join, text)

MAX = 65536
CHAT = ("chat", {"rate_limit": None})
LONG = ("echo", {"rate_limit": None, "max_message_size": 1 << 20, "max_fragments": 1000000})
ROWS = []


def add(id, title, go, server=ECHO, group=None):
    ROWS.append((id, title, go, server, group or "D"))


def frames(id, title, sends, expects, server=ECHO):
    add(id, title, run(sends, expects), server)


def http(id, title, data, expect, server=ECHO):
    add(id, title, lambda server, tag: expect(server, tag, data.replace(TAG.encode(), tag.encode())), server)


# -- 2A: lengths
frames("D01", "1 byte, then a continuation of 2^63-1", [h("0181m 61"), h("00ff7fffffffffffffffm")], TOO_BIG)
frames("D01.2", "1 byte, then a continuation that brings the sum to 2^64", [h("0181m 61"),
    h("00ffffffffffffffffffm")], BAD)


def d02(server, tag):
    before = server.cpu_ns()
    for i in range(50):
        run([h("82ff8000000000000000m")], BAD)(server, f"{tag}.{i}")
    server.check_cpu(before, 0.25, "50 such frames")


add("D02", "length 2^63: 1002 at once, no loop", d02)
for i, n in enumerate(["ffffffffffffffff", "fffffffffffffffd", "fffffffffffffff1", "8000000000000001"], 1):
    frames(f"D03.{i}", f"length {n}", [h("82ff" + n + "m")], BAD)
for i, n in enumerate(["7ffffffffffffff7", "7ffffffffffffff1", "7fffffffffffffff", "0100000000000000"], 5):
    frames(f"D03.{i}", f"length {n}", [h("82ff" + n + "m")], TOO_BIG)
for i, n in enumerate([2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**32 + 5, 2**33 + 125], 1):
    frames(f"D04.{i}", f"text of {n}", [head(0x81, n, 64) + b"Hello"], TOO_BIG)
    frames(f"D04.{i}c", f"continuation of {n}", [text("a", fin=False), head(0x80, n, 64) + b"Hello"], TOO_BIG)
for n in [125, 126, 1000, 65535]:
    server = ("echo", {"rate_limit": None, "max_message_size": n})
    frames(f"D05.{n}", f"max_message_size {n}: exactly", [text("x" * n)], [got(b"x" * n)], server)
    long = head(0x81, n + 1, 16 if n < 65535 else 64)
    frames(f"D05.{n}x", f"max_message_size {n}: one more, header only", [long], TOO_BIG, server)
frames("D05.max", "65,537 announced, nothing sent", [head(0x82, MAX + 1, 64)], TOO_BIG)
KIB = frame(CONT, b"k" * 1024, fin=False)
frames("D06", "the 65th KiB's header", [text("k" * 1024, fin=False) + KIB * 63, head(0, 1024, 16)], TOO_BIG)
frames("D06.ok", "64 KiB in 64 frames", [text("k" * 1024, fin=False) + KIB * 62 + frame(CONT, b"k" * 1024)],
       [got(b"k" * MAX)])


# -- fragments: counted, cheap, linear
def endless(part, times, cpu):
    """A peer that goes on after the Close gets a reset; the Close is read before."""
    def go(server, tag):
        before, start = server.rss(), server.cpu_ns()
        s = server.open(tag, timeout=5)
        s.send_some(text("x", fin=False) + part * times, 5)
        have = s.message()
        check(have[:2] == ("close", 1008), f"got {have[:2]}, expected Close 1008")
        s.until_closed()
        c = server.case(tag)
        check(c["open"] == 1 and [x[0] for x in c["close"]] == [1008] and c["text"] == 0, f"callbacks: {c}")
        server.check_cpu(start, cpu, f"{times} fragments")
        server.check_growth(before, 1024, f"{times} fragments")
    return go


ONE, NONE = frame(CONT, b"x", fin=False), h("0080m")
add("D07", "200,000 fragments of one byte", endless(ONE, 200000, 1.0))


def d07_memory(server, tag):
    """One short of the limit, and they stay."""
    before, n = server.anon(), 200
    socks = [server.open() for _ in range(n)]
    for s in socks:
        s.send(text("x", fin=False) + ONE * 1022)
    server.exchange()
    each = (server.anon() - before) / n
    check(server.sanitized or each < 16, f"{each:.1f} KiB per client with 1,023 fragments of one byte")


add("D07.2", "200 clients with 1,023 fragments each: memory", d07_memory)
add("D08", "10^6 empty fragments", endless(NONE, 1000000, 1.0))
frames("D08.2", "1,023 empty fragments and an end", [text("", fin=False) + NONE * 1022 + frame(CONT)], [got(b"")])
frames("D08.3", "empty and others count alike", [text("x", fin=False) + (NONE + ONE) * 512], POLICY)


def linear(server, tag, what, n, tries=4):
    """The least of some runs each: what disturbs only ever adds."""
    def least(size):
        best = None
        for _ in range(tries):
            before = server.cpu_ns()
            what(server, size)
            took = server.cpu_ns() - before
            best = took if best is None or took < best else best
        return best

    what(server, n)
    for _ in range(3):
        one, two = least(n), least(2 * n)
        if two < 2.5 * one:
            return
    check(server.sanitized,
          f"{n} take {one / 1e6:.1f} ms of CPU, {2 * n} take {two / 1e6:.1f} ms: {two / one:.2f} times as much")


def in_fragments(server, n):
    s = server.open(timeout=10)
    s.send(text("x", fin=False) + ONE * (n - 2) + frame(CONT, b"x"))
    check(s.message() == ("text", b"x" * n), "not the message")
    s.rst()


def segments(server, ready, rest):
    """What each byte of rest costs that comes by itself, when ready is there already. Waits in
    between, else the kernel would hand over many at once."""
    best = None
    for _ in range(3):
        s = Sock(server, timeout=5)
        s.send(ready)
        time.sleep(0.05)
        before = server.cpu_ns()
        for c in rest:
            s.s.send(bytes([c]))
            time.sleep(0.0001)
        took = server.cpu_ns() - before
        best = took if best is None or took < best else best
        s.rst()
        server.sockets.remove(s)
    return best


def alike(server, little, much, rest):
    for _ in range(6):  # others on the machine only make it look worse
        one, two = segments(server, little, rest), segments(server, much, rest)
        if two < 1.4 * one:
            return
    check(server.sanitized,
          f"{two / one:.2f} times the CPU for a byte when {len(much)} came before it, not {len(little)}")


def in_segments(server, tag):
    def begun(n):
        return join(b_plain()) + head(0x81, 1000000, 64) + "\u4e16".encode() * (n // 3)

    alike(server, begun(3000), begun(990000), "\u4e16".encode() * 500)


def fragments_in_segments(server, tag):
    def begun(n):
        return join(b_plain()) + text("x", fin=False) + frame(CONT, b"x" * n, False)

    alike(server, begun(1000), begun(900000), ONE * 200)


def head_in_segments(server, tag):
    def begun(n):
        return join(b_plain() + [b"X-A: " + b"a" * min(n, 8000), b"X-B: " + b"b" * max(n - 8000, 1)])[:-2] + b"X-C: "

    alike(server, begun(100), begun(14500), b"c" * 1200)


def b_plain(**change):
    return [x for x in b(**change) if not x.startswith(b"X-Tag")]


frames("D09", "64 KiB in 65,536 fragments", [text("x", fin=False) + ONE * 65534 + frame(CONT, b"x")],
       [got(b"x" * MAX)], LONG)
add("D09.1", "fragments of one byte: CPU is linear", lambda s, t: linear(s, t, in_fragments, 200000), LONG,
    "alone-cpu")
add("D09.2", "segments of one byte cost the same at the end of a message", in_segments, LONG, "alone-cpu")
add("D09.3", "the same at the end of a head", head_in_segments, LONG, "alone-cpu")
add("D09.4", "the same in fragments of one byte", fragments_in_segments, LONG, "alone-cpu")

# -- states
frames("D10.1", "an empty last continuation first", [h("8080m")], BAD)
frames("D10.2", "a last continuation first", [h("8081m 78")], BAD)
frames("D10.3", "a continuation after a ping", [frame(PING, b"p") + h("8081m 78")], [("pong", b"p"), closed(1002)])
frames("D10.4", "a continuation after a whole message", [text("one") + h("8080m")], [got(b"one"), closed(1002)])
PARTS = [text("\u4f60", fin=False), frame(CONT, b"12", False), frame(CONT, b"", False), frame(CONT, b"end")]
WHOLE = "\u4f60".encode() + b"12end"
for i in range(1, 4):
    with_ping = PARTS[:i] + [frame(PING, b"in")] + PARTS[i:]
    frames(f"D11.{i}", f"a ping before fragment {i + 1}", with_ping, [("pong", b"in"), got(WHOLE)])
    frames(f"D11.{i}s", f"the same in one segment", [b"".join(with_ping)], [("pong", b"in"), got(WHOLE)])
frames("D11.4", "a ping and a pong within a character", [frame(TEXT, b"\xe4", False), frame(PING, b"1"), frame(10,
    b"\xff" * 125),
       frame(CONT, b"\xbd", False), frame(PING, b"2"), frame(CONT, b"\xa0")], [("pong", b"1"), ("pong", b"2"),
           got("\u4f60".encode())])


def mutant(rng, seeds):
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(data)) if data else 0
        how = rng.randrange(5)
        if how == 0 and data:
            data[at] ^= 1 << rng.randrange(8)
        elif how == 1 and data:
            data[at] = rng.randrange(256)
        elif how == 2:
            del data[at:at + rng.randint(1, 4)]
        elif how == 3:
            data[at:at] = rng.randbytes(rng.randint(1, 4))
        else:
            data[at:at] = data[at:at + rng.randint(1, 16)]
    return bytes(data)


def d12(connections, each):
    """What comes back are well-formed frames (read by Sock.message), a Close with a code
    that may be sent, and the end."""
    mask = b"\x37\xfa\x21\x3d"
    seeds = [text("Hello", mask=mask), text('{"message":"hi"}', mask=mask), frame(BINARY, bytes(range(40)),
        mask=mask),
             frame(PING, b"ping", mask=mask), frame(10, b"", mask=mask), close(1000, b"bye"),
             text("ab", False, mask) + frame(CONT, b"cd", mask=mask), text("x" * 200, mask=mask),
             frame(TEXT, b"ab\xe4", False, mask) + frame(PING, b"p", mask=mask) + frame(CONT, b"\xbd\xa0", mask=mask)]

    def go(server, tag):
        rng = random.Random(12)
        codes = {}
        for _ in range(connections):
            s = server.open(timeout=5)
            s.send(b"".join(mutant(rng, seeds) for _ in range(each)))
            try:
                s.fin()
            except OSError:
                pass
            code = None
            while s.buf or s.more():
                have = s.message()
                check(code is None, f"{have[:2]} after Close")
                if have[0] == "close":
                    code = have[1]
                    check(code in (1000, 1002, 1003, 1005, 1007, 1008, 1009, 1010, 1011, 1001, 1012, 1013, 1014)
                          or 3000 <= code <= 4999, f"Close {code}")
            codes[code] = codes.get(code, 0) + 1
            s.close()
            server.sockets.remove(s)
        check(codes.get(1002, 0) > connections // 4, f"hardly anything was refused: {codes}")
    return go


add("D12", "100,000 mutations of frames, to the echo", d12(2000, 50))
add("D12.2", "20,000 mutations of frames, to the chat", d12(400, 50), CHAT)
for i, first_byte in enumerate([0x81, 0x82, 0x89, 0x8A, 0x88, 0x01], 1):
    frames(f"D13.{i}", f"no mask, first byte {first_byte:02x}", [bytes([first_byte, 5]) + b"\x03\xe8abc"], BAD)
frames("D13.7", "no mask within a fragmented message", [text("a", fin=False), b"\x80\x01b"], BAD)

# -- 2C: Origin and Host
FOREIGN = ["http://b.test", "null", "file://", "http://a.test.evil", "http://evil/#a.test", "http://a.test@evil",
           "http://u@a.test",
           "http://a:b", "http://a.test:b", "http://a.test:99999", "//a.test", "a.test", "http://[::1",
           "javascript:0", "http://*"]
for i, origin in enumerate(FOREIGN, 1):
    http(f"D40.{i}", f"Origin {origin}", raw(b(Origin=origin)), refused(403))
http("D40.open", "the same with origins *", raw(b(Origin="http://evil.test")), accepted, ("echo", {"origins": ["*"]}))
for i, host in enumerate(["evil.test", "evil.test:8080", "a.test.evil.test"], 1):
    http(f"D41.h{i}", f"allowed_hosts: Origin and Host agree on {host}", raw(b(Host=host, Origin="http://" + host)),
         refused(421), HOSTS)


# -- a second request behind a refused one
def never_parsed(lines, statuses, between=b""):
    """Behind it stands a request that would be seen: a broadcast to a client that waits."""
    def go(server, tag):
        s, w = Sock(server), server.open()
        evil = join([b"GET /control HTTP/1.1", b"Host: a.test", b'X-Do: {"do":"broadcast","hex":"62"}'])
        requests = server.stats()["requests"]
        s.send(raw(lines).replace(TAG.encode(), tag.encode()) + between + evil)
        is_refused(s, statuses)
        w.send(close(1000))   # its answer must be the first that w gets
        check(w.message()[:2] == ("close", 1000), "the second request was answered")
        # the refused one, stats() above and stats() here
        seen = server.stats()["requests"] - requests
        check(seen == 2, f"{seen - 1} requests were answered, expected 1")
    return go


add("D42.1", "foreign Origin, GET /control behind it", never_parsed(b(Origin="http://b.test"), (403,)), CHAT)
add("D42.2", "Version 8, GET /control behind it", never_parsed(b(Sec_WebSocket_Version="8"), (426,)), CHAT)
add("D42.3", "no Key, GET /control behind it", never_parsed(b(Sec_WebSocket_Key=None), (400,)), CHAT)
add("D42.4", "bad room, GET /control behind it", never_parsed(b("/ws?room="), (400,)), CHAT)
add("D42.5", "foreign Host, GET /control behind it", never_parsed(b(Host="u@a.test"), (400,)), CHAT)
http("D43", "Connection names X-Forwarded-For", raw(b(Connection="Upgrade, X-Forwarded-For",
                                                      X_Forwarded_For="10.0.0.1")), h98)
http("D43.2", "Connection names Origin, which is foreign", raw(b(Connection="Upgrade, Origin",
    Origin="http://b.test")), refused(403))
http("D43.3", "Connection names Host", raw(b(Connection="Upgrade, Host", Host=None)), refused(400))
FRAME = text("x")
add("D44.1", "Content-Length and a frame", never_parsed(b(Content_Length=str(len(FRAME))), (400,), FRAME), CHAT)
add("D44.2", "chunked and a frame", never_parsed(b(Transfer_Encoding="chunked"), (400,), FRAME), CHAT)
add("D44.3", "Content-Length that covers the next request", never_parsed(b(Content_Length="100"), (400,)), CHAT)


# -- slow patterns
def quick(lines, statuses, times=50):
    def go(server, tag):
        before = server.cpu_ns()
        for _ in range(times):
            s = Sock(server)
            s.send(join(lines))
            while b"\r\n" not in s.buf and s.more():
                pass
            status = int(s.buf[9:12])
            check(status in statuses, f"status {status}")
            s.rst()
            server.sockets.remove(s)
        time.sleep(0.05)
        server.check_cpu(before, times * 0.001, f"{times} times")
    return go


for i, (title, change, statuses) in enumerate([
        ("Protocol b, 8,000 SP, x", {"Sec_WebSocket_Protocol": "b" + " " * 8000 + "x"}, (400,)),
        ("Protocol b, 16,000 SP, x", {"Sec_WebSocket_Protocol": "b" + " " * 16000 + "x"}, (431,)),
        ("Protocol of 4,000 commas", {"Sec_WebSocket_Protocol": "," * 4000}, (400,)),
        ("Protocol of 1,600 tokens", {"Sec_WebSocket_Protocol": ",".join(f"{i:x}" for i in range(1600))}, (101, 400)),
        ("Extensions with an unclosed quote and \\c 4,000 times",
         {"Sec_WebSocket_Extensions": 'a;b="' + "\\c" * 4000}, (101, 400)),
        ("Extensions a with 4,000 parameters", {"Sec_WebSocket_Extensions": "a" + ";b" * 4000}, (101, 400)),
        ("Extensions a, 4,000 times", {"Sec_WebSocket_Extensions": "a," * 4000}, (101, 400)),
        ("Extensions constructor, __proto__", {"Sec_WebSocket_Extensions": "constructor, __proto__"}, (101,)),
        ("Origin of 8,000 bytes", {"Origin": "http://" + "a." * 3990}, (403,)),
        ("Connection of 4,000 tokens", {"Connection": "a," * 4000 + "Upgrade"}, (101, 400))], 1):
    add(f"D45.{i}", title + ": under 1 ms each", quick(b_plain(**change), statuses), ECHO, "alone-cpu")


# -- headers of the script's
def injected(name, value):
    def go(server, tag):
        r = server.get("/header", X_Name=name.hex(), X_Value=value.hex())
        check(r.status == 500, f"status {r.status}, expected 500")
        check(r.get("X-Injected") is None and b"X-Injected" not in r.body, "header injection")
        errors = server.json("/counters")["error"]
        check(len(errors) == 1, f"onError: {errors}")
        server.control(do="forget errors")
    return go


SCRIPT = ("auth", {"rate_limit": None, "backlog": 100})
for i, bad in enumerate([b"\r\n", b"\r", b"\n", b"\0", b"\x7f", b"\x01"], 1):
    add(f"D46.{i}", f"the script's header value with {bad!r}", injected(b"X-A", b"a" + bad + b"X-Injected: b"),
        SCRIPT)
    add(f"D46.{i}n", f"the script's header name with {bad!r}", injected(b"X-A" + bad + b"X-Injected", b"b"), SCRIPT)
for i, name in enumerate([b"", b"X A", b"X:A", b"Content-Length", b"Transfer-Encoding", b"Connection"], 7):
    add(f"D46.{i}", f"the script's header name {name!r}", injected(name, b"1"), SCRIPT)
http("D46.p", "no protocol is echoed that nobody speaks", raw(b(Sec_WebSocket_Protocol="evil, x")), accepted)
for i, v in enumerate(["0xd", "1.3e1", "013", "+13", "13.0", "13 13", "\u0661\u0663".encode()], 1):
    http(f"D47.{i}", f"Version {v!r}", raw(b(Sec_WebSocket_Version=v)), refused(400, 426))

# -- smuggling: how long is the body?
POST = [b"POST /control HTTP/1.1", b"Host: a.test", b'X-Do: {"do":"stats"}']
LENGTHS = [("two lengths", ["Content-Length: 5", "Content-Length: 6"]), ("two equal lengths", ["Content-Length: 5",
    "Content-Length: 5"]),
           ("both", ["Content-Length: 5", "Transfer-Encoding: chunked"]), ("a list", ["Content-Length: 5, 5"]),
           ("empty", ["Content-Length:"]),
           ("space", ["Content-Length:  "]), ("plus", ["Content-Length: +5"]), ("minus", ["Content-Length: -5"]),
           ("hex", ["Content-Length: 0x5"]),
           ("two words", ["Content-Length: 5 5"]), ("trailing letters", ["Content-Length: 5abc"]), ("2^64+5",
               [f"Content-Length: {2**64 + 5}"]),
           ("20 nines", ["Content-Length: " + "9" * 20]), ("empty name before", [": x", "Content-Length: 5"]),
           ("space before the colon", ["Content-Length : 5"]), ("folded", ["Content-Length:", " 5"]),
           ("underscore and dash", ["Content-Length: 5", "Content-Length: 0"])]
CODINGS = ["xchunked", "chunked, identity", "identity, chunked", "chunked, chunked", "gzip, chunked", "\x0bchunked",
           "chunked\0", '"chunked"', "identity",
           "chunked;a=b", "chunked x", ""]
for i, (name, lines) in enumerate(LENGTHS, 1):
    add(f"D48.{i}", f"length: {name}", never_parsed(POST + [enc(x) for x in lines], (400, 413), b"hello"), CHAT)
for i, coding in enumerate(CODINGS, 1):
    add(f"D48.t{i}", f"Transfer-Encoding: {coding!r}", never_parsed(POST + [b"Transfer-Encoding: " + enc(coding)],
        (400, 501), b"5\r\nhello\r\n0\r\n\r\n"), CHAT)
add("D48.te", "two Transfer-Encodings", never_parsed(POST + [b"Transfer-Encoding: chunked"] * 2, (400, 501),
                                                     b"0\r\n\r\n"), CHAT)
add("D48.10", "Transfer-Encoding in HTTP/1.0",
    never_parsed([b"POST /control HTTP/1.0"] + POST[1:] + [b"Transfer-Encoding: chunked"], (400, 501, 505),
                 b"0\r\n\r\n"), CHAT)
for i, chunk in enumerate([b"0x5", b"+5", b"-5", b" 5", b"0_2e", b"", b"g", b"f" * 16, b"0" * 17 + b"5", b"5 5",
                           b"5\n"], 1):
    add(f"D48.c{i}", f"chunk size {chunk!r}", never_parsed(POST + [b"Transfer-Encoding: chunked"], (400, 413, 501),
        chunk + b"\r\nhello\r\n0\r\n\r\n"), CHAT)


# -- gone early
def d49(cut, reset):
    def go(server, tag):
        data = raw(b()).replace(TAG.encode(), tag.encode())
        for _ in range(40):
            s = Sock(server)
            s.send(data if cut is None else data[:cut])
            if reset:
                s.rst()
            else:
                s.close()
        time.sleep(0.05)
        c = server.case(tag, closed=False)
        check(cut is None or c is None, f"a callback for less than a request: {c}")
        check(c is None or c["open"] <= 40, f"callbacks: {c}")
    return go


LINE = len(b()[0]) + 2
for i, (cut, title) in enumerate([(0, "nothing"), (1, "one byte"), (LINE, "the request line"),
                                  (-2, "all but the last CRLF"), (None, "everything")], 1):
    add(f"D49.{i}", f"reset after {title}", d49(cut, True))
    add(f"D49.{i}f", f"closed after {title}", d49(cut, False))


def d50(server, tag):
    """The default: a warning, and the server goes on; that client too."""
    s = server.open(tag)
    for i in range(3):
        s.send(text("x"))
    s.send(frame(PING, b"p"))
    check(s.message() == ("pong", b"p"), "the client suffers")
    s.send(frame(3, b"x"))
    check(s.message()[:2] == ("close", 1002), "no Close")
    s.until_closed()
    check("thrown by onText" in server.stderr(), f"nothing was said of the exception: {server.stderr()}")


add("D50", "exceptions and no onError", d50, ("throws", {"rate_limit": None}))


# -- files
def public():
    """A folder with what must not be served next to what may be."""
    root = os.path.join(Server.log_dir, "public")
    os.makedirs(os.path.join(root, "a"), exist_ok=True)
    for name, body in [("index.html", "index"), ("a/b.txt", "file b"), (".secret", "SECRET"), ("a/.secret",
        "SECRET"), ("../outside.txt", "SECRET")]:
        with open(os.path.join(root, name), "w") as f:
            f.write(body)
    for name, to in [("link", "/etc/passwd"), ("links", "/etc"), ("up", ".."), ("a/link.txt", "../.secret"),
                     ("inner", "a/b.txt")]:
        if not os.path.islink(os.path.join(root, name)):
            os.symlink(to, os.path.join(root, name))
    if not os.path.exists(os.path.join(root, "pipe")):
        os.mkfifo(os.path.join(root, "pipe"))
    return root


def d51(target, statuses):
    def go(server, tag):
        s = Sock(server)
        s.send(join([b"GET " + enc(target) + b" HTTP/1.1", b"Host: a.test", b"Connection: close"]))
        r = s.response()
        check(r.status in statuses, f"status {r.status}, expected {statuses}")
        check(b"root:" not in r.body and b"SECRET" not in r.body, "a file from outside")
        check(statuses != (200,) or r.body in (b"index", b"file b"), f"body {r.body[:40]!r}")
        s.until_closed()
    return go


TRAVERSAL = ["/../../etc/passwd", "/../outside.txt", "/%2e%2e/outside.txt", "/%2e%2e%2foutside.txt",
             "/..%2foutside.txt", "/.%2e/outside.txt",
             "/a/../../outside.txt", "/a/%2e%2e/%2e%2e/outside.txt", "/%2f%2e%2e%2f%2e./.%2e/etc/passwd",
             "/a/..%5c..%5coutside.txt",
             "/..\u005coutside.txt".replace("\\", "%5c"), "/%252e%252e/outside.txt", "/%c0%ae%c0%ae/outside.txt",
             "/a/../b.txt", "/./index.html",
             "/%2e/index.html", "//etc/passwd", "//index.html", "/a//b.txt", "/index.html%00.txt", "/%00",
             "/index.html%0a", "/.secret", "/a/.secret",
             "/%2esecret", "/link", "/links/passwd", "/up/outside.txt", "/a/link.txt", "/inner", "/pipe",
             "/index.html/", "/index.html/x", "/a/b.txt/..",
             "/a%2fb.txt%2f..%2fb.txt", "/" + "a/" * 3000, "/" + "x" * 256, "/a/" + "../" * 2000 + "etc/passwd",
             "/~root", "/index.html::$DATA", "/a;/b.txt"]
for i, target in enumerate(TRAVERSAL, 1):
    add(f"D51.{i}", f"GET {target[:60]}", d51(target, (400, 404)), ("chat", {"public": "public"}))
for i, target in enumerate(["/", "/index.html", "/a/b.txt", "/%61/b.txt", "/index.html?x=/../../etc/passwd"], 1):
    add(f"D51.ok{i}", f"GET {target}", d51(target, (200,)), ("chat", {"public": "public"}))


def d52(server, tag):
    """Whatever goes wrong with it in the URL, it reaches neither the log nor an answer."""
    secret, query = "S3cr3tT0ken", "?token=S3cr3tT0ken&room=x"
    for lines in [b("/ws" + query, Sec_WebSocket_Version="8"), b("/ws" + query, Origin="http://b.test"),
                  b("/nowhere" + query),
                  b("/ws" + query, Sec_WebSocket_Key=None), [b"POST /ws" + enc(query) + b" HTTP/1.1"] + b()[1:],
                  b("/ws" + query + "\x80"),
                  b("/ws" + query + "#f"), b("/ws?room=%ff&token=" + secret),
                  [b"GET /a" + enc(query) + b" HTTP/1.1", b"Host: a.test"]]:
        s = Sock(server)
        s.send(join(lines))
        r = s.response()
        check(r.status != 101, "accepted")
        check(secret not in r.body.decode("latin1"), f"the token comes back in a {r.status}")
        check(all(secret not in v for _, v in r.headers), f"the token comes back in the head of a {r.status}")
        s.rst()
    for data in [b"\x83\x80\0\0\0\0", text("{"), text("[]"), frame(BINARY, b"x")]:
        s = server.open(target="/ws" + query)
        s.send(data)
        check(s.message()[0] == "close", "no Close")
        s.rst()
    check(secret not in server.all_stderr(), "the token is in the log")


add("D52", "?token= in no log and no answer", d52, ("chat", {"public": "public", "log": "stderr",
    "log_level": "debug"}))

# -- proxies
for i, change in enumerate([{"X_Forwarded_For": "192.0.2.7"}, {"X_Forwarded_For": "127.0.0.1, 192.0.2.7",
    "X_Forwarded_Proto": "https"}, {"Forwarded": "for=192.0.2.7"},
                            {"X_Real_IP": "192.0.2.7"}, {"Client_IP": "192.0.2.7"}, {"True_Client_IP": "192.0.2.7"},
                            {"X_Forwarded_Host": "b.test"}], 1):
    http(f"D53.{i}", f"a stranger's {list(change)}", raw(b(**change)), h98)
http("D53.8", "X-Forwarded-Host does not make an Origin ours", raw(b(X_Forwarded_Host="b.test",
    Origin="http://b.test")), refused(403))
for i, line in enumerate([b"PROXY TCP4 192.0.2.1 192.0.2.2 5 6\r\n", b"PROXY UNKNOWN\r\n",
                          b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes(12)], 9):
    http(f"D53.{i}", f"PROXY preamble {line[:14]!r}", line + raw(b()), refused(400))


def d53_limits(server, tag):
    """Three addresses of a stranger's invention are one to max_connections_per_ip."""
    keep = [server.open(f"{tag}.{i}", X_Forwarded_For=f"192.0.2.{i}") for i in range(4)]
    s = Sock(server)
    s.send(raw(b(X_Forwarded_For="192.0.2.99")))
    check(s.response().status == 503, "a fifth connection of one address came in")
    s.until_closed()
    for k in keep:
        k.send(frame(PING, b"x"))
        check(k.message() == ("pong", b"x"), "who was in suffers")


add("D53.12", "max_connections_per_ip counts the peer", d53_limits, ("echo", {"max_connections_per_ip": 4}))
for i, line in enumerate(["GET http://b/ws HTTP/1.1", "GET http://a.test:81/ws HTTP/1.1",
                          "GET http://a.test.evil/ws HTTP/1.1", "GET http://u@a.test/ws HTTP/1.1",
                          "GET http:///ws HTTP/1.1", "GET http:ws HTTP/1.1", "GET ftp://a.test/ws HTTP/1.1",
                          "GET http://a.test@b/ws HTTP/1.1"], 1):
    http(f"D54.{i}", line, first(line), refused(400))
http("D54.ok", "absolute-form, the Host in capitals", first("GET http://A.TEST/ws HTTP/1.1"), accepted)
http("D54.h", "absolute-form of an allowed host, Host another", first("GET http://c.test/ws HTTP/1.1"),
     refused(400), HOSTS)


def cases():
    """(id, title, server, function, group)"""
    for id, title, go, server, group in ROWS:
        options = dict(server[1])
        if "public" in options:
            options["public"] = public()
        yield id, title, (server[0], options), run_of(id, go), group


def run_of(id, go):
    return lambda server: go(server, id)
