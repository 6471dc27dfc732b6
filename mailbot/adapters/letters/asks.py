"""What a letter asks for, with ready answers: the missing fields of a ticket, or a plain yes and no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.adapters.letters.blocks import Button
from mailbot.adapters.letters.sources import Block
from mailbot.domain.ticket import Step

if TYPE_CHECKING:
    from mailbot.adapters.letters.blocks import Pages
    from mailbot.adapters.letters.desk_letters import DeskView
    from mailbot.adapters.letters.mailto import ReadyReply
    from mailbot.adapters.letters.view import View
    from mailbot.domain.catalogue import Catalogue, Entry

# A short list: whoever needs another entry types its name.
MOST_CHOICES = 6


def ask_block(view: View, pages: Pages, reply: ReadyReply) -> Block:
    """Return what the ticket still needs, each with the line that fills it and links that write this line."""
    language = view.order.language
    rows: list[tuple[str, list[tuple[str, str]]]] = []
    for field in view.asked_fields:
        choices = _choices_of(field, view.desk.catalogue, view)
        names = [entry.name(language) for entry in choices]
        label = view.words.say("label", field, language)
        sentence = view.words.say("ask", field, language, choices=", ".join(names))
        links = [(name, reply.link(f"{label}: {name}")) for name in names]
        rows.append((sentence, links))
    return pages.asks(rows) if rows else Block()


def answer_block(view: DeskView, pages: Pages, reply: ReadyReply) -> Block:
    """Return the ready answers of a letter about no single ticket."""
    language, words = view.order.language, view.order.answers
    if not words:
        return Block()
    buttons = [_answer(word, view, reply, is_first=not position) for position, word in enumerate(words)]
    return pages.buttons(buttons, view.words.say("phrase", "button_hint", language, words=" · ".join(words)))


def link_block(view: DeskView, pages: Pages) -> Block:
    """Return the button that opens the page a letter has a link to; the link itself stands below it, to be copied."""
    language, link = view.order.language, dict(view.order.values).get("link", "")
    if not link:
        return Block()
    label = view.words.say("phrase", "open_link", language)
    hint = view.words.say("phrase", "copy_link", language)
    return pages.buttons([Button(label, "", link, hint, filled=True)], hint)


def _answer(word: str, view: DeskView, reply: ReadyReply, *, is_first: bool) -> Button:
    """Return the button of an answer, which says the word that it writes; taking back is told in more words."""
    language, undo = view.order.language, view.desk.grammar.words(Step.UNDO)
    is_undo = undo is not None and word == undo.button(language)
    label = view.words.say("button", Step.UNDO, language) if is_undo else word
    line = view.words.say("phrase", "button_line", language, button=label, word=word)
    return Button(label, word, reply.link(word), line, filled=is_first and not is_undo)


def _choices_of(field: str, catalogue: Catalogue, view: View) -> list[Entry]:
    """Return the first entries of a list that are neither the default nor what the ticket has."""
    lists = {"module": catalogue.modules, "priority": catalogue.priorities, "request_type": catalogue.request_types}
    choices = lists.get(field)
    if choices is None:
        return []
    left_out = {choices.default, getattr(view.ticket, field)}
    return [entry for entry in choices.entries if entry.code not in left_out][:MOST_CHOICES]
