"""One bad mail stops no other, and no Message-ID silences a mail, on both databases."""

from __future__ import annotations

from itertools import product

from mailbot.adapters.reading.message import read_message
from tests.builders import ASHA
from tests.poison import PoisonResult, run_poison
from tests.store.small_desk import Desk, mail

IDS = (
    "", "<>", "<a@b>", "<A@b>", "<a@B>", "a@b", "< a@b >", "<a@b> <c@d>", "<" + "a" * 10_000 + "@b>", "<a@b", "a@b>",
    "<a\x00@b>", "<a@b>\r\n <x@y>", "<=?utf-8?q?a?=@b>", "<a*@b>", '<"a\r\n b"@c>', "<mb.r1.x.y@tax.up.example>",
    "<क@ख.example>", "<a@b>(comment)", "\r\n <a@b>", "<a@b>;x", "'", '"', "<" * 500, "<a@b>\t",
)  # fmt: skip


def matrix():
    """Return 500 mails: 25 ids with 20 contents each."""
    for number, (id_, content) in enumerate(product(IDS, range(20))):
        head = f"From: {ASHA.email}\r\nSubject: GSTR-3B\r\nMessage-ID: {id_}\r\n\r\n"
        yield number, f"{head}Return of month {content} does not open.\r\n".encode()


def test_no_two_mails_of_the_matrix_are_taken_for_one():
    """25 ids with 20 contents: 500 keys; the same mail by another way of delivery has the same one."""
    by_content: dict[bytes, set[str]] = {}
    for _, raw in matrix():
        key = read_message(raw, oversized=False).mail.content_key
        assert key
        by_content.setdefault(raw.partition(b"\r\n\r\n")[2], set()).add(key)
    # What differs in blanks alone is one id; no content is ever lost.
    assert len(by_content) == 20
    assert sum(map(len, by_content.values())) == len(set().union(*by_content.values())) >= 20 * (len(IDS) - 6)
    for _, raw in list(matrix())[::20]:
        again = read_message(b"Received: from x by y\r\n" + raw, oversized=False).mail
        assert again.content_key == read_message(raw, oversized=False).mail.content_key


def test_a_repeated_message_id_silences_no_mail(engine, tmp_path):
    """The same id with other words is another mail; the same mail again is one ticket."""
    desk = Desk(engine, tmp_path)
    first = [mail(ASHA.email, "GSTR-3B", f"Month {count} does not open.", "same") for count in range(4)]
    desk.gets(*first)
    assert len(desk.numbers()) == 4
    desk.gets(*[b"Received: from backup by mx\r\n" + raw for raw in first])
    assert len(desk.numbers()) == 4


def test_five_poison_mails_among_thirty(engine, tmp_path):
    """The others are done, each poison is tried three times, set aside, and handled once its cause is gone."""
    assert run_poison(engine, tmp_path, 5, 30) == PoisonResult(25, 5, 3, 5)
