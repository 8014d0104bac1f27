"""Runs the rows, two at a time, each in a session of its own with a time limit; those that measure run alone."""

import glob
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.environ["FAULTS_OUT"]
JOBS = int(os.environ.get("FAULTS_JOBS", "2"))


def listed():
    rows = []
    for file in sorted(glob.glob(os.path.join(HERE, "*_rows.py"))):
        out = subprocess.run([sys.executable, "-B", file, "--list"], capture_output=True, text=True, check=True).stdout
        rows += [(id, file, r["title"], r["limit"], r["alone"]) for id, r in json.loads(out).items()]
    return sorted(rows)


def verdict_of(log, limit, late):
    with open(log, errors="replace") as f:
        lines = f.read().splitlines()
    try:
        return json.loads(lines[-1])
    except (IndexError, ValueError):
        why = f"still running after {limit} s" if late else "it ended without a verdict"
        return {"verdict": "not ok", "why": "\n".join([why, *lines[-12:]]), "books": None, "seed": "?", "notes": []}


def one(id, file, title, limit):
    """Runs a row; the line to print, and its verdict."""
    log = os.path.join(OUT, id + ".log")
    start, late = time.monotonic(), False
    with open(log, "wb") as f:
        p = subprocess.Popen([sys.executable, "-B", file, id], stdin=subprocess.DEVNULL, stdout=f,
                             stderr=subprocess.STDOUT, start_new_session=True)
    try:
        p.wait(limit)
    except subprocess.TimeoutExpired:
        late = True
    try:
        os.killpg(p.pid, signal.SIGKILL)  # and whatever it left behind
    except ProcessLookupError:
        pass
    p.wait()
    v = verdict_of(log, limit, late)
    line = f"{v['verdict']} {id} {title}"
    if v["books"] and v["books"]["accepted"]:
        line += " (" + ", ".join(f"{k} {n}" for k, n in v["books"].items()) + ")"
    line += f" [{time.monotonic() - start:.1f} s, seed {v['seed']}]"
    if v["why"]:
        line += ": " + v["why"]
    return v["verdict"], "\n    ".join([line, *v["notes"]])


def main():
    only = [re.compile(a) for a in sys.argv[1:]]
    rows = [r for r in listed() if not only or any(o.match(r[0]) for o in only)]
    start, counts, lock, skipped = time.monotonic(), {"ok": 0, "not ok": 0, "skip": 0}, threading.Lock(), []
    together = sorted((r for r in rows if not r[4]), key=lambda r: -r[3])  # the long ones first

    def work(queue):
        while True:
            with lock:
                if not queue:
                    return
                id, file, title, limit, _ = queue.pop(0)
            verdict, line = one(id, file, title, limit)
            with lock:
                counts[verdict] += 1
                if verdict == "skip":
                    skipped.append(id)
                print(line, flush=True)

    for queue, jobs in ((together, JOBS), ([r for r in rows if r[4]], 1)):
        threads = [threading.Thread(target=work, args=(queue,)) for _ in range(jobs)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    print(f"skipped: {counts['skip']} {' '.join(skipped)}".rstrip())
    print(f"{time.monotonic() - start:.0f} s")
    print(f"{counts['ok']} passed, {counts['not ok']} failed")
    sys.exit(1 if counts["not ok"] or not counts["ok"] else 0)


main()
