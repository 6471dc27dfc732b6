"""Browsers of the tests: people, a clock, and a client that fills in forms as a browser does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.testclient import TestClient

from mailbot.domain.people import Role
from tests.builders import ASHA, BHARAT, CHITRA, DEV, make_person

if TYPE_CHECKING:
    from httpx2 import Response

START = datetime(2026, 11, 24, 4, 35, tzinfo=UTC)
AGENT = make_person("Esha Nigam", employee_id="300001", role=Role.AGENT, office="Call desk, Lucknow", mobile="")
EVERYBODY = (ASHA, BHARAT, CHITRA, DEV, AGENT)
HOST = "helpdesk.tax.up.example"
ADDRESS = f"https://{HOST}"
HANDOFF_KEY = "a key that the central software and this desk share, long enough for whatever asks"
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')
ACT_KEY = re.compile(r'name="act_key" value="([^"]+)"')


@dataclass
class Clock:
    """A clock that stands until it is moved."""

    at: datetime = START

    def __call__(self) -> datetime:
        """Return what it shows."""
        return self.at

    def move(self, **by: float) -> None:
        """Move it on."""
        self.at += timedelta(**by)


class Client(TestClient):
    """A browser: it keeps cookies, follows no redirect, and fills in forms that it fetched."""

    def token(self, path: str = "/sign-in/out") -> str:
        """Return the token that a page of this browser has for its forms."""
        found = TOKEN.search(self.get(path).text)
        assert found, f"{path} has no token"
        return found[1]

    def submit(self, url: str, data: dict[str, Any] | None = None, *, files: Any = None, page: str = "") -> Response:
        """Fetch the page of a form, and send the form with its token and its act key."""
        shown = self.get(page or url).text
        found = TOKEN.search(shown)
        assert found, f"{page or url} has no form"
        hidden = {"csrf": found[1]} | ({"act_key": key[1]} if (key := ACT_KEY.search(shown)) else {})
        return self.post(url, data=hidden | (data or {}), files=files)
