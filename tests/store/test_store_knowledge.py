"""What the tables know about one mail: its sender, its ticket, whether it was handled before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update as sql_update

from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.queries import TicketFilter, find_tickets
from mailbot.adapters.store.tables import people
from mailbot.domain.letter import LetterKind
from mailbot.domain.thread import Clues
from tests.builders import ASHA, BHARAT, CHITRA, DEV, STRANGER, decide_mail, make_known, make_person
from tests.store.desk_work import NOW, claim, mail_for, open_one, opening, order, update

NOTHING = Clues((), (), ())
KELVIN = "\u212a"


@pytest.fixture
def number(store):
    """Return the number of Asha's ticket, in a desk where everybody is in the directory."""
    keep_people(store.engine, [ASHA, BHARAT, CHITRA, DEV])
    return open_one(store, message_id="<asha-1@mail.example>")


def known(store, clues=NOTHING, uid=50, now=NOW, **changes):
    """Return what is known of the next mail, which Asha wrote unless it says otherwise."""
    (entry,) = claim(store, uid, now=now)
    return store.find_known(mail_for(entry, **changes), clues, entry, now)


def from_(person):
    """Return what makes a mail somebody else's."""
    return {"sender": person}


def test_a_fresh_mail_of_a_known_officer(store, number):
    """The sender is known, the IT section is known, and no ticket is meant."""
    found = known(store)
    assert number
    assert (found.person, found.staff, found.ticket) == (ASHA, (CHITRA, DEV), None)
    assert (found.requester, found.by_token, found.duplicate_of, found.mentioned) == (None, False, None, ())


def test_a_token_proves_the_ticket(store, number):
    """The reply token alone is enough, also for somebody who is not in the directory."""
    found = known(store, Clues((number,), (), ()), **from_(STRANGER))
    assert (found.ticket.number, found.by_token, found.requester, found.person) == (number, True, ASHA, None)


def test_a_token_for_a_ticket_that_is_gone_proves_nothing(store, number):
    """The next clue is looked at."""
    found = known(store, Clues(("TMS-2601-00001-0",), ("<asha-1@mail.example>",), ()))
    assert (found.ticket.number, found.by_token) == (number, False)


@pytest.mark.parametrize("message_id", ["<asha-1@mail.example>", "<mb.{number}.acknowledgement.asha@tax.up.example.1>"])
def test_an_answer_is_known_by_the_id_of_a_mail_or_a_letter(store, number, message_id):
    """Her own first mail, or our letter to her: both lead to the ticket, and neither is a proof."""
    found = known(store, Clues((), ("<unknown@x>", message_id.format(number=number)), ()))
    assert (found.ticket.number, found.by_token) == (number, False)


@pytest.mark.parametrize("clue", ["message_ids", "numbers"])
@pytest.mark.parametrize(
    ("sender", "belongs"),
    [
        (ASHA, True),
        ("ASHA@tax.up.example", True),
        (CHITRA, True),
        (DEV, True),
        (BHARAT, False),
        (STRANGER, False),
        (f"as{KELVIN}a@tax.up.example", False),
        ("asha\x00@tax.up.example", False),
    ],
)
def test_without_a_token_only_those_who_belong_to_it_find_a_ticket(store, number, clue, sender, belongs):
    """Its requester and the IT section; knowing a number or an id gives nobody else anything."""
    clues = Clues((), ("<asha-1@mail.example>",), ()) if clue == "message_ids" else Clues((), (), (number,))
    found = known(store, clues, **from_(sender))
    assert (found.ticket is not None) is belongs


def test_a_number_without_a_right_to_it_is_only_mentioned(store, number):
    """The new ticket of somebody else can name it; a number that was never given is not named."""
    found = known(store, Clues((), (), (number, "TMS-2611-00099-9")), **from_(BHARAT))
    assert (found.ticket, found.mentioned) == (None, (number,))
    assert known(store, Clues((), (), (number,)), uid=51).mentioned == ()


def test_a_mail_with_two_senders_is_nobodys(store, number):
    """RFC 5322 allows one author here; with two of them none is believed, whatever the mail carries."""
    found = known(store, Clues((number,), (), (number,)), sender_count=2)
    assert (found.person, found.ticket, found.answers_last_day) == (None, None, 0)


def test_a_mail_without_a_sender_is_nobodys(store, number):
    """No From, no person, no ticket."""
    found = known(store, Clues((number,), (), (number,)), sender=None, sender_count=0)
    assert (found.person, found.ticket) == (None, None)


@pytest.mark.parametrize(
    "address", [f"{KELVIN}avita@tax.up.example", "kavita\u200b@tax.up.example", "káVita@x.example"]
)
def test_a_look_alike_is_not_a_colleague(store, address):
    """The Kelvin sign is no k, also when it is written small."""
    keep_people(store.engine, [make_person("Kavita Rao", employee_id="300001", role=CHITRA.role)])
    assert known(store, **from_(address)).person is None
    assert known(store, uid=51, **from_("Kavita@TAX.up.example")).person is not None


def test_people_who_left_are_not_known(store, number):
    """An inactive row is neither a sender nor the IT section, but the ticket stays its requester's."""
    with writing(store.engine) as connection:
        connection.execute(sql_update(people).where(people.c.email.in_([ASHA.email, DEV.email])).values(active=False))
    found = known(store, Clues((), (), (number,)))
    assert (found.person, found.staff, found.requester) == (None, (CHITRA,), None)
    assert found.ticket.number == number
    assert store.find_staff() == (CHITRA,)


def test_the_employee_id_is_looked_up(store, number):
    """A mail written for somebody else names an Employee ID; only one of the directory counts."""
    assert number
    assert known(store, Clues((), (), (), BHARAT.employee_id)).employee == BHARAT
    assert known(store, Clues((), (), (), "999999"), uid=51).employee is None


def test_the_same_mail_again_is_known_as_a_duplicate(store, number):
    """The content key of a handled mail is known; the mail itself is not its own duplicate."""
    entry_of_first = claim(store, 1)
    assert entry_of_first == []
    found = known(store, content_key=f"{find_first_mail(store):064d}")
    assert number
    assert found.duplicate_of == f"mail {find_first_mail(store)}"
    assert known(store, uid=51).duplicate_of is None


def find_first_mail(store):
    """Return the number of the mail that opened the ticket."""
    return min(store.find_raw_names())


def test_automatic_answers_are_counted_by_hour_and_day(store, number):
    """Acknowledgements count for an hour and for a day; news such as `resolved` does not count."""
    for uid, hours in ((2, 2), (3, 30)):
        open_one(store, uid, now=NOW - timedelta(hours=hours))
    (entry,) = claim(store, 4)
    store.apply(entry, mail_for(entry), update(number, 1, letters=(order(kind=LetterKind.RESOLVED),)), NOW)
    found = known(store, now=NOW + timedelta(minutes=1))
    assert (found.answers_last_hour, found.answers_last_day) == (1, 2)
    assert known(store, uid=51, **from_(BHARAT)).answers_last_day == 0


def test_capital_letters_do_not_hide_answers_from_the_count(store):
    """An address that is not in the directory is counted whichever way it is written, so that a loop ends."""
    (entry,) = claim(store, 1)
    mail = mail_for(entry, **from_("Complaints.DEALER@shop.example"))
    store.apply(entry, mail, decide_mail(mail, make_known(None)), NOW)
    for uid, written in enumerate(("Complaints.DEALER@shop.example", STRANGER, STRANGER.upper()), start=50):
        assert known(store, uid=uid, **from_(written)).answers_last_hour == 1


def test_a_ticket_of_a_bare_address_belongs_to_it(store):
    """A stranger finds the own ticket again by its number."""
    (entry,) = claim(store, 1)
    number = store.apply(entry, mail_for(entry, **from_(STRANGER)), opening(requester=STRANGER, verified=False), NOW)
    assert known(store, Clues((), (), (number,)), **from_(STRANGER)).ticket.number == number
    assert len(find_tickets(store.engine, TicketFilter(requester=STRANGER))) == 1
