"""Tickets for tests of the IT section's pages, opened and worked on by the same acts as on the pages."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.ticket_rows import keep_ticket
from mailbot.domain.act import Act, Door
from mailbot.domain.numbering import ticket_number
from mailbot.domain.people import Language
from mailbot.domain.tags import Fields
from tests.builders import ASHA, make_ticket

if TYPE_CHECKING:
    from mailbot.domain.people import Person
    from mailbot.domain.verbs import Verb
    from mailbot.web.desk import WebDesk

BOTH = tuple(Language)
_keys = count(1)


def open_ticket(web: WebDesk, title: str = "GSTR-3B दाखिल नहीं हो रहा", person: Person = ASHA, **fields: Any) -> str:
    """Open a ticket and return its number."""
    values = {"module": "return-filing", "priority": "normal", "request_type": "problem"} | fields
    text = f"{title}: the portal says Error 500."
    act = Act(person, Door.WEB, f"open {next(_keys)}", title=title, text=text, fields=Fields(**values))
    return web.acting.act(act).number


def act(  # noqa: PLR0917 - what a step is made of
    web: WebDesk, person: Person, number: str, verb: Verb | None, text: str = "", argument: str = ""
) -> None:
    """Let somebody do one thing with a ticket."""
    web.acting.act(Act(person, Door.WEB, f"step {next(_keys)}", number, verb, argument, text=text))


def put_tickets(web: WebDesk, count_of: int, **changes: Any) -> list[str]:
    """Put tickets of Asha's into the tables without their stories; return their numbers, oldest first."""
    numbers = [ticket_number("TMS", web.now(), serial) for serial in range(1, count_of + 1)]
    with writing(web.engine) as connection:
        for number in numbers:
            keep_ticket(connection, make_ticket(**({"number": number, "title": f"Problem {number}"} | changes)))
    return numbers
