"""`mailbot letters preview`: every letter on one page."""

from __future__ import annotations

import re
from html import unescape

import click
import pytest

from mailbot.domain.letter import LETTERS, Audience, LetterKind
from mailbot.domain.people import Language


@pytest.fixture
def opened(monkeypatch):
    """Return the pages that were opened in a browser."""
    pages = []
    monkeypatch.setattr(click, "launch", pages.append)
    return pages


def test_every_letter_stands_on_the_page(folder, opened):
    """Each kind, in both languages, for each reader, in two widths; then the browser opens it."""
    done = folder.mailbot("letters", "preview", "--output", "all.html")
    assert (done.code, done.out) == (0, "Written: all.html\n")
    page = (folder.path / "all.html").read_text(encoding="utf-8")
    for kind in LetterKind:
        _, _, section = page.partition(f'<h2 id="{kind}">')
        section = section.partition("<h2")[0]
        shown = set(re.findall(r'<article data-language="(\w+)" data-audience="(\w+)"', section))
        readers = [reader for reader in Audience if reader is not Audience.COPY or not LETTERS[kind].about_desk]
        assert shown == {(language, reader) for language in Language for reader in readers}, kind
        assert section.count('width="360"') == section.count('width="700"') == len(shown)
    assert opened == [(folder.path / "all.html").resolve().as_uri()]


def test_the_letters_are_those_of_this_desk(folder, opened):
    """Name, address and prefix come from the settings; screenshots are inside the page, and nothing is loaded."""
    folder.change('address = "support@tax.up.example"', 'address = "help@gst.example"\nprefix = "GST"')
    assert folder.mailbot("letters", "preview", "--output", "all.html", "--no-open").code == 0
    page = unescape((folder.path / "all.html").read_text(encoding="utf-8"))
    assert "help@gst.example" in page
    assert "[GST-2611-00042-7]" in page
    assert "data:image/png;base64," in page
    assert re.findall(r'(?:src="|<link[^>]*href=")(?:https?:)?//[^"]*"', page) == []
    # A letter may lead to the pages of the desk, when somebody presses its button, and nowhere else.
    assert all("/sign-in/" in link for link in re.findall(r'href="(?:https?:)?//[^"]*"', page))
    assert opened == []


def test_a_place_where_nothing_can_be_written_is_named(folder):
    """Exit code 2 and no traceback."""
    done = folder.mailbot("letters", "preview", "--output", "no/such/folder.html", "--no-open")
    assert done.code == 2
    assert "cannot be written" in done.err
