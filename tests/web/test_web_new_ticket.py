"""Generate Ticket: a form in the officer's language becomes a ticket, and its number is shown and mailed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from mailbot.acting import Acting
from mailbot.adapters.alarms import NoAlarms
from mailbot.adapters.store.directory import keep_people
from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.queries import find_history
from mailbot.adapters.store.scans import Scans
from mailbot.adapters.store.tables import letters, tickets
from mailbot.domain.errors import UnreadableMailError
from mailbot.domain.mail import Verdict
from mailbot.domain.malware import Scan
from mailbot.domain.opening import TITLE_LIMIT
from mailbot.domain.people import Language, Role
from mailbot.inspection import Inspection
from mailbot.web.uploads import ENDINGS, UploadLimits
from tests.builders import ASHA, BHARAT, CHITRA, make_person
from tests.web.clients import AGENT
from tests.web.officer_work import FORM, HINDI_NAME, TITLE, WORDS, files_of, screenshot

PAGE = "/tickets/new"
NEHA = make_person("Neha Joshi", employee_id="300002", role=Role.INTEGRATOR, mobile="")
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

REFUSED = (
    ("setup.exe", b"MZ"), ("run.PS1", b"x"), ("नाम.html", b"<p>"), ("noending", b"x"), ("खाली.png", b""),
    ("a.png.bat", b"x"),
)  # fmt: skip


def generate(client, files=None, **changes):
    """Fill in the form and send it; return the answer."""
    return client.submit(PAGE, FORM | changes, files=files)


def number_of(answer):
    """Return the number of the ticket that was opened."""
    assert answer.status_code == 303, answer.text
    return re.fullmatch(r"/tickets/([A-Z0-9-]+)/registered", answer.headers["location"])[1]


def count_of(web):
    """Return how many tickets there are."""
    with reading(web.engine) as connection:
        return connection.execute(select(func.count()).select_from(tickets)).scalar_one()


@pytest.mark.parametrize("language", Language)
def test_the_form_speaks_the_officers_language(web, signed_in, language):
    """Every choice of the catalogue by its name, and what the directory knows is filled in already."""
    page = signed_in(ASHA, language).get(PAGE).text
    catalogue = web.desk.catalogue
    for choices in (catalogue.request_types, catalogue.modules, catalogue.priorities):
        for entry in choices.entries:
            assert f">{entry.name(language)}</option>" in page
    assert f'value="{ASHA.mobile}"' in page
    assert re.search(rf'value="{ASHA.email}" readonly', page)
    assert f'data-count="{web.desk.description_limit}"' in page


def test_a_ticket_is_registered_and_its_number_shown_large(web, signed_in):
    """What was written is in it, the page shows the number and its promises, and the letter with it is on its way."""
    asha = signed_in(ASHA)
    answer = generate(asha, files=[("screenshots", (HINDI_NAME, screenshot().data, "image/png"))], mobile="98390 12345")
    number = number_of(answer)
    ticket = find_history(web.engine, number).ticket
    assert (ticket.requester, ticket.title, ticket.description) == (ASHA.email, TITLE, WORDS)
    assert (ticket.module, ticket.priority, ticket.request_type) == ("return-filing", "high", "problem")
    assert (ticket.mobile, ticket.source, ticket.missing) == ("+919839012345", "web", "")
    assert [(file.name, file.content_type) for file in files_of(web, number)] == [(HINDI_NAME, "image/png")]
    page = asha.get(answer.headers["location"]).text
    assert f'<p class="ticket-number nowrap" id="number">{number}</p>' in page
    assert ASHA.email in page
    assert page.count("<time") == 2
    with reading(web.engine) as connection:
        mailed = connection.execute(select(letters.c.kind, letters.c.subject).where(letters.c.to == ASHA.email)).all()
    assert [kind for kind, _ in mailed] == ["acknowledgement"]
    assert number in mailed[0].subject


def test_the_page_of_a_new_number_is_for_its_officer(signed_in):
    """Others are told nothing by it."""
    number = number_of(generate(signed_in(ASHA)))
    assert signed_in(BHARAT).get(f"/tickets/{number}/registered").status_code == 404
    assert signed_in(CHITRA).get(f"/tickets/{number}/registered").status_code == 200


@pytest.mark.parametrize("language", Language)
def test_every_mistake_is_told_and_nothing_that_was_written_is_lost(web, signed_in, language):
    """One sentence beside each field, in the reader's language; no ticket is opened."""
    client = signed_in(ASHA, language)
    limit = web.desk.description_limit
    wrong = {
        "title": "x" * (TITLE_LIMIT + 1),
        "text": "श" * (limit + 1),
        "module": "",
        "priority": "of my own",
        "mobile": "12345",
    }
    answer = generate(client, **wrong)
    assert answer.status_code == 422
    assert len(re.findall(r'<p class="mistake"', answer.text)) == len(wrong)
    assert wrong["text"] in answer.text
    assert wrong["mobile"] in answer.text
    assert '<option value="problem" selected>' in answer.text
    for missing in ("title", "text"):
        assert generate(client, **{missing: " \r\n "}).status_code == 422
    assert count_of(web) == 0


def test_the_limit_counts_characters_as_people_do(web, signed_in):
    """A line break is one, however a browser sends it; exactly the limit is taken whole."""
    limit = web.desk.description_limit
    text = "क" * (limit - 2) + "\r\nख"
    number = number_of(generate(signed_in(ASHA), text=text))
    assert find_history(web.engine, number).ticket.description == text.replace("\r\n", "\n")


def test_what_is_no_evidence_is_not_taken(web, signed_in):
    """Programs and empty files are named in the sentence, whatever type the browser claims."""
    asha = signed_in(ASHA)
    for name, data in REFUSED:
        answer = generate(asha, files=[("screenshots", (name, data, "image/png"))])
        assert answer.status_code == 422
        assert name in re.search(r'class="mistake" id="screenshots-mistake">([^<]*)', answer.text)[1]
    assert count_of(web) == 0


def test_too_many_and_too_large_files_are_refused(web, signed_in):
    """Eleven files, or more bytes than a form may have: a sentence, and no ticket."""
    client, one = signed_in(ASHA), ("screenshots", ("a.txt", b"x", "text/plain"))
    assert generate(client, files=[one] * 11).status_code in {400, 422}
    large = ("screenshots", ("a.pdf", b"%PDF-1.7" + b"x" * web.settings.web.form_bytes, "application/pdf"))
    assert generate(client, files=[large]).status_code == 413
    assert count_of(web) == 0


def test_the_largest_form_is_read(web, signed_in):
    """What the field says may be sent can be sent."""
    room = UploadLimits(web.settings.web.form_bytes).bytes
    files = [("screenshots", ("चालान.pdf", b"%PDF-1.7\n" + bytes(room - 9), "application/pdf"))]
    number = number_of(generate(signed_in(ASHA), files=files))
    assert [file.size for file in files_of(web, number)] == [room]


def test_a_file_that_only_claims_to_be_a_picture_is_kept_as_what_it_is(web, signed_in):
    """Its ending opens the door, its bytes say what it is; the name loses its path."""
    files = [("screenshots", ("../../etc/त्रुटि.png", b"MZ\x90\x00 no picture", "image/png"))]
    (file,) = files_of(web, number_of(generate(signed_in(ASHA), files=files)))
    assert file.content_type != "image/png"
    assert "/" not in file.name


def test_a_form_that_is_sent_twice_opens_one_ticket(web, signed_in):
    """Whoever presses the button again while nothing seems to happen gets the same number."""
    asha = signed_in(ASHA)
    data = FORM | {"csrf": asha.token(PAGE), "act_key": "n" * 24}
    first, second = (number_of(asha.post(PAGE, data=data)) for _ in range(2))
    assert first == second
    assert count_of(web) == 1


def test_an_integrator_writes_for_an_officer(web, signed_in):
    """The ticket is the officer's, the integrator sees it as well; others have no such field."""
    keep_people(web.engine, [NEHA])
    neha = signed_in(NEHA)
    assert 'name="officer"' in neha.get(PAGE).text
    assert 'name="officer"' not in signed_in(ASHA).get(PAGE).text
    number = number_of(generate(neha, officer=BHARAT.employee_id))
    ticket = find_history(web.engine, number).ticket
    assert (ticket.requester, ticket.copy_to) == (BHARAT.email, NEHA.email)
    assert BHARAT.email in neha.get(f"/tickets/{number}/registered").text
    assert generate(neha, officer="1082").status_code == 422
    # Nobody else writes for others, whatever their form says.
    own = number_of(generate(signed_in(ASHA), officer=BHARAT.employee_id))
    assert find_history(web.engine, own).ticket.requester == ASHA.email


def test_everybody_of_the_department_may_have_a_problem(web, signed_in):
    """Staff and the call desk open tickets of their own."""
    for person in (CHITRA, AGENT):
        number = number_of(generate(signed_in(person)))
        assert find_history(web.engine, number).ticket.requester == person.email


class Scanner:
    """A scanner that knows one virus."""

    def scan(self, data):
        """Return what it says of the bytes."""
        return Scan(Verdict.INFECTED, "Eicar-Test-Signature") if EICAR in data else Scan(Verdict.CLEAN, "")

    def probe(self):
        """Be believed."""


def test_malware_is_kept_from_everybody_and_said(web, signed_in, monkeypatch):
    """The ticket is registered all the same; its page says what became of the file, and gives the other one."""
    inspection = Inspection(Scanner(), Scans(web.engine), web.files, NoAlarms(), web.now, timedelta(seconds=5))
    inspected, real = replace(web.acting, inspector=inspection), Acting.act
    monkeypatch.setattr(Acting, "act", lambda _self, act, uploads=(): real(inspected, act, uploads))
    files = [("screenshots", (name, data, "text/plain")) for name, data in (("eicar.txt", EICAR), ("a.txt", b"clean"))]
    asha = signed_in(ASHA)
    number = number_of(generate(asha, files=files))
    infected, clean = files_of(web, number)
    page = asha.get(f"/tickets/{number}").text
    assert "The virus scanner found something in this file" in page
    assert (infected.sha256 in page, clean.sha256 in page) == (False, True)
    assert asha.get(f"/tickets/{number}/files/{infected.sha256}").status_code == 404
    assert asha.get(f"/tickets/{number}/files/{clean.sha256}").status_code == 200


def test_a_file_that_cannot_be_read_is_told_beside_its_field(signed_in, monkeypatch):
    """With everything that was written still there."""

    def refuse(*_):
        raise UnreadableMailError("It breaks a limit.")

    monkeypatch.setattr(Acting, "act", refuse)
    answer = generate(signed_in(ASHA), files=[("screenshots", ("a.png", b"x", "image/png"))])
    assert answer.status_code == 422
    assert WORDS in answer.text
    assert 'id="screenshots-mistake"' in answer.text


def test_the_browser_is_told_what_the_server_takes():
    """The dialog for files offers the endings that are taken."""
    limits = UploadLimits(10_000_000)
    assert limits.endings.split() == list(ENDINGS)
    assert all(f".{ending}" in limits.accept.split(",") for ending in ENDINGS)
    assert limits.bytes < limits.form_bytes
