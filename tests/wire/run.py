"""Runs every row against real servers: one thread per group, each with servers of its own."""

import os
import re
import sys
import threading
import time
import traceback

import api_rows
import close_rows
import defect_rows
import deflate_rows
import flood_rows
import frame_rows
import http_rows
import json_rows
import json_suite_rows
import poison_rows
import stall_rows
import v1_more_rows
import v1_rows
from wire import Failed, Server, Skip


class Group(threading.Thread):
    """Rows in turn, and the servers they share by their options."""

    def __init__(self, name, cases):
        super().__init__(name=name, daemon=True)
        self.cases = cases
        self.servers = {}
        self.passed, self.failed, self.lines = 0, 0, []

    def server(self, mode, options, *own):
        key = (mode, str(options)) + own
        if key not in self.servers:
            self.servers[key] = Server(mode, options)
        return self.servers[key]

    def result(self, id, title, error, trace=()):
        if error is None:
            self.passed += 1
            self.lines.append(f"ok {id} {title}")
            return
        if isinstance(error, Skip):
            self.lines.append(f"skip {id} {title}: {error}")
            return
        self.failed += 1
        what = str(error) if isinstance(error, Failed) else f"{type(error).__name__}: {error}"
        if not isinstance(error, (Failed, OSError)):
            what += "\n" + traceback.format_exc()
        self.lines.append(f"not ok {id} {title}: {what}" + "".join("\n    " + t for t in trace))

    def one(self, id, title, want, go):
        server, error, trace = None, None, []
        own = len(want) > 2
        try:
            server = self.server(*want)
            server.before_case()
            go(server)
        except Exception as e:
            error = e
            trace = [t for s in (server.sockets[:6] if server else []) for t in s.trace[:12] if t][:24]
        if server and not own and not isinstance(error, Skip):
            try:
                server.after_case()
            except Exception as e:
                error = Failed(f"{error}; then {e}") if error else e
        self.result(id, title, error, trace)
        if server and (own or server.proc.poll() is not None):
            server.settle()
            self.drop(server)

    def drop(self, server):
        server.kill()
        self.servers = {k: v for k, v in self.servers.items() if v is not server}

    def run(self):
        for case in self.cases:
            self.one(case[0], case[1], case[2], case[3])
        for key, server in list(self.servers.items()):
            title = f"{key[0]} server {key[1]}: onOpen == onClose, RSS, stop"
            try:
                server.finish(40 if "max_message_size" in key[1] else 12)
                self.result(f"END.{self.name}", title, None)
            except Exception as e:
                self.result(f"END.{self.name}", title, e)
            server.kill()


def split(cases):
    """Groups of about equal length; rows that wait for timeouts beside the rest."""
    groups = {}
    for case in cases:
        letter, options = case[0][0], str(case[2][1])
        name = letter
        if len(case) > 4:
            name = case[4]
        elif "_timeout" in options or "ping_" in options:
            name = "time-" + letter + ("p" if "ping_" in options else "")
        elif "max_message_size" in options:
            name = "big"
        elif letter == "V":
            name = case[0][:2]
        elif letter == "F" and case[0].startswith(("F57", "F58")):
            name = "flood"
        groups.setdefault(name, []).append(case)
    return [Group(name, rows) for name, rows in groups.items()]


def main():
    Server.log_dir = os.environ["WIRE_OUT"]
    only = [re.compile(a) for a in sys.argv[1:]]
    cases = [c for rows in (http_rows, frame_rows, close_rows, json_rows, json_suite_rows, defect_rows, flood_rows,
                            stall_rows, deflate_rows, v1_rows, v1_more_rows, api_rows, poison_rows)
             for c in rows.cases()
             if not only or any(o.match(c[0]) for o in only)]
    start = time.monotonic()
    groups = split(cases)
    # what floods and measures comes when the rest is over, one after the other
    alone = [[g] for g in groups if g.name.startswith("alone")]
    for part in [[g for g in groups if [g] not in alone]] + alone:
        for g in part:
            g.start()
        for g in part:
            g.join(max(1.0, start + 200 - time.monotonic()))
            if g.is_alive():
                g.result("END." + g.name, "ends within 200 s", Failed("still running"))
                for s in list(g.servers.values()):
                    s.kill()
    quiet = os.environ.get("WIRE_QUIET")
    for g in groups:
        for line in g.lines:
            if not (quiet and line.startswith("ok ")):
                print(line)
    print(f"{time.monotonic() - start:.0f} s")
    passed, failed = sum(g.passed for g in groups), sum(g.failed for g in groups)
    print(f"{passed} passed, {failed} failed")
    sys.stdout.flush()
    os._exit(1 if failed or not passed else 0)


main()
