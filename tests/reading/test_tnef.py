"""A winmail.dat: its files, its words, the mails in it, and what a damaged one still gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.reading.limits import Notes
from mailbot.adapters.reading.mapi import parse_properties
from mailbot.adapters.reading.message import read_message
from mailbot.adapters.reading.tnef import unpack
from tests.reading import tnef
from tests.reading.mails import PLAIN, PNG, multipart, picture, whole


def wide(text: str) -> bytes:
    """Return a text as MAPI writes it in Unicode."""
    return f"{text}\x00".encode("utf-16-le")


SCREENSHOT = tnef.packed_file(
    "ERROR~1.PNG",
    PNG,
    (tnef.WIDE, tnef.LONG_NAME, wide("त्रुटि पृष्ठ.png")),
    (tnef.TEXT, tnef.MIME_TYPE, b"image/png\x00"),
    (tnef.TEXT, tnef.CONTENT_ID, b"image001.png@01DC5A2B\x00"),
)


def mail_with(data: bytes, *parts: bytes) -> bytes:
    """Return a mail that carries a winmail.dat."""
    packed = picture("Content-Type: application/ms-tnef; name=winmail.dat", data)
    return whole(multipart("mixed", *parts, packed))


def test_files_come_out_under_their_long_names() -> None:
    """A screenshot in a winmail.dat is a file of the mail, with its real name, beside the original."""
    reading = read_message(mail_with(tnef.winmail(SCREENSHOT), PLAIN), oversized=False)
    assert [(a.name, a.content_type, a.size) for a in reading.mail.attachments] == [
        ("winmail.dat", "application/vnd.ms-tnef", len(tnef.winmail(SCREENSHOT))),
        ("त्रुटि पृष्ठ.png", "image/png", len(PNG)),
    ]
    assert reading.files[reading.mail.attachments[1].sha256] == PNG
    assert reading.mail.attachments[1].content_id == "image001.png@01DC5A2B"


@pytest.mark.parametrize(
    "attributes",
    [
        tnef.message((tnef.WIDE, tnef.PLAIN, wide("लॉगिन नहीं हो रहा।"))),
        tnef.message((tnef.BINARY, tnef.HTML, "<p>लॉगिन <b>नहीं</b> हो रहा।</p>".encode())),
        tnef.attribute(tnef.MESSAGE_LEVEL, 0x0002800C, "लॉगिन नहीं हो रहा।\x00".encode()),
    ],
    ids=["property", "html", "attribute"],
)
def test_the_words_are_shown_when_the_mail_has_no_others(attributes: bytes) -> None:
    """A mail of Exchange that is nothing but a winmail.dat is read."""
    assert read_message(mail_with(tnef.winmail(attributes)), oversized=False).mail.text == "लॉगिन नहीं हो रहा।"


def test_the_words_of_the_mail_itself_come_first() -> None:
    """The copy of the text in a winmail.dat is not shown a second time."""
    packed = tnef.winmail(tnef.message((tnef.WIDE, tnef.PLAIN, wide("copy"))))
    assert read_message(mail_with(packed, PLAIN), oversized=False).mail.text == "लॉगिन नहीं हो रहा।"


def test_a_mail_in_a_winmail_dat_is_shown_as_forwarded() -> None:
    """An attached mail keeps its subject, its words and its files."""
    inner = tnef.winmail(
        tnef.message((tnef.WIDE, tnef.TOPIC, wide("Portal down")), (tnef.WIDE, tnef.PLAIN, wide("see below"))),
        SCREENSHOT,
    )
    attached = tnef.packed_file("mail", b"", (tnef.OBJECT, tnef.CONTENT, b"\x07" * 16 + inner))
    found = read_message(mail_with(tnef.winmail(attached), PLAIN), oversized=False).mail
    assert found.text.endswith("---------- Forwarded message ----------\nSubject: Portal down\n\nsee below")
    assert [a.name for a in found.attachments] == ["winmail.dat", "त्रुटि पृष्ठ.png"]


def test_narrow_texts_are_in_the_code_page_that_is_named() -> None:
    """Old Outlooks write names in the code page of the sender."""
    cyrillic = tnef.packed_file("x", b"1", (tnef.TEXT, tnef.LONG_NAME, "счёт.txt\x00".encode("cp1251")))
    (found,) = unpack(tnef.winmail(tnef.code_page(1251), cyrillic), Notes()).files
    assert found.name == "счёт.txt"


def test_properties_with_names_are_skipped() -> None:
    """Outlook puts properties of its own between the known ones."""
    listed = tnef.properties((tnef.NUMBER, 0x3705, b"\x01"), (tnef.WIDE, tnef.LONG_NAME, wide("a.png")))
    mixed = b"\x03\x00\x00\x00" + tnef.named_property("own") + listed[4:]
    assert parse_properties(mixed).text(tnef.LONG_NAME, "", Notes()) == "a.png"


def test_a_winmail_dat_that_is_cut_short_gives_what_is_there() -> None:
    """Half a download still has its first file, and the mail says that it is damaged."""
    data = tnef.winmail(SCREENSHOT, tnef.packed_file("B.TXT", b"x" * 500))
    notes = Notes()
    found = unpack(data[:-350], notes)
    assert found.files[0].data == PNG
    assert any("damaged" in sentence for sentence in notes.sentences())


def test_a_winmail_dat_in_itself_is_unpacked_five_times() -> None:
    """Nesting ends; the innermost stays a file."""
    data = tnef.winmail(SCREENSHOT)
    for _ in range(30):
        data = tnef.winmail(tnef.packed_file("mail", data))
    found = unpack(data, Notes())
    depth = 0
    while found.inner:
        found, depth = found.inner[0], depth + 1
    assert depth == 5
    assert len(found.files) == 1


@given(st.binary(max_size=300), st.integers(0, 200))
def test_any_bytes_are_unpacked(junk: bytes, position: int) -> None:
    """Damage anywhere is skipped, never raised."""
    data = tnef.winmail(SCREENSHOT)
    unpack(data[:position] + junk + data[position:], Notes())
