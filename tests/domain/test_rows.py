"""The check that many tables of these tests go through hides no failure."""

from __future__ import annotations

import pytest

from tests.rows import check_rows


def check_even(number):
    """Fail for an odd number, as an assertion or as any other exception."""
    assert number % 2 == 0, f"{number} is odd"
    if number == 4:
        raise ValueError("four is not wanted")


def test_every_row_that_fails_is_named():
    """All rows are checked, and all that fail are raised together with their names."""
    with pytest.raises(ExceptionGroup, match="3 of 6 rows fail: n1; n3; n4") as raised:
        check_rows([0, 1, 2, 3, 4, 6], check_even, lambda number: f"n{number}")
    assert [type(failure) for failure in raised.value.exceptions] == [AssertionError, AssertionError, ValueError]
    assert raised.value.exceptions[1].__notes__ == ["This is the row: n3"]


def test_rows_that_hold_pass():
    """Nothing is raised when every row holds."""
    check_rows([0, 2, 6], check_even)


def test_an_empty_table_fails():
    """A table that lost its rows is noticed."""
    with pytest.raises(AssertionError, match="without rows"):
        check_rows([], check_even)
