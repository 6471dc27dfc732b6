"""What came in and went out lately, counted over indexes and in one question, as it is asked for every mail."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, exists, func, select, true

from mailbot.adapters.store.tables import letters, mails, people
from mailbot.adapters.store.tables_energy import answer_stops, bound_hits
from mailbot.domain.breaker import QUIET, WINDOW
from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, FromClause, Select

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Where a count ends: more than any bound, and what a flood costs to be counted.
MOST_COUNTED = 1_000
_BEFORE = {"an_hour_ago": HOUR, "a_day_ago": DAY, "a_window_ago": WINDOW, "a_quiet_time_ago": QUIET}
_WILD = re.compile(r"[%_/]")


@dataclass(frozen=True, slots=True)
class Lately:
    """Automatic answers to one address and in all, why they stopped, bounds that were reached, mails of one sender.

    `strangers` and `of_domain` are counted for a mail from outside the directory only. `last_stop` is when answers
    began again last.
    """

    to_one_hour: int
    to_one_day: int
    answers: int
    answers_window: int
    last_stop: datetime | None
    is_stopped: bool
    hits: int
    sent: int
    strangers: int = 0
    of_domain: int = 0


def find_lately(
    connection: Connection, addresses: tuple[str, str], sender: str, stranger: str, now: datetime
) -> Lately:
    """Return what moved lately, for a writer with these addresses; `sender` is what the mail itself says.

    `stranger` is the address when it is nobody's of the directory, and empty else.
    """
    asked: dict[str, Any] = {name: now - span for name, span in _BEFORE.items()}
    asked |= {"address": addresses[0], "other_address": addresses[1], "sender": sender}
    domain = normal_address(stranger).rpartition("@")[2]
    if domain:
        asked["of_domain"] = f"%@{_WILD.sub(lambda sign: f'/{sign[0]}', domain)}"
    row = connection.execute(_OF_STRANGER if domain else _OF_PERSON, asked).mappings().one()
    return Lately(**row)


def _count_up_to(most: int, query: Select[Any], name: str) -> FromClause:
    return select(func.count().label(name)).select_from(query.limit(most).subquery()).subquery()


def _in_one_row(*rows: FromClause) -> Select[Any]:
    """Return the columns of several tables of one row each."""
    side_by_side = reduce(lambda left, right: left.join(right, true()), rows)
    return select(*(column for row in rows for column in row.c)).select_from(side_by_side)


def _since(name: str) -> ColumnElement[Any]:
    return bindparam(name, type_=letters.c.written_at.type)


_answer = letters.c
_ANSWERS_TO_ONE = (
    select(func.count().filter(_answer.written_at > _since("an_hour_ago")).label("to_one_hour"))
    .add_columns(func.count().label("to_one_day"))
    .where(_answer.to.in_([bindparam("address"), bindparam("other_address")]))
    .where(_answer.replied, _answer.written_at > _since("a_day_ago"))
    .subquery()
)
_ANSWERS = (
    select(func.count().label("answers"))
    .add_columns(func.count().filter(_answer.written_at > _since("a_window_ago")).label("answers_window"))
    .where(_answer.replied, _answer.written_at > _since("an_hour_ago"))
)
_IS_OUTSIDE = ~exists().where(people.c.email == _answer.to)
_ANSWERS_OUTSIDE = _ANSWERS.add_columns(
    func.count().filter(_IS_OUTSIDE).label("strangers"),
    func.count().filter(_answer.to.like(bindparam("of_domain"), escape="/"), _IS_OUTSIDE).label("of_domain"),
)
_STOPS = select(
    select(func.max(answer_stops.c.ended_at)).scalar_subquery().label("last_stop"),
    exists()
    .where(answer_stops.c.ended_at.is_(None), answer_stops.c.last_at > _since("a_quiet_time_ago"))
    .label("is_stopped"),
).subquery()
_HITS = _count_up_to(MOST_COUNTED, select(bound_hits.c.address).where(bound_hits.c.at > _since("a_window_ago")), "hits")
_SENT = _count_up_to(
    MOST_COUNTED,
    select(mails.c.id).where(mails.c.sender == bindparam("sender"), mails.c.done_at > _since("an_hour_ago")),
    "sent",
)
_OF_PERSON = _in_one_row(_ANSWERS_TO_ONE, _ANSWERS.subquery(), _STOPS, _HITS, _SENT)
_OF_STRANGER = _in_one_row(_ANSWERS_TO_ONE, _ANSWERS_OUTSIDE.subquery(), _STOPS, _HITS, _SENT)
