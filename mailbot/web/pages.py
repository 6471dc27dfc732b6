"""All modules of pages; each has ROUTES, and MENU when it stands in the menu."""

from __future__ import annotations

from mailbot.web import (
    account,
    bulk,
    canned,
    downloads,
    entry,
    lead,
    mail_view,
    new_ticket,
    officer,
    people,
    quarantine,
    queue,
    resolved_report,
    ticket_page,
    ticket_steps,
    undelivered,
)

PAGES = (
    account,
    entry,
    officer,
    new_ticket,
    resolved_report,
    ticket_page,
    downloads,
    queue,
    bulk,
    lead,
    ticket_steps,
    canned,
    mail_view,
    quarantine,
    undelivered,
    people,
)
