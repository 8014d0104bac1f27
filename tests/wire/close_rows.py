"""Catalogue 3.4: close codes, C01 to C14."""

import struct
import time

from frame_rows import ECHO, SHORT, brief, closed, ends, h, run, run_of
from wire import PING, check, close, frame, text

ROWS = []


def add(id, title, sends, expects=None, server=ECHO):
    ROWS.append((id, title, run(sends, expects), server))


def echoed(id, codes, reason=b""):
    for code in codes:
        add(f"{id}.{code}", f"code {code}", [close(code, reason)], [closed(code)])


def wrong(id, codes):
    for code in codes:
        add(f"{id}.{code}", f"code {code}", [close(code)], [closed(1002)])


add("C01", "no code", [h("8880m")], [closed(1000, 1005, seen=1005)])
add("C02", "one byte", [h("8881m03")], [closed(1002)])
echoed("C03", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011])
echoed("C04", [1012, 1013, 1014])
echoed("C05", [3000, 3999, 4000, 4999])
wrong("C06", [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999])
wrong("C07", [5000, 65535])
add("C08", "code and 123 bytes", [close(1000, b"r" * 123)], [closed(1000)])
add("C09", "code and 124 bytes", [h("88fe007em") + struct.pack(">H", 1000) + b"r" * 124], [closed(1002)])


def c08_reason(server, tag):
    s = server.open(tag)
    s.send(close(4321, "\u518d\u89c1 \U0001f44b".encode()))
    check(s.message()[:2] == ("close", 4321), "not echoed")
    s.until_closed()
    c = server.case(tag)
    check(c["close"] == [[4321, "\u518d\u89c1 \U0001f44b".encode().hex()]], f"callbacks: {c}")


add("C08.2", "the reason reaches onClose", c08_reason)


def c10(server, tag):
    """Both Closes cross: ours is on its way when the peer's comes."""
    for i in range(10):
        s = server.open(f"{tag}.{i}")
        control = server.open_control(do="close", tag=f"{tag}.{i}", code=4001)
        s.send(close(4000))
        have = s.message()
        check(have[0] == "close" and have[1] in (4000, 4001), f"got {brief(have)}")
        check(s.until_closed() == b"", "more than one Close")
        control.close()
        c = server.case(f"{tag}.{i}")
        check(c["open"] == 1 and len(c["close"]) == 1 and c["close"][0][0] in (4000, 4001), f"callbacks: {c}")


def c10_crossed(server, tag):
    """For certain: the peer's Close comes after ours and is not an answer to it."""
    s = server.open(tag)
    server.control(do="close", tag=tag, code=4001, reason=b"out".hex())
    s.send(close(4000))
    check(s.message() == ("close", 4001, b"out"), "not our Close")
    check(s.until_closed() == b"", "more than one Close")
    c = server.case(tag)
    check(c["open"] == 1 and len(c["close"]) == 1, f"callbacks: {c}")


add("C10.1", "both sides close at once", c10)
add("C10.2", "Closes cross", c10_crossed)


def c11(server, tag):
    s = server.open(tag)
    start = time.monotonic()
    server.control(do="close", tag=tag, code=4001)
    check(s.message()[:2] == ("close", 4001), "no Close")
    s.until_closed()
    took = time.monotonic() - start
    check(0.8 < took < 2.5, f"closed after {took:.2f} s, close_timeout is 1")
    c = server.case(tag)
    check(c["open"] == 1 and len(c["close"]) == 1 and c["close"][0][0] in (4001, 1006), f"callbacks: {c}")


def c11_error(server, tag):
    """The same after a Close for a peer's mistake."""
    s = server.open(tag)
    start = time.monotonic()
    s.send(h("8380m"))
    check(s.message()[:2] == ("close", 1002), "no Close")
    s.until_closed()
    check(time.monotonic() - start < 2.5, "still open long after close_timeout")
    c = server.case(tag)
    check(c["open"] == 1 and len(c["close"]) == 1 and c["close"][0][0] in (1002, 1006), f"callbacks: {c}")


def c11_half(server, tag):
    """A peer that never closes its half of TCP."""
    s = server.open(tag)
    s.send(close(1000))
    check(s.message()[:2] == ("close", 1000), "not echoed")
    while s.more():
        pass
    c = server.case(tag)
    check(c["open"] == 1 and [x[0] for x in c["close"]] == [1000], f"callbacks: {c}")
    server.quiet(2.5)


def c11_kick(server, tag):
    s = server.open(tag)
    server.control(do="kick", tag=tag, reason=b"bye".hex())
    check(s.message() == ("close", 4000, b"bye"), "kick is Close 4000 and the reason")
    ends(s, server, tag, 4000)


add("C11.1", "we close, the peer is silent", c11, server=SHORT)
add("C11.2", "we close for an error, the peer is silent", c11_error, server=SHORT)
add("C11.4", "the peer never closes its half", c11_half, server=SHORT)
add("C11.3", "kick", c11_kick)


def fill(server, tag, s, low=300_000, high=900_000):
    """Queues frames until between low and high bytes wait in the server; returns how many
    bytes of payload that took. s does not read."""
    total = 0
    for _ in range(400):
        r = server.control(do="send", tag=tag, length=65000)
        check("threw" not in r, f"queueing: {r}")
        total += 65000
        queued = server.control(do="queued", tag=tag)["queued"]
        if queued >= low:
            check(queued <= high, f"{queued} bytes queued")
            return total
    check(False, "the queue never fills")


def c12_read(server, tag):
    s = server.open(tag, rcvbuf=8192)
    total = fill(server, tag, s)
    server.control(do="close", tag=tag, code=4001)
    have = s.message()
    while have[0] == "text":
        total -= len(have[1])
        have = s.message()
    check(have[:2] == ("close", 4001), f"got {brief(have)}")
    check(total == 0, f"{total} bytes of what was queued are missing before the Close")
    ends(s, server, tag, 4001)


def c12_silent(server, tag):
    s = server.open(tag, rcvbuf=8192)
    fill(server, tag, s)
    server.control(do="close", tag=tag, code=4001)
    start = time.monotonic()
    c = server.case(tag)
    took = time.monotonic() - start
    check(c["open"] == 1 and len(c["close"]) == 1 and c["close"][0][0] in (4001, 1006), f"callbacks: {c}")
    check(took < 2.5, f"onClose after {took:.2f} s, close_timeout is 1")
    server.quiet(2.5)


add("C12.1", "we close with a full queue, the peer reads", c12_read)
add("C12.2", "we close with a full queue, the peer does not read", c12_silent, server=SHORT)


def c13_silent(server, tag):
    s = server.open(tag, rcvbuf=8192)
    fill(server, tag, s)
    s.send(close(1000))
    c = server.case(tag)
    check(c["open"] == 1 and len(c["close"]) == 1 and c["close"][0][0] in (1000, 1006), f"callbacks: {c}")


def c13_read(server, tag):
    s = server.open(tag, rcvbuf=8192)
    total = fill(server, tag, s)
    s.send(close(1000))
    have = s.message()
    while have[0] == "text":
        total -= len(have[1])
        have = s.message()
    check(have[:2] == ("close", 1000), f"got {brief(have)}")
    check(total == 0, f"the Close jumped {total} bytes")
    ends(s, server, tag, 1000)


add("C13.1", "peer's Close while our queue is full, and it reads", c13_read)
add("C13.2", "peer's Close while our queue is full, and it does not read", c13_silent, server=SHORT)


def slow_consumer(server, tag):
    """PROTOCOL: over send_queue_limit the client goes with 4101."""
    s = server.open(tag, rcvbuf=8192)
    fill(server, tag, s, low=900_000, high=1_048_576)
    for _ in range(40):
        if "threw" in server.control(do="send", tag=tag, length=65000):
            break
    c = server.case(tag)
    check(c["open"] == 1 and [x[0] for x in c["close"]] == [4101], f"callbacks: {c}, expected 4101")


add("C13.3", "over send_queue_limit", slow_consumer, server=SHORT)


def c14(server, tag):
    for i in range(20):
        s = server.open(f"{tag}.{i}")
        server.control(do="close", tag=f"{tag}.{i}", code=4001)
        s.rst()
    for i in range(20):
        s = server.open(f"{tag}.r{i}")
        s.send(h("8380m") + text("x") * 100 + frame(PING) * 100)
        s.rst()
    time.sleep(0.05)
    for i in range(20):
        for t in (f"{tag}.{i}", f"{tag}.r{i}"):
            c = server.case(t)
            check(c["open"] == len(c["close"]) == 1, f"callbacks: {c}")


add("C14", "Close sent, the peer resets", c14)


def cases():
    """(id, title, server, function)"""
    for id, title, go, server in ROWS:
        yield id, title, server, run_of(id, go)
