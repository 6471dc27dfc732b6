"""The API for tests: keys, calls with them, and a webhook that is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailbot.adapters.store.api_keys import make_api_key
from mailbot.domain.api_keys import Scope

if TYPE_CHECKING:
    from httpx2 import Response

    from mailbot.web.desk import WebDesk
    from tests.web.conftest import Client

PREFIX = "/api/v1"
WORDS = "पोर्टल पर त्रुटि 500 आती है। GSTIN 09AAACH7409R1ZZ"


@dataclass
class Caller:
    """A program with a key."""

    client: Client
    key: str

    def call(self, method: str, path: str, **changes: Any) -> Response:
        """Make a call; `headers` are added to that of the key."""
        headers = {"Authorization": f"Bearer {self.key}"} | changes.pop("headers", {})
        return self.client.request(method, f"{PREFIX}{path}", headers=headers, **changes)

    def get(self, path: str, **params: Any) -> Response:
        """Read something."""
        return self.call("GET", path, params=params)

    def post(self, path: str, body: Any = None, **headers: str) -> Response:
        """Send something as JSON."""
        return self.call("POST", path, json=body, headers=headers)

    def open(self, employee_id: str = "104872", **changes: Any) -> Any:
        """Open a ticket and return it."""
        body = {"employee_id": employee_id, "title": "GSTR-3B cannot be filed", "description": WORDS}
        answer = self.post("/tickets", body | changes)
        assert answer.status_code == 201, answer.text
        return answer.json()


def make_caller(web: WebDesk, client: Client, *scopes: Scope, name: str = "Central software") -> Caller:
    """Return a program with a key of these scopes; without any it has all."""
    _, key = make_api_key(web.engine, name, scopes or tuple(Scope), web.now(), None)
    return Caller(client, key)
