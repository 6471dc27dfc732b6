"""Automatic answers stay within bounds whatever screening found, and a flood hurts only its sender."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.domain.authority import Level, Mode, TrustRules
from mailbot.domain.breaker import Energy, why_stop
from mailbot.domain.decision import EventKind, Outcome
from mailbot.domain.energy import Standing, find_standing, normal_subject
from mailbot.domain.flood import guess_sender
from mailbot.domain.letter import LetterKind
from mailbot.domain.muting import is_mute_due, weigh_refusal
from mailbot.domain.send_quota import Priority, Room, SendQuota, find_priority, tell_quota
from mailbot.domain.ticket import Status
from tests.builders import (
    ASHA,
    CHITRA,
    NUMBER,
    STRANGER,
    codes,
    decide_mail,
    letters,
    make_known,
    make_mail,
    make_ticket,
    the_desk,
    when,
)

DESK = the_desk()
STRICT = replace(DESK, trust=TrustRules(mode=Mode.ENFORCE))


def answer_to(person, desk=DESK, **energy):
    """Return whether the sender of a new problem is acknowledged, and which bound kept it back."""
    counts = {name: energy.pop(name) for name in ("answers_last_hour", "answers_last_day") if name in energy}
    known = make_known(person, energy=Energy(**energy), **counts)
    decision = decide_mail(make_mail("The portal is slow.", sender=person or STRANGER), known, desk)
    assert decision.outcome is Outcome.OPENED, "a ticket is opened whatever the bounds say"
    assert (CHITRA.email, LetterKind.NEW_TICKET) in letters(decision)
    is_answered = any(kind is LetterKind.ACKNOWLEDGEMENT for _, kind in letters(decision))
    assert is_answered == (decision.bounded == "")
    return decision.bounded


BOUNDS = [
    # (who writes, what was counted, the bound that holds)
    (None, {}, ""),
    (None, {"answers_last_hour": 4}, ""),
    (None, {"answers_last_hour": 5}, "address_hour"),
    (None, {"answers_last_day": 6}, "address_day"),
    (None, {"same_subject": 1}, ""),
    (None, {"same_subject": 2}, "subject"),
    (None, {"strangers_last_hour": 39}, ""),
    (None, {"strangers_last_hour": 40}, "strangers"),
    (None, {"domain_last_hour": 60}, "domain"),
    (None, {"desk_last_hour": 300}, "desk"),
    (None, {"stopped": 1}, "stopped"),
    (ASHA, {"answers_last_hour": 19, "answers_last_day": 19}, ""),
    (ASHA, {"answers_last_day": 20}, "address_day"),
    (ASHA, {"strangers_last_hour": 500, "domain_last_hour": 500, "same_subject": 9}, ""),
    (ASHA, {"desk_last_hour": 300}, "desk"),
    (ASHA, {"stopped": 1}, "stopped"),
]


def test_each_bound_holds_for_those_whom_it_binds():
    """The table, line by line: the last answer within a bound goes out, the next one does not."""
    for person, counted, bound in BOUNDS:
        assert answer_to(person, **counted) == bound, counted


def test_where_mail_servers_vouch_who_is_not_vouched_for_gets_one_answer_a_day():
    """Without a server's word and without a token of ours an address has the least, whoever it names."""
    assert answer_to(None, STRICT) == ""
    assert answer_to(None, STRICT, answers_last_day=1) == "address_day"
    assert find_standing(make_known(ASHA), STRICT) is Standing.UNVOUCHED
    assert find_standing(make_known(ASHA, level=Level.A2), DESK) is Standing.KNOWN
    assert find_standing(make_known(CHITRA, sender_proven=True), DESK) is Standing.STAFF


def test_answers_stop_when_many_addresses_reach_their_bounds_or_more_goes_out_than_comes_in():
    """One flooding sender stops nothing; what is stopped is not stopped again."""
    assert why_stop(Energy(hits=9)) == ""
    assert why_stop(Energy(hits=10)).startswith("10 addresses")
    assert why_stop(Energy(hits=10, stopped=1)) == ""
    assert why_stop(Energy(answers_lately=46, mails_lately=30)) == ""
    assert why_stop(Energy(answers_lately=47, mails_lately=31)).startswith("47 automatic answers")
    assert why_stop(Energy(answers_lately=46, mails_lately=31)) == ""
    decision = decide_mail(make_mail("x"), make_known(energy=Energy(hits=10)))
    assert decision.stop
    assert (ASHA.email, LetterKind.ACKNOWLEDGEMENT) not in letters(decision)


def test_what_people_write_to_each_other_passes_every_bound():
    """Chitra resolves while everything is stopped: Asha is told, and so is Chitra that it was done."""
    full = {"energy": Energy(stopped=1, desk_last_hour=999, hits=99), "answers_last_hour": 999}
    decision = when(CHITRA, "RESOLVED\nPlease try again.", **full)
    assert letters(decision) >= {(ASHA.email, LetterKind.RESOLVED), (CHITRA.email, LetterKind.DONE)}


def flooded(count=30, **changes):
    """Return what is decided about a new problem of Asha's after so many mails."""
    into = make_ticket(version=9)
    known = make_known(energy=Energy(mails_last_hour=count, fold_into=into, **changes))
    return decide_mail(make_mail("जीएसटीआर-3बी फिर से नहीं खुला।", subject=f"alarm {count}"), known)


def test_a_flood_joins_one_ticket_with_one_line_to_the_staff():
    """The thirty-first mail says so to the IT section, those after it are comments that write no letter."""
    first, later = flooded(30), flooded(4711)
    assert (first.outcome, first.ticket, first.expected_version) == (Outcome.UPDATED, NUMBER, 9)
    assert codes(first, CHITRA) == ["flood_folded"]
    assert (later.outcome, later.letters) == (Outcome.UPDATED, ())
    assert [event.kind for event in later.events] == [EventKind.COMMENTED]
    assert "फिर से नहीं खुला" in later.events[0].text
    assert flooded(29).outcome is Outcome.OPENED


def test_a_flood_of_answers_tells_the_staff_no_more():
    """Comments on one ticket stay comments; a command in the middle of them is carried out as ever."""
    energy = Energy(mails_last_hour=100)
    assert when(ASHA, "And once more the same error.", energy=energy).letters == ()
    assert when(ASHA, "CANCEL", energy=energy).change.status is Status.CLOSED
    assert when(CHITRA, "Please try again now.", energy=energy).letters != ()


def test_a_ticket_of_somebody_surer_is_not_joined():
    """A flood that nobody vouches for never joins a ticket whose requester is sure."""
    known = make_known(None, energy=Energy(mails_last_hour=99, fold_into=make_ticket()))
    assert decide_mail(make_mail("x", sender=STRANGER), known).outcome is Outcome.OPENED


@pytest.mark.parametrize(
    ("raw", "sender"),
    [
        (b"Subject: x\r\nFrom: Asha Verma <Asha@TAX.up.example>\r\n\r\nFrom: a@b.example", "Asha@tax.up.example"),
        (b"FROM:\r\n =?utf-8?q?x?= <a@b.example>\n\nx", "a@b.example"),
        (b"From: nobody\r\n\r\nx@y.example", ""),
        (b"", ""),
    ],
)
def test_whose_turn_it_is_shows_in_the_header(raw, sender):
    """Only the header block is looked at, and only for the order of work."""
    assert guess_sender(raw) == sender


def test_a_repeated_subject_is_known_again():
    """Numbers, signs, tags and "Re:" change; the words stay."""
    same = {"Alarm 17: disk full", "Re: [TMS-2611-00042-7] alarm 18 - DISK full!", "Fwd: Re: Alarm: disk full"}
    assert {normal_subject(subject) for subject in same} == {"alarm disk full"}
    assert normal_subject("Re: Re: रिफंड नहीं आया (3)") == normal_subject("रिफंड नहीं आया")
    assert normal_subject("[Refund][High] GSTR-3B") != normal_subject("e-way bill")


def test_mails_re_open_a_ticket_three_times_a_day():
    """The fourth is kept as a comment: the IT section sees it, and the officer reads why it stays resolved."""
    assert when(ASHA, "REOPEN", Status.RESOLVED, reopened_last_day=2).change.status is Status.IN_PROGRESS
    decision = when(ASHA, "REOPEN\nअब भी वही त्रुटि है।", Status.RESOLVED, reopened_last_day=3)
    assert decision.change is None or decision.change.status is None
    assert [event.kind for event in decision.events] == [EventKind.COMMENTED]
    assert (CHITRA.email, LetterKind.COMMENT) in letters(decision)
    assert codes(decision, ASHA) == ["reopened_too_often"]


REFUSALS = [
    # (what the server says, whether it counts, whether for good)
    ("550 5.1.1 The email account that you tried to reach does not exist", True, True),
    ("550 5.2.1 The email account that you tried to reach is disabled", True, True),
    ("552 5.2.2 The recipient's inbox is out of storage space: over quota", True, False),
    ("554 mailbox full", True, False),
    ("552 5.3.4 Message size exceeds fixed limit", False, False),
    ("550 5.7.1 Message rejected as spam", False, False),
    ("554 5.6.0 content rejected", False, False),
]


def test_a_refusal_counts_when_it_is_about_the_address():
    """A letter too large, or taken for spam, says nothing about who should have had it."""
    for answer, counts, permanent in REFUSALS:
        bounced = weigh_refusal("Chitra@tax.up.example", answer)
        assert (bounced is not None) is counts, answer
        assert bounced is None or (bounced.address, bounced.permanent) == (CHITRA.email, permanent), answer
    assert [is_mute_due(*counts) for counts in ((0, 2), (0, 3), (1, 0))] == [False, True, True]


def test_a_fifth_of_the_days_letters_is_kept_for_people():
    """The figures of the providers, and what is said when they are used up."""
    quota = SendQuota(500)
    assert [quota.find_room(sent) for sent in (0, 399, 400, 500, 501)] == [
        Room(500, 400),
        Room(101, 1),
        Room(100, 0),
        Room(0, 0),
        Room(0, 0),
    ]
    assert tell_quota(quota, 400, 7).startswith("400 of the 500 letters")
    assert [tell_quota(quota, 399, 7), tell_quota(quota, 500, 0), tell_quota(SendQuota(), 9_999, 7)] == ["", "", ""]


def test_who_writes_decides_how_urgent_a_letter_is():
    """Chitra's words to Asha come first, then acknowledgements, then news for the IT section."""
    resolved = when(CHITRA, "RESOLVED").letters
    assert {find_priority(order) for order in resolved if order.to == ASHA.email} == {Priority.PEOPLE}
    opened = decide_mail(make_mail("x"), make_known()).letters
    found = {order.kind: find_priority(order) for order in opened}
    assert found == {LetterKind.ACKNOWLEDGEMENT: Priority.ANSWER, LetterKind.NEW_TICKET: Priority.NOTICE}


def test_near_the_limit_the_staff_has_its_news_hourly():
    """A storm of notices becomes one letter; the acknowledgement is written and waits."""
    decision = decide_mail(make_mail("x"), make_known(energy=Energy(saving=True)))
    assert {kind for _, kind in letters(decision)} == {LetterKind.ACKNOWLEDGEMENT}
    assert {order.kind for order in decision.held} == {LetterKind.NEW_TICKET}


def test_a_strangers_acknowledgement_holds_no_word_of_theirs():
    """Whoever is named as the sender of a forged mail cannot be sent the forger's words."""
    decision = decide_mail(make_mail("Buy cheap pills at http://spam.example", sender=STRANGER), make_known(None))
    (order,) = [order for order in decision.letters if order.to == STRANGER]
    assert (order.quote_sender, order.to_name) == (False, "")


BOUNCE = {"content_key": "b" * 64, "delivery_actions": ("failed",), "part_types": ("message/delivery-status",)}


def test_a_bounce_counts_only_for_a_letter_of_ours():
    """It mutes whom that letter went to; one about anything else, however well made, mutes nobody."""
    daemon = "mailer-daemon@mail.example"
    about_us = make_known(None, reported=(NUMBER, "Chitra@tax.up.example"))
    for text, permanent in (("550 5.1.1 User unknown", True), ("452 4.2.2 Mailbox full", False)):
        bounced = decide_mail(make_mail(text, sender=daemon, **BOUNCE), about_us).bounced
        assert bounced is not None
        assert (bounced.address, bounced.permanent) == (CHITRA.email, permanent)
    forged = decide_mail(make_mail("550 5.1.1 User unknown", sender=daemon, **BOUNCE), make_known(None))
    assert (forged.outcome, forged.bounced) == (Outcome.AUTOMATIC, None)
