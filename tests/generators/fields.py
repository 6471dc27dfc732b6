"""Labelled lines and tags: employee id, mobile, module and priority in three languages, and numbers that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.generators.case import Case, typed

if TYPE_CHECKING:
    from collections.abc import Iterator

_TEXT = "पोर्टल पर त्रुटि आ रही है।"
_IDS = ("Employee ID: {}", "Emp ID - {}", "employee id {}", "Employee Code: {}", "कर्मचारी आईडी: {}", "EMPLOYEE ID : {}")
_MOBILES = (
    "98390 12345",
    "+91 98390 12345",
    "+91-9839012345",
    "09839012345",
    "91 9839012345",
    "९८३९०१२३४५",
    "+91 (98390) 12345",
    "98390-12345",
    "0 98390 12345",
)
_LABELS = ("Mobile: {}", "Mobile No: {}", "Mobile No. {}", "Phone: {}", "Mob: {}", "मोबाइल: {}", "मोबाइल नंबर: {}")
_NO_IDS = (
    "PIN 226001",
    "Amount: 123456",
    "GSTIN 09ABCDE1234F1Z5",
    "ARN AA0911260012345",
    "Rs. 250000 paid",
    "OTP 445566",
    "Order 2026-118822",
)
_PRIORITIES = {"Priority: High": "high", "प्राथमिकता: उच्च": "high", "Priority: Low": "low", "Priority: Normal": "normal"}


def fields() -> Iterator[Case]:
    """Yield labelled lines in front of a text, and numbers that look like an id and are none."""
    for label in _IDS:
        for written in ("123456", "१२३४५६"):
            yield _case(f"{label.format(written)}", {"employee_id": "123456"})
    for label in _LABELS:
        yield _case(label.format("9839012345"), {"mobile": "+919839012345"})
    for written in _MOBILES:
        yield _case(f"Mobile: {written}", {"mobile": "+919839012345"})
    for line in _NO_IDS:
        yield _case(line, {"employee_id": None, "mobile": None})
    for line, priority in _PRIORITIES.items():
        yield _case(line, {"priority": priority})


def _case(line: str, expected: dict[str, object]) -> Case:
    return Case(f"line {line!r}", typed(f"{line}\n\n{_TEXT}\n", encoding="base64", Subject="Portal"), expected)
