"""The new text of a whole mail, from its plain text or its HTML, and what is said of a doubtful cut."""

from __future__ import annotations

from mailbot.adapters.reading.message import read_message

PICTURE = "iVBORw0KGgo="
HEADERS = """From: Ramesh Kumar <ramesh@tax.example>
To: desk@tax.example
Subject: Re: Login
MIME-Version: 1.0
"""
WITH_PICTURE = f"""{HEADERS}Content-Type: multipart/related; boundary=b

--b
Content-Type: text/plain; charset=utf-8

यह स्क्रीन आती है।

[cid:image001.png@01DC]

क्या करें?

Sent from my iPhone

--b
Content-Type: image/png; name=image001.png
Content-ID: <image001.png@01DC>
Content-Transfer-Encoding: base64

{PICTURE}
--b--
"""
BOTH = f"""{HEADERS}Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=utf-8

RESOLVED

Dear Sir, the ticket was opened.

--b
Content-Type: text/html; charset=utf-8

<div>RESOLVED</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>Pengirim:</b> Desk</div>
<div>Dear Sir, the ticket was opened.</div>

--b--
"""
DOUBTFUL = f"""{HEADERS}Content-Type: text/plain; charset=utf-8

On Mon, 23 Nov 2026 at 10:15, Desk <desk@tax.example> wrote:

Which browser?

Chrome 130
"""


def test_the_place_of_a_picture_is_in_the_text_only() -> None:
    """The whole text says where a picture stood; the reply is what the sender wrote."""
    mail = read_message(WITH_PICTURE.encode(), oversized=False).mail
    assert mail.text == "यह स्क्रीन आती है।\n\n[cid:image001.png@01DC]\n\nक्या करें?\n\nSent from my iPhone"
    assert mail.reply == "यह स्क्रीन आती है।\n\nक्या करें?"
    assert [file.name for file in mail.attachments] == ["image001.png"]


def test_the_html_shows_a_quote_that_the_plain_text_hides() -> None:
    """Outlook marks the answered mail in the HTML, in whatever language."""
    mail = read_message(BOTH.encode(), oversized=False).mail
    assert mail.reply == "RESOLVED"


def test_a_doubtful_cut_keeps_more_and_says_so() -> None:
    """When nobody can tell the quote from the answer, both are kept and the mail's problems say it."""
    mail = read_message(DOUBTFUL.encode(), oversized=False).mail
    assert mail.reply == "Which browser?\n\nChrome 130"
    assert [problem for problem in mail.problems if "not certain" in problem]
