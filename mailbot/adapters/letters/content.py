"""What the sources are filled with, and the frame around them: the reader's language, the other one below in short."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from mailbot.adapters.letters.blocks import Button, Reading
from mailbot.adapters.letters.mailto import mailto_link
from mailbot.adapters.letters.sources import Block
from mailbot.domain.text import clean_line
from mailbot.domain.ticket import Status, Step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailbot.adapters.letters.blocks import Pages
    from mailbot.adapters.letters.desk_letters import DeskView
    from mailbot.adapters.letters.pictures import Embedded
    from mailbot.adapters.letters.sources import Rendered
    from mailbot.adapters.letters.view import View
    from mailbot.domain.people import Language

_WORDS_IN_LETTERS = (Step.RESOLVE, Step.ASK, Step.NOTE, Step.TAKE, Step.CONFIRM, Step.REOPEN, Step.CANCEL)
_NAMED_FILES = 10
_DIVIDER = "-" * 40
_PREHEADER_LIMIT = 140
_NO_BREAK = "\u00a0"


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the words of a letter: a ticket's number with status and title, or a headline alone."""

    headline: str
    title: str = ""
    status: str = ""
    status_name: str = ""
    readings: tuple[str, ...] = ()

    def as_text(self) -> str:
        """Return the head of the text part."""
        first = " · ".join(part for part in (self.headline, self.status_name) if part)
        return "\n".join(part for part in (first, self.title, *self.readings) if part)


def sentence_values(view: View, language: Language) -> dict[str, Any]:
    """Return what may stand inside a sentence of a letter."""
    return {
        "number": view.ticket.number,
        "title": view.title,
        "greeting": view.greeting(language),
        "staff": view.is_staff,
        "in_progress": view.ticket.status is Status.IN_PROGRESS,
        "requester": view.requester_name(language),
        "actor": view.actor(language),
        "by_requester": view.is_by_requester,
        "status": view.fact("status", language),
        "module": view.fact("module", language),
        "priority": view.fact("priority", language),
        "word": {step.value: view.command(step, language) for step in _WORDS_IN_LETTERS},
        "example": view.example(language),
        "button": {step.value: view.words.say("button", step, language) for step in _WORDS_IN_LETTERS},
        "closes_at": view.closes_at(language),
        "close_days": view.desk.close_after.days,
        "reopen_days": view.desk.reopen_after_close.days,
    }


def block_values(view: View, pages: Pages, embedded: Sequence[Embedded], named: Sequence[str]) -> dict[str, Any]:
    """Return the blocks of the main part of a letter; `named` are files that stay with the ticket."""
    language = view.order.language

    def facts(*names: str) -> Block:
        known = ((view.words.say("label", name, language), view.fact(name, language)) for name in names)
        return pages.facts([(label, value) for label, value in known if value])

    done = all(notice.code.startswith("done_") for notice in view.order.notices)
    ending = view.words.say("phrase", "text_cut", language) if view.is_cut else ""
    return {
        "facts": facts,
        "quote": pages.quote(view.text, ending, _reading(view)),
        "notices": pages.notices(view.notices(language), "good" if done else "heed"),
        "pictures": _picture_block(view, pages, embedded, named),
    }


def button_block(view: View, pages: Pages, reply_to: str, subject: str, token: str) -> Block:
    """Return the ready-made answers that the reader may give now."""
    language = view.order.language
    buttons: list[Button] = []
    for step in view.steps:
        label, word = view.words.say("button", step, language), view.command(step, language)
        line = view.words.say("phrase", "button_line", language, button=label, word=word)
        link = mailto_link(reply_to, subject, word, token)
        buttons.append(Button(label, word, link, line, filled=not buttons and step is not Step.CANCEL))
    words = " · ".join(button.word.replace(" ", _NO_BREAK) for button in buttons)
    return pages.buttons(buttons, view.words.say("phrase", "button_hint", language, words=words))


def rating_block(view: View, pages: Pages, reply_to: str, subject: str, token: str) -> Block:
    """Return five ready-made answers, from 5 to 1, when the letter asks how the help was."""
    if not view.asks_rating:
        return Block()
    language, own = view.order.language, view.desk.grammar.words(Step.RATE)
    buttons = []
    for number in ("5", "4", "3", "2", "1"):
        word = f"{own.button(language)} {number}" if own else number
        label = view.words.say("rating", number, language)
        buttons.append(Button(label, word, mailto_link(reply_to, subject, word, token), label, filled=False))
    return pages.ratings(buttons, view.words.say("phrase", "rating_hint", language))


def ticket_head(view: View) -> Head:
    """Return what stands above a letter about a ticket."""
    status = view.ticket.status
    name = view.fact("status", view.order.language)
    return Head(view.ticket.number, view.title, status.value, name, tuple(_title_reading(view)))


def plain_page(view: View | DeskView, head: Head, body: Rendered, note: Rendered) -> str:
    """Return the text part, in the same order as the HTML part."""
    language, other = view.order.language, view.order.language.other
    footer = view.words.say("phrase", view.footer, language)
    return "\n\n".join(
        (
            head.as_text(),
            body.as_text(),
            f"{_DIVIDER}\n{view.words.say('phrase', 'other_language', other)}",
            note.as_text(),
            f"-- \n{view.desk_names[language]} · {view.desk.address}\n{footer}",
        )
    )


def html_page(view: View | DeskView, head: Head, pages: Pages, body: Rendered, note: Rendered) -> str:
    """Return the HTML part."""
    language, other = view.order.language, view.order.language.other
    return pages.frame(
        {
            "language": language.value,
            "desk_name": view.desk_names[language],
            "desk_address": view.desk.address,
            "number": head.headline,
            "title": head.title,
            "title_reading": head.readings,
            "status": head.status,
            "status_name": head.status_name,
            "preheader": _preheader(body),
            "body": Markup(body.as_html()),  # noqa: S704 - Markdown without HTML, every value escaped in sources.py
            "other_language": other.value,
            "other_label": view.words.say("phrase", "other_language", other),
            "note": Markup(note.as_html()),  # noqa: S704 - the same
            "footer": view.words.say("phrase", view.footer, language),
        }
    )


def _reading(view: View) -> Reading:
    """Return the reading of a text in a legacy Hindi font, which says in both languages that the program made it."""
    language = view.order.language
    labels = tuple(view.words.say("phrase", "reading", each) for each in (language, language.other))
    return Reading(view.text_reading, labels)


def _title_reading(view: View) -> tuple[str, ...]:
    """Return the line below a title in a legacy Hindi font, or nothing."""
    said = view.words.say("phrase", "title_reading", view.order.language, reading=view.title_reading)
    return (said,) if view.title_reading else ()


def _picture_block(view: View, pages: Pages, embedded: Sequence[Embedded], named: Sequence[str]) -> Block:
    language = view.order.language
    shown = [
        (picture, view.words.say("phrase", "picture", language, count=count, name=picture.name))
        for count, picture in enumerate(embedded, 1)
    ]
    above, below = [], []
    if embedded:
        above.append(view.words.say("phrase", "pictures", language, names=", ".join(p.name for p in embedded)))
    if named:
        names = ", ".join(named[:_NAMED_FILES]) + (" …" if len(named) > _NAMED_FILES else "")
        below.append(view.words.say("phrase", "files", language, count=len(named), names=names))
    return pages.pictures(shown, above, below)


def _preheader(body: Rendered) -> str:
    """Return the first sentence after the salutation, which mail clients show beside the subject."""
    paragraphs = body.as_text().split("\n\n")
    return clean_line(paragraphs[min(1, len(paragraphs) - 1)], _PREHEADER_LIMIT)
