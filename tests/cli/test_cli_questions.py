"""`mailbot ticket show` names whom the desk asked "was this you?" as long as a yes counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from mailbot.adapters.store.challenges import keep_challenge
from mailbot.adapters.store.engine import writing
from mailbot.domain.decision import Challenge, ChallengeState
from tests.builders import CHITRA, DEV
from tests.store.desk_work import open_one


def test_an_open_question_is_shown_until_it_ends(folder):
    """Of two questions only the one of a minute ago is open; after its answer none is."""
    store = folder.store()
    number = open_one(store)
    at = datetime.now(UTC) - timedelta(minutes=1)
    late, recent = Challenge("aaaaaaaa", DEV.email, number), Challenge("bbbbbbbb", CHITRA.email, number)
    with writing(store.engine) as connection:
        keep_challenge(connection, late, 1, at - timedelta(minutes=30))
        keep_challenge(connection, recent, 1, at)
    shown = folder.mailbot("ticket", "show", number).out
    assert f"open question:          {CHITRA.email} was asked at" in shown
    assert (shown.count("was this you?"), "A yes counts until" in shown) == (1, True)
    (question,) = folder.mailbot("ticket", "show", number, "--json").json["questions"]
    assert question["actor"] == CHITRA.email
    with writing(store.engine) as connection:
        keep_challenge(connection, Challenge("bbbbbbbb", CHITRA.email, number, state=ChallengeState.REFUSED), 1, at)
    store.engine.dispose()
    assert "was this you?" not in folder.mailbot("ticket", "show", number).out
