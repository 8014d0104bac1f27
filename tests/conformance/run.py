"""Starts examples/echo.php, runs the cases side by side, prints the table."""

import os
import queue
import re
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from urllib.parse import urlsplit

from peer import Failed, Peer, Target, check, text
from suite import CASES

# their order is the table's, and numbers the cases of a section
import handshake_cases  # noqa: F401
import framing_cases  # noqa: F401
import utf8_cases  # noqa: F401
import closing_cases  # noqa: F401
import size_cases  # noqa: F401
import deflate_cases  # noqa: F401

HERE = os.path.dirname(os.path.abspath(__file__))
ECHO = os.path.join(HERE, "..", "..", "examples", "echo.php")
THREADS = 4
SECONDS = 150     # the whole run may not take longer, whatever hangs
OPTIONS = ["max_message_size=16777216", "max_fragments=100000", "send_queue_limit=67108864",
           "rate_limit=null", "ping_interval=0", "log_level=warning", "callback_warn_ms=60000"]
COMPRESSION = "compression=true"
NO_COMPRESSION = 'unknown option "compression"'


class Server:
    """examples/echo.php with the limits that the cases need."""

    def __init__(self):
        self.log = os.path.join(os.environ.get("CONFORMANCE_OUT") or tempfile.mkdtemp(), "server.log")
        self.compression = True
        line = self.start(OPTIONS + [COMPRESSION])
        if not line and NO_COMPRESSION in self.said():
            self.compression = False
            line = self.start(OPTIONS)
        m = re.match(r"Echo at ws://(127\.0\.0\.1):(\d+)(/\S*)\. ", line)
        if not m:
            self.proc.kill()
            raise SystemExit(f"echo.php did not start: {line!r}\n{self.said()}")
        self.target = Target(m.group(1), int(m.group(2)), m.group(3))

    def start(self, options):
        """Its first line."""
        with open(self.log, "wb") as err:
            self.proc = subprocess.Popen(
                [os.environ.get("PHP", "php"), "-n", "-d", "extension=" + os.environ["CHATROOM_SO"],
                 "-d", "display_errors=stderr", ECHO, "ws://127.0.0.1:0/ws"] + options,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=err)
        ready, _, _ = select.select([self.proc.stdout], [], [], 10)
        return self.proc.stdout.readline().decode() if ready else ""

    def said(self):
        with open(self.log, errors="replace") as f:
            return f.read()[-2000:]

    def ended_well(self):
        """After all cases: a fresh client is served, nothing was warned of, SIGTERM ends it."""
        check(self.proc.poll() is None, f"the server ended: {self.proc.poll()} {self.said()}")
        peer = Peer(self.target, 2.0).open()
        peer.send(text("still there"))
        peer.expect(("text", b"still there"))
        peer.goodbye()
        peer.done()
        self.proc.send_signal(signal.SIGTERM)
        try:
            self.proc.wait(5)
        except subprocess.TimeoutExpired:
            raise Failed("SIGTERM did not end the server")
        check(self.proc.returncode == 0, f"the server's exit code is {self.proc.returncode}")
        check(not self.said(), f"the server said: {self.said()}")

    def kill(self):
        if self.proc.poll() is None:
            self.proc.kill()
            self.proc.wait()


class Result:
    def __init__(self, case, error, seconds, trace):
        self.case, self.error, self.seconds, self.trace = case, error, seconds, trace


def run_case(case, target):
    start, error, peer = time.monotonic(), None, None
    try:
        peer = Peer(target, case.timeout)
        case.run(peer)
    except Failed as e:
        error = str(e)
    except (OSError, EOFError) as e:
        error = f"{type(e).__name__}: {e}"
    except Exception:
        error = traceback.format_exc()
    if peer:
        peer.done()
    return Result(case, error, time.monotonic() - start, peer.trace if peer and error else ())


def run_all(cases, target):
    todo, results = queue.Queue(), []
    # the long ones first, or the last of them would run alone
    for case in sorted(cases, key=lambda c: -c.timeout):
        todo.put(case)

    def work():
        while True:
            try:
                case = todo.get_nowait()
            except queue.Empty:
                return
            results.append(run_case(case, target))
    threads = [threading.Thread(target=work, daemon=True) for _ in range(THREADS)]
    end = time.monotonic() + SECONDS
    for t in threads:
        t.start()
    for t in threads:
        t.join(max(0.1, end - time.monotonic()))
    done = {r.case for r in results}
    return results + [Result(c, f"not run within {SECONDS} s", 0.0, ()) for c in cases if c not in done]


def show_failures(results):
    for r in sorted((r for r in results if r.error), key=lambda r: CASES.index(r.case)):
        print(f"not ok {r.case.id} {r.case.title}: {r.error}")
        print(f"    {r.case.sentence}")
        for line in r.trace:
            print("    " + line)


def show_table(results):
    rows = {}
    for r in results:
        row = rows.setdefault(r.case.group, [0, 0, 0.0])
        row[0] += r.error is None
        row[1] += r.error is not None
        row[2] += r.seconds
    print(f"{'RFC, sections':<35} {'cases':>6} {'passed':>6} {'failed':>6} {'time':>8}")
    for title in dict.fromkeys(c.group for c in CASES if c.group in rows):
        passed, failed, seconds = rows[title]
        print(f"{title:<35} {passed + failed:>6} {passed:>6} {failed:>6} {seconds:>6.1f} s")


def choose(patterns):
    wanted = [re.compile(p) for p in patterns]
    return [c for c in CASES if not wanted or any(w.search(f"{c.id} {c.group}: {c.title}") for w in wanted)]


def main():
    arguments = sys.argv[1:]
    if "--list" in arguments:
        arguments.remove("--list")
        for c in choose(arguments):
            print(f"{c.id} {c.group}: {c.title}\n    {c.sentence}")
        return 0
    server, target = None, None
    if "--against" in arguments:
        at = arguments.index("--against")
        url = urlsplit(arguments[at + 1])
        target = Target(url.hostname, url.port, url.path or "/", tcp_end=False)
        del arguments[at:at + 2]
    cases = choose(arguments)
    start = time.monotonic()
    if target is None:
        server = Server()
        target = server.target
        if not server.compression:
            whole = len(cases)
            cases = [c for c in cases if "deflate" not in c.group]
            print(f"skipped: {whole - len(cases)} (this build has no compression)")
    results = run_all(cases, target)
    extra = []
    if server:
        try:
            server.ended_well()
        except Exception as e:
            extra.append(f"not ok after all cases: {e}")
        server.kill()
    show_failures(results)
    for line in extra:
        print(line)
    show_table(results)
    failed = sum(r.error is not None for r in results) + len(extra)
    print(f"{time.monotonic() - start:.0f} s")
    print(f"{len(results) + bool(server) - failed} passed, {failed} failed")
    return 1 if failed or not results else 0


code = main()
sys.stdout.flush()
os._exit(code)   # a thread that hangs holds nothing up
