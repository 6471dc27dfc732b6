"""The glyphs of Kruti Dev 010 and the fonts that share its layout: what each Latin character shows on the screen.

Such a font draws pieces of letters in the order in which a typewriter strikes them, so a sign may stand before or after
the letter that it belongs to in Unicode; `Part` says how a piece takes its place.
"""

from __future__ import annotations

from enum import Enum, auto

HALANT, NUKTA, REPH = "्", "़", "र्"


class Part(Enum):
    """How a piece of a letter joins the syllable that is being written."""

    FULL = auto()  # a whole consonant, or several
    HALF = auto()  # a consonant without its upright stroke, which `k` completes
    BELOW = auto()  # joined to what stands before it: ्र, ्य
    VOWEL = auto()  # a vowel of its own
    SIGN = auto()  # a vowel sign after its consonant
    BEFORE = auto()  # a vowel sign struck before its consonant: ि, with what else the glyph shows
    REPH = auto()  # र् above the syllable, struck at its end
    MARK = auto()  # anusvara, chandrabindu, visarga, avagraha
    NUKTA = auto()
    HALANT = auto()


def _pairs(part: Part, glyphs: str) -> dict[str, tuple[tuple[Part, str], ...]]:
    words = glyphs.split()
    return {key: ((part, letter),) for key, letter in zip(words[::2], words[1::2], strict=True)}


# One or two characters as sent, and the pieces they stand for, in order. Two characters win over one.
GLYPHS: dict[str, tuple[tuple[Part, str], ...]] = {
    **_pairs(
        Part.FULL,
        """d क x ग Ä घ ³ ङ p च N छ t ज > झ ÷ झ ¥ ञ V ट B ठ M ड < ढ r त n द u न i प Q फ c ब Ò भ e म ; य j र y ल G ळ
        o व l स g ह = त्र K ज्ञ | द्य } द्व J श्र Ø क्र Ý फ्र æ द्र ç प्र Á प्र ô क्क ä क्त é न्न à ह्न á ह्य ã ह्म í द्द
        Ì द्द ê ट्ट Í ट्ट ë ट्ठ Î ट्ठ ì ड्ड Ï ड्ड ï ड्ढ Ô ड्ढ ) द्ध""",
    ),
    **_pairs(
        Part.HALF,
        """D क् [ ख् X ग् ? घ् P च् T ज् Ö झ् . ण् R त् F थ् / ध् Ë ध् è ध् U न् I प् ¶ फ् C ब् H भ् E म् ¸ य् Y ल् O व्
        ' श् Ü श् " ष् L स् { क्ष् º ह् Ù त्त् « त्र् ™ न्न्""",
    ),
    # What word processors make of the straight quotes that are श् and ष्.
    **_pairs(Part.HALF, "‘ श् ’ श् “ ष् ” ष्"),
    **_pairs(Part.BELOW, "z ्र ª ्र î ्य Ó ्य ~j ्र"),
    **_pairs(Part.VOWEL, "v अ vk आ b इ bZ ई Ã ई m उ Å ऊ _ ऋ , ए"),
    **_pairs(Part.SIGN, "k ा h ी q ु w ू ` ृ s े S ै ‚ ॉ W ॅ"),
    **_pairs(Part.BEFORE, "f ि Ç िं Æ र्ि É र्िं"),
    **_pairs(Part.REPH, "Z र्"),
    **_pairs(Part.MARK, "a ं ¡ ँ % ः • ऽ · ऽ ∙ ऽ"),
    **_pairs(Part.NUKTA, "+ ़"),
    **_pairs(Part.HALANT, "~ ्"),
    "b±": ((Part.VOWEL, "ई"), (Part.MARK, "ं")),
    "±": ((Part.REPH, REPH), (Part.MARK, "ं")),
    "Ê": ((Part.SIGN, "ी"), (Part.REPH, REPH)),
    "È": ((Part.SIGN, "ी"), (Part.MARK, "ं")),
    "Ñ": ((Part.FULL, "क"), (Part.SIGN, "ृ")),
    "—": ((Part.FULL, "क"), (Part.SIGN, "ृ")),
    "–": ((Part.FULL, "द"), (Part.SIGN, "ृ")),
    "â": ((Part.FULL, "ह"), (Part.SIGN, "ृ")),
    "#": ((Part.FULL, "र"), (Part.SIGN, "ु")),
    ":": ((Part.FULL, "र"), (Part.SIGN, "ू")),
}

# Two pieces that are one letter: a vowel sign or a vowel, and the sign struck after it.
COMBINED: dict[tuple[str, str], str] = {
    ("ा", "े"): "ो",
    ("ा", "ै"): "ौ",
    ("ा", "ॅ"): "ॉ",
    ("अ", "ा"): "आ",
    ("अ", "ॉ"): "ऑ",
    ("आ", "े"): "ओ",
    ("आ", "ै"): "औ",
    ("आ", "ॅ"): "ऑ",
    ("ए", "े"): "ऐ",
    ("ए", "ॅ"): "ऍ",
}

# Only these follow a consonant that has no vowel sign: एमआईएस, गई, लखनऊ, एसएमएस.
VOWELS_AFTER_CONSONANT = frozenset("आईऊए")
TAKES_NUKTA = frozenset("कखगजडढफयरन")

# What stands between words; digits are digits. Devanagari digits have places of their own.
PUNCTUATION: dict[str, str] = {
    "A": "।", "&": "-", "@": "/", "]": ",", "\\": "?", "^": "‘", "*": "’", "Þ": "“", "ß": "”", "¼": "(", "½": ")",
    "¿": "{", "À": "}", "¾": "=", "-": ".", "(": ";", "Œ": "॰", "ñ": "॰", "Û": "×", "µ": "-", "!": "!", "$": "+",
    "å": "०", "ƒ": "१", "„": "२", "…": "३", "†": "४", "‡": "५", "ˆ": "६", "‰": "७", "Š": "८", "‹": "९",
}  # fmt: skip
