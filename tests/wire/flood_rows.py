"""Catalogue 2B: exhaustion, D20 to D38. Quantities, so these run alone, one after the other.

What needs joining by message, history and users (D32, D33, D34, D35 in part) is for the dialect
that has them; ?room= is what the basic one has."""

import os
import random
import re
import select
import socket
import ssl
import subprocess
import threading
import time

from defect_rows import CHAT, ECHO, public
from frame_rows import f42, f42_trickle
from frame_rows import SHORT as SHORT_FRAMES
from http_rows import SHORT, b, h86, h87, h88, is_refused, raw, works_and_closes
from json_rows import j38_colliding
from wire import PING, PONG, TEXT, Failed, Skip, Sock, check, close, enc, frame, head, join, text

MIB = 1 << 20
UNFINISHED = ("chat", {"rate_limit": None, "_mmap": 16384})   # its buffers of 64 KiB are given back, not kept
FORGETFUL = ("chat", {"rate_limit": None, "history_size": 0})   # what a room keeps is not what a slow reader costs
ROWS = []


def add(id, title, go, server=CHAT, group="alone-floods"):
    ROWS.append((id, title, go, server, group))


class Meter(threading.Thread):
    """A client beside the flood: how long its pings take, and the most memory the server had."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.sock = server, server.open(timeout=10, target="/ws?room=meter")
        self.took, self.most, self.error, self.over = [], server.anon(), None, threading.Event()
        self.start()

    def run(self):
        try:
            while not self.over.is_set():
                start = time.monotonic()
                self.sock.send(frame(PING, b"%d" % len(self.took)))
                while self.sock.message()[0] != "pong":
                    pass
                self.took.append(time.monotonic() - start)
                self.most = max(self.most, self.server.anon())
                time.sleep(0.005)
        except (Failed, OSError) as e:
            self.error = e

    def end(self, p99):
        self.over.set()
        self.join()
        check(self.error is None, f"the client beside the flood: {self.error}")
        self.took.sort()
        late = self.took[int(len(self.took) * 0.99)]
        check(self.server.sanitized or late < p99, f"others wait {late * 1000:.0f} ms in 1 of 100 of {len(self.took)} pings")


def count_frames(s, size, want, result):
    """Reads frames of one size; what they say is looked at in the first and the last."""
    have, last = 0, b""
    try:
        while have < want * size:
            data = s.s.recv(MIB)
            check(data, f"ended after {have} of {want * size} bytes")
            have += len(data)
            last = (last + data)[-size:]
        result.append(last)
    except (Failed, OSError) as e:
        result.append(e)


def d20(blocks, length, limit_mib):
    """Blocks of some 60 KB of messages to a room in which ten do not read."""
    each = max(1, 60000 // length)
    n = blocks * each

    def go(server, tag):
        slow = [server.open(f"{tag}.{i}", rcvbuf=1024) for i in range(10)]
        readers = [server.open(timeout=20) for _ in range(2)]
        sender = server.open(timeout=20)
        meter = Meter(server)
        before = server.anon()
        body = b'{"message":"' + b"m" * length + b'"}'
        out = len(body) - 1 + len(',"uid":"00000000-0000-4000-8000-000000000000"}')
        size = out + (2 if out < 126 else 4 if out < 65536 else 10)
        results, threads = [[], []], []
        for r, result in zip(readers, results):
            threads.append(threading.Thread(target=count_frames, args=(r, size, n, result), daemon=True))
            threads[-1].start()
        block = text(body) * each
        sender.trace = [""] * 40
        for _ in range(blocks):
            sender.send(block)
        for t in threads:
            t.join(30)
        for result in results:
            check(result and isinstance(result[0], bytes), f"a reader: {result or 'not done'}")
            check(b'"uid":"' in result[0][-60:] and result[0].endswith(b'"}'), f"the last frame is {result[0][-60:]}")
        for i in range(10):
            c = server.case(f"{tag}.{i}")
            check([x[0] for x in c["close"]] == [4101], f"one that does not read: {c}, expected 4101")
        check(server.stats()["slow_consumers"] >= 10, "not counted")
        check(server.sanitized or meter.most - before < limit_mib * 1024, f"{meter.most - before} KiB more at the height")
        meter.end(0.5)
        works_and_closes_untagged(sender)
    return go


def works_and_closes_untagged(s):
    s.send(close(1000))
    while True:
        have = s.message()
        if have[0] == "close":
            return check(have[1] == 1000, f"Close {have[1]}")


add("D20.1", "100 MB in messages of 50 KB to a room with ten who do not read", d20(2000, 50000, 16), FORGETFUL)
add("D20.2", "240,000 small messages to the same", d20(40, 10, 16), FORGETFUL)


def d21(server, tag):
    """What one read brought may be answered, at most 64 KiB; after that one pong is owed, for
    the latest ping."""
    n = 1000000
    s = server.open(tag, timeout=10, rcvbuf=4096)
    meter, before, cpu = Meter(server), server.anon(), server.cpu_ns()
    s.trace = [""] * 60
    for start in range(0, n, 10000):
        s.send(b"".join(frame(PING, b"%0125d" % i) for i in range(start, start + 10000)))
    server.exchange()
    queued = server.control(do="queued", tag=tag)["queued"]
    check(queued < 65536, f"{queued} bytes wait for one who does not read")
    check(server.sanitized or meter.most - before < 1024, f"{meter.most - before} KiB more at the height")
    server.check_cpu(cpu, 8, "10^6 pings")
    meter.end(0.3)
    last = pongs = 0
    while last != n - 1:
        kind, payload = s.message()
        check(kind == "pong" and len(payload) == 125, f"got {kind}")
        check(pongs == 0 or int(payload) > last, "pongs out of order")
        last, pongs = int(payload), pongs + 1
    # what the sockets between us held before it was full, and one
    check(pongs < n // 10, f"{pongs} pongs waited somewhere")
    works_and_closes(s, server, tag)


add("D21", "10^6 pings whose pongs nobody reads: the last is answered", d21, ECHO)


def flood_beside(data, times, server_may_close=(), cpu=10.0, kib=2048):
    """The sender does not read. Others are served, memory stays."""
    def go(server, tag):
        s = server.open(tag, timeout=10, rcvbuf=4096)
        meter, before, start = Meter(server), server.anon(), server.cpu_ns()
        block = data * 10000
        for _ in range(times // 10000):
            sent, error = s.send_some(block, 0.5)
            if sent < len(block):
                break
        server.exchange()
        check(server.sanitized or meter.most - before < kib, f"{meter.most - before} KiB more at the height")
        server.check_cpu(start, cpu, f"{times} times")
        meter.end(0.3)
        if not server_may_close:
            s.rst()
        c = server.case(tag)
        codes = [x[0] for x in c["close"]]
        check(codes == [1006] or codes and codes[0] in server_may_close and len(codes) == 1, f"callbacks: {c}")
    return go


def d22_pongs(server, tag):
    s = server.open(tag, timeout=10)
    meter, before, start = Meter(server), server.anon(), server.cpu_ns()
    for _ in range(100):
        s.send(frame(PONG) * 10000)
    works_and_closes(s, server, tag)
    check(server.sanitized or meter.most - before < 1024, f"{meter.most - before} KiB more at the height")
    server.check_cpu(start, 3, "10^6 pongs")
    meter.end(0.3)


add("D22.1", "10^6 unsolicited pongs", d22_pongs, ECHO)
# over the rate a client is read later (API), so what it sends waits in its own sockets
add("D22.2", "10^6 empty texts, with the usual rate limit", flood_beside(text(""), 1000000, cpu=1), ("echo", {}))
add("D22.3", "10^6 empty messages, with the usual rate limit", flood_beside(text('{"message":""}'), 1000000, cpu=1), ("chat", {}))
# a frame that sendRaw() queued takes some 100 bytes beside its own, and send_queue_limit counts only these
add("D22.4", "10^6 short texts and no rate limit: answers nobody reads", lambda s, t: s.warmed(
    flood_beside(text("0123456789"), 1000000, (4101,), kib=12 * 1024), t), ECHO)
add("D22.5", "10^6 empty texts, which are no JSON", flood_beside(text(""), 1000000, (1007,), cpu=1), CHAT)


def http_go(data, expect):
    return lambda server, tag: expect(server, tag, data.replace(b"@TAG@", tag.encode()))


def drip(start, part, statuses):
    """Lines that keep coming do not move the deadline."""
    def go(server, tag):
        s, begin = Sock(server), time.monotonic()
        s.send(start)
        while s.s not in select_readable(s):
            s.send(part)
            check(time.monotonic() - begin < 3, "a slow request keeps its connection")
        is_refused(s, statuses)
        check(0.8 < time.monotonic() - begin < 2.5, "not at handshake_timeout")
    return go


def select_readable(s):
    return select.select([s.s], [], [], 0.1)[0]


add("D23.1", "head, five bytes a second", http_go(raw(b()), h86), SHORT, "time-D")
add("D23.2", "silence", http_go(b"", h87), SHORT, "time-D")
add("D23.3", "head without its last byte", http_go(raw(b()), h88), SHORT, "time-D")
add("D23.4", "a head that never ends", drip(b"GET /ws HTTP/1.1\r\nHost: a.test\r\n", b"X: y\r\n", (408,)), SHORT, "time-D")
add("D23.5", "empty lines that never end", drip(b"GET /ws HTTP/1.1\r\nHost: a.test\r\nX:", b" ", (408,)), SHORT, "time-D")
BODY = join([b"POST /control HTTP/1.1", b"Host: a.test", b'X-Do: {"do":"stats"}', b"Content-Length: 65536"])
add("D24.1", "body of 64 KiB, ten bytes a second", drip(BODY, b"x", (408,)), SHORT, "time-D")
add("D24.3", "message of 64 KiB, ten bytes a second", f42_trickle, SHORT_FRAMES, "time-D")
add("D24.4", "half a message", f42(head(0x81, 65535, 16) + b"x" * 1000), SHORT_FRAMES, "time-D")


def keeps_alive(server, tag):
    """D38: what a client asks for does not lengthen any of our waits."""
    s, begin = Sock(server), time.monotonic()
    s.send(join([b"GET /counters HTTP/1.1", b"Host: a.test", b"Connection: keep-alive", b"Keep-Alive: timeout=86400, max=1000000"]))
    check(s.response().status == 200, "no answer")
    check(s.until_closed(3) == b"", "bytes after the answer")
    check(time.monotonic() - begin < 2.5, "open long after handshake_timeout")


add("D38.1", "Keep-Alive: timeout=86400", keeps_alive, SHORT, "time-D")
PINGED = ("echo", {"rate_limit": None, "ping_interval": 1, "ping_timeout": 1, "close_timeout": 1})


def d25(fill):
    """Nothing of the peer's kernel can be cut here: a peer that never answers stands for one
    that is gone, with and without bytes on their way to it."""
    def go(server, tag):
        s, begin = server.open(tag, timeout=6, rcvbuf=4096), time.monotonic()
        for _ in range(40 if fill else 0):
            server.control(do="send", tag=tag, length=20000)
        c = None
        while not (c and c["close"]) and time.monotonic() - begin < 6:
            time.sleep(0.05)
            c = server.case(tag, closed=False)
        took = time.monotonic() - begin
        check(c["open"] == 1 and [x[0] for x in c["close"]] in ([4201], [1006]), f"callbacks: {c}")
        check(1.5 < took < 4.5, f"gone after {took:.1f} s, interval and timeout are 1")
        time.sleep(1.2)
        check(len(server.case(tag)["close"]) == 1, "onClose again")
    return go


add("D25.1", "a peer that is gone", d25(False), PINGED, "time-Dp")
add("D25.2", "a peer that is gone, with 800 KB on their way", d25(True), PINGED, "time-Dp")


def d26(server, tag):
    """EOF of the peer's is a close, after what was queued; no spinning on it."""
    s = server.open(tag, timeout=5, rcvbuf=8192)
    for _ in range(20):
        server.control(do="send", tag=tag, length=40000)
    s.fin()
    time.sleep(0.1)
    before = server.cpu_ns()
    time.sleep(1.0)
    server.check_cpu(before, 0.05, "a second with a half-closed peer")
    c = server.case(tag)
    check(c["open"] == 1 and [x[0] for x in c["close"]] == [1006], f"callbacks: {c}")
    have = 0
    while s.more():
        have, s.buf = have + len(s.buf), b""
    check(s.eof == "FIN", f"ended by {s.eof}")
    check(have == 20 * 40004, f"{have} of {20 * 40004} bytes that were queued came")


add("D26", "half-closed, with a full queue", d26, ECHO, "time-Dp")


def idle_half(server, tag):
    s = server.open(tag)
    s.fin()
    before = server.cpu_ns()
    check(s.until_closed(3) == b"", "bytes for one who has ended")
    server.check_cpu(before, 0.05, "a half-closed peer")
    c = server.case(tag)
    check(c["open"] == 1 and [x[0] for x in c["close"]] == [1006], f"callbacks: {c}")


add("D26.2", "half-closed and idle", idle_half, ECHO, "time-Dp")


# -- connections
def d27(server, tag):
    members = [server.open(timeout=5) for _ in range(10)]
    before, start = server.anon(), server.cpu_ns()
    flood = [Sock(server) for _ in range(2000)]
    begin = time.monotonic()
    for m in members:
        m.send(text("in"))
        check(m.message() == ("text", b"in"), "who was in suffers")
    check(time.monotonic() - begin < 1, "who was in waits")
    time.sleep(0.3)
    held = 0
    for s in flood:
        s.s.setblocking(False)
        try:
            held += s.s.recv(1, socket.MSG_PEEK) != b""
        except BlockingIOError:
            held += 1
        except OSError:
            pass
    check(held <= 100 + 32, f"{held} of 2,000 are held, max_connections is 100")
    polite = 0
    for s in [x for x in flood[80:140]]:
        s.s.settimeout(2)
        try:
            s.send(raw(b()).replace(b"@TAG@", tag.encode()))
            polite += b"HTTP/1.1 503 " in s.s.recv(4096)
        except OSError:
            pass
    check(polite > 10, f"only {polite} were told 503")
    check(server.sanitized or server.anon() - before < 2048, f"{server.anon() - before} KiB for 2,000 connections")
    server.check_cpu(start, 1.0, "2,000 connections")
    check(server.all_stderr().count("full: ") <= 1, "more than one line")


add("D27.1", "2,000 connections over max_connections 100", d27, ("echo", {"max_connections": 100, "rate_limit": None}))


def d27_churn(server, tag):
    """Not through Sock: as fast as one process can."""
    member, start = server.open(timeout=5), server.cpu_ns()
    meter = Meter(server)
    for i in range(20000):
        s = socket.socket()
        s.connect(("127.0.0.1", server.port))
        if i % 2:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        s.close()
    meter.end(0.3)
    server.check_cpu(start, 4, "20,000 connections")
    member.send(text("in"))
    check(member.message() == ("text", b"in"), "who was in suffers")


add("D27.2", "20,000 connections that go at once", d27_churn, ECHO)


def d28(server, tag):
    member = server.open(timeout=5)
    socks = []
    for _ in range(200):
        s = socket.socket()
        s.connect(("127.0.0.1", server.port))
        socks.append(s)
    time.sleep(0.2)
    before = server.cpu_ns()
    time.sleep(2.0)
    server.check_cpu(before, 0.1, "2 s without descriptors")
    log = server.all_stderr()
    check(log.count("cannot accept") == 1, f"{log.count('cannot accept')} lines in 2 s: {log[-200:]}")
    member.send(text("in"))
    check(member.message() == ("text", b"in"), "who was in suffers")
    for s in socks:
        s.close()
    begin = time.monotonic()
    fresh, last = None, None
    while not fresh and time.monotonic() - begin < 3:
        try:
            fresh = server.open(timeout=3)
        except Failed as e:   # the server is still finding out who is gone: 503
            last = e
            time.sleep(0.02)
    check(fresh and time.monotonic() - begin < 1.0, f"accepts again after {time.monotonic() - begin:.1f} s, {last}")
    fresh.send(text("x"))
    check(fresh.message() == ("text", b"x"), "no echo")
    for s in [member, fresh]:
        s.close()
    time.sleep(0.6)
    pauses = server.stats()["accept_pauses"]
    check(1 <= pauses <= 20, f"{pauses} pauses in 3 s, of which 2 with nothing to be had")


add("D28", "200 connections with 40 descriptors", d28, ("echo", {"_nofile": 40, "rate_limit": None, "log": "stderr"}))


# -- heads
def d29(n):
    return lambda server, tag: refuse_431(server, join(b()[:1] + [b"%c%c: v" % (97 + i // 26 % 26, 97 + i % 26) for i in range(n)] + b()[1:]))


def refuse_431(server, data):
    """A peer that is still sending may see a reset behind the answer, or instead of it."""
    before, start = server.anon(), server.cpu_ns()
    s = Sock(server)
    s.send_some(data, 3)
    try:
        if s.more():
            check(s.response().status in (431, 414), "no 431")
    except Failed as e:
        check("ended (ConnectionResetError)" in str(e), str(e))
    s.close()
    check(server.sanitized or server.anon() - before < 512, f"{server.anon() - before} KiB for a head")
    server.check_cpu(start, 0.2, "a head that is too big")


add("D29.1", "2,001 headers of two letters, then Upgrade", d29(2001), ECHO)
add("D29.2", "20,000 of them", d29(20000), ECHO)
add("D30.1", "one header of 20 MB", lambda s, t: refuse_431(s, join(b()[:1] + [b"X-A: " + b"a" * 20000000] + b()[1:])), ECHO)
add("D30.2", "a header name of 20 MB", lambda s, t: refuse_431(s, join(b()[:1] + [b"A" * 20000000 + b": x"] + b()[1:])), ECHO)
add("D30.3", "a target of 20 MB", lambda s, t: refuse_431(s, b"GET /" + b"a" * 20000000 + b" HTTP/1.1\r\n\r\n"), ECHO)
add("D30.4", "20 MB of headers", lambda s, t: refuse_431(s, join(b()[:1] + [b"X-A: " + b"a" * 8000] * 2500 + b()[1:])), ECHO)


def d31(length, each_kib):
    """1,000 clients, all but the last byte of a message each. There is no limit of all of them
    together: what they may take is max_connections times max_message_size."""
    def go(server, tag):
        before = server.anon()
        socks = [server.open(timeout=5) for _ in range(1000)]
        data = head(0x82, 65536, 64) + b"x" * length
        for s in socks:
            s.send(data)
        server.exchange()
        each = (server.anon() - before) / 1000
        check(server.sanitized or each < each_kib, f"{each:.1f} KiB per client that sent {length} of 65,536 bytes")
        for s in socks:
            s.close()
    return go


add("D31.1", "1,000 clients with 65,535 bytes of 65,536",
    lambda s, t: s.warmed(d31(65535, 76), t), UNFINISHED)
add("D31.2", "1,000 clients with 100 bytes of 65,536: memory grows with what came",
    lambda s, t: s.warmed(d31(100, 4), t), UNFINISHED)
add("D31.3", "1,000 clients with 5,000 bytes of 65,536", lambda s, t: s.warmed(d31(5000, 16), t), UNFINISHED)


# -- rooms and names
def d32_names(server, tag):
    before = server.stats()["rooms"]
    for name, ok in [("a" * 255, True), ("a" * 256, False), ("", False), ("%00", False), ("a%0ab", False), ("a%7f", False), ("%c2%85", False),
                     ("%ff", False), ("%e4%bd", False), ("%E4%BD%A0", True), ("%zz", False), ("a%2fb", True), ("%f0%9f%98%80" * 63, True), ("%f0%9f%98%80" * 64, False)]:
        s = Sock(server)
        s.send(join([b"GET /ws?room=" + enc(name) + b" HTTP/1.1"] + b()[1:]).replace(b"@TAG@", tag.encode()))
        r = s.response()
        check(r.status == (101 if ok else 400), f"room {name[:20]} ({len(name)}): {r.status}")
        s.rst()
    refuse_431(server, b"GET /ws?room=" + b"a" * MIB + b" HTTP/1.1\r\n\r\n")
    wait_for(lambda: server.stats()["rooms"] == before, "empty rooms stay")


def wait_for(done, what, seconds=3):
    end = time.monotonic() + seconds
    while not done():
        check(time.monotonic() < end, what)
        time.sleep(0.02)


def d32_many(server, tag):
    before, base = server.anon(), server.stats()["rooms"]
    socks = [server.open(target=f"/ws?room={'r' * 240}{i}") for i in range(2000)]
    check(server.stats()["rooms"] == base + 2000, "2,000 rooms")
    each = (server.anon() - before) / 2000
    check(server.sanitized or each < 6, f"{each:.1f} KiB per client with a room of its own")
    for s in socks:
        s.close()
    wait_for(lambda: server.stats()["rooms"] == base, "empty rooms stay")


add("D32.1", "names of rooms", d32_names)
add("D32.2", "2,000 rooms with long names, and they go", lambda s, t: s.warmed(d32_many, t))


def d33(server, tag):
    """Names that collide under times 33, 31 and the like, and as many that do not."""
    same, other = [""], random.Random(33)
    for _ in range(7):
        same = [k + x for k in same for x in ("Ez", "FY", "G8")]
    plain = ["".join(other.choice("abcdefghijkl") for _ in range(14)) for _ in same]

    def join_all(names):
        before = server.cpu_ns()
        socks = [server.open(target="/ws?room=" + n) for n in names]
        took = server.cpu_ns() - before
        for s in socks:
            s.close()
        server.sockets = [s for s in server.sockets if s not in set(socks)]
        wait_for(lambda: server.stats()["clients"] == 0, "they stay")
        return took

    join_all(plain)
    one, two = min(join_all(plain), join_all(plain)), min(join_all(same), join_all(same))
    check(server.sanitized or two < 2 * one, f"{len(same)} rooms: {one / 1e6:.0f} ms of CPU, with names that collide {two / 1e6:.0f} ms")


add("D33.1", "2,187 rooms whose names collide", d33)


def d33_keys(server, tag):
    payload = j38_colliding().encode()
    s = server.open(tag, timeout=5)
    before = server.cpu_ns()
    s.send(text(payload))
    check(s.message()[:2] == ("close", 1007), "no Close 1007")
    server.check_cpu(before, 0.1, f"{len(payload)} bytes of colliding keys")


add("D33.2", "59,049 colliding keys", d33_keys, ("chat", {"rate_limit": None, "max_message_size": 4 * MIB}))


def d35(server, tag):
    def churn(n, part):
        for i in range(n):
            s = server.open(target=f"/ws?room=r{part}.{i % 100}")
            s.rst() if i % 3 == 0 else s.close()
            server.sockets.remove(s)
        wait_for(lambda: server.stats()["connections"] == 1, "connections stay")

    churn(500, 0)
    before = server.anon()
    churn(4500, 1)
    grown = server.anon() - before
    check(server.sanitized or grown < 256, f"{grown} KiB more after 4,500 clients came and went")
    check(server.stats()["rooms"] == 0, "empty rooms stay")


add("D35", "5,000 clients join rooms and leave", d35)


# -- the log
def d36(server, tag):
    """Whatever strangers do, 200 times each: a line of each kind at most."""
    with open(os.path.join(public(), "big.bin"), "wb") as f:
        f.truncate(17 * MIB)
    lines = server.all_stderr().count("\n")
    kinds = [join(b("/ws", Sec_WebSocket_Version="8")), join(b(Origin="http://b.test")), b"\x16\x03\x01garbage\r\n\r\n", join(b(Host=None)), join(b("/nowhere")),
             join([b"GET /big.bin HTTP/1.1", b"Host: a.test"]), join([b"POST / HTTP/1.1", b"Host: a.test", b"Content-Length: 99999999"])]
    for data in kinds:
        for _ in range(200):
            s = Sock(server)
            s.send(data)
            s.more()
            s.rst()
            server.sockets.remove(s)
    for data in [b"\x83\x80\0\0\0\0", text("{"), frame(TEXT, b"\xff"), head(0x81, 1 << 40, 64)]:
        for _ in range(100):
            s = server.open()
            s.send(data)
            s.more()
            s.rst()
            server.sockets.remove(s)
    keep = []
    for _ in range(150):
        keep.append(Sock(server))
    time.sleep(0.1)
    added = server.all_stderr().splitlines()[lines:]
    kinds = {}
    for line in added:
        kind = re.sub(r"[0-9]+", "N", line)
        kinds[kind] = kinds.get(kind, 0) + 1
    check(all(n <= 1 for n in kinds.values()), f"{len(added)} lines: {kinds}")


add("D36", "log floods", d36, ("chat", {"public": "public", "max_connections": 50, "log": "stderr", "rate_limit": None}))


# -- TLS
TLS = ("echo", {"_tls": True, "handshake_timeout": 1, "close_timeout": 1, "rate_limit": None})


def hello(version=None):
    """A client's first flight, and what is needed to go on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if version:
        context.maximum_version = version
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname="a.test")
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


def tls_port(server):
    return int(server.stats()["listen"][1].split(":")[2].split("/")[0])


def stalls(first, trickle=b""):
    def go(server, tag):
        s, begin = Sock(server, port=tls_port(server)), time.monotonic()
        s.send(first)
        rest = trickle
        while time.monotonic() - begin < 3:
            if s.s in select_readable(s) and not s.more():
                break
            if rest:
                s.send(rest[:1])
                rest = rest[1:]
        took = time.monotonic() - begin
        check(s.eof, "a stalled handshake keeps its connection")
        check(0.8 < took < 2.5, f"closed after {took:.1f} s, handshake_timeout is 1")
    return go


add("D37.1", "TLS: silence", stalls(b""), TLS, "time-D")
add("D37.2", "TLS: a ClientHello, then silence", stalls(hello()), TLS, "time-D")
add("D37.3", "TLS 1.2: a ClientHello, then silence", stalls(hello(ssl.TLSVersion.TLSv1_2)), TLS, "time-D")
add("D37.4", "TLS: half a ClientHello, then silence", stalls(hello()[:100]), TLS, "time-D")
add("D37.5", "TLS: a ClientHello, ten bytes a second", stalls(hello()[:50], hello()[50:]), TLS, "time-D")


def d37_no_http(server, tag):
    """A handshake, then nothing: the deadline counts from accept."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    begin = time.monotonic()
    with socket.create_connection(("127.0.0.1", tls_port(server)), 4) as tcp:
        time.sleep(0.5)
        with context.wrap_socket(tcp, server_hostname="a.test") as s:
            try:
                check(s.recv(1) == b"", "bytes for a silent peer")
            except OSError:
                pass
    took = time.monotonic() - begin
    check(0.8 < took < 2.0, f"closed after {took:.1f} s, handshake_timeout is 1")


add("D37.6", "TLS: a late handshake, then silence", d37_no_http, TLS, "time-D")


def d37_renegotiation(server, tag):
    """s_client asks for one when it reads a line R; a server that refuses says so by an alert."""
    before = server.cpu_ns()
    try:
        client = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{tls_port(server)}", "-tls1_2"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except FileNotFoundError:
        raise Skip("needs the program openssl")
    try:
        time.sleep(0.4)
        client.stdin.write(b"R\n")
        client.stdin.flush()
        time.sleep(0.3)
        out, _ = client.communicate(b"R\nR\n", timeout=5)
    finally:
        client.kill()
    check(b"Protocol  : TLSv1.2" in out and b"RENEGOTIATING" in out, f"did not come that far: {out[-300:]}")
    check(b"no renegotiation" in out, f"renegotiation was not refused: {out[-300:]}")
    server.check_cpu(before, 0.2, "renegotiations")


add("D37.7", "TLS 1.2: renegotiation is refused", d37_renegotiation, TLS, "time-D")


def d37_flood(server, tag):
    """100 half handshakes at a time: others are served meanwhile, and all are gone after."""
    port, first = tls_port(server), hello()
    before = server.cpu_ns()
    for _ in range(100):
        Sock(server, port=port).send(first)
    server.exchange()
    server.check_cpu(before, 1.0, "100 ClientHellos")
    time.sleep(1.6)
    wait_for(lambda: server.stats()["connections"] == 1, "stalled handshakes stay")


add("D37.8", "TLS: 100 ClientHellos, then silence", lambda s, t: s.warmed(d37_flood, t), TLS, "time-D")
for i, n in enumerate(["18446744073709551616", "99999999999999999999999", "-1", "9223372036854775807", "4294967296"], 2):
    add(f"D38.{i}", f"Content-Length: {n}", lambda server, tag, n=n: number(server, n), CHAT, "D")


def number(server, n):
    s = Sock(server)
    s.send(join([b"POST /control HTTP/1.1", b"Host: a.test", b"Content-Length: " + enc(n)]))
    is_refused(s, (400, 413))


def cases():
    """(id, title, server, function, group)"""
    for id, title, go, server, group in ROWS:
        options = dict(server[1])
        if "public" in options:
            options["public"] = public()
        yield id, title, (server[0], options), (lambda server, go=go, id=id: go(server, id)), group
