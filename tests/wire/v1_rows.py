"""chatroom.v1: its frames, errors, ids and order."""

import json
import time

from v1 import (HOOKS, OPTIONS, V1, Client, eventually, is_uuid, php, room_name, seqs, texts, with_options)
from wire import check, close, frame, text, BINARY

ROWS = []


def row(id, title, want=V1):
    def add(go):
        ROWS.append((id, title, want, go))
        return go
    return add


def cases():
    return ROWS


def members(server, n=2, room=None, **hello):
    room = room or room_name()
    out = [Client(server, {"join": [room], **hello}) for _ in range(n)]
    for c in out:
        check(c.next("joined")["room"] == room, "joined another room")
    for c in out:
        c.drain()
    return room, out


# Greeting


@row("V1.welcome", "hello is answered by welcome with these keys")
def _(server):
    c = Client(server, {"id": "h1"}, greet=False)
    c.send({"type": "hello", "id": "h1"})
    w = c.keys("welcome", "type", "id", "v", "uid", "session", "rooms", "ping", "limits", "resumed", "time")
    check(w["id"] == "h1" and w["v"] == 1 and is_uuid(w["uid"]) and w["rooms"] == ["lobby"], f"{w}")
    check(len(w["session"]) == 32 and w["session"] not in w["uid"] and w["resumed"] is False, f"{w}")
    check(abs(w["time"] - time.time() * 1000) < 5000 and w["ping"] == 25, f"{w}")
    check(w["limits"] == {"message": 65536, "data": 4096, "rooms": 128, "rate": 0, "rate_seconds": 1, "resume": 20}
          or w["limits"]["resume"] == 20, f"{w['limits']}")
    j = c.keys("joined", "type", "room", "epoch", "seq", "count", "recovered")
    check((j["room"], j["seq"] >= 0, j["recovered"], len(j["epoch"])) == ("lobby", True, False, 16), f"{j}")


@row("V1.silent", "five seconds of silence count as hello")
def _(server):
    start = time.monotonic()
    c = Client(server, greet=False)
    time.sleep(3)
    w = c.next("welcome")
    took = time.monotonic() - start
    check(4.5 < took < 8, f"after {took:.2f} s")
    check("id" not in w and c.next("joined")["room"] == "lobby", "lobby")


@row("V1.implicit", "any other first frame has a hello before it, and is not lost")
def _(server):
    room, (other,) = members(server, 1)
    c = Client(server, greet=False, target="/ws?room=" + room)
    c.send({"message": "first", "id": 1}, {"type": "ping", "id": 2})
    types = [f["type"] for f in c.many(4)]
    check(types[:2] == ["welcome", "joined"] and sorted(types[2:]) == ["ack", "pong"], f"{types}")
    check(texts(other.drain()) == ["first"], "delivered once")


@row("V1.same-packet", "frames in the same packet as the handshake")
def _(server):
    from wire import Sock, base, join
    s = Sock(server)
    s.send(join(base(sec_websocket_protocol="chatroom.v1")) + text('{"type":"hello","join":[]}')
           + text('{"type":"ping","id":1}'))
    check(s.response().status == 101, "101")
    check([json.loads(s.message()[1])["type"] for _ in range(2)] == ["welcome", "pong"], "both")


@row("V1.bad-first", "a malformed first frame is answered after the welcome")
def _(server):
    for payload, code in (("no json", "bad_json"), ('{"type":"hello","id":7,"token":1}', "bad_request"),
                          ('{"type":"hello","id":7,"join":["a"],"resume":[]}', "bad_request"), ("[]", "bad_request")):
        c = Client(server, greet=False)
        c.send(payload)
        check([c.next()["type"] for _ in range(2)] == ["welcome", "joined"], payload)
        c.error(code, 7 if '"id"' in payload else None)


@row("V1.hello-twice", "hello comes once")
def _(server):
    c = Client(server, {"join": []})
    c.send({"type": "hello", "id": "x"})
    c.error("bad_request", "x")


@row("V1.hello-rooms", "hello's rooms: in order, once each, bad names told after the welcome")
def _(server):
    a, b = room_name(), room_name()
    c = Client(server, {"join": [a, b, a, "bad\n", ""]}, target="/ws?room=" + b)
    check(c.welcome["rooms"] == [b, a], f"{c.welcome['rooms']}")
    c.error("bad_request")
    c.error("bad_request")
    check([c.next("joined")["room"] for _ in range(2)] == [b, a] and c.drain() == [], "joined")


@row("V1.none", "hello with an empty list: in no room")
def _(server):
    c = Client(server, {"join": []})
    check(c.welcome["rooms"] == [] and c.drain() == [], "in no room")
    c.send({"message": "x", "id": 1})
    c.error("not_joined", 1)


@row("V1.end-greeting", "gone before its hello: the application never knew it")
def _(server):
    before = server.json("/counters")
    c = Client(server, greet=False)
    c.sock.send(close(1000))
    c.closed(1000)
    d = Client(server, greet=False)
    d.sock.rst()
    time.sleep(0.05)
    check(server.json("/counters") == before, "onOpen or onClose was called")


@row("V1.binary", "a binary frame closes with 1003, also as the first")
def _(server):
    c = Client(server, {"join": []})
    c.sock.send(frame(BINARY, b"x"))
    c.closed(1003)
    d = Client(server, greet=False)
    d.sock.send(frame(BINARY, b"x"))
    d.many(2)
    d.closed(1003)


# Messages


@row("V2.message", "a message, its keys, its ack in its place")
def _(server):
    room, (a, b, c) = members(server, 3)
    a.send({"message": "hi", "room": room, "data": {"x": [1.0, "\u00e9"]}, "id": "m1", "uid": "me", "seq": 9, "from": 1})
    ack = a.keys("ack", "type", "id", "room", "seq", "time")
    check((ack["id"], ack["room"], ack["seq"]) == ("m1", room, 1), f"{ack}")
    for other in (b, c):
        m = other.keys(None, "message", "uid", "room", "seq", "time", "data")
        check(m == {"message": "hi", "uid": a.uid, "room": room, "seq": 1, "time": ack["time"],
                    "data": {"x": [1.0, "\u00e9"]}}, f"{m}")
    b.send({"message": "no id"})
    check(b.drain() == [], "an answer to a message without id")
    check(texts(a.drain()) == ["no id"] and texts(c.drain()) == ["no id"], "delivered")


@row("V2.data-as-sent", "data arrives as the bytes that were sent")
def _(server):
    room, (a, b) = members(server)
    for data in ('1e400', '-0', '12345678901234567890', '"\\u0041\\/"', '{ "a" : [ ] }', 'null', '0.10'):
        a.send('{"message":"x","data":%s,"data":%s}' % ("1", data))
        raw = b.sock.message()[1]
        check(raw.endswith(b',"data":' + data.encode() + b'}'), f"{raw}")


@row("V2.id-forms", "ids come back as they were sent; other forms are refused")
def _(server):
    room, (a,) = members(server, 1)
    for id in ('"x"', '0', '-7', '9007199254740992', '"' + "y" * 64 + '"', '"\\u0041\\n\\\\"', '"\u00fc"'):
        a.send(('{"message":"m","id":%s}' % id).encode())
        raw = a.sock.message()[1]
        check(raw.startswith(b'{"type":"ack","id":' + id.encode() + b',"room":'), f"{raw}")
    for id in ('""', '1.5', 'null', 'true', '[]', '{}', '"' + "y" * 65 + '"', '12345678901234567', '1e3'):
        a.send('{"message":"m","id":%s}' % id)
        a.error("bad_request")


@row("V2.id-again", "the same id again: the same ack, no second delivery; also after a resume")
def _(server):
    room, (a, b) = members(server)
    a.send({"message": "once", "id": "k"}, {"message": "once", "id": "k"}, {"message": "other", "id": "k2"},
           {"message": "once", "id": "k"})
    acks = a.many(4, "ack")
    check(acks[0] == acks[1] == acks[3] and seqs(acks) == [1, 1, 2, 1], f"{acks}")
    check(texts(b.drain()) == ["once", "other"], "delivered once")
    a.cut()
    again = a.resume({room: 2})
    again.next("joined")
    again.send({"message": "once", "id": "k"})
    check(again.next("ack") == acks[0] and b.drain() == [], "after a resume")
    a.send  # the old socket is gone
    again.send({"message": "x", "id": 5}, {"message": "x", "id": "5"})
    check(seqs(again.many(2, "ack")) == [3, 4], '5 and "5" are two ids')


@row("V2.id-window", "a window of 32 ids")
def _(server):
    room, (a,) = members(server, 1)
    a.send(*[{"message": "m", "id": i} for i in range(33)])
    check(seqs(a.many(33, "ack")) == list(range(1, 34)), "33 messages")
    a.send({"message": "m", "id": 32}, {"message": "m", "id": 1}, {"message": "m", "id": 0})
    check(seqs(a.many(3, "ack")) == [33, 2, 34], "31 are known, the 33rd last is not")


@row("V2.order", "every member sees the same order, senders by their acks", V1)
def _(server):
    room, cs = members(server, 4)
    for i, c in enumerate(cs):
        c.sock.send(b"".join(text(json.dumps({"message": f"{i}.{k}", "id": k})) for k in range(60)))
    views = []
    for c in cs:
        got = [c.next() for _ in range(240)]
        check(seqs(got) == list(range(1, 241)), f"not in the order of seq: {seqs(got)[:20]}")
        views.append(got)
    own = [{f["seq"]: f"{i}.{f['id']}" for f in v if "type" in f} for i, v in enumerate(views)]
    heard = [{f["seq"]: f["message"] for f in v if "message" in f} | own[i] for i, v in enumerate(views)]
    check(all(h == heard[0] for h in heard), "two members disagree")


@row("V2.one-turn", "messages and acks of one turn, in their order")
def _(server):
    room, (a, b) = members(server)
    php(server, f"""$chat->after(0.001, function () use ($chat) {{
        $chat->sendToRoom('{room}', 'one'); usleep(60000); $chat->sendToRoom('{room}', 'two'); }});""")
    a.send({"message": "three", "id": 3}, {"message": "four"}, {"message": "five", "id": 5})
    b.send({"message": "six", "id": 6})
    got = a.many(5)
    check(sorted(seqs(got)) == seqs(got), f"{got}")
    check([f["seq"] for f in b.drain()] == list(range(1, 7)), "all")


@row("V2.private", "private: to a uid, to all connections of a user; to nobody")
def _(server):
    a = Client(server, {"join": []}, x_user="ann", x_name="Ann")
    b1, b2 = (Client(server, {"join": []}, x_user="bob") for _ in range(2))
    a.send({"message": "psst", "to": b1.uid, "id": 1, "data": 5})
    check(a.keys("ack", "type", "id", "delivered")["delivered"] == 1, "to a uid")
    m = b1.keys(None, "message", "uid", "private", "time", "user", "name", "data")
    check((m["private"], m["user"], m["name"], m["uid"], m["data"]) == (True, "ann", "Ann", a.uid, 5), f"{m}")
    a.send({"message": "all", "to": "user:bob", "id": 2}, {"message": "all", "to": "user:bob", "id": 2})
    check([f["delivered"] for f in a.many(2, "ack")] == [2, 2], "to a user")
    check(texts(b1.drain()) == ["all"] and texts(b2.drain()) == ["all"], "once each")
    for to, code in ((a.uid[:-1] + ("0" if a.uid[-1] != "0" else "1"), "no_such_client"), ("x", "no_such_client"),
                     ("", "no_such_client"), ("user:", "no_such_client"), ("user:eve", "no_such_user")):
        a.send({"message": "x", "to": to, "id": 9})
        a.error(code, 9)
    a.send({"message": "x", "to": "user:eve"})
    a.error("no_such_user")


@row("V2.private-basic", "private to a basic client is its plain frame")
def _(server):
    a = Client(server, {"join": []})
    basic = server.open("basic-one")
    uid = php(server, "foreach ($chat->clients() as $u => $c) { if ($c->data === 'basic-one') return $u; }")
    a.send({"message": "psst", "to": uid, "id": 1, "data": 1})
    check(a.next("ack")["delivered"] == 1, "delivered")
    check(basic.message() == ("text", b'{"message":"psst","uid":"' + a.uid.encode() + b'"}'), "its frame")


@row("V2.basic-beside", "basic and v1 in one room: basic gets its exchange and nothing else")
def _(server):
    room = room_name()
    php(server, f"$chat->setRoomOptions('{room}', ['presence' => true]); return 1;")
    basic, other = server.open(target="/ws?room=" + room), server.open(target="/ws?room=" + room)
    room, (a, b) = members(server, room=room)
    a.send({"message": "\u00fc/", "data": {"a": 1}, "id": 1}, {"type": "typing", "room": room},
           {"type": "signal", "room": room, "name": "x"}, {"type": "read", "room": room, "seq": 1},
           {"type": "edit", "room": room, "seq": 1, "text": "changed"}, {"type": "delete", "room": room, "seq": 1})
    a.drain()
    b.send({"type": "leave", "room": room})
    b.drain()
    other.send(text('{"message":"from basic","id":4,"type":"x"}'))
    check(basic.message()[1].decode() == '{"message":"\u00fc/","uid":"%s"}' % a.uid, "the message alone")
    got = json.loads(basic.message()[1])
    check(list(got) == ["message", "uid"] and got["message"] == "from basic", "then basic's")
    m = [f for f in a.drain() if "message" in f]
    check(len(m) == 1 and (m[0]["message"], m[0]["seq"], m[0]["uid"]) == ("from basic", 2, got["uid"]), f"{m}")


# Errors


@row("J43.v1", "unknown type, none, or not a string")
def _(server):
    room, (a,) = members(server, 1)
    for f, code in (({"type": "bad", "id": 1}, "unknown_type"), ({"type": 5, "id": 1}, "bad_request"),
                    ({"type": None, "id": 1}, "bad_request"), ({"text": "x", "id": 1}, "bad_request"),
                    ({"type": "", "id": 1}, "unknown_type"), ({"type": "message", "message": "x", "id": 1}, "unknown_type"),
                    ({"type": "system", "id": 1}, "unknown_type"), ({"message": 5, "id": 1}, "bad_request")):
        a.send(f)
        a.error(code, 1)


@row("J44.v1", "room: not joined, too long, control characters, a list")
def _(server):
    room, (a,) = members(server, 1)
    for r, code in (("elsewhere", "not_joined"), ("r" * 256, "not_joined"), ("a\x00b", "not_joined"), (["x"], "bad_request")):
        a.send({"message": "x", "room": r, "id": 1})
        a.error(code, 1)
    for r in ("r" * 256, "a\nb", "", "\x7f", ["x"], 5):
        a.send({"type": "join", "room": r, "id": 1})
        a.error("bad_request", 1)
    a.join("r" * 255)
    for type in ("leave", "members", "history", "typing", "signal", "read", "edit", "delete"):
        a.send({"type": type, "id": 1, "room": "elsewhere", "name": "n", "seq": 1, "text": "t"})
        a.error("not_joined", 1)
        a.send({"type": type, "id": 1, "name": "n", "seq": 1, "text": "t"})
        a.error("bad_request", 1)


@row("J45.v1", "since: negative, over the top, a string, 2^53 + 1")
def _(server):
    room, (a, b) = members(server)
    a.say("one")
    b.drain()
    epoch = b.join(room)["epoch"]
    b.send({"type": "leave", "room": room})
    b.next("left")
    for since in (-1, "0", 2 ** 53 + 1, 2 ** 64, 1.5, None, [0]):
        b.send({"type": "join", "room": room, "since": since, "epoch": epoch, "id": 3})
        b.error("bad_request", 3)
    for since, ep, recovered in ((2, epoch, False), (2 ** 53, epoch, False), (0, "0" * 16, False), (0, None, False),
                                 (0, epoch[:-1], False), (1, epoch, True), (0, epoch, True)):
        j = b.join(room, since=since, **({"epoch": ep} if ep else {}))
        check(j["recovered"] is recovered and j["seq"] == 1, f"since {since}: {j}")
        check(texts(b.drain()) == (["one"] if recovered and since == 0 else []), "missed")
        b.send({"type": "leave", "room": room})
        b.next("left")


@row("J46.v1 D79.v1", "server-owned fields are the server's: uid, user, seq, time, private, name")
def _(server):
    room, (a, b) = members(server)
    a.send({"message": "x", "uid": b.uid, "user": "root", "name": "Root", "seq": 999, "time": 1, "private": True,
            "from": "admin", "room": room})
    m = b.keys(None, "message", "uid", "room", "seq", "time")
    check(m["uid"] == a.uid and m["seq"] == 1 and m["time"] > 10 ** 12, f"{m}")
    b.send({"message": "same id as a's", "id": "k"})
    a.send({"message": "mine", "id": "k"})
    check(sorted([a.next("ack")["seq"] for _ in range(1) if a.next()] + [b.next("ack")["seq"]]) in ([2, 3],),
          "ids of two clients do not meet")


@row("V3.bad-json", "not JSON, not UTF-8, too deep: bad_json and still connected")
def _(server):
    room, (a,) = members(server, 1)
    for payload in (b"x", b"", b'{"message":"x"', b'{"message":"x",}', b"[" * 40 + b"]" * 40, b'{"a":1}{"b":2}', b"\x00"):
        a.send(payload)
        a.error("bad_json")
    for payload in (b"[]", b"null", b'"x"', b"5"):
        a.send(payload)
        a.error("bad_request")
    a.say("still there")


@row("V3.utf8", "a text frame that is not UTF-8 closes with 1007")
def _(server):
    room, (a,) = members(server, 1)
    a.send(b'{"message":"\xff"}')
    a.closed(1007)


@row("V3.fields", "every wrong field is named")
def _(server):
    room, (a,) = members(server, 1)
    wrong = [({"type": "history", "limit": x}, "limit") for x in (0, 201, "5", -1, 1.0)]
    wrong += [({"type": "history", k: x}, k) for k in ("before", "after") for x in (-1, "1", 2 ** 53 + 1)]
    wrong += [({"type": "join", "history": x}, "history") for x in (-1, 201, "1")]
    wrong += [({"type": "read", "seq": x}, "seq") for x in (-1, "1", None)] + [({"type": "read"}, "seq")]
    wrong += [({"type": "edit", "seq": 1, "text": 5}, "text"), ({"type": "edit", "seq": 1}, "text")]
    wrong += [({"type": "signal", "name": x}, "name") for x in (5, "", "n" * 65)]
    wrong += [({"type": "join", "epoch": 5}, "epoch"), ({"message": "x", "to": 5}, "to")]
    for f, word in wrong:
        a.send({"room": room, "id": 1, **f})
        reason = a.error("bad_request", 1)["reason"]
        check(word in reason, f"{f}: {reason}")


@row("V3.too-big", "data over 4096 bytes: too_big; 4096 pass")
def _(server):
    room, (a, b) = members(server)
    a.send({"message": "x", "id": 1, "data": "d" * 4094})
    a.next("ack")
    check(len(b.next()["data"]) == 4094, "passed on")
    a.send({"message": "x", "id": 2, "data": "d" * 4095})
    a.error("too_big", 2)
    check(b.drain() == [], "not delivered")


@row("V3.oversize", "a message over max_message_size closes with 1009")
def _(server):
    room, (a,) = members(server, 1)
    a.send({"message": "x" * 65536})
    a.closed(1009)


@row("V3.rate", "over the rate: rate_limited with retry, nothing kept; then on", ("v1", {**OPTIONS, "rate_limit": [5, 1, 5]}))
def _(server):
    room = room_name()
    a, b = (Client(server, {"join": [room]}) for _ in range(2))
    a.next(), b.next()
    a.send(*[{"message": f"m{i}", "id": i} for i in range(10)])
    got = a.many(10)
    check([f["type"] for f in sorted(got, key=lambda f: f["id"])] == ["ack"] * 4 + ["error"] * 6, f"{got}")
    check(all(f["code"] == "rate_limited" and f["retry"] == 1 for f in got if f["type"] == "error"), f"{got}")
    check([b.next()["message"] for _ in range(4)] == ["m0", "m1", "m2", "m3"], "those that were taken")
    time.sleep(0.45)
    a.send({"message": "again", "id": "z"})
    check(a.next("ack")["seq"] == 5, "on")


@row("V3.rate-deaf", "200 refused in a row and one more: 4102", ("v1", {**OPTIONS, "rate_limit": [1, 60, 3]}))
def _(server):
    a = Client(server, {"join": []})
    a.send(*[{"type": "ping"} for _ in range(203)])
    kinds = [a.next()["type"] for _ in range(202)]
    check(kinds == ["pong"] * 2 + ["error"] * 200, f"{kinds[:5]}")
    a.closed(4102)


@row("V3.hooks", "verdicts of onMessage: replaced, dropped, rejected, edited text too", HOOKS)
def _(server):
    room, (a, b) = members(server)
    a.send({"message": "darn it", "id": 1}, {"message": "drop", "id": 2}, {"message": "drop"},
           {"message": "reject", "id": 3}, {"message": "reject as", "id": 4}, {"message": "reject"})
    answers = {f.get("id"): f for f in a.many(5)}
    check(answers[1]["seq"] == 1 and list(answers[2]) == ["type", "id", "time"], f"{answers}")
    check([(answers[i]["code"], answers[i]["reason"]) for i in (3, 4, None)]
          == [("filtered", "not here"), ("rude", "too rude"), ("filtered", "not here")], f"{answers}")
    check(texts(b.drain()) == ["**** it"], "delivered")
    a.send({"type": "edit", "room": room, "seq": 1, "text": "reject", "id": 5},
           {"type": "edit", "room": room, "seq": 1, "text": "well, darn", "id": 6},
           {"message": "drop", "to": b.uid, "id": 7}, {"message": "darn", "to": b.uid, "id": 8})
    a.error("filtered", 5)
    check([f["id"] for f in a.many(3, "ack")] == [6, 7, 8], "acks")
    got = b.drain()
    check(sorted(f.get("text", f.get("message")) for f in got) == ["****", "well, ****"], f"{got}")


@row("V3.hook-ends", "a hook that takes the sender out of its room, or kicks it, inside its message", HOOKS)
def _(server):
    a = Client(server)
    a.next("joined")
    a.send({"message": "leave", "id": 1})
    check(a.next("left")["room"] == "lobby", "left")
    a.error("not_joined", 1)
    b = Client(server)
    b.next("joined")
    b.send({"message": "kick me", "id": 1}, {"message": "never", "id": 2})
    check(b.next("kick")["reason"] == "as you wish", "kick")
    b.closed(4000)


# Rooms


@row("V4.join", "join, join again, leave, leave again")
def _(server):
    room = room_name()
    a = Client(server, {"join": []})
    a.send({"type": "join", "room": room, "id": "j"})
    j = a.keys("joined", "type", "id", "room", "epoch", "seq", "count", "recovered")
    check((j["id"], j["room"], j["count"], j["seq"]) == ("j", room, 1, 0), f"{j}")
    check(a.join(room)["epoch"] == j["epoch"], "again")
    a.send({"type": "leave", "room": room, "id": "l"})
    check(a.keys("left", "type", "id", "room")["room"] == room, "left")
    a.send({"type": "leave", "room": room, "id": "l"})
    a.error("not_joined", "l")
    check(room not in php(server, "return array_keys($chat->rooms());"), "an empty room is gone")


@row("V4.verdict", "onJoin refuses, and says why", HOOKS)
def _(server):
    a = Client(server, {"join": ["no-1", "yes", "why-1"]})
    check(a.welcome["rooms"] == ["no-1", "yes", "why-1"], "asked for")
    e = a.keys("error", "type", "code", "reason", "room")
    check((e["code"], e["room"]) == ("forbidden", "no-1"), f"{e}")
    check(a.next("joined")["room"] == "yes", "in order")
    e = a.next("error")
    check((e["code"], e["reason"], e["room"]) == ("forbidden", "members only", "why-1"), f"{e}")
    a.send({"type": "join", "room": "no-2", "id": 8})
    a.error("forbidden", 8)
    basic = server.open(target="/ws?room=no-3")
    check(basic.message()[:2] == ("close", 1008), "basic cannot be told")


@row("V4.default-room", "without room: the first joined that one is still in")
def _(server):
    a = Client(server, {"join": []})
    one, two = room_name(), room_name()
    a.join(one), a.join(two)
    check(a.say("x")["room"] == one and a.say("x", two)["room"] == two, "first")
    a.send({"type": "leave", "room": one})
    a.next("left")
    check(a.say("x")["room"] == two, "the next")


@row("V4.limit", "rooms_per_client: room_limit; leaving makes place", with_options(rooms_per_client=2))
def _(server):
    a = Client(server, {"join": ["l1", "l2", "l3"]})
    check([a.next()["type"] for _ in range(3)] == ["joined", "joined", "error"], "two of three")
    a.send({"type": "join", "room": "l3", "id": 1})
    a.error("room_limit", 1)
    a.join("l2")
    a.send({"type": "leave", "room": "l1"})
    a.next("left")
    a.join("l3")
    check(php(server, f"return $chat->join('{a.uid}', 'l4');") is False, "nor by the script")


@row("D32.v1", "20,000 joins of long names by one: room_limit, and empty rooms are freed")
def _(server):
    a = Client(server, {"join": []})
    for part in range(10):
        a.send(*[{"type": "join", "room": f"{part * 1000 + i:0255d}"} for i in range(1000)])
        kinds = [a.next()["type"] for _ in range(1000)]
        check(kinds.count("joined") == (128 if part == 0 else 0), f"{kinds.count('joined')}")
    check(php(server, "return $chat->stats()['rooms'];") == 128, "rooms")
    a.sock.send(close(1000))
    a.closed(1000)
    eventually("rooms vanish", lambda: php(server, "return $chat->stats()['rooms'];") == 0)


@row("D33.v1", "names that collide in other hashes: joining stays linear, keys are capped")
def _(server):
    from itertools import product
    names = ["".join(p) for p in product(("Ez", "FY", "G8"), repeat=7)]
    a = Client(server, {"join": []})
    start = server.cpu()
    for i in range(0, 2160, 120):
        a.send(*[{"type": "join", "room": n} for n in names[i:i + 120]], *[{"type": "leave", "room": n} for n in names[i:i + 120]])
        a.many(240)
    check(server.cpu() - start < 2, f"{server.cpu() - start} s of CPU")
    a.send(json.dumps({"message": "x", **{n: 1 for n in names[:200]}}))
    a.error("bad_json")


@row("D34.v1", "history is a page: 200 at most, half of send_queue_limit in bytes",
     with_options(history_size=1000, send_queue_limit=65536))
def _(server):
    room, (a,) = members(server, 1)
    php(server, f"for ($i = 1; $i <= 300; $i++) $chat->sendToRoom('{room}', str_repeat('x', 300)); return 1;")
    a.drain()
    a.send({"type": "history", "room": room, "limit": 200, "id": 1})
    h = a.next("history")
    check(h["more"] and 20 < len(h["messages"]) < 110 and h["messages"][-1]["seq"] == 300, f"{len(h['messages'])}")
    for _ in range(20):
        a.send({"type": "history", "room": room, "limit": 200})
        check(len(a.next("history")["messages"]) == len(h["messages"]), "again")
    deaf = Client(server, {"join": [room]}, rcvbuf=4096)
    deaf.send(*[{"type": "history", "room": room, "limit": 200} for _ in range(200)])
    eventually("one that asks and does not read is ended",
               lambda: php(server, "return $chat->stats()['slow_consumers'];") == 1)


@row("D35.v1", "40,000 joins and leaves leave nothing behind", ("chat", OPTIONS))
def _(server):
    a = Client(server, {"join": []})
    room = room_name()

    def churn(n):
        for _ in range(n // 100):
            a.send(*([{"type": "join", "room": room}, {"type": "leave", "room": room}] * 100))
            a.many(200)
    churn(20000)
    before = server.rss()
    churn(20000)
    server.check_growth(before, 512, "churn")


@row("V4.members", "members: with presence only, a user once", with_options(presence=True))
def _(server):
    room = room_name()
    a = Client(server, {"join": [room]}, x_user="ann", x_name="Ann")
    j = a.keys("joined", "type", "room", "epoch", "seq", "count", "members", "recovered")
    check(j["members"] == [{"uid": a.uid, "user": "ann", "name": "Ann"}] and j["count"] == 1, f"{j}")
    a2 = Client(server, {"join": [room]}, x_user="ann")
    b = Client(server, {"join": [room]})
    check(b.next("joined")["count"] == 2, "a user counts once")
    b.send({"type": "members", "room": room, "id": 4})
    m = b.keys("members", "type", "id", "room", "count", "members")
    check(m["count"] == 2 and [x["uid"] for x in m["members"]] == [a.uid, b.uid] and a2.uid != a.uid, f"{m}")
    php(server, f"$chat->setRoomOptions('{room}', ['presence' => false]); return 1;")
    b.send({"type": "members", "room": room, "id": 5})
    b.error("forbidden", 5)


@row("V4.server", "the script's join, leave, closeRoom as the client sees them")
def _(server):
    a = Client(server, {"join": []})
    room = room_name()
    check(php(server, f"return [$chat->join('{a.uid}', '{room}'), $chat->client('{a.uid}')->rooms()];") == [True, [room]], "join")
    check(a.next("joined")["room"] == room, "joined")
    basic, both = server.open(target="/ws?room=" + room), server.open("both", target="/ws?room=" + room)
    php(server, "foreach ($chat->clients() as $c) if ($c->data === 'both') return $c->join('other');")
    check(php(server, f"return $chat->closeRoom('{room}');") == 3, "closeRoom")
    check(a.keys("left", "type", "room", "reason")["reason"] == "closed", "left")
    check(basic.message() == ("close", 4000, b"room closed"), "basic has no other room")
    check(php(server, "return $chat->sendToRoom('other', 'x');") == 1 and both.message()[0] == "text", "basic has another")
    php(server, f"return $chat->join('{a.uid}', '{room}');")
    a.next("joined")
    check(php(server, f"return $chat->leave('{a.uid}', '{room}');") is True, "leave")
    check(a.keys("left", "type", "room")["room"] == room, "left")


# Ephemeral events


@row("V5.events", "typing, signal, read: to the others, with uid; an id is answered")
def _(server):
    room = room_name()
    a = Client(server, {"join": [room]}, x_user="ann")
    b = Client(server, {"join": [room]})
    a.next("joined"), b.next("joined")
    a.say("one", room)
    b.next("message")
    a.send({"type": "typing", "room": room}, {"type": "signal", "room": room, "name": "wave", "data": {"x": 1}},
           {"type": "read", "room": room, "seq": 1, "id": 3})
    check(b.next() == {"type": "typing", "room": room, "uid": a.uid, "user": "ann"}, "typing")
    check(b.next() == {"type": "signal", "room": room, "uid": a.uid, "user": "ann", "name": "wave", "data": {"x": 1}}, "signal")
    check(b.next() == {"type": "read", "room": room, "uid": a.uid, "user": "ann", "seq": 1}, "read")
    check(list(a.next("ack")) == ["type", "id", "room", "time"] and a.drain() == [], "ack")
    a.send({"type": "history", "room": room})
    check(a.next("history")["messages"][1:] == [], "not kept")


@row("V5.ping", "ping is answered, with its id")
def _(server):
    a = Client(server, {"join": []})
    a.send({"type": "ping"}, {"type": "ping", "id": "p"})
    check(list(a.next("pong")) == ["type", "time"], "without")
    check(list(a.next("pong")) == ["type", "id", "time"], "with")


# History, edit, delete


@row("V6.history", "pages before and after, more, the keys")
def _(server):
    room, (a,) = members(server, 1)
    for i in range(1, 11):
        a.say(f"m{i}")

    def page(**q):
        a.send({"type": "history", "room": room, "id": 1, **q})
        h = a.keys("history", "type", "id", "room", "epoch", "seq", "messages", "more")
        check(h["seq"] == 10, f"{h}")
        return seqs(h["messages"]), h["more"]
    check(page() == (list(range(1, 11)), False), "all")
    check(page(limit=3) == ([8, 9, 10], True), "the newest")
    check(page(limit=3, before=8) == ([5, 6, 7], True), "before")
    check(page(limit=4, before=5) == ([1, 2, 3, 4], False), "to the beginning")
    check(page(before=1) == ([], False) and page(before=0) == ([], False), "before all")
    check(page(before=2 ** 53, limit=1) == ([10], True), "before what is not yet")
    check(page(after=7) == ([8, 9, 10], False) and page(after=0, limit=2) == ([1, 2], True), "after")
    check(page(after=10) == ([], False) and page(after=2 ** 53) == ([], False), "after all")
    a.send({"type": "history", "room": room, "limit": 1})
    check(list(a.next("history")["messages"][0]) == ["message", "uid", "room", "seq", "time"], "as it was told")


@row("V6.edit", "edit and delete one's own: told, kept, acked")
def _(server):
    room, (a, b) = members(server)
    a.say("one"), a.say("two")
    b.drain()
    a.send({"type": "edit", "room": room, "seq": 1, "text": "uno", "id": 1}, {"type": "delete", "room": room, "seq": 2, "id": 2})
    for seq in (1, 2):
        check(a.keys("ack", "type", "id", "room", "seq", "time")["seq"] == seq, "ack")
    check(b.keys("edit", "type", "room", "seq", "uid", "text") == {"type": "edit", "room": room, "seq": 1, "uid": a.uid, "text": "uno"}, "edit")
    check(b.keys("delete", "type", "room", "seq", "uid")["seq"] == 2, "delete")
    b.send({"type": "history", "room": room})
    first, second = b.next("history")["messages"]
    check((first["message"], first["edited"]) == ("uno", True), f"{first}")
    check(list(second) == ["type", "uid", "room", "seq", "time"] and second["type"] == "delete", f"{second}")
    for f, code in (({"type": "edit", "seq": 2, "text": "x"}, "history_unavailable"), ({"type": "delete", "seq": 2}, "history_unavailable"),
                    ({"type": "delete", "seq": 0}, "history_unavailable"), ({"type": "delete", "seq": 3}, "history_unavailable")):
        a.send({"room": room, "id": 5, **f})
        a.error(code, 5)
    b.send({"type": "edit", "room": room, "seq": 1, "text": "mine", "id": 6}, {"type": "delete", "room": room, "seq": 1, "id": 7})
    b.error("forbidden", 6), b.error("forbidden", 7)
    check(a.drain() == [], "nothing happened")


@row("V6.edit-user", "own is the user's, from another connection too")
def _(server):
    room = room_name()
    one, two = (Client(server, {"join": [room]}, x_user="ann") for _ in range(2))
    one.next("joined"), two.next("joined")
    one.say("x")
    two.drain()
    two.send({"type": "delete", "room": room, "seq": 1, "id": 1})
    two.next("ack")
    check(one.next("delete")["uid"] == two.uid, "who did it")


@row("V6.edit-order", "somebody else's change of the same turn keeps its place before one's own")
def _(server):
    room, (a, b) = members(server)
    a.say("x")
    b.drain()
    php(server, f"""$chat->after(0.001, function () use ($chat) {{
        usleep(60000); $chat->editMessage('{room}', 1, 'server'); }});""")
    time.sleep(0.02)
    a.send({"type": "edit", "room": room, "seq": 1, "text": "mine", "id": 1})
    check([f["type"] for f in a.many(2)] == ["edit", "ack"], "the ack comes last: mine holds")
    check([f["text"] for f in b.drain()] == ["server", "mine"], "for the others too")


@row("V6.server", "sendToRoom, editMessage, deleteMessage, to an empty room too")
def _(server):
    room = room_name()
    php(server, f"""$chat->sendToRoom('{room}', ['message' => 'kept', 'data' => ['a' => 1]]);
        $chat->sendToRoom('{room}', 'two'); $chat->editMessage('{room}', 2, 'zwei'); return 1;""")
    a = Client(server, {"join": [room], "history": 10})
    check(a.next("joined")["seq"] == 2, "seq")
    m = a.keys(None, "message", "uid", "room", "seq", "time", "data")
    check(m["uid"] == "00000000-0000-0000-0000-000000000000" and m["data"] == {"a": 1}, f"{m}")
    check(a.next()["message"] == "zwei", "edited")
    check(php(server, f"return [$chat->deleteMessage('{room}', 1), $chat->deleteMessage('{room}', 1)];") == [True, False], "delete")
    check(a.next("delete")["seq"] == 1, "told")


@row("V6.keep-limits", "a room's own history_size holds while it is empty")
def _(server):
    small, big = room_name(), room_name()
    php(server, f"""$chat->setRoomOptions('{small}', ['history_size' => 2]); $chat->setRoomOptions('{big}', ['history_size' => 150]);
        for ($i = 0; $i < 140; $i++) {{ $chat->sendToRoom('{small}', "$i"); $chat->sendToRoom('{big}', "$i"); }} return 1;""")
    check(php(server, f"return [count($chat->history('{small}', 200)), count($chat->history('{big}', 200))];") == [2, 140], "kept")


@row("V6.join-history", "join with history: the newest so many, then live")
def _(server):
    room, (a,) = members(server, 1)
    for i in range(5):
        a.say(f"m{i}")
    b = Client(server, {"join": []})
    check(b.join(room, history=2)["recovered"] is False, "not a recovery")
    check(texts(b.many(2)) == ["m3", "m4"] and b.drain() == [], "two")
    php(server, f"""$chat->after(0.001, function () use ($chat) {{
        usleep(60000); $chat->sendToRoom('{room}', 'before'); }});""")
    c = Client(server, {"join": []})
    time.sleep(0.02)
    c.send({"type": "join", "room": room, "history": 200}, {"type": "ping"})
    got = c.many(8)
    check(texts(got) in (["joined", "m0", "m1", "m2", "m3", "m4", "before", "pong"],), f"{texts(got)}")
