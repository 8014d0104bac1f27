"""Catalogue 3.6, J100 and on: what a JSON parser must take (y), must refuse (n), and may do as it
likes (i), after the cases of the public JSONTestSuite; the texts are ours.

Each text is a frame of its own: not JSON closes with 1007, JSON that is no chat message with 1008.
A text that must be taken stands beside a message too, which is delivered; one that must be refused
spoils the message it stands beside. What (i) rows give is fixed here."""

from json_rows import BAD, NOT_MESSAGE, go_of

CHAT = ("chat", {"rate_limit": None})

# where JSON begins and ends, arrays
Y_STRUCTURE = [
    b"[[]    ]", b'[""]', b"[]", b'["end"]', b"[true]", b"[false]", b"[null]", b'[null,2,"2",{}]', b"[5\n]",
    b" [6]", b"[7] ",
    b"[8,null,null,null,9]", b" [] ", b'["z"]\n', b"true", b"false", b"null", b"17", b"-0.5", b'"lone"', b'""',
    b"[[[[[[]]]]]]",
    b'{"k":[{"l":[{}]}]}', b"\t\r\n {}"]
Y_NUMBER = [
    b"[321e54]", b"[0e+2]", b"[0e2]", b"[ 3]", b"[-0." + b"0" * 70 + b"1]\n", b"[30e1]", b"[-0]", b"[-456]",
    b"[-2]", b"[-0.0]", b"[2E21]",
    b"[2E-3]", b"[2E+3]", b"[654e32]", b"[654.321e12]", b"[2e-3]", b"[2e+3]", b"[456]", b"[456.987654]", b"[0.25]",
    b"[10]"]
Y_OBJECT = [
    b'{"qw":"er", "ty":"ui"}', b'{"qw":"er"}', b'{"q":"w","q":"e"}', b'{"q":"w","q":"w"}', b"{}", b'{"":1}',
    b'{"ab\\u0000cd": 5}',
    b'{ "low": -2.5e+27, "high": 2.5e+27 }', b'{"l":[{"n": "' + b"l" * 60 + b'"}], "n": "' + b"l" * 60 + b'"}',
    b'{"q":[]}',
    b'{"name":"\\u0410\\u043d\\u043d\\u0430 \\u0411." }', b'{\n"q": "w"\n}']
Y_STRING = [
    b'["\\u0070\\u013b\\u13cd"]', b'["\\uD802\\udc12"]', b'["\\ud83d\\ude00\\ud83d\\ude01"]',
    b'["\\"\\\\\\/\\b\\f\\n\\r\\t"]', b'["\\\\u0041"]',
    b'["\\""]', b'["c/*d*/e/*f//g"]', b'["\\\\b"]', b'["\\\\t"]', b'["\\u0013"]', b'["\\uFFFE"]', b'["text"]',
    b'[ "text"]', b'["\\uDBFF\\uDFFD"]',
    b'["a\\u00A0b"]', b'["\xf4\x8f\xbf\xbe"]', b'["\xef\xbf\xbe"]', b'["\\u0000"]', b'["\\u002e"]', b'["\xcf\x83"]',
    b'["\xf0\x9a\xbf\xbf"]',
    b'["text "]', b'"  "', b'["\\uD834\\uDD22"]', b'["\\u0822"]', b'["\\u0124"]', b'["\xe2\x80\xa8x"]',
    b'["\xe2\x80\xa9x"]',
    b'["\\u0062\\u30a2\\u30D6\\u30b0"]', b'["a\\u000Ab"]', b'["\x7f\x7f"]', b'["\\uA66C"]', b'["\\u005C"]',
    b'["\xe2\x8d\x83\xe3\x88\xb5"]',
    b'["\\uDBFF\\uDFFF"]', b'["\\uD83F\\uDFFF"]', b'["\\u200C"]', b'["\\u2063"]', b'["\\uFDD1"]', b'["\\uFFFF"]',
    b'["\\u0022"]',
    b'["\xe2\x82\xac\xf0\x9d\x84\xa2"]', b'["b\x7fb"]', b'["\xc2\xa0\xe3\x80\x80"]']

N_ARRAY = [
    b"[2 true]", b"[b\xe6]", b'["": 2]', b'["q"],', b"[,2]", b"[3,,4]", b'["q",,]', b'["q"]]', b'["",]', b'["q"',
    b"[q", b"[5[6]]", b"[\xfe]",
    b"[3:4]", b"[,]", b"[-]", b'[    , ""]', b'["q",\n5\n,2,', b"[2,]", b"[2,,]", b'["\x0bq"\\f]', b"[*]", b'[""',
    b"[2,", b"[2,\n2\n,2", b"[{}",
    b"[falsy]", b"[fal]", b"[nu]", b"[tr]", b"[1;2]"]
N_NUMBER = [
    b"456\0", b"[++4321]", b"[+2]", b"[+Inf]", b"[-02]", b"[-2.0.]", b"[-3.]", b"[-NaN]", b"[.-2]", b"[.3e-4]",
    b"[0.2.3]", b"[0.4e+]", b"[0.4e]",
    b"[0.e2]", b"[0E+]", b"[0E]", b"[0e+]", b"[0e]", b"[2.0e+]", b"[2.0e-]", b"[2.0e]", b"[2 000.0]", b"[2eE3]",
    b"[3.e+4]", b"[3.e-4]", b"[3.e4]",
    b"[8.e+]", b"[Inf]", b"[NaN]", b"[\xef\xbc\x92]", b"[2+3]", b"[0x2]", b"[0x53]", b"[Infinity]", b"[0e+-2]",
    b"[-456.456bar]", b"[456\xe6]",
    b"[2e2\xe6]", b"[0\xe6]\n", b"[-Infinity]", b"[-bar]", b"[- 2]", b"[-023]", b"[-.456]", b"[-2x]", b"[2eb]",
    b"[2e\xe6]", b"[2.]", b"[.456]",
    b"[2.3b-4]", b"[2.9022341144027628H-207]", b"[023]", b"[00]", b"[1_000]", b"[1e1.0]", b"[\xd9\xa1]"]
N_OBJECT = [
    b'["q", truths]', b'{[: "q"}\n', b'{"q", null}', b'{"q"::"w"}', b"{\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa}",
    b'{"q":"q" 456}', b"{word: 'value'}",
    b'{"\xba":"1",}', b'{"q" w}', b'{:"w"}', b'{"q" "w"}', b'{"q":', b'{"q"', b"{2:2}", b"{8888E8888:2}",
    b"{null:null,null:null}", b'{"n":1,,,,,}',
    b"{'q':1}", b'{"n":1,}', b'{"q":"w"}/**/', b'{"q":"w"}/**//', b'{"q":"w"}//', b'{"q":"w"}/',
    b'{"q":"w",,"e":"r"}', b'{q: "w"}', b'{"q":"q',
    b'{ "bar" : "baz", "q" }', b'{"q":"w"}#', b'{"q":1 "w":2}', b'{"q":}', b'{"q":1;"w":2}', b'{true:1}', b'{"q"=1}']
N_STRING = [
    b" ", b'["\\uD801\\"]', b'["\\uD801\\u"]', b'["\\uD801\\u2"]', b'["\\uD801\\u2x"]', b"[\xc3\xa8]", b'["\\\0"]',
    b'["\\x11"]', b'["\\\\\\"]',
    b'["\\\t"]', b'["\\\xf0\x9f\x8c\x81"]', b'["\\"]', b'["\\u00B"]', b'["\\uD835\\uDd"]', b'["\\uD801\\uD801\\x"]',
    b'["\\u\xe6"]', b'["\\c"]',
    b'["\\uzzzz"]', b'["\\\xe6"]', b'[\\u0020"text"]', b"[\\t]", b'"', b"['one quote']", b"word", b'["\\',
    b'["b\0b"]', b'["two\nlines"]', b'["a\tb"]',
    b'"\\UA66C"', b'""q', b'["a\rb"]', b'["\x1f"]', b'["\x01"]', b'["\\u004"]', b'["\\8"]']
N_STRUCTURE = [
    b"[" * 20000, b"[\xe2\x81\xa1]", b"\xef\xbb\xbf", b"<.>", b"[<true>]", b"[2]q", b"[2]]", b'["text]',
    b"b\xc3\xa6", b"[False]", b"2]", b'{"q": false,',
    b"[2][3]", b"]", b"\xef\xbb[]", b"\xe6", b"[", b"", b"[\0]", b"3@", b"{}}", b'{"":', b'{"q":/*note*/"w"}',
    b'{"q": false} "w"', b"['", b"[,", b'[{"":' * 5000,
    b"[{", b'["q', b'["q"', b"{", b"{]", b"{,", b"{[", b'{"q', b"{'q'", b'["\\{["\\{["\\{', b"\xe8", b"?",
    b'{"q":"w"}#[]', b'[\\u000D""]', b"[2", b"[ true, nu",
    b"[ false, fal", b"[ true, tr", b'{"text":"text"', b"\xc3\xa6", b"[\xe2\x81\xa1\xe2\x81\xa1]", b"[\x0c]",
    b"[\xc2\xa0]", b"}", b"[}", b"[]{}", b",", b":", b"null null"]

# what the grammar leaves open: great numbers and lone surrogates are JSON, what is not UTF-8 is not
I_TAKEN = [
    b"[456.123e-987]", b"[0.5e00" + b"7" * 120 + b"]", b"[-2e+8888]", b"[2.5e+8888]", b"[-321321e200000]",
    b"[321321e200000]", b"[321e-20000000]",
    b"[-321321321321321321321321321321]", b"[200000000000000000000]",
    b"[-346573485784387905380943860943534590834357457]", b'{"\\uDFAB":1}', b'["\\uDADB"]',
    b'["\\uD889\\u2345"]', b'["\\uD801\\t"]', b'["\\uDd1eb"]', b'["\\uD801\\uD801\\t"]', b'["\\ud801"]',
    b'["\\ud801xyz"]', b'["\\uDd22\\uD834"]', b'["\\uDFAB"]']
I_REFUSED = [
    '["\u00e8"]'.encode("utf-16"), b'["\xe6\x97\xa6\xd1\x89\xfb"]', b'["\xed\xa0\x81"]', b'["\xfe"]', b'["\xe8"]',
    b'["\x82"]', b'["\xf4\xbf\xbf\xbe"]', b'["\xc0\xae"]',
    b'["\xfc\x83\xbf\xbf\xbf\xbe"]', b'["\xfc\x80\x80\x80\x80\x81"]', b'["\xe0\xfe"]',
    '["\u00e8"]'.encode("utf-16-be"), '["\u00e8"]'.encode("utf-16-le"),
    b"[" * 400 + b"]" * 400, b"\xef\xbb\xbf[]"]

TAKEN = [("y structure", Y_STRUCTURE), ("y number", Y_NUMBER), ("y object", Y_OBJECT), ("y string", Y_STRING), ("i",
    I_TAKEN)]
REFUSED = [("n array", N_ARRAY), ("n number", N_NUMBER), ("n object", N_OBJECT), ("n string", N_STRING),
           ("n structure", N_STRUCTURE), ("i", I_REFUSED)]


def beside(value):
    return b'{"message":"m","v":' + value + b"}"


def rows():
    n = 100
    for kind, texts in TAKEN:
        for value in texts:
            name = f"{kind} {value[:32]!r}"
            yield f"J{n}", name, value, NOT_MESSAGE
            # an escaped NUL in a key anywhere is refused as not ours (J08)
            yield f"J{n}.v", name + " beside a message", beside(value), NOT_MESSAGE if b"ab\\u0000cd" in value else "m"
            n += 1
    for kind, texts in REFUSED:
        for value in texts:
            name = f"{kind} {value[:32]!r}"
            yield f"J{n}", name, value, BAD
            yield f"J{n}.v", name + " beside a message", beside(value), BAD
            n += 1


def cases():
    """(id, title, server, function, group)"""
    for id, title, payload, expects in rows():
        go = go_of(payload, expects)
        yield id, title, CHAT, (lambda server, go=go, id=id: go(server, id)), "J1"
