"""SIGTERM while a mail server hangs: the program ends in time, and a restart sends at once what was not sent."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from mailbot.adapters.store.tables import letters
from tests.servers.proxy import Proxy
from tests.servers.smtp_server import STALL
from tests.whole.desk import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.whole.desk import Office, Worker

pytestmark = pytest.mark.whole

# What takes a minute in the settings; a quarter of it is what a server gets once the program was asked to stop.
MINUTE = 20
# That quarter, and some seconds for everything that is no server.
PROMISED = MINUTE / 4 + 7


@pytest.fixture
def hurried(make_office: Callable[..., Office]) -> Office:
    """Return an office whose minutes are short, and whose leases outlive the test."""
    office = make_office(lease=120)
    office.set_up_fast()
    settings = office.settings_file.read_text(encoding="utf-8")
    for section in ("[imap]\n", "[smtp]\n"):
        settings = settings.replace(section, f"{section}timeout_seconds = {MINUTE}\n")
    office.settings_file.write_text(settings.replace("poll_seconds = 600", "poll_seconds = 10"), encoding="utf-8")
    return office


def seconds_to_stop(worker: Worker) -> float:
    """Ask the worker to stop, which must be a clean end; return how long it took."""
    began = time.monotonic()
    assert worker.stop() == 0, worker.log()
    return time.monotonic() - began


def count_letters(office: Office, state: str) -> int:
    """Return how many letters are in that state."""
    return int(office.rows_of(select(func.count()).where(letters.c.state == state))[0][0])


def test_a_mailbox_that_answers_nothing_holds_up_no_stop(hurried: Office) -> None:
    """In the middle of a command, and in the middle of opening the connection: the server gets a quarter minute."""
    with Proxy(hurried.dovecot.port) as cable:
        text = hurried.settings_file.read_text(encoding="utf-8")
        text = text.replace(f"port = {hurried.dovecot.port}", f"port = {cable.port}")
        hurried.settings_file.write_text(text, encoding="utf-8")
        with hurried.at_work() as worker:
            hurried.write("rakesh", "Before the hole", "The page stays empty.")
            worker.wait_for_log("handled mail")
            cable.block()
            assert seconds_to_stop(worker) < PROMISED
        with hurried.at_work() as worker:
            assert seconds_to_stop(worker) < PROMISED


def test_letters_that_a_stop_kept_back_go_out_at_the_next_start(hurried: Office) -> None:
    """A server that hangs at any step, with forty letters claimed: the stop is in time, and no lease is waited for."""
    for number in range(20):
        hurried.write("rakesh", f"Problem {number} of the morning", "The page stays empty.")
    hurried.smtp.fail("DATA", STALL, times=2)
    with hurried.at_work() as worker:
        wait_for(lambda: count_letters(hurried, "pending") + count_letters(hurried, "sending") >= 40, "the letters")
        wait_for(lambda: count_letters(hurried, "sending") > 0, "a claim")
        assert seconds_to_stop(worker) < PROMISED
    assert count_letters(hurried, "sending") == 0
    hurried.smtp.heal()
    with hurried.at_work():
        wait_for(lambda: count_letters(hurried, "pending") <= 2, "the letters of the first run", 20)
