"""HTML as a person reads it: lines, lists, tables, links and quotes."""

from __future__ import annotations

import pytest

from mailbot.adapters.reading.html import find_references, take_out_data, to_text
from mailbot.adapters.reading.limits import Notes
from mailbot.domain.quotes import cut_reply

GMAIL = """<div dir="ltr">पुनः खोलें<br></div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">On Mon,
23 Nov 2026 at 10:15, Desk &lt;<a href="mailto:desk@tax.example">desk@tax.example</a>&gt; wrote:<br></div>
<blockquote class="gmail_quote" style="margin:0 0 0 .8ex"><div>Dear Sir,<br>Ticket opened.</div></blockquote></div>"""
OUTLOOK = """<html><body><div class=WordSection1><p class=MsoNormal>RESOLVED<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3pt 0in 0in 0in">
<p class=MsoNormal><b>Lähettäjä:</b> Desk
<br><b>Aihe:</b> x</p></div><p class=MsoNormal>Dear Sir</p></div></body></html>"""
OUTLOOK_WEB = """<div>ho gaya</div><div id="appendonsend"></div><hr>
<div id="x_divRplyFwdMsg"><b>Absender:</b> Desk</div><div>Dear Sir</div>"""
YAHOO = '<div>ठीक है</div><div id="ydp1" class="yahoo_quoted"><div>Dear Sir</div></div>'
APPLE = """<div>Chrome</div><div><blockquote type="cite"><div>On 23 Nov 2026, Desk wrote:</div><div>Browser?</div>
</blockquote></div>"""

INDONESIAN = """<div>selesai</div><div class="gmail_quote"><div class="gmail_attr">Pada 23 Nov 2026 pukul 10.15 Desk
&lt;<a href="mailto:desk@tax.example">desk@tax.example</a>&gt; menulis begini:<br></div>
<blockquote class="gmail_quote">Dear Sir</blockquote></div>"""
SIGNED = """<div>काम हो गया</div><br><div class="gmail_signature">Ramesh Kumar<br>Sector 5</div>"""
ZIMBRA = (
    """<div>theek hai</div><hr id="zwchr"><div><b>From: </b>Desk<br><b>To: </b>Ramesh<br></div><div>Dear Sir</div>"""
)
SPARK = """<div name="messageBodySection">जमा हो गया</div><div name="messageReplySection">Dear Sir</div>"""
WINDOWS = """<div>done</div><div style="border-top-color: rgb(229, 229, 229);"><b>Absender:</b> Desk</div>
<div>Dear Sir</div>"""
ZOHO = """<div>ok</div><div class="zmail_extra"><div>आपने सोमवार को कहा</div><div>Dear Sir</div></div>"""
YANDEX = (
    """<div>Done.</div><div>24.11.2026, 10:15, Desk &lt;desk@tax.example&gt;:</div><blockquote>Dear Sir</blockquote>"""
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>एक</p><p>दो</p>", "एक\n\nदो"),
        ("<div>a</div><div><br></div><div>b<br></div><div>c</div>", "a\n\nb\nc"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("a   \n b&nbsp;&nbsp;c", "a b  c"),
        ("<p class=MsoNormal>Sir,</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>done</p>", "Sir,\n\ndone"),
        ("<ul><li>one<li>two</ul><ol start=3><li>three<li>four</ol>", "- one\n- two\n\n3. three\n4. four"),
        ("<table><tr><th>GSTIN<th>Amount<tr><td>09AA<td>100</table>", "GSTIN | Amount\n09AA | 100"),
        ("<table><tr><td><table><tr><td>x</td></tr></table></td></tr></table>", "x"),
        ('<a href="https://portal.example/err">the error</a>', "the error <https://portal.example/err>"),
        ('<a href="https://portal.example/">portal.example</a>', "portal.example"),
        ('<a href="mailto:a@tax.example">a@tax.example</a>', "a@tax.example"),
        ('<a href="javascript:alert(1)">x</a>', "x"),
        ("<style>p{}</style><title>t</title><script>alert(1)</script>x", "x"),
        ('<span style="display:none">preview <b>text</b></span>shown', "shown"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<img src='cid:a' alt='error page'><img src='x.gif' width=1 alt='t'>", "[image: error page]"),
        ("&lt;b&gt; &amp; &#2325; 1<2", "<b> & क 1<2"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>c", "> a\n> > b\nc"),
        ("<div>a<div>b</div></div>c", "a\nb\nc"),
        ("</td></div></p>x", "x"),
        ("", ""),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    """What a browser shows is what is read."""
    assert to_text(html, Notes()) == text


@pytest.mark.parametrize(
    ("html", "reply"),
    [
        *((GMAIL, "पुनः खोलें"), (OUTLOOK, "RESOLVED"), (OUTLOOK_WEB, "ho gaya"), (YAHOO, "ठीक है"), (APPLE, "Chrome")),
        (SPARK, "जमा हो गया"),
        *((INDONESIAN, "selesai"), (SIGNED, "काम हो गया"), (ZIMBRA, "theek hai"), (WINDOWS, "done"), (ZOHO, "ok")),
        (YANDEX, "Done."),
    ],
    ids=[
        *("Gmail", "Outlook", "Outlook on the web", "Yahoo", "Apple", "Spark"),
        *("Gmail in a language not listed", "Gmail signature", "Zimbra", "Windows Mail", "Zoho", "Yandex"),
    ],
)
def test_quotes_are_cut_by_structure(html: str, reply: str) -> None:
    """What a mail program marks as a quote is cut, whatever its language."""
    assert cut_reply(to_text(html, Notes())).reply == reply


def test_answers_between_quotes_stay() -> None:
    """Answers between two quotes keep their place."""
    first, second = "<blockquote>Browser?</blockquote>", "<blockquote>Office?</blockquote>"
    html = f"<div>Sir,</div>{first}<div>Chrome</div>{second}<div>Lucknow</div>"
    assert cut_reply(to_text(html, Notes())).reply == "Sir,\n> Browser?\nChrome\n> Office?\nLucknow"


def test_pasted_pictures_are_taken_out() -> None:
    """A data: URI is a file that was pasted into the text."""
    html, pictures = take_out_data('<p>x</p><img src="data:image/png;base64,iVBORw0KGgo=">', Notes())
    assert html == '<p>x</p><img src="cid:pasted-1">'
    assert pictures == [b"\x89PNG\r\n\x1a\n"]


def test_references_of_every_kind_are_found() -> None:
    """Content-IDs, locations and bare names, quoted in any way."""
    html = "<img src=\"cid:a@b\"><img src='image001.png'><td background=CID:%3Cc%3E>"
    assert find_references(html) == {"a@b", "image001.png", "c"}


def test_html_that_is_too_deep_is_read_without_its_marks() -> None:
    """A hundred thousand nested elements take a browser's repair quadratic time; the words are kept."""
    notes = Notes()
    assert to_text("<div>" * 5000 + "login fails", notes) == "login fails"
    assert "deeper" in notes.sentences()[0]


def test_html_that_is_too_long_is_cut() -> None:
    """Two million characters are read, and the rest is told."""
    notes = Notes()
    assert len(to_text("a" * 2_000_100, notes)) == 2_000_000
    assert "longer" in notes.sentences()[0]


def test_a_mail_that_is_wholly_in_the_part_for_answers_is_new() -> None:
    """Spark puts a mail that answers nothing into the same part as the mail it would answer."""
    assert (
        cut_reply(to_text('<div name="messageReplySection">चालान जमा हो गया</div>', Notes())).reply
        == "चालान जमा हो गया"
    )


def test_what_is_quoted_from_a_page_of_the_web_is_new() -> None:
    """The sender shows a page; no mail is answered in such a quote."""
    html = '<p>नियम देखें:</p><blockquote cite="https://rules.example/37">The return is due on the 20th.</blockquote>'
    assert cut_reply(to_text(html, Notes())).reply == "नियम देखें:\n\nThe return is due on the 20th."
