"""What the others notice of two who misbehave; and DESIGN.md's promises that no other row looks at."""

import json
import os
import random
import select
import socket
import struct
import subprocess
import sys

from faults import OUT, Row, Server, Skip, base, check, in_namespace, join, main, row, text

LOADGEN = os.path.join(OUT, "loadgen")   # bench/loadgen.c: the clock stops when the last receiver has a message
PAIRS = 8
REQUEST = join(base(target="/ws?room=traffic", Host="127.0.0.1"))


def connect(port, rcvbuf=None):
    s = socket.socket()
    if rcvbuf:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
    s.connect(("127.0.0.1", port))
    s.sendall(REQUEST)
    got = b""
    while b"\r\n\r\n" not in got:
        got += s.recv(1)   # not a byte of what follows
    check(got.startswith(b"HTTP/1.1 101 "), f"refused: {got[:60]}")
    s.setblocking(False)
    return s


def child(work):
    """Forks; work(read) gets a pipe on which orders come, and the parent its other end. It ends with the pipe."""
    read, write = os.pipe()
    ready, is_ready = os.pipe()
    if os.fork() == 0:
        os.close(write)
        os.close(ready)
        try:
            work(read, is_ready)
        except BaseException as e:
            print(f"a child ended: {e!r}", file=sys.stderr, flush=True)
        os._exit(0)
    os.close(read)
    os.close(is_ready)
    check(os.read(ready, 1) == b"y", "a child did not start")
    return write, ready


def trouble(port):
    """While it is told to, floods, and does not read what comes to another connection of its own."""
    def work(orders, is_ready):
        os.write(is_ready, b"y")
        flooder = slow = None
        bunch = text('{"message":"flood"}') * 50
        while True:
            ready, _, _ = select.select([orders], [], [], 0.02 if flooder else None)
            if ready:
                what = os.read(orders, 1)
                if what == b"":
                    return
                for s in (flooder, slow) if flooder else ():
                    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    s.close()
                flooder, slow = (connect(port), connect(port, 1024)) if what == b"1" else (None, None)
                os.write(is_ready, b"y")
            if flooder:
                try:
                    while True:
                        flooder.send(bunch)   # a part of it may be: this one minds no frames
                except BlockingIOError:
                    pass
                try:
                    while flooder.recv(65536):
                        pass
                except BlockingIOError:
                    pass
    return child(work)


def load(server, seconds):
    """998 clients, 50 of them senders, 300 messages a second; the books and the p99."""
    got = subprocess.run([LOADGEN, "open", "--port", str(server.port), "--path", "/ws?room=traffic", "--clients", "998",
                          "--senders", "50", "--rate", "300", "--size", "400", "--warmup", "0.3",
                          "--seconds", str(seconds), "--pid", str(server.pid)], capture_output=True, text=True, timeout=20)
    check(got.stdout.startswith("{"), f"loadgen: {got.stderr}")
    r = json.loads(got.stdout)
    Row.count({"accepted": r["sent"], "delivered": r["sent"] * 997 - r["lost"], "lost": r["lost"], "duplicated": r["dup"]})
    # the flooder's messages are strange to it, and that is all that may be
    check(r["misordered"] == r["echoes"] == r["closed"] == r["skipped"] == 0, f"loadgen: {r}")
    return r["p99_us"] / 1000


@row("D20.p99", "one slow consumer and one flooder among 1,000: the others' p99 at most 1.5 times that without them",
     limit=120, alone=True)
def two_among_a_thousand():
    bites = True
    try:
        # over loopback the kernel takes 2.5 MB for a peer that reads nothing: here it shall be less
        in_namespace("-n")
        with open("/proc/sys/net/ipv4/tcp_wmem", "w") as f:
            f.write("4096 16384 65536")
    except Skip as e:
        bites = False
        Row.note(f"the slow consumer is not closed here: {e}")
    server = Server(options={"rate_limit": [20, 1, 40], "send_queue_limit": 32768})
    order, done = trouble(server.port)
    load(server, 0.5)   # warms up
    p99 = {False: [], True: []}
    for _ in range(3):
        for _ in range(PAIRS):
            for loud in random.sample((False, True), 2):   # the order too may matter
                os.write(order, b"1" if loud else b"0")
                os.read(done, 1)
                p99[loud].append(load(server, 0.8))
        # whatever else the machine does only adds to a window: the better half of each kind is compared, and more
        # windows are taken while that is not enough of them
        half = len(p99[True]) // 2
        best = {loud: sum(sorted(p99[loud])[:half]) / half for loud in p99}
        ratio = best[True] / best[False]
        if ratio <= 1.5:
            break
    os.write(order, b"0")
    os.read(done, 1)
    stats = server.stats()
    Row.note("p99 in ms without:with " + " ".join(f"{a:.1f}:{b:.1f}" for a, b in zip(p99[False], p99[True]))
             + f"; better halves {best[False]:.1f}:{best[True]:.1f}, ratio {ratio:.2f}; slow consumers closed "
             f"{stats['slow_consumers']}, the flooder had to wait {stats['rate_limited']} times")
    check(stats["slow_consumers"] >= 1 or not bites, "the slow consumer was slow to no effect")
    check(stats["rate_limited"] >= PAIRS, "the flooder was not held back")
    check(ratio <= 1.5, f"the others' p99 is {ratio:.2f} times that without them")
    server.exchange()
    server.stop()


if __name__ == "__main__":
    main()
