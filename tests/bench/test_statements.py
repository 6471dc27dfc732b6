"""What a mail costs the database, in statements and commits: a change that makes it dearer has to say so in the table.

Counts are the same on every machine; seconds are for `make bench`. Each mail is alone in its batch, which is the
dearest case, and the IT section has two people, so a new ticket means three letters.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, event

from mailbot.demo.screenshots import RETURN_FAILED, draw_page
from tests.torture.network import open_line
from tests.whole.desk import Office

# What each step may cost at the most: statements, commits. Lower a number when a step became cheaper.
#            take_in  handle   deliver
TABLE = {
    "opening": ((5, 2), (18, 3), (4, 2)),
    "picture": ((5, 2), (21, 3), (4, 2)),
    "reply":   ((5, 2), (21, 3), (4, 2)),
}  # fmt: skip
STEPS = ("take_in", "handle", "deliver")
# What begins or ends a transaction is counted as its commit.
FRAME = ("BEGIN", "SAVEPOINT", "RELEASE")


@dataclass
class Cost:
    """What was asked of the database."""

    statements: list[str]
    commits: int = 0


@contextmanager
def counted():
    """Count statements and commits of all engines."""
    cost = Cost([])

    def note(_connection, _cursor, statement, *_):
        if not statement.startswith(FRAME):
            cost.statements.append(statement)

    def commit(_connection):
        cost.commits += 1

    event.listen(Engine, "before_cursor_execute", note)
    event.listen(Engine, "commit", commit)
    try:
        yield cost
    finally:
        event.remove(Engine, "before_cursor_execute", note)
        event.remove(Engine, "commit", commit)


@pytest.fixture
def office(tmp_path, dovecot, smtp_server, database_url):
    """Give a desk with its tables and people, on each database."""
    desk = Office(tmp_path, f"{database_url[:6]}.count.example", dovecot, smtp_server, database_url=database_url)
    desk.set_up_fast()
    yield desk
    desk.close()


def _cost_of_all_steps(line):
    """Return what each step asked of the database, until nothing was left to do."""
    work = {
        "take_in": lambda: line.desk.receiver.take_in(line.mailbox, line.desk.start_date, sweep=False),
        "handle": line.desk.receiver.handle_due,
        "deliver": line.deliverer.deliver_due,
    }
    costs = {}
    for step in STEPS:
        with counted() as costs[step]:
            assert work[step]() > 0, f"{step} had nothing to do"
    return costs


def test_a_mail_costs_no_more_statements_and_commits_than_the_table_says(office):
    """An opening mail, one with a screenshot, and a reply, each through all three steps."""
    with open_line(office) as line:
        office.write("rakesh", "Warm-up", "The first mail of a desk makes a few rows more.")
        _cost_of_all_steps(line)
        found = {}
        office.write("rakesh", "GSTR-3B not filed", "The portal stops with error RET191106 after the OTP.")
        found["opening"] = _cost_of_all_steps(line)
        office.write("sunita", "चालान की समस्या", "CPIN समाप्त दिख रहा है।", picture=draw_page(RETURN_FAILED))
        found["picture"] = _cost_of_all_steps(line)
        letter = office.next_letter("rakesh", "GSTR-3B not filed")
        office.reply("rakesh", letter, "It happens with every taxpayer of this office.")
        found["reply"] = _cost_of_all_steps(line)
    for kind, limits in TABLE.items():
        for step, (statements, commits) in zip(STEPS, limits, strict=True):
            cost = found[kind][step]
            asked = "\n".join(cost.statements)
            assert len(cost.statements) <= statements, f"{step} of {kind}: {len(cost.statements)} statements:\n{asked}"
            assert cost.commits <= commits, f"{step} of {kind}: {cost.commits} commits"
