"""The same desk in a browser: an officer generates a ticket on a page, staff resolve it there, and it comes back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailbot.adapters.store.queries import find_history
from mailbot.demo import mails
from mailbot.demo.browser import Browser
from mailbot.demo.server import DemoError
from mailbot.demo.terminal import Ink

if TYPE_CHECKING:
    from email.message import EmailMessage

    from mailbot.demo.stage import Stage
    from mailbot.demo.terminal import Terminal
    from mailbot.domain.people import Person

# Who looks at the pages: an officer, somebody of the IT section, and its lead.
VISITORS = ("Manoj", "Kavita", "Sanjay")
_LINK = re.compile(r"/sign-in/[A-Za-z0-9_-]{43}")
_NUMBER = re.compile(r"/tickets/([A-Z0-9-]+)")
_TICKET = {
    "request_type": "problem",
    "module": "reports",
    "priority": "normal",
    "title": "मासिक रिपोर्ट में योग गलत आ रहा है",
    "text": "अक्टूबर की रिपोर्ट में खंड 3 का योग खंड 2 का दिखाई दे रहा है। कृपया जाँच कर ठीक कराएँ।",
}
_ANSWER = "The totals were computed anew. Please open the report again."
_REASON = "योग अब भी वही है।"


def play_in_browser(stage: Stage, terminal: Terminal) -> None:
    """Play one ticket from its form to its re-opening over HTTP. Raises DemoError when a page does not do its part."""
    officer, staff = (mails.person(name) for name in VISITORS[:2])
    terminal.beat(f"{officer.name}, {officer.office}, {officer.zone}", "browser")
    page = sign_in(stage, officer)
    terminal.line("sign-in", "by a link in a letter: no password, good once, for ten minutes")
    path, _ = page.submit("/tickets/new", "/tickets/new", _TICKET)
    number = _number_in(path)
    _require(stage, number, "new")
    terminal.line("form", f"Generate Ticket: {_TICKET['title']}")
    terminal.line("ticket", f"{number}  new, its number shown large and mailed", Ink.NUMBER)
    terminal.beat(f"{staff.name}, {staff.office}, {staff.zone}", "browser")
    desk = sign_in(stage, staff)
    if number not in desk.open("/queue")[1]:
        raise DemoError(f"{number} is not in the queue of the IT section.")
    desk.submit(f"/tickets/{number}", "/staff/resolve", {"staff_answer": _ANSWER})
    _require(stage, number, "resolved")
    terminal.line("ticket", f"{number}  new -> resolved", Ink.GOOD)
    terminal.beat(f"{officer.name}, {officer.office}, {officer.zone}", "browser")
    page.submit(f"/tickets/{number}", "/reopen", {"reopen_reason": _REASON})
    _require(stage, number, "in_progress")
    terminal.line("form", f"Re-open: {_REASON}")
    terminal.line("ticket", f"{number}  resolved -> in progress", Ink.WATCH)


def sign_in(stage: Stage, person: Person) -> Browser:
    """Return a browser that somebody signed in with, by the link in a letter."""
    browser = Browser(stage.address, person.language.value if person.language else "en")
    path = ask_link(stage, person).removeprefix(stage.address)
    browser.submit(path, path, {})
    if person.name not in browser.open("/account")[1]:
        raise DemoError(f"{person.name} is not signed in.")
    return browser


def ask_link(stage: Stage, person: Person) -> str:
    """Ask for a sign-in link as a person does, and return it out of the letter that comes."""
    seen = len(stage.server.delivered)
    Browser(stage.address).submit("/sign-in", "/sign-in", {"who": person.employee_id})
    letter = stage.server.wait_for(
        lambda mail: mail.to == person.email and _LINK.search(_words(mail.mail)) is not None,
        30.0,
        f"The sign-in letter to {person.name}",
        seen,
    )
    found = _LINK.search(_words(letter.mail))
    assert found, "the letter was chosen for its link"
    return f"{stage.address}{found[0]}"


def show_links(stage: Stage, terminal: Terminal) -> None:
    """Print a fresh sign-in link for each visitor."""
    terminal.line("pages", f"{stage.address}: sign in with an Employee ID; the link comes by mail. Or open at once:")
    for name in VISITORS:
        person = mails.person(name)
        terminal.line(str(person.role), ask_link(stage, person))


def _words(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


def _number_in(path: str) -> str:
    found = _NUMBER.match(path)
    if found is None:
        raise DemoError(f"The form led to {path} and not to a ticket.")
    return found[1]


def _require(stage: Stage, number: str, status: str) -> None:
    """Wait for the letters about a ticket. Raises DemoError unless it stands where it should."""
    stage.wait_for_letters(number)
    history = find_history(stage.engine, number)
    if history is None or history.ticket.status != status:
        raise DemoError(f"{number} should be {status}; it is {history.ticket.status if history else 'not there'}.")
