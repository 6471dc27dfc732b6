"""The rarer shapes of quotes, and what looks like a quote and was written by the sender."""

from __future__ import annotations

import pytest

from mailbot.domain.quotes import cut_reply, find_own_words

NEW = "The challan is paid now."
NAYA = "चालान जमा हो गया है।"
HANDED_ON = "> From: GST Desk <desk@tax.example>\n> Date: 23 November 2026 10:15\n> Subject: Challan\n>\n> Dear Sir"

CUT = {
    "From and Sent alone": "From: GST Desk <desk@tax.example>\nSent: Monday, 23 November 2026",
    "From and Sent in German": "Von: GST Desk <desk@tax.example>\nGesendet: Montag\n\nGuten Tag",
    "From and Sent in Hindi": "प्रेषक: GST Desk <desk@tax.example>\nभेजा गया: सोमवार\n\nमहोदय",
    "three labels without an address": "Od: GST Desk\nOdoslané: pondelok\nPredmet: Challan\n\nDobrý deň",
    "a phone that shouts": "Sent from my iPhone!",
    "a phone of old": "Sent wirelessly from my BlackBerry device on the Bell network.",
    "a header on one line": "From: desk@tax.example Date: Mon, 23 Nov 2026 10:15:00 +0530\nDear Sir",
    "handed on by Apple Mail": f"Begin forwarded message:\n\n{HANDED_ON}",
    "handed on in French": f"Début du message réexpédié :\n\n{HANDED_ON}",
    "handed on in Hindi": f"---------- अग्रेषित संदेश ----------\n{HANDED_ON}",
    "what a forum repeats": "---\n*Previous Replies*\n\nWhich challan?",
    "what a forum repeats in Hindi": "---\n*पिछले उत्तर*\n\nकौन सा चालान?",
    "Apple Mail in Polish": "Wiadomość napisana przez GST Desk <desk@tax.example> w dniu 23.11.2026, 10:15:\n\nx",
    "Catalan": "El 23/11/2026 10:15, GST Desk <desk@tax.example> ha escrit:\n\nBon dia",
    "a marker in German": "## Bitte geben Sie Ihre Antwort oberhalb dieser Zeile ein ##\n\nGuten Tag",
    "a marker in Hindi": "## कृपया इस रेखा के ऊपर उत्तर लिखें ##\n\nमहोदय",
    "a phone in Hungarian": "Az iPhone-omról küldve",
    "an indented signature": "      --\n      Ramesh Kumar\n      Sector 5",
    "a list's footer above the quote": "_____________________\nPortal mailing list\nportal@lists.tax.example\n\n"
    "On Mon, 23 Nov 2026 at 10:15, Desk <desk@tax.example> wrote:\n> Dear Sir",
}


@pytest.mark.parametrize("rest", CUT.values(), ids=CUT)
@pytest.mark.parametrize("new", [NEW, NAYA], ids=["English", "Hindi"])
def test_the_rarer_shapes_are_cut(rest: str, new: str) -> None:
    """What a mail program or a forum wrote below the answer goes."""
    assert cut_reply(f"{new}\n\n{rest}").reply == new


@pytest.mark.parametrize(
    "text",
    [
        "The goods moved as follows:\nFrom: Lucknow\nTo: Kanpur\nVehicle: UP32 AB 1234",
        "The vehicle left:\nFrom: Lucknow To: Kanpur Date: 12/11/2026 at 10:30",
        "The letter was\nFrom: Deputy Commissioner\nSent: by speed post on 12/11\nbut is not received.",
        "ट्रक का विवरण:\nFrom: लखनऊ\nDate: 12/11/2026\nरास्ते में है।",
        "Previous replies:\nNobody answered me.",
        "I did what he wrote:",
        "Two points\n__________\nPoint 1: call 98390 12345, nobody answers.\nPoint 2: the challan is not shown.",
        "The officer sent From: lines only.\n\n--- see below ---\nIt failed again.",
    ],
)
def test_details_that_look_like_a_header_are_the_senders_own(text: str) -> None:
    """From and To of a journey, a title in passing and an unfinished sentence are no quotes."""
    assert cut_reply(text).reply == text


def test_text_below_a_mail_that_was_handed_on_stays() -> None:
    """Of a forwarded mail with words above and below, the words stay and the mail goes."""
    assert cut_reply(f"{NEW}\n\nBegin forwarded message:\n\n{HANDED_ON}\n\nकृपया देखें।").reply == f"{NEW}\n\nकृपया देखें।"


def test_answers_between_the_lines_of_a_forwarded_mail_stay() -> None:
    """Where the sender answers between the quoted lines, each answer keeps its place."""
    text = f"{NEW}\n\n-----Original Message-----\n> Which bank?\nSBI\n> Which date?\n12 November"
    reply = cut_reply(text).reply
    assert reply == f"{NEW}\n> Which bank?\nSBI\n> Which date?\n12 November"


@pytest.mark.parametrize("lead", ["The portal says:", "पोर्टल पर यह आ रहा है:"])
def test_lines_that_the_sender_introduces_are_evidence(lead: str) -> None:
    """An error message behind quote marks below "it says:" is no quoted mail."""
    text = f"{lead}\n\n> RET191106\n> Try again later"
    assert cut_reply(text).reply == text


def test_marked_lines_above_the_attributed_quote_are_evidence() -> None:
    """The mail that is answered stands under its attribution; what is marked above it the sender put there."""
    attributed = "On Mon, 23 Nov 2026 at 10:15, Desk <desk@tax.example> wrote:\n> Dear Sir"
    text = f"{NEW}\n> RET191106\n> Try again later\n\n{attributed}"
    assert cut_reply(text).reply == f"{NEW}\n> RET191106\n> Try again later"
    twice = f"{NEW}\n\n{attributed}\n\n{attributed}"
    assert cut_reply(twice).reply == NEW


def test_an_attribution_introduces_nothing() -> None:
    """A line that ends in a colon and names an address says whose mail follows."""
    text = f"{NEW}\n\n23 Nov 10:15 desk@tax.example kirjutas:\n> Dear Sir"
    assert "Dear Sir" not in cut_reply(text).reply


@pytest.mark.parametrize("farewell", ["Thanks", "Regards, Ramesh", "धन्यवाद", "Regards\nRamesh Kumar"])
def test_a_farewell_below_the_quote_stays_without_the_quote(farewell: str) -> None:
    """The sender wrote it, but it answers nothing."""
    reply = cut_reply(f"{NEW}\n> quoted\n\n{farewell}").reply
    assert reply == f"{NEW}\n\n{farewell}"
    assert find_own_words(reply) == NEW


def test_a_farewell_with_a_name_on_its_line_commands_nothing() -> None:
    """A name behind the comma belongs to the farewell; words of small letters there say something."""
    assert find_own_words(f"{NEW}\nRegards, Ramesh Kumar") == NEW
    assert find_own_words(f"{NEW}\nThanks, it works") == f"{NEW}\nThanks, it works"


@pytest.mark.parametrize(
    "text",
    [
        "It works. On 23/11/2026, Desk <desk@tax.example> wrote: Reply above this line to answer.",
        "It works.\n\nOn Mon, 23 Nov 2026 10:15, desk@tax.example wrote:> Dear Sir, please try again",
        "It works. On Mon, 23 Nov 2026 at 10:15, Desk <desk@tax.example> wrote:\n> Dear Sir",
    ],
)
def test_an_answer_on_the_line_of_the_quote_is_found(text: str) -> None:
    """Some programs lose the line ends between the answer, the attribution and the quote."""
    assert cut_reply(text).reply == "It works."


def test_a_sentence_that_goes_on_after_wrote_stays_whole() -> None:
    """Without a quote mark or a desk's marker, what follows "wrote:" on its line may be new."""
    text = "As on 23/11/2026 the officer a@b.example wrote: please re-open, it failed again."
    assert cut_reply(text).reply == text
