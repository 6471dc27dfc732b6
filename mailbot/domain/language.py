"""In which language somebody wrote: Hindi, Hindi in Latin letters, or English."""

from __future__ import annotations

import re

from mailbot.domain.legacy_hindi import find_reading

HINDI = "hi"
HINGLISH = "hi-Latn"
ENGLISH = "en"

_SAMPLE = 20_000
_DEVANAGARI_SHARE = 0.3
_HINGLISH_SHARE = 0.12
_HINGLISH_WORDS = 2
_WORD = re.compile(r"[a-z]+")
_DEVANAGARI = frozenset(map(chr, range(0x0900, 0x0980)))
# Frequent words that no English sentence contains ("main", "to", "par", "the" and "are" are left out for that reason).
_HINGLISH = """
aap aapka aapke aapko ab abhi apna apne aur aya aaya bahut baar baat bhi bhej bheja bhejo chahiye chal chala dekh
dekhein dhanyavad dhanyawad dijiye diya diye dobara fir gaya gayi gya gyi hai hain hamara hamare hame hamein ho hoga
hogi hota hoti hua hui hum hun hoon iska iske isko isme ja jab jaldi ji jo ka kab kaha kahan kaise kal kam karen
karein karke karna karne karo kar kardo kare ke keval khol kholo khul ki kijiye kis kisi kitna ko koi kripaya kripya
krpya kuch kya kyon kyun kyu lekin liye liya maine matlab mera mere meri mein mil mila milta mujhe nahi nahin nhi pe
pehle phir pata raha rahe rahi rha rhi sab sahi sakta sakte sakti samasya se sirf tak tarah thik theek tha thi thoda
unka uska uske usko wapas wo woh ya yah yaha yahan yeh
"""
_COMMON_HINGLISH = frozenset(_HINGLISH.split())


def find_language(text: str) -> str:
    """Return "hi", "hi-Latn" or "en" for what the text itself says; quoted lines do not count.

    Text in a legacy Hindi font is Hindi.
    """
    own = "\n".join(line for line in text[:_SAMPLE].split("\n") if not line.lstrip().startswith(">"))
    if _is_devanagari(own) or _is_devanagari(find_reading(own) or ""):
        return HINDI
    words = _WORD.findall(own.lower())
    known = [word for word in words if word in _COMMON_HINGLISH]
    enough = len(set(known)) >= min(_HINGLISH_WORDS, max(1, len(words) - 1))
    if known and enough and len(known) / len(words) >= _HINGLISH_SHARE:
        return HINGLISH
    return ENGLISH


def _is_devanagari(text: str) -> bool:
    if text.isascii():
        return False
    letters = list(filter(str.isalpha, text))
    devanagari = sum(map(_DEVANAGARI.__contains__, letters))
    return bool(letters) and devanagari / len(letters) >= _DEVANAGARI_SHARE
