"""Many rows of a table checked by one test, which names every row that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TypeVar

    Row = TypeVar("Row")


def check_rows(rows: Iterable[Row], check: Callable[[Row], None], name: Callable[[Row], str] = str) -> None:
    """Check all rows, also after one has failed; raise all failures together, each with the name of its row."""
    count, failures, names = 0, [], []
    for row in rows:
        count += 1
        failure = _find_failure(row, check)
        if failure is not None:
            failure.add_note(f"This is the row: {name(row)}")
            failures.append(failure)
            names.append(name(row))
    assert count, "a table without rows proves nothing"
    if failures:
        raise ExceptionGroup(f"{len(failures)} of {count} rows fail: {'; '.join(names)}", failures)


def _find_failure(row: Row, check: Callable[[Row], None]) -> Exception | None:
    try:
        check(row)
    except Exception as failure:  # noqa: BLE001 - raised with the others at the end
        return failure
    return None
