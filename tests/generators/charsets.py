"""Text in every charset that mail comes in, labelled rightly, wrongly and not at all."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from tests.generators.case import Case, mail, typed

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEXTS = {
    "Hindi": "जीएसटीआर-3बी दाखिल नहीं हो रहा, क्षमा करें।",
    "Bengali": "লগইন হচ্ছে না",
    "Tamil": "உள்நுழைய முடியவில்லை",
    "Urdu": "لاگ ان نہیں ہو رہا",
    "Punjabi": "ਲਾਗਇਨ ਨਹੀਂ ਹੋ ਰਿਹਾ",
    "Gujarati": "લૉગિન થતું નથી",
    "emoji": "Login fails 😟 ₹ 5,000",
}
_OTHERS = {
    "iso-8859-1": "Déclaration refusée à l'été",
    "iso-8859-15": "Coût 5 €",
    "windows-1252": "“Déclaration” – 5 €",
    "windows-1251": "Не могу войти в систему",
    "koi8-r": "Не могу войти в систему",
    "iso-8859-2": "Nie mogę się zalogować",
    "windows-1254": "Giriş yapılamıyor",
    "iso-8859-9": "Giriş yapılamıyor",
    "iso-8859-7": "Δεν μπορώ να συνδεθώ",
    "windows-1256": "لا يمكن الدخول",
    "gb2312": "无法登录系统",
    "gbk": "无法登录系统",
    "gb18030": "无法登录系统",
    "big5": "無法登入系統",
    "shift_jis": "ログインできません",
    "euc-jp": "ログインできません",
    "iso-2022-jp": "ログインできません",
    "euc-kr": "로그인할 수 없습니다",
}
_ENCODINGS = ("8bit", "base64", "quoted-printable")


def charsets() -> Iterator[Case]:
    """Yield bodies and subjects in all of them."""
    for language, text in _TEXTS.items():
        for encoding in _ENCODINGS:
            yield Case(f"{language} in UTF-8, {encoding}", typed(text, "utf-8", encoding), {"text": text})
            labelled = typed(text, "utf-8", encoding, Content_Type="text/plain; charset=us-ascii")
            yield Case(f"{language} in UTF-8 called us-ascii, {encoding}", labelled, {"text": text})
            bare = typed(text, "utf-8", encoding, Content_Type="text/plain")
            yield Case(f"{language} in UTF-8 without a label, {encoding}", bare, {"text": text})
        unknown = typed(text, "utf-8", "8bit", Content_Type="text/plain; charset=x-unknown")
        yield Case(f"{language} in UTF-8 called x-unknown", unknown, {"text": text})
        yield Case(f"{language} subject raw", mail(Subject=text), {"subject": text})
        yield Case(f"{language} subject as one word", mail(Subject=_word(text)), {"subject": text})
        yield Case(f"{language} subject cut inside letters", mail(Subject=_cut_words(text)), {"subject": text})
    for charset, text in _OTHERS.items():
        for encoding in _ENCODINGS:
            yield Case(f"{charset}, {encoding}", typed(text, charset, encoding), {"text": text})
        encoded = base64.b64encode(text.encode(charset)).decode()
        yield Case(f"{charset} subject", mail(Subject=f"=?{charset}?B?{encoded}?="), {"subject": text})


def _word(text: str) -> str:
    return f"=?utf-8?B?{base64.b64encode(text.encode()).decode()}?="


def _cut_words(text: str) -> str:
    """Return encoded words that end inside a letter, as some clients cut them (against RFC 2047 5)."""
    data = text.encode()
    pieces = [data[start : start + 11] for start in range(0, len(data), 11)]
    return "\r\n ".join(f"=?utf-8?B?{base64.b64encode(piece).decode()}?=" for piece in pieces)
