"""Buttons, pressed: each link of each letter as Gmail, Outlook and a phone read it, sent, received and decided."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from letter_samples import (
    AT,
    DESK_ADDRESS,
    NUMBER,
    OFFICERS,
    STAFF,
    TICKET_KINDS,
    make_desk,
    make_ticket,
    make_writer,
    write_sample,
)
from mail_clients import CLIENTS, LONGEST_LINK, links_of, split_link, words_of

from mailbot.adapters.reading.message import read_message
from mailbot.adapters.store.changes import changed_ticket
from mailbot.domain.decide import decide
from mailbot.domain.decision import EventKind
from mailbot.domain.desk import Known
from mailbot.domain.letter import LETTERS, Audience, LetterKind
from mailbot.domain.people import Language
from mailbot.domain.thread import find_clues
from mailbot.domain.understanding import understand

DESK = make_desk()
ANSWERS = {"ASK": "Which browser do you use?", "पूछें": "कौन सा ब्राउज़र है?"}
WRITER = make_writer()
SIDES = (Audience.REQUESTER, Audience.STAFF)
OFFERED = [
    (kind, language, audience, link)
    for kind in TICKET_KINDS
    if LETTERS[kind].buttons
    for language in Language
    for audience in SIDES
    for link in links_of(write_sample(WRITER, kind, language, audience))
]


def press(client, kind, language, audience, link, *, changes=None, text=""):
    """Return the decision about the mail that a button makes, and the ticket it was made on."""
    reader = STAFF if audience is Audience.STAFF else OFFICERS[language]
    raw = CLIENTS[client](link)
    raw["From"] = f"{reader.employee_id} <{reader.email}>"
    data = raw.as_bytes()
    mail = read_message(data, oversized=False).mail
    if text:
        first, _, rest = mail.reply.partition("\n")
        mail = replace(mail, reply=f"{first}\n{text}\n{rest}")
    understanding = understand(mail, DESK)
    clues = find_clues(mail, None, DESK, commands=understanding.commands.commands)
    ticket = make_ticket(language, kind, **(changes or {}))
    known = Known(
        person=reader,
        staff=(STAFF,),
        ticket=ticket,
        requester=OFFICERS[language],
        by_token=clues.proven == (NUMBER,),
        sender_proven=clues.sender_proven,
    )
    return decide(mail, understanding, known, DESK, AT), ticket, clues


def test_there_are_buttons_for_both_sides_in_both_languages():
    """The links below are those of real letters, and there are many of them."""
    assert len(OFFERED) > 40
    assert {(audience, language) for _, language, audience, _ in OFFERED} == {(a, x) for a in SIDES for x in Language}


@pytest.mark.parametrize(("kind", "language", "audience", "link"), OFFERED)
def test_a_link_is_short_enough_and_goes_to_the_desk(kind, language, audience, link):
    """Every program takes the whole link; it writes to the desk, with the ticket's number in the subject."""
    del kind, language, audience
    address, subject, _ = split_link(link)
    local, _, domain = DESK_ADDRESS.partition("@")
    assert len(link) < LONGEST_LINK
    assert link.isascii()
    assert re.fullmatch(rf"{local}(\+[a-z0-9.]+)?@{re.escape(domain)}", address)
    assert subject.startswith(f"Re: [{NUMBER}]")


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(("kind", "language", "audience", "link"), OFFERED)
def test_a_pressed_button_does_what_it_says(client, kind, language, audience, link):
    """As each program sends it, the mail is proven and carried out; pressed twice, nothing happens twice."""
    word = words_of(link)
    text = ANSWERS.get(word, "")
    decision, ticket, clues = press(client, kind, language, audience, link, text=text)
    kinds = {event.kind for event in decision.events}
    assert clues.proven == (NUMBER,)
    if word[-1].isdecimal():  # a rating may be given again; the last one counts
        assert kinds == {EventKind.RATED}
        return
    assert clues.answered[0].startswith("<mb.")
    assert kinds
    assert EventKind.REFUSED not in kinds, word
    assert EventKind.COMMENTED not in kinds, word
    after = changed_ticket(ticket, decision.change, AT)
    changed = {"status": after.status, "assignee": after.assignee, "closed_at": after.closed_at}
    again, _, _ = press(client, kind, language, audience, link, text=text, changes=changed)
    assert {event.kind for event in again.events} == {EventKind.REFUSED}, word
    assert {letter.kind for letter in again.letters} == {LetterKind.REFUSED}


@pytest.mark.parametrize("client", CLIENTS)
def test_a_button_in_somebody_elses_hands_does_nothing(client):
    """A forwarded letter's button, pressed by another officer, proves nothing."""
    link = next(one[-1] for one in OFFERED if one[0] is LetterKind.RESOLVED)
    raw = CLIENTS[client](link)
    raw["From"] = "kavita.rawat@tax.up.example"
    mail = read_message(raw.as_bytes(), oversized=False).mail
    understanding = understand(mail, DESK)
    clues = find_clues(mail, None, DESK, commands=understanding.commands.commands)
    assert (clues.proven, clues.sender_proven) == ((), False)
