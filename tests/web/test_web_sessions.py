"""Sessions end: by idling, by their length, by signing out, and with the person."""

from __future__ import annotations

import re

from sqlalchemy import inspect, select, update

from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.tables import people
from mailbot.adapters.store.tables_web import web_sessions
from mailbot.domain.people import Language
from mailbot.web.account import HOME
from tests.builders import ASHA, BHARAT, CHITRA, DEV
from tests.web.clients import AGENT, HOST
from tests.web.entry_runs import ask, sent_links


def is_in(client):
    """Tell whether the browser is signed in."""
    answer = client.get("/account")
    assert answer.status_code in {200, 303}
    return answer.status_code == 200


def test_a_session_idles_out_after_half_an_hour(signed_in, clock):
    """A page within the time renews it; without one it is over."""
    client = signed_in(ASHA)
    for _ in range(4):
        clock.move(minutes=29)
        assert is_in(client)
    clock.move(minutes=30)
    assert not is_in(client)


def test_a_session_is_over_after_twelve_hours(signed_in, clock):
    """However busy somebody is, the proof is asked for again."""
    client = signed_in(ASHA)
    for _ in range(71):
        clock.move(minutes=10)
        assert is_in(client)
    clock.move(minutes=10)
    assert not is_in(client)


def test_who_is_inactive_is_out_at_once(web, signed_in):
    """The directory is asked for each page; the import that says so ends the session with the next click."""
    client = signed_in(ASHA)
    assert is_in(client)
    with writing(web.engine) as connection:
        connection.execute(update(people).where(people.c.employee_id == ASHA.employee_id).values(active=False))
    assert not is_in(client)


def test_signing_out_ends_one_session_or_all(signed_in):
    """One browser leaves, or all of a person; nobody else's is touched."""
    first, second, third, other = signed_in(ASHA), signed_in(ASHA), signed_in(ASHA), signed_in(BHARAT)
    secret = first.cookies["__Host-mailbot"]
    answer = first.submit("/sign-out", page="/account")
    assert answer.headers["location"] == "/sign-in/out"
    assert "You are signed out" in first.get("/sign-in/out").text
    assert "__Host-mailbot" not in first.cookies
    first.cookies.set("__Host-mailbot", secret, domain=HOST, path="/")
    assert not is_in(first)
    assert is_in(second)
    assert second.submit("/sign-out-everywhere", page="/account").status_code == 303
    assert (is_in(second), is_in(third), is_in(other)) == (False, False, True)


def test_the_table_holds_no_secret(web, signed_in):
    """Whoever reads the database cannot sign in with what is there."""
    client = signed_in(ASHA)
    with reading(web.engine) as connection:
        (row,) = connection.execute(select(web_sessions)).mappings()
    assert client.cookies["__Host-mailbot"] not in str(dict(row))
    assert re.fullmatch(r"[0-9a-f]{64}", row["digest"])
    client.cookies.set("__Host-mailbot", row["digest"][:43], domain=HOST, path="/")
    assert not is_in(client)


def test_a_new_sign_in_ends_the_session_of_before(web, signed_in, new_client):
    """One browser never acts for two people, and the secret from before is worth nothing."""
    client = signed_in(ASHA)
    before = client.cookies["__Host-mailbot"]
    asking = new_client()
    ask(asking, BHARAT.email)
    (path,) = sent_links(web)
    assert client.submit(path).status_code == 303
    assert client.cookies["__Host-mailbot"] != before
    assert "Bharat Singh" in client.get("/account").text
    asking.cookies.set("__Host-mailbot", before, domain=HOST, path="/")
    assert not is_in(asking)


def test_the_first_page_of_each_role_is_one_that_exists(signed_in):
    """Officer, staff, lead and agent are led to their own page, and to the page with their name where there is none."""
    for person in (ASHA, CHITRA, DEV, AGENT):
        client = signed_in(person)
        led = client.get("/").headers["location"]
        assert led in {HOME[person.role], "/account"}
        assert client.get(led).status_code == 200


def test_the_language_stays_with_the_person(web, signed_in, stranger):
    """The switch changes the directory's word, so letters and other browsers follow; a visitor's is in a cookie."""
    client, second = signed_in(ASHA), signed_in(ASHA)
    assert '<html lang="en">' in client.get("/account").text
    answer = client.submit("/language", {"language": "hi", "back": "/account"}, page="/account")
    assert answer.headers["location"] == "/account"
    assert '<html lang="hi">' in second.get("/account").text
    with reading(web.engine) as connection:
        chosen = connection.execute(select(people.c.language).where(people.c.email == ASHA.email)).scalar()
    assert chosen == Language.HINDI
    assert '<html lang="en">' in stranger.get("/sign-in").text
    stranger.submit("/language", {"language": "hi", "back": "/sign-in?next=/account"}, page="/sign-in")
    assert '<html lang="hi">' in stranger.get("/sign-in").text
    assert stranger.submit("/language", {"language": "fr"}, page="/sign-in").status_code == 400


def test_the_session_is_read_without_a_scan(web):
    """The secret's hash is found by its index, whatever number of sessions there is."""
    with reading(web.engine) as connection:
        indexes = inspect(connection).get_unique_constraints("web_sessions")
    assert [one["column_names"] for one in indexes] == [["digest"]]
