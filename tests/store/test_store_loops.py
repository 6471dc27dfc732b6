"""Loops die and floods hurt only their sender: samples of the campaigns in tests/torture/campaign_loops.py."""

from __future__ import annotations

from datetime import timedelta

from mailbot.adapters.store.directory import keep_people
from mailbot.domain.decision import Outcome
from mailbot.domain.letter import LetterKind
from tests.builders import ASHA, CHITRA, make_mail
from tests.loops import Arena, make_machines, run_day

MOST_A_PAIR, MOST_AN_HOUR = 6, 50


def test_every_loop_dies_within_a_day(store):
    """Machines with and without headers answer every letter for a day: at most six letters reach each of them."""
    keep_people(store.engine, [ASHA, CHITRA])
    chosen = [machine for machine in make_machines() if machine.name in {"mailbot", "changer"}]
    for number, machine in enumerate(chosen):
        arena = Arena(store)
        arena.now += timedelta(days=2 * number)
        got = run_day(arena, machine, step=timedelta(hours=2))
        assert max(got.values()) <= MOST_A_PAIR, machine.name
        if machine.name == "mailbot":
            assert set(got.values()) == {0}, machine.name
        assert all(decision.outcome is not Outcome.UPDATED for decision in arena.decisions)


def test_forged_senders_cannot_make_the_desk_write(store):
    """Sixty made-up senders within minutes: at most fifty letters, answers stop, an officer's ticket opens."""
    keep_people(store.engine, [ASHA, CHITRA])
    arena = Arena(store)
    for turn in range(60):
        mail = make_mail(
            "Buy pills",
            sender=f"victim{turn}@victim{turn % 70}.example",
            subject=f"pills {turn}",
            message_id=f"<{turn}@spam.example>",
            content_key=f"{turn:064d}",
        )
        arena.handle(mail)
        arena.now += timedelta(seconds=1)
    arena.send()
    victims = sum(number for to, number in arena.letters.items() if to.startswith("victim"))
    assert 0 < victims <= MOST_AN_HOUR
    assert [decision.stop for decision in arena.decisions if decision.stop] != []
    decision = arena.handle(make_mail("जीएसटीआर-3बी नहीं खुल रहा।", content_key="a" * 64))
    assert decision.outcome is Outcome.OPENED
    assert LetterKind.NEW_TICKET in {letter.kind for letter in decision.letters}
