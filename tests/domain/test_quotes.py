"""How a reply is cut out of a mail, in the shapes that mail programs write."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.quotes import LONGEST_TEXT, MOST_LINES, cut_reply, find_own_words

if TYPE_CHECKING:
    from collections.abc import Callable

NEW = "RESOLVED\nCache cleared, please try again."
NEU = "पुनः खोलें\nअभी भी लॉगिन नहीं हो रहा।"

SEPARATED = {
    "Gmail": "On Mon, 23 Nov 2026 at 10:15, GST Desk <desk@tax.example> wrote:\n\n> Dear Sir,\n> Ticket opened.",
    "Gmail, wrapped": "On Mon, 23 Nov 2026 at 10:15, GST Help Desk of the Department\n"
    "<desk@tax.example> wrote:\n\n> Dear Sir",
    "Gmail, wrapped thrice": "On Mon, 23 Nov 2026 at 10:15, GST Help Desk\nof the Department of Taxes <\n"
    "desk@tax.example> wrote:\n> x",
    "Gmail in Hindi": "सोम, 23 नव॰ 2026 को 10:15 am बजे, GST Desk <desk@tax.example> ने लिखा:\n\n> महोदय,",
    "Hindi, wrapped": "23 नवंबर 2026 को सुबह 10:15 बजे, GST Desk <desk@tax.example> ने\nलिखा:\n\nमहोदय,",
    "Apple": "> On 23 Nov 2026, at 10:15 AM, GST Desk <desk@tax.example> wrote:\n> \n> Dear Sir",
    "Outlook": "From: GST Desk <desk@tax.example>\nSent: Monday, November 23, 2026 10:15 AM\nTo: Ramesh Kumar\n"
    "Subject: RE: [TMS-2611-00042-7] Login\n\nDear Sir,\n\nTicket opened.",
    "Outlook with a rule": "________________________________\nFrom: GST Desk <desk@tax.example>\n"
    "Sent: 23 November 2026 10:15\n"
    "To: Ramesh Kumar <r@tax.example>\nCc: Head <h@tax.example>\nSubject: Login\n\nDear Sir",
    "Outlook, bold labels": "*From:* GST Desk <desk@tax.example>\n*Sent:* Monday 10:15\n*To:* Ramesh\n"
    "*Subject:* Login\n\nDear",
    "Outlook in Hindi": "प्रेषक: GST Desk <desk@tax.example>\nभेजा गया: 23 नवंबर 2026 10:15\nप्रति: रमेश कुमार\n"
    "विषय: लॉगिन\n\nमहोदय",
    "Hindi labels": "प्रेषक: GST Desk <desk@tax.example>\nदिनांक: 23/11/2026\nप्रति: रमेश\nविषय: लॉगिन\n\nमहोदय",
    "Original message": "-----Original Message-----\nFrom: GST Desk\nDear Sir",
    "Original message in Hindi": "---- मूल संदेश ----\nमहोदय, आपका टिकट",
    "Samsung": "-------- Original message --------\nFrom: GST Desk <desk@tax.example> \n"
    "Date: 23/11/26  10:15 AM  (GMT+05:30) \n"
    "To: r@tax.example \nSubject: Login \n\nDear Sir",
    "Zoho and NIC": "---- On Mon, 23 Nov 2026 10:15:00 +0530 GST Desk <desk@tax.example> wrote ----\n\nDear Sir",
    "Forwarded": "---------- Forwarded message ---------\nFrom: GST Desk <desk@tax.example>\n"
    "Date: Mon, 23 Nov 2026\nSubject: x\n\nx",
    "Forwarded in Hindi": "---------- अग्रेषित संदेश ---------\nप्रेषक: GST Desk <desk@tax.example>\n\nमहोदय",
    "Forwarded by Apple": "Begin forwarded message:\n\nFrom: GST Desk <desk@tax.example>\nSubject: x\n\nDear",
    "German": "Am 23.11.2026 um 10:15 schrieb GST Desk <desk@tax.example>:\n\n> Guten Tag",
    "French": "Le lun. 23 nov. 2026 à 10:15, GST Desk <desk@tax.example> a écrit :\n\n> Bonjour",
    "Spanish": "El lun, 23 nov 2026 a las 10:15, GST Desk (<desk@tax.example>) escribió:\n\n> Hola",
    "Italian": "Il giorno lun 23 nov 2026 alle ore 10:15 GST Desk <desk@tax.example> ha scritto:\n\n> Ciao",
    "Portuguese": "Em seg., 23 de nov. de 2026 às 10:15, GST Desk <desk@tax.example> escreveu:\n\n> Olá",
    "A language not listed": "Dne po 23. 11. 2026 v 10:15 uživatel GST Desk <desk@tax.example> řekl:\n\n> Dobrý den",
    "Only quote marks": "> Dear Sir,\n> Ticket opened.",
}


@pytest.mark.parametrize("quote", SEPARATED.values(), ids=SEPARATED)
@pytest.mark.parametrize("new", [NEW, NEU], ids=["English", "Hindi"])
def test_a_reply_above_its_quote(new: str, quote: str) -> None:
    """The new text above a quote is the reply, whichever program marked the quote."""
    cut = cut_reply(f"{new}\n\n{quote}\n")
    assert cut.reply == new
    assert cut.signature == ""
    assert cut.quoted.split() == quote.split()


def test_answers_between_the_quotes_stay() -> None:
    """Whoever answers question by question loses no answer, and each keeps its place between the quoted lines."""
    head = "Sir,\n\nOn Mon, 23 Nov 2026 at 10:15, Desk <d@tax.example> wrote:\n"
    text = f"{head}> Which browser?\n\nChrome\n\n> Which office?\n\nLucknow\n"
    assert cut_reply(text).reply == "Sir,\n\n> Which browser?\n\nChrome\n\n> Which office?\n\nLucknow"
    assert find_own_words(cut_reply(text).reply) == "Sir,\n\nChrome\n\nLucknow"


def test_an_answer_below_the_quote_stays() -> None:
    """The reply may stand below what it answers."""
    text = "On Mon, 23 Nov 2026 at 10:15, Desk <d@tax.example> wrote:\n> Which browser?\n\nChrome 130\n"
    assert cut_reply(text).reply == "Chrome 130"


def test_an_answer_below_an_unmarked_quote_is_kept_with_it() -> None:
    """When nothing stands above and nothing is marked, everything below is kept rather than lost."""
    text = "On Mon, 23 Nov 2026 at 10:15, Desk <d@tax.example> wrote:\nWhich browser?\n\nChrome 130\n"
    assert cut_reply(text).reply == "Which browser?\n\nChrome 130"
    assert cut_reply(text).doubtful


@pytest.mark.parametrize(
    "text", ["Thanks", "धन्यवाद", "Thanks & Regards\nRamesh Kumar", "Regards,\nRamesh", "सादर\nरमेश कुमार"]
)
def test_a_reply_of_thanks_only_stays(text: str) -> None:
    """A farewell that is all there is, is the reply."""
    assert cut_reply(text).reply == text


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nRamesh Kumar\nAssistant Commissioner",
        "--\nRamesh Kumar",
        "-Ramesh Kumar",
        "========\nRamesh Kumar\nMobile: 98390 12345",
        "Disclaimer: This e-mail and any attachments are confidential.\nIf it is not for you, delete it.",
        "यह ई-मेल और इसके संलग्नक गोपनीय हैं।\nयदि यह आपके लिए नहीं है तो इसे हटा दें।",
        "[cid:image001.png@01DC5E04.3C910508]",
        "[image: error.png]",
        "(Sent from mobile device)",
        "Von meinem iPhone gesendet",
        "Diese Nachricht wurde von meinem Android-Gerät mit K-9 Mail gesendet.",
        "Envoyé de mon iPhone",
        "Enviado desde mi Samsung",
        "iPhoneから送信",
        "发自我的 iPhone",
        "Отправлено с iPhone",
        "Sent from my iPhone",
        "मेरे iPhone से भेजा गया",
        "Get Outlook for Android<https://aka.ms/AAb9ysg>",
        "Sent from my Galaxy",
        "Android के लिए Outlook प्राप्त करें",
        "Sent from Yahoo Mail on Android",
    ],
)
def test_signatures_are_set_aside(signature: str) -> None:
    """A signature is no part of the reply, with and without a quote below."""
    for below in ("", "\n\n> quoted"):
        cut = cut_reply(f"{NEW}\n\n{signature}{below}")
        assert cut.reply == NEW
        assert cut.signature.split() == signature.split()


@pytest.mark.parametrize(
    "text",
    [
        "Not working.\nThanks,\nplease also check the refund module",
        "हल नहीं हुआ।\nधन्यवाद,\nकृपया रिफंड भी देखें",
        "Still failing.\nRegards,\nWhy was the ticket closed?",
        "Login ok.\nThanks\nFiling is not possible for July",
        "पोर्टल पर 10:15 बजे यह लिखा:\nसत्र समाप्त",
        "The officer wrote:\nthe form is missing",
        "प्रेषक: संयुक्त आयुक्त\nप्रति: आईटी अनुभाग\nविषय: लॉगिन\nदिनांक: 23.11.2026\n\nमहोदय, लॉगिन नहीं हो रहा है।",
        "Original message from the portal: session expired",
        "From: April\nTo: July the returns are missing",
        "-5 is shown as balance\n- and the list is empty",
    ],
)
def test_words_that_only_look_like_marks_stay(text: str) -> None:
    """When in doubt, a line is new."""
    assert cut_reply(text).reply == text


@pytest.mark.parametrize(
    "farewell",
    [
        "Regards,\nRamesh Kumar\nAssistant Commissioner, Sector 5\nMobile: 98390 12345",
        "Thanks & Regards\n\nRamesh Kumar\nramesh.kumar@tax.example",
        "सादर,\nरमेश कुमार\nसहायक आयुक्त, लखनऊ",
        "धन्यवाद,\nरमेश",
        "भवदीय\n\nरमेश कुमार\nराज्य कर अधिकारी\nमो. 9839012345",
        "Viele Grüße\nRamesh Kumar",
    ],
)
def test_a_farewell_stays_in_the_reply_and_commands_nothing(farewell: str) -> None:
    """A farewell and the name below it were written by the sender, but no command may stand in them."""
    for below in ("", "\n\nOn Mon, 23 Nov 2026 at 10:15, Desk <d@tax.example> wrote:\n\n> quoted"):
        reply = cut_reply(f"{NEW}\n\n{farewell}{below}").reply
        assert reply == f"{NEW}\n\n{farewell}"
        assert find_own_words(reply) == NEW


def test_quotes_alone_are_kept_when_nobody_is_said_to_have_written_them() -> None:
    """Lines behind quote marks may be all that a person sent; of a quoted letter nothing is new."""
    assert cut_reply("> Dear Sir\n> x").reply == "> Dear Sir\n> x"
    assert find_own_words("> Dear Sir\n> x") == ""
    assert cut_reply("On Mon, 23 Nov 2026 at 10:15, Desk <d@tax.example> wrote:\n\n> Dear Sir").reply == ""


def test_a_forwarded_mail_without_a_word_has_no_reply() -> None:
    """Nothing new is nothing new."""
    assert cut_reply("---------- Forwarded message ---------\nFrom: a <a@tax.example>\n\nDear").reply == ""


def test_a_mail_that_is_only_a_signature_has_no_reply() -> None:
    """Names and numbers below a signature mark are no reply; words that say something are."""
    assert cut_reply("-- \nRamesh Kumar\nAssistant Commissioner, Sector 5").reply == ""
    assert cut_reply("-- \nlogin problem").reply == "--\nlogin problem"
    assert find_own_words("-- \nlogin problem") == "--\nlogin problem"


def test_a_screenshot_sent_from_a_phone_has_no_reply() -> None:
    """The line of the phone is not what its owner said."""
    assert cut_reply("\n\nSent from my iPhone").reply == ""


def test_a_list_footer_is_set_aside() -> None:
    """What a mailing list adds below a rule is no part of the reply."""
    text = f"{NEW}\n_______________________________________________\nPortal mailing list\nlist@tax.example"
    assert cut_reply(text).reply == NEW


def test_text_beyond_the_limit_is_kept_as_quote() -> None:
    """A mail of more than a million characters or a hundred thousand lines is not read to its end, and not lost."""
    cut = cut_reply("a" * LONGEST_TEXT + "b" * 10)
    assert len(cut.reply) == LONGEST_TEXT
    assert cut.quoted.endswith("b" * 10)
    many = cut_reply("a\n" * (MOST_LINES + 10))
    assert len(many.reply.split()) == MOST_LINES
    assert len(many.quoted.split()) == 10


LINES = st.lists(
    st.sampled_from(
        [
            *(
                "Chrome",
                "नहीं हुआ",
                "",
                "> quoted",
                "On Mon, 23 Nov 2026 10:15 a@b.example",
                "wrote:",
                "ने लिखा:",
                "-- ",
                "Thanks,",
            ),
            *(
                "From: a@b.example",
                "Sent: 10:15",
                "To: x",
                "Subject: y",
                "-----Original Message-----",
                "______________",
                "Ramesh",
            ),
        ]
    ),
    max_size=30,
)


@given(LINES)
def test_no_line_is_ever_lost(lines: list[str]) -> None:
    """Reply, quote and signature together hold every word of the mail."""
    text = "\n".join(lines)
    cut = cut_reply(text)
    assert sorted(text.split()) == sorted(f"{cut.reply} {cut.quoted} {cut.signature}".split())


HOSTILE: dict[str, Callable[[int], str]] = {
    "words, then quotes": lambda n: "word " * n + "\n" + "> quoted\n" * n,
    "attributions": lambda n: "On Mon, 23 Nov 2026 10:15 a@b.example\nwrote:\n" * n,
    "header blocks": lambda n: "From: a@b.example\nSent: 10:15\n" * n,
    "rules": lambda n: "_____________\n" * n,
    "farewells": lambda n: "Thanks\n" * n,
    "ends of attributions": lambda n: "wrote:\n" * n,
    "quotes and answers": lambda n: "--\nanswer\n> quoted\n" * n,
    "answers on the line of an attribution": lambda n: "ok On Mon, 23 Nov wrote:\n" * n,
    "placeholders and notices": lambda n: "[cid:a] [cid:b]\n\nDisclaimer: x\n-Ram\n" * n,
    "originals": lambda n: "-----Original Message-----\n\n\n> a\n" * n,
    "mails handed on": lambda n: "ok\n" + "Forwarded message:\n> a\n\n" * n,
    "markers": lambda n: "ok. reply above this line wrote:> a\n" * n,
    "labels": lambda n: "From: a@b.example Sent: To: From: Date: 10:15\n" * n,
    "introductions": lambda n: "see:\n> a\n" * n,
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE)
def test_work_grows_with_length_only(make: Callable[[int], str]) -> None:
    """Twice the mail is twice the work, counted in function calls; the usual patterns need a minute for this mail."""
    assert _work(make(600)) < 2.2 * _work(make(300))


def test_twenty_thousand_words_and_quotes() -> None:
    """The mail that takes a known library a minute takes a bounded number of steps a line."""
    text = "word " * 20_000 + "\n" + "> quoted\n" * 20_000
    assert _work(text) < 40 * 20_000
    assert cut_reply(text).reply == ("word " * 20_000).strip()


def _work(text: str) -> int:
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        cut_reply(text)
    finally:
        sys.setprofile(before)
    return calls
