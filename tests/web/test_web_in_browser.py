"""Signing in with a real browser: by keyboard, without scripts, narrow and wide, in both languages, no barriers."""

from __future__ import annotations

import pytest

from mailbot.domain.people import Language
from tests.builders import ASHA
from tests.web.browsing import NARROW, WIDE
from tests.web.entry_runs import sent_links

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
PATHS = ("/sign-in", "/sign-in/sent", "/sign-in/out", "/sign-in/none", "/enter", "/nowhere", "/account")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_the_pages_of_the_entry_have_no_barriers(new_tab, language, width):
    """Axe finds nothing serious, nothing has to be moved sideways, and the browser complains of nothing of ours."""
    tab = new_tab(ASHA, language, width=width)
    visitor = new_tab(None, language, width=width)
    for path in PATHS:
        one = tab if path == "/account" else visitor
        page = one.open(path)
        assert page.locator("html").get_attribute("lang") == language
        assert one.find_barriers() == [], path
        assert not one.is_wider_than_window(), path
    complaints = [text for text in tab.troubles + visitor.troubles if "Failed to load resource" not in text]
    assert complaints == []


@pytest.mark.parametrize("script", [True, False])
def test_signing_in_by_keyboard(new_tab, served_web, script):
    """From the empty field to one's own page without a mouse, with scripts and without."""
    tab = new_tab(script=script)
    page = tab.open("/account")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.focus("#who")
    page.keyboard.type(ASHA.employee_id)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in/sent")
    served_web.later.drain()
    (path,) = sent_links(served_web)
    page = tab.open(path)
    page.focus("main .button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")
    assert page.locator("dd").first.text_content() == ASHA.name
    assert tab.troubles == []


def test_a_picture_of_the_pages(new_tab, tmp_path):
    """The sheet of styles is loaded and used: the header has its colour."""
    tab = new_tab(ASHA)
    page = tab.open("/account")
    colour = page.evaluate("() => getComputedStyle(document.querySelector('.top')).backgroundColor")
    assert colour == "rgb(23, 69, 122)"
    page.screenshot(path=tmp_path / "account.png")
