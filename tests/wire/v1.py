"""A client of the dialect chatroom.v1 over wire.py's sockets, and what its rows share."""

import base64
import hashlib
import hmac
import itertools
import json
import time

from wire import UUID4, Failed, Sock, check, close, enc, join, text

OPTIONS = {"rate_limit": None, "presence_grace": 0.3, "resume_window": 20}
V1 = ("v1", OPTIONS)
HOOKS = ("v1-hooks", OPTIONS)
SECRET = "a secret of thirty-two bytes or so"
serial = itertools.count(1)


def with_options(**more):
    return ("v1", {**OPTIONS, **more})


def unique(pairs):
    keys = [k for k, _ in pairs]
    check(len(keys) == len(set(keys)), f"repeated keys {keys}")
    return dict(pairs)


def room_name():
    """One that no other row uses: servers are shared."""
    return f"room-{next(serial)}"


def ticket(secret=SECRET, header=None, **claims):
    def part(value):
        raw = value if isinstance(value, bytes) else json.dumps(value).encode()
        return base64.urlsafe_b64encode(raw).rstrip(b"=")

    claims = {"sub": "ann", "exp": time.time() + 60, **claims}
    body = part(header or {"alg": "HS256"}) + b"." + part({k: v for k, v in claims.items() if v is not None})
    return (body + b"." + part(hmac.new(secret.encode(), body, hashlib.sha256).digest())).decode()


def php(server, code):
    """Runs PHP in the server, in one hook; what it returns."""
    s = Sock(server)
    body = code.encode()
    s.send(join([b"POST /eval HTTP/1.1", b"Host: a.test", b"Connection: close",
                 b"Content-Length: " + enc(str(len(body)))], body))
    r = s.response()
    check(r.status == 200, f"/eval answered {r.status} {r.body[:200]!r}")
    s.close()
    server.sockets.remove(s)
    return json.loads(r.body)


class Client:
    def __init__(self, server, hello=None, target="/ws", greet=True, timeout=3.0, rcvbuf=None, **headers):
        self.sock = server.open(target=target, sec_websocket_protocol="chatroom.v1", timeout=timeout, rcvbuf=rcvbuf,
                                **headers)
        self.server = server
        if greet:
            self.send({"type": "hello", **(hello or {})})
            self.welcome = self.next("welcome")
            self.uid = self.welcome["uid"]

    def send(self, *frames):
        """All in one packet."""
        self.sock.send(b"".join(text(f if isinstance(f, (str, bytes)) else json.dumps(f)) for f in frames))

    def next(self, type=None):
        got = self.sock.message()
        check(got[0] == "text", f"got {got} where {type or 'a frame'} was due")
        frame = json.loads(got[1].decode(), object_pairs_hook=unique)
        kind = frame.get("type", "message")
        check(("message" in frame) == (kind == "message"), f"message in a frame of type {kind}")
        check(not type or kind == type, f"got {frame} where {type} was due")
        return frame

    def many(self, n, type=None):
        return [self.next(type) for _ in range(n)]

    def keys(self, type, *keys):
        """The next frame, which has these keys in this order."""
        frame = self.next(type)
        check(list(frame) == list(keys), f"{type} has {list(frame)}, not {list(keys)}")
        return frame

    def error(self, code, id=None):
        frame = self.next("error")
        check(frame["code"] == code and frame.get("id") == id and frame["reason"], f"got {frame}, not {code} {id}")
        return frame

    def drain(self):
        """Everything that has come by now: one answer is asked for and waited for."""
        self.send({"type": "ping", "id": "drain"})
        out = []
        while True:
            frame = self.next()
            if frame.get("type") == "pong":
                return out
            out.append(frame)

    def say(self, message, room=None, **more):
        """With an id, and waits for its ack."""
        id = f"say-{next(serial)}"
        self.send({"message": message, "id": id, **({"room": room} if room else {}), **more})
        frame = self.next("ack")
        check(frame["id"] == id, f"ack {frame} of another id")
        return frame

    def join(self, room, **more):
        self.send({"type": "join", "room": room, **more})
        return self.next("joined")

    def closed(self, code, reason=None):
        got = self.sock.message()
        check(got[:2] == ("close", code), f"got {got}, not a Close with {code}")
        check(reason is None or got[2] == reason.encode(), f"reason {got[2]!r}")
        self.sock.send(close(code))
        check(self.sock.until_closed() == b"", "bytes behind the Close")

    def cut(self):
        """The way a tunnel ends a connection; returns when the server knows."""
        before = php(self.server, "return $chat->stats()['clients'];")
        self.sock.rst()
        end = time.monotonic() + 3
        while php(self.server, "return $chat->stats()['clients'];") >= before:
            check(time.monotonic() < end, "the server does not notice a reset")
            time.sleep(0.005)

    def resume(self, seqs, session=None, **hello):
        session = session or self.welcome["session"]
        return Client(self.server, {"resume": {"session": session, "seq": seqs}, **hello})


def texts(frames):
    return [f.get("message", f.get("type")) for f in frames]


def seqs(frames):
    return [f["seq"] for f in frames]


def is_uuid(text):
    return bool(UUID4.fullmatch(text))


def eventually(what, condition, wait=3.0):
    end = time.monotonic() + wait
    while not condition():
        if time.monotonic() > end:
            raise Failed(f"never came true: {what}")
        time.sleep(0.01)
