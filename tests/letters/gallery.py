"""Writes every letter as a page to look at: `python tests/letters/gallery.py FOLDER`, then open FOLDER/index.html."""

from __future__ import annotations

import base64
import email
import email.policy
import html
import sys
from pathlib import Path

from letter_samples import AT, DESK_KINDS, HINDI, OFFICERS, make_order, make_ticket, make_writer, write_sample

from mailbot.demo.screenshots import RETURN_FAILED, draw_page
from mailbot.domain.letter import Audience, LetterKind, Picture, Thread
from mailbot.domain.people import Language


def main() -> None:
    """Write a page for each letter, its text part beside it, and an index."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    writer = make_writer()
    picture = Picture(RETURN_FAILED.file, "image/png", draw_page(RETURN_FAILED))
    rows = []
    for kind in LetterKind:
        for language in Language:
            for audience in Audience:
                name = f"{kind}-{language}-{audience}"
                if kind in DESK_KINDS:
                    letter = write_sample(writer, kind, language, audience)
                else:
                    letter = writer.write(
                        make_order(kind, language, audience),
                        make_ticket(language, kind),
                        Thread(),
                        (picture,) if kind in {LetterKind.NEW_TICKET, LetterKind.ACKNOWLEDGEMENT} else (),
                        AT,
                        "gallery",
                        OFFICERS[language],
                        ("स्टेटमेंट.pdf",) if language is HINDI else (),
                    )
                text, page = as_page(letter.raw)
                (folder / f"{name}.html").write_text(page, encoding="utf-8")
                (folder / f"{name}.txt").write_text(text, encoding="utf-8")
                rows.append(f'<li><a href="{name}.html">{name}</a> {html.escape(letter.subject)}</li>')
    index = f"<!doctype html><meta charset=utf-8><title>Letters</title><ul>{''.join(rows)}</ul>"
    (folder / "index.html").write_text(index, encoding="utf-8")
    sys.stdout.write(f"{len(rows)} letters in {folder}/index.html\n")


def as_page(raw: bytes) -> tuple[str, str]:
    """Return the text part of a letter, and its HTML part with the pictures put in as data."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    text = message.get_body(("plain",)).get_content()
    page = message.get_body(("html",)).get_content()
    for part in message.walk():
        if part.get_content_maintype() == "image":
            data = base64.b64encode(part.get_content()).decode()
            cid = part["content-id"].strip("<>")
            page = page.replace(f"cid:{cid}", f"data:{part.get_content_type()};base64,{data}")
    return text, page


if __name__ == "__main__":
    main()
