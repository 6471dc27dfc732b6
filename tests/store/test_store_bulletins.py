"""What the regular letters tell, looked up in real tables and written with the real words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import insert

from mailbot.adapters.store.anchors import parse_anchors, take_anchor
from mailbot.adapters.store.brakes import keep_bounce
from mailbot.adapters.store.bulletins import Bulletins
from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.tables import held_news, schedules
from mailbot.adapters.store.tables_energy import answer_stops
from mailbot.domain.decide import decide_unreadable
from mailbot.domain.decision import Bounced, Decision, Outcome
from mailbot.domain.letter import LetterKind
from mailbot.domain.people import Language
from mailbot.domain.reporting.bulletin import Regular, ReportRules
from mailbot.domain.send_quota import SendQuota
from mailbot.settings import load_settings
from mailbot.settings.service import make_plans
from tests.builders import ASHA, CHITRA, DEV, the_desk
from tests.letters.letter_samples import make_writer
from tests.store.desk_work import EPOCH, MAILBOX, NOW, claim, kept, mail_for, open_one, update

ANSWERED, DUPLICATE, AUTOMATIC, IGNORED = Outcome.ANSWERED, Outcome.DUPLICATE, Outcome.AUTOMATIC, Outcome.IGNORED


@pytest.fixture
def bulletins(engine, store):
    """Return the regular letters of a desk with two people, one of whom reads Hindi, and one open ticket."""
    keep_people(engine, [ASHA, CHITRA, replace(DEV, language=Language.HINDI)])
    open_one(store)
    return Bulletins(engine, the_desk(), ReportRules())


def written(bulletin):
    """Write the letters with the real templates; return their subjects by reader."""
    writer = make_writer()
    return {
        order.to: writer.write_for_desk(order, writer_thread(), NOW, order.key).subject for order in bulletin.letters
    }


def writer_thread():
    """Return the beginning of a conversation."""
    from mailbot.domain.letter import Thread  # noqa: PLC0415 - only for the letters of this file

    return Thread()


def test_the_digest_tells_the_new_ticket_to_everybody(bulletins):
    """Both get one letter in their own language, with the ticket that nobody took."""
    bulletin = bulletins.write_digest(NOW + timedelta(hours=1))
    assert {order.to for order in bulletin.letters} == {CHITRA.email, DEV.email}
    values = dict(bulletin.letters[0].values)
    assert (values["new"], values["unassigned"], values["unbalanced"]) == ("1", "1", "")
    subjects = written(bulletin)
    assert subjects[CHITRA.email] != subjects[DEV.email]


def test_a_digest_begins_where_the_last_one_ended(bulletins, engine):
    """What was told is not told again; a digest with nothing to tell is not sent, unless the settings ask for it."""
    later = NOW + timedelta(hours=2)
    with writing(engine) as connection:
        connection.execute(insert(schedules).values(name=Regular.DIGEST, due_at=later, done_at=later))
    values = {name: number for order in bulletins.write_digest(later).letters for name, number in order.values}
    assert values["new"] == "0"


def test_the_digest_accounts_for_every_mail_of_the_day(bulletins, store):
    """Received is the sum of all outcomes and of what waits, and the letter says so in figures."""
    number = open_one(store, 2)
    day = [
        update(number, 1),
        *(Decision(outcome, ("It is what it is.",)) for outcome in (ANSWERED, ANSWERED, DUPLICATE, AUTOMATIC, IGNORED)),
    ]
    for entry, decision in zip(claim(store, *range(3, 9)), day, strict=True):
        store.apply(entry, mail_for(entry), decision, NOW)
    (unreadable,) = claim(store, 9)
    store.apply(unreadable, None, decide_unreadable("the parts are nested too deep", (CHITRA,), the_desk()), NOW)
    store.keep(MAILBOX, EPOCH, [kept(10)], NOW)

    (order, _) = bulletins.write_digest(NOW + timedelta(hours=1)).letters
    counted = {name.removeprefix("mails_"): int(value) for name, value in order.values if name.startswith("mails_")}
    assert counted == {
        "received": 10, "opened": 2, "updated": 1, "answered": 2, "duplicate": 1, "automatic": 1, "ignored": 1,
        "quarantined": 1, "waiting": 1,
    }  # fmt: skip
    assert counted.pop("received") == sum(counted.values())
    assert dict(order.values)["unbalanced"] == ""
    letter = make_writer().write_for_desk(order, writer_thread(), NOW, order.key)
    said = "Received 10 = 2 new tickets + 1 added to tickets + 2 questions to the desk + 1 duplicates + 1 automatic"
    assert said in " ".join(
        message_from_bytes(letter.raw, policy=policy.default).get_body(("plain",)).get_content().split()
    )


def test_the_digest_tells_what_holds_letters_back_and_proves_the_histories(bulletins, engine):
    """Muted addresses, stopped answers and the day's sending, in both languages; the saved letter serves the audit."""
    anchor = take_anchor(engine, NOW)
    with writing(engine) as connection:
        for address in (CHITRA.email, "full@tax.up.example"):
            keep_bounce(connection, Bounced(address, permanent=True, answer="550 5.1.1 no such user"), NOW)
        connection.execute(insert(answer_stops).values(reason="12 addresses", began_at=NOW, last_at=NOW))
    desk = bulletins.desk
    quota = replace(desk, energy=replace(desk.energy, quota=SendQuota(500)))
    orders = Bulletins(engine, quota, ReportRules()).write_digest(NOW + timedelta(minutes=5)).letters
    letters = [make_writer().write_for_desk(order, writer_thread(), NOW, order.key) for order in orders]
    english, hindi = (
        message_from_bytes(letter.raw, policy=policy.default).get_body(("plain",)).get_content() for letter in letters
    )
    assert parse_anchors(english) == parse_anchors(hindi) == [anchor]
    for said in (
        "Automatic answers are stopped since",
        "earlier ones: **2**, of them in the IT section: **1**",
        "**0** of the 500",
    ):
        assert said.replace("**", "") in " ".join(english.replace("**", "").split()), said
    for said in ("स्वचालित उत्तर बंद हैं", "आईटी अनुभाग के: 1", "सीमा 500 है"):
        assert said in " ".join(hindi.replace("**", "").split()), said
    usual = dict(bulletins.write_digest(NOW + timedelta(days=90)).letters[0].values)
    assert (usual["muted"], usual["stopped"], usual["allowed"]) == ("", "", "")


def test_the_pendency_sheet_goes_to_the_lead(bulletins):
    """Open tickets by age, zone, office and module, with a workbook."""
    (order,) = bulletins.write_pendency(NOW + timedelta(days=3)).letters
    assert (order.to, order.kind, order.formats) == (DEV.email, LetterKind.PENDENCY, ("xlsx",))
    assert dict(order.values)["open"] == "1"
    assert written(bulletins.write_pendency(NOW + timedelta(days=3)))


def test_the_report_of_the_month_before(bulletins):
    """On the first of December the tickets of November are counted."""
    (order,) = bulletins.write_monthly(NOW + timedelta(days=10)).letters
    values = dict(order.values)
    assert (values["month"], values["year"], values["received"]) == ("11", "2026", "1")
    assert written(bulletins.write_monthly(NOW + timedelta(days=10)))


def test_the_hourly_letter_folds_what_was_held(bulletins, engine):
    """Two pieces of news for Chitra are one letter, and are named as told; without news there is none."""
    assert bulletins.write_hourly(NOW) is None
    row = {"to": CHITRA.email, "ticket_id": 1, "kind": "comment", "actor": "Asha Verma", "at": NOW}
    with reading(engine) as connection:
        row["ticket_id"] = connection.exec_driver_sql("select id from tickets").scalar()
    with writing(engine) as connection:
        connection.execute(insert(held_news), [row | {"text": "अब भी वही त्रुटि"}, row | {"text": "Still error 500"}])
    bulletin = bulletins.write_hourly(NOW)
    assert [order.to for order in bulletin.letters] == [CHITRA.email]
    assert len(bulletin.told) == 2
    assert written(bulletin)


def test_every_regular_letter_has_a_writer_and_a_time(bulletins):
    """A letter without a time would never come, and a time without a writer would say nothing."""
    assert set(bulletins.writers()) == set(make_plans(load_settings(None))) == set(Regular)
