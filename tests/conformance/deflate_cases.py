"""RFC 7692: permessage-deflate offered, agreed and used."""

import itertools
import random
import re
import zlib

from peer import (BINARY, CONT, PING, RSV1, RSV2, RSV3, TAIL, TEXT, Agreed, binary, check, close, fragments, frame,
                  head, pieces, ping, text)
from suite import CASES, bad, case, group

PMD = "permessage-deflate"
BITS = re.compile(r"[89]|1[0-5]")
FLAGS = ("server_no_context_takeover", "client_no_context_takeover")


# -- the response

def parse(value):
    """One extension with its parameters as [(name, value or None)]."""
    name, *parameters = [p.strip(" \t") for p in value.split(";")]
    out = []
    for p in parameters:
        key, eq, val = p.partition("=")
        key, val = key.strip(), val.strip()
        if eq and len(val) > 1 and val[0] == val[-1] == '"':
            val = val[1:-1]
        out.append((key, val if eq else None))
    return name, out


def flags_of(parameters):
    for flag in FLAGS:
        check(parameters.get(flag) is None, f"{flag} with the value {parameters.get(flag)!r}")


def agreement(response, offered):
    """What the 101 agrees to of offered (name -> value): None when it declines.
    Fails where RFC 7692, 7.1 forbids the answer."""
    answers = [x.strip() for v in response.all("Sec-WebSocket-Extensions") for x in v.split(",")]
    if not answers:
        return None
    check(len(answers) == 1, f"more than one extension: {answers}")
    name, pairs = parse(answers[0])
    check(name == PMD, f"extension {name}")
    parameters = dict(pairs)
    check(len(parameters) == len(pairs), f"a parameter twice: {answers[0]}")
    check(set(parameters) <= set(FLAGS) | {"server_max_window_bits", "client_max_window_bits"},
          f"unknown parameters: {answers[0]}")
    flags_of(parameters)
    for side in ("server", "client"):
        key = side + "_max_window_bits"
        check(key not in parameters or BITS.fullmatch(parameters[key] or ""), f"{key}={parameters.get(key)}")
    server = int(parameters.get("server_max_window_bits", 15))
    client = int(parameters.get("client_max_window_bits", 15))
    if "server_no_context_takeover" in offered:
        check("server_no_context_takeover" in parameters, "server_no_context_takeover was asked for, not answered")
    if "server_max_window_bits" in offered:
        check("server_max_window_bits" in parameters, "server_max_window_bits was asked for, not answered")
        check(server <= int(offered["server_max_window_bits"]), f"server_max_window_bits={server}, asked for less")
    if "client_max_window_bits" not in offered:
        check("client_max_window_bits" not in parameters, "client_max_window_bits was not offered")
    elif offered["client_max_window_bits"] and "client_max_window_bits" in parameters:
        check(client <= int(offered["client_max_window_bits"]), f"client_max_window_bits={client}, offered less")
    # what the client has offered for itself it may keep to, whatever the answer
    own = int(offered.get("client_max_window_bits") or 15)
    return Agreed(server, min(client, own), "server_no_context_takeover" not in parameters,
                  "client_no_context_takeover" not in parameters)


def write(offered):
    return "; ".join([PMD] + [n if v is None else f"{n}={v}" for n, v in offered.items()])


def agree(peer, offered=None, value=None):
    """An open connection with compression; offered as in agreement()."""
    offered = offered or {}
    peer.open(value or write(offered))
    peer.agreed = agreement(peer.response, offered)
    check(peer.agreed, f"declined: {value or write(offered)}")
    return peer.agreed


def compressed(peer, opcode, data, level=6):
    return frame(opcode, peer.agreed.deflate(data, level), rsv=RSV1)


# -- 5.1 and 7.1: offers
START = len(CASES)


def takes(rule, title, value, offered):
    def run(peer):
        agree(peer, offered, value)
        body = b"What goes in comes out. " * 40
        peer.send(compressed(peer, TEXT, body))
        peer.expect(("text", body))
        peer.goodbye()
    case(rule, title, run)


def declines(rule, title, value, http=()):
    """The connection goes on without compression, or is refused with one of http."""
    def run(peer):
        if http:
            return refuses(peer, value, http)
        peer.open(value)
        answer = peer.response.all("Sec-WebSocket-Extensions")
        check(agreement(peer.response, {}) is None, f"agreed to {value}: {answer}")
        peer.send(text("plain"))
        peer.expect(("text", b"plain"))
        peer.send(frame(TEXT, bytes.fromhex("f248cdc9c90700"), rsv=RSV1))
        peer.refused(1002)
    case(rule, title, run)


def refuses(peer, value, http):
    from peer import encode, request
    peer.send(encode(peer.target, request(peer.target) + [("Sec-WebSocket-Extensions", value)]))
    r = peer.answer()
    check(r.status in http, f"answered {r.status}, expected {http}")
    peer.ended()


takes("answer", "Z01 no parameter", PMD, {})
takes("answer", "spaces and tabs around", f" \t{PMD} ; \tclient_max_window_bits \t", {"client_max_window_bits": None})
takes("answer", "no spaces", f"{PMD};client_max_window_bits;server_no_context_takeover",
      {"client_max_window_bits": None, "server_no_context_takeover": None})
takes("client_bits", "Z02 client_max_window_bits", f"{PMD}; client_max_window_bits", {"client_max_window_bits": None})
for n in range(8, 16):
    takes("client_bits", f"Z03 client_max_window_bits={n}", f"{PMD}; client_max_window_bits={n}",
          {"client_max_window_bits": n})
takes("client_bits", 'Z03 client_max_window_bits="10"', f'{PMD}; client_max_window_bits="10"',
      {"client_max_window_bits": 10})
for n in range(9, 16):
    takes("server_bits", f"Z05 server_max_window_bits={n}", f"{PMD}; server_max_window_bits={n}",
          {"server_max_window_bits": n})
takes("server_bits", 'server_max_window_bits="12"', f'{PMD}; server_max_window_bits="12"',
      {"server_max_window_bits": 12})
takes("server_takeover", "server_no_context_takeover", f"{PMD}; server_no_context_takeover",
      {"server_no_context_takeover": None})
takes("client_takeover", "client_no_context_takeover", f"{PMD}; client_no_context_takeover",
      {"client_no_context_takeover": None})
takes("answer", "all four", f"{PMD}; server_no_context_takeover; client_no_context_takeover; "
      "server_max_window_bits=10; client_max_window_bits=11",
      {"server_no_context_takeover": None, "client_no_context_takeover": None, "server_max_window_bits": 10,
       "client_max_window_bits": 11})
for value in ("7", "16", "0", "-1", "08", "010", "015", "15.0", "1e1", "0xf", "x", "100", "4294967304", '"7"', '"09"'):
    for side in ("server", "client"):
        declines("decline", f"Z06 {side}_max_window_bits={value}", f"{PMD}; {side}_max_window_bits={value}")
declines("decline", "Z07 server_max_window_bits without a value", f"{PMD}; server_max_window_bits")
for flag in FLAGS:
    for value in ("1", "true", "10", '"1"'):
        declines("decline", f"Z08 {flag}={value}", f"{PMD}; {flag}={value}")
for twice in ("server_no_context_takeover", "client_no_context_takeover", "client_max_window_bits",
              "server_max_window_bits=10", "client_max_window_bits=10"):
    declines("decline", f"Z09 {twice} twice", f"{PMD}; {twice}; {twice}")
declines("decline", "Z09 one name, two values", f"{PMD}; server_max_window_bits=10; server_max_window_bits=11")
for unknown in ("foo", "foo=1", "max_window_bits=10", "server_max_window_bits_=10", "x; client_max_window_bits"):
    declines("decline", f"Z10 unknown parameter {unknown}", f"{PMD}; {unknown}")
for other in ("x-webkit-deflate-frame", "permessage-bzip2", "deflate-stream", "permessage-deflat",
              "permessage-deflatee", "x-webkit-deflate-frame; no_context_takeover"):
    declines("other_ext", f"Z12 {other}", other)
for value in (f"{PMD};", f"{PMD}; =1", f"{PMD}; client_max_window_bits=", f'{PMD}; client_max_window_bits="10',
              f"{PMD} client_max_window_bits", f"{PMD}; client max_window_bits", f"{PMD}=1"):
    declines("extension_abnf", f"malformed: {value}", value, http=(400,))


def second(title, value, offered):
    takes("preference", title, value, offered)


second("Z11 the first offer is bad, the second good", f"{PMD}; foo=1, {PMD}; client_max_window_bits",
       {"client_max_window_bits": None})
second("Z11 the first two are bad", f"{PMD}; server_max_window_bits=7, {PMD}; client_no_context_takeover=1, {PMD}; "
       "server_max_window_bits=12", {"server_max_window_bits": 12})
second("the first of two good ones", f"{PMD}; server_max_window_bits=11; server_no_context_takeover, {PMD}",
       {"server_max_window_bits": 11, "server_no_context_takeover": None})
second("behind an unknown extension", f"x-unknown; a=\"b\", {PMD}", {})
second("before an unknown extension", f"{PMD}, x-unknown", {})


def two_lines(peer):
    from peer import encode, request
    peer.send(encode(peer.target, request(peer.target) + [
        ("Sec-WebSocket-Extensions", "x-unknown"), ("Sec-WebSocket-Extensions", f"{PMD}; server_max_window_bits=10")]))
    r = peer.answer()
    check(r.status == 101, f"answered {r.status}")
    peer.agreed = agreement(r, {"server_max_window_bits": 10})
    check(peer.agreed, "declined")
    peer.send(compressed(peer, TEXT, b"two lines " * 50))
    peer.expect(("text", b"two lines " * 50))
    peer.goodbye()


case("preference", "in a second header line", two_lines)


def eight(peer):
    """zlib has no raw deflate of 8 bits: declining is right, a window of 256 bytes too."""
    peer.open(f"{PMD}; server_max_window_bits=8")
    peer.agreed = agreement(peer.response, {"server_max_window_bits": 8})
    body = (random.Random(8).randbytes(300) * 5)
    peer.send(frame(BINARY, peer.agreed.deflate(body), rsv=RSV1) if peer.agreed else binary(body))
    peer.expect(("binary", body))
    peer.goodbye()


case("server_bits", "Z04 server_max_window_bits=8: declined, or kept to", eight)
group("7692 5, 7.1", "deflate: offers", START)

# -- 6.1 and 7.2: frames
START = len(CASES)
HELLO = bytes.fromhex("f248cdc9c90700")


def talks(rule, title, sends, expects, code=None, offered=None):
    codes = () if code is None else (code if isinstance(code, tuple) else (code,))

    def run(peer):
        agree(peer, offered)
        peer.send(*sends)
        peer.expect(*expects)
        if codes:
            peer.refused(*codes)
        else:
            peer.goodbye()
    case(rule, title, run)


def got(data, times=1):
    return [("text", data)] * times


def packed(data, level=6, wbits=-15):
    z = zlib.compressobj(level, zlib.DEFLATED, wbits)
    return (z.compress(data) + z.flush(zlib.Z_SYNC_FLUSH))[:-4]


talks("deflate_examples", "Z14 one block", [frame(TEXT, HELLO, rsv=RSV1)], got(b"Hello"))
talks("deflate_examples", "Z15 two fragments", fragments(TEXT, [HELLO[:3], HELLO[3:]], RSV1), got(b"Hello"))
talks("deflate_examples", "Z18 a stored block", [frame(TEXT, bytes.fromhex("000500faff48656c6c6f00"), rsv=RSV1)],
      got(b"Hello"))
talks("deflate_examples", "Z19 a block with BFINAL", [frame(TEXT, bytes.fromhex("f348cdc9c9070000"), rsv=RSV1)],
      got(b"Hello"))
talks("deflate_examples", "Z20 two blocks in one message",
      [frame(TEXT, bytes.fromhex("f248050000 00ffffcac9c90700"), rsv=RSV1)], got(b"Hello"))
talks("deflate_examples", "Z21 an empty message", [frame(TEXT, b"\0", rsv=RSV1)], got(b""))


def window_goes_on(peer):
    """Z16, Z17: the RFC's second Hello needs the first one's window."""
    agreed = agree(peer)
    peer.send(frame(TEXT, HELLO, rsv=RSV1))
    peer.expect(("text", b"Hello"))
    peer.send(frame(TEXT, bytes.fromhex("f200110000"), rsv=RSV1))
    if agreed.client_takeover:
        peer.expect(("text", b"Hello"))
        peer.goodbye()
    else:
        peer.refused(1007, 1002)


def window_ends(peer):
    agreed = agree(peer, {"client_no_context_takeover": None})
    peer.send(frame(TEXT, HELLO, rsv=RSV1))
    peer.expect(("text", b"Hello"))
    peer.send(frame(TEXT, HELLO, rsv=RSV1))
    peer.expect(("text", b"Hello"))
    if agreed.client_takeover:
        peer.goodbye()
        return
    peer.send(frame(TEXT, bytes.fromhex("f200110000"), rsv=RSV1))
    peer.refused(1007, 1002)


case("deflate_examples", "Z16 a second message with the first one's window", window_goes_on)
case("client_takeover", "Z17 client_no_context_takeover agreed: the window does not go on", window_ends)
talks("plain_too", "Z26 an uncompressed text", [text("plain")], got(b"plain"))
talks("plain_too", "Z26 compressed and not in turn", [frame(TEXT, HELLO, rsv=RSV1), text("plain"),
                                                     frame(TEXT, HELLO, rsv=RSV1), text("")],
      got(b"Hello") + got(b"plain") + got(b"Hello") + got(b""))
talks("plain_too", "an uncompressed message in fragments", fragments(TEXT, ["a", "b", "c"]), got(b"abc"))
for bits in (RSV2, RSV3, RSV1 | RSV2, RSV1 | RSV3):
    talks("rsv", f"reserved bits {bits:#x} with deflate agreed", [frame(TEXT, HELLO, rsv=bits)], (), 1002)
for title, sends in (("a continuation", [text("a", fin=False), frame(CONT, b"b", rsv=RSV1)]),
                     ("the second fragment of a compressed message",
                      [frame(TEXT, HELLO[:3], fin=False, rsv=RSV1), frame(CONT, HELLO[3:], rsv=RSV1)]),
                     ("a ping", [ping(b"p", rsv=RSV1)]), ("a pong", [frame(10, b"p", rsv=RSV1)]),
                     ("a Close", [close(1000, rsv=RSV1)]), ("a reserved opcode", [frame(3, HELLO, rsv=RSV1)])):
    talks("rsv1_first", f"Z23, Z24 RSV1 on {title}", sends, (), 1002)
for opcode in (3, 7, 11, 15):
    talks("opcode", f"{opcode:#x} with deflate agreed", [frame(opcode, b"x")], (), 1002)
bad("rsv", "Z25 RSV1 without an agreement", [frame(TEXT, HELLO, rsv=RSV1)])
talks("deflate_control", "Z39 a ping between compressed fragments",
      [frame(TEXT, HELLO[:3], fin=False, rsv=RSV1), ping(b"in"), frame(CONT, HELLO[3:])],
      [("pong", b"in"), ("text", b"Hello")])
talks("deflate_control", "a ping in each gap of seven fragments",
      [x for f in fragments(TEXT, pieces(HELLO, 1), RSV1) for x in (f, ping(b"p"))][:-1],
      [("pong", b"p")] * 6 + got(b"Hello"))


def closed_midway(peer):
    agree(peer)
    peer.send(frame(TEXT, HELLO[:3], fin=False, rsv=RSV1))
    peer.goodbye()


case("deflate_control", "Z39 a Close between compressed fragments", closed_midway)
talks("decompress", "an empty first fragment", fragments(TEXT, [b"", HELLO], RSV1), got(b"Hello"))
talks("decompress", "an empty last fragment", fragments(TEXT, [HELLO, b""], RSV1), got(b"Hello"))
talks("decompress", "a binary", [frame(BINARY, packed(b"\xff\0" * 9), rsv=RSV1)], [("binary", b"\xff\0" * 9)])
talks("decompress", "an empty block behind", [frame(TEXT, HELLO + TAIL + b"\0", rsv=RSV1)], got(b"Hello"))
for level in (0, 1, 6, 9):
    body = b"at every level the same " * 200
    talks("decompress", f"zlib's level {level}", [frame(TEXT, packed(body, level), rsv=RSV1)], got(body))


def strategy(title, **kw):
    body = b"abcabcabc" * 500 + bytes(range(32, 127)) * 9

    def run(peer):
        agree(peer)
        z = zlib.compressobj(6, zlib.DEFLATED, -15, **kw)
        peer.send(frame(TEXT, (z.compress(body) + z.flush(zlib.Z_SYNC_FLUSH))[:-4], rsv=RSV1))
        peer.expect(("text", body))
        peer.goodbye()
    case("decompress", title, run)


strategy("fixed codes only", strategy=zlib.Z_FIXED)
strategy("Huffman codes only", strategy=zlib.Z_HUFFMAN_ONLY)
strategy("runs only", strategy=zlib.Z_RLE)
strategy("the smallest zlib memory", memLevel=1)
for cut in range(1, 7):
    talks("decompress", f"two fragments, cut at {cut}", fragments(TEXT, [HELLO[:cut], HELLO[cut:]], RSV1),
          got(b"Hello"))


def one_byte_segments(peer):
    agree(peer)
    peer.send_in(1, frame(TEXT, HELLO, rsv=RSV1) + frame(TEXT, HELLO, rsv=RSV1))
    peer.expect(*got(b"Hello", 2))
    peer.goodbye()


case("decompress", "byte by byte", one_byte_segments)


def nothing_or_broken(peer):
    """Z22: no byte at all plus 00 00 ff ff is an empty stored block that is cut:
    nothing was sent, or nothing that can be inflated."""
    agree(peer)
    peer.send(frame(TEXT, b"", rsv=RSV1))
    have = peer.event()
    check(have in (("text", b""),) or (have[0] == "close" and have[1] in (1007, 1002)), f"got {have}")


case("broken", "Z22 RSV1 and no payload", nothing_or_broken)
DYNAMIC = packed(bytes(range(97, 123)) * 3 + b"the quick brown fox " * 20)
BROKEN = [("block type 3", "07"), ("a stored block whose lengths disagree", "000500faaa48656c6c6f00"),
          ("a distance before the message", "f200110000"), ("a code of 30 as a distance", "0bf1ff"),
          ("lengths of codes that do not fit", "ed fd ff ff ff ff"), ("a stored block cut short", "00ff0000ff41"),
          ("bytes of text", "48656c6c6f20776f726c64")]
for title, digits in BROKEN:
    talks("broken", f"Z28 {title}", [frame(TEXT, bytes.fromhex(digits), rsv=RSV1)], (), (1007, 1002))


def inflated(payload):
    """(what RFC 7692 makes of a payload, its end): "whole" where it ends with a block,
    "cut" inside one, "final" behind a block with BFINAL, "wrong" where zlib says so."""
    z = zlib.decompressobj(-15)
    try:
        out = z.decompress(payload + TAIL)
        if z.eof:
            return out, "final"
        out += z.decompress(b"\3\0")   # an empty last block: inflates only where one may begin
    except zlib.error:
        return b"", "wrong"
    return out, "whole" if z.eof and not z.unused_data else "cut"


for n in (1, 10, len(DYNAMIC) // 2, len(DYNAMIC) - 10, len(DYNAMIC) - 2):
    assert inflated(DYNAMIC[:n])[1] in ("cut", "wrong"), n
    talks("broken", f"Z29 a message cut after {n} of {len(DYNAMIC)} bytes", [frame(TEXT, DYNAMIC[:n], rsv=RSV1)], (),
          (1007, 1002))
talks("broken", "a good message before", [frame(TEXT, HELLO, rsv=RSV1) + frame(TEXT, b"\x07", rsv=RSV1) + ping()],
      got(b"Hello"), (1007, 1002))


def flipped(bit):
    """Z27: what still inflates to a text is echoed, anything else fails the connection.
    Behind BFINAL both is right: 7.2.3.4 sends a byte more, and this payload has none."""
    data = bytearray(HELLO)
    data[bit // 8] ^= 1 << bit % 8
    out, end = inflated(bytes(data))
    try:
        out.decode()
    except UnicodeDecodeError:
        end = "wrong"

    def run(peer):
        agree(peer)
        peer.send(frame(TEXT, bytes(data), rsv=RSV1))
        have = peer.event()
        if have[0] == "text":
            check(end in ("whole", "final"), f"echoed {have}, but the payload is {end}")
            check(have[1] == out, f"got {have}, zlib has {out!r}")
            peer.goodbye()
        else:
            check(end != "whole", f"got {have}, zlib has {out!r}")
            check(have[0] == "close" and have[1] in (1007, 1002), f"got {have}")
    case("broken", f"Z27 bit {bit} flipped: {end}", run)


for bit in range(56):
    flipped(bit)
for title, data in (("ff", b"\xff"), ("a surrogate", b"ab\xed\xa0\x80"), ("half a character", b"\xe2\x82"),
                    ("an overlong", b"\xc0\x80"), ("the last byte of 64 KiB", b"a" * 65535 + b"\xff")):
    talks("utf8", f"Z36 compressed: {title}", [frame(TEXT, packed(data), rsv=RSV1)], (), 1007)
EURO = packed("\u20ac".encode() * 9)
talks("utf8_parts", "Z36 a compressed text, each byte a fragment", fragments(TEXT, pieces(EURO, 1), RSV1),
      got("\u20ac".encode() * 9))


def bomb(size, code, cut=None):
    def run(peer):
        agree(peer)
        data = packed(b"\0" * size, 9)
        frames = fragments(BINARY, pieces(data, cut), RSV1) if cut else [frame(BINARY, data, rsv=RSV1)]
        try:
            peer.send(b"".join(frames))
        except OSError:
            pass   # refused before its end
        if code:
            peer.refused(code)
        else:
            peer.expect(("binary", b"\0" * size))
            peer.goodbye()
    return run


MAX = 16 << 20
case("bomb", "Z31 inflates to the limit", bomb(MAX, None), 20)
case("bomb", "Z31 inflates to the limit and one byte", bomb(MAX + 1, 1009), 20)
case("bomb", "Z32 inflates to 64 MiB", bomb(64 << 20, 1009), 20)
case("bomb", "Z33 inflates to 64 MiB, in fragments of 100 bytes", bomb(64 << 20, 1009, 100), 20)
group("7692 6, 7.2, 8", "deflate: frames", START)

# -- every window and takeover combination, both ways
START = len(CASES)
RANDOM = random.Random(7692)
WORDS = [bytes(RANDOM.choices(b"abcdefghijklmnopqrstuvwxyz", k=RANDOM.randint(2, 9))) for _ in range(400)]
PROSE = b" ".join(RANDOM.choices(WORDS, k=900))


def both_ways(offered):
    """Prose repeats over far more than the small windows; the same message again
    shows the takeover. The client keeps to its window, ours is judged in inflate()."""
    def run(peer):
        agree(peer, offered)
        bodies = [PROSE, PROSE[1000:3000], PROSE[:200], b"", PROSE[:1], PROSE[1000:3000]]
        packed_back = 0
        for body in bodies:
            peer.send(compressed(peer, TEXT, body))
            peer.expect(("text", body))
            packed_back += peer.last_compressed
        check(packed_back, "the server compressed nothing")
        peer.goodbye()
    return run


SERVER = [{}] + [{"server_max_window_bits": n} for n in range(9, 16)]
CLIENT = [{}, {"client_max_window_bits": None}] + [{"client_max_window_bits": n} for n in range(8, 16)]
for s, c, sf, cf in itertools.product(SERVER, CLIENT, (False, True), (False, True)):
    wanted = {**s, **c, **({FLAGS[0]: None} if sf else {}), **({FLAGS[1]: None} if cf else {})}
    case("matrix", write(wanted), both_ways(wanted))
group("7692 7.1", "deflate: windows", START)

# -- what is in the messages
START = len(CASES)


def json_like(n):
    out = b"".join(b'{"id":%d,"name":"user-%d","text":"%s"},' % (i, i % 40, RANDOM.choice(WORDS))
                   for i in range(n // 40 + 1))
    return (b"[" + out)[:n]


def wide(n):
    data = ("\u041f\u0440\u0438\u0432\u0435\u0442 \u4e16\u754c \U0001f600 " * (n // 20 + 1)).encode()[:n]
    return data.decode("utf-8", "ignore").encode()


KINDS = [("JSON", TEXT, json_like), ("prose", TEXT, lambda n: (PROSE * (n // len(PROSE) + 1))[:n]),
         ("wide text", TEXT, wide), ("one letter", TEXT, lambda n: b"a" * n),
         ("random bytes", BINARY, lambda n: RANDOM.randbytes(n)), ("zeros", BINARY, bytes)]
MODES = [("no parameter", {}), ("no takeover", {FLAGS[0]: None, FLAGS[1]: None}),
         ("windows of 9 bits", {"server_max_window_bits": 9, "client_max_window_bits": 9}),
         ("windows of 9 bits, no takeover", {"server_max_window_bits": 9, "client_max_window_bits": 9,
                                             FLAGS[0]: None, FLAGS[1]: None})]
SIZES = (0, 1, 16, 64, 127, 128, 129, 256, 1024, 4096, 8192, 16384, 32767, 32768, 65535, 65536, 131072)


def of_size(opcode, make, n, offered, times):
    def run(peer):
        agree(peer, offered)
        for i in range(times):
            body = make(n)
            payload = peer.agreed.deflate(body)
            cut = len(payload) // 5 + 1 if i == 1 else len(payload)   # the second one in fragments
            peer.send(b"".join(fragments(opcode, pieces(payload, cut), RSV1)))
            peer.expect(("text" if opcode == TEXT else "binary", body))
        peer.goodbye()
    return run


for (kind, opcode, make), (mode, offered), n in itertools.product(KINDS, MODES, SIZES):
    if n > 32768 and "9 bits" in mode:
        continue   # judged byte by byte: slow, and no other than at 32,768
    case("compress", f"{kind}, {n} bytes, {mode}", of_size(opcode, make, n, offered, 3), 10)


def shrinks(peer):
    agree(peer)
    body = b"a" * 65536
    peer.send(binary(body))
    fin, rsv, opcode, payload = peer.frame()
    check(rsv == RSV1 and fin and len(payload) < 1000, f"{len(payload)} bytes, reserved bits {rsv:#x}")
    check(not payload.endswith(TAIL), "00 00 ff ff was left on")
    check(peer.agreed.inflate(payload) == body, "inflates to something else")
    peer.goodbye()


def incompressible(peer):
    agree(peer)
    body = RANDOM.randbytes(65536)
    peer.send(binary(body))
    fin, rsv, opcode, payload = peer.frame()
    check(len(payload) < len(body) + 1024, f"65,536 random bytes grew to {len(payload)}")
    check((peer.agreed.inflate(payload) if rsv else payload) == body, "inflates to something else")
    peer.goodbye()


def thousand(offered):
    def run(peer):
        agree(peer, offered)
        for i in range(1000):
            body = b'{"message":"number %d of a thousand","uid":"6f1c1f6e-7d0b-4c58-9a44-%012d"}%s' % (i, i, b" " * 99)
            peer.send(compressed(peer, TEXT, body))
            peer.expect(("text", body))
        peer.goodbye()
    return run


case("compress", "Z37 64 KiB of one letter come back small, the tail removed", shrinks)
case("compress", "Z37 64 KiB of random bytes do not grow", incompressible)
for mode, offered in MODES[:2]:
    case("compress", f"a thousand messages, {mode}", thousand(offered), 20)
group("7692 7.2", "deflate: messages", START)
