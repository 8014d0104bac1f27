"""Sizes from 64 KiB to 16 MiB: whole, in fragments, in segments, and a thousand
messages to and fro."""

from peer import BINARY, TEXT, binary, check, fragments, frame, pieces, text
from suite import CASES, case, group

KIB, MIB = 1 << 10, 1 << 20
START = len(CASES)
PATTERN = {True: bytes(range(256)) * 4096, False: ("h\u00e9llo w\u00f6rld \u20ac \U0001f600 " * 50000).encode()}


def body(binary_kind, n):
    """n bytes; a text is cut at a character and filled up."""
    source = PATTERN[binary_kind]
    data = (source * (n // len(source) + 1))[:n]
    if not binary_kind:
        data = data.decode("utf-8", "ignore").encode()
        data += b"." * (n - len(data))
    return data


def name(n):
    return f"{n // MIB} MiB" if n >= MIB else (f"{n // KIB} KiB" if n >= KIB else f"{n} bytes")


def whole(kind, n):
    def run(peer):
        data = body(kind, n)
        peer.open()
        peer.send((binary if kind else text)(data))
        check(peer.event() == ("binary" if kind else "text", data), "not what was sent")
        peer.goodbye()
    return run


def in_fragments(kind, n, size):
    def run(peer):
        data = body(kind, n)
        frames = b"".join(fragments(BINARY if kind else TEXT, pieces(data, size)))
        peer.open()
        peer.send(frames)
        check(peer.event() == ("binary" if kind else "text", data), "not what was sent")
        peer.goodbye()
    return run


def in_segments(kind, n, size):
    def run(peer):
        data = body(kind, n)
        peer.open()
        peer.send_in(size, (binary if kind else text)(data))
        check(peer.event() == ("binary" if kind else "text", data), "not what was sent")
        peer.goodbye()
    return run


def to_and_fro(kind, n, times):
    def run(peer):
        data = body(kind, n)
        out = frame(BINARY if kind else TEXT, data)
        peer.open()
        for i in range(times):
            peer.s.sendall(out)
            check(peer.event() == ("binary" if kind else "text", data), f"message {i} is not what was sent")
        peer.goodbye()
    return run


def add(title, run, kind, timeout):
    case("sizes", f"{'binary' if kind else 'text'}, {title}", run, timeout)


for kind in (False, True):
    for n in (64 * KIB, 256 * KIB, MIB, 4 * MIB, 8 * MIB, 16 * MIB):
        add(name(n), whole(kind, n), kind, 20)
for kind in (False, True):
    for size in (64, 256, KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, MIB, 4 * MIB):
        n = 4 * MIB
        add(f"{name(n)} in fragments of {name(size)}", in_fragments(kind, n, size), kind, 20)
for kind in (False, True):
    for size in (64, 128, 256, 512, KIB, 2 * KIB, 4 * KIB):
        add(f"1 MiB in segments of {name(size)}", in_segments(kind, MIB, size), kind, 20)
    add("16 MiB in segments of 4 KiB", in_segments(kind, 16 * MIB, 4 * KIB), kind, 30)
for kind in (False, True):
    for n in (0, 16, 64, 256, KIB, 4 * KIB):
        add(f"{name(n)} a thousand times to and fro", to_and_fro(kind, n, 1000), kind, 20)


def too_big(announce):
    def run(peer):
        peer.open()
        peer.send(announce)
        peer.refused(1009)
    return run


MAX = 16 * MIB
case("sizes", "one byte over the limit, header only",
     too_big(b"\x82\xff" + (MAX + 1).to_bytes(8, "big") + b"\0\0\0\0"))
for n in (1 << 31, 1 << 32, (1 << 32) + 5, (1 << 63) - 1):
    case("sizes", f"{n:#x} bytes announced", too_big(b"\x82\xff" + n.to_bytes(8, "big") + b"\0\0\0\0"))
group("6455 10.4", "sizes and cuts", START)
