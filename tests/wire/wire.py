"""Raw sockets, a WebSocket frame codec of its own, and the server under test.

Nothing here knows a WebSocket or HTTP library: what a library would mend or
refuse to send is what these tests are about."""

import base64
import hashlib
import json
import os
import re
import resource
import select
import signal
import socket
import struct
import subprocess
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
KEY = b"dGhlIHNhbXBsZSBub25jZQ=="
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
ACCEPT = base64.b64encode(hashlib.sha1(KEY + GUID).digest()).decode()
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
ZERO = b"\0\0\0\0"
CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10

# a thousand clients need more than the usual 1,024 descriptors; servers inherit the limit
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)


class Failed(Exception):
    pass


class Skip(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Failed(what)


def xor(payload, mask):
    n = len(payload)
    if mask == ZERO or n == 0:
        return payload
    key = (mask * (n // 4 + 1))[:n]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(n, "big")


def frame(opcode, payload=b"", fin=True, mask=ZERO):
    """One client frame, shortest length form."""
    n = len(payload)
    head = bytes([(0x80 if fin else 0) | opcode])
    if n < 126:
        head += bytes([0x80 | n])
    elif n < 65536:
        head += b"\xfe" + struct.pack(">H", n)
    else:
        head += b"\xff" + struct.pack(">Q", n)
    return head + mask + xor(payload, mask)


def text(payload, fin=True, mask=ZERO):
    return frame(TEXT, payload.encode() if isinstance(payload, str) else payload, fin, mask)


def close(code=None, reason=b""):
    return frame(CLOSE, b"" if code is None else struct.pack(">H", code) + reason)


def head(first, length, form, mask=ZERO):
    """A frame header with a length in a form of one's choice: 7, 16 or 64 bits."""
    if form == 7:
        return bytes([first, 0x80 | length]) + mask
    if form == 16:
        return bytes([first, 0xFE]) + struct.pack(">H", length) + mask
    return bytes([first, 0xFF]) + struct.pack(">Q", length) + mask


def short(data):
    shown = data[:96]
    out = shown.hex() if any(b < 9 or b > 126 for b in shown) else repr(shown.decode("latin1"))
    return out + (f"... ({len(data)} bytes)" if len(data) > len(shown) else "")


def bad_utf8(data):
    try:
        data.decode("utf-8")
        return False
    except UnicodeDecodeError:
        return True


def wait_for(done, what, seconds=3):
    end = time.monotonic() + seconds
    while not done():
        check(time.monotonic() < end, what)
        time.sleep(0.02)


def certificate():
    """For a.test, made when first asked for."""
    at = os.path.join(Server.log_dir, "a.test")
    with Server.lock:
        if not os.path.exists(at + ".key"):
            try:
                subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                                "-days", "30", "-subj", "/CN=a.test", "-out", at + ".crt", "-keyout", at + ".key.new"],
                               check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            except FileNotFoundError:
                raise Skip("needs the program openssl")
            os.rename(at + ".key.new", at + ".key")
    return {"cert": at + ".crt", "key": at + ".key"}


class Response:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    def all(self, name):
        return [v for n, v in self.headers if n.lower() == name.lower()]

    def get(self, name):
        found = self.all(name)
        return found[0] if found else None

    def tokens(self, name):
        return [t.strip().lower() for v in self.all(name) for t in v.split(",")]


class Sock:
    """One TCP connection that remembers what went over it."""

    def __init__(self, server, timeout=3.0, rcvbuf=None, port=None):
        self.s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if rcvbuf:
            self.s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        self.s.settimeout(timeout)
        self.s.connect(("127.0.0.1", port or server.port))
        self.s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.timeout = timeout
        self.buf = b""
        self.trace = []
        self.eof = None
        server.sockets.append(self)

    def send(self, data):
        if len(self.trace) < 40:
            self.trace.append("> " + short(data))
        self.s.sendall(data)

    def send_bytewise(self, data):
        for i in range(len(data)):
            self.s.sendall(data[i:i + 1])
        self.trace.append("> (byte by byte) " + short(data))

    def send_some(self, data, seconds):
        """Sends what fits within the time; returns how much that was, and the error if any."""
        sent, end = 0, time.monotonic() + seconds
        self.s.setblocking(False)
        error = None
        while sent < len(data) and time.monotonic() < end:
            _, ready, _ = select.select([], [self.s], [], 0.2)
            if ready:
                try:
                    sent += self.s.send(data[sent:sent + 1 << 16])
                except BlockingIOError:
                    pass
                except OSError as e:
                    error = e
                    break
        self.s.settimeout(self.timeout)
        self.trace.append(f"> {sent} of {len(data)} bytes: {short(data)}")
        return sent, error

    def more(self, timeout=None):
        """Reads once into buf; False at the end of the stream."""
        if self.eof:
            return False
        self.s.settimeout(self.timeout if timeout is None else timeout)
        try:
            data = self.s.recv(1 << 18)
        except ConnectionError as e:
            self.eof = type(e).__name__
            self.trace.append("< " + self.eof)
            return False
        except socket.timeout:
            raise Failed("nothing came within the time")
        if not data:
            self.eof = "FIN"
            self.trace.append("< FIN")
            return False
        if len(self.trace) < 60:
            self.trace.append("< " + short(data))
        self.buf += data
        return True

    def need(self, n):
        if len(self.buf) < n:
            parts, have = [self.buf], len(self.buf)
            while have < n:
                self.buf = b""
                check(self.more(), f"connection ended ({self.eof}) where bytes were due")
                parts.append(self.buf)
                have += len(self.buf)
            self.buf = b"".join(parts)

    def take(self, n):
        self.need(n)
        out, self.buf = self.buf[:n], self.buf[n:]
        return out

    def response(self, method="GET"):
        while b"\r\n\r\n" not in self.buf:
            check(len(self.buf) < 65536, "endless response head")
            check(self.more(), f"connection ended ({self.eof}) before a whole response")
        raw, self.buf = self.buf.split(b"\r\n\r\n", 1)
        lines = raw.decode("latin1").split("\r\n")
        m = re.fullmatch(r"HTTP/1\.1 ([1-5]\d\d) [\x20-\x7e]*", lines[0])
        check(m, f"bad status line {lines[0]!r}")
        headers = []
        for line in lines[1:]:
            h = re.fullmatch(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\x20-\x7e]*)", line)
            check(h, f"bad header line {line!r}")
            headers.append(h.groups())
        r = Response(int(m.group(1)), headers, b"")
        length = r.get("Content-Length")
        if r.status != 101 and method != "HEAD":
            check(length is not None and length.isdigit(), "response without Content-Length")
            r.body = self.take(int(length))
        return r

    def frame(self):
        first, second = self.take(2)
        check(not second & 0x80, "the server masked a frame")
        check(not first & 0x70, "reserved bits in the server's frame")
        n = second & 0x7F
        if n == 126:
            n = struct.unpack(">H", self.take(2))[0]
            check(n > 125, "length not in its shortest form")
        elif n == 127:
            n = struct.unpack(">Q", self.take(8))[0]
            check(n > 65535, "length not in its shortest form")
        opcode = first & 15
        if opcode >= 8:
            check(first & 0x80 and n < 126, "bad control frame from the server")
        return first >> 7, opcode, self.take(n)

    def message(self):
        """The next frame as ('text', bytes), ('close', code, reason), ..."""
        fin, opcode, payload = self.frame()
        check(fin, "the server fragmented")
        if opcode == CLOSE:
            if not payload:
                return ("close", 1005, b"")
            check(len(payload) >= 2, "Close with one byte")
            code = struct.unpack(">H", payload[:2])[0]
            check(not bad_utf8(payload[2:]), f"close reason {payload[2:].hex()} is not UTF-8")
            return ("close", code, payload[2:])
        names = {TEXT: "text", BINARY: "binary", PING: "ping", PONG: "pong"}
        check(opcode in names, f"opcode {opcode} from the server")
        return (names[opcode], payload)

    def until_closed(self, timeout=None):
        """Reads and returns what is left up to the end of the stream, and closes
        our side too, as every client does."""
        end = time.monotonic() + (self.timeout if timeout is None else timeout)
        while True:
            left = end - time.monotonic()
            check(left > 0, "TCP connection still open")
            try:
                if not self.more(left):
                    break
            except Failed:
                raise Failed("TCP connection still open")
        self.s.close()
        return self.buf

    def fin(self):
        self.trace.append("> FIN")
        self.s.shutdown(socket.SHUT_WR)

    def rst(self):
        self.trace.append("> RST")
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.s.close()

    def close(self):
        self.s.close()


def base(tag="", target="/ws", **change):
    """The base request B of the catalogue as a list of byte lines, plus a tag by
    which the server script counts its callbacks. change: a header's new value by its
    name with _ for -; None leaves the header out."""
    fields = {"Host": "a.test", "Upgrade": "websocket", "Connection": "Upgrade",
              "Sec-WebSocket-Key": KEY.decode(), "Sec-WebSocket-Version": "13"}
    if tag:
        fields["X-Tag"] = tag
    change = {k.lower().replace("_", "-"): v for k, v in change.items()}
    lines = [b"GET " + enc(target) + b" HTTP/1.1"]
    for name, value in fields.items():
        value = change.pop(name.lower(), value)
        if value is not None:
            lines.append(enc(name) + b": " + enc(value))
    lines += [enc(n) + b": " + enc(v) for n, v in change.items()]
    return lines


def enc(s):
    return s if isinstance(s, bytes) else s.encode("latin1")


def join(lines, body=b""):
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


class Server:
    """One running server.php. fds and RSS are measured after a warm-up.

    Options that begin with _ are the harness's: _nofile is the limit of open files, _tls a
    second address with a certificate made for it, _mmap the size from which libc gives back
    to the system what is freed."""

    log_dir = "."
    serial = 0
    lock = threading.Lock()
    CASE_KIB = 1024   # what a case may leave behind

    def __init__(self, mode, options):
        extra = {k[1:]: v for k, v in options.items() if k[0] == "_"}
        options = {k: v for k, v in options.items() if k[0] != "_"}
        with Server.lock:
            Server.serial += 1
            self.log = os.path.join(Server.log_dir, f"server-{Server.serial}-{mode}.log")
        self.mode = mode
        self.guests = (options or {}).get("guests", True)
        self.sockets = []
        so = os.environ["CHATROOM_SO"]
        if "tls" in extra:
            extra["tls"] = certificate()
        limit = ["prlimit", f"--nofile={extra.pop('nofile')}"] if "nofile" in extra else []
        # glibc moves these by itself after the first big free(), and then keeps what is
        # freed: no growth could be told from a leak
        env = dict(os.environ, MALLOC_MMAP_THRESHOLD_=str(extra.pop("mmap", 131072)), MALLOC_TRIM_THRESHOLD_="131072")
        with open(self.log, "wb") as err:
            self.proc = subprocess.Popen(
                limit + [os.environ.get("PHP", "php"), "-n", "-d", "extension=" + so, "-d", "display_errors=stderr",
                         os.path.join(HERE, "server.php"), mode, json.dumps(options), json.dumps(extra)],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=err, env=env)
        ready, _, _ = select.select([self.proc.stdout], [], [], 10)
        line = self.proc.stdout.readline().decode() if ready else ""
        m = re.fullmatch(r"ws://127\.0\.0\.1:(\d+)/ws\n", line)
        if not m:
            self.proc.kill()
            raise Failed(f"server did not start: {line!r} {self.stderr()}")
        self.port = int(m.group(1))
        for _ in range(3):
            self.exchange()
        self.settle()
        time.sleep(0.1)
        self.base_fds = self.fds()
        self.base_rss = self.rss()
        with open(f"/proc/{self.proc.pid}/maps") as f:
            self.sanitized = bool(re.search(r"lib(asan|ubsan)|valgrind", f.read()))
        self.before_case()

    def all_stderr(self):
        with open(self.log, errors="replace") as f:
            return f.read()

    def stderr(self):
        return self.all_stderr()[-600:]

    def fds(self):
        return len(os.listdir(f"/proc/{self.proc.pid}/fd"))

    def rss(self):
        """KiB"""
        with open(f"/proc/{self.proc.pid}/status") as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))

    def anon(self):
        """KiB of memory of its own: without the pages of programs and libraries, which
        come in when a path is first walked."""
        with open(f"/proc/{self.proc.pid}/smaps_rollup") as f:
            return int(re.search(r"Anonymous:\s+(\d+)", f.read()).group(1))

    def check_growth(self, before, limit_kib, what):
        """A sanitizer keeps freed memory on purpose: nothing to measure then."""
        grown = self.rss() - before
        check(self.sanitized or grown < limit_kib, f"{what}: RSS grew by {grown} KiB")

    def cpu(self):
        """Seconds"""
        with open(f"/proc/{self.proc.pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def cpu_ns(self):
        """The same in nanoseconds, up to the last time it slept or was interrupted."""
        with open(f"/proc/{self.proc.pid}/schedstat") as f:
            return int(f.read().split()[0])

    def check_cpu(self, before_ns, limit_s, what):
        """A sanitizer's time says nothing of ours."""
        took = (self.cpu_ns() - before_ns) / 1e9
        check(self.sanitized or took < limit_s, f"{what}: {took:.3f} s of CPU, expected less than {limit_s:g}")

    def open(self, tag="", **kw):
        """An upgraded connection."""
        s = Sock(self, **{k: kw.pop(k) for k in ("timeout", "rcvbuf") if k in kw})
        s.send(join(base(tag, **kw)))
        r = s.response()
        check(r.status == 101, f"upgrade answered {r.status}")
        check(r.get("Sec-WebSocket-Accept") == ACCEPT, "wrong Sec-WebSocket-Accept")
        return s

    def get(self, path, **headers):
        s = Sock(self)
        lines = [b"GET " + enc(path) + b" HTTP/1.1", b"Host: a.test", b"Connection: close"]
        s.send(join(lines + [enc(n.replace("_", "-")) + b": " + enc(v) for n, v in headers.items()]))
        r = s.response()
        s.close()
        self.sockets.remove(s)
        return r

    def json(self, path, **headers):
        r = self.get(path, **headers)
        check(r.status == 200, f"{path} answered {r.status}")
        return json.loads(r.body)

    def control(self, **order):
        return self.json("/control", X_Do=json.dumps(order))

    def stats(self):
        return self.control(do="stats")["result"]

    def open_control(self, **order):
        """Sends a control request and does not wait for its answer."""
        s = Sock(self)
        s.send(join([b"GET /control HTTP/1.1", b"Host: a.test", b"Connection: close",
                     b"X-Do: " + enc(json.dumps(order))]))
        return s

    def case(self, tag, closed=True):
        """What the PHP callbacks saw of tag; waits for onClose when it is due."""
        end = time.monotonic() + 3
        while True:
            c = self.json("/case", X_Case=tag)
            if not closed or (c and len(c["close"]) >= c["open"]) or time.monotonic() > end:
                return c
            time.sleep(0.01)

    def exchange(self):
        """A fresh client (chat: two) does what the server is for, within a second."""
        start = time.monotonic()
        mark = f"fresh {start}"
        mine = []
        who = {} if self.guests else {"x_user": "fresh"}
        a = self.open(timeout=1.0, **who)
        mine.append(a)
        if self.mode == "echo":
            a.send(text(mark))
            check(a.message() == ("text", mark.encode()), "fresh client: wrong echo")
        elif self.mode == "throws":
            a.send(frame(PING, mark.encode()))
            check(a.message() == ("pong", mark.encode()), "fresh client: no pong")
        else:
            b = self.open(timeout=1.0, **who)
            mine.append(b)
            a.send(text(json.dumps({"message": mark})))
            got = b.message()
            check(got[0] == "text" and json.loads(got[1])["message"] == mark, f"fresh client got {got}")
        for s in mine:
            s.send(close(1000))
            check(s.message()[:2] == ("close", 1000), "fresh client: Close not echoed")
            s.until_closed(1.0)
            s.close()
            self.sockets.remove(s)
        took = time.monotonic() - start
        check(took < 1.0, f"fresh client took {took:.2f} s")

    def settle(self):
        for s in self.sockets:
            s.close()
        self.sockets.clear()

    def quiet(self, wait=2.0):
        """Waits until no connection of the case is left in the server."""
        end = time.monotonic() + wait
        while self.fds() > self.base_fds:
            check(time.monotonic() < end, f"fd leak: {self.fds()} open, {self.base_fds} before")
            time.sleep(0.002)

    def before_case(self):
        self.case_kib = Server.CASE_KIB
        self.case_anon = self.anon()

    def warmed(self, go, tag):
        """go once, so that allocators have what they keep; then once more, which is measured."""
        go(self, tag + ".warm")
        self.settle()
        self.quiet()
        self.before_case()
        go(self, tag)

    def may_grow(self, kib):
        """For a row that says so: what its server may have kept when it is over."""
        self.case_kib = kib

    def after_case(self):
        """What must hold after every single case: the process lives, a fresh client is served
        within a second, nothing of the case is left: descriptors, connections, clients, owed
        onClose, memory."""
        self.settle()
        check(self.proc.poll() is None, f"server ended: {self.proc.poll()} {self.stderr()}")
        try:
            self.quiet()
        finally:
            self.exchange()
        self.quiet()
        self.books()
        grown = self.anon() - self.case_anon
        check(self.sanitized or grown < self.case_kib,
              f"{grown} KiB more than before the case, which may keep {self.case_kib}")

    def books(self, wait=3.0):
        """onOpen and onClose are even, and the tables are empty but for who asks."""
        end = time.monotonic() + wait
        while True:
            c, stats = self.json("/counters"), self.stats()
            left = {k: stats[k] for k in ("connections", "clients", "queued_bytes")}
            even = c["open"] == c["close"]
            if even and left == {"connections": 1, "clients": 0, "queued_bytes": 0}:
                return
            check(time.monotonic() < end, f"onOpen {c['open']} times, onClose {c['close']}; left: {left}")
            time.sleep(0.01)

    def finish(self, rss_mib):
        """The books at the end, then an orderly stop."""
        self.settle()
        check(self.proc.poll() is None, f"server ended: {self.proc.poll()} {self.stderr()}")
        end = time.monotonic() + 3
        c = self.json("/counters")
        while c["open"] != c["close"] and time.monotonic() < end:
            time.sleep(0.02)
            c = self.json("/counters")
        check(c["open"] == c["close"] > 0, f"onOpen {c['open']} times, onClose {c['close']} times")
        check(c["error"] == [], f"onError: {c['error'][:3]}")
        self.check_growth(self.base_rss, rss_mib * 1024, "all rows")
        self.stop()

    def stop(self, timeout=5):
        self.proc.send_signal(signal.SIGTERM)
        try:
            out, _ = self.proc.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            raise Failed("server did not stop on SIGTERM")
        check(out == b"stopped\n", f"run() did not return: {out!r} {self.stderr()}")
        check(self.proc.returncode == 0, f"exit code {self.proc.returncode}: {self.stderr()}")

    def kill(self):
        if self.proc.poll() is None:
            self.proc.kill()
        self.proc.stdout.close()
        self.proc.wait()
