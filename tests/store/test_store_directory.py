"""The directory of people: imported as a whole, in any order of addresses, or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.adapters.store.directory import count_people, find_addresses, keep_people
from mailbot.adapters.store.engine import reading
from mailbot.adapters.store.people_rows import find_staff
from mailbot.domain.errors import WorldError
from mailbot.domain.people import Language
from tests.builders import ASHA, BHARAT, CHITRA, DEV


def addresses(*people):
    """Return what find_addresses() says of these people."""
    return {person.email: person.employee_id for person in people}


def test_importing_twice_updates(engine):
    """The first import adds, the second one changes, and says which it did."""
    assert keep_people(engine, [ASHA, CHITRA]) == (2, 0)
    moved = replace(CHITRA, office="आईटी अनुभाग, लखनऊ", language=Language.HINDI)
    assert keep_people(engine, [moved, DEV]) == (1, 1)
    with reading(engine) as connection:
        assert find_staff(connection) == (moved, DEV)


def test_people_who_are_not_in_the_list_stay(engine):
    """An import of one office does not remove the others."""
    keep_people(engine, [ASHA, BHARAT])
    keep_people(engine, [CHITRA])
    assert find_addresses(engine) == addresses(ASHA, BHARAT, CHITRA)


def test_two_people_may_swap_their_addresses(engine):
    """Posts move with addresses; both rows change in one import."""
    keep_people(engine, [ASHA, BHARAT])
    keep_people(engine, [replace(ASHA, email=BHARAT.email), replace(BHARAT, email=ASHA.email)])
    assert find_addresses(engine) == {BHARAT.email: ASHA.employee_id, ASHA.email: BHARAT.employee_id}


def test_a_newcomer_may_take_an_address_that_becomes_free(engine):
    """The old owner gets another address in the same import."""
    keep_people(engine, [ASHA])
    keep_people(engine, [replace(BHARAT, email=ASHA.email), replace(ASHA, email="asha.verma@tax.up.example")])
    assert find_addresses(engine)[ASHA.email] == BHARAT.employee_id


def test_an_address_of_somebody_else_rolls_everything_back(engine):
    """Nobody loses an address to a list that does not name them; nothing of the list is kept."""
    keep_people(engine, [ASHA])
    with pytest.raises(WorldError, match="Nothing was imported"):
        keep_people(engine, [CHITRA, replace(BHARAT, email=ASHA.email)])
    assert find_addresses(engine) == addresses(ASHA)


def test_people_are_counted_by_role(engine):
    """`mailbot check` wants to know whether the IT section is there."""
    assert count_people(engine) == {}
    keep_people(engine, [ASHA, BHARAT, CHITRA, DEV])
    assert count_people(engine) == {"officer": 2, "staff": 1, "lead": 1}
