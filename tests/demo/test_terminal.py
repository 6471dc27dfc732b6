"""The story fits on a terminal, and has colours only where a person looks."""

from __future__ import annotations

import io

import pytest

from mailbot.demo.terminal import CUT, Ink, Terminal, make_terminal, wrap
from mailbot.domain.columns import clip, columns


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        """Say that a person looks."""
        return True


def test_a_file_gets_no_colours():
    """Output into a file or a pipe holds no escape codes."""
    out = io.StringIO()
    make_terminal(out).say("resolved", Ink.GOOD)
    assert out.getvalue() == "resolved\n"


@pytest.mark.parametrize(("no_color", "shown"), [("", "\x1b[32mresolved\x1b[0m\n"), ("1", "resolved\n")])
def test_no_color_is_respected(monkeypatch, no_color, shown):
    """A terminal gets colours, unless NO_COLOR is set to anything."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", no_color)
    out = Screen()
    make_terminal(out).say("resolved", Ink.GOOD)
    assert out.getvalue() == shown


def test_long_lines_go_on_below_themselves():
    """A labelled line wraps between words and stays aligned."""
    out = io.StringIO()
    Terminal(out, colours=False, width=40).line("reply", "The ledger was rebuilt. Please log in again.")
    assert out.getvalue() == "    reply       The ledger was rebuilt.\n                Please log in again.\n"


def test_a_table_is_as_wide_as_its_words_and_its_last_column_is_cut():
    """Columns are aligned, and the last one ends at the edge."""
    out = io.StringIO()
    Terminal(out, colours=False, width=40).table(
        ("ticket", "title"), [("TMS-2611-00042-7", "Cannot file GSTR-3B for October"), ("TMS-2611-00043-5", "ओटीपी")]
    )
    assert out.getvalue().splitlines() == [
        "  ticket            title",
        "  TMS-2611-00042-7  Cannot file GSTR-...",
        "  TMS-2611-00043-5  ओटीपी",
    ]


def test_hindi_marks_take_no_column_of_their_own():
    """Vowel signs above and below a letter do not count, and a cut never leaves one behind alone."""
    assert columns("ई-वे बिल") == 7
    assert clip("पुनः खोलें और देखें", 8, CUT) == "पुनः ..."
    assert wrap("", 10) == [""]
