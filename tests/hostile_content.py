"""What hostile mail must never reach, as counts that must be 0; the suite runs a sample, the campaign the full size."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import dataclass, field
from email.utils import getaddresses

from mailbot.adapters.files import FileStore
from mailbot.adapters.reading.message import read_message
from mailbot.domain.errors import UnreadableMailError
from mailbot.domain.letter import Picture, Thread
from mailbot.domain.ticket import Status
from mailbot.domain.trust import normal_address
from tests.builders import ASHA, STAFF, decide_mail, make_known, make_mail, make_ticket
from tests.generators.hostile import ELSEWHERE, hostile_mails, hostile_names
from tests.letters.letter_samples import AT, make_png, make_writer

# Exactly what a letter has above its body, in any order; the second line only in a thread.
HEADERS = {"mime-version", "content-type", "date", "from", "to", "reply-to", "subject", "message-id", "auto-submitted"}
HEADERS |= {"x-auto-response-suppress", "precedence", "x-loop", "content-language"}
IN_A_THREAD = {"in-reply-to", "references"}
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200b-\u200f\ufeff]")


@dataclass
class Count:
    """How many letters were looked at, and what was wrong with them."""

    mails: int = 0
    letters: int = 0
    wrong: list[str] = field(default_factory=list)


def header_lines(raw: bytes) -> list[tuple[str, str]]:
    """Split the head of a mail by hand, as a mail server does; raise AssertionError for a line that is none."""
    head = raw.partition(b"\r\n\r\n")[0]
    assert b"\n" not in head.replace(b"\r\n", b"")
    assert b"\r" not in head.replace(b"\r\n", b"")
    found: list[tuple[str, str]] = []
    for line in head.decode("ascii").split("\r\n"):
        assert len(line) <= 998
        if line[0] in " \t":
            found[-1] = (found[-1][0], found[-1][1] + line)
        else:
            name, colon, value = line.partition(":")
            assert colon
            assert name.replace("-", "").isalnum()
            found.append((name.lower(), value.strip()))
    return found


def what_is_wrong(raw: bytes, to: str) -> str:
    """Return what is wrong with the head of a letter to this address, or an empty string."""
    lines = header_lines(raw)
    names = [name for name, _ in lines]
    if len(set(names)) != len(names) or not HEADERS <= set(names) <= HEADERS | IN_A_THREAD:
        return f"headers {sorted(names)}"
    values = dict(lines)
    addresses = [address for _, address in getaddresses([values["to"]])]
    if addresses != [to]:
        return f"recipients {addresses}"
    reply_to = [address for _, address in getaddresses([values["reply-to"]])]
    return "" if len(reply_to) == 1 and reply_to[0].endswith("@tax.up.example") else f"answers to {reply_to}"


def count_wrong_heads(seed: int, count: int) -> Count:
    """Write every letter that hostile mails bring about and look at its head: 0 wrong is the promise."""
    writer, done = make_writer("support@tax.up.example"), Count()
    staff = {person.email for person in STAFF}
    for address, raw in hostile_mails(seed, count):
        done.mails += 1
        try:
            mail = read_message(raw, oversized=False).mail
        except UnreadableMailError:
            continue
        decision = decide_mail(mail, make_known(None))
        draft = decision.draft
        if draft is None:
            continue
        ticket = make_ticket(
            title=draft.title,
            requester=draft.requester,
            requester_name=draft.requester_name,
            description=draft.description,
        )
        for order in decision.letters:
            done.letters += 1
            thread = Thread((*mail.thread_ids, mail.message_id), mail.message_id)
            letter = writer.write(order, ticket, thread, (), AT, f"mail {done.mails}")
            wrong = what_is_wrong(letter.raw, order.to)
            own = mail.sender.address if mail.sender else ""
            if order.to not in staff and normal_address(order.to) != normal_address(own):
                wrong = f"a letter to {order.to}"
            if ELSEWHERE in order.to and ELSEWHERE not in own:
                wrong = f"a letter to {order.to}, written by {address}"
            done.wrong += [f"{wrong}: {raw[:300]!r}"] if wrong else []
    return done


def count_letters_elsewhere(seed: int, count: int) -> Count:
    """Let known officers write and answer with hostile Reply-To, Cc, Return-Path and others: 0 letters elsewhere."""
    done, ours = Count(), {ASHA.email, *(person.email for person in STAFF)}
    for number, (_, raw) in enumerate(hostile_mails(seed, count)):
        done.mails += 1
        head = re.sub(rb"(?m)^From:.*(?:\r\n[ \t].*)*", b"From: " + ASHA.email.encode(), raw, count=1)
        try:
            mail = read_message(head, oversized=False).mail
        except UnreadableMailError:
            continue
        ticket = make_ticket(Status.RESOLVED) if number % 2 else None
        for order in decide_mail(mail, make_known(ASHA, ticket)).letters:
            done.letters += 1
            done.wrong += [f"a letter to {order.to}"] if order.to not in ours else []
    return done


def count_unsafe_names(folder, seed: int, count: int) -> Count:
    """Keep files with hostile names and name them in letters: every name on the disk is a hash, 0 links followed."""
    writer, done, store = make_writer(), Count(), FileStore(folder, 0)
    staff_order = decide_mail(make_mail("GSTR-3B does not open."), make_known(ASHA)).letters[-1]
    for name, raw in hostile_names(seed, count):
        done.mails += 1
        found = read_message(raw, oversized=False)
        for data in found.files.values():
            store.keep(data)
        named = [file.name for file in found.mail.attachments]
        done.wrong += [f"{name!r} is shown as {one!r}" for one in named if _is_unsafe(one)]
        if done.mails % 20 == 0:
            pictures = [Picture(one, "image/png", make_png()) for one in named]
            letter = writer.write(staff_order, make_ticket(), Thread(), pictures, AT, f"mail {done.mails}")
            done.letters += 1
            done.wrong += [
                f"{name!r} in a letter: {one!r}" for one in filename_parameters(letter.raw) if _is_unsafe(one)
            ]
    for path in folder.rglob("*"):
        if path.is_symlink() or (path.is_file() and not re.fullmatch(r"[0-9a-f]{64}", path.name)):
            done.wrong.append(f"{path} lies in the file store")
    return done


def filename_parameters(raw: bytes) -> list[str]:
    """Return every filename that a letter gives its files, decoded by the standard library."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return [part.get_filename() for part in message.walk() if part.get_filename() is not None]


def _is_unsafe(name: str) -> bool:
    return bool(_CONTROLS.search(name)) or "/" in name or "\\" in name or name in {"", ".", ".."} or len(name) > 200
