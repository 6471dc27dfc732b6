"""The rights of the pages at full size: two hundred tickets of somebody else, and every page about a ticket."""

from __future__ import annotations

import pytest

from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.ticket_rows import keep_ticket
from mailbot.domain.numbering import ticket_number
from tests.builders import make_ticket
from tests.web.crawling import METHODS, NOT_THERE, SIGN_IN, word_of
from tests.web.test_web_crawl import RIGHTS, crawler

__all__ = ["crawler"]
pytest_plugins = ["tests.web.conftest"]
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
TICKETS, FIRST = 200, 10_000
# HEAD is the answer to GET without its words, which are looked at.
TRIED = tuple(method for method in METHODS if method != "HEAD")
WANTED = {"other officer": {NOT_THERE}, "agent": {NOT_THERE}, "stranger": {SIGN_IN}}


def test_nobody_opens_one_of_two_hundred_tickets(crawler):
    """An officer, the call desk and a stranger try each of them: no answer but that there is no such thing."""
    numbers = [ticket_number("TMS", crawler.web.now(), FIRST + place) for place in range(TICKETS)]
    with writing(crawler.web.engine) as connection:
        for number in numbers:
            keep_ticket(connection, make_ticket(number=number))
    paths = {path for _, path in RIGHTS if "{number}" in path}
    wrong = []
    for path in sorted(paths):
        for role, wanted in WANTED.items():
            for number in numbers:
                for method in TRIED if number == numbers[0] else ("GET", "POST"):
                    answer = crawler.ask(role, method, crawler.fill_in(path, number))
                    if answer.status_code not in {400, 403, 405} and word_of(answer) not in wanted:
                        wrong.append((role, method, path, answer.status_code))
    assert not wrong, wrong[:20]
    assert crawler.tried >= TICKETS * len(paths) * len(WANTED)
