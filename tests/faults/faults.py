"""What every fault row needs: servers, steady numbered traffic with its books, a proxy that misbehaves,
strace, a clock and a heap that fail (shim.c), and a way into another network namespace.

A row is a function that takes a Row. It starts a server, lets traffic run, breaks something, and says at the
end what was accepted, delivered, lost and duplicated. run.py runs each in a process group of its own."""

import json
import mmap
import os
import random
import re
import select
import shutil
import signal
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "wire"))
import wire  # noqa: E402
from wire import Failed, Skip, Sock, base, check, close, enc, frame, join, text  # noqa: E402, F401

OUT = os.environ.get("FAULTS_OUT", ".")
SHIM = os.path.join(OUT, "shim.so")


def until(condition, seconds, what, pause=0.01):
    """Waits for condition() and returns what it gave."""
    end = time.monotonic() + seconds
    while True:
        got = condition()
        if got:
            return got
        check(time.monotonic() < end, f"not within {seconds} s: {what}")
        time.sleep(pause)


class Server(wire.Server):
    """One running server.php. hook: the name of a match arm there."""

    def __init__(self, hook="count", options=None, urls=None, prefix=(), ini=(), stdout=None, stderr=None,
                 shim=False, env=None, listens=True):
        with wire.Server.lock:
            wire.Server.serial += 1
            self.log = os.path.join(OUT, f"{Row.current}-{wire.Server.serial}.log")
        self.mode, self.sockets, self.control_file, self.final = "chat", [], None, None
        options = {"rate_limit": None, **(options or {})}
        order = {"urls": urls or [["ws://127.0.0.1:0/ws", None]], "options": options, "hook": hook}
        environment = {**os.environ, **(env or {})}
        if shim:
            self.shim = Shim(self.log + ".shim")
            environment.update(LD_PRELOAD=SHIM, FAULTS_CONTROL=self.shim.path)
        command = [*prefix, os.environ.get("PHP", "php"), "-n", "-d", "extension=" + os.environ["CHATROOM_SO"],
                   "-d", "display_errors=stderr", *[a for i in ini for a in ("-d", i)],
                   os.path.join(HERE, "server.php"), json.dumps(order)]
        # what the server says of its address, and at its end, goes over a pipe of its own: rows break stdout
        says, tell = os.pipe()
        environment["FAULTS_FD"] = str(tell)
        with open(self.log, "wb") as log:
            self.proc = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout or log,
                                         stderr=stderr or log, env=environment, pass_fds=(tell,))
        os.close(tell)
        self.says = os.fdopen(says, "rb", buffering=0)
        Row.servers.append(self)
        self.pid = self.proc.pid
        if listens:
            line = self.line(10)
            check(line.startswith("["), f"server did not start: {line!r} {self.stderr()}")
            self.urls = json.loads(line)
            self.port = int(self.urls[0].rsplit(":", 1)[1].split("/")[0]) if "://127" in self.urls[0] else 0
            self.tls = self.urls[0].startswith("wss:")

    def line(self, seconds):
        out, end = b"", time.monotonic() + seconds
        while not out.endswith(b"\n"):
            ready, _, _ = select.select([self.says], [], [], max(0, end - time.monotonic()))
            got = os.read(self.says.fileno(), 1) if ready else b""
            if not got:
                break
            out += got
        return out.decode()

    def rest(self):
        """A server that runs under another program (strace, setsid) is its child."""
        return self.proc.poll()

    def everything(self):
        with open(self.log, errors="replace") as f:
            return f.read()

    def stats(self):
        return self.json("/stats", Host="127.0.0.1")

    def get(self, path, **headers):
        s = self.connect()
        try:
            s.send(join([b"GET " + enc(path) + b" HTTP/1.1", b"Host: 127.0.0.1", b"Connection: close"]))
            return s.response()
        finally:
            s.close()
            self.sockets.remove(s)

    def connect(self, **kw):
        return TlsSock(self, **kw) if self.tls else Sock(self, **kw)

    def open(self, room=None, **kw):
        s = self.connect(**kw)
        s.send(join(base(target="/ws" + (f"?room={room}" if room else ""), Host="127.0.0.1")))
        check(s.response().status == 101, "upgrade refused")
        return s

    def exchange(self, seconds=2.0):
        """Two fresh clients talk, within the time."""
        start = time.monotonic()
        a, b = self.open("fresh", timeout=seconds), self.open("fresh", timeout=seconds)
        a.send(text('{"message":"fresh"}'))
        got = b.message()
        check(got[0] == "text" and json.loads(got[1])["message"] == "fresh", f"fresh client got {got}")
        for s in (a, b):
            s.send(close(1000))
            check(s.message()[:2] == ("close", 1000), "Close not echoed")
            s.until_closed(seconds)
            self.sockets.remove(s)
        check(time.monotonic() - start < seconds, f"fresh clients took {time.monotonic() - start:.2f} s")

    def alive(self):
        check(self.proc.poll() is None, f"the server ended: {self.proc.poll()} {self.stderr()}")

    def stop(self, number=signal.SIGTERM, timeout=8, status=0):
        """Ends it in order; its last words are the counters."""
        self.settle()
        if number:
            self.alive()
            self.proc.send_signal(number)
        try:
            self.proc.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Failed(f"did not end within {timeout} s of signal {number}")
        check(self.proc.returncode == status, f"exit status {self.proc.returncode}: {self.stderr()}")
        words = self.line(1)
        self.final = json.loads(words) if words.startswith("{") else None
        if status == 0:
            check(self.final, f"run() did not return: {self.stderr()}")
            check(self.final["opened"] == self.final["closed"], f"onOpen {self.final['opened']} times, "
                  f"onClose {self.final['closed']} times")
        return self.final

    def kill(self):
        if self.proc.poll() is None:
            self.proc.kill()
            self.proc.wait()


CLIENT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
CLIENT.check_hostname = False
CLIENT.verify_mode = ssl.CERT_NONE


class TlsSock(Sock):
    def __init__(self, server, context=CLIENT, name="localhost", **kw):
        super().__init__(server, **kw)
        raw = self.s
        try:
            self.s = context.wrap_socket(self.s, server_hostname=name)
        except OSError:
            raw.close()
            server.sockets.remove(self)
            raise

    def rst(self):
        raw = socket.socket(fileno=self.s.detach())
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raw.close()


class Shim:
    """The other end of shim.c's page."""

    def __init__(self, path):
        self.path = path
        with open(path, "wb") as f:
            f.write(bytes(4096))
        with open(path, "r+b") as f:
            self.page = mmap.mmap(f.fileno(), 4096)

    def clock(self, seconds):
        struct.pack_into("q", self.page, 0, int(seconds * 1e9))

    def fail_at(self, n):
        """The n-th allocation from now on fails; 0: none."""
        struct.pack_into("q", self.page, 16, 0)
        struct.pack_into("q", self.page, 8, n)

    def calls(self):
        return struct.unpack_from("q", self.page, 16)[0]


class Strace:
    """strace -p with faults injected, from the time the context is entered."""

    def __init__(self, pid, *inject):
        self.pid, self.log = pid, os.path.join(OUT, f"{Row.current}-strace-{time.monotonic_ns()}.log")
        calls = ",".join(sorted({i.split(":")[0] for i in inject}))
        self.command = ["strace", "-f", "-p", str(pid), "-o", self.log, "-e", "trace=" + calls]
        for i in inject:
            self.command += ["-e", "inject=" + i]

    def __enter__(self):
        if not shutil.which("strace"):
            raise Skip("no strace here")
        self.proc = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.PIPE)
        said = b""
        while b"attached" not in said:
            got = os.read(self.proc.stderr.fileno(), 4096)
            said += got
            if not got:
                raise Skip("strace may not attach here: " + said.decode().strip()[:100])
        return self

    def __exit__(self, *_):
        self.proc.send_signal(signal.SIGINT)
        self.proc.wait(5)
        self.proc.stderr.close()

    def injected(self):
        with open(self.log, errors="replace") as f:
            return f.read().count("(INJECTED)")


def limit(pid, what, soft):
    """Sets a resource limit of a running process; "unlimited" or a number."""
    if not shutil.which("prlimit"):
        raise Skip("no prlimit here")
    got = subprocess.run(["prlimit", "--pid", str(pid), f"--{what}={soft}:"], capture_output=True, text=True)
    check(got.returncode == 0, f"prlimit: {got.stderr}")


class Client:
    """One of the traffic's: a socket that never blocks, and what came over it."""

    def __init__(self, number, sock, tls):
        self.number, self.sock, self.tls = number, sock, tls
        self.out, self.data = bytearray(), bytearray()
        self.sent, self.next_at = 0, 0.0
        self.got = {}       # sender: the last number that came
        self.delivered = self.duplicated = self.disordered = 0
        self.ended = None   # a close code, "FIN", "RST", or "cut" in the middle of a frame
        self.code = None


class Traffic(threading.Thread):
    """Clients of one room who send numbered messages at a steady rate, and hear each other."""

    def __init__(self, server, members=4, senders=None, rate=50.0, port=None, size=0, ping=True, room="traffic"):
        super().__init__(daemon=True)
        self.server, self.rate, self.size, self.ping, self.room = server, rate, size, ping, room
        self.port = port or server.port
        self.senders = members if senders is None else senders
        self.sending = self.running = True
        self.latency = []   # (when, seconds)
        self.poll = select.epoll()
        self.clients, self.by_fd, self.error = [], {}, None
        for i in range(members):
            self.add(i)
        self.start()

    def add(self, number):
        kw = {"timeout": 10.0}
        fake = type("Port", (), {"port": self.port, "sockets": []})
        sock = TlsSock(fake, **kw) if self.server.tls else Sock(fake, **kw)
        sock.send(join(base(target="/ws?room=" + self.room, Host="127.0.0.1")))
        check(sock.response().status == 101, "traffic: upgrade refused")
        c = Client(number, sock.s, self.server.tls)
        c.data += sock.buf
        c.sock.setblocking(False)
        c.next_at = time.monotonic() + random.random() / self.rate
        self.clients.append(c)
        self.by_fd[c.sock.fileno()] = c
        self.poll.register(c.sock.fileno(), select.EPOLLIN)

    def run(self):
        try:
            while self.running:
                for fd, _ in self.poll.poll(0.002):
                    self.readable(self.by_fd[fd])
                now = time.monotonic()
                for c in self.clients:
                    if c.ended is None:
                        self.say(c, now)
        except Exception:
            self.error = traceback.format_exc()

    def say(self, c, now):
        if self.sending and c.number < self.senders and now >= c.next_at:
            # when it fell behind it catches up, a few at a time
            c.next_at = max(c.next_at + 1 / self.rate, now - 0.2)
            c.sent += 1
            message = f'{{"message":"T {c.number} {c.sent} {time.monotonic_ns()} {"x" * self.size}"}}'
            c.out += text(message, mask=os.urandom(4))
        if c.out:
            try:
                del c.out[:c.sock.send(c.out)]
            except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
                pass
            except OSError as e:
                self.end(c, type(e).__name__)

    def end(self, c, how):
        if c.ended is None:
            c.ended = "cut" if c.data else c.code or how
            self.poll.unregister(c.sock.fileno())
            del self.by_fd[c.sock.fileno()]
            c.sock.close()

    def readable(self, c):
        while c.ended is None:
            try:
                data = c.sock.recv(65536)
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                return
            except OSError as e:
                self.frames(c)
                self.end(c, type(e).__name__)
                return
            if not data:
                self.frames(c)
                self.end(c, "FIN")
                return
            c.data += data
            self.frames(c)

    def frames(self, c):
        at, data, now = 0, c.data, time.monotonic_ns()
        while len(data) - at >= 2:
            n, head = data[at + 1], 2
            if n == 126:
                if len(data) - at < 4:
                    break
                n, head = struct.unpack_from(">H", data, at + 2)[0], 4
            if len(data) - at < head + n:
                break
            self.one(c, data[at] & 15, bytes(data[at + head:at + head + n]), now)
            at += head + n
        del data[:at]

    def one(self, c, opcode, payload, now):
        if opcode == wire.PING and self.ping:
            c.out += frame(wire.PONG, payload)
        elif opcode == wire.CLOSE:
            c.code = struct.unpack(">H", payload[:2])[0] if payload else 1005
            c.out += close(c.code)
        elif opcode == wire.TEXT and payload.startswith(b'{"message":"T '):
            _, sender, number, sent_at = payload[12:80].split(b" ")[:4]
            sender, number = int(sender), int(number)
            last = c.got.get(sender, 0)
            if number <= last:
                c.duplicated += 1
            elif number > last + 1:
                c.disordered += 1
            c.got[sender] = max(last, number)
            c.delivered += 1
            self.latency.append((now / 1e9, (now - int(sent_at)) / 1e9))

    def missing(self):
        """Of what the clients that are still there sent, what has not come to the others who are."""
        here = [c for c in self.clients if c.ended is None]
        return sum(s.sent - c.got.get(s.number, 0) for c in here for s in self.clients
                   if s is not c and s.sent and s.ended is None)

    def finish(self, gone=0, seconds=6.0):
        """Ends the sending, waits for what is under way, and returns the books. gone: how many of the
        clients may have been closed."""
        until(lambda: self.error or sum(c.sent for c in self.clients) >= 20 * self.senders, 10, "20 messages of each")
        self.sending = False
        end = time.monotonic() + seconds
        while self.missing() and time.monotonic() < end and not self.error:
            time.sleep(0.01)
        time.sleep(0.03)  # a duplicate would come now
        return self.books(gone)

    def books(self, gone=0):
        self.running = False
        self.join(5)
        check(not self.error, f"traffic: {self.error}")
        ended = [c.ended for c in self.clients if c.ended is not None]
        check(len(ended) <= gone, f"traffic: clients were closed: {ended}")
        check("cut" not in ended, "a client's stream ended in the middle of a frame")
        lost = self.missing() + sum(c.disordered for c in self.clients)
        # of one who was cut off, what the server took is what anybody heard: basic has no acknowledgements
        taken = sum(c.sent if c.ended is None else max([o.got.get(c.number, 0) for o in self.clients if o is not c] or [0])
                    for c in self.clients)
        books = {"accepted": taken, "delivered": sum(c.delivered for c in self.clients),
                 "lost": lost, "duplicated": sum(c.duplicated for c in self.clients)}
        for c in self.clients:
            c.sock.close()
        self.poll.close()
        Row.count(books)
        return books

    def latencies(self, start, end):
        return sorted(s for when, s in list(self.latency) if start <= when < end)


def percentile(values, p):
    check(values, "nothing was measured")
    return values[min(len(values) - 1, int(len(values) * p))]


class Proxy(threading.Thread):
    """A TCP proxy on 127.0.0.1 with one thread. delay(): seconds each piece waits, order kept, like TCP over a
    lossy line; bandwidth: bytes a second per direction; piece: bytes at a time; stalled: nothing moves, no FIN."""

    def __init__(self, port, delay=None, bandwidth=None, piece=65536):
        super().__init__(daemon=True)
        self.to, self.delay, self.bandwidth, self.piece = port, delay, bandwidth, piece
        self.stalled = self.ended = False
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.listener.setblocking(False)
        self.port = self.listener.getsockname()[1]
        self.flows, self.pairs = {}, []
        self.start()

    def run(self):
        while not self.ended:
            reading = [] if self.stalled else [self.listener] + [
                s for s, f in self.flows.items() if not f["eof"] and f["held"] < 65536]
            ready, _, _ = select.select(reading, [], [], 0.002)
            now = time.monotonic()
            for s in ready:
                if s is self.listener:
                    self.accept()
                elif s in self.flows:
                    self.take(s, now)
            if not self.stalled:
                for s in list(self.flows):
                    self.give(s, now)

    def accept(self):
        near, _ = self.listener.accept()
        far = socket.create_connection(("127.0.0.1", self.to))
        self.pairs.append((near, far))
        for a, b in ((near, far), (far, near)):
            a.setblocking(False)
            a.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.flows[a] = {"to": b, "queue": [], "held": 0, "eof": False, "due": 0.0}

    def take(self, s, now):
        f = self.flows[s]
        try:
            data = s.recv(self.piece)
        except BlockingIOError:
            return
        except OSError:
            return self.drop(s)
        wait = self.delay() if self.delay else 0.0
        f["due"] = max(f["due"], now + wait)
        if self.bandwidth:
            f["due"] = max(f["due"], now) + len(data) / self.bandwidth
        f["queue"].append((f["due"], data))
        f["held"] += len(data)
        f["eof"] = not data

    def give(self, s, now):
        f = self.flows.get(s)
        while f and f["queue"] and f["queue"][0][0] <= now:
            due, data = f["queue"][0]
            try:
                if not data:
                    f["to"].shutdown(socket.SHUT_WR)
                    f["queue"].pop(0)
                    return
                n = f["to"].send(data)
            except BlockingIOError:
                return
            except OSError:
                return self.drop(s)
            f["held"] -= n
            if n < len(data):
                f["queue"][0] = (due, data[n:])
                return
            f["queue"].pop(0)

    def drop(self, s):
        for end in (s, self.flows[s]["to"]) if s in self.flows else ():
            self.flows.pop(end, None)
            end.close()

    def stop(self):
        self.ended = True
        self.join(3)
        for s in [*self.flows, self.listener]:
            s.close()


def in_namespace(*flags):
    """Runs the rest of the row in namespaces of its own: the first time the process starts itself anew there."""
    if os.environ.get("FAULTS_INSIDE"):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        return
    for program in ("unshare", "ip"):
        if not shutil.which(program):
            raise Skip(f"no {program} here")
    tried = subprocess.run(["unshare", *flags, "ip", "link", "set", "lo", "up"], capture_output=True, text=True)
    if tried.returncode:
        raise Skip("no namespaces here: " + tried.stderr.strip()[:100])
    sys.stdout.flush()
    os.execvpe("unshare", ["unshare", *flags, sys.executable, "-B", *sys.argv],
               {**os.environ, "FAULTS_INSIDE": "1"})


def make_cert(folder, name, days=2, issuer=None, dates=None):
    """NAME.crt and NAME.key for localhost, by openssl; issuer: a name made before. dates: (from, to) as openssl ca takes them."""
    path = os.path.join(folder, name)
    run = lambda *a: subprocess.run(a, check=True, capture_output=True, cwd=folder)  # noqa: E731
    run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path + ".key")
    if not issuer and not dates:
        run("openssl", "req", "-new", "-x509", "-key", path + ".key", "-subj", "/CN=" + name, "-days", str(days),
            "-addext", "subjectAltName=DNS:localhost", "-out", path + ".crt")
        return path
    run("openssl", "req", "-new", "-key", path + ".key", "-subj", "/CN=" + name, "-out", path + ".csr")
    sign = os.path.join(folder, issuer or name)
    if not dates:
        run("openssl", "x509", "-req", "-in", path + ".csr", "-CA", sign + ".crt", "-CAkey", sign + ".key",
            "-CAcreateserial", "-days", str(days), "-out", path + ".crt")
        return path
    config = path + ".cnf"
    with open(config, "w") as f:
        f.write(f"[ca]\ndefault_ca=d\n[d]\ndatabase={path}.db\nserial={path}.serial\nnew_certs_dir={folder}\n"
                "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n")
    with open(path + ".db", "w"), open(path + ".serial", "w") as f:
        f.write("01\n")
    who = ["-selfsign", "-keyfile", path + ".key"] if not issuer else ["-cert", sign + ".crt", "-keyfile", sign + ".key"]
    run("openssl", "ca", "-batch", "-config", config, "-in", path + ".csr", *who, "-startdate", dates[0],
        "-enddate", dates[1], "-out", path + ".crt", "-notext")
    return path


class Row:
    """One row as it runs: its dice, its books."""

    current, servers, books, notes = "row", [], [], []

    @staticmethod
    def count(books):
        Row.books.append(books)

    @staticmethod
    def note(what):
        Row.notes.append(what)

    @staticmethod
    def folder():
        path = os.path.join(OUT, Row.current)
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        return path


ROWS = {}


def row(id, title, limit=20, alone=False):
    """alone: it measures, so no other row runs beside it."""
    def add(function):
        ROWS[id] = {"title": title, "limit": limit, "alone": alone, "go": function}
        return function
    return add


def total():
    return {k: sum(b[k] for b in Row.books) for k in ("accepted", "delivered", "lost", "duplicated")}


def main():
    """FILE --list, or FILE ID: runs the row and says how it went in its last line."""
    if sys.argv[1] == "--list":
        print(json.dumps({id: {k: r[k] for k in ("title", "limit", "alone")} for id, r in ROWS.items()}))
        return
    id = Row.current = sys.argv[1]
    seed = int(os.environ.get("FAULTS_SEED") or random.SystemRandom().randrange(1 << 31))
    os.environ["FAULTS_SEED"] = str(seed)  # the same inside a namespace
    print(f"{id}: seed {seed}", flush=True)
    random.seed(seed)
    wire.Server.log_dir = OUT
    verdict, why = "ok", ""
    try:
        ROWS[id]["go"]()
        sums = total()
        check(sums["lost"] == 0, f"{sums['lost']} messages lost")
        check(sums["duplicated"] == 0, f"{sums['duplicated']} messages duplicated")
    except Skip as e:
        verdict, why = "skip", str(e)
    except Exception as e:
        verdict, why = "not ok", str(e) if isinstance(e, Failed) else traceback.format_exc()
    for server in Row.servers:
        server.kill()
    for note in Row.notes:
        print(note)
    print(json.dumps({"verdict": verdict, "why": why, "seed": seed, "books": total(), "notes": Row.notes}), flush=True)
    os._exit(0)
