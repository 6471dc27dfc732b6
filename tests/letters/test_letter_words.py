"""The words and templates say the same things in both languages, and the grammar understands what they teach."""

from __future__ import annotations

import re
import shutil
import tomllib

import pytest
from letter_samples import (
    AT,
    ENGLISH,
    HINDI,
    ROOT,
    TEMPLATES,
    TICKET_KINDS,
    make_desk,
    make_order,
    make_ticket,
    make_writer,
    write_sample,
)

from mailbot.adapters.letters.words import Words, read_words
from mailbot.domain.command_lines import parse_commands
from mailbot.domain.decision import EventKind
from mailbot.domain.errors import SettingsError
from mailbot.domain.letter import LETTERS, LetterKind, Notice
from mailbot.domain.notice_codes import NOTICE_CODES
from mailbot.domain.people import Language
from mailbot.domain.text import fold
from mailbot.domain.ticket import Status

WORDS = tomllib.loads((TEMPLATES / "words.toml").read_text(encoding="utf-8"))
FIELDS = re.compile(r"{(\w+)}")
DEVANAGARI = re.compile(r"[\u0900-\u097f]")


def sentences(table=WORDS, path=()):
    """Yield every {en, hi} pair of the table with its path."""
    if set(table) == {"en", "hi"}:
        yield ".".join(path), table["en"], table["hi"]
        return
    for name, below in table.items():
        yield from sentences(below, (*path, name))


def test_every_word_exists_in_both_languages_with_the_same_gaps():
    """A word or sentence has the same braces in Hindi and English, and is really written in that language."""
    for path, english, hindi in sentences():
        assert set(FIELDS.findall(str(english))) == set(FIELDS.findall(str(hindi))), path
        assert DEVANAGARI.search(str(hindi)), path
        assert not DEVANAGARI.search(str(english)), path


def test_every_notice_code_has_a_sentence():
    """words.toml has a sentence for exactly the codes that the domain may use."""
    assert set(WORDS["notice"]) == set(NOTICE_CODES)
    assert len(set(NOTICE_CODES)) == len(NOTICE_CODES)


def test_every_event_can_be_confirmed():
    """There is a `done_` notice for every event a command can lead to."""
    not_commanded = {EventKind.REMINDED, EventKind.ESCALATED, EventKind.ERASED}
    assert {f"done_{event}" for event in EventKind if event not in not_commanded} <= set(NOTICE_CODES)


def test_every_notice_the_domain_writes_is_known():
    """A code that stands in the source of the domain is one of NOTICE_CODES, so it has its words."""
    sources = (ROOT / "mailbot" / "domain").glob("*.py")
    written = {code for path in sources for code in re.findall(r'Notice\(\s*"(\w+)"', path.read_text(encoding="utf-8"))}
    assert written
    assert written <= set(NOTICE_CODES)


@pytest.mark.parametrize("code", NOTICE_CODES)
def test_a_notice_never_shows_an_empty_gap(code):
    """Without something given, a notice has other words; braces never reach a reader."""
    words = read_words(TEMPLATES)
    entry = WORDS["notice"][code]
    assert ("bare" in entry) == ("{given}" in entry["text"]["en"])
    assert set(entry) <= {"text", "bare", "proposal"}
    for language in Language:
        for notice in (Notice(code), Notice(code, "दिया{0}"), Notice(code, "", "x{y}"), Notice(code, "g", "p")):
            said = words.notice(notice, language)
            assert "“”" not in said
            assert "()" not in said
            assert ": ." not in said
            assert "{given}" not in said
            assert "{proposed}" not in said


def test_every_status_and_button_has_words():
    """All statuses, and all steps that a letter offers as a button, have names."""
    assert set(WORDS["status"]) == {status.value for status in Status}
    steps = {step.value for rule in LETTERS.values() for step in rule.buttons}
    assert steps <= set(WORDS["button"])


@pytest.mark.parametrize("language", list(Language))
def test_what_a_button_writes_is_a_command(language):
    """The grammar understands the word that each button puts into the reply, as exactly that step."""
    grammar = make_desk().grammar
    for step in {step for rule in LETTERS.values() for step in rule.buttons}:
        written = grammar.words(step).button(language)
        token = "k1.2611000427.abcdefgh.abcdefghijklmnopqrstuvwxyz"
        assert [
            command.verb
            for command in parse_commands(f"{written}\r\n\r\n\r\nRef: {token}".replace("\r", ""), grammar).commands
        ] == [step]


def test_the_labels_of_facts_are_labels_of_the_grammar():
    """An officer may copy a line of the facts table, correct it and send it back."""
    labels = dict(make_desk().grammar.labels)
    for field in ("module", "priority", "request_type", "employee_id", "mobile"):
        for language in Language:
            assert labels[fold(WORDS["label"][field][language])] == field


def test_every_kind_has_both_sources_with_one_subject():
    """All kinds exist in both languages, and those about a ticket begin with one subject line, so that threads hold."""
    first_lines = {
        (TEMPLATES / kind / f"{language}.md").read_text(encoding="utf-8").split("\n")[0]
        for kind in TICKET_KINDS
        for language in Language
    }
    assert first_lines == {"Subject: [{{ number }}] {{ title }}"}


@pytest.mark.parametrize("kind", list(LetterKind))
def test_both_languages_of_a_letter_use_the_same_parts(kind):
    """Facts, notices, quotes, pictures and buttons stand in the Hindi and in the English source in the same order."""
    used = [
        re.findall(
            r"{{ (facts\([^)]*\)|notices|quote|pictures|buttons) }}",
            (TEMPLATES / kind / f"{language}.md").read_text("utf-8"),
        )
        for language in Language
    ]
    assert used[0] == used[1]


def test_a_missing_template_stops_the_start(tmp_path):
    """A letter that is missing is found when the program starts, not when an officer waits for it."""
    folder = tmp_path / "mail"
    shutil.copytree(TEMPLATES, folder)
    (folder / "resolved" / "hi.md").unlink()
    with pytest.raises(SettingsError, match=r"resolved/hi\.md"):
        make_writer(templates=folder)


@pytest.mark.parametrize(
    "broken", ["no subject", "Subject: x\n\nwithout a short part", "Subject: {{ x\n<!-- short -->\n"]
)
def test_a_broken_template_stops_the_start(tmp_path, broken):
    """A letter without subject, without short version or with a syntax error is refused with its path."""
    folder = tmp_path / "mail"
    shutil.copytree(TEMPLATES, folder)
    (folder / "done" / "en.md").write_text(broken, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"done/en\.md"):
        make_writer(templates=folder)


@pytest.mark.parametrize("name", ["words.toml", "layout.html", "blocks.html"])
def test_a_missing_frame_stops_the_start(tmp_path, name):
    """The words and the HTML frame are needed too, and the sentence says what to do."""
    folder = tmp_path / "mail"
    shutil.copytree(TEMPLATES, folder)
    (folder / name).unlink()
    with pytest.raises(SettingsError, match="Install mailbot again"):
        make_writer(templates=folder)


def test_times_are_told_in_the_desk_s_zone_and_in_words():
    """08:35 UTC is 14:05 in India, and the month has its Hindi name."""
    words = Words(WORDS)
    assert words.moment(AT, ENGLISH) == "23 November 2026, 08:35"
    assert words.moment(AT, HINDI) == "23 नवंबर 2026, 08:35 बजे"


def test_make_samples_cover_every_kind(writer):
    """The samples of the preview are real letters: every kind can be ordered and written."""
    for kind in LetterKind:
        assert make_order(kind).kind is kind
        is_about_ticket = make_ticket(kind=kind).number in write_sample(writer, kind).subject
        assert is_about_ticket is (kind in TICKET_KINDS)
