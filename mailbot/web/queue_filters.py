"""Filters of the queue: read from an address, written into one, and turned into what is asked of the tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from mailbot.adapters.store.ticket_lists import NOBODY, RUNNING, Sort, TicketQuery
from mailbot.domain.ticket import Status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailbot.domain.catalogue import Catalogue, Choices
    from mailbot.domain.people import Person

LINES = 40
ME, NONE, ALL = "me", "none", "all"
_YES = "yes"
_LONGEST = 100
_LONG = frozenset({ALL, Status.CLOSED, Status.MERGED})
SORTS = (Sort.DUE, Sort.PRIORITY, Sort.NEWEST, Sort.OLDEST, Sort.CHANGED)
PATH = "/queue"


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which tickets somebody wants to see; empty values do not filter, and without a status all that run are meant.

    `who` is "me", "none", or the address of a colleague.
    """

    status: str = ""
    who: str = ""
    module: str = ""
    zone: str = ""
    priority: str = ""
    overdue: str = ""
    reopened: str = ""
    words: str = ""
    sort: str = ""

    @property
    def order(self) -> Sort:
        """In which order; what is due first stands first unless something else is said."""
        return Sort(self.sort) if self.sort else Sort.DUE

    @property
    def query(self) -> str:
        """What stands behind the question mark of an address; the same filter is always written the same."""
        values = ((name, getattr(self, name)) for name in self.__slots__)
        return urlencode([(name, value) for name, value in values if value])

    def address(self, **changes: str) -> str:
        """Return the address of the queue with this filter, changed so; a cursor and the like are left out."""
        query = replace(self, **changes).query
        return f"{PATH}?{query}" if query else PATH

    def wanted(self, viewer: Person, catalogue: Catalogue, cursor: str = "") -> TicketQuery:
        """Return what is asked of the tables."""
        statuses = {"": RUNNING, ALL: ()}.get(self.status)
        return TicketQuery(
            statuses=(Status(self.status),) if statuses is None else statuses,
            modules=(self.module,) if self.module else (),
            zones=(self.zone,) if self.zone else (),
            priority=self.priority,
            assignee={ME: viewer.email, NONE: NOBODY}.get(self.who, self.who),
            words=self.words,
            is_overdue=bool(self.overdue),
            is_reopened=bool(self.reopened),
            sort=self.order,
            priorities=tuple(entry.code for entry in catalogue.priorities.entries),
            cursor=cursor,
            limit=LINES,
        )


def parse_filter(given: Mapping[str, str], catalogue: Catalogue) -> QueueFilter:
    """Return the filter that an address names; what makes no sense does not filter."""

    def one_of(name: str, allowed: set[str]) -> str:
        value = given.get(name, "")
        return value if value in allowed else ""

    def line(name: str) -> str:
        return " ".join(given.get(name, "").split())[:_LONGEST]

    chosen = QueueFilter(
        status=one_of("status", {*Status, ALL}),
        who=line("who"),
        module=one_of("module", _codes(catalogue.modules)),
        zone=line("zone"),
        priority=one_of("priority", _codes(catalogue.priorities)),
        overdue=one_of("overdue", {_YES}),
        reopened=one_of("reopened", {_YES}),
        words=line("words"),
        sort=one_of("sort", {sort.value for sort in SORTS} - {Sort.DUE.value}),
    )
    # Of what is settled nothing is due, and sorting all that ever came would take long.
    is_short = chosen.status not in _LONG or chosen.order in {Sort.NEWEST, Sort.OLDEST}
    return chosen if is_short else replace(chosen, sort=Sort.NEWEST.value)


def parse_query(query: str, catalogue: Catalogue) -> QueueFilter:
    """Return the filter of an address as it was kept."""
    return parse_filter(dict(parse_qsl(query)), catalogue)


def _codes(choices: Choices) -> set[str]:
    return {entry.code for entry in choices.entries}
