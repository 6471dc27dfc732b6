"""What is tried against the ways in, as often as asked: a few times in the suite, a thousand times as a campaign."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.tables import letters
from mailbot.adapters.store.tables_web import sign_in_links, web_attempts, web_sessions
from tests.builders import ASHA

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Table

    from mailbot.web.desk import WebDesk
    from tests.web.clients import Client, Clock

LINK = re.compile(r"https?://[^/\s]+(/sign-in/[A-Za-z0-9_-]{43}(?:\?next=[^\s\"<]*)?)")
PER_HOUR, PER_QUARTER = 10, 3


def rows(web: WebDesk, table: Table) -> list[Any]:
    """Return all rows of a table."""
    with reading(web.engine) as connection:
        return list(connection.execute(select(table)).all())


def sent_links(web: WebDesk) -> list[str]:
    """Return the paths in the letters of the outbox, oldest first, once what was asked for is done."""
    web.later.drain()
    found = []
    with reading(web.engine) as connection:
        for raw in connection.execute(select(letters.c.raw).order_by(letters.c.id)).scalars():
            body = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
            assert body is not None
            found += LINK.findall(body.get_content())
    return found


def ask(client: Client, who: str) -> Any:
    """Ask for a link."""
    return client.submit("/sign-in", {"who": who})


def replay(web: WebDesk, owner: Client, new_client: Callable[..., Client], *, looks: int, replays: int) -> None:
    """Let a scanner look at a link, its owner use it, and a thief try it again."""
    ask(owner, ASHA.email)
    (path,) = sent_links(web)
    scanner = new_client("203.0.113.9")
    for _ in range(looks):
        assert scanner.get(path).status_code == 200
        assert scanner.head(path).status_code == 200
    assert rows(web, web_sessions) == []
    assert "asked for in another browser" in scanner.get(path).text
    token = owner.token(path)
    assert owner.post(path, data={"csrf": token}).status_code == 303
    assert len(rows(web, web_sessions)) == 1
    thief = new_client("203.0.113.9")
    token = thief.token()
    assert {thief.post(path, data={"csrf": token}).status_code for _ in range(replays)} == {410}
    assert len(rows(web, web_sessions)) == 1
    assert thief.get(path).status_code == 410


def compare(web: WebDesk, new_client: Callable[..., Client], *, each: int) -> float:
    """Ask for a known and for unknown people in turn; return the difference of the medians in seconds."""
    taken: dict[bool, list[float]] = {True: [], False: []}
    answers = set()
    for number in range(2 * each):
        is_known = number % 2 == 0
        client = new_client(f"10.9.{number // 250}.{number % 250}")
        token = client.token()
        who = ASHA.email if is_known else f"ashaa{number}@tax.up.example"
        begun = perf_counter()
        answer = client.post("/sign-in", data={"csrf": token, "who": who, "next": "/"})
        taken[is_known].append(perf_counter() - begun)
        answers.add((answer.status_code, answer.content, tuple(answer.headers.items())))
        client.close()
    assert len(answers) == 1
    assert len(sent_links(web)) == PER_QUARTER
    return abs(median(taken[True]) - median(taken[False]))


def flood(web: WebDesk, new_client: Callable[..., Client], clock: Clock, *, one: int, machines: int) -> None:
    """Ask for links to one person, from one machine and from many; by whatever name, the bounds hold."""
    client = new_client("10.1.1.1")
    token = client.token()
    statuses = [client.post("/sign-in", data={"csrf": token, "who": ASHA.email}).status_code for _ in range(one)]
    assert statuses == [303] * PER_HOUR + [429] * (one - PER_HOUR)
    assert len(sent_links(web)) == PER_QUARTER
    for number in range(machines):
        other = new_client(f"10.1.2.{number}")
        token = other.token()
        for who in (ASHA.employee_id, ASHA.email.upper()):
            for _ in range(5):
                assert other.post("/sign-in", data={"csrf": token, "who": who}).status_code == 303
        assert other.post("/sign-in", data={"csrf": token, "who": ASHA.email}).status_code == 429
    assert len(sent_links(web)) == PER_QUARTER
    assert len(rows(web, web_attempts)) <= PER_HOUR * (machines + 1) + 2 * PER_QUARTER
    clock.move(minutes=16)
    ask(new_client("10.1.9.9"), ASHA.email)
    assert len(sent_links(web)) == len(rows(web, sign_in_links)) == PER_QUARTER + 1
