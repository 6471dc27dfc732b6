"""`mailbot answers` and `mailbot people muted`: the operator sees what is held back, and ends it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from mailbot.adapters.store.brakes import keep_bounce, keep_brakes
from mailbot.adapters.store.engine import writing
from mailbot.domain.decision import Bounced, Decision, Outcome
from tests.builders import CHITRA


def hold_back(folder):
    """Stop the answers of a desk, and mute Chitra."""
    engine = folder.store().engine
    now = datetime.now(UTC) - timedelta(minutes=1)
    with writing(engine) as connection:
        stop = Decision(Outcome.OPENED, ("One.",), bounded="stopped", stop="10 addresses reached the bounds")
        keep_brakes(connection, stop, "dealer@shop.example", now)
        keep_bounce(connection, Bounced(CHITRA.email, permanent=True, answer="550 5.1.1 No such user"), now)
    engine.dispose()


def test_stopped_answers_are_shown_and_resumed(folder):
    """The reason is named, for people and for programs; resuming twice harms nothing."""
    assert "Automatic answers go out." in folder.mailbot("answers", "show").out
    hold_back(folder)
    assert "10 addresses reached the bounds" in folder.mailbot("answers", "show").out
    shown = json.loads(folder.mailbot("answers", "show", "--json").out)
    assert shown == {"stopped": "10 addresses reached the bounds", "sent": 0, "waiting": 0, "allowed": 0}
    assert folder.mailbot("answers", "resume").out == "Automatic answers go out again.\n"
    assert folder.mailbot("answers", "resume").out == "Automatic answers were not stopped.\n"


def test_muted_addresses_are_listed_and_unmuted(folder):
    """With the words of the server; an address that is not muted is a mistake of who types it."""
    assert folder.mailbot("people", "muted").out == "No address is muted.\n"
    hold_back(folder)
    assert "550 5.1.1 No such user" in folder.mailbot("people", "muted").out
    (mute,) = json.loads(folder.mailbot("people", "muted", "--json").out)
    assert (mute["address"], mute["why"]) == (CHITRA.email, "550 5.1.1 No such user")
    assert folder.mailbot("people", "unmute", CHITRA.email).code == 0
    assert folder.mailbot("people", "unmute", CHITRA.email).code == 1
    assert folder.mailbot("people", "muted", "--json").out == "[]\n"
