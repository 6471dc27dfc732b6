"""What the IT section has beside a ticket: its steps, prepared answers, who looks, and what belongs together."""

from __future__ import annotations

import re

import pytest

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.queries import find_history
from mailbot.adapters.store.tables_staff import web_presence
from mailbot.adapters.store.web_traces import drop_spent_web, erase_web_of
from mailbot.domain.people import Language
from mailbot.domain.ticket import Status
from mailbot.domain.verbs import Verb
from mailbot.web.canned_words import fill, find_strange
from mailbot.web.ticket_steps import STEPS
from tests.builders import ASHA, BHARAT, CHITRA, DEV
from tests.web.clients import AGENT
from tests.web.staff_work import act, open_ticket

ANSWER = {
    "name": "Clear the cache",
    "module": "",
    "text_en": "Dear {name}, please clear the cache for {number}. {me}",
    "text_hi": "{name} जी, {number} के लिए कैश साफ़ करें। {me}",
}


def ticket_of(web, number):
    """Return a ticket as it stands."""
    return find_history(web.engine, number).ticket


def send(client, number, step, **data):
    """Send one form of the panel."""
    return client.submit(f"/tickets/{number}/staff/{step}", data, page=f"/tickets/{number}")


@pytest.mark.parametrize("person", [ASHA, BHARAT, AGENT])
def test_officers_have_no_panel(web, signed_in, person):
    """Not even its owner sees it, and every path of it is a page that does not exist."""
    number = open_ticket(web)
    client = signed_in(person)
    missing = client.get("/no-such-page").content
    assert "panel-title" not in client.get(f"/tickets/{number}").text
    for path in (f"/tickets/{number}/looking", f"/tickets/{number}/similar", "/canned", "/canned/1"):
        found = client.get(path)
        assert (found.status_code, found.content) == (404, missing), path
    posts = (*(f"/tickets/{number}/staff/{step}" for step in STEPS), "/canned/new", "/canned/1", "/canned/1/drop")
    for path in posts:
        found = client.post(path, data={"csrf": client.token("/account"), "act_key": "k" * 20, "staff_note": "x"})
        assert (found.status_code, found.content) == (404, missing), path
    assert ticket_of(web, number).status is Status.NEW


@pytest.mark.parametrize("language", list(Language))
def test_the_panel_speaks_the_readers_language(web, signed_in, language):
    """Its steps are named in both languages, and no key of a word is left over."""
    number = open_ticket(web)
    shown = signed_in(CHITRA, language).get(f"/tickets/{number}").text
    assert ("Internal note" in shown) == (language is Language.ENGLISH)
    assert ("आंतरिक टिप्पणी" in shown) == (language is Language.HINDI)


def test_take_assign_change_ask_note_and_resolve(web, signed_in):
    """Each form does its one thing and says so; a note stays inside."""
    number = open_ticket(web)
    client = signed_in(CHITRA)
    answer = send(client, number, "take")
    assert answer.headers["location"] == f"/tickets/{number}"
    assert ticket_of(web, number).assignee == CHITRA.email
    assert 'class="alert good"' in client.get(f"/tickets/{number}").text
    send(client, number, "change", staff_module="refund", staff_priority="urgent", staff_type="problem")
    assert (ticket_of(web, number).module, ticket_of(web, number).priority) == ("refund", "urgent")
    send(client, number, "note", staff_note="पोर्टल टीम से बात हुई।")
    send(client, number, "assign", staff_to=DEV.email, staff_reason="Your module")
    assert ticket_of(web, number).assignee == DEV.email
    send(client, number, "ask", staff_question="Which GSTIN?")
    assert ticket_of(web, number).status is Status.WAITING
    send(client, number, "resolve", staff_answer="Clear the cache.")
    assert (ticket_of(web, number).status, ticket_of(web, number).resolution) == (Status.RESOLVED, "Clear the cache.")
    assert "पोर्टल टीम से बात हुई।" in client.get(f"/tickets/{number}").text
    assert "पोर्टल टीम" not in signed_in(ASHA).get(f"/tickets/{number}").text


def test_what_cannot_be_done_keeps_what_was_written(web, signed_in):
    """A colleague was faster, or a field is empty: the page says why, and no word is lost."""
    number = open_ticket(web)
    client = signed_in(CHITRA)
    act(web, DEV, number, Verb.RESOLVE, "Done by Dev.")
    answer = send(client, number, "resolve", staff_answer="My long answer")
    assert (answer.status_code, 'class="alert bad"' in answer.text) == (422, True)
    assert ticket_of(web, number).resolution == "Done by Dev."
    for step, data in (
        ("note", {"staff_note": "  "}),
        ("assign", {"staff_to": ASHA.email}),
        ("change", {"staff_module": "return-filing", "staff_priority": "normal", "staff_type": "problem"}),
        ("change", {"staff_module": "no-such", "staff_priority": "normal", "staff_type": "problem"}),
        ("tie", {"staff_tie": "merge", "staff_number": "the other one"}),
    ):
        assert send(client, open_ticket(web), step, **data).status_code == 422, (step, data)
    assert send(client, number, "delete").status_code == 404


def test_the_last_step_is_taken_back(web, signed_in, clock):
    """Within 24 hours, by whoever took it or a lead; afterwards and to others it is not offered."""
    number = open_ticket(web)
    client, lead = signed_in(CHITRA), signed_in(DEV)
    path = f"/tickets/{number}"
    assert "/staff/undo" not in client.get(path).text
    send(lead, number, "take")
    assert ("/staff/undo" in client.get(path).text, "/staff/undo" in lead.get(path).text) == (False, True)
    send(lead, number, "undo")
    assert ticket_of(web, number).assignee == ""
    send(client, number, "take")
    assert "/staff/undo" in client.get(path).text
    clock.move(hours=25)
    assert "/staff/undo" not in signed_in(CHITRA).get(path).text


def test_tickets_are_connected(web, signed_in):
    """A case names its parent and the parent its cases; a merged one goes on elsewhere."""
    whole, case, part = open_ticket(web), open_ticket(web, person=BHARAT), open_ticket(web, person=DEV)
    client = signed_in(CHITRA)
    assert send(client, case, "tie", staff_tie="parent", staff_number=f" {whole} ").status_code == 303
    send(client, part, "tie", staff_tie="merge", staff_number=whole)
    assert (ticket_of(web, case).parent, ticket_of(web, part).merged_into) == (whole, whole)
    shown = client.get(f"/tickets/{whole}").text
    assert (f'href="/tickets/{case}"' in shown, f'href="/tickets/{part}"' in shown) == (True, True)
    assert f'href="/tickets/{whole}"' in client.get(f"/tickets/{case}").text


def test_similar_tickets_are_shown(web, signed_in):
    """The same words in the same module stand there, as a page and as a part of one."""
    words = "Filing GSTR-3B fails after the OTP with a blank white screen on submit"
    number, other = open_ticket(web, words), open_ticket(web, words, person=BHARAT)
    client = signed_in(CHITRA)
    for headers in ({}, {"hx-request": "true"}):
        shown = client.get(f"/tickets/{number}/similar", headers=headers).text
        assert (f'href="/tickets/{other}"' in shown, "<html" in shown) == (True, not headers)
    assert f'href="/tickets/{number}?other={other}#panel-tie"' in shown
    begun = client.get(f"/tickets/{number}?other={other}").text
    assert f'name="staff_number" type="text" value="{other}"' in begun
    assert "alert(1)" not in client.get(f"/tickets/{number}", params={"other": '"><script>alert(1)'}).text


def test_who_else_looks_is_told(web, signed_in, clock):
    """A colleague's open page is named with its time, and forgotten a minute after it was closed."""
    number = open_ticket(web)
    client, lead, htmx = signed_in(CHITRA), signed_in(DEV), {"hx-request": "true"}
    assert "has this ticket open" not in lead.get(f"/tickets/{number}").text
    clock.move(seconds=20)
    assert "Dev Tiwari has this ticket open since 10:05 am." in client.get(f"/tickets/{number}").text
    poll = f"/tickets/{number}/looking"
    assert "Chitra Rao has this ticket open since 10:05 am." in lead.get(poll, headers=htmx).text
    assert "has this ticket open" not in lead.get(f"/tickets/{open_ticket(web)}").text
    again = re.search(r'hx-get="([^"]+)"', lead.get(poll, headers=htmx).text)[1]
    assert lead.get(again, headers=htmx).status_code == 204
    for _ in range(4):
        clock.move(seconds=20)
        shown = lead.get(again, headers=htmx).text
    assert "has this ticket open" not in shown
    assert "has this ticket open" not in signed_in(ASHA).get(f"/tickets/{number}").text


def test_traces_of_looking_go(web, signed_in, clock):
    """Rows are dropped with what is spent, and erased with their person."""

    def rows():
        with reading(web.engine) as connection:
            return [row.person for row in connection.execute(web_presence.select())]

    number = open_ticket(web)
    signed_in(CHITRA).get(f"/tickets/{number}")
    signed_in(DEV).get(f"/tickets/{number}")
    with web.engine.begin() as connection:
        erase_web_of(connection, DEV.email)
    assert rows() == [CHITRA.email]
    clock.move(hours=2)
    with web.engine.begin() as connection:
        drop_spent_web(connection, clock())
    assert rows() == []


def test_leads_prepare_answers_and_staff_use_them(web, signed_in):
    """An answer is written once in both languages, is filled in for the ticket, and can be changed and removed."""
    number = open_ticket(web)
    lead, client = signed_in(DEV), signed_in(CHITRA)
    assert lead.submit("/canned/new", ANSWER, page="/canned").headers["location"] == "/canned"
    path = re.search(r'href="(/canned/\d+)"', lead.get("/canned").text)[1]
    shown = client.get(f"/tickets/{number}").text
    filled = f"Dear {ASHA.name}, please clear the cache for {number}. {CHITRA.name}"
    assert f'data-canned="{filled}"' in shown
    link = re.search(r'href="(/tickets/[^"]+tongue=hi)#', shown)[1].replace("&amp;", "&")
    assert f"{ASHA.name} जी, {number} के लिए कैश साफ़ करें। {CHITRA.name}</textarea>" in client.get(link).text
    changed = ANSWER | {"module": "refund", "text_en": "Only for refunds."}
    lead.submit(path, changed, page=path)
    assert "data-canned" not in client.get(f"/tickets/{number}").text
    assert "Only for refunds." in client.get(f"/tickets/{open_ticket(web, module='refund')}").text
    lead.submit(f"{path}/drop", {}, page=path)
    assert lead.get(path).status_code == 404
    assert client.get("/canned").status_code == 404


@pytest.mark.parametrize("language", list(Language))
def test_what_is_wrong_with_a_prepared_answer_is_said(signed_in, language):
    """A missing language, a strange variable and a name that is taken keep what was written."""
    lead = signed_in(DEV, language)
    lead.submit("/canned/new", ANSWER, page="/canned")
    for wrong in ({"text_hi": " "}, {"text_en": "Dear {nmae}"}, {"name": ANSWER["name"]}, {"module": "nothing"}):
        answer = lead.submit("/canned/new", ANSWER | {"name": "Another one"} | wrong, page="/canned")
        assert (answer.status_code, 'class="mistake"' in answer.text) == (422, True), wrong
    assert lead.get("/canned").text.count('href="/canned/') == 1


def test_variables_are_filled_in_once():
    """A value that looks like a variable stays text, and so does what is none."""
    assert fill("{name} {Number} {x} {", {"name": "{number}", "number": "TMS"}) == "{number} TMS {x} {"
    assert find_strange("{name} {x} {x} {nu mber}") == ("{x}", "{nu mber}")
