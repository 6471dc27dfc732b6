"""Acts of people who are signed in: the rules of mail without the mail, done once, answered on the spot."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import func, select

from mailbot.acting import Acting, NotYoursError, Upload
from mailbot.adapters.reading.parent import ChildReader
from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.erasing import Why, erase_tickets
from mailbot.adapters.store.queries import find_history
from mailbot.adapters.store.tables import files, letters, mails, tickets
from mailbot.demo.screenshots import RETURN_FAILED, draw_page
from mailbot.domain.act import Act, Door
from mailbot.domain.authority import Mode, TrustRules
from mailbot.domain.providers import PROFILES, Provider
from mailbot.domain.tags import Fields
from mailbot.domain.ticket import Status
from mailbot.domain.verbs import Verb
from tests.builders import ASHA, BHARAT, CHITRA, DEV, the_desk
from tests.fakes import FakeFiles
from tests.store.desk_work import NOW

WORDS = "पोर्टल पर त्रुटि 500 आती है। GSTIN 09AAACH7409R1ZZ"


class Play:
    """A desk at which people sign in and act, one act an hour."""

    def __init__(self, store):
        self.store, self.files, self.count = store, FakeFiles(), 0
        keep_people(store.engine, [ASHA, BHARAT, CHITRA, DEV])
        self.reader = ChildReader(10, 20.0, 512)
        self.acting = Acting(self.files, store, self.reader, the_desk(), lambda: self.now)

    @property
    def now(self):
        """An hour for each act."""
        return NOW + timedelta(hours=self.count)

    def act(self, person, ticket="", verb=None, text="", *, uploads=(), **changes):
        """Let somebody do one thing."""
        self.count += 1
        values = {"key": f"form {self.count}", "ticket": ticket, "verb": verb, "text": text}
        act = Act(person, Door.WEB, **(values | changes))
        return self.acting.act(act, uploads)

    def open(self, person=ASHA, **changes):
        """Open a ticket and return its number."""
        fields = Fields(module="return-filing", priority="high", request_type="problem")
        values = {"title": "GSTR-3B दाखिल नहीं हो रहा", "text": WORDS, "fields": fields}
        return self.act(person, **(values | changes)).number

    def count_rows(self, table):
        """Return how many rows there are."""
        with reading(self.store.engine) as connection:
            return connection.execute(select(func.count()).select_from(table)).scalar_one()

    def ticket(self, number):
        """Return the ticket."""
        return find_history(self.store.engine, number).ticket

    def mailed(self):
        """Return who got which letters, oldest first."""
        query = select(letters.c.to, letters.c.kind).order_by(letters.c.id)
        with reading(self.store.engine) as connection:
            return [tuple(row) for row in connection.execute(query)]


@pytest.fixture
def play(store):
    """Open the desk."""
    play = Play(store)
    yield play
    play.reader.close()


def test_a_form_opens_a_ticket_like_a_mail(play):
    """It has the fields of the form, its door, a number that is mailed to its requester, and news for the staff."""
    ticket = play.ticket(play.open())
    assert (ticket.requester, ticket.module, ticket.priority, ticket.source) == (
        ASHA.email, "return-filing", "high", "web",
    )  # fmt: skip
    assert (ticket.description, ticket.verified, ticket.missing) == (WORDS, True, "")
    assert play.mailed()[0] == (ASHA.email, "acknowledgement")
    assert {"new_ticket"} == {kind for to, kind in play.mailed() if to in {CHITRA.email, DEV.email}}


def test_the_same_form_sent_twice_is_done_once(play):
    """A double click, a reload and a lost answer give the same number; another person's key is another one."""
    first = play.act(ASHA, title="E-way bill", text=WORDS, key="nonce")
    again = play.act(ASHA, title="E-way bill", text=WORDS, key="nonce")
    other = play.act(BHARAT, title="E-way bill", text=WORDS, key="nonce")
    assert first.number == again.number != other.number
    assert play.count_rows(tickets) == play.count_rows(mails) == 2


def test_a_text_that_looks_like_a_command_stays_a_text(play):
    """Who writes RESOLVED into a form has not pressed the button."""
    number = play.open()
    play.act(CHITRA, number, text="RESOLVED\nClear the cache.")
    assert play.ticket(number).status is not Status.RESOLVED
    assert play.mailed()[-1] == (ASHA.email, "comment")


def test_resolve_reopen_and_confirm_go_round(play):
    """The officer hears by mail what the IT section does on a page, and the other way round."""
    number = play.open()
    play.act(CHITRA, number, Verb.RESOLVE, "कैश साफ़ करें।")
    assert play.mailed()[-1] == (ASHA.email, "resolved")
    play.act(ASHA, number, Verb.REOPEN, "त्रुटि फिर आई।")
    assert (play.ticket(number).status, play.mailed()[-1]) == (Status.IN_PROGRESS, (CHITRA.email, "reopened"))
    play.act(CHITRA, number, Verb.RESOLVE, "अब ठीक है।")
    answered = play.act(ASHA, number, Verb.CONFIRM)
    assert (play.ticket(number).status, answered.is_refused) == (Status.CLOSED, False)
    kinds = [line.kind for line in find_history(play.store.engine, number).events]
    assert kinds == ["opened", "resolved", "reopened", "resolved", "confirmed"]


def test_who_acts_reads_the_answer_on_the_page(play):
    """No mail only tells somebody what they did a moment ago; what could not be done is said with its reason."""
    number = play.open()
    before = len(play.mailed())
    done = play.act(CHITRA, number, Verb.PRIORITY, argument="critical")
    refused = play.act(CHITRA, number, Verb.ASSIGN, argument="nobody at all")
    assert [notice.code for notice in done.notices] == ["done_fields_set"]
    assert (refused.is_refused, [notice.code for notice in refused.notices]) == (True, ["person_unknown"])
    assert CHITRA.email not in [to for to, _ in play.mailed()[before:]]


def test_nobody_acts_on_the_ticket_of_somebody_else(play):
    """A foreign number is refused just as one that does not exist, and nothing is kept in the ledger."""
    number = play.open()
    lines = play.count_rows(mails)
    for ticket in (number, "TMS-2611-99999-9", "x"):
        with pytest.raises(NotYoursError):
            play.act(BHARAT, ticket, Verb.REOPEN, "Mine as well.")
    assert play.count_rows(mails) == lines


def test_files_are_read_as_those_of_a_mail(play):
    """A screenshot has its real type, its size in pixels and a preview; what only claims to be one has not."""
    page = draw_page(RETURN_FAILED)
    number = play.open(uploads=[Upload("त्रुटि.png", page), Upload("../../etc/error.png", b"MZ no picture")])
    first, second = find_history(play.store.engine, number).files
    assert (first.name, first.content_type, first.width > 0) == ("त्रुटि.png", "image/png", True)
    assert (second.content_type != "image/png", "/" not in second.name) == (True, True)
    assert play.files.find(first.sha256) == page
    assert play.count_rows(files) == 2


def test_what_was_sent_is_kept_as_a_mail(play):
    """Whoever looks later at an act sees its words, its files and its door, and no header that a form could forge."""
    play.open(title="Error\r\nBcc: all@tax.up.example", uploads=[Upload("a\r\nX-Evil: 1.txt", b"text")])
    with reading(play.store.engine) as connection:
        row = connection.execute(select(mails)).mappings().one()
    assert (row["mailbox"], row["state"], row["outcome"], row["sender"]) == ("web", "done", "opened", ASHA.email)
    record = message_from_bytes(play.files.find(row["sha256"]), policy=policy.default)
    assert (record["X-Mailbot-Door"], record["Bcc"], record["X-Evil"]) == ("web", None, None)
    assert record.get_body().get_content().strip() == WORDS


def test_a_colleague_takes_it_and_one_word_takes_it_back(play):
    """What a page did can be undone like what a mail did."""
    number = play.open()
    play.act(CHITRA, number, Verb.TAKE)
    assert play.ticket(number).assignee == CHITRA.email
    play.act(CHITRA, number, Verb.UNDO)
    assert play.ticket(number).assignee == ""


def test_two_people_at_once_both_get_their_turn(play):
    """Whoever meets the other's change decides anew on the ticket as it is then."""
    number = play.open()
    barrier, failures = threading.Barrier(2), []

    def comment(person):
        barrier.wait()
        try:
            play.acting.act(Act(person, Door.WEB, f"by {person.name}", number, text=f"Words of {person.name}"))
        except Exception as error:  # noqa: BLE001 - a thread shall not swallow it
            failures.append(error)

    threads = [threading.Thread(target=comment, args=(person,)) for person in (ASHA, CHITRA)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    texts = {line.text for line in find_history(play.store.engine, number).events}
    assert {f"Words of {ASHA.name}", f"Words of {CHITRA.name}"} <= texts


def test_an_officer_who_left_the_desk_is_not_staff_any_more(play):
    """The rules look at the directory as it is now, not at who signed in this morning."""
    number = play.open()
    keep_people(play.store.engine, [replace(CHITRA, active=False)])
    with pytest.raises(NotYoursError):
        play.act(CHITRA, number, Verb.RESOLVE, "Done.")
    assert play.ticket(number).status is Status.NEW


@pytest.mark.parametrize("mode", list(Mode))
def test_who_is_signed_in_needs_no_mail_server_to_vouch(play, mode):
    """However much the desk asks of mail, an act does what it says, and is no part of a trial."""
    desk = replace(the_desk(), trust=TrustRules(mode, PROFILES[Provider.GMAIL]))
    play.acting = replace(play.acting, desk=desk)
    number = play.open()
    play.act(CHITRA, number, Verb.RESOLVE, "कैश साफ़ करें।")
    play.act(ASHA, number, Verb.REOPEN, "फिर आई।")
    assert (play.ticket(number).status, play.ticket(number).reopen_count) == (Status.IN_PROGRESS, 1)
    with reading(play.store.engine) as connection:
        assert "[trust" not in str(connection.execute(select(mails.c.reasons)).all())


def test_erasing_a_ticket_erases_its_acts(play):
    """What was sent by a form leaves the tables like a mail, and the file of its record is named for removal."""
    number = play.open(title="Rakesh cannot file")
    with reading(play.store.engine) as connection:
        record = connection.execute(select(mails.c.sha256)).scalar_one()
        ids = list(connection.execute(select(tickets.c.id)).scalars())
    with writing(play.store.engine) as connection:
        named = erase_tickets(connection, ids, Why("retention.tickets_months", "rule"), play.now)
    assert record in named
    with reading(play.store.engine) as connection:
        row = connection.execute(select(mails)).mappings().one()
    assert (row["ticket"], "Rakesh" in str(dict(row)), ASHA.email in str(dict(row))) == (number, False, False)
