"""A crawler: every route, every role, own and foreign objects, all methods; nobody gets more than the table says.

The table stands here and not in the program, so that a new route without an entry fails.
"""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select
from starlette.routing import Mount, Route

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.queries import find_history
from mailbot.adapters.store.tables import events, mails, tickets
from mailbot.web.app import make_app
from tests.builders import CHITRA
from tests.web.clients import ADDRESS, TOKEN
from tests.web.crawling import GOOD, METHODS, NOBODYS, NOT_THERE, REFUSED, ROLES, Crawler, May, expected, word_of
from tests.web.showcase import fill

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


RIGHTS = {
    ("GET", "/"): May.SIGNED_IN,
    ("GET", "/account"): May.SIGNED_IN,
    ("POST", "/language"): May.EVERYBODY,
    ("GET", "/sign-in"): May.EVERYBODY,
    ("POST", "/sign-in"): May.EVERYBODY,
    ("GET", "/sign-in/sent"): May.EVERYBODY,
    ("GET", "/sign-in/out"): May.EVERYBODY,
    ("GET", "/sign-in/{secret:str}"): May.EVERYBODY,
    ("POST", "/sign-in/{secret:str}"): May.EVERYBODY,
    ("GET", "/enter"): May.EVERYBODY,
    ("POST", "/sign-out"): May.EVERYBODY,
    ("POST", "/sign-out-everywhere"): May.SIGNED_IN,
    ("GET", "/tickets"): May.SIGNED_IN,
    ("GET", "/tickets/new"): May.SIGNED_IN,
    ("POST", "/tickets/new"): May.SIGNED_IN,
    ("GET", "/resolved"): May.SIGNED_IN,
    ("GET", "/resolved.{format}"): May.SIGNED_IN,
    ("GET", "/tickets/{number}"): May.OF_TICKET,
    ("GET", "/tickets/{number}/registered"): May.OF_TICKET,
    ("GET", "/tickets/{number}/talk"): May.OF_TICKET,
    ("GET", "/tickets/{number}/files/{sha256}"): May.OF_TICKET,
    ("POST", "/tickets/{number}/reply"): May.OF_TICKET,
    ("POST", "/tickets/{number}/reopen"): May.OF_TICKET,
    ("POST", "/tickets/{number}/confirm"): May.OF_TICKET,
    ("POST", "/tickets/{number}/cancel"): May.OF_TICKET,
    ("POST", "/tickets/{number}/rate"): May.OF_TICKET,
    ("POST", "/tickets/{number}/staff/{step}"): May.IT,
    ("GET", "/tickets/{number}/looking"): May.IT,
    ("GET", "/tickets/{number}/similar"): May.IT,
    ("GET", "/tickets/{number}/mails/{id}"): May.IT,
    ("GET", "/tickets/{number}/mails/{id}/body"): May.IT,
    ("GET", "/tickets/{number}/mails/{id}/files/raw"): May.IT,
    ("GET", "/queue"): May.IT,
    ("GET", "/queue/news"): May.IT,
    ("POST", "/queue/filters"): May.IT,
    ("GET", "/queue/filters/{id}"): May.ONE,
    ("POST", "/queue/filters/{id}/drop"): May.ONE,
    ("POST", "/queue/bulk"): May.IT,
    ("GET", "/statistics"): May.IT,
    ("GET", "/statistics/{file}"): May.IT,
    ("GET", "/canned"): May.LEAD,
    ("POST", "/canned/new"): May.LEAD,
    ("GET", "/canned/{id}"): May.LEAD,
    ("POST", "/canned/{id}"): May.LEAD,
    ("POST", "/canned/{id}/drop"): May.LEAD,
    ("GET", "/quarantine"): May.IT,
    ("POST", "/quarantine/retry"): May.IT,
    ("GET", "/quarantine/{id}"): May.IT,
    ("GET", "/quarantine/{id}/body"): May.IT,
    ("GET", "/quarantine/{id}/files/raw"): May.LEAD,
    ("POST", "/quarantine/{id}/retry"): May.IT,
    ("POST", "/quarantine/{id}/discard"): May.LEAD,
    ("GET", "/undelivered"): May.IT,
    ("POST", "/undelivered/unmute"): May.IT,
    ("POST", "/undelivered/{id}/again"): May.IT,
    ("GET", "/people"): May.DESK,
    ("POST", "/people/{id}/away"): May.ONE_OR_LEAD,
    ("POST", "/people/{id}/back"): May.ONE_OR_LEAD,
}


def routes_of(web):
    """Return the method and path of every page; HEAD is GET without its body."""
    found = set()
    for route in make_app(web).routes:
        if isinstance(route, Route):
            found |= {(method, route.path) for method in route.methods - {"HEAD"}}
        else:
            assert isinstance(route, Mount), f"{route} is neither a page nor the API nor a static file"
            assert route.path in {"/api/v1", "/static"}, route.path
    return found


@pytest.fixture
def crawler(web, clock, signed_in, stranger):
    """Return a crawler at a desk with some weeks of work, a kept filter and prepared answers."""
    shown = fill(web, clock, tickets=6)
    history = find_history(web.engine, shown.rich)
    with reading(web.engine) as connection:
        mail = connection.execute(select(mails.c.id).where(mails.c.ticket == shown.rich).limit(1)).scalar_one()
    objects = {
        "own": shown.rich, "foreign": shown.foreign, "sha256": history.files[0].sha256, "mails": str(mail),
        "step": "note", "file": "flow.csv", "format": "csv", "quarantine": str(shown.spoilt),
        "undelivered": str(shown.undelivered), "people": CHITRA.employee_id,
    }  # fmt: skip
    found = Crawler(web, signed_in, stranger, objects)
    kept = {"name": "Mine", "query": "assignee=mine"}
    assert found.client("staff").submit("/queue/filters", kept, page="/queue").status_code == 303
    return found


def count_rows(web):
    """Return what would change if anybody got through."""
    with reading(web.engine) as connection:
        return tuple(
            connection.execute(select(func.count()).select_from(table)).scalar_one() for table in (events, tickets)
        )


def test_every_route_stands_in_the_table(web):
    """A new page has to say here who may see it, and one that is gone is taken out."""
    assert routes_of(web) == set(RIGHTS)


def test_nobody_reads_more_than_the_table_says(crawler):
    """Every page, six kinds of visitors, an own and a foreign ticket: what is not theirs is not there."""
    wrong = []
    for (method, path), may in RIGHTS.items():
        if method != "GET":
            continue
        places = ("own", "foreign") if "{number}" in path else ("own",)
        for role in ROLES:
            for place in places:
                # Files and mails belong to the one ticket; with the number of another one there is no such thing.
                is_lost = place == "foreign" and re.search(r"sha256|mails", path)
                is_lost = is_lost or path.endswith("mails/{id}/body")  # what came by a form has no HTML
                owns = role == ("officer" if place == "own" else "other officer")
                want = expected(may, role, owns=owns)
                want = NOT_THERE if is_lost and want == GOOD else want
                answer = crawler.ask(role, "GET", real := crawler.fill_in(path, crawler.objects[place]))
                got = word_of(answer)
                if got != want and not (got == REFUSED and may is May.EVERYBODY):
                    wrong.append((role, place, real, got, want))
    assert not wrong, "\n".join(map(str, wrong))


def test_what_is_foreign_looks_as_if_it_were_not_there(crawler):
    """The answer for another's ticket has the same bytes and headers as that for a number that nobody has."""
    for (method, path), may in RIGHTS.items():
        if method != "GET" or "{number}" not in path or may not in {May.OF_TICKET, May.IT}:
            continue
        for role in ("other officer", "agent"):
            answers = []
            for number in (crawler.objects["own"], NOBODYS):
                answer = crawler.ask(role, "GET", crawler.fill_in(path, number))
                assert answer.status_code == 404, (role, path)
                shown = re.sub(r'(name="(?:csrf|csrf-token)" (?:value|content)=")[^"]*', r"\1", answer.text)
                answers.append((shown.replace(number, "N"), sorted(set(answer.headers) - {"content-length"})))
            assert answers[0] == answers[1], (role, path)


def test_no_form_is_taken_from_elsewhere(crawler):
    """Without a token, with another's token, from another site: every changing route refuses, and nothing changed."""
    before = count_rows(crawler.web)
    others = crawler.client("other officer").token()
    for method, path in RIGHTS:
        if method != "POST":
            continue
        real = crawler.fill_in(path, crawler.objects["own"])
        for role in ("officer", "lead", "stranger"):
            token = crawler.client(role).token()
            tries = [
                ({}, {}),
                ({"csrf": others}, {}),
                ({"csrf": token}, {"Origin": "https://evil.example"}),
                ({"csrf": token}, {"Origin": "null"}),
                ({"csrf": token}, {"Sec-Fetch-Site": "cross-site"}),
                ({"csrf": token}, {"Sec-Fetch-Site": "same-site"}),
            ]
            for data, headers in tries:
                answer = crawler.ask(role, "POST", real, data=data, headers=headers)
                assert word_of(answer) == REFUSED, (role, real, data, headers, answer.status_code)
    assert count_rows(crawler.web) == before


def test_nobody_changes_more_than_the_table_says(crawler):
    """With a good token: forms about foreign tickets and of other roles find nothing, and nothing changed."""
    before, wrong = count_rows(crawler.web), []
    for (method, path), may in RIGHTS.items():
        if method != "POST":
            continue
        real = crawler.fill_in(path, crawler.objects["own"])
        for role in ("other officer", "agent", "stranger"):
            want = expected(may, role, owns=False)
            answer = crawler.send(role, real)
            got = word_of(answer)
            got = GOOD if got == REFUSED and want == GOOD else got  # an empty form may say too little
            if got != want:
                wrong.append((role, real, got, want))
    assert not wrong, "\n".join(map(str, wrong))
    assert count_rows(crawler.web) == before


def test_whoever_may_gets_through(crawler):
    """The same forms reach their page for the officer whose ticket it is, and for the IT section."""
    for (method, path), may in RIGHTS.items():
        if method != "POST" or path.startswith("/sign"):
            continue
        for role in ("officer", "staff", "lead"):
            if expected(may, role, owns=role == "officer") == GOOD:
                answer = crawler.send(role, crawler.fill_in(path, crawler.objects["own"]))
                assert answer.status_code in {200, 204, 303, 400, 404, 422}, (role, path, answer.status_code)
                if "{id}" not in path:
                    assert answer.status_code != 404, (role, path)


def test_no_other_method_does_anything(crawler):
    """What a route does not offer is refused, whoever asks, with the same headers."""
    before = count_rows(crawler.web)
    for path in {path for _, path in RIGHTS}:
        offered = {method for method, one in RIGHTS if one == path}
        for method in METHODS:
            if method in offered or (method == "HEAD" and "GET" in offered):
                continue
            for role in ("officer", "lead", "stranger"):
                answer = crawler.ask(role, method, crawler.fill_in(path, crawler.objects["own"]))
                assert answer.status_code in {303, 400, 403, 404, 405}, (role, method, path, answer.status_code)
                if answer.status_code == 303:
                    assert method in {"GET", "HEAD"}
    assert count_rows(crawler.web) == before


def test_a_session_opens_nothing_of_the_api(crawler):
    """The API knows keys alone: calls of a browser are refused, with a session as without, and soon put off."""
    found = crawler.ask("lead", "GET", "/api/v1/openapi.json").json()["paths"]
    assert found
    for path, methods in found.items():
        real = re.sub(r"\{[^}]+\}", crawler.objects["own"], path)
        real = real if real.startswith("/api/") else f"/api/v1{real}"
        for method in methods:
            for role in ("officer", "lead", "stranger"):
                answer = crawler.ask(role, method.upper(), real, headers={"Origin": ADDRESS})
                assert answer.status_code in {401, 429}, (role, method, real, answer.status_code)
    assert TOKEN.search(crawler.client("lead").get("/account").text)
