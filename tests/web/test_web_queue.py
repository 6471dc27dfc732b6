"""The queue of the IT section: filters, kept filters, parts, new arrivals, and several tickets at once."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from mailbot.adapters.store.queries import find_history
from mailbot.adapters.store.web_sessions import find_sessions_of
from mailbot.domain.people import Language
from mailbot.domain.ticket import Status
from mailbot.domain.verbs import Verb
from mailbot.web.queue_filters import LINES, QueueFilter, parse_filter, parse_query
from tests.builders import ASHA, BHARAT, CHITRA, DEV, the_desk
from tests.web.clients import AGENT
from tests.web.staff_work import act, open_ticket, put_tickets

NUMBERS = re.compile(r'class="to-ticket" href="/tickets/([A-Z0-9-]+)"')
PATHS = ("/queue", "/queue/news?since=0", "/queue/filters/1", "/queue?words=gst&sort=priority")
POSTS = ("/queue/bulk", "/queue/filters", "/queue/filters/1/drop")


def listed(client, address="/queue"):
    """Return the numbers of a list in their order."""
    shown = client.get(address)
    assert shown.status_code == 200, shown.text
    return NUMBERS.findall(shown.text)


@pytest.mark.parametrize("person", [ASHA, BHARAT, AGENT])
def test_nobody_else_has_a_queue(web, signed_in, stranger, person):
    """Officers and the call desk get for every path the same page as for one that does not exist."""
    open_ticket(web)
    client = signed_in(person)
    missing = client.get("/no-such-page")
    for path in PATHS:
        found = client.get(path)
        assert (found.status_code, found.content) == (404, missing.content), path
        assert stranger.get(path).status_code in {200, 303}
        assert "GSTR" not in stranger.get(path).text
    for path in POSTS:
        answer = client.post(path, data={"csrf": client.token("/account")})
        assert (answer.status_code, answer.content) == (404, missing.content), path


@pytest.mark.parametrize("language", list(Language))
def test_the_queue_shows_what_is_open(web, signed_in, language):
    """Each line has its number, title, officer, office, module, priority, status and due time, in both languages."""
    number = open_ticket(web, priority="urgent")
    shown = signed_in(CHITRA, language).get("/queue").text
    for word in (number, "GSTR-3B दाखिल नहीं हो रहा", ASHA.name, ASHA.office, "status-new", "priority-urgent"):
        assert word in shown, word
    assert ("Keep this filter" in shown) == (language is Language.ENGLISH)
    assert ("यह फ़िल्टर सहेजें" in shown) == (language is Language.HINDI)


def test_filters_find_what_they_say(web, signed_in, clock):
    """Mine, with nobody, overdue, re-opened, module, zone, status, priority and words; each alone finds its ticket."""
    plain = open_ticket(web)
    refund = open_ticket(web, "Refund rejected twice", person=BHARAT, module="refund", priority="high")
    mine = open_ticket(web, "E-way bill part B")
    act(web, CHITRA, mine, Verb.TAKE)
    back = open_ticket(web, "Login OTP late")
    act(web, DEV, back, Verb.RESOLVE, "Clear the cache.")
    act(web, ASHA, back, Verb.REOPEN, "It came back.")
    settled = open_ticket(web, "Profile name wrong")
    act(web, DEV, settled, Verb.RESOLVE, "Corrected.")
    client = signed_in(CHITRA)
    everything = {plain, refund, mine, back}
    assert set(listed(client)) == everything
    assert set(listed(client, "/queue?status=all")) == everything | {settled}
    found = {
        "who=me": {mine},
        "who=none": everything - {mine, back},
        f"who={DEV.email}": {back},
        "module=refund": {refund},
        "priority=high": {refund},
        f"zone={ASHA.zone}": everything if BHARAT.zone == ASHA.zone else everything - {refund},
        "status=resolved": {settled},
        "reopened=yes": {back},
        "overdue=yes": set(),
        "words=refund": {refund},
        "module=no-such": everything,
    }
    assert {query: set(listed(client, f"/queue?{query}")) for query in found} == found
    clock.move(days=60)
    assert set(listed(signed_in(CHITRA), "/queue?overdue=yes")) == everything


def test_the_order_is_as_asked(web, signed_in, clock):
    """Due first is the rule; newest, oldest and most urgent on request."""
    low = open_ticket(web, "Small question", priority="low")
    clock.move(minutes=1)
    urgent = open_ticket(web, "Portal down", priority="urgent")
    clock.move(minutes=1)
    normal = open_ticket(web, "Slow page")
    client = signed_in(DEV)
    assert listed(client)[0] == urgent
    assert listed(client, "/queue?sort=newest") == [normal, urgent, low]
    assert listed(client, "/queue?sort=oldest") == [low, urgent, normal]
    assert listed(client, "/queue?sort=priority") == [urgent, normal, low]


def test_a_long_list_comes_in_parts(web, signed_in):
    """Every ticket stands on exactly one part, and a broken cursor begins anew."""
    numbers = put_tickets(web, LINES + 3)
    client = signed_in(CHITRA)
    first = client.get("/queue?sort=newest").text
    rest = re.search(r'rel="next" href="([^"]+)"', first)[1].replace("&amp;", "&")
    assert NUMBERS.findall(first) + listed(client, rest) == numbers[::-1]
    answer = client.get("/queue?sort=newest&cursor=broken")
    assert (answer.status_code, answer.headers["location"]) == (303, "/queue?sort=newest")
    assert len(first.encode()) < 60_000


def test_a_filter_is_kept_under_a_name(web, signed_in):
    """It stands on top, leads to its list, belongs to its person alone, and can be removed."""
    open_ticket(web)
    client, other = signed_in(CHITRA), signed_in(DEV)
    answer = client.submit("/queue/filters", {"name": " मेरे  रिफ़ंड ", "query": "who=me&module=refund"}, page="/queue")
    assert answer.headers["location"] == "/queue?who=me&module=refund"
    shown = client.get("/queue").text
    path = re.search(r'href="(/queue/filters/\d+)">मेरे रिफ़ंड<', shown)[1]
    assert client.get(path).headers["location"] == "/queue?who=me&module=refund"
    assert other.get(path).status_code == 404
    assert other.submit(f"{path}/drop", {}, page="/queue").status_code == 404
    client.submit("/queue/filters", {"name": "मेरे रिफ़ंड", "query": "overdue=yes"}, page="/queue")
    assert client.get(path).headers["location"] == "/queue?overdue=yes"
    client.submit(f"{path}/drop", {}, page="/queue")
    assert client.get(path).status_code == 404


def test_what_a_filter_cannot_be_is_said(signed_in):
    """Without a name, with a name too long, and beyond twenty filters nothing is kept."""
    client = signed_in(CHITRA)
    for i in range(20):
        client.submit("/queue/filters", {"name": f"Filter {i}", "query": "who=me"}, page="/queue")
    for name in ("", "x" * 61, "One more"):
        client.submit("/queue/filters", {"name": name, "query": "who=me"}, page="/queue")
        assert 'class="alert bad"' in client.get("/queue").text
    assert client.get("/queue").text.count('class="chip"') == 20


def test_a_filter_is_always_written_the_same():
    """What is read from an address and written again is the same filter; nonsense does not filter."""
    catalogue = the_desk().catalogue
    chosen = QueueFilter(
        status="waiting", who="chitra@tax.up.example", zone="Agra & Mathura", words="रिफ़ंड", sort="newest"
    )
    assert parse_query(chosen.query, catalogue) == chosen
    odd = {
        "status": "x",
        "priority": "'",
        "module": "<",
        "sort": "due",
        "overdue": "1",
        "words": " a \n b ",
        "cursor": "c",
    }
    assert parse_filter(odd, catalogue) == QueueFilter(words="a b")


def test_new_tickets_are_announced_and_nothing_moves(web, signed_in):
    """The poll tells how many came since the page was made, once; it counts only what the list would show."""
    open_ticket(web)
    client = signed_in(CHITRA)
    shown = client.get("/queue?module=refund").text
    poll = re.search(r'hx-get="(/queue/news[^"]+)"', shown)[1].replace("&amp;", "&")
    htmx = {"hx-request": "true"}
    assert client.get(poll, headers=htmx).status_code == 204
    open_ticket(web, "Another module")
    assert client.get(poll, headers=htmx).status_code == 204
    for i in range(3):
        open_ticket(web, f"Refund {i}", module="refund")
    answer = client.get(poll, headers=htmx)
    assert ("3 new tickets" in answer.text, 'href="/queue?module=refund&amp;sort=newest"' in answer.text) == (
        True,
        True,
    )
    again = re.search(r'hx-get="([^"]+)"', answer.text)[1].replace("&amp;", "&")
    assert client.get(again, headers=htmx).status_code == 204


def test_polling_keeps_nobody_signed_in(web, signed_in, clock):
    """A page that is left open ends its session after half an hour, and says so without leading away."""
    client = signed_in(CHITRA)
    for _ in range(4):
        clock.move(minutes=9)
        answer = client.get("/queue/news?since=0", headers={"hx-request": "true"})
    assert (answer.status_code, "Your session has ended" in answer.text) == (200, True)
    idle = web.settings.web.idle_minutes
    assert find_sessions_of(web.engine, CHITRA.employee_id, web.now(), web.now() - web.now().replace(minute=0)) == ()
    assert idle == 30


def status_of(web, number):
    """Return where a ticket stands."""
    return find_history(web.engine, number).ticket.status


@pytest.mark.parametrize("language", list(Language))
def test_several_tickets_are_resolved_at_once(web, signed_in, language):
    """Each is its own act; the list says which were resolved and why the others were not; sent twice it is once."""
    first, second, settled = (open_ticket(web, f"Problem {i}") for i in range(3))
    act(web, DEV, settled, Verb.RESOLVE, "Done before.")
    client = signed_in(CHITRA, language)
    data = {
        "ticket": [first, second, settled, "TMS-2611-99999-9"],
        "do": "resolve",
        "reason": "पोर्टल ठीक कर दिया गया है।",
    }
    answer = client.submit("/queue/bulk", data, page="/queue")
    assert answer.status_code == 200
    assert answer.text.count('class="badge status-resolved"') == 2
    assert answer.text.count('class="badge bad"') == 2
    assert [status_of(web, n) for n in (first, second)] == [Status.RESOLVED] * 2
    assert ("Done: 2 of 4" in answer.text) == (language is Language.ENGLISH)
    history = find_history(web.engine, first)
    assert history.ticket.resolution == data["reason"]
    assert ASHA.email in {letter.to for letter in history.letters if letter.kind == "resolved"}


def test_a_bulk_form_sent_twice_is_done_once(web, signed_in):
    """A double click answers the second time with the same result and writes nothing."""
    number, settled = open_ticket(web), open_ticket(web)
    act(web, DEV, settled, Verb.RESOLVE, "Done before.")
    act(web, ASHA, settled, Verb.CONFIRM)
    client = signed_in(CHITRA)
    key = re.search(r'name="act_key" value="([^"]+)"', client.get("/queue").text)[1]
    data = {"ticket": [number, settled], "do": "assign", "to": DEV.email, "reason": "", "act_key": key}
    answers = [client.submit("/queue/bulk", data, page="/queue") for _ in range(2)]
    for answer in answers:
        assert (answer.text.count("status-resolved"), answer.text.count('class="badge bad"')) == (1, 1)
    events = [line.kind for line in find_history(web.engine, number).events]
    assert events.count("assigned") == 1


def test_several_tickets_go_to_a_colleague(web, signed_in):
    """Who gets them reads the reason; who had one already keeps it."""
    first, second = open_ticket(web), open_ticket(web)
    act(web, DEV, second, Verb.TAKE)
    answer = signed_in(CHITRA).submit(
        "/queue/bulk",
        {"ticket": [first, second], "do": "assign", "to": DEV.email, "reason": "Your module"},
        page="/queue",
    )
    assert answer.text.count('class="badge status-resolved"') == 1
    assert {find_history(web.engine, n).ticket.assignee for n in (first, second)} == {DEV.email}


def test_what_is_missing_in_a_bulk_form_is_said(web, signed_in):
    """No ticket, no reason, no colleague or a stranger: nothing is done, and the queue says what is missing."""
    number = open_ticket(web)
    client = signed_in(CHITRA)
    wrong = (
        {"do": "resolve", "reason": "Done."},
        {"do": "resolve", "ticket": number, "reason": " "},
        {"do": "assign", "ticket": number, "to": ASHA.email},
        {"do": "delete", "ticket": number},
        {"do": "resolve", "ticket": number, "reason": "x" * 4_001},
    )
    for data in wrong:
        answer = client.submit("/queue/bulk", data | {"query": "who=none"}, page="/queue")
        assert answer.headers["location"] == "/queue?who=none"
        assert 'class="alert bad"' in client.get("/queue").text
    assert status_of(web, number) is Status.NEW


def test_a_part_of_another_ticket_is_left_alone(web, signed_in):
    """Whoever selects a merged ticket does not resolve the whole by it."""
    whole, part = open_ticket(web), open_ticket(web, person=BHARAT)
    act(web, DEV, part, Verb.MERGE, argument=whole)
    assert status_of(web, part) is Status.MERGED
    data = {"ticket": part, "do": "resolve", "reason": "Done."}
    answer = signed_in(CHITRA).submit("/queue/bulk", data, page="/queue")
    assert "Not done" in answer.text
    assert status_of(web, whole) is Status.NEW


def test_a_hostile_title_stays_text(web, signed_in):
    """What officers write is shown as it is written, on the page and in the result of a bulk act."""
    number = open_ticket(web, "<script>alert(1)</script>")
    client = signed_in(replace(CHITRA))
    answer = client.submit("/queue/bulk", {"ticket": number, "do": "resolve", "reason": "Done."}, page="/queue")
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


def test_what_is_settled_stands_newest_first():
    """Nothing of it is due, and all that ever came is never sorted; what runs keeps the order that was asked for."""
    catalogue = the_desk().catalogue
    assert [parse_filter({"status": s}, catalogue).sort for s in ("all", "closed", "merged", "resolved", "")] == [
        "newest", "newest", "newest", "", "",
    ]  # fmt: skip
    assert parse_filter({"status": "all", "sort": "oldest"}, catalogue).sort == "oldest"
    assert parse_filter({"status": "new", "sort": "priority"}, catalogue).sort == "priority"


def test_what_is_chosen_stands_in_its_list(web, signed_in):
    """Also who has left and a zone that is no more: nobody wonders why the list is empty."""
    open_ticket(web)
    shown = signed_in(CHITRA).get("/queue?who=gone@tax.up.example&zone=Old").text
    assert '<option value="gone@tax.up.example" selected>' in shown
    assert '<option value="Old" selected>' in shown
