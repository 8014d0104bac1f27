"""chatroom.v1: coming back, who is there, who somebody is, and who may not."""

import contextlib
import json
import subprocess
import sys
import time

from v1 import (OPTIONS, SECRET, V1, Client, eventually, php, room_name, seqs, texts, ticket, with_options)
from v1_rows import members
from wire import Sock, base, check, close, join, text

ROWS = []
PRESENT = with_options(presence=True)
TICKETS = with_options(secret=SECRET)
CROWD = """import socket, sys
crowd = []
for _ in range(999):
    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10)
    s.sendall(("GET /ws?room=%s HTTP/1.1\\r\\nHost: a.test\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n"
               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\nSec-WebSocket-Version: 13\\r\\n\\r\\n" % sys.argv[2]).encode())
    crowd.append(s)
print(sum(b" 101 " in s.recv(4096) for s in crowd), flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def crowd(server, room):
    """999 clients, in a process that ends with the row, whatever becomes of it: what it says it has open."""
    process = subprocess.Popen([sys.executable, "-c", CROWD, str(server.port), room], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
    try:
        yield process.stdout.readline()
        process.communicate(timeout=10)
    finally:
        process.kill()
        process.wait()


def row(id, title, want=V1):
    def add(go):
        ROWS.append((id, title, want, go))
        return go
    return add


def cases():
    return ROWS


def refused(server, status, target="/ws", v1=True, **headers):
    s = Sock(server)
    if v1:
        headers["sec_websocket_protocol"] = "chatroom.v1"
    s.send(join(base(target=target, **headers)))
    r = s.response()
    check(r.status == status, f"answered {r.status}, not {status}")
    return r


# Resume


@row("V7.kicked", "kick, the API's too, and a ban reach a client that was cut off: it does not resume, its presence goes",
     with_options(presence=True, presence_grace=20, api_token="0123456789abcdef"))
def _(server):
    def api(call, **body):
        s = Sock(server)
        body = json.dumps(body).encode()
        s.send(join([b"POST /api/" + call.encode() + b" HTTP/1.1", b"Host: a.test", b"Connection: close",
                     b"Authorization: Bearer 0123456789abcdef", b"Content-Type: application/json",
                     b"Content-Length: %d" % len(body)], body))
        r = s.response()
        check(r.status == 200, f"{r.status} {r.body!r}")
        return json.loads(r.body)

    room, (b,) = members(server, 1)
    ways = {"uid": lambda c: php(server, f"return $chat->kick('{c.uid}', 'x');"),
            "API": lambda c: api("kick", uid=c.uid)["kicked"] == 1,
            "address": lambda c: php(server, "$chat->ban('127.0.0.1'); return $chat->unban('127.0.0.1');")}
    for how, end in ways.items():
        a = Client(server, {"join": [room]})
        a.next("joined")
        c = Client(server, {"join": [room]}, target="/ws") if how != "address" else None
        b.drain()
        a.cut()
        check(b.drain() == [], "it counts as present for presence_grace")
        check(end(a) is True, how)
        if how == "address":
            b.next("kick"), b.closed(4002)
            room, (b,) = members(server, 1)
        else:
            gone = b.drain()
            check([(f["type"], f["event"], f["uid"]) for f in gone] == [("presence", "leave", a.uid)], f"{how}: {gone}")
            check(end(a) is False, "twice")
        check(php(server, "return $chat->stats()['parked'];") == 0, "parked")
        r = a.resume({room: 0})
        check(r.welcome["resumed"] is False and r.uid != a.uid, f"{how}: {r.welcome}")
        if c:
            check(c.resume({room: 0}).welcome["resumed"] is True, "somebody else's session")
        r.sock.send(close(1000))


@row("V7.cut", "resume after a cut: same uid, session, rooms; what was missed, then live")
def _(server):
    room, (a, b) = members(server)
    other = room_name()
    a.join(other)
    b.say("seen")
    a.drain()
    a.cut()
    b.say("missed 1"), b.say("missed 2")
    r = a.resume({room: 1, other: 0}, id="r")
    check(r.welcome["resumed"] is True and r.welcome["rooms"] == [room, other] and r.welcome["id"] == "r", f"{r.welcome}")
    check((r.uid, r.welcome["session"]) == (a.uid, a.welcome["session"]), "the same")
    j = r.next("joined")
    check(j["recovered"] is True and j["seq"] == 3 and j["room"] == room, f"{j}")
    check(texts(r.many(2)) == ["missed 1", "missed 2"], "missed")
    check(r.next("joined")["recovered"] is True, "the silent room too")
    b.say("live")
    check(texts(r.drain()) == ["live"], "live")
    check(php(server, f"return $chat->client('{a.uid}')->rooms();") == [room, other], "rooms")


@row("V7.kinds", "resume after FIN without Close, after an own 4xxx Close, after 1001; not after 1000")
def _(server):
    room, (b,) = members(server, 1)
    for end, back in ((None, True), (1001, True), (3000, True), (4100, True), (1000, False), (4000, False)):
        a = Client(server, {"join": [room]})
        a.next("joined")
        if end:
            a.sock.send(close(end))
            a.closed(end)
        else:
            a.sock.fin()
            a.sock.until_closed()
        r = a.resume({room: 0})
        check(r.welcome["resumed"] is back and (r.uid == a.uid) is back, f"after {end}: {r.welcome}")
        r.sock.send(close(1000))


@row("V7.open", "resume while the old socket is open: it is closed with 4202")
def _(server):
    room, (a, b) = members(server)
    b.say("x")
    r = a.resume({room: 0})
    check(r.next("joined")["recovered"] is True and texts(r.drain()) == ["x"], "the new one has it")
    check(a.next()["message"] == "x", "before the Close")
    a.closed(4202)
    b.say("y")
    check(texts(r.drain()) == ["y"], "live")
    check(php(server, f"return $chat->members('{room}');") == {b.uid: None, a.uid: None}, "members")


@row("V7.again", "resume again and again, with nothing seen, over nothing")
def _(server):
    room, (a, b) = members(server)
    for i in range(20):
        b.say(f"m{i}")
        a.cut() if i % 2 else None
        old, a = a, a.resume({room: 0})
        j = a.next("joined")
        check(j["recovered"] and a.uid == old.uid and seqs(a.many(i + 1)) == list(range(1, i + 2)), f"time {i}: {j}")
    check(a.drain() == [], "nothing more")


@row("V7.in-between", "resume goes on exactly where the order stopped, in one turn with live messages")
def _(server):
    room, (a, b) = members(server)
    b.say("1"), b.say("2")
    a.drain()
    a.cut()
    b.say("3")
    php(server, f"""$chat->after(0.001, function () use ($chat) {{
        usleep(80000); $chat->sendToRoom('{room}', '4'); }});""")
    time.sleep(0.02)
    b.send({"message": "5"})
    r = a.resume({room: 2})
    b.send({"message": "6"})
    check(r.next("joined")["recovered"], "recovered")
    got = r.many(4)
    check(texts(got) == ["3", "4", "5", "6"] and seqs(got) == [3, 4, 5, 6], f"{texts(got)}")


@row("V7.not", "unknown secret, wrong form, nobody's: a new session, recovered false")
def _(server):
    room, (a,) = members(server, 1)
    a.say("x")
    for session in ("0" * 32, "", "x" * 32, a.welcome["session"] + "0", a.welcome["session"][:-1], a.uid):
        r = Client(server, {"resume": {"session": session, "seq": {room: 0}}, "join": [room]})
        check(r.welcome["resumed"] is False and r.uid != a.uid and r.next("joined")["recovered"] is False, f"{session}")
    check(a.drain() == [], "the real one is untouched")


@row("V7.seqs", "a seq that cannot be, or none: not recovered, no message")
def _(server):
    room, (a, b) = members(server)
    b.say("x"), b.say("y")
    a.drain()
    for seq in ({room: 3}, {room: -1}, {room: "1"}, {room: 2 ** 53 + 1}, {room: 2 ** 63}, {}, {"elsewhere": 1}, {room: None}):
        a.cut()
        a = a.resume(seq)
        check(a.welcome["resumed"] and a.next("joined")["recovered"] is False and a.drain() == [], f"{seq}")
    a.cut()
    a = Client(server, {"resume": {"session": a.welcome["session"]}})
    check(a.welcome["resumed"] and a.next("joined")["recovered"] is False, "no seq at all")


@row("V7.with-join", "hello with resume and join: each room once, recovered")
def _(server):
    room, (a, b) = members(server)
    a.cut()
    b.say("x")
    more = room_name()
    r = a.resume({room: 0}, join=[room, more])
    check(r.welcome["rooms"] == [room, more], f"{r.welcome['rooms']}")
    j = r.next("joined")
    check(j["recovered"] and r.next()["message"] == "x" and r.next("joined")["room"] == more and r.drain() == [], "once")


@row("V7.expired", "the window is over", with_options(resume_window=0.2, presence=True, presence_grace=5))
def _(server):
    room, (a, b) = members(server)
    a.cut()
    check(php(server, "return $chat->stats()['parked'];") == 1, "parked")
    leave = b.next("presence")
    check(leave["event"] == "leave" and leave["count"] == 1, "its presence ends with the window")
    check(php(server, "return $chat->stats()['parked'];") == 0, "gone")
    r = a.resume({room: 0})
    check(r.welcome["resumed"] is False and r.uid != a.uid, "a new one")


@row("V7.off", "resume_window 0: nobody comes back", with_options(resume_window=0))
def _(server):
    room, (a, b) = members(server)
    a.cut()
    check(a.resume({room: 0}).welcome["resumed"] is False, "new")


@row("V7.trimmed", "history trimmed meanwhile: recovered false, and nothing in part", with_options(history_size=5))
def _(server):
    room, (a, b) = members(server)
    for n, recovered in ((5, True), (6, False)):
        top = a.drain() and 0 or php(server, f"return ($h = $chat->history('{room}', 1)) ? $h[0]['seq'] : 0;")
        a.cut()
        for i in range(n):
            b.say(f"{i}")
        a = a.resume({room: top})
        check(a.next("joined")["recovered"] is recovered, f"{n} missed of 5 kept")
        check(len(a.drain()) == (n if recovered else 0), "all or nothing")


@row("V7.too-much", "what is missed exceeds half the send queue: recovered false",
     with_options(send_queue_limit=16384, history_size=1000))
def _(server):
    room, (a, b) = members(server)
    a.cut()
    php(server, f"for ($i = 0; $i < 40; $i++) $chat->sendToRoom('{room}', str_repeat('x', 300)); return 1;")
    a = a.resume({room: 0})
    check(a.next("joined")["recovered"] is False and a.drain() == [], "nothing in part")


@row("V7.epoch", "another epoch: the history is another one", with_options(history_ttl=1))
def _(server):
    room = room_name()
    a = Client(server, {"join": [room]})
    epoch = a.next("joined")["epoch"]
    a.say("x")
    a.send({"message": "y", "id": "k"})
    first = a.next("ack")
    a.cut()
    time.sleep(2.3)
    a = a.resume({room: 1})
    j = a.next("joined")
    check(a.welcome["resumed"] and j["epoch"] != epoch and j["seq"] == 0 and j["recovered"] is False, f"{j}")
    a.send({"message": "y", "id": "k"})
    again = a.keys("ack", "type", "id", "room", "time")
    check(again == {k: v for k, v in first.items() if k != "seq"}, f"{first}, {again}: that seq is of the other one")


@row("V7.changes", "edits and deletes while away, of what was seen and of what was not")
def _(server):
    room, (a, b) = members(server)
    for i in range(1, 5):
        b.say(f"m{i}")
    a.drain()
    a.cut()
    for i in range(5, 8):
        b.say(f"m{i}")
    b.send({"type": "edit", "room": room, "seq": 2, "text": "two"}, {"type": "delete", "room": room, "seq": 3},
           {"type": "edit", "room": room, "seq": 5, "text": "five"}, {"type": "delete", "room": room, "seq": 6})
    b.drain()
    r = a.resume({room: 4})
    check(r.next("joined")["recovered"], "recovered")
    got = r.drain()
    check([(f.get("type"), f["seq"], f.get("text", f.get("message"))) for f in got]
          == [("edit", 2, "two"), ("delete", 3, None), (None, 5, "five"), ("delete", 6, None), (None, 7, "m7")], f"{got}")


@row("V7.own", "one's own messages whose acks were lost come as messages; their ids are known")
def _(server):
    room, (a, b) = members(server)
    a.send({"message": "mine", "id": 1})
    b.next()
    r = a.resume({room: 0})
    r.next("joined")
    m = r.next()
    check((m["message"], m["uid"], m["seq"]) == ("mine", a.uid, 1), f"{m}")
    r.send({"message": "mine", "id": 1})
    check(r.next("ack")["seq"] == 1 and b.drain() == [], "once")


@row("V7.steal", "the uid is no key; a greeting connection is nobody's session")
def _(server):
    room, (a,) = members(server, 1)
    thief = Client(server, {"resume": {"session": a.uid.replace("-", ""), "seq": {room: 0}}, "join": []})
    check(thief.welcome["resumed"] is False, "a uid")


@row("V7.user", "a resumed session stays its user's, whoever the new request is")
def _(server):
    room = room_name()
    a = Client(server, {"join": [room]}, x_user="ann", x_name="Ann")
    a.next("joined")
    a.cut()
    r = Client(server, {"resume": {"session": a.welcome["session"], "seq": {room: 0}}}, x_user="eve")
    check(r.welcome["user"] == "ann" and r.welcome["name"] == "Ann", f"{r.welcome}")


@row("V7.slow", "a slow consumer (4101) resumes without loss", with_options(send_queue_limit=65536, history_size=1000))
def _(server):
    room = room_name()
    a = Client(server, {"join": [room]}, rcvbuf=4096)
    a.next("joined")
    sent = 0
    while php(server, "return $chat->stats()['slow_consumers'];") == 0:
        php(server, f"for ($i = 0; $i < 40; $i++) $chat->sendToRoom('{room}', str_repeat('x', 1000)); return 1;")
        sent += 40
        check(sent < 20000, "never slow")
    got = []
    while True:
        m = a.sock.message()
        if m[0] == "close":
            check(m[1] == 4101 and a.sock.until_closed() == b"", f"{m[:2]}, and nothing behind it")
            break
        got.append(m)
    check(len(got) < sent, "it did lose some")
    # of what was kept
    r = a.resume({room: sent - 20})
    check(r.next("joined")["recovered"] and len(r.drain()) == 20, "the rest")


@row("V7.close-last", "nothing follows a Close, though the room spoke in the same turn")
def _(server):
    room, (a, b) = members(server)
    for bad, code in ((frame_bad(), 1002), (text(b"\xff"), 1007)):
        a = Client(server, {"join": [room]})
        a.next("joined")
        php(server, f"""$chat->after(0.001, function () use ($chat) {{
            usleep(60000); $chat->sendToRoom('{room}', 'x'); }});""")
        time.sleep(0.02)
        a.sock.send(bad)
        check(a.next()["message"] == "x", "what was said before")
        a.closed(code)


def frame_bad():
    return b"\xf1\x80\0\0\0\0"


# Presence


@row("V8.events", "presence: join and leave, users once, uids of guests", PRESENT)
def _(server):
    room = room_name()
    a = Client(server, {"join": [room]})
    a.next("joined")
    b1 = Client(server, {"join": [room]}, x_user="bob", x_name="Bob")
    b1.next("joined")
    e = a.keys("presence", "type", "room", "event", "uid", "user", "name", "count")
    check((e["event"], e["uid"], e["user"], e["count"], e["room"]) == ("join", b1.uid, "bob", 2, room), f"{e}")
    b2 = Client(server, {"join": [room]}, x_user="bob")
    check(b2.next("joined")["count"] == 2 and a.drain() == [] and b1.drain() == [], "a second connection")
    b1.send({"type": "leave", "room": room})
    b1.next("left")
    check(a.drain() == [], "the other one is there")
    b2.sock.send(close(1000))
    b2.closed(1000)
    e = a.next("presence")
    check((e["event"], e["user"], e["count"]) == ("leave", "bob", 1), f"{e}")
    basic = server.open(target="/ws?room=" + room)
    check(a.keys("presence", "type", "room", "event", "uid", "count")["event"] == "join", "a basic guest")
    basic.send(close(1000))
    check(a.next("presence")["event"] == "leave", "leaves")


@row("V8.grace", "cut and back within the grace: nobody notices; the count stays right", PRESENT)
def _(server):
    room, (a, b) = members(server)
    b.drain()
    for i in range(3):
        a.cut()
        check(php(server, f"return count($chat->members('{room}'));") == 1, "not a member meanwhile")
        a = a.resume({room: 0})
        check(a.next("joined")["count"] == 2 and b.drain() == [], "silent")
    a.send({"type": "leave", "room": room})
    a.next("left")
    e = b.next("presence")
    check(e["event"] == "leave" and e["count"] == 1 and b.drain() == [], f"{e}")


@row("V8.after-grace", "back after the grace: leave, then join", PRESENT)
def _(server):
    room, (a, b) = members(server)
    b.drain()
    start = time.monotonic()
    a.cut()
    e = b.next("presence")
    check(e["event"] == "leave" and e["count"] == 1 and time.monotonic() - start > 0.25, f"{e}")
    a = a.resume({room: 0})
    check(a.next("joined")["count"] == 2, "in")
    e = b.next("presence")
    check(e["event"] == "join" and e["count"] == 2, f"{e}")
    a.sock.send(close(1000))
    check(b.next("presence")["count"] == 1 and b.drain() == [], "leave, at once after goodbye")


@row("V8.other-room", "a place held in a room that vanished is not held in its successor", PRESENT)
def _(server):
    room = room_name()
    a = Client(server, {"join": [room]}, x_user="ann")
    a.next("joined")
    a.cut()
    b = Client(server, {"join": [room]}, x_user="ann")
    check(b.next("joined")["count"] == 1, "a room of its own")
    c = Client(server, {"join": [room]})
    c.next("joined")
    b.drain()
    time.sleep(0.5)
    check(c.drain() == [] and b.drain() == [], "nobody left")
    c.send({"type": "members", "room": room})
    check(c.next("members")["count"] == 2, "count")


@row("V8.two", "a user's one connection cut, the other stays: nothing is told", PRESENT)
def _(server):
    room, (w,) = members(server, 1)
    a1, a2 = (Client(server, {"join": [room]}, x_user="ann") for _ in range(2))
    a1.next("joined"), a2.next("joined")
    w.drain()
    a1.cut()
    time.sleep(0.5)
    check(w.drain() == [], "still there")
    a2.sock.send(close(1000))
    e = w.next("presence")
    check((e["event"], e["count"]) == ("leave", 1), f"{e}")
    r = a1.resume({room: 0})
    r.next("joined")
    check(w.next("presence")["event"] == "join", "back")


@row("V8.refused", "a place held in a room one does not come back to goes", ("v1", {**OPTIONS, "presence": True, "presence_grace": 20}))
def _(server):
    room, (a, b) = members(server)
    b.cut()
    php(server, "$chat->onJoin(fn () => false);")
    try:
        b = b.resume({room: 0})
    finally:
        php(server, "$chat->onJoin(null);")  # others use this server, too
    check(b.next("error")["code"] == "forbidden", "onJoin is asked again")
    check(a.next("presence")["event"] == "leave", "at once")


@row("V8.kicked-away", "a user kicked while cut off: its place goes, it cannot resume", ("v1", {**OPTIONS, "presence": True, "presence_grace": 20}))
def _(server):
    room, (w,) = members(server, 1)
    a = Client(server, {"join": [room]}, x_user="ann")
    a.next("joined")
    w.next("presence")
    a.cut()
    check(php(server, "return $chat->kickUser('ann');") == 0, "no connection")
    check(w.next("presence")["event"] == "leave", "its place goes")
    check(a.resume({room: 0}).welcome["resumed"] is False, "cannot resume")


@row("V8.switch", "presence switched on and off for a room in use")
def _(server):
    room, (a, b) = members(server)
    php(server, f"$chat->setRoomOptions('{room}', ['presence' => true]); return 1;")
    c = Client(server, {"join": [room]})
    check(c.next("joined")["count"] == 3 and a.next("presence")["count"] == 3, "those who were there count")
    php(server, f"$chat->setRoomOptions('{room}', []); return 1;")
    c.send({"type": "leave", "room": room})
    c.next("left")
    b.next("presence")
    check(a.drain() == [] and b.drain() == [], "off")


@row("V8.online", "onOnline with the first, onOffline a grace after the last; not for a tunnel")
def _(server):
    user = room_name()

    def seen():
        return [s for s in php(server, "return $this ?? null;") or []] if False else \
            [s.split()[0] for s in php(server, "global $seen; return $seen;") if s.endswith(" " + user)]
    a, b = (Client(server, {"join": []}, x_user=user) for _ in range(2))
    check(seen() == ["online"], f"{seen()}")
    a.sock.send(close(1000))
    a.closed(1000)
    b.cut()
    check(php(server, f"return $chat->isUserOnline('{user}');") is True, "in the grace")
    b = b.resume({})
    time.sleep(0.5)
    check(seen() == ["online"], "never offline")
    b.cut()
    eventually("offline", lambda: seen() == ["online", "offline"])
    check(php(server, f"return $chat->isUserOnline('{user}');") is False, "offline")
    basic = server.open(x_user=user)
    eventually("online again", lambda: seen()[2:] == ["online"])
    basic.close()


# Users and sessions


@row("V9.kick-old", "single_session kick_old: the older ones get 4001 and may not come back", with_options(single_session="kick_old"))
def _(server):
    a = Client(server, {"join": []}, x_user="ann")
    basic = server.open(x_user="bob")
    b = Client(server, {"join": []}, x_user="ann")
    k = a.keys("kick", "type", "code", "reason", "retry")
    check((k["code"], k["retry"]) == (4001, False), f"{k}")
    a.closed(4001)
    check(a.resume({}, join=[]).welcome["resumed"] is False, "not back")
    Client(server, {"join": []}, x_user="bob")
    check(basic.message()[:2] == ("close", 4001), "basic too")
    b.cut()
    r = Client(server, {"resume": {"session": b.welcome["session"], "seq": {}}}, x_user="ann")
    check(r.welcome["resumed"] is True and r.uid == b.uid, "its own session can be resumed")
    r2 = Client(server, {"resume": {"session": b.welcome["session"], "seq": {}}}, x_user="ann")
    check(r2.welcome["resumed"] is True, "while it is open")
    r.closed(4202)


@row("V9.reject-new", "single_session reject_new: the newer one is refused", with_options(single_session="reject_new"))
def _(server):
    a = Client(server, {"join": []}, x_user="ann")
    b = Client(server, greet=False, x_user="ann")
    b.send({"type": "hello"})
    check(b.next("kick")["code"] == 4001, "kick")
    b.closed(4001)
    refused(server, 403, v1=False, x_user="ann")
    r = Client(server, {"resume": {"session": a.welcome["session"], "seq": {}}}, x_user="ann")
    check(r.welcome["resumed"] is True, "a half-dead socket's own session is not somebody else")
    a.closed(4202)
    r.cut()
    c = Client(server, {"join": []}, x_user="ann")
    check(c.welcome["user"] == "ann", "after it is gone")
    back = Client(server, greet=False)
    back.send({"type": "hello", "resume": {"session": a.welcome["session"], "seq": {}}})
    check(back.next("kick")["code"] == 4001, "and now the resumed one would be the second")
    back.closed(4001)
    check(c.drain() == [], "the one that is in stays")


@row("V9.tokens", "tickets in the query, as bearer, in hello", TICKETS)
def _(server):
    t = ticket(name="Ann")
    for c in (Client(server, target="/ws?token=" + t), Client(server, authorization="Bearer " + t), Client(server, {"token": t})):
        check((c.welcome["user"], c.welcome["name"]) == ("ann", "Ann"), f"{c.welcome}")
    check("user" not in Client(server).welcome, "a guest")
    check(php(server, f"return Chatroom::token('bob', '{SECRET}', 60, ['name' => 'Bob \u00fc']);").count(".") == 2, "made by PHP")
    c = Client(server, {"token": php(server, f"return Chatroom::token('bob', '{SECRET}', 60, ['name' => 'Bob \u00fc']);")})
    check(c.welcome["name"] == "Bob \u00fc", "and taken")
    c = Client(server, {"token": ticket(sub="eve", name="Eve")}, target="/ws?token=" + t)
    check((c.welcome["user"], c.welcome["name"]) == ("ann", "Ann"), "once known, it stays who it is, with its name")


@row("V9.bad-tokens", "tickets that are none: 401, or 4003 in hello", TICKETS)
def _(server):
    good = ticket()
    bad = [ticket(exp=time.time() - 1), ticket(exp=None), ticket(secret="x" * 32), ticket(nbf=time.time() + 60),
           ticket(header={"alg": "none"}), ticket(header={"alg": "HS512"}), ticket(header={"alg": "HS256", "crit": ["x"]}),
           ticket(sub=None), ticket(sub=""), ticket(sub=5), ticket(exp="never"), good[:-1], good + "A", good + "=", "", ".", "..",
           good.rsplit(".", 1)[0] + ".", "x" * 5000]
    for t in bad:
        refused(server, 401, target="/ws?token=" + t)
        c = Client(server, greet=False)
        c.send({"type": "hello", "token": t})
        check(c.next("kick")["code"] == 4003, t)
        c.closed(4003)
    refused(server, 401, authorization="Bearer " + bad[0], v1=False)
    check(php(server, "return $chat->stats()['refused_tickets'];") >= 2 * 15, "counted")


@row("V9.no-secret", "a token where none are taken: 4003 in hello")
def _(server):
    c = Client(server, greet=False)
    c.send({"type": "hello", "token": ticket()})
    c.next("kick")
    c.closed(4003)


# Moderation


@row("V10.mute", "muted: by user, by uid, in a room, with a reason and a time; events, edits, private too")
def _(server):
    room = room_name()
    a = Client(server, {"join": [room]}, x_user=room)
    a.next("joined")
    a.say("before")
    php(server, f"$chat->mute('{room}', 30, null, 'be nice'); return 1;")
    for f in ({"message": "x"}, {"message": "x", "to": a.uid}, {"type": "typing", "room": room},
              {"type": "edit", "room": room, "seq": 1, "text": "x"}):
        a.send({"id": 1, **f})
        e = a.error("muted", 1)
        check(e["reason"] == "be nice" and 25 < e["retry"] <= 30, f"{e}")
    check(php(server, f"return [$chat->unmute('{room}'), $chat->unmute('{room}')];") == [True, False], "unmute")
    a.say("again")
    php(server, f"$chat->mute('{a.uid}', 0, '{room}'); return 1;")
    a.send({"message": "x", "id": 2})
    check("retry" not in a.error("muted", 2), "for good")
    a.join(room + "b")
    a.say("elsewhere", room + "b")
    a.cut()
    r = a.resume({room: 0})
    r.drain()
    r.send({"message": "x", "room": room, "id": 3})
    r.error("muted", 3)
    basic = server.open("mute-basic", target="/ws?room=" + room)
    php(server, "foreach ($chat->clients() as $c) if ($c->data === 'mute-basic') $chat->mute($c->uid, 10); return 1;")
    basic.send(text('{"message":"x"}'))
    time.sleep(0.05)
    check(r.drain() == [], "basic is muted without a word")


@row("V10.nul", "user ids that differ behind a NUL are two users", TICKETS)
def _(server):
    one, two = Client(server, {"token": ticket(sub="nul\0one")}), Client(server, {"token": ticket(sub="nul\0two")})
    php(server, "$chat->mute(\"nul\\0one\", 10); return 1;")
    one.next("joined"), two.next("joined")
    one.send({"message": "x", "id": 1})
    one.error("muted", 1)
    two.say("x")


@row("V10.ban", "ban: 4002 and a kick frame, 403 after; by user and by address; no resume; unban")
def _(server):
    user = room_name()
    a, b = (Client(server, {"join": []}, x_user=user) for _ in range(2))
    b.cut()
    check(php(server, f"return $chat->ban('{user}', 30, 'enough');") == 1, "one connection")
    k = a.next("kick")
    check((k["code"], k["reason"]) == (4002, "enough"), f"{k}")
    a.closed(4002)
    refused(server, 403, x_user=user)
    refused(server, 403, v1=False, x_user=user)
    check(b.resume({}, join=[]).welcome["resumed"] is False, "no resume")
    check(php(server, f"return [$chat->unban('{user}'), $chat->unban('{user}')];") == [True, False], "unban")
    Client(server, {"join": []}, x_user=user)


@row("V10.ban-token", "a banned user whose ticket comes in hello: kick with 4002", TICKETS)
def _(server):
    php(server, "$chat->ban('mallory'); return 1;")
    c = Client(server, greet=False)
    c.send({"type": "hello", "token": ticket(sub="mallory")})
    check(c.next("kick")["code"] == 4002, "kick")
    c.closed(4002)
    refused(server, 403, target="/ws?token=" + ticket(sub="mallory"))


@row("V10.ban-ip", "ban by address: who is there goes, who is greeting too, who comes is refused", with_options(history_size=7))
def _(server):
    a = Client(server, {"join": []})
    g = Client(server, greet=False)
    n = php(server, "$n = $chat->ban('127.0.0.1', 0.6, 'this house'); return $n;")
    check(n >= 1 and a.next("kick")["reason"] == "this house", "kick")
    a.closed(4002)
    g.send({"type": "hello"})
    check(g.next("kick")["code"] == 4002, "greeting")
    g.closed(4002)
    refused(server, 403)
    time.sleep(0.7)
    Client(server, {"join": []})


@row("V10.slow", "slow mode: one message per member and time; not typing, not edits; others not")
def _(server):
    room, (a, b) = members(server)
    php(server, f"$chat->setSlowMode('{room}', 0.5); return 1;")
    a.say("one")
    a.send({"message": "two", "id": 2})
    check(a.error("slow_mode", 2)["retry"] == 1, "retry")
    a.send({"type": "typing", "room": room}, {"type": "edit", "room": room, "seq": 1, "text": "uno", "id": 3})
    check(a.next("ack")["id"] == 3, "mends a word")
    b.drain()
    b.say("other")
    a.drain()
    time.sleep(0.55)
    a.say("three")
    php(server, f"$chat->setSlowMode('{room}', 0); return 1;")
    a.say("four"), a.say("five")


@row("V10.post", "who may post: users, or the server alone")
def _(server):
    room = room_name()
    php(server, f"$chat->setRoomOptions('{room}', ['post' => 'users']); return 1;")
    guest = Client(server, {"join": [room]})
    user = Client(server, {"join": [room]}, x_user="ann")
    guest.next("joined"), user.next("joined")
    guest.send({"message": "x", "id": 1})
    guest.error("forbidden", 1)
    user.say("x")
    php(server, f"$chat->setRoomOptions('{room}', ['post' => 'server']); return 1;")
    user.send({"message": "x", "id": 1})
    user.error("forbidden", 1)
    check(php(server, f"return $chat->sendToRoom('{room}', 'news');") == 2 and texts(guest.drain()) == ["x", "news"], "the server may")


@row("V7.history-live", "what history has told does not come live behind it; the ack comes before it")
def _(server):
    room = room_name()
    a, b = (Client(server, {"join": [room]}) for _ in range(2))
    a.next("joined"), b.next("joined")
    a.send({"message": "x", "room": room, "id": 1}, {"type": "history", "room": room, "id": 2}, {"type": "ping", "id": 3})
    got = [(f["type"], f["id"]) for f in a.many(3)]
    check(got == [("ack", 1), ("history", 2), ("pong", 3)], f"in the order {got}")
    check(texts(b.drain()) == ["x"], "the other")


@row("V10.kick", "kick: a frame, then 4000; kickUser but one; no resume")
def _(server):
    user = room_name()
    a, b = (Client(server, {"join": []}, x_user=user) for _ in range(2))
    check(php(server, f"return $chat->kickUser('{user}', 'out', '{b.uid}');") == 1, "but one")
    check(a.next("kick") == {"type": "kick", "code": 4000, "reason": "out", "retry": False}, "kick")
    a.closed(4000, "out")
    check(b.drain() == [] and php(server, f"return $chat->kick('{b.uid}', 'you too');") is True, "the other")
    b.next("kick")
    b.closed(4000)
    check(b.resume({}, join=[]).welcome["resumed"] is False, "no resume")


@row("V10.reconnect", "a server that stops says reconnect, then 1001", ("v1", OPTIONS, "own"))
def _(server):
    a = Client(server, {"join": []})
    basic = server.open()
    php(server, "$chat->stop(); return 1;")
    check(a.keys("reconnect", "type", "after", "reason")["after"] >= 1, "reconnect")
    a.closed(1001)
    check(basic.message()[:2] == ("close", 1001), "basic")


@row("V7.rooms", "comes back to rooms: its own by way of onJoin, those it was put into without; not where it was taken out meanwhile",
     ("v1-hooks", {**OPTIONS, "presence": True, "presence_grace": 20, "api_token": "0123456789abcdef"}))
def _(server):
    own, put, left, closed, late = room_name(), "no" + room_name(), room_name(), room_name(), "why" + room_name()
    a = Client(server, {"join": [own, left, closed]})
    b = Client(server, {"join": [left, closed]})
    a.drain()
    a.send({"type": "join", "room": put, "id": 1})
    a.error("forbidden", 1)
    for room in (put, late):
        check(php(server, f"return $chat->join('{a.uid}', '{room}');"), f"put into {room}")
    check([f["room"] for f in a.drain()] == [put, late], "told")
    b.drain()
    a.cut()
    php(server, f"return $chat->sendToRoom('{put}', 'missed');")
    check(php(server, f"return [$chat->leave('{a.uid}', '{left}'), $chat->leave('{a.uid}', '{left}'), $chat->leave('{b.uid}', '{own}')];")
          == [True, False, False], "taken out while it is away, once")
    check(php(server, f"return $chat->closeRoom('{closed}');") == 1, "counts who is connected")
    check([(f["type"], f["room"]) for f in b.drain()] == [("presence", left), ("presence", closed), ("left", closed)], "b is told")
    s = Sock(server)
    body = json.dumps({"uid": a.uid, "room": late}).encode()
    s.send(join([b"POST /api/leave HTTP/1.1", b"Host: a.test", b"Authorization: Bearer 0123456789abcdef",
                 b"Content-Type: application/json", b"Content-Length: %d" % len(body)], body))
    check(json.loads(s.response().body) == {"left": True}, "by the API")
    for _ in range(2):  # and again
        a = a.resume({own: 0, put: 0})
        check(a.welcome["resumed"] and a.welcome["rooms"] == [own, put], f"rooms {a.welcome['rooms']}")
        check([(f.get("room"), f.get("recovered", f.get("message"))) for f in a.drain()]
              == [(own, True), (put, True), (put, "missed")], "joined")
        a.cut()
    a = a.resume({})
    a.drain()
    a.send({"type": "leave", "room": put}, {"type": "join", "room": put, "id": 2})
    a.next("left"), a.error("forbidden", 2)


@row("V10.protocols", "the subprotocol among others; others alone are basic")
def _(server):
    s = Sock(server)
    s.send(join(base(sec_websocket_protocol="x, chatroom.v1 ,chatroom.v2")))
    r = s.response()
    check(r.status == 101 and r.get("Sec-WebSocket-Protocol") == "chatroom.v1", f"{r.headers}")
    s = Sock(server)
    s.send(join(base(sec_websocket_protocol="chatroom.v2, CHATROOM.V1")))
    check(s.response().get("Sec-WebSocket-Protocol") is None, "basic")


@row("D52.guests", "guests false: a ticket in hello is enough; whoever is no user is sent away with 4003, basic with 401",
     with_options(guests=False, secret=SECRET))
def _(server):
    a = Client(server, {"token": ticket(sub="ann"), "join": [room_name()]})
    check(a.welcome["user"] == "ann", "by hello")
    a.next("joined")
    check(Client(server, target=f"/ws?token={ticket()}").welcome["user"] == "ann", "by the URL")
    check(Client(server, x_user="bob").welcome["user"] == "bob", "by onHandshake")
    for first in ({"type": "hello"}, {"message": "hi"}, {"type": "ping"}, {"type": "hello", "resume": {"session": "0" * 32}}):
        c = Client(server, greet=False)
        c.send(first)
        check(c.next("kick")["retry"] is False, "kick")
        c.closed(4003, "sign in first")
    check("Bearer" in refused(server, 401, v1=False).get("WWW-Authenticate"), "401")
    refused(server, 101, v1=False, x_user="bob")
    refused(server, 101, v1=False, target=f"/ws?token={ticket()}")
    check(php(server, "return $chat->stats()['refused_guests'];") == 5, "counted")
    a.cut()
    check(a.resume({}).welcome["resumed"] is True, "a user resumes without a ticket")


@row("V4.read", "read beyond the room's last seq is refused, and told to nobody")
def _(server):
    room, (a, b) = members(server)
    a.say("one", room)
    b.drain()
    a.send({"type": "read", "room": room, "seq": 2, "id": "r"}, {"type": "read", "room": room, "seq": 2**53 - 1, "id": "s"})
    a.error("bad_request", "r"), a.error("bad_request", "s")
    a.send({"type": "read", "room": room, "seq": 1, "id": "t"})
    check(a.next("ack")["id"] == "t", "ack")
    check([(f["type"], f["seq"]) for f in b.drain()] == [("read", 1)], "once")


@row("V4.members-more", "who is there is at most 1,000; that there are more is said", with_options(presence=False, api_token="0123456789abcdef"))
def _(server):
    server.may_grow(8192)  # what a thousand clients were made of is kept for the next ones
    room = room_name()
    php(server, f"$chat->setRoomOptions('{room}', ['presence' => true]);")
    a = Client(server, {"join": [room]})
    check("more" not in a.next("joined"), "one")
    # in a process of their own: select() here does not take a thousand more
    with crowd(server, room) as count:
        check(count == b"999\n", f"999 are in, not {count!r}")
        a.drain()
        a.send({"type": "members", "room": room})
        got = a.next("members")
        check((got["count"], len(got["members"]), "more" in got) == (1000, 1000, False), f"{got['count']} {len(got['members'])}")
        server.open(target=f"/ws?room={room}")
        a.drain()
        a.send({"type": "members", "room": room})
        got = a.next("members")
        check((got["count"], len(got["members"]), got.get("more")) == (1001, 1000, True), f"{got['count']} {got.get('more')}")
        check(php(server, f"return count($chat->members('{room}'));") == 1001, "PHP has them all")
        s = Sock(server)
        s.send(join([f"GET /api/members?room={room} HTTP/1.1".encode(), b"Host: a.test",
                     b"Authorization: Bearer 0123456789abcdef"]))
        body = json.loads(s.response().body)
        check(body["count"] == len(body["members"]) == 1001, "so has the API")
