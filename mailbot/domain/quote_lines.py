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
    HISTORY_TITLES,
    LABELS,
    NOTICE_TITLES,
    NOTICES,
    ORIGINAL,
    SENT_LABELS,
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
_NAMES = 2
_DASHED_NAME = re.compile(r"[-–—][^\W\d_][\w.'’]*(?: [^\W\d_][\w.'’]*){0,2}$")
_BARE_LINK = re.compile(r"<?https?:\S+")
_PLACEHOLDER = re.compile(r"\s*(?:\[(?:cid:|image:|inline image)[^\[\]]*\]\s*(?:<[^<>\s]*>\s*)?)+$", re.IGNORECASE)
_ABOVE = re.compile("|".join(map(re.escape, ABOVE_THIS_LINE)))
_CONTACT = re.compile(r"[@\d]|www\.|https?:")


def is_marked(line: str) -> bool:
    """Tell whether a quote mark stands in front of the line."""
    return line[: _MARKED_INDENT + 1].lstrip().startswith(">")


def is_original_line(line: str) -> bool:
    """Tell whether the line is "-----Original Message-----" or its like in another language."""
    bare = line.strip()
    if not bare or len(bare) > LONGEST_LINE or is_marked(line):
        return False
    if _ABOVE.search(bare.lower()):
        return True
    drawn = bare.startswith(("-", "__", "==", "**"))
    framed = bare.startswith("*") and bare.endswith("*")
    if not (drawn or framed or bare.endswith((":", "："))):
        return False
    words = fold(bare)
    if words in HISTORY_TITLES:
        return drawn or framed
    if words in ORIGINAL:
        return drawn or not framed
    return drawn and words.startswith(("forwarded by ", "original message processed by "))


def header_block_length(lines: Sequence[str], first: int, *, above: bool = False) -> int:
    """Return how many lines a copied header (From:, Sent:, To:, Subject:) takes that begins at line `first`, or 0.

    It must hold an address or a time of day: an official letter also begins with From, To and Subject. Where new text
    stands above, From: and Sent: below it are proof, with an address or a third label.
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
    block = lines[first : first + length]
    if above and _is_sent(block, kinds):
        return length
    if not proven or ("from" in kinds and len(kinds) >= _BLOCK_KINDS):
        return length if proven else 0
    short = {"date", "to"} <= kinds or (length == 1 and {"from", "date"} <= {*kinds, *_further_kinds(block[0])})
    return length if short and _is_dated_and_addressed(block) else 0


def _is_sent(block: Sequence[str], kinds: set[str]) -> bool:
    """Tell whether a block begins with From: and Sent:, the second of which people do not write."""
    if len(block) <= 1 or _label_kind(block[0]) != "from" or _label(block[1]) not in SENT_LABELS:
        return False
    return "@" in block[0] or len(kinds) >= _BLOCK_KINDS


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
    return line.strip() in {"--", "—", "__"}


def is_dashed_name(line: str) -> bool:
    """Tell whether the line is a name behind a dash, as people sign on mailing lists: "-Ramesh Kumar"."""
    return len(line) <= _SIGNATURE_LINE_LENGTH and _DASHED_NAME.match(line.strip()) is not None


def is_device_line(line: str) -> bool:
    """Tell whether a mail program wrote the line about itself: "Sent from my iPhone"."""
    bare = line.strip(" \t*_-–—<>[]()")
    return 0 < len(bare) <= _DEVICE_LENGTH and _names_device(bare)


@lru_cache(maxsize=1024)  # each line is asked about twice
def _names_device(bare: str) -> bool:
    bare = bare.lower().replace("\u202f", " ")
    known = bare.startswith(DEVICES)
    if len(bare) > _DEVICE_LENGTH or bare.endswith((":", "?")) or (bare.endswith("!") and not known):
        return False
    words = _BARE_LINK.sub("", bare).rstrip(" .।)>*!")
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
    """Tell whether the line is only a farewell, after which a name follows, or both: "Regards, Ramesh Kumar"."""
    if len(line) > _SIGNATURE_LINE_LENGTH:
        return False
    farewell, _, name = line.partition(",")
    names = name.split()
    signed = len(names) <= _NAMES and all(word[0].isupper() and not word.isupper() for word in names)
    return fold(line) in CLOSINGS or (signed and fold(farewell) in CLOSINGS)


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


def _further_kinds(line: str) -> list[str]:
    """Return what the labels say that stand behind the first one on its line: "From: a@b.example Sent: Monday"."""
    middle = line[:LONGEST_LINE].replace("：", ":").split(":")[1:-1]
    words = (part.split()[-1][-_LABEL_LENGTH:] for part in middle if part.strip())
    return [kind for word in words if (kind := _label_of(word))]


def _label(line: str) -> str:
    return fold(line.replace("：", ":").partition(":")[0][:_LABEL_LENGTH])


@lru_cache(maxsize=4096)
def _label_of(head: str) -> str:
    return LABELS.get(fold(head), "")
