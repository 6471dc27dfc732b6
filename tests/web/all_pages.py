"""All pages that people look at, as who sees them: for the checks in a browser, and for the pictures of docs/web."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.tables import mails
from tests.builders import ASHA, CHITRA, DEV

if TYPE_CHECKING:
    from mailbot.domain.people import Person
    from mailbot.web.desk import WebDesk
    from tests.web.showcase import Shown


@dataclass(frozen=True, slots=True)
class Look:
    """A page as one person sees it; `route` is the path that the program knows it by."""

    name: str
    person: Person | None
    path: str
    route: str = ""

    @property
    def of_route(self) -> str:
        """The route, which is the path itself when nothing in it varies."""
        return self.route or self.path.partition("?")[0]


def looks_at(web: WebDesk, shown: Shown) -> tuple[Look, ...]:
    """Return every page with objects that exist."""
    with reading(web.engine) as connection:
        query = select(mails.c.id).where(mails.c.ticket == shown.rich).order_by(mails.c.id).limit(1)
        mail = connection.execute(query).scalar_one()
    ticket = "/tickets/{number}"
    return (
        Look("sign-in", None, "/sign-in"),
        Look("sign-in-sent", None, "/sign-in/sent"),
        Look("signed-out", None, "/sign-in/out"),
        Look("link-over", None, f"/sign-in/{'A' * 43}", "/sign-in/{secret:str}"),
        Look("not-handed-over", None, "/enter"),
        Look("tickets", ASHA, "/tickets"),
        Look("generate-ticket", ASHA, "/tickets/new"),
        Look("registered", ASHA, f"/tickets/{shown.rich}/registered", f"{ticket}/registered"),
        Look("ticket", ASHA, f"/tickets/{shown.rich}", ticket),
        Look("ticket-waiting", ASHA, f"/tickets/{shown.waiting}", ticket),
        Look("ticket-resolved", ASHA, f"/tickets/{shown.resolved}", ticket),
        Look("report", ASHA, "/resolved?period=this_month"),
        Look("account", ASHA, "/account"),
        Look("not-there", ASHA, f"/tickets/{shown.foreign}", ticket),
        Look("queue", CHITRA, "/queue"),
        Look("ticket-staff", CHITRA, f"/tickets/{shown.rich}", ticket),
        Look("similar", CHITRA, f"/tickets/{shown.rich}/similar", f"{ticket}/similar"),
        Look("mail", CHITRA, f"/tickets/{shown.rich}/mails/{mail}", f"{ticket}/mails/{{id}}"),
        Look("quarantine", CHITRA, "/quarantine"),
        Look("quarantined", DEV, f"/quarantine/{shown.spoilt}", "/quarantine/{id}"),
        Look("undelivered", CHITRA, "/undelivered"),
        Look("people", DEV, "/people?words=Verma"),
        Look("prepared-answers", DEV, "/canned"),
        Look("prepared-answer", DEV, "/canned/1", "/canned/{id}"),
        Look("statistics", DEV, "/statistics"),
    )


# What is no page: it leads elsewhere, is a file, or a part of a page.
NO_PAGES = frozenset({
    "/", "/resolved.{format}", "/statistics/{file}", "/queue/news", "/queue/filters/{id}",
    "/tickets/{number}/talk", "/tickets/{number}/looking", "/tickets/{number}/files/{sha256}",
    "/tickets/{number}/mails/{id}/body", "/tickets/{number}/mails/{id}/files/raw",
    "/quarantine/{id}/body", "/quarantine/{id}/files/raw",
})  # fmt: skip
