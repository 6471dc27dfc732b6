"""Who looks at a page: sessions in the database, found by the cookie's secret, and asked for once in a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from mailbot.adapters.store.web_sessions import begin_session, end_session, find_session
from mailbot.domain.people import Language, Role
from mailbot.web.cookies import cookie_name, digest_of, drop_cookie, find_secret, make_secret, put_cookie
from mailbot.web.desk import web_desk
from mailbot.web.errors import NotThere, SignInFirst

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from starlette.requests import Request
    from starlette.responses import Response

    from mailbot.domain.people import Person

_KEY = "mailbot.viewer"
_ASKED = "mailbot.viewer.asked"
# Set for what a page asks by itself now and then: nobody is at work there, so the session may idle out.
QUIET = "mailbot.quiet"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is signed in, as this request found it; `said` is what the last one left to tell."""

    person: Person
    language: Language
    session_id: int
    said: tuple[tuple[str, str], ...] = ()

    @property
    def role(self) -> Role:
        """What this person does at the desk."""
        return self.person.role

    @property
    def is_staff(self) -> bool:
        """Whether this person works for the IT section."""
        return self.person.is_staff

    @property
    def is_lead(self) -> bool:
        """Whether this person leads it."""
        return self.role is Role.LEAD


def viewer(request: Request) -> Viewer | None:
    """Return who is signed in, or None; the tables are asked once in a request."""
    if not request.scope.get(_ASKED):
        request.scope[_KEY] = _find_viewer(request)
        request.scope[_ASKED] = True
    found: Viewer | None = request.scope[_KEY]
    return found


def require(request: Request, *roles: Role) -> Viewer:
    """Return who is signed in. Raises SignInFirst when nobody is, and NotThere when the page is for other roles."""
    found = viewer(request)
    if found is None:
        raise SignInFirst
    if roles and found.role not in roles:
        raise NotThere
    return found


def _find_viewer(request: Request) -> Viewer | None:
    web = web_desk(request)
    secret = find_secret(request, cookie_name(request, "session"))
    if not secret:
        return None
    idle = timedelta(minutes=web.settings.web.idle_minutes)
    is_seen = not request.scope.get(QUIET)
    found = find_session(web.engine, digest_of(secret), web.now(), idle, is_seen=is_seen)
    if found is None:
        return None
    language = found.person.language or Language(web.settings.desk.language)
    return Viewer(found.person, language, found.id, found.said)


def begin(request: Request, connection: Connection, employee_id: str, door: str) -> str:
    """Begin a session within the transaction that used up its proof; return the secret for the cookie."""
    web = web_desk(request)
    secret, now = make_secret(), web.now()
    ends_at = now + timedelta(minutes=web.settings.web.session_minutes)
    begin_session(connection, digest_of(secret), employee_id, door, now, ends_at)
    return secret


def enter(request: Request, response: Response, secret: str) -> None:
    """Give the browser its session; one that it had before ends, so that nobody acts for two people at once."""
    leave(request)
    put_cookie(request, response, "session", secret)
    drop_cookie(request, response, "visit")


def leave(request: Request, response: Response | None = None) -> None:
    """End the session of this browser."""
    secret = find_secret(request, cookie_name(request, "session"))
    if secret:
        end_session(web_desk(request).engine, digest_of(secret))
    if response is not None:
        drop_cookie(request, response, "session")


def forget(request: Request) -> None:
    """Take nobody to be signed in for the rest of this request; the tables are not asked."""
    request.scope[_KEY], request.scope[_ASKED] = None, True
