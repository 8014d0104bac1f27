"""Catalogue 3.7 (Z) and D60 to D68 as far as they show only on a server: what it
costs, what reaches others, what is never compressed. The frames themselves are
cases of tests/conformance."""

import json
import os
import random
import time
import zlib

from wire import CLOSE, check, close, frame, text

OFFER = "permessage-deflate; client_max_window_bits"
ECHO = ("echo", {"rate_limit": None, "compression": True})
CHAT = ("chat", {"rate_limit": None, "compression": True})
ROWS = []


def add(id, title, go, server=ECHO):
    ROWS.append((id, title, server, go))


def packer():
    return zlib.compressobj(9, zlib.DEFLATED, -15)


def pack(data, z=None):
    z = z or packer()
    return (z.compress(data) + z.flush(zlib.Z_SYNC_FLUSH))[:-4]


def packed(data, z=None):
    return frame(0x41, pack(data, z))


def unpack(payload, bits=15):
    z = zlib.decompressobj(-bits)
    return z.decompress(payload + b"\0\0\xff\xff")


def read(s, bits=15):
    """The next frame: (was it compressed, opcode, payload)."""
    first, second = s.take(2)
    check(not second & 0x80 and not first & 0x30, f"frame begins {first:02x} {second:02x}")
    n = second & 0x7F
    if n > 125:
        n = int.from_bytes(s.take(2 if n == 126 else 8), "big")
    payload = s.take(n)
    check(first & 0x80, "the server fragmented")
    if not first & 0x40:
        return False, first & 15, payload
    check(first & 8 == 0, "a compressed control frame")
    return True, first & 15, unpack(payload, bits)


def open_deflate(server):
    return server.open(Sec_WebSocket_Extensions=OFFER)


def bomb(size):
    return pack(b"\0" * size)


def refused(s, code):
    was, opcode, payload = read(s)
    check(opcode == CLOSE and int.from_bytes(payload[:2], "big") == code, f"opcode {opcode} {payload[:40]!r}, not {code}")
    s.until_closed()


def growth(server, what, limit_kib, go):
    before = server.rss()
    go()
    server.check_growth(before, limit_kib, what)


def d60(server):
    """Many bombs one after another, then a good message."""
    def go():
        for _ in range(20):
            s = open_deflate(server)
            s.send(frame(0x42, bomb(16 << 20)))
            refused(s, 1009)
    go()
    growth(server, "bombs of 16 MiB", 2048, go)
    s = open_deflate(server)
    s.send(packed(b"after"))
    check(read(s)[1:] == (1, b"after"), "no echo after the bombs")
    s.close()


add("D60", "twenty bombs of 16 MiB, then a message", d60)


def z32(server):
    data = bomb(64 << 20)

    def go():
        s = open_deflate(server)
        s.send(frame(0x42, data[:65000]))
        refused(s, 1009)
    go()
    start = server.cpu()
    growth(server, "64 MiB", 1024, lambda: [go() for _ in range(10)])
    check(server.cpu() - start < 1.0, f"ten bombs cost {server.cpu() - start:.2f} s")


add("Z32", "64 MiB in 65 KB: 1009 at once", z32)


def z33(server):
    data = bomb(8 << 20)
    s = open_deflate(server)
    out = b"".join(frame(0x42 if i == 0 else 0, data[i:i + 1], fin=False) for i in range(1000))
    try:
        s.send(out)
    except OSError:
        pass
    refused(s, 1009)


add("Z33", "the same in fragments of one byte", z33)


def d65(server):
    s = open_deflate(server)
    data = frame(0x42, bomb(1 << 20))
    try:
        s.send_bytewise(data[:300])
        s.send(data[300:])
    except OSError:
        pass
    refused(s, 1009)


add("D65", "the same in segments of one byte", d65)


def z34(server):
    start = server.cpu()
    for _ in range(20):
        s = open_deflate(server)
        s.send(frame(0x41, b"\0\0\0\xff\xff" * 13107 + b"\0"))
        check(read(s)[2] == b"", "not empty")
        s.send(frame(0x41, b"\x03\0" * 32000 + b"\0"))
        check(read(s)[2] == b"", "not empty")
        s.send(frame(0x41, b"\0\0\0\xff\xff" * 20000 + b"\0"))
        refused(s, 1009)
    check(server.cpu() - start < 1.0, f"CPU {server.cpu() - start:.2f} s")


add("Z34", "D64: blocks of nothing cost little, and are limited", z34)
TEXT = json.dumps({"message": " ".join(f"{i} lorem ipsum dolor sit amet {i * i} consectetur" for i in range(400))}).encode()


def z34_rate(payload, many, low, high, offer, server_limit=True):
    """Few bytes that become many cost more of rate_limit than one message: how many are taken in
    half a second."""
    def go(server, tag):
        before, start = server.stats(), server.cpu_ns()
        s = server.open(Sec_WebSocket_Extensions=OFFER, **({"Sec_WebSocket_Protocol": "chatroom.v1"} if offer else {}))
        s.send(packed(payload) * many)
        time.sleep(0.5)
        after = server.stats()
        taken = after["messages_in"] - before["messages_in"]
        check(low <= taken <= high, f"{taken} of {many} were taken, not {low} to {high}")
        limited = after["rate_limited"] - before["rate_limited"]
        check((limited > 0) == server_limit, f"rate_limited: {limited} more")
        if taken < many:
            server.check_cpu(start, 0.2, f"{taken} of {many} messages")
        s.rst()
    return lambda server: server.warmed(go, "z34")


def objects(n, more=b""):
    """What costs the most for its bytes: 64 KiB of little objects."""
    return (b'{"message":"\\n"' + more + b',"x":[' + b'{"":0},' * n)[:-1] + b"]}"


def z34_history(server, tag):
    """A message that says a letter, and could refer to 32 KiB: what is kept of a client is small
    work too."""
    took = []
    n = 20000
    letter = frame(0x41, b"\x4a\x04\x00")
    history = random.Random(34).randbytes(16384).hex().encode()
    for offer in (OFFER + "; client_no_context_takeover", OFFER):
        s = server.open(Sec_WebSocket_Extensions=offer, timeout=10)
        s.send(packed(history))
        check(read(s)[2] == history, "no echo")
        s.send(letter * 100)
        s.take(3 * 100)
        start = server.cpu_ns()
        for _ in range(n // 2000):
            s.send(letter * 2000)
            check(s.take(3 * 2000) == b"\x81\x01a" * 2000, "no echo")
        took.append(server.cpu_ns() - start)
        s.close()
    check(server.sanitized or took[1] < 6 * took[0], f"{took[1] / n:.0f} ns each, {took[0] / n:.0f} without history")


add("Z34.7", "20,000 letters after 32 KiB of history", lambda server: z34_history(server, "z34"))
LIMITED = ("chat", {"compression": True, "history_size": 0})
add("Z34.1", "messages of little that become 64 KiB: a few at once, then about two a second",
    z34_rate(objects(9300), 60, 5, 8, False), LIMITED)
add("Z34.2", "the same from a v1 client, which gets errors over its rate",
    z34_rate(objects(9300), 300, 5, 8, True), LIMITED)
add("Z34.3", "the same in frames of no use to anybody", z34_rate(objects(9300, b',"type":"none"'), 300, 5, 8, True), LIMITED)
add("Z34.4", "messages of text cost what others do: 40 at once",
    z34_rate(TEXT, 60, 40, 52, False), LIMITED)
add("Z34.5", "150 small ones of a v1 client: all are answered, 40 of them with an ack's worth",
    z34_rate(b'{"message":"x"}', 150, 150, 150, True), LIMITED)
add("Z34.6", "without rate_limit all are taken", z34_rate(objects(2000), 60, 60, 60, False, False), ("chat", {"rate_limit": None, "compression": True, "history_size": 0}))


def z35(server):
    """100 clients, each with a message of the largest size, all unfinished but for its end."""
    data = pack(os.urandom(32768) + b"\0" * 32768)
    socks = [open_deflate(server) for _ in range(100)]
    for s in socks:
        s.send(frame(0x42, data))
        check(read(s)[1] == 2, "no echo")

    def again():
        for s in socks:
            s.send(frame(0x42, data))
            check(len(read(s)[2]) == 65536, "no echo")
    # what is kept of each is its window
    growth(server, "messages of 64 KiB", 1024, again)


add("Z35", "100 clients with messages of the largest size", z35)


def d66(server):
    """What a client costs that agreed on takeover and said little: its words, not a window."""
    socks = [open_deflate(server) for _ in range(50)]
    z = [packer() for _ in range(400)]

    def go():
        for i in range(400):
            s = open_deflate(server)
            for n in range(5):
                s.send(packed(b"some words, no more", z[i]))
                check(read(s)[2] == b"some words, no more", "no echo")
            socks.append(s)
    # 400 windows of zlib's would be 16 MiB
    growth(server, "400 clients with takeover", 400 * 8, go)


add("D66", "clients that agreed on takeover cost what they said", d66)


def z38(server):
    """Plain and compressed members of one room: each its own, the same text, one compression for each window."""
    offers = [None, OFFER, OFFER, "permessage-deflate; server_max_window_bits=9",
              "permessage-deflate; server_max_window_bits=9; client_no_context_takeover", None]
    room = f"/ws?room=z38-{time.monotonic()}"
    socks = [server.open(target=room, **({"Sec_WebSocket_Extensions": o} if o else {})) for o in offers]
    sender = server.open(target=room)
    said = "".join(chr(97 + i * i % 26) for i in range(900)) * 3
    before = server.json("/stats")
    sender.send(text(json.dumps({"message": said})))
    seen = []
    for s, offer in zip(socks, offers):
        was, opcode, payload = read(s, 9 if offer and "=9" in offer else 15)
        check(was == bool(offer), f"{offer}: compressed {was}")
        check(json.loads(payload)["message"] == said, "another text")
        seen.append(payload)
    check(len(set(seen)) == 1, "not the same for all")
    after = server.json("/stats")
    n = after["messages_compressed_out"] - before["messages_compressed_out"]
    check(n == 2, f"compressed {n} times for two windows")
    small = json.dumps({"message": "small"})
    sender.send(text(small))
    for s in socks:
        check(not read(s)[0], "a message under the threshold was compressed")


add("Z38", "compressed once per window, plain for the rest", z38, CHAT)


def z39(server):
    s = open_deflate(server)
    data = pack(b"Hello " * 50)
    s.send(frame(0x41, data[:5], fin=False) + frame(9, b"z" * 125) + frame(0, data[5:]))
    check(read(s) == (False, 10, b"z" * 125), "no pong, or compressed")
    check(read(s) == (True, 1, b"Hello " * 50), "no echo")
    s.send(frame(0x41, data[:5], fin=False) + close(1000))
    check(read(s)[1] == CLOSE, "no Close")
    s.until_closed()


add("Z39", "ping and Close inside a compressed message", z39)


def d68(server):
    """The welcome of chatroom.v1 has the session's secret beside what others may choose: never compressed."""
    s = server.open(Sec_WebSocket_Extensions=OFFER, Sec_WebSocket_Protocol="chatroom.v1")
    rooms = ["room-" + "x" * 100 + str(i) for i in range(5)]
    s.send(packed(json.dumps({"type": "hello", "join": rooms}).encode()))
    was, _, payload = read(s)
    welcome = json.loads(payload)
    check(welcome["type"] == "welcome" and welcome["session"], f"got {payload[:80]!r}")
    check(len(payload) > 600, "the row is too short to show anything")
    check(not was, "the session's secret was compressed")
    for _ in rooms:
        read(s)
    s.send(text(json.dumps({"message": "hello", "id": "a" * 64, "room": rooms[0]})))
    while True:
        was, _, payload = read(s)
        if json.loads(payload)["type"] == "ack":
            break
    check(not was, "an ack was compressed")


add("D68", "secrets and acks are never compressed", d68, CHAT)


def cases():
    """(id, title, server, function)"""
    return ROWS
