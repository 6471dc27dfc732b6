"""Tickets as programs get them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailbot.domain.ticket import Step
from mailbot.web.api.models import AttachedFile, HistoryLine, TicketAnswer, TicketLine
from mailbot.web.downloads import is_held_back

if TYPE_CHECKING:
    from mailbot.adapters.store.queries import FileLine
    from mailbot.adapters.store.ticket_lists import ListedTicket
    from mailbot.adapters.store.ticket_pages import TicketPage
    from mailbot.domain.ticket import Ticket

_LINE = tuple(TicketLine.model_fields)
# What the API has a call for.
_STEPS = frozenset({Step.COMMENT, Step.REOPEN, Step.CONFIRM})


def show_line(ticket: ListedTicket | Ticket) -> dict[str, Any]:
    """Return a ticket as a line of a list."""
    return {name: getattr(ticket, name) for name in _LINE}


def show_ticket(page: TicketPage) -> TicketAnswer:
    """Return a ticket with everything that its reader may see."""
    ticket = page.ticket
    history = [
        HistoryLine(at=line.at, kind=line.kind, by=page.name_of(line.actor) if line.actor else "", text=line.text)
        for line in page.history.events
    ]
    return TicketAnswer(
        **show_line(ticket),
        description=ticket.description,
        mobile=ticket.mobile,
        assignee=page.name_of(ticket.assignee) if ticket.assignee else "",
        steps=[step.value for step in page.steps if step in _STEPS],
        history=history,
        attachments=[_show_file(ticket, file) for file in page.history.files],
    )


def _show_file(ticket: Ticket, file: FileLine) -> AttachedFile:
    path = f"/api/v1/tickets/{ticket.number}/attachments/{file.sha256}?employee_id={ticket.employee_id}"
    return AttachedFile(
        sha256=file.sha256,
        name=file.name,
        content_type=file.content_type,
        size=file.size,
        href=path if file.sha256 and not is_held_back(file) else None,
    )
