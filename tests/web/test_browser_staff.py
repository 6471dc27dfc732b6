"""The IT section's pages in a real browser: no barriers, narrow and wide, by keyboard, with news that move nothing."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from mailbot.adapters.store.canned_answers import CannedAnswer, keep_answer
from mailbot.adapters.store.queries import find_history
from mailbot.adapters.store.saved_filters import keep_filter
from mailbot.adapters.store.web_presence import keep_presence
from mailbot.domain.people import Language
from mailbot.domain.ticket import Status
from mailbot.domain.verbs import Verb
from tests.builders import ASHA, BHARAT, CHITRA, DEV
from tests.web.browsing import NARROW, WIDE
from tests.web.staff_work import act, open_ticket
from tests.web.test_web_mail_view import put_mail
from tests.web.test_web_upkeep import mute, put_failed, put_quarantined

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
# Pictures of the pages are kept here, for whoever wants to look at them.
PICTURES = os.environ.get("TEST_PICTURES", "")


def picture(page, name):
    """Keep a picture of a page when somebody wants them."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def busy_desk(web):
    """Fill the desk with what a morning brings; return the number of a ticket with everything."""
    words = "Filing GSTR-3B fails after the OTP with a blank white screen"
    number, other = open_ticket(web, words, priority="urgent"), open_ticket(web, words, person=BHARAT)
    open_ticket(web, "रिफ़ंड का स्टेटस नहीं दिख रहा", module="refund", priority="high")
    act(web, DEV, other, Verb.TAKE)
    act(web, CHITRA, open_ticket(web, "E-way bill part B"), Verb.TAKE)
    act(web, CHITRA, number, Verb.TAKE)
    act(web, DEV, other, Verb.PARENT, argument=number)
    put_mail(web, number)
    keep_filter(web.engine, CHITRA.email, "Refunds of my zone", "who=me&module=refund", web.now())
    texts = ("Dear {name}, please clear the cache.", "{name} जी, कृपया कैश साफ़ करें।")
    keep_answer(web.engine, CannedAnswer(0, "Clear the cache", "", *texts), DEV.email, web.now())
    keep_presence(web.engine, number, BHARAT.email, web.now())
    return number


@pytest.mark.parametrize("language", list(Language))
def test_the_pages_of_the_section_have_no_barriers(new_tab, served_web, language):
    """Axe finds nothing serious on any page, nothing has to be moved sideways, the browser complains of nothing."""
    number, mail = busy_desk(served_web), put_quarantined(served_web)
    put_failed(served_web)
    mute(served_web, ASHA.email)
    own = find_history(served_web.engine, number).events[0].mail_id
    paths = {"queue": "/queue", "none": "/queue?words=nothing", "ticket": f"/tickets/{number}"}
    paths |= {"mail": f"/tickets/{number}/mails/{own}", "similar": f"/tickets/{number}/similar", "canned": "/canned"}
    paths |= {"quarantine": "/quarantine", "quarantined": f"/quarantine/{mail}", "undelivered": "/undelivered"}
    paths |= {"people": "/people?words=a"}
    for width in (NARROW, WIDE):
        tab = new_tab(DEV if width == WIDE else CHITRA, language, width=width)
        for name, path in paths.items():
            if width == NARROW and name == "canned":
                continue
            page = tab.open(path)
            for summary in page.locator("details:not([open]) > summary").all():
                if summary.is_visible():
                    summary.click()
            picture(page, f"{name}-{language}-{width}")
            # What axe looks at is the same on both widths, but for the two pages that are laid out anew.
            if width == WIDE or name in {"queue", "ticket"}:
                assert tab.find_barriers() == [], path
            assert not tab.is_wider_than_window(), (path, width)
        assert [text for text in tab.troubles if "sandboxed" not in text] == []


def test_the_queue_by_keyboard(new_tab, served_web):
    """From the list into the search and back, a ticket resolved and another opened, without a mouse."""
    first, second = open_ticket(served_web, "Portal down", priority="urgent"), open_ticket(served_web, "Slow page")
    tab = new_tab(CHITRA)
    page = tab.open("/queue")
    page.keyboard.press("j")
    assert first in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("ArrowDown")
    assert second in page.evaluate("document.activeElement.textContent")
    page.keyboard.press("k")
    page.keyboard.press("x")
    assert page.locator("#bulk-count").text_content() == "Selected: 1"
    page.keyboard.press("/")
    page.keyboard.type("jxra/?")
    assert page.locator("#words").input_value() == "jxra/?"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.keyboard.type("Restarted.")
    picture(page, "queue-bulk")
    page.get_by_role("button", name="Resolve selected").press("Enter")
    page.wait_for_url("**/queue/bulk")
    assert "Done: 1 of 1" in page.content()
    assert tab.find_barriers() == []
    assert find_history(served_web.engine, first).ticket.status is Status.RESOLVED
    page = tab.open("/queue")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{second}")
    assert tab.troubles == []


def test_keys_are_turned_off(new_tab, served_web):
    """Whoever speaks to the machine does not want single letters to act; the choice stays."""
    open_ticket(served_web)
    page = new_tab(CHITRA).open("/queue")
    page.keyboard.press("?")
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "BODY"
    assert page.locator("#keys-open").is_visible()


def test_news_move_nothing(new_tab, served_web):
    """What comes in meanwhile is announced above the list, which stays as it is until it is asked for."""
    open_ticket(served_web)
    tab = new_tab(CHITRA)
    tab.page.clock.install()
    page = tab.open("/queue")
    later = [open_ticket(served_web, f"Problem {i}", person=BHARAT) for i in range(2)]
    page.clock.fast_forward("00:31")
    page.get_by_text("2 new tickets").wait_for()
    assert page.locator(".to-ticket").count() == 1
    picture(page, "queue-news")
    page.get_by_role("link", name="Show", exact=True).click()
    page.wait_for_url("**sort=newest")
    assert later[1] in page.locator(".to-ticket").first.text_content()
    assert tab.troubles == []


def test_a_prepared_answer_goes_into_the_field(new_tab, served_web):
    """With a script at the cursor, without one by the link; similar tickets come by themselves."""
    number = busy_desk(served_web)
    tab = new_tab(CHITRA)
    page = tab.open(f"/tickets/{number}")
    page.locator("#panel-resolve > summary").click()
    page.locator("#panel-resolve details > summary").click()
    page.locator("#staff_answer").fill("First. ")
    page.get_by_role("link", name=re.compile("English.*Clear the cache")).click()
    assert page.locator("#staff_answer").input_value() == f"First. Dear {ASHA.name}, please clear the cache."
    page.locator(".ties a", has_text="Filing GSTR-3B").first.wait_for()
    plain = new_tab(CHITRA, script=False).open(f"/tickets/{number}")
    plain.locator("#panel-resolve > summary").click()
    plain.locator("#panel-resolve details > summary").click()
    plain.get_by_role("link", name=re.compile("Hindi.*Clear the cache")).click()
    assert plain.locator("#staff_answer").input_value() == f"{ASHA.name} जी, कृपया कैश साफ़ करें।"
    plain.get_by_role("button", name="Resolve and send").click()
    assert find_history(served_web.engine, number).ticket.status is Status.RESOLVED
