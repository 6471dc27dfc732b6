"""The letter with a sign-in link, written where its time does not show."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.posting import post_letters
from mailbot.adapters.store.web_entry import add_link, count_links, find_by_either
from mailbot.domain.letter import Audience, LetterKind, LetterOrder, Thread
from mailbot.domain.people import Language
from mailbot.web.cookies import digest_of, make_secret
from mailbot.web.paths import with_next

if TYPE_CHECKING:
    from mailbot.domain.people import Person
    from mailbot.web.desk import WebDesk

WINDOW = timedelta(minutes=15)
# What a letter shows is short; whoever wants to see a longer path finds it again in the menu.
_LONGEST_PATH = 40


def send_link(web: WebDesk, written: str, browser: str, wanted: str) -> None:
    """Put a link into the outbox for whom an address or Employee ID belongs to; for nobody's, do nothing."""
    now = web.now()
    with reading(web.engine) as connection:
        person = find_by_either(connection, written)
    if person is None:
        return
    chosen = web.settings.web
    secret = make_secret()
    path = with_next(f"/sign-in/{secret}", wanted if len(wanted) <= _LONGEST_PATH and "?" not in wanted else "")
    order = _order(web, person, f"{chosen.address}{path}")
    digest = digest_of(secret)
    letter = web.writer.write_for_desk(order, Thread(), now, digest)
    with writing(web.engine) as connection:
        # The same person may ask by address and by Employee ID.
        if count_links(connection, person.employee_id, now - WINDOW) >= chosen.links_per_quarter_hour:
            return
        until = now + timedelta(minutes=chosen.link_minutes)
        add_link(connection, digest, person.employee_id, browser, now, until)
        post_letters(connection, None, [(order, letter)], now)


def _order(web: WebDesk, person: Person, link: str) -> LetterOrder:
    return LetterOrder(
        kind=LetterKind.SIGN_IN,
        to=person.email,
        to_name=person.name,
        language=person.language or Language(web.settings.desk.language),
        # Whoever waits in front of a browser is not to wait behind the news of the IT section.
        audience=Audience.REQUESTER,
        values=(("link", link), ("minutes", str(web.settings.web.link_minutes))),
    )
