"""What levels decide: the table of actions as mails meet it, unverified tickets, what waits for a proof, and trials."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.domain.authority import Action, Level, Mode
from mailbot.domain.decision import Outcome
from mailbot.domain.desk import Target
from mailbot.domain.letter import LetterKind
from mailbot.domain.mail import Origin
from mailbot.domain.ticket import Status
from mailbot.domain.trial import Effect, parse_trial
from mailbot.domain.trial_report import count_trials
from mailbot.domain.verbs import Verb
from tests.builders import (
    ASHA,
    CHITRA,
    DEV,
    NUMBER,
    OTHER_NUMBER,
    STRANGER,
    codes,
    decide_mail,
    letters,
    make_answer,
    make_known,
    make_mail,
    make_ticket,
    the_desk,
)
from tests.header_styles import RULES, STYLES

RESULTS = {
    Level.A0: STYLES["own"](("fail", "x@evil.example"), ("none", "none"), ("fail", "tax.up.example")),
    Level.A1: STYLES["own"](("pass", "x@tax.up.example"), ("none", "none"), ("none", "tax.up.example")),
    Level.A2: STYLES["own"](("pass", "x@tax.up.example"), ("pass", "tax.up.example"), ("pass", "tax.up.example")),
}


def desk_in(mode):
    """Return the desk with a server of its own that is believed, in this mode."""
    return replace(the_desk(), trust=replace(RULES["own"], mode=mode))


def wrote(person, says, level=Level.A0, *, token=False, status=Status.IN_PROGRESS, mode=Mode.ENFORCE, **changes):
    """Return the decision about an answer on Asha's ticket by a mail of this level, with or without a token."""
    known = {"by_token": token, "sender_proven": token, **changes.pop("known", {})}
    ticket = changes.pop("ticket", make_ticket(status))
    origin = Origin((person.email,), (RESULTS[level],), is_sound=True)
    mail = make_answer(says, sender=person, origin=origin, **changes)
    return decide_mail(mail, make_known(person, ticket, **known), desk_in(mode))


# Who, what, on a ticket in which status, and what it needs without a token.
WANTS = (
    (ASHA, "REOPEN\nIt fails again.", Status.RESOLVED, Level.A1, Action.OWN),
    (ASHA, "CONFIRM", Status.RESOLVED, Level.A1, Action.OWN),
    (ASHA, "Priority: high", Status.IN_PROGRESS, Level.A1, Action.FILL),
    (ASHA, "PRIORITY high", Status.IN_PROGRESS, Level.A1, Action.FILL),
    (ASHA, "MY TICKETS", Status.IN_PROGRESS, Level.A1, Action.ASK),
    (ASHA, "LANG HI", Status.IN_PROGRESS, Level.A2, Action.SETTINGS),
    (CHITRA, "RESOLVED\nThe return was filed.", Status.IN_PROGRESS, Level.A2, Action.STAFF),
    (CHITRA, "TAKE", Status.NEW, Level.A2, Action.STAFF),
    (CHITRA, "PRIORITY high", Status.IN_PROGRESS, Level.A2, Action.STAFF),
    (CHITRA, "Priority: high", Status.IN_PROGRESS, Level.A2, Action.STAFF),
    (CHITRA, f"MERGE {OTHER_NUMBER}", Status.IN_PROGRESS, Level.T, Action.HEAVY),
    (CHITRA, f"PARENT {OTHER_NUMBER}", Status.IN_PROGRESS, Level.A2, Action.STAFF),
    (DEV, "CLOSE", Status.RESOLVED, Level.T, Action.HEAVY),
)


@pytest.mark.parametrize("want", WANTS, ids=lambda want: f"{want[0].name.split()[0]} {want[1].split(chr(10))[0]}")
def test_what_is_wanted_is_done_when_it_is_sure_enough_who_wants_it(want):
    """Each level, with and without a token: done or asked for again, and then nothing is changed."""
    person, says, status, needed, action = want
    for level in RESULTS:
        for token in (False, True):
            decision = wrote(person, says, level, token=token, status=status)
            enough = level is Level.A2 if action is Action.HEAVY and token else token or level >= needed
            assert (decision.unproven is None) is enough, (level, token)
            if not enough:
                assert decision.unproven.action is action
                assert decision.unproven.actor == person.email
                assert decision.unproven.level is level
                assert decision.change is None or decision.change.status is None
                assert not decision.settings
                assert {to for to, _ in letters(decision)} == {person.email}


def test_by_tokens_alone_a_token_is_needed_and_enough():
    """With mode "off" and in shadow mode the level of a mail changes nothing, also not for merging."""
    for mode in (Mode.OFF, Mode.SHADOW):
        for person, says, status, _, action in WANTS:
            for level in RESULTS:
                assert wrote(person, says, level, token=True, status=status, mode=mode).unproven is None
                refused = wrote(person, says, level, status=status, mode=mode).unproven is not None
                assert refused is (action is not Action.ASK), (mode, says)


def test_what_is_refused_is_kept_for_a_proof():
    """The command, its note and the sender's words are in the decision, for whoever asks for the proof."""
    kept = wrote(CHITRA, "RESOLVED\nThe return was filed.", Level.A1).unproven
    assert [(command.verb, command.note) for command in kept.commands] == [(Verb.RESOLVE, "The return was filed.")]
    assert kept.words == "The return was filed."
    assert not kept.is_apart
    assert wrote(CHITRA, "RESOLVED").unproven.is_apart
    assert codes(wrote(CHITRA, "RESOLVED", Level.A1), CHITRA) == ["needs_token_staff"]
    assert codes(wrote(ASHA, "REOPEN", status=Status.RESOLVED), ASHA) == ["needs_token_requester"]


def test_merging_with_a_token_alone_says_that_the_mail_server_must_vouch():
    """Another reply with the same word would not help, so the answer does not ask for one."""
    assert codes(wrote(CHITRA, f"MERGE {OTHER_NUMBER}", Level.A1, token=True), CHITRA) == ["needs_vouching"]


def test_several_tickets_at_once_need_both():
    """One ticket by its number needs A2 or a token; two of them need both."""
    others = {OTHER_NUMBER: Target(make_ticket(number=OTHER_NUMBER), ASHA)}
    others[NUMBER] = Target(make_ticket(Status.IN_PROGRESS), ASHA)
    for level, token, several, enough in (
        (Level.A2, False, False, True),
        (Level.A1, False, False, False),
        (Level.A2, False, True, False),
        (Level.A0, True, True, False),
        (Level.A2, True, True, True),
    ):
        says = f"TAKE {OTHER_NUMBER} {NUMBER}" if several else f"TAKE {OTHER_NUMBER}"
        known = make_known(CHITRA, sender_proven=token, targets=others)
        mail = make_mail(
            says, sender=CHITRA, subject="", origin=Origin((CHITRA.email,), (RESULTS[level],), is_sound=True)
        )
        decision = decide_mail(mail, known, desk_in(Mode.ENFORCE))
        assert (decision.unproven is None) is enough, (level, token, several)


def test_words_that_nobody_vouches_for_open_a_ticket_of_their_own():
    """A plain answer of level A0 does not join the ticket it names; with SPF or a token it does."""
    decision = wrote(ASHA, "It still does not work.")
    assert decision.outcome is Outcome.OPENED
    assert not decision.draft.verified
    assert NUMBER in str([letter.notices for letter in decision.letters if letter.kind is LetterKind.NEW_TICKET])
    assert wrote(ASHA, "It still does not work.", Level.A1).outcome is Outcome.UPDATED
    assert wrote(ASHA, "It still does not work.", token=True).outcome is Outcome.UPDATED
    assert wrote(CHITRA, "Please send the ARN.").outcome is Outcome.OPENED


def test_a_new_ticket_that_nobody_vouches_for_is_marked():
    """It is stored in the officer's name, to the stored address, without the mail's words; the IT section is warned."""
    mail = make_mail("GSTR-3B cannot be filed.", origin=Origin((ASHA.email,), (RESULTS[Level.A0],), is_sound=True))
    marked = decide_mail(mail, make_known(ASHA), desk_in(Mode.ENFORCE))
    assert (marked.draft.requester, marked.draft.verified) == (ASHA.email, False)
    acknowledgement = next(letter for letter in marked.letters if letter.kind is LetterKind.ACKNOWLEDGEMENT)
    assert acknowledgement.to == ASHA.email
    assert not acknowledgement.quote_sender
    assert "sender_doubtful" in codes(marked, CHITRA)
    for level, token, mode in (
        (Level.A1, False, Mode.ENFORCE),
        (Level.A0, True, Mode.ENFORCE),
        (Level.A0, False, Mode.OFF),
    ):
        sure = replace(mail, origin=replace(mail.origin, results=(RESULTS[level],)))
        opened = decide_mail(sure, make_known(ASHA, sender_proven=token), desk_in(mode))
        assert opened.draft.verified
        assert "sender_doubtful" not in codes(opened, CHITRA)


def test_a_sure_answer_of_the_requester_clears_the_mark():
    """The officer whose ticket was opened by a doubtful mail answers our letter: the ticket counts as verified."""
    doubtful = make_ticket(Status.IN_PROGRESS, verified=False)
    assert wrote(ASHA, "It is still so.", token=True, ticket=doubtful).change.verified
    assert wrote(ASHA, "It is still so.", Level.A1, ticket=doubtful).change.verified
    assert wrote(CHITRA, "Please send the ARN.", Level.A2, ticket=doubtful).change.verified is None
    assert wrote(ASHA, "It is still so.", token=True, ticket=doubtful, mode=Mode.OFF).change.verified is None


def test_a_question_of_an_unknown_address_needs_a_level_too():
    """A stranger whose mail has no level is asked to answer a letter; nothing of tickets is told before."""
    known = make_known(None)
    for level, kind in ((Level.A0, LetterKind.SETTINGS), (Level.A1, LetterKind.MY_TICKETS)):
        results = RESULTS[level].replace("tax.up.example", STRANGER.partition("@")[2])
        mail = make_mail(
            "MY TICKETS", sender=STRANGER, subject="", origin=Origin((STRANGER,), (results,), is_sound=True)
        )
        mail = replace(
            mail, origin=replace(mail.origin, results=(results.replace("mx1.shop.example", "mx1.tax.up.example"),))
        )
        assert {kind for _, kind in letters(decide_mail(mail, known, desk_in(Mode.ENFORCE)))} == {kind}


TRIALS = (
    (CHITRA, "RESOLVED", Level.A2, False, Effect.ALLOWED, ""),
    (CHITRA, "RESOLVED", Level.A1, True, Effect.SAME, ""),
    (CHITRA, "RESOLVED", Level.A1, False, Effect.SAME, "staff"),
    (CHITRA, f"MERGE {OTHER_NUMBER}", Level.A1, True, Effect.REFUSED, "heavy"),
    (ASHA, "MY TICKETS", Level.A0, False, Effect.REFUSED, "ask"),
    (ASHA, "It still does not work.", Level.A0, False, Effect.NEW_TICKET, ""),
    (ASHA, "It still does not work.", Level.A0, True, Effect.SAME, ""),
)


@pytest.mark.parametrize("mode", [Mode.SHADOW, Mode.ENFORCE])
def test_each_decision_tells_what_levels_change(mode):
    """One line with fixed words: mode, level, token, why, what changes and for which action, the same in both modes."""
    for person, says, level, token, effect, action in TRIALS:
        trial = parse_trial(wrote(person, says, level, token=token, mode=mode).reasons[-1])
        assert (trial.mode, trial.level, trial.has_token) == (mode, level.name, token)
        assert (trial.effect, trial.action) == (effect, action), says


def test_shadow_mode_decides_as_if_there_were_no_levels():
    """But for that line, the decision is the one of mode "off"."""
    for person, says, level, token, *_ in TRIALS:
        shadow = wrote(person, says, level, token=token, mode=Mode.SHADOW)
        assert replace(shadow, reasons=shadow.reasons[:-1]) == wrote(person, says, level, token=token, mode=Mode.OFF)
    assert not any(parse_trial(reason) for reason in wrote(CHITRA, "RESOLVED", mode=Mode.OFF).reasons)


def test_trials_are_added_up_by_domain():
    """Each mail counts once, for the domain of its sender; the domain that is hindered most stands first."""
    mails = [(person.email, wrote(person, says, level, token=token, mode=Mode.SHADOW).reasons)
             for person, says, level, token, *_ in TRIALS]  # fmt: skip
    mails += [
        ("clerk@shop.example", ("[trust shadow A2+T dmarc_pass same] x",)),
        ("", ("[trust shadow A0 no_results same]",)),
    ]
    mails += [(ASHA.email, ("It opens a ticket.", "[trust is no such line]"))]
    first, *others = count_trials(mails)
    assert (first.domain, first.mails, first.tokens, first.hindered) == ("tax.up.example", 7, 3, 3)
    assert first.levels == {"A2": 1, "A1": 3, "A0": 3}
    assert first.effects[Effect.ALLOWED] == 1
    assert [(count.domain, count.mails, count.hindered) for count in others] == [("-", 1, 0), ("shop.example", 1, 0)]
