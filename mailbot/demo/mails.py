"""The mails of the demonstration: what officers, the IT section and two outsiders write. All of it is invented."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from mailbot.demo.clients import Client, Note, Picture, reply_to
from mailbot.demo.people import OUTSIDER, SUPPORT, read_people
from mailbot.demo.screenshots import CHALLAN_EXPIRED, REFUND_WRONG, RETURN_FAILED, WAY_BILL_DOWN, draw_page

if TYPE_CHECKING:
    from email.message import EmailMessage

    from mailbot.demo.screenshots import Page
    from mailbot.domain.people import Person


@cache
def person(first_name: str) -> Person:
    """Return the person of the department with this first name."""
    return next(someone for someone in read_people() if someone.name.split()[0] == first_name)


def first_mails() -> tuple[Note, ...]:
    """Return the mails that report a problem, in the order in which they are sent."""
    return (*_from_the_desk(), *_from_the_field(), *_without_screenshots())


def _from_the_desk() -> tuple[Note, ...]:
    return (
        _officer(
            "Anita",
            "[Return Filing][High] Cannot file GSTR-3B for October",
            "Respected Sir,\n\n"
            "While filing GSTR-3B for October for taxpayers of Sector 12 the portal shows error RET191106 after the "
            "DSC is verified. I tried it in Chrome and in Edge since 10 am. The last date is tomorrow.\n\n"
            "Screenshot is attached.\n\n"
            "Employee ID: 123456\n"
            "Mobile: 98390 12345\n\n"
            "Regards,\nAnita Verma\nAssistant Commissioner, Sector 12, Lucknow",
            Client.GMAIL,
            RETURN_FAILED,
        ),
        _officer(
            "Suresh",
            "[ई-वे बिल] [उच्च] पोर्टल पर ई-वे बिल नहीं बन रहा है",
            "महोदय,\n\n"
            "आज सुबह 11 बजे से ई-वे बिल पोर्टल पर 503 त्रुटि आ रही है। सचल दल की तीन गाड़ियाँ रुकी हुई हैं और "
            "व्यापारी कार्यालय में बैठे हैं। कृपया शीघ्र समाधान कराएँ। स्क्रीनशॉट संलग्न है।\n\n"
            "कर्मचारी आईडी: 104217\n"
            "मोबाइल: 94150 20417\n\n"
            "सादर,\nसुरेश यादव\nराज्य कर अधिकारी, खंड 4, कानपुर",
            Client.GMAIL,
            WAY_BILL_DOWN,
        ),
    )


def _from_the_field() -> tuple[Note, ...]:
    return (
        _officer(
            "Imran",
            "Payment: amount debited but CPIN expired",
            "Dear Team,\n\n"
            "A dealer of Circle 2 paid Rs 2,03,229 by RTGS. The bank has debited the amount, but the portal says that "
            "the CPIN is expired and the cash ledger shows nothing. He cannot set off the tax. Please see below.\n",
            Client.OUTLOOK,
            CHALLAN_EXPIRED,
            headers=(("X-Priority", "1"), ("Importance", "high")),
        ),
        _officer(
            "Pooja",
            "#refund #urgent RFD-01 ka amount galat aa raha hai",
            "Sir ji,\n\n"
            "RFD-01 me claim 2,28,600 ka hai par RFD-06 me 1,90,600 dikha raha hai. Order kal tak jaari karna hai, "
            "kripya jaldi dekh lijiye.\n\n"
            "Mob: 9719127654\n",
            Client.ANDROID,
            REFUND_WRONG,
        ),
    )


def _without_screenshots() -> tuple[Note, ...]:
    return (
        _officer(
            "Rakesh",
            "Purani VAT appeal ki file nahi khul rahi",
            "Namaskar,\n\n"
            "Saal 2016-17 ki do VAT appeal ki file kholne par khali page aata hai. Sunvai somvar ko hai.\n\n"
            "Module: Pending VAT Cases\n"
            "Employee ID: 109981\n"
            "Priority: normal",
            Client.SAMSUNG,
        ),
        _officer(
            "Neha",
            "[Hihg] [GST Registration] REG-01 stuck at site verification",
            "Dear Sir,\n\n"
            "Four applications of Sector 9 are stuck at 'Pending for site verification' although the reports were "
            "uploaded last week. They will be approved automatically on Friday.\n\n"
            "-- \nNeha Agarwal\nAssistant Commissioner, Sector 9, Ghaziabad\n",
            Client.THUNDERBIRD,
        ),
        _officer(
            "Manoj",
            "मासिक एमआईएस रिपोर्ट में पिछले माह के आँकड़े आ रहे हैं",
            "नमस्ते,\n\nरिपोर्ट डाउनलोड करने पर हर बार पिछले माह के आँकड़े आते हैं।\n\n"
            "अनुरोध का प्रकार: समस्या\nमॉड्यूल: रिपोर्ट\nप्राथमिकता: निम्न\n\nमनोज त्रिपाठी, प्रयागराज\n",
            Client.APPLE,
        ),
        Note(
            OUTSIDER.name,
            OUTSIDER.address,
            SUPPORT.address,
            "Login OTP not received on GST portal",
            "Hello,\n\nOTP is not coming on the registered mobile of my client since yesterday. Kindly help.\n\n"
            "Ramesh Gupta",
            Client.GMAIL,
        ),
    )


def out_of_office() -> Note:
    """Return the automatic answer of an officer who is on leave; a desk that answered it would start a loop."""
    deepak = person("Deepak")
    return Note(
        deepak.name,
        deepak.email,
        SUPPORT.address,
        "Automatic reply: Maintenance of the portal on Sunday",
        "I am on earned leave until Monday and will read your mail after that. In urgent matters please call Circle 5.",
        Client.OUT_OF_OFFICE,
    )


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody answers to the newest letter of a ticket."""

    first_name: str
    text: str
    client: Client

    def note(self, letter: EmailMessage) -> Note:
        """Return the reply to this letter, with the letter quoted below."""
        someone = person(self.first_name)
        return reply_to(letter, self.text, self.client, someone.name, someone.email)


STAFF_ASKS = Reply(
    "Kavita", "ASK\nकृपया रुकी हुई गाड़ियों के नंबर और अपना इंटरनेट प्रदाता बताएँ, गेटवे टीम को चाहिए।", Client.THUNDERBIRD
)
OFFICER_ANSWERS = Reply("Suresh", "UP78 CT 4410, UP78 DN 0092 और UP93 BT 7715। इंटरनेट NICNET का है।", Client.ANDROID)
STAFF_COMMENTS = Reply(
    "Sanjay",
    "The difference comes from the cess head of the provisional order. We are correcting it with the refund team.",
    Client.OUTLOOK,
)
STAFF_RESOLVES = Reply(
    "Vikram",
    "RESOLVED\nThe liability ledger of Sector 12 was rebuilt. Please log out, log in again and file.",
    Client.GMAIL,
)
OFFICER_THANKS = Reply("Anita", "Thanks sir. Received with thanks.", Client.ANDROID)
OFFICER_REOPENS = Reply("Anita", "पुनः खोलें\nदो व्यापारियों में वही error RET191106 फिर आ रहा है।", Client.ANDROID)
STAFF_RESOLVES_AGAIN = Reply("Vikram", "हल हो गया: दोनों व्यापारियों का लेजर भी ठीक कर दिया गया है।", Client.GMAIL)


def forged_command(subject: str) -> Note:
    """Return a mail by which an outsider poses as Vikram: his name and address in From, RESOLVED, but no proof."""
    vikram = person("Vikram")
    text = "RESOLVED\nNothing to do here, ticket can be closed.\n\nVikram Joshi, IT Section HQ"
    return Note(vikram.name, vikram.email, SUPPORT.address, f"Re: {subject}", text, Client.GMAIL)


def _officer(
    first_name: str,
    subject: str,
    text: str,
    client: Client,
    page: Page | None = None,
    *,
    headers: tuple[tuple[str, str], ...] = (),
) -> Note:
    someone = person(first_name)
    picture = Picture(page.file, draw_page(page)) if page else None
    return Note(someone.name, someone.email, SUPPORT.address, subject, text, client, picture, headers=headers)
