"""Pictures as officers, telephones and attackers send them, and mails around them."""

from __future__ import annotations

import io
import struct
import zlib
from email.message import EmailMessage

from PIL import Image, ImageDraw

WORDS = "GSTR-3B दाखिल नहीं हो रहा।"


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    """Return a picture as a file."""
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def screenshot(width: int = 1366, height: int = 768, kind: str = "PNG", **options: object) -> bytes:
    """Return a page of a portal, with lines of text, as a file."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, width, 60), fill=(20, 60, 120))
    for number, top in enumerate(range(70, height, 18)):
        draw.text((12, top), f"{number} GSTIN 09ABCPS4821K1Z5 GSTR-3B RET191106 " * 5, fill=(number % 90, 30, 30))
    return encoded(image, kind, **options)


def logo(width: int = 180, height: int = 60, colour: str = "darkgreen") -> bytes:
    """Return the emblem that Outlook puts below each mail of an office."""
    image = Image.new("RGB", (width, height), "white")
    ImageDraw.Draw(image).ellipse((5, 5, height - 5, height - 5), fill=colour)
    return encoded(image)


def photograph(turn: int = 6) -> bytes:
    """Return a JPEG of a telephone that was held on its side, with the place where it was taken."""
    image = Image.new("RGB", (1600, 1200), "red")
    ImageDraw.Draw(image).rectangle((0, 0, 799, 1199), fill="blue")  # the left half, as the sensor saw it
    notes = Image.Exif()
    notes[0x0112] = turn
    notes[0x010F] = "Believable Telephones"
    notes[0x8825] = {1: "N", 2: (26.0, 50.0, 0.0), 3: "E", 4: (80.0, 56.0, 0.0)}
    return encoded(image, "JPEG", exif=notes, quality=90)


def png_header_only(width: int, height: int) -> bytes:
    """Return a PNG whose header promises so many pixels and whose data hold a few."""
    return _png(struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0), zlib.compress(bytes(1000)))


def true_png(width: int, height: int) -> bytes:
    """Return a PNG that really has all its pixels, one bit each, all black; its file is tiny."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return _png(struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0), rows)


def png_with_text_bomb() -> bytes:
    """Return a small PNG with a comment that unpacks to 100 MB."""
    packer = zlib.compressobj(9)
    text = b"".join(packer.compress(bytes(1_000_000)) for _ in range(100)) + packer.flush()
    comment = _chunk(b"zTXt", b"Comment\0\0" + text)
    plain = screenshot(1400, 400)
    return plain[:33] + comment + plain[33:]


def mail_with(*pictures: tuple[str, bytes, str], words: str = WORDS, inline: bool = False) -> bytes:
    """Return a mail with pictures (name, data, subtype), attached or shown inside its text."""
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Asha Verma <asha@tax.up.example>", "GSTR-3B"
    mail["Message-ID"] = f"<{zlib.crc32(words.encode())}@mail.example>"
    mail.set_content(words)
    if inline:
        shown = "".join(f'<img src="cid:{number}@x">' for number in range(len(pictures)))
        mail.add_alternative(f"<p>{words}</p>{shown}", subtype="html")
    for number, (name, data, subtype) in enumerate(pictures):
        if inline:
            part = mail.get_payload()[1]
            part.add_related(data, "image", subtype, cid=f"<{number}@x>", filename=name, disposition="inline")
        else:
            mail.add_attachment(data, "image", subtype, filename=name)
    return mail.as_bytes()


def _png(head: bytes, data: bytes) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
