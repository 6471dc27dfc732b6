"""The words of mail systems that could not deliver, or not yet, in the languages they use.

Word lists are compared folded; patterns are tried on text in lower case with its spaces collapsed.
"""

from __future__ import annotations

import re

from mailbot.domain.text import fold


def _folded(*words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fold(word) for word in words))


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


# A subject that begins like this is hardly ever written by a person.
BOUNCE_SUBJECTS = _folded(
    "邮件传输失败", "邮件投递失败", "投递失败", "warning: message could not", "not member article from",
    "fml system error message", "loop back warning", "loop alert", "spam mail from a spammer is rejected",
    "undelivered mail returned to sender", "undelivered message returned", "undeliverable", "undelivered",
    "undelivered e-mail", "delivery status notification (failure)", "delivery status notification: error",
    "delivery failure", "delivery_failure", "delivery notification: delivery has failed", "delivery final failure",
    "delivery failed", "delivery problem", "delivery error", "delivery unsuccessful", "delivery notification",
    "delivery status notification", "delivery status", "delivery report", "mail delivery failed",
    "mail delivery failure", "mail delivery problem", "mail delivery error", "mail delivery status",
    "mail delivery notification", "mail delivery subsystem", "mail could not be delivered", "mail error",
    "mail failure", "mail system error", "mail not delivered", "mail undeliverable", "mail status report",
    "mail returned", "mail rejected", "message could not be delivered", "message delivery failure",
    "message delivery has failed", "message undeliverable", "message status - undeliverable", "message not delivered",
    "message you sent blocked", "message rejected", "message returned", "failure notice", "failure delivery",
    "failed delivery", "failed mail", "failed to deliver", "failed message", "permanent delivery failure",
    "returned mail", "returned to sender", "returned message", "returned email", "rejected mail", "rejected message",
    "rejected:", "non-delivery", "nondelivery", "nondeliverable", "non delivery", "ndn:", "ndr:", "unable to deliver",
    "unable to send", "cannot deliver", "could not deliver", "couldn't deliver", "not delivered",
    "notice: mail delivery status", "email delivery failure", "email could not be delivered",
    "e-mail delivery failure", "email not delivered", "your email could not", "your message was not",
    "your message could not", "your mail could not", "your message to .* couldn", "sorry, your message could not",
    "postmaster notify", "[postmaster] email delivery", "[bounce]", "bounced mail", "bounced message", "bounce:",
    "error sending", "error delivering", "there was an error sending your mail", "warning: message undeliverable",
    "postfix smtp server: errors from", "mail server: errors from", "user unknown", "unknown user",
    "unknown recipient", "invalid recipient", "unknown address", "recipient not found", "mailbox unavailable",
    "mailbox full", "quota exceeded", "mail delivery system", "unzustellbar", "unzustellbare",
    "zustellung fehlgeschlagen", "nicht zugestellt", "nicht zustellbar", "fehlgeschlagene zustellung", "non remis",
    "remise impossible", "échec de la remise", "échec de remise", "message non distribué", "non distribuable",
    "non délivré", "message non délivré", "courrier non distribué", "notification d'échec", "no se puede entregar",
    "no entregado", "no entregable", "correo devuelto", "mensaje devuelto", "error de entrega", "no se pudo entregar",
    "não é possível entregar", "não entregue", "não foi possível entregar", "falha na entrega", "mensagem devolvida",
    "non recapitabile", "impossibile recapitare", "recapito non riuscito", "messaggio non consegnato",
    "mancata consegna", "mancato recapito", "notifica di mancata consegna", "niet-bezorgbaar", "onbestelbaar",
    "niet bezorgd", "niedostarczalne", "nie można dostarczyć", "nie dostarczono", "olevererbart", "kan inte leverera",
    "kan ikke leveres", "ikke leveret", "ei voi toimittaa", "toimitus epäonnistui", "nedoručitelné", "nelze doručit",
    "nedoručená", "nedoručiteľné", "kézbesíthetetlen", "nelivrabil", "teslim edilemedi", "iletilemedi",
    "недоставленное сообщение", "сообщение не доставлено", "недоставлено", "не удалось доставить",
    "невозможно доставить", "ошибка доставки", "не доставлено", "недоставлене", "无法投递", "无法送达", "退信",
    "系统退信", "邮件退回", "未送达", "未传递", "郵件退回", "無法傳遞", "無法送達", "退件", "配信不能",
    "送信できませんでした", "メール配信に失敗", "メッセージを配信できません", "配信できません", "不達", "宛先不明",
    "배달되지 않음", "반송", "전송 실패", "لم يتم التسليم", "تعذر التسليم", "غير قابل للتسليم", "संदेश वितरित नहीं",
    "मेल वितरित नहीं", "ईमेल वितरित नहीं", "अवितरित", "वितरण विफल", "वितरण असफल", "वितरण नहीं हुआ", "डिलीवर नहीं",
    "डिलीवरी विफल", "मेल वापस", "संदेश नहीं पहुँचा", "वितरण स्थिति अधिसूचना (विफल", "डिलीवरी स्थिति सूचना (विफल",
    "पहुंचाने योग्य नहीं",
)  # fmt: skip

# Somewhere in the subject.
BOUNCE_IN_SUBJECT = _any(
    r"\bundeliver", r"\bnon remis", r"\bdelivery (has )?fail", r"\bnot (be )?deliver", r"\buser unknown",
    r"\bunknown user", r"\breturned mail", r"\bbounced", r"\berrors? in forwarding", r"\bfrozen",
    r"\bcould ?n[o']t be delivered", r"\bwas rejected", r"\bmailbox (is )?full", r"\bno such user",
)  # fmt: skip

# Said by machines only, at the beginning of a text.
BOUNCE_PROLOGUES = _any(
    "duplicated message-id in", "original mail as follows", "could not be delivered because of",
    r"could not be delivered to:? <", r"the user\(s\) account is",
    "has been frozen", "was frozen on arrival", "router encountered the following error",
    "recipients? was rejected by a remote", "you are not a member of this mailing list",
    "has detected a loop condition", "投递失败", "グループ.{0,60}(?:存在しない|権限がない)",
    "message was undeliverable", "was undeliverable due to",
    "created automatically by (?:the )?mail delivery (?:software|system)(?!.{0,3}tmda)",
    "this is the (?:mail system|mail delivery|qmail|email server|mailer-daemon|postfix|machine gen)",
    "this is the delivery? program", r"this is the [\w@. -]{0,60}program at", r"hi\. this is the",
    "i wasn't able to deliver", "i was unable to deliver",
    "automatically generated delivery (?:status notification|failure)", "non-?delivery report", "failure reasons? -",
    r"delivery to the following (?:recipients?|address(?:es)?)(?: has| have|\(s\))? (?:been )?(?:fail|abort)",
    "delievery to the following recipients",
    r"(?:the )?following address(?:\(es\)|es)? (?:had|failed|couldn|could not|did not)",
    "did ?n[o']t reach the following recipient", "did not receive a copy of your message", "failed addresses follow",
    "list of failed recipients", "failed recipients? -", "permanent fatal errors", r"permanent error\.",
    "undeliverable to ", "machine generated message from mail", "message that you sent could not be delivered",
    "message you sent (?:was blocked|could not|has been blocked)",
    "unable to deliver (?:your )?(?:message|mail|the message)",
    "could not deliver (?:your )?(?:message|mail|the message)", "user's mailbox is full",
    "the email below could not be delivered", "the following mail could not be delivered",
    "your (?:message|e?-?mail)(?: message)? (?:to [^ ]{3,80} )?(?:could not|couldn't|cannot|can't) be (?:deliver|sent)",
    "your (?:message|e?-?mail)(?: message)? (?:to [^ ]{3,80} )?(?:wasn't|was not|has not been|hasn't been) deliver",
    "your (?:message|e?-?mail) (?:was not|has not been) sent", "was not delivered to:",
    "has encountered delivery problems", "your message has been rejected", "rejected your message",
    "trouble delivering your message", "problem delivering (?:your|the) message", "invalid final delivery userid",
    "returned mail follows", "undeliverable address:", "no such user here", "error-for:",
    r"the following recipient\(?s?\)? (?:could|couldn|cannot)", "message not delivered to the following",
    "delivery has failed to these", "delivery failed to these", "diagnostic information for admin",
    "message could not be delivered", "messages? couldn't be delivered", "could not be delivered to one or more",
    "transcript of session", "the original message was received at", "cannot be delivered to the following",
    "errors occurred during delivery", "delivery attempt failed", "the group you tried to contact",
    "address you (?:sent|entered) .{0,60}(?:not found|couldn't be found|does not exist)", "address not found",
    "message blocked", "wasn't delivered to", "there was a problem delivering", "recipient address rejected",
    "your message[^.]{0,200}did not reach", "your message[^.]{0,200}was not delivered",
    "remote (?:server|host) (?:said|responded|returned)", "su mensaje no pudo ser entregado", "no se pudo entregar",
    "mensagem n[aã]o p[oô]de ser", "n[aã]o foi poss[ií]vel entregar", "konnte nicht zugestellt werden",
    "konnten nicht zugestellt", "n'a pas (?:pu )?[eê]tre (?:d[eé]livr|remis|distribu)",
    "non [eè] stato possibile (?:recapitare|consegnare)", "не (?:было|удалось|может быть|были) достав",
    "не удалось доставить", "сообщение не доставлено", "无法投递", "无法送达", "未能送达", "退回", "配信できません",
    "送信できません", "送り届けられ", "配信に失敗", "届けられませ", "전송하지 못", "전달하지 못",
    "वितरित नहीं (?:हो|कि|की)", "पहुँचाया नहीं जा", "पहुंचाया नहीं जा", "वितरण विफल", "डिलीवर नहीं (?:हो|कि)",
)  # fmt: skip

# People may write these too; they count for less.
BOUNCE_PHRASES = _any(
    r"\b(?:4|5)\d\d[ -](?:#?[45]\.\d{1,3}\.\d{1,3})", r"\(#[45]\.\d\.\d\)", "user unknown", "unknown user",
    "no such (?:user|recipient|mailbox|account)", "(?:mailbox|quota|inbox).{0,30}(?:full|exceeded|over)", "over quota",
    "unrouteable address", "recipient .{0,40}not (?:found|known|listed|exist)", "not listed in (?:domino|public|the)",
    "host (?:not found|unknown)", "relay(?:ing)? (?:denied|not permitted)", "undeliver", "no mailbox here",
    "(?:can ?not|could ?not|couldn't|can't|not|un)(?: be| able to be)? deliver", "delivery (?:has )?fail",
    "returned to (?:you|sender)", "does not exist",
    "(?:mailbox|address|account|recipient|user).{0,30}(?:unavailable|disabled|invalid|inactive|rejected)",
    "(?:mailbox|address|account|recipient|user).{0,30}(?:unknown|not found|not known)",
)  # fmt: skip

# What Amazon SES tells of a failure, when its notices are subscribed to by mail.
BOUNCE_NOTICES = _any(
    r'"(?:notification|event)type\\?":\s?\\?"bounce',
)  # fmt: skip

# The subject of a notice that delivery takes longer.
DELAY_SUBJECTS = _any(
    r"\(delay\)", r"\bdelayed\b", r"\bdelay notification",
    r"\bwarning: (?:could not send|mail delayed|message [\w-]+ delayed)", "still being retried", "will (?:be )?retr",
    "delivery (?:warning|delay)", "delivery status notification: warning", "transient", "temporarily",
    "verz(?:ö|oe)ger", "retard", "retras", "atras", "ritard", "vertraagd", "opóźni", "försen", "задерж", "отложен",
    "延遅", "遅延", "延迟", "विलंब", "देरी",
)  # fmt: skip

# Its text.
DELAY_TEXTS = _any(
    "not yet been delivered", "no action is required on your part", "this is just a warning", "warning message only",
    "do not need to resend", "delivery attempts? will continue", "will continue to (?:try|attempt|be)",
    "will (?:be|keep) retr(?:ied|ying)", "will retry", "will try again", "has been delayed", "have been delayed",
    "is delayed", "delays? in delivering", "has been postponed", "advisory-only",
    "still (?:being )?(?:trying|retried)", "temporarily deferred", "(?:reported|experienced) a delay", "kept trying",
    "further attempts will", "wird weiter(?:hin)? versucht", "noch nicht zugestellt", "seguir[aá] intentando",
    "बाद में (?:फिर|पुनः) प्रयास", "पुनः प्रयास किया जाएगा", "विलंब हो",
)  # fmt: skip

# It took longer, and now the mail system gives up.
FINAL_TEXTS = _any(
    "giv(?:ing|en|e) up", "gave up", "permanent(?:ly)? (?:error|fail|fatal)", "retry timeout exceeded",
    "not (?:going to )?(?:try|retry) again", "no (?:further|more) attempts", "will not (?:be )?retr",
    "exceeded maximum", "too long", "fatal errors", "expired",
)  # fmt: skip

# Delivery was made.
SUCCESS_SUBJECTS = _any(
    r"^\W*(?:delivered|relayed|expanded|zugestellt|übermittelt|remis|entregado|entregue|consegnato|bezorgd)\s*:",
    r"\((?:success|relay|expansion|expanded|delivered|relayed)\)", "successful mail delivery", "mail delivery success",
    "delivery receipt", "delivery confirmation", "successfully delivered", r"delivery report \(success",
)  # fmt: skip
