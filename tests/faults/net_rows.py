"""Catalogue 4.5: resets, half-open and stalled peers, slow lines, TLS, storms, addresses."""

import ctypes
import hmac
import json
import os
import random
import re
import select
import socket
import ssl
import struct
import subprocess
import time

from faults import (Failed, Proxy, Row, Server, TlsSock, Traffic, base, check, close, frame, in_namespace, join,
                    main, make_cert, percentile, row, text, until, wire)


def tls_server(folder, hook="count", options=None, **tls):
    cert = make_cert(folder, "one")
    return Server(hook, options, urls=[["wss://127.0.0.1:0/ws", {"cert": cert + ".crt", "key": cert + ".key", **tls}]])


def closed_with(server):
    return [int(c) for c in re.findall(r"^closed (\d+)$", server.everything(), re.M)]


REQUEST = join(base(target="/ws?room=other", Host="127.0.0.1"))


@row("K60.plain", "RST in the handshake, in a frame, in a fragmented message, in the Close: onClose(1006) once")
def reset():
    server = Server("close codes")
    traffic = Traffic(server, members=3, rate=60)
    whole = text('{"message":"never whole"}', mask=b"abcd")
    opened = 0
    for _ in range(15):
        for cut in (0, random.randrange(1, len(REQUEST))):
            s = server.connect()
            s.send(REQUEST[:cut])
            s.rst()
        for part in (b"", whole[:1], whole[:random.randrange(2, len(whole))],
                     frame(wire.TEXT, b"first", fin=False), frame(wire.PING, b"p")):
            s = server.open("other")
            s.send(part)
            s.rst()
            opened += 1
    server.sockets.clear()
    until(lambda: server.stats()["connections"] == 4, 3, "all of them are gone")
    until(lambda: len(closed_with(server)) >= opened, 3, "onClose for all")
    codes = closed_with(server)
    check(codes == [1006] * opened, f"{opened} were reset, onClose said {codes}")
    traffic.finish()
    server.exchange()
    server.stop()


@row("K60.tls", "RST in the TLS handshake, in a record, in a frame")
def reset_tls():
    server = tls_server(Row.folder(), "close codes")
    traffic = Traffic(server, members=3, rate=60)
    hello = client_hello()
    opened = 0
    for _ in range(10):
        for cut in (0, 3, random.randrange(6, len(hello)), len(hello)):
            s = wire.Sock(server)
            s.send(hello[:cut])
            s.rst()
        for part in (b"", text("half a frame")[:6]):
            s = server.open("other")
            if part:
                s.send(part)
            s.rst()
            opened += 1
        s = server.open("other")   # in a record: half of what a whole one would be
        raw = socket.socket(fileno=s.s.detach())
        raw.send(b"\x17\x03\x03\x01\x00half")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raw.close()
        opened += 1
    server.sockets.clear()
    until(lambda: server.stats()["connections"] == 4, 3, "all of them are gone")
    until(lambda: len(closed_with(server)) >= opened, 3, "onClose for all")
    codes = closed_with(server)
    check(codes == [1006] * opened, f"{opened} were reset, onClose said {codes}")
    traffic.finish()
    server.exchange()
    server.stop()


def client_hello():
    """The first bytes that OpenSSL would send."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


@row("K61.half", "half-closed peers (D26) are closed and cost no CPU")
def half_closed():
    server = Server("close codes")
    traffic = Traffic(server, members=3, rate=50)
    group = [server.open("other") for _ in range(20)]
    for s in group:
        s.fin()
    for s in group:
        s.until_closed(3)
    until(lambda: len(closed_with(server)) >= 20, 3, "onClose for all")
    check(closed_with(server) == [1006] * 20, f"onClose said {closed_with(server)}")
    cpu = server.cpu()
    time.sleep(0.5)
    check(server.cpu() - cpu < 0.2, f"{server.cpu() - cpu:.2f} s of CPU in half a second")
    traffic.finish()
    server.exchange()
    server.stop()


@row("K61.open", "half-open peers (D25): behind a proxy that stalls, closed by the ping timeout, onClose once")
def half_open():
    server = Server("close codes", {"ping_interval": 0.4, "ping_timeout": 0.6})
    traffic = Traffic(server, members=3, rate=50)
    proxy = Proxy(server.port)
    port = type("Port", (), {"port": proxy.port, "sockets": []})
    group = [wire.Sock(port) for _ in range(5)]
    for s in group:
        s.send(REQUEST)
        check(s.response().status == 101, "refused")
    proxy.stalled = True
    until(lambda: len(closed_with(server)) == 5, 4, "five ping timeouts")
    check(closed_with(server) == [4201] * 5, f"onClose said {closed_with(server)}")
    check(server.stats()["timeouts_ping"] == 5, "stats do not say so")
    traffic.finish()
    proxy.stop()
    server.settle()
    server.exchange()
    server.stop()


@row("K62", "a black-holed client (no ACK, no FIN, no RST): out by the ping timeout, before the queue is full or by it",
     limit=30)
def black_hole():
    in_namespace("-n")
    route = lambda what: subprocess.run(["ip", "route", what, "table", "local", "blackhole", "127.0.0.2/32"],  # noqa: E731
                                        check=True)
    for first, limits in (("ping", {"ping_interval": 0.5, "ping_timeout": 1}),
                          ("queue", {"ping_interval": 20, "send_queue_limit": 16384})):
        server = Server("close codes", {"origins": ["*"], **limits})
        traffic = Traffic(server, members=3, rate=100, size=200)
        lost = socket.socket()
        lost.bind(("127.0.0.2", 0))
        lost.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        lost.connect(("127.0.0.1", server.port))
        lost.sendall(join(base(target="/ws?room=traffic", Host="127.0.0.1")))
        check(b" 101 " in lost.recv(200), "refused")
        route("replace")
        loud = server.open("traffic") if first == "queue" else None
        stop = time.monotonic() + 8
        while not closed_with(server) and time.monotonic() < stop:
            if loud:
                loud.send(text('{"message":"' + "q" * 30000 + '"}'))
            time.sleep(0.02)
        codes = closed_with(server)
        check(codes == [4201 if first == "ping" else 4101], f"{first}: onClose said {codes}")
        route("del")
        lost.close()
        server.settle()
        traffic.finish()
        server.exchange()
        server.stop()


@row("K63", "a very slow reader (D20): over its queue it is closed 4101, memory is bounded, the others hear everything")
def slow_reader():
    limit = 1 << 20
    server = Server("close codes", {"send_queue_limit": limit, "close_timeout": 1, "max_message_size": 1 << 20})
    warm = server.open("bulk")
    rest = server.open("bulk", timeout=10)
    message = text('{"message":"' + "s" * 60000 + '"}')
    for _ in range(20):
        warm.send(message)
        check(rest.message()[0] == "text", "no message")
    rss = server.rss()
    traffic = Traffic(server, members=3, rate=60, room="bulk", size=10)
    slow = [server.open("bulk", rcvbuf=1024, timeout=5) for _ in range(5)]
    read, sent, end = [0] * 5, 0, time.monotonic() + 10
    most = 0
    while closed_with(server).count(4101) < 5:
        check(time.monotonic() < end, f"closed: {closed_with(server)} after {sent} messages of 60 KB")
        warm.send(message)
        sent += 1
        while rest.message()[1][:20] != b'{"message":"ssssssss':
            pass
        for i, s in enumerate(slow):   # 64 kbit/s, or thereabouts
            ready, _, _ = select.select([s.s], [], [], 0)
            if ready and s.eof is None:
                try:
                    read[i] += len(s.s.recv(64))
                except OSError:
                    s.eof = "RST"
        most = max(most, server.rss() - rss)
    check(server.stats()["slow_consumers"] == 5, "stats do not say so")
    # a batch is shared, so five slow ones cost little more than one
    check(most < 5 * limit // 1024 + 4096, f"RSS grew by {most} KiB")
    Row.note(f"{sent} messages of 60 KB; RSS grew by {most} KiB at most")
    warm.close()
    server.settle()
    traffic.finish()
    server.exchange()
    server.stop()


@row("K64", "delay of 200 +- 100 ms, loss as stalls, narrow lines: slower, and nothing else", limit=30)
def bad_line():
    server = Server(options={"ping_interval": 1, "ping_timeout": 3})
    lines = [Proxy(server.port, delay=lambda: random.uniform(0.1, 0.3)),
             # a lost segment is sent again after 200 ms, and what follows waits for it
             Proxy(server.port, delay=lambda: 0.2 if random.random() < 0.05 else 0.002),
             Proxy(server.port, bandwidth=64000),
             Proxy(server.port, piece=7)]
    group = [Traffic(server, members=3, rate=20, room=f"line{i}", port=p.port) for i, p in enumerate(lines)]
    near = Traffic(server, members=3, rate=50, room="near")
    time.sleep(3)
    for t in [*group, near]:
        t.finish(seconds=8)
    middle = percentile(sorted(s for _, s in near.latency), 0.5)
    check(middle < 0.05, f"the near ones had to wait {middle * 1000:.0f} ms")
    for p in lines:
        p.stop()
    server.settle()
    server.exchange()
    server.stop()


@row("K64.rst", "lines that break and come back: everybody who is in hears everything, onOpen == onClose")
def breaking_line():
    server = Server()
    traffic = Traffic(server, members=4, rate=80)
    for _ in range(8):
        proxy = Proxy(server.port)
        over = Traffic(server, members=3, rate=50, port=proxy.port, room="broken")
        time.sleep(random.uniform(0.05, 0.2))
        for s in list(proxy.flows):
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        proxy.stop()
        until(lambda: all(c.ended for c in over.clients), 3, "the clients see the end")
        over.running = False
        over.join(3)
        check(not any(c.duplicated or c.disordered for c in over.clients), "a gap or a duplicate before the end")
    traffic.finish()
    server.exchange()
    server.stop()


# TLS

class Sealed:
    """A TLS 1.3 client that seals its records itself once the handshake is done, since no library sends an empty
    one: the traffic key from the key log (RFC 8446 7.1, 7.3), AES-GCM from libcrypto."""

    def __init__(self, server, keys):
        if os.path.exists(keys):
            os.unlink(keys)
        context = context_of(version=ssl.TLSVersion.TLSv1_3)
        context.keylog_filename = keys
        s = TlsSock(server, context=context)
        name, _, bits = s.s.cipher()
        check("AES" in name and "GCM" in name, f"cipher {name}")
        self.hash, size = ("sha384", 32) if bits == 256 else ("sha256", 16)
        with open(keys) as f:
            secret = bytes.fromhex(re.search(r"^CLIENT_TRAFFIC_SECRET_0 \S+ (\S+)", f.read(), re.M).group(1))
        self.key, self.iv = self.expand(secret, b"key", size), self.expand(secret, b"iv", 12)
        self.sock = socket.socket(fileno=s.s.detach())
        self.crypto, self.number = ctypes.CDLL("libcrypto.so.3"), 0
        for f in ("EVP_CIPHER_CTX_new", "EVP_aes_128_gcm", "EVP_aes_256_gcm"):
            getattr(self.crypto, f).restype = ctypes.c_void_p
        self.cipher = ctypes.c_void_p(getattr(self.crypto, f"EVP_aes_{size * 8}_gcm")())

    def expand(self, secret, label, length):
        label = b"tls13 " + label
        info = struct.pack(">HB", length, len(label)) + label + b"\0\1"
        return hmac.new(secret, info, self.hash).digest()[:length]

    def seal(self, data):
        inner = data + b"\x17"
        head = b"\x17\x03\x03" + struct.pack(">H", len(inner) + 16)
        nonce = (int.from_bytes(self.iv, "big") ^ self.number).to_bytes(12, "big")
        self.number += 1
        c, n = self.crypto, ctypes.c_int()
        ctx = ctypes.c_void_p(c.EVP_CIPHER_CTX_new())
        out, tag = ctypes.create_string_buffer(len(inner) + 16), ctypes.create_string_buffer(16)
        good = (c.EVP_EncryptInit_ex(ctx, self.cipher, None, self.key, nonce)
                and c.EVP_EncryptUpdate(ctx, None, ctypes.byref(n), head, 5)
                and c.EVP_EncryptUpdate(ctx, out, ctypes.byref(n), inner, len(inner))
                and c.EVP_EncryptFinal_ex(ctx, tag, ctypes.byref(n))
                and c.EVP_CIPHER_CTX_ctrl(ctx, 0x10, 16, tag))   # EVP_CTRL_AEAD_GET_TAG
        c.EVP_CIPHER_CTX_free(ctx)
        check(good, "libcrypto does not encrypt")
        return head + out.raw[:len(inner)] + tag.raw

    def records(self, parts):
        try:
            self.sock.sendall(b"".join(self.seal(p) for p in parts))
        except ConnectionError:
            pass   # it has seen enough

    def send(self, data):
        """A request; its answer is not read, only waited for."""
        self.records([data])
        select.select([self.sock], [], [], 3)


def refused(server, context, name="localhost"):
    """True when the server does not let this TLS client in."""
    try:
        s = TlsSock(server, context=context, name=name, timeout=3)
        s.send(REQUEST)
        s.response()
    except (Failed, OSError):
        return True
    finally:
        server.settle()
    s.close()
    return False


def context_of(cert=None, version=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if version:
        context.minimum_version = context.maximum_version = version
    if cert:
        context.load_cert_chain(cert + ".crt", cert + ".key")
    return context


@row("K72.certs", "client certificates: none, wrong, expired, not yet valid; and an unknown SNI")
def client_certs():
    folder = Row.folder()
    authority = make_cert(folder, "authority")
    stranger = make_cert(folder, "stranger")
    good = make_cert(folder, "good", issuer="authority")
    old = make_cert(folder, "old", issuer="authority", dates=("20200101000000Z", "20210101000000Z"))
    early = make_cert(folder, "early", issuer="authority", dates=("20900101000000Z", "20910101000000Z"))
    server = tls_server(folder, ca=authority + ".crt", verify_peer="required")
    plain_tls = tls_server(folder)
    traffic = Traffic(plain_tls, members=3, rate=50)
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        check(not refused(server, context_of(good, version)), "a good certificate was refused")
        for name, cert in (("none", None), ("stranger", stranger), ("expired", old), ("early", early)):
            check(refused(server, context_of(cert, version)), f"{name}: it was let in")
    errors = server_errors(server, good)
    check(errors >= 8, f"tls_errors is {errors}")
    # an unknown name gets the default certificate, and the client decides
    trusting = ssl.create_default_context(cafile=os.path.join(folder, "one.crt"))
    check(not refused(plain_tls, trusting, "localhost"), "the right name was refused")
    check(refused(plain_tls, trusting, "elsewhere.example"), "a client took a wrong name")
    check(not refused(plain_tls, context_of(), "elsewhere.example"), "an unknown SNI was refused")
    traffic.finish()
    plain_tls.exchange()
    plain_tls.stop()
    server.stop()


def server_errors(server, cert):
    s = TlsSock(server, context=context_of(cert))
    s.send(join([b"GET /stats HTTP/1.1", b"Host: 127.0.0.1", b"Connection: close"]))
    got = json.loads(s.response().body)["tls_errors"]
    server.settle()
    return got


@row("K72.expired", "an expired certificate of the server's own: refused at the start, and at a reload")
def expired():
    folder = Row.folder()
    make_cert(folder, "one")
    old = make_cert(folder, "old", dates=("20200101000000Z", "20210101000000Z"))
    server = Server(urls=[["wss://127.0.0.1:0/ws", {"cert": old + ".crt", "key": old + ".key"}]], listens=False)
    said = server.line(5)
    check("has expired on 2021-01-01" in said, f"it said {said!r}")
    server.stop(number=None, status=1)
    server = tls_server(folder)
    traffic = Traffic(server, members=3, rate=50)
    for end in (".crt", ".key"):
        os.replace(old + end, os.path.join(folder, "one") + end)
    server.proc.send_signal(1)
    until(lambda: "has expired" in server.stderr(), 3, "a line about the certificate")
    traffic.finish()
    server.exchange()
    server.stop()


@row("K72.records", "empty TLS records: a few are nothing, a flood of them ends that connection, not the others")
def empty_records():
    folder = Row.folder()
    server = tls_server(folder)
    traffic = Traffic(server, members=3, rate=50)
    for n in (1, 20, 200, 20000):
        sealed = Sealed(server, os.path.join(folder, "keys"))
        sealed.send(REQUEST)
        sealed.records([b""] * n + [text('{"message":"after the empty ones"}')])
        if n <= 20:
            other = server.open("other")
            sealed.records([b"", text('{"message":"and again"}'), b""])
            got = other.message()
            check(got[0] == "text" and b"and again" in got[1], f"after {n} empty records: {got}")
        else:
            until(lambda: server.stats()["clients"] == 3, 3, f"{n} empty records, and it is still in")
        sealed.sock.close()
        server.settle()
    # and before encryption begins
    s = wire.Sock(server)
    s.send(b"\x16\x03\x01\x00\x00" * 100)
    s.until_closed(3)
    server.settle()
    traffic.finish()
    check(server.stats()["tls_errors"] == 3, f"tls_errors is {server.stats()['tls_errors']}")
    server.exchange()
    server.stop()


@row("K72.rest", "renegotiation, no close_notify, garbage after the handshake, plain HTTP: each ends its own connection")
def tls_rest():
    server = tls_server(Row.folder(), "close codes")
    traffic = Traffic(server, members=3, rate=60)
    s_client = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-tls1_2",
                                 "-legacy_renegotiation"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)
    time.sleep(0.3)
    s_client.stdin.write(b"R\n")   # asks for another handshake
    s_client.stdin.flush()
    s_client.wait(5)
    check(s_client.returncode != 0, "a renegotiation was granted")
    for way in ("fin", "garbage", "close_notify", "orderly"):
        s = server.open("other")
        if way == "orderly":
            s.send(close(1000))
            check(s.message()[:2] == ("close", 1000), "no Close")
            s.until_closed(3)
        elif way == "close_notify":
            s.s.settimeout(3)
            try:
                s.s.unwrap()
            except (OSError, ValueError):
                pass
            s.close()
        else:
            raw = socket.socket(fileno=s.s.detach())
            if way == "garbage":
                raw.send(os.urandom(100))
                raw.settimeout(3)
                try:
                    while raw.recv(4096):
                        pass
                except ConnectionError:
                    pass
            raw.close()
    server.sockets.clear()
    until(lambda: len(closed_with(server)) == 4, 3, "four closed connections")
    check(sorted(closed_with(server)) == [1000, 1006, 1006, 1006], f"onClose said {closed_with(server)}")
    s = wire.Sock(server)
    s.send(REQUEST)
    check(s.response().status == 400, "plain HTTP on a TLS port")
    server.settle()
    traffic.finish()
    server.exchange()
    server.stop()


@row("K72.stall", "a ClientHello and then silence (D37): closed at the handshake's deadline, others unharmed")
def tls_stall():
    server = tls_server(Row.folder(), options={"handshake_timeout": 1})
    traffic = Traffic(server, members=3, rate=60)
    hello = client_hello()
    group = [wire.Sock(server, timeout=4) for _ in range(60)]
    for i, s in enumerate(group):
        s.send(hello[:(0, 5, len(hello) // 2, len(hello))[i % 4]])
    start = time.monotonic()
    for s in group:
        s.until_closed(3)
    took = time.monotonic() - start
    check(0.7 < took < 2.5, f"closed after {took:.1f} s")
    server.sockets.clear()
    traffic.finish()
    check(server.stats()["timeouts_handshake"] == 60, "stats do not say so")
    server.exchange()
    server.stop()


@row("K73", "one byte per segment, plain and TLS: nothing but slower")
def bytewise():
    folder = Row.folder()
    for server in (Server(), tls_server(folder)):
        traffic = Traffic(server, members=3, rate=40)
        a, b = server.connect(), server.open("other")
        a.send_bytewise(REQUEST)
        check(a.response().status == 101, "refused")
        for i in range(10):
            a.send_bytewise(text(f'{{"message":"bytes {i} \u20ac"}}', mask=b"wxyz"))
            got = b.message()
            check(json.loads(got[1])["message"] == f"bytes {i} \u20ac", f"got {got}")
        traffic.finish()
        server.exchange()
        server.stop()


# Storms

STORM = 5000


def storm(server, n):
    """n upgraded clients, as fast as they can come; how long it took."""
    start, group = time.monotonic(), []
    for at in range(0, n, 250):
        some = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(min(250, n - at))]
        for s in some:
            s.sendall(REQUEST)
        for s in some:
            got = b""
            while b"\r\n\r\n" not in got:
                more = s.recv(4096)
                check(more, "closed in the handshake")
                got += more
            check(got.startswith(b"HTTP/1.1 101 "), f"refused: {got[:60]}")
        group += some
    return group, time.monotonic() - start


@row("K74", "5,000 clients are dropped at once and come back at once", limit=60, alone=True)
def reconnect():
    import resource
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    n = min(STORM, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200)
    check(n >= 1000, f"only {n} descriptors here")
    server = Server()
    traffic = Traffic(server, members=4, rate=50)
    group, came = storm(server, n)
    opened = server.stats()["clients"]
    check(opened == n + 4, f"{opened} clients, {n + 4} should be here")
    rss = server.rss()
    for s in group:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    dropped = time.monotonic()
    for s in group:
        s.close()
    group, again = storm(server, n)
    check(again < 5, f"coming back took {again:.1f} s")
    check(server.stats()["clients"] == n + 4, f"{server.stats()['clients']} clients, {n + 4} should be here")
    check(server.rss() - rss < 4096, f"RSS grew by {server.rss() - rss} KiB over the storm")
    worst = traffic.latencies(dropped, time.monotonic())
    p99 = percentile(worst, 0.99)
    check(p99 < 1, f"p99 of the others in the storm: {p99:.2f} s")
    Row.note(f"{n} clients came within {came:.1f} s, came back within {again:.1f} s; p99 of the others meanwhile "
             f"{p99 * 1000:.0f} ms")
    traffic.finish()
    for s in group:
        s.close()
    until(lambda: server.stats()["connections"] == 1, 5, "all of them are gone")
    server.stop()


@row("K75", "addresses: in use, not ours, IPv6 off, a socket file's folder gone: said with the reason")
def addresses():
    in_namespace("-n")
    taken = socket.create_server(("127.0.0.1", 0))
    with open("/proc/sys/net/ipv6/conf/all/disable_ipv6", "w") as f:
        f.write("1")
    wrong = [(f"ws://127.0.0.1:{taken.getsockname()[1]}/ws", "Address already in use"),
             ("ws://192.0.2.1:8080/ws", "Cannot assign requested address"),
             ("ws://[::1]:8080/ws", "Cannot assign requested address"),
             ("unix:///nowhere/at/all/socket", "No such file or directory")]
    good = Server()
    traffic = Traffic(good, members=3, rate=40)
    for url, why in wrong:
        for urls in ([[url, None]], [["ws://127.0.0.1:0/ws", None], [url, None]]):
            server = Server(urls=urls, listens=False)
            said = server.line(5)
            check("Chatroom\\\\Exception" in said and why in said, f"{url}: {said!r}")
            server.stop(number=None, status=1)
    # the address goes while it listens: who is connected through another stays, and it ends in order
    subprocess.run(["ip", "addr", "add", "198.51.100.1/32", "dev", "lo"], check=True)
    server = Server(urls=[["ws://127.0.0.1:0/ws", None], ["ws://198.51.100.1:0/ws", None]])
    subprocess.run(["ip", "addr", "del", "198.51.100.1/32", "dev", "lo"], check=True)
    server.exchange()
    server.stop()
    traffic.finish()
    good.stop()


if __name__ == "__main__":
    main()
