"""The mailbox is in good hands: restores, copies, old mail, busy colleagues, archives, spam, what is not ours."""

from __future__ import annotations

import dataclasses
import random
import re
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from mailbot.adapters.imap import ImapMailbox
from mailbot.app import MAILBOX_LEASE
from mailbot.domain.alarms import AlarmCode
from mailbot.domain.errors import WorldError
from tests.care import LONG_AGO, NOW, START, CareDesk, write_mail
from tests.servers.dovecot import Dovecot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.whole.desk import Office

# A slow machine needs a while until a program runs at all.
STARTS_WITHIN = 10.0
TAKEOVER_SECONDS = 30
CAPABILITIES = {
    "MOVE": "IMAP4rev1 LITERAL+ IDLE UIDPLUS MOVE",
    "UIDPLUS": "IMAP4rev1 LITERAL+ IDLE UIDPLUS",
    "neither": "IMAP4rev1 LITERAL+ IDLE",
}


@pytest.fixture
def desk(tmp_path: Path, dovecot: Dovecot, mailbox_user: str) -> Iterator[CareDesk]:
    """Give a desk on a mailbox of the shared server."""
    with CareDesk(tmp_path, dovecot, mailbox_user) as desk:
        yield desk


@pytest.fixture(scope="module")
def server_that(dovecot: Dovecot) -> Iterator[Callable[[str], Dovecot]]:
    """Start servers that can do less than others, each once."""
    with ExitStack() as stack:
        started = {"MOVE": dovecot}

        def find(can: str) -> Dovecot:
            if can not in started:
                started[can] = stack.enter_context(Dovecot(tls=False, capability=CAPABILITIES[can]))
            return started[can]

        yield find


@pytest.fixture
def lonely_desk(tmp_path: Path, mailbox_user: str) -> Iterator[CareDesk]:
    """Give a desk on a server of its own, which the test may stop."""
    with Dovecot(tls=False) as server, CareDesk(tmp_path, server, mailbox_user) as desk:
        yield desk


# --- counted anew, restored, copied, moved back


def test_known_mails_under_a_new_uidvalidity_open_nothing(lonely_desk: CareDesk) -> None:
    """A folder that the server counts anew: no ticket, no letter, one alarm with a sentence, settled a day later."""
    desk = lonely_desk
    desk.deliver(100)
    assert desk.work() == 100
    before = desk.sum()
    assert before.tickets == 100

    desk.dovecot.command(desk.user, "Processed", "COPY", "1:*", "INBOX")
    desk.dovecot.forget_uids(desk.user)
    assert desk.work() == 100
    assert desk.sum() == before
    assert desk.outcomes() == {"opened": 100, "duplicate": 100}
    assert desk.alarms.told == [AlarmCode.MAILBOX_CHANGED]
    assert "counts the folder" in desk.alarms.sounding[AlarmCode.MAILBOX_CHANGED]
    assert desk.is_accounted_for()

    desk.work()
    desk.clock.advance(hours=25)
    desk.work()
    assert desk.alarms.told == [AlarmCode.MAILBOX_CHANGED]
    assert desk.alarms.sounding == {}


def test_a_mailbox_restored_from_a_backup_loses_nothing(lonely_desk: CareDesk) -> None:
    """Same UIDVALIDITY, and UIDs given a second time: what was known stays known, what is new opens a ticket."""
    desk = lonely_desk
    desk.deliver(3)
    with desk.dovecot.restored(desk.user):
        desk.deliver(5, first=3)
        assert desk.work() == 8
    before = desk.sum()
    desk.deliver(2, first=100)

    assert desk.work(sweep=False) == 5
    assert desk.outcomes() == {"opened": 10, "duplicate": 3}
    assert desk.sum().tickets == before.tickets + 2
    assert desk.alarms.told == [AlarmCode.MAILBOX_CHANGED]
    assert desk.is_accounted_for()


@pytest.mark.parametrize("how", ["COPY", "MOVE"])
def test_mails_that_a_person_puts_back_open_nothing(desk: CareDesk, how: str) -> None:
    """Handled mails that are copied or moved back into the inbox are known by their content, and filed once more."""
    desk.deliver(20)
    desk.work()
    before = desk.sum()
    desk.dovecot.command(desk.user, "Processed", how, "1:*", "INBOX")
    assert desk.work() == 20
    assert desk.sum() == before
    assert desk.outcomes() == {"opened": 20, "duplicate": 20}
    assert desk.dovecot.find_mails(desk.user) == []
    assert desk.alarms.told == []
    assert desk.is_accounted_for()


# --- a folder full of old mail


def test_a_first_visit_asks_for_a_date_and_leaves_old_mail_alone(desk: CareDesk) -> None:
    """5,000 old mails: without a date nothing is read; with one they are listed in few steps, a sweep costs less."""
    desk.dovecot.fill(desk.user, write_mail(0), 5_000, LONG_AGO)
    with pytest.raises(WorldError, match=r"already holds 5000 mails and imap\.start_date is not set"):
        desk.work(start=None)
    assert desk.outcomes() == {}

    desk.deliver(2, first=1)
    with desk.counted() as first:
        assert desk.work() == 2
    assert desk.outcomes() == {"ignored": 5_000, "opened": 2}
    assert len(desk.dovecot.find_mails(desk.user)) == 5_000
    assert first["commands"] <= 12
    assert first["statements"] <= 150

    for sweep in (True, False):
        with desk.counted() as again:
            assert desk.work(sweep=sweep) == 0
        assert again["commands"] <= 3
        assert again["statements"] <= 12
    assert desk.sum().tickets == 2


# --- people at work in the same folder

STEPS = ("selected", "listed", "fetched", "written", "kept", "moved", "filed")
DEEDS = {
    "deletes": lambda server, user, uid: server.remove(user, uid),
    "marks": lambda server, user, uid: server.flag(user, uid, r"\Deleted \Seen"),
    "archives": lambda server, user, uid: server.command(user, "INBOX", "MOVE", str(uid), "Archive"),
}


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize("capability", ["MOVE", "UIDPLUS"])
def test_nothing_is_lost_while_people_tidy_up(
    tmp_path: Path, server_that: Callable[[str], Dovecot], mailbox_user: str, deed: str, capability: str
) -> None:
    """Whatever a colleague does to a mail, at whichever step: no error, and each mail is handled, listed or deleted."""
    busy, server = Busy(), server_that(capability)
    with CareDesk(tmp_path, server, mailbox_user, mailbox_kind=watched_mailbox(busy)) as desk:
        busy.act = lambda uid: DEEDS[deed](server, mailbox_user, uid)
        desk.reached = busy.reach
        for round_, step in enumerate(STEPS):
            busy.prepare(step, 1 + 3 * round_)
            desk.deliver(3, first=3 * round_)
            desk.work()
            assert busy.done, step
        desk.work()
        desk.lookout.look()
        handled, listed = desk.sum().tickets, desk.outcomes().get("ignored", 0)
        all_mails = 3 * len(STEPS)
        fetched_too_late = {"deletes": 2, "archives": 2, "marks": 0}[deed]
        assert handled == all_mails - fetched_too_late
        assert listed == (fetched_too_late if deed == "archives" else 0)
        assert desk.is_accounted_for()


@dataclasses.dataclass
class Busy:
    """A colleague who does one thing to one mail when a step is reached."""

    act: Callable[[int], None] = lambda _uid: None
    step: str = ""
    uid: int = 0
    done: bool = True

    def prepare(self, step: str, uid: int) -> None:
        """Wait for the step."""
        self.step, self.uid, self.done = step, uid, False

    def reach(self, step: str) -> None:
        """Do it, once; a mail that is filed already is out of reach."""
        if step == self.step and not self.done:
            self.done = True
            if step not in {"moved", "filed"}:
                self.act(self.uid)


def watched_mailbox(busy: Busy) -> type:
    """Return a mailbox that tells when it was opened and when its mails were listed."""

    class Watched(ImapMailbox):
        def find_uids(self, first: int) -> list[int]:
            found = super().find_uids(first)
            busy.reach("selected")
            return found

        def find_listed(self, uids):
            listed = super().find_listed(uids)
            busy.reach("listed")
            return listed

    return Watched


def test_a_poll_that_finds_nothing_costs_next_to_nothing(desk: CareDesk) -> None:
    """In a folder of many old mails too: two questions to the server, two to the database, and nothing is written."""
    desk.dovecot.fill(desk.user, write_mail(0), 2_000, LONG_AGO)
    desk.deliver(1, first=1)
    desk.work()
    said: list[str] = []
    event.listen(desk.engine, "before_cursor_execute", lambda *sent: said.append(sent[2].split()[0]))
    seconds = []
    for _ in range(20):
        began = time.process_time()
        assert desk.receiver.take_in(desk.mailbox, START, sweep=False) == 0
        seconds.append(time.process_time() - began)
    assert said == ["BEGIN", "SELECT"] * 40
    assert min(seconds) < 0.005


# --- past the inbox


def test_archived_and_spammed_mails_are_found_once(desk: CareDesk) -> None:
    """20 of 20 are listed with their folder, none is answered, known mail is not listed, and a second look is short."""
    desk.deliver(5)
    desk.work()
    desk.dovecot.command(desk.user, "Processed", "COPY", "1:2", "Archive")
    desk.deliver(12, first=100)
    desk.dovecot.command(desk.user, "INBOX", "MOVE", "6:17", "Archive")
    desk.deliver(8, first=200, subject="आपका रिफंड तैयार है")
    desk.dovecot.command(desk.user, "INBOX", "MOVE", "18:25", "Junk")
    desk.dovecot.deliver(desk.user, write_mail(300), LONG_AGO)
    desk.dovecot.command(desk.user, "INBOX", "MOVE", "26", "Archive")
    before = desk.sum()

    assert desk.lookout.look_when_due() == 20
    assert desk.lookout.look_when_due() == 0
    assert desk.lookout.look() == 0
    found = desk.lookout.find_listed()
    assert sorted({mail.folder for mail in found}) == ["Archive", "Junk"]
    assert {mail.sender for mail in found if mail.folder == "Archive"} == {
        f"officer{number}@tax.up.example" for number in range(100, 112)
    }
    assert "GSTR-3B दाखिल नहीं हो रहा 100" in {mail.subject for mail in found}
    desk.work()
    assert desk.sum() == before
    assert desk.outcomes() == {"opened": 5, "ignored": 20}
    assert desk.is_accounted_for()


def test_an_archived_mail_is_taken_in_and_spam_is_not(desk: CareDesk) -> None:
    """Taking in opens the ticket and moves nothing; spam is refused, and read when a person moves it to the inbox."""
    desk.deliver(2)
    desk.dovecot.command(desk.user, "INBOX", "MOVE", "1", "Archive")
    desk.dovecot.command(desk.user, "INBOX", "MOVE", "2", "Junk")
    desk.lookout.look()
    archived, spam = sorted(desk.lookout.find_listed(), key=lambda mail: mail.folder)
    assert desk.lookout.take([archived.id, spam.id, 4711]) == [archived.id]
    assert desk.lookout.take([archived.id]) == []
    desk.work()
    assert desk.outcomes() == {"opened": 1, "ignored": 1}
    assert len(desk.dovecot.find_mails(desk.user, "Archive")) == 1

    desk.dovecot.command(desk.user, "Junk", "MOVE", "1", "INBOX")
    desk.work()
    assert desk.outcomes() == {"opened": 2, "ignored": 1}
    assert desk.lookout.look() == 0
    assert desk.is_accounted_for()


def test_the_program_lists_what_went_past_and_takes_in_what_it_is_told(office: Office) -> None:
    """`reconcile` lists it with sender and subject, `--take` opens the ticket, spam is refused, nothing is moved."""
    office.write("rakesh", "Archived by a colleague", "The report is empty.")
    office.write("sunita", "स्पैम में चला गया", "पेज खाली है।")
    office.dovecot.command(office.address, "INBOX", "MOVE", "1", "Archive")
    office.dovecot.command(office.address, "INBOX", "MOVE", "2", "Junk")
    shown = office.mailbot("reconcile")
    assert "received 2 = 0 opened" in shown
    for words in ("Archived by a colleague", "स्पैम में चला गया", office.address_of("rakesh")):
        assert words in shown
    archived, spam = (re.search(rf"^(\d+) +{folder} ", shown, re.MULTILINE)[1] for folder in ("Archive", "Junk"))

    taken = office.try_mailbot("reconcile", "--take", spam, "--take", archived)
    assert taken.output == f"mail {archived} will be handled\n"
    assert (taken.code, taken.errors) == (1, f"mailbot: not in the list, or spam: {spam}\n")
    office.mailbot("once")
    assert [ticket["title"] for ticket in office.tickets()] == ["Archived by a colleague"]
    assert {letter.to for letter in office.smtp.accepted}.isdisjoint({office.address_of("sunita")})
    assert office.count_mails("Archive") == office.count_mails("Junk") == 1


def test_a_killed_reader_is_replaced_soon(office: Office) -> None:
    """The second program waits within seconds, and takes over when the lease of the killed one has run out."""
    with office.at_work() as first:
        began = time.monotonic()
        with office.at_work() as second:
            second.wait_for_log("another mailbot reads")
            assert time.monotonic() - began < 5 + STARTS_WITHIN
            first.kill()
            office.write("rakesh", "After the kill", "The page stays empty.")
            office.next_letter("rakesh", "After the kill")
    assert len(office.tickets()) == 1
    # With the lease as it is installed: a third of it until the next look, and then the lease itself.
    assert MAILBOX_LEASE.total_seconds() * 4 / 3 <= TAKEOVER_SECONDS


# --- what is not ours


@pytest.mark.parametrize("can", CAPABILITIES)
def test_other_mails_keep_their_bytes_and_flags(
    tmp_path: Path, server_that: Callable[[str], Dovecot], mailbox_user: str, can: str
) -> None:
    r"""100 old mails with all kinds of flags, \Deleted too, are the same to the byte after days of work around them."""
    server = server_that(can)
    with CareDesk(tmp_path, server, mailbox_user) as desk:
        before = fill_with_others(desk, 100)
        for day in range(3):
            desk.deliver(4, first=1_000 + 4 * day)
            assert desk.work() == 4
            desk.lookout.look()
        others = [mail for mail in server.find_mails(mailbox_user) if mail.uid in {one.uid for one in before}]
        assert others == before
        assert desk.sum().tickets == 12
        left = 12 if can == "neither" else 0
        assert len(server.find_mails(mailbox_user)) == 100 + left
        assert len(server.find_mails(mailbox_user, "Processed")) == 12 - left
        assert desk.work() == 0
        assert desk.is_accounted_for()


def fill_with_others(desk: CareDesk, count: int) -> list:
    """Put old mails into the inbox, with flags as people leave them, and return them."""
    chance = random.Random(7)
    for number in range(count):
        desk.dovecot.deliver(desk.user, write_mail(number, "पुराना मामला") + b"x" * chance.randint(0, 500), LONG_AGO)
    assert START > LONG_AGO
    assert NOW > START
    with desk.dovecot.log_in(desk.user) as imap:
        imap.select("INBOX")
        for flags in (r"\Seen", r"\Deleted", r"\Flagged", r"\Answered $Forwarded", r"\Draft"):
            uids = ",".join(str(uid) for uid in sorted(chance.sample(range(1, count + 1), count // 4)))
            imap.uid("STORE", uids, "+FLAGS", f"({flags})")
    return desk.dovecot.find_mails(desk.user)
