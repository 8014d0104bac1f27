"""Catalogue 4.1 to 4.3: signals, pipes, callbacks that misbehave, the clock, the log."""

import json
import os
import signal
import socket
import subprocess
import time

from faults import (OUT, Row, Server, Traffic, check, close, main, make_cert, row, text, until)


def prefixes(traffic, final, extra=0):
    """What a stop leaves behind: every member heard the same from a sender, from the first without a gap, and
    that is what the server says it took."""
    books = traffic.books(gone=len(traffic.clients))
    taken = 0
    for s in traffic.clients:
        heard = {c.got.get(s.number, 0) for c in traffic.clients if c is not s}
        check(len(heard) == 1, f"of sender {s.number} the others heard up to {sorted(heard)}")
        taken += heard.pop() if s.sent else 0
    check(all(c.disordered == 0 for c in traffic.clients), "a gap in a sender's numbers")
    check(taken + extra == final["messages_in"], f"the server took {final['messages_in']} messages, {taken} arrived")
    check(books["accepted"] == taken, f"books: {books}")


def signalled(number, twice=False):
    server = Server()
    traffic = Traffic(server, members=4, rate=200)
    time.sleep(0.6)
    lazy = server.open("lazy")  # never answers its Close, so that the drain has to wait for somebody
    start = time.monotonic()
    server.proc.send_signal(number)
    if twice:
        time.sleep(0.3)
        check(server.proc.poll() is None, "it did not wait for the one who did not answer")
        server.proc.send_signal(number)
    else:
        check(lazy.message()[1] == 1001, "no Close 1001")
        lazy.send(close(1001))
    final = server.stop(number=None)
    took = time.monotonic() - start
    check(took < 2, f"the end took {took:.1f} s")
    check({c.code for c in traffic.clients} == {1001}, f"closed with {[c.code for c in traffic.clients]}")
    prefixes(traffic, final)


@row("K08.term", "SIGTERM under traffic: what was taken is delivered, then 1001 to all")
def term():
    signalled(signal.SIGTERM)


@row("K08.int", "SIGINT under traffic")
def interrupt():
    signalled(signal.SIGINT)


@row("K08.twice", "SIGTERM twice: the second one ends the patience")
def twice():
    signalled(signal.SIGTERM, twice=True)


@row("K08.hup", "SIGHUP under traffic on wss: certificates are read again, nobody notices")
def hup():
    cert = make_cert(Row.folder(), "one")
    server = Server(urls=[["wss://127.0.0.1:0/ws", {"cert": cert + ".crt", "key": cert + ".key"}]])
    traffic = Traffic(server, members=3, rate=80)
    for _ in range(20):
        time.sleep(0.02)
        server.proc.send_signal(signal.SIGHUP)
    until(lambda: server.stderr().count("were read again") > 0, 3, "a line about the certificates")
    traffic.finish()
    server.exchange()
    server.stop()


@row("K08.quit", "SIGQUIT and SIGKILL: it is gone, the address is free at once, no frame is cut in two")
def kill():
    with socket.create_server(("127.0.0.1", 0)) as s:
        port = s.getsockname()[1]
    for number in (signal.SIGQUIT, signal.SIGKILL):
        server = Server(urls=[[f"ws://127.0.0.1:{port}/ws", None]], prefix=["prlimit", "--core=0"])
        traffic = Traffic(server, members=4, rate=100)
        time.sleep(0.4)
        server.proc.send_signal(number)
        server.proc.wait(3)
        until(lambda: all(c.ended for c in traffic.clients), 3, "the clients see the end")
        traffic.books(gone=4)
        again = Server(urls=[[f"ws://127.0.0.1:{port}/ws", None]])
        again.exchange()
        again.stop()


@row("K09.peer", "writing to peers who have closed raises no SIGPIPE, even when the script took the handler away")
def broken_pipes():
    server = Server(prefix=["env", "--default-signal=PIPE"])
    traffic = Traffic(server, members=3, rate=100)
    for _ in range(30):
        deaf = [server.open("traffic") for _ in range(3)]
        time.sleep(0.01)
        for s in deaf:
            s.rst()
    traffic.finish()
    server.exchange()
    server.stop()


@row("K09.stdout", "the reader of its output goes away")
def stdout_gone():
    # a script that prints ends as PHP ends every script whose output has no reader, but in order ...
    head = subprocess.Popen(["head", "-n", "1"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    server = Server("echo", stdout=head.stdin)
    head.stdin.close()
    traffic = Traffic(server, members=3, rate=60)
    server.proc.wait(5)
    head.wait(5)
    until(lambda: all(c.ended for c in traffic.clients), 3, "the clients see the end")
    traffic.books(gone=3)
    check("shutdown" in server.line(1), "shutdown functions did not run")
    # ... unless told to go on
    head = subprocess.Popen(["head", "-n", "1"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    server = Server("echo", stdout=head.stdin, ini=["ignore_user_abort=1"])
    head.stdin.close()
    traffic = Traffic(server, members=3, rate=60)
    time.sleep(0.5)
    head.wait(5)
    traffic.finish()
    check(server.stats()["seen"] >= 60, "the hook was not called")
    server.stop(status=255)   # PHP's, for a script whose output has no reader
    check(server.final, "run() did not return")


@row("K12", "a callback recurses without end: an error, the end in order, and the next server is there at once")
def recursion():
    with socket.create_server(("127.0.0.1", 0)) as s:
        port = s.getsockname()[1]
    url = [[f"ws://127.0.0.1:{port}/ws", None]]
    server = Server("recurse", urls=url, ini=["memory_limit=32M"])
    traffic = Traffic(server, members=4, rate=100)
    time.sleep(0.4)
    server.open("other").send(text('{"message":"recurse"}'))
    server.stop(number=None, status=255)
    until(lambda: all(c.ended for c in traffic.clients), 3, "the clients see the end")
    traffic.books(gone=4)
    again = Server(urls=url)
    again.exchange()
    again.stop()


@row("K20", "callbacks throw under traffic: only the message of that call is affected")
def throws():
    server = Server("throw")
    traffic = Traffic(server, members=4, rate=100)
    thrower, other = server.open("throwing"), server.open("throwing")
    for i in range(100):
        thrower.send(text(f'{{"message":"{"throw" if i % 2 else "fine"} {i}"}}'))
    heard = [json.loads(other.message()[1])["message"] for _ in range(50)]
    check(heard == [f"fine {i}" for i in range(0, 100, 2)], f"heard {heard[:5]}")
    traffic.finish()
    check(server.stats()["errors"] == 50, f"onError was called {server.stats()['errors']} times")
    server.stop()


@row("K22", "a callback blocks for 3 s with ping_timeout 1: late pings count against nobody", limit=25)
def blocks():
    server = Server("sleep", {"ping_interval": 0.5, "ping_timeout": 1, "handshake_timeout": 1, "close_timeout": 1,
                              "message_timeout": 1})
    traffic = Traffic(server, members=4, rate=30)
    time.sleep(1)
    sleeper = server.open("sleeper")
    half = server.open("half", timeout=5)
    whole = text('{"message":"in two halves"}')
    half.send(whole[:9])
    sleeper.send(text('{"message":"sleep 3"}'))
    sleeper.close()
    time.sleep(0.3)
    waiting = server.connect(timeout=6)   # sits in the backlog meanwhile
    half.send(whole[9:])
    time.sleep(4)
    waiting.close()
    check(all(c.ended is None for c in traffic.clients), f"closed: {[c.ended for c in traffic.clients]}")
    traffic.finish()
    stats = server.stats()
    check(stats["timeouts_message"] == 0, "a message that had come counted as late")
    gone = stats["timeouts_ping"]
    check(gone <= 1, f"{gone} ping timeouts")  # half answers no ping: it alone may be gone by now
    server.exchange()
    server.stop()


def order(server, what):
    s = server.open("orders")
    s.send(text(json.dumps({"message": "do " + what})))
    return s


@row("K24.fork", "callbacks fork children that exit or are killed")
def forks():
    server = Server("processes")
    traffic = Traffic(server, members=4, rate=80)
    for what in ("fork and exit", "fork and die", "signal itself") * 3:
        order(server, what).close()
        time.sleep(0.03)
    traffic.finish()
    server.exchange()
    until(lambda: "Z" not in subprocess.run(["ps", "-o", "stat=", "--ppid", str(server.pid)], capture_output=True,
                                            text=True).stdout, 3, "the script's own SIGCHLD handler reaps")
    server.stop()


@row("K24.inherit", "a program that a callback starts inherits no socket")
def inherits():
    server = Server("processes")
    traffic = Traffic(server, members=3, rate=50)
    s = order(server, "list descriptors")
    listing = json.loads(s.message()[1])["message"]
    check("/proc" in listing and "pipe:" in listing, f"no list: {listing!r}")
    check("socket:" not in listing and "eventpoll" not in listing, f"the child has {listing}")
    traffic.finish()
    server.stop()


@row("K24.close", "the script closes STDIN, STDOUT and STDERR: no client gets their numbers, and so no log line")
def closes_standard_ones():
    server = Server("processes", {"callback_warn_ms": 1, "log": "stderr"})
    traffic = Traffic(server, members=2, rate=50)
    order(server, "close the standard ones").close()
    time.sleep(0.1)
    clients = [server.open("next") for _ in range(4)]  # the lowest free descriptors are 0, 1 and 2
    order(server, "warn").close()
    time.sleep(0.3)
    clients[0].send(text('{"message":"hello"}'))
    for c in clients[1:]:
        got = c.message()
        check(got[0] == "text" and b"hello" in got[1], f"a client got {got}")
    low = [n for n in (0, 1, 2) if os.path.exists(f"/proc/{server.pid}/fd/{n}")
           and os.readlink(f"/proc/{server.pid}/fd/{n}").startswith("socket:")]
    check(not low, f"clients have the descriptors {low}")
    traffic.finish()
    server.stop()


@row("K39", "the wall clock jumps an hour and a year, there and back: nobody is dropped, timers go on", limit=25)
def clock():
    server = Server(options={"ping_interval": 0.3, "ping_timeout": 0.5, "idle_timeout": 2}, shim=True)
    traffic = Traffic(server, members=4, rate=50)
    hour, year = 3600, 365.25 * 86400
    before = server.stats()
    for jump in (hour, -hour, year, -year, 0.5, 0):
        server.shim.clock(jump)
        time.sleep(0.5)
        stats = server.stats()
        seen = stats["started_at"] / 1000 + stats["uptime_ms"] / 1000
        check(abs(seen - time.time()) < 30, f"uptime_ms is {stats['uptime_ms']} after a jump of {jump} s")
        check(stats["uptime_ms"] > before["uptime_ms"], "uptime_ms went back")
        before = stats
        server.exchange()
    mute = server.open("mute", timeout=3)   # answers no ping: timers still work
    while mute.message()[0] == "ping":
        pass
    until(lambda: server.stats()["timeouts_ping"] == 1, 3, "a ping timeout")
    traffic.finish()
    stats = server.stats()
    check(stats["timeouts_idle"] == 0 and stats["timeouts_ping"] == 1, f"timeouts: {stats}")
    server.stop()


def fresh(name):
    path = os.path.join(OUT, Row.current + "-" + name)
    if os.path.exists(path):
        os.unlink(path)
    return path


def log_lines(server, n=20):
    """SIGHUP makes the server write a line."""
    for _ in range(n):
        server.proc.send_signal(signal.SIGHUP)
        time.sleep(0.01)


def with_log(log, **kw):
    cert = make_cert(Row.folder(), "one")
    return Server(urls=[["ws://127.0.0.1:0/ws", {"cert": cert + ".crt", "key": cert + ".key"}],
                        ["wss://127.0.0.1:0/ws", {"cert": cert + ".crt", "key": cert + ".key"}]],
                  options={"log": log}, **kw)


@row("K40.full", "the log's disk is full (/dev/full)")
def log_full():
    server = with_log("/dev/full")
    traffic = Traffic(server, members=3, rate=80)
    log_lines(server)
    traffic.finish()
    server.exchange()
    server.stop()


@row("K40.limit", "the log file reaches RLIMIT_FSIZE")
def log_limit():
    path = fresh("chat.log")
    server = with_log(path, prefix=["prlimit", "--fsize=1000", "--core=0"])
    traffic = Traffic(server, members=3, rate=80)
    log_lines(server, 40)
    server.alive()
    check(os.path.getsize(path) == 1000, f"the log has {os.path.getsize(path)} bytes")
    traffic.finish()
    server.exchange()
    server.stop()


@row("K40.pipe", "the log's reader goes away")
def log_pipe():
    head = subprocess.Popen(["head", "-n", "1"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    server = with_log("stderr", stderr=head.stdin, prefix=["env", "--default-signal=PIPE"])
    head.stdin.close()
    traffic = Traffic(server, members=3, rate=80)
    log_lines(server)
    head.wait(5)
    traffic.finish()
    server.exchange()
    server.stop()


@row("K40.rotate", "the log is renamed, and truncated in place: the server goes on, the truncated one has no hole")
def log_rotate():
    path = fresh("chat.log")
    server = with_log(path)
    traffic = Traffic(server, members=3, rate=80)
    log_lines(server)
    os.truncate(path, 0)
    log_lines(server)
    with open(path, "rb") as f:
        data = f.read()
    check(data and b"\0" not in data, f"after a truncation the log begins with {data[:20]}")
    os.rename(path, path + ".1")
    before = os.path.getsize(path + ".1")
    log_lines(server)
    check(os.path.getsize(path + ".1") > before, "lines were lost after the rename")
    traffic.finish()
    server.exchange()
    server.stop()


if __name__ == "__main__":
    main()
