"""The headers that say who sent a mail: found in the bytes as they are, and not at all where the bytes are odd."""

from __future__ import annotations

import random

from mailbot.adapters.reading import limits
from mailbot.adapters.reading.message import read_message
from mailbot.adapters.reading.origin import read_origin
from mailbot.adapters.reading.wire import MailReading, pack_reading, unpack_reading
from mailbot.domain.mail import Origin

HEAD = (
    b"Authentication-Results: mx.example;\r\n\tspf=pass smtp.mailfrom=a.example\r\nReceived: from x\r\n"
    b"ARC-Authentication-Results: i=1; mx.example; dmarc=pass\r\nX-Authentication-Results: mx.example; dmarc=pass\r\n"
    b"authentication-results: other.example; none\r\nReceived-SPF: pass\r\n"
    b"FROM:  Asha\r\n <asha@tax.up.example>\r\nSubject: \xe0\xa4\x95\r\n"
)
TEXT = b"\r\nFrom: somebody@else.example\r\nAuthentication-Results: mx.example; dmarc=pass\r\n"
ORIGIN = Origin(
    ("Asha <asha@tax.up.example>",),
    ("mx.example;\tspf=pass smtp.mailfrom=a.example", "other.example; none"),
    is_sound=True,
)


def test_the_headers_are_found_unfolded_in_their_order():
    """The names stand in any case, folded lines are joined, and neither the text nor ARC-* or X-* is looked at."""
    assert read_origin(HEAD + TEXT) == ORIGIN
    assert read_origin((HEAD + TEXT).replace(b"\r\n", b"\n")) == ORIGIN
    assert read_origin(HEAD) == ORIGIN
    assert read_origin(b"From asha@tax.up.example Mon Nov 23 11:31:00 2026\r\n" + HEAD + TEXT) == ORIGIN


def test_they_come_through_the_reading_process():
    """What the reader found is part of the mail, and survives the way from one process to the other."""
    for oversized in (False, True):
        reading = read_message(HEAD + TEXT, oversized=oversized)
        assert reading.mail.origin == ORIGIN
        header, blobs = pack_reading(MailReading(reading.mail, reading.files))
        assert unpack_reading(header, blobs).mail.origin == ORIGIN


ODD = (
    b"", b"\r\n", b"no header\r\n\r\n", b" folded first\r\n" + HEAD, b"\xef\xbb\xbf" + HEAD, HEAD + b"no colon\r\n",
    HEAD + b"From : b@c.example\r\n", b"From : b@c.example\r\n" + HEAD, HEAD + b"From\r\n", HEAD + b": empty\r\n",
    HEAD + b"X: a\rFrom: b@c.example\r\n", HEAD + b"X: \x00\r\n", HEAD + b"X: a\r\r\n", HEAD + b"X: unended",
    HEAD + b" \r\nX: after a line of blanks\r\n", HEAD + b"\xe0\xa4\x95: x\r\n", HEAD + b"--boundary\r\n",
    HEAD + b"X: " + b"a" * limits.HEADER_BLOCK + b"\r\n", HEAD + b"X: a\r\n" * limits.HEADERS, b"> " + HEAD,
    "\ufeff".encode("utf-16") + HEAD.decode("utf-8").encode("utf-16-le"),
)  # fmt: skip


def test_headers_that_can_be_read_in_two_ways_are_not_sound():
    """Lines that are none, lone carriage returns, zero bytes, a blank before the colon, other encodings, no end."""
    for head in ODD:
        assert not read_origin(head + TEXT if not head.endswith(b"unended") else head).is_sound, head[:80]


def test_too_much_is_not_read():
    """A value that is too long is empty, so that cutting it never makes it better, and only the first few are kept."""
    long = read_origin(
        b"From: " + b"a" * 5000 + b"\r\nAuthentication-Results: m; spf=pass (" + b"a" * 20_000 + b")\r\n\r\n"
    )
    assert long == Origin(("",), ("",), is_sound=True)
    many = read_origin(b"From: a@b.example\r\nAuthentication-Results: m; none\r\n" * 50 + b"\r\n")
    assert (len(many.senders), len(many.results)) == (limits.SENDERS, limits.RESULTS)


def test_damaged_headers_never_raise():
    """Bytes put together at random are read as what they say, or called unsound."""
    random_source = random.Random(5322)
    pieces = (
        b"\r\n",
        b"\n",
        b"\r",
        b" ",
        b"\t",
        b"From",
        b":",
        b"Authentication-Results:",
        b"a@b.example",
        b"\x00",
        HEAD,
    )
    for _ in range(2000):
        origin = read_origin(b"".join(random_source.choices(pieces, k=random_source.randint(0, 12))))
        assert all("\n" not in value and "\r" not in value for value in (*origin.senders, *origin.results))
