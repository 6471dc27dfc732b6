"""The words of automatic answers: absence, receipts, other helpdesks, and filters that ask who we are.

Word lists are compared folded; patterns are tried on text in lower case with its spaces collapsed.
"""

from __future__ import annotations

import re

from mailbot.domain.text import fold


def _folded(*words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(word) for word in words))


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


# An automatic answer, alone or in front of a colon.
AUTOREPLY_SUBJECTS = _folded(
    "automatic reply", "autoreply", "auto reply", "auto-reply", "auto response", "autoresponse", "auto-response",
    "automatic response", "autoresponder", "auto responder", "automated reply", "automated response",
    "automatic answer", "automatic email reply", "automatic acknowledgement", "auto acknowledgement",
    "auto-acknowledgement", "automatically generated reply", "vacation reply", "out of office", "out of the office",
    "out of office autoreply", "away from my mail", "away from mail", "vacation notice", "vacation message",
    "i am on leave", "i am out of office", "i am out of the office", "automatische antwort",
    "automatische rückantwort", "automatische nachricht", "abwesenheitsnotiz", "abwesenheitsmeldung",
    "abwesenheitsassistent", "außer haus", "réponse automatique", "absence du bureau", "absent du bureau",
    "message d'absence", "je suis absent", "respuesta automática", "fuera de la oficina", "ausente de la oficina",
    "respuesta de ausencia", "autorespuesta", "risposta automatica", "fuori ufficio", "fuori sede",
    "resposta automática", "fora do escritório", "ausência temporária", "automatisch antwoord", "afwezigheidsbericht",
    "autosvar", "automatiskt svar", "automatisk svar", "ikke på kontoret", "ej på kontoret", "automaattinen vastaus",
    "poissaoloviesti", "odpowiedź automatyczna", "autoodpowiedź", "automatyczna odpowiedź", "poza biurem",
    "automatická odpověď", "mimo kancelář", "automatická odpoveď", "automatikus válasz", "házon kívül",
    "răspuns automat", "otomatik yanıt", "ofis dışında", "iş yeri dışında", "αυτόματη απάντηση", "εκτός γραφείου",
    "автоответ", "автоматический ответ", "автоматична відповідь", "нет на работе", "вне офиса", "автоматичен отговор",
    "aftomati apantisi", "automatski odgovor", "samodejni odgovor", "atsakymas automatinis", "automaatvastus",
    "自动回复", "自動回覆", "自动答复", "自動応答", "自動返信", "不在通知", "自動回信", "외부 출장", "자동 회신",
    "자동 응답", "부재중", "رد تلقائي", "الرد التلقائي", "خارج المكتب", "תשובה אוטומטית", "מענה אוטומטי",
    "پاسخ خودکار", "خودکار جواب", "trả lời tự động", "balasan otomatis", "jawapan automatik", "ตอบกลับอัตโนมัติ",
    "स्वचालित उत्तर", "स्वचालित जवाब", "स्वचालित प्रत्युत्तर", "स्वत: उत्तर", "स्वतः उत्तर", "ऑटो रिप्लाई",
    "ऑटोमैटिक रिप्लाई", "कार्यालय से बाहर", "कार्यालय से बाहर हूँ", "दफ़्तर से बाहर", "ऑफिस से बाहर", "अवकाश पर हूँ",
    "छुट्टी पर हूँ", "अवकाश सूचना", "अनुपस्थिति सूचना", "স্বয়ংক্রিয় উত্তর", "స్వయంచాలక ప్రత్యుత్తరం",
    "தானியங்கு பதில்", "स्वयंचलित उत्तर", "સ્વચાલિત જવાબ", "ਸਵੈਚਾਲਤ ਜਵਾਬ",
)  # fmt: skip

# Everyday words: they speak for a machine only in front of a colon, and alone.
AUTOREPLY_WORDS = _folded(
    "ooo", "vacation", "on vacation", "on leave", "abwesenheit", "abwesend", "absence", "assenza", "ausência",
    "afwezig", "niet aanwezig", "frånvaro", "frånvarande", "fravær", "fraværende", "poissa", "nieobecność", "отпуск",
    "不在", "外出", "休暇", "auto", "auto re", "अवकाश पर", "छुट्टी पर", "away message", "absence notice",
)  # fmt: skip

# Other shapes of such subjects.
AUTOREPLY_SUBJECT = _any(
    r"^\W{0,3}auto(?:matic|mated)?[- ]?(?:reply|response|answer|responder)\W",
    r"\bis (?:currently )?out of (?:the )?office\.?(?: \(returning .*)?$",
    r"^re:.{0,300}\((?:auto-?reply|out of office|autoresponse)\)$",
)  # fmt: skip

# A notice of absence that has no other sign.
ABSENCE_TEXTS = _any(
    r"thank.{1,20}for your (?:e-?mail|message).{0,80}\bi(?:'m| am| will be) (?:currently )?(?:out of|away from)",
    r"thank.{1,20}for your (?:e-?mail|message).{0,80}\bi(?:'m| am| will be) on (?:\w+ )?(?:leave|vacation)",
    "i (?:am|will be) (?:currently )?out of (?:the )?office .{0,120}(?:limited|no) access to (?:my )?e-?mail",
    r"i (?:am|will be) (?:currently )?on (?:\w+ )?leave .{0,120}(?:limited|no) access to (?:my )?e-?mail",
)  # fmt: skip

# Words of absence that people use as well: they count only in what a machine sent.
AWAY_TEXTS = _any(
    r"\b(?:out of|away from|not in) (?:the |my )?(?:office|desk)\b", r"\b(?:away|back) (?:until|till|from|on)\b",
    r"\bon (?:\w+ )?(?:leave|vacation|holidays?)\b", r"\b(?:limited|no|sporadic) access to (?:my )?e-?mails?\b",
    "abwesend|nicht im (?:haus|büro|hause)|im urlaub", "absente? |en congés?", "fuera de la oficina|de vacaciones",
    "fuori ufficio|in ferie|assente", "fora do escritório|de férias", "afwezig|met vakantie", "semester|på ferie",
    "в отпуске|отсутству", "不在|休暇|休假|外出", "부재", "अवकाश पर|छुट्टी पर|कार्यालय से बाहर|ऑफिस से बाहर",
    r"\b(?:chhutti|chutti|avkash) (?:par|pe)\b",
)  # fmt: skip

# It says of itself, in its first words, that a machine wrote it.
AUTOMATIC_TEXTS = _any(
    r"^\W*(?:please )?do not reply to this",
    r"^\W*this is an? (?:auto|system)[a-z-]{0,10} ?(?:generated )?(?:e-?mail )?(?:reply|response|answer)",
    r"^\W*this is an? (?:auto|system)[a-z-]{0,10} ?(?:generated )?(?:e-?mail|message|mail)",
    r"^\W*this is an? (?:auto|system)-?generated",
    r"^\W*this is an? (?:auto|system)[a-z-]{0,10} ?(?:generated )?(?:noti|acknowledg|confirm|receipt)",
    r"^\W*this (?:e-?mail|message|mail) (?:is|was|has been) (?:an )?(?:auto|system)",
    r"^\W*यह (?:एक )?(?:स्वचालित|स्वतः|स्वत:)", r"^\W*this mailbox is (?:not monitored|unattended)",
    r"^\W*dies ist eine automatisch", r"^\W*ceci est (?:un|une) (?:message|réponse) automatique",
    r"^\W*este es un mensaje automático",
)  # fmt: skip

# So does its subject, in brackets, as ticket and monitoring systems write it.
GENERATED_SUBJECTS = _any(
    r"^\[\W?(?:auto(?:matically)?|system|computer)[- ]?generated\W?\]",
    r"^(?:auto(?:matically)?|system|computer)[- ]generated (?:mail|e-?mail|message|notification)\b",
)  # fmt: skip

# The subject of a complaint of a mail provider that is not in the form of RFC 5965.
COMPLAINT_SUBJECTS = _any(
    r"^complaint about message from \d", r"^(?:e-?mail )?(?:abuse|spam|feedback) (?:report|complaint)\b",
)  # fmt: skip

# A filter asks to prove that a person wrote our letter.
CHALLENGES = _any(
    "confirm (?:that you|your (?:message|e-?mail|mail)|the delivery|this request by)",
    "to (?:release|deliver|verify) your (?:message|e-?mail)",
    "verify (?:that )?you(?:r e-?mail| are (?:a )?(?:human|real|not))",
    "prove (?:that )?you are (?:a )?(?:human|person)", "awaiting your confirmation", "held until",
    "requires verification", "sender verification", "anti-?spam (?:verification|system)", "approved senders? list",
    "guest list",
)  # fmt: skip

# The text alone says it: a filter lets nobody through who is not on a list.
CHALLENGE_TEXTS = _any(
    r"account is protected by\b.{0,120}?\b(?:click|follow|visit|reply)",
    r"(?:click|follow|visit)\b.{0,80}?\blink\b.{0,120}?\b(?:allowed|approved|white)[ -]?(?:senders?[ -])?list",
)  # fmt: skip

# The subject of such a question.
CHALLENGE_SUBJECTS = _any(
    "^(?:please )?confirm your (?:message|mail|e-?mail)", "^confirm(?:ation)? (?:needed|required|request)",
    "^verify your (?:message|mail|e-?mail)", "^action required: (?:verify|confirm)",
    "^your (?:message|mail|e-?mail) (?:requires|is awaiting|awaits)", r"\[(?:confirm|verify|sender verification)",
)  # fmt: skip

# Another helpdesk received something.
TICKET_TEXTS = _any(
    r"(?:your|the|a) (?:new |support )?(?:request|ticket)\b.{0,80}?\b(?:received|created|registered|logged|opened)",
    r"(?:your|the) (?:query|enquiry|inquiry|complaint|case)\b.{0,80}?\b(?:received|created|registered|logged|opened)",
    r"(?:your|the) (?:e-?mail|message|grievance|issue)\b.{0,80}?\b(?:received|created|registered|logged|opened)",
    "we(?:'ve| have)? (?:successfully )?received your ",
    "thank you for (?:contacting|writing to|reaching out|getting in touch)",
    "thank you for your (?:e-?mail|request|message|enquiry|inquiry|query)",
    "your ticket (?:number|id|no)|ticket (?:number|id) (?:is|:)",
    "आपक[ाीे] (?:अनुरोध|टिकट|शिकायत|ईमेल|संदेश).{0,60}(?:प्राप्त|दर्ज|पंजीकृत)",
)  # fmt: skip

# The subject of such an answer.
TICKET_SUBJECTS = _any(
    r"^\[(?:request|ticket|case|query) (?:received|created|registered)\]",
    r"\[[^\]]{0,30}#?\s?[a-z]{0,8}[-:#]?\d{2,}[^\]]{0,20}\]",
    r"^(?:ticket|request|case|complaint|query|incident)(?: #?\S{1,24})? (?:has been |was )?(?:rec|cre|reg|open|log)",
    "we(?:'ve| have)? received your", "thank you for contacting", "your (?:request|ticket|case|complaint|enquiry)",
    "ticket ?(?:#|id|no)", "टिकट", "शिकायत (?:दर्ज|प्राप्त)",
)  # fmt: skip

# It gives what it received a number.
TICKET_NUMBERS = _any(
    r"(?:ticket|request|case|reference|complaint|incident|query) ?(?:number|no\b|id\b|#|ref)",
    r"#\s?[a-z]{0,6}-?\d{3,}", r"\bdo not reply\b", r"\bautomat", "टिकट (?:संख्या|क्रमांक)",
    "शिकायत (?:संख्या|क्रमांक)",
)  # fmt: skip

# The text of a read receipt that has no report.
RECEIPT_TEXTS = _any(
    "your (?:message|mail|e-?mail)", r"\b(?:was|has been|have been) (?:read|displayed|opened|deleted)",
    "return receipt", "gelesen", r"a été (?:lu|ouvert)", "leído", "lida em", "è stato letto", "прочита", "已读",
    "開封", "पढ़ (?:लिया|ली)", "पढ़ा गया",
)  # fmt: skip

# Somebody opened our letter.
RECEIPT_SUBJECTS = _any(
    r"^\W*(?:read|not read|gelesen|ungelesen|lu|non lu|leído|no leído|lido|não lida)\s*[:：]",
    r"^\W*(?:letto|non letto|gelezen|läst|прочтено|已读|既読|पढ़ा गया|पढ़ लिया गया)\s*[:：]",
    r"^\W*(?:return receipt|read receipt|disposition notification|lesebestätigung|पठन रसीद)",
)  # fmt: skip
