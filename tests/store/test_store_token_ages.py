"""A reply token ends with the age of its letter: sooner where it commands, and never because of what the mail says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from mailbot.adapters.store.desk_store import DeskStore
from mailbot.domain.authority import Level, Mode, TrustRules, Verdict
from mailbot.domain.decision import ChallengeState, Outcome
from mailbot.domain.numbering import number_digits
from mailbot.domain.providers import PROFILES, Provider
from mailbot.domain.ticket import Status
from mailbot.domain.trust import DESK_DIGITS, TokenAges, make_nonce, make_token
from tests.builders import ASHA, CHITRA, DEV, the_desk, token_for
from tests.store.desk_work import NOW, keep_letters_of, write_letter
from tests.store.test_store_challenges import Play

DAY = 24 * 60.0
SECOND = 1 / 60
REPLY, COMMAND = 400 * DAY, 30 * DAY
RESOLVED = "RESOLVED\nThe cache was cleared."


@pytest.fixture
def play(store):
    """Return a desk with four people and a ticket of Asha's, about which everybody got a letter at noon."""
    play = Play(store)
    number = play.open()
    for person in (ASHA, CHITRA, DEV):
        keep_letters_of(store.engine, token_for(person.email, number), NOW)
    return play


def answer(play, person, text, minute, *, token=None, **changes):
    """Let somebody answer the letter of noon by its Message-ID; `minute` is when."""
    number = play.ticket().number
    carried = f"<mb.{token or token_for(person.email, number)}@tax.up.example>"
    values = {"subject": f"Re: [{number}] Portal error", "thread_ids": (carried,)}
    return play.write(person, text, minute, **(values | changes))


def says_old(decision, person):
    """Tell whether the question to a person says that the letter was too old."""
    (values,) = (dict(one.values) for one in decision.letters if one.to == person.email and one.kind == "challenge")
    return values["old"] == "yes"


def test_a_command_counts_for_thirty_days(play):
    """A second before, the ticket is resolved; on the day nothing is done, and the stored address is asked."""
    late = answer(play, CHITRA, RESOLVED, COMMAND)
    assert (play.ticket().status, says_old(late, CHITRA)) == (Status.NEW, True)
    assert late.challenge.state is ChallengeState.ASKED
    assert answer(play, CHITRA, RESOLVED, COMMAND - SECOND).challenge is None
    assert play.ticket().status is Status.RESOLVED


def test_a_yes_makes_up_for_the_age(play):
    """Whoever is asked and says yes has commanded, however old the first letter was."""
    answer(play, CHITRA, RESOLVED, 90 * DAY)
    play.answer(CHITRA, "YES", 90 * DAY + 5)
    assert play.ticket().status is Status.RESOLVED


def test_a_reply_counts_for_four_hundred_days(play):
    """What an officer may do with a ticket of their own ends later; then the letter is only a hint."""
    answer(play, CHITRA, RESOLVED, 1)
    late = answer(play, ASHA, "REOPEN\nThe same error again.", REPLY)
    assert (late.ticket, says_old(late, ASHA), play.ticket().status) == (play.ticket().number, True, Status.RESOLVED)
    in_time = answer(play, ASHA, "REOPEN\nThe same error again.", REPLY - SECOND)
    assert (in_time.challenge, play.ticket().status) == (None, Status.IN_PROGRESS)


def test_an_old_letter_still_proves_a_comment_of_the_it_section(play):
    """Words need less than commands: they join the ticket and nobody is asked."""
    decision = answer(play, CHITRA, "I looked at it, the server of the portal was full.", 90 * DAY)
    assert (decision.outcome, decision.ticket, decision.challenge) == (Outcome.UPDATED, play.ticket().number, None)


def test_the_youngest_letter_of_a_thread_decides(play):
    """Old ids lie below new ones in every long thread; a letter of today makes the answer young."""
    number = play.ticket().number
    nonce = make_nonce("a letter of the ninetieth day")
    young = make_token(play.desk.keys, number_digits(number), CHITRA.email, nonce)
    keep_letters_of(play.store.engine, str(young), NOW + timedelta(days=90))
    ids = tuple(f"<mb.{token}@tax.up.example>" for token in (token_for(CHITRA.email, number), young))
    assert answer(play, CHITRA, RESOLVED, 91 * DAY, thread_ids=ids).challenge is None
    assert play.ticket().status is Status.RESOLVED


def test_the_button_of_a_list_is_as_old_as_the_list(play):
    """Its token is about the ticket, its letter about none; the letter is found by the nonce that both share."""
    number, nonce = play.ticket().number, make_nonce("a digest")
    digest = make_token(play.desk.keys, DESK_DIGITS, CHITRA.email, nonce)
    button = make_token(play.desk.keys, number_digits(number), CHITRA.email, nonce)
    keep_letters_of(play.store.engine, str(digest), NOW)
    way = {"thread_ids": (), "recipients": (f"support+{button}@tax.up.example",)}
    assert says_old(answer(play, CHITRA, RESOLVED, COMMAND, **way), CHITRA)
    assert answer(play, CHITRA, RESOLVED, COMMAND - SECOND, **way).challenge is None


def test_a_letter_that_nobody_wrote_proves_nothing(play):
    """A token without its letter, as from a key that leaked or a database that was lost, is asked about."""
    token = make_token(play.desk.keys, number_digits(play.ticket().number), CHITRA.email, make_nonce("never written"))
    assert says_old(answer(play, CHITRA, RESOLVED, 1, token=token), CHITRA)
    assert play.ticket().status is Status.NEW


def test_a_letter_from_before_the_desk_moved_is_found_as_it_was_answered(play):
    """With a new address of the desk the Message-ID in the answer is still the one of the table."""
    play.desk = replace(play.desk, address="help@new.example")
    assert answer(play, CHITRA, RESOLVED, 1).challenge is None
    assert play.ticket().status is Status.RESOLVED


def test_the_settings_say_how_long(engine):
    """Other figures, other borders."""
    short = replace(the_desk(), token_ages=TokenAges(reply=timedelta(days=2), command=timedelta(days=1)))
    play = Play(DeskStore(engine, short, ZoneInfo("Asia/Kolkata"), write_letter, timedelta(minutes=2)))
    keep_letters_of(engine, token_for(CHITRA.email, play.open()), NOW)
    assert says_old(answer(play, CHITRA, RESOLVED, DAY), CHITRA)
    assert answer(play, CHITRA, RESOLVED, DAY - SECOND).challenge is None


def test_where_levels_count_a_letter_and_a_server_vouch_together(store):
    """Merging and closing need both: with an old letter the server's word is not enough, and the sender is asked."""
    play = Play(store, trust=TrustRules(Mode.ENFORCE, PROFILES[Provider.GMAIL]))
    play.verdict = Verdict(Level.A2, "dmarc_pass")
    keep_letters_of(store.engine, token_for(DEV.email, play.open()), NOW)
    answer(play, DEV, RESOLVED, 1)
    assert says_old(answer(play, DEV, "CLOSE\nDone.", COMMAND), DEV)
    assert answer(play, DEV, "CLOSE\nDone.", COMMAND - SECOND).challenge is None
    assert play.ticket().status is Status.CLOSED
