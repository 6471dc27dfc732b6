"""Ticket Dashboard: the own tickets alone, their counts, filters, search, order and parts."""

from __future__ import annotations

import re

import pytest

from mailbot.domain.people import Language
from mailbot.domain.ticket import Status
from mailbot.domain.verbs import Verb
from mailbot.web.officer import LINES, STATUSES
from tests.builders import ASHA, BHARAT, CHITRA
from tests.store.plans import find_scans, noted_statements
from tests.web.officer_work import do
from tests.web.staff_work import open_ticket, put_tickets

NUMBER = re.compile(r'<td class="nowrap number"><a href="/tickets/([A-Z0-9-]+)">')

ODD = (
    "status=x", "status=merged", "module=%00", "sort=priority", "period=always", "period=own", "period=own&from=x",
    "period=own&from=2026-11-30&to=2026-11-01", "period=own&from=0001-01-01", "words=" + "x" * 201,
)  # fmt: skip


def shown(client, query=""):
    """Return the numbers that the list shows."""
    answer = client.get(f"/tickets{query}")
    assert answer.status_code == 200, query
    return NUMBER.findall(answer.text)


@pytest.mark.parametrize("language", Language)
def test_who_has_no_ticket_is_led_to_the_form(signed_in, language):
    """An empty list says what to do, in the officer's language, and shows no filters."""
    page = signed_in(ASHA, language).get("/tickets").text
    assert {"en": "You have no tickets yet", "hi": "अभी आपका कोई टिकट नहीं है"}[language] in page
    assert 'href="/tickets/new"' in page
    assert "<table" not in page
    assert 'name="words"' not in page


@pytest.mark.parametrize("language", Language)
def test_each_sees_the_own_tickets_with_their_status(web, signed_in, language):
    """Titles in their own language, statuses and modules in the reader's; nobody else's ticket is in any count."""
    own = [open_ticket(web), open_ticket(web, "Challan not shown", module="payment")]
    do(web, CHITRA, own[0], Verb.ASK, "Which browser?")
    foreign = open_ticket(web, "Nobody else's business", BHARAT)
    client = signed_in(ASHA, language)
    assert shown(client) == own[::-1]
    page = client.get("/tickets").text
    assert foreign not in page
    assert web.templates.mail_word("status", "waiting", language) in page
    assert web.desk.catalogue.modules.find("payment").name(language) in page
    assert '<th scope="row" class="wide" lang="hi">' in page
    assert '<th scope="row" class="wide" lang="en">' in page
    figures = dict(re.findall(r'href="/tickets(\?status=\w+)?"[^>]*><span class="tile-figure">(\d+)<', page))
    assert [figures[f"?status={status}"] for status in STATUSES] == ["1", "0", "1", "0", "0"]
    for query, figure in figures.items():
        assert len(shown(client, query)) == int(figure)


def test_filters_and_search_find_what_they_say(web, signed_in, clock):
    """Each alone and together; a number and words in both languages are found."""
    old = open_ticket(web, "Refund of October not credited", module="refund")
    clock.move(days=10)
    hindi, urgent = open_ticket(web), open_ticket(web, "E-way bill cannot be cancelled", module="e-way-bill")
    do(web, CHITRA, urgent, Verb.RESOLVE, "Done.")
    open_ticket(web, "E-way bill of somebody else", BHARAT, module="e-way-bill")
    asha = signed_in(ASHA)
    assert shown(asha, "?module=e-way-bill") == [urgent]
    assert shown(asha, "?status=running") == [hindi, old]
    assert shown(asha, "?status=running&module=refund") == [old]
    assert shown(asha, "?words=दाखिल") == [hindi]
    assert shown(asha, "?words=bill") == [urgent]
    assert shown(asha, f"?words={old}") == [old]
    assert shown(asha, "?period=own&from=2026-12-01") == [urgent, hindi]
    assert shown(asha, "?period=own&to=2026-11-30") == [old]
    assert shown(asha, "?period=this_month") == [urgent, hindi]
    assert shown(asha, "?period=last_month") == [old]
    assert shown(asha, "?sort=oldest") == [old, hindi, urgent]
    page = asha.get("/tickets?words=zebra").text
    assert "No ticket fits these filters" in page
    assert NUMBER.findall(page) == []


def test_a_long_list_comes_in_parts(web, signed_in):
    """Every ticket once, also when a new one comes between two parts; the filters stay."""
    numbers = put_tickets(web, 2 * LINES + 3)
    asha = signed_in(ASHA)
    path, found = "/tickets?status=new&sort=newest", []
    while path:
        page = asha.get(path).text
        found += NUMBER.findall(page)
        link = re.search(r'rel="next" href="([^"]+)"', page)
        path = link[1].replace("&amp;", "&") if link else ""
        assert not path or "status=new" in path
    assert found == numbers[::-1]
    assert "To the beginning" in page


def test_a_cursor_that_was_made_up_leads_to_the_beginning(web, signed_in):
    """So does one of another order; nothing breaks."""
    put_tickets(web, 3)
    asha = signed_in(ASHA)
    for cursor in ("x", "%00", "WzFd", "a" * 3_000):
        answer = asha.get(f"/tickets?sort=oldest&cursor={cursor}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/tickets?sort=oldest")


def test_what_nobody_can_choose_is_refused(web, signed_in):
    """An address that was edited by hand is no error of ours."""
    open_ticket(web)
    asha = signed_in(ASHA)
    for query in ODD:
        assert asha.get(f"/tickets?{query}").status_code == 422, query


def test_whoever_sees_all_has_only_the_own_ones_here(web, signed_in):
    """The IT section's own problems, not its work."""
    open_ticket(web)
    own = open_ticket(web, "My own screen is broken", CHITRA)
    chitra = signed_in(CHITRA)
    assert shown(chitra) == [own]
    assert '<span class="tile-figure">1</span> <span class="tile-name">All</span>' in chitra.get("/tickets").text


def test_what_is_late_is_said(web, signed_in, clock):
    """A ticket past its time says so, one that waits for the officer does not."""
    late, waits = open_ticket(web), open_ticket(web, "It waits for me")
    do(web, CHITRA, waits, Verb.ASK, "Which browser?")
    clock.move(days=20)
    asha = signed_in(ASHA)
    page = asha.get("/tickets").text
    assert page.count('<span class="badge bad">Delayed</span>') == 1
    assert "Delayed" in asha.get(f"/tickets/{late}").text
    assert "The time stands still" in asha.get(f"/tickets/{waits}").text


def test_a_page_is_light(web, signed_in):
    """A full list has less than 60 kB before it is squeezed."""
    put_tickets(web, LINES + 1, status=Status.NEW, title="जीएसटी पोर्टल पर विवरणी दाखिल करते समय त्रुटि आती है " * 2)
    answer = signed_in(ASHA).get("/tickets")
    assert len(answer.content) < 60_000


def test_strangers_sign_in_first(stranger):
    """And come back to where they wanted to go."""
    for path in ("/tickets", "/tickets/new", "/resolved", "/tickets/TMS-2611-00001-3"):
        answer = stranger.get(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in?next=")


def test_no_page_of_an_officer_walks_through_a_table(web, signed_in):
    """However many tickets the desk has, each question to the tables starts from an index, on both databases."""
    number = open_ticket(web)
    do(web, CHITRA, number, Verb.RESOLVE, "Done.")
    asha = signed_in(ASHA)
    queries = (
        "",
        "?status=closed&sort=due",
        "?module=payment&sort=changed",
        "?period=this_month&sort=oldest",
        "?words=GSTR",
    )
    pages = (
        f"/tickets/{number}",
        f"/tickets/{number}/talk?after=0",
        f"/tickets/{number}/files/{'0' * 64}",
        "/resolved",
    )
    with noted_statements(web.engine) as noted:
        for path in (*(f"/tickets{query}" for query in queries), *pages):
            assert asha.get(path).status_code in {200, 404}
    assert len(noted) > len(queries)
    assert find_scans(web.engine, noted) == {}
