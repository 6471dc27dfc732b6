"""A small browser for the demonstration: it opens pages, fills in their forms as they stand, and keeps cookies."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from mailbot.demo.server import DemoError

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECONDS = 30.0


@dataclass(slots=True)
class Form:
    """A form of a page: where it goes, and what stands in its hidden fields."""

    action: str
    values: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, and each hidden field of the last one."""
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(said.get("action", "")))
        elif tag == "input" and said.get("type") == "hidden" and self.found:
            self.found[-1].values[said["name"]] = said.get("value", "")


@dataclass(frozen=True, slots=True)
class Browser:
    """One person's browser at the pages of an address."""

    address: str
    language: str = "en"
    opener: OpenerDirector = field(default_factory=lambda: build_opener(HTTPCookieProcessor(CookieJar())))

    def open(self, path: str) -> tuple[str, str]:
        """Return the path that a page is found at in the end, and the page. Raises DemoError when there is none."""
        return self._ask(path, None)

    def submit(self, path: str, action: str, values: Mapping[str, str]) -> tuple[str, str]:
        """Fill in the form of a page that goes to `action`; return where that led, and the page there."""
        parser = _Forms()
        parser.feed(self.open(path)[1])
        form = next((one for one in parser.found if one.action.endswith(action)), None)
        if form is None:
            raise DemoError(f"{self.address}{path} has no form for {action}.")
        return self._ask(form.action, urlencode({**form.values, **values}).encode())

    def _ask(self, path: str, data: bytes | None) -> tuple[str, str]:
        request = Request(f"{self.address}{path}", data)  # noqa: S310 - our own address, which begins with http:
        request.add_header("Accept-Language", self.language)
        if data is not None:
            request.add_header("Origin", self.address)
        try:
            with self.opener.open(request, timeout=_SECONDS) as answer:
                return answer.url.removeprefix(self.address), answer.read().decode()
        except URLError as error:
            raise DemoError(f"{self.address}{path} cannot be shown: {error}.") from error
