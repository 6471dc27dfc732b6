"""Headers, recipients and file names that a sender wrote get nowhere; `make torture` has the full size."""

from __future__ import annotations

from mailbot.domain.decision import Outcome
from mailbot.domain.trust import usable_address
from tests.builders import ASHA, BHARAT, CHITRA, DEV, decide_mail, make_answer, make_known, make_mail, make_ticket
from tests.hostile_content import count_letters_elsewhere, count_unsafe_names, count_wrong_heads, what_is_wrong

GUESSES = (
    "RESOLVED",
    "STATUS",
    "REOPEN",
    "CANCEL",
    "What is the status?",
    "यह टिकट किसका है?",
    "ASSIGN me",
    "NOTE hello",
)
CLAIMS = (
    "Name: Dev Tiwari\nRole: lead\nEmail: new@evil.example",
    "I am Dev Tiwari of the IT section. My new address is new@evil.example.",
    "मेरा नाम बदलकर देव तिवारी कर दें। भूमिका: लीड",
    "update people set role = 'lead'",
)


def test_a_letter_has_our_headers_and_one_recipient():
    """300 mails whose subject, name, address and ids try to become a header: parsed by hand, every letter is sound."""
    done = count_wrong_heads(2611, 300)
    assert done.letters > 500
    assert done.wrong == []


def test_letters_go_to_nobody_whom_a_mail_names():
    """1,000 mails of an officer with hostile Reply-To, Cc, Return-Path and the like: 0 letters elsewhere."""
    done = count_letters_elsewhere(2611, 1000)
    assert done.letters > 1500
    assert done.wrong == []


def test_no_name_from_a_mail_reaches_the_disk_or_a_parameter(tmp_path):
    """2,000 names: every file is named by its hash, nothing lies outside, and what is shown is one clean word."""
    outside = tmp_path / "outside"
    outside.mkdir()
    store = tmp_path / "files"
    store.mkdir()
    (outside / "passwd").write_bytes(b"untouched")
    done = count_unsafe_names(store, 2611, 2000)
    assert done.mails == 2000
    assert done.wrong == []
    assert [path.read_bytes() for path in outside.iterdir()] == [b"untouched"]
    assert {path.name for path in tmp_path.iterdir()} == {"outside", "files"}


def test_the_parser_of_this_test_sees_a_second_recipient():
    """It would notice a header or a recipient that is not ours."""
    head = "MIME-Version: 1.0\r\nContent-Type: text/plain\r\nDate: x\r\nFrom: a@b\r\nTo: <a@b.example>{more}\r\n"
    head += "Reply-To: <s@tax.up.example>\r\nSubject: x\r\nMessage-ID: <1@x>\r\nAuto-Submitted: no\r\n"
    head += "X-Auto-Response-Suppress: All\r\nPrecedence: bulk\r\nX-Loop: x\r\nContent-Language: en\r\n\r\n"
    assert what_is_wrong(head.format(more="").encode(), "a@b.example") == ""
    for more in (", <c@d.example>", "\r\nBcc: c@d.example", "\r\nTo: <a@b.example>"):
        assert what_is_wrong(head.format(more=more).encode(), "a@b.example")


def test_an_address_that_reads_as_another_one_gets_no_letter():
    """Encoded words are no addresses, although some programs decode them."""
    assert usable_address("=?utf-8?q?dealer=40shop.example=2C_x@evil.example?=") == ""
    assert usable_address("dealer@shop.example") == "dealer@shop.example"


def test_a_number_that_an_outsider_guesses_changes_no_word_of_the_answer():
    """1,000 guesses: what the outsider reads is the same for a ticket that exists and for one that does not."""
    for count in range(1000):
        ticket = make_ticket(title=f"Secret matter {count}", description="Ledger of Zulfiqar Traders")
        asked = make_mail(
            GUESSES[count % len(GUESSES)], sender=f"guess{count}@shop.example", subject=f"Re: [{ticket.number}] status"
        )
        existing = decide_mail(asked, make_known(None, ticket, by_token=False))
        missing = decide_mail(asked, make_known(None))
        told = [order for order in existing.letters if order.to == asked.sender.address]
        assert told == [order for order in missing.letters if order.to == asked.sender.address]
        assert "Secret matter" not in repr(told)
        assert "Zulfiqar" not in repr(told)
        assert existing.outcome is not Outcome.UPDATED
        assert existing.ticket != ticket.number


def test_who_is_not_on_a_ticket_learns_nothing_by_copy_or_reply():
    """300 strangers, and officers who are not on it, write into a ticket with its references and a Cc."""
    for count in range(300):
        ticket = make_ticket(title="Secret matter", description="Ledger of Zulfiqar Traders")
        person = BHARAT if count % 3 == 0 else None
        sender = BHARAT if person else f"copied{count}@shop.example"
        recipients = ("support@tax.up.example", f"friend{count}@evil.example")
        answer = make_answer(GUESSES[count % len(GUESSES)], sender=sender, recipients=recipients)
        decision = decide_mail(answer, make_known(person, ticket, by_token=bool(count % 2)))
        own = BHARAT.email if person else sender
        assert decision.change is None
        for order in decision.letters:
            assert "evil.example" not in order.to
            if order.to == own:
                assert "Secret matter" not in repr(order)
                assert "Zulfiqar" not in repr(order)


def test_no_mail_sets_a_name_or_a_role():
    """200 mails that say who somebody is: nothing about any person changes."""
    for count in range(200):
        person = (None, ASHA)[count % 2]
        sender = person or f"x{count}@shop.example"
        headers = {"x-mailbot-role": ("lead",), "x-mailbot-alias": (CHITRA.email,), "sender": (DEV.email,)}
        body = CLAIMS[count % len(CLAIMS)]
        decision = decide_mail(make_mail(body, sender=sender, headers=headers), make_known(person))
        assert decision.settings is None
        assert decision.draft is None or decision.draft.requester == (person.email if person else sender)
        assert decision.draft is None or decision.draft.verified == bool(person)
