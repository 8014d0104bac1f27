"""RFC 6455, sections 5 and 6 without closing: frames, masks, fragments, pings."""

import random
import struct

from peer import (BINARY, CONT, PING, PONG, RSV1, RSV2, RSV3, TEXT, binary, check, close, fragments, frame, head,
                  ping, pong, text)
from suite import CASES, bad, case, echo, group

RANDOM = random.Random(5)


def got(payload):
    return ("text", payload.encode() if isinstance(payload, str) else payload)


def got_binary(payload):
    return ("binary", payload)


def got_pong(payload=b""):
    return ("pong", payload)


def bytewise(rule, title, data, *expects):
    def run(peer):
        peer.open()
        peer.send_in(1, data)
        peer.expect(*expects)
        peer.goodbye()
    case(rule, title, run)


# -- lengths
START = len(CASES)
LENGTHS = (0, 1, 2, 124, 125, 126, 127, 128, 129, 255, 256, 65534, 65535, 65536, 65537)
for n in LENGTHS:
    echo("length", f"text of {n} bytes", [text("*" * n)], got("*" * n))
for n in LENGTHS:
    body = RANDOM.randbytes(n)
    echo("length", f"binary of {n} bytes", [binary(body)], got_binary(body))
for n, size in ((125, 1), (126, 1), (127, 1), (1000, 1), (65536, 997), (65535, 1460)):
    def chopped(peer, n=n, size=size):
        peer.open()
        peer.send_in(size, text("*" * n))
        peer.expect(got("*" * n))
        peer.goodbye()
    case("segments", f"text of {n} bytes in segments of {size}", chopped)
LONG = RANDOM.randbytes(65536)
for cut in range(1, 15):
    data = binary(LONG)
    echo("segments", f"the header cut after byte {cut}", [data[:cut], 0.002, data[cut:]], got_binary(LONG))
for n in (0, 1, 124, 125):
    bad("minimal", f"{n} in 16 bits", [text("*" * n, form=16)])
    bad("minimal", f"{n} in 64 bits", [text("*" * n, form=64)])
for n in (126, 127, 65535):
    bad("minimal", f"{n} in 64 bits", [head(0x82, n, 64)])
bad("minimal", "126 in 16 bits is right, in a ping's header it is too long", [head(0x89, 126, 16)])
for n in (1 << 63, (1 << 63) + 5, (1 << 64) - 1):
    bad("msb", f"length {n:#x}", [head(0x82, n, 64)])
bad("msb", "length 2^63 in a continuation", [text("a", fin=False), head(0x80, 1 << 63, 64)])
echo("order_of_bytes", "256 and 258 bytes", [binary(b"a" * 256), binary(b"b" * 258)],
     got_binary(b"a" * 256), got_binary(b"b" * 258))
echo("order_of_bytes", "0x10002 bytes", [binary(b"c" * 0x10002)], got_binary(b"c" * 0x10002))
group("6455 5.2", "lengths", START)

# -- masks
START = len(CASES)
MASKS = (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\1\2\3\4", b"\x80\0\0\0", b"\0\0\0\1", b"\x37\xfa\x21\x3d")
for mask in MASKS:
    body = RANDOM.randbytes(1003)
    echo("mask", f"mask {mask.hex()}", [binary(body, mask=mask)], got_binary(body))
for n in list(range(1, 10)) + [15, 16, 17, 31, 32, 33, 63, 64, 65]:
    body = RANDOM.randbytes(n)
    echo("mask", f"{n} bytes", [binary(body, mask=b"\x11\x22\x44\x88")], got_binary(body))
for cut in range(1, 9):
    data = text("0123456789", mask=b"\1\2\3\4")
    echo("mask", f"payload cut after {cut} bytes", [data[:6 + cut], 0.002, data[6 + cut:]], got("0123456789"))
echo("unmask", "a new mask for every fragment", [
    text("abc", fin=False, mask=b"\1\2\3\4"), frame(CONT, b"de", fin=False, mask=b"\xff\xfe\xfd\xfc"),
    frame(CONT, b"fghij", mask=b"\x10\x20\x40\x80")], got("abcdefghij"))
echo("unmask", "a masked ping between masked fragments", [
    text("abc", fin=False, mask=b"\1\2\3\4"), ping(b"in", mask=b"\x7f\x7e\x7d\x7c"),
    frame(CONT, b"def", mask=b"\x10\x20\x40\x80")], got_pong(b"in"), got("abcdef"))
for title, data in (("text", frame(TEXT, b"Hello", mask=None)), ("empty text", frame(TEXT, mask=None)),
                    ("binary", frame(BINARY, b"\1\2", mask=None)), ("ping", frame(PING, b"p", mask=None)),
                    ("pong", frame(PONG, mask=None)), ("Close", close(1000, mask=None)),
                    ("text of 126 bytes", frame(TEXT, b"x" * 126, mask=None)),
                    ("text of 65,536 bytes", head(0x81, 65536, mask=None)),
                    ("continuation", None)):
    sends = [data] if data else [text("a", fin=False), frame(CONT, b"b", mask=None)]
    bad("unmasked", f"{title} without mask", sends)
bad("unmasked", "a good text, then one without mask", [text("one") + frame(TEXT, b"two", mask=None)],
    first=[got("one")])
echo("server_mask", "text, binary and pong come without mask", [text("t"), binary(b"b"), ping(b"p")],
     got("t"), got_binary(b"b"), got_pong(b"p"))
group("6455 5.1, 5.3", "masks", START)

# -- reserved bits
START = len(CASES)
for bits in range(1, 8):
    rsv = bits << 4
    name = "+".join(n for n, b in (("RSV1", RSV1), ("RSV2", RSV2), ("RSV3", RSV3)) if rsv & b)
    for title, data in (("empty text", text("", rsv=rsv)), ("text", text("Hello", rsv=rsv)),
                        ("binary", binary(b"\0\1", rsv=rsv)), ("ping", ping(b"p", rsv=rsv)),
                        ("pong", pong(b"p", rsv=rsv)), ("Close", close(1000, rsv=rsv))):
        bad("rsv", f"{name} on {title}", [data])
    bad("rsv", f"{name} on a continuation", [text("a", fin=False), frame(CONT, b"b", rsv=rsv)])
    bad("rsv", f"{name} after a good text, a ping behind", [text("ok") + text("x", rsv=rsv) + ping()],
        first=[got("ok")])
    bad("rsv", f"{name}, only the header of 100 bytes", [head(0x81 | rsv, 100)])
group("6455 5.2", "reserved bits", START)

# -- opcodes
START = len(CASES)
for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
    bad("opcode", f"{opcode:#x}, empty", [frame(opcode)])
    bad("opcode", f"{opcode:#x} with payload", [frame(opcode, b"Hello")])
    bad("opcode", f"{opcode:#x} without FIN", [frame(opcode, b"Hello", fin=False)])
    bad("opcode", f"{opcode:#x} after a good text, a ping behind", [text("ok") + frame(opcode, b"x") + ping()],
        first=[got("ok")])
    bad("opcode", f"{opcode:#x} between fragments", [text("a", fin=False), frame(opcode), frame(CONT, b"b")])
group("6455 5.2", "opcodes", START)

# -- fragments
START = len(CASES)
for n in (2, 3, 5, 10, 100):
    parts = [RANDOM.randbytes(7) for _ in range(n)]
    echo("fragmented", f"binary in {n} fragments", fragments(BINARY, parts), got_binary(b"".join(parts)))
    echo("fragmented", f"text in {n} fragments, one segment", [b"".join(fragments(TEXT, ["part "] * n))],
         got("part " * n))
for parts in (("", ""), ("", "", ""), ("", "ab"), ("ab", ""), ("", "ab", ""), ("a", "", "b"), ("", "", "x", "", "")):
    echo("any_size", "fragments of " + ", ".join(str(len(p)) for p in parts) + " bytes", fragments(TEXT, parts),
         got("".join(parts)))
echo("any_size", "1,000 fragments of 1 byte", [b"".join(fragments(BINARY, [b"x"] * 1000))], got_binary(b"x" * 1000))
for sizes in ((125, 126), (126, 125), (65535, 1), (1, 65535), (65536, 65536), (127, 0, 65536)):
    parts = [b"x" * n for n in sizes]
    echo("any_size", f"fragments of {sizes}", fragments(BINARY, parts), got_binary(b"".join(parts)))
bytewise("fragmented", "three fragments, byte by byte", b"".join(fragments(TEXT, ["ab", "cd", "ef"])), got("abcdef"))
echo("fragmented", "pauses between the fragments", [text("a", fin=False), 0.05, frame(CONT, b"b", fin=False), 0.05,
                                                   frame(CONT, b"c")], got("abc"))
for size in (1300, 16384):
    body = "automatically fragmented " * 4000
    cut = [body[i:i + size] for i in range(0, len(body), size)]
    echo("any_size", f"100,000 bytes in frames of {size}", fragments(TEXT, cut), got(body))
echo("control_between", "a ping between two fragments", [text("ab", fin=False), ping(b"in"), frame(CONT, b"cd")],
     got_pong(b"in"), got("abcd"))
echo("control_between", "a ping between two fragments, one segment",
     [text("ab", fin=False) + ping(b"in") + frame(CONT, b"cd")], got_pong(b"in"), got("abcd"))
bytewise("control_between", "a ping between two fragments, byte by byte",
         text("ab", fin=False) + ping(b"in") + frame(CONT, b"cd"), got_pong(b"in"), got("abcd"))
echo("control_between", "a pong between two fragments", [text("ab", fin=False), pong(b"in"), frame(CONT, b"cd")],
     got("abcd"))
echo("control_between", "a ping in each gap of five fragments",
     [x for i in range(4) for x in (frame(CONT if i else TEXT, b"%d" % i, fin=False), ping(b"p%d" % i))]
     + [frame(CONT, b"4")], *[got_pong(b"p%d" % i) for i in range(4)], got("01234"))
echo("control_between", "a ping of 125 bytes in a binary", [binary(b"a", fin=False), ping(b"p" * 125),
                                                           frame(CONT, b"b")], got_pong(b"p" * 125), got_binary(b"ab"))
for title, opcode, payload in (("ping", PING, b"p"), ("pong", PONG, b"p"), ("Close", 8, b"\x03\xe8")):
    bad("control_whole", f"a {title} without FIN", [frame(opcode, payload, fin=False)])
    bad("control_whole", f"an empty {title} without FIN", [frame(opcode, fin=False)])
    bad("control_whole", f"a {title} in two fragments", [frame(opcode, payload, fin=False) + frame(CONT, b"x")])
    bad("control_whole", f"a {title} without FIN between fragments", [text("a", fin=False),
                                                                     frame(opcode, payload, fin=False)])
for title, data in (("final", frame(CONT, b"x")), ("not final", frame(CONT, b"x", fin=False)),
                    ("empty and final", frame(CONT)), ("empty and not final", frame(CONT, fin=False))):
    bad("sequence", f"a continuation of nothing, {title}", [data])
    bad("sequence", f"a continuation after a whole message, {title}", [text("one") + data], first=[got("one")])
    bad("sequence", f"a continuation after the last fragment, {title}",
        [b"".join(fragments(TEXT, ["a", "b"])) + data], first=[got("ab")])
bad("sequence", "a continuation after a ping", [ping(b"p") + frame(CONT, b"x")], first=[got_pong(b"p")])
for a, b in ((TEXT, TEXT), (TEXT, BINARY), (BINARY, TEXT), (BINARY, BINARY)):
    for fin in (True, False):
        bad("interleaved", f"opcode {b}{'' if fin else ' without FIN'} inside a message of opcode {a}",
            [frame(a, b"a", fin=False) + frame(b, b"b", fin=fin) + frame(CONT, b"c")])
bad("interleaved", "a text after two fragments and a ping",
    [text("a", fin=False) + frame(CONT, b"b", fin=False) + ping(b"p") + text("c")], first=[got_pong(b"p")])
group("6455 5.4", "fragments", START)

# -- ping and pong
START = len(CASES)
for n in (0, 1, 2, 4, 8, 16, 64, 124, 125):
    body = RANDOM.randbytes(n)
    echo("pong_same", f"a ping of {n} bytes", [ping(body)], got_pong(body))
echo("pong_same", "a ping of zeros", [ping(bytes(8))], got_pong(bytes(8)))
echo("pong_same", "a ping that is not UTF-8", [ping(b"\0\xff\xfe\xfd\xfc\xfb\0\xff")],
     got_pong(b"\0\xff\xfe\xfd\xfc\xfb\0\xff"))
bytewise("ping", "a ping of 125 bytes, byte by byte", ping(b"\xaa" * 125), got_pong(b"\xaa" * 125))
bytewise("ping", "ten pings, byte by byte", b"".join(ping(b"payload-%d" % i) for i in range(10)),
         *[got_pong(b"payload-%d" % i) for i in range(10)])


def one_by_one(peer):
    peer.open()
    for i in range(100):
        peer.send(ping(b"%d" % i))
        peer.expect(got_pong(b"%d" % i))
    peer.goodbye()


def burst(peer):
    """All in one segment: pongs may be left out, but not the last, and none twice."""
    peer.open()
    peer.send(b"".join(ping(b"%d" % i) for i in range(50)) + text("end"))
    seen = []
    while True:
        kind, payload = peer.event()[:2]
        if kind == "text":
            break
        check(kind == "pong", f"got {kind}")
        seen.append(int(payload))
    check(seen and seen[-1] == 49 and seen == sorted(set(seen)), f"pongs {seen}")
    peer.goodbye()


case("ping", "a hundred pings, each answered", one_by_one)
case("pong_latest", "fifty pings in one segment", burst)
echo("ping", "a ping behind a text", [text("t") + ping(b"p")], got("t"), got_pong(b"p"))
echo("ping", "a ping before a text", [ping(b"p") + text("t")], got_pong(b"p"), got("t"))
for n in (0, 1, 125):
    echo("pong_alone", f"an unsolicited pong of {n} bytes", [pong(b"x" * n), text("on")], got("on"))
echo("pong_alone", "an unsolicited pong, then a ping", [pong(b"unsolicited") + ping(b"p")], got_pong(b"p"))
echo("pong_alone", "a hundred unsolicited pongs", [pong(b"x") * 100 + text("on")], got("on"))
for opcode, name in ((PING, "ping"), (PONG, "pong"), (8, "Close")):
    payload = struct.pack(">H", 1000) + b"x" * 124
    bad("control_length", f"a {name} of 126 bytes", [frame(opcode, payload)])
    bad("control_length", f"the header of a {name} of 126 bytes", [head(0x80 | opcode, 126)])
    bad("control_length", f"the header of a {name} of 65,536 bytes", [head(0x80 | opcode, 65536)])
    bad("control_length", f"a {name} of 2 bytes with its length in 16 bits", [frame(opcode, b"\x03\xe8", form=16)])
    bad("control_length", f"a {name} of 2 bytes with its length in 64 bits", [frame(opcode, b"\x03\xe8", form=64)])
group("6455 5.5", "ping and pong", START)

# -- messages
START = len(CASES)
echo("text_frame", "an empty text", [text("")], got(""))
echo("text_frame", "a character in two frames", [text(b"\xe2\x82", fin=False), frame(CONT, b"\xac")], got("\u20ac"))
echo("binary_frame", "an empty binary", [binary(b"")], got_binary(b""))
echo("binary_frame", "all bytes", [binary(bytes(range(256)))], got_binary(bytes(range(256))))
echo("binary_frame", "what is not UTF-8", [binary(b"\xff\xc0\x80\xed\xa0\x80")],
     got_binary(b"\xff\xc0\x80\xed\xa0\x80"))
echo("binary_frame", "what is not UTF-8, in fragments", fragments(BINARY, [b"\xff", b"\xc0", b"\x80"]),
     got_binary(b"\xff\xc0\x80"))
echo("examples", "a masked text", [bytes.fromhex("8185 37fa213d 7f9f4d5158")], got("Hello"))
echo("examples", "a masked pong, as the answer to a ping of ours would be", [bytes.fromhex("8a85 37fa213d 7f9f4d5158")])
bad("examples", "an unmasked text", [bytes.fromhex("8105 48656c6c6f")])
bad("examples", "a fragmented unmasked text", [bytes.fromhex("0103 48656c 8002 6c6f")])
bad("examples", "an unmasked ping", [bytes.fromhex("8905 48656c6c6f")])
echo("examples", "256 bytes, 16 bits of length", [bytes.fromhex("82fe 0100 00000000") + b"\7" * 256],
     got_binary(b"\7" * 256))
echo("examples", "64 KiB, 64 bits of length", [bytes.fromhex("82ff 0000000000010000 00000000") + b"\7" * 65536],
     got_binary(b"\7" * 65536))


def declined(peer):
    """An extension that was offered and not taken gives its bit no meaning."""
    peer.open("x-unknown-bits; rsv2")
    check(peer.response.get("Sec-WebSocket-Extensions") is None, "an unknown extension was agreed to")
    peer.send(text("x", rsv=RSV2))
    peer.refused(1002)


case("negotiated", "an unknown extension's bit after its offer was declined", declined)
bad("negotiated", "a compressed text without permessage-deflate", [bytes.fromhex("c187 00000000 f248cdc9c90700")])
echo("send_type", "text comes back as text, binary as binary", [text("a"), binary(b"a"), text("b"), binary(b"b")],
     got("a"), got_binary(b"a"), got("b"), got_binary(b"b"))
echo("send_fin", "a text of 200,000 bytes ends with FIN", [text("y" * 200000)], got("y" * 200000))
echo("receive", "1,000 texts in one segment", [b"".join(text(f"{i}") for i in range(1000))],
     *[got(f"{i}") for i in range(1000)])
echo("receive", "text, ping, binary and fragments in one segment",
     [text("t") + ping(b"p") + binary(b"b") + b"".join(fragments(TEXT, ["x", "y"]))],
     got("t"), got_pong(b"p"), got_binary(b"b"), got("xy"))
bytewise("receive", "text, ping, binary and fragments byte by byte",
         text("t") + ping(b"p") + binary(b"b") + b"".join(fragments(TEXT, ["x", "y"])),
         got("t"), got_pong(b"p"), got_binary(b"b"), got("xy"))
for size in (2, 3, 7, 13):
    def stepped(peer, size=size):
        peer.open()
        peer.send_in(size, b"".join(text("%d" % i * 9) for i in range(50)))
        peer.expect(*[got("%d" % i * 9) for i in range(50)])
        peer.goodbye()
    case("receive", f"fifty texts in segments of {size}", stepped)
echo("receive_type", "a binary whose first fragment is empty", fragments(BINARY, [b"", b"\xff"]), got_binary(b"\xff"))
echo("receive_type", "a text whose first fragment is empty", fragments(TEXT, [b"", b"t"]), got("t"))
echo("receive_next", "a binary after a fragmented text", fragments(TEXT, ["a", "b"]) + [binary(b"\xff")],
     got("ab"), got_binary(b"\xff"))
echo("receive_next", "a fragmented text after a fragmented text", fragments(TEXT, ["a", "b"]) * 2, got("ab"), got("ab"))
group("6455 5.6-6.2", "messages", START)
