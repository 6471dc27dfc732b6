"""What the bounds count, what reached bounds write down, who is muted, and how much may still go out today."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from math import ceil

import pytest

from mailbot.adapters.store.brakes import find_muted, find_stop, resume_answers, unmute
from mailbot.adapters.store.brakes_told import find_held_back
from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.outbox import Outbox
from mailbot.adapters.store.sending_room import find_sending
from mailbot.deliver import Settlement
from mailbot.domain.alarms import AlarmCode
from mailbot.domain.breaker import HITS, QUIET, RATIO, why_stop
from mailbot.domain.decision import Bounced, Decision, Outcome
from mailbot.domain.letter import LetterKind
from mailbot.domain.muting import MUTED, MUTED_ANSWER
from mailbot.domain.send_quota import NO_QUOTA, SendQuota
from mailbot.domain.thread import Clues
from mailbot.ports import Kept
from tests.builders import ASHA, CHITRA, DEV, STRANGER, decide_mail
from tests.store.conftest import LEASE
from tests.store.desk_work import EPOCH, MAILBOX, NOW, claim, listed, mail_for, open_one, opening, order, update

NOTHING = Clues((), (), ())
SOON = NOW + timedelta(minutes=1)


@pytest.fixture
def desk(store):
    """Return the store of a desk where Asha, Chitra and Dev are in the directory."""
    keep_people(store.engine, [ASHA, CHITRA, DEV])
    return store


def receive(store, uid, now=NOW, **changes):
    """Let one mail go the whole way, decided by the real rules; return its decision."""
    (entry,) = claim(store, uid, now=now)
    mail = mail_for(entry, **changes)
    decision = decide_mail(mail, store.find_known(mail, NOTHING, entry, now))
    store.apply(entry, mail, decision, now)
    return decision


def kinds(decision):
    """Return the kinds of letters that a decision writes."""
    return {letter.kind for letter in decision.letters}


def test_a_stranger_who_repeats_a_subject_gets_two_answers(desk):
    """The third mail with the same words in its subject opens a ticket and is not answered; others still are."""
    subjects = ("Portal down 1", "Re: Portal down 2", "portal DOWN!", "Refund not received")
    decided = [receive(desk, uid, sender=STRANGER, subject=subject) for uid, subject in enumerate(subjects, start=1)]
    assert [decision.bounded for decision in decided] == ["", "", "subject", ""]
    assert all(decision.outcome is Outcome.OPENED for decision in decided)


def test_answers_to_one_domain_and_to_all_strangers_are_counted(desk):
    """What officers of the directory were answered is not counted against strangers."""
    for uid in range(1, 4):
        receive(desk, uid, sender=f"dealer{uid}@shop.example", subject=f"Query {'abc'[uid - 1] * 3}")
    receive(desk, 4)
    (entry,) = claim(desk, 5)
    mail = mail_for(entry, sender="new@shop.example")
    energy = desk.find_known(mail, NOTHING, entry, NOW).energy
    assert (energy.domain_last_hour, energy.strangers_last_hour, energy.desk_last_hour) == (3, 3, 4)
    later = desk.find_known(mail, NOTHING, entry, NOW + timedelta(hours=1)).energy
    assert (later.domain_last_hour, later.strangers_last_hour, later.desk_last_hour) == (0, 0, 0)


def test_a_flood_joins_one_ticket_and_waits_for_others(desk):
    """The thirty-first mail of an hour joins the newest ticket, and what waits of the flood is handled last."""
    for uid in range(1, 31):
        receive(desk, uid, subject=f"alarm {uid}")
    folded = receive(desk, 31, subject="alarm 31")
    assert (folded.outcome, folded.letters[0].notices[0].code) == (Outcome.UPDATED, "flood_folded")
    assert receive(desk, 32, subject="alarm 32").letters == ()
    desk.keep(
        MAILBOX, EPOCH, [Kept(listed(uid), f"{uid:064x}", oversized=False, sender=ASHA.email) for uid in (50, 51)], NOW
    )
    for uid, sender in ((50, ASHA.email), (51, ASHA.email), (52, STRANGER)):
        desk.keep(MAILBOX, EPOCH, [Kept(listed(uid), f"{uid:064x}", oversized=False, sender=sender)], NOW)
    assert [int(entry.sha256, 16) for entry in desk.claim_mails(NOW, 10)] == [52, 50, 51]


def hit(store, uid, sender, now=NOW):
    """Let one mail reach a bound."""
    (entry,) = claim(store, uid, now=now)
    bounded = replace(opening(), bounded="domain", letters=())
    store.apply(entry, mail_for(entry, sender=sender), bounded, now)


def test_answers_stop_when_many_addresses_reach_bounds_and_begin_again_by_themselves(desk):
    """Ten addresses stop them, with an alarm; tickets go on; half an hour without a reason ends it."""
    for uid in range(1, HITS + 5):
        hit(desk, uid, "one@shop.example")
    assert receive(desk, 50).stop == ""
    for uid in range(100, 99 + HITS):
        hit(desk, uid, f"dealer{uid}@shop.example")
    decision = receive(desk, 200)
    assert decision.stop.startswith(f"{HITS} addresses")
    assert (decision.outcome, LetterKind.ACKNOWLEDGEMENT in kinds(decision)) == (Outcome.OPENED, False)
    assert find_stop(desk.engine, NOW).reason == decision.stop
    assert "answers resume" in find_held_back(desk.engine, NO_QUOTA, NOW)[AlarmCode.ANSWERS_STOPPED]
    assert receive(desk, 201, now=SOON).bounded == "stopped"
    quiet = SOON + QUIET
    assert find_stop(desk.engine, quiet) is None
    assert find_held_back(desk.engine, NO_QUOTA, quiet)[AlarmCode.ANSWERS_STOPPED] == ""
    assert LetterKind.ACKNOWLEDGEMENT in kinds(receive(desk, 202, now=quiet))


def test_answers_go_on_while_many_mails_wait(desk):
    """After an outage a thousand mails wait: those that were handled meanwhile are counted all the same."""
    for uid in range(1, 48):
        open_one(desk, uid)
    waiting = [Kept(listed(uid), f"{uid:064x}", oversized=False, sender=STRANGER) for uid in range(1001, 2002)]
    desk.keep(MAILBOX, EPOCH, waiting, NOW)
    (entry,) = desk.claim_mails(NOW, 1)
    energy = desk.find_known(mail_for(entry), NOTHING, entry, NOW).energy
    assert (energy.answers_lately, energy.mails_lately) == (47, ceil(47 / RATIO))
    assert why_stop(energy) == ""


def test_the_operator_lets_answers_go_out_again(desk):
    """What stopped them is forgotten, so that they do not stop again at once."""
    for uid in range(1, HITS + 1):
        hit(desk, uid, f"dealer{uid}@shop.example")
    assert receive(desk, 50).stop
    assert resume_answers(desk.engine, SOON) is True
    assert LetterKind.ACKNOWLEDGEMENT in kinds(receive(desk, 51, now=SOON))
    assert resume_answers(desk.engine, SOON) is False


def refuse(outbox, letter, answer, now=NOW):
    """Settle a letter that the server did not take."""
    outbox.settle([Settlement(letter.id, "failed", answer, 0, refused=letter.to)], now)


def test_an_address_that_does_not_exist_is_muted_after_one_letter(desk, outbox):
    """Its next letters fail with a sentence and are not sent; the operator can undo it."""
    number = open_one(desk)
    first, other = outbox.claim_letters(NOW, 10)
    refuse(outbox, first, "550 5.1.1 No such user here")
    refuse(outbox, other, "550 5.7.1 rejected as spam")
    (mute,) = find_muted(desk.engine, NOW)
    assert (mute.address, mute.until, mute.is_staff) == (ASHA.email, NOW + MUTED, False)
    (entry,) = claim(desk, 2)
    desk.apply(entry, mail_for(entry), update(number, 1), NOW)
    assert outbox.claim_letters(NOW, 10) == []
    assert [letter.answer for letter in desk_letters(desk) if letter.kind == LetterKind.RESOLVED] == [MUTED_ANSWER]
    assert (unmute(desk.engine, ASHA.email.upper()), unmute(desk.engine, ASHA.email)) == (True, False)
    assert find_muted(desk.engine, NOW) == []


def desk_letters(store):
    """Return the letters of the outbox as rows."""
    from mailbot.adapters.store.engine import reading  # noqa: PLC0415
    from mailbot.adapters.store.tables import letters  # noqa: PLC0415

    with reading(store.engine) as connection:
        return connection.execute(letters.select().order_by(letters.c.id)).all()


def test_a_full_mailbox_of_the_staff_is_muted_after_three_letters(desk, outbox):
    """Notices to Chitra come back three times: she is muted like anybody, and the operator hears of it."""
    for uid in (1, 2, 3):
        open_one(desk, uid)
        for letter in outbox.claim_letters(NOW, 10):
            answer = "552 5.2.2 mailbox full" if letter.to == CHITRA.email else "250 OK"
            state = "failed" if letter.to == CHITRA.email else "sent"
            outbox.settle(
                [Settlement(letter.id, state, answer, 0, refused=letter.to if state == "failed" else "")], NOW
            )
    assert [mute.address for mute in find_muted(desk.engine, NOW)] == [CHITRA.email]
    assert CHITRA.email in find_held_back(desk.engine, NO_QUOTA, NOW)[AlarmCode.ADDRESS_MUTED]
    open_one(desk, 4)
    (to_asha,) = outbox.claim_letters(NOW, 10)
    assert to_asha.to == ASHA.email
    outbox.settle([Settlement(to_asha.id, "sent", "250 OK", 0)], NOW)
    open_one(desk, 5, now=NOW + MUTED)
    assert CHITRA.email in [letter.to for letter in outbox.claim_letters(NOW + MUTED, 10)]


def test_a_bounce_mail_mutes_whom_it_is_about(desk):
    """One that names a letter of ours counts; the decision carries it into the tables."""
    (entry,) = claim(desk, 1)
    bounced = Decision(
        Outcome.AUTOMATIC, ("It is automatic.",), bounced=Bounced(ASHA.email, permanent=True, answer="came back")
    )
    desk.apply(entry, mail_for(entry), bounced, NOW)
    assert [(mute.address, mute.reason) for mute in find_muted(desk.engine, NOW)] == [(ASHA.email, "came back")]


def test_the_last_fifth_of_the_day_goes_to_people(desk):
    """With eight of ten letters sent, acknowledgements wait; Chitra's answer goes, and what stands before it."""
    limited = Outbox(desk.engine, LEASE, SendQuota(10))
    for uid in range(1, 5):
        open_one(desk, uid)
    sent = limited.claim_letters(NOW, 50)
    assert len(sent) == 8
    limited.settle([Settlement(letter.id, "sent", "250 OK", 0) for letter in sent], NOW)
    number = open_one(desk, 5)
    open_one(desk, 6)
    assert limited.claim_letters(NOW, 50) == []
    assert find_sending(desk.engine, NOW) == (8, 4)
    assert "8 of the 10" in find_held_back(desk.engine, SendQuota(10), NOW)[AlarmCode.SEND_QUOTA_USED]
    (entry,) = claim(desk, 7)
    desk.apply(entry, mail_for(entry), update(number, 1, letters=(order(kind=LetterKind.RESOLVED),)), NOW)
    (ack,) = limited.claim_letters(NOW, 50)
    limited.settle([Settlement(ack.id, "sent", "250 OK", 0)], NOW)
    (answer,) = limited.claim_letters(NOW, 50)
    limited.settle([Settlement(answer.id, "sent", "250 OK", 0)], NOW)
    assert [letter.to for letter in (ack, answer)] == [ASHA.email, ASHA.email]
    assert limited.claim_letters(NOW, 50) == []
    tomorrow = NOW + timedelta(days=1, seconds=1)
    waited = limited.claim_letters(tomorrow, 50)
    assert [letter.attempts for letter in waited] == [1, 1, 1]
