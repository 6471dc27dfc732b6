"""Authentication-Results: what servers write is read, and whatever the grammar does not provide for refuses all."""

from __future__ import annotations

import random
import time

import pytest

from mailbot.domain.authentication_results import LONGEST, MOST_RESULTS, AuthenticationResults, Result, parse_results

GMAIL = (
    'mx.google.com;\r\n       dkim=pass header.i=@tax.up.example header.s=sel1 header.b="k/3ZbQ2a";\r\n'
    "       arc=pass (i=1 spf=pass spfdomain=tax.up.example dkim=pass dkdomain=tax.up.example dmarc=pass);\r\n"
    "       spf=pass (google.com: domain of asha@tax.up.example designates 192.0.2.7 as permitted sender)"
    " smtp.mailfrom=asha@tax.up.example;\r\n"
    "       dmarc=pass (p=REJECT sp=REJECT dis=NONE) header.from=tax.up.example"
)
EXCHANGE = (
    "spf=pass (sender IP is 192.0.2.7)\r\n smtp.mailfrom=tax.up.example; dkim=pass (signature was verified)\r\n"
    " header.d=tax.up.example;dmarc=pass action=none\r\n header.from=tax.up.example;compauth=pass reason=100"
)


def test_a_header_of_gmail_is_read():
    """Folding, comments, a quoted value and four methods."""
    read = parse_results(GMAIL)
    assert read.server == "mx.google.com"
    assert [result.method for result in read.results] == ["dkim", "arc", "spf", "dmarc"]
    assert read.of("dkim")[0].find("header.b") == "k/3ZbQ2a"
    assert read.of("dkim")[0].find_domain("header.i") == "tax.up.example"
    assert read.of("spf")[0].find_domain("smtp.mailfrom") == "tax.up.example"
    assert read.of("dmarc") == (Result("dmarc", "pass", (("header.from", "tax.up.example"),)),)


def test_a_header_of_exchange_online_is_read_without_a_server():
    """No name stands in front, and action=none is written where a property would stand."""
    read = parse_results(EXCHANGE, names_server=False, plain_keys=frozenset({"action"}))
    assert read.server == ""
    assert read.of("dmarc")[0].properties == (("action", "none"), ("header.from", "tax.up.example"))
    assert read.of("compauth")[0].reason == "100"
    assert parse_results(EXCHANGE) is None
    assert parse_results(EXCHANGE, names_server=False) is None


# As servers of the providers write them, with other names in them.
MORE = (
    (
        "mx.google.com; dkim=pass header.i=@a.example header.s=facebook header.b=N5uvdv1C; spf=pass (google.com: domain"
        " of prvs=1078cbd532=asha@a.example designates 192.0.2.31 as permitted sender) "
        'smtp.mailfrom="prvs=1078cbd532=asha@a.example"; dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=a.example'
    ),
    (
        "mx.google.com;       spf=pass (google.com: domain of asha@a.example designates 2001:db8::22c as permitted"
        " sender) smtp.mailfrom=asha@a.example;       dmarc=pass (p=NONE sp=QUARANTINE dis=NONE) header.from=a.example"
    ),
    (
        "mx.zohomail.eu;\tdkim=pass;\tspf=pass (zohomail.eu: domain of a.example designates 192.0.2.8 as permitted"
        " sender)  smtp.mailfrom=asha@a.example;\tarc=pass (i=1 dmarc=pass fromdomain=a.example);\tdmarc=pass(p=none"
        " dis=none)  header.from=a.example"
    ),
)


def test_headers_of_real_servers_are_read():
    """A quoted address of the envelope, an IPv6 address in a comment, two blanks, and no word about who signed."""
    for text in MORE:
        read = parse_results(text)
        assert read.of("spf")[0].find_domain("smtp.mailfrom") == "a.example"
        assert read.of("dmarc")[0].find_domain("header.from") == "a.example"
    without_results = "mx.zohomail.eu;"
    old_exchange = (
        "spf=pass (sender IP is 192.0.2.7) smtp.mailfrom=a.example; b.example; dmarc=pass header.from=a.example"
    )
    assert parse_results(without_results) is None
    assert parse_results(old_exchange, names_server=False) is None


ACCEPTED = {
    "mx.example; none": AuthenticationResults("mx.example", ()),
    "mx.example 1; none": AuthenticationResults("mx.example", ()),
    '"MX.example" (a (nested (comment)) \\) here) 1 ; spf=pass': AuthenticationResults(
        "mx.example", (Result("spf", "pass"),)
    ),
    "mx.example; dkim/1 = pass (2048-bit key; unprotected) header.d=a.example": AuthenticationResults(
        "mx.example", (Result("dkim", "pass", (("header.d", "a.example"),)),)
    ),
    'mx.example; dkim=fail reason="bad \\"hash\\"; key" header.d=a.example;': AuthenticationResults(
        "mx.example", (Result("dkim", "fail", (("header.d", "a.example"),), 'bad "hash"; key'),)
    ),
    "mx.example; dmarc=pass(p=reject dis=none)  header . from = a.example": AuthenticationResults(
        "mx.example", (Result("dmarc", "pass", (("header.from", "a.example"),)),)
    ),
    'mx.example; spf=pass smtp.mailfrom="a"@b.example policy.iprev=2001:db8::1': AuthenticationResults(
        "mx.example", (Result("spf", "pass", (("smtp.mailfrom", "a@b.example"), ("policy.iprev", "2001:db8::1"))),)
    ),
}


def test_every_form_of_the_grammar_is_read():
    """Versions, nested comments, escapes, reasons, blanks around the marks, a closing semicolon, and "none"."""
    for text, meant in ACCEPTED.items():
        assert parse_results(text) == meant, text


REFUSED = (
    "", " ", ";", "mx.example", "mx.example;", "mx.example;;", "mx.example; ; spf=pass", "mx.example none",
    "mx.example 2; spf=pass", "mx.example 1 1; spf=pass", "mx.example; none; spf=pass", "mx.example; spf=pass; none",
    "mx.example; spf", "mx.example; spf=", "mx.example; =pass", "mx.example; spf=pass smtp.mailfrom",
    "mx.example; spf=pass smtp.mailfrom=", "mx.example; spf=pass mailfrom=a.example", "mx.example; spf=pass pass",
    "mx.example; spf/2=pass", "mx.example; spf=pass (open", "mx.example; spf=pass close)", "mx.example; spf=pass ((a)",
    'mx.example; spf=pass (a "quoted" word)', "mx.example; spf=pass (ends with \\", 'mx.example; spf=pass "x"',
    'mx.example; spf=pass smtp.mailfrom="open', 'mx.example; spf=pass smtp.mailfrom="a;b"@c.example',
    'mx.example; spf=pass smtp.mailfrom="a(b"@c.example', 'mx.example; spf=pass smtp.mailfrom=""',
    'mx.example; spf=pass smtp.mailfrom="a"b.example', "mx.example; spf=pass smtp.mailfrom=<a@b.example>",
    "mx.example; spf=pass smtp.mailfrom=a@b.example smtp.mailfrom=c@d.example",
    "mx.example; dkim=pass header.d=a.example(x)header.x=b.example", "mx.example; dkim=pass header.d=a.example(x)",
    "mx.example; dkim=pass(x)header.d=a.example", "mx.example; dkim=pass header.d=a.example\\,b.example",
    "mx.example; dkim=pass header.d=a.example,b.example", "mx.example; dkim=pass header.d=a.example\x00.b.example",
    "mx.example; dkim=pass header.d=मेल.example", "mx.example; dkim=pass\r\nheader.d=a.example",
    "mx.example; dkim=pass\rheader.d=a.example", "mx.example; dkim=pass header.d=a.example reason=late",
    "mx.example; dkim=pass reason=a reason=b", "mx.example; dkim=pass header.d.e=a.example", "mx.example, spf=pass",
    "mx.example(x)y; spf=pass", "mx@example; spf=pass", '""; spf=pass', "mx.example; 1spf=pass", "mx.example; spf=-",
    "mx.example; spf=pass " + "(" * 30 + ")" * 30, "mx.example" + "; spf=pass" * (MOST_RESULTS + 1),
    "mx.example; spf=pass (" + "a" * LONGEST + ")",
)  # fmt: skip


def test_whatever_is_unusual_refuses_the_whole_header():
    """One surprise anywhere, and nothing of the header counts, also what stood before it."""
    for text in REFUSED:
        assert parse_results(text) is None, text


def test_a_domain_is_taken_only_from_what_is_plain():
    """Of an address what stands behind the at sign; of anything else nothing."""
    plain = {"a.example": "a.example", "x+1@A.Example": "a.example", "@a.example": "a.example", "none": "none"}
    odd = ("a@b@c.example", "a@", "a@-b.example", "a@b.example-", "a@b.example/x", "a@b:25")
    for value, domain in plain.items():
        assert Result("spf", "pass", (("smtp.mailfrom", value),)).find_domain("smtp.mailfrom") == domain
    for value in odd:
        assert Result("spf", "pass", (("smtp.mailfrom", value),)).find_domain("smtp.mailfrom") == "", value


def test_damage_never_raises_and_never_takes_long():
    """Cut, doubled and shuffled headers are read or refused, and the longest one within a moment."""
    random_source = random.Random(8601)
    pieces = [*GMAIL, *EXCHANGE, ";", "(", ")", '"', "\\", "=", ".", " ", "@"]
    for _ in range(3000):
        text = list(GMAIL)
        for _ in range(random_source.randint(1, 6)):
            place = random_source.randrange(len(text))
            put = random_source.choices(pieces, k=random_source.randint(0, 3))
            text[place : place + random_source.randint(0, 3)] = put
        parse_results("".join(text))
    begun = time.process_time()
    for filling in ("(", "()", "a", '"', "\\", "a.", "; a=b", " ", "\r\n ", '"a', "a-", "=", "(\\)"):
        parse_results("mx.example; spf=pass (x) smtp.mailfrom=" + filling * (LONGEST // len(filling) - 50))
        parse_results("mx.example; spf=pass (" + filling * (LONGEST // len(filling) - 50))
    assert time.process_time() - begun < 1


@pytest.mark.parametrize("text", [GMAIL, EXCHANGE])
def test_no_cut_header_says_more_than_the_whole_one(text):
    """A header that ends too early is refused, or holds the first results of the whole one as they are."""
    rules = {"names_server": text is GMAIL, "plain_keys": frozenset({"action"})}
    whole = parse_results(text, **rules)
    for end in range(len(text)):
        cut = parse_results(text[:end], **rules)
        if cut is not None:
            kept = len(cut.results) - 1
            assert cut.results[:kept] == whole.results[:kept]
