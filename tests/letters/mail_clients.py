"""The links of buttons, and the mail that Gmail in a browser, Outlook and a phone make of one."""

from __future__ import annotations

import html
import re
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import parse_qsl, quote, unquote

from letter_reading import html_of

LINK = re.compile(r'href="(mailto:[^"]*)"')
LONGEST_LINK = 2000


def links_of(letter):
    """Return the link of every button of a letter, as a browser reads it."""
    return [html.unescape(link) for link in LINK.findall(html_of(letter))]


def split_link(link):
    """Return address, subject and body as RFC 6068 has them: a plus is a plus, and everything is percent-decoded."""
    address, _, query = link.removeprefix("mailto:").partition("?")
    fields = dict(part.split("=", 1) for part in query.split("&"))
    return unquote(address), unquote(fields["subject"]), unquote(fields["body"])


def words_of(link):
    """Return the word that a button writes."""
    return split_link(link)[2].split("\r\n")[0]


def gmail(link):
    """Return the mail that Gmail in a browser sends: the whole link travels inside another address."""
    compose = f"https://mail.google.com/mail/?extsrc=mailto&url={quote(link, safe='')}"
    inner = dict(parse_qsl(compose.partition("?")[2]))["url"]
    address, subject, body = split_link(inner)
    lines = body.replace("\r\n", "\n").split("\n")
    mail = _mail(address, subject, "\n".join(lines), "base64")
    divs = "".join(f"<div>{html.escape(line) or '<br>'}</div>" for line in lines)
    mail.add_alternative(f'<div dir="ltr">{divs}</div>', subtype="html", cte="quoted-printable")
    return mail


def outlook(link):
    """Return the mail that Outlook sends: each line is a paragraph of its own, and no thread is known."""
    address, subject, body = split_link(link)
    lines = body.split("\r\n")
    mail = _mail(address, subject, "\n\n".join(lines), "quoted-printable")
    paragraphs = "".join(f'<p class="MsoNormal">{html.escape(line) or "&nbsp;"}<o:p></o:p></p>' for line in lines)
    mail.add_alternative(f"<html><body>{paragraphs}</body></html>", subtype="html", cte="base64")
    return mail


def phone(link):
    """Return the mail that a phone sends: plain text, with the phone's own last line."""
    address, subject, body = split_link(link)
    return _mail(address, subject, body.replace("\r\n", "\n") + "\n\nSent from my iPhone", "8bit")


def _mail(address, subject, text, transfer):
    mail = EmailMessage(policy=SMTP)
    mail["To"], mail["Subject"], mail["Message-ID"] = address, subject, "<20261123.1131@client.example>"
    mail["Date"] = "Mon, 23 Nov 2026 14:30:00 +0530"
    mail.set_content(text, cte=transfer)
    return mail


CLIENTS = {"gmail": gmail, "outlook": outlook, "phone": phone}
