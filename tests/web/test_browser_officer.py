"""The officer's whole way in a real browser: generate, add screenshots, answer, open again, confirm, rate, report."""

from __future__ import annotations

import base64

import pytest
from sqlalchemy import delete

from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.queries import find_history
from mailbot.adapters.store.tables_web import web_sessions
from mailbot.domain.people import Language
from mailbot.domain.ticket import Status
from mailbot.domain.verbs import Verb
from tests.builders import ASHA, CHITRA
from tests.web.browsing import NARROW, WIDE
from tests.web.officer_work import HINDI_NAME, TITLE, WORDS, do, files_of, open_with, screenshot

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
PICTURE = {"name": HINDI_NAME, "mimeType": "image/png", "buffer": screenshot().data}
PROGRAM = {"name": "setup.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"}
SEND = "main form[enctype] button.button:not([type])"
# A screenshot as other programs put it on the clipboard, and a file that is dropped on the page.
PASTE = """(data) => {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], "image.png", { type: "image/png" }));
  document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
  const dropped = new DataTransfer();
  dropped.items.add(new File(["%PDF-1.7"], "challan.pdf", { type: "application/pdf" }));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
}"""


def look(tab, path=""):
    """Open a page and see that it has no barriers and fits the window."""
    page = tab.open(path) if path else tab.page
    assert tab.find_barriers() == [], path
    assert not tab.is_wider_than_window(), path
    return page


def fill(page):
    """Fill in the form of a new ticket."""
    page.select_option("#module", "return-filing")
    page.fill("#title", TITLE)
    page.fill("#text", WORDS)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_an_officers_way_through_a_ticket(new_tab, served_web, language, width):
    """From the empty list to the rating, in both languages, narrow and wide; axe finds nothing serious on any page."""
    web, tab = served_web, new_tab(ASHA, language, width=width)
    page = look(tab, "/tickets")
    page.locator("main .empty a").click()
    fill(page)
    page.set_input_files("#screenshots", [PICTURE, PROGRAM])
    assert page.locator(".previews li").count() == 1
    assert "setup.exe" in page.locator("[data-upload] .mistake").text_content()
    look(tab)
    page.click(SEND)
    page.wait_for_url("**/registered")
    look(tab)
    number = page.locator("#number").text_content()
    assert [file.name for file in files_of(web, number)] == [HINDI_NAME]
    do(web, CHITRA, number, Verb.RESOLVE, "Please clear the cache.")
    page = look(tab, f"/tickets/{number}")
    page.locator("details:has(form[action$='/reopen']) summary").click()
    page.fill("#reopen_reason", "फिर वही त्रुटि आई।")
    look(tab)
    page.locator("form[action$='/reopen'] button.button:not([type])").click()
    page.wait_for_selector(".alert.good")
    do(web, CHITRA, number, Verb.RESOLVE, "Now for good.")
    page = tab.open(f"/tickets/{number}")
    page.locator("form[action$='/confirm'] button").click()
    page.wait_for_selector("form[action$='/rate'] [name=stars]:visible")
    page.locator("[name=stars][value='5']").check()
    page.locator("form[action$='/rate'] button").click()
    page.wait_for_selector(".alert.good")
    ticket = find_history(web.engine, number).ticket
    assert (ticket.status, ticket.rating, ticket.reopen_count) == (Status.CLOSED, 5, 1)
    look(tab, "/resolved")
    page = look(tab, "/tickets")
    page.locator(".filters summary").click()
    look(tab)
    assert tab.troubles == []


def test_screenshots_are_pasted_dropped_and_taken_back(new_tab, served_web):
    """Each way adds a file with a preview; one is removed again by keyboard; mistakes keep the files."""
    tab = new_tab(ASHA)
    page = tab.open("/tickets/new")
    page.set_input_files("#screenshots", [PICTURE])
    page.evaluate(PASTE, base64.b64encode(screenshot().data).decode())
    names = page.locator(".previews .file-name")
    assert names.all_text_contents() == [HINDI_NAME, "screenshot-1.png", "challan.pdf"]
    assert page.locator(".previews img").count() == 2
    page.locator(".previews button").first.focus()
    page.keyboard.press("Enter")
    assert names.all_text_contents() == ["screenshot-1.png", "challan.pdf"]
    assert page.evaluate("() => document.activeElement.className") == "remove"
    fill(page)
    page.fill("#text", "x" * 501)
    assert "is-over" in page.locator(".count").get_attribute("class")
    page.click(SEND)
    page.wait_for_selector("#text-mistake")
    assert page.evaluate("() => document.activeElement.id") == "text"
    assert names.all_text_contents() == ["screenshot-1.png", "challan.pdf"]
    page.fill("#text", WORDS)
    page.click(SEND)
    page.wait_for_url("**/registered")
    number = page.locator("#number").text_content()
    assert [file.name for file in files_of(served_web, number)] == ["screenshot-1.png", "challan.pdf"]
    assert [text for text in tab.troubles if "422" not in text] == []


def test_without_a_script_everything_works(new_tab, served_web):
    """A plain field for files, plain forms, and a picture that is a link to itself."""
    tab = new_tab(ASHA, script=False)
    page = tab.open("/tickets/new")
    fill(page)
    page.set_input_files("#screenshots", [PICTURE])
    page.click(SEND)
    number = page.locator("#number").text_content()
    page.locator("main .actions a").first.click()
    page.fill("#reply_text", "और यह भी")
    page.locator("form[action$='/reply'] button").click()
    assert page.locator(".talk .is-right").count() == 2
    page.locator(".pictures a").first.click()
    assert page.url.endswith(files_of(served_web, number)[0].sha256)


def test_a_picture_is_enlarged_and_put_away(new_tab, served_web):
    """By keyboard: the dialog opens, Escape closes it, and one is where one was."""
    number = open_with(served_web, screenshot())
    tab = new_tab(ASHA)
    page = tab.open(f"/tickets/{number}")
    page.focus("a[data-enlarge]")
    page.keyboard.press("Enter")
    assert page.locator("dialog[open] img").evaluate("async (image) => (await image.decode(), image.naturalWidth)") > 0
    assert tab.find_barriers() == []
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0
    assert page.evaluate("() => 'enlarge' in document.activeElement.dataset")
    assert tab.troubles == []


def test_news_come_to_an_open_page_without_touching_what_is_typed(new_tab, served_web):
    """The answer is added, the status moves, the page says so, and the half-written reply is still there."""
    number = do(served_web, ASHA)
    tab = new_tab(ASHA)
    tab.page.clock.install()
    page = tab.open(f"/tickets/{number}")
    page.fill("#reply_text", "half a sentence")
    do(served_web, CHITRA, number, Verb.RESOLVE, "कैश साफ़ करें।")
    for _ in range(3):
        wait_for_poll(page)
    page.wait_for_selector("#talk .is-left")
    assert page.locator("#talk > li").count() == 2
    assert page.locator("#news .alert").count() == 1
    assert page.locator("#where .is-now").text_content().strip().startswith("Resolved")
    assert "after=2" in page.locator("#poll").get_attribute("hx-get")
    assert page.input_value("#reply_text") == "half a sentence"
    assert tab.find_barriers() == []
    with writing(served_web.engine) as connection:
        connection.execute(delete(web_sessions))
    for _ in range(2):
        wait_for_poll(page)
    assert page.locator("#news .alert a[href='/sign-in']").count() == 1
    assert page.input_value("#reply_text") == "half a sentence"
    assert tab.troubles == []


def wait_for_poll(page):
    """Let half a minute pass, and the page ask what is new."""
    with page.expect_response("**/talk?**") as asked:
        page.clock.fast_forward(31_000)
    asked.value.finished()
    page.wait_for_timeout(200)
