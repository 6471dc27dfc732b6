"""Tickets that a mail names by number, what wrong numbers may mean, and what others did since a letter was written."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.meanwhile import LAST_EVENTS, TOLD
from mailbot.adapters.store.tables import letters
from mailbot.domain.decision import Change, Event, EventKind
from mailbot.domain.letter import LetterKind
from mailbot.domain.notice_codes import NOTICE_CODES
from mailbot.domain.number_lists import near_numbers
from mailbot.domain.numbering import ticket_number
from mailbot.domain.thread import Clues
from mailbot.domain.ticket import Status
from tests.builders import ASHA, BHARAT, CHITRA, DEV
from tests.store.desk_work import NOW, claim, mail_for, open_one, opening, order, update

LATER = NOW + timedelta(minutes=20)


@pytest.fixture
def numbers(store):
    """Return the numbers of Asha's and of Bharat's ticket."""
    keep_people(store.engine, [ASHA, BHARAT, CHITRA, DEV])
    (entry,) = claim(store, 2)
    bharats = opening(requester=BHARAT.email, requester_name=BHARAT.name)
    return open_one(store, 1), store.apply(entry, mail_for(entry, sender=BHARAT), bharats, NOW)


def known(store, sender, uid=50, **clues):
    """Return what is known of a mail of that person with these clues."""
    (entry,) = claim(store, uid)
    return store.find_known(mail_for(entry, sender=sender), Clues(**{**EMPTY, **clues}), entry, NOW)


EMPTY = {"proven": (), "message_ids": (), "numbers": ()}


def wrong_digit(number):
    """Return the number with another check digit."""
    return f"{number[:-1]}{(int(number[-1]) + 1) % 10}"


def test_staff_may_name_every_ticket_and_an_officer_only_his_own(store, numbers):
    """Chitra finds both with their requesters; Asha finds hers, and Bharat's is like one that does not exist."""
    asha, bharat = numbers
    never = ticket_number("TMS", NOW, 999)
    by_staff = known(store, CHITRA, targets=(asha, bharat, never))
    assert {n: target.requester for n, target in by_staff.targets.items()} == {asha: ASHA, bharat: BHARAT}
    assert by_staff.near_numbers == {never: ()}
    by_asha = known(store, ASHA, 51, targets=(asha, bharat, never))
    assert (set(by_asha.targets), by_asha.near_numbers) == ({asha}, {bharat: (), never: ()})


def test_a_wrong_digit_is_answered_with_own_tickets_only(store, numbers):
    """A slip in one digit proposes the ticket it was meant for, and never somebody else's."""
    asha, bharat = numbers
    assert known(store, ASHA, mistyped=(wrong_digit(asha),)).near_numbers == {wrong_digit(asha): (asha,)}
    near = known(store, ASHA, 51, targets=(wrong_digit(bharat),)).near_numbers[wrong_digit(bharat)]
    assert bharat not in near
    assert bharat in known(store, CHITRA, 53, targets=(wrong_digit(bharat),)).near_numbers[wrong_digit(bharat)]


def test_the_subject_counts_too(store, numbers):
    """A number in the subject that is not the sender's is known as such; his own is nothing to speak of."""
    asha, bharat = numbers
    assert known(store, ASHA, numbers=(bharat,)).near_numbers == {bharat: ()}
    assert known(store, ASHA, 51, numbers=(asha,)).near_numbers == {}


def test_every_slip_of_a_finger_leads_back():
    """For each digit and each swap of neighbours the right number is among those it may mean."""
    number = "TMS-2611-00042-7"
    digits = "2611000427"
    slips = [f"{digits[:i]}{d}{digits[i + 1 :]}" for i in range(10) for d in "0123456789" if d != digits[i]]
    slips += [
        f"{digits[:i]}{digits[i + 1]}{digits[i]}{digits[i + 2 :]}" for i in range(9) if digits[i] != digits[i + 1]
    ]
    for slip in slips:
        assert number in near_numbers(f"TMS-{slip[:4]}-{slip[4:-1]}-{slip[-1]}"), slip


def commanded(store, number, kind=EventKind.RESOLVED, actor=DEV.email, version=1, at=LATER, internal=False):  # noqa: FBT002, PLR0917
    """Let somebody do something with the ticket."""
    entry = claim(store, 60 + version, now=at)[-1]  # leases of earlier mails have run out by then
    change = Change(status=Status.RESOLVED if kind is EventKind.RESOLVED else None)
    events = (Event(kind, actor, internal=internal),)
    letter = order(CHITRA.email, LetterKind.STATUS_CHANGED)
    decision = update(number, version, change=change, events=events, letters=(letter,))
    store.apply(entry, mail_for(entry, sender=DEV), decision, at)


def letter_ids(store, to):
    """Return the Message-IDs of the letters to somebody, oldest first."""
    with reading(store.engine) as connection:
        return list(
            connection.execute(select(letters.c.message_id).where(letters.c.to == to).order_by(letters.c.id)).scalars()
        )


def test_what_others_did_since_the_letter_is_told_with_names_and_times(store, numbers):
    """Chitra answers the letter of 11:30; Dev resolved at 11:50, with his name from the directory."""
    number = numbers[0]
    first = letter_ids(store, CHITRA.email)[:1]
    commanded(store, number)
    (happened,) = known(store, CHITRA, proven=(number,), answered=tuple(first)).meanwhile
    assert (happened.kind, happened.actor, happened.at) == (EventKind.RESOLVED, DEV.name, LATER)


def test_what_the_letter_itself_told_is_no_news(store, numbers):
    """The answer to Dev's own news has nothing to add, nor has one's own doing, nor what stays inside."""
    number = numbers[0]
    commanded(store, number)
    newest = letter_ids(store, CHITRA.email)[-1:]
    assert known(store, CHITRA, proven=(number,), answered=tuple(newest)).meanwhile == ()
    first = tuple(letter_ids(store, CHITRA.email)[:1])
    assert known(store, DEV, 51, proven=(number,), answered=first).meanwhile == ()
    commanded(store, number, EventKind.NOTED, version=2, at=LATER, internal=True)
    assert len(known(store, CHITRA, 52, proven=(number,), answered=first).meanwhile) == 1


def test_a_letter_about_another_ticket_tells_nothing(store, numbers):
    """Only a letter of this very ticket says what its reader knew."""
    commanded(store, numbers[0])
    first = tuple(letter_ids(store, CHITRA.email)[1:2])
    assert known(store, CHITRA, proven=(numbers[0],), answered=first).meanwhile == ()


def test_the_clock_has_no_name(store, numbers):
    """What happened by itself is told without anybody's name."""
    commanded(store, numbers[0], EventKind.CLOSED, actor="timer")
    first = tuple(letter_ids(store, CHITRA.email)[:1])
    assert [h.actor for h in known(store, CHITRA, proven=(numbers[0],), answered=first).meanwhile] == [""]


def test_a_mail_that_commands_nothing_asks_nothing(store, numbers):
    """Without numbers and commands not one statement more is sent than before."""
    statements = []
    event.listen(store.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    known(store, ASHA, proven=(numbers[0],), numbers=(numbers[0],), message_ids=("<x@y>",))
    assert not any("events" in statement.lower() for statement in statements)
    assert sum("tickets.number IN" in statement for statement in statements) == 0


def test_every_event_that_is_told_has_its_words():
    """Whatever the store reports as having happened meanwhile can be said in a letter."""
    assert {f"meanwhile_{kind}" for kind in TOLD} <= set(NOTICE_CODES)
    assert LAST_EVENTS > 5
