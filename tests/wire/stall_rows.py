"""Catalogue 2B: peers that stall, D23 to D26, D37 and D38, with timeouts of a second."""

import select
import socket
import ssl
import subprocess
import time

from close_rows import fill
from defect_rows import CHAT, ECHO
from frame_rows import f42, f42_trickle
from frame_rows import SHORT as SHORT_FRAMES
from http_rows import SHORT, h86, h87, h88, b, is_refused, raw
from wire import Skip, Sock, check, enc, head, join, wait_for

ROWS = []


def add(id, title, go, server, group):
    ROWS.append((id, title, go, server, group))


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
add("D23.4", "a head that never ends", drip(b"GET /ws HTTP/1.1\r\nHost: a.test\r\n", b"X: y\r\n", (408,)), SHORT,
    "time-D")
add("D23.5", "empty lines that never end", drip(b"GET /ws HTTP/1.1\r\nHost: a.test\r\nX:", b" ", (408,)), SHORT,
    "time-D")
BODY = join([b"POST /control HTTP/1.1", b"Host: a.test", b'X-Do: {"do":"stats"}', b"Content-Length: 65536"])
add("D24.1", "body of 64 KiB, ten bytes a second", drip(BODY, b"x", (408,)), SHORT, "time-D")
add("D24.3", "message of 64 KiB, ten bytes a second", f42_trickle, SHORT_FRAMES, "time-D")
add("D24.4", "half a message", f42(head(0x81, 65535, 16) + b"x" * 1000), SHORT_FRAMES, "time-D")


def keeps_alive(server, tag):
    """D38: what a client asks for does not lengthen any of our waits."""
    s, begin = Sock(server), time.monotonic()
    s.send(join([b"GET /counters HTTP/1.1", b"Host: a.test", b"Connection: keep-alive",
                 b"Keep-Alive: timeout=86400, max=1000000"]))
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
    total = fill(server, tag, s)
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
    want = total + total // 65000 * 4
    check(have == want, f"{have} of {want} bytes that were queued came")


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
for i, n in enumerate(["18446744073709551616", "99999999999999999999999", "-1", "9223372036854775807",
                       "4294967296"], 2):
    add(f"D38.{i}", f"Content-Length: {n}", lambda server, tag, n=n: number(server, n), CHAT, "D")


def number(server, n):
    s = Sock(server)
    s.send(join([b"POST /control HTTP/1.1", b"Host: a.test", b"Content-Length: " + enc(n)]))
    is_refused(s, (400, 413))


def cases():
    """(id, title, server, function, group)"""
    for id, title, go, server, group in ROWS:
        yield id, title, server, (lambda server, go=go, id=id: go(server, id)), group
