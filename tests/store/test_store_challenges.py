"""The question "was this you?" on the real tables: who answers what, and what is done, exactly once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.rows import TICKET_COLUMNS, ticket_of
from mailbot.adapters.store.tables import events, files, letters, tickets
from mailbot.confirming import Handling, understand_mail
from mailbot.domain.authority import Level, Mode, TrustRules, Verdict
from mailbot.domain.decision import ChallengeState, EventKind, Outcome
from mailbot.domain.errors import ChangedMeanwhileError
from mailbot.domain.mail import Attachment
from mailbot.domain.ticket import Status
from mailbot.domain.trust import DESK_DIGITS, make_nonce, make_token
from tests.builders import ASHA, BHARAT, CHITRA, DEV, make_mail, the_desk, token_for
from tests.store.desk_work import NOW, claim, keep_letters_of

YES, NO = ("YES, it is me", "हाँ", "haan", "ji haan"), ("NOT ME", "मैंने नहीं लिखा", "maine nahi likha")


class Play:
    """A desk on which people write mails at given minutes, each of which is handled at once."""

    def __init__(self, store, trust=None):
        self.store, self.desk = store, replace(the_desk(), trust=trust or TrustRules())
        self.mails, self.count, self.asked, self.verdict = {}, 0, None, None
        keep_people(store.engine, [ASHA, BHARAT, CHITRA, DEV])

    def arrive(self, sender, text, minute, **changes):
        """Return the claimed line of a new mail, and what it says."""
        self.count += 1
        now = NOW + timedelta(minutes=minute)
        (entry,) = claim(self.store, self.count, now=now)
        values = {"message_id": f"<{self.count}@x.example>", "content_key": f"{self.count:064d}"}
        self.mails[entry.id] = make_mail(text, sender=sender, **(values | changes))
        return entry, now

    def read(self, entry):
        """Return what a kept mail says."""
        read = understand_mail(self.mails[entry.id], self.desk)
        return replace(read, understanding=replace(read.understanding, verdict=self.verdict)) if self.verdict else read

    def decide(self, entry, now):
        """Return what shall happen to a claimed mail, with the mail as it is kept."""
        handling = Handling(self.store, self.read)
        return handling.decide(self.read(entry), entry, now)

    def write(self, sender, text, minute=0, **changes):
        """Let somebody write a mail and return the decision."""
        entry, now = self.arrive(sender, text, minute, **changes)
        keep_letters_of(self.store.engine, text, now)
        mail, decision = self.decide(entry, now)
        self.store.apply(entry, mail, decision, now)
        if decision.challenge and decision.challenge.state is ChallengeState.ASKED:
            self.asked = decision.challenge
        return decision

    def open(self, minute=0):
        """Let Asha open a ticket and return its number."""
        self.write(ASHA, "The return page stays blank.", minute, subject="Portal error")
        return self.ticket().number

    def forge(self, text="RESOLVED\nThe cache was cleared.", minute=0, **changes):
        """Let somebody command Chitra's work without a proof."""
        return self.write(CHITRA, text, minute, subject=f"Re: [{self.ticket().number}] Portal error", **changes)

    def proof(self, person, nonce=""):
        """Return the token of the question that was asked last, as it was made for a person."""
        return str(make_token(self.desk.keys, DESK_DIGITS, person.email, nonce or self.asked.nonce))

    def answer(self, person, word, minute=1, *, proof=""):
        """Let somebody answer the question."""
        return self.write(person, f"{word}\n\nRef: {proof or self.proof(person)}", minute, subject="Re: Was this you?")

    def ticket(self):
        """Return the ticket that was opened last."""
        with reading(self.store.engine) as connection:
            row = connection.execute(select(*TICKET_COLUMNS).order_by(tickets.c.id.desc()).limit(1)).mappings().one()
            return ticket_of(row)

    def count_events(self, kind):
        """Return how often something happened."""
        with reading(self.store.engine) as connection:
            return connection.execute(select(func.count()).where(events.c.kind == kind)).scalar()

    def files(self):
        """Return the names of the files of all tickets."""
        with reading(self.store.engine) as connection:
            return list(connection.execute(select(files.c.name).order_by(files.c.id)).scalars())

    def letters_to(self, person):
        """Return the kinds of the letters to a person, oldest first."""
        with reading(self.store.engine) as connection:
            query = select(letters.c.kind).where(letters.c.to == person.email).order_by(letters.c.id)
            return list(connection.execute(query).scalars())


@pytest.fixture
def play(store):
    """Return a desk with four people."""
    return Play(store)


def stages(decision, person):
    """Return what the questions and answers of a decision say to a person."""
    letters_to = [one for one in decision.letters if one.to == person.email and one.kind == "challenge"]
    names = {"asked", "refused", "expired", "used", "foreign", "alarm"}
    return [name for one in letters_to for name, value in one.values if name in names and value]


def test_a_yes_from_the_stored_address_does_what_was_asked(play):
    """Every way to say yes resolves the ticket once, with the words of the first mail; its requester is told once."""
    for word in YES:
        play.open()
        asked = play.forge()
        assert stages(asked, CHITRA) == ["asked"]
        assert play.ticket().status is Status.NEW
        done = play.answer(CHITRA, word)
        assert (done.outcome, play.ticket().status) == (Outcome.UPDATED, Status.RESOLVED), word
        assert play.ticket().resolution == "The cache was cleared."
        play.count += 10
        with play.store.engine.begin() as connection:
            connection.exec_driver_sql("delete from challenges")
    assert play.count_events(EventKind.RESOLVED) == len(YES)
    assert play.letters_to(ASHA).count("resolved") == len(YES)


def test_a_no_does_nothing_and_the_leads_hear_of_it(play):
    """Somebody writes in Chitra's name: the ticket stays, she is thanked, and the lead is told who was imitated."""
    for word in NO:
        play.open()
        play.forge()
        done = play.answer(CHITRA, word)
        assert (play.ticket().status, stages(done, CHITRA)) == (Status.NEW, ["refused"]), word
        assert stages(done, DEV) == ["alarm"]
        assert stages(play.answer(CHITRA, YES[0], 2), CHITRA) == ["used"]
        assert play.ticket().status is Status.NEW
        with play.store.engine.begin() as connection:
            connection.exec_driver_sql("delete from challenges")


def test_a_second_yes_does_nothing(play):
    """The token is good once: the ticket that was re-opened meanwhile stays open."""
    number = play.open()
    play.forge()
    play.answer(CHITRA, "YES")
    play.write(ASHA, f"REOPEN\nThe same error.\n\nRef: {token_for(ASHA.email, number)}", 3, subject=f"Re: [{number}]")
    assert play.ticket().status is Status.IN_PROGRESS
    again = play.answer(CHITRA, "YES", 4)
    assert (stages(again, CHITRA), play.ticket().status) == (["used"], Status.IN_PROGRESS)
    assert play.count_events(EventKind.RESOLVED) == 1


def test_two_answers_at_once_do_it_once(play):
    """Two workers decide about a yes each: the question is answered in one transaction, the other one decides anew."""
    play.open()
    play.forge()
    text = f"YES\n\nRef: {play.proof(CHITRA)}"
    lines = [play.arrive(CHITRA, text, 1, subject="Re: Was this you?") for _ in range(2)]
    decided = [(entry, now, *play.decide(entry, now)) for entry, now in lines]

    def apply(entry, now, mail, decision):
        try:
            play.store.apply(entry, mail, decision, now)
        except ChangedMeanwhileError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(lambda one: apply(*one), decided)) == [False, True]
    assert (play.count_events(EventKind.RESOLVED), play.ticket().status) == (1, Status.RESOLVED)


def test_what_is_no_proof_does_nothing(play):
    """Too late, another person with the same token, a token of another letter, of another key, and a made-up one."""
    play.open()
    play.forge()
    token = play.proof(CHITRA)
    assert stages(play.answer(BHARAT, "YES", proof=token), BHARAT) == ["foreign"]
    assert stages(play.answer(BHARAT, "YES", proof=play.proof(BHARAT)), BHARAT) == ["foreign"]
    for wrong in (play.proof(CHITRA, make_nonce("another")), f"{token[:-1]}{'a' if token[-1] != 'a' else 'b'}", "x"):
        play.answer(CHITRA, "YES", 5, proof=wrong)
    assert play.count_events(EventKind.RESOLVED) == 0
    assert stages(play.answer(CHITRA, "YES", 31), CHITRA) == ["expired"]
    assert play.count_events(EventKind.RESOLVED) == 0


def test_a_machine_that_answers_confirms_nothing(play):
    """An out-of-office reply carries the token too; what no person wrote is no yes."""
    play.open()
    play.forge()
    text = f"YES\n\nRef: {play.proof(CHITRA)}"
    reply = play.write(CHITRA, text, 1, subject="Re: Was this you?", headers={"auto-submitted": ("auto-replied",)})
    assert (reply.outcome, play.ticket().status) == (Outcome.AUTOMATIC, Status.NEW)


def test_three_questions_an_hour(play):
    """Whoever forges mail all day fills nobody's mailbox with questions; the fourth mail gets the old answer."""
    play.open()
    asked = [stages(play.forge(minute=minute), CHITRA) for minute in range(4)]
    assert asked == [["asked"], ["asked"], ["asked"], []]
    assert stages(play.forge(minute=61), CHITRA) == ["asked"]


def test_what_happened_meanwhile_counts(play):
    """Dev took the ticket while Chitra was asked: her TAKE would undo that, so she is asked once more."""
    number = play.open()
    play.forge("TAKE")
    proof = token_for(DEV.email, number)
    play.write(DEV, f"TAKE\n\nRef: {proof}", 2, subject=f"Re: [{number}]")
    done = play.answer(CHITRA, "YES", 3)
    assert play.ticket().assignee == DEV.email
    assert "changed_meanwhile" in [notice.code for letter in done.letters for notice in letter.notices]


def test_one_question_for_several_tickets(play):
    """RESOLVE with two numbers is asked once, and done for both together."""
    numbers = (play.open(), play.open(1))
    asked = play.write(CHITRA, f"RESOLVE {' '.join(numbers)}", 2, subject="Two tickets")
    assert (stages(asked, CHITRA), asked.ticket) == (["asked"], "")
    done = play.answer(CHITRA, "हाँ", 3)
    assert {one.ticket for one in done.also} == set(numbers)
    assert play.count_events(EventKind.RESOLVED) == len(numbers)


def test_a_choice_about_oneself(play):
    """LANG without a token is asked about and then chosen; a stranger's costs no question at all."""
    assert stages(play.write(ASHA, "LANG hi", subject="LANG hi"), ASHA) == ["asked"]
    done = play.answer(ASHA, "YES")
    assert done.settings.language == "hi"
    assert play.write("nobody@mail.example", "RESOLVED", 2, subject="Re: your ticket").challenge is None


def test_the_files_of_a_mail_join_once(play):
    """What stayed outside for want of proof joins with the yes; what is on the ticket already does not join twice."""
    picture = Attachment("error.pdf", "application/pdf", 2_000, "a" * 64)
    play.open()
    play.forge(attachments=(picture,))
    play.answer(CHITRA, "YES")
    assert play.files() == ["error.pdf"]
    play.desk = replace(play.desk, trust=replace(play.desk.trust, mode=Mode.ENFORCE))
    play.open(70)
    play.forge(minute=71, attachments=(replace(picture, name="log.pdf", sha256="b" * 64),))
    assert play.files() == ["error.pdf"]
    play.answer(CHITRA, "YES", 72)
    assert play.files() == ["error.pdf", "log.pdf"]
    assert play.ticket().status is Status.RESOLVED


def test_heavy_commands_need_the_server_s_word_for_the_answer(store):
    """Where levels decide, two tickets at once need a token and A2: a yes nobody vouches for gets no other question."""
    play = Play(store, TrustRules(mode=Mode.ENFORCE))
    for level, resolved in ((Level.A0, 0), (Level.A2, 2)):
        play.verdict = Verdict(Level.A2, "dmarc_pass")
        numbers = (play.open(), play.open())
        play.verdict = Verdict(Level.A0, "no_results")
        play.write(DEV, f"RESOLVE {' '.join(numbers)}", 1, subject="Two tickets")
        play.verdict = Verdict(level, "no_results")
        done = play.answer(DEV, "YES", 2)
        assert (play.count_events(EventKind.RESOLVED), stages(done, DEV)) == (resolved, []), (level, done.reasons)
