"""Notices of absence, receipts, lists, other helpdesks and filters; and people whose mail looks like theirs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.generators.automatic_bounces import HUMAN
from tests.generators.case import Case, find_shapes, joined, mail, part, typed

if TYPE_CHECKING:
    from collections.abc import Iterator

ANSWER = {"bounce": False, "autoreply": True, "automatic": True}
MACHINE = {"bounce": False, "autoreply": False, "automatic": True}
_KINDS = {"answer": ANSWER, "machine": MACHINE, "person": HUMAN}

_SUBJECTS = {
    "English": "Automatic reply: {}",
    "English of old": "Out of Office AutoReply: {}",
    "English short": "Auto-Reply: {}",
    "German": "Automatische Antwort: {}",
    "German of old": "Abwesenheitsnotiz: {}",
    "French": "Réponse automatique : {}",
    "Spanish": "Respuesta automática: {}",
    "Italian": "Risposta automatica: {}",
    "Portuguese": "Resposta automática: {}",
    "Dutch": "Automatisch antwoord: {}",
    "Swedish": "Automatiskt svar: {}",
    "Danish": "Automatisk svar: {}",
    "Finnish": "Automaattinen vastaus: {}",
    "Polish": "Odpowiedź automatyczna: {}",
    "Czech": "Automatická odpověď: {}",
    "Russian": "Автоматический ответ: {}",
    "Turkish": "Otomatik Yanıt: {}",
    "Greek": "Αυτόματη απάντηση: {}",
    "Chinese": "自动回复: {}",
    "Japanese": "自動応答: {}",
    "Korean": "자동 회신: {}",
    "Arabic": "رد تلقائي: {}",
    "Hindi": "स्वचालित उत्तर: {}",
    "Hindi, other words": "स्वचालित जवाब: {}",
    "Hindi, out of office": "कार्यालय से बाहर: {}",
    "Hindi, on leave": "अवकाश पर: {}",
    "Marathi": "स्वयंचलित उत्तर: {}",
    "Vietnamese": "Trả lời tự động: {}",
    "Hungarian": "Automatikus válasz: {}",
    "Romanian": "Răspuns automat: {}",
    "in brackets": "[Auto-Reply] {}",
}
_HEADERS = {
    "RFC 3834": {"Auto_Submitted": "auto-replied"},
    "RFC 3834 with a comment": {"Auto_Submitted": "auto-replied (vacation)"},
    "vacation of Unix": {"Precedence": "auto_reply"},
    "Kerio": {"X_Autoreply": "yes"},
    "cPanel": {"X_Autorespond": "Your ticket"},
    "MDaemon": {"X_Autoreply_From": "a@b.example"},
    "FirstClass": {"X_FC_MachineGenerated": "true"},
    "Horde": {"X_Vacation": "1"},
    "a responder": {"X_Autoresponder": "v2"},
}
_TEXTS = (
    "मैं 30 नवंबर तक अवकाश पर हूँ।",
    "I am out of the office until 30 November.",
    "Main chutti par hoon, Monday ko aaunga.",
)


def answers() -> Iterator[Case]:
    """Yield automatic answers by subject and by header, other automatic mail, and people."""
    for language, subject in _SUBJECTS.items():
        for number, text in enumerate(_TEXTS):
            raw = typed(text, encoding="base64", Subject=subject.format("Your ticket"))
            yield Case(f"absence in {language}, text {number}", raw, ANSWER)
    for product, headers in _HEADERS.items():
        for number, text in enumerate(_TEXTS):
            yield Case(f"absence by {product}, text {number}", mail(text, Subject="Re: Your ticket", **headers), ANSWER)
    for shape in find_shapes("answers.txt"):
        yield Case(f"{shape.kind}: {shape.name}", mail(shape.body, **shape.headers), _KINDS[shape.kind])
    yield from _reports()


def _reports() -> Iterator[Case]:
    """Yield read receipts (RFC 8098) and complaints about spam (RFC 5965)."""
    kinds = {
        "disposition-notification": "Disposition: manual-action/MDN-sent-manually; displayed\n"
        "Original-Message-ID: <1@tax.example>",
        "feedback-report": "Feedback-Type: abuse\nUser-Agent: SomeGenerator/1.0\nVersion: 1",
    }
    for kind, fields in kinds.items():
        for subject in ("Read: Your ticket", "complaint about message from 192.0.2.1", "पठन रसीद"):
            parts = (part("text/plain", "This is a report."), part(f"message/{kind}", fields))
            yield Case(
                f"{kind}: {subject}", joined(f"multipart/report; report-type={kind}", *parts, Subject=subject), MACHINE
            )
