"""Every letter as a browser draws it: nothing runs out of a small phone, and buttons are made for fingers."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from letter_samples import AT, OFFICERS, PROBLEMS, TITLES, make_order, make_ticket, write_sample

from mailbot.demo.letters_page import as_page
from mailbot.domain.letter import Audience, LetterKind, Thread
from mailbot.domain.people import Language
from tests.legacy_typist import type_in_kruti_dev

if TYPE_CHECKING:
    from pathlib import Path

    from mailbot.adapters.letters import LetterWriter
    from mailbot.domain.letter import Letter

WIDTHS = (360, 800)
SMALLEST_BUTTON = 36
# Asks each frame, once it is drawn, for its width and for the height of its buttons.
SCRIPT = """
<script>
addEventListener("load", () => {
  const seen = [...document.querySelectorAll("iframe")].map((frame) => ({
    name: frame.title,
    wide: frame.contentDocument.documentElement.scrollWidth - frame.clientWidth,
    low: Math.min(999, ...[...frame.contentDocument.querySelectorAll("a[href^='mailto:']")]
      .filter((link) => link.closest("td, th")?.getAttribute("bgcolor") || link.style.padding)
      .map((link) => link.getBoundingClientRect().height)),
  }));
  document.body.innerHTML = "<pre></pre>";
  document.querySelector("pre").textContent = JSON.stringify(seen);
});
</script>
"""


@pytest.fixture(scope="module")
def measured(writer: LetterWriter, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, object]]:
    """Return what Chromium measured of every letter at every width."""
    folder = tmp_path_factory.mktemp("layout")
    page = folder / "all.html"
    page.write_text(f"<!doctype html><meta charset=utf-8>{SCRIPT}{''.join(_frames(writer))}", encoding="utf-8")
    return _measure(page, folder / "profile")


def test_no_letter_is_wider_than_its_reader_s_screen(measured: list[dict[str, object]]) -> None:
    """Nobody has to scroll sideways, on a phone of 360 pixels or in a window of 800."""
    assert len(measured) == (len(LetterKind) * len(Audience) + 1) * len(Language) * len(WIDTHS)
    assert [letter["name"] for letter in measured if letter["wide"] > 0] == []


def test_buttons_can_be_hit_with_a_finger(measured: list[dict[str, object]]) -> None:
    """A button is at least as high as a fingertip."""
    assert [letter["name"] for letter in measured if letter["low"] < SMALLEST_BUTTON] == []
    assert any(letter["low"] < 999 for letter in measured)


def _frames(writer: LetterWriter) -> list[str]:
    frames = []
    for language in Language:
        for kind in LetterKind:
            for audience in Audience:
                frames += _frames_of(write_sample(writer, kind, language, audience), f"{kind}-{language}-{audience}")
        text, title = (type_in_kruti_dev(words[Language.HINDI]) for words in (PROBLEMS, TITLES))
        order = make_order(LetterKind.NEW_TICKET, language, Audience.STAFF, text=text)
        letter = writer.write(order, make_ticket(language, title=title), Thread(), (), AT, "layout", OFFICERS[language])
        frames += _frames_of(letter, f"old-font-{language}")
    return frames


def _frames_of(letter: Letter, name: str) -> list[str]:
    source = html.escape(as_page(letter.raw)[1], quote=True)
    return [
        f'<iframe title="{name}-{width}" style="width:{width}px;height:1200px;border:0" srcdoc="{source}"></iframe>'
        for width in WIDTHS
    ]


def _measure(page: Path, profile: Path) -> list[dict[str, object]]:
    program = next(
        (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), ""
    )
    assert program, "Chromium is not installed. On Debian or Ubuntu: apt-get install chromium"
    done = subprocess.run(
        [
            program, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", f"--user-data-dir={profile}", "--window-size=900,1200",
            "--virtual-time-budget=20000", "--dump-dom", page.as_uri(),
        ],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    found = re.search(r"<pre>(\[.+?\])</pre>", done.stdout, re.DOTALL)
    assert found, "Chromium drew the letters but measured nothing"
    return json.loads(html.unescape(found[1]))
