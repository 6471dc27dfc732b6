"""Calls of the API: keys and scopes, repeated calls, bounds, and problems that say what to do and nothing else."""

from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from mailbot.adapters.store.api_keys import find_api_keys, make_api_key, revoke_api_key
from mailbot.adapters.store.api_traces import drop_spent_api, erase_api_of
from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.tables import tickets
from mailbot.adapters.store.tables_api import api_calls, api_keys
from mailbot.domain.api_keys import Scope
from mailbot.domain.errors import WorldError
from mailbot.web.api import tickets as ticket_calls
from mailbot.web.api.app import STRANGERS_PER_MINUTE
from mailbot.web.api.pace import Buckets
from tests.builders import ASHA
from tests.web.api_desk import PREFIX, Caller, make_caller

BODY = {"employee_id": "104872", "title": "E-way bill", "description": "The page stays empty."}


@pytest.fixture
def central(web, stranger):
    """Return the central software, with a key that may everything."""
    return make_caller(web, stranger)


def count(web, table):
    """Return how many rows there are."""
    with reading(web.engine) as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_without_a_key_that_counts_nothing_is_answered(web, stranger, clock):
    """No key, a wrong one, an ended and a revoked one: the same 401, and how to do it right."""
    known, key = make_api_key(web.engine, "Old", [Scope.READ], web.now(), web.now() + timedelta(days=1))
    assert Caller(stranger, key).get("/catalogue").status_code == 200
    ended, clock.at = clock.at, clock.at + timedelta(days=1)
    answers = [
        Caller(stranger, one).get("/catalogue") for one in (key, key[:-1], f"{known.prefix}_", "mbk_", "x" * 200)
    ]
    answers.append(stranger.get(f"{PREFIX}/catalogue"))
    clock.at = ended
    revoke_api_key(web.engine, known.prefix, web.now())
    answers.append(Caller(stranger, key).get("/catalogue"))
    for answer in answers:
        assert (answer.status_code, answer.json()["type"]) == (401, "/api/v1/docs#no-key")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert len({answer.json()["detail"] for answer in answers}) == 1


def test_the_table_has_no_key_but_its_hash_and_when_it_was_used(web, central, clock):
    """Whoever reads the table cannot call; use is noted to the minute."""
    central.get("/catalogue")
    clock.move(seconds=90)
    central.get("/catalogue")
    with reading(web.engine) as connection:
        row = connection.execute(select(api_keys)).one()
    assert central.key.rpartition("_")[2] not in str(row)
    assert len(row.digest) == 64
    assert find_api_keys(web.engine)[0].used_at == web.now()


def test_a_key_does_what_its_scopes_say(web, stranger):
    """Each call needs one scope; without it 403 names it, also before the body is looked at."""
    calls = [
        ("POST", "/tickets", Scope.CREATE),
        ("GET", "/tickets?employee_id=104872", Scope.READ),
        ("GET", "/tickets/TMS-2611-00001-3?employee_id=104872", Scope.READ),
        ("GET", "/catalogue", Scope.READ),
        ("POST", "/tickets/TMS-2611-00001-3/comments", Scope.WRITE),
        ("POST", "/tickets/TMS-2611-00001-3/reopen", Scope.WRITE),
        ("POST", "/tickets/TMS-2611-00001-3/confirm", Scope.WRITE),
        ("GET", "/webhooks", Scope.WEBHOOKS),
        ("POST", "/webhooks", Scope.WEBHOOKS),
        ("DELETE", "/webhooks/1", Scope.WEBHOOKS),
    ]
    for scope in Scope:
        caller = make_caller(web, stranger, scope)
        for method, path, needed in calls:
            answer = caller.call(method, path)
            assert (answer.status_code == 403) == (scope is not needed), (scope, method, path)
            if scope is not needed:
                assert needed in answer.json()["detail"]


def test_the_same_call_is_done_once_and_answered_the_same(web, central):
    """With an Idempotency-Key; another call under it is refused, and another program's key is its own."""
    name = {"Idempotency-Key": str(uuid4())}
    first, again = central.post("/tickets", BODY, **name), central.post("/tickets", BODY, **name)
    assert (first.status_code, first.content, first.headers["location"]) == (
        again.status_code, again.content, again.headers["location"],
    )  # fmt: skip
    assert (again.headers["idempotency-replayed"], count(web, tickets)) == ("true", 1)
    other = central.post("/tickets", BODY | {"title": "Another"}, **name)
    assert (other.status_code, other.json()["type"], count(web, tickets)) == (422, "/api/v1/docs#key-reused", 1)
    number = first.json()["number"]
    path = central.post(f"/tickets/{number}/comments", {"employee_id": "104872", "text": "x"}, **name)
    assert path.status_code == 422
    second = make_caller(web, central.client, name="Second")
    assert second.post("/tickets", BODY, **name).json()["number"] != number
    assert central.post("/tickets", BODY, **{"Idempotency-Key": "short"}).status_code == 422


def test_a_refusal_is_repeated_as_well(web, central):
    """What the rules said to a call they say again, though the ticket changed meanwhile."""
    number = central.open()["number"]
    name = {"Idempotency-Key": str(uuid4())}
    first = central.post(f"/tickets/{number}/confirm", {"employee_id": "104872"}, **name)
    again = central.post(f"/tickets/{number}/confirm", {"employee_id": "104872"}, **name)
    assert (first.status_code, first.content) == (again.status_code, again.content) == (409, first.content)
    assert again.headers["content-type"] == "application/problem+json"
    assert count(web, api_calls) == 1


def test_parts_with_another_boundary_are_the_same_call(web, central):
    """A program that tries again writes the form anew; what is in it counts."""
    name, file = {"Idempotency-Key": str(uuid4())}, ("note.txt", b"error 500", "text/plain")
    first, again = (central.call("POST", "/tickets", data=BODY, files={"files": file}, headers=name) for _ in range(2))
    assert (first.status_code, first.json()["number"]) == (201, again.json()["number"])
    assert count(web, tickets) == 1


def test_many_at_once_with_one_key_make_one_ticket(web, central):
    """Whoever comes while the first is answered is told to come again, or gets its answer."""
    name, answers = {"Idempotency-Key": str(uuid4())}, []
    threads = [
        threading.Thread(target=lambda: answers.append(central.post("/tickets", BODY, **name))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert len({answer.json()["number"] for answer in answers if answer.status_code == 201}) == 1
    assert count(web, tickets) == 1


def test_a_call_that_died_is_made_again_and_still_done_once(web, central, monkeypatch):
    """The ticket was opened and the answer never kept: the next try finds the ticket."""
    name, first = {"Idempotency-Key": str(uuid4())}, []

    def die(*_):
        first.append(count(web, tickets))
        raise WorldError("the database went away")

    with monkeypatch.context() as patch:
        patch.setattr(ticket_calls, "show_ticket", die)
        failed = central.post("/tickets", BODY, **name)
    assert (failed.status_code, failed.headers["retry-after"], first) == (503, "30", [1])
    again = central.post("/tickets", BODY, **name)
    assert (again.status_code, count(web, tickets)) == (201, 1)


def test_answers_are_kept_for_a_day_and_erased_with_the_person(web, central, clock):
    """They hold what people wrote."""
    central.post("/tickets", BODY, **{"Idempotency-Key": str(uuid4())})
    with writing(web.engine) as connection:
        assert drop_spent_api(connection, web.now() + timedelta(hours=23)) == 0
        assert drop_spent_api(connection, web.now() + timedelta(hours=24)) == 1
    name = {"Idempotency-Key": str(uuid4())}
    central.post("/tickets", BODY, **name)
    clock.move(hours=25)
    assert central.post("/tickets", BODY | {"title": "A new day"}, **name).status_code == 201
    with writing(web.engine) as connection:
        assert erase_api_of(connection, ASHA.email) == 1


def test_a_key_has_its_bound_and_is_told(web, stranger, clock):
    """429 with how long to wait; a minute later it goes on; another key is not held up."""
    caller, other = make_caller(web, stranger), make_caller(web, stranger, name="Other")
    limit = 20
    (api,) = (route.app for route in stranger.app.routes if getattr(route, "path", "") == PREFIX)
    api.state.callers = Buckets(limit)
    answers = [caller.get("/webhooks") for _ in range(limit)]
    assert {answer.status_code for answer in answers} == {200}
    assert [answers[at].headers["ratelimit-remaining"] for at in (0, -1)] == [str(limit - 1), "0"]
    refused = caller.get("/webhooks")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "3")
    assert refused.json()["type"] == "/api/v1/docs#too-many"
    assert other.get("/webhooks").status_code == 200
    clock.move(seconds=60)
    assert caller.get("/webhooks").status_code == 200


def test_whoever_tries_keys_is_slowed_down(central):
    """By the machine; who has a key is not held up by it."""
    wrong = Caller(central.client, "mbk_00000000_none")
    answers = [wrong.get("/catalogue").status_code for _ in range(STRANGERS_PER_MINUTE + 5)]
    assert answers == [401] * STRANGERS_PER_MINUTE + [429] * 5
    assert central.get("/catalogue").status_code == 200


def test_a_body_has_its_bounds_and_its_type(web, central):
    """Broken, too large, of another kind: each a problem of its own, with the id of the request."""
    cases = [
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400),
        ({"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 400),
        ({"content": b"<x/>", "headers": {"Content-Type": "application/xml"}}, 415),
        ({"content": b"x" * (web.settings.web.form_bytes + 1), "headers": {"Content-Type": "application/json"}}, 413),
        ({"content": iter([b"x" * 2**20] * 31), "headers": {"Content-Type": "application/json"}}, 413),
        ({"content": b"[]", "headers": {"Content-Type": "application/json"}}, 422),
        ({"content": b'{"title": "\\ud800"}', "headers": {"Content-Type": "application/json"}}, 400),
    ]
    for changes, status in cases:
        answer = central.call("POST", "/tickets", **changes)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), changes
    small = central.call("POST", "/webhooks", content=b" " * 70_000, headers={"Content-Type": "application/json"})
    assert small.status_code == 413
    host = central.call("GET", "/catalogue", headers={"Host": "elsewhere.example"})
    assert (host.status_code, host.headers["content-type"]) == (400, "application/problem+json")


def test_a_mistake_of_ours_shows_nothing_of_the_inside(central, monkeypatch, caplog):
    """The caller gets an id, the log the error under it."""

    def break_(*_):
        raise RuntimeError("secret of the inside")

    monkeypatch.setattr(ticket_calls, "find_part", break_)
    answer = central.call("GET", "/tickets?employee_id=104872", headers={"X-Request-Id": "case-7"})
    assert (answer.status_code, answer.json()["request_id"], answer.headers["x-request-id"]) == (
        500,
        "case-7",
        "case-7",
    )
    assert "inside" not in answer.text
    assert any("case-7" in record.getMessage() for record in caplog.records)
    odd = central.call("GET", "/catalogue", headers={"X-Request-Id": "a b\t"})
    assert odd.headers["x-request-id"].isalnum()


def test_the_description_comes_from_the_code_and_the_page_needs_no_script(web, stranger):
    """Every call has its errors, its key and a sentence; codes are the desk's own; anybody may read both."""
    document = stranger.get(f"{PREFIX}/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    calls = [call for operations in document["paths"].values() for call in operations.values()]
    assert len(calls) == 14
    for call in calls:
        assert (call["security"], bool(call["summary"]), bool(call["description"])) == ([{"apiKey": []}], True, True)
        assert {"401", "403", "422", "429", "503"} <= set(call["responses"])
    codes = document["components"]["schemas"]["NewTicket"]["properties"]["module"]["anyOf"][0]["enum"]
    assert codes == [entry.code for entry in web.desk.catalogue.modules.entries]
    page = stranger.get(f"{PREFIX}/docs")
    assert (page.status_code, "<script" in page.text, "://" in page.text.split("<main")[0]) == (200, False, False)
    for code in ("not-now", "wrong-fields"):
        assert f'id="{code}"' in page.text
    assert stranger.get(f"{PREFIX}/nothing").headers["content-type"] == "application/problem+json"
