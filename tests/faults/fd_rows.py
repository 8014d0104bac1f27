"""Catalogue 4.4: out of descriptors, out of memory, and nothing left behind."""

import os
import random
import select
import socket
import struct
import time

from faults import (HERE, OUT, Failed, Row, Server, Strace, TlsSock, Traffic, base, check, close, frame, join, limit,
                    main, make_cert, row, text, until, wire)


def tls_urls(plain_first=False):
    cert = make_cert(Row.folder(), "one")
    tls = {"cert": cert + ".crt", "key": cert + ".key"}
    wss = ["wss://127.0.0.1:0/ws", tls]
    return [["ws://127.0.0.1:0/ws", None], wss] if plain_first else [wss]


def flood(port, n):
    """Connections that say nothing."""
    out = []
    for _ in range(n):
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex(("127.0.0.1", port))
        out.append(s)
    return out


@row("K50", "out of descriptors (D28): no spinning, a line in 10 s, and accepting again within a second")
def emfile():
    server = Server(options={"handshake_timeout": 60})
    traffic = Traffic(server, members=4, rate=80)
    before = server.stats()
    fds = server.fds()
    limit(server.pid, "nofile", fds + 10)
    waiting = flood(server.port, 200)
    until(lambda: server.fds() >= fds + 10, 3, "no descriptor is left")
    cpu, start = server.cpu(), time.monotonic()
    time.sleep(1.6)
    used = (server.cpu() - cpu) / (time.monotonic() - start)
    check(used < 0.15, f"{used:.0%} of a core with 4 clients' traffic")
    for s in waiting[40:]:
        s.close()
    limit(server.pid, "nofile", fds + 300)
    start = time.monotonic()
    fresh = server.open("fresh", timeout=3)
    check(time.monotonic() - start < 1.2, f"accepted after {time.monotonic() - start:.2f} s")
    traffic.finish()
    after = server.stats()
    pauses = after["accept_pauses"] - before["accept_pauses"]
    check(2 <= pauses <= 8, f"{pauses} pauses of 500 ms")
    lines = server.stderr().count("cannot accept")
    check(lines == 1, f"{lines} lines in the log")
    for s in [fresh, *waiting[:40]]:
        s.close()
    server.exchange()
    server.stop()


@row("K51", "what accept() may fail with: the want of something pauses it, anything else does not")
def accept_errors():
    server = Server()
    traffic = Traffic(server, members=3, rate=50)
    pauses, first, total = 0, 1, 0
    names = [("ECONNABORTED", 0), ("ENOMEM", 1), ("EPROTO", 0), ("EPERM", 0), ("ENFILE", 1), ("EINTR", 0),
             ("EMFILE", 1), ("ENETDOWN", 0), ("ENOBUFS", 1), ("EHOSTUNREACH", 0)]
    random.shuffle(names)
    for name, pausing in names:
        with Strace(server.pid, f"accept4:error={name}:when={first}..{first + (0 if pausing else 2)}") as s:
            start = time.monotonic()
            server.open("accept", timeout=3).close()
            took = time.monotonic() - start
            check(s.injected() == (1 if pausing else 3), f"{name}: {s.injected()} injected")
        pauses += pausing
        check((took > 0.35) == bool(pausing), f"{name}: accepted after {took:.2f} s")
        total += 1
    stats = server.stats()
    check(stats["accept_pauses"] == pauses, f"{stats['accept_pauses']} pauses, not {pauses}")
    traffic.finish()
    server.exchange()
    server.stop()


@row("K52", "no descriptor for a file, a certificate or the log: whoever asked is told, and may try again")
def emfile_elsewhere():
    server = Server(options={"public": HERE}, urls=tls_urls(plain_first=True))
    traffic = Traffic(server, members=3, rate=50)
    page = [server.connect() for _ in range(2)]
    ask = join([b"GET /server.php HTTP/1.1", b"Host: 127.0.0.1"])
    page[0].send(ask)
    check(page[0].response().status == 200, "the file is not served")
    limit(server.pid, "nofile", server.fds())
    page[0].send(ask)
    r = page[0].response()
    check(r.status == 503 and r.get("Retry-After"), f"with no descriptor left the file is {r.status}")
    server.proc.send_signal(1)
    until(lambda: "certificates stay as they are" in server.stderr(), 3, "a line about the certificates")
    check("Too many open files" in server.stderr(), "the log does not say why")
    limit(server.pid, "nofile", 1000)
    page[1].send(ask)
    check(page[1].response().status == 200, "the file is not served afterwards")
    server.proc.send_signal(1)
    until(lambda: "were read again" in server.stderr(), 3, "the certificates are read afterwards")
    traffic.finish()
    server.exchange()
    server.stop()
    folder = os.path.join(OUT, Row.current + "-none", "chat.log")
    server = Server(options={"log": folder}, listens=False)
    said = server.line(5)
    check("cannot open the log file" in said and "No such file" in said, f"it said {said!r}")
    server.stop(number=None, status=1)


class Vanished(Exception):
    """A message did not come, and nobody was closed for it."""


def next_of(one, other):
    """The next frame of one, or Failed once either has ended: who is out of memory is closed, and with it goes
    what it said."""
    end = time.monotonic() + 3
    while len(one.buf) < 2:
        for s in (one, other):
            if s.eof:
                raise Failed("closed")
        ready = [s.s for s in (one, other) if getattr(s.s, "pending", int)()]
        ready = ready or select.select([one.s, other.s], [], [], 0.1)[0]
        if time.monotonic() > end:
            raise Vanished("a message did not come, and nobody was closed for it")
        for s in (one, other):
            if s.s in ready:
                try:
                    s.more(0.05)
                except Failed:
                    pass   # a record of TLS's own
    return one.message()


# What a server does for its clients, every part of it taking memory. A step may fail: then its connection is gone.

def scenario(server, plain_port, i):
    """True when nothing of it failed."""
    good = True

    def attempt(step):
        nonlocal good
        try:
            step()
        except (Failed, OSError, ValueError):
            good = False

    port = type("Port", (), {"port": plain_port, "sockets": []})
    mine = []

    def connect(tls):
        s = TlsSock(server, timeout=2.0) if tls else wire.Sock(port, timeout=2.0)
        mine.append(s)
        s.send(join(base(target=f"/ws?room=mem{i}", Host="127.0.0.1")))
        check(s.response().status == 101, "refused")
        return s

    def talk():
        a, b = connect(False), connect(i % 2 == 0)
        long = '{"message":"' + "y" * 3000 + '"}'
        part = long.encode()
        for data in (text('{"message":"short"}'), text(long), frame(wire.TEXT, part[:1000], fin=False)
                     + frame(wire.PING, b"p") + frame(wire.CONT, part[1000:])):
            a.send(data[:len(data) // 2])   # in pieces: reassembly
            time.sleep(0.001)
            a.send(data[len(data) // 2:])
            check(next_of(b, a)[0] == "text", "no message")
        check(next_of(a, b) == ("pong", b"p"), "no pong")
        b.send(text('{"message":"back"}'))
        check(next_of(a, b)[0] == "text", "no message back")
        a.send(close(1000, b"done"))
        check(a.message()[:2] == ("close", 1000), "no Close")
        b.send(text("nonsense"))
        check(b.message()[:2] == ("close", 1007), "no Close 1007")

    def page():
        s = wire.Sock(port, timeout=2.0)
        mine.append(s)
        s.send(join([b"GET /server.php HTTP/1.1", b"Host: 127.0.0.1", b"Connection: close"]))
        check(s.response().status == 200, "no page")

    attempt(talk)
    attempt(page)
    for s in mine:
        s.close()
    server.sockets.clear()
    return good


@row("K53", "the n-th allocation fails (connect, message, broadcast, join, close, TLS, file): one connection goes, "
     "the server stays", limit=75)
def nth_allocation():
    server = Server(urls=list(reversed(tls_urls(plain_first=True))), options={"public": HERE}, shim=True)
    plain = int(server.urls[1].rsplit(":", 1)[1].split("/")[0])
    for i in (0, 1):
        check(scenario(server, plain, i), "it does not even work with memory")
    traffic = Traffic(server, members=3, rate=20)
    fds = until(lambda: server.fds(), 1, "descriptors")
    n, i, failed, worst, end = 1, 0, 0, 0, time.monotonic() + 40
    while True:
        check(time.monotonic() < end, f"only {n} allocations were tried")
        server.shim.fail_at(n)
        good = scenario(server, plain, i)
        calls = server.shim.calls()
        server.shim.fail_at(0)
        server.alive()
        failed += not good
        worst = max(worst, calls)
        if calls < n and i % 2 == 0:
            break
        n, i = n + i % 2, i + 1
    check(failed > 300, f"only {failed} runs noticed")
    check(worst >= 400, f"only {worst} allocations were seen")
    Row.note(f"{i} runs, allocations up to the {n}th, {failed} runs lost a connection")
    for i in (0, 1):
        check(scenario(server, plain, i), "it does not work any more")
    traffic.books(gone=3)   # theirs may be among the connections that went
    Traffic(server, members=3, rate=50).finish()
    until(lambda: server.fds() <= fds, 3, f"descriptors: {server.fds()}, {fds} before")
    server.stop()


@row("K55", "the address space ends (RLIMIT_AS): who cannot be given memory is closed, and it goes on afterwards")
def no_address_space():
    server = Server("bare", {"max_message_size": 8 << 20, "message_timeout": 60})
    traffic = Traffic(server, members=3, rate=50)
    time.sleep(0.2)
    with open(f"/proc/{server.pid}/statm") as f:
        size = int(f.read().split()[0]) * 4096
    limit(server.pid, "as", size + (24 << 20))
    greedy, refused = [], 0
    big = frame(wire.TEXT, b"z" * (6 << 20), fin=False)
    for _ in range(8):   # each wants 6 MiB kept
        s = server.open("greedy", timeout=5)
        s.send_some(big, 2)
        greedy.append(s)
    stats = server.stats()
    check(stats["out_of_memory"] >= 1, "nothing was refused for want of memory")
    for s in greedy:
        try:
            s.send(frame(wire.PING, b"x"))
            while s.message()[0] != "pong":
                pass
        except (Failed, OSError):
            refused += 1
        s.close()
    check(1 <= refused < 8, f"{refused} of 8 were closed")
    limit(server.pid, "as", "unlimited")
    server.sockets.clear()
    time.sleep(0.1)
    server.exchange()
    traffic.finish()
    server.stop()


@row("K56", "epoll_ctl fails with ENOSPC, ENOMEM, EPERM for a new connection, or for one that waits to write")
def epoll_full():
    server = Server(options={"send_queue_limit": 64 << 20})
    traffic = Traffic(server, members=3, rate=50)
    fds = server.fds()
    for name in ("ENOSPC", "ENOMEM", "EPERM"):
        with Strace(server.pid, f"epoll_ctl:error={name}:when=1..1") as s:
            refused = server.connect()
            check(refused.until_closed(3) == b"", "bytes from a connection that was refused")
            check(s.injected() == 1, "nothing was injected")
        server.sockets.clear()
        server.exchange()
    stats = server.stats()
    check(stats["out_of_memory"] == 3, f"out_of_memory is {stats['out_of_memory']}")
    slow = server.open("slow", timeout=5, rcvbuf=4096)
    fast = server.open("slow")
    with Strace(server.pid, "epoll_ctl:error=ENOMEM:when=1..2") as s:   # libevent takes it out and puts it in again
        message = text('{"message":"' + "m" * 60000 + '"}')
        for _ in range(200):   # until slow's socket is full and the server must wait for it
            if s.injected():
                break
            fast.send(message)
            time.sleep(0.005)
        check(s.injected() == 2, "nothing was injected")
    slow.until_closed(5)
    fast.close()
    traffic.finish()
    until(lambda: server.fds() <= fds, 3, f"descriptors: {server.fds()}, {fds} before")
    server.exchange()
    server.stop()


@row("K51.io", "system calls that are interrupted or fail once: EINTR and EAGAIN cost nothing, others one connection")
def io_errors():
    server = Server()
    traffic = Traffic(server, members=4, rate=100)
    # bounded, and waited for: strace that leaves in the middle of an injected call makes it an ENOSYS
    for call, error in (("epoll_wait", "EINTR"), ("recvfrom", "EINTR"), ("recvfrom", "EAGAIN"), ("sendto", "EINTR"),
                        ("sendto", "EAGAIN")):
        with Strace(server.pid, f"{call}:error={error}:when=1..40+3") as s:
            until(lambda: s.injected() >= 14, 3, f"{call}: 14 times {error}, {s.injected()} so far")
            time.sleep(0.1)
    with Strace(server.pid, "accept4:error=EINTR:when=1..3") as s:
        server.exchange()
        check(s.injected() == 3, f"accept4: {s.injected()} injected")
    check(all(c.ended is None for c in traffic.clients), f"closed: {[c.ended for c in traffic.clients]}")
    for call, error in (("recvfrom", "ECONNRESET"), ("recvfrom", "ETIMEDOUT"), ("sendto,sendmsg", "EPIPE"),
                        ("sendto,sendmsg", "ENOBUFS")):
        server.open("victim").close()
        with Strace(server.pid, *[f"{c}:error={error}:when=20..20" for c in call.split(",")]):
            time.sleep(0.3)
    gone = sum(c.ended is not None for c in traffic.clients)
    check(1 <= gone <= 6, f"{gone} connections went")
    traffic.finish(gone=4)
    server.exchange()
    server.stop()


# Churn

def cycles(connect, n, wave, way):
    """n connections, wave at a time, that end in the given way."""
    done = 0
    while done < n:
        group = [connect() for _ in range(min(wave, n - done))]
        for s in group:
            way(s)
        done += len(group)
    return done


def handshake_request(i):
    return join(base(target=f"/ws?room=churn{i % 7}", Host="127.0.0.1"))


def read_101(s):
    got = b""
    while b"\r\n\r\n" not in got:
        more = s.recv(4096)
        check(more, "closed in the handshake")
        got += more
    check(got.startswith(b"HTTP/1.1 101 "), f"refused: {got[:60]}")


def wave(port, n, way):
    """n upgraded connections at once, which then end: "close" in order, "fin", "rst", "half" a frame and RST."""
    group = []
    for i in range(n):
        s = socket.create_connection(("127.0.0.1", port))
        s.sendall(handshake_request(i))
        group.append(s)
    for s in group:
        read_101(s)
    for s in group:
        if way == "close":
            s.sendall(close(1000))
        elif way == "half":
            s.sendall(text("half a frame")[:5])
    for s in group:
        if way == "close":
            while s.recv(4096):
                pass
        if way in ("rst", "half"):
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.close()


def churn_tls(server, n):
    for i in range(n):
        s = TlsSock(server, timeout=5)
        s.send(handshake_request(i))
        check(s.response().status == 101, "refused")
        if i % 3 == 0:
            s.send(close(1000))
            check(s.message()[:2] == ("close", 1000), "no Close")
        if i % 3 == 1:
            s.rst()
        else:
            s.close()
        server.sockets.clear()


@row("K57", "10,000 connect and close cycles, and 600 more on wss: descriptors and RSS as before", limit=60)
def churn():
    server = Server(urls=list(reversed(tls_urls(plain_first=True))))
    plain = int(server.urls[1].rsplit(":", 1)[1].split("/")[0])
    ways = ["close", "fin", "rst", "half"]
    for way in ways:   # what is set up once is set up now
        wave(plain, 250, way)
    churn_tls(server, 100)
    time.sleep(0.3)
    fds = server.fds()
    rss = server.rss()
    traffic = Traffic(server, members=3, rate=30)
    start = time.monotonic()
    for i in range(40):
        wave(plain, 250, random.choice(ways))
    churn_tls(server, 600)
    took = time.monotonic() - start
    traffic.finish()
    until(lambda: server.fds() <= fds, 3, f"descriptors: {server.fds()}, {fds} before")
    check(server.fds() == fds, f"descriptors: {server.fds()}, {fds} before")
    grown = server.rss() - rss
    check(grown < 512, f"RSS grew by {grown} KiB")
    stats = server.stats()
    check(stats["connections"] == 1 and stats["clients"] == 0, f"left: {stats['connections']} connections")
    check(stats["rooms"] == 0, f"{stats['rooms']} rooms left")
    Row.note(f"RSS {rss} KiB before, {rss + grown} after; descriptors {fds}; {took:.1f} s")
    server.stop()


if __name__ == "__main__":
    main()
