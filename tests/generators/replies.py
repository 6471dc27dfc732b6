"""Answers above, below and between the quoted lines, as clients write them in several languages."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from tests.generators.case import Case, typed

if TYPE_CHECKING:
    from collections.abc import Iterator

_ANSWERS = {
    "English": "It still does not work.\n\nThe error is GSTR3B-101.",
    "Hindi": "अभी भी काम नहीं कर रहा है।\n\nत्रुटि GSTR3B-101 आ रही है।",
    "Hinglish": "Abhi bhi kaam nahi kar raha hai.\nError GSTR3B-101 aa raha hai.",
}
_ATTRIBUTIONS = {
    "Gmail": "On Mon, 23 Nov 2026 at 10:15, Support Desk <support@tax.up.example> wrote:",
    "Gmail in two lines": "On Mon, 23 Nov 2026 at 10:15, Support Desk\n<support@tax.up.example> wrote:",
    "Apple": "On 23-Nov-2026, at 10:15 AM, Support Desk <support@tax.up.example> wrote:",
    "Thunderbird": "On 23/11/26 10:15, Support Desk wrote:",
    "Gmail in Hindi": "सोम, 23 नव॰ 2026 को 10:15 बजे को Support Desk <support@tax.up.example> ने लिखा:",
    "German": "Am Mo., 23. Nov. 2026 um 10:15 Uhr schrieb Support Desk <support@tax.up.example>:",
    "French": "Le lun. 23 nov. 2026 à 10:15, Support Desk <support@tax.up.example> a écrit :",
    "Spanish": "El lun, 23 nov 2026 a las 10:15, Support Desk (<support@tax.up.example>) escribió:",
    "Italian": "Il giorno lun 23 nov 2026 alle ore 10:15 Support Desk <support@tax.up.example> ha scritto:",
    "Portuguese": "Em seg., 23 de nov. de 2026 às 10:15, Support Desk <support@tax.up.example> escreveu:",
    "Dutch": "Op ma 23 nov 2026 om 10:15 schreef Support Desk <support@tax.up.example>:",
    "Russian": "пн, 23 нояб. 2026 г. в 10:15, Support Desk <support@tax.up.example>:",
    "Polish": "pon., 23 lis 2026 o 10:15 Support Desk <support@tax.up.example> napisał(a):",
    "Swedish": "Den mån 23 nov. 2026 kl 10:15 skrev Support Desk <support@tax.up.example>:",
}
_RULE = "________________________________\n"
_BLOCKS = {
    "Outlook": "-----Original Message-----\nFrom: Support Desk <support@tax.up.example>\n"
    "Sent: Monday, 23 November 2026 10:15\nTo: Ramesh Kumar\nSubject: Your ticket\n\n",
    "Outlook with a line": f"{_RULE}From: Support Desk <support@tax.up.example>\n"
    "Sent: Monday, 23 November 2026 10:15\nTo: Ramesh Kumar\nSubject: Your ticket\n\n",
    "Outlook in Hindi": f"{_RULE}प्रेषक: Support Desk <support@tax.up.example>\nभेजा गया: 23 नवंबर 2026 10:15\n"
    "प्रति: Ramesh Kumar\nविषय: Your ticket\n\n",
    "Outlook in German": f"{_RULE}Von: Support Desk <support@tax.up.example>\nGesendet: Montag, 23. November 2026\n"
    "An: Ramesh Kumar\nBetreff: Your ticket\n\n",
}
_QUOTED = "Your ticket is open.\nPlease send the error code."
_SIGNATURES = ("", "\n\n-- \nRamesh Kumar\nAssistant Commissioner", "\n\nSent from my iPhone")


def replies() -> Iterator[Case]:
    """Yield answers in three languages for each client, place and signature; only what is new must be left."""
    marked = "> " + _QUOTED.replace("\n", "\n> ")
    for (language, answer), (client, line) in product(_ANSWERS.items(), _ATTRIBUTIONS.items()):
        for number, signature in enumerate(_SIGNATURES):
            raw = typed(f"{answer}{signature}\n\n{line}\n{marked}\n", encoding="base64", Subject="Re: Your ticket")
            yield Case(f"{language} above {client}, signature {number}", raw, {"reply": answer})
        below = typed(f"{line}\n{marked}\n\n{answer}\n", encoding="base64", Subject="Re: Your ticket")
        yield Case(f"{language} below {client}", below, {"reply": answer})
    for (language, answer), (client, block) in product(_ANSWERS.items(), _BLOCKS.items()):
        raw = typed(f"{answer}\n\n{block}{_QUOTED}\n", encoding="base64", Subject="RE: Your ticket")
        yield Case(f"{language} above {client}", raw, {"reply": answer})
    for language, answer in _ANSWERS.items():
        first, second = answer.split("\n", 1)
        between = f"> Your ticket is open.\n{first}\n> Please send the error code.\n{second.strip()}\n"
        expected = {"reply_has": (first, second.strip())}
        yield Case(f"{language} between the lines", typed(between, encoding="base64", Subject="Re: x"), expected)
