"""Drives clients that others wrote (python3-websockets, npm ws, gorilla/websocket)
against one server: each kind sends to each kind, in every pairing and all at once."""

import json
import os
import queue
import re
import select
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.environ["INTEROP_OUT"]
UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
KINDS = {
    "python": ["/usr/bin/python3", "-B", os.path.join(HERE, "client.py")],
    "ws": ["node", os.path.join(OUT, "client.cjs")],
    "gorilla": [os.path.join(OUT, "client-go")],
}
TEXTS = {
    "ASCII": "hello",
    "Chinese": "\u4f60\u597d\uff0c\u4e16\u754c\u3002\u6211\u4eec\u804a\u5929\u5427\uff01",
    "emoji": "\U0001f600 \U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 \U0001f1e8\U0001f1f3 \U0001f44d\U0001f3fd \u2764\ufe0f",
    "quotes and slashes": 'a "b" \\c\\ /d/ </script> \' & <\u0026>',
    "controls": "tab\t newline\n return\r bell\x07 nul\0 end",
    "separators": "a\u2028b\u2029c\u0085d\ufeffe\uffff",
    "empty": "",
    "a space": " ",
    "JSON in JSON": '{"message":"x","uid":"y"}',
    "60 KB ASCII": "0123456789abcde\n" * 3750,
    "60 KB Chinese": "\u4e2d\u6587\u804a\u5929\u5ba4" * 4000,
    "60 KB emoji": "\U0001f680\U0001f30d" * 7500,
}
MANY = 2000

passed = failed = 0


def result(ok, title, why=""):
    global passed, failed
    if ok:
        passed += 1
        print(f"ok {title}")
    else:
        failed += 1
        print(f"not ok {title}: {why}")


def case(title):
    """Runs the decorated function at once as one test."""
    def run(fn):
        try:
            fn()
        except (AssertionError, OSError, ValueError) as e:
            result(False, title, str(e)[:400])
        else:
            result(True, title)
        finally:
            for c in Client.all:
                c.end()
            Client.all.clear()
    return run


def check(condition, what):
    if not condition:
        raise AssertionError(what)


class Client:
    all = []

    def __init__(self, kind, url):
        self.kind = kind
        self.p = subprocess.Popen(KINDS[kind] + [url], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.lines = queue.Queue()
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()
        Client.all.append(self)

    def read(self):
        for line in self.p.stdout:
            self.lines.put(line.decode().rstrip("\n"))
        self.lines.put(None)

    def line(self, timeout=10):
        try:
            line = self.lines.get(timeout=timeout)
        except queue.Empty:
            raise AssertionError(f"{self.kind} client: nothing came within {timeout} s")
        check(line is not None, f"{self.kind} client ended")
        return line

    def expect(self, want):
        line = self.line()
        check(line == want, f"{self.kind} client said {line[:80]!r}, expected {want!r}")

    def order(self, line):
        self.p.stdin.write(line.encode() + b"\n")
        self.p.stdin.flush()

    def send(self, text):
        self.order("send " + json.dumps(text))

    def got(self):
        """The next message: (text, uid)."""
        line = self.line()
        check(line.startswith("got "), f"{self.kind} client said {line[:80]!r}, expected a message")
        m = json.loads(json.loads(line[4:]), object_pairs_hook=list)
        check([k for k, _ in m] == ["message", "uid"], f"keys {[k for k, _ in m]}")
        text, uid = m[0][1], m[1][1]
        check(UUID4.fullmatch(uid), f"uid {uid!r} is not a UUID version 4")
        return text, uid

    def silent(self, seconds=0.2):
        try:
            line = self.lines.get(timeout=seconds)
        except queue.Empty:
            return
        raise AssertionError(f"{self.kind} client got what it should not: {str(line)[:120]!r}")

    def end(self):
        self.p.kill()
        self.p.wait()
        self.thread.join(2)
        self.p.stdin.close()
        self.p.stdout.close()


def clients(url, *kinds):
    out = [Client(k, url) for k in kinds]
    for c in out:
        c.expect("open")
    return out


def pair(url, a, b, how=""):
    @case(f"{a} -> {b}: texts{how}")
    def _():
        sender, receiver, third = clients(url, a, b, b)
        uids = set()
        for name, text in TEXTS.items():
            sender.send(text)
            for r in (receiver, third):
                got, uid = r.got()
                check(got == text, f"{name}: {len(got)} characters {got[:40]!r}, sent {len(text)} {text[:40]!r}")
                uids.add(uid)
        check(len(uids) == 1, f"one sender, uids {uids}")
        receiver.send("back")
        got, uid = sender.got()     # and nothing before it: the sender never gets its own
        check(got == "back" and uid not in uids, f"answer {got!r} from {uid}")
        check(third.got() == ("back", uid), "third client got another answer")
        for c in (sender, receiver, third):
            c.silent(0.05)

    @case(f"{a} -> {b}: {MANY} messages in order{how}")
    def _():
        sender, receiver = clients(url, a, b)
        for i in range(MANY):
            sender.send(f"{i} \u7b2c{i}\u6761 \U0001f600")
        uids = set()
        for i in range(MANY):
            got, uid = receiver.got()
            check(got == f"{i} \u7b2c{i}\u6761 \U0001f600", f"message {i} is {got!r}")
            uids.add(uid)
        check(len(uids) == 1, f"uids {uids}")
        sender.silent(0.05)


def everyone(url, each=150):
    @case(f"nine clients of three kinds, {each} messages each, at the same time")
    def _():
        all = clients(url, *[k for k in KINDS for _ in range(3)])
        for i in range(each):
            for n, c in enumerate(all):
                c.send(f"{n}:{i}")
        owner = {}
        for n, c in enumerate(all):
            next_of = {}
            for _ in range(each * (len(all) - 1)):
                text, uid = c.got()
                who, i = map(int, text.split(":"))
                check(who != n, "a sender got its own message")
                check(i == next_of.get(who, 0), f"{c.kind} client {n}: {text} out of order")
                next_of[who] = i + 1
                check(owner.setdefault(who, uid) == uid, "uid changes")
            check(len(next_of) == len(all) - 1, "not all others heard")
        check(len(set(owner.values())) == len(all), "uids are not distinct")
        for c in all:
            c.silent(0.02)


def control(url, hooked, kind):
    @case(f"{kind}: ping, Close of the client")
    def _():
        c, = clients(url, kind)
        c.order("ping")
        c.expect("pong")
        c.order("close 1000")
        c.expect("closed 1000")
        c, = clients(url, kind)
        c.order("close 4567")
        c.expect("closed 4567")

    @case(f"{kind}: close() and kick() of the server")
    def _():
        c, other = clients(hooked, kind, "ws")
        c.send("close me")
        c.expect("closed 4123")
        c, = clients(hooked, kind)
        c.send("passes")
        check(other.got()[0] == "passes", "a filter that says null drops")
        c.send("kick me")
        c.expect("closed 4000")
        other.silent(0.05)

    @case(f"{kind}: ?room= keeps rooms apart")
    def _():
        a, b, c = clients(url + "?room=one", kind, kind, kind)
        d, e = clients(url + "?room=%E4%BA%8C", kind, "ws")
        f, = clients(url, kind)
        a.send("for one")
        d.send("for two")
        f.send("for the lobby")
        check(b.got()[0] == "for one" and c.got()[0] == "for one" and e.got()[0] == "for two", "wrong room")
        for x in (a, b, c, d, e, f):
            x.silent(0.05)


def start(*args):
    log = open(os.path.join(OUT, "server-" + "-".join(args or ("plain",)) + ".log"), "wb")
    with log:
        p = subprocess.Popen(
            [os.environ.get("PHP", "php"), "-n", "-d", "extension=" + os.environ["CHATROOM_SO"],
             "-d", "display_errors=stderr", os.path.join(HERE, "server.php"), *args],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log)
    ready, _, _ = select.select([p.stdout], [], [], 10)
    url = p.stdout.readline().decode().strip() if ready else ""
    if not url.startswith("ws://127.0.0.1:"):
        p.kill()
        sys.exit(f"server did not start: {url!r}, see {log.name}")
    return p, url


def stop(p, url, title, said=rb"stopped\n"):
    @case(f"{title}: stopping says 1001 to every kind, run() returns")
    def _():
        all = clients(url, *KINDS)
        p.send_signal(signal.SIGTERM)
        for c in all:
            c.expect("closed 1001")
        out, _ = p.communicate(timeout=10)
        check(re.fullmatch(said, out) and p.returncode == 0, f"server said {out!r}, exit code {p.returncode}")


def main():
    start_time = time.monotonic()
    plain, url = start()
    hooks, hooked = start("hooks")
    deflate, deflated = start("deflate")
    try:
        for a in KINDS:
            for b in KINDS:
                pair(url, a, b)
        everyone(url)
        everyone(hooked)
        for kind in KINDS:
            control(url, hooked, kind)
        for a, b in (("python", "ws"), ("ws", "gorilla"), ("gorilla", "python")):
            pair(deflated, a, b, " compressed")
        everyone(deflated)
        stop(plain, url, "plain")
        # what comes is always compressed; what goes out only where that is shorter, which a short text's random uid decides
        stop(deflate, deflated, "deflate", rb"compressed [0-9]{4,} [1-9][0-9]+\nstopped\n")
        stop(hooks, hooked, "hooks")
    finally:
        for p in (plain, hooks, deflate):
            if p.poll() is None:
                p.kill()
            p.wait()
    print(f"{time.monotonic() - start_time:.0f} s")
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


main()
