"""Whatever bytes come in, there is an answer: a reading, or the sentence that they cannot be read."""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.adapters.reading import ChildReader
from mailbot.domain.errors import UnreadableMailError
from tests.fuzz.read_mail import MEGABYTES, SECONDS, answer, find_seeds, limited, make_desk_of_tests, run
from tests.generators.mutation import LONGEST, mutate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from mailbot.domain.desk import Desk

SEEDS = find_seeds()
SMALL = [raw for raw in SEEDS if len(raw) < 6000]
ANSWERS = {"read", "unreadable"}
JUNK = (
    b"\r\n",
    b"--b",
    b"=?utf-8?b?",
    b"\xff",
    b"\x00",
    b'"',
    b"Content-Type: multipart/mixed; boundary=b",
    b": ",
    b"> ",
)


@pytest.fixture(scope="module")
def desk() -> Desk:
    """Return the desk that understands the mails."""
    return make_desk_of_tests()


@pytest.fixture
def reader() -> Iterator[ChildReader]:
    """Return a reader with the limits that every mail must keep."""
    found = ChildReader(SECONDS, 6.0 * SECONDS, MEGABYTES)
    yield found
    found.close()


def find_problem(reader: ChildReader, raw: bytes) -> str:
    """Return why a mail could not be read, or an empty string."""
    try:
        reader.read(raw, oversized=False)
    except UnreadableMailError as error:
        return str(error)
    return ""


def test_hundreds_of_broken_mails_are_answered(tmp_path: Path) -> None:
    """Nothing escapes and nothing is slow; python -m tests.fuzz.read_mail does the same with any number."""
    found = run(400, seed=7, keep=tmp_path)
    assert found["read"] + found["unreadable"] == 400
    assert found["slowest_ms"] < SECONDS * 1000
    assert list(tmp_path.iterdir()) == []


def test_broken_mails_keep_the_limits_of_the_reading_process(reader: ChildReader) -> None:
    """In the reading process too every mail is read or refused, and never because it was too slow or too large."""
    source = random.Random(11)
    for _ in range(150):
        assert find_problem(reader, mutate(source, SEEDS)) in {
            "",
            "The mail is empty; ask its sender to send it again.",
            "These bytes are no mail: they have no headers and are no text.",
        }


def test_the_same_seed_makes_the_same_mails() -> None:
    """A seed that found something finds it again."""
    first, second = ([mutate(random.Random(seed), SEEDS) for seed in range(30)] for _ in range(2))
    assert first == second
    assert max(map(len, first)) <= LONGEST


@pytest.mark.parametrize(
    "line", [" " * 200, "- " * 100, "* " * 100, "a" + " " * 198 + "b", "a -" * 60, "1 " * 100, ": " * 100]
)
def test_lines_of_odd_characters_are_understood_in_time(desk: Desk, line: str) -> None:
    """Lines that nearly look like a label, as many as a large mail holds, cost no more than other lines."""
    started = time.process_time()
    assert answer(b"From: a@b.example\r\n\r\n" + f"{line}\r\n".encode() * 1500, desk) == "read"
    assert time.process_time() - started < SECONDS / 2


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(SMALL),
    st.integers(0, 6000),
    st.integers(0, 400),
    st.lists(st.sampled_from(JUNK) | st.binary(max_size=20), max_size=6),
)
def test_junk_anywhere_in_a_mail_is_answered(desk: Desk, raw: bytes, place: int, cut: int, junk: list[bytes]) -> None:
    """Whatever replaces a piece of a mail, there is an answer."""
    with limited():
        assert answer(raw[:place] + b"".join(junk) + raw[place + cut :], desk) in ANSWERS


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(
            ("From", "To", "Subject", "Date", "Message-ID", "Content-Type", "References", "Auto-Submitted")
        ),
        st.text(max_size=120)
        | st.sampled_from(("=?utf-8?q?=00?=", "<>", "a@b, ;:", "multipart/report; report-type=x")),
    ),
    st.text(max_size=300),
)
def test_any_headers_with_any_text_are_answered(desk: Desk, headers: dict[str, str], text: str) -> None:
    """Whatever stands in the headers that are understood, there is an answer."""
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    with limited():
        assert answer(f"{head}\r\n{text}".encode("utf-8", "surrogatepass"), desk) in ANSWERS
