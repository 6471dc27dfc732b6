"""The API keeps what its description promises: schemathesis sends what fits the description, and what does not."""

from __future__ import annotations

from uuid import uuid4

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from starlette.applications import Starlette

from mailbot.adapters import webhook_post
from mailbot.web.api.app import make_api, mount_api
from mailbot.web.api.pace import Buckets
from tests.builders import ASHA
from tests.web.api_desk import make_caller

CALLS = 14
NAME = "Idempotency-Key"
PACE = settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def api(web):
    """Return the API without what the pages have in front of it."""
    api = make_api(web)
    api.state.callers = api.state.strangers = Buckets(10**6)
    return api


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_call_answers_as_described(web, api, stranger, monkeypatch, mode):
    """No answer is a 500, of another shape, type or status than described; what fits is taken, what does not is not."""
    monkeypatch.setattr(webhook_post, "find_addresses", lambda *_: ["93.184.216.34"])
    central = make_caller(web, stranger)
    number = central.open()["number"]
    document = api.openapi()
    _say_what_exists(document, number)
    schema = schemathesis.openapi.from_dict(document)
    schema.app = Starlette(routes=[mount_api(api)])
    count = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        count += 1

        @PACE
        @given(case=operation.as_strategy(generation_mode=mode))
        def keeps_its_word(case):
            if mode is GenerationMode.POSITIVE and NAME in case.headers:
                case.headers[NAME] = str(uuid4())
            case.call_and_validate(headers={"Authorization": f"Bearer {central.key}"})

        keeps_its_word()
    assert count == CALLS


def _say_what_exists(document, number):
    """Write into the description what only the database knows: an officer, a ticket, the beginning of a list."""
    schemas, known = (
        document["components"]["schemas"],
        {"number": number, "cursor": "", "employee_id": ASHA.employee_id},
    )
    for schema in schemas.values():
        if "pattern" in (employee := schema.get("properties", {}).get("employee_id", {})):
            employee["enum"] = [ASHA.employee_id]
    schemas["NewWebhook"]["properties"]["url"]["enum"] = ["https://fine.example/hook"]
    # Parts have names of files, which a description cannot ask for; a test of its own sends some.
    for operations in document["paths"].values():
        for call in operations.values():
            call.get("requestBody", {}).get("content", {}).pop("multipart/form-data", None)
            for one in call.get("parameters", ()):
                if one["name"] in known:
                    one["schema"]["enum"] = [known[one["name"]]]
