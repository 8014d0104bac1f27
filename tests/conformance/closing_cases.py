"""RFC 6455, sections 5.5.1 and 7: the closing handshake, codes, failing."""

import struct
import time

from peer import BINARY, CONT, TEXT, Failed, binary, check, close, fragments, frame, head, ping, text
from suite import CASES, bad, case, echo, group


def closes(rule, title, sends, code, reason=b"", first=(), also=(), timeout=4.0):
    """Our Close is answered with the same code; then the server ends TCP. The
    reason that comes back is ours or none. also: other codes allowed."""
    def run(peer):
        peer.open()
        peer.send(*sends)
        peer.expect(*first)
        have = peer.event()
        check(have[0] == "close", f"got {have[0]}, expected a Close")
        check(have[1] in (code,) + tuple(also), f"Close {have[1]}, expected {code}")
        check(have[2] in (b"", reason), f"reason {have[2]!r}")
        peer.ended()
    case(rule, title, run, timeout)


# -- the handshake
START = len(CASES)
closes("close_answer", "a Close without body", [close()], None, also=(1000,))
closes("close_answer", "a Close 1000", [close(1000)], 1000)
closes("close_answer", "a Close 1000 byte by byte", [bytes([b]) for b in close(1000, b"bye")], 1000, b"bye")
closes("close_answer", "a Close in two segments", [close(1001)[:3], 0.005, close(1001)[3:]], 1001)
closes("close_answer", "a text before the Close, one segment", [text("last") + close(1000)], 1000,
       first=[("text", b"last")])
closes("close_answer", "a ping before the Close, one segment", [ping(b"p") + close(1000)], 1000,
       first=[("pong", b"p")])
closes("close_answer", "256 KiB before the Close", [binary(b"x" * 262144), close(1000)], 1000,
       first=[("binary", b"x" * 262144)], timeout=8.0)
closes("close_answer", "a Close between fragments", [text("a", fin=False) + close(1000)], 1000)
closes("close_answer", "a Close between fragments, the last one behind",
       [text("a", fin=False) + close(1000) + frame(CONT, b"b")], 1000)
for n in (0, 1, 2, 50, 122, 123):
    closes("close_reason", f"a reason of {n} bytes", [close(1000, b"r" * n)], 1000, b"r" * n)
for reason in ("\u03ba\u1f79\u03c3\u03bc\u03b5", "\U0001f600" * 30, "a\0b"):
    closes("close_reason", f"reason {reason[:5]!r}", [close(1000, reason.encode())], 1000, reason.encode())
for title, behind in (("text", text("late")), ("binary", binary(b"late")), ("ping", ping(b"late")),
                      ("Close", close(1001)), ("fragments", b"".join(fragments(TEXT, ["a", "b"]))),
                      ("frame with a reserved opcode", frame(3)), ("frame without mask", frame(TEXT, b"x", mask=None)),
                      ("text that is not UTF-8", text(b"\xff"))):
    closes("close_last", f"a {title} behind the Close, one segment", [close(1000) + behind], 1000)
    if title in ("text", "ping", "Close"):
        closes("trailing", f"a {title} behind the Close, 5 ms later", [close(1000), 0.005, behind], 1000)


def tcp(peer):
    """FIN comes from the server, at once, while the client's side is still open."""
    peer.open()
    peer.send(close(1000))
    start = time.monotonic()
    peer.expect(("close", 1000, b""))
    peer.ended()
    check(time.monotonic() - start < 1.0, "TCP was closed late")


def half_closed(peer):
    peer.open()
    peer.s.shutdown(1)
    try:
        while True:
            have = peer.event()
            check(have[0] == "close", f"got {have[0]} after our FIN")
    except Failed as e:
        check("ended where" in str(e), f"after our FIN: {e}")


def lost_midway(peer):
    peer.open()
    peer.send(text("x" * 100)[:50])
    half_closed_after(peer)


def half_closed_after(peer):
    peer.s.shutdown(1)
    try:
        while True:
            have = peer.event()
            check(have[0] == "close", f"got {have[0]} after our FIN")
    except Failed as e:
        check("ended where" in str(e), f"after our FIN: {e}")


case("close_tcp", "the server ends TCP at once", tcp)
case("server_first", "the server ends TCP first", tcp)
case("lost", "our FIN without a Close", half_closed)
case("lost", "our FIN inside a frame", lost_midway)
echo("closing", "no Close, no end", [text("a"), 0.3, text("b")], ("text", b"a"), ("text", b"b"))
group("6455 5.5.1, 7.1", "closing handshake", START)

# -- the Close frame
START = len(CASES)
bad("close_body", "a Close with one byte", [frame(8, b"\x03")])
bad("close_body", "a Close with one zero byte", [frame(8, b"\0")])
for reason in (b"\xff", b"\xc0\x80", b"ab\xe2\x82", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"r" * 122 + b"\xce"):
    bad("utf8", f"a reason that is not UTF-8: {reason[-6:].hex()}", [close(1000, reason)], (1007, 1002))
for code in (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011):
    closes("defined", f"code {code}", [close(code)], code)
    closes("defined", f"code {code} with a reason", [close(code, b"because")], code, b"because")
for code in (1012, 1013, 1014):
    closes("ranges", f"code {code}, registered since", [close(code)], code)
for code in (3000, 3001, 3999, 4000, 4001, 4999):
    closes("ranges", f"code {code}", [close(code)], code)
for code in (1004, 1005, 1006, 1015):
    bad("reserved", f"code {code}", [close(code)])
    bad("reserved", f"code {code} with a reason", [close(code, b"because")])
for code in (0, 1, 100, 999, 1016, 1017, 1100, 1999, 2000, 2500, 2999, 5000, 5001, 10000, 32768, 65535):
    bad("ranges", f"code {code}", [close(code)])
bad("ranges", "code 1000, its bytes in the wrong order", [frame(8, struct.pack("<H", 1000))])
bad("control_length", "a reason of 124 bytes", [close(1000, b"r" * 124)])
bad("control_length", "a reason of 124 bytes, the header only", [head(0x88, 126)])
group("6455 5.5.1, 7.4", "Close frames", START)

# -- failing
START = len(CASES)
WRONG = (("a reserved opcode", frame(3), 1002), ("RSV2", text("x", rsv=0x20), 1002),
         ("a continuation of nothing", frame(CONT, b"x"), 1002), ("no mask", frame(TEXT, b"x", mask=None), 1002),
         ("a text that is not UTF-8", text(b"\xff"), 1007), ("a Close with one byte", frame(8, b"\x03"), 1002),
         ("a Close 1005", close(1005), 1002), ("a fragmented ping", ping(b"x", fin=False), 1002),
         ("a length in too many bytes", text("x", form=16), 1002))
for title, data, code in WRONG:
    bad("fail", f"{title}, a text and a ping behind", [data + text("late") + ping(b"late")], code)
    bad("fail", f"{title}, good messages before", [text("one") + binary(b"two") + data], code,
        first=[("text", b"one"), ("binary", b"two")])
    bad("fail", f"{title}, a Close behind", [data + close(1000)], code)


def no_answer_awaited(data, code):
    def run(peer):
        peer.open()
        start = time.monotonic()
        peer.send(data)
        peer.refused(code)
        check(time.monotonic() - start < 1.0, "TCP was closed late: the server waited for our Close")
    return run


for title, data, code in WRONG:
    case("fail", f"{title}: TCP ends without our Close", no_answer_awaited(data, code))
group("6455 7.1.7", "failing", START)
