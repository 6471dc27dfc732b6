"""Files of tickets: given to whom their ticket is shown, never run, never telling where an officer was."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from sqlalchemy import insert

from mailbot.acting import Upload
from mailbot.adapters.reading.pictures import has_notes
from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.tables_scans import scans
from mailbot.domain.verbs import Verb
from mailbot.web.downloads import disposition
from tests.builders import ASHA, BHARAT, CHITRA
from tests.web.officer_work import HINDI_NAME, do, files_of, open_with, photograph, screenshot

PDF = Upload("चालान.pdf", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")
# Each would run in a browser that took it for a page, or for what its name says.
HOSTILE = (
    Upload("a.html", b"<!doctype html><script>alert(document.domain)</script>"),
    Upload("b.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    Upload("c.xml", b'<?xml version="1.0"?><x xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></x>'),
    Upload("d.png", b"<html><body onload=alert(1)>"),
    Upload("e.js", b"alert(1)"),
    Upload("f.pdf", b"%PDF-1.7\n<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"),
    Upload("g.mht", b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<script>alert(1)</script>"),
    Upload("h.xht", b'<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>'),
)


PHOTOGRAPHS = 50


def path_of(number, file):
    """Return the address of a file."""
    return f"/tickets/{number}/files/{file.sha256}"


def test_a_screenshot_is_shown_and_can_be_saved_under_its_name(web, signed_in):
    """The same bytes, with their exact type; the name is that of the officer, in Hindi."""
    number = open_with(web, screenshot())
    (file,) = files_of(web, number)
    asha = signed_in(ASHA)
    shown, saved = asha.get(path_of(number, file)), asha.get(f"{path_of(number, file)}?save")
    assert shown.content == saved.content == screenshot().data
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["content-disposition"].startswith("inline;")
    assert saved.headers["content-disposition"].startswith("attachment;")
    assert "filename*=UTF-8''%E0%A4%A4" in saved.headers["content-disposition"]
    for answer in (shown, saved):
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "content-encoding" not in answer.headers


def test_what_is_known_already_is_not_sent_again(web, signed_in):
    """The browser keeps its copy for itself and asks each time; who signed out gets nothing."""
    number = open_with(web, screenshot())
    (file,) = files_of(web, number)
    asha = signed_in(ASHA)
    first = asha.get(path_of(number, file))
    assert first.headers["cache-control"] == "private, no-cache"
    again = asha.get(path_of(number, file), headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    asha.cookies.clear()
    assert asha.get(path_of(number, file), headers={"if-none-match": first.headers["etag"]}).status_code == 303


def test_nothing_that_was_sent_runs_in_our_name(web, signed_in):
    """Markup and programs in any disguise are saved as plain bytes, for whoever asks."""
    number = open_with(web, *HOSTILE)
    found = files_of(web, number)
    assert len(found) == len(HOSTILE)
    for person in (ASHA, CHITRA):
        client = signed_in(person)
        for file in found:
            answer = client.get(path_of(number, file))
            told = answer.headers["content-type"].partition(";")[0]
            assert told in {"application/octet-stream", "application/pdf", "text/plain"}, file.name
            assert answer.headers["content-disposition"].startswith("attachment;"), file.name
            assert "sandbox" in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_photograph_tells_others_not_where_it_was_taken(web, signed_in):
    """The IT section and its sender have 50 as they were sent, an officer who follows the ticket bare previews."""
    sent = [photograph(kind, turn, 320) for kind in ("jpeg", "png", "webp") for turn in range(1, 9)]
    sent += [photograph("jpeg", turn, width) for turn in (1, 6) for width in range(321, 334)]
    assert len({upload.data for upload in sent}) == PHOTOGRAPHS
    number = open_with(web, *sent)
    part = do(web, BHARAT)
    do(web, CHITRA, part, Verb.MERGE, "", argument=number)
    asha, bharat, chitra = map(signed_in, (ASHA, BHARAT, CHITRA))
    found = files_of(web, number)
    assert [file.name for file in found] == [upload.name for upload in sent]
    for file, upload in zip(found, sent, strict=True):
        for client in (asha, chitra):
            assert client.get(path_of(number, file)).content == upload.data
        for wanted in (path_of(number, file), f"/tickets/{number}/files/{file.preview}"):
            answer = bharat.get(wanted)
            assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
            image = Image.open(io.BytesIO(answer.content))
            assert (dict(image.getexif()), set(image.info)) == ({}, set())
            assert not has_notes(answer.content)


@pytest.mark.parametrize("verdict", ["infected", "unscanned"])
def test_what_the_scanner_holds_back_is_given_to_nobody(web, signed_in, verdict):
    """Neither the file nor its preview; the page says why."""
    number = open_with(web, photograph())
    (file,) = files_of(web, number)
    values = {"sha256": file.sha256, "verdict": verdict, "threat": "Eicar-Test", "scanned_at": web.now(), "tries": 1}
    with writing(web.engine) as connection:
        connection.execute(insert(scans).values(values))
    for person in (ASHA, CHITRA):
        client = signed_in(person)
        for name in (file.sha256, file.preview):
            assert client.get(f"/tickets/{number}/files/{name}").status_code == 404
        page = client.get(f"/tickets/{number}").text
        assert file.sha256 not in page
        assert "virus scanner" in page


def test_who_knows_the_name_of_the_bytes_has_no_right_by_that(web, signed_in, stranger):
    """A foreign ticket, another ticket of one's own, an unknown name, a path: all the same nothing."""
    number = open_with(web, screenshot(), PDF)
    own = do(web, BHARAT)
    bharat = signed_in(BHARAT)
    for file in files_of(web, number):
        assert bharat.get(path_of(number, file)).status_code == 404
        assert bharat.get(path_of(own, file)).status_code == 404
        assert stranger.get(path_of(number, file)).status_code == 303
    for name in ("0" * 64, "%2e%2e", "%00", "%2e%2e%2fmailbot.db", "A" * 64, "é" * 64, "0" * 63):
        assert signed_in(ASHA).get(f"/tickets/{number}/files/{name}").status_code == 404


def test_a_file_of_an_internal_note_stays_internal(web, signed_in):
    """What a colleague attached to a note is neither named nor given to the officer."""
    number = do(web, ASHA)
    do(web, CHITRA, number, Verb.NOTE, "Known at GSTN.", uploads=(screenshot("internal.png"),))
    (file,) = files_of(web, number)
    assert "internal.png" not in signed_in(ASHA).get(f"/tickets/{number}").text
    assert signed_in(ASHA).get(path_of(number, file)).status_code == 404
    assert "internal.png" in signed_in(CHITRA).get(f"/tickets/{number}").text
    assert signed_in(CHITRA).get(path_of(number, file)).status_code == 200


def test_a_file_that_was_erased_is_not_there(web, signed_in):
    """Its bytes are gone from the store; nobody sees an error of ours."""
    number = open_with(web, PDF)
    (file,) = files_of(web, number)
    assert web.files.discard(file.sha256, before=1e12)
    assert signed_in(ASHA).get(path_of(number, file)).status_code == 404


def test_a_name_cannot_break_out_of_its_header():
    """Quotes, line breaks, slashes and marks of direction have no power."""
    for name in (
        'a"; filename="b.exe',
        "a\r\nSet-Cookie: x=1",
        "../../etc/passwd",
        "a\u202egnp.exe",
        "",
        "\\",
        HINDI_NAME,
    ):
        header = disposition(name, shown=False)
        assert header.isascii()
        assert header.count('"') == 2
        assert not set(header) & set("\r\n\\")
        assert "/" not in header
    assert disposition("return.pdf", shown=True) == 'inline; filename="return.pdf"'
