"""All letters on one page, to look at: every kind, language and audience, as telephone and desktop show them."""

from __future__ import annotations

import base64
import email
import email.policy
import html
from typing import TYPE_CHECKING, Any

from mailbot.demo.samples.letters import AT, make_order, make_ticket
from mailbot.demo.samples.people import OFFICERS
from mailbot.demo.screenshots import RETURN_FAILED, draw_page
from mailbot.domain.letter import LETTERS, Audience, LetterKind, Picture, Thread
from mailbot.domain.numbering import ticket_number
from mailbot.domain.people import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mailbot.adapters.letters import LetterWriter
    from mailbot.domain.catalogue import Choices
    from mailbot.domain.desk import Desk
    from mailbot.domain.letter import Letter

WIDTHS = (360, 700)
_LANGUAGES = {Language.ENGLISH: "English", Language.HINDI: "हिन्दी"}
_AUDIENCES = {Audience.REQUESTER: "officer", Audience.STAFF: "IT section", Audience.COPY: "copy to an integrator"}

_STYLE = """
:root { color-scheme: light; }
body { margin: 0; font: 15px/1.5 "Noto Sans", "Noto Sans Devanagari", sans-serif; background: #dde4ec; color: #1b2733; }
nav { position: fixed; top: 0; bottom: 0; left: 0; width: 210px; overflow: auto; padding: 16px; background: #123a68; }
nav a { display: block; color: #cfe0f3; text-decoration: none; padding: 2px 0; }
nav b { color: #fff; }
nav label { display: block; color: #fff; padding: 2px 0; }
main { margin-left: 242px; padding: 16px 20px; }
h2 { margin: 28px 0 8px 0; color: #123a68; }
article { margin: 0 0 20px 0; padding: 12px 16px; border-radius: 8px; background: #fff; }
article h3 { margin: 0 0 8px 0; font-size: 15px; }
article h3 span { color: #55677a; font-weight: 400; }
.pair { display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; }
iframe { border: 1px solid #b9cbe0; height: 640px; background: #fff; }
pre { white-space: pre-wrap; font-family: inherit; background: #f4f8fc; padding: 12px; }
@media (max-width: 800px) { nav { position: static; width: auto; } main { margin: 0; padding: 8px; } }
"""
# The second width shows the same source; a frame becomes as high as what it holds.
_SCRIPT = """
for (const frame of document.querySelectorAll("iframe")) {
  frame.addEventListener("load", () => {
    frame.style.height = frame.contentDocument.documentElement.scrollHeight + 4 + "px";
  });
  if (frame.dataset.same) frame.srcdoc = frame.previousElementSibling.srcdoc;
}
for (const box of document.querySelectorAll("nav input")) {
  box.addEventListener("change", () => {
    const on = [...document.querySelectorAll("nav input:checked")].map((each) => each.value);
    for (const article of document.querySelectorAll("article"))
      article.hidden = !(on.includes(article.dataset.language) && on.includes(article.dataset.audience));
  });
}
"""


def letters_page(write: Callable[[LetterKind, Language, Audience], Letter]) -> str:
    """Return one HTML page with every letter; `write` writes a sample of a kind."""

    def section(kind: LetterKind) -> str:
        return f'<h2 id="{kind}">{kind.replace("_", " ")}</h2>{"".join(_articles(kind, write))}'

    kinds = "".join(f'<a href="#{kind}">{kind.replace("_", " ")}</a>' for kind in LetterKind)
    boxes = "".join(
        f'<label><input type="checkbox" checked value="{value}"> {name}</label>'
        for value, name in (*_LANGUAGES.items(), *_AUDIENCES.items())
    )
    sections = "".join(map(section, LetterKind))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>All letters</title><style>{_STYLE}</style></head><body>"
        f"<nav><b>{len(LetterKind)} letters</b>{boxes}<hr>{kinds}</nav><main>{sections}</main>"
        f"<script>{_SCRIPT}</script></body></html>"
    )


def sample_writer(writer: LetterWriter, desk: Desk) -> Callable[[LetterKind, Language, Audience], Letter]:
    """Return what writes a believable letter of each kind for this desk."""
    picture = Picture(RETURN_FAILED.file, "image/png", draw_page(RETURN_FAILED))
    values = {
        "number": ticket_number(desk.prefix, AT, 42),
        "module": _known("return-filing", desk.catalogue.modules),
        "priority": _known("high", desk.catalogue.priorities),
        "request_type": _known("problem", desk.catalogue.request_types),
    }

    def write(kind: LetterKind, language: Language, audience: Audience) -> Letter:
        order = make_order(kind, desk, language, audience)
        if LETTERS[kind].about_desk:
            return writer.write_for_desk(order, Thread(), AT, "preview")
        ticket = make_ticket(language, kind, **values)
        pictures = (picture,) if LETTERS[kind].pictures else ()
        return writer.write(order, ticket, Thread(), pictures, AT, "preview", OFFICERS[language])

    return write


def as_page(raw: bytes) -> tuple[str, str]:
    """Return the text part of a letter, and its HTML part with the pictures put in as data."""
    message: Any = email.message_from_bytes(raw, policy=email.policy.default)
    text: str = message.get_body(("plain",)).get_content()
    page: str = message.get_body(("html",)).get_content()
    for part in message.walk():
        if part.get_content_maintype() == "image" and part["content-id"]:
            data = base64.b64encode(part.get_content()).decode()
            cid = part["content-id"].strip("<>")
            page = page.replace(f"cid:{cid}", f"data:{part.get_content_type()};base64,{data}")
    return text, page


def _articles(kind: LetterKind, write: Callable[[LetterKind, Language, Audience], Letter]) -> Iterator[str]:
    for audience in Audience:
        if audience is Audience.COPY and LETTERS[kind].about_desk:
            continue
        for language in Language:
            letter = write(kind, language, audience)
            text, page = as_page(letter.raw)
            small, wide = WIDTHS
            yield (
                f'<article data-language="{language}" data-audience="{audience}" lang="{language}">'
                f"<h3>{html.escape(letter.subject)} <span>· {_LANGUAGES[language]} · {_AUDIENCES[audience]}</span></h3>"
                f'<div class="pair"><iframe sandbox="allow-same-origin" width="{small}" srcdoc="{html.escape(page)}">'
                f'</iframe><iframe sandbox="allow-same-origin" width="{wide}" data-same="yes"></iframe></div>'
                f"<details><summary>Text</summary><pre>{html.escape(text)}</pre></details></article>"
            )


def _known(code: str, choices: Choices) -> str:
    """Return the code if this desk has it, else its first."""
    codes = [entry.code for entry in choices.entries]
    return code if code in codes else codes[0]
