"""Which language a mail is written in."""

from __future__ import annotations

import pytest

from mailbot.domain.language import find_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("महोदय, रिटर्न फाइल नहीं हो रहा है।", "hi"),
        ("GSTR-3B फाइल नहीं हो रही, error code RET-191 आ रहा है", "hi"),
        ("Sir, GSTR-3B file nahi ho raha hai, kripya jaldi dekhein", "hi-Latn"),
        ("ho gaya", "hi-Latn"),
        ("Portal nahi chal raha", "hi-Latn"),
        ("The return cannot be filed since morning. Please help.", "en"),
        ("Please go to the main portal, par value is shown", "en"),
        ("iksVZy ugha [kqy jgk gS", "hi"),
        ("Respected Sir,\nGSTR-3B nkf[ky djus esa leL;k vk jgh gSA\nRegards, Abhishek", "hi"),
        ("The portal shows an error on every page since this morning.\nd`i;k ns[ksaA", "en"),
        ("RESOLVED", "en"),
        ("", "en"),
        ("12345 !!!", "en"),
        ("Thanks\n> महोदय, आपका टिकट खुल गया है और हम देख रहे हैं।", "en"),
        ("समस्या हल हो गई\n> Your ticket has been resolved by the IT section of the department.", "hi"),
    ],
)
def test_language_of(text: str, language: str) -> None:
    """The script decides for Hindi, common words for Hindi in Latin letters; quotes do not count."""
    assert find_language(text) == language
