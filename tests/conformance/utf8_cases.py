"""RFC 6455, section 8.1: texts are UTF-8 as RFC 3629 has it, to the byte."""

import codecs

from peer import CONT, TEXT, fragments, frame, head, text, xor, MASK
from suite import CASES, bad, case, echo, group

GREEK = "\u03ba\u1f79\u03c3\u03bc\u03b5".encode()


def enc(*points):
    return b"".join(chr(p).encode("utf-8", "surrogatepass") for p in points)


def shown(data):
    return data[:24].hex() + ("..." if len(data) > 24 else "")


def proof(data):
    """How many bytes it takes to know that no continuation makes data right; None:
    only its end does. The decoder is Python's, no code of the server's or ours."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for i in range(len(data)):
        try:
            decoder.decode(data[i:i + 1])
        except UnicodeDecodeError:
            return i + 1
    return None


def whole(data):
    try:
        data.decode()
        return True
    except UnicodeDecodeError:
        return False


# -- what is allowed
START = len(CASES)
VALID = [b"", b"Hello", GREEK, "\u00df\u00e4\u00f6\u00fc".encode(), "\u65e5\u672c\u8a9e".encode(),
         "\U0001f600\U0001f1e9".encode()]
EDGES = [0x00, 0x01, 0x7E, 0x7F, 0x80, 0x81, 0xBF, 0xC0, 0xFF, 0x100, 0x7BF, 0x7C0, 0x7FE, 0x7FF, 0x800, 0x801, 0xFFF,
         0x1000, 0x1FFF, 0xCFFF, 0xD000, 0xD7BF, 0xD7FE, 0xD7FF, 0xE000, 0xE001, 0xEFFF, 0xF000, 0xFEFF, 0xFFFC, 0xFFFD,
         0x10000, 0x10001, 0x3FFFF, 0x40000, 0xFFFFF, 0x100000, 0x10FFFD]
VALID += [enc(p) for p in EDGES]
# noncharacters are characters to UTF-8
VALID += [enc(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF)]
VALID += [enc(0xFDD0), enc(0xFDEF), b"\xef\xbb\xbf", b"\xef\xbb\xbfabc"]
for v in VALID:
    echo("utf8_ok", f"{shown(v) or 'nothing'}", [text(v)], ("text", v))
for n in (7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128):
    v = b"a" * n + "\u20ac\U0001d11e".encode() + b"b" * n
    echo("utf8_ok", f"{n} ASCII bytes around wider ones", [text(v)], ("text", v))
ALL = enc(*range(0x80, 0xD800, 7), *range(0xE000, 0x110000, 211))
echo("utf8_ok", "a long text of every width", [text(ALL)], ("text", ALL))

# -- what is not
INVALID = []
INVALID += [bytes([b]) for b in (0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF)]                   # no lead byte
INVALID += [b"\x80" * n for n in range(2, 8)] + [bytes(range(0x80, 0xC0))]
INVALID += [bytes([b]) for b in (0xC0, 0xC1, 0xF5, 0xF6, 0xF7, 0xF8, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF)]   # no byte of UTF-8
INVALID += [b"\xfe\xfe\xff\xff", b"\xff\xfe", b"\xfe\xff"]
INVALID += [bytes([b]) + b" " for b in (0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEF, 0xF0, 0xF1, 0xF4)]        # cut by a space
INVALID += [enc(p)[:-1] + b" " for p in (0x800, 0xFFFF, 0x10000, 0x10FFFF)]
INVALID += [enc(0x10000)[:2] + b" ", enc(0x10FFFF)[:2] + b"\xc2\x80"]
INVALID += [enc(p)[:n] for p in (0x80, 0x7FF, 0x800, 0xFFFF, 0x10000, 0x10FFFF)  # cut by the end
            for n in range(1, len(enc(p)))]
INVALID += [b"\xc2\xe0\xa0\xf0\x90\x80", b"\xe2\x82\xe2\x82\xac", b"\xf0\x9f\x98\xf0\x9f\x98\x80"]
INVALID += [b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xf8\x80\x80\x80\xaf",  # longer than needed
            b"\xfc\x80\x80\x80\x80\xaf"]
INVALID += [b"\xc0\x80", b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xf8\x80\x80\x80\x80", b"\xfc\x80\x80\x80\x80\x80"]
INVALID += [b"\xc1\xbf", b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xf8\x87\xbf\xbf\xbf", b"\xfc\x83\xbf\xbf\xbf\xbf"]
INVALID += [b"\xe0\x80\x80", b"\xe0\x9f\x80", b"\xf0\x8f\x80\x80", b"\xf0\x80\xa0\x80"]
INVALID += [enc(p) for p in (0xD800, 0xDB7F, 0xDB80, 0xDBFF, 0xDC00, 0xDF80, 0xDFFF)]   # surrogates
INVALID += [enc(a, b) for a in (0xD800, 0xDB7F, 0xDB80, 0xDBFF) for b in (0xDC00, 0xDFFF)]
INVALID += [b"\xf4\x90\x80\x80", b"\xf4\xbf\xbf\xbf", b"\xf5\x80\x80\x80", b"\xf7\xbf\xbf\xbf",          # over U+10FFFF
            b"\xf8\x88\x80\x80\x80", b"\xfb\xbf\xbf\xbf\xbf", b"\xfc\x84\x80\x80\x80\x80", b"\xfd\xbf\xbf\xbf\xbf\xbf"]
INVALID += [GREEK + b"\xed\xa0\x80edited", GREEK + b"\xf4\x90\x80\x80edited", b"a" * 64 + b"\xff" + b"b" * 64]
INVALID = list(dict.fromkeys(INVALID))
for v in INVALID:
    assert not whole(v)
    bad("utf8", f"{shown(v)}", [text(v)], 1007)
for n in (7, 8, 15, 16, 17, 31, 32, 33, 63, 64, 65):
    for v in (b"\xff", b"\xe2\x82", b"\xc0\x80"):
        bad("utf8", f"{n} ASCII bytes, then {v.hex()}", [text(b"a" * n + v)], 1007)
for n in range(len(GREEK) + 1):
    part = GREEK[:n]
    if whole(part):
        echo("utf8_ok", f"the first {n} bytes of a Greek word", [text(part)], ("text", part))
    else:
        bad("utf8", f"the first {n} bytes of a Greek word", [text(part)], 1007)
bad("utf8", "a good text before, a ping behind", [text("ok") + text(b"\xff") + frame(9, b"p")], 1007,
    first=[("text", b"ok")])

# -- cut by fragments and segments
for v in (GREEK, "\u20ac".encode(), "\U0001f600".encode(), "a\u00e9b\u20acc\U0001f600d".encode()):
    each = [v[i:i + 1] for i in range(len(v))]
    echo("utf8_parts", f"{shown(v)}, each byte a fragment", fragments(TEXT, each), ("text", v))
    echo("utf8_parts", f"{shown(v)}, each byte a fragment, empty ones between",
         fragments(TEXT, [x for e in each for x in (e, b"")]), ("text", v))

    def bytewise(peer, v=v):
        peer.open()
        peer.send_in(1, text(v))
        peer.expect(("text", v))
        peer.goodbye()
    case("utf8_parts", f"{shown(v)}, byte by byte", bytewise)
for cut in range(1, len(GREEK)):
    echo("utf8_parts", f"a Greek word in two fragments, cut at {cut}", fragments(TEXT, [GREEK[:cut], GREEK[cut:]]),
         ("text", GREEK))
for v in INVALID:
    if len(v) > 1 and len(v) < 8:
        each = [v[i:i + 1] for i in range(len(v))]
        bad("utf8_parts", f"{shown(v)}, each byte a fragment", [b"".join(fragments(TEXT, each))], 1007)
echo("utf8_parts", "a ping inside a character", [text(b"\xe2\x82", fin=False), frame(9, b"p"), frame(CONT, b"\xac")],
     ("pong", b"p"), ("text", b"\xe2\x82\xac"))
bad("utf8_parts", "half a character, then an empty last fragment", fragments(TEXT, [b"\xe2\x82", b""]), 1007)
bad("utf8_parts", "half a character, the next text has the other half", [text(b"\xe2\x82") + text(b"\xac")], 1007)

# -- at once: the rest of the message is never sent
for v in INVALID:
    n = proof(v)
    if n is None:
        continue
    soon = b"before " + v[:n]
    bad("utf8_soon", f"{shown(v[:n])} in a frame that goes on",
        [head(0x81, 1000) + xor(soon, MASK)], 1007)
    bad("utf8_soon", f"{shown(v[:n])} in a first fragment", [text(soon, fin=False)], 1007)
for v in (GREEK + b"\xf4\x90\x80\x80", GREEK + b"\xed\xa0\x80"):
    n = proof(v)
    whole_text = v + b"edited"
    frames = [text(whole_text[:1], fin=False)] + [frame(CONT, whole_text[i:i + 1], fin=False) for i in range(1, n)]
    bad("utf8_soon", f"{shown(v)}, each byte a fragment, with pauses", [x for f in frames for x in (f, 0.002)], 1007)
    masked = head(0x81, len(whole_text)) + xor(whole_text, MASK)
    bad("utf8_soon", f"{shown(v)}, each byte a segment, with pauses",
        [masked[:6]] + [x for i in range(n) for x in (masked[6 + i:7 + i], 0.002)], 1007)
group("6455 8.1", "UTF-8", START)
