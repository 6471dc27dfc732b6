"""One ticket as a bundle: what is known of it for people and for programs, its mails, its files and its letters."""

from __future__ import annotations

import dataclasses
import json
import zipfile
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any
from unicodedata import category

from sqlalchemy import select

from mailbot.adapters.store.engine import reading_one_state
from mailbot.adapters.store.queries import find_history
from mailbot.adapters.store.tables import letters, mails, tickets
from mailbot.domain.errors import UnreadableMailError, WorldError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from sqlalchemy import Engine

    from mailbot.adapters.store.queries import TicketHistory
    from mailbot.file_keeping import KeptFiles

LONGEST_NAME = 80
_STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}td,th{text-align:left;padding:.2em .8em"
    " .2em 0;vertical-align:top}pre{white-space:pre-wrap;font:inherit;margin:0}.internal{background:#f3f0e6}"
)


@dataclasses.dataclass(frozen=True, slots=True)
class Exported:
    """What went into the bundle; `missing` are files that the store has no more."""

    mails: int
    files: int
    letters: int
    missing: tuple[str, ...]


def export_ticket(engine: Engine, store: KeptFiles, number: str, target: Path, zone: ZoneInfo) -> Exported | None:
    """Write the bundle of a ticket as a zip file; return what it holds, None when there is no such ticket."""
    history = find_history(engine, number)
    if history is None:
        return None
    try:
        with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as bundle:
            members = list(_find_members(engine, history))
            missing = tuple(member for member, sha256 in members if not _add(bundle, store, member, sha256))
            sent = _add_letters(bundle, engine, number)
            bundle.writestr("ticket.json", json.dumps(_plain(history), ensure_ascii=False, indent=2))
            bundle.writestr("ticket.html", _page(history, [member for member, _ in members], zone))
    except OSError as error:
        raise WorldError(f"{target} cannot be written: {error.strerror}.") from error
    came = sum(member.startswith("mails/") for member, _ in members)
    return Exported(came, len(members) - came, sent, missing)


def _find_members(engine: Engine, history: TicketHistory) -> Iterator[tuple[str, str]]:
    """Yield the name in the bundle and the SHA-256 of every mail and file of the ticket."""
    query = select(mails.c.id, mails.c.sha256).where(mails.c.ticket == history.ticket.number, mails.c.sha256 != "")
    with reading_one_state(engine) as connection:
        for mail in connection.execute(query.order_by(mails.c.id)):
            yield f"mails/{mail.id:06d}.eml", mail.sha256
    for position, file in enumerate(history.files, start=1):
        yield f"files/{position:03d}-{safe_name(file.name)}", file.sha256


def _add(bundle: zipfile.ZipFile, store: KeptFiles, member: str, sha256: str) -> bool:
    pieces = store.find_pieces(sha256)
    try:
        first = next(pieces, b"")
    except UnreadableMailError:
        return False
    with bundle.open(member, "w") as written:
        written.write(first)
        for piece in pieces:
            written.write(piece)
    return True


def _add_letters(bundle: zipfile.ZipFile, engine: Engine, number: str) -> int:
    """Add the letters of a ticket one by one, as they were sent."""
    of_ticket = select(letters.c.id).join(tickets).where(tickets.c.number == number).order_by(letters.c.id)
    with reading_one_state(engine) as connection:
        ids = list(connection.execute(of_ticket).scalars())
        for id_ in ids:
            raw = connection.execute(select(letters.c.raw).where(letters.c.id == id_)).scalar_one()
            bundle.writestr(f"letters/{id_:06d}.eml", bytes(raw))
    return len(ids)


def safe_name(name: str) -> str:
    """Return the name that a stranger gave a file as every system may write it: no folder, no sign that acts."""
    kept = "".join(sign if category(sign)[0] in "LMN" or sign in ".-_ " else "_" for sign in name).strip(". ")
    return kept[-LONGEST_NAME:].lstrip(". ") or "file"


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def _page(history: TicketHistory, members: Iterable[str], zone: ZoneInfo) -> str:
    """Return the ticket as a page that needs nothing else and that runs nothing."""
    one = history.ticket
    facts = {
        "Status": one.status, "Requester": f"{one.requester_name} {one.requester}", "Module": one.module,
        "Priority": one.priority, "Opened": _moment(one.opened_at, zone), "Assignee": one.assignee,
    }  # fmt: skip
    rows = "".join(f"<tr><th>{name}<td>{escape(str(value))}" for name, value in facts.items())
    lines = "".join(
        f"<tr{' class=internal' if event.internal else ''}><td>{_moment(event.at, zone)}<td>{escape(event.kind)}"
        f"<td>{escape(event.actor)}<td><pre>{escape(event.text)}</pre>"
        for event in history.events
    )
    files = "".join(f"<li>{escape(member)}" for member in members)
    return (
        f'<!doctype html><html lang="{one.language}"><meta charset="utf-8"><title>{escape(one.number)}</title>'
        f"<style>{_STYLE}</style><h1>{escape(one.number)}: {escape(one.title)}</h1><table>{rows}</table>"
        f"<h2>Description</h2><pre>{escape(one.description)}</pre><h2>History</h2><table>{lines}</table>"
        f"<h2>Mails and files in this bundle</h2><ul>{files}</ul></html>\n"
    )


def _moment(at: datetime, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%d.%m.%Y %H:%M}"
