"""The history of a ticket as a conversation: who said what, with the files that came with it, as its reader sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.domain.decision import EventKind
from mailbot.domain.language import find_language
from mailbot.domain.text import clean_line
from mailbot.domain.ticket import Status
from mailbot.domain.trust import normal_address
from mailbot.web.downloads import PICTURES, is_held_back, may_have_original

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from mailbot.adapters.store.queries import EventLine, FileLine
    from mailbot.adapters.store.ticket_pages import TicketPage
    from mailbot.domain.people import Person
    from mailbot.domain.ticket import Ticket

# What somebody said; everything else only happened.
SAID = frozenset(
    {
        EventKind.OPENED,
        EventKind.COMMENTED,
        EventKind.ASKED,
        EventKind.RESOLVED,
        EventKind.REOPENED,
        EventKind.CONFIRMED,
        EventKind.CANCELLED,
        EventKind.NOTED,
        EventKind.RATED,
    }
)
_NAME_LIMIT = 100
# The way of every ticket; while the desk waits for an answer it is in progress.
WAY = (Status.NEW, Status.IN_PROGRESS, Status.RESOLVED, Status.CLOSED)


@dataclass(frozen=True, slots=True)
class TalkFile:
    """A file as the page shows it: the SHA-256 of the picture that is seen, and of what may be saved.

    `held` says why it is not given: "infected" or "unscanned".
    """

    name: str
    ending: str
    size: int
    picture: str = ""
    saved: str = ""
    width: int = 0
    height: int = 0
    held: str = ""


@dataclass(frozen=True, slots=True)
class TalkLine:
    """One thing that was said or that happened; `tongue` is the language of its text as a browser names it.

    `is_own` puts it on the side of who reads: the own words, or for the IT section those of colleagues.
    """

    at: datetime
    kind: str
    who: str
    is_own: bool
    is_reader: bool
    is_desk: bool
    is_internal: bool
    is_said: bool
    text: str
    tongue: str
    files: tuple[TalkFile, ...] = ()


@dataclass(frozen=True, slots=True)
class WayPoint:
    """One status of the way of a ticket; `state` is done, now, ahead or left_out."""

    status: Status
    state: str
    at: datetime | None


def make_talk(page: TicketPage, reader: Person, desk_name: str) -> tuple[TalkLine, ...]:
    """Return the whole conversation, the oldest line first."""
    places = _place_files(page.history.events, page.history.files)
    return tuple(
        _line(event, tuple(_file(file, reader) for file in places.get(place, ())), page, reader, desk_name)
        for place, event in enumerate(page.history.events)
    )


def make_way(ticket: Ticket) -> tuple[WayPoint, ...]:
    """Return the way of a ticket with where it stands; empty for one that became a part of another."""
    if ticket.status is Status.MERGED:
        return ()
    here = WAY.index(Status.IN_PROGRESS if ticket.status is Status.WAITING else ticket.status)
    times = {Status.NEW: ticket.opened_at, Status.RESOLVED: ticket.resolved_at, Status.CLOSED: ticket.closed_at}

    def state(place: int) -> str:
        if place >= here:
            return "now" if place == here else "ahead"
        # Who cancels a ticket leaves out that it is resolved.
        is_skipped = WAY[place] is Status.RESOLVED and ticket.resolved_at is None
        return "left_out" if is_skipped else "done"

    return tuple(
        WayPoint(ticket.status if place == here else status, state(place), times.get(status) if place <= here else None)
        for place, status in enumerate(WAY)
    )


def tongue_of(text: str) -> str:
    """Return the language of a text as HTML names it, so that it is read aloud and set in it."""
    return find_language(text)


def _line(event: EventLine, files: tuple[TalkFile, ...], page: TicketPage, reader: Person, desk_name: str) -> TalkLine:
    actor = normal_address(event.actor)
    person = page.people.get(actor)
    is_reader = actor == normal_address(reader.email)
    is_desk = "@" not in actor or (person is not None and person.is_staff)
    is_said = (event.kind in SAID and bool(event.text)) or bool(files)
    # Beside the name of a colleague may stand a word to that colleague alone.
    text = event.text if is_said or reader.is_staff else event.text.partition("\n")[0]
    return TalkLine(
        at=event.at,
        kind=event.kind,
        who=page.name_of(event.actor) if "@" in actor else desk_name,
        is_own=is_reader or (reader.is_staff and is_desk),
        is_reader=is_reader,
        is_desk=is_desk,
        is_internal=event.internal,
        is_said=is_said,
        text=text,
        tongue=tongue_of(text),
        files=files,
    )


def _place_files(events: tuple[EventLine, ...], files: Iterable[FileLine]) -> dict[int, list[FileLine]]:
    """Return the files of each line: they stand where somebody said something with the same mail or form."""
    places: dict[int | None, int] = {}
    for place, event in enumerate(events):
        is_better = event.kind in SAID and event.mail_id in places and events[places[event.mail_id]].kind not in SAID
        if event.mail_id not in places or is_better:
            places[event.mail_id] = place
    placed: dict[int, list[FileLine]] = {}
    for file in files:
        placed.setdefault(places.get(file.mail_id, 0), []).append(file)
    return placed


def _file(file: FileLine, reader: Person) -> TalkFile:
    name = clean_line(file.name, _NAME_LIMIT)
    ending = name.rpartition(".")[2].upper()[:5] if "." in name else ""
    if is_held_back(file):
        return TalkFile(name, ending, file.size, held=file.verdict)
    is_picture = file.content_type in PICTURES
    may_save = not file.content_type.startswith("image/") or may_have_original(file, reader)
    saved = file.sha256 if may_save or is_picture or file.preview else ""
    picture = (file.preview or (file.sha256 if is_picture else "")) if file.evidence else ""
    return TalkFile(name, ending, file.size, picture, saved, file.width, file.height)
