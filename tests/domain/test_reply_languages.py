"""How quotes are marked in the languages and by the programs in use, and words that only look like such marks."""

from __future__ import annotations

import pytest

from mailbot.domain.quotes import cut_reply, find_own_words

NEW = "अब सब ठीक है।\nThe demand is shown correctly."

ATTRIBUTIONS = {
    "an address only": "GST Desk <desk@tax.example> wrote:",
    "a year only": "On Monday, November 23, 2026, GST Desk wrote:",
    "a list": "helpdesk via Portal Talk wrote:",
    "you": "At 11/23/2026 08:32 PM, you wrote:",
    "Zoho without a colon": "On Mon, 23 Nov 2026 08:14:43 +0530 GST Desk <desk@tax.example> wrote",
    "the date behind the name": "GST Desk <desk@tax.example> wrote on Mon, 23 Nov 2026 at 10:15:",
    "no verb": "2026-11-23 10:15 GMT+05:30 GST Desk <desk@tax.example>:",
    "no verb, time first": '10:15 AM, November 23, 2026, "GST Desk" <desk@tax.example>:',
    "an address that is broken off": "On Mon, 23 Nov 2026 at 10:15, GST Desk <\n417ffd3258d4@a.tax.example>\nwrote:",
    "Samsung": "Sent from Samsung tablet <desk@tax.example> wrote:",
    "Chinese": "在 2026年11月23日，10:15，GST Desk <desk@tax.example> 写道：",
    "Chinese, name first": "帮助台 <desk@tax.example> 在 2026年11月23日 周一 10:15 写道：",
    "Czech": "Dne po 23. 11. 2026 v 10:15 GST Desk <desk@tax.example> napsal(a):",
    "Danish": "man. 23. nov. 2026 kl. 10.15 skrev GST Desk <desk@tax.example>:",
    "Dutch": "Op 23 nov. 2026 om 10:15 heeft GST Desk <desk@tax.example> het volgende geschreven:",
    "French, with its narrow space": "Le lun. 23 nov. 2026 à 10:15, GST Desk <desk@tax.example> a écrit\u00a0:",
    "Finnish": "ma 23. marraskuuta 2026 klo 10.15 GST Desk\n<desk@tax.example> kirjoitti:",
    "German, name first": "GST Desk <desk@tax.example> schrieb am Mo., 23. Nov. 2026 um 10:15 Uhr:",
    "Hindi, wrapped": "सोमवार, 23 नवंबर 2026 को पूर्वाह्न 10:15 बजे को GST Desk\n<desk@tax.example> ने लिखा:",
    "Hungarian": "GST Desk <desk@tax.example> ezt írta (időpont: 2026. nov. 23., H, 10:15):",
    "Japanese": "2026年11月23日(月) 10:15 GST Desk <desk@tax.example>:",
    "Korean": "2026년 11월 23일 (월) 오전 10:15, GST Desk <desk@tax.example>님이 작성:",
    "Norwegian": "Den 23. nov. 2026 kl. 10.15 skrev GST Desk <desk@tax.example>:",
    "Polish": "Dnia 23 listopada 2026 10:15 GST Desk <desk@tax.example> napisał(a):",
    "Russian": "пн, 23 нояб. 2026 г. в 10:15, GST Desk <desk@tax.example>:",
    "Russian, date only": "понедельник, 23 ноября 2026 г. пользователь desk написал:",
    "Swedish": "Den mån 23 nov. 2026 kl 10:15 skrev GST Desk <desk@tax.example>:",
    "Turkish": "GST Desk <desk@tax.example>, 23 Kas 2026 Pzt, 10:15 tarihinde şunu yazdı:",
    "Ukrainian": "23 листопада 2026 р. о 10:15 <desk@tax.example> написав:",
}
BLOCKS = {
    "Chinese": "发件人: GST Desk <desk@tax.example>\n发送时间: 2026年11月23日 10:15\n收件人: Ramesh\n主题: Login",
    "Czech": "Od: GST Desk <desk@tax.example>\nOdesláno: 23. listopadu 2026 10:15\nKomu: Ramesh\nPředmět: Login",
    "Danish": "-----Oprindelig besked-----\nFra: Desk <desk@tax.example>\nSendt: 23.11.2026 10:15\nTil: R\nEmne: x",
    "Dutch": "Van: GST Desk [mailto:desk@tax.example]\nVerzonden: maandag 23 november 2026 10:15\nAan: R\nOnderwerp: x",
    "French": "De : GST Desk<mailto:desk@tax.example>\nEnvoyé le :lundi 23 novembre 2026 10:15\nÀ : R\nObjet :Login",
    "Korean": "보낸 사람: GST Desk <desk@tax.example>\n보낸 날짜: 2026년 11월 23일 10:15\n받는 사람: R\n제목: x",
    "Polish": "Od: GST Desk <desk@tax.example>\nWysłano: poniedziałek, 23 listopada 2026 10:15\nDo: R\nTemat: x",
    "with Reply-To": "From: GST Desk <desk@tax.example>\nReply-To: a@b.ex\nDate: 23 Nov 2026\nTo: R\nSubject: x",
    "date and receiver only": "Date: Mon, 23 Nov 2026 10:15:02 +0530\nTo: ramesh@tax.example",
    "an address on its own line": "From: GST Desk\n<desk@tax.example>\nSent: Monday 10:15\nTo: Ramesh\nSubject: x",
    "Spanish": "-----Mensaje original-----\nDe: GST Desk\nEnviado: lunes",
    "Portuguese": "De: GST Desk <desk@tax.example>\nEnviada em: 23 de novembro de 2026 10:15\nPara: R\nAssunto: x",
    "reply above": "##- Please type your reply above this line -##",
}


@pytest.mark.parametrize("attribution", ATTRIBUTIONS.values(), ids=ATTRIBUTIONS)
@pytest.mark.parametrize(
    "quote", ["\n\n> Dear Sir,\n> Ticket opened.", "\n\nDear Sir,\nTicket opened."], ids=["marked", "bare"]
)
def test_an_attribution_ends_the_reply(attribution: str, quote: str) -> None:
    """Whoever is said to have written what follows, it is not new."""
    assert cut_reply(f"{NEW}\n\n{attribution}{quote}").reply == NEW


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
@pytest.mark.parametrize("rule", ["\n\n", "\n________________________________\n"], ids=["plain", "rule"])
def test_a_copied_header_ends_the_reply(block: str, rule: str) -> None:
    """The copied header of a mail stands above that mail."""
    assert cut_reply(f"{NEW}{rule}{block}\n\nDear Sir,\nTicket opened.").reply == NEW


def test_an_attribution_on_the_line_of_the_answer() -> None:
    """Some programs add it without a line break."""
    cut = cut_reply("RESOLVED On Mon, 23 Nov 2026 at 10:15, desk@tax.example wrote:\n> Dear Sir")
    assert cut.reply == "RESOLVED"
    assert cut.quoted.startswith("On Mon,")


def test_quotes_between_answers_stay_and_the_last_one_goes() -> None:
    """A quote that is answered keeps its place; the rest of the letter below the last answer is left out."""
    text = "Sir,\nOn 23/11/26 10:15, Desk wrote:\n> Which office?\n\nLucknow\n\n> Regards\n> Desk\n\n-- \nRamesh"
    assert cut_reply(text).reply == "Sir,\n> Which office?\n\nLucknow"
    assert find_own_words(cut_reply(text).reply) == "Sir,\n\nLucknow"


def test_empty_lines_and_indents_stay() -> None:
    """A list or a pasted protocol is kept as it was written."""
    text = "Steps:\n\n\n   - open the portal\n   - sign in\n\n-\nthird\n\nOn Mon, 23 Nov 2026 10:15, Desk wrote:\n> x"
    assert cut_reply(text).reply == "Steps:\n\n\n   - open the portal\n   - sign in\n\n-\nthird"


@pytest.mark.parametrize(
    "text",
    [
        "Yesterday\n\nI wrote something\n\nwhich was wrong.",
        "In the portal the form of 2025 fails.\nIt said:\n\nSession expired",
        "First part.\n\n________________________________\n\nSecond part is not working either.\n\nRegards\nRamesh",
        "# Steps\n-----\n\n1. open it\n2. it is slow\n\n----\n\nPlease look at the log above.",
        "The OTP was sent from my iPhone app to all officers.",
        "Sent from my desk, it is much easier than from home.",
        "Sent by courier on Monday.",
        "मेरे सैमसंग फ़ोन पर OTP नहीं आ रहा।",
        "मेरे मोबाइल से भेजा OTP पोर्टल में नहीं चला।",
        "अधिकारी ने 10:15 बजे फ़ोन पर यह कहा:\nफ़ॉर्म दोबारा भरें",
        "Times in the log:\n\n2026-11-23 10:15:25\n23.11.2026 10:15\n11/23/2026 at 10:15 AM",
        "Mails come from: a@tax.example and from: b@tax.example\n\nFrom: the portal to: us",
        "Because of:\n-- the first point\n-- the second point",
        "Message:\n> Portal says: error 500\nWhat does it mean?",
        "From the list I wrote on Monday 10:15 to the office:\n\nno answer came",
        "Sir,\n\nLegal notice DRC-01 is not visible to the dealer.\n\nThis message came on Monday.",
        "SQL> select * from demand;\n\nno rows",
    ],
)
def test_words_of_the_sender_are_never_taken_for_marks(text: str) -> None:
    """When in doubt, a line is new."""
    assert cut_reply(text).reply == text
