"""200 clients join, leave, drop, resume, send and edit at random over five rooms. Each keeps what it saw, by room and
seq; nobody may see a hole, a duplicate, another order or other words, unless a room said recovered: false."""

import asyncio
import json
import os
import random
import socket
import struct
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "wire"))

from v1 import php  # noqa: E402
from wire import CLOSE, TEXT, Server, base, frame, join, text  # noqa: E402

CLIENTS, BASIC = 180, 20
ROOMS = [f"room {i}" for i in range(5)]
OPTIONS = {"rate_limit": None, "history_size": 400, "history_ttl": 3600, "resume_window": 1, "presence": True,
           "presence_grace": 0.5, "max_message_size": 65536}
NOBODY = "00000000-0000-0000-0000-000000000000"

truth = {}     # (epoch, seq) -> uid and first words
versions = {}  # the same -> how often it was edited, as far as somebody knows
failures = []
counts = dict.fromkeys(("messages", "acks", "resumed", "not resumed", "recovered", "not recovered", "edits", "repeated"), 0)


def fail(what):
    if len(failures) < 20:
        failures.append(what)


class Wire:
    """One WebSocket."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, port, target="/ws", hello=None):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        headers = {"sec_websocket_protocol": "chatroom.v1"} if hello else {}
        # in one packet: on a busy machine the time for a hello may be over before the answer is read
        writer.write(join(base(target=target, **headers)) + (text(json.dumps(hello)) if hello else b""))
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise ConnectionError(head)
        return cls(reader, writer)

    async def message(self):
        """The next text as JSON; None at a Close."""
        while True:
            first, n = await self.reader.readexactly(2)
            if n == 126:
                n = struct.unpack(">H", await self.reader.readexactly(2))[0]
            elif n == 127:
                n = struct.unpack(">Q", await self.reader.readexactly(8))[0]
            payload = await self.reader.readexactly(n)
            if first & 15 == CLOSE:
                return None
            if first & 15 == TEXT:
                return json.loads(payload)

    def send(self, *frames):
        if not self.writer.is_closing():
            self.writer.write(b"".join(text(json.dumps(f)) for f in frames))

    def reset(self):
        sock = self.writer.get_extra_info("socket")
        if sock and sock.fileno() >= 0:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()

    def close(self, code):
        if not self.writer.is_closing():
            self.writer.write(frame(CLOSE, struct.pack(">H", code)))
            self.writer.close()


class View:
    """What one client has seen of one room, without a gap since `start`."""

    def __init__(self, epoch, top):
        self.epoch, self.start, self.top = epoch, top + 1, top
        self.seen = {}  # seq -> version, or "deleted"


class Member:
    def __init__(self, number, port, rng):
        self.number, self.port, self.rng = number, port, rng
        self.wire = self.session = self.uid = None
        self.views = {}    # rooms it is in, as far as it knows
        self.left = {}     # rooms it was in
        self.joining = set()
        self.again = set()  # ids sent a second time
        self.waiting = {}  # id -> (room, words) without an ack
        self.own = []      # (room, epoch, seq, words)
        self.said = 0
        self.welcomed = asyncio.Event()

    def who(self):
        return f"client {self.number}"

    def see(self, room, view, seq, uid, words):
        """One entry of the room's sequence; words None: it was deleted before we saw it."""
        if seq != view.top + 1:
            kind = "again" if seq <= view.top else "a hole before"
            fail(f"{self.who()}, {room}: {kind} {seq}, had seen up to {view.top}: {words}")
        view.top = max(view.top, seq)
        version = "deleted"
        if words is not None:
            first, _, v = words.partition("|")
            version = int(v or 0)
            if truth.setdefault((view.epoch, seq), (uid, first)) != (uid, first):
                fail(f"{self.who()}, {room}: {seq} is {(uid, first)}, for others {truth[view.epoch, seq]}")
        view.seen[seq] = version

    def on_message(self, f):
        counts["messages"] += 1
        view = self.views.get(f["room"])
        if view is None:
            fail(f"{self.who()} is not in {f['room']}, but hears it: {f}")
        else:
            self.see(f["room"], view, f["seq"], f["uid"], f.get("message"))

    def on_ack(self, f):
        room, words = self.waiting.pop(f["id"], (None, None))
        if "seq" not in f or room is None:
            return
        counts["acks"] += 1
        view = self.views.get(room)
        if view is None and f["id"] in self.again:
            counts["repeated"] += 1
        elif view is None:
            fail(f"{self.who()}: an ack of {room}, where it is not: {f}")
        elif f["seq"] <= view.top:
            # it was delivered before the cut: we have it as a message of ours, or joined after it
            counts["repeated"] += 1
            if f["seq"] >= view.start and truth.get((view.epoch, f["seq"])) != (self.uid, words):
                fail(f"{self.who()}, {room}: ack of {f['seq']} for {words}, which is {truth.get((view.epoch, f['seq']))}")
        else:
            self.see(room, view, f["seq"], self.uid, words)
        if view is not None:
            self.own.append((room, view.epoch, f["seq"], words))

    def on_joined(self, f):
        room, view = f["room"], self.views.pop(f["room"], None) or self.left.get(f["room"])
        self.left.pop(room, None)
        self.joining.discard(room)
        counts["recovered" if f["recovered"] else "not recovered"] += 1
        if f["recovered"] and (view is None or view.epoch != f["epoch"]):
            fail(f"{self.who()}, {room}: recovered what it never had")
        if not f["recovered"]:
            view = View(f["epoch"], f["seq"])
        self.views[room] = view

    def on_change(self, f):
        counts["edits"] += 1
        view = self.views.get(f["room"])
        if view is None:
            fail(f"{self.who()}: a change in {f['room']}, where it is not")
        elif f["seq"] in view.seen and view.seen[f["seq"]] != "deleted":
            view.seen[f["seq"]] = int(f["text"].partition("|")[2]) if f["type"] == "edit" else "deleted"
        elif f["seq"] > view.top:
            fail(f"{self.who()}, {f['room']}: a change of {f['seq']}, had seen up to {view.top}")

    def on_welcome(self, f):
        counts["resumed" if f["resumed"] else "not resumed"] += 1
        again = []
        if f["resumed"]:
            if f["uid"] != self.uid:
                fail(f"{self.who()}: resumed as somebody else")
            # whatever the server never heard, or we never heard of
            again = [{"message": words, "room": room, "id": id} for id, (room, words) in self.waiting.items()]
            self.again.update(self.waiting)
            for room in [r for r in self.views if r not in f["rooms"]]:
                self.left[room] = self.views.pop(room)
        else:
            self.waiting.clear()
            self.views.clear()
            self.left.clear()
            self.own.clear()
        self.joining.clear()
        self.uid, self.session = f["uid"], f["session"]
        self.welcomed.set()
        return again

    def on_frame(self, f):
        kind = f.get("type", "message")
        if kind == "welcome":
            return self.on_welcome(f)
        if kind == "message" or (kind == "delete" and "time" in f):
            self.on_message(f)
        elif kind == "ack":
            self.on_ack(f)
        elif kind == "joined":
            self.on_joined(f)
        elif kind == "left":
            self.left[f["room"]] = self.views.pop(f["room"])
        elif kind in ("edit", "delete"):
            self.on_change(f)
        elif kind == "error":
            self.waiting.pop(f.get("id"), None)
            if f["code"] not in ("not_joined", "history_unavailable"):
                fail(f"{self.who()}: {f}")
        elif kind not in ("pong", "presence"):
            fail(f"{self.who()}: {f}")
        return []

    async def read(self, wire):
        try:
            while True:
                f = await wire.message()
                if f is None or wire is not self.wire:
                    break
                again = self.on_frame(f)
                if again:
                    wire.send(*again)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        wire.writer.close()

    async def connect(self):
        hello = {"type": "hello", "join": [self.rng.choice(ROOMS)] if not self.session else []}
        if self.session:
            hello["resume"] = {"session": self.session, "seq": {r: v.top for r, v in self.views.items()}}
        self.wire = None  # from here on the old one is not listened to
        self.welcomed.clear()
        self.wire = wire = await Wire.open(self.port, hello=hello)
        task = asyncio.ensure_future(self.read(wire))
        await asyncio.wait_for(self.welcomed.wait(), 10)
        return task

    def say(self):
        room = self.rng.choice(list(self.views))
        self.said += 1
        id, words = f"{self.number}-{self.said}", f"{self.number}: {self.said}"
        self.waiting[id] = (room, words)
        return {"message": words, "room": room, "id": id}

    def change(self):
        room, epoch, seq, words = self.rng.choice(self.own[-20:])
        if self.rng.random() < 0.3:
            return {"type": "delete", "room": room, "seq": seq}
        n = versions[epoch, seq] = versions.get((epoch, seq), 0) + 1
        return {"type": "edit", "room": room, "seq": seq, "text": f"{words}|{n}"}

    def come(self):
        room = self.rng.choice(ROOMS)
        f, old = {"type": "join", "room": room}, self.left.get(room)
        if room in self.views or room in self.joining:
            return None
        self.joining.add(room)
        if old and self.rng.random() < 0.7:
            return {**f, "since": old.top, "epoch": old.epoch}
        return f

    def something(self):
        dice = self.rng.random()
        if dice < 0.12 or not self.views:
            return self.come()
        if dice < 0.17:
            return {"type": "leave", "room": self.rng.choice(list(self.views))}
        if dice < 0.25 and self.own:
            return self.change()
        return self.say()

    async def go_away(self, task):
        """In one of the ways connections end; or not at all: the next one comes while this is open."""
        how = self.rng.random()
        if how < 0.4:
            self.wire.reset()
        elif how < 0.6:
            self.wire.close(3000)
        elif how < 0.8:
            self.wire.writer.close()
        await asyncio.sleep(self.rng.choice((0, 0, 0.01, 0.2, 0.8, 1.5)))
        return await self.connect()

    async def live(self, until):
        task = await self.connect()
        while time.monotonic() < until:
            frames = [f for f in (self.something() for _ in range(self.rng.choice((1, 1, 2, 5)))) if f]
            self.wire.send(*frames)
            if self.rng.random() < 0.06:
                task = await self.go_away(task)
            elif task.done():
                task = await self.connect()
            await asyncio.sleep(self.rng.uniform(0.05, 0.4))
        if task.done():
            task = await self.connect()
        return task


class Basic:
    """Hears its room and speaks; it has no seq, so its order is compared in the end."""

    def __init__(self, number, port, rng):
        self.number, self.port, self.rng = number, port, rng
        self.heard, self.room = [], rng.choice(ROOMS)

    async def read(self, wire):
        try:
            while (f := await wire.message()) is not None:
                if list(f) != ["message", "uid"]:
                    fail(f"basic {self.number}: {f}")
                self.heard.append(f["message"].partition("|")[0])
        except (asyncio.IncompleteReadError, ConnectionError):
            pass

    async def live(self, until):
        wire = self.wire = await Wire.open(self.port, "/ws?room=" + self.room.replace(" ", "%20"))
        task = asyncio.ensure_future(self.read(wire))
        n = 0
        while time.monotonic() < until:
            n += 1
            wire.send({"message": f"basic {self.number}: {n}"})
            await asyncio.sleep(self.rng.uniform(0.05, 0.5))
        return task

    def check(self, order):
        """order: the room's words by seq."""
        seqs = {words: seq for seq, words in order.items()}
        places = [seqs.get(words) for words in self.heard]
        if None in places:
            return fail(f"basic {self.number} heard {self.heard[places.index(None)]}, and no other")
        if not places:
            return fail(f"basic {self.number} heard nothing")
        mine = f"basic {self.number}: "
        due = [s for s in sorted(order) if places[0] <= s <= places[-1] and not order[s].startswith(mine)]
        if places != due:
            at = next(i for i, (a, b) in enumerate(zip(places, due)) if a != b) if places[:len(due)] != due else -1
            fail(f"basic {self.number}, {self.room}: not what others heard, from {places[at]} on")


async def campaign(server, timer, seconds, seed):
    rng = random.Random(seed)
    until = time.monotonic() + seconds
    members = [Member(i, server.port, random.Random(rng.random())) for i in range(CLIENTS)]
    basics = [Basic(i, server.port, random.Random(rng.random())) for i in range(BASIC)]
    await asyncio.gather(*(x.live(until) for x in members + basics))
    php(server, f"return $chat->cancel({timer});")
    await asyncio.sleep(1)  # what is on its way arrives
    judge(server, members, basics)
    for x in members + basics:
        x.wire.writer.transport.abort()


def judge(server, members, basics):
    rooms = {r: php(server, f"return $chat->history({json.dumps(r)}, 200);") for r in ROOMS}
    for m in members:
        for room, view in m.views.items():
            kept = [f for f in rooms[room] if f["seq"] >= view.start]
            if kept and view.top != kept[-1]["seq"]:
                fail(f"{m.who()}, {room}: has seen up to {view.top}, the room is at {kept[-1]['seq']}")
            holes = [s for s in range(view.start, view.top + 1) if s not in view.seen]
            if holes:
                fail(f"{m.who()}, {room}: never saw {holes[:5]}")
            for f in kept:
                is_now = "deleted" if "message" not in f else int(f["message"].partition("|")[2] or 0)
                if f["uid"] != m.uid and view.seen.get(f["seq"]) != is_now:
                    fail(f"{m.who()}, {room}: {f['seq']} is version {view.seen.get(f['seq'])}, in the room {is_now}")
    epochs = {}
    for m in members:
        for room, view in m.views.items():
            epochs.setdefault(room, set()).add(view.epoch)
    for b in basics:
        for epoch in epochs.get(b.room, ()):
            b.check({seq: words for (e, seq), (_, words) in truth.items() if e == epoch})


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else float(os.environ.get("CHAT_SECONDS", "20"))
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(10 ** 9)
    print(f"seed {seed}, {seconds:g} s", flush=True)
    Server.log_dir = os.environ["CHAT_OUT"]
    server = Server("v1", OPTIONS)
    # the server speaks too, and holds the loop now and then, so that much happens in one turn
    timer = php(server, "$n = 0; return $chat->every(0.02, function () use ($chat, &$n) { usleep(random_int(0, 8000));"
                " $chat->sendToRoom('room ' . random_int(0, 4), 'server: ' . ++$n); });")
    try:
        asyncio.run(campaign(server, timer, seconds, seed))
        stats = php(server, "return $chat->stats();")
        server.finish(200)
    except Exception as e:
        fail(f"{type(e).__name__}: {e}")
        stats = {}
    finally:
        server.kill()
    for f in failures:
        print("not ok " + f)
    print(", ".join(f"{n} {what}" for what, n in counts.items()), f"{stats.get('replayed')} replayed", sep=", ")
    for what, n in counts.items():
        if n < 20:
            fail(f"hardly any {what}: the campaign does not show what it is for")
            print("not ok " + failures[-1])
    print(f"{0 if failures else 1} passed, {1 if failures else 0} failed")
    sys.stdout.flush()
    os._exit(1 if failures else 0)


main()
