"""A real browser (Debian's Chromium) on a real server (uvicorn): for what only a browser can show."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

from mailbot.web.app import make_app
from tests.servers.programs import HOST, MissingProgramError, find_free_port, find_program, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from mailbot.domain.people import Language, Person
    from mailbot.web.desk import WebDesk

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
WIDE, NARROW = 1280, 360
_HEIGHT = 800
_NAMES = ("chromium", "chromium-browser", "google-chrome")
# WCAG 2.1 AA, and what else axe calls serious.
_RUN_AXE = "() => axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations)"
_BAD = {"serious", "critical"}


def find_chromium() -> str:
    """Return the program of the browser. Raises MissingProgramError without one."""
    for name in _NAMES:
        try:
            return find_program(name, "chromium")
        except MissingProgramError:
            continue
    return find_program(_NAMES[0], "chromium")


@contextmanager
def served(web: WebDesk) -> Iterator[WebDesk]:
    """Serve the pages on a free port of this machine, without TLS; give what they share, with their address."""
    port = find_free_port()
    chosen = web.settings.web.model_copy(update={"public_url": "", "host": HOST, "port": port})
    web = replace(web, settings=web.settings.model_copy(update={"web": chosen}))
    config = uvicorn.Config(
        make_app(web), host=HOST, port=port, log_config=None, access_log=False, server_header=False, ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        wait_until(lambda: server.started, 20, "the start of the server")
        yield web
    finally:
        server.should_exit = True
        thread.join()


@dataclass(slots=True)
class Tab:
    """A window of the browser, and everything that went wrong in it."""

    page: Page
    address: str
    troubles: list[str] = field(default_factory=list)

    def open(self, path: str) -> Page:
        """Open a page of ours."""
        self.page.goto(f"{self.address}{path}")
        return self.page

    def find_barriers(self) -> list[str]:
        """Return what axe calls serious or critical on this page: the rule and where."""
        # A script of the page itself would be stopped by its policy, as it should; this comes from outside.
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found: list[dict[str, Any]] = self.page.evaluate(_RUN_AXE)
        return [f"{one['id']}: {node['html']}" for one in found if one["impact"] in _BAD for node in one["nodes"]]

    def is_wider_than_window(self) -> bool:
        """Tell whether the page has to be moved sideways."""
        return bool(self.page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth"))


def open_tab(
    browser: Browser, web: WebDesk, begin: Callable[[Person, Language | None], str], *, width: int = WIDE,
    person: Person | None = None, language: Language | None = None, script: bool = True,
) -> Tab:  # fmt: skip
    """Return a new window, signed in as a person when one is named; its troubles are what the browser complained of."""
    chosen = language.value if language else "en"
    context = browser.new_context(
        viewport={"width": width, "height": _HEIGHT}, locale=f"{chosen}-IN", java_script_enabled=script
    )
    address = web.settings.web.address
    if person is not None:
        context.add_cookies([{"name": "mailbot", "value": begin(person, language), "url": address, "httpOnly": True}])
    tab = Tab(context.new_page(), address)
    tab.page.on("console", lambda told: tab.troubles.append(told.text) if told.type in {"error", "warning"} else None)
    tab.page.on("pageerror", lambda error: tab.troubles.append(str(error)))
    return tab
