"""MERGE and PARENT: how they are written, who may tie what, what each person reads, what resolving a parent does."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from mailbot.domain.decision import EventKind, Outcome
from mailbot.domain.desk import Happened, Target
from mailbot.domain.letter import LetterKind
from mailbot.domain.numbering import ticket_number
from mailbot.domain.people import Language
from mailbot.domain.ticket import Status
from mailbot.domain.tying import MOST_CASES
from mailbot.domain.verbs import Verb
from tests.builders import (
    ASHA,
    BHARAT,
    CHITRA,
    DEV,
    NOW,
    NUMBER,
    STRANGER,
    codes,
    decide_mail,
    letters,
    make_answer,
    make_known,
    make_mail,
    make_ticket,
    when,
)

A, B, C, P = (ticket_number("TMS", NOW, serial) for serial in (50, 51, 52, 60))
HINDI_BHARAT = replace(BHARAT, language=Language.HINDI)
OPEN = {Status.NEW, Status.IN_PROGRESS, Status.WAITING, Status.RESOLVED}


def target(number=A, status=Status.NEW, requester=HINDI_BHARAT, **changes):
    """Return a ticket of Bharat's, or of somebody else, as a mail finds it."""
    values = {"requester": requester.email, "requester_name": requester.name, **changes}
    return Target(make_ticket(status, number=number, **values), requester)


def found(*targets):
    """Return targets by number."""
    return {one.ticket.number: one for one in targets}


def also(decision, number):
    """Return the decision about another ticket."""
    return next(other for other in decision.also if other.ticket == number)


def fresh(says, *targets, sender=CHITRA, proven=True, **known):
    """Return what happens when somebody writes this to the desk in a fresh mail."""
    mail = make_mail(says, sender=sender, subject="Tickets of this morning")
    return decide_mail(mail, make_known(sender, sender_proven=proven, targets=found(*targets), **known))


WAYS = {
    Verb.MERGE: (
        "MERGE {a} {b}",
        "merge {a} and {b}: same outage",
        "MERGE\n{a}\n{b}",
        "merge kar do {a}, {b}",
        "सम्मिलित करें {a} और {b}",
        "MERGE {a} {b} INTO {own}",
        "{a} {b} MERGE",
        "कृपया विलय करें {a} {b}",
    ),
    Verb.PARENT: (
        "PARENT {own}: {a} {b}",
        "PARENT {own} {a} {b}",
        "{a} {b} PARENT {own}",
        "मूल टिकट {own}: {a} {b}",
        "mool ticket {own}: {a} {b}",
        "parent ticket {own} - {a}, {b}",
        "PARENT {own}\n{a}\n{b}",
    ),
}


@pytest.mark.parametrize("verb", WAYS)
def test_however_it_is_written_the_named_tickets_are_tied_to_this_one(verb):
    """In Hindi and English, on one line or several, with the leading ticket named or left out."""
    for way in WAYS[verb]:
        says = way.format(a=A, b=B, own=NUMBER)
        decision = when(CHITRA, says, targets=found(target(A), target(B)))
        changes = {other.ticket: other.change for other in decision.also}
        assert set(changes) == {A, B}, says
        for change in changes.values():
            if verb is Verb.MERGE:
                assert (change.status, change.merged_into) == (Status.MERGED, NUMBER), says
            else:
                assert (change.status, change.parent) == (None, NUMBER), says
        assert decision.events[-1].internal, says
        assert decision.expected_version == make_ticket().version


def test_a_reply_ties_its_own_ticket_to_the_one_it_names():
    """PARENT P and MERGE INTO P are about the ticket of the letter; P gets a line of history, so its version rises."""
    tied = when(CHITRA, f"PARENT {P}: same outage", targets=found(target(P)))
    assert (tied.change.parent, tied.change.status) == (P, None)
    merged = when(CHITRA, f"MERGE INTO {P}", targets=found(target(P)))
    assert (merged.change.merged_into, merged.change.status) == (P, Status.MERGED)
    assert letters(merged) == {(ASHA.email, LetterKind.MERGED), (CHITRA.email, LetterKind.DONE)}
    for decision, kind in ((tied, EventKind.TIED), (merged, EventKind.MERGED)):
        (event,) = also(decision, P).events
        assert (event.kind, event.internal, NUMBER in event.text) == (kind, True, True)
        assert also(decision, P).expected_version == target(P).ticket.version


def test_in_a_fresh_mail_the_first_number_leads():
    """MERGE A B C keeps A, PARENT P A B makes P the parent; the answer has a line for each."""
    targets = (target(A), target(B), target(C))
    merged = fresh(f"MERGE {A} {B} {C}", *targets)
    assert merged.outcome is Outcome.ANSWERED
    assert {other.ticket: other.change.merged_into for other in merged.also} == {A: None, B: A, C: A}
    assert [(n.code, n.given, n.ticket) for n in merged.letters[0].notices] == [
        ("done_merged", A, B),
        ("done_merged", A, C),
    ]
    tied = fresh(f"PARENT {A} {B} {C}", *targets)
    assert {other.ticket: other.change.parent for other in tied.also} == {A: None, B: A, C: A}
    into = fresh(f"MERGE {B} {C} into {A}", *targets)
    assert {other.ticket: other.change.merged_into for other in into.also} == {A: None, B: A, C: A}


# What the leading and the tied ticket may be: (verb, leading, tied); everything else is refused with this code.
LEADING_REFUSED = {Status.MERGED: "ties_merged", Status.CLOSED: "ties_closed"}
CASES = list(product((Verb.MERGE, Verb.PARENT), Status, Status))


@pytest.mark.parametrize("sender", [CHITRA, DEV, ASHA], ids=["staff", "lead", "officer"])
def test_the_table_of_statuses_and_sides(sender):
    """Every status of both tickets, for both verbs, with and without proof: tied, or refused with the reason."""
    for verb, leading, tied in CASES:
        word = str(verb).upper()
        says = f"{word} {A}" if verb is Verb.MERGE else f"{word} {NUMBER}: {A}"
        targets = found(target(A, tied, requester=HINDI_BHARAT if sender is not ASHA else ASHA))
        for by_token in (True, False):
            decision = when(sender, says, leading, targets=targets, by_token=by_token)
            case = (verb, leading, tied, by_token)
            if sender is ASHA:
                assert decision.also == (), case
                continue
            wrong = LEADING_REFUSED.get(leading) or LEADING_REFUSED.get(tied)
            if verb is Verb.PARENT and leading is Status.RESOLVED:
                wrong = wrong if leading in LEADING_REFUSED else "parent_resolved"
            if not by_token:
                wrong = "needs_token_staff"
            if wrong:
                assert (codes(decision, sender), decision.also) == ([wrong], ()), case
            else:
                change = also(decision, A).change
                assert (change.merged_into or change.parent) == NUMBER, case
                assert codes(decision, sender) == ["done_merged" if verb is Verb.MERGE else "done_tied"], case


@pytest.mark.parametrize("verb", ["MERGE", "PARENT"])
def test_what_makes_no_sense_is_refused_with_what_to_write(verb):
    """A ticket tied to itself, a parent that is a case, a ticket with cases, a second time, no number, a wrong one."""

    def refused(says, *targets, **known):
        decision = when(CHITRA, says, targets=found(*targets), **known)
        assert not [other for other in decision.also if other.change.parent or other.change.merged_into]
        notice = next(order for order in decision.letters if order.to == CHITRA.email).notices[0]
        return notice.code, notice.proposed

    own = f"{verb} {NUMBER}" if verb == "MERGE" else f"PARENT {NUMBER}"
    assert refused(own, target(NUMBER))[0] == "ties_itself"
    assert refused(verb)[0] == "ties_numbers"
    assert refused("MERGE TMS-2611-42")[0] == "ties_numbers"
    never = ticket_number("TMS", NOW, 99)
    assert refused(f"{verb} {never}", near_numbers={never: ()})[0] == "number_unknown"
    cases = refused(f"{verb} {NUMBER}: {A}" if verb == "PARENT" else f"MERGE {A}", target(A), case_counts={A: 2})
    assert cases == ("has_cases", f"{verb} {A} {NUMBER}")
    if verb == "PARENT":
        assert refused(f"PARENT {P}", target(P, parent=B)) == ("parent_is_case", f"PARENT {B}")
        assert refused(f"PARENT {NUMBER}: {A}", target(A, parent=NUMBER))[0] == "already_tied"
        full = refused(f"PARENT {NUMBER}: {A}", target(A), case_counts={NUMBER: MOST_CASES})
        assert full[0] == "cases_full"


def test_no_circle_can_be_written_in_one_mail():
    """Merged into each other, or each the parent of the other: the second line finds what the first one did."""
    merged = fresh(f"MERGE {A} {B}\nMERGE {B} {A}", target(A), target(B))
    assert {other.ticket: other.change.merged_into for other in merged.also} == {A: None, B: A}
    assert codes(merged, CHITRA) == ["done_merged", "ties_merged"]
    tied = fresh(f"PARENT {A} {B}\nPARENT {B} {A}\nPARENT {B} {C}", target(A), target(B), target(C))
    assert {other.ticket: other.change.parent for other in tied.also} == {A: None, B: A}
    assert codes(tied, CHITRA) == ["done_tied", "parent_is_case", "parent_is_case"]
    grown = fresh(f"PARENT {A} {B}\nMERGE {C} {A}", target(A), target(B), target(C))
    assert codes(grown, CHITRA) == ["done_tied", "has_cases"]


def test_sixty_numbers_are_fifty():
    """Of sixty numbers fifty are merged, and the answer says that the others were not looked at."""
    numbers = [ticket_number("TMS", NOW, serial) for serial in range(100, 160)]
    targets = found(*(target(number) for number in numbers[:50]))
    decision = when(CHITRA, f"MERGE {' '.join(numbers)}", targets=targets)
    assert sum(1 for other in decision.also if other.change.merged_into == NUMBER) == 50
    assert codes(decision, CHITRA)[-1] == "targets_too_many"


@pytest.mark.parametrize(
    "says",
    [
        "Parent company of the dealer is not shown.",
        "Merge the two ledgers of this dealer please",
        f"MERGE {A} kab hoga?",
        f"merge {A} nahi hua",
        "combine and file both returns",
        f"मूल समस्या यह है कि {A} नहीं खुला",
    ],
)
def test_an_ordinary_sentence_ties_nothing(says):
    """Words about a parent company, questions and denials tie no tickets, also from the IT section."""
    assert when(CHITRA, says, targets=found(target(A))).also == ()


def test_who_hears_of_a_merge():
    """Its officer in Hindi, with the number and, when there is one, the solution; colleagues who have the tickets."""
    (order,) = (
        one
        for one in also(when(CHITRA, f"MERGE {A}", targets=found(target(A))), A).letters
        if one.kind is LetterKind.MERGED
    )
    assert (order.to, order.language) == (BHARAT.email, Language.HINDI)
    assert [(notice.code, notice.given) for notice in order.notices] == [("now_part_of", NUMBER)]
    with_dev = target(A, Status.IN_PROGRESS, assignee=DEV.email)
    own = make_ticket(Status.RESOLVED, assignee=DEV.email, resolution="Cache cleared.")
    decision = when(CHITRA, f"MERGE {A}", ticket=own, targets=found(with_dev))
    assert next(o for o in also(decision, A).letters if o.to == BHARAT.email).text == "Cache cleared."
    assert {(o.to, o.notices[0].code) for o in also(decision, A).letters if o.to == DEV.email} == {
        (DEV.email, "done_merged")
    }
    assert (DEV.email, LetterKind.STATUS_CHANGED) in letters(decision)


def test_of_a_tie_its_officer_hears_nothing():
    """The case keeps its number and status; only a colleague who has it is told."""
    decision = when(CHITRA, f"PARENT {NUMBER}: {A}", targets=found(target(A, Status.WAITING, assignee=DEV.email)))
    assert [(order.to, order.kind) for order in also(decision, A).letters] == [(DEV.email, LetterKind.STATUS_CHANGED)]


def test_the_parts_of_a_merged_ticket_go_with_it():
    """B became a part of A before; when A becomes a part of P, B does too, and its officer is told once."""
    part = target(B, Status.MERGED, merged_into=A)
    decision = when(CHITRA, f"MERGE {A}", targets=found(target(A)), followers={A: (part,)})
    assert {other.ticket: other.change.merged_into for other in decision.also} == {A: NUMBER, B: NUMBER}
    assert [order.kind for order in also(decision, B).letters] == [LetterKind.MERGED]


FOLLOWED_BY = {NUMBER: (target(A, Status.MERGED, merged_into=NUMBER),)}


def test_a_follower_gets_the_news_and_not_the_questions():
    """Bharat, whose ticket is a part, reads answers, the solution and its end; a question goes to Asha alone."""
    told = {
        "Clear the cache.": LetterKind.COMMENT,
        "TAKE": LetterKind.STATUS_CHANGED,
        "RESOLVED: reloaded": LetterKind.RESOLVED,
    }
    for says, kind in told.items():
        decision = when(CHITRA, says, followers=FOLLOWED_BY)
        (order,) = (one for one in decision.letters if one.to == BHARAT.email)
        assert (order.kind, order.language) == (kind, Language.HINDI)
        assert [(notice.code, notice.given) for notice in order.notices] == [("follows", A)]
    assert BHARAT.email not in {to for to, _ in letters(when(CHITRA, "ASK Which browser?", followers=FOLLOWED_BY))}


def test_what_a_follower_may_do():
    """He adds to the ticket and says when the problem is back; what ends it is Asha's word, and his is passed on."""
    said = when(BHARAT, "Same here in Varanasi since 10.", followers=FOLLOWED_BY)
    assert [event.kind for event in said.events] == [EventKind.COMMENTED]
    assert {to for to, _ in letters(said)} == {CHITRA.email, DEV.email}
    back = when(BHARAT, "REOPEN: error 500 again", Status.RESOLVED, followers=FOLLOWED_BY)
    assert back.change.status is Status.IN_PROGRESS
    assert (ASHA.email, LetterKind.REOPENED) in letters(back)
    assert (BHARAT.email, LetterKind.DONE) in letters(back)
    for says in ("WORKS NOW", "CANCEL", "CLOSE"):
        status = Status.IN_PROGRESS if says == "CANCEL" else Status.RESOLVED
        decision = when(BHARAT, says, status, followers=FOLLOWED_BY)
        assert decision.change.status is None, says
        assert [event.kind for event in decision.events] == [EventKind.COMMENTED], says


def test_an_address_outside_the_directory_follows_without_its_words_repeated():
    """A dealer's mail was merged: he gets the news, but nothing that he wrote comes back to him."""
    part = Target(make_ticket(Status.MERGED, number=A, requester=STRANGER, verified=False, merged_into=NUMBER))
    decision = when(CHITRA, "Please clear the cache.", followers={NUMBER: (part,)})
    (order,) = (one for one in decision.letters if one.to == STRANGER)
    assert (order.quote_sender, order.to_name, order.text) == (False, "", "Please clear the cache.")


CHILDREN = (
    target(A, Status.NEW, parent=NUMBER),
    target(B, Status.WAITING, requester=ASHA, parent=NUMBER, assignee=DEV.email),
)


def test_resolving_the_parent_answers_each_open_case_once():
    """Bharat reads it in Hindi, Asha in English, Dev that his case is done; it is one decision with the parent's."""
    decision = when(CHITRA, "RESOLVED: portal fixed at 14:10", children=CHILDREN)
    for number, reader in ((A, BHARAT), (B, ASHA)):
        other = also(decision, number)
        assert (other.change.status, other.change.resolution) == (Status.RESOLVED, "portal fixed at 14:10")
        assert [event.kind for event in other.events] == [EventKind.RESOLVED]
        assert [order.kind for order in other.letters if order.to == reader.email] == [LetterKind.RESOLVED]
    assert (also(decision, A).change.assignee, also(decision, B).change.assignee) == (CHITRA.email, None)
    assert [order.notices[0].code for order in also(decision, B).letters if order.to == DEV.email] == ["case_answered"]
    own = next(order for order in decision.letters if order.to == CHITRA.email)
    assert [(notice.code, notice.given) for notice in own.notices] == [
        ("done_resolved", ""),
        ("done_cases_answered", "2"),
    ]


def test_a_case_that_the_same_mail_answers_itself_keeps_its_own_words():
    """RESOLVED for the parent, other words for one case, a merge of the other: each is done once."""
    says = f"RESOLVED: portal fixed\nRESOLVE {A}: please log in anew\nMERGE {B} into {A}"
    decision = when(CHITRA, says, children=CHILDREN, targets=found(*CHILDREN))
    assert also(decision, A).change.resolution == "please log in anew"
    assert also(decision, B).change.status is Status.MERGED
    assert "done_cases_answered" not in codes(decision, CHITRA)
    assert len({other.ticket for other in decision.also}) == len(decision.also)


def test_a_case_answers_its_parent_from_its_own_letter():
    """Chitra replies to the case and names the parent: the case of the letter is answered in the main decision."""
    own = Target(make_ticket(parent=P), ASHA)
    decision = when(CHITRA, f"RESOLVE {P}: fixed", ticket=own.ticket, targets=found(target(P)), children=(own,))
    assert (decision.change.status, decision.change.resolution) == (Status.RESOLVED, "fixed")
    assert {other.ticket for other in decision.also} == {P}
    assert (ASHA.email, LetterKind.RESOLVED) in letters(decision)


def test_a_mail_answers_two_hundred_cases_and_leaves_the_parent_that_does_not_fit():
    """Two outages at once with 150 cases each: the first is answered, the second is left and the answer says so."""
    numbers = [ticket_number("TMS", NOW, serial) for serial in range(1000, 1300)]
    children = tuple(target(number, parent=A if place < 150 else B) for place, number in enumerate(numbers))
    decision = fresh(f"RESOLVE {A} {B}: fixed", target(A), target(B), children=children)
    assert len(decision.also) == 151
    assert codes(decision, CHITRA) == ["done_resolved", "done_cases_answered", "cases_too_many"]


def test_a_command_for_a_merged_ticket_says_where_it_went():
    """RESOLVE of a part is answered with the number of the whole."""
    decision = fresh(f"RESOLVE {A} {B}: fixed", target(A, Status.MERGED, merged_into=P), target(B))
    (notice,) = (one for one in decision.letters[0].notices if one.code == "ties_merged")
    assert (notice.proposed, notice.ticket) == (P, A)


def test_without_a_proof_a_fresh_mail_ties_nothing():
    """A From line alone is asked for a proof at the stored address."""
    decision = fresh(f"MERGE {A} {B}", target(A), target(B), proven=False)
    assert (decision.also, codes(decision, CHITRA)) == ((), ["needs_token_staff"])


@pytest.mark.parametrize(
    ("subject", "expected"),
    [(f"MERGE {A} {B}", {A: None, B: A}), (f"PARENT {A}: {B}", {A: None, B: A}), (f"मूल टिकट {A} {B}", {A: None, B: A})],
)
def test_a_subject_may_tie_tickets(subject, expected):
    """The whole command may stand in the subject of a fresh mail, with the note below it."""
    mail = make_mail("same outage since 10:05", sender=CHITRA, subject=subject)
    known = make_known(CHITRA, sender_proven=True, targets=found(target(A), target(B)))
    decision = decide_mail(mail, known)
    changes = {other.ticket: other.change.parent or other.change.merged_into for other in decision.also}
    assert changes == expected


def test_who_follows_nothing_gets_a_ticket_of_his_own():
    """Another officer with the number of a ticket that others follow is no follower."""
    decision = decide_mail(make_answer("any news?", sender=BHARAT), make_known(BHARAT, make_ticket(), by_token=False))
    assert decision.outcome is Outcome.OPENED


def test_what_a_colleague_did_meanwhile_is_told_with_the_tie():
    """Dev resolved the ticket after Chitra's letter was written: her MERGE is done, and she reads of it."""
    happened = Happened("resolved", DEV.name, NOW)
    decision = when(CHITRA, f"MERGE {A}", Status.RESOLVED, targets=found(target(A)), meanwhile=(happened,))
    assert codes(decision, CHITRA) == ["done_merged", "meanwhile_resolved"]
