"""The page of a ticket: the conversation, what may be done now, and what happens meanwhile; nothing for strangers."""

from __future__ import annotations

import itertools
import re

import pytest

from mailbot.adapters.store.queries import find_history
from mailbot.adapters.store.ticket_pages import find_page
from mailbot.domain.act import Door
from mailbot.domain.people import Language
from mailbot.domain.ticket import STEPS, Status, Step
from mailbot.domain.verbs import Verb
from mailbot.web.ticket_page import ROUTES
from tests.builders import ASHA, BHARAT, CHITRA, DEV
from tests.web.clients import AGENT
from tests.web.officer_work import HINDI_NAME, TITLE, WORDS, do, files_of, open_with, screenshot, without_tokens

# What leads to each status, from a new ticket.
WAYS = {
    Status.NEW: (),
    Status.IN_PROGRESS: ((CHITRA, Verb.TAKE),),
    Status.WAITING: ((CHITRA, Verb.ASK),),
    Status.RESOLVED: ((CHITRA, Verb.RESOLVE),),
    Status.CLOSED: ((CHITRA, Verb.RESOLVE), (ASHA, Verb.CONFIRM)),
}
FORMS = {
    Step.COMMENT: "reply", Step.REOPEN: "reopen", Step.CONFIRM: "confirm", Step.CANCEL: "cancel", Step.RATE: "rate",
}  # fmt: skip


def bring(web, status, number=""):
    """Open a ticket of Asha's and bring it to a status."""
    number = number or do(web, ASHA)
    for person, verb in WAYS[status]:
        do(web, person, number, verb, "Words.")
    assert ticket_of(web, number).status is status
    return number


def ticket_of(web, number):
    """Return the ticket as the tables have it."""
    return find_history(web.engine, number).ticket


def lines_of(page):
    """Return the class and the words of each line of the conversation."""
    talk = page.partition('<ol id="talk"')[2].partition("</ol>\n</div>")[0]
    return [
        (kind, " ".join(re.sub(r"<[^>]+>", " ", line).split()))
        for kind, line in re.findall(r'<li class="said-by ([a-z-]+)">(.*?)(?=<li class="said-by|$)', talk, re.DOTALL)
    ]


@pytest.mark.parametrize("language", Language)
def test_the_history_is_a_conversation(web, signed_in, language):
    """Own words stand right and the desk's left, in order, each with who and when, Hindi marked as Hindi."""
    number = open_with(web, screenshot())
    do(web, CHITRA, number, Verb.TAKE, "")
    do(web, CHITRA, number, Verb.ASK, "Which browser is it?")
    do(web, ASHA, number, text="It is Chrome.")
    page = signed_in(ASHA, language).get(f"/tickets/{number}").text
    own, name = {"en": "You", "hi": "आप"}[language], CHITRA.name
    lines = lines_of(page)
    assert [kind for kind, _ in lines] == ["is-right", "event", "is-left", "is-right"]
    assert lines[0][1].startswith(own)
    assert HINDI_NAME in lines[0][1]
    assert name in lines[1][1]
    assert lines[2][1].startswith(name)
    assert lines[2][1].endswith("Which browser is it?")
    assert f'<p class="said-text" lang="hi">{WORDS}</p>' in page
    assert '<p class="said-text" lang="en">It is Chrome.</p>' in page
    assert f'<h1 lang="hi">{TITLE}</h1>' in page


def test_the_it_section_reads_it_from_the_other_side(web, signed_in):
    """What a colleague said stands right, the officer's words left, and notes are marked."""
    number = bring(web, Status.RESOLVED)
    do(web, CHITRA, number, Verb.NOTE, "The server was full.")
    lines = lines_of(signed_in(DEV).get(f"/tickets/{number}").text)
    assert [kind for kind, _ in lines] == ["is-left", "is-right", "internal"]
    assert "The server was full." not in signed_in(ASHA).get(f"/tickets/{number}").text


@pytest.mark.parametrize("status", list(WAYS))
def test_only_what_may_be_done_now_is_offered(web, signed_in, status):
    """For the officer, and for a colleague, the forms are the steps of the table of steps."""
    number = bring(web, status)
    for person in (ASHA, CHITRA):
        steps = find_page(web.engine, person, number, web.desk).steps
        page = signed_in(person).get(f"/tickets/{number}").text
        offered = {step for step, name in FORMS.items() if f'action="/tickets/{number}/{name}"' in page}
        assert offered == set(FORMS) & set(steps)


def test_every_status_is_a_step_of_the_way(web, signed_in):
    """Where it stands is named to the eye and to a screen reader; waiting is in progress; a merged one leads on."""
    for status in WAYS:
        number = bring(web, status)
        page = signed_in(ASHA).get(f"/tickets/{number}").text
        now = re.search(r'aria-current="step">\s*<span>([^<]+)</span>', page)[1]
        assert now == web.templates.mail_word("status", status, Language.ENGLISH)
        assert page.count('class="is-done"') == {Status.NEW: 0, Status.RESOLVED: 2, Status.CLOSED: 3}.get(status, 1)
    cancelled = do(web, ASHA)
    do(web, ASHA, cancelled, Verb.CANCEL, "")
    assert page.count("is-left-out") == 0
    assert "is-left-out" in signed_in(ASHA).get(f"/tickets/{cancelled}").text


def test_a_merged_ticket_leads_to_the_one_it_went_into(web, signed_in):
    """Its officer follows the link and reads on there, without a way to what is its own officer's."""
    first, second = do(web, BHARAT), do(web, ASHA)
    do(web, CHITRA, second, Verb.MERGE, "", argument=first)
    asha = signed_in(ASHA)
    assert f'<a href="/tickets/{first}"' in asha.get(f"/tickets/{second}").text
    page = asha.get(f"/tickets/{first}").text
    assert f'action="/tickets/{first}/reply"' in page
    assert f'action="/tickets/{first}/cancel"' not in page
    assert (BHARAT.name in page, BHARAT.mobile in page, BHARAT.employee_id in page) == (True, False, False)
    assert signed_in(BHARAT).get(f"/tickets/{second}").status_code == 404


def test_a_reply_goes_to_the_it_section(web, signed_in):
    """Words and files of Hindi names; what was waited for is in progress again."""
    number, asha = bring(web, Status.WAITING), signed_in(ASHA)
    files = [("reply_files", (HINDI_NAME, screenshot().data, "image/png"))]
    answer = asha.submit(
        f"/tickets/{number}/reply", {"reply_text": "Chrome\r\nऔर Edge"}, files=files, page=f"/tickets/{number}"
    )
    assert (answer.status_code, answer.headers["location"]) == (303, f"/tickets/{number}")
    assert ticket_of(web, number).status is Status.IN_PROGRESS
    assert find_history(web.engine, number).events[-1].text == "Chrome\nऔर Edge"
    assert [file.name for file in files_of(web, number)] == [HINDI_NAME]
    assert "Your message is with the IT section." in asha.get(f"/tickets/{number}").text


def test_a_file_may_come_without_words(web, signed_in):
    """A screenshot says enough."""
    number, asha = bring(web, Status.IN_PROGRESS), signed_in(ASHA)
    files = [("reply_files", ("new error.png", screenshot().data, "image/png"))]
    assert (
        asha.submit(f"/tickets/{number}/reply", {"reply_text": ""}, files=files, page=f"/tickets/{number}").status_code
        == 303
    )
    kind, words = lines_of(asha.get(f"/tickets/{number}").text)[-1]
    assert (kind, "new error.png" in words) == ("is-right", True)


def test_the_officer_opens_it_again_confirms_and_rates(web, signed_in):
    """The whole end of a ticket by its page: the same rules and the same history as by mail."""
    number, asha = bring(web, Status.RESOLVED), signed_in(ASHA)
    page = f"/tickets/{number}"
    asha.submit(f"{page}/reopen", {"reopen_reason": "फिर वही त्रुटि आई।"}, page=page)
    ticket = ticket_of(web, number)
    assert (ticket.status, ticket.reopen_count) == (Status.IN_PROGRESS, 1)
    do(web, CHITRA, number, Verb.RESOLVE, "Now for good.")
    asha.submit(f"{page}/confirm", page=page)
    answer = asha.submit(f"{page}/rate", {"stars": "4", "rating_words": "बहुत अच्छा"}, page=page)
    assert answer.status_code == 303
    ticket = ticket_of(web, number)
    assert (ticket.status, ticket.rating) == (Status.CLOSED, 4)
    kinds = [line.kind for line in find_history(web.engine, number).events]
    assert kinds == ["opened", "resolved", "reopened", "resolved", "confirmed", "rated"]
    assert "4 of 5" in asha.get(page).text


def test_the_officer_withdraws_a_ticket(web, signed_in):
    """With a reason that the IT section reads."""
    number, asha = do(web, ASHA), signed_in(ASHA)
    asha.submit(f"/tickets/{number}/cancel", {"cancel_reason": "It works again."}, page=f"/tickets/{number}")
    last = find_history(web.engine, number).events[-1]
    assert (ticket_of(web, number).status, last.kind, last.text) == (Status.CLOSED, "cancelled", "It works again.")


@pytest.mark.parametrize("language", Language)
def test_a_mistake_stands_beside_its_field_and_nothing_is_lost(web, signed_in, language):
    """No words, too many, no rating, a program as a file: said in the reader's language, with what was written."""
    number, client = bring(web, Status.RESOLVED), signed_in(ASHA, language)
    page, before = f"/tickets/{number}", len(find_history(web.engine, do(web, ASHA)).events)
    needed = {"en": "Please fill this in.", "hi": "कृपया इसे भरें।"}[language]
    program = [("reply_files", ("setup.exe", b"MZ", "application/x-msdownload"))]
    tries = (
        ("reply", {"reply_text": " "}, None, needed),
        ("reply", {"reply_text": "मेरे शब्द"}, program, "setup.exe"),
        ("reply", {"reply_text": "x" * 4_001}, None, "4001"),
        ("reopen", {"reopen_reason": ""}, None, needed),
        ("rate", {"stars": "6", "rating_words": "मेरे शब्द"}, None, "मेरे शब्द"),
        ("rate", {"rating_words": "मेरे शब्द"}, None, "मेरे शब्द"),
    )
    for name, data, files, said in tries:
        answer = client.submit(f"{page}/{name}", data, files=files, page=page)
        assert answer.status_code == 422
        assert said in answer.text
        assert 'class="mistake"' in answer.text
        if "मेरे शब्द" in data.values():
            assert "मेरे शब्द" in answer.text
    assert len(find_history(web.engine, number).events) == before + 1


def test_a_form_that_comes_twice_is_one_act(web, signed_in):
    """The second one leads to the same page and changes nothing; a form that is too late says why."""
    number, asha = bring(web, Status.RESOLVED), signed_in(ASHA)
    page = f"/tickets/{number}"
    data = {"csrf": asha.token(page), "act_key": "k" * 24}
    for _ in range(2):
        assert asha.post(f"{page}/confirm", data=data).status_code == 303
        assert "changed meanwhile" not in asha.get(page).text
    assert [line.kind for line in find_history(web.engine, number).events].count("confirmed") == 1
    asha.post(f"{page}/cancel", data={"csrf": asha.token(page), "act_key": "l" * 24})
    assert "changed meanwhile" in asha.get(page).text
    assert ticket_of(web, number).status is Status.CLOSED


def test_a_foreign_ticket_is_not_there(web, signed_in):
    """By no address of it and for no role, and the page is the same as that of a number that never was."""
    number = bring(web, Status.RESOLVED)
    for person, route in itertools.product((BHARAT, AGENT), ROUTES):
        client = signed_in(person)
        pages = []
        for name in (number, "TMS-2611-99999-9"):
            path = route.path.format(number=name)
            if "POST" in route.methods:
                answer = client.post(
                    path,
                    data={
                        "csrf": client.token(),
                        "act_key": "m" * 24,
                        "reply_text": "x",
                        "reopen_reason": "x",
                        "stars": "5",
                    },
                )
            else:
                answer = client.get(path)
            assert answer.status_code == 404, route.path
            pages.append(without_tokens(answer.text).replace(name, ""))
        assert pages[0] == pages[1]
    assert len(find_history(web.engine, number).events) == len(WAYS[Status.RESOLVED]) + 1


def test_an_open_page_hears_what_is_new(web, signed_in):
    """Nothing while nothing happens; then the new lines alone, where it stands, and from where to ask on."""
    number, asha = do(web, ASHA), signed_in(ASHA)
    poll = re.search(r'hx-get="([^"]+)"', asha.get(f"/tickets/{number}").text)[1].replace("&amp;", "&")
    quiet = asha.get(poll, headers={"hx-request": "true"})
    assert (quiet.status_code, quiet.content) == (204, b"")
    do(web, CHITRA, number, Verb.NOTE, "Internal.")
    assert asha.get(poll, headers={"hx-request": "true"}).status_code == 204
    do(web, CHITRA, number, Verb.RESOLVE, "कैश साफ़ करें।")
    fresh = asha.get(poll, headers={"hx-request": "true"}).text
    assert fresh.count('<li class="said-by') == 1
    assert "कैश साफ़ करें।" in fresh
    assert '<div id="where" hx-swap-oob="true">' in fresh
    assert "after=2&amp;status=resolved" in fresh
    assert "The ticket is now: Resolved." in fresh
    assert "<html" not in fresh
    for after in ("", "-1", "x", "9" * 30, "२"):
        assert asha.get(f"/tickets/{number}/talk?after={after}&status=new").status_code == 200


def test_an_open_page_keeps_no_session_alive(web, signed_in, clock):
    """Who went away from the desk is signed out, though the page goes on asking."""
    number, asha = do(web, ASHA), signed_in(ASHA)
    for _ in range(4):
        clock.move(minutes=10)
        asha.get(f"/tickets/{number}/talk?after=1&status=new", headers={"hx-request": "true"})
    assert asha.get(f"/tickets/{number}").status_code == 303


def test_all_steps_of_an_officer_have_a_form():
    """Whatever the table of steps lets a requester do stands on the page, or is done in another way there."""
    own = {step for step, rule in STEPS.items() if "requester" in rule.actors}
    assert own - set(FORMS) == {Step.SET, Step.UNDO}


def test_every_way_in_has_a_name(web):
    """The page says how a ticket came, in both languages."""
    for door, language in itertools.product(Door, Language):
        assert web.templates.say(f"ticket.source_{door}", language)
