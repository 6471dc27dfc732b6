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
wrote, writes, schrieb, geschrieben, schrieben sie, schrieb folgendes, schreef, geschreven, a écrit, écrit, a
ecrit, nous a dit, escribió, escribio, escribieron, ha escrito, ha escrit, va escriure, ha scritto, scrisse,
escreveu, skrev, skrev følgende, skrev följande, kirjoitti, napisał, napisał(a), napisała, nadesłał, pisze,
napsal, napsal(a), napsala, napísal, napísal(a), napísala, написал, написала, написал(а), написав, написала(в),
пишет, пише, написа, yazdı, şunu yazdı, şunları yazdı, a scris, írta, ezt írta, έγραψε, כתב, כתבה, כתב/ה, كتب,
đã viết, viết, menulis, je napisao, je napisala, napisao je, 写道, 寫道, 撰写, のメッセージ, さんは書きました,
さんが書きました, 작성, 님이 작성하였습니다, 님이 작성, ने लिखा, ने लिखा है, ने लिखा था, ने यह लिखा, ne likha,
ne likha hai, लिहिले, लिहिलं
""")

# The same in words that also end an ordinary sentence; a date or an address must stand with them.
WROTE_WEAK = _listed("said, says, sent, ने कहा, ने बताया, ने भेजा")

# The same where the name or the date stands behind it: "Am Montag schrieb Ramesh:", "Ramesh wrote on Monday:".
WROTE_BEFORE_NAME = _listed("""
schrieb, schreef, skrev, napisał, napisana przez, wysłana przez, pisze, пишет, kirjoitti, wrote on, schrieb am,
a écrit le, írta (időpont:, het volgende
""")

# How an attribution begins, or its first line when it is wrapped.
STARTERS = _folded("""
on, at, am, le, el, il, em, op, den, dne, dňa, dnia, w, în, på, pe, vào, ngày, pada, 在, 于, 於, sun, mon, tue,
wed, thu, fri, sat, sunday, monday, tuesday, wednesday, thursday, friday, saturday, man, tir, ons, tor, fre,
lør, søn, lör, sön, mån, tis, ma, ti, ke, pe, la, su, montag, dienstag, mittwoch, donnerstag, freitag, samstag,
sonntag, lundi, mardi, mercredi, jeudi, vendredi, samedi, dimanche, пн, вт, ср, чт, пт, сб, вс, нд, понедельник,
вторник, среда, четверг, пятница, суббота, воскресенье, понеділок, вівторок, середа, четвер, субота, неділя,
दिनांक, रवि, सोम, मंगल, बुध, गुरु, शुक्र, शनि, रविवार, सोमवार, मंगलवार, बुधवार, गुरुवार, गुरूवार, शुक्रवार,
शनिवार
""")

# Between dashes above a quote or a forwarded mail.
ORIGINAL = _folded("""
original message, original appointment, original mail, original email, reply message, replied message, forwarded
message, begin forwarded message, begin reply message, forwarded mail, forwarded email, original message
follows, ursprüngliche nachricht, originalnachricht, original nachricht, ursprüngliche mail, antwort nachricht,
weitergeleitete nachricht, anfang der weitergeleiteten nachricht, message d'origine, message original, message
originel, message transféré, début du message transféré, mensaje original, mensaje reenviado, inicio del mensaje
reenviado, messaggio originale, messaggio inoltrato, inizio messaggio inoltrato, mensagem original, mensagem
encaminhada, início da mensagem encaminhada, oorspronkelijk bericht, doorgestuurd bericht, begin doorgestuurd
bericht, ursprungligt meddelande, originalmeddelande, vidarebefordrat meddelande, vidarebefordrat brev,
oprindelig meddelelse, oprindelig besked, original besked, videresendt meddelelse, videresendt besked,
opprinnelig melding, videresendt melding, alkuperäinen viesti, välitetty viesti, wiadomość oryginalna,
oryginalna wiadomość, wiadomość przekazana, przekazana wiadomość, původní zpráva, přeposlaná zpráva, pôvodná
správa, preposlaná správa, eredeti üzenet, továbbított üzenet, mesaj original, mesaj redirecționat, orijinal
mesaj, özgün ileti, iletilen mesaj, yönlendirilen mesaj, исходное сообщение, пересылаемое сообщение, пересланное
сообщение, оригинальное сообщение, перенаправленное сообщение, початкове повідомлення, оригінальне повідомлення,
переслане повідомлення, πρωτότυπο μήνυμα, αρχικό μήνυμα, προωθημένο μήνυμα, הודעה מקורית, الرسالة الأصلية, thư
gốc, pesan asli, pesan terusan, 原始邮件, 原始郵件, 原邮件, 转发邮件, 转发的邮件, 轉寄郵件, 元のメッセージ,
オリジナルメッセージ, 転送メッセージ, 転送されたメッセージ, 원본 메시지, 원본 메일, 전달된 메시지, मूल संदेश,
मूल सन्देश, मूल मेल, मूल ईमेल, मूल मैसेज, मूल पत्र, अग्रेषित संदेश, अग्रेषित सन्देश, अग्रेषित मेल, अग्रेषित
ईमेल, अग्रेषित किया गया संदेश, फ़ॉरवर्ड किया गया संदेश, फॉरवर्ड किया गया संदेश, फ़ॉरवर्ड किया गया मैसेज, फॉरवर्ड
किया गया मैसेज, फ़ॉरवर्ड किया गया ईमेल, फॉरवर्ड किया गया ईमेल, मूळ संदेश, message réexpédié, début du message
réexpédié, anfang der weitergeleiteten e-mail, início da mensagem reencaminhada, mensagem reencaminhada,
początek przekazywanej wiadomości, początek wiadomości przekazanej dalej, začátek přeposílané zprávy, začátek
přeposlané zprávy, továbbított levél kezdete, начало переадресованного сообщения, початок переадресованого
повідомлення, start på videresendt besked, starten på den videresendte meldingen, videresendt brev, välitetty
viesti alkaa, välitetyn viestin alku, iletilen e-postanın başlangıcı, 开始转发的邮件, 下面是被转发的邮件,
以下為轉寄的郵件, 전달된 메시지 시작, अग्रेषित संदेश की शुरुआत, अग्रेषित संदेश आरंभ
""")

# The title a forum writes above the earlier letters it repeats; in bold or between dashes only.
HISTORY_TITLES = _folded("""
previous replies, vorherige antworten, réponses précédentes, respuestas anteriores, risposte precedenti, respostas
anteriores, eerdere antwoorden, पिछले उत्तर, पिछले जवाब
""")

# What a desk writes above the letter it sends: whatever stands below is that letter.
ABOVE_THIS_LINE = _listed("""
reply above this line, type your reply above, write above this line, reply above the line, antworten sie
oberhalb, antwort oberhalb dieser, antwort über dieser zeile, répondez au-dessus, réponse au-dessus de cette,
respuesta encima de esta, resposta acima desta, rispondi sopra questa riga, antwoord boven deze regel,
इस पंक्ति के ऊपर, इस रेखा के ऊपर
""")

# The labels of a copied header block, by what they say.
LABELS = {
    label: kind
    for kind, words in {
        "from": "from, von, de, da, van, från, fra, от, від, od, lähettäjä, feladó, kimden, gönderen, de la, "
        "expéditeur, remitente, mittente, remetente, afzender, absender, odesílatel, odosielateľ, nadawca, "
        "από, מאת, من, từ, dari, 发件人, 寄件者, 寄件人, 差出人, 送信者, 보낸 사람, 보낸사람, प्रेषक, द्वारा "
        "भेजा गया, प्रेषणकर्ता",
        "date": "sent, date, gesendet, datum, envoyé, le, enviado, enviado el, enviado em, enviada em, enviada, "
        "inviato, data, fecha, verzonden, skickat, sendt, dato, päivämäärä, lähetetty, pvm, odesláno, "
        "odoslané, dátum, küldve, wysłano, wysłane, tarih, gönderilme, gönderildi, gönderilme tarihi, trimis, "
        "poslano, отправлено, дата, надіслано, εστάλη, ημερομηνία, נשלח, תאריך, التاريخ, تاريخ, ngày, "
        "tanggal, dikirim, 发送时间, 发送日期, 日期, 寄件日期, 時間, 送信日時, 日付, 日時, 보낸 날짜, "
        "보낸날짜, 날짜, दिनांक, तारीख, तिथि, भेजा, भेजा गया, भेजने की तिथि, भेजने का समय, भेजने की तारीख",
        "to": "to, an, à, a, para, per, aan, till, til, do, komu, vastaanottaja, címzett, kime, alıcı, către, "
        "catre, za, destinataire, destinatario, destinatário, кому, προς, אל, إلى, tới, đến, kepada, 收件人, "
        "收件者, 宛先, 받는 사람, 받는사람, प्रति, प्राप्तकर्ता, को, सेवा में",
        "subject": "subject, betreff, objet, sujet, asunto, oggetto, assunto, onderwerp, ämne, emne, aihe, tárgy, "
        "konu, subiect, předmět, predmet, temat, тема, θέμα, נושא, الموضوع, chủ đề, perihal, subjek, 主题, 主旨, "
        "標題, 件名, 제목, विषय",
        "copy": "cc, bcc, kopie, copie, copie à, kopia, kopi, copia, cópia, dw, udw, másolat, bilgi, копия, копія, "
        "抄送, 副本, 참조, reply to, répondre à, antwort an, beantwoorden aan, importance, priority, "
        "attachments, organization, प्रतिलिपि, सीसी, महत्व, अनुलग्नक",
    }.items()
    for label in _folded(words)
}

# The labels of a date that only mail programs write, below a From: line.
SENT_LABELS = _folded("""
sent, gesendet, envoyé, enviado, enviado el, enviado em, enviada em, inviato, verzonden, skickat, sendt, lähetetty,
odesláno, odoslané, küldve, wysłano, gönderildi, trimis, отправлено, надіслано, 发送时间, 送信日時, 보낸 날짜, भेजा गया
""")

# How the line begins that a mail program adds about itself.
DEVICES = _listed("""
sent from my, sent wirelessly from, envoyé sans fil,
sent from mail for windows, sent from yahoo mail, sent from outlook, sent from samsung, sent from
a mobile, sent from mobile, sent from mailbox, sent from windows mail, sent from a phone, sent from the all new
aol, sent using zoho mail, sent using hushmail, sent via my, sent with proton, sent from proton, sent with
airmail, sent with spark, get outlook for, get the outlook app, von meinem, gesendet von mein, gesendet von
outlook, gesendet mit der, envoyé de mon, envoyé depuis, envoyé à partir, télécharger outlook, obtenez outlook,
enviado desde mi, enviado desde, enviado do meu, enviado a partir, enviado pelo, obtener outlook, obtenga
outlook, obtenha o outlook, inviato da, inviato dal, scarica outlook, ottieni outlook, verzonden vanaf,
verzonden met, verstuurd vanaf, outlook voor, outlook downloaden, skickat från, hämta outlook, sendt fra, hent
outlook, få outlook, lähetetty, hanki outlook, wysłano z, wysłane z, pobierz outlook, odesláno z, odoslané z,
získejte outlook, elküldve, trimis de pe, отправлено с, отправлено из, скачать outlook, надіслано з,
iphoneから送信, ipadから送信, 发自我的, 從我的, 从我的, 来自我的, 傳送自我的, 나의 iphone, 내 iphone, 내 ipad,
gửi từ, dikirim dari, मेरे iphone से भेजा, मेरे ipad से भेजा, मेरे आईफ़ोन से भेजा, मेरे आईफोन से भेजा, मेरे
सैमसंग, मेरे samsung, मेरे galaxy, मेरे मोबाइल से भेजा, मेरे फ़ोन से भेजा, मेरे फोन से भेजा, मेरे एंड्रॉइड, मेरे
android, android के लिए outlook, ios के लिए outlook, android के लिए आउटलुक
""")
# The same beginnings where the line must also name a device or a mail program.
DEVICE_STARTS = _listed(
    "sent from, sent via, sent with, sent by, sent using, from my, gesendet, diese nachricht wurde von"
)
# How it may also end, when it names a device or a mail program.
DEVICE_ENDINGS = _listed(
    "से भेजा गया, से भेजा गया है, प्राप्त करें, gesendet, gönderildi, से भेजा, 보냄, から送信, 发送, 傳送, from mobile, küldve, "
    "küldött üzenet, से भेजा हुआ"
)
DEVICE_NAMES = _listed("""
iphone, ipad, ipod, android, outlook, gmail, galaxy, yahoo, mobile, mobil, mailbox, phone, blackberry, samsung,
nokia, xiaomi, redmi, oneplus, vivo, windows, airmail, proton, thunderbird, aol, k-9, htc, tablet, handy,
smartphone, मोबाइल, फ़ोन, फोन, आईफ़ोन
""")
# With one of these words the line is a sentence about something that was sent.
DEVICE_SENTENCE = _folded("""
is, are, was, were, has, have, but, which, and, did, does, can, cannot, not, yesterday, today, it, i, we, नहीं, रहा,
रही, रहे, पर, में, हूँ, कृपया, लेकिन, आज, कल, nahi, nahin, raha, rahi, par
""")

# A line of its own after which a name follows.
CLOSINGS = _folded("""
regards, with regards, best regards, kind regards, warm regards, warmest regards, kindest regards, many regards,
thanks, thank you, many thanks, thanks a lot, thanks again, thanks and regards, thanks & regards, thanks with
regards, thank you and regards, thank you & regards, thanking you, best, all the best, cheers, sincerely, yours
sincerely, yours faithfully, yours truly, sincerely yours, best wishes, respectfully, rgds, regds, with best
regards, with warm regards, with kind regards, mit freundlichen grüßen, mit freundlichem gruß, freundliche
grüße, viele grüße, beste grüße, liebe grüße, gruß, grüße, cordialement, bien cordialement, bien à vous,
salutations, saludos, un saludo, atentamente, cordiali saluti, distinti saluti, saluti, atenciosamente,
cumprimentos, met vriendelijke groet, met vriendelijke groeten, groeten, med vänliga hälsningar, vänliga
hälsningar, hälsningar, mvh, med venlig hilsen, venlig hilsen, hilsen, med vennlig hilsen, terveisin,
ystävällisin terveisin, pozdrawiam, z poważaniem, s pozdravem, s pozdravom, üdvözlettel, saygılarımla, с
уважением, з повагою, सादर, सादर धन्यवाद, धन्यवाद, धन्यवाद सहित, धन्यवाद एवं सादर, भवदीय, भवदीया, आपका, आपकी,
प्रार्थी, शुभकामनाओं सहित, सधन्यवाद, साभार, सादर प्रणाम, निवेदक, dhanyavad, dhanyawad, saadar, sadar
""")

# A line with one of these says something and is no part of a signature.
SENTENCE_WORDS = _folded("""
please, kindly, is, are, was, has, have, not, can, cannot, will, should, i, we, it, but, also, my, your, है,
हैं, था, थी, थे, करें, कीजिए, नहीं, हो, रहा, रही, दें, कृपया, गया, गई, मैं, हम, hai, hain, nahi, nahin, karen,
raha, rahi, ho, kripya, gaya, mera, meri, bhi
""")

# The title of a legal notice that a mail server writes below every mail, alone on its line or before a colon.
NOTICE_TITLES = _folded("""
disclaimer, confidentiality notice, confidentiality note, confidentiality statement, confidentiality disclaimer,
important notice, legal notice, legal disclaimer, privileged and confidential, e-mail disclaimer, haftungsausschluss,
avis de confidentialité, aviso legal, अस्वीकरण, गोपनीयता सूचना, वैधानिक सूचना
""")

# How such a notice begins without a title.
NOTICES = _listed("""
this e-mail and any attach, this email and any attach, this e-mail and any files, this email and any files,
this message and any attach, this e-mail message and any, this email message and any, this e-mail (and any
attach, this email (and any attach, this message (and any attach, this e-mail (including any attach, this
email (including any attach, this message (including any attach, this communication (including, this e-mail
is confidential, this email is confidential, this message is confidential, this e-mail is intended only,
this email is intended only, this message is intended only, this e-mail may contain confidential, this email
may contain confidential, this message may contain confidential, this e-mail contains confidential, this
email contains confidential, this message contains confidential, the information contained in this e, the
information contained in this m, the information in this e, the information transmitted, the contents of
this e, the content of this e, if you are not the intended recipient, please consider the environment,
consider the environment before printing, before printing this e, diese e-mail enthält vertrauliche, ce
message et toutes les pièces, ce courriel et, este mensaje y, este correo electrónico y, यह ई-मेल और इसके,
यह ई-मेल एवं इसके, यह ईमेल और इसके, यह ईमेल एवं इसके, यह ई-मेल तथा इसके, यह ईमेल तथा इसके, यह ई-मेल गोपनीय,
यह ईमेल गोपनीय, यह संदेश गोपनीय, यह संदेश और इसके, इस ई-मेल में निहित, इस ईमेल में निहित, इस ई-मेल में दी गई
जानकारी गोपनीय, questo messaggio e i suoi allegati, questo messaggio e gli allegati, esta mensagem e seus
anexos, esta mensagem pode conter
""")
