"""What a person sees of the desk: every list, count and page shows own tickets alone, except to the IT section."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.tables import tickets
from mailbot.adapters.store.ticket_lists import (
    NOBODY,
    RUNNING,
    CursorError,
    Sort,
    TicketQuery,
    count_tickets,
    find_part,
    find_zones,
)
from mailbot.adapters.store.ticket_pages import find_file, find_page
from mailbot.domain.decision import Change, Event, EventKind
from mailbot.domain.people import Role
from mailbot.domain.ticket import Status, Step
from tests.builders import ASHA, BHARAT, CHITRA, DEV, make_person, make_picture, the_desk
from tests.store.desk_work import NOW, claim, mail_for, opening
from tests.store.desk_work import update as change

NEHA = make_person("Neha Joshi", employee_id="300001", role=Role.INTEGRATOR, mobile="")
EVERYBODY = (ASHA, BHARAT, CHITRA, DEV, NEHA)
# Who each ticket is of, and what it is about.
OPENED = (
    (ASHA, "return-filing", "high", "GSTR-3B त्रुटि 500"),
    (ASHA, "payment", "low", "Challan not shown"),
    (BHARAT, "e-way-bill", "high", "E-way bill cannot be cancelled"),
    (BHARAT, "return-filing", "normal", "GSTR-1 पोर्टल पर त्रुटि"),
)


@pytest.fixture
def numbers(store):
    """Open the tickets, one an hour, with a picture and an internal note each, and return their numbers."""
    keep_people(store.engine, EVERYBODY)
    found = []
    for hour, (person, module, priority, title) in enumerate(OPENED):
        now = NOW + timedelta(hours=hour)
        (entry,) = claim(store, hour + 1, now=now)
        picture = make_picture(sha256=f"{hour + 1:064x}")
        decision = opening(
            requester=person.email, requester_name=person.name, module=module, priority=priority, title=title,
            zone=person.zone, copy_to=NEHA.email if title.startswith("Challan") else "",
        )  # fmt: skip
        note = Event(EventKind.NOTED, CHITRA.email, "Known at GSTN.", "A note.", internal=True)
        decision = replace(decision, events=(*decision.events, note))
        found.append(store.apply(entry, mail_for(entry, attachments=(picture,)), decision, now))
    return found


def seen(store, viewer, **wanted):
    """Return the numbers that a list shows."""
    return [line.number for line in find_part(store.engine, viewer, TicketQuery(**wanted), NOW).lines]


def test_each_sees_the_own_tickets_and_the_it_section_sees_all(store, numbers):
    """An officer the own ones, an integrator those written for others, a stranger to the desk none."""
    first, challan, third, fourth = numbers
    assert seen(store, ASHA) == [challan, first]
    assert seen(store, BHARAT) == [fourth, third]
    assert seen(store, NEHA) == [challan]
    assert seen(store, CHITRA) == seen(store, DEV) == [fourth, third, challan, first]
    assert seen(store, replace(CHITRA, active=False)) == []


def test_no_filter_shows_what_its_reader_may_not_see(store, numbers):
    """Whatever is asked for in whatever combination, an officer's list is a part of the own tickets."""
    choices = {
        "statuses": ((), RUNNING), "modules": ((), ("return-filing", "e-way-bill")), "requester": ("", BHARAT.email),
        "words": ("", "त्रुटि", "cancelled"), "assignee": ("", NOBODY), "sort": tuple(Sort),
    }  # fmt: skip
    for values in itertools.product(*choices.values()):
        assert set(seen(store, ASHA, **dict(zip(choices, values, strict=True)))) <= set(numbers[:2])
    assert sum(count_tickets(store.engine, ASHA, NOW).by_status.values()) == 2


def test_filters_do_what_they_say(store, numbers):
    """Each alone, for the IT section."""
    first, challan, third, fourth = numbers
    change_row(store, first, resolve_due_at=NOW - timedelta(hours=1), assignee=CHITRA.email, reopen_count=1)
    change_row(store, challan, status="resolved", resolved_at=NOW)
    assert seen(store, DEV, modules=("return-filing",)) == [fourth, first]
    assert seen(store, DEV, priority="high") == [third, first]
    assert seen(store, DEV, zones=(BHARAT.zone,)) == [fourth, third, challan, first] or ASHA.zone != BHARAT.zone
    assert seen(store, DEV, assignee=CHITRA.email) == [first]
    assert seen(store, DEV, assignee=NOBODY) == [fourth, third, challan]
    assert seen(store, DEV, is_overdue=True) == [first]
    assert seen(store, DEV, is_reopened=True) == [first]
    assert seen(store, DEV, statuses=(Status.RESOLVED,)) == [challan]
    assert seen(store, DEV, requester=BHARAT.email) == [fourth, third]
    assert seen(store, DEV, words="पोर्टल gstr-1") == [fourth]
    assert seen(store, DEV, words="  ") == [fourth, third, challan, first]
    assert seen(store, DEV, resolved_from=NOW, resolved_to=NOW + timedelta(hours=1)) == [challan]
    assert seen(store, DEV, opened_from=NOW + timedelta(hours=2)) == [fourth, third]
    assert seen(store, DEV, opened_to=NOW + timedelta(hours=2)) == [challan, first]
    assert find_zones(store.engine) == (ASHA.zone,)


def test_counts_say_what_lists_show(store, numbers):
    """The figures above a list are those of the list."""
    first, challan, *_ = numbers
    change_row(store, first, resolve_due_at=NOW - timedelta(hours=1), assignee=CHITRA.email, reopen_count=2)
    change_row(store, challan, status="resolved", resolved_at=NOW)
    counts = count_tickets(store.engine, CHITRA, NOW)
    assert counts.by_status == {"new": 3, "resolved": 1}
    assert (counts.running, counts.overdue, counts.unassigned, counts.mine, counts.reopened) == (3, 1, 2, 1, 1)
    none = count_tickets(store.engine, replace(NEHA, email="nobody@tax.up.example"), NOW)
    assert (none.by_status, none.running, none.overdue) == ({}, 0, 0)


@pytest.mark.parametrize("sort", list(Sort))
def test_parts_make_up_the_list(store, numbers, sort):
    """Whatever the order, each line comes once, also while new tickets are opened between two parts."""
    change_row(store, numbers[1], resolve_due_at=NOW, changed_at=NOW + timedelta(days=1))
    wanted = TicketQuery(sort=sort, priorities=("high", "normal", "low"), limit=10)
    whole = [line.number for line in find_part(store.engine, DEV, wanted, NOW).lines]
    assert sorted(whole) == sorted(numbers)
    parts, cursor = [], ""
    while not parts or cursor:
        part = find_part(store.engine, DEV, replace(wanted, limit=1, cursor=cursor), NOW)
        parts += [line.number for line in part.lines]
        cursor = part.next_cursor
    assert parts == whole


@pytest.mark.parametrize("cursor", ["x", "W10", "WyJuZXdlc3QiLCAiYSIsIDFd", "WyJvbGRlc3QiLCAxLCAxXQ", "é", "[" * 5_000])
def test_a_cursor_that_was_made_up_is_refused(store, numbers, cursor):
    """It opens nothing and breaks nothing."""
    assert numbers
    with pytest.raises(CursorError):
        find_part(store.engine, DEV, TicketQuery(cursor=cursor), NOW)


def test_a_page_shows_its_reader_what_is_for_them(store, numbers):
    """An officer sees neither notes nor reasons nor letters; who has nothing to do with it sees no page at all."""
    number = numbers[0]
    own, staff = (find_page(store.engine, person, number, the_desk()) for person in (ASHA, CHITRA))
    assert [line.kind for line in own.history.events] == ["opened"]
    assert [line.kind for line in staff.history.events] == ["opened", "noted"]
    assert (own.history.letters, own.history.events[0].reason) == ((), "")
    assert (len(staff.history.letters), staff.history.events[0].reason) == (2, "A new mail.")
    assert (own.name_of(ASHA.email), staff.name_of(CHITRA.email)) == (ASHA.name, CHITRA.name)
    for person, wanted in itertools.product((BHARAT, NEHA), (number, "TMS-2611-99999-9", "", "%")):
        assert find_page(store.engine, person, wanted, the_desk()) is None


def test_a_page_offers_what_may_be_done_now(store, numbers):
    """The buttons are the steps of the table of steps, for this reader and this status."""
    number = numbers[0]
    steps = {person.email: find_page(store.engine, person, number, the_desk()).steps for person in (ASHA, CHITRA, DEV)}
    assert Step.CANCEL in steps[ASHA.email]
    assert {Step.RESOLVE, Step.TAKE, Step.ASK, Step.NOTE, Step.ASSIGN} <= set(steps[CHITRA.email])
    assert {Step.RESOLVE, Step.NOTE} & set(steps[ASHA.email]) == set()
    change_row(store, number, status="resolved")
    assert {Step.CONFIRM, Step.REOPEN} <= set(find_page(store.engine, ASHA, number, the_desk()).steps)


def test_who_follows_a_merged_ticket_sees_the_one_it_went_into(store, numbers):
    """Asha's ticket became a part of Bharat's: she may read on there, he does not see hers."""
    first, _, third, _ = numbers
    (entry,) = claim(store, 90)
    merged = change(first, 1, change=Change(status=Status.MERGED, merged_into=third), events=(), letters=())
    store.apply(entry, mail_for(entry), merged, NOW)
    assert third in seen(store, ASHA)
    page = find_page(store.engine, ASHA, third, the_desk())
    assert [line.kind for line in page.history.events] == ["opened"]
    assert find_page(store.engine, BHARAT, first, the_desk()) is None


def test_a_file_is_given_to_whom_its_ticket_is_shown(store, numbers):
    """Who knows a SHA-256 has no right by that; neither has who sees another ticket."""
    number, name = numbers[0], f"{1:064x}"
    assert find_file(store.engine, ASHA, number, name).sha256 == name
    assert find_file(store.engine, CHITRA, number, name).sha256 == name
    assert find_file(store.engine, BHARAT, number, name) is None
    assert find_file(store.engine, BHARAT, numbers[2], name) is None
    assert find_file(store.engine, ASHA, number, "") is None


def change_row(store, number, **values):
    """Change a ticket behind the desk's back."""
    with writing(store.engine) as connection:
        connection.execute(update(tickets).where(tickets.c.number == number).values(**values))
