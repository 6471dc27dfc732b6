"""Types Hindi as an officer does who has Kruti Dev 010: the opposite of the reader, from a table of its own."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = {
    "अ": "v", "आ": "vk", "इ": "b", "ई": "bZ", "उ": "m", "ऊ": "Å", "ऋ": "_", "ए": ",", "ऐ": ",s", "ओ": "vks", "औ": "vkS",
    "ऑ": "vkW", "क": "d", "ख": "[k", "ग": "x", "घ": "?k", "ङ": "³", "च": "p", "छ": "N", "ज": "t", "झ": ">", "ञ": "¥",
    "ट": "V", "ठ": "B", "ड": "M", "ढ": "<", "ण": ".k", "त": "r", "थ": "Fk", "द": "n", "ध": "/k", "न": "u", "प": "i",
    "फ": "Q", "ब": "c", "भ": "Hk", "म": "e", "य": ";", "र": "j", "ल": "y", "व": "o", "श": "'k", "ष": '"k', "स": "l",
    "ह": "g", "ळ": "G",
}  # fmt: skip
_SIGNS = {
    "ा": "k", "ी": "h", "ु": "q", "ू": "w", "ृ": "`", "े": "s", "ै": "S", "ो": "ks", "ौ": "kS", "ॉ": "kW", "ॅ": "W",
    "ं": "a", "ँ": "¡", "ः": "%", "़": "+", "्": "~",
}  # fmt: skip
_HALVES = {
    "क": "D", "ख": "[", "ग": "X", "घ": "?", "च": "P", "ज": "T", "ण": ".", "त": "R", "थ": "F", "ध": "/", "न": "U",
    "प": "I", "फ": "¶", "ब": "C", "भ": "H", "म": "E", "ल": "Y", "व": "O", "श": "'", "ष": '"', "स": "L", "य": "¸",
}  # fmt: skip
_JOINED = {
    "क्ष": "{k", "त्र": "=", "ज्ञ": "K", "श्र": "J", "द्य": "|", "द्व": "}", "द्ध": ")", "द्द": "í", "प्र": "iz", "क्र": "Ø",
    "द्र": "nz", "फ्र": "Ý", "ट्र": "Vª", "ड्र": "Mª", "ट्ट": "ê", "ट्ठ": "ë", "ह्न": "à", "ह्य": "á", "ह्म": "ã",
    "त्त": "Ùk", "न्न": "é", "रु": "#", "रू": ":",
}  # fmt: skip
_MARKS = {"।": "A", "-": "&", "/": "@", ",": "]", "?": "\\", "(": "¼", ")": "½", ".": "-", ":": "%", "“": "Þ", "”": "ß"}
_CONSONANT = "[क-ह]़?"
_SYLLABLE = re.compile(rf"(र्(?={_CONSONANT}))?((?:{_CONSONANT}्)*{_CONSONANT})(ि)?([ा-ौॅ]?)([ँंः]*)(्?)|(.)", re.DOTALL)
_HINDI_WORD = re.compile(r"\S*[\u0900-\u097f]\S*")


def type_in_kruti_dev(text: str) -> str:
    """Return the text as the keys that draw it; words without Devanagari are typed in another font and stay."""
    return _HINDI_WORD.sub(lambda match: _type_word(match.group(0)), unicodedata.normalize("NFC", text))


def _type_word(word: str) -> str:
    return "".join(_type_syllable(match) for match in _SYLLABLE.finditer(word))


def _type_syllable(match: re.Match[str]) -> str:
    reph, cluster, before, sign, marks, halant, other = match.groups()
    if other is not None:
        return _LETTERS.get(other) or _SIGNS.get(other) or _MARKS.get(other, other)
    typed = "" if cluster + sign in _JOINED else _type_cluster(cluster)
    typed = _JOINED.get(cluster + sign) or typed + _SIGNS.get(sign, "")
    ends = "".join(_SIGNS[mark] for mark in marks + halant)
    return f"{'f' if before else ''}{typed}{'Z' if reph else ''}{ends}"


def _type_cluster(cluster: str) -> str:
    letters = cluster.split("्")
    typed = ""
    while len(letters) > 1:
        pair = "्".join(letters[:2])
        if pair in _JOINED:
            joined = _JOINED[pair]
            if len(letters) == 2:
                return typed + joined
            typed += joined.removesuffix("k") if joined.endswith("k") else f"{joined}~"
            letters = letters[2:]
        elif letters[1] == "र" and len(letters) == 2:
            return f"{typed}{_type_letter(letters[0])}z"
        else:
            half = _HALVES.get(letters[0][0])
            typed += f"{half}{'+' if len(letters[0]) > 1 else ''}" if half else f"{_type_letter(letters[0])}~"
            letters = letters[1:]
    return typed + (_type_letter(letters[0]) if letters else "")


def _type_letter(letter: str) -> str:
    return _LETTERS[letter[0]] + ("+" if len(letter) > 1 else "")
