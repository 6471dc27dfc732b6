"""What a mail says about its ticket in tags and labelled lines: request type, module, priority, Employee ID, mobile.

Tags stand in the subject in any order: `[Refund][High] Cannot file`, `#refund #urgent`, `E-way Bill - High - down`.
Labelled lines stand in the body: `Module: E-way Bill`. What was understood leaves the title; what was not stays. A near
miss is never guessed: the default is taken and the answer asks "did you mean".
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mailbot.domain.letter import Notice
from mailbot.domain.text import fold

if TYPE_CHECKING:
    from mailbot.domain.catalogue import Catalogue
    from mailbot.domain.grammar import Grammar

_NEAR = 0.7
_NEAR_MINIMUM_LENGTH = 4  # shorter words are near to too many others
_BRACKETED = re.compile(r"[\[［【{<(]\s*([^\[\]［］【】{}<>()]{1,60}?)\s*[\]］】}>)]")
_HASHTAG = re.compile(r"(?<!\S)#([\w\u0900-\u097f-]{2,40})")
_DASHES = re.compile(r"\s+[-–—|/]+\s+|\s*\|\s*|(?<=\S)\s?:\s+")
_LABELLED = re.compile(
    r"(?P<label>(?:[^:：=\-–]|(?<=\S)-(?=[^\W\d])){2,40}?)\s*(?:[:：=]|\s[-–]\s|-(?=\s*[\d+]))\s*(?P<value>.{1,120})$"
)
_LABEL_AND_DIGITS = re.compile(r"(?P<label>[^\d:+]{3,30}?)\s+(?P<value>\+?[\d०-९][\d०-९\s-]{4,16})$")
# "112968 की ओर से"
_ID_AND_LABEL = re.compile(r"(?P<value>[\d०-९]{6})\s+(?P<label>[^\d:+]{5,20})$")
# Taken off before a line is compared: within the patterns these would cost the cube of their length.
_LINE_START = re.compile(r"[\s>*•\-]*")
_LONGEST_LABELLED_LINE = 200
_LONGEST_LONE = 60
_LONE_DIGITS = re.compile(r"\+?[\d०-९][\d०-९ ()-]{4,18}")
_EMPLOYEE_ID_DIGITS = 6
# Round brackets are ordinary writing as well: what they hold leaves the title only where the subject begins with it.
TAG_BRACKETS = "[［【{"
_MOST_LABELLED_LINES = 30  # comparing with the whole catalogue costs something; a table pasted into a mail is text
_SEVERAL = re.compile(r"[/,;&|]|\b(?:or|and|aur)\b|\sया\s|\sऔर\s", re.IGNORECASE)
_MOBILE = re.compile(r"^(?:\+?91|0091|0)?([6-9]\d{9})$")


@dataclass(frozen=True, slots=True)
class Fields:
    """What was understood; None means that the mail did not say it. `on_behalf` is the Employee ID after "For:"."""

    request_type: str | None = None
    module: str | None = None
    priority: str | None = None
    employee_id: str | None = None
    mobile: str | None = None
    notices: tuple[Notice, ...] = ()
    on_behalf: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was understood at all."""
        return self == Fields(notices=self.notices)

    def or_else(self, other: Fields) -> Fields:
        """Return these fields, completed by the other ones."""
        return Fields(
            self.request_type or other.request_type,
            self.module or other.module,
            self.priority or other.priority,
            self.employee_id or other.employee_id,
            self.mobile or other.mobile,
            tuple(dict.fromkeys((*self.notices, *other.notices))),
            self.on_behalf or other.on_behalf,
        )


NO_FIELDS = Fields()


@lru_cache(maxsize=4)
def catalogue_index(catalogue: Catalogue) -> dict[str, tuple[str, str]]:
    """Return every folded name of the catalogue with the field and the code it stands for."""
    index: dict[str, tuple[str, str]] = {}
    lists = (
        ("priority", catalogue.priorities),
        ("module", catalogue.modules),
        ("request_type", catalogue.request_types),
    )
    for field, choices in lists:
        for entry in choices.entries:
            for name in (entry.code, entry.en, entry.hi, *entry.aliases):
                index.setdefault(fold(name), (field, entry.code))
    return index


def parse_subject(subject: str, catalogue: Catalogue) -> tuple[Fields, str]:
    """Return what the tags of a subject say, and the title that remains."""
    fields, title = _take_brackets(subject, catalogue)
    fields, title = _take_hashtags(fields, title, catalogue)
    fields, title = _take_segments(fields, title, catalogue)
    return fields, re.sub(r"\s+", " ", title).strip(" -–—|:,/")


def parse_importance(headers: tuple[str, str, str], catalogue: Catalogue) -> Fields:
    """Return the priority that a mail client set: `X-Priority`, `Importance` and `X-MSMail-Priority`, in this order."""
    number = headers[0].strip()[:1]
    word = {"1": "high", "2": "high", "4": "low", "5": "low"}.get(number, "")
    word = word or next((w for w in ("high", "low") if w in {h.strip().lower() for h in headers[1:]}), "")
    field, code = catalogue_index(catalogue).get(word, ("", ""))
    return Fields(priority=code) if field == "priority" else Fields()


def parse_lines(text: str, catalogue: Catalogue, grammar: Grammar) -> tuple[Fields, str]:
    """Return what the labelled lines of a text say, and the text without the lines that were understood."""
    labels = dict(grammar.labels)
    fields, rest, seen = Fields(), [], 0
    for line in text.split("\n"):
        bare = _LINE_START.sub("", line[:_LONGEST_LABELLED_LINE].rstrip(), count=1)
        match = _LABELLED.match(bare) or _LABEL_AND_DIGITS.match(bare) or _ID_AND_LABEL.match(bare)
        field = labels.get(fold(match["label"])) if match else None
        if match is None or field is None or seen == _MOST_LABELLED_LINES:
            rest.append(line)
            continue
        seen += 1
        found = parse_field(field, match["value"], catalogue)
        fields = fields.or_else(found)
        if found.is_empty:
            rest.append(line)
    return fields, "\n".join(rest).strip()


def parse_lone_value(text: str, catalogue: Catalogue, grammar: Grammar) -> Fields:
    """Return what a text of one short line says that is only a value: "E-way Bill", "module refund", "123456"."""
    line = text.strip(" \t\n.।!*\"'“”")
    if not line or "\n" in line or len(line) > _LONGEST_LONE:
        return Fields()
    if _LONE_DIGITS.fullmatch(line):
        digits = ascii_digits(line)
        return Fields(employee_id=digits) if len(digits) == _EMPLOYEE_ID_DIGITS else Fields(mobile=parse_mobile(line))
    index = catalogue_index(catalogue)
    words = line.split()
    labels = dict(grammar.labels)
    heads = ((labels.get(fold(" ".join(words[:n]))), fold(" ".join(words[n:]))) for n in range(1, len(words)))
    choices = [("", fold(line)), *((label, rest) for label, rest in heads if label)]
    for label, name in choices:
        found, code = index.get(name, ("", ""))
        if found and label in {"", found}:
            return _with(Fields(), found, code)
    return Fields()


def parse_field(field: str, value: str, catalogue: Catalogue) -> Fields:
    """Return what one labelled value means, or a notice that says what is wrong with it."""
    if field in {"mobile", "phone"}:
        mobile = parse_mobile(value)
        is_silent = mobile is not None or field == "phone"  # an office telephone is not a mistake
        return Fields(mobile=mobile, notices=() if is_silent else (Notice("mobile_malformed", value),))
    if field == "on_behalf":
        digits = ascii_digits(value)
        is_id = len(digits) == _EMPLOYEE_ID_DIGITS and value.lstrip("( ")[:1].isdecimal()
        return Fields(on_behalf=digits) if is_id else Fields()
    if field == "employee_id":
        digits = ascii_digits(value)
        if len(digits) == _EMPLOYEE_ID_DIGITS:
            return Fields(employee_id=digits)
        return Fields(notices=(Notice("employee_id_malformed", value),))
    found, code = catalogue_index(catalogue).get(fold(value), ("", ""))
    if found == field:
        return _with(Fields(), field, code)
    return Fields(notices=(Notice(f"{field}_unknown", value, _nearest(value, catalogue, field)),))


def contradictions(lined: Fields, tagged: Fields, catalogue: Catalogue) -> tuple[Notice, ...]:
    """Return where the subject names something else than the labelled lines, which count."""
    lists = {"module": catalogue.modules, "priority": catalogue.priorities, "request_type": catalogue.request_types}
    found = []
    for field, choices in lists.items():
        line, tag = getattr(lined, field), getattr(tagged, field)
        if line and tag and line != tag:
            given, taken = choices.find(tag), choices.find(line)
            found.append(Notice(f"{field}_contradicted", f"{given.en} / {given.hi}", f"{taken.en} / {taken.hi}"))
    return tuple(found)


def parse_mobile(text: str) -> str | None:
    """Return an Indian mobile number as +91 and ten digits, the first of them 6 to 9, or None; of several the first."""
    for part in (text, *_SEVERAL.split(text)):
        sign = "+" if part.strip(" (").startswith("+") else ""
        match = _MOBILE.match(sign + ascii_digits(part))
        if match:
            return f"+91{match.group(1)}"
    return None


def ascii_digits(text: str) -> str:
    """Return the digits of a text, Devanagari ones included, as 0 to 9."""
    return "".join(str(unicodedata.decimal(character)) for character in text if character.isdecimal())


def _take_brackets(subject: str, catalogue: Catalogue) -> tuple[Fields, str]:
    fields, title = Fields(), subject
    for match in _BRACKETED.finditer(subject):
        remaining = []
        for part in re.split(r"\s*[,;|/]\s*", match.group(1)):
            fields, understood = _add_tag(fields, part, catalogue, is_certain=match.group(0)[0] in TAG_BRACKETS)
            if not understood:
                remaining.append(part)
        stands_apart = match.group(0)[0] in TAG_BRACKETS or not subject[: match.start()].strip()
        if not remaining and stands_apart:
            title = title.replace(match.group(0), " ", 1)
    return fields, title


def _take_hashtags(fields: Fields, title: str, catalogue: Catalogue) -> tuple[Fields, str]:
    kept, end = [], 0
    for match in _HASHTAG.finditer(title):
        fields, understood = _add_tag(fields, match.group(1).replace("_", " "), catalogue)
        if understood:
            kept.append(title[end : match.start()])
            end = match.end()
    return fields, " ".join((*kept, title[end:]))


def _take_segments(fields: Fields, title: str, catalogue: Catalogue) -> tuple[Fields, str]:
    segments = _DASHES.split(title)
    if len(segments) == 1:
        found, code = catalogue_index(catalogue).get(fold(title), ("", ""))
        return (_with(fields, found, code) if found and getattr(fields, found) is None else fields), title
    kept = []
    for segment in segments:
        found, code = catalogue_index(catalogue).get(fold(segment), ("", ""))
        if found and getattr(fields, found) is None:
            fields = _with(fields, found, code)
        else:
            kept.append(segment.strip())
    return (fields, title) if len(kept) == len(segments) else (fields, " - ".join(kept))


def _add_tag(fields: Fields, tag: str, catalogue: Catalogue, *, is_certain: bool = False) -> tuple[Fields, bool]:
    """Add one tag; text in square brackets is certainly meant as one, so a strange word there is worth a question."""
    index = catalogue_index(catalogue)
    # "Module: Refund" in brackets says its label as well.
    found, code = index.get(fold(tag)) or index.get(fold(tag.rpartition(":")[2])) or ("", "")
    if found:
        return (_with(fields, found, code), True) if getattr(fields, found) is None else (fields, False)
    nearest = _nearest(tag, catalogue)
    if not is_certain and not nearest:
        return fields, False
    return replace(fields, notices=(*fields.notices, Notice("tag_unknown", tag, nearest))), False


def _nearest(word: str, catalogue: Catalogue, field: str = "") -> str:
    index = catalogue_index(catalogue)
    candidates = [name for name, (owner, _) in index.items() if field in {"", owner}]
    near = get_close_matches(fold(word), candidates, n=1, cutoff=_NEAR)
    if not near or len(fold(word)) < _NEAR_MINIMUM_LENGTH:
        return ""
    owner, code = index[near[0]]
    lists = {"priority": catalogue.priorities, "module": catalogue.modules, "request_type": catalogue.request_types}
    entry = lists[owner].find(code)
    return f"{entry.en} / {entry.hi}"


def _with(fields: Fields, field: str, code: str) -> Fields:
    changes: dict[str, Any] = {field: code}
    return replace(fields, **changes)
