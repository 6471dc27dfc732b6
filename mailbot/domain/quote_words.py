"""The words by which mail programs mark quotes, forwards and signatures, one list for each purpose.

Compared after folding, so that case, punctuation and danda do not matter.
"""

from __future__ import annotations

from mailbot.domain.text import fold


def _listed(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.replace("\n", " ").split(",") if word.strip())


def _folded(words: str) -> frozenset[str]:
    return frozenset(fold(word) for word in _listed(words))


# The end of an attribution: "On Monday Ramesh wrote:".
WROTE = _listed("""
wrote, schrieb, schreef, a écrit, écrit, escribió, escribio, ha scritto, scrisse, escreveu, skrev,
kirjoitti, napisał, napisał(a), napsal, napsal(a), написал, написал(а), пишет, yazdı, 写道, ने लिखा, ने लिखा है, ने
लिखा था, ne likha, लिहिले
""")

# The same where the name stands behind it: "Am Montag schrieb Ramesh:".
WROTE_BEFORE_NAME = (" schrieb ", " schreef ", " skrev ", " napisał ", " пишет ")

# How an attribution begins, or its first line when it is wrapped.
STARTERS = _folded("""
on, am, le, el, il, em, op, den, dne, w, în, på, pe, vào, sun, mon, tue, wed, thu, fri, sat, दिनांक, रवि, सोम, मंगल,
बुध, गुरु, शुक्र, शनि, रविवार, सोमवार, मंगलवार, बुधवार, गुरुवार, गुरूवार, शुक्रवार, शनिवार
""")

# Between dashes above a quote or a forwarded mail.
ORIGINAL = _folded("""
original message, original appointment, original mail, original email, reply message, replied message, forwarded
message, begin forwarded message, forwarded mail, ursprüngliche nachricht, originalnachricht, weitergeleitete
nachricht, anfang der weitergeleiteten nachricht, message d'origine, message original, message transféré, début du
message transféré, mensaje original, mensaje reenviado, messaggio originale, messaggio inoltrato, inizio messaggio
inoltrato, mensagem original, mensagem encaminhada, oorspronkelijk bericht, doorgestuurd bericht, ursprungligt
meddelande, vidarebefordrat meddelande, oprindelig meddelelse, wiadomość oryginalna, исходное сообщение,
пересылаемое сообщение, 原始邮件, मूल संदेश, मूल सन्देश, मूल मेल, मूल ईमेल, मूल मैसेज, अग्रेषित संदेश, अग्रेषित सन्देश,
अग्रेषित मेल, अग्रेषित ईमेल, अग्रेषित किया गया संदेश, फ़ॉरवर्ड किया गया संदेश, फॉरवर्ड किया गया संदेश, फ़ॉरवर्ड किया
गया मैसेज, फॉरवर्ड किया गया मैसेज, फ़ॉरवर्ड किया गया ईमेल
""")

# The labels of a copied header block, by what they say.
LABELS = {
    label: kind
    for kind, words in {
        "from": "from, von, de, da, van, från, fra, от, प्रेषक, द्वारा भेजा गया",
        "date": "sent, date, gesendet, datum, envoyé, enviado, enviado el, enviada em, inviato, data, fecha, "
        "verzonden, skickat, отправлено, дата, दिनांक, तारीख, तिथि, भेजा, भेजा गया, भेजने की तिथि, भेजने का समय",
        "to": "to, an, à, a, para, per, aan, till, til, кому, प्रति, प्राप्तकर्ता, को",
        "subject": "subject, betreff, objet, asunto, oggetto, assunto, onderwerp, ämne, emne, тема, विषय",
        "copy": "cc, bcc, kopie, copie, प्रतिलिपि, सीसी",
    }.items()
    for label in _folded(words)
}

# How the line begins that a mail program adds about itself.
DEVICES = _listed("""
sent from my, sent from mail for windows, sent from yahoo mail, sent from outlook, sent from samsung, sent from a
mobile, sent from mobile, sent using zoho mail, sent via my, sent with proton, sent from proton, get outlook for,
von meinem, gesendet von, gesendet mit der, envoyé de mon, envoyé depuis, envoyé à partir, enviado desde mi, enviado
desde, enviado do meu, inviato da, verzonden vanaf, skickat från, मेरे iphone से भेजा, मेरे ipad से भेजा, मेरे
सैमसंग, मेरे samsung, मेरे galaxy, मेरे मोबाइल से भेजा, मेरे फ़ोन से भेजा, मेरे फोन से भेजा, android के लिए outlook,
ios के लिए outlook
""")
# How it may also end, when it names a device or a mail program.
DEVICE_ENDINGS = _listed("से भेजा गया, से भेजा गया है, प्राप्त करें")
DEVICE_NAMES = _listed("iphone, ipad, android, outlook, gmail, galaxy, yahoo, मोबाइल")

# A line of its own after which a name follows.
CLOSINGS = _folded("""
regards, with regards, best regards, kind regards, warm regards, warmest regards, thanks, thank you, many thanks,
thanks and regards, thanks & regards, thanks with regards, thank you and regards, thanking you, best, cheers,
sincerely, yours sincerely, yours faithfully, yours truly, sincerely yours, best wishes, respectfully, rgds, regds,
with best regards, with warm regards, with kind regards, mit freundlichen grüßen, viele grüße, cordialement,
saludos, cordiali saluti, atenciosamente, सादर, सादर धन्यवाद, धन्यवाद, धन्यवाद सहित, धन्यवाद एवं सादर, भवदीय,
भवदीया, आपका, आपकी, प्रार्थी, शुभकामनाओं सहित, सधन्यवाद, साभार, सादर प्रणाम, निवेदक, dhanyavad, dhanyawad, saadar,
sadar
""")

# A line with one of these says something and is no part of a signature.
SENTENCE_WORDS = _folded("""
please, kindly, is, are, was, has, have, not, can, cannot, will, should, i, we, it, but, also, my, your, है, हैं,
था, थी, थे, करें, कीजिए, नहीं, हो, रहा, रही, दें, कृपया, गया, गई, मैं, हम, hai, hain, nahi, nahin, karen,
raha, rahi, ho, kripya, gaya, mera, meri, bhi
""")
