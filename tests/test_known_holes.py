"""One test for each class of holes that other helpdesks and mail programs had; the name has the public number.

Classes that a larger test covers already stand in docs/guarantees.md with that test.
"""

from __future__ import annotations

import time

from mailbot.adapters.files import FileStore
from mailbot.adapters.reading.message import read_message
from mailbot.domain.decision import Outcome
from mailbot.domain.letter import LetterKind, Picture, Thread
from mailbot.domain.numbering import number_digits
from mailbot.domain.ticket import Status
from mailbot.domain.trust import find_tokens, make_nonce, make_token, normal_address, usable_address
from tests.builders import (
    ASHA,
    BHARAT,
    CHITRA,
    DEV,
    NUMBER,
    decide_mail,
    make_answer,
    make_known,
    make_mail,
    make_ticket,
    the_desk,
    token_for,
    when,
)
from tests.hostile_content import header_lines, what_is_wrong
from tests.letters.letter_reading import html_of, read
from tests.letters.letter_samples import AT, make_order, make_png, make_writer

OURS = {ASHA.email, BHARAT.email, CHITRA.email, DEV.email}


def read_mail(head: str, body: str = "see the file"):
    """Return what a mail with this head says."""
    return read_message(f"From: {ASHA.email}\r\n{head}\r\n\r\n{body}".encode("utf-8", "replace"), oversized=False)


def with_file(disposition: str, data: str = "data", kind: str = "application/octet-stream"):
    """Return what a mail with one file says."""
    part = f"--b\r\nContent-Type: {kind}\r\nContent-Disposition: attachment; {disposition}\r\n\r\n{data}\r\n--b--\r\n"
    return read_mail('MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"', part)


def write(kind=LetterKind.NEW_TICKET, pictures=(), thread=None, **changes):
    """Return a letter about a ticket with these fields."""
    return make_writer("support@tax.up.example").write(
        make_order(kind, to=CHITRA.email), make_ticket(**changes), thread or Thread(), pictures, AT, "event"
    )


def test_cve_2026_47123_spoofed_from_runs_no_command():
    """Also GHSA-rxqh-5572-8m77: the address of the IT section and its command, without any proof."""
    decision = when(CHITRA, "RESOLVED\nDone.", by_token=False)
    assert decision.change is None or decision.change.status is None
    assert not any(order.kind is LetterKind.RESOLVED for order in decision.letters)


def test_ghsa_j49f_9g94_3wh4_an_answer_goes_to_the_requester_and_not_to_the_last_sender():
    """Whoever wrote last, and whatever Reply-To says, the answer of the IT section goes to the ticket's requester."""
    headers = {"reply-to": (f"<{BHARAT.email}>",), "cc": ("<last@evil.example>",)}
    decision = decide_mail(
        make_answer("Please clear the cache.", sender=CHITRA, headers=headers), make_known(CHITRA, make_ticket())
    )
    assert ASHA.email in {order.to for order in decision.letters}
    assert {order.to for order in decision.letters} <= OURS - {BHARAT.email}


def test_cve_2026_28289_a_hidden_character_makes_no_dot_file(tmp_path):
    """A zero-width space before .htaccess passed a check that came before cleaning; no name reaches our disk at all."""
    store = FileStore(tmp_path, 0)
    for name in ("\u200b.htaccess", "\u00ad.htaccess", "..%2f.htaccess", ".htaccess\u202e"):
        found = with_file(f'filename="{name}"')
        for data in found.files.values():
            assert store.path(store.keep(data)).name.isalnum()
    assert not any("htaccess" in path.name for path in tmp_path.rglob("*"))


def test_cve_2012_4730_a_subject_adds_no_header():
    """Line breaks in a title, raw or encoded, stay a title."""
    for title in (
        "x\r\nBcc: a@evil.example",
        "x\nBcc: a@evil.example",
        "=?utf-8?q?x=0D=0ABcc:_a@evil.example?=",
        "x\u2028Bcc: a",
    ):
        assert what_is_wrong(write(title=title).raw, CHITRA.email) == ""


def test_cve_2023_41259_and_cve_2012_4735_control_headers_from_outside_are_words():
    """X-Mailbot-*, X-RT-* and X-Zammad-* of a sender change nothing in the decision."""
    headers = {f"x-{name}": ("resolve",) for name in ("mailbot-command", "mailbot-level", "rt-command", "zammad-state")}
    mail = make_answer("The error is still there.")
    known = make_known(ASHA, make_ticket())
    plain = decide_mail(mail, known)
    assert decide_mail(make_answer("The error is still there.", headers=headers), known) == plain


def test_cve_2021_36093_and_cve_2026_48187_one_mail_costs_little():
    """Headers and bodies that made other programs count for minutes are read in a moment."""
    bombs = (
        ("Content-Type: text/plain" + ";" * 60_000, "x"),
        ("To: " + "(" * 20_000, "x"),
        ("Subject: " + "=?utf-8?q?a?= " * 4_000, "x"),
        ("Content-Type: text/html", "<div>" * 50_000),
        ("X: y", "> " * 100_000 + "\nOn Monday wrote:\n" * 3_000),
        ("X: y", " " * 200_000 + "\n" + "-" * 100_000),
    )
    for head, body in bombs:
        begun = time.process_time()
        decide_mail(read_mail(head, body).mail, make_known(ASHA))
        assert time.process_time() - begun < 5, head[:40]


def test_cve_2006_0052_a_multipart_without_parts_is_a_mail():
    """A boundary and blank lines with no header stopped a list server."""
    for body in ("--b\r\n\r\n\r\n--b--", "--b\r\n\r\n--b\r\n\r\n\r\n", "--b--", ""):
        found = read_mail('MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"', body)
        assert decide_mail(found.mail, make_known(ASHA)).outcome is Outcome.OPENED


def test_cve_2026_22200_html_of_a_mail_loads_nothing():
    """Addresses of local files and filters in a mail's HTML are words at the most; no letter holds them as a source."""
    source = "<p>Hello <img src='php://filter/read=convert/resource=/etc/passwd'><img src='file:///etc/passwd'></p>"
    source += "<link rel=stylesheet href='http://evil.example/x.css'><iframe src='file:///etc/shadow'></iframe>"
    mail = read_mail("MIME-Version: 1.0\r\nContent-Type: text/html", source).mail
    assert mail.attachments == ()
    page = html_of(write(description=mail.text, title=source))
    assert 'src="' not in page.replace('src="cid:', "")
    assert "<iframe" not in page
    assert "<link" not in page


def test_cve_2026_40496_and_cve_2026_27637_a_token_is_of_one_person_and_cannot_be_computed():
    """Tokens were cut hashes without the reader in them; ours differ by ticket, reader and letter, and are long."""
    (token,) = find_tokens([token_for(ASHA.email)])
    others = [
        make_token(the_desk().keys, number_digits(number), to, make_nonce(key))
        for number, to, key in (
            (NUMBER, CHITRA.email, "x"),
            (NUMBER, ASHA.email, "y"),
            ("TMS-2611-00043-4", ASHA.email, "x"),
        )
    ]
    assert len({token.mac, *(other.mac for other in others)}) == 4
    assert len(token.mac) * 5 >= 80


def test_cve_2026_73420_and_ghsa_qw9g_7549_7wg5_look_alikes_are_others():
    """Nothing but ASCII case is folded: no accent, no width, no dotless letter makes two people one."""
    for other in (
        "ch\u0131tra@tax.up.example",
        "chitrá@tax.up.example",
        "ｃhitra@tax.up.example",
        "chitra@tax.up.exampl\u0435",
    ):
        assert normal_address(other) != CHITRA.email
    assert normal_address("Chitra@TAX.up.example") == CHITRA.email


def test_cve_2026_92598_an_address_inside_an_address_gets_no_letter():
    """A quoted local part or an encoded word that holds another address is nobody to write to, or stays one address."""
    for written in (
        '"x@evil.example y"@shop.example',
        "=?utf-8?q?x=40evil.example?=@shop.example",
        "a@b.example\r\nRCPT TO:<c@d>",
    ):
        assert usable_address(written) == ""


def test_cve_2023_51764_a_letter_ends_no_transmission():
    """No bare line feed and no line that is one dot: nothing can be smuggled behind a letter."""
    letter = write(description="a\n.\nMAIL FROM:<x@y>\r\n.\r\nQUIT", title="\n.\n")
    assert b"\n" not in letter.raw.replace(b"\r\n", b"")
    assert b"\r\n.\r\n" not in letter.raw
    assert header_lines(letter.raw)


def test_ticket_trick_the_words_of_a_machine_reach_nobody_outside():
    """A sign-up mail of another service, sent to the desk, is shown to the IT section alone."""
    mail = make_mail("Your code is 482913.", sender="no-reply@saas.example", subject="Verify your workspace")
    assert {order.to for order in decide_mail(mail, make_known(None)).letters} <= {CHITRA.email, DEV.email}


def test_zendesk_2024_a_copied_address_gets_no_history():
    """Somebody in Cc of a forged or true mail is written to by nobody."""
    mail = make_answer("please add my friend", recipients=("support@tax.up.example", "friend@evil.example"))
    decision = decide_mail(mail, make_known(ASHA, make_ticket()))
    assert {order.to for order in decision.letters} <= OURS
    assert decision.change is None or decision.change.copy_to is None


def test_state_loop_an_automatic_answer_reopens_nothing():
    """Auto-replies to "your ticket is closed" re-opened it each time."""
    for status in (Status.RESOLVED, Status.CLOSED):
        mail = make_answer("REOPEN\nI am out of office.", headers={"auto-submitted": ("auto-replied",)})
        decision = decide_mail(mail, make_known(ASHA, make_ticket(status)))
        assert (decision.outcome, decision.change, decision.letters) == (Outcome.AUTOMATIC, None, ())


def test_a_mail_without_a_message_id_is_a_mail():
    """Such mails stopped a helpdesk, and others took all of them for one."""
    for message_id in ("", "<>", "no brackets", "<" + "a" * 10_000 + "@x>"):
        decision = decide_mail(make_mail("E-way bill portal does not open.", message_id=message_id), make_known(ASHA))
        assert decision.outcome is Outcome.OPENED


def test_a_file_name_blocks_no_letter():
    """A soft hyphen in one name kept a whole queue from being sent."""
    for name in ("a\u00adb.png", "\ud800.png", "x" * 5000, "", "a\x00b.png", 'a"; filename="b.exe'):
        letter = write(pictures=[Picture(name, "image/png", make_png())])
        names = [part.get_filename() for part in read(letter).walk() if part.get_filename()]
        assert len(names) == 1
        assert "exe" not in names[0] or names[0].count('"') < 3


def test_a_date_beyond_all_dates_is_none():
    """31 December 9999 in a zone behind UTC overflows; year 0 became 2000."""
    for date in ("Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 01 Jan 0000 00:00:00 +0000", "0", "x" * 10_000):
        assert decide_mail(read_mail(f"Date: {date}").mail, make_known(ASHA)).outcome is Outcome.OPENED
