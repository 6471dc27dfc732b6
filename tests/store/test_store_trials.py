"""The reasons of handled mails, from which the report about trust is added up; the same on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from mailbot.adapters.store.engine import reading_one_state
from mailbot.adapters.store.tables import files
from mailbot.adapters.store.trials import find_reasons
from mailbot.domain.authority import Action, Level
from mailbot.domain.decision import Change, Event, EventKind, Unproven
from mailbot.domain.trial import Effect
from mailbot.domain.trial_report import count_trials
from tests.builders import ASHA, CHITRA, make_picture
from tests.store.desk_work import NOW, claim, mail_for, open_one, opening, update

SHADOW = "[trust shadow A0 no_results unverified] It is not sure that its sender is whom it names."


def test_the_trials_of_handled_mails_are_found(store):
    """Mails since a moment, with their senders; what still waits and what was handled before is not among them."""
    entries = claim(store, 1, 2, 3)
    decision = replace(opening(), reasons=("It belongs to no ticket of its sender.", SHADOW))
    for entry, days in zip(entries[:2], (20, 0), strict=True):
        store.apply(entry, mail_for(entry), decision, NOW - timedelta(days=days))
    with reading_one_state(store.engine) as connection:
        found = list(find_reasons(connection, NOW - timedelta(days=14)))
    assert found == [(ASHA.email, list(decision.reasons))]
    (count,) = count_trials(found)
    assert (count.domain, count.mails, count.hindered) == ("tax.up.example", 1, 1)
    assert count.effects == {Effect.UNVERIFIED: 1}


def test_the_files_of_a_mail_that_nobody_vouches_for_stay_apart(store):
    """A refused command leaves its note in the history; its screenshot joins the ticket only when it may."""
    number = open_one(store)
    refused = (
        Event(EventKind.REFUSED, CHITRA.email, "RESOLVED", "It is not sure enough who wrote it.", internal=True),
    )
    for uid, is_apart in ((2, True), (3, False)):
        unproven = Unproven(CHITRA.email, Action.STAFF, Level.A0, is_apart=is_apart)
        (entry,) = claim(store, uid)
        mail = mail_for(entry, attachments=(make_picture(sha256=f"{uid:064x}"),))
        decision = update(number, uid - 1, change=Change(), events=refused, letters=(), unproven=unproven)
        store.apply(entry, mail, decision, NOW)
    with reading_one_state(store.engine) as connection:
        assert list(connection.execute(select(files.c.sha256)).scalars()) == [f"{3:064x}"]
