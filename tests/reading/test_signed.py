"""S/MIME: what is signed is read, what is encrypted stays shut, and a file is kept in both cases."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.adapters.reading.message import read_message
from mailbot.adapters.reading.signed import Envelope, open_envelope
from tests.reading.mails import FROM, PLAIN, PNG, multipart, part, picture, whole

SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
ENVELOPED_DATA = bytes.fromhex("06092a864886f70d010703")
DATA = bytes.fromhex("06092a864886f70d010701")


def der(tag: int, *content: bytes) -> bytes:
    """Return an element with a definite length (X.690 8.1.3)."""
    joined = b"".join(content)
    size = len(joined).to_bytes(4, "big").lstrip(b"\x00") or b"\x00"
    length = size if len(joined) < 128 else bytes((128 + len(size),)) + size
    return bytes((tag,)) + length + joined


def ber(tag: int, *content: bytes) -> bytes:
    """Return an element of indefinite length, which ends with two zero bytes (X.690 8.1.3.6)."""
    return bytes((tag, 0x80)) + b"".join(content) + b"\x00\x00"


def signed(content: bytes) -> bytes:
    """Return an envelope as OpenSSL and Outlook write it."""
    inner = der(0x30, DATA, der(0xA0, der(0x04, content)))
    return der(0x30, SIGNED_DATA, der(0xA0, der(0x30, der(0x02, b"\x01"), der(0x31), inner, der(0x31))))


def streamed(content: bytes) -> bytes:
    """Return an envelope that was written without knowing its length, in pieces."""
    pieces = (der(0x04, content[at : at + 50]) for at in range(0, len(content), 50))
    inner = ber(0x30, DATA, ber(0xA0, ber(0x24, *pieces)))
    return ber(0x30, SIGNED_DATA, ber(0xA0, ber(0x30, der(0x02, b"\x01"), ber(0x31, der(0x30)), inner, ber(0x31))))


def smime(
    data: bytes, head: str = "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m"
) -> bytes:
    """Return a mail that is nothing but an envelope."""
    return FROM.encode() + part(f"{head}\r\nContent-Transfer-Encoding: base64", base64.encodebytes(data))


@pytest.mark.parametrize("envelope", [signed, streamed])
@pytest.mark.parametrize(
    "head",
    [
        "Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
        "Content-Type: application/x-pkcs7-mime; name=smime.p7m",
        'Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename="smime.p7m"',
    ],
)
def test_what_is_signed_in_an_envelope_is_read(envelope: object, head: str) -> None:
    """Text and screenshot come out; the envelope stays as a file, for who wants to verify it."""
    assert callable(envelope)
    found = read_message(smime(envelope(multipart("mixed", PLAIN, picture())), head), oversized=False).mail
    assert found.text == "लॉगिन नहीं हो रहा।"
    assert [(a.name, a.content_type) for a in found.attachments] == [
        ("image-1.png", "image/png"),
        ("smime.p7m", "application/pkcs7-mime"),
    ]
    assert found.part_types[1] == "multipart/mixed"


def test_the_signature_beside_a_text_is_a_file() -> None:
    """Clear signed mail (RFC 8551 3.5.3): every program reads it."""
    signature = part('Content-Type: application/pkcs7-signature; name="smime.p7s"', signed(b"")[:40])
    found = read_message(whole(multipart("signed", PLAIN, signature)), oversized=False).mail
    assert found.text == "लॉगिन नहीं हो रहा।"
    assert [(a.name, a.content_type) for a in found.attachments] == [("smime.p7s", "application/pkcs7-signature")]


def test_an_encrypted_mail_says_so() -> None:
    """Nothing can be read: the file is kept, and the problem says what the sender should do."""
    found = read_message(smime(der(0x30, ENVELOPED_DATA, der(0xA0, der(0x30)))), oversized=False).mail
    assert (found.text, [a.name for a in found.attachments]) == ("", ["smime.p7m"])
    assert any("encrypted with S/MIME" in problem for problem in found.problems)


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x80", PNG, b"\x1f" * 50, b"\x24\x80" * 5000, signed(b"")[:20]])
def test_bytes_that_are_no_envelope_stay_a_file(data: bytes) -> None:
    """What is not understood is not guessed."""
    assert open_envelope(data) == (Envelope.OTHER, b"")


def test_an_envelope_in_an_envelope_ends() -> None:
    """Mails signed in mails signed in mails are opened down to a limit, and the rest is a file."""
    inner = PLAIN
    for _ in range(60):
        inner = part("Content-Type: application/pkcs7-mime", signed(inner))
    found = read_message(FROM.encode() + inner, oversized=False).mail
    assert len(found.attachments) == 21
    assert any("envelopes" in problem for problem in found.problems)


@given(st.binary(max_size=40), st.integers(0, 200))
def test_any_bytes_are_looked_at(junk: bytes, position: int) -> None:
    """Damage anywhere gives less, never an exception."""
    data = streamed(b"Content-Type: text/plain\r\n\r\n" + b"words " * 20)
    open_envelope(data[:position] + junk + data[position:])
