"""Catalogue 3.6: the JSON message, J01 to J46, as the basic dialect answers:
not JSON closes with 1007, JSON that is no message with 1008.

A row is (id, title, frame payload, expectation): a string is the text the other
client must get, a number the close code of the sender."""

import json
import time

from http_rows import works_and_closes
from wire import UUID4, check, close, text

CHAT = ("chat", {"rate_limit": None})
BIG = ("chat", {"rate_limit": None, "max_message_size": 4 << 20, "send_queue_limit": 16 << 20})
BAD, NOT_MESSAGE = 1007, 1008
ROWS = []


def add(id, title, payload, expects, server=CHAT):
    ROWS.append((id, title, payload if isinstance(payload, bytes) else payload.encode(), expects, server))


def each(id, title, payloads, expects):
    for i, p in enumerate(payloads, 1):
        shown = repr(p if len(p) < 60 else p[:40])
        add(f"{id}.{i}", f"{title} {shown}", p, expects)


def unique(pairs):
    keys = [k for k, _ in pairs]
    check(len(keys) == len(set(keys)), f"repeated keys {keys}")
    return dict(pairs)


def is_delivered(raw, want):
    got = json.loads(raw.decode("utf-8"), object_pairs_hook=unique)
    check(list(got) == ["message", "uid"], f"keys {list(got)}")
    check(got["message"] == want, f"delivered {got['message'][:60]!r}, expected {want[:60]!r}")
    check(UUID4.fullmatch(got["uid"]), f"uid {got['uid']!r} is not a UUIDv4")
    plain = json.dumps(want, ensure_ascii=False)[1:-1].replace("\x7f", "\x7f")
    check(raw == b'{"message":"' + plain.encode() + b'","uid":"' + got["uid"].encode() + b'"}',
          f"more escaped than need be: {raw[:80]!r}")
    return got["uid"]


def go_of(payload, expects):
    def go(server, tag):
        server.may_grow(1024 + 2 * len(payload) // 1024)   # the parser keeps its longest text
        receiver = server.open(timeout=5)
        sender = server.open(tag, timeout=5)
        before = server.cpu()
        sender.send(text(payload, mask=b"\x37\xfa\x21\x3d"))
        want = expects
        if isinstance(want, str):
            have = receiver.message()
            check(have[0] == "text", f"receiver got {have[:2]}")
            uid = is_delivered(have[1], want)
            sender.send(text('{"message":"second"}'))
            check(is_delivered(receiver.message()[1], "second") == uid, "uid is not stable")
            works_and_closes(sender, server, tag)
        else:
            have = sender.message()
            check(have[0] == "close" and have[1] == want, f"sender got {have}, expected Close {want}")
            check(0 < len(have[2]) <= 60, f"reason {have[2]!r}: not short")
            try:
                sender.send(close(want))
            except OSError:
                pass
            check(sender.until_closed() == b"", "bytes after Close")
            c = server.case(tag)
            check(c["open"] == 1 and [x[0] for x in c["close"]] == [want], f"callbacks: {c}")
        works_and_closes_untagged(receiver)
        check(server.cpu() - before < 1, f"{server.cpu() - before:.2f} s of CPU")
    return go


def works_and_closes_untagged(s):
    """Also says: nothing (more) was delivered to it."""
    s.send(close(1000))
    have = s.message()
    check(have[:2] == ("close", 1000), f"receiver got {have[:2]}")


def obj(n, first="{\"message\":\"x\""):
    return first + "".join(f',"k{i}":{i}' for i in range(n - 1)) + "}"


HI = '{"message":"hi"}'
add("J01", "a message", HI, "hi")
add("J01.2", "white space around everything", ' \t\r\n{ "message" \n:\t"hi" } ', "hi")
add("J01.3", "Chinese and emoji", '{"message":"\u4f60\u597d\uff0c\u4e16\u754c \U0001f600\U0001f469\u200d\U0001f4bb"}',
    "\u4f60\u597d\uff0c\u4e16\u754c \U0001f600\U0001f469\u200d\U0001f4bb")
each("J02", "nothing", ["", "   ", "\n"], BAD)
each("J03", "cut", [HI[:-1], '{"message":"hi', '{"message":', '{"message"', "{"], BAD)
each("J04", "more after the value", [HI + "x", "{}{}", HI + HI, HI + ","], BAD)
each("J05", "NUL after the value", [HI + "\0garbage", HI + "\0"], BAD)
add("J06", "raw NUL in the string", '{"message":"a\0b"}', BAD)
add("J07", "escaped NUL in the string", '{"message":"a\\u0000b"}', "a\0b")
each("J08", "escaped NUL in a key", ['{"m\\u0000x":1}', '{"message\\u0000":"x"}'], NOT_MESSAGE)
each("J09", "no object", ['["message","x"]', '[{"message":"x"}]', '"x"', "12", "true", "null", "[]"], NOT_MESSAGE)
add("J10", "empty object", "{}", NOT_MESSAGE)
each("J11", "other keys", ['{"Message":"x"}', '{" message":"x"}', '{"messag":"x"}', '{"message ":"x"}'], NOT_MESSAGE)
each("J12", "message is no string", ['{"message":%s}' % v for v in ["1", "1.5", "true", "null", "[]", "{}", '["x"]']],
     NOT_MESSAGE)
add("J13", "empty message", '{"message":""}', "")
add("J14.1", "two messages: the last wins", '{"message":"a","message":"b"}', "b")
add("J14.2", "two messages, the last no string", '{"message":"a","message":1}', NOT_MESSAGE)
add("J14.3", "two messages, the first no string", '{"message":1,"message":"b"}', "b")
add("J14.4", "key written with escapes", '{"\\u006dessage":"b"}', "b")
add("J15", "unknown keys", '{"a":1,"message":"x","b":[{"message":"y"}],"c":{"message":"z"},"d":null}', "x")
add("J16.1", "65 keys", obj(65), BAD)
add("J16.2", "64 keys", obj(64), "x")
add("J17.1", "32 arrays", "[" * 32 + "]" * 32, NOT_MESSAGE)
add("J17.2", "33 arrays", "[" * 33 + "]" * 33, BAD)
add("J17.3", "31 arrays in a message", '{"message":"x","d":' + "[" * 31 + "]" * 31 + "}", "x")
add("J17.4", "32 arrays in a message", '{"message":"x","d":' + "[" * 32 + "]" * 32 + "}", BAD)
# json-c counts objects and arrays differently at the limit; we count both alike
add("J18.1", "31 objects", '{"message":"x","a":' + '{"a":' * 29 + "{}" + "}" * 30, "x")
add("J18.2", "32 objects", '{"message":"x","a":' + '{"a":' * 30 + "{}" + "}" * 31, "x")
add("J18.3", "33 objects", '{"message":"x","a":' + '{"a":' * 31 + "{}" + "}" * 32, BAD)
add("J19", "60,000 [", "[" * 60000, BAD)
add("J19.2", "10,000 {\"a\":", '{"a":' * 10000, BAD)
add("J20", "lone high surrogate", '{"message":"a\\ud800b"}', "a\ufffdb")
each("J21", "lone low surrogate", ['{"message":"\\udc00"}'], "\ufffd")
add("J21.2", "high surrogate, then a letter", '{"message":"\\ud800\\u0041"}', "\ufffdA")
add("J21.3", "surrogates the wrong way round", '{"message":"\\udc00\\ud800"}', "\ufffd\ufffd")
add("J22", "surrogate pair", '{"message":"\\ud83d\\ude00"}', "\U0001f600")
each("J23", "not UTF-8", [b'{"message":"%b"}' % bytes.fromhex(x) for x in ["ff", "c0af", "eda080", "f4908080"]], BAD)
each("J24", "raw control character", ['{"message":"a%cb"}' % c for c in range(1, 32)], BAD)
each("J25", "raw control character in a key", ['{"message":"x","a%cb":1}' % c for c in (1, 9, 10, 31)], BAD)
each("J26", "bad escape", ['{"message":"%s"}' % e for e in ["\\x41", "\\u12", "\\u00zz", "\\", "\\u", "\\'", "\\U0041"]], BAD)
each("J27", "no number", ['{"message":"x","n":%s}' % n for n in ["NaN", "Infinity", "-Infinity", "nan", "[NaN]"]]
     + ["NaN", "Infinity"], BAD)
each("J28", "great number", ['{"n":%s,"message":"x"}' % n for n in ["1e999", "-1e999", "9" * 400, "1E+2", "0.5e-3"]], "x")
add("J29", "great id", '{"message":"x","id":123456789012345678901234567890}', "x")
each("J30", "no number", ['{"message":"x","n":%s}' % n for n in
                          ["01", "-01", "+1", ".5", "1.", "2.e3", "0x1", "-", "1e", "1e+", "--1"]], BAD)
add("J30.ok", "-0", '{"message":"x","n":-0}', "x")
each("J31", "single quotes", ["{'message':'x'}", "{\"a\":'x'}", "{'message':\"x\"}", '{message:"x"}'], BAD)
each("J32", "not JSON", ['/* c */{"message":"x"}', '{"message":"x"}// c', '{"message":"x",}', '{"message":"x","a":[1,]}',
                         '{"message":"x","a":TRUE}', '{"message":"x","a":True}', '{,"message":"x"}', '{"message":"x" "a":1}',
                         '{"message" "x"}', '{"message"::"x"}', '{"message":"x","a":tru}', "nul", '{"message":"x","a":[1 2]}'], BAD)
add("J33", "BOM first", "\ufeff" + HI, BAD)
add("J34.1", "UTF-16LE", HI.encode("utf-16-le"), BAD)
add("J34.2", "UTF-16BE", HI.encode("utf-16-be"), BAD)
add("J34.3", "UTF-16 with BOM", HI.encode("utf-16"), BAD)
each("J35", "white space JSON does not know", ["\f" + HI, "\u00a0" + HI, '{"message":\v"hi"}', "\u2028" + HI], BAD)
add("J36", "message of 1 MiB", '{"message":"' + "m" * (1 << 20) + '"}', "m" * (1 << 20), BIG)
add("J37", "array of 60,000 objects", "[" + ",".join(['{"m":1}'] * 60000) + "]", NOT_MESSAGE, BIG)
add("J38.1", "59,049 keys", obj(59049), BAD, BIG)
add("J38.2", "5,000 keys", obj(5000), BAD)


def j38_colliding():
    """Keys that collide under the times-33 hash: Ez, FY and G8 hash alike."""
    keys = [""]
    for _ in range(10):
        keys = [k + x for k in keys for x in ("Ez", "FY", "G8")]
    return '{"message":"x",' + ",".join(f'"{k}":1' for k in keys) + "}"


add("J38.3", "59,049 colliding keys", j38_colliding(), BAD, BIG)
each("J39", "key", ['{"message":"x","%s":{}}' % k for k in ["__proto__", "constructor", "toString", "hasOwnProperty"]], "x")
for i, msg in enumerate(['</script><img src=x onerror=alert(1)>', "a/b", '"\\"', "\b\f\n\r\t\x01\x1f", "&<>'", "\x7f"], 1):
    add(f"J40.{i}", f"delivered with no needless escape {msg!r}", json.dumps({"message": msg}), msg)
for i, (name, msg) in enumerate([("U+2028", "a\u2028b\u2029"), ("U+202E", "a\u202eb"), ("ZWJ", "\U0001f468\u200d\U0001f469"),
                                 ("10,000 combining marks", "a" + "\u0301" * 10000), ("U+FFFE", "\ufffe\uffff\ufeff")], 1):
    add(f"J41.{i}", name, json.dumps({"message": msg}, ensure_ascii=False), msg)
add("J41.6", "the same escaped", json.dumps({"message": "\u2028\u202e\u200d\u0301"}), "\u2028\u202e\u200d\u0301")


def sized(n):
    """A frame of exactly n bytes, most of them in characters of three bytes."""
    room = n - len('{"message":""}')
    return "\u597d" * (room // 3) + "x" * (room % 3)


add("J42.1", "frame of 65,536 bytes: the unit is bytes", '{"message":"' + sized(65536) + '"}', sized(65536))
add("J42.2", "frame of 65,537 bytes", '{"message":"' + sized(65537) + '"}', 1009)
each("J43", "a type, which basic does not know", ['{"message":"x","type":"nonsense"}', '{"type":1,"message":"x"}'], "x")
add("J43.3", "a type without message", '{"type":"ping"}', NOT_MESSAGE)
each("J44", "a room, which basic takes from the URL", ['{"message":"x","room":%s}' % r for r in
                                                       ['"other"', '"' + "r" * 256 + '"', '"\\u0000"', "[]", "null", "5"]], "x")
each("J45", "since, which basic does not know", ['{"message":"x","since":%s}' % n for n in ["-1", "9223372036854775808", '"x"', "null", "1e400"]], "x")
each("J46", "client's own", ['{"message":"x","uid":"11111111-1111-4111-8111-111111111111"}', '{"uid":5,"message":"x"}',
                             '{"message":"x","id":"a"}'], "x")


def j46(server, tag):
    """The server's uid wins, and is another one for another client."""
    mine = "11111111-1111-4111-8111-111111111111"
    seen = set()
    receiver = server.open()
    for i in range(5):
        s = server.open()
        s.send(text(json.dumps({"message": "x", "uid": mine})))
        seen.add(is_delivered(receiver.message()[1], "x"))
    check(len(seen) == 5 and mine not in seen, f"uids {seen}")


def own(server, tag):
    """A sender alone, and with others, gets nothing of its own."""
    a, b = server.open(tag), server.open()
    for i in range(20):
        a.send(text('{"message":"%d"}' % i))
    for i in range(20):
        is_delivered(b.message()[1], str(i))
    works_and_closes(a, server, tag)


def burst(server, tag):
    """One segment with many messages: all, in order, to all others."""
    a, others = server.open(tag), [server.open() for _ in range(5)]
    start = time.monotonic()
    a.send(b"".join(text('{"message":"%d"}' % i) for i in range(2000)))
    for o in others:
        for i in range(2000):
            check(o.message()[1].startswith(b'{"message":"%d"' % i), f"message {i} out of order")
    check(time.monotonic() - start < 5, "slow")
    works_and_closes(a, server, tag)


def rooms(server, tag):
    """What is said in a room stays there; an array or a number as ?room= is a name like others."""
    names = ["lobby", "other", "[]", "5"]
    members = [[server.open(target="/ws?room=" + n) for _ in range(2)] for n in names]
    for (a, _), n in zip(members, names):
        a.send(text(json.dumps({"message": "in " + n, "room": "lobby"})))
    for (a, b), n in zip(members, names):
        is_delivered(b.message()[1], "in " + n)
        works_and_closes_untagged(a)
        works_and_closes_untagged(b)


def linear(server, tag):
    """J36: twice the message costs twice the time."""
    def least(n):
        payload, best = text('{"message":"' + "m\\n" * (n // 3) + '"}'), None
        for _ in range(4):
            a, before = server.open(timeout=5), server.cpu_ns()
            b = server.open(timeout=5)
            a.send(payload)
            check(len(b.message()[1]) > n // 2, "not delivered")
            took = server.cpu_ns() - before
            best = took if best is None or took < best else best
            for s in (a, b):
                s.close()
        return best

    server.may_grow(8192)
    least(1 << 21)
    for _ in range(3):
        one, two = least(1 << 20), least(1 << 21)
        if two < 2.5 * one:
            return
    check(server.sanitized, f"{two / one:.2f} times the time for twice the message")


def cases():
    """(id, title, server, function)"""
    for id, title, payload, expects, server in ROWS:
        yield id, title, server, run_of(id, go_of(payload, expects))
    yield "J46.4", "five clients that claim one uid", CHAT, run_of("J46.4", j46)
    yield "J44.r", "rooms of the URL are apart", CHAT, run_of("J44.r", rooms)
    yield "J36.2", "messages of 1 and 2 MiB: CPU is linear", BIG, run_of("J36.2", linear)
    yield "J47.1", "the sender does not get its own", CHAT, run_of("J47.1", own)
    yield "J47.2", "2,000 messages in one segment to five others", CHAT, run_of("J47.2", burst)


def run_of(id, go):
    return lambda server: go(server, id)
