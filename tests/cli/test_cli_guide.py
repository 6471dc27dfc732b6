"""`mailbot guide`: one A4 page in each language, from the live grammar and settings."""

from __future__ import annotations

import builtins
import sys
from io import BytesIO

import pytest
from pypdf import PdfReader

from mailbot.domain.help import may_say
from mailbot.domain.people import Language, Role
from mailbot.domain.text import fold
from mailbot.settings import load_settings
from mailbot.settings.desk import load_grammar

A4 = (595, 842)


def html_guide(folder, *arguments):
    """Write the guide as HTML and return its text."""
    done = folder.mailbot("guide", "--html", "guide.html", *arguments)
    assert (done.code, done.err) == (0, "")
    return (folder.path / "guide.html").read_text(encoding="utf-8")


def guide(folder, *arguments):
    """Write the guide in both forms; return the pages of the PDF and the text of the HTML."""
    done = folder.mailbot("guide", "--pdf", "guide.pdf", "--html", "guide.html", *arguments)
    assert (done.code, done.err) == (0, "")
    assert done.out == "Written: guide.html\nWritten: guide.pdf\n"
    pages = PdfReader(BytesIO((folder.path / "guide.pdf").read_bytes())).pages
    return pages, (folder.path / "guide.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("role", ["officer", "staff"])
def test_the_guide_is_one_a4_page_in_each_language(folder, role):
    """English and Hindi, each on exactly one sheet, with fonts for both inside."""
    pages, _ = guide(folder, "--role", role)
    assert [tuple(round(side) for side in page.mediabox[2:]) for page in pages] == [A4, A4]
    fonts = {str(font.get_object()["/BaseFont"]) for page in pages for font in page["/Resources"]["/Font"].values()}
    assert any("Devanagari" in font for font in fonts)
    assert "How to get help by mail" in pages[0].extract_text() or role == "staff"


def test_one_language_is_one_page(folder):
    """For a wall with room for one."""
    pages, html = guide(folder, "--language", "hi")
    assert len(pages) == 1
    assert html.count('<section class="sheet') == 1


@pytest.mark.parametrize("role", [Role.OFFICER, Role.STAFF])
def test_every_command_of_the_role_stands_in_it(folder, role):
    """As the grammar has it now, in both languages; what the reader may not say is left out."""
    html = html_guide(folder, "--role", role.value)
    for verb, words in load_grammar().commands:
        for language in Language:
            assert (f"<td>{words.button(language)}</td>" in html) == may_say(verb, role), (verb, language)


def test_the_settings_stand_in_it(folder):
    """Address, prefix, names, modules, priorities and days are those of this desk."""
    folder.change(
        'address = "support@tax.up.example"', 'address = "help@gst.example"\nprefix = "GST"\nname_hi = "जीएसटी मदद"'
    )
    pages, html = guide(folder)
    assert "help@gst.example" in pages[0].extract_text()
    assert "GST-" in html
    assert "जीएसटी मदद" in html
    catalogue = load_settings(None).catalogue
    for entry in (*catalogue.modules, *catalogue.priorities):
        assert entry.en in html
        assert entry.hi in html


def test_a_long_catalogue_still_fits_on_one_page(folder):
    """The page is written a little smaller."""
    names = "\n".join(
        f'[[catalogue.modules]]\ncode = "m{i}"\nen = "Module {i}"\nhi = "मॉड्यूल {i}"\naliases = []\n' for i in range(30)
    )
    text = (folder.path / "settings.toml").read_text(encoding="utf-8")
    folder.write("settings.toml", f'{text}\n[catalogue]\ndefault_module = "m0"\n{names}')
    pages, _ = guide(folder)
    assert len(pages) == 2


def test_what_a_guide_proposes_is_understood(folder):
    """Each further way to say a command is one that the grammar takes for that very command."""
    html = html_guide(folder, "--role", "staff", "--language", "hi")
    known = {fold(word) for _, words in load_grammar().commands for word in (*words.keywords, *words.phrases)}
    rows = [row.split("</td>")[1].removeprefix("<td>") for row in html.split("<tr>") if row.count("<td>") == 3]
    said = [word for row in rows[: html.count('class="commands"') * 30] for word in row.split(", ")]
    assert len(said) > 20
    assert [word for word in said if fold(word) not in known and not word[0].isdigit() and word != "–"] == []


def test_somewhere_to_write_is_needed(folder):
    """Without a file the command says what to add."""
    done = folder.mailbot("guide")
    assert done.code == 2
    assert "--pdf FILE, --html FILE" in done.err
    assert "cannot be written" in folder.mailbot("guide", "--html", "no/such/folder.html").err


def test_a_desk_without_an_address_has_no_guide(mailbot):
    """Exit code 78 names the setting."""
    done = mailbot("guide", "--html", "guide.html")
    assert (done.code, "desk.address: not set" in done.err) == (78, True)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (ModuleNotFoundError("No module named 'weasyprint'", name="weasyprint"), 'pip install "mailbot[guide]"'),
        (OSError("cannot load library 'libpango-1.0-0'"), "apt-get install libpango-1.0-0"),
    ],
)
def test_what_is_missing_for_a_pdf_is_named(folder, monkeypatch, trouble, words):
    """The package or the library, with the command that brings it; no traceback."""
    load = builtins.__import__

    def refuse(name, *arguments, **named):
        if name == "weasyprint":
            raise trouble
        return load(name, *arguments, **named)

    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.setattr(builtins, "__import__", refuse)
    done = folder.mailbot("guide", "--pdf", "guide.pdf")
    assert done.code == 78
    assert words in done.err
    assert "Traceback" not in done.err
