"""A mail that belongs to no ticket opens one: with what was understood, and defaults for the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.addressing import concerned_staff, language_of, one_letter_each, to_staff
from mailbot.domain.alike_notices import alike_notices
from mailbot.domain.behalf import find_ownership, with_copy
from mailbot.domain.decision import Decision, Draft, Event, EventKind, Outcome
from mailbot.domain.facts import MOST_FACTS, Fact, find_facts
from mailbot.domain.letter import Audience, LetterKind, LetterOrder, Notice
from mailbot.domain.likeness import Look, make_look
from mailbot.domain.number_lists import number_notices
from mailbot.domain.own_numbers import confirm_employee_id
from mailbot.domain.text import cut_at_grapheme
from mailbot.domain.trust import usable_address

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mailbot.domain.catalogue import Choices
    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.tags import Fields
    from mailbot.domain.understanding import Understanding

TITLE_LIMIT = 150
# What was taken as a default is the officer's matter; these concern whoever works on the ticket.
TOLD_TO_STAFF = frozenset({"employee_id_unknown", "text_shortened", "mail_too_large", "linked_ticket"})


def decide_opening(
    mail: IncomingMail, understanding: Understanding, known: Known, desk: Desk, *, now: datetime, related: str = ""
) -> Decision:
    """Return the decision that opens a ticket, tells its requester the number, and shows it to the IT section."""
    notices = opening_notices(mail, understanding, known, desk, related)
    draft = make_draft(mail, understanding, known, desk, related)
    draft = replace(draft, missing=missing_of(notices, draft))
    hints = tuple(Notice("mentions_ticket", number) for number in known.mentioned)
    hints += () if draft.verified else (Notice("unverified_sender", mail.sender.address if mail.sender else ""),)
    hints += tuple(notice for notice in notices if notice.code in TOLD_TO_STAFF)
    hints += alike_notices(known.alike, desk, now)
    if draft.copy_to and known.person:
        hints += (Notice("written_on_behalf", known.person.name),)
    writer = draft.copy_to or draft.requester
    staff = concerned_staff(None, known, writer)
    news = to_staff(
        LetterKind.NEW_TICKET,
        staff,
        desk,
        actor=draft.requester_name or draft.requester,
        text=draft.description,
        notices=hints,
    )
    reason = f"It belongs to no ticket of its sender, so it opens one in {draft.module} with priority {draft.priority}."
    return Decision(
        outcome=Outcome.OPENED,
        reasons=(reason, *_doubts(mail, known)),
        draft=draft,
        events=(Event(EventKind.OPENED, writer, understanding.words or mail.text, reason),),
        letters=one_letter_each((*acknowledge(draft, notices, known), *news)),
        facts=opening_facts(mail, understanding),
    )


def acknowledge(draft: Draft, notices: tuple[Notice, ...], known: Known) -> tuple[LetterOrder, ...]:
    """Return the letter that tells the number, with the copy for who wrote for the requester; none without a sender."""
    if not draft.requester:
        return ()
    letter = LetterOrder(
        kind=LetterKind.ACKNOWLEDGEMENT,
        to=draft.requester,
        to_name=draft.requester_name,
        language=draft.language,
        audience=Audience.REQUESTER,
        text=draft.description,
        notices=told_to_sender(notices, known),
        quote_sender=draft.verified,
    )
    return with_copy(letter, known.person) if draft.copy_to and known.person else (letter,)


def make_draft(mail: IncomingMail, understanding: Understanding, known: Known, desk: Desk, related: str = "") -> Draft:
    """Return the ticket that a mail asks for."""
    fields, owner = understanding.fields, find_ownership(understanding.fields, known).owner
    person = owner or known.person
    language = language_of(person, understanding.script)
    catalogue = desk.catalogue
    title = understanding.title or _first_line(understanding.words) or desk.grammar.title("untitled", language)
    sender = mail.sender if mail.sender_count == 1 else None
    employee_id = fields.employee_id or confirm_employee_id(understanding.employee_ids, known)
    # The number below the name of who writes for somebody is not that officer's.
    mobile = fields.mobile or ("" if owner else understanding.mobile) or (person.mobile if person else "")
    return Draft(
        requester=person.email if person else (usable_address(sender.address) if sender else ""),
        requester_name=person.name if person else (sender.name if sender else ""),
        language=language,
        request_type=fields.request_type or catalogue.request_types.default,
        module=fields.module or catalogue.modules.default,
        priority=fields.priority or catalogue.priorities.default,
        title=cut_at_grapheme(title, TITLE_LIMIT),
        description=cut_at_grapheme(understanding.words or mail.text, desk.description_limit),
        employee_id=(person.employee_id if person else "") or employee_id,
        mobile=mobile,
        verified=person is not None and mail.sender_count == 1,
        related=related,
        office=person.office if person else "",
        zone=person.zone if person else "",
        copy_to=known.person.email if owner and known.person else "",
    )


def find_look(mail: IncomingMail, understanding: Understanding, desk: Desk) -> Look | None:
    """Return what the ticket of a mail would look like; none is compared when a machine wrote or nobody asks for it."""
    if understanding.screening.automatic or not desk.similar.within:
        return None
    words = cut_at_grapheme(understanding.words or mail.text, desk.description_limit)
    module = understanding.fields.module or desk.catalogue.modules.default
    facts = opening_facts(mail, understanding)
    return make_look(module, f"{understanding.title}\n{words}", facts, mail.attachments)


def opening_facts(mail: IncomingMail, understanding: Understanding) -> tuple[Fact, ...]:
    """Return the facts of a new ticket, its title's with them; without own words, those of the text it passes on."""
    others = find_facts((mail.subject, "" if understanding.words else mail.text))
    return tuple(dict.fromkeys((*others, *understanding.facts)))[:MOST_FACTS]


def opening_notices(
    mail: IncomingMail, understanding: Understanding, known: Known, desk: Desk, related: str
) -> tuple[Notice, ...]:
    """Return what the officer should know: what was not understood, what was taken instead, what was shortened."""
    fields = understanding.fields
    behalf = find_ownership(fields, known).notices
    notices = [notice for notice in field_notices(fields, known) if not behalf or notice.code != "employee_id_unknown"]
    notices += behalf
    told = {notice.code for notice in notices}
    catalogue = desk.catalogue
    lists: tuple[tuple[str, str | None, Choices], ...] = (
        ("request_type", fields.request_type, catalogue.request_types),
        ("module", fields.module, catalogue.modules),
        ("priority", fields.priority, catalogue.priorities),
    )
    for name, code, choices in lists:
        if code is None and f"{name}_unknown" not in told and name != "request_type":
            entry = choices.find(choices.default)
            notices.append(Notice(f"{name}_default", "", f"{entry.en} / {entry.hi}"))
    if len(understanding.words) > desk.description_limit:
        notices.append(Notice("text_shortened", str(desk.description_limit)))
    if mail.oversized:
        notices.append(Notice("mail_too_large"))
    if related:
        notices.append(Notice("linked_ticket", related))
    notices += number_notices(known.near_numbers, known)
    return tuple(notices)


def missing_of(notices: Iterable[Notice], draft: Draft) -> str:
    """Return the fields whose default was taken, or whose value is in doubt: a one-line answer fills them."""
    said = {notice.code for notice in notices}
    doubts = ("default", "unknown", "contradicted")
    names = ("request_type", "module", "priority")
    asked = [name for name in names if any(f"{name}_{doubt}" in said for doubt in doubts)]
    return " ".join((*asked, *(() if draft.verified or not draft.requester else ("employee_id",))))


def told_to_sender(notices: tuple[Notice, ...], known: Known) -> tuple[Notice, ...]:
    """Return what the sender is told; nobody outside learns which Employee IDs there are, and each is asked once."""
    if known.person is not None:
        return notices
    asked = () if known.stranger.was_asked else (Notice("employee_id_asked"),)
    return (*(notice for notice in notices if notice.code != "employee_id_unknown"), *asked)


def field_notices(fields: Fields, known: Known) -> tuple[Notice, ...]:
    """Return what is wrong with the fields a mail gave."""
    unknown_id = fields.employee_id is not None and known.employee is None and not fields.on_behalf
    return fields.notices + ((Notice("employee_id_unknown", fields.employee_id or ""),) if unknown_id else ())


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.split("\n") if line.strip()), "")


def _doubts(mail: IncomingMail, known: Known) -> tuple[str, ...]:
    doubts = []
    if mail.sender is None or not usable_address(mail.sender.address):
        doubts.append("It names no sender, so nobody can be answered.")
    elif mail.sender_count != 1:
        doubts.append("It names more than one sender, so none of them is believed.")
    elif known.person is None:
        doubts.append("Its sender is not in the directory.")
    if known.mentioned:
        doubts.append(f"It mentions {', '.join(known.mentioned)}, which is not its sender's ticket.")
    return tuple(doubts)
