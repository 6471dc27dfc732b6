"""How often a mail server in trouble is asked: a day of each kind of trouble on both protocols, with our own clock."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from mailbot.adapters.imap import ImapAccount, ImapMailbox
from mailbot.adapters.pacing import PACES, Gate, Trouble, find_trouble
from mailbot.adapters.smtp import SmtpAccount, SmtpPost
from mailbot.deliver import Outgoing, Result
from mailbot.domain.alarms import AlarmCode
from mailbot.domain.errors import LoginRefusedError, WorldError
from tests.fakes import FakeAlarms
from tests.servers.scripted_imap import GREETING, NONE, ScriptedImap
from tests.servers.smtp_server import DROP, PASSWORD, SmtpServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DESK = "support@tax.example"
DAY, HOUR, MINUTE = 86_400, 3600, 60
# The program itself tries this often at the most.
STEP = 5

WORDS = [
    ("[AUTHENTICATIONFAILED] Invalid credentials (Failure)", Trouble.AUTH),
    ("[ALERT] Application-specific password required", Trouble.AUTH),
    ("[ALERT] Please log in via your web browser: https://support.example", Trouble.AUTH),
    ("[WEBALERT] Web login required.", Trouble.AUTH),
    ("AADSTS700082 invalid_grant", Trouble.AUTH),
    ("535 5.7.8 Username and Password not accepted", Trouble.AUTH),
    ("[OVERQUOTA] Account exceeded command or bandwidth limits.", Trouble.THROTTLED),
    ("[THROTTLED] wait a little", Trouble.THROTTLED),
    ("[ALERT] Too many simultaneous connections. (Failure)", Trouble.THROTTLED),
    ("421 4.7.0 Try again later, closing connection.", Trouble.THROTTLED),
    ("BAD User is authenticated but not connected.", Trouble.THROTTLED),
    ("550 5.4.5 Daily user sending limit exceeded.", Trouble.QUOTA),
    ("421 4.7.28 An unusual rate of mail comes from you.", Trouble.QUOTA),
    ("* BYE Autologout; idle for too long", Trouble.SERVER),
    ("[UNAVAILABLE] Temporary authentication failure.", Trouble.SERVER),
    ("421 4.3.2 Service shutting down", Trouble.SERVER),
    ("451 4.3.0 Temporary failure", Trouble.SERVER),
    ("unexpected response: b'garbage'", Trouble.PROTOCOL),
    ("BAD Unknown command", Trouble.PROTOCOL),
]


def test_what_servers_say_has_a_class():
    """The words of the large providers and of RFC 5530 and RFC 3463 are told apart; the rest is the protocol."""
    assert [(words, find_trouble(words)) for words, _ in WORDS] == WORDS
    assert set(PACES) == set(Trouble)


@dataclass
class Day:
    """A desk that tries all day; the clock is set by hand."""

    now: float
    alarms: FakeAlarms
    tried: list[float]
    attempt: Callable[[], bool]
    gate: Gate

    def pass_by(self, seconds: float) -> bool:
        """Let the time pass; tell whether an attempt worked, and stop there."""
        end = self.now + seconds
        while self.now < end:
            if self.attempt():
                return True
            self.now += STEP
        return False

    def find_most_in_an_hour(self) -> int:
        """Return how often the server was asked in the worst hour."""
        return max(sum(start <= other < start + HOUR for other in self.tried) for start in self.tried)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """Close servers and connections after the test."""
    with ExitStack() as stack:
        yield stack


def begin_day() -> Day:
    """Return a day with a gate on its clock."""
    day = Day(1000.0, FakeAlarms(), [], lambda: False, None)  # type: ignore[arg-type]
    day.gate = Gate(lambda: day.now, random.Random(7).random, day.alarms)
    return day


def read_all_day(stack: ExitStack, greeting: bytes, login: str) -> tuple[Day, ScriptedImap]:
    """Return a desk that reads a mailbox on a server that greets and answers the login like this."""
    script = {"LOGIN": [login.encode()]} if login else {}
    server = stack.enter_context(ScriptedImap("", script))
    server.greeting = greeting
    day = begin_day()
    account = ImapAccount(host=server.host, port=server.port, security="none", username=DESK, password=PASSWORD)
    mailbox = ImapMailbox(account, day.gate)
    stack.callback(mailbox.close)

    def attempt() -> bool:
        before = server.connections
        try:
            mailbox.select()
        except WorldError:
            return False
        finally:
            day.tried += [day.now] * (server.connections - before)
        return True

    day.attempt = attempt
    return day, server


def send_all_day(stack: ExitStack, place: str, answer: str) -> tuple[Day, SmtpServer]:
    """Return a desk that sends letters over a server that fails like this, or refuses every password."""
    server = stack.enter_context(SmtpServer(username="" if answer else DESK))
    if answer:
        server.fail(place, answer, times=10**6)  # type: ignore[arg-type]
    day = begin_day()
    user = "" if answer else DESK
    account = SmtpAccount(
        host=server.host, port=server.port, security="none", sender=DESK, username=user, password="old"
    )
    post = SmtpPost(account, day.gate)
    stack.callback(post.close)
    letter = Outgoing(1, "", "asha.verma@tax.example", b"Subject: x\r\n\r\nx\r\n", 1, 0, datetime.now(UTC))

    def attempt() -> bool:
        if post.is_resting():
            return False
        day.tried.append(day.now)
        (receipt,) = post.send([letter])
        return receipt.result is Result.SENT

    day.attempt = attempt
    return day, server


def check(day: Day, trouble: Trouble) -> None:
    """Compare a day of trouble with its pace."""
    assert set(day.gate.counts) == {trouble}
    if trouble is Trouble.AUTH:
        assert 20 <= len(day.tried) <= 30, "twice as many for both protocols are still less than 60"
        assert [round(time - day.tried[0]) for time in day.tried[:4]] == [0, 10, 70, 970]
        assert AlarmCode.LOGIN_REFUSED in day.alarms.sounding
    elif trouble in (Trouble.QUOTA, Trouble.THROTTLED):
        assert day.find_most_in_an_hour() <= (1 if trouble is Trouble.QUOTA else 10)
        assert len(day.tried) >= 24
    else:
        gaps = [later - earlier for earlier, later in zip(day.tried, day.tried[1:], strict=False)]
        assert max(gaps) <= 300 + STEP
        assert max(gaps[:4]) <= 10
        assert 300 <= len(day.tried) <= 900


def bye(words: str) -> bytes:
    """Return a greeting that refuses the connection."""
    return f"* BYE {words}\r\n".encode()


READING = {
    Trouble.AUTH: (GREETING, "{tag} NO [AUTHENTICATIONFAILED] Authentication failed.\r\n"),
    Trouble.THROTTLED: (bye("Too many simultaneous connections."), ""),
    Trouble.SERVER: (bye("[UNAVAILABLE] Down for maintenance."), ""),
    Trouble.PROTOCOL: (NONE, ""),
}
SENDING = {
    Trouble.AUTH: ("AUTH", ""),
    Trouble.QUOTA: ("DOT", "550 5.4.5 Daily user sending limit exceeded."),
    Trouble.THROTTLED: ("CONNECT", "421 4.7.0 Too many connections from this address."),
    Trouble.SERVER: ("CONNECT", "421 4.3.2 Down for maintenance."),
    Trouble.PROTOCOL: ("MAIL", DROP),
}


@pytest.mark.parametrize("trouble", READING)
def test_a_day_of_trouble_with_the_mailbox(stack, trouble):
    """The server is asked no more often than the pace of its trouble allows; when it is well the desk is there soon."""
    day, server = read_all_day(stack, *READING[trouble])
    assert not day.pass_by(DAY)
    check(day, trouble)

    server.greeting = GREETING
    server.answer("LOGIN", [])
    assert day.pass_by(max(PACES[trouble].waits) + STEP)
    assert day.alarms.sounding == {}


@pytest.mark.parametrize("trouble", SENDING)
def test_a_day_of_trouble_with_sending(stack, trouble):
    """The same on the way out; a letter that arrives settles the alarm."""
    day, server = send_all_day(stack, *SENDING[trouble])
    assert not day.pass_by(DAY)
    check(day, trouble)

    server.heal()
    server.right_password = "old"
    assert day.pass_by(max(PACES[trouble].waits) + STEP)
    assert day.alarms.sounding == {}


def test_what_worked_begins_anew():
    """After a letter or a mail the next break is a first one, after which a connection is opened at once."""
    clock = [0.0]
    gate = Gate(lambda: clock[0], lambda: 1.0)
    waits = []
    for _ in range(4):
        gate.note(Trouble.PROTOCOL, "The connection was lost.")
        waits.append(gate.find_wait())
        clock[0] += 1000
    gate.worked()
    gate.note(Trouble.PROTOCOL, "The connection was lost.")
    assert [*waits, gate.find_wait()] == [0, 1, 2, 4, 0]
    assert gate.counts == Counter({Trouble.PROTOCOL: 5})


def test_a_smaller_trouble_does_not_open_the_gate():
    """While a wrong password closes the gate, a lost connection changes neither the wait nor the sentence."""
    gate = Gate(lambda: 0.0)
    gate.refuse("The password is wrong.")
    gate.note(Trouble.PROTOCOL, "The connection was lost.")
    with pytest.raises(LoginRefusedError, match="password") as caught:
        gate.check()
    assert caught.value.retry_after == 10
    gate.check("another consent")
