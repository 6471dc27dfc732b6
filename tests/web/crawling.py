"""Browsers of all roles that try whatever a table of rights names, and look at every answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from tests.builders import ASHA, BHARAT, CHITRA, DEV
from tests.web.clients import AGENT

if TYPE_CHECKING:
    from httpx2 import Response

    from mailbot.domain.people import Person
    from tests.web.clients import Client


class May(Enum):
    """Who may: everybody; whoever is signed in; whose ticket it is, and the IT section; the IT section; and so on."""

    EVERYBODY = "everybody"
    SIGNED_IN = "signed in"
    OF_TICKET = "of the ticket"
    IT = "IT section"
    DESK = "IT section and call desk"
    LEAD = "lead"
    ONE = "one of the IT section"
    ONE_OR_LEAD = "one of the IT section, and its lead"


ROLES: dict[str, Person | None] = {
    "officer": ASHA, "other officer": BHARAT, "staff": CHITRA, "lead": DEV, "agent": AGENT, "stranger": None,
}  # fmt: skip
IT_SECTION = {"staff", "lead"}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
NOBODYS = "TMS-2611-99999-0"
GOOD, NOT_THERE, SIGN_IN, REFUSED = "good", "not there", "sign in", "refused"
_SESSION_OVER = re.compile(r'<p class="alert heed">[^<]+<a href="/sign-in"[^>]*>[^<]+</a></p>')
_WORDS = {200: GOOD, 204: GOOD, 303: GOOD, 404: NOT_THERE, 410: GOOD, 422: GOOD, 429: GOOD, 403: REFUSED, 400: REFUSED}


@dataclass
class Crawler:
    """Browsers of all roles, and the objects that they try."""

    web: Any
    signed_in: Any
    stranger: Client
    objects: dict[str, str]
    clients: dict[str, Client] = field(default_factory=dict)
    tried: int = 0

    def client(self, role: str) -> Client:
        """Return the browser of a role, signed in if it has a person."""
        if role not in self.clients:
            person = ROLES[role]
            self.clients[role] = self.signed_in(person) if person else self.stranger
        return self.clients[role]

    def ask(self, role: str, method: str, path: str, **changes: Any) -> Response:
        """Ask for something, and check what every answer has."""
        answer = self.client(role).request(method, path, **changes)
        self.tried += 1
        require_headers(answer)
        assert answer.status_code < 500, f"{role} {method} {path}: {answer.status_code}"
        return answer

    def send(self, role: str, path: str) -> Response:
        """Send an empty form with a good token."""
        answer = self.ask(role, "POST", path, data={"csrf": self.client(role).token(), "act_key": f"{role} {path}"})
        if path.startswith("/sign-out"):
            self.clients.pop(role)
        return answer

    def fill_in(self, path: str, number: str) -> str:
        """Return a path with a ticket and with objects that exist in it."""
        kind = next((word for word in ("mails", "quarantine", "undelivered", "people") if word in path), "")
        numbered = {"number": number, "id": self.objects.get(kind, "1"), "secret:str": "A" * 43}
        values = {**self.objects, **numbered}
        return re.sub(r"\{([^}]+)\}", lambda part: values[part[1]], path)


def word_of(answer):
    """Return what an answer comes to; a part of a page that asks to sign in holds nothing else."""
    if _SESSION_OVER.fullmatch(answer.text.strip()):
        return SIGN_IN
    if answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?"):
        return SIGN_IN
    return SIGN_IN if answer.headers.get("location") == "/sign-in" else _WORDS[answer.status_code]


def expected(may, role, *, owns):
    """Return what the table says for a role; `owns` tells whether the ticket is theirs."""
    if may is May.EVERYBODY:
        return GOOD
    if role == "stranger":
        return SIGN_IN
    allowed = {
        May.SIGNED_IN: True,
        May.OF_TICKET: owns or role in IT_SECTION,
        May.IT: role in IT_SECTION,
        May.DESK: role in {*IT_SECTION, "agent"},
        May.LEAD: role == "lead",
        May.ONE: role == "staff",
        May.ONE_OR_LEAD: role in IT_SECTION,
    }
    return GOOD if allowed[may] else NOT_THERE


def require_headers(answer):
    """Raise AssertionError for an answer without what guards it."""
    policy = answer.headers["content-security-policy"]
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    assert "unsafe-eval" not in policy
    assert "frame-ancestors" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] in {"DENY", "SAMEORIGIN"}
    assert answer.headers["referrer-policy"] in {"same-origin", "no-referrer"}
    assert "max-age=" in answer.headers["strict-transport-security"]
    assert not {"server", "x-powered-by"} & set(answer.headers)
    for cookie in answer.headers.get_list("set-cookie"):
        assert "secure" in cookie.lower()
        assert "httponly" in cookie.lower()
        assert "samesite" in cookie.lower()
