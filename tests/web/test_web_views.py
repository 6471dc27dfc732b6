"""Words, formats, forms and paths: what all pages are made of."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from mailbot.domain.people import Language
from mailbot.share import shared
from mailbot.web.errors import Refused
from mailbot.web.formats import Formats
from mailbot.web.forms import Form
from mailbot.web.paths import own_path, with_next
from mailbot.web.templates import read_page_words

FOLDER = shared("templates") / "web"
WORDS = read_page_words(FOLDER / "words")
SOURCES = [*FOLDER.rglob("*.html"), *(Path(__file__).parents[2] / "mailbot" / "web").rglob("*.py")]
USED = re.compile(rf"""["']({"|".join(WORDS)})\.([a-z0-9_]+)["']""")
AT = datetime(2026, 11, 24, 4, 35, tzinfo=UTC)
INDIA = ZoneInfo("Asia/Kolkata")


def test_every_word_of_the_pages_exists_in_both_languages():
    """No text is missing or empty, and both languages name the same values."""
    for namespace, words in WORDS.items():
        for key, texts in words.items():
            assert set(texts) == set(Language), f"{namespace}.{key}"
            assert all(text.strip() for text in texts.values()), f"{namespace}.{key}"
            braces = [sorted(set(re.findall(r"\{(\w+)\}", text))) for text in texts.values()]
            assert braces[0] == braces[1], f"{namespace}.{key}"


def test_every_word_that_a_page_asks_for_is_there():
    """A key that stands in a template or in the source exists, so that no page fails for a typing mistake."""
    missing = {
        f"{namespace}.{key} ({path.name})"
        for path in SOURCES
        for namespace, key in USED.findall(path.read_text(encoding="utf-8"))
        if key not in {"html", "js", "css"} and not any(word.startswith(key) for word in WORDS[namespace])
    }
    assert missing == set()


def test_times_and_figures_are_written_the_indian_way():
    """Days, clocks, lakhs and percent in both languages, in the time zone of the desk."""
    english, hindi = Formats(Language.ENGLISH, INDIA), Formats(Language.HINDI, INDIA)
    assert english.moment_text(AT) == "24 November 2026, 10:05 am"
    assert hindi.moment_text(AT) == "24 नवंबर 2026, 10:05 am"
    assert str(english.moment(AT)) == ('<time datetime="2026-11-24T10:05:00+05:30">24 November 2026, 10:05 am</time>')
    assert (str(english.day(AT.date())), english.moment(None)) == ("24 November 2026", "")
    assert [form.number(100_000) for form in (english, hindi)] == ["1,00,000", "1,00,000"]
    assert (english.percent(0.254), english.hours(5_400)) == ("25%", "1.5")
    assert (english.since(AT, AT + timedelta(days=3)), hindi.since(AT, AT + timedelta(days=3))) == ("3 days", "3 दिन")


def sent(**values):
    """Return a form with one value for each field."""
    return Form({name: (value,) for name, value in values.items()})


def test_fields_are_read_and_mistakes_noted():
    """Each kind of field gives its value, or notes the first mistake beside its name."""
    form = sent(text=" a\r\nb ", long="क" * 11, choice="x", number="7", far="70", day="2026-11-24", odd="24.11.")
    assert (form.text("text"), form.line("text")) == ("a\nb", "a b")
    assert form.text("long", 10) == "क" * 11
    assert form.text("none", required=True) == ""
    assert (form.choice("choice", {"x"}), form.choice("choice", {"y"})) == ("x", "")
    assert (form.number("number", 1, 9), form.number("far", 1, 9), form.number("none", 1, 9)) == (7, None, None)
    assert (str(form.day("day")), form.day("odd")) == ("2026-11-24", None)
    assert (form.checked("choice"), form.checked("box")) == (True, False)
    form.wrong("long", "common.needed")
    assert {name: mistake.words for name, mistake in form.errors.items()} == {
        "long": "common.too_long", "none": "common.needed", "choice": "common.not_offered", "far": "common.no_number",
        "odd": "common.no_day",
    }  # fmt: skip
    assert sent(act_key="k" * 24).key == "k" * 24
    with pytest.raises(Refused):
        _ = form.key


@pytest.mark.parametrize(
    "path",
    ["/", "/tickets", "/tickets/TMS-2611-00042-7", "/queue?status=new&page=2", "/reports/resolved?from=2026-10-01"],
)
def test_our_own_paths_stay(path):
    """A path with its query is kept as it is."""
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    ["", "tickets", "//x", "/\\x", "https://x", "/a//b", "/a\n", "/%2f", "/x:y", "javascript:1", "/" + "a" * 501],
)
def test_other_paths_become_the_first_page(path):
    """Nothing that a browser could take for another host is followed."""
    assert own_path(path) == "/"
    assert with_next("/sign-in", path) == "/sign-in"
