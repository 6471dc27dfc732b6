"""What the sources are filled with, and the frame around them: the reader's language, the other one below in short."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mailbot.adapters.letters.asks import ask_block
from mailbot.adapters.letters.blocks import NO_READING, Button, Look, Reading
from mailbot.adapters.letters.sources import Block
from mailbot.domain.text import clean_line
from mailbot.domain.ticket import Status, Step

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from mailbot.adapters.letters.blocks import Pages
    from mailbot.adapters.letters.desk_letters import DeskView
    from mailbot.adapters.letters.mailto import ReadyReply
    from mailbot.adapters.letters.pictures import Embedded
    from mailbot.adapters.letters.sources import Rendered
    from mailbot.adapters.letters.view import View
    from mailbot.domain.people import Language

_WORDS_IN_LETTERS = (Step.RESOLVE, Step.ASK, Step.NOTE, Step.TAKE, Step.CONFIRM, Step.REOPEN, Step.CANCEL)
_NEVER_HOPED_FOR = frozenset({Step.CANCEL, Step.UNDO})
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


@dataclass(frozen=True, slots=True)
class Matter:
    """What the blocks of a letter about a ticket are made of; `named` are files that stay with the ticket."""

    view: View
    pages: Pages
    reply: ReadyReply
    embedded: Sequence[Embedded]
    named: Sequence[str]


def sentence_values(view: View, language: Language, names: Collection[str]) -> dict[str, Any]:
    """Return those of the names that stand for words inside a sentence of a letter."""
    return {name: _SENTENCE[name](view, language) for name in names if name in _SENTENCE}


def block_values(matter: Matter, names: Collection[str]) -> dict[str, Any]:
    """Return those of the names that stand for blocks of the main part of a letter."""
    return {name: _BLOCKS[name](matter) for name in names if name in _BLOCKS}


def ticket_head(view: View) -> Head:
    """Return what stands above a letter about a ticket."""
    status = view.ticket.status
    name = view.fact("status", view.order.language)
    return Head(view.ticket.number, view.title, status.value, name, tuple(_title_reading(view)))


def both_pages(view: View | DeskView, head: Head, pages: Pages, body: Rendered, note: Rendered) -> tuple[str, str]:
    """Return the text part and the HTML part of a letter."""
    text = body.as_text()
    return _plain_page(view, head, text, note), _html_page(view, head, pages, body, note, _preheader(text))


def _plain_page(view: View | DeskView, head: Head, body: str, note: Rendered) -> str:
    """Return the text part, in the same order as the HTML part."""
    language, other = view.order.language, view.order.language.other
    footer = view.words.say("phrase", view.footer, language)
    return "\n\n".join(
        (
            head.as_text(),
            body,
            f"{_DIVIDER}\n{view.words.say('phrase', 'other_language', other)}",
            note.as_text(),
            f"-- \n{view.desk_names[language]} · {view.desk.address}\n{footer}",
        )
    )


def _html_page(  # noqa: PLR0917 - the two halves of both_pages()
    view: View | DeskView, head: Head, pages: Pages, body: Rendered, note: Rendered, preheader: str
) -> str:
    """Return the HTML part."""
    language, other = view.order.language, view.order.language.other
    look = Look(
        language=language.value,
        other_language=other.value,
        other_label=view.words.say("phrase", "other_language", other),
        desk_name=view.desk_names[language],
        desk_address=view.desk.address,
        status=head.status,
        status_name=head.status_name,
        footer=view.words.say("phrase", view.footer, language),
    )
    lines = (head.title, *head.readings) if head.title else ()
    # Markdown without HTML, every value escaped in sources.py.
    return pages.frame(look, head.headline, lines, preheader, body.as_html(), note.as_html())


def _preheader(body: str) -> str:
    """Return the first sentence after the salutation, which mail clients show beside the subject."""
    paragraphs = body.split("\n\n", 2)
    return clean_line(paragraphs[min(1, len(paragraphs) - 1)], _PREHEADER_LIMIT)


def _title_reading(view: View) -> tuple[str, ...]:
    """Return the line below a title in a legacy Hindi font, or nothing."""
    reading = view.title_reading
    return (view.words.say("phrase", "title_reading", view.order.language, reading=reading),) if reading else ()


def _facts(matter: Matter) -> Callable[..., Block]:
    """Return what makes a table of the facts that it is asked for, as far as they are known."""
    view, language = matter.view, matter.view.order.language

    def facts(*names: str) -> Block:
        known = ((view.words.say("label", name, language), view.fact(name, language)) for name in names)
        return matter.pages.facts([(label, value) for label, value in known if value])

    return facts


def _quote(matter: Matter) -> Block:
    view = matter.view
    ending = view.words.say("phrase", "text_cut", view.order.language) if view.is_cut else ""
    return matter.pages.quote(view.text, ending, _reading(view))


def _reading(view: View) -> Reading:
    """Return the reading of a text in a legacy Hindi font, which says in both languages that the program made it."""
    text, language = view.text_reading, view.order.language
    if not text:
        return NO_READING
    return Reading(text, tuple(view.words.say("phrase", "reading", each) for each in (language, language.other)))


def _notices(matter: Matter) -> Block:
    view = matter.view
    done = all(notice.code.startswith("done_") for notice in view.order.notices)
    return matter.pages.notices(view.notices(view.order.language), "good" if done else "heed")


def _pictures(matter: Matter) -> Block:
    view, embedded, named = matter.view, matter.embedded, matter.named
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
    return matter.pages.pictures(shown, above, below)


def _buttons(matter: Matter) -> Block:
    """Return the ready-made answers that the reader may give now."""
    view, language = matter.view, matter.view.order.language
    buttons: list[Button] = []
    for step in view.steps:
        label, word = view.words.say("button", step, language), view.command(step, language)
        line = view.words.say("phrase", "button_line", language, button=label, word=word)
        link = matter.reply.link(word)
        buttons.append(Button(label, word, link, line, filled=not buttons and step not in _NEVER_HOPED_FOR))
    words = " · ".join(button.word.replace(" ", _NO_BREAK) for button in buttons)
    return matter.pages.buttons(buttons, view.words.say("phrase", "button_hint", language, words=words))


def _rating(matter: Matter) -> Block:
    """Return five ready-made answers, from 5 to 1, when the letter asks how the help was."""
    view = matter.view
    if not view.asks_rating:
        return Block()
    language, own = view.order.language, view.desk.grammar.words(Step.RATE)
    buttons = []
    for number in ("5", "4", "3", "2", "1"):
        word = f"{own.button(language)} {number}" if own else number
        label = view.words.say("rating", number, language)
        buttons.append(Button(label, word, matter.reply.link(word), label, filled=False))
    return matter.pages.ratings(buttons, view.words.say("phrase", "rating_hint", language))


# What a source may name: words inside a sentence, and blocks of the main part.
_SENTENCE: dict[str, Callable[[View, Language], Any]] = {
    "number": lambda view, _: view.ticket.number,
    "title": lambda view, _: view.title,
    "greeting": lambda view, language: view.greeting(language),
    "staff": lambda view, _: view.is_staff,
    "in_progress": lambda view, _: view.ticket.status is Status.IN_PROGRESS,
    "waiting": lambda view, _: view.ticket.status is Status.WAITING,
    "requester": lambda view, language: view.requester_name(language),
    "actor": lambda view, language: view.actor(language),
    "by_requester": lambda view, _: view.is_by_requester,
    "status": lambda view, language: view.fact("status", language),
    "module": lambda view, language: view.fact("module", language),
    "priority": lambda view, language: view.fact("priority", language),
    "word": lambda view, language: {step.value: view.command(step, language) for step in _WORDS_IN_LETTERS},
    "example": lambda view, language: view.example(language),
    "button": lambda view, language: {
        step.value: view.words.say("button", step, language) for step in _WORDS_IN_LETTERS
    },
    "closes_at": lambda view, language: view.closes_at(language),
    "close_days": lambda view, _: view.desk.close_after.days,
    "reopen_days": lambda view, _: view.desk.reopen_after_close.days,
}
_BLOCKS: dict[str, Callable[[Matter], Any]] = {
    "facts": _facts,
    "quote": _quote,
    "notices": _notices,
    "pictures": _pictures,
    "buttons": _buttons,
    "rating": _rating,
    "asks": lambda matter: ask_block(matter.view, matter.pages, matter.reply),
}
