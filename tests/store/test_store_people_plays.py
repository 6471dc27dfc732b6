"""Plays about people on the real tables: who writes what, and what everybody receives; in both languages."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from mailbot.adapters.store.bindings import keep_binding
from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.rows import TICKET_COLUMNS, ticket_of
from mailbot.adapters.store.tables import letters, tickets
from mailbot.domain.decide import decide
from mailbot.domain.decision import Binding
from mailbot.domain.errors import ChangedMeanwhileError
from mailbot.domain.letter import LetterKind
from mailbot.domain.people import Role
from mailbot.domain.thread import find_clues
from mailbot.domain.trust import DESK_DIGITS, make_nonce, make_token
from mailbot.domain.understanding import understand
from tests.builders import ASHA, BHARAT, CHITRA, DEV, make_mail, make_person, the_desk, token_for
from tests.store.desk_work import NOW, claim, keep_letters_of

MANISH = make_person("Manish Chauhan", employee_id="300105", role=Role.INTEGRATOR, mobile="+919837300221")
PRIVATE = "asha.v.1979@mail.example"


class Play:
    """A desk on which people write mails, each of which is handled at once."""

    def __init__(self, store):
        self.store, self.desk = store, replace(the_desk(), claims_per_day=3)
        self.count, self.binding = 0, None
        keep_people(store.engine, [ASHA, BHARAT, CHITRA, DEV, MANISH])

    def write(self, sender, text, *, subject="Portal error", proof="", later=0):
        """Let somebody write a mail and return the decision."""
        self.count += 1
        now = NOW + timedelta(hours=later)
        (entry,) = claim(self.store, self.count, now=now)
        text = f"{text}\n\nRef: {proof}" if proof else text
        keep_letters_of(self.store.engine, proof, now)
        changes = {"message_id": f"<{self.count}@x.example>", "content_key": f"{self.count:064d}", "subject": subject}
        mail = make_mail(text, sender=sender, **changes)
        understanding = understand(mail, self.desk)
        clues = find_clues(mail, understanding.claimed_id, self.desk, guesses=understanding.employee_ids.all)
        known = self.store.find_known(mail, clues, entry, now)
        decision = decide(mail, understanding, known, self.desk, now)
        self.store.apply(entry, mail, decision, now)
        self.binding = decision.binding or self.binding
        return decision

    def answer(self, sender, text, *, to=None, **changes):
        """Let somebody answer the last letter about the last ticket that went to an address."""
        proof = token_for(to or getattr(sender, "email", sender), self.ticket().number)
        return self.write(sender, text, subject=f"Re: [{self.ticket().number}] Portal error", proof=proof, **changes)

    def confirm(self, person, text, **changes):
        """Let somebody answer the question whether an address is theirs."""
        proof = make_token(self.desk.keys, DESK_DIGITS, person.email, self.binding.nonce)
        return self.write(person, text, proof=str(proof), subject="Re: Is this your address?", **changes)

    def ticket(self):
        """Return the ticket that was opened last."""
        with reading(self.store.engine) as connection:
            row = connection.execute(select(*TICKET_COLUMNS).order_by(tickets.c.id.desc()).limit(1)).mappings().one()
            return ticket_of(row)

    def letters_to(self, address):
        """Return the kinds of the letters to an address, oldest first."""
        with reading(self.store.engine) as connection:
            query = select(letters.c.kind).where(letters.c.to == address).order_by(letters.c.id)
            return list(connection.execute(query).scalars())


@pytest.fixture
def play(store):
    """Return a desk with five people."""
    return Play(store)


def codes(decision, address):
    """Return what the letters of a decision tell one address."""
    return [notice.code for letter in decision.letters if letter.to == address for notice in letter.notices]


@pytest.mark.parametrize(
    ("answer", "field", "value", "left"),
    [
        ("E-way Bill", "module", "e-way-bill", "priority"),
        ("module e-way bill", "module", "e-way-bill", "priority"),
        ("ई-वे बिल", "module", "e-way-bill", "priority"),
        ("मॉड्यूल: रिफंड", "module", "refund", "priority"),
        ("high", "priority", "high", "module"),
        ("उच्च।", "priority", "high", "module"),
    ],
)
def test_one_line_fills_what_is_missing(play, answer, field, value, left):
    """The acknowledgement asks for module and priority; a line with nothing but a value fills one, and staff see it."""
    play.write(ASHA, "The page stays blank.")
    assert (play.ticket().missing, play.ticket().module) == ("module priority", "other")
    done = play.answer(ASHA, answer)
    assert (getattr(play.ticket(), field), play.ticket().missing) == (value, left)
    assert done.letters[0].kind in {LetterKind.DONE, LetterKind.STATUS_CHANGED}
    assert set(play.letters_to(CHITRA.email)) == {"new_ticket", "status_changed"}
    assert play.letters_to(ASHA.email) == ["acknowledgement", "done"]


def test_the_same_line_is_a_comment_once_nothing_is_missing(play):
    """When the module is known, "Refund" answers something else and goes to the IT section as words."""
    play.write(ASHA, "The page stays blank.", subject="[E-way Bill][High] Blank page")
    assert play.ticket().missing == ""
    play.answer(ASHA, "Refund")
    assert play.ticket().module == "e-way-bill"
    assert play.letters_to(CHITRA.email) == ["new_ticket", "comment"]


def test_a_mobile_number_alone_fills_the_empty_field(play):
    """Ten digits in answer are the mobile number while the ticket has none."""
    keep_people(play.store.engine, [replace(ASHA, mobile="")])
    play.write(ASHA, "The page stays blank.")
    play.answer(ASHA, "98390 12345")
    assert play.ticket().mobile == "+919839012345"


def test_a_contradiction_is_asked_about(play):
    """The subject says one module, a line another one: the line counts, and the answer may still correct it."""
    opened = play.write(ASHA, "Module: Refund\nThe page stays blank.", subject="[E-way Bill][High] Blank page")
    assert codes(opened, ASHA.email) == ["module_contradicted"]
    assert (play.ticket().module, play.ticket().missing) == ("refund", "module")
    play.answer(ASHA, "ई वे बिल")
    assert play.ticket().module == "e-way-bill"


@pytest.mark.parametrize("line", ["For: 104872", "On behalf of: 104872", "104872 की ओर से", "की ओर से: १०४८७२"])
def test_an_integrator_writes_for_an_officer(play, line):
    """The ticket and its letters are the officer's; the integrator gets a marked copy of each letter."""
    play.write(MANISH, f"{line}\nHer new DSC cannot be registered.")
    ticket = play.ticket()
    assert (ticket.requester, ticket.copy_to, ticket.office) == (ASHA.email, MANISH.email, ASHA.office)
    assert (ticket.employee_id, ticket.mobile) == (ASHA.employee_id, ASHA.mobile)
    play.answer(CHITRA, "RESOLVED: the driver is installed again")
    for person in (ASHA, MANISH):
        assert play.letters_to(person.email) == ["acknowledgement", "resolved"]


def test_an_integrator_adds_but_does_not_settle(play):
    """What the integrator adds goes to the IT section; confirming and re-opening is the officer's."""
    play.write(MANISH, "For: 104872\nHer new DSC cannot be registered.")
    play.answer(MANISH, "The serial number is 4711.")
    assert play.letters_to(CHITRA.email)[-1] == "comment"
    play.answer(CHITRA, "RESOLVED: done")
    refused = play.answer(MANISH, "WORKS NOW")
    assert play.ticket().status == "resolved"
    assert [(letter.to, letter.kind) for letter in refused.letters] == [(MANISH.email, LetterKind.REFUSED)]
    play.answer(ASHA, "REOPEN still the same")
    assert play.ticket().status == "in_progress"


def test_an_unknown_id_is_asked_back_and_corrected(play):
    """The ticket waits in the integrator's name; the right line in a reply gives it to the officer."""
    opened = play.write(MANISH, "For: 104827\nHer new DSC cannot be registered.")
    assert "behalf_unknown" in codes(opened, MANISH.email)
    assert play.ticket().requester == MANISH.email
    handed = play.answer(MANISH, "For: 104872")
    assert (play.ticket().requester, play.ticket().copy_to) == (ASHA.email, MANISH.email)
    assert codes(handed, MANISH.email) == ["done_handed_over"]
    assert codes(handed, ASHA.email) == ["written_for_you"]


@pytest.mark.parametrize("sender", [BHARAT, PRIVATE])
def test_nobody_else_writes_for_others(play, sender):
    """An officer or a stranger who writes "For:" is told that it changes nothing."""
    address = getattr(sender, "email", sender)
    opened = play.write(sender, "For: 104872\nHer new DSC cannot be registered.")
    assert play.ticket().requester == address
    assert "behalf_refused" in codes(opened, address)
    assert play.letters_to(ASHA.email) == []


def test_an_unknown_address_becomes_the_officers_when_the_stored_address_says_so(play):
    """Asked once, answered with six digits, confirmed from the stored address: ticket and letters are the officer's."""
    opened = play.write(PRIVATE, "पोर्टल नहीं खुल रहा है।")
    assert "employee_id_asked" in codes(opened, PRIVATE)
    told = play.answer(PRIVATE, "104872")
    assert codes(told, PRIVATE) == ["employee_id_taken"]
    assert play.letters_to(ASHA.email) == ["binding"]
    assert play.ticket().requester == PRIVATE
    play.confirm(ASHA, "हाँ, यह मैं हूँ")
    ticket = play.ticket()
    assert (ticket.requester, ticket.verified, ticket.employee_id) == (ASHA.email, True, ASHA.employee_id)
    assert (ticket.office, ticket.missing) == (ASHA.office, "module priority")
    before = len(play.letters_to(PRIVATE))
    play.answer(PRIVATE, "The error is still there.", to=ASHA.email)
    play.write(PRIVATE, "Another problem with refunds.")
    assert (play.ticket().requester, play.ticket().verified) == (ASHA.email, True)
    assert play.letters_to(ASHA.email)[-1] == "acknowledgement"
    assert len(play.letters_to(PRIVATE)) == before


def test_a_no_is_remembered(play):
    """After "not me" nothing is bound, and the officer is not asked about that address again."""
    play.write(PRIVATE, "The portal does not open.")
    play.answer(PRIVATE, "104872")
    play.confirm(ASHA, "NOT ME")
    assert not play.ticket().verified
    play.answer(PRIVATE, "Employee ID: 104872", later=48)
    assert play.letters_to(ASHA.email) == ["binding", "binding"]
    assert play.ticket().requester == PRIVATE


def test_an_outsider_cannot_confirm_for_the_officer(play):
    """Neither a forged sender without the letter's token nor another letter's token binds an address."""
    play.write(PRIVATE, "The portal does not open.")
    play.answer(PRIVATE, "104872")
    play.write(ASHA, "YES, it is me", subject="Re: Is this your address?")
    other = make_token(play.desk.keys, DESK_DIGITS, ASHA.email, make_nonce("another letter"))
    play.write(ASHA, "YES, it is me", subject="Re: Is this your address?", proof=str(other))
    own = make_token(play.desk.keys, DESK_DIGITS, PRIVATE, play.binding.nonce)
    play.write(PRIVATE, "YES, it is me", subject="Re: Is this your address?", proof=str(own))
    opened = play.write(PRIVATE, "Once more.")
    assert opened.draft is not None
    assert not opened.draft.verified


def test_ids_cannot_be_enumerated(play):
    """An ID of the directory, one of the IT section and one of nobody are answered with the same words."""
    answers = []
    for asking, digits in enumerate(("999999", CHITRA.employee_id, "104872")):
        stranger = f"asha.v.{asking}@mail.example"
        play.write(stranger, "The portal does not open.")
        answers.append(codes(play.answer(stranger, digits), stranger))
    assert answers == [["employee_id_taken"]] * 3
    assert play.letters_to(CHITRA.email).count("binding") == 0
    assert play.letters_to(ASHA.email) == ["binding"]
    opened = play.write("somebody@mail.example", "Employee ID: 999999\nThe portal does not open.")
    assert "employee_id_unknown" not in codes(opened, "somebody@mail.example")


def test_an_officer_is_not_asked_more_than_three_times_a_day(play):
    """However many addresses claim to be one officer, three letters a day are the most."""
    for number in range(5):
        address = f"stranger{number}@mail.example"
        play.write(address, "The portal does not open.")
        play.answer(address, "104872")
    assert play.letters_to(ASHA.email) == ["binding"] * 3


def test_a_claim_without_our_letter_asks_nobody(play):
    """A forged sender with an Employee ID in a fresh mail brings the officer no letter."""
    play.write(PRIVATE, "Employee ID: 104872\nThe portal does not open.")
    assert play.letters_to(ASHA.email) == []


def test_questions_of_one_day_are_counted_when_they_are_asked(play):
    """Two mails that were decided at once cannot both ask: the second is decided again and asks nobody."""
    play.write(PRIVATE, "Portal error again.")
    bindings = [Binding(f"home-{number}@mail.example", ASHA.employee_id, f"n{number}") for number in range(4)]
    for binding in bindings[:3]:
        keep(play, binding)
    with pytest.raises(ChangedMeanwhileError):
        keep(play, bindings[3])
    keep(play, replace(bindings[3], employee_id=BHARAT.employee_id))
    with pytest.raises(ChangedMeanwhileError):
        keep(play, replace(bindings[3], employee_id=BHARAT.employee_id, nonce="again"))


def test_two_workers_who_count_at_once_wait_for_each_other(play):
    """Ten questions about one officer at the same moment: three are kept, on either database."""

    def ask(number):
        """Keep one question; tell whether it was."""
        try:
            keep(play, Binding(f"home-{number}@mail.example", ASHA.employee_id, f"n{number}"))
        except ChangedMeanwhileError:
            return False
        return True

    with ThreadPoolExecutor(5) as workers:
        assert sum(workers.map(ask, range(10))) == 3


def keep(play, binding):
    """Keep a question in a transaction of its own, as the obeyed decision does."""
    with writing(play.store.engine) as connection:
        keep_binding(connection, binding, play.desk.claims_per_day, NOW)
