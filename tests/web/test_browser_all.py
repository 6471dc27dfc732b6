"""Every page in a real browser: no barriers, in both languages, narrow, wide, enlarged and dark; by keyboard alone."""

from __future__ import annotations

import pytest
from starlette.routing import Route

from mailbot.domain.people import Language
from mailbot.web.app import make_app
from tests.builders import ASHA, CHITRA, DEV
from tests.web.all_pages import NO_PAGES, looks_at
from tests.web.browsing import NARROW, WIDE
from tests.web.showcase import fill

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
# A window of 1,280 pixels whose letters are twice as large has room for 640.
ENLARGED, HEIGHT = WIDE // 2, 800
WALKED = {"/tickets": ASHA, "/tickets/new": ASHA, "/queue": CHITRA, "/statistics": DEV}
_FOCUSABLE = """() => [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
  .filter((one) => !one.disabled && one.checkVisibility({visibilityProperty: true}) && one.tabIndex >= 0)
  .filter((one) => one.type !== 'radio').length"""
_FOCUSED = """() => { const one = document.activeElement, style = getComputedStyle(one);
  if (one === document.body) return null;
  one.dataset.walked = 'yes';
  return {what: one.outerHTML.slice(0, 90), seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
          radio: one.type === 'radio'}; }"""


@pytest.fixture
def shown(served_web, clock):
    """Return a desk with some weeks of work."""
    return fill(served_web, clock, tickets=10)


def test_every_page_is_looked_at(served_web, shown):
    """A new page has to be named in all_pages.py, so that its barriers are looked for and its picture is taken."""
    known = {route.path for route in make_app(served_web).routes if isinstance(route, Route) and "GET" in route.methods}
    assert known == NO_PAGES | {look.of_route for look in looks_at(served_web, shown)}


@pytest.mark.parametrize("language", Language)
def test_no_page_has_barriers(served_web, shown, new_tab, language):
    """Axe finds nothing serious, narrow, wide and in dark colours; nothing is wider than the window, even enlarged."""
    tabs, wrong = {}, []
    for look in looks_at(served_web, shown):
        if look.person not in tabs:
            tabs[look.person] = new_tab(look.person, language)
        tab = tabs[look.person]
        page = tab.open(look.path)
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("h1").count() == 1, look.name
        for width in (WIDE, ENLARGED, NARROW):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            if width != ENLARGED:
                wrong += [(look.name, width, barrier) for barrier in tab.find_barriers()]
            if tab.is_wider_than_window():
                wrong.append((look.name, width, "wider than the window"))
        if language == Language.HINDI:
            # Colours are the same in both languages.
            page.emulate_media(color_scheme="dark")
            wrong += [(look.name, "dark", barrier) for barrier in tab.find_barriers()]
            page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": WIDE, "height": HEIGHT})
    wrong += [text for tab in tabs.values() for text in tab.troubles if "Failed to load resource" not in text]
    assert not wrong, "\n".join(map(str, wrong))


def test_a_barrier_would_be_found(new_tab):
    """A page that does not say its language, and a picture without words, are found."""
    tab = new_tab(ASHA)
    page = tab.open("/account")
    page.evaluate("() => { document.documentElement.removeAttribute('lang'); document.body.append(new Image()); }")
    assert {"html-has-lang", "image-alt"} <= {barrier.partition(":")[0] for barrier in tab.find_barriers()}


@pytest.mark.parametrize("path", WALKED)
def test_everything_is_reached_by_keyboard(shown, new_tab, path):
    """Tab visits everything that can be used, in order, with a ring that can be seen, and is caught nowhere."""
    assert shown
    page = new_tab(WALKED[path], Language.ENGLISH).open(path)
    there, seen = page.evaluate(_FOCUSABLE), []
    for _ in range(there + 30):
        page.keyboard.press("Tab")
        found = page.evaluate(_FOCUSED)
        if found is None:
            break
        seen.append(found)
    assert "skip" in seen[0]["what"]
    assert not [one for one in seen if not one["seen"]], "no ring"
    assert page.evaluate("() => document.querySelectorAll('[data-walked]:not([type=radio])').length") >= there
    page.evaluate("() => document.activeElement.blur()")
