"""What counts as text and what as a file, and what it is called: as most mail programs and libraries see it."""

from __future__ import annotations

import pytest

from mailbot.adapters.reading.message import read_message
from tests.reading.mails import FROM, HTML, PLAIN, PNG, multipart, part, picture, whole

FOOTER = part("Content-Type: text/plain", "-- the list")
NAMED = 'Content-Type: text/plain; charset=utf-8; name="note.txt"'
CASES = {
    "a first text with a name is text and file": (
        whole(multipart("mixed", part(f"{NAMED}\r\nContent-Disposition: inline", "नमस्ते"), FOOTER)),
        "नमस्ते\n\n-- the list",
        ["note.txt"],
    ),
    "a later text with a name is a file": (
        whole(multipart("mixed", PLAIN, part(f"{NAMED}\r\nContent-Disposition: inline", "x"))),
        "लॉगिन नहीं हो रहा।",
        ["note.txt"],
    ),
    "a first text that is attached is a file": (
        whole(multipart("mixed", part(f"{NAMED}\r\nContent-Disposition: attachment", "x"), PLAIN)),
        "लॉगिन नहीं हो रहा।",
        ["note.txt"],
    ),
    "an attached text without a name is a file": (
        whole(multipart("mixed", PLAIN, part("Content-Type: text/plain\r\nContent-Disposition: attachment", "x"))),
        "लॉगिन नहीं हो रहा।",
        ["text-1.txt"],
    ),
    "alternatives are no files": (
        whole(multipart("alternative", PLAIN, HTML)),
        "लॉगिन नहीं हो रहा।",
        [],
    ),
    "alternatives with names are no files": (
        whole(multipart("alternative", part(NAMED, "नमस्ते"), part('Content-Type: text/html; name="a.html"', "<p>x"))),
        "नमस्ते",
        [],
    ),
    "the same text as HTML behind it is shown once": (
        whole(multipart("mixed", PLAIN, HTML)),
        "लॉगिन नहीं हो रहा।",
        [],
    ),
    "another text as HTML behind it is shown too": (
        whole(multipart("mixed", PLAIN, part("Content-Type: text/html", "<p>Regards</p>"))),
        "लॉगिन नहीं हो रहा।\n\nRegards",
        [],
    ),
    "a second text without a name is text": (
        whole(multipart("mixed", PLAIN, FOOTER)),
        "लॉगिन नहीं हो रहा।\n\n-- the list",
        [],
    ),
    "an inline picture is a file": (
        whole(multipart("related", HTML, picture("Content-Type: image/png\r\nContent-Disposition: inline"))),
        "लॉगिन नहीं हो रहा।",
        ["image-1.png"],
    ),
    "a mail that is only a file": (
        FROM.encode() + picture('Content-Type: image/png; name="error.png"\r\nContent-Disposition: attachment'),
        "",
        ["error.png"],
    ),
    "a delivery report keeps its parts under their descriptions": (
        whole(
            multipart(
                "report; report-type=delivery-status",
                PLAIN,
                part("Content-Description: Delivery report\r\nContent-Type: message/delivery-status", "Action: failed"),
                part(
                    "Content-Description: Undelivered Message\r\nContent-Type: message/rfc822", "Subject: old\r\n\r\nx"
                ),
            )
        ),
        "लॉगिन नहीं हो रहा।",
        ["Delivery report.txt", "old.eml"],
    ),
    "a picture under its description": (
        whole(multipart("mixed", PLAIN, picture("Content-Type: image/png\r\nContent-Description: error.png"))),
        "लॉगिन नहीं हो रहा।",
        ["error.png"],
    ),
    "a name in the wrong parameter": (
        whole(
            multipart(
                "mixed", PLAIN, picture('Content-Type: image/png\r\nContent-Disposition: attachment; name="a.png"')
            )
        ),
        "लॉगिन नहीं हो रहा।",
        ["a.png"],
    ),
    "the name of the disposition before that of the type": (
        whole(
            multipart(
                "mixed", PLAIN, picture('Content-Type: image/png; name="b"\r\nContent-Disposition: x; filename=a.png')
            )
        ),
        "लॉगिन नहीं हो रहा।",
        ["a.png"],
    ),
    "a type without a subtype": (
        whole(multipart("mixed", PLAIN, part("Content-Type: application-x-gzip; name=document.xml.gz", "x"))),
        "लॉगिन नहीं हो रहा।",
        ["document.xml.gz"],
    ),
}


@pytest.mark.parametrize(("raw", "text", "names"), CASES.values(), ids=CASES)
def test_text_and_files_as_others_see_them(raw: bytes, text: str, names: list[str]) -> None:
    """The same mail gives the same words and the same files as in the programs people know."""
    found = read_message(raw, oversized=False).mail
    assert (found.text, [a.name for a in found.attachments]) == (text, names)


BRANDS = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"hevc": "image/heic",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"mp42": "video/mp4",
    b"qt  ": "video/quicktime",
    b"mif1heic": "image/heic",
    b"mif1avif": "image/avif",
    b"mif1xxxx": "image/heif",
}


@pytest.mark.parametrize(("brand", "real"), BRANDS.items())
def test_pictures_of_phones_are_known_by_their_bytes(brand: bytes, real: str) -> None:
    """HEIC and AVIF, also when the file names only the brand of still pictures first (ISO 23008-12)."""
    box = brand[:4] + b"\x00\x00\x00\x00" + brand[4:]
    data = (8 + len(box)).to_bytes(4, "big") + b"ftyp" + box + b"\x00" * 20
    assert types(data, "IMG_0001.bin") == [real]


@pytest.mark.parametrize(
    ("data", "real"),
    [
        (b"II*\x00\x08\x00\x00\x00", "image/tiff"),
        (b"MM\x00*\x00\x00\x00\x08", "image/tiff"),
        (b"II+\x00\x08\x00\x00\x00", "image/tiff"),
        (b"<?xml version='1.0'?>\n<!-- made by hand -->\n<svg width='1'/>", "image/svg+xml"),
        (b"\xef\xbb\xbf<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        (PNG, "image/png"),
    ],
)
def test_other_pictures_are_known_by_their_bytes(data: bytes, real: str) -> None:
    """TIFF of scanners and SVG, whatever they are called."""
    assert types(data, "scan.dat") == [real]


def types(data: bytes, name: str) -> list[str]:
    """Return the types of the files of a mail with one file."""
    raw = whole(multipart("mixed", PLAIN, picture(f"Content-Type: application/octet-stream; name={name}", data)))
    return [a.content_type for a in read_message(raw, oversized=False).mail.attachments]
