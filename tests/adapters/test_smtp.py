"""Handing letters over to a real SMTP server: every way it can end, order, security, and not hammering."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from mailbot.adapters.finding import Level
from mailbot.adapters.pacing import Gate
from mailbot.adapters.smtp import SmtpAccount, SmtpPost
from mailbot.adapters.smtp.verdict import Stage, judge_answer
from mailbot.deliver import Outgoing, Result
from mailbot.domain.errors import SettingsError
from tests.servers.certificates import Certificate, make_certificate
from tests.servers.programs import find_free_port
from tests.servers.proxy import Proxy
from tests.servers.smtp_server import DROP, PASSWORD, STALL, SmtpServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DESK = "support@tax.example"
ASHA = "asha.verma@tax.example"
RAM = "ram.kumar@tax.example"
BODY = (
    "From: IT Help Desk <support@tax.example>\r\n"
    "Subject: [TMS-2611-00042-7] GSTR-3B\r\n"
    "Message-ID: <letter-{id}@tax.example>\r\n"
    "\r\n"
    "Your problem is registered. / aapki samasya darj ho gayi hai.\r\n"
    ".a line that begins with a dot\r\n"
    "..and one with two\r\n"
)


def letter(number: int, to: str = ASHA, ticket: str = "TMS-2611-00042-7", raw: bytes | None = None) -> Outgoing:
    """Return a letter of the outbox."""
    data = raw if raw is not None else BODY.format(id=number).encode()
    return Outgoing(number, ticket, to, data, attempts=1, unknowns=0, written_at=datetime.now(UTC))


@pytest.fixture
def posts() -> Iterator[Callable[..., SmtpPost]]:
    """Make ways out to a server or a proxy that are closed after the test; keywords change single settings."""
    made: list[SmtpPost] = []

    def make(server: SmtpServer | Proxy, gate: Gate | None = None, **changes: object) -> SmtpPost:
        values = {"host": server.host, "port": server.port, "security": "none", "sender": DESK, "timeout_seconds": 10.0}
        made.append(SmtpPost(SmtpAccount(**(values | changes)), gate))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for post in made:
        post.close()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    """Return a certificate for 127.0.0.1 with its own authority."""
    return make_certificate(tmp_path_factory.mktemp("certificate"))


def results(post: SmtpPost, *letters: Outgoing) -> list[Result]:
    """Send letters and return how each ended."""
    return [receipt.result for receipt in post.send(letters)]


# --- handing over


def test_a_letter_arrives_byte_for_byte(smtp_server, posts):
    """The bytes of the outbox reach the server unchanged, dots at line starts included, from the desk's address."""
    (receipt,) = posts(smtp_server).send([letter(1)])
    assert receipt.result is Result.SENT
    assert receipt.answer.startswith("250")
    (accepted,) = smtp_server.accepted
    assert (accepted.sender, accepted.to, accepted.raw) == (DESK, ASHA, letter(1).raw)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_letter_arrives_over_tls_with_login(posts, certificate, security):
    """TLS, verified against the authority, then the login, then the letter."""
    with SmtpServer(username=DESK, security=security, certificate=certificate) as server:
        post = posts(server, security=security, ca_file=str(certificate.ca_file), username=DESK, password=PASSWORD)
        assert results(post, letter(1)) == [Result.SENT]
        assert server.logins == [DESK]


def test_a_large_letter_arrives(smtp_server, posts):
    """A letter with screenshots, larger than any buffer on the way, arrives whole."""
    raw = b"Subject: x\r\n\r\n" + b"iVBORw0KGgo" * 7 + b"\r\n" * 3 + (b"." * 70 + b"\r\n") * 40_000
    assert results(posts(smtp_server), letter(1, raw=raw)) == [Result.SENT]
    assert smtp_server.accepted[0].raw == raw


def test_connections_are_kept_between_calls(smtp_server, posts):
    """Letters that follow each other use the same connection."""
    post = posts(smtp_server)
    for number in range(3):
        assert results(post, letter(number)) == [Result.SENT]
    assert smtp_server.connections == 1


def test_several_connections_are_used_side_by_side(smtp_server, posts):
    """Letters to different people go over as many connections as the settings allow, and all receipts come back."""
    letters = [letter(number, to=f"officer{number}@tax.example") for number in range(30)]
    receipts = posts(smtp_server, connections=3).send(letters)
    assert [receipt.letter for receipt in receipts] == letters
    assert {receipt.result for receipt in receipts} == {Result.SENT}
    assert smtp_server.connections == 3


def test_letters_of_one_ticket_to_one_person_keep_their_order(smtp_server, posts):
    """The acknowledgement never arrives after the answer."""
    letters = [letter(number, to=to) for number in range(10) for to in (ASHA, RAM)]
    assert set(results(posts(smtp_server, connections=4), *letters)) == {Result.SENT}
    for to in (ASHA, RAM):
        assert [kept.raw for kept in smtp_server.find_accepted(to)] == [sent.raw for sent in letters if sent.to == to]


def test_a_rested_connection_that_was_closed_is_renewed(smtp_server, posts):
    """A server that closed the connection meanwhile costs no attempt: the letter goes over a new one."""
    post = posts(smtp_server)
    assert results(post, letter(1)) == [Result.SENT]
    smtp_server.cut()
    assert results(post, letter(2)) == [Result.SENT]
    smtp_server.fail("MAIL", "421 4.4.2 idle too long")
    assert results(post, letter(3)) == [Result.SENT]
    assert smtp_server.connections == 3


def test_nothing_to_send_touches_no_server(smtp_server, posts):
    """Without letters there is no connection."""
    assert posts(smtp_server).send([]) == []
    assert smtp_server.connections == 0


# --- how it can end


@pytest.mark.parametrize(
    ("place", "answer", "result"),
    [
        ("RCPT", "450 4.2.1 mailbox busy", Result.LATER),
        ("RCPT", "550 5.1.1 no such user", Result.REFUSED),
        ("RCPT", "552 5.2.2 mailbox full", Result.REFUSED),
        ("RCPT", "550 5.4.5 Daily user sending limit exceeded", Result.LATER),
        ("RCPT", "421 4.3.2 shutting down", Result.LATER),
        ("RCPT", DROP, Result.LATER),
        ("MAIL", "451 4.3.0 try again", Result.LATER),
        ("MAIL", "553 5.7.1 sender not owned by user", Result.LATER),
        ("MAIL", "530 5.7.0 authentication required", Result.LATER),
        ("MAIL", "552 5.3.4 too large", Result.REFUSED),
        ("MAIL", DROP, Result.LATER),
        ("DATA", "554 5.5.1 no", Result.REFUSED),
        ("DATA", "451 4.3.0 not now", Result.LATER),
        ("DATA", DROP, Result.LATER),
        ("BODY", DROP, Result.LATER),
        ("BODY", "552 5.3.4 stop", Result.REFUSED),
        ("DOT", "451 4.7.1 greylisted", Result.LATER),
        ("DOT", "554 5.7.1 looks like spam", Result.REFUSED),
        ("DOT", DROP, Result.UNKNOWN),
        ("DOT", "nonsense", Result.UNKNOWN),
        ("KEPT", DROP, Result.UNKNOWN),
        ("KEPT", "421 4.3.2 shutting down", Result.LATER),
    ],
)
def test_every_failure_has_its_result(smtp_server, posts, place, answer, result):
    """Temporary is later, permanent is refused, only a loss after the final dot is unknown; the next letter goes.

    Only where nothing more may be sent today the next letter waits an hour.
    """
    now = [0.0]
    post = posts(smtp_server, Gate(lambda: now[0]), connections=1)
    # Long enough that the final dot does not travel together with the beginning of the letter.
    raw = letter(1).raw + (b"x" * 900 + b"\r\n") * 10_000 if place == "BODY" else None
    smtp_server.fail(place, answer)
    (receipt,) = post.send([letter(1, raw=raw)])
    assert receipt.result is result, receipt.answer
    assert receipt.answer
    assert post.is_resting() == ("limit" in answer)
    now[0] = 3600.0
    assert results(post, letter(2, to=RAM)) == [Result.SENT]
    assert smtp_server.find_accepted(RAM)[0].raw == letter(2).raw


@pytest.mark.parametrize(("place", "result"), [("MAIL", Result.LATER), ("DATA", Result.LATER), ("DOT", Result.UNKNOWN)])
def test_a_silent_server_is_given_up(smtp_server, posts, place, result):
    """A server that stops answering costs the set time; whether it may have the letter is known."""
    post = posts(smtp_server, timeout_seconds=0.5)
    smtp_server.fail(place, STALL)
    (receipt,) = post.send([letter(1)])
    assert receipt.result is result
    assert "did not answer in time" in receipt.answer
    assert results(post, letter(2, to=RAM)) == [Result.SENT]


def test_a_refused_letter_does_not_spoil_its_neighbours(smtp_server, posts):
    """On one connection the letters before and after a refused one arrive."""
    smtp_server.fail("RCPT", "550 5.1.1 no such user", to=RAM)
    letters = [letter(1, ticket="a"), letter(2, to=RAM, ticket="b"), letter(3, ticket="c")]
    assert results(posts(smtp_server, connections=1), *letters) == [Result.SENT, Result.REFUSED, Result.SENT]


@pytest.mark.parametrize(("place", "answer"), [("DOT", "451 4.7.1 greylisted"), ("KEPT", DROP)])
def test_later_letters_wait_for_an_earlier_one(smtp_server, posts, place, answer):
    """When a letter has to wait, those of the same ticket and person after it wait as well; others do not."""
    smtp_server.fail(place, answer)
    first, second, third, other = post_all(posts(smtp_server, connections=1), letter(4, to=RAM))
    assert first.result in (Result.LATER, Result.UNKNOWN)
    assert [second.result, third.result] == [Result.LATER, Result.LATER]
    assert "earlier letter" in second.answer
    assert other.result is Result.SENT


def test_a_refused_letter_lets_later_ones_go(smtp_server, posts):
    """A letter that will never be taken holds up nobody."""
    smtp_server.fail("DOT", "554 5.7.1 no")
    receipts = post_all(posts(smtp_server, connections=1), letter(4, to=RAM))
    assert [receipt.result for receipt in receipts] == [Result.REFUSED, *[Result.SENT] * 3]


def post_all(post: SmtpPost, last: Outgoing) -> list:
    """Send three letters of one ticket to one person and one to another."""
    return post.send([letter(1), letter(2), letter(3), last])


@pytest.mark.parametrize(
    ("place", "first"),
    [("CONNECT", Result.UNTOUCHED), ("MAIL", Result.LATER), ("DATA", Result.LATER), ("DOT", Result.UNKNOWN)],
)
def test_a_stop_leaves_a_server_that_hangs(smtp_server, posts, place, first):
    """The letter in hand gets a quarter minute and is judged by how far it came; no other one is begun."""
    smtp_server.fail(place, STALL)
    post, stopping = posts(smtp_server, connections=1), threading.Event()
    threading.Timer(0.3, stopping.set).start()
    began = time.monotonic()
    receipts = post.send([letter(1), letter(2, to=RAM), letter(3, to=RAM)], stopping.is_set)
    assert [receipt.result for receipt in receipts] == [first, Result.UNTOUCHED, Result.UNTOUCHED]
    assert 2.5 <= time.monotonic() - began < 4.5
    assert smtp_server.accepted == ()


def test_a_stop_lets_a_letter_in_hand_arrive(smtp_server, posts):
    """What is on its way is finished, and the rest is not begun."""
    post, seen = posts(smtp_server, connections=1), []

    def stopping() -> bool:
        seen.append(smtp_server.commands.count("MAIL"))
        return len(seen) > 1

    receipts = post.send([letter(1), letter(2, to=RAM)], stopping)
    assert [receipt.result for receipt in receipts] == [Result.SENT, Result.UNTOUCHED]
    assert len(smtp_server.accepted) == 1


def test_a_server_that_is_down_is_asked_once(posts):
    """Without a server every letter is tried later, with one sentence that names the address."""
    with SmtpServer() as server:
        server.port = find_free_port()
        post = posts(server)
    receipts = post.send([letter(number, to=f"officer{number}@tax.example") for number in range(20)])
    assert {receipt.result for receipt in receipts} == {Result.LATER}
    assert "accepts no connection" in receipts[0].answer
    assert "smtp.port" in receipts[0].answer


def test_a_server_that_greets_with_an_excuse_is_tried_later(smtp_server, posts):
    """A greeting of 421 or 554 refuses the connection, not the letter."""
    smtp_server.fail("CONNECT", "554 5.3.2 closed for maintenance")
    (receipt,) = posts(smtp_server).send([letter(1)])
    assert receipt.result is Result.LATER
    assert "maintenance" in receipt.answer


def test_one_connection_refused_leaves_the_work_to_the_others(smtp_server, posts):
    """A server that allows fewer connections than the settings gets everything over those it allows."""
    post = posts(smtp_server, connections=2)
    assert results(post, letter(1)) == [Result.SENT]
    smtp_server.fail("CONNECT", "421 4.7.0 too many connections", times=5)
    letters = [letter(number, to=f"officer{number}@tax.example") for number in range(8)]
    assert results(post, *letters) == [Result.SENT] * 8


# --- what can never be sent


def test_a_letter_above_the_servers_limit_is_refused(posts):
    """A letter larger than the announced SIZE is not even begun."""
    with SmtpServer(size_limit=10_000) as server:
        (receipt,) = posts(server).send([letter(1, raw=b"Subject: x\r\n\r\n" + b"x\r\n" * 4_000)])
        assert receipt.result is Result.REFUSED
        assert "10000" in receipt.answer
        assert "MAIL" not in server.commands


def test_an_address_in_devanagari_needs_smtputf8(posts):
    """With SMTPUTF8 such an officer gets letters; without it the letter is refused with the reason."""
    hindi = "आशा@कर.example"
    with SmtpServer(smtputf8=True) as server:
        assert results(posts(server), letter(1, to=hindi)) == [Result.SENT]
        assert server.accepted[0].to == hindi
    with SmtpServer(smtputf8=False) as server:
        post = posts(server)
        (receipt,) = post.send([letter(1, to=hindi)])
        assert receipt.result is Result.REFUSED
        assert "SMTPUTF8" in receipt.answer
        assert results(post, letter(2)) == [Result.SENT]


@pytest.mark.parametrize("address", ["", "asha", "a@b\r\nRCPT TO:<c@d>", "a b@c", "<a@b>", "a@b> NOTIFY=NEVER"])
def test_an_address_cannot_carry_commands(smtp_server, posts, address):
    """What is no plain address is refused before any byte goes out."""
    assert results(posts(smtp_server), letter(1, to=address)) == [Result.REFUSED]
    assert smtp_server.connections <= 1
    assert "RCPT" not in smtp_server.commands


# --- login and security


def test_a_refused_login_is_explained_and_not_hammered(posts):
    """Every letter waits with a sentence about the password; the next tries come a minute and more later."""
    now = [0.0]
    with SmtpServer(username=DESK) as server:
        post = posts(server, Gate(lambda: now[0]), username=DESK, password="wrong-Pass-99")
        letters = [letter(number, to=f"officer{number}@tax.example") for number in range(10)]
        receipts = post.send(letters)
        assert {receipt.result for receipt in receipts} == {Result.LATER}
        assert "smtp.username" in receipts[0].answer
        assert "wrong-Pass-99" not in receipts[0].answer
        for now[0] in range(0, 86_400, 30):
            post.send([letter(99)])
        assert 3 <= len(server.logins) <= 30


def test_a_temporary_login_failure_is_no_refusal(posts):
    """454 at the login is trouble of the server: the next attempt logs in again."""
    with SmtpServer(username=DESK) as server:
        server.fail("AUTH", "454 4.7.0 temporary authentication failure")
        post = posts(server, username=DESK, password=PASSWORD)
        assert results(post, letter(1)) == [Result.LATER]
        assert results(post, letter(1)) == [Result.SENT]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_untrusted_certificate_is_refused(posts, certificate, security):
    """Without the authority's file nothing is sent, neither password nor letter."""
    with SmtpServer(username=DESK, security=security, certificate=certificate) as server:
        (receipt,) = posts(server, security=security, username=DESK, password=PASSWORD).send([letter(1)])
        assert receipt.result is Result.LATER
        assert "smtp.ca_file" in receipt.answer
        assert server.logins == []


def test_a_certificate_for_another_name_is_refused(posts, tmp_path):
    """A certificate of a trusted authority counts only for the names it holds."""
    other = make_certificate(tmp_path, "DNS:mail.other.example")
    with SmtpServer(username=DESK, security="tls", certificate=other) as server:
        post = posts(server, security="tls", ca_file=str(other.ca_file), username=DESK, password=PASSWORD)
        (receipt,) = post.send([letter(1)])
        assert receipt.result is Result.LATER
        assert "certificate" in receipt.answer
        assert server.logins == []


def test_missing_starttls_is_refused_before_the_password(posts):
    """A server (or somebody on the way) that hides STARTTLS gets no credentials."""
    with SmtpServer(username=DESK) as server:
        (receipt,) = posts(server, security="starttls", username=DESK, password=PASSWORD).send([letter(1)])
        assert receipt.result is Result.LATER
        assert "STARTTLS" in receipt.answer
        assert "AUTH" not in server.commands


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"host": "mail.tax.example"}, "smtp.security"),
        ({"sender": ""}, "desk.address"),
        ({"connections": 0}, "smtp.conn"),
    ],
)
def test_wrong_settings_are_named(smtp_server, posts, changes, key):
    """A value that cannot work is refused with the name of its key."""
    with pytest.raises(SettingsError, match=key):
        posts(smtp_server, **changes)


def test_an_unreadable_authority_file_is_named(smtp_server, posts):
    """A missing certificate file is a matter of the settings."""
    with pytest.raises(SettingsError, match=r"smtp\.ca_file"):
        posts(smtp_server, security="tls", ca_file="missing.pem")


# --- the cable


def test_a_cut_cable_is_unknown_or_later_but_never_lost(smtp_server, posts):
    """Whatever a proxy cuts, the receipt says whether the server may have the letter."""
    with Proxy(smtp_server.port) as proxy:
        post = posts(proxy)
        assert results(post, letter(1)) == [Result.SENT]
        proxy.block()
        post_slow = posts(proxy, timeout_seconds=0.5)
        (receipt,) = post_slow.send([letter(2)])
        assert receipt.result is Result.LATER
        proxy.release()
        assert results(post, letter(3)) == [Result.SENT]


# --- checking


def test_check_reports_what_is_right(posts, certificate):
    """Connection and login work, and the size that the server takes is named; nothing is sent."""
    with SmtpServer(username=DESK, security="tls", certificate=certificate, size_limit=26_214_400) as server:
        post = posts(server, security="tls", ca_file=str(certificate.ca_file), username=DESK, password=PASSWORD)
        findings = post.check()
        assert {finding.level for finding in findings} == {Level.GOOD}
        assert any("26214400" in finding.text for finding in findings)
        assert server.accepted == ()


def test_check_reports_a_wrong_password(posts):
    """The one problem is the sentence about the login."""
    with SmtpServer(username=DESK) as server:
        (finding,) = posts(server, username=DESK, password="wrong").check()
        assert finding.level is Level.PROBLEM
        assert "smtp.username" in finding.text


def test_the_verdict_on_an_odd_answer_is_careful():
    """An answer of no known class is temporary before the final dot and unknown after it."""
    assert judge_answer(Stage.RCPT, -1, "garbage") is Result.LATER
    assert judge_answer(Stage.DOT, -1, "garbage") is Result.UNKNOWN
