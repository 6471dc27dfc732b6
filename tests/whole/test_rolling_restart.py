"""Two machines with one database and one bucket: workers are replaced in turn, and nobody who writes notices."""

from __future__ import annotations

import secrets
from collections import Counter
from contextlib import ExitStack
from email import message_from_bytes, policy
from itertools import cycle

import pytest
from sqlalchemy import func, select

from mailbot.adapters.store.tables import letters, mails, tickets
from tests.reading.picture_samples import screenshot
from tests.servers.swift import SECRET_KEY
from tests.whole.desk import wait_for

KEY = {"MAILBOT_FILES__SECRET_KEY": SECRET_KEY}
# So long a worker may be at a piece of work before another one takes it over.
LEASE = 30

# Two officers write what hundreds would.
BRAKES = (
    "flood_mails_per_hour", "answers_per_hour", "answers_per_day", "answers_per_hour_domain", "answers_per_hour_desk",
)  # fmt: skip
NO_BRAKES = "".join(f"{name} = 100000\n" for name in BRAKES)


@pytest.fixture
def machines(make_office, postgres_url, swift):
    """Return two machines of one desk: each has a data folder of its own, and both the key of the desk."""
    here, there = (make_office(postgres_url, lease=LEASE) for _ in range(2))
    key = here.folder / "token.key"
    key.write_text(secrets.token_hex(32))
    key.chmod(0o600)
    text = here.settings_file.read_text().replace("[desk]\n", f'[desk]\ntoken_key_file = "{key}"\n{NO_BRAKES}')
    text += swift.settings(swift.new_bucket())
    for machine in (here, there):
        machine.settings_file.write_text(text)
    here.set_up_fast()
    return here, there


def replace_workers(machines, count, replacements):
    """Let so many mails come while workers are replaced so often, and wait until all is done."""
    here = machines[0]
    with ExitStack() as stack:
        workers = {machine: stack.enter_context(machine.at_work(**KEY)) for machine in machines}
        turns = cycle(machines)
        for number in range(count):
            picture = screenshot(500 + number, 400) if number % 10 == 0 else b""
            name = ("rakesh", "sunita")[number % 2]
            here.write(name, f"Return {number:04d} not filed", f"Error {number:06d} on submit.", picture=picture)
            if number % (count // replacements) == 0:
                machine = next(turns)
                assert workers[machine].stop() == 0, workers[machine].log()
                workers[machine] = stack.enter_context(machine.at_work(**KEY))
        wait_until_done(here, count)


def wait_until_done(office, count):
    """Wait until so many mails are handled and no letter waits."""
    done = select(func.count()).select_from(mails).where(mails.c.state == "done")
    waiting = select(func.count()).select_from(letters).where(letters.c.state != "sent")

    def is_done():
        return office.rows_of(done)[0][0] >= count and office.rows_of(waiting)[0][0] == 0

    wait_for(is_done, f"{count} handled mails and an empty outbox", 30 + count)


def require_none_lost_or_doubled(machines, count):
    """Compare tickets, letters and files with what was written."""
    here, there = machines
    titles = Counter(row.title for row in here.rows_of(select(tickets.c.title)))
    assert titles == Counter(f"Return {number:04d} not filed" for number in range(count))
    sent = [(message_from_bytes(one.raw, policy=policy.default), one.to) for one in here.smtp.accepted]
    assert max(Counter((letter["Message-ID"], to) for letter, to in sent).values()) == 1
    officers = {here.address_of(name) for name in ("rakesh", "sunita")}
    acknowledged = Counter(letter["Subject"].partition("] ")[2] for letter, to in sent if to in officers)
    assert acknowledged == titles
    for machine in machines:
        assert " 0 of them missing, 0 damaged" in machine.mailbot("fsck", **KEY)
        assert not (machine.folder / "mailbot-data" / "files").exists()
    assert there.mailbot("audit", "verify", **KEY)


def test_workers_are_replaced_while_mail_comes(machines):
    """Every mail has one ticket and one acknowledgement, every letter went out once, and every file is whole."""
    replace_workers(machines, 40, 4)
    require_none_lost_or_doubled(machines, 40)
