"""What never stands in a letter: markup and words of strangers, numbers of other people; and which pictures do."""

from __future__ import annotations

import re

import pytest
from letter_reading import html_of, read, text_of
from letter_samples import (
    AT,
    DESK_ADDRESS,
    ENGLISH,
    NUMBER,
    PICTURE,
    RAKESH,
    STAFF,
    TICKET_KINDS,
    TITLES,
    make_order,
    make_png,
    make_ticket,
    make_writer,
    write_sample,
)

from mailbot.domain.letter import Audience, LetterKind, Notice, Picture, Thread
from mailbot.domain.notice_codes import NOTICE_CODES
from mailbot.domain.people import Language

EVERY = [(kind, language, audience) for kind in TICKET_KINDS for language in Language for audience in Audience]
IT = Audience.STAFF


def test_a_mobile_number_is_whole_only_for_its_owner(writer):
    """The officer reads the number to check it; everybody else sees its ends."""
    own = text_of(write_sample(writer, LetterKind.ACKNOWLEDGEMENT))
    staff = write_sample(writer, LetterKind.NEW_TICKET, ENGLISH, IT)
    colleague = write_sample(writer, LetterKind.ACKNOWLEDGEMENT, to="other@tax.up.example")
    assert "+91 98390 12345" in own
    for letter in (staff, colleague):
        assert "98xxxxxx45" in text_of(letter)
        assert "12345" not in text_of(letter).replace(NUMBER, "")
        assert "98390" not in html_of(letter)


@pytest.mark.parametrize("kind", TICKET_KINDS)
@pytest.mark.parametrize("language", list(Language))
def test_nothing_of_an_unverified_mail_comes_back(writer, kind, language):
    """An unverified address gets a letter without a word of the mail, so that mailbot is no relay for strangers."""
    secrets = ("BUY-CHEAP", "Claimed Name", "ATTACK-TEXT", "evil.png", "GIVEN-WORD", "654321", "7777", "evil.pdf")
    ticket = make_ticket(
        language,
        kind,
        title="BUY-CHEAP pills",
        requester="stranger@mail.example",
        requester_name="Claimed Name",
        description="ATTACK-TEXT",
        employee_id="654321",
        mobile="+917777777777",
        verified=False,
    )
    replied = {
        LetterKind.ACKNOWLEDGEMENT,
        LetterKind.DONE,
        LetterKind.STILL_RESOLVED,
        LetterKind.REFUSED,
        LetterKind.NOT_UNDERSTOOD,
    }
    order = make_order(
        kind,
        language,
        to="stranger@mail.example",
        to_name="Claimed Name",
        actor="Claimed Name" if kind in replied else STAFF.name,
        text="ATTACK-TEXT" if kind in replied else "",
        notices=tuple(Notice(code, "GIVEN-WORD") for code in NOTICE_CODES),
        quote_sender=False,
    )
    pictures = (Picture("evil.png", "image/png", make_png()),) if kind in replied else ()
    letter = writer.write(order, ticket, Thread(), pictures, AT, "e", None, ("evil.pdf",) if kind in replied else ())
    everything = "\n".join((text_of(letter), html_of(letter), str(read(letter)), letter.subject))
    for secret in secrets:
        assert secret not in everything
    assert all(part.get_content_maintype() == "text" for part in read(letter).walk() if not part.is_multipart())


def test_an_unverified_address_still_gets_the_answer_of_the_it_section(writer):
    """The words of the IT section are not the stranger's, so a question or a solution reaches who asked."""
    letter = write_sample(writer, LetterKind.RESOLVED, quote_sender=False)
    assert "| The liability ledger has been rebuilt." in text_of(letter)
    assert TITLES[ENGLISH] not in text_of(letter)
    assert letter.subject == f"[{NUMBER}] Your message to the help desk"


HOSTILE = (
    '<script>alert("x")</script><img src=https://evil.example/p.png onerror=x> [click](https://evil.example) **bold** '
    "`code` &amp; # head \\* {{ number }} {% if x %} \ue0000\ue001 \ue000 \U000f0000 \u202egnp.exe"
)


@pytest.mark.parametrize(("kind", "language", "audience"), EVERY)
def test_a_strangers_words_are_only_ever_words(writer, kind, language, audience):
    """HTML, Markdown, Jinja and private-use characters in any value come out as the plain characters they are."""
    order = make_order(
        kind,
        language,
        audience,
        to_name=HOSTILE,
        actor=HOSTILE,
        text=f"{HOSTILE}\n# {HOSTILE}\n- {HOSTILE}",
        notices=(Notice("word_unknown", HOSTILE, HOSTILE),),
    )
    ticket = make_ticket(language, kind, title=HOSTILE, requester_name=HOSTILE, employee_id=HOSTILE)
    picture = Picture(HOSTILE, "image/png", make_png())
    letter = writer.write(order, ticket, Thread(), (picture,), AT, "e", None, (HOSTILE,))
    page, text = html_of(letter), text_of(letter)
    assert not re.search(r"<script|<img src=https|<a href=\"http|<strong[^>]*>bold|<code[^>]*>code|<h1[^>]*>head", page)
    assert not re.search("[\ue000-\uf8ff\U000f0000\u202e]", page + text)
    assert set(re.findall(r"<img [^>]*src=\"(\w+):", page)) <= {"cid"}
    assert "&lt;script&gt;" in page
    assert "{{ number }}" in text
    assert '<script>alert("x")</script>' in text
    assert "[click](https://evil.example) **bold** `code` &amp; # head" in text


def test_pictures_are_shown_up_to_the_limit_and_the_others_named():
    """Pictures travel inside the letter as long as they fit; whatever does not, or is no picture, is named."""
    small, large = make_png(), make_png(400, 400) + b"\0" * 5000
    writer = make_writer(picture_limit=1000)
    pictures = (
        Picture("पहला.png", "image/png", small),
        Picture("large.png", "image/png", large),
        Picture("drawing.svg", "image/svg+xml", b"<svg/>"),
        Picture("last.png", "image/png", small),
    )
    order, ticket = make_order(LetterKind.NEW_TICKET, ENGLISH, IT), make_ticket()
    letter = writer.write(order, ticket, Thread(), pictures, AT, "e", RAKESH, ("ledger.pdf",))
    images = [part for part in read(letter).walk() if part.get_content_maintype() == "image"]
    assert [image.get_filename() for image in images] == ["पहला.png", "last.png"]
    assert [image.get_content() for image in images] == [small, small]
    assert [image["Content-ID"].strip("<>") for image in images] == re.findall(r'src="cid:([^"]*)"', html_of(letter))
    assert "Screenshots: पहला.png, last.png" in text_of(letter)
    assert "Also kept with the ticket (3): large.png, drawing.svg, ledger.pdf" in text_of(letter)
    assert 'alt="Screenshot 1: पहला.png"' in html_of(letter)


@pytest.mark.parametrize(
    ("data", "width"),
    [
        (make_png(120, 4), "120"),
        (make_png(4000, 4), "536"),
        (b"GIF89a" + (77).to_bytes(2, "little") + b"\1\0", "77"),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x20\x00\x63" + b"\0" * 9, "99"),
        (b"\xff\xd8\xff\xe0\x00", "536"),
        (b"\xff\xd8\xff\xe0\x00\x00" * 9, "536"),
        (b"RIFF....WEBP", "536"),
        (b"\x89PNG\r\n\x1a\n", "536"),
    ],
)
def test_a_picture_is_never_blown_up_nor_wider_than_the_letter(writer, data, width):
    """Outlook shows a picture as wide as its attribute says; damaged pictures get the full width."""
    pictures = (Picture("a", "image/png", data),)
    assert f'width="{width}" alt=' in html_of(write_sample(writer, LetterKind.NEW_TICKET, ENGLISH, IT, pictures))


def test_a_picture_keeps_its_bytes_out_of_logs():
    """The representation of a picture and of a letter, which may land in a log, has no content."""
    assert "data" not in repr(PICTURE)
    assert DESK_ADDRESS not in repr(write_sample(make_writer(), LetterKind.DONE)).replace("message_id='<mb", "")
