"""Quarantine, letters that did not arrive, and the directory: what the IT section looks after."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from mailbot.adapters.store.brakes import find_muted
from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.tables import letters, mails, people
from mailbot.adapters.store.tables_energy import mutes
from mailbot.domain.people import Language
from tests.builders import ASHA, BHARAT, CHITRA, DEV
from tests.web.clients import AGENT
from tests.web.staff_work import open_ticket
from tests.web.test_web_mail_view import MAIL

REASON = "Reading the mail took longer than 60 seconds."


def put_quarantined(web, raw=MAIL, **changes):
    """Set the mail of a new ticket aside; return its number in the ledger."""
    number = open_ticket(web)
    values = {"state": "quarantined", "outcome": "quarantined", "reasons": [REASON], "subject": "Cannot file"}
    values |= {"sha256": web.files.keep(raw.encode()), "sender": ASHA.email}
    with writing(web.engine) as connection:
        mine = mails.c.ticket == number
        row = connection.execute(select(mails.c.id).where(mine)).scalar_one()
        connection.execute(update(mails).where(mine).values(values | changes))
    return row


def state_of(web, mail):
    """Return where a mail stands."""
    with reading(web.engine) as connection:
        return connection.execute(select(mails.c.state).where(mails.c.id == mail)).scalar_one()


def put_failed(web, to=ASHA.email, **changes):
    """Let the letter about a new ticket fail; return its number."""
    number = open_ticket(web)
    with writing(web.engine) as connection:
        letter = connection.execute(
            select(letters.c.id).where(letters.c.to == ASHA.email).order_by(letters.c.id.desc()).limit(1)
        ).scalar_one()
        values = {"state": "failed", "answer": "550 5.1.1 no such user", "attempts": 5, "to": to}
        connection.execute(update(letters).where(letters.c.id == letter).values(values | changes))
    assert number
    return letter


def mute(web, address):
    """Let an address get no letters."""
    with writing(web.engine) as connection:
        values = {"address": address, "muted_at": web.now(), "until": web.now() + timedelta(days=7), "reason": "550"}
        connection.execute(insert(mutes).values(values))


@pytest.mark.parametrize("person", [ASHA, AGENT])
def test_officers_find_none_of_it(web, signed_in, person):
    """Every path is a page that does not exist, whatever is behind it."""
    mail, letter = put_quarantined(web), put_failed(web)
    client = signed_in(person)
    missing = client.get("/no-such-page").content
    pages = ["/quarantine", "/undelivered", *(f"/quarantine/{mail}{end}" for end in ("", "/body", "/files/raw"))]
    posts = ["/quarantine/retry", f"/quarantine/{mail}/retry", f"/quarantine/{mail}/discard", "/undelivered/unmute"]
    posts += [
        f"/undelivered/{letter}/again",
        f"/people/{CHITRA.employee_id}/away",
        f"/people/{CHITRA.employee_id}/back",
    ]
    for path in pages if person is AGENT else [*pages, "/people", "/people?words=asha"]:
        assert (client.get(path).status_code, client.get(path).content) == (404, missing), path
    for path in posts:
        answer = client.post(path, data={"csrf": client.token("/account"), "last": "2026-12-01"})
        assert (answer.status_code, answer.content) == (404, missing), path
    assert state_of(web, mail) == "quarantined"


@pytest.mark.parametrize("language", list(Language))
def test_the_quarantine_is_listed_and_shown(web, signed_in, language):
    """Each mail has its reason; its page shows the mail as it came, in a frame that can do nothing."""
    client = signed_in(CHITRA, language)
    assert ("The quarantine is empty" in client.get("/quarantine").text) == (language is Language.ENGLISH)
    mail = put_quarantined(web)
    assert REASON in client.get("/quarantine").text
    shown = client.get(f"/quarantine/{mail}").text
    assert (REASON in shown, "<iframe" in shown, "/discard" in shown) == (True, True, False)
    assert "sandbox" in client.get(f"/quarantine/{mail}/body").headers["content-security-policy"]


def test_only_a_lead_saves_an_unscanned_mail(web, signed_in):
    """Mails of the quarantine were never scanned."""
    mail = put_quarantined(web)
    path = f"/quarantine/{mail}/files/raw"
    assert signed_in(CHITRA).get(path).status_code == 404
    assert signed_in(DEV).get(path).content == MAIL.encode()


def test_a_mail_is_tried_again_or_left_alone(web, signed_in):
    """Staff try again, one or all; only a lead leaves one alone; what is no longer there is said."""
    first, second, third = (put_quarantined(web) for _ in range(3))
    client, lead = signed_in(CHITRA), signed_in(DEV)
    assert client.submit(f"/quarantine/{first}/discard", {}, page="/account").status_code == 404
    lead.submit(f"/quarantine/{first}/discard", {}, page=f"/quarantine/{first}")
    client.submit(f"/quarantine/{second}/retry", {}, page=f"/quarantine/{second}")
    assert [state_of(web, one) for one in (first, second, third)] == ["discarded", "kept", "quarantined"]
    client.submit("/quarantine/retry", {}, page="/quarantine")
    assert state_of(web, third) == "kept"
    client.submit(f"/quarantine/{first}/retry", {}, page="/account")
    assert 'class="alert heed"' in client.get("/quarantine").text
    assert client.get(f"/quarantine/{first}").status_code == 404
    assert state_of(web, first) == "discarded"


def test_a_mail_whose_bytes_are_gone_is_shown_without(web, signed_in):
    """One that was too large to keep has its reasons and nothing else."""
    mail = put_quarantined(web, sha256="")
    client = signed_in(DEV)
    shown = client.get(f"/quarantine/{mail}")
    assert (shown.status_code, "were not kept" in shown.text) == (200, True)
    assert client.get(f"/quarantine/{mail}/files/raw").status_code == 404


@pytest.mark.parametrize("language", list(Language))
def test_a_letter_that_failed_is_sent_again(web, signed_in, language):
    """It stands with its reason and its ticket, and goes out with all its attempts; its mute ends by it."""
    client = signed_in(CHITRA, language)
    assert ("All letters arrived" in client.get("/undelivered").text) == (language is Language.ENGLISH)
    letter = put_failed(web)
    mute(web, ASHA.email)
    shown = client.get("/undelivered").text
    assert ("550 5.1.1 no such user" in shown, ASHA.name in shown) == (True, True)
    client.submit(f"/undelivered/{letter}/again", {"unmute": "yes", "to": ASHA.email}, page="/undelivered")
    with reading(web.engine) as connection:
        row = connection.execute(select(letters).where(letters.c.id == letter)).mappings().one()
    assert (row["state"], row["attempts"], row["answer"]) == ("pending", 0, "")
    assert find_muted(web.engine, web.now()) == []
    client.submit(f"/undelivered/{letter}/again", {}, page="/undelivered")
    assert 'class="alert heed"' in client.get("/undelivered").text


def test_a_link_to_sign_in_is_never_sent_again(web, signed_in):
    """It is over, and nobody of the IT section shall send one in somebody's name."""
    letter = put_failed(web, kind="sign_in")
    client = signed_in(DEV)
    assert f"/undelivered/{letter}/again" not in client.get("/undelivered").text
    client.submit(f"/undelivered/{letter}/again", {}, page="/undelivered")
    with reading(web.engine) as connection:
        assert connection.execute(select(letters.c.state).where(letters.c.id == letter)).scalar_one() == "failed"


def test_an_address_gets_letters_again(web, signed_in):
    """Muted addresses stand with their reason, and one button lets letters go there."""
    mute(web, "old@tax.up.example")
    client = signed_in(CHITRA)
    assert "old@tax.up.example" in client.get("/undelivered").text
    client.submit("/undelivered/unmute", {"address": "old@tax.up.example"}, page="/undelivered")
    assert "old@tax.up.example gets letters again." in client.get("/undelivered").text
    assert find_muted(web.engine, web.now()) == []


def test_many_failed_letters_come_in_parts(web, signed_in):
    """The page ends with a way to older ones."""
    letter = put_failed(web)
    with writing(web.engine) as connection:
        row = dict(connection.execute(select(letters).where(letters.c.id == letter)).mappings().one())
        del row["id"]
        connection.execute(
            insert(letters), [row | {"message_id": f"<{i}@x>", "subject": f"Letter {i}."} for i in range(60)]
        )
    client = signed_in(CHITRA)
    first = client.get("/undelivered").text
    before = first.split("?before=")[1].split('"')[0]
    second = client.get(f"/undelivered?before={before}").text
    assert all((f"Letter {i}." in first) != (f"Letter {i}." in second) for i in range(60))


@pytest.mark.parametrize("language", list(Language))
def test_people_are_found(web, signed_in, language):
    """By name, number, address, office and zone, in parts and in any order; with the address that letters go to."""
    client = signed_in(CHITRA, language)
    for words in ("asha", "VERMA asha", ASHA.employee_id, "asha@", "moradabad sector"):
        shown = client.get("/people", params={"words": words}).text
        assert (ASHA.email in shown, ASHA.mobile in shown, BHARAT.email in shown) == (True, True, False), words
    assert BHARAT.email in client.get("/people", params={"words": "वाराणसी"}).text
    assert ASHA.email not in client.get("/people", params={"words": "asha%"}).text
    keep_people(web.engine, [replace(ASHA, active=False)])
    assert ("has left" in client.get("/people?words=asha").text) == (language is Language.ENGLISH)


def test_the_call_desk_sees_no_mobile(signed_in):
    """It finds people to help them; of a number only the end is shown, and absences are none of its business."""
    shown = signed_in(AGENT).get("/people?words=asha").text
    assert (ASHA.email in shown, ASHA.mobile in shown, f"•{ASHA.mobile[-2:]}" in shown) == (True, False, True)
    assert "/away" not in shown


def away_until(web, person):
    """Return until when somebody is away."""
    with reading(web.engine) as connection:
        return connection.execute(select(people.c.away_until).where(people.c.email == person.email)).scalar_one()


def test_an_absence_is_set_and_ended(web, signed_in):
    """One's own by oneself, anybody's by a lead; it ends with the day after, in the desk's time."""
    client, lead = signed_in(CHITRA), signed_in(DEV)
    own = f"/people/{CHITRA.employee_id}"
    client.submit(f"{own}/away", {"last": "2026-11-30"}, page="/people")
    assert away_until(web, CHITRA).isoformat() == "2026-11-30T18:30:00+00:00"
    assert "1 December 2026" in client.get("/people").text
    client.submit(f"{own}/back", {}, page="/people")
    assert away_until(web, CHITRA) is None
    lead.submit(f"{own}/away", {"last": "2026-11-24"}, page="/people")
    assert away_until(web, CHITRA) is not None
    for path in (f"/people/{DEV.employee_id}/away", f"/people/{ASHA.employee_id}/away", "/people/x/back"):
        assert client.submit(path, {"last": "2026-12-01"}, page="/people").status_code == 404, path
    assert away_until(web, DEV) is None


@pytest.mark.parametrize("last", ["", "soon", "2026-11-23", "2028-01-01"])
def test_a_day_that_cannot_be_is_said(web, signed_in, last):
    """No day, yesterday and a day too far away change nothing."""
    answer = signed_in(CHITRA).submit(f"/people/{CHITRA.employee_id}/away", {"last": last}, page="/people")
    assert (answer.status_code, 'class="mistake"' in answer.text) == (422, True)
    assert away_until(web, CHITRA) is None
