"""Tickets that belong together in the tables: cases, parts, versions, and where a mail to a merged ticket goes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.queries import find_history
from mailbot.adapters.store.timekeeping import find_due_timers
from mailbot.domain.decision import Change, Decision, Event, EventKind, Outcome
from mailbot.domain.errors import ChangedMeanwhileError
from mailbot.domain.letter import Audience, LetterKind
from mailbot.domain.thread import Clues
from mailbot.domain.ticket import Status
from mailbot.domain.timers import TimerKind, decide_timer
from mailbot.domain.verbs import Verb
from tests.builders import ASHA, BHARAT, CHITRA, DEV, the_desk
from tests.store.desk_work import NOW, claim, mail_for, open_one, opening, order

EMPTY = {"proven": (), "message_ids": (), "numbers": ()}
LATER = NOW + timedelta(minutes=20)


@pytest.fixture
def numbers(store):
    """Return the numbers of Asha's ticket and of two of Bharat's."""
    keep_people(store.engine, [ASHA, BHARAT, CHITRA, DEV])
    return open_one(store, 1), *(open_for_bharat(store, uid) for uid in (2, 3))


def open_for_bharat(store, uid):
    """Open a ticket of Bharat's and return its number."""
    (entry,) = claim(store, uid)
    bharats = opening(requester=BHARAT.email, requester_name=BHARAT.name)
    return store.apply(entry, mail_for(entry, sender=BHARAT), bharats, NOW)


def known(store, sender, uid, **clues):
    """Return what is known of a mail of that person with these clues."""
    entry = claim(store, uid, now=LATER)[-1]
    return store.find_known(mail_for(entry, sender=sender), Clues(**{**EMPTY, **clues}), entry, LATER)


def part(number, version=1, kind=EventKind.TIED, letter=LetterKind.STATUS_CHANGED, **change):
    """Return the decision about one ticket of several."""
    return Decision(
        Outcome.UPDATED,
        ("Chitra ties it.",),
        ticket=number,
        expected_version=version,
        change=Change(**change),
        events=(Event(kind, CHITRA.email, "same outage"),),
        letters=(order(CHITRA.email, letter, audience=Audience.STAFF),),
    )


def apply(store, uid, decision):
    """Obey a decision about a mail of Chitra's."""
    entry = claim(store, uid, now=LATER)[-1]
    return store.apply(entry, mail_for(entry, sender=CHITRA), decision, LATER)


def answered(*parts):
    """Return the decision about a mail that changes several tickets."""
    return Decision(Outcome.ANSWERED, ("It ties tickets.",), also=parts)


def test_a_tie_raises_the_version_of_both_and_a_second_one_is_told(store, numbers):
    """The parent gets a line of history; whoever decided on its old version decides again, and nothing is half done."""
    parent, one, two = numbers
    apply(store, 20, answered(part(parent), part(one, parent=parent)))
    assert [find_history(store.engine, number).ticket.version for number in numbers] == [2, 2, 1]
    assert find_history(store.engine, one).ticket.parent == parent
    with pytest.raises(ChangedMeanwhileError):
        apply(store, 21, answered(part(two, parent=parent), part(parent)))
    assert find_history(store.engine, two).ticket.parent == ""
    with pytest.raises(ChangedMeanwhileError):
        apply(store, 22, answered(part(parent, 2), part(one, kind=EventKind.MERGED, status=Status.MERGED)))
    assert find_history(store.engine, parent).ticket.version == 2


def test_the_cases_of_a_parent_are_found_when_it_is_resolved(store, numbers):
    """Open cases with their requesters; a case that is resolved is none, and no other mail asks for them."""
    parent, one, two = numbers
    apply(store, 20, answered(part(one, parent=parent), part(two, parent=parent)))
    resolving = known(store, CHITRA, 30, proven=(parent,), verbs=frozenset({Verb.RESOLVE}))
    assert [(t.ticket.number, t.requester) for t in resolving.children] == [(one, BHARAT), (two, BHARAT)]
    apply(store, 31, answered(part(two, 2, kind=EventKind.RESOLVED, status=Status.RESOLVED)))
    by_number = known(store, CHITRA, 32, targets=(parent, one), verbs=frozenset({Verb.RESOLVE}))
    assert [t.ticket.number for t in by_number.children] == [one]
    assert known(store, CHITRA, 33, proven=(parent,)).children == ()
    tying = known(store, CHITRA, 34, proven=(one,), targets=(parent,), verbs=frozenset({Verb.PARENT}))
    assert tying.case_counts == {parent: 2}


def test_a_mail_to_a_merged_ticket_goes_to_the_whole(store, numbers):
    """By token, by reference and by number: Bharat's answer joins Asha's ticket, and he is known as its follower."""
    whole, one, _ = numbers
    merged = part(one, kind=EventKind.MERGED, status=Status.MERGED, merged_into=whole)
    apply(store, 20, answered(part(whole, kind=EventKind.MERGED), merged))
    assert find_history(store.engine, one).ticket.closed_at == LATER
    letter = f"<mb.{one}.new_ticket.{CHITRA.email}.1>"
    ways = ({"proven": (one,)}, {"message_ids": (letter,)}, {"numbers": (one,)}, {"numbers": (whole,)})
    for uid, clues in enumerate(ways, start=30):
        found = known(store, BHARAT, uid, **clues)
        assert (found.ticket.number, found.by_token) == (whole, "proven" in clues), clues
        assert [t.ticket.number for t in found.followers[whole]] == [one]
    assert known(store, DEV, 40, numbers=(one,)).followers[whole][0].requester == BHARAT
    assert known(store, ASHA, 41, numbers=(one,)).ticket is None


def test_the_clock_tells_the_followers_that_it_is_over(store, numbers):
    """When nobody answers and the whole is closed, Bharat's part comes with the timer, so that he hears of it."""
    whole, one, _ = numbers
    solved = part(whole, kind=EventKind.RESOLVED, status=Status.RESOLVED)
    apply(store, 20, answered(solved, part(one, kind=EventKind.MERGED, status=Status.MERGED, merged_into=whole)))
    due = find_due_timers(store.engine, "", LATER + timedelta(days=60), 100)
    (closing,) = (timer for timer in due if timer.kind is TimerKind.CLOSE)
    assert [t.ticket.number for t in closing.followers] == [one]
    letters = decide_timer(closing, the_desk(), closing.due_at).letters
    assert {(letter.to, letter.kind) for letter in letters} == {
        (ASHA.email, LetterKind.CLOSED),
        (BHARAT.email, LetterKind.CLOSED),
    }


def test_an_ordinary_answer_asks_nothing_about_kin(store, numbers):
    """An officer's mail about the own ticket needs no look at parents and parts."""
    seen = []
    event.listen(store.engine, "before_cursor_execute", lambda *call: seen.append(call[2]))
    known(store, ASHA, 30, proven=(numbers[0],))
    assert not [sql for sql in seen if "merged_into IN" in sql or "tickets.parent IN" in sql]


def test_all_cases_are_answered_in_one_step(store):
    """Twenty cases are found in their order and settled with their parent in one transaction."""
    keep_people(store.engine, [ASHA, BHARAT, CHITRA, DEV])
    parent = open_one(store, 1)
    cases = [open_for_bharat(store, uid) for uid in range(100, 120)]
    apply(store, 20, answered(part(parent), *(part(number, parent=parent) for number in cases)))
    found = known(store, CHITRA, 30, proven=(parent,), verbs=frozenset({Verb.RESOLVE}))
    assert [t.ticket.number for t in found.children] == cases
    solved = (part(number, 2, kind=EventKind.RESOLVED, status=Status.RESOLVED) for number in (parent, *cases))
    apply(store, 31, answered(*solved))
    assert {find_history(store.engine, number).ticket.status for number in cases} == {Status.RESOLVED}
