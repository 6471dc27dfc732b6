"""Signing in by a link: single use, ten minutes, only by a button; nobody learns who is in the directory.

How often something is tried here is a sample; `make torture` runs the full numbers.
"""

from __future__ import annotations

import pytest
from sqlalchemy import update

from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.tables import letters, people
from mailbot.adapters.store.tables_web import web_attempts, web_sessions
from mailbot.domain.people import Language
from tests.builders import ASHA, BHARAT
from tests.web.entry_runs import ask, compare, flood, replay, rows, sent_links


@pytest.mark.parametrize("who", [ASHA.email, " Asha@Tax.UP.example ", ASHA.employee_id, "१०४८७२", "104 872"])
def test_an_address_or_an_employee_id_signs_in(web, stranger, who):
    """The letter goes to the stored address; its link opens a page, and the button there signs in."""
    answer = ask(stranger, who)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in/sent")
    assert "If the directory has you" in stranger.get("/sign-in/sent").text
    (path,) = sent_links(web)
    (letter,) = rows(web, letters)
    assert (letter.to, letter.kind, letter.priority, letter.state) == (ASHA.email, "sign_in", 0, "pending")
    shown = stranger.get(path)
    assert shown.status_code == 200
    assert "another browser" not in shown.text
    entered = stranger.submit(path)
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert "Asha Verma" in stranger.get("/account").text


def test_the_letter_and_the_pages_are_in_the_readers_language(web, signed_in, new_client):
    """The letter speaks Hindi to whom the directory says so, the page to whose browser prefers it."""
    signed_in(ASHA, Language.HINDI)
    visitor = new_client()
    visitor.headers["accept-language"] = "hi-IN,hi;q=0.9"
    assert '<html lang="hi">' in visitor.get("/sign-in").text
    ask(visitor, ASHA.email)
    (path,) = sent_links(web)
    (letter,) = rows(web, letters)
    assert letter.subject == "साइन इन करने का आपका लिंक"
    assert "लिंक फिर काम नहीं करेगा" in visitor.get(path).text


def test_a_scanner_uses_nothing_up_and_a_link_works_once(web, stranger, new_client):
    """Looking leaves the link good and the scanner outside; once used, nobody gets in with it again."""
    replay(web, stranger, new_client, looks=5, replays=20)


def test_a_link_ends_after_ten_minutes_and_with_its_person(web, stranger, clock):
    """What is too old signs nobody in, and neither does the link of somebody who left meanwhile."""
    ask(stranger, ASHA.email)
    ask(stranger, BHARAT.email)
    old, left = sent_links(web)
    token = stranger.token()
    with writing(web.engine) as connection:
        connection.execute(update(people).where(people.c.employee_id == BHARAT.employee_id).values(active=False))
    assert stranger.post(left, data={"csrf": token}).status_code == 410
    clock.move(minutes=10)
    assert stranger.get(old).status_code == 410
    assert stranger.post(old, data={"csrf": token}).status_code == 410
    assert rows(web, web_sessions) == []


def test_the_wanted_page_is_ours(web, stranger):
    """Whoever was sent to sign in comes back to the page; a path that leads elsewhere is dropped."""
    assert stranger.get("/account").headers["location"] == "/sign-in?next=/account"
    stranger.submit("/sign-in", {"who": ASHA.email, "next": "/account"})
    for evil in ("//evil.example", "https://evil.example", "/\\evil.example", "/a//b", "/tickets\n"):
        stranger.submit("/sign-in", {"who": BHARAT.email, "next": evil})
        assert stranger.get("/sign-in", params={"next": evil}).text.count('name="next" value="/"') == 1
    first, *others = sent_links(web)
    assert first.endswith("?next=/account")
    assert not any("?" in path for path in others)
    entered = stranger.submit(first, {"next": "/account"})
    assert entered.headers["location"] == "/account"


def test_nobody_learns_who_is_in_the_directory(web, new_client):
    """The answers to known and unknown are the same bytes and take the same time; only the outbox differs."""
    assert compare(web, new_client, each=20) <= 0.020


def test_links_are_limited(web, new_client, clock):
    """At most 3 in 15 minutes reach one person, by whatever name, and 10 requests an hour are taken per machine."""
    flood(web, new_client, clock, one=15, machines=2)


def test_machines_of_one_ipv6_network_count_as_one(new_client):
    """Of a network there are more addresses than could ever be counted."""
    for number in range(11):
        client = new_client(f"2001:db8:1:2::{number + 1:x}")
        answer = ask(client, f"nobody{number}@tax.up.example")
        assert answer.status_code == (303 if number < 10 else 429)
    assert ask(new_client("2001:db8:1:3::1"), "nobody@tax.up.example").status_code == 303


@pytest.mark.parametrize("who", ["", "asha", "12345", "1234567", "x" * 300 + "@tax.example"])
def test_what_is_neither_address_nor_id_is_told_beside_the_field(web, stranger, who):
    """The page says what is missing, keeps what was written, and no attempt is counted."""
    answer = ask(stranger, who)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert f'value="{who}"' in answer.text
    assert rows(web, web_attempts) == []
