"""Every decision has its reason: each verb from each side in each status, each outcome, and what `explain` expects."""

from __future__ import annotations

from itertools import product

from mailbot.cli.expecting import expected_outcome, reason_of
from mailbot.domain.decision import EventKind, Outcome
from mailbot.domain.people import Language
from mailbot.domain.stepping import REFUSED_BECAUSE
from mailbot.domain.ticket import Status
from mailbot.domain.understanding import understand
from mailbot.domain.verbs import VERBS, Verb
from tests.builders import (
    ASHA,
    CHITRA,
    DEV,
    NUMBER,
    decide_mail,
    make_answer,
    make_known,
    make_mail,
    the_desk,
    token_for,
    when,
)

DESK = the_desk()
BEHIND = {
    Verb.ASSIGN: "Dev",
    Verb.PRIORITY: "High",
    Verb.MODULE: "Refund",
    Verb.TYPE: "Data correction",
    Verb.RATE: "4",
    Verb.STATUS: NUMBER,
    Verb.FIND: "ledger",
    Verb.LANGUAGE: "HI",
    Verb.AWAY: "3 days",
    Verb.LETTERS: "hourly",
}
# These two concern two tickets, and have a table of their own.
TIES = {Verb.MERGE, Verb.PARENT}
# A mail, what stands in its headers, what is expected of it, and a part of the reason.
EXPECTED = [
    ("Error 500 since this morning.", {}, Outcome.OPENED, "answers nothing, so it opens one in other (none is named)"),
    ("Error 500.", {"subject": "[Refund][High] Order"}, Outcome.OPENED, "opens one in refund with priority high."),
    ("Still there.", {"subject": f"Re: [{NUMBER}] GSTR-3B"}, Outcome.UPDATED, f"Its subject names {NUMBER}"),
    ("Still there.", {"thread_ids": ("<old@mail.example>",)}, Outcome.UPDATED, "It answers an earlier mail"),
    (f"RESOLVED {NUMBER}: portal fixed", {}, Outcome.UPDATED, "name the tickets that they are for"),
    ("", {"subject": "MY TICKETS"}, Outcome.ANSWERED, "only asks the desk"),
    (f"STATUS {NUMBER}", {}, Outcome.ANSWERED, "only asks the desk"),
]


def test_every_verb_from_every_side_in_every_status_has_a_reason():
    """Beside what the mail belongs to there is a sentence, which ends as one, and holds no code of the program."""
    codes = set(REFUSED_BECAUSE)
    for (verb, words), sender, status in product(DESK.grammar.commands, (ASHA, CHITRA, DEV), Status):
        if verb in TIES or status is Status.MERGED:
            continue
        says = f"{words.button(Language.ENGLISH)}: {BEHIND.get(verb, '')}\nPlease clear the cache."
        decision = when(sender, says, status)
        own = [reason for reason in decision.reasons if not reason.startswith("It belongs to")]
        assert own, (verb, sender.name, status)
        assert all(reason.strip().endswith((".", "?")) for reason in own), own
        assert not any(f"({code})" in reason for reason in own for code in codes), own
        # What somebody wrote stands in the history for itself.
        silent = {event.kind for event in decision.events if not event.reason}
        assert silent <= {EventKind.COMMENTED, EventKind.NOTED}, decision.events


def test_every_outcome_of_a_mail_has_a_reason():
    """Opened, updated, answered, duplicate and automatic; what cannot be read is told with its error."""
    machine = make_mail("Out of office", headers={"auto-submitted": ("auto-replied",)})
    decisions = [
        decide_mail(make_mail("Error 500"), make_known()),
        when(ASHA, "The error is back."),
        decide_mail(make_mail("", subject="MY TICKETS"), make_known()),
        decide_mail(make_mail("Error 500"), make_known(duplicate_of="mail 7")),
        decide_mail(machine, make_known()),
    ]
    outcomes = (Outcome.OPENED, Outcome.UPDATED, Outcome.ANSWERED, Outcome.DUPLICATE, Outcome.AUTOMATIC)
    assert tuple(decision.outcome for decision in decisions) == outcomes
    assert all(decision.reasons and all(reason.endswith(".") for reason in decision.reasons) for decision in decisions)
    expected = expected_outcome(machine, understand(machine, DESK), DESK)
    assert (expected["outcome"], expected["reason"].startswith("Nobody answers it")) == ("automatic", True)


def test_what_is_expected_of_a_mail_without_the_tables():
    """The strongest clue decides, and the reason says what happens when the clue leads nowhere."""
    for words, changes, outcome, reason in EXPECTED:
        mail = make_mail(words, **changes)
        expected = expected_outcome(mail, understand(mail, DESK), DESK)
        assert (expected["outcome"], reason in expected["reason"]) == (outcome, True), expected
    mail = make_answer("RESOLVED", thread_ids=(f"<mb.{token_for(CHITRA.email)}@tax.up.example>",))
    assert "a letter of ours" in expected_outcome(mail, understand(mail, DESK), DESK)["reason"]


def test_each_verb_is_explained_with_who_may_say_it_and_what_it_needs():
    """The word, what it means when it is another one, whose it is, and what else must be so."""
    for verb, words in DESK.grammar.commands:
        for word in {words.button(Language.ENGLISH), words.button(Language.HINDI)}:
            mail = make_answer(f"{word}: {BEHIND.get(verb, '')}".strip(": "))
            for command in understand(mail, DESK).commands.commands:
                reason = reason_of(command, DESK)
                assert reason.count("; ") == 2, reason
                assert " may say it; " in reason, reason
                assert reason.endswith("."), reason
    mail = make_answer("हल हो गया: कैश साफ़ करें")
    (command,) = understand(mail, DESK).commands.commands
    assert reason_of(command, DESK).startswith("'हल हो गया' is a way to say RESOLVED and stands where")
    assert "; the IT section may say it; " in reason_of(command, DESK)
    assert len(VERBS) == len(DESK.grammar.commands)
