"""How mail programs mark what is not new: quote marks, separators, header blocks and signatures, in many languages.

Every check looks at one line, or at a handful of lines around it, so that a hostile mail costs no more than a long one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mailbot.domain.quote_words import (
    CLOSINGS,
    DEVICE_ENDINGS,
    DEVICE_NAMES,
    DEVICES,
    LABELS,
    ORIGINAL,
    SENTENCE_WORDS,
    STARTERS,
    WROTE,
    WROTE_BEFORE_NAME,
)
from mailbot.domain.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

# What adapters write in front of a quote that a mail program marked by structure alone.
QUOTE_LINE = "-----Original Message-----"
FORWARD_LINE = "---------- Forwarded message ----------"

_LONGEST_LINE = 400
_ATTRIBUTION_LINES = 4
_BLOCK_LINES = 14
_BLOCK_KINDS = 3
_LABEL_LENGTH = 30
_MARKED_INDENT = 4

_TIME = re.compile(r"(?<![\d.])[0-2]?\d[:.][0-5]\d(?!\.?\d)")
_FIRST_WORD = re.compile(r"\W*(\w[^\s,]*)")
_DEVICE_LENGTH = 120
_SIGNATURE_LINE_LENGTH = 70
_SIGNATURE_WORDS = 9
_CONTACT = re.compile(r"[@\d]|www\.|https?:")


def is_marked(line: str) -> bool:
    """Tell whether a quote mark stands in front of the line."""
    bare = line.lstrip()
    return bare.startswith(">") and len(line) - len(bare) <= _MARKED_INDENT


def find_attribution(lines: Sequence[str], last: int) -> int:
    """Return the first line of a "On ... wrote:" that ends at line `last`, or -1.

    Mail programs wrap it over up to four lines. Without quote marks below it must name a time or an address.
    """
    end = lines[last].strip()
    if not end or len(end) > _LONGEST_LINE or is_marked(end):
        return -1
    if not end.endswith((":", "：", "-", "*", "_")):
        return -1
    marked = _next_is_marked(lines, last + 1)
    joined = ""
    for first in range(last, max(-1, last - _ATTRIBUTION_LINES), -1):
        line = lines[first].strip()
        if not line or len(line) > _LONGEST_LINE or is_marked(line):
            return -1
        joined = f"{line} {joined}".rstrip()
        named = "@" in joined or _TIME.search(joined) is not None
        known = _says_wrote(joined) and (named or marked)
        if known or (marked and named and end.endswith((":", "：")) and _starts_attribution(line)):
            return _with_first_line(lines, first)
    return -1


def is_original_line(line: str) -> bool:
    """Tell whether the line is "-----Original Message-----" or its like in another language."""
    bare = line.strip()
    if not bare or len(bare) > _LONGEST_LINE or is_marked(line):
        return False
    drawn = bare.startswith(("--", "__", "==", "**"))
    if not drawn and not bare.endswith(":"):
        return False
    words = fold(bare)
    return words in ORIGINAL or (drawn and words.startswith("forwarded by "))


def header_block_length(lines: Sequence[str], first: int) -> int:
    """Return how many lines a copied header (From:, Sent:, To:, Subject:) takes that begins at line `first`, or 0.

    It must hold an address or a time of day: an official letter also begins with From, To and Subject.
    """
    if _label_kind(lines[first]) not in {"from", "date", "subject", "to"}:
        return 0
    kinds: set[str] = set()
    proven, length, others = False, 0, 0
    for offset, line in enumerate(lines[first : first + _BLOCK_LINES]):
        kind = _label_kind(line)
        if kind:
            kinds.add(kind)
            proven = proven or "@" in line or _TIME.search(line[:_LONGEST_LINE]) is not None
            length, others = offset + 1, 0
        elif line.strip():
            others += 1
            if others > 1:
                break
    return length if proven and "from" in kinds and len(kinds) >= _BLOCK_KINDS else 0


def is_rule(line: str) -> bool:
    """Tell whether the line is nothing but a drawn rule, as Outlook and mailing lists draw it."""
    bare = line.strip()
    return len(bare) >= 5 and len(set(bare)) == 1 and bare[0] in "_-=*─―"  # noqa: PLR2004 - a rule is long


def is_signature_mark(line: str) -> bool:
    """Tell whether the line is the signature mark of RFC 3676 4.3, whose space mail programs often lose."""
    return line.rstrip() in {"--", "—"}


def is_device_line(line: str) -> bool:
    """Tell whether a mail program wrote the line about itself: "Sent from my iPhone"."""
    bare = line.strip(" \t*_-–—<>[]").lower().replace("\u202f", " ")
    if not bare or len(bare) > _DEVICE_LENGTH:
        return False
    return bare.startswith(DEVICES) or (bare.rstrip(".।").endswith(DEVICE_ENDINGS) and _names_device(bare))


def is_closing(line: str) -> bool:
    """Tell whether the line is only a farewell, after which a name follows."""
    return len(line) <= _SIGNATURE_LINE_LENGTH and fold(line) in CLOSINGS


def is_signature_text(line: str) -> bool:
    """Tell whether a line after a farewell may be part of a signature: a name, an office, a number; not a sentence."""
    bare = line.strip()
    words = fold(bare).split()
    if len(bare) > _SIGNATURE_LINE_LENGTH or len(words) > _SIGNATURE_WORDS or bare.endswith(("?", "!", "।", ":")):
        return False
    if SENTENCE_WORDS.intersection(words):
        return False
    return not bare[:1].islower() or _CONTACT.search(bare) is not None


def _names_device(bare: str) -> bool:
    return any(name in bare for name in DEVICE_NAMES)


def _says_wrote(text: str) -> bool:
    bare = text.rstrip(" :-–—：*_").lower()
    return bare.endswith(WROTE) or any(word in bare for word in WROTE_BEFORE_NAME)


def _with_first_line(lines: Sequence[str], found: int) -> int:
    """Return where a wrapped attribution begins: on the line that starts like one, right above the found line."""
    if _starts_attribution(lines[found]):
        return found
    for first in range(found - 1, max(-1, found - _ATTRIBUTION_LINES), -1):
        if not lines[first].strip() or len(lines[first]) > _LONGEST_LINE or is_marked(lines[first]):
            break
        if _starts_attribution(lines[first]):
            return first
    return found


def _starts_attribution(line: str) -> bool:
    match = _FIRST_WORD.match(line)
    if match is None:
        return False
    word = match.group(1)
    return word[0].isdigit() or fold(word) in STARTERS


def _next_is_marked(lines: Sequence[str], first: int) -> bool:
    following = next((line for line in lines[first : first + _ATTRIBUTION_LINES] if line.strip()), "")
    return is_marked(following)


def _label_kind(line: str) -> str:
    head, colon, _ = line.replace("：", ":")[: _LABEL_LENGTH + 10].partition(":")
    if not colon or len(head) > _LABEL_LENGTH:
        return ""
    return LABELS.get(fold(head), "")
