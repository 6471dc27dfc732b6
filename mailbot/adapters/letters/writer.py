"""The one door of this package: an order becomes a finished letter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailbot.adapters.letters.asks import answer_block
from mailbot.adapters.letters.blocks import Button, Pages
from mailbot.adapters.letters.content import Head, Matter, block_values, both_pages, sentence_values, ticket_head
from mailbot.adapters.letters.desk_letters import DeskView
from mailbot.adapters.letters.mailto import ready_reply
from mailbot.adapters.letters.message import Envelope, build_message, choose_files
from mailbot.adapters.letters.pictures import choose_pictures, file_name
from mailbot.adapters.letters.sources import hide, read_sources
from mailbot.adapters.letters.view import View
from mailbot.adapters.letters.wording import ReaderWording
from mailbot.adapters.letters.words import read_words
from mailbot.domain.letter import LETTERS, Letter
from mailbot.domain.numbering import number_digits
from mailbot.domain.people import Language
from mailbot.domain.text import clean_line
from mailbot.domain.trust import DESK_DIGITS, MESSAGE_ID_PREFIX, make_nonce, make_token

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, tzinfo
    from pathlib import Path

    from mailbot.adapters.letters.pictures import Embedded
    from mailbot.adapters.letters.tables import Offer
    from mailbot.domain.desk import Desk
    from mailbot.domain.facts import Fact
    from mailbot.domain.letter import LetterOrder, Picture, Thread
    from mailbot.domain.people import Person
    from mailbot.domain.ticket import Ticket
    from mailbot.domain.trust import Token
    from mailbot.domain.wording import SheetFile, Spreadsheets

_SUBJECT_LIMIT = 200
_NAME_LIMIT = 80
_ADDRESS_LIMIT = 254
_FILE_MARKS = re.compile(r"[^A-Za-z0-9-]+")
_LOCAL_PART_LIMIT = 64  # RFC 5321 4.5.3.1.1


class LetterWriter:
    """Writes letters; made once, with every template compiled.

    `names` is what the desk is called in each language; `picture_limit` is in bytes, for all pictures or attached files
    of one letter. `spreadsheets` makes files of tables.
    """

    def __init__(
        self,
        desk: Desk,
        names: Mapping[Language, str],
        timezone: tzinfo,
        templates: Path,
        *,
        plus_addressing: bool,
        picture_limit: int,
        spreadsheets: Spreadsheets,
    ) -> None:
        """Read `templates` (the folder that holds words.toml). Raises SettingsError when something in it is wrong."""
        self._desk = desk
        self._names = {language: clean_line(name, _NAME_LIMIT) for language, name in names.items()}
        self._commands = {
            language: {str(verb): words.button(language) for verb, words in desk.grammar.commands}
            for language in Language
        }
        self._timezone = timezone
        self._plus_addressing = plus_addressing
        self._picture_limit = picture_limit
        self._spreadsheets = spreadsheets
        self._words = read_words(templates)
        self._sources = read_sources(templates)
        self._pages = Pages(templates)

    def write(  # noqa: PLR0917 - the order of the arguments is the order in which they come to be known
        self,
        order: LetterOrder,
        ticket: Ticket,
        thread: Thread,
        pictures: Sequence[Picture],
        at: datetime,
        event_key: str,
        requester: Person | None = None,
        other_files: Sequence[str] = (),
        assignee: Person | None = None,
        facts: Sequence[Fact] = (),
    ) -> Letter:
        """Return the letter of an order about a ticket as it stands after the change.

        `pictures` and `other_files` (names) came with the mail that the letter is about; a letter that shows none still
        counts them. `event_key` names what happened: the same order with the same key gives the same bytes.
        """
        view = View(
            order,
            ticket,
            requester,
            assignee,
            self._desk,
            self._names,
            self._words,
            self._commands,
            self._timezone,
            screenshots=len(pictures),
            files=len(other_files),
            named=tuple(facts),
        )
        nonce = make_nonce(ticket.number, order.to, order.kind, event_key)
        token = make_token(self._desk.keys, number_digits(ticket.number), order.to, nonce)
        shown = LETTERS[order.kind].pictures and view.may_quote
        embedded, left_out = choose_pictures(pictures if shown else (), self._picture_limit, f"{nonce}@{self._domain}")
        named = (*left_out, *map(file_name, other_files)) if shown else ()
        return self._write(view, thread, token, at, embedded, named)

    @property
    def _domain(self) -> str:
        return self._desk.address.rpartition("@")[2]

    def write_for_desk(self, order: LetterOrder, thread: Thread, at: datetime, event_key: str) -> Letter:
        """Return the letter of an order about no single ticket."""
        view = DeskView(order, self._desk, self._names, self._commands, self.wording(order.language))
        nonce = make_nonce(DESK_DIGITS, order.to, order.kind, event_key)
        token = make_token(self._desk.keys, DESK_DIGITS, order.to, nonce)
        language = order.language
        source, other = self._sources[order.kind, language], self._sources[order.kind, language.other]
        values = view.values(language)
        subject = clean_line(source.subject.fill(values).as_text(), _SUBJECT_LIMIT)
        envelope = self._envelope(order, subject, token, thread, at)
        files, too_large = choose_files(self._files(order, at), self._picture_limit)
        blocks = {
            **view.blocks(self._pages, self._offer(order, nonce)),
            "files": view.file_lines(self._pages, files, too_large),
            "buttons": answer_block(view, self._pages, ready_reply(envelope.reply_to, subject, str(token))),
        }
        body = source.body.fill({**values, **blocks})
        note = other.short.fill(view.values(language.other))
        text, html = both_pages(view, Head(subject), self._pages, body, note)
        raw = build_message(envelope, text, html, (), files)
        return Letter(envelope.message_id, order.kind, order.to, subject, raw)

    def wording(self, language: Language) -> ReaderWording:
        """Return how readers of that language read tables."""
        return ReaderWording(self._words, self._desk.catalogue, self._timezone, language)

    def _offer(self, order: LetterOrder, nonce: str) -> Offer:
        """Return what makes the buttons of a table: a ready reply about the ticket of a row, which its token proves."""

        def offer(number: str, verb: str) -> Button:
            token = make_token(self._desk.keys, number_digits(number), order.to, nonce)
            reply_to = reply_address(self._desk.address, token, plus_addressing=self._plus_addressing)
            word = self._commands[order.language].get(verb, verb)
            label = self._words.say("button", verb, order.language)
            line = self._words.say("phrase", "table_button", order.language, button=label, word=word, number=number)
            link = ready_reply(reply_to, f"[{number}]", str(token)).link(word)
            return Button(label, word, link, line, filled=False)

        return offer

    def _files(self, order: LetterOrder, at: datetime) -> Sequence[SheetFile]:
        """Return the tables of a letter as files, if it asks for them; its value `file` is their name."""
        tables = [table for table in order.tables if table.rows]
        if not tables or not order.formats:
            return ()
        stem = _FILE_MARKS.sub("-", dict(order.values).get("file") or f"{self._desk.prefix}-{order.kind}")
        return self._spreadsheets(tables, order.formats, stem, self.wording(order.language), at)

    def _envelope(self, order: LetterOrder, subject: str, token: Token, thread: Thread, at: datetime) -> Envelope:
        reply_to = reply_address(self._desk.address, token, plus_addressing=self._plus_addressing)
        return Envelope(
            kind=order.kind,
            language=order.language,
            desk_name=self._names[order.language],
            desk_address=self._desk.address,
            reply_to=reply_to,
            to=clean_line(order.to, _ADDRESS_LIMIT),
            to_name=clean_line(hide(order.to_name), _NAME_LIMIT) if order.quote_sender else "",
            subject=subject,
            message_id=f"<{MESSAGE_ID_PREFIX}{token}@{self._domain}>",
            thread=thread,
            at=at.astimezone(self._timezone),
            boundary=token.mac,
        )

    def _write(  # noqa: PLR0917 - the second half of write()
        self, view: View, thread: Thread, token: Token, at: datetime, embedded: Sequence[Embedded], named: Sequence[str]
    ) -> Letter:
        order, language = view.order, view.order.language
        source, other = self._sources[order.kind, language], self._sources[order.kind, language.other]
        title = source.subject.fill(sentence_values(view, language, source.subject.names))
        subject = clean_line(title.as_text(), _SUBJECT_LIMIT)
        envelope = self._envelope(order, subject, token, thread, at)
        reply = ready_reply(envelope.reply_to, subject, str(token))
        matter = Matter(view, self._pages, reply, embedded, named)
        names = source.body.names
        body = source.body.fill({**sentence_values(view, language, names), **block_values(matter, names)})
        note = other.short.fill(sentence_values(view, language.other, other.short.names))
        text, html = both_pages(view, ticket_head(view), self._pages, body, note)
        raw = build_message(envelope, text, html, embedded)
        return Letter(envelope.message_id, order.kind, order.to, subject, raw)


def reply_address(desk_address: str, token: Token, *, plus_addressing: bool) -> str:
    """Return the address for answers: with the token where the provider allows it and it is not too long."""
    local, _, domain = desk_address.rpartition("@")
    tagged = f"{local}+{token}"
    return f"{tagged}@{domain}" if plus_addressing and len(tagged) <= _LOCAL_PART_LIMIT else desk_address
