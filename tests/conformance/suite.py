"""The list of cases: each has a number in its section of the RFC, the rule it
checks, and a function that raises Failed."""

from peer import Peer, check
from rules import RULES

CASES = []
COUNT = {}


class Case:
    def __init__(self, rule, title, run, timeout):
        self.rfc, self.section, self.sentence = RULES[rule]
        where = (self.rfc, self.section)
        COUNT[where] = COUNT.get(where, 0) + 1
        self.id = f"{self.rfc}-{self.section}-{COUNT[where]:02}"
        self.title, self.run, self.timeout = title, run, timeout
        self.group = ""


def case(rule, title, run, timeout=4.0):
    """run(peer) gets a connected socket, nothing said on it yet."""
    CASES.append(Case(rule, title, run, timeout))


def talk(rule, title, sends, expects, code=None, timeout=4.0):
    """On an open connection: sends go out, expects come back. With code the server
    then fails the connection with it, else the connection still works and closes."""
    codes = () if code is None else (code if isinstance(code, tuple) else (code,))

    def run(peer):
        peer.open()
        peer.send(*sends)
        peer.expect(*expects)
        if codes:
            peer.refused(*codes)
        else:
            peer.goodbye()
    case(rule, title, run, timeout)


def echo(rule, title, sends, *expects, **kw):
    talk(rule, title, sends, expects, **kw)


def bad(rule, title, sends, code=1002, first=(), **kw):
    """first: what is still answered before the connection fails."""
    talk(rule, title, sends, first, code, **kw)


def group(sections, title, first):
    """Names the cases added since the index first for the table."""
    for c in CASES[first:]:
        c.group = f"{sections:<15} {title}"


__all__ = ["CASES", "Peer", "bad", "case", "check", "echo", "group", "talk"]
