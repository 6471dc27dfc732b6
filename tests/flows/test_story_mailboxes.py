"""One desk with two mailboxes and a world of stand-ins: each is taken in for itself, and all are handled together."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from mailbot.domain.alarms import AlarmCode
from mailbot.domain.authority import NO_TRUST
from mailbot.domain.errors import WorldError
from mailbot.domain.mailboxes import MailboxRules
from mailbot.domain.watching import Part, find_silences, intake_of, kind_of
from mailbot.inboxes import Lookouts
from mailbot.intake import Intake, Rhythm, Signals
from mailbot.reconcile import reconcile
from mailbot.watch import Pulse
from mailbot.watch_parts import watch_steps
from tests.builders import ASHA, BHARAT, NOW, the_desk
from tests.fakes import FakeClock, FakeMailbox
from tests.flows.test_intake_loop import Book, OneBell, OneMailbox, Taker
from tests.flows.test_story_time import EVERYTHING, FakeBooks
from tests.world import EARLY, World

SUPPORT, EVAT = "support@tax.example/INBOX", "evat@tax.example/INBOX"
RULES = tuple(
    MailboxRules(folder, folder.removesuffix("INBOX"), folder.removesuffix("/INBOX"), module, NO_TRUST)
    for folder, module in ((SUPPORT, ""), (EVAT, "vat-cases"))
)


@pytest.fixture
def world():
    """Return a world of which the second mailbox is still empty."""
    return World(mailbox=FakeMailbox(SUPPORT))


def receiver_of(world):
    """Return the receiving half of a desk with two mailboxes."""
    return replace(world.receiver(), desk=replace(the_desk(), mailboxes=RULES))


def test_what_comes_into_each_mailbox_has_its_module(world):
    """Both are taken in under the same UIDs, and one handling turns all of it into tickets."""
    evat, receiver = FakeMailbox(EVAT), receiver_of(world)
    world.mailbox.deliver(f"{ASHA.email}|GSTR-3B does not open")
    evat.deliver(f"{BHARAT.email}|VAT assessment does not open", f"{BHARAT.email}|poison")
    assert [receiver.take_in(mailbox, EARLY, sweep=True) for mailbox in (world.mailbox, evat)] == [1, 2]
    for _ in range(3):
        while receiver.handle_due():
            pass
        world.clock.advance(hours=1)
    assert world.outcomes() == ["opened", "opened", "quarantined"]
    modules = [decision.draft.module for decision in world.ledger.tickets.values()]
    assert modules == [the_desk().catalogue.modules.default, "vat-cases", "vat-cases"]
    assert evat.waiting == {}


def test_each_mailbox_is_visited_for_the_first_time_by_itself(world):
    """One that holds mail is not read without its own start date, and the sentence names that key; the other one is."""
    evat = FakeMailbox(EVAT)
    evat.deliver(f"{BHARAT.email}|old")
    receiver = replace(receiver_of(world), start_key="mailboxes.evat.start_date")
    assert receiver.take_in(world.mailbox, None, sweep=True) == 0
    with pytest.raises(WorldError, match=r"mailboxes\.evat\.start_date is not set"):
        receiver.take_in(evat, None, sweep=True)
    evat.arrived[1] = EARLY
    assert receiver.take_in(evat, NOW, sweep=True) == 0
    assert world.ledger.rows[EVAT, 1, 1].outcome == "ignored"


def test_a_folder_that_is_counted_anew_is_named(world):
    """The other mailbox is not looked at anew, and keeps its numbers."""
    evat, receiver = FakeMailbox(EVAT), receiver_of(world)
    for mailbox in (world.mailbox, evat):
        mailbox.deliver(f"{ASHA.email}|{mailbox.name}")
        receiver.take_in(mailbox, EARLY, sweep=True)
    evat.uidvalidity = 2
    receiver.take_in(evat, EARLY, sweep=True)
    receiver.take_in(world.mailbox, EARLY, sweep=True)
    assert list(world.alarms.sounding) == [AlarmCode.MAILBOX_CHANGED]
    assert EVAT in world.alarms.sounding[AlarmCode.MAILBOX_CHANGED]
    assert world.ledger.folders[SUPPORT].uidvalidity == 1


def make_intake(name, pulse, book, signals, *waits):
    """Return the thread that reads the mailbox of this name."""
    mailbox = OneMailbox(signals, *waits)
    mailbox.name = f"{name or 'support'}/INBOX"
    rhythm = Rhythm(poll=60, sweep=900, idle=540, lease=0.03)
    return Intake(Taker(), mailbox, OneBell(), book, None, rhythm, signals, pulse, FakeClock(), part=intake_of(name))


def test_a_mailbox_that_another_worker_reads_is_none_of_ours():
    """This worker sweeps its own, says nothing of the other one, and begins when that is free."""
    signals, pulse = Signals(), Pulse(FakeClock(), time.monotonic, [intake_of("evat")])
    ours = make_intake("", pulse, Book(), signals, lambda: None)
    ours.sweep_due.set()
    evat = make_intake("evat", pulse, Book("theirs", "ours"), signals, lambda: None)
    ours.run()
    assert ours.receiver.sweeps == [True, False]
    assert (pulse.beats()["intake"].elsewhere, evat.sweep_due.is_set()) == (False, False)
    signals.stopping.clear()
    evat.mailbox.waits = [lambda: seen.append(pulse.beats()["intake:evat"].elsewhere), signals.stopping.set]
    seen = []
    pulse.well("intake:evat", elsewhere=True)
    assert pulse.beats()["intake:evat"].elsewhere
    evat.run()
    assert seen == [False]


def test_silence_of_a_mailbox_is_told_with_its_name():
    """Two that are silent are one alarm, which names both; the steps of each are its own signs of life."""
    seconds = iter([0.0, *[1000.0] * 40])
    pulse = Pulse(FakeClock(), lambda: next(seconds), [intake_of("evat"), intake_of("refund")])
    watch_steps(lambda _: None, pulse, intake_of("refund"))("filed")
    pulse.fail("intake:evat", "no such host.")
    names = {intake_of(name): f"{name or 'imap'} (x@tax.example)" for name in ("", "evat", "refund")}
    limits = dict.fromkeys((*Part, *names), 600.0)
    said = find_silences(pulse.beats(), limits, names)[AlarmCode.MAILBOX_SILENT]
    assert "imap (x@tax.example): The mailbox could not be read for 17 minutes. " in said
    assert "evat (x@tax.example): The mailbox could not be read for 17 minutes (no such host). " in said
    assert "refund" not in said
    assert kind_of("intake:refund") is Part.INTAKE


def test_the_comparison_names_the_mailbox():
    """With several mailboxes each finding says whose it is, and the mails that are unknown are added up."""
    mailboxes = [FakeMailbox(SUPPORT), FakeMailbox(EVAT)]
    mailboxes[1].deliver("a|b", "c|d")
    result = reconcile(mailboxes, FakeBooks(EVERYTHING, filed={1: True}), lambda _: set())
    assert (result.agrees, result.unknown_on_server) == (False, 1)
    assert result.findings == (f"{EVAT}: 1 mails on the server are not in the ledger yet: UID 2.",)


class OneLookout:
    """A look beside one inbox that finds `found` mails, or meets trouble."""

    def __init__(self, *found):
        self.found = found

    def look(self):
        """Return how many there are."""
        if None in self.found:
            raise WorldError("The mail server does not answer.")
        return len(self.found)


def test_trouble_beside_one_inbox_hides_no_other():
    """Every account is looked at; the trouble is raised afterwards."""
    looked = []

    class Noting(OneLookout):
        def look(self):
            """Note it."""
            looked.append(self.found)
            return super().look()

    with pytest.raises(WorldError):
        Lookouts((Noting(None), Noting(7, 8))).look()
    assert looked == [(None,), (7, 8)]
    assert Lookouts((Noting(7), Noting(8, 9))).look() == 3
