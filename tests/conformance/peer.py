"""The client of the cases: a socket, RFC 6455's frames and RFC 7692's deflate,
strict about all that a server may not send.

It sends whatever a case asks for, right or wrong, so no WebSocket library is
in it."""

import base64
import hashlib
import os
import re
import socket
import struct
import time
import zlib

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
MASK = b"\x37\xfa\x21\x3d"
CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
KINDS = {TEXT: "text", BINARY: "binary", PING: "ping", PONG: "pong"}
RSV1, RSV2, RSV3 = 0x40, 0x20, 0x10
TAIL = b"\x00\x00\xff\xff"


class Failed(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Failed(what)


def brief(value):
    if isinstance(value, (bytes, bytearray)):
        shown = bytes(value[:40])
        out = shown.hex() if any(b < 32 or b > 126 for b in shown) else repr(shown.decode())
        return out + (f"... ({len(value)} bytes)" if len(value) > 40 else "")
    if isinstance(value, tuple):
        return "(" + " ".join(brief(v) for v in value) + ")"
    return str(value)


def accept_of(key):
    return base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()


def xor(payload, mask):
    n = len(payload)
    if n == 0 or mask == b"\0\0\0\0":
        return bytes(payload)
    key = (mask * (n // 4 + 1))[:n]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(n, "big")


def head(first, length, form=None, mask=MASK):
    """A frame's header; form is the length's width in bits, the shortest without it."""
    if form is None:
        form = 7 if length < 126 else (16 if length < 65536 else 64)
    bit = 0x80 if mask is not None else 0
    out = {7: lambda: bytes([first, bit | length]),
           16: lambda: bytes([first, bit | 126]) + struct.pack(">H", length),
           64: lambda: bytes([first, bit | 127]) + struct.pack(">Q", length)}[form]()
    return out + (mask or b"")


def frame(opcode, payload=b"", fin=True, rsv=0, mask=MASK, form=None):
    data = payload.encode() if isinstance(payload, str) else payload
    first = (0x80 if fin else 0) | rsv | opcode
    return head(first, len(data), form, mask) + (data if mask is None else xor(data, mask))


def text(payload, **kw):
    return frame(TEXT, payload, **kw)


def binary(payload, **kw):
    return frame(BINARY, payload, **kw)


def ping(payload=b"", **kw):
    return frame(PING, payload, **kw)


def pong(payload=b"", **kw):
    return frame(PONG, payload, **kw)


def close(code=None, reason=b"", **kw):
    return frame(CLOSE, b"" if code is None else struct.pack(">H", code) + reason, **kw)


def fragments(opcode, parts, rsv=0):
    """One message, each part a frame: a list of frames."""
    last = len(parts) - 1
    return [frame(opcode if i == 0 else CONT, p, fin=i == last, rsv=rsv if i == 0 else 0)
            for i, p in enumerate(parts)]


def pieces(data, size):
    return [data[i:i + size] for i in range(0, len(data), size)] or [data]


class Response:
    def __init__(self, status, headers, body=b""):
        self.status, self.headers, self.body = status, headers, body

    def all(self, name):
        return [v for n, v in self.headers if n.lower() == name.lower()]

    def get(self, name):
        found = self.all(name)
        return found[0] if found else None


class Agreed:
    """What a 101 says about permessage-deflate, and zlib's state for both ways."""

    def __init__(self, server_bits, client_bits, server_takeover, client_takeover):
        self.server_bits, self.client_bits = server_bits, client_bits
        self.server_takeover, self.client_takeover = server_takeover, client_takeover
        self.inflater = self.deflater = None

    def inflate(self, data):
        """A message's payload. The inflater has the window that was agreed, and gives
        one byte at a time where that is smaller than the message may be: zlib looks
        at a distance only when it leaves what this call has written."""
        if self.inflater is None or not self.server_takeover:
            self.inflater = zlib.decompressobj(-self.server_bits)
        out, left = [], data + TAIL
        step = 1 if self.server_bits < 15 else 0
        try:
            while left:
                piece = self.inflater.decompress(left, step)
                left = self.inflater.unconsumed_tail
                out.append(piece)
                check(piece or not left, "compressed data without end")
            if step:
                while True:
                    piece = self.inflater.decompress(b"", 1)
                    if not piece:
                        break
                    out.append(piece)
            if self.inflater.eof:
                self.inflater = None   # a block with BFINAL ends the window too
            else:
                probe = self.inflater.copy()
                probe.decompress(b"\3\0")   # an empty last block, right only behind a whole one
                check(probe.eof, "the server's compressed data ends inside a block")
        except zlib.error as e:
            raise Failed(f"the server's compressed data, window {self.server_bits} bits: {e}")
        return b"".join(out)

    def deflate(self, data, level=6):
        """A message's payload, within the window that was agreed."""
        if self.client_bits == 8:
            # zlib's raw deflate starts at 9 bits: matches are kept within 256 bytes by hand
            z = zlib.compressobj(level, zlib.DEFLATED, -9)
            out = b"".join(z.compress(p) + z.flush(zlib.Z_FULL_FLUSH) for p in pieces(data, 256))
            return out[:-4]
        if self.deflater is None or not self.client_takeover:
            self.deflater = zlib.compressobj(level, zlib.DEFLATED, -self.client_bits)
        out = self.deflater.compress(data) + self.deflater.flush(zlib.Z_SYNC_FLUSH)
        check(out.endswith(TAIL), "zlib's flush")
        return out[:-4] or b"\0"


class Target:
    """Where the cases go. tcp_end: whether the end of the TCP connection is judged."""

    def __init__(self, host, port, path, tcp_end=True):
        self.host, self.port, self.path, self.tcp_end = host, port, path, tcp_end
        self.authority = f"{host}:{port}"


class Peer:
    """One TCP connection to the server under test."""

    def __init__(self, target, timeout=4.0):
        self.target, self.timeout = target, timeout
        self.s = socket.create_connection((target.host, target.port), timeout)
        self.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buf = bytearray()
        self.trace = []
        self.agreed = None
        self.response = None
        self.last_compressed = False

    # -- bytes

    def note(self, what):
        if len(self.trace) < 24:
            self.trace.append(what)

    def send(self, *parts):
        """Bytes are sent, numbers are seconds to wait."""
        for part in parts:
            if isinstance(part, (int, float)):
                time.sleep(part)
            else:
                self.note("> " + brief(part))
                self.s.sendall(part)

    def send_in(self, size, data):
        self.note(f"> by {size}: " + brief(data))
        view = memoryview(data)
        for i in range(0, len(data), size):
            self.s.sendall(view[i:i + size])

    def read(self):
        """True when more came; False at the end of the stream."""
        try:
            data = self.s.recv(1 << 18)
        except socket.timeout:
            raise Failed(f"nothing came for {self.timeout:g} s")
        except ConnectionError as e:
            self.note("< " + type(e).__name__)
            raise Failed(f"the connection was torn down ({type(e).__name__})")
        self.buf += data
        return bool(data)

    def take(self, n):
        while len(self.buf) < n:
            if n - len(self.buf) > 1 << 18:
                self.take_large(n)
            elif not self.read():
                raise Failed("the connection ended where more was due")
        out = bytes(self.buf[:n])
        del self.buf[:n]
        return out

    def take_large(self, n):
        whole = bytearray(n)
        have = len(self.buf)
        whole[:have] = self.buf
        view = memoryview(whole)
        while have < n:
            try:
                got = self.s.recv_into(view[have:])
            except socket.timeout:
                raise Failed(f"nothing came for {self.timeout:g} s, {have} of {n} bytes are here")
            check(got, f"the connection ended at {have} of {n} bytes")
            have += got
        view.release()
        self.buf = whole

    # -- the opening handshake

    def answer(self, method="GET"):
        """The HTTP response, read whole."""
        while b"\r\n\r\n" not in self.buf:
            check(len(self.buf) < 65536, "a response head without end")
            check(self.read(), "the connection ended before a response")
        raw, _, rest = bytes(self.buf).partition(b"\r\n\r\n")
        self.buf = bytearray(rest)
        self.note("< " + raw.split(b"\r\n")[0].decode("latin1"))
        lines = raw.decode("latin1").split("\r\n")
        m = re.fullmatch(r"HTTP/1\.1 ([1-5]\d\d) [\x20-\x7e]*", lines[0])
        check(m, f"bad status line {lines[0]!r}")
        headers = []
        for line in lines[1:]:
            h = re.fullmatch(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e]*?)[ \t]*", line)
            check(h, f"bad header line {line!r}")
            headers.append(h.groups())
        r = Response(int(m.group(1)), headers)
        if r.status != 101 and method != "HEAD":
            length = r.get("Content-Length")
            if length is not None:
                check(length.isdigit(), f"Content-Length: {length!r}")
                r.body = self.take(int(length))
        self.response = r
        return r

    def open(self, offer=None):
        """An established connection; offer is a Sec-WebSocket-Extensions value."""
        key = base64.b64encode(os.urandom(16)).decode()
        fields = request(self.target, Sec_WebSocket_Key=key)
        if offer is not None:
            fields.append(("Sec-WebSocket-Extensions", offer))
        self.send(encode(self.target, fields))
        r = self.answer()
        check(r.status == 101, f"the handshake was answered {r.status}")
        check(r.get("Sec-WebSocket-Accept") == accept_of(key), "wrong Sec-WebSocket-Accept")
        return self

    # -- frames

    def frame(self):
        first, second = self.take(2)
        fin, rsv, opcode, n = first >> 7, first & 0x70, first & 15, second & 0x7F
        check(not second & 0x80, "the server masked a frame")
        if n == 126:
            n = struct.unpack(">H", self.take(2))[0]
            check(n > 125, f"the server wrote the length {n} in 16 bits")
        elif n == 127:
            n = struct.unpack(">Q", self.take(8))[0]
            check(65535 < n < 1 << 63, f"the server wrote the length {n} in 64 bits")
        check(opcode in (CONT, TEXT, BINARY, CLOSE, PING, PONG), f"the server sent opcode {opcode}")
        if opcode >= CLOSE:
            check(fin and n < 126, "the server sent a control frame that is fragmented or too long")
        allowed = RSV1 if self.agreed and opcode in (TEXT, BINARY) else 0
        check(not rsv & ~allowed, f"the server set reserved bits {rsv:#x} on opcode {opcode}")
        return fin, rsv, opcode, self.take(n)

    def event(self):
        """The next message or control frame: ("text", bytes), ("close", code, reason)..."""
        fin, rsv, opcode, payload = self.frame()
        if opcode == CLOSE:
            self.note("< close " + brief(payload))
            if not payload:
                return ("close", None, b"")
            check(len(payload) >= 2, "the server sent a Close of one byte")
            try:
                payload[2:].decode()
            except UnicodeDecodeError:
                raise Failed("the server sent a close reason that is not UTF-8")
            return ("close", struct.unpack(">H", payload[:2])[0], payload[2:])
        if opcode in (PING, PONG):
            self.note(f"< {KINDS[opcode]} " + brief(payload))
            return (KINDS[opcode], payload)
        check(opcode != CONT, "the server sent a continuation of nothing")
        parts = [payload]
        while not fin:
            fin, more_rsv, more, payload = self.frame()
            check(more == CONT and not more_rsv, f"opcode {more} inside the server's message")
            parts.append(payload)
        data = parts[0] if len(parts) == 1 else b"".join(parts)
        self.last_compressed = bool(rsv)
        if rsv:
            data = self.agreed.inflate(data)
        if opcode == TEXT:
            try:
                data.decode()
            except UnicodeDecodeError:
                raise Failed("the server sent a text that is not UTF-8")
        self.note(f"< {KINDS[opcode]} " + brief(data))
        return (KINDS[opcode], data)

    def expect(self, *wanted):
        for want in wanted:
            have = self.event()
            if have != want:
                raise Failed(f"got {brief(have)}, expected {brief(want)}")

    def ended(self):
        """The server closes TCP by itself, cleanly, and says nothing more."""
        if self.target.tcp_end:
            check(not self.buf, f"{brief(self.buf)} after the Close")
            try:
                more = self.read()
            except Failed as e:
                raise Failed(f"after its Close: {e}")
            check(not more, f"{brief(self.buf)} after the Close")

    def refused(self, *codes):
        """The server fails the connection: Close with one of codes, then TCP."""
        have = self.event()
        shown = "/".join(map(str, codes))
        check(have[0] == "close", f"got {brief(have)}, expected Close {shown}")
        check(have[1] in codes, f"Close {have[1]}, expected {shown}")
        self.ended()

    def goodbye(self, code=1000):
        """The closing handshake; whatever else was still to come fails the case."""
        self.send(close(code))
        self.expect(("close", code, b""))
        self.ended()

    def done(self):
        self.s.close()


# -- requests

def request(target, **change):
    """The fields of a good request; change: a field's new value by its name with _
    for -, or None to leave it out."""
    fields = [("Host", target.authority), ("Upgrade", "websocket"), ("Connection", "Upgrade"),
              ("Sec-WebSocket-Key", KEY), ("Sec-WebSocket-Version", "13")]
    change = {k.lower().replace("_", "-"): v for k, v in change.items()}
    return [(n, change.get(n.lower(), v)) for n, v in fields if change.get(n.lower(), v) is not None]


def encode(target, fields, line=None):
    out = [line or f"GET {target.path} HTTP/1.1"]
    out += [f"{n}: {v}" for n, v in fields]
    return ("\r\n".join(out) + "\r\n\r\n").encode("latin1")
