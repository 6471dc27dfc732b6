"""Who acts on which ticket: what stays the same while one mail is decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailbot.domain.addressing import concerned_staff, to_copy, to_followers, to_requester, to_staff
from mailbot.domain.authority import Action, is_enough
from mailbot.domain.people import Role
from mailbot.domain.ticket import Actor
from mailbot.domain.token_ages import counts_for
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.letter import LetterKind, LetterOrder, Notice
    from mailbot.domain.people import Language, Person
    from mailbot.domain.ticket import Ticket


@dataclass(frozen=True, slots=True)
class Scene:
    """One sender and one ticket; `actors` is as what the sender may act, possibly several."""

    ticket: Ticket
    known: Known
    desk: Desk
    sender: str
    actors: frozenset[Actor]

    @property
    def is_staff(self) -> bool:
        """Whether the sender speaks for the IT section; on a ticket of one's own one still does."""
        return Actor.STAFF in self.actors

    @property
    def is_proven(self) -> bool:
        """Whether a reply token of ours, of this ticket's letters or of any other, proves who writes."""
        return self.known.has_token

    @property
    def may_fill(self) -> bool:
        """Whether it is sure enough who writes for fields of the ticket."""
        return self.may(Action.STAFF if self.is_staff else Action.FILL)

    @property
    def stored_address(self) -> str:
        """The sender's address as our tables have it."""
        return self.known.person.email if self.known.person else normal_address(self.sender)

    @property
    def name(self) -> str:
        """The sender's name for letters to others: the directory's, never the mail's own claim."""
        return self.known.person.name if self.known.person else self.sender

    @property
    def language(self) -> Language:
        """The language in which the sender is answered."""
        person = self.known.person
        return (person.language if person else None) or (self.desk.language if self.is_staff else self.ticket.language)

    def may(self, action: Action) -> bool:
        """Tell whether it is sure enough who writes for this."""
        return is_enough(self.known.level, action, self.desk.trust, has_token=counts_for(action, self.known))

    def tell_sender(self, kind: LetterKind, notices: tuple[Notice, ...]) -> tuple[LetterOrder, ...]:
        """Return a letter to the sender, at the address that our tables hold."""
        person = self.known.person
        if self.is_staff and person is not None:
            return to_staff(kind, (person,), self.desk, notices=notices)
        if Actor.INTEGRATOR in self.actors and person is not None:
            return to_copy(kind, self.ticket, person.email, person.name, person.language, notices=notices)
        if Actor.FOLLOWER in self.actors:
            name, language = (person.name, person.language) if person else ("", None)
            letters = to_copy(kind, self.ticket, self.stored_address, name, language, notices=notices)
            return tuple(replace(letter, quote_sender=person is not None) for letter in letters)
        return to_requester(kind, self.ticket, self.known.requester, notices=notices)

    def tell_requester(self, kind: LetterKind, text: str = "") -> tuple[LetterOrder, ...]:
        """Return the letter to the ticket's owner about what the sender did, and to those who follow the ticket."""
        followers = self.known.followers.get(self.ticket.number, ())
        letters = to_requester(kind, self.ticket, self.known.requester, actor=self.name, text=text)
        return letters + to_followers(kind, followers, self.stored_address, actor=self.name, text=text)

    def tell_staff(self, kind: LetterKind, text: str = "", notices: tuple[Notice, ...] = ()) -> tuple[LetterOrder, ...]:
        """Return the letters to those of the IT section whom the ticket concerns."""
        people = concerned_staff(self.ticket, self.known, self.sender)
        return to_staff(kind, people, self.desk, actor=self.name, text=text, notices=notices)

    def tell_assignee(self, kind: LetterKind, text: str, notices: tuple[Notice, ...]) -> tuple[LetterOrder, ...]:
        """Return the letter to whom the ticket is with, when a colleague does something with it."""
        assignee = normal_address(self.ticket.assignee)
        own = {normal_address(self.sender), normal_address(self.known.person.email if self.known.person else "")}
        people = [p for p in self.known.staff if normal_address(p.email) == assignee and assignee not in own]
        return to_staff(kind, people, self.desk, actor=self.name, text=text, notices=notices)


def make_scene(ticket: Ticket, known: Known, desk: Desk, sender: str) -> Scene:
    """Return the scene of one sender acting on one ticket."""
    actors = set()
    if is_requester(ticket, sender, known.requester.email if known.requester else ""):
        actors.add(Actor.REQUESTER)
    elif is_copied(ticket, sender, known.person):
        actors |= {Actor.INTEGRATOR, Actor.REQUESTER} if desk.integrators_settle else {Actor.INTEGRATOR}
    if not actors and is_follower(ticket, sender, known):
        actors.add(Actor.FOLLOWER)
    if known.person is not None and known.person.is_staff:
        actors |= {Actor.STAFF, Actor.LEAD} if known.person.role is Role.LEAD else {Actor.STAFF}
    return Scene(ticket, known, desk, sender, frozenset(actors))


def is_copied(ticket: Ticket, sender: str, person: Person | None) -> bool:
    """Tell whether the sender is the integrator who wrote for the requester; one who is no longer there is not."""
    return (
        person is not None
        and person.role is Role.INTEGRATOR
        and bool(ticket.copy_to)
        and normal_address(sender) == normal_address(ticket.copy_to)
    )


def is_follower(ticket: Ticket, sender: str, known: Known) -> bool:
    """Tell whether a ticket of the sender's became a part of this one."""
    return any(
        is_requester(part.ticket, sender, part.requester.email if part.requester else "")
        for part in known.followers.get(ticket.number, ())
    )


def is_requester(ticket: Ticket, address: str, stored_address: str = "") -> bool:
    """Tell whether an address is the one that letters about this ticket go to."""
    owners = {normal_address(owner) for owner in (ticket.requester, stored_address) if owner}
    return normal_address(address) in owners
