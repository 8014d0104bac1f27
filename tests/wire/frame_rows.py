"""Catalogue 3.2 (F), 3.3 (U) and 3.4 (C): framing, UTF-8, close codes.

A row is (id, title, what to send, what must come, server). What to send is a
list of byte strings, each its own send(), and of seconds to wait between them.
What must come is a list of messages; a final ("close", code) means that the
server closes TCP too. Without one the connection must still work."""

import random
import select
import threading
import time

from http_rows import works_and_closes
from wire import (BINARY, CONT, PING, PONG, TEXT, check, close, frame, head, text)

MAX = 65536
ECHO = ("echo", {"rate_limit": None})
SHORT = ("echo", {"rate_limit": None, "message_timeout": 1, "close_timeout": 1})
PINGS = ("echo", {"rate_limit": None, "ping_interval": 1, "ping_timeout": 1, "close_timeout": 1})
BIG = ("echo", {"rate_limit": None, "max_message_size": 16 << 20, "max_fragments": 65536,
                "send_queue_limit": 64 << 20})
CHAT = ("chat", {})
ROWS = []


def add(id, title, sends, expects, server=ECHO):
    ROWS.append((id, title, sends, expects, server))


def h(hexdigits):
    return bytes.fromhex(hexdigits.replace("m", "00000000").replace(" ", ""))


def got(payload, binary=False):
    return ("binary" if binary else "text", payload)


def closed(*codes, seen=None):
    """seen: what onClose gets when that is not the code on the wire."""
    return ("close", codes, seen)


def run(sends, expects):
    if callable(sends):
        return sends

    def go(server, tag):
        s = server.open(tag)
        for x in sends:
            if isinstance(x, bytes):
                s.send(x)
            else:
                time.sleep(x)
        expect(s, server, tag, expects)
    return go


def expect(s, server, tag, expects):
    for want in expects:
        have = s.message()
        if want[0] == "close":
            check(have[0] == "close", f"got {brief(have)}, expected Close {want[1]}")
            check(have[1] in want[1], f"Close {have[1]}, expected {'/'.join(map(str, want[1]))}")
            ends(s, server, tag, want[2] or have[1])
            return
        check(have == want, f"got {brief(have)}, expected {brief(want)}")
    works_and_closes(s, server, tag)


def ends(s, server, tag, code):
    """After the server's Close: TCP closed, nothing more, onClose once with that code."""
    try:
        s.send(close(code if code != 1005 else None))
    except OSError:
        pass
    check(s.until_closed() == b"", f"bytes after Close: {s.buf[:40].hex()}")
    c = server.case(tag)
    check(c["open"] == 1 and [x[0] for x in c["close"]] == [code], f"callbacks: {c}, expected {code}")


def brief(message):
    return tuple(x[:40] if isinstance(x, bytes) else x for x in message)


BAD = [closed(1002)]
TOO_BIG = [closed(1009)]
POLICY = [closed(1008)]

# -- headers
add("F01", "no mask", [h("81 05 48656c6c6f")], BAD)
for i, f in enumerate(["8205", "8905", "8a05", "8805", "0105", "8100", "8900"], 2):
    add(f"F01.{i}", f"no mask {f}", [h(f + "48656c6c6f")], BAD)
add("F01.9", "no mask, after a masked one", [text("one") + h("8103 616263")], [got(b"one"), closed(1002)])
add("F02", "masked Hello", [h("81 85 37fa213d 7f9f4d5158")], [got(b"Hello")])
for id, title, frames in [("F03", "RSV1 without extension", ["c180"]), ("F04", "RSV2", ["a180"]), ("F05", "RSV3", ["9180"]),
                          ("F06", "RSV on a control frame", ["f980", "d880", "ca80"]),
                          ("F07", "reserved opcode", ["8380", "8480", "8580", "8680", "8780"]),
                          ("F08", "reserved opcode", ["8b80", "8c80", "8d80", "8e80", "8f80"])]:
    for i, f in enumerate(frames, 1):
        add(f"{id}.{i}" if len(frames) > 1 else id, f"{title} {f}", [h(f + "m")], BAD)
add("F03.2", "RSV1 on a continuation", [h("0181m 61 c081m 62")], BAD)
add("F03.3", "RSV1 on an empty continuation", [h("0181m 61 c080m")], BAD)
add("F03.4", "RSV1 on a ping within a message", [h("0181m 61 c980m")], BAD)
for i in range(1, 8):
    for opcode in (1, 2, 9):
        add(f"F06.r{i}.{opcode}", f"reserved bits {i}, opcode {opcode}", [bytes([0x80 | i << 4 | opcode, 0x80, 0, 0, 0, 0])], BAD)
add("F09", "text, reserved opcode, ping in one segment", [text("one") + h("8580m") + frame(PING, b"p")],
    [got(b"one"), closed(1002)])
add("F10", "continuation first", [h("8080m")], BAD)
add("F11", "unfinished continuation first", [h("0080m")], BAD)
add("F12", "text within a fragmented text", [h("0181m 61 8181m 62")], BAD)
add("F13", "binary within a fragmented text", [h("0181m 61 0281m 62")], BAD)
add("F13.2", "text within a fragmented binary", [h("0281m 61 8181m 62")], BAD)
add("F13.3", "continuation after the end", [h("0181m 61 8081m 62 8081m 63")], [got(b"ab"), closed(1002)])
add("F14", "two fragments", [h("0181m 61 8081m 62")], [got(b"ab")])
add("F15", "three empty fragments", [h("0180m 0080m 8080m")], [got(b"")])
add("F16", "fragmented ping", [h("0980m")], BAD)
add("F17.1", "fragmented Close", [h("0880m")], BAD)
add("F17.2", "fragmented pong", [h("0a80m")], BAD)
add("F18", "ping between fragments", [text("ab", fin=False), frame(PING, b"in"), frame(CONT, b"cd")],
    [("pong", b"in"), got(b"abcd")])
add("F18.2", "ping between fragments in one segment", [text("ab", fin=False) + frame(PING, b"in") + frame(CONT, b"cd")],
    [("pong", b"in"), got(b"abcd")])
P125 = bytes(range(125))
add("F19", "ping of 125 bytes", [frame(PING, P125, mask=b"\x11\x22\x33\x44")], [("pong", P125)])
add("F20", "ping of 126 bytes, header only", [h("89fe007em")], BAD)
add("F21", "ping with a 64-bit length", [h("89ff0000000000000001m")], BAD)
add("F22", "Close of 126 bytes, header only", [h("88fe007em")], BAD)
add("F23", "empty ping", [h("8980m")], [("pong", b"")])


def bytewise(data, expects):
    def go(server, tag):
        s = server.open(tag)
        s.send_bytewise(data)
        expect(s, server, tag, expects)
    return go


add("F24", "ten pings byte by byte", bytewise(b"".join(frame(PING, b"p%d" % i) for i in range(10)),
                                              [("pong", b"p%d" % i) for i in range(10)]), None)
add("F25", "unsolicited pong", [frame(PONG, b"x"), frame(PONG), text("on")], [got(b"on")])


def f26(answer):
    def go(server, tag):
        s = server.open(tag)
        start = time.monotonic()
        while time.monotonic() - start < 3.5:
            have = s.message()
            if have[0] == "close":
                break
            check(have[0] == "ping", f"got {have}")
            if answer is not None:
                s.send(frame(PONG, have[1] if answer == "right" else b"something else"))
        if answer == "right":
            check(have[0] == "ping", f"closed although every ping was answered: {have}")
            return works_and_closes(s, server, tag)
        if answer is None or have[0] == "close":
            check(have[0] == "close", "no pong, and the connection stays")
            check(have[1] in (1008, 4201), f"Close {have[1]}, expected 4201")
            ends(s, server, tag, have[1])
    return go


add("F26.1", "pong with another payload: counted or not", f26("wrong"), None, PINGS)
add("F26.2", "right pongs keep the connection", f26("right"), None, PINGS)
add("F26.3", "no pong: closed", f26(None), None, PINGS)

# -- lengths
add("F27", "5 bytes in the 16-bit form", [h("81fe0005m 48656c6c6f")], BAD)
for i, n in enumerate([0, 1, 125], 2):
    add(f"F27.{i}", f"{n} bytes in the 16-bit form, header only", [head(0x81, n, 16)], BAD)
for i, n in enumerate([0, 125, 126, 65534], 3):
    add(f"F28.{i}", f"{n} bytes in the 64-bit form, header only", [head(0x82, n, 64)], BAD)
add("F27.5", "5 bytes of a continuation in the 16-bit form", [h("0181m 61") + head(0x80, 5, 16)], BAD)
add("F28", "126 bytes in the 64-bit form", [head(0x81, 126, 64) + b"x" * 126], BAD)
add("F28.2", "65,535 bytes in the 64-bit form, header only", [head(0x81, 65535, 64)], BAD)
add("F29", "length 2^63", [h("82ff8000000000000000m")], BAD)
add("F30", "length 2^64-1", [h("82ffffffffffffffffffm")], BAD)
add("F31", "length 2^63-1", [h("82ff7fffffffffffffffm")], TOO_BIG)
add("F32", "length that wraps with its header", [h("82ff7ffffffffffffff1m")], TOO_BIG)
add("F33", "length 2^32+5", [h("82ff0000000100000005m") + b"Hello"], TOO_BIG)
for i, n in enumerate(["000000007fffffff", "0000000080000000", "00000000ffffffff"], 1):
    add(f"F34.{i}", f"length {n}", [h("82ff" + n + "m")], TOO_BIG)
add("F35", "length max", [text("x" * MAX)], [got(b"x" * MAX)])
add("F36", "length max+1, header only", [head(0x81, MAX + 1, 64)], TOO_BIG)
add("F37", "fragments sum to max+1, last header only", [text("x" * 65535, fin=False), head(0x80, 2, 7)], TOO_BIG)
add("F37.ok", "fragments sum to max", [text("x" * 65535, fin=False), frame(CONT, b"y")], [got(b"x" * 65535 + b"y")])
add("F38", "1 byte, then length 2^63-1", [h("0181m 61"), h("00ff7fffffffffffffffm")], TOO_BIG)
add("F39", "max-1 bytes, pong, 1 byte", [text("x" * 65535, fin=False), frame(PONG, b"p" * 125), frame(CONT, b"y")],
    [got(b"x" * 65535 + b"y")])
PART = frame(CONT, b"x", fin=False)
add("F40.1", "1,024 fragments", [text("x", fin=False) + PART * 1022 + frame(CONT, b"x")], [got(b"x" * 1024)])
add("F40.2", "1,025th fragment", [text("x", fin=False) + PART * 1023 + frame(CONT, b"x")], POLICY)
add("F41", "2,000 empty fragments", [text("x", fin=False) + h("0080m") * 2000], POLICY)


def f42(data):
    def go(server, tag):
        start = time.monotonic()
        s = server.open(tag)
        s.send(data)
        have = s.message()
        check(have[:2] == ("close", 1008), f"got {brief(have)}, expected Close 1008")
        check(0.8 < time.monotonic() - start < 2.5, "not at message_timeout")
        ends(s, server, tag, 1008)
    return go


def f42_trickle(server, tag):
    """Bytes that keep coming do not move the deadline of their message."""
    start = time.monotonic()
    s = server.open(tag)
    s.send(head(0x81, 100, 7))
    while s.s not in select.select([s.s], [], [], 0.1)[0]:
        s.send(b"x")
        check(time.monotonic() - start < 3, "a slow message keeps its connection")
    check(s.message()[:2] == ("close", 1008), "no Close 1008")
    check(0.8 < time.monotonic() - start < 2.5, "not at message_timeout")


def f43_memory(server, tag):
    before = server.rss()
    socks = [server.open() for _ in range(200)]
    for s in socks:
        s.send(head(0x81, 65535, 16))
    server.exchange()
    server.check_growth(before, 4096, "200 announced messages of 64 KiB")


add("F42", "FIN=0 and then nothing", f42(text("a", fin=False)), None, SHORT)
add("F42.2", "part of a header and then nothing", f42(b"\x81"), None, SHORT)
add("F42.3", "ten bytes a second", f42_trickle, None, SHORT)
add("F43", "half a message and then nothing", f42(head(0x81, 65535, 16) + b"x" * 10), None, SHORT)
add("F43.2", "announced lengths reserve no memory", f43_memory, None)

# -- segments
add("F44", "every byte in its own segment", bytewise(
    frame(TEXT, b"Hello", mask=b"\1\2\3\4") + frame(BINARY, bytes(300), mask=b"\xff\0\xff\0") + text("", fin=False)
    + frame(PING, b"p") + frame(CONT, b"end"), [got(b"Hello"), got(bytes(300), True), ("pong", b"p"), got(b"end")]), None)
BODY = random.Random(45).randbytes(MAX)
LONG = frame(BINARY, BODY, mask=b"\1\2\3\4")
for cut in range(1, 15):
    add(f"F45.{cut}", f"header cut at {cut}", [LONG[:cut], 0.003, LONG[cut:]], [got(BODY, True)])
for cut in range(1, 10):
    f = frame(TEXT, b"0123456789", mask=b"\1\2\3\4")
    add(f"F46.{cut}", f"payload cut at {cut}", [f[:6 + cut], 0.003, f[6 + cut:]], [got(b"0123456789")])
add("F47", "1,000 frames in one segment", [b"".join(text(f"{i}") for i in range(1000))],
    [got(b"%d" % i) for i in range(1000)])


def half(end):
    def go(server, tag):
        s = server.open(tag)
        s.send(frame(TEXT, b"x" * 100)[:50])
        time.sleep(0.01)
        if end == "FIN":
            s.fin()
            s.until_closed()
        else:
            s.rst()
        c = server.case(tag)
        check(c["open"] == 1 and [x[0] for x in c["close"]] == [1006] and c["text"] == 0, f"callbacks: {c}")
    return go


add("F48", "half a frame and FIN", half("FIN"), None)
add("F49", "half a frame and RST", half("RST"), None)
add("F50.1", "the same mask in all frames", [frame(TEXT, b"%d" % i, mask=b"abcd") for i in range(5)],
    [got(b"%d" % i) for i in range(5)])
add("F50.2", "zero mask", [text("zero")], [got(b"zero")])
add("F51.1", "empty text", [h("8180m")], [got(b"")])
add("F51.2", "empty binary", [h("8280m")], [got(b"", True)])
add("F52", "binary to the chat", [frame(BINARY, b'{"message":"x"}')], [closed(1003)], CHAT)
add("F52.2", "fragmented binary to the chat", [frame(BINARY, b"x", fin=False), frame(CONT, b"y")], [closed(1003)], CHAT)

# -- after Close
add("F53", "Close, then text", [h("8880m") + text("late")], [closed(1000, 1005, seen=1005)])
add("F54", "Close twice", [close(1000) + close(1001)], [closed(1000)])
add("F55", "Close, then ping", [close(1000) + frame(PING, b"p")], [closed(1000)])
add("F56", "fragment, Close, fragment", [text("a", fin=False) + close(1000) + frame(CONT, b"b")], [closed(1000)])


# -- floods
def flood(data, seconds, limit_kib=8192):
    def go(server, tag):
        before = server.rss()
        s = server.open(tag, rcvbuf=4096)
        sent, error = s.send_some(data, seconds)
        start = time.monotonic()
        server.exchange()
        check(time.monotonic() - start < 1, "others wait for a flooder")
        server.check_growth(before, limit_kib, "flood")
        check(server.case(tag, closed=False)["open"] == 1, "never opened")
        s.rst()
        c = server.case(tag)
        check(len(c["close"]) == 1, f"callbacks: {c}")
    return go


add("F57", "100,000 pings whose pongs nobody reads", flood(frame(PING, b"p" * 125) * 100000, 2.0), None)
add("F57.2", "the same to the chat", flood(frame(PING, b"p" * 125) * 100000, 2.0), None, CHAT)


def f58(server, tag):
    a, b = server.open(tag), server.open(timeout=5)
    start = time.monotonic()
    a.send(b"".join(text('{"message":"%d"}' % i) for i in range(60)))
    for i in range(60):
        have = b.message()
        check(have[0] == "text" and have[1].startswith(b'{"message":"%d"' % i), f"message {i}: got {brief(have)}")
    took = time.monotonic() - start
    check(0.5 < took < 3, f"60 messages at 20/s with burst 40 took {took:.2f} s")
    works_and_closes(a, server, tag)


add("F58.1", "60 messages at once: later, never dropped, in order", f58, None, CHAT)
add("F58.2", "100,000 messages at once", flood(text('{"message":""}') * 100000, 1.5), None, CHAT)
add("F58.3", "100,000 empty texts to the echo", flood(text("") * 100000, 1.5), None, ("echo", {}))


# -- what we send
def refuses(order):
    def go(server, tag):
        s = server.open(tag)
        r = server.control(tag=tag, **order)
        check("threw" in r, f"no exception: {r}")
        works_and_closes(s, server, tag)   # its pong is the first byte: nothing was sent
    return go


add("F59.1", "sendRaw of a text that is not UTF-8", refuses({"do": "send", "hex": "ff"}), None)
for i, code in enumerate([0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535, 70536, -1], 2):
    add(f"F59.{i}", f"close({code})", refuses({"do": "close", "code": code}), None)


def f60(reason):
    def go(server, tag):
        s = server.open(tag)
        r = server.control(do="close", tag=tag, code=4000, reason=reason.hex())
        if "threw" in r:
            return works_and_closes(s, server, tag)
        have = s.message()
        check(have[:2] == ("close", 4000), f"got {brief(have)}")
        check(reason.startswith(have[2]) and len(have[2]) > 110, f"reason came as {have[2]!r}")
        ends(s, server, tag, 4000)
    return go


add("F60.1", "close reason of 124 bytes", f60(b"x" * 124), None)
add("F60.2", "limit inside a code point", f60(b"x" + "\u00e9".encode() * 62), None)
add("F60.3", "limit inside a code point of 4 bytes", f60(b"xx" + "\U0001f600".encode() * 31), None)


def f60_bad(server, tag):
    s = server.open(tag)
    r = server.control(do="close", tag=tag, code=4000, reason="ff")
    if "threw" in r:
        return works_and_closes(s, server, tag)
    s.message()   # its reason must be UTF-8: checked there
    ends(s, server, tag, 4000)


add("F60.4", "close reason that is not UTF-8", f60_bad, None)


def f61_raw(length, binary):
    def go(server, tag):
        s = server.open(tag)
        r = server.control(do="send", tag=tag, length=length, binary=binary)
        check("threw" not in r, str(r))
        check(s.message() == got(b"x" * length, binary), "wrong frame")
        works_and_closes(s, server, tag)
    return go


def f61_broadcast(size):
    """size: of the whole JSON frame, so that its length crosses the header's forms."""
    def go(server, tag):
        s = server.open(tag)
        n = size - len('{"message":"","uid":"00000000-0000-4000-8000-000000000000"}')
        r = server.control(do="broadcast", length=n)
        check("threw" not in r, str(r))
        have = s.message()
        check(len(have[1]) == size and have[1].startswith(b'{"message":"' + b"x" * n + b'","uid":"'), f"got {brief(have)}")
        works_and_closes(s, server, tag)
    return go


for i, n in enumerate([0, 1, 125, 126, 127, 65535, 65536, 65537], 1):
    add(f"F61.{i}", f"sendRaw of {n} bytes", f61_raw(n, i % 2 == 0), None)
for i, n in enumerate([60, 125, 126, 127, 65535, 65536], 11):
    add(f"F61.{i}", f"broadcast frame of {n} bytes", f61_broadcast(n), None, CHAT)
for i, n in enumerate([0, 1, 125, 126, 127, 65535, 65536], 1):
    add(f"F62.{i}", f"client frame of {n} bytes", [frame(BINARY, BODY[:n], mask=b"\x9a\x3c\x01\xfe")], [got(BODY[:n], True)])
add("F63", "65,536 bytes in chops of 997", [LONG[i:i + 997] for i in range(0, len(LONG), 997)], [got(BODY, True)])
B4 = random.Random(64).randbytes(4 << 20)
add("F64", "4 MiB in 65,536 fragments",
    [b"".join(frame(CONT if i else BINARY, B4[i * 64:i * 64 + 64], fin=i == 65535, mask=b"\1\2\3\4") for i in range(65536))],
    [got(B4, True)], BIG)


def f65(server, tag):
    """Reads while it writes: neither side may wait for the other for ever."""
    body = ("\u4e16\u754c" * (16 * 1024 * 1024 // 6)).encode()
    s = server.open(tag, timeout=15)
    writer = threading.Thread(target=s.send, args=(text(body, mask=b"\1\2\3\4"),))
    writer.start()
    have = s.message()
    writer.join()
    check(have == got(body), "16 MiB came back different")
    works_and_closes(s, server, tag)


add("F65", "text of 16 MiB", f65, None, BIG)


def f66(server, tag):
    s = server.open(tag)
    s.send(h("8380m"))
    check(s.message()[:2] == ("close", 1002), "no Close")
    start = time.monotonic()
    before = server.rss()
    sent, error = 0, None
    while error is None and time.monotonic() - start < 4:
        n, error = s.send_some(b"junk" * 262144, 0.5)
        sent += n
    took = time.monotonic() - start
    check(error is not None, f"junk is taken for ever: {sent} bytes in {took:.1f} s")
    check(took < 2.5, f"drained for {took:.1f} s, close_timeout is 1")
    server.check_growth(before, 4096, "junk")
    c = server.case(tag)
    check([x[0] for x in c["close"]] == [1002], f"callbacks: {c}")


add("F66", "junk after our Close", f66, None, SHORT)

# -- 3.3 UTF-8
U1 = h("cebae1bdb9cf83cebcceb5")
U2 = U1 + h("eda080656469746564")
NOT_TEXT = [closed(1007)]


def utf8(id, title, payloads, ok):
    for i, p in enumerate(payloads, 1):
        p = h(p) if isinstance(p, str) else p
        add(f"{id}.{i}" if len(payloads) > 1 else id, f"{title} {p[:24].hex()}", [text(p)], [got(p)] if ok else NOT_TEXT)


utf8("U01", "text", [U1], True)
utf8("U02", "surrogate in a text", [U2], False)
utf8("U03", "overlong", ["c0af", "c080"], False)
utf8("U04", "overlong", ["e080af", "e09fbf"], False)
utf8("U05", "overlong", ["f08080af", "f08fbfbf"], False)
utf8("U06", "surrogate", ["eda080", "edafbf", "edb080", "edbfbf", "eda080edb080"], False)
utf8("U07", "over U+10FFFF", ["f4908080"], False)
utf8("U08", "no lead byte", ["f5808080", "f888808080", "fc8480808080", "fe", "ff"], False)
utf8("U09", "stray", ["80", "bf", "c241"], False)
EURO, CUT = text(b"\xe2\x82\xac"), text(b"\xe2\x82")
utf8("U10", "cut short", ["e282", "e2", "f09f98"], False)
add("U10.4", "cut short at the end of the last fragment", [frame(TEXT, b"ab\xe2", False), frame(CONT, b"\x82")], NOT_TEXT)
add("U10.5", "cut short, then an empty last fragment", [frame(TEXT, b"\xe2\x82", False), frame(CONT)], NOT_TEXT)
add("U10.6", "cut short, its frame in two segments", [CUT[:7], 0.003, CUT[7:]], NOT_TEXT)
add("U11", "a character in three fragments", [frame(TEXT, b"\xe2", False), frame(CONT, b"\x82", False), frame(CONT, b"\xac")],
    [got(b"\xe2\x82\xac")])
add("U12", "a character in three segments", [EURO[:7], 0.003, EURO[7:8], 0.003, EURO[8:]], [got(b"\xe2\x82\xac")])
add("U13", "bad text in a first fragment", [frame(TEXT, U2, False)], NOT_TEXT)
add("U13.2", "bad text in the first bytes of a frame", [head(0x81, 100, 7) + b"ab\xff"], NOT_TEXT)
utf8("U14", "ends of one byte", ["00", "7f"], True)
utf8("U15", "ends of the ranges", ["c280", "dfbf", "e0a080", "efbfbf", "f0908080", "f48fbfbf"], True)
utf8("U16", "BOM, noncharacter", ["efbbbf", "efb790", "efbfbe"], True)
add("U17", "no UTF-8 in a binary frame", [frame(BINARY, b"\xff\xc0\x80")], [got(b"\xff\xc0\x80", True)])
add("U18", "no UTF-8 in a close reason", [close(1000, b"\xff")], [closed(1007, 1002)])
add("U18.2", "close reason cut short", [close(1000, b"ab\xe2\x82")], [closed(1007, 1002)])
for i, n in enumerate([15, 16, 17, 31, 32, 33, 63, 64, 65], 1):
    utf8(f"U20.{i}", f"{n} ASCII bytes and", [b"a" * n + b"\xe2\x82\xac"], True)
    utf8(f"U20.{i}b", f"{n} ASCII bytes and", [b"a" * n + b"\xe2\x82"], False)
for n in range(len(U1) + 1):
    try:
        U1[:n].decode()
        whole = True
    except UnicodeDecodeError:
        whole = False
    utf8(f"U21.{n}", "prefix", [U1[:n]], whole)


def cases():
    """(id, title, server, function)"""
    for id, title, sends, expects, server in ROWS:
        yield id, title, server, run_of(id, run(sends, expects))


def run_of(id, go):
    return lambda server: go(server, id)
