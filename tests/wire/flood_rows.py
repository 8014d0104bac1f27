"""Catalogue 2B: exhaustion, D20 to D36; D23 to D26 are in stall_rows.py. Quantities, so these run
alone, one after the other.

What needs joining by message, history and users (D32, D33, D34, D35 in part) is for the dialect
that has them; ?room= is what the basic one has."""

import os
import random
import re
import select
import socket
import threading
import time

from defect_rows import CHAT, ECHO, public
from http_rows import b, raw, works_and_closes
from json_rows import j38_colliding
from v1 import OPTIONS, Client, php
from wire import PING, PONG, TEXT, Failed, Sock, check, close, enc, frame, head, join, text, wait_for

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
        check(self.server.sanitized or late < p99,
              f"others wait {late * 1000:.0f} ms in 1 of 100 of {len(self.took)} pings")


def count_frames(s, size, want, result, progress):
    """Reads frames of one size and looks at the last; progress[s]: bytes so far."""
    have, last = 0, b""
    try:
        while have < want * size:
            data = s.s.recv(MIB)
            check(data, f"ended after {have} of {want * size} bytes")
            have += len(data)
            progress[s] = have
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
        results, threads, progress = [[], []], [], {r: 0 for r in readers}
        for r, result in zip(readers, results):
            threads.append(threading.Thread(target=count_frames, args=(r, size, n, result, progress), daemon=True))
            threads[-1].start()
        block = text(body) * each
        sender.trace = [""] * 40
        for i in range(blocks):
            sender.send(block)
            # who reads is not to be taken for slow because this machine is busy
            while min(progress.values()) < (i + 1) * each * size - 500000 and any(t.is_alive() for t in threads):
                time.sleep(0.001)
        for t in threads:
            t.join(30)
        for result in results:
            check(result and isinstance(result[0], bytes), f"a reader: {result or 'not done'}")
            check(b'"uid":"' in result[0][-60:] and result[0].endswith(b'"}'), f"the last frame is {result[0][-60:]}")
        for i in range(10):
            c = server.case(f"{tag}.{i}")
            check([x[0] for x in c["close"]] == [4101], f"one that does not read: {c}, expected 4101")
        check(server.stats()["slow_consumers"] >= 10, "not counted")
        check(server.sanitized or meter.most - before < limit_mib * 1024,
              f"{meter.most - before} KiB more at the height")
        meter.end(0.5)
        works_and_closes_untagged(sender)
    return go


def works_and_closes_untagged(s):
    s.send(close(1000))
    while True:
        have = s.message()
        if have[0] == "close":
            return check(have[1] == 1000, f"Close {have[1]}")


add("D20.1", "100 MB in messages of 50 KB to a room with ten who do not read",
    lambda s, t: s.warmed(d20(2000, 50000, 16), t), FORGETFUL)
add("D20.2", "240,000 small messages to the same",
    lambda s, t: s.warmed(d20(40, 10, 16), t), FORGETFUL)


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
add("D22.3", "10^6 empty messages, with the usual rate limit", flood_beside(text('{"message":""}'), 1000000, cpu=1),
    ("chat", {}))
# a frame that sendRaw() queued takes some 100 bytes beside its own, and send_queue_limit counts only these
add("D22.4", "10^6 short texts and no rate limit: answers nobody reads", lambda s, t: s.warmed(
    flood_beside(text("0123456789"), 1000000, (4101,), kib=12 * 1024), t), ECHO)
add("D22.5", "10^6 empty texts, which are no JSON", flood_beside(text(""), 1000000, (1007,), cpu=1), CHAT)


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


add("D27.1", "2,000 connections over max_connections 100", d27, ("echo", {"max_connections": 100,
    "rate_limit": None}))


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
    return lambda server, tag: refuse_431(server, join(b()[:1] + [b"%c%c: v" % (97 + i // 26 % 26,
        97 + i % 26) for i in range(n)] + b()[1:]))


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
add("D30.1", "one header of 20 MB", lambda s, t: refuse_431(s,
                                                            join(b()[:1] + [b"X-A: " + b"a" * 20000000] + b()[1:])),
                                                            ECHO)
add("D30.2", "a header name of 20 MB", lambda s, t: refuse_431(s,
    join(b()[:1] + [b"A" * 20000000 + b": x"] + b()[1:])), ECHO)
add("D30.3", "a target of 20 MB", lambda s, t: refuse_431(s, b"GET /" + b"a" * 20000000 + b" HTTP/1.1\r\n\r\n"), ECHO)
add("D30.4", "20 MB of headers", lambda s, t: refuse_431(s,
                                                         join(b()[:1] + [b"X-A: " + b"a" * 8000] * 2500 + b()[1:])),
                                                         ECHO)


def d31(length, each_kib):
    """1,000 clients, all but the last byte of a message each: memory grows with what came."""
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


def d31_limit(server, tag):
    """Over mem_limit those who hold the most are closed, and no more of them than must be."""
    before = server.stats()
    few = [server.open(timeout=5) for _ in range(20)]
    many = [server.open(timeout=5) for _ in range(300)]
    for s in few:
        s.send(head(0x82, 65536, 64) + b"f" * 1000)
    for s in many:
        s.send(head(0x82, 65536, 64) + b"m" * 65535)
    server.exchange()
    after = server.stats()
    check(after["held_bytes"] <= 8 * MIB, f"{after['held_bytes']} bytes are held")
    closed = 0
    for s in many:
        s.send(b"m")
        answer = s.message()
        if answer[0] == "close":
            check(answer[1] == 1013, f"closed with {answer}")
            closed += 1
        else:
            check(len(answer[1]) == 65536, "not all of the message")
    check(closed == after["over_mem_limit"] - before["over_mem_limit"], "counted otherwise")
    check(180 <= closed <= 220, f"{closed} of 300 were closed; 116 fit")
    for s in few:
        s.send(b"f" * 64536)
        answer = s.message()
        check(answer[0] == "binary" and len(answer[1]) == 65536, "one that held little was closed")
    for s in few + many:
        s.close()
    wait_for(lambda: server.stats()["held_bytes"] <= before["held_bytes"] + 4096, "held for nobody")


def d31_http(server, tag):
    before = server.stats()
    socks = [Sock(server, timeout=5) for _ in range(1000)]
    for s in socks:
        s.send(b"GET /ws HTTP/1.1\r\nHost: a.test\r\nX-A: " + b"a" * 8000 + b"\r\nX-B: " + b"b" * 7000)
    server.exchange()
    after = server.stats()
    check(after["held_bytes"] <= 8 * MIB, f"{after['held_bytes']} bytes are held")
    closed = after["over_mem_limit"] - before["over_mem_limit"]
    check(closed >= 400, f"{closed} were closed")
    refused = 0
    for s in socks:
        if select.select([s.s], [], [], 0)[0]:
            r = s.response()
            check(r.status == 503, f"status {r.status}")
            refused += 1
        s.close()
    check(refused == closed, f"{refused} got 503, {closed} were counted")
    wait_for(lambda: server.stats()["held_bytes"] <= before["held_bytes"] + 4096, "held for nobody")


SMALL = ("echo", {"rate_limit": None, "mem_limit": 8 * MIB, "_mmap": 16384})
add("D31.4", "mem_limit: the largest unfinished messages go, 1013", lambda s, t: s.warmed(d31_limit, t), SMALL)
add("D31.5", "mem_limit: the largest unfinished requests go, 503", d31_http, SMALL)


# -- rooms and names
def d32_names(server, tag):
    before = server.stats()["rooms"]
    for name, ok in [("a" * 255, True), ("a" * 256, False), ("", False), ("%00", False), ("a%0ab", False), ("a%7f",
        False), ("%c2%85", False),
                     ("%ff", False), ("%e4%bd", False), ("%E4%BD%A0", True), ("%zz", False), ("a%2fb", True),
                     ("%f0%9f%98%80" * 63, True), ("%f0%9f%98%80" * 64, False)]:
        s = Sock(server)
        s.send(join([b"GET /ws?room=" + enc(name) + b" HTTP/1.1"] + b()[1:]).replace(b"@TAG@", tag.encode()))
        r = s.response()
        check(r.status == (101 if ok else 400), f"room {name[:20]} ({len(name)}): {r.status}")
        s.rst()
    refuse_431(server, b"GET /ws?room=" + b"a" * MIB + b" HTTP/1.1\r\n\r\n")
    wait_for(lambda: server.stats()["rooms"] == before, "empty rooms stay")


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
    """Rooms whose names collide under times 33 and the like: finding one among them costs what
    any other name costs."""
    same, other = [""], random.Random(33)
    for _ in range(8):
        same = [k + x for k in same for x in ("Ez", "FY", "G8")]
    plain = ["".join(other.choice("abcdefghijkl") for _ in range(16)) for _ in range(300)]
    held, free = same[:3000], same[-300:]
    before = server.stats()["clients"]
    keep = [server.open(target="/ws?room=" + n) for n in held]

    def visit(names):
        start = server.cpu_ns()
        for n in names:
            s = server.open(target="/ws?room=" + n)
            s.rst()
            server.sockets.remove(s)
        wait_for(lambda: server.stats()["clients"] == before + len(keep), "they stay")
        return server.cpu_ns() - start

    visit(plain)
    for _ in range(3):
        one = min(visit(plain) for _ in range(3))
        two = min(visit(free) for _ in range(3))
        if two < 1.3 * one:
            break
    check(server.sanitized or two < 1.3 * one,
          f"among {len(held)} names: {one / 1e6:.0f} ms of CPU, one that collides {two / 1e6:.0f} ms")
    for s in keep:
        s.close()


add("D33.1", "3,000 rooms whose names collide", lambda s, t: (s.may_grow(8192), d33(s, t)))


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
    kinds = [join(b("/ws", Sec_WebSocket_Version="8")), join(b(Origin="http://b.test")),
             b"\x16\x03\x01garbage\r\n\r\n", join(b(Host=None)), join(b("/nowhere")),
             join([b"GET /big.bin HTTP/1.1", b"Host: a.test"]), join([b"POST / HTTP/1.1", b"Host: a.test",
                 b"Content-Length: 99999999"])]
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
    check(any("full:" in k for k in kinds) and any("is larger than" in k for k in kinds), f"nothing was said of it: {kinds}")


add("D36", "log floods", d36, ("chat", {"public": "public", "max_connections": 50, "log": "stderr",
                                        "rate_limit": None}))


def d34_history(server, id):
    """20 MB of messages into 60 rooms, one after the other, where all may keep 1 MiB together."""
    a = Client(server, {"join": ["quiet"]})
    epoch = a.next("joined")["epoch"]
    a.send({"message": "long ago", "id": "once"})
    a.next("ack")
    a.cut()
    b, before = Client(server), server.anon()
    for i in range(60):
        b.join(f"{i}")
        b.send(*[{"message": "x" * 16384, "room": f"{i}"}] * 20)
        b.drain()
        b.send({"type": "leave", "room": f"{i}", "id": 1})
        b.next("left")
        check(php(server, "return $chat->stats()['history_bytes'];") <= MIB, f"more is kept after room {i}")
    grown = server.anon() - before
    check(server.sanitized or grown < 4096, f"the server grew by {grown} KiB")
    server.may_grow(4096)
    kept = php(server, "return array_map(fn ($r) => array_column($chat->history((string) $r, 200), 'seq'), range(0, 59));")
    check([k for k in kept if k] == [[18, 19, 20], *[list(range(1, 21))] * 3] and kept[56], f"kept: {kept}")
    check(php(server, "return $chat->stats()['history_evicted'];") == 60 * 20 + 1 - 63, "how many went")
    r = a.resume({"quiet": 0})
    j = r.next("joined")
    check(r.welcome["resumed"] and (j["recovered"], j["seq"], j["epoch"]) == (False, 1, epoch), f"{r.welcome} {j}")
    r.send({"message": "long ago", "id": "once"})
    check(r.next("ack")["seq"] == 1, "what is gone was said all the same")


add("D34.history", "rooms are filled with history: together they keep history_memory", d34_history,
    ("v1", {**OPTIONS, "history_memory": MIB}))


def cases():
    """(id, title, server, function, group)"""
    for id, title, go, server, group in ROWS:
        options = dict(server[1])
        if "public" in options:
            options["public"] = public()
        yield id, title, (server[0], options), (lambda server, go=go, id=id: go(server, id)), group
