"""Whatever a stranger wrote, both databases keep it, and neither fails for it."""

from __future__ import annotations

import random
import string
from dataclasses import replace

import pytest

from mailbot.adapters.store.columns import storable
from mailbot.adapters.store.queries import find_history, find_mail
from mailbot.domain.decision import Decision, Event, EventKind, Outcome
from mailbot.domain.mail import Address
from mailbot.domain.thread import Clues
from mailbot.domain.trust import LONGEST_ADDRESS
from tests.builders import ASHA, decide_mail, make_known, make_picture
from tests.store.desk_work import NOW, claim, mail_for, open_one, opening, update

# An index of PostgreSQL takes 2,700 bytes; a run of one letter would be compressed and not be noticed.
NOISE = "".join(random.Random(7).choices(string.ascii_lowercase, k=10_000))

TEXTS = {
    "NUL": ("पोर्टल\x00बंद", "पोर्टल\ufffdबंद"),
    "lone surrogates": ("a\ud800b\udfffc", "a\ufffdb\ufffdc"),
    "four bytes": ("रिटर्न 😀 👩🏽‍💻 𑂍", "रिटर्न 😀 👩🏽‍💻 𑂍"),
    "quotes and backslashes": (
        "'; DROP TABLE tickets; -- \\ \" %s :name ?",
        "'; DROP TABLE tickets; -- \\ \" %s :name ?",
    ),
    "a megabyte": ("कर " * 120_000, "कर " * 120_000),
}


@pytest.mark.parametrize(("written", "kept"), TEXTS.values(), ids=TEXTS)
def test_any_text_is_kept(store, written, kept):
    """All comes back as written, or marked: title, history, file names; of a sender as much as an address may be."""
    (entry,) = claim(store, 1)
    decision = replace(
        opening(title=written, description=written, requester_name=written),
        events=(Event(EventKind.OPENED, written, written, written),),
        reasons=(written,),
    )
    mail = mail_for(entry, subject=written, sender=None, attachments=(make_picture(written),))
    mail = replace(mail, sender=Address(written))
    history = find_history(store.engine, store.apply(entry, mail, decision, NOW))
    ticket, (event,), (file,) = history.ticket, history.events, history.files
    line = find_mail(store.engine, entry.id)
    found = {ticket.title, ticket.description, ticket.requester_name, event.text, event.actor, event.reason}
    assert found | {file.name, line.subject, *line.reasons} == {kept}
    assert line.sender == kept[:LONGEST_ADDRESS]


@pytest.mark.parametrize(("written", "kept"), TEXTS.values(), ids=TEXTS)
def test_any_text_is_kept_by_an_update(store, written, kept):
    """A resolution and a comment are a stranger's words as well."""
    number = open_one(store)
    (entry,) = claim(store, 2)
    decision = update(number, 1, events=(Event(EventKind.COMMENTED, ASHA.email, written),), letters=())
    store.apply(entry, mail_for(entry), replace(decision, change=replace(decision.change, resolution=written)), NOW)
    history = find_history(store.engine, number)
    assert (history.ticket.resolution, history.events[-1].text) == (kept, kept)


@pytest.mark.parametrize(("written", "kept"), list(TEXTS.values())[:3], ids=list(TEXTS)[:3])
def test_any_error_is_kept(store, written, kept):
    """What goes wrong with a mail may quote it."""
    (entry,) = claim(store, 1)
    store.postpone(entry, written, NOW)
    assert find_mail(store.engine, entry.id).error == kept


def test_replaced_characters_never_make_two_texts_equal_by_leaving_something_out():
    """An address with a NUL inside is another address than the one without."""
    assert storable("asha\x00@tax.up.example") == "asha\ufffd@tax.up.example"


def test_a_message_id_of_ten_kilobytes_does_no_harm(store):
    """The ticket is opened; such an id is no key, and looking for it finds nothing."""
    message_id = f"<{NOISE}@mail.example>"
    number = open_one(store, message_id=message_id)
    (entry,) = claim(store, 2)
    found = store.find_known(mail_for(entry), Clues((), (message_id,) * 50, ()), entry, NOW)
    assert number
    assert found.ticket is None


def test_the_longest_message_id_that_is_a_key_is_found(store):
    """Outlook writes long ids; five hundred characters are a key on both databases."""
    message_id = f"<{NOISE[:485]}@mail.example>"[-500:]
    number = open_one(store, message_id=message_id)
    (entry,) = claim(store, 2)
    found = store.find_known(mail_for(entry), Clues((), (message_id,), ()), entry, NOW)
    assert found.ticket.number == number


@pytest.mark.parametrize(
    "address",
    [
        f"{NOISE}@mail.example",
        f"{NOISE[:250]}@mail.example",
        "asha verma@tax.example",
        "a\nb@tax.example",
        "a\x00b@x.in",
    ],
    ids=["ten kilobytes", "longer than SMTP allows", "a space", "a line break", "NUL"],
)
def test_a_mail_from_an_impossible_address_opens_a_ticket_without_a_requester(store, address):
    """Nobody can be answered there, so nobody is; the IT section sees the ticket all the same."""
    (entry,) = claim(store, 1)
    mail = mail_for(entry, sender=address)
    known = store.find_known(mail, Clues((), (), ()), entry, NOW)
    assert known.person is None
    decision = decide_mail(mail, make_known(None, staff=known.staff))
    history = find_history(store.engine, store.apply(entry, mail, decision, NOW))
    assert (history.ticket.requester, history.letters) == ("", ())
    assert any("nobody can be answered" in reason for reason in decision.reasons)


def test_the_longest_possible_address_is_answered(store):
    """254 characters, in any script, are a key on both databases."""
    address = f"{'राम' * 80}@मेल.भारत"[-254:]
    (entry,) = claim(store, 1)
    mail = mail_for(entry, sender=address)
    number = store.apply(entry, mail, decide_mail(mail, make_known(None)), NOW)
    assert find_history(store.engine, number).ticket.requester == address


def test_long_values_do_not_stop_the_mail_that_is_set_aside(store):
    """A mail that could not be read may fail with any words at all."""
    (entry,) = claim(store, 1)
    decision = Decision(Outcome.IGNORED, (NOISE * 20, "\x00\ud800"))
    store.apply(entry, None, decision, NOW)
    assert find_mail(store.engine, entry.id).reasons == [NOISE * 20, "\ufffd\ufffd"]
