"""Files and signatures that stand inside a text, and invitations: taken out, read, and never more than they are."""

from __future__ import annotations

import base64
import binascii
import time

import pytest

from mailbot.adapters.reading.calendar import summarise
from mailbot.adapters.reading.encoded_blocks import decode_uu_line, take_out_blocks
from mailbot.adapters.reading.limits import Notes
from mailbot.adapters.reading.message import read_message
from tests.reading.mails import PLAIN, PNG, mail, multipart, part, whole


def uu(data: bytes, name: str = "error.png", *, end: bool = True) -> bytes:
    """Return a file as uuencode writes it."""
    lines = b"".join(binascii.b2a_uu(data[at : at + 45], backtick=True) for at in range(0, len(data), 45))
    return f"begin 644 {name}\n".encode() + lines + (b"`\nend\n" if end else b"")


def yenc(data: bytes, name: str = "error.png", head: str = "line=128 size={size}", *, end: bool = True) -> bytes:
    """Return a file as yEnc writes it."""
    encoded = b"".join(
        b"=" + bytes(((byte + 106) % 256,)) if (byte + 42) % 256 in b"\x00\r\n=" else bytes(((byte + 42) % 256,))
        for byte in data
    )
    lines = b"\r\n".join(encoded[at : at + 129] for at in range(0, len(encoded), 129))
    opened = f"=ybegin {head.format(size=len(data))} name={name}\r\n".encode()
    return opened + lines + b"\r\n" + (f"=yend size={len(data)}\r\n".encode() if end else b"")


EVERY_BYTE = bytes(range(256)) * 3
BLOCKS = {
    "uuencode": uu(EVERY_BYTE),
    "uuencode with blanks for zeros": uu(EVERY_BYTE).replace(b"`", b" "),
    "uuencode with CR LF": uu(EVERY_BYTE).replace(b"\n", b"\r\n"),
    "uuencode without an end": uu(EVERY_BYTE, end=False),
    "its base64 form": b"begin-base64 644 error.png\n" + base64.encodebytes(EVERY_BYTE) + b"====\n",
    "yEnc": yenc(EVERY_BYTE),
    "yEnc in two parts": yenc(EVERY_BYTE[:300], head="part=1 line=128 size=768")
    + yenc(EVERY_BYTE[300:], head="part=2 line=128 size=768"),
}


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_a_file_in_a_text_is_taken_out(block: bytes) -> None:
    """The bytes are whole, and the words around them stay."""
    text, files = take_out_blocks(b"Sir,\n" + block + b"Regards\n", Notes())
    assert [(file.name, file.data) for file in files] == [("error.png", EVERY_BYTE)]
    assert text == b"Sir,\nRegards\n"


def test_several_files_in_one_text() -> None:
    """One after the other, of both kinds, with words between them."""
    found = read_message(
        mail("", b"one\n" + uu(PNG, "a b.png") + b"two\n" + yenc(PNG, "c.png") + b"three\n" + uu(b"Cat", "d.txt")),
        oversized=False,
    ).mail
    assert found.text == "one\ntwo\nthree"
    assert [(a.name, a.content_type) for a in found.attachments] == [
        ("a b.png", "image/png"),
        ("c.png", "image/png"),
        ("d.txt", "text/plain"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        b"begin 644 rupees\nplease pay\nend\n",
        b"begin 644 x\n",
        b"we begin 644 units\nend\n",
        b"=ybegin without anything\nwords\n",
        b"beginning again\n",
        b"begin-base64 644\nAAAA\n",
    ],
)
def test_words_that_only_look_like_a_file_stay(text: bytes) -> None:
    """No sentence is lost to a pattern."""
    assert take_out_blocks(text, Notes()) == (text, ())


def test_words_after_a_file_that_is_cut_short_stay() -> None:
    """A file without an end takes only its own lines with it, also when "end" stands alone further down."""
    below = b"The officer says:\nthe portal is down\nsince morning\nplease\nend\n"
    text, files = take_out_blocks(uu(EVERY_BYTE, end=False)[:400].rpartition(b"\n")[0] + b"\n" + below, Notes())
    assert text == below
    assert EVERY_BYTE.startswith(files[0].data)


def test_a_damaged_line_does_not_lose_the_others() -> None:
    """One line that was changed on the way costs that line only."""
    lines = uu(EVERY_BYTE).splitlines(keepends=True)
    lines[3] = b"\x81\x82 damaged\n"
    notes = Notes()
    _, files = take_out_blocks(b"".join(lines), notes)
    assert len(EVERY_BYTE) - 45 <= len(files[0].data) < len(EVERY_BYTE)
    assert notes.sentences()


def test_bits_that_stand_for_nothing_do_not_lose_a_line() -> None:
    """Some encoders leave them in the last character of a line that holds no multiple of three bytes."""
    line = b'I455%4U0@1D]2(%%53U1%+F5X95!+!08      0 ! $,   "LU ,    _'
    notes = Notes()
    assert len(decode_uu_line(line, notes)) == line[0] - 32
    assert not notes.sentences()


@pytest.mark.parametrize(
    "text",
    [b"begin 644 x\nM\n" * 60_000, b"=ybegin line=1 size=1 name=x\n" * 30_000, b"begin 644 x\n#0V%T\n" * 60_000],
)
def test_a_million_beginnings_take_no_time(text: bytes) -> None:
    """Work grows with the length of the text, never faster."""
    begun = time.process_time()
    take_out_blocks(text, Notes())
    assert time.process_time() - begun < 3


SIGNED = (
    "-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nलॉगिन नहीं हो रहा।\r\n- -- \r\nRamesh\r\n"
    "-----BEGIN PGP SIGNATURE-----\r\n\r\niQEzBAEBCAAdFiEE\r\n=aBcD\r\n-----END PGP SIGNATURE-----\r\n"
)


def test_a_text_signed_with_openpgp_is_read_without_its_armor() -> None:
    """The words are the words, the signature is a file."""
    found = read_message(mail("", SIGNED), oversized=False).mail
    assert found.text == "लॉगिन नहीं हो रहा।\n-- \nRamesh"
    assert [(a.name, a.content_type) for a in found.attachments] == [("signature.asc", "application/pgp-signature")]


def test_words_below_a_signature_stay() -> None:
    """A list adds its footer below; a signature without an end does not swallow it."""
    cut = SIGNED.replace("-----END PGP SIGNATURE-----\r\n", "\r\nA footer\r\n")
    assert read_message(mail("", cut), oversized=False).mail.text.endswith("A footer")
    close = SIGNED.replace("-----END PGP SIGNATURE-----\r\n", "The officer added this.\r\n")
    assert read_message(mail("", close), oversized=False).mail.text.endswith("The officer added this.")


def test_a_text_encrypted_with_openpgp_is_told() -> None:
    """What cannot be read is kept as it is, and the mail says what to do."""
    body = "-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n-----END PGP MESSAGE-----\r\n"
    found = read_message(mail("", body), oversized=False).mail
    assert "hQEMA" in found.text
    assert any("encrypted with OpenPGP" in problem for problem in found.problems)


def test_a_mail_encrypted_with_openpgp_is_told() -> None:
    """PGP/MIME (RFC 3156 4): both parts are kept as files."""
    version = part("Content-Type: application/pgp-encrypted", "Version: 1")
    sealed = part('Content-Type: application/octet-stream; name="encrypted.asc"', "-----BEGIN PGP MESSAGE-----")
    found = read_message(whole(multipart("encrypted", version, sealed)), oversized=False).mail
    assert [a.name for a in found.attachments] == ["text-1.txt", "encrypted.asc"]
    assert any("encrypted with OpenPGP" in problem for problem in found.problems)


INVITATION = (
    "BEGIN:VCALENDAR\r\nMETHOD:{method}\r\nBEGIN:VTIMEZONE\r\nTZID:Asia/Kolkata\r\nDTSTART:19700101T000000\r\n"
    "END:VTIMEZONE\r\nBEGIN:VEVENT\r\nDTSTART;TZID=Asia/Kolkata:20261123T101500\r\nDTEND:20261123T051500Z\r\n"
    'ORGANIZER;CN="Saxena, Anjali":mailto:anjali@tax.example\r\nSUMMARY:GST की बैठक\\, सोमवार\r\n'
    "LOCATION:Room 4\r\nDESCRIPTION:Bring the\r\n  file.\\nThanks\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:second\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.mark.parametrize(
    ("method", "word"), [("REQUEST", "Invitation"), ("CANCEL", "Cancelled"), ("REPLY", "Answer to an invitation")]
)
def test_an_invitation_is_shown_as_lines(method: str, word: str) -> None:
    """A mail that is only an invitation says what, when, where and from whom."""
    calendar = part(f"Content-Type: text/calendar; method={method}; charset=utf-8", INVITATION.format(method=method))
    found = read_message(whole(multipart("alternative", calendar)), oversized=False).mail
    assert found.text == (
        f"{word}: GST की बैठक, सोमवार\nStarts: 2026-11-23 10:15 Asia/Kolkata\nEnds: 2026-11-23 05:15 UTC\n"
        "Organizer: Saxena, Anjali <anjali@tax.example>\nPlace: Room 4\n\nBring the file.\nThanks"
    )
    assert [a.name for a in found.attachments] == ["invite.ics"]


def test_an_invitation_that_is_sent_twice_is_kept_twice() -> None:
    """Google puts it among the alternatives and attaches it as well; both are parts of the mail."""
    shown = part("Content-Type: text/calendar; method=REQUEST", INVITATION)
    attached = part('Content-Type: application/ics; name="meeting.ics"', INVITATION)
    raw = whole(multipart("mixed", multipart("alternative", PLAIN, shown, boundary="inner"), attached))
    found = read_message(raw, oversized=False).mail
    assert [a.name for a in found.attachments] == ["invite.ics", "meeting.ics"]
    assert found.text == "लॉगिन नहीं हो रहा।"


@pytest.mark.parametrize("source", ["", "BEGIN:VCALENDAR", "SUMMARY:outside", "X" + ";" * 50_000, 'A;"' * 20_000])
def test_a_calendar_that_says_nothing(source: str) -> None:
    """No event, no text; and no pattern takes long over it."""
    assert summarise(source) == ""
