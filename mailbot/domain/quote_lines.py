"""How mail programs mark what is not new: quote marks, separators, header blocks and signatures, in many languages.

Every check looks at one line, or at a handful of lines around it, so that a hostile mail costs no more than a long one.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from mailbot.domain.quote_words import (
    ABOVE_THIS_LINE,
    CLOSINGS,
    DEVICE_ENDINGS,
    DEVICE_NAMES,
    DEVICE_SENTENCE,
    DEVICE_STARTS,
    DEVICES,
    LABELS,
    NOTICE_TITLES,
    NOTICES,
    ORIGINAL,
    SENTENCE_WORDS,
)
from mailbot.domain.text import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

# What adapters write in front of a quote that a mail program marked by structure alone.
QUOTE_LINE = "-----Original Message-----"
FORWARD_LINE = "---------- Forwarded message ----------"

LONGEST_LINE = 400
_BLOCK_LINES = 14
_BLOCK_KINDS = 3
_LABEL_LENGTH = 30
_MARKED_INDENT = 4

TIME = re.compile(r"(?<![\d.])[0-2]?\d[:.][0-5]\d(?!\.?\d)")
_DEVICE_LENGTH = 120
_SIGNATURE_LINE_LENGTH = 70
_SIGNATURE_WORDS = 9
_DASHED_NAME = re.compile(r"[-–—][^\W\d_][\w.'’]*(?: [^\W\d_][\w.'’]*){0,2}$")
_BARE_LINK = re.compile(r"<?https?:\S+")
_PLACEHOLDER = re.compile(r"\s*(?:\[(?:cid:|image:|inline image)[^\[\]]*\]\s*(?:<[^<>\s]*>\s*)?)+$", re.IGNORECASE)
_CONTACT = re.compile(r"[@\d]|www\.|https?:")


def is_marked(line: str) -> bool:
    """Tell whether a quote mark stands in front of the line."""
    bare = line.lstrip()
    return bare.startswith(">") and len(line) - len(bare) <= _MARKED_INDENT


def is_original_line(line: str) -> bool:
    """Tell whether the line is "-----Original Message-----" or its like in another language."""
    bare = line.strip()
    if not bare or len(bare) > LONGEST_LINE or is_marked(line):
        return False
    if any(words in bare.lower() for words in ABOVE_THIS_LINE):
        return True
    drawn = bare.startswith(("-", "__", "==", "**"))
    if not drawn and not bare.endswith((":", "：")):
        return False
    words = fold(bare)
    return words in ORIGINAL or (drawn and words.startswith(("forwarded by ", "original message processed by ")))


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
            proven = proven or "@" in line or TIME.search(line[:LONGEST_LINE]) is not None
            length, others = offset + 1, 0
        elif line.strip():
            others += 1
            if others > 1:
                break
    if not proven or ("from" in kinds and len(kinds) >= _BLOCK_KINDS):
        return length if proven else 0
    return length if {"date", "to"} <= kinds and _is_dated_and_addressed(lines[first : first + length]) else 0


def _is_dated_and_addressed(block: Sequence[str]) -> bool:
    """Tell whether a block of few labels holds a time of day and an address, as only a mail's own header does."""
    text = "\n".join(line[:LONGEST_LINE] for line in block)
    return "@" in text and TIME.search(text) is not None


def is_rule(line: str) -> bool:
    """Tell whether the line is nothing but a drawn rule, as Outlook and mailing lists draw it."""
    bare = line.strip()
    return len(bare) >= 5 and len(set(bare)) == 1 and bare[0] in "_-=*─―~#+,—–"  # noqa: PLR2004 - a rule is long


def is_signature_mark(line: str) -> bool:
    """Tell whether the line is the signature mark of RFC 3676 4.3, whose space mail programs often lose."""
    return line.rstrip() in {"--", "—", "__"}


def is_dashed_name(line: str) -> bool:
    """Tell whether the line is a name behind a dash, as people sign on mailing lists: "-Ramesh Kumar"."""
    return len(line) <= _SIGNATURE_LINE_LENGTH and _DASHED_NAME.match(line.strip()) is not None


def is_device_line(line: str) -> bool:
    """Tell whether a mail program wrote the line about itself: "Sent from my iPhone"."""
    bare = line.strip(" \t*_-–—<>[]()").lower().replace("\u202f", " ")
    if not bare or len(bare) > _DEVICE_LENGTH or bare.endswith((":", "?", "!")):
        return False
    words = _BARE_LINK.sub("", bare).rstrip(" .।)>*")
    known = bare.startswith(DEVICES)
    named = bare.startswith(DEVICE_STARTS) or words.endswith(DEVICE_ENDINGS)
    if not known and not (named and any(name in words for name in DEVICE_NAMES)):
        return False
    return not DEVICE_SENTENCE.intersection(fold(words).split())


def is_notice(line: str) -> bool:
    """Tell whether a legal notice begins here, as mail servers write it below every mail."""
    bare = line.strip(" \t*_-–—[]\"'").lower()
    return bare.startswith(NOTICES) or fold(bare.partition(":")[0][:_SIGNATURE_LINE_LENGTH]) in NOTICE_TITLES


def is_placeholder(line: str) -> bool:
    """Tell whether the line only says that a picture stood here: "[cid:image001.png]", "[image: error.png]"."""
    return len(line) <= LONGEST_LINE and _PLACEHOLDER.match(line) is not None


def has_contact(line: str) -> bool:
    """Tell whether an address, a number or a link stands in the line, as in every footer."""
    return _CONTACT.search(line) is not None


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
    return not bare[:1].islower() or has_contact(bare)


def _label_kind(line: str) -> str:
    head, colon, _ = line.replace("：", ":")[: _LABEL_LENGTH + 10].partition(":")
    if not colon or len(head) > _LABEL_LENGTH:
        return ""
    return _label_of(head)


@lru_cache(maxsize=4096)
def _label_of(head: str) -> str:
    return LABELS.get(fold(head), "")
