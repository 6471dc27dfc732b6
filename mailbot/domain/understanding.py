"""What can be understood of a mail from the mail alone; `mailbot explain` prints it, decide() builds on it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from mailbot.domain.authority import Because, Level, Verdict, find_verdict
from mailbot.domain.command_lines import parse_command_line, parse_commands
from mailbot.domain.facts import Fact, find_facts
from mailbot.domain.language import find_language
from mailbot.domain.legacy_hindi import find_reading
from mailbot.domain.numbering import find_numbers
from mailbot.domain.own_numbers import EmployeeIds, choose_mobile, find_employee_ids
from mailbot.domain.people import Language
from mailbot.domain.quotes import find_farewell, find_own_words
from mailbot.domain.screen import Screening, screen
from mailbot.domain.tags import (
    NO_FIELDS,
    Fields,
    contradictions,
    parse_importance,
    parse_lines,
    parse_lone_value,
    parse_subject,
)
from mailbot.domain.text import fold
from mailbot.domain.tie_words import TYING, named_numbers
from mailbot.domain.verbs import VERBS, About, Takes, Verb

if TYPE_CHECKING:
    from mailbot.domain.catalogue import Catalogue
    from mailbot.domain.desk import Desk
    from mailbot.domain.grammar import Commands
    from mailbot.domain.mail import IncomingMail

# In a legacy Hindi font brackets, hashes, slashes and colons are letters, so only tags at the beginning are tags there.
_LEADING_TAGS = re.compile(r"(?:\s*\[[^\[\]]{1,60}\])*\s*")
NOT_JUDGED = Verdict(Level.A0, Because.NO_PIN)
_PREFIX = re.compile(r"^\s*([^\s:：\[\]]{2,12})\s*(?:\[\d+\])?\s*[:：]\s*")


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a mail says.

    `fields` is what tags, labelled lines and the mail client say together; `lined` what the labelled lines alone say,
    because the subject of an answer is not its sender's.
    `language` is "en", "hi" or "hi-Latn" (Hindi in Latin letters). `title` is the subject without prefixes, ticket
    numbers and understood tags. `text` is the new text without command lines and understood field lines; `words` still
    has the command lines, for a reader to whom they are ordinary words. `lone` is what a mail of one short line says
    that is nothing but a value, such as "E-way Bill" or "high". `verdict` is how sure its headers make it who wrote it.
    """

    screening: Screening
    language: str
    title: str
    fields: Fields
    lined: Fields
    commands: Commands
    text: str
    words: str
    employee_ids: EmployeeIds
    mobile: str | None
    facts: tuple[Fact, ...]
    lone: Fields = NO_FIELDS
    verdict: Verdict = NOT_JUDGED

    @property
    def claimed_id(self) -> str:
        """The Employee ID that a label names, or that is all of the mail."""
        return self.fields.on_behalf or self.fields.employee_id or self.lone.employee_id or ""

    @property
    def script(self) -> Language:
        """The language to answer in when the person has not chosen one: the script of the mail."""
        return Language.HINDI if self.language == "hi" else Language.ENGLISH


def understand(mail: IncomingMail, desk: Desk) -> Understanding:
    """Return what a mail says; pure, and the same for every mail with the same words."""
    catalogue, grammar = desk.catalogue, desk.grammar
    bare, is_answer = strip_subject(mail.subject, desk)
    tagged, title = _take_tags(bare, catalogue)
    own = find_own_words(mail.reply)
    commands = parse_commands(own, grammar, desk.prefix)
    if not commands.commands and not is_answer:
        commands = _subject_command(mail, bare, commands, desk)
    lined, words = parse_lines(commands.spoken, catalogue, grammar)
    commands = _without_field_lines(commands, desk)
    text = commands.commands[-1].note if commands.commands else words
    headers = (mail.header("x-priority"), mail.header("importance"), mail.header("x-msmail-priority"))
    fields = lined.or_else(tagged).or_else(parse_importance(headers, catalogue))
    fields = replace(fields, notices=fields.notices + contradictions(lined, tagged, catalogue))
    screening = screen(mail, desk.own_addresses)
    return Understanding(
        screening=screening,
        language=find_language(f"{bare}\n{own or mail.text}"),
        title=title,
        fields=fields,
        lined=lined,
        commands=commands,
        text=text,
        words=words,
        employee_ids=find_employee_ids(own, f"{find_farewell(mail.reply)}\n{mail.signature}"),
        mobile=choose_mobile(mail.phones),
        lone=parse_lone_value(words, catalogue, grammar) if lined.is_empty and not commands.commands else Fields(),
        facts=find_facts((own, *(file.name for file in mail.attachments))),
        verdict=find_verdict(mail, desk.trust, is_automatic=screening.automatic),
    )


def strip_subject(subject: str, desk: Desk) -> tuple[str, bool]:
    """Return a subject without Re:, Fwd: and ticket numbers, and whether it had such a prefix."""
    number = _number(desk.prefix)
    bare, is_answer = subject, False
    while True:
        shorter = number.sub(" ", bare).strip()
        match = _PREFIX.match(shorter)
        if match and fold(match.group(1)) in desk.grammar.prefixes:
            shorter, is_answer = shorter[match.end() :], True
        if shorter == bare:
            return bare.strip(), is_answer
        bare = shorter


@lru_cache(maxsize=4)
def _number(prefix: str) -> re.Pattern[str]:
    return re.compile(rf"\[?\b{re.escape(prefix)}[-\s]?\d{{4}}[-\s]?\d{{5,8}}[-\s]?\d\b\]?", re.IGNORECASE)


def _take_tags(subject: str, catalogue: Catalogue) -> tuple[Fields, str]:
    """Return what the tags of a subject say, and the title that remains."""
    if find_reading(subject) is None:
        return parse_subject(subject, catalogue)
    tags = _LEADING_TAGS.match(subject)
    end = tags.end() if tags else 0
    fields, kept = parse_subject(subject[:end], catalogue)
    return fields, f"{kept} {subject[end:]}".strip()


def _without_field_lines(commands: Commands, desk: Desk) -> Commands:
    """Return the commands with notes that hold no labelled lines, which are fields of the ticket and no words."""
    kept = (
        replace(command, note=parse_lines(command.note, desk.catalogue, desk.grammar)[1]) if command.note else command
        for command in commands.commands
    )
    return replace(commands, commands=tuple(kept))


def _subject_command(mail: IncomingMail, bare: str, commands: Commands, desk: Desk) -> Commands:
    """Read a command in the subject of a fresh mail: one that names tickets, or one that asks the desk something."""
    named = parse_command_line(mail.subject, desk.grammar, desk.prefix)
    if named is not None and VERBS[named.verb].about is About.TICKET and named_numbers(named) and named.is_plain:
        note = "\n".join(part for part in (named.note, commands.rest) if part)
        return replace(commands, commands=(replace(named, note=note),))
    found = parse_command_line(bare, desk.grammar)
    numbers = find_numbers(desk.prefix, mail.subject)
    if found is None or found.note:
        return commands
    if not numbers and VERBS[found.verb].about is About.TICKET and found.verb is not Verb.UNDO:
        return commands
    if found.verb in TYING:
        return replace(commands, commands=(replace(found, targets=numbers, note=commands.rest),))
    argument = found.argument or (" ".join(numbers) if VERBS[found.verb].takes is Takes.TICKETS else "")
    return replace(commands, commands=(replace(found, argument=argument, note=commands.rest),))
