"""`mailbot trust report` and what `mailbot explain` says of a sender."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from tests.generators.forgeries import OURS, VICTIM, Forgery
from tests.header_styles import OWN_SERVER
from tests.store.desk_work import claim, mail_for, opening

SHADOW = (
    "[trust shadow A0 not_aligned refused staff] It is not sure enough who wrote it for what it wants.",
    "[trust shadow A2+T dmarc_pass same] Its level changes nothing.",
)


def fill(folder):
    """Let two mails be handled in shadow mode."""
    store, now = folder.store(), datetime.now(UTC)
    for entry, line in zip(claim(store, 1, 2, now=now), SHADOW, strict=True):
        store.apply(entry, mail_for(entry), replace(opening(), reasons=("It is new.", line)), now)
    store.engine.dispose()


def test_the_report_tells_whom_levels_would_hinder(folder):
    """One line for each domain, with the reasons, and the sum below."""
    fill(folder)
    done = folder.mailbot("trust", "report")
    assert done.code == 0
    assert "not_aligned 1" in done.out
    assert done.out.splitlines()[1].split()[:4] == ["tax.up.example", "2", "1", "1"]
    assert "1 of 2 mails" in done.out
    (count,) = folder.mailbot("trust", "report", "--days", "3", "--json").json
    assert (count["mails"], count["hindered"], count["effects"]) == (2, 1, {"refused": 1, "same": 1})


def test_without_a_trial_the_report_says_why_it_is_empty(folder):
    """The mode that is set is named."""
    done = folder.mailbot("trust", "report")
    assert (done.code, 'trust.mode is "off"' in done.out) == (0, True)


def test_explain_tells_the_level_and_why(mailbot, tmp_path, monkeypatch):
    """Without a pin A0; with the server's name the level, as a code and as a sentence."""
    path = tmp_path / "chitra.eml"
    passed = Forgery("genuine", (f"From: {VICTIM}",), ("pass", VICTIM), ("pass", OURS), ("pass", OURS))
    path.write_bytes(passed.raw("own"))
    assert mailbot("explain", "--json", path).json["trust"]["because"] == "no_pin"
    monkeypatch.setenv("MAILBOT_TRUST__PROVIDER", "own")
    monkeypatch.setenv("MAILBOT_TRUST__AUTHSERV_ID", OWN_SERVER)
    trust = mailbot("explain", "--json", path).json["trust"]
    assert (trust["level"], trust["because"], trust["mode"]) == ("A2", "dmarc_pass", "off")
    assert "A2, dmarc_pass: The domain of From vouches for it (DMARC)." in mailbot("explain", path).out
