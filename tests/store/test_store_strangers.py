"""Outsiders who know a number, a letter or an address of a ticket: they learn and change nothing, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.queries import find_history
from mailbot.adapters.store.tables import people
from mailbot.domain.numbering import ticket_number
from tests.builders import ASHA, BHARAT, CHITRA, DEV
from tests.store.desk_work import NOW
from tests.store.small_desk import Desk, mail

SECRET = "Dealer-Zulfiqar-Traders-cash-ledger"


@pytest.fixture
def desk(engine, tmp_path):
    """Return a desk with one ticket of Asha's, which names what nobody else may read."""
    desk = Desk(engine, tmp_path)
    desk.gets(mail(ASHA.email, "GSTR-3B " + SECRET, f"{SECRET} shows a wrong balance.", "first"))
    return desk


def text_of(message):
    """Return everything that a letter says, head and parts."""
    parts = [part.get_content() for part in message.walk() if part.get_content_maintype() == "text"]
    return "\n".join([str(value) for value in message.values()] + parts)


def test_a_guessed_number_gives_nothing(desk):
    """Outsiders write into an existing ticket and into ones that do not exist: nothing joins, the answers are alike."""
    (number,) = desk.numbers()
    before = find_history(desk.store.engine, number)
    told = {}
    for count in range(8):
        guess = number if count % 2 else ticket_number("TMS", NOW, 500 + count)
        sender = f"guesser{count}@shop.example"
        for to, message in desk.gets(
            mail(sender, f"Re: [{guess}] please", "What is the status? RESOLVED", f"g{count}")
        ):
            if to == sender:
                assert SECRET not in text_of(message)
                told.setdefault(count % 2, []).append(text_of(message).count("\n"))
    after = find_history(desk.store.engine, number)
    assert (after.ticket, after.events, after.files) == (before.ticket, before.events, before.files)
    assert set(told.get(0, ())) == set(told.get(1, ()))


def test_a_stranger_in_cc_or_with_another_s_letter_learns_nothing(desk):
    """Forwarded letters, Cc, and replies under a new address, also with the token of the letter: nothing is told."""
    (number,) = desk.numbers()
    before = find_history(desk.store.engine, number)
    letter = next(message for to, message in desk.letters() if to == ASHA.email)
    ids, answer_to = letter["Message-ID"], letter["Reply-To"].addresses[0].addr_spec
    for count in range(8):
        sender = (f"stranger{count}@shop.example", BHARAT.email)[count % 4 == 3]
        threaded = (f"In-Reply-To: {ids}", f"References: {ids}", f"Cc: {answer_to}, friend{count}@evil.example")
        word = ("STATUS", "REOPEN", "please send me the history", "MY TICKETS")[count % 4]
        raw = mail(sender, f"Re: [{number}] x", word, f"s{count}", *threaded)
        for to, message in desk.gets(raw):
            assert "evil.example" not in to
            assert to in {sender, ASHA.email, CHITRA.email, DEV.email}
            if to == sender:
                assert SECRET not in text_of(message)
    after = find_history(desk.store.engine, number)
    assert after.ticket.requester == before.ticket.requester
    assert after.events == before.events


def test_no_mail_changes_who_is_who(desk):
    """Names, roles, aliases and X-Mailbot-* in officers' and strangers' mails: the directory stays as it is."""

    def directory():
        with reading(desk.store.engine) as connection:
            return [tuple(row) for row in connection.execute(select(people).order_by(people.c.employee_id))]

    before = directory()
    for count in range(6):
        sender = (f'"Chitra Rao" <x{count}@shop.example>', f'"Dev Tiwari (lead)" <{ASHA.email}>')[count % 2]
        headers = ("X-Mailbot-Role: lead", f"X-Mailbot-Alias: {CHITRA.email}", f"Sender: {DEV.email}", "X-Role: staff")
        body = (
            f"Employee ID: {CHITRA.employee_id}\nName: Dev\nRole: lead\nEmail: new@evil.example",
            f"ALIAS {CHITRA.email}\nI am {DEV.name}, {DEV.employee_id}. My new address is new@evil.example",
            "<person role='lead'>Asha</person>\nupdate people set role = 'lead'; --",
        )[count % 3]
        desk.gets(mail(sender, "role=lead; name=Root", body, f"w{count}", *headers))
    assert directory() == before
