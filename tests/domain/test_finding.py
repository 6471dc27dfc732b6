"""FIND: the IT section searches by mail; an officer's mail that begins with the word is a problem like any other."""

from __future__ import annotations

import pytest

from mailbot.domain.decision import Outcome
from mailbot.domain.desk import Searched, TicketLine
from mailbot.domain.letter import LetterKind
from mailbot.domain.people import Language
from mailbot.domain.thread import Question, find_clues
from mailbot.domain.understanding import understand
from mailbot.domain.verbs import Verb
from tests.builders import (
    ASHA,
    CHITRA,
    DEV,
    NOW,
    NUMBER,
    codes,
    decide_mail,
    make_known,
    make_mail,
    make_person,
    make_ticket,
    the_desk,
    when,
)

LINE = TicketLine(NUMBER, "Cannot file", "return-filing", "high", "new", "Asha Verma", NOW)


def asked(says, person=CHITRA, searches=None):
    """Return what a fresh mail of these words leads to."""
    return decide_mail(make_mail(says, sender=person), make_known(person, searches=searches or {}))


def looked_for(says):
    """Return what a mail asks to be searched."""
    mail = make_mail(says, sender=CHITRA)
    commands = understand(mail, the_desk()).commands.commands
    return find_clues(mail, None, the_desk(), commands=commands).questions


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ("FIND GSTR-3B ledger", "GSTR-3B ledger"),
        ("Find: RET191113", "RET191113"),
        ("search tickets of Moradabad", "of Moradabad"),
        ("खोजें देयता खाता", "देयता खाता"),
        ("ढूँढें RET191113", "RET191113"),
        ("ticket dhundo chalan", "chalan"),
        ('FIND "liability ledger" why', '"liability ledger" why'),
    ],
)
def test_the_words_behind_find_are_searched(says, words):
    """In English, Hindi and Hinglish; signs and questions among them stay."""
    assert looked_for(says) == (Question(Verb.FIND, words),)


@pytest.mark.parametrize(
    "says", ["Please find attached the patch.", "find out why it is slow", "search karne par error hai"]
)
def test_an_ordinary_sentence_is_no_search(says):
    """It goes to the officer like every other answer."""
    assert looked_for(says) == ()


def test_the_answer_holds_what_was_found():
    """One letter with a table, and the number of all."""
    decision = asked("FIND ledger", searches={"ledger": Searched((LINE,), 31)})
    (letter,) = decision.letters
    assert decision.outcome is Outcome.ANSWERED
    assert (letter.kind, letter.to) == (LetterKind.FOUND, CHITRA.email)
    values = dict(letter.values)
    assert (values["words"], values["count"], values["left_out"]) == ("ledger", "31", "yes")
    (table,) = letter.tables
    assert table.rows == ((NUMBER, "Cannot file", "new", "return-filing", "Asha Verma", NOW),)


def test_very_many_are_said_to_be_more():
    """Nobody needs the exact number then."""
    (letter,) = asked("FIND gst", searches={"gst": Searched((LINE,), 1_000, has_more=True)}).letters
    assert dict(letter.values)["count"] == "1000+"


@pytest.mark.parametrize(("says", "code"), [("FIND ledger", "search_nothing"), ("FIND", "search_empty")])
def test_nothing_found_and_nothing_asked_are_told(says, code):
    """With the words as they were written."""
    decision = asked(says, DEV)
    assert codes(decision, DEV) == [code]
    assert decision.letters[0].tables == ()


def test_the_answer_is_in_the_language_of_the_person():
    """Whoever chose Hindi reads Hindi."""
    hindi = make_person("Chitra Rao", employee_id="200001", role=CHITRA.role, language=Language.HINDI)
    (letter,) = asked("FIND ledger", hindi).letters
    assert letter.language is Language.HINDI


def test_an_officer_cannot_search():
    """The words open a ticket, as they always did, and nobody else's ticket is shown."""
    decision = asked("FIND ledger", ASHA, {"ledger": Searched((LINE,), 1)})
    assert decision.outcome is Outcome.OPENED
    assert LetterKind.FOUND not in {letter.kind for letter in decision.letters}


def test_a_search_in_a_reply_changes_no_ticket():
    """The ticket it answers stays as it is; the answer comes in a letter of its own."""
    decision = when(CHITRA, "FIND ledger", ticket=make_ticket(), searches={"ledger": Searched((LINE,), 1)})
    assert [letter.kind for letter in decision.letters if letter.to == CHITRA.email] == [LetterKind.FOUND]
    assert all(letter.to != ASHA.email for letter in decision.letters)


def test_two_searches_are_one_letter():
    """Each line says which search it answers, what found nothing is said, and a search too many is named."""
    found = {"ledger": Searched((LINE,), 31), "GSTR-1": Searched((LINE, LINE), 2), "xyz": Searched()}
    decision = asked("FIND ledger\nFIND GSTR-1\nFIND xyz\nFIND refund", searches=found)
    (letter,) = decision.letters
    (table,) = letter.tables
    assert [row[0] for row in table.rows] == ["ledger", "GSTR-1", "GSTR-1"]
    values = dict(letter.values)
    assert (values["words"], values["count"], values["several"]) == ("ledger | GSTR-1 | xyz", "33", "yes")
    assert [(n.code, n.given, n.proposed) for n in letter.notices] == [
        ("search_nothing", "xyz", ""),
        ("searches_too_many", "3", "refund"),
    ]
