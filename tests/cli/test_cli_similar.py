"""What `mailbot ticket show` says about tickets that look alike."""

from __future__ import annotations

from datetime import timedelta

from tests.store.desk_work import NOW, open_one


def test_ticket_show_names_the_tickets_that_look_like_it(folder):
    """Earlier and later ones within the days, the oldest first; more than five are counted only."""
    store = folder.store()
    numbers = [open_one(store, uid, now=NOW + timedelta(minutes=10 * uid)) for uid in range(1, 8)]
    long_ago = open_one(store, 8, now=NOW - timedelta(days=5))
    store.engine.dispose()
    out = folder.mailbot("ticket", "show", numbers[1]).out
    first, _, *rest = numbers
    assert f"looks like:             6 since 2026-11-23 11:40: {', '.join((first, *rest[:4]))}, ...\n" in out
    assert folder.mailbot("ticket", "show", numbers[1], "--json").json["alike"] == [first, *rest]
    assert "looks like:             -\n" in folder.mailbot("ticket", "show", long_ago).out
    assert folder.mailbot("ticket", "show", long_ago, "--json").json["alike"] == []


def test_ticket_show_compares_nothing_when_it_is_switched_off(folder, monkeypatch):
    """With similar.days = 0 no ticket looks like another."""
    store = folder.store()
    number, _ = open_one(store, 1), open_one(store, 2)
    store.engine.dispose()
    assert folder.mailbot("ticket", "show", number, "--json").json["alike"]
    monkeypatch.setenv("MAILBOT_SIMILAR__DAYS", "0")
    assert folder.mailbot("ticket", "show", number, "--json").json["alike"] == []
