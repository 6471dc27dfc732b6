"""The head of a letter: who, what, threading, tokens, and the marks that keep machines from answering."""

from __future__ import annotations

import email.utils
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from letter_reading import mailto_links, read, text_of
from letter_samples import (
    AT,
    DESK_ADDRESS,
    KEYS,
    NAMES,
    NUMBER,
    PICTURE,
    RAKESH,
    make_order,
    make_ticket,
    make_writer,
    write_sample,
)

from mailbot.domain.letter import LETTERS, LetterKind, Thread
from mailbot.domain.people import Language
from mailbot.domain.text import clean_line
from mailbot.domain.trust import find_tokens, is_valid

OUTLOOK_ID = "<AM9PR08MB7015C3A5E1D2F4B6A7988C0D1E2F3A4B5C6D7E8F9A0B1C2D3E@AM9PR08MB7015.eurprd08.prod.outlook.com>"


@pytest.mark.parametrize("kind", list(LetterKind))
@pytest.mark.parametrize("language", list(Language))
def test_the_head_of_every_letter(writer, kind, language):
    """From and Reply-To are the desk, the date is the desk's, and every mark against automatic answers is there."""
    letter = write_sample(writer, kind, language)
    message = read(letter)
    assert message["From"].addresses[0].addr_spec == DESK_ADDRESS
    assert shown_name(message["From"]) == NAMES[language]
    assert message["To"].addresses[0].addr_spec == letter.to
    assert message["Subject"] == letter.subject
    assert message["Message-ID"] == letter.message_id
    assert message["Date"].datetime == AT
    assert message["Date"].endswith("+0530")
    assert message["Auto-Submitted"] == ("auto-replied" if LETTERS[kind].replied else "auto-generated")
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Precedence"] == "auto_reply"
    assert message["X-Loop"] == f"mailbot/{DESK_ADDRESS}"
    assert message["Content-Language"] == f"{language}, {language.other}"
    assert not [name for name in message if name.lower().startswith("list-")]
    assert [len(message.get_all(name)) for name in set(message)] == [1] * len(set(message))


def test_the_bytes_are_seven_bit_with_crlf_and_short_lines(writer):
    """Every server takes them: ASCII only, CRLF only, no line above 998 octets (RFC 5322 2.1.1)."""
    for language in Language:
        raw = write_sample(
            writer, LetterKind.NEW_TICKET, language, pictures=(PICTURE,), thread=Thread((OUTLOOK_ID,))
        ).raw
        assert raw.isascii()
        assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        assert b"\r\n\r\n" in raw


def test_a_letter_is_the_same_bytes_every_time():
    """A retry, or a second worker after a crash, writes the same letter; another event gives another Message-ID."""
    writers = (make_writer(), make_writer.__wrapped__())
    first, second = (write_sample(writer, LetterKind.NEW_TICKET, pictures=(PICTURE,)) for writer in writers)
    assert first == second
    ticket, order = make_ticket(), make_order(LetterKind.COMMENT)
    writer = make_writer()
    ids = {writer.write(order, ticket, Thread(), (), AT, key, RAKESH).message_id for key in ("event 1", "event 2")}
    assert len(ids) == 2


def test_the_token_in_the_bytes_proves_the_recipient(writer):
    """The token of Message-ID, Reply-To and buttons is valid for the recipient and for nobody else."""
    letter = write_sample(writer, LetterKind.RESOLVED)
    found = find_tokens([read(letter)["Message-ID"]])
    assert len(found) == 1
    assert found[0] in find_tokens([letter.raw.decode("ascii")])
    assert is_valid(found[0], KEYS, letter.to)
    assert is_valid(found[0], KEYS, letter.to.upper())
    assert not is_valid(found[0], KEYS, "other@tax.up.example")
    assert found[0].digits == "2611000427"
    reply_to = read(letter)["Reply-To"].addresses[0].addr_spec
    for place in (letter.message_id, reply_to, mailto_links(letter)[0][2]):
        assert find_tokens([place]) == found


@pytest.mark.parametrize(
    ("address", "plus"),
    [(DESK_ADDRESS, False), ("helpdesk.commercial.tax.department@tax.up.example", True)],
)
def test_a_plain_reply_address_where_a_token_does_not_fit(address, plus):
    """Without plus addressing, or with a local part above 64 octets, answers go to the plain address; buttons work."""
    letter = write_sample(make_writer(address, plus_addressing=plus), LetterKind.RESOLVED)
    assert read(letter)["Reply-To"].addresses[0].addr_spec == address
    place, _, body = mailto_links(letter)[0]
    assert place == address
    assert is_valid(find_tokens([body])[0], KEYS, letter.to)


def test_long_message_ids_survive(writer):
    """Ids of Outlook are longer than a header line wants to be; they stay whole, so that the conversation holds."""
    assert len(OUTLOOK_ID) >= 90
    thread = Thread(("<first@tax.example>", OUTLOOK_ID), OUTLOOK_ID)
    letter = write_sample(writer, LetterKind.COMMENT, thread=thread)
    assert f"In-Reply-To: {OUTLOOK_ID}\r\n".encode() in letter.raw.replace(b"\r\n ", b" ").replace(b":  ", b": ")
    assert read(letter)["References"].split() == ["<first@tax.example>", OUTLOOK_ID]


def test_what_is_no_id_is_left_out_of_the_thread(writer):
    """Ids come from strangers: line breaks, spaces, Hindi and endless ids do not reach our headers."""
    thread = Thread(
        ("<a@b>\r\nBcc: victim@tax.example", "<नमस्ते@b>", "<" + "x" * 5000 + "@b>", "no id", "<c@d>"), "\r\nX: y"
    )
    message = read(write_sample(writer, LetterKind.COMMENT, thread=thread))
    assert message["References"].split() == ["<a@b>", "<c@d>"]
    assert message["In-Reply-To"] is None
    assert message["Bcc"] is None


def test_a_long_thread_keeps_its_beginning_and_its_end(writer):
    """Of hundreds of ids the first and the latest are kept."""
    ids = tuple(f"<{n}@tax.example>" for n in range(300))
    kept = read(write_sample(writer, LetterKind.COMMENT, thread=Thread(ids, ids[-1])))["References"].split()
    assert len(kept) == 20
    assert (kept[0], kept[1], kept[-1]) == (ids[0], ids[-19], ids[-1])


@pytest.mark.parametrize(
    "name",
    [
        "Rakesh, Kumar",
        'The "IT" man',
        "back\\slash",
        "सुनीता, यादव (लखनऊ)",
        "Dr. Ünal <x@y>",
        "a\r\nBcc: victim@tax.example",
        "ञ" * 300,
    ],
)
def test_any_name_stays_a_name(writer, name):
    """Commas, quotes, brackets, line breaks and long Hindi names neither add a recipient nor a header."""
    letter = write_sample(writer, LetterKind.COMMENT, to_name=name)
    message = read(letter)
    assert len(message["To"].addresses) == 1
    assert message["To"].addresses[0].addr_spec == RAKESH.email
    assert shown_name(message["To"]) == clean_line(name, 80)
    assert message["Bcc"] is None


@pytest.mark.parametrize("address", ["राजेश@उदाहरण.भारत", "a b@c", "x\r\nBcc: y@z", "no-at", "<>,;"])
def test_any_recipient_gives_a_letter(writer, address):
    """A strange or non-ASCII address does not stop the letter; whether it can be sent is for the mail server to say."""
    letter = write_sample(writer, LetterKind.DONE, to=address)
    assert letter.to == address
    assert letter.raw.isascii()
    assert read(letter)["Bcc"] is None


@pytest.mark.parametrize(
    "title",
    [
        "GSTR-3B\r\nBcc: victim@tax.example\r\n\r\nbody",
        "अक्टूबर का GSTR-3B दाखिल नहीं हो रहा है, कृपया शीघ्र सहायता करें – त्रुटि RET191106 बार बार आ रही है",
        "=?utf-8?q?Bcc=3A?= in words",
        "a  b\tc\x00\x1b[31m",
        "😀👨‍👩‍👧 e-way bill",
    ],
)
def test_any_title_becomes_one_subject_line(writer, title):
    """Hindi, emoji, encoded words and line breaks come back from the header as the one line that was meant."""
    letter = writer.write(make_order(LetterKind.COMMENT), make_ticket(title=title), Thread(), (), AT, "e", RAKESH)
    assert letter.subject == f"[{NUMBER}] {clean_line(title, 130)}"
    assert raw_subject(letter).startswith(f"[{NUMBER}] ")
    assert read(letter)["Bcc"] is None
    assert read(letter).get_body(("plain",)) is not None
    decoded = str(email.header.make_header(email.header.decode_header(re.sub(r"\r?\n", "", raw_subject(letter)))))
    assert decoded.split() == letter.subject.split() or "=?utf-8?q?Bcc" in title


@settings(max_examples=20, deadline=None)
@given(title=st.text(st.characters(codec="utf-8"), max_size=220), language=st.sampled_from(list(Language)))
def test_a_subject_reads_back_as_it_was_written(title, language):
    """Whatever the title, the subject header decodes to exactly the subject of the letter."""
    ticket = make_ticket(language, title=title)
    letter = WRITER.write(make_order(LetterKind.DONE, language), ticket, Thread(), (), AT, "e")
    assert read(letter)["Subject"] == letter.subject
    assert letter.subject.startswith(f"[{NUMBER}] ")
    assert letter.subject in f"[{NUMBER}] {text_of(letter).split(chr(10))[1]}"


def shown_name(header) -> str:
    """Return a display name as mail clients show it.

    The library puts a space between two encoded words of a name, against RFC 2047 6.2; there the words end with their
    own space, and a name of one endless word is compared without spaces.
    """
    name = re.sub(r"\s+", " ", header.addresses[0].display_name)
    return name if len(set(name)) > 2 else name.replace(" ", "")


def raw_subject(letter) -> str:
    """Return the subject as it stands in the bytes, unfolded."""
    head = letter.raw.split(b"\r\n\r\n")[0].decode("ascii").replace("\r\n ", " ")
    return next(line.removeprefix("Subject: ") for line in head.split("\r\n") if line.startswith("Subject: "))


WRITER = make_writer()
