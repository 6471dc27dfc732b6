"""Broken cables between the desk and its mail servers; `make torture` does the same a hundred times as often."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.torture.network import MINUTE, SLACK, break_cables, cut_everywhere, open_line

if TYPE_CHECKING:
    from tests.whole.desk import Office

pytestmark = pytest.mark.whole


def test_whatever_happens_to_a_cable_nothing_is_lost_or_doubled(office: Office) -> None:
    """Each fault on each protocol: the connection is given up within two (shortened) minutes, and all work is done."""
    with open_line(office) as line:
        result = break_cables(line, times=1, seed=1)
        assert result.is_sound, str(result)
        assert line.longest_held <= 2 * MINUTE + SLACK


def test_a_session_may_be_cut_anywhere(office: Office) -> None:
    """A session that reads four mails, cut at four places: each mail is kept once and has one ticket."""
    with open_line(office) as line:
        result = cut_everywhere(line, mails_at_once=4, step=200, seed=2, most=4)
    assert result.is_sound, str(result)
    assert result.kills in {3, 4}  # the last place may lie behind the goodbye of a shorter session
