"""docs/http-api.md and docs/openapi.json against a real server: every curl example is run and its answer compared,
and what went over the wire must fit the schemas."""

import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "wire"))

import schema  # noqa: E402
from api_rows import TOKEN, exchange, hear, request  # noqa: E402
from wire import Failed, Server, check, text  # noqa: E402

SHOWN = "6f1c1f6e-7d0b-4c58-9a44-0e3f5a5f9d11"
# what no two runs have in common
OWN_EACH_TIME = {"uid", "time", "epoch"}


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


class Anna:
    """The user that the examples are about: in room news whenever she may be."""

    def __init__(self, server):
        self.server, self.s, self.uid = server, None, None

    def is_there(self):
        s, r = exchange(self.server, request("GET", "/api/online?user=anna", None), "GET")
        s.close()
        return json.loads(r.body)["connections"] > 0

    def be_there(self):
        if self.s and self.is_there():
            self.s.send(text('{"type":"join","room":"news"}'))
            hear(self.s, "joined")
            return
        try:
            self.s = self.server.open("", Sec_WebSocket_Protocol="chatroom.v1", X_User="anna")
        except Failed:
            self.s = None  # banned
            return
        self.s.send(text('{"type":"hello","join":["news"]}'))
        self.uid = hear(self.s, "welcome")["uid"]
        hear(self.s, "joined")


def same(want, got, where="answer"):
    """Equal but for what differs each time, where the kind must do."""
    if isinstance(want, dict) and isinstance(got, dict):
        check(set(want) == set(got), f"{where} has {sorted(got)}, shown are {sorted(want)}")
        for k in want:
            if k in OWN_EACH_TIME:
                check(type(want[k]) is type(got[k]), f"{where}.{k}: {got[k]!r}")
            else:
                same(want[k], got[k], f"{where}.{k}")
    elif isinstance(want, list) and isinstance(got, list):
        check(len(want) == len(got), f"{where}: {len(got)} elements, shown are {len(want)}")
        for i, (a, b) in enumerate(zip(want, got)):
            same(a, b, f"{where}[{i}]")
    else:
        check(type(want) is type(got) and want == got, f"{where} is {got!r}, shown is {want!r}")


def examples(markdown):
    """(heading, command, kind of the answer, answer)"""
    heading, found = "", []
    for m in re.finditer(r"^(#+ [^\n]+)$|^```sh\n(.*?)^```\n(?:```(json|text)\n(.*?)^```$)?", markdown, re.M | re.S):
        if m[1]:
            heading = m[1]
        else:
            check(m[3], f"under {heading!r} an example has no answer: {m[2]}")
            found.append((heading, m[2], m[3], m[4]))
    return found


def run(server, command, uid):
    command = command.replace("127.0.0.1:8080", f"127.0.0.1:{server.port}").replace(SHOWN, uid or SHOWN)
    p = subprocess.run(["bash", "-c", command], env={"PATH": os.environ["PATH"], "TOKEN": TOKEN, "HOME": "/nonexistent"},
                       stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20)
    check(p.returncode == 0, f"exit status {p.returncode}: {p.stderr[-300:]}")
    return p.stdout


def request_of(command):
    path = re.search(r"127\.0\.0\.1:8080(/[a-z_/]+)", command)[1]
    body = re.search(r"-d '(.*)'", command)
    return path, json.loads(body[1]) if body else None


def one_example(server, api, anna, command, kind, want, seen):
    anna.be_there()
    path, body = request_of(command)
    got = run(server, command, anna.uid)
    seen.add(path)
    if kind == "text":
        check(got == want, f"printed {got!r}, shown is {want!r}")
        return
    want, got = json.loads(want), json.loads(got)
    same(want, got)
    status = 400 if "error" in got else 200
    operation = api.operation(path, "post" if " -d " in command else "get")
    if body is not None and status == 200:
        api.check_request(operation, body)
    for answer in (want, got):
        api.check_answer(operation, status, answer)


def whole_answers(server, api):
    """What the examples show in part only, and the refusals that every call has."""
    for path, methods in api.doc["paths"].items():
        for method, operation in methods.items():
            if path in ("/healthz", "/metrics"):
                continue
            post = method == "post"
            for status, data in [
                    (401, request(method.upper(), path, "{}" if post else None, token="x")),
                    (405, request("PUT", path, "{}")),
                    (400, request(method.upper(), path, "[" if post else None))]:
                s, r = exchange(server, data)
                s.close()
                if status == 400 and r.status == 200 and not post:
                    status = 200  # needs nothing: stats, rooms
                check(r.status == status, f"{method} {path}: {r.status}, expected {status}")
                api.check_answer(operation, status, json.loads(r.body))
            if post:
                for status, data in [(411, request(path=path, body=b"", length=False)),
                                     (415, request(path=path, Content_Type="text/plain")),
                                     (413, request(path=path, body=b" " * 65537))]:
                    s, r = exchange(server, data)
                    s.close()
                    check(r.status == status, f"{path}: {r.status}, expected {status}")
                    api.check_answer(operation, status, json.loads(r.body))


def both_or_neither(server, api):
    """What excludes each other: the file and the server refuse the same bodies."""
    uid = "6f1c1f6e-7d0b-4c58-9a44-0e3f5a5f9d11"
    for path, where in (("publish", {"room": "r"}), ("publish", {"rooms": ["r"]}), ("publish", {"room": "r", "rooms": ["r"]}),
                        ("broadcast", {})):
        form = api.operation(f"/api/{path}", "post")["requestBody"]["content"]["application/json"]["schema"]
        for more in ({}, {"except": [uid]}, {"except_uid": uid}, {"except": [uid], "except_uid": uid}):
            body = {"message": "x", **where, **more}
            s, r = exchange(server, request(path=f"/api/{path}", body=json.dumps(body)))
            s.close()
            wrong = api.valid(form, body)
            check(r.status == (400 if wrong else 200), f"{body}: {r.status}, and in openapi.json {wrong}")


def body_fields(api, schema):
    """The keys of all forms of a body."""
    schema = api.resolve(schema)
    forms = schema.get("oneOf") or schema.get("anyOf")
    return set().union(*(body_fields(api, one) for one in forms)) if forms else set(schema.get("properties", {}))


def routes_agree(api):
    """The paths of the file are the calls of the server, and the keys of a body those that the call knows."""
    source = re.findall(r'^\t\{"([a-z_]+)", (true|false), [a-z_]+, (?:"([a-z_ ]+)"|NULL)\},$', read("ext/server/api_calls.c"), re.M)
    check(len(source) > 15, "the table of calls was not found")
    there = {p: set(m) for p, m in api.doc["paths"].items()}
    want = {f"/api/{name}": {"post" if post == "true" else "get"} for name, post, _ in source}
    want.update({"/healthz": {"get"}, "/metrics": {"get"}})
    check(there == want, f"differ: {set(there) ^ set(want) or [p for p in want if there[p] != want[p]]}")
    for name, post, fields in source:
        if post == "true":
            body = api.operation(f"/api/{name}", "post")["requestBody"]["content"]["application/json"]["schema"]
            check(body_fields(api, body) == set(fields.split()), f"{name}: {body_fields(api, body) ^ set(fields.split())}")


def stats_agree(server, api):
    s, r = exchange(server, request("GET", "/api/stats", None), "GET")
    s.close()
    api.check_answer(api.operation("/api/stats", "get"), 200, json.loads(r.body))


def fpm(server):
    """examples/push-fpm.php as PHP-FPM would run it."""
    def post(message, **env):
        code = "$_POST = json_decode($argv[1], true); require $argv[2];"
        p = subprocess.run([os.environ.get("PHP", "php"), "-n", "-d", "error_log=/dev/null", "-r", code, "--",
                            json.dumps({"message": message, "key": "form"}), os.path.join(ROOT, "examples/push-fpm.php")],
                           env={"PATH": os.environ["PATH"], "CHATROOM_TOKEN": TOKEN,
                                "CHATROOM_API": f"http://127.0.0.1:{server.port}/api/", **env},
                           capture_output=True, text=True, timeout=20)
        check(p.returncode == 0, p.stderr)
        return re.search("<p>(.*)</p>", p.stdout)[1]

    ear = server.open()
    check(post("from a form") == "Heard by 1.", "not heard")
    check(json.loads(ear.message()[1])["message"] == "from a form", "another message")
    check(post("from a form") == "Heard by 1.", "the same answer under the same key")
    check(post("something else") == "That did not work.", "conflict")
    check(post("x", CHATROOM_TOKEN="wrong token, really") == "That did not work.", "401")
    check(post("x", CHATROOM_API="http://127.0.0.1:1/api/") == "That did not work.", "nobody there")
    ear.s.settimeout(0.1)
    try:
        check(not ear.s.recv(1), "said more than once")
    except TimeoutError:
        pass


def main():
    Server.log_dir = os.environ["WIRE_OUT"]
    passed = failed = 0

    def attempt(title, function, *args):
        nonlocal passed, failed
        try:
            function(*args)
            passed += 1
        except Exception as e:
            failed += 1
            print(f"not ok {title}: {type(e).__name__}: {e}")

    server = Server("api", {"api_token": TOKEN, "presence_grace": 0})
    try:
        api = schema.Api(json.loads(read("docs/openapi.json")))
        anna, seen = Anna(server), set()
        found = examples(read("docs/http-api.md"))
        for heading, command, kind, want in found:
            attempt(f"{heading}: {command.splitlines()[0][:70]}", one_example, server, api, anna, command, kind, want, seen)
        attempt("openapi.json: form", api.check_form)
        attempt("openapi.json: calls", routes_agree, api)
        attempt("http-api.md: every path has an example", lambda: check(
            set(api.doc["paths"]) == seen, f"without one: {set(api.doc['paths']) ^ seen}"))
        attempt("openapi.json: refusals", whole_answers, server, api)
        attempt("openapi.json: what excludes each other", both_or_neither, server, api)
        attempt("openapi.json: stats", stats_agree, server, api)
        if anna.s:
            anna.s.close()
        attempt("examples/push-fpm.php", fpm, server)
        attempt("the server ends", lambda: (server.settle(), server.stop(15)))
    finally:
        server.kill()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


sys.exit(main())
