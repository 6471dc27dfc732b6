"""What somebody does whom the desk knows for sure: by a form, a call or the central software instead of by mail.

An act becomes what a mail with the same words would have become, so that the same rules decide about it; it differs
from a mail in being proven.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from mailbot.domain.authority import Because, Level, Verdict
from mailbot.domain.facts import find_facts
from mailbot.domain.grammar import Command, Commands
from mailbot.domain.language import find_language
from mailbot.domain.letter import LETTERS, LetterKind
from mailbot.domain.mail import Address, IncomingMail
from mailbot.domain.opening import find_look
from mailbot.domain.own_numbers import EmployeeIds
from mailbot.domain.screen import MailKind, Screening
from mailbot.domain.tags import NO_FIELDS, Fields
from mailbot.domain.thread import Clues, find_clues
from mailbot.domain.trust import normal_address
from mailbot.domain.understanding import Understanding

if TYPE_CHECKING:
    from mailbot.domain.decision import Decision
    from mailbot.domain.desk import Desk
    from mailbot.domain.letter import LetterOrder, Notice
    from mailbot.domain.mail import Attachment
    from mailbot.domain.people import Language, Person
    from mailbot.domain.verbs import Verb

SIGNED_IN = Verdict(Level.T, Because.SIGNED_IN)
_BY_A_PERSON = Screening(MailKind.HUMAN, "")
# What a mail is answered with; who acts on a page reads it there. The number of a new ticket is mailed all the same.
_ANSWERS = frozenset(kind for kind, rule in LETTERS.items() if rule.replied) - {LetterKind.ACKNOWLEDGEMENT}
_REFUSALS = frozenset({LetterKind.REFUSED, LetterKind.NOT_UNDERSTOOD})


class Door(StrEnum):
    """How people come in, as the ticket and the ledger name it."""

    MAIL = "mail"
    WEB = "web"
    PHONE = "phone"
    API = "api"


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that `person` does. The same `key` at the same door is done once, however often it is sent.

    Without `ticket` it opens one, with `title`, `text` and `fields`. With one, `verb` is what shall be done, with what
    stands behind it in `argument`; without a verb the text is a comment. Who opens a ticket for an officer names the
    Employee ID in `fields.on_behalf`.
    """

    person: Person
    door: Door
    key: str
    ticket: str = ""
    verb: Verb | None = None
    argument: str = ""
    title: str = ""
    text: str = ""
    fields: Fields = NO_FIELDS


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of an act: the ticket's number, and what its doer is told on the spot."""

    number: str
    outcome: str
    notices: tuple[Notice, ...] = ()
    is_refused: bool = False


def make_mail(act: Act, attachments: tuple[Attachment, ...]) -> IncomingMail:
    """Return the mail that would have said the same."""
    return IncomingMail(
        message_id="",
        sender=Address(act.person.email, act.person.name),
        sender_count=1,
        recipients=(),
        subject=act.title,
        date=None,
        thread_ids=(),
        text=act.text,
        reply=act.text,
        attachments=attachments,
    )


def understand_act(act: Act, mail: IncomingMail, desk: Desk) -> Understanding:
    """Return what an act says; nothing in its text is taken for a command."""
    command = _command(act, desk)
    return Understanding(
        screening=_BY_A_PERSON,
        language=find_language(f"{act.title}\n{act.text}"),
        title=act.title,
        fields=act.fields,
        lined=act.fields if act.ticket else NO_FIELDS,
        commands=Commands(commands=(command,) if command else (), rest=act.text, spoken=act.text),
        text=act.text,
        words=act.text,
        employee_ids=EmployeeIds(),
        mobile=act.fields.mobile,
        facts=find_facts((act.title, act.text, *(file.name for file in mail.attachments))),
        verdict=SIGNED_IN,
    )


def find_act_clues(act: Act, mail: IncomingMail, understanding: Understanding, desk: Desk) -> Clues:
    """Return where to look for what an act is about; who is signed in needs no token."""
    clues = find_clues(
        mail,
        understanding.claimed_id,
        desk,
        commands=understanding.commands.commands,
        module=act.fields.module,
        look=None if act.ticket else find_look(mail, understanding, desk),
    )
    return replace(clues, numbers=(), mistyped=(), proven=(act.ticket,) if act.ticket else (), sender_proven=True)


def answer_on_the_spot(decision: Decision, act: Act) -> tuple[Decision, Answered]:
    """Return the decision without the letters that would only answer the doer, and what they would have said."""
    own = normal_address(act.person.email)
    kept: list[LetterOrder] = []
    said: list[Notice] = []
    is_refused = False
    for letter in decision.letters:
        if letter.kind in _ANSWERS and normal_address(letter.to) == own:
            said += letter.notices
            is_refused = is_refused or letter.kind in _REFUSALS
        else:
            kept.append(letter)
    draft = replace(decision.draft, source=act.door.value) if decision.draft else None
    answered = Answered(decision.ticket, decision.outcome.value, tuple(said), is_refused)
    return replace(decision, letters=tuple(kept), draft=draft), answered


def _command(act: Act, desk: Desk) -> Command | None:
    if act.verb is None:
        return None
    words = desk.grammar.words(act.verb)
    language: Language = act.person.language or desk.language
    word = words.button(language) if words else act.verb.value.upper()
    return Command(act.verb, word, act.text, argument=act.argument)
