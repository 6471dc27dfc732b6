"""Buttons of letters about no single ticket, pressed: in a list each is about its own row, else about the question."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from letter_reading import text_of
from letter_samples import (
    AT,
    DESK_KINDS,
    OFFICERS,
    RAKESH,
    STAFF,
    make_desk,
    make_ticket,
    make_writer,
    write_sample,
)
from mail_clients import CLIENTS, LONGEST_LINK, links_of, split_link, words_of

from mailbot.adapters.reading.message import read_message
from mailbot.adapters.store.changes import changed_ticket
from mailbot.domain.claiming import NO, YES, binding_letter, nonce_of
from mailbot.domain.decide import decide
from mailbot.domain.decision import Binding, BindingState, EventKind, Outcome
from mailbot.domain.desk import Claim, Known
from mailbot.domain.late import catch_up
from mailbot.domain.letter import Audience, LetterKind, Thread
from mailbot.domain.people import Language
from mailbot.domain.thread import find_clues
from mailbot.domain.ticket import Status
from mailbot.domain.timers import DueTimer, TimerKind
from mailbot.domain.understanding import understand

DESK, WRITER = make_desk(), make_writer()
SIDES = (Audience.REQUESTER, Audience.STAFF)
LISTS = (LetterKind.STATUS, LetterKind.MY_TICKETS, LetterKind.CAUGHT_UP)
PRIVATE = "officer.1979@mail.example"
# What a row's button writes, the statuses it is offered in, and the status that comes of it.
STEPS = {
    "CANCEL": ((Status.NEW, Status.WAITING, Status.IN_PROGRESS), Status.CLOSED),
    "REOPEN": ((Status.RESOLVED, Status.CLOSED), Status.IN_PROGRESS),
    "RESOLVED": ((Status.IN_PROGRESS, Status.WAITING), Status.RESOLVED),
}


def read_press(client, link, sender):
    """Return the mail that a pressed button makes, as it is understood, and the clues it carries."""
    raw = CLIENTS[client](link)
    raw["From"] = f"{sender} <{sender}>"
    mail = read_message(raw.as_bytes(), oversized=False).mail
    understanding = understand(mail, DESK)
    return mail, understanding, find_clues(mail, None, DESK, commands=understanding.commands.commands)


def english(word, language):
    """Return the English button of a word of the grammar."""
    found = next(words for _, words in DESK.grammar.commands if words.button(language) == word)
    return found.button(Language.ENGLISH)


def press_row(client, link, reader, ticket):
    """Return the decision about the button of a row that is about this ticket."""
    mail, understanding, clues = read_press(client, link, reader.email)
    assert clues.proven == (ticket.number,)
    officer = reader if not reader.is_staff else OFFICERS[ticket.language]
    known = Known(
        person=reader,
        staff=(STAFF,),
        ticket=ticket,
        requester=officer,
        by_token=True,
        sender_proven=clues.sender_proven,
    )
    return decide(mail, understanding, known, DESK, AT)


def test_which_letters_have_buttons():
    """Lists whose rows can be acted upon, and the questions whose an address or a mail is; the others only tell."""
    with_buttons = {
        kind for kind, side in product(DESK_KINDS, SIDES) if links_of(write_sample(WRITER, kind, Language.HINDI, side))
    }
    assert with_buttons == {*LISTS, LetterKind.BINDING, LetterKind.CHALLENGE}


@pytest.mark.parametrize(("kind", "language", "audience"), list(product(LISTS, Language, SIDES)))
def test_the_button_of_a_row_does_what_it_says_to_its_ticket(kind, language, audience):
    """Short, proven for that row's ticket alone, carried out from every program; pressed twice it is refused."""
    reader = STAFF if audience is Audience.STAFF else OFFICERS[language]
    letter = write_sample(WRITER, kind, language, audience)
    links = links_of(letter)
    assert links
    for link, client in product(links, CLIENTS):
        number = split_link(link)[1].removeprefix("Re: [").rstrip("]")
        word = words_of(link)
        assert (len(link) < LONGEST_LINK, link.isascii()) == (True, True)
        assert f"{word} {number}" in text_of(letter)
        statuses, after = STEPS[english(word, language)]
        ticket = make_ticket(language, number=number, status=statuses[0], assignee=STAFF.email, closed_at=None)
        decision = press_row(client, link, reader, ticket)
        assert decision.outcome is Outcome.UPDATED
        assert decision.change.status is after
        again = press_row(client, link, reader, changed_ticket(ticket, decision.change, AT))
        assert {event.kind for event in again.events} == {EventKind.REFUSED}
        assert {one.kind for one in again.letters} == {LetterKind.REFUSED}


def test_a_row_s_button_is_nobody_else_s():
    """A forwarded list proves nothing for whoever got it."""
    for kind, client in product(LISTS, CLIENTS):
        for link in links_of(write_sample(WRITER, kind, Language.ENGLISH)):
            _, _, clues = read_press(client, link, "kavita.rawat@tax.up.example")
            assert (clues.proven, clues.sender_proven) == ((), False)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("stage", "state", "words"),
    [
        ("asked", BindingState.ASKED, (YES, NO)),
        ("bound", BindingState.BOUND, (NO,)),
        ("refused", BindingState.REFUSED, (YES,)),
    ],
)
def test_the_answer_about_an_address_counts_for_that_question_alone(language, stage, state, words):
    """Each button carries the nonce of its letter, says yes or no, and says the same when it is pressed again."""
    officer = OFFICERS[language]
    binding = Binding(PRIVATE, officer.employee_id, nonce_of(officer, "key"), state)
    (order,) = binding_letter(officer, binding, stage, language, "key")
    letter = WRITER.write_for_desk(order, Thread(), AT, "key")
    links = links_of(letter)
    assert [words_of(link) for link in links] == [word[language] for word in words]
    for (link, word), client in product(zip(links, words, strict=True), CLIENTS):
        assert len(link) < LONGEST_LINK
        mail, understanding, clues = read_press(client, link, officer.email)
        assert (clues.sender_proven, clues.proven, clues.desk_nonces[0]) == (True, (), binding.nonce)
        answer = BindingState.BOUND if word is YES else BindingState.REFUSED
        for before in (state, answer):
            known = Known(person=officer, claim=Claim(replace(binding, state=before)), sender_proven=True)
            decision = decide(mail, understanding, known, DESK, AT)
            assert decision.binding.state is answer
            assert {one.to for one in decision.letters} == {officer.email}
        _, _, foreign = read_press(client, link, PRIVATE)
        assert (foreign.sender_proven, foreign.desk_nonces) == (False, ())


def test_a_late_ticket_that_nobody_took_is_offered_to_be_taken():
    """Resolved is no answer to a ticket that nobody has looked at."""
    ticket = make_ticket(status=Status.NEW, assignee=STAFF.email)
    (order,) = catch_up([DueTimer(1, TimerKind.ANSWER_DUE, AT, ticket, RAKESH, (STAFF,))], DESK, AT).letters
    (link,) = links_of(WRITER.write_for_desk(order, Thread(), AT, "key"))
    decision = press_row("phone", link, STAFF, ticket)
    assert (words_of(link), decision.change.status) == ("TAKE", Status.IN_PROGRESS)
