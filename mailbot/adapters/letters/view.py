"""What this reader may see of this ticket: names, facts, words, and what must not be repeated."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from mailbot.adapters.letters.sources import hide
from mailbot.domain.legacy_hindi import find_reading
from mailbot.domain.letter import LETTERS, Audience, LetterKind, LetterOrder, Notice
from mailbot.domain.text import clean_line, clean_text, cut_at_grapheme
from mailbot.domain.ticket import Actor, Status, Step, Ticket, allowed_steps
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, tzinfo

    from mailbot.adapters.letters.words import Words
    from mailbot.domain.desk import Desk
    from mailbot.domain.facts import Fact
    from mailbot.domain.people import Language, Person

# Shorter than the 200 that a subject line bears, so that a button's link stays below the 2048 characters Windows takes.
TITLE_LIMIT = 130
TEXT_LIMIT = 10_000
_VALUE_LIMIT = 160
_OPENING_KINDS = frozenset({LetterKind.ACKNOWLEDGEMENT, LetterKind.NEW_TICKET})
_MOBILE_DIGITS = 10


@dataclass(frozen=True)
class View:
    """One order about one ticket, through the eyes of its reader; everything it returns is clean.

    It has no slots, so that what is read several times is worked out once.
    """

    order: LetterOrder
    ticket: Ticket
    requester: Person | None
    assignee: Person | None
    desk: Desk
    desk_names: Mapping[Language, str]
    words: Words
    commands: Mapping[Language, Mapping[str, str]]
    timezone: tzinfo
    screenshots: int
    files: int
    named: tuple[Fact, ...] = ()

    @property
    def footer(self) -> str:
        """The word for the small print at the end."""
        return "footer"

    @property
    def is_staff(self) -> bool:
        """Whether the reader works for the IT section."""
        return self.order.audience is Audience.STAFF

    @cached_property
    def title(self) -> str:
        """The ticket's title in one line, or a neutral phrase where nothing of an unverified mail may be repeated."""
        own = clean_line(hide(self.ticket.title), TITLE_LIMIT) if self.order.quote_sender else ""
        return own or self.words.say("phrase", "neutral_title", self.order.language)

    @property
    def title_reading(self) -> str:
        """How the IT section may read a title in a legacy Hindi font; nothing for anybody else."""
        return (find_reading(self.title) or "") if self.is_staff else ""

    @property
    def may_quote(self) -> bool:
        """Whether the text and files of this letter may be shown.

        An unverified address never gets its own mail's words back (that would make the desk a relay for strangers), but
        it does get what the IT section writes to it.
        """
        return self.order.quote_sender or not LETTERS[self.order.kind].replied

    @cached_property
    def _whole_text(self) -> str:
        return clean_text(hide(self.order.text)).strip() if self.may_quote else ""

    @cached_property
    def text(self) -> str:
        """What a person wrote, cut to a length that mail clients show whole."""
        limit = self.desk.description_limit if self.order.kind in _OPENING_KINDS else TEXT_LIMIT
        return cut_at_grapheme(self._whole_text, limit)

    @property
    def text_reading(self) -> str:
        """How the IT section may read a text in a legacy Hindi font; nothing for anybody else."""
        return (find_reading(self.text) or "") if self.is_staff else ""

    @property
    def is_cut(self) -> bool:
        """Whether the text goes on beyond what is shown."""
        return len(self.text) < len(self._whole_text)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps to offer as buttons: those of this kind, and of this one letter, that the reader may take now."""
        actors = _actors_of(self.order.audience, self.desk)
        allowed = allowed_steps(self.ticket.status, actors)
        has_it = self.ticket.status is Status.IN_PROGRESS and normal_address(self.order.to) == normal_address(
            self.ticket.assignee
        )
        offered = (*LETTERS[self.order.kind].buttons, *self.order.offers)
        return tuple(step for step in offered if step in allowed and not (step is Step.TAKE and has_it))

    @property
    def asks_rating(self) -> bool:
        """Whether to ask how the help was: once, the requester alone, and not about a ticket that was cancelled."""
        rule, ticket = LETTERS[self.order.kind], self.ticket
        is_settled = not rule.replied or any(notice.code == "done_confirmed" for notice in self.order.notices)
        return (
            rule.asks_rating
            and is_settled
            and self.order.audience is Audience.REQUESTER
            and ticket.status is Status.CLOSED
            and ticket.rating is None
        )

    @property
    def asked_fields(self) -> tuple[str, ...]:
        """The fields that the ticket still needs; an unknown address is asked for the Employee ID only when told so."""
        told = {notice.code for notice in self.order.notices}
        missing = () if self.is_staff else self.ticket.missing.split()
        return tuple(name for name in missing if name != "employee_id" or "employee_id_asked" in told)

    def command(self, step: Step, language: Language) -> str:
        """Return the word that commands a step, as the grammar has it for buttons."""
        return self.commands[language].get(step, "")

    def greeting(self, language: Language) -> str:
        """Return the salutation; a name that only an unverified mail claims is not used."""
        name = clean_line(hide(self.order.to_name), _VALUE_LIMIT) if self.order.quote_sender else ""
        if self.order.audience is Audience.COPY and not name:
            return self.words.say("phrase", "copy", language, requester=self.requester_name(language))
        if name:
            return self.words.say("phrase", "greeting", language, name=name)
        return self.words.say("phrase", "greeting_unnamed", language)

    def requester_name(self, language: Language) -> str:
        """Return who the ticket belongs to, with the office when the directory knows it."""
        if not self.order.quote_sender:
            return self.words.say("phrase", "unknown_sender", language)
        office = self.requester.office if self.requester else ""
        return clean_line(hide(", ".join(part for part in (_name(self, language), office) if part)), _VALUE_LIMIT)

    def actor(self, language: Language) -> str:
        """Return who did what the letter tells; the desk itself when nobody is named."""
        named = clean_line(hide(self.order.actor), _VALUE_LIMIT) if self.may_quote else ""
        return named or self.desk_names[language]

    @property
    def is_by_requester(self) -> bool:
        """Whether the ticket's own requester did what the letter tells."""
        names = {self.ticket.requester_name, self.ticket.requester, self.requester.name if self.requester else ""}
        return self.order.actor in names - {""}

    def notices(self, language: Language) -> tuple[str, ...]:
        """Return the notices as sentences."""
        return tuple(
            self.words.notice(self._clean_notice(notice, language), language, self.timezone)
            for notice in self.order.notices
        )

    def moment(self, at: datetime | None, language: Language) -> str:
        """Return a time of the desk's zone in words, or nothing."""
        return self.words.moment(at.astimezone(self.timezone), language) if at else ""

    def closes_at(self, language: Language) -> str:
        """Return when a resolved ticket closes by itself, or nothing."""
        resolved = self.ticket.resolved_at
        return self.moment(resolved + self.desk.close_after, language) if resolved else ""

    def fact(self, name: str, language: Language) -> str:
        """Return one fact in one line, or nothing when it is unknown or not for this reader."""
        return clean_line(hide(_FACTS[name](self, language)), _VALUE_LIMIT)

    def example(self, language: Language) -> str:
        """Return a line that corrects the module, with a module that the ticket does not have."""
        modules = self.desk.catalogue.modules
        others = (entry for entry in modules.entries if entry.code not in {self.ticket.module, modules.default})
        label = self.words.say("label", "module", language)
        entry = next(others, modules.find(modules.default))
        return f"{label}: {entry.name(language)}"

    def mobile(self) -> str:
        """Return the mobile number: whole for its owner, with its middle hidden for everybody else."""
        digits = self.ticket.mobile[-_MOBILE_DIGITS:]
        if not digits or not self.order.quote_sender:
            return ""
        owners = {normal_address(self.ticket.requester)} | (
            {normal_address(self.requester.email)} if self.requester else set()
        )
        if not self.is_staff and normal_address(self.order.to) in owners:
            return f"+91 {digits[:5]} {digits[5:]}" if self.ticket.mobile.startswith("+91") else self.ticket.mobile
        return f"{digits[:2]}{'x' * max(len(digits) - 4, 0)}{digits[-2:]}"

    def _clean_notice(self, notice: Notice, language: Language) -> Notice:
        given = clean_line(hide(notice.given), _VALUE_LIMIT) if self.order.quote_sender else ""
        given = self._in_one_language(given, language)
        proposed = clean_line(hide(notice.proposed), _VALUE_LIMIT)
        return replace(notice, given=given, proposed=self._in_one_language(proposed, language))

    def _in_one_language(self, proposed: str, language: Language) -> str:
        """Return only the reader's half of a proposal that the domain wrote as "English / Hindi"."""
        catalogue = self.desk.catalogue
        for choices in (catalogue.request_types, catalogue.modules, catalogue.priorities):
            for entry in choices.entries:
                if proposed == f"{entry.en} / {entry.hi}":
                    return entry.name(language)
        return proposed


def _actors_of(audience: Audience, desk: Desk) -> frozenset[Actor]:
    """Return as what a reader may act on a ticket."""
    if audience is Audience.COPY:
        return frozenset({Actor.INTEGRATOR, Actor.REQUESTER} if desk.integrators_settle else {Actor.INTEGRATOR})
    return frozenset({Actor.STAFF if audience is Audience.STAFF else Actor.REQUESTER})


def _name(view: View, language: Language) -> str:
    person, ticket = view.requester, view.ticket
    name = person.name if person else ticket.requester_name
    return name or ticket.requester or view.words.say("phrase", "unknown_sender", language)


def _requester(view: View, language: Language) -> str:
    designation = view.requester.designation if view.requester else ""
    return ", ".join(part for part in (_name(view, language), designation) if part) if view.order.quote_sender else ""


def _office(view: View) -> str:
    person = view.requester
    return " · ".join(part for part in (person.office, person.zone) if part) if person else ""


def _identity(view: View, language: Language) -> str:
    return view.words.say("identity", "known" if view.ticket.verified else "unknown", language)


def _named(view: View, language: Language) -> str:
    """Return what the mails of the ticket name, for the IT section, as much as stands in one line."""
    said: list[str] = []
    length = 0
    for fact in view.named if view.is_staff else ():
        words = f"{view.words.say('named', fact.kind, language)} {fact.value}"
        length += len(words) + 2
        if length > _VALUE_LIMIT - 2:
            return f"{', '.join(said)} …"
        said.append(words)
    return ", ".join(said)


_FACTS: dict[str, Callable[[View, Language], str]] = {
    "request_type": lambda view, language: view.desk.catalogue.request_types.find(view.ticket.request_type).name(
        language
    ),
    "module": lambda view, language: view.desk.catalogue.modules.find(view.ticket.module).name(language),
    "priority": lambda view, language: view.desk.catalogue.priorities.find(view.ticket.priority).name(language),
    "employee_id": lambda view, _: view.ticket.employee_id if view.order.quote_sender else "",
    "mobile": lambda view, _: view.mobile(),
    "screenshots": lambda view, _: str(view.screenshots or ""),
    "files": lambda view, _: str(view.files or ""),
    "status": lambda view, language: view.words.say("status", view.ticket.status, language),
    "requester": _requester,
    "office": lambda view, _: _office(view),
    "email": lambda view, _: view.ticket.requester if view.order.quote_sender else "",
    "identity": lambda view, language: _identity(view, language) if view.is_staff else "",
    "assignee": lambda view, _: (
        (view.assignee.name if view.assignee else view.ticket.assignee) if view.is_staff else ""
    ),
    "opened_at": lambda view, language: view.moment(view.ticket.opened_at, language),
    "resolved_at": lambda view, language: view.moment(view.ticket.resolved_at, language),
    "closed_at": lambda view, language: view.moment(view.ticket.closed_at, language),
    # A promise that was kept is no news.
    "answer_due_at": lambda view, language: (
        "" if view.ticket.first_answer_at else view.moment(view.ticket.answer_due_at, language)
    ),
    "resolve_due_at": lambda view, language: view.moment(view.ticket.resolve_due_at, language),
    "reopen_count": lambda view, _: str(view.ticket.reopen_count or ""),
    "related": lambda view, _: view.ticket.related,
    "named": _named,
}
