"""Reads an Authentication-Results header (RFC 8601 2.2): what a mail server found out about who sent a mail.

The sender of a mail puts words of his own into this header: the address of the envelope, the domain of a signature. So
nothing here looks for patterns. The header is read from left to right, token by token, each character once; whatever
the grammar does not provide for refuses the whole of it. Three things that the grammar allows are refused as well,
because no server writes them and only what a sender smuggled in looks like that: a comment that touches the end of a
value, a quotation mark in a comment, and a bracket or a semicolon in a quoted value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LONGEST = 16 * 1024
MOST_RESULTS = 100
DEEPEST_COMMENT = 20

_PRINTABLE = re.compile(r"(?:[\t -~]|\r?\n(?=[ \t]))*")
_BLANK = re.compile(r"[ \t\r\n]+")
_COMMENT_WORDS = re.compile(r"[^()\\\"]+")
_KEYWORD = re.compile(r"[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?")
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`{|}~-]+")
_DIGITS = re.compile(r"[0-9]{1,4}")
# The local part of an address, its domain, a network address, or the base 64 of a signature.
_VALUE = re.compile(r"[A-Za-z0-9!#$%&'*+./:=?@^_`{|}~-]+")
_QUOTED = re.compile(r"\"((?:[\t !#-\[\]-~]|\\[\t -~]|\r?\n(?=[ \t]))*)\"")
_ESCAPED = re.compile(r"\\(.)")
_SMUGGLED = re.compile(r"[\s()<>\[\]\\\",;]")
_DOMAIN = re.compile(r"(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{0,64}@)?([A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)")
_ENDS = frozenset("; \t\r\n")


@dataclass(frozen=True, slots=True)
class Result:
    """What one method found: "dmarc", "pass", and on what it rests, such as ("header.from", "tax.up.example")."""

    method: str
    value: str
    properties: tuple[tuple[str, str], ...] = ()
    reason: str = ""

    def find(self, name: str) -> str:
        """Return the value of a property as it is written, or an empty string."""
        return next((value for key, value in self.properties if key == name), "")

    def find_domain(self, name: str) -> str:
        """Return the domain of a property in lower case; empty when it is none, or an address that is not plain."""
        match = _DOMAIN.fullmatch(self.find(name))
        return match[1].lower() if match else ""


@dataclass(frozen=True, slots=True)
class AuthenticationResults:
    """One header: the server that wrote it, in lower case and empty where servers write no name, and what it found."""

    server: str
    results: tuple[Result, ...]

    def of(self, method: str) -> tuple[Result, ...]:
        """Return what this method found."""
        return tuple(result for result in self.results if result.method == method)


class _SurpriseError(Exception):
    """The header is not written as it should be."""


def parse_results(
    text: str, *, names_server: bool = True, plain_keys: frozenset[str] = frozenset()
) -> AuthenticationResults | None:
    """Return what a header says, or None when anything about it is unusual.

    Exchange Online writes no name of a server in front, and `plain_keys` such as action=none without a property's dot.
    """
    if len(text) > LONGEST or not _PRINTABLE.fullmatch(text):
        return None
    cursor = _Cursor(text)
    try:
        cursor.skip()
        server = _read_server(cursor) if names_server else ""
        return AuthenticationResults(server, _read_results(cursor, plain_keys, begins=not names_server))
    except _SurpriseError:
        return None


class _Cursor:
    """A place in the text that only moves on."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    @property
    def next(self) -> str:
        """The character that comes next, or an empty string at the end."""
        return self._text[self._at : self._at + 1]

    def take(self, pattern: re.Pattern[str]) -> str:
        """Move behind what the pattern matches and return it; anything else is a surprise."""
        match = pattern.match(self._text, self._at)
        if match is None:
            raise _SurpriseError
        self._at = match.end()
        return match[0]

    def take_mark(self, mark: str) -> None:
        """Move behind this one character."""
        if self.next != mark:
            raise _SurpriseError
        self._at += 1

    def skip(self) -> bool:
        """Move behind blanks and comments; tell whether there were blanks among them."""
        is_spaced = False
        while True:
            blank = _BLANK.match(self._text, self._at)
            if blank:
                self._at, is_spaced = blank.end(), True
            elif self.next == "(":
                self._skip_comment()
            else:
                return is_spaced

    def _skip_comment(self) -> None:
        depth = 0
        while True:
            mark = self.next
            if mark in {"", '"'} or depth > DEEPEST_COMMENT:
                raise _SurpriseError
            if mark in {"(", ")"}:
                depth += 1 if mark == "(" else -1
                self._at += 1
            elif mark == "\\":
                self._at += 2
            else:
                self.take(_COMMENT_WORDS)
            if depth == 0:
                return


def _read_server(cursor: _Cursor) -> str:
    """Read the name of the server and, behind it, the version of the grammar, which is 1 or not written."""
    server = _read_quoted(cursor) if cursor.next == '"' else cursor.take(_TOKEN)
    if cursor.next and cursor.next not in _ENDS:
        raise _SurpriseError
    cursor.skip()
    if cursor.next.isdigit() and cursor.take(_DIGITS) != "1":
        raise _SurpriseError
    cursor.skip()
    return server.lower()


def _read_results(cursor: _Cursor, plain_keys: frozenset[str], *, begins: bool) -> tuple[Result, ...]:
    """Read everything behind the server: results with a semicolon before each, or the word "none" alone."""
    results: list[Result] = []
    while cursor.next or begins:
        if not begins:
            cursor.take_mark(";")
            cursor.skip()
        if results and not cursor.next:
            break  # several servers end the header with a semicolon
        method = cursor.take(_KEYWORD).lower()
        begins = False
        if not results and method == "none" and _is_end(cursor):
            return ()
        results.append(_read_result(cursor, method, plain_keys))
        if len(results) > MOST_RESULTS:
            raise _SurpriseError
    if not results:
        raise _SurpriseError
    return tuple(results)


def _is_end(cursor: _Cursor) -> bool:
    cursor.skip()
    return not cursor.next


def _read_result(cursor: _Cursor, method: str, plain_keys: frozenset[str]) -> Result:
    """Read "dkim/1=pass (comment) reason=... header.d=..." from behind the method on."""
    cursor.skip()
    if cursor.next == "/":
        cursor.take_mark("/")
        cursor.skip()
        if cursor.take(_DIGITS) != "1":
            raise _SurpriseError
        cursor.skip()
    cursor.take_mark("=")
    cursor.skip()
    value = cursor.take(_KEYWORD).lower()
    properties: dict[str, str] = {}
    reason = ""
    while True:
        is_spaced = cursor.skip()
        if cursor.next in {"", ";"}:
            return Result(method, value, tuple(properties.items()), reason)
        if not is_spaced:
            raise _SurpriseError
        name = cursor.take(_KEYWORD).lower()
        if name == "reason" and not reason and not properties:
            reason = _read_reason(cursor)
            continue
        name, given = _read_property(cursor, name, plain_keys)
        if name in properties:
            raise _SurpriseError
        properties[name] = given


def _read_reason(cursor: _Cursor) -> str:
    cursor.skip()
    cursor.take_mark("=")
    cursor.skip()
    reason = _read_quoted(cursor, may_smuggle=True) if cursor.next == '"' else cursor.take(_TOKEN)
    if not reason:
        raise _SurpriseError
    return reason


def _read_property(cursor: _Cursor, name: str, plain_keys: frozenset[str]) -> tuple[str, str]:
    """Read ".from=tax.up.example" behind "header"; a plain key has no dot."""
    cursor.skip()
    if name not in plain_keys:
        cursor.take_mark(".")
        cursor.skip()
        name = f"{name}.{cursor.take(_KEYWORD).lower()}"
        cursor.skip()
    cursor.take_mark("=")
    cursor.skip()
    value = _read_quoted(cursor) if cursor.next == '"' else ""
    value += cursor.take(_VALUE) if not value or cursor.next == "@" else ""
    if cursor.next and cursor.next not in _ENDS:
        raise _SurpriseError
    return name, value


def _read_quoted(cursor: _Cursor, *, may_smuggle: bool = False) -> str:
    text = _ESCAPED.sub(r"\1", cursor.take(_QUOTED)[1:-1])
    if not may_smuggle and (not text or _SMUGGLED.search(text)):
        raise _SurpriseError
    return text
