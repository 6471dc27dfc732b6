"""Figures for Prometheus: its text format, on this machine only, and an answer also when the database is away."""

from __future__ import annotations

import re
import socket
from datetime import UTC, datetime, timedelta
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from mailbot.adapters.metrics import CONTENT_TYPE, render, serve_metrics
from mailbot.domain.errors import SettingsError, WorldError
from mailbot.domain.health import AlarmLine, PartLine, Queue, Status, WorkerLine

NOON = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
EARLIER = NOON - timedelta(minutes=2)
STATUS = Status(
    at=NOON,
    parts=(
        PartLine("intake", "vm:1", NOON, EARLIER, None, ""),
        PartLine("intake", "vm:2", EARLIER, EARLIER - timedelta(hours=1), None, ""),
        PartLine("remind", "vm:1", NOON, None, NOON, "later"),
    ),
    workers=(WorkerLine("vm:1", NOON, is_alive=True), WorkerLine("vm:2", EARLIER, is_alive=False)),
    alarms=(AlarmLine("disk_full", "The disk is full.", NOON, None),),
    mails=Queue(3, EARLIER),
    letters=Queue(0, None),
    last_mail_at=EARLIER,
    last_letter_at=None,
    letters_sent_today=41,
    quarantined=1,
    undelivered=2,
    newest_mail=1234,
    newest_letter=2345,
    newest_ticket=567,
    canary_sent_at=EARLIER,
    canary_seconds=4.25,
)
HELP = re.compile(r"# HELP ([a-z_]+) \S.*")
TYPE = re.compile(r"# TYPE ([a-z_]+) (gauge|counter)")
SAMPLE = re.compile(r'([a-z_]+)(\{[a-z]+="[a-z0-9_:]+"\})? (-?[0-9]+\.[0-9]{3})')


def parse(page):
    """Read a page as the format demands: HELP, TYPE and samples of one name together, and a line break at its end."""
    assert page.endswith("\n")
    found, name = {}, ""
    for line in page[:-1].split("\n"):
        if about := HELP.fullmatch(line):
            name = about.group(1)
            assert name not in found
            found[name] = {}
        elif kind := TYPE.fullmatch(line):
            assert kind.group(1) == name
            assert (kind.group(2) == "counter") == name.endswith("_total")
        else:
            sample = SAMPLE.fullmatch(line)
            assert sample, line
            assert sample.group(1) == name
            found[name][sample.group(2) or ""] = float(sample.group(3))
    return found


def test_the_page_is_what_prometheus_reads():
    """Every figure has its help, its type and its value; what is not known has no sample."""
    found = parse(render(STATUS))
    assert found["mailbot_mails_waiting"] == {"": 3.0}
    assert found["mailbot_oldest_mail_seconds"] == {"": 120.0}
    assert found["mailbot_oldest_letter_seconds"] == {}
    assert found["mailbot_alarm"] == {'{code="disk_full"}': 1.0}
    assert found["mailbot_success_timestamp_seconds"] == {'{part="intake"}': EARLIER.timestamp()}
    assert found["mailbot_heartbeat_timestamp_seconds"]['{part="intake"}'] == NOON.timestamp()
    assert found["mailbot_worker_heartbeat_timestamp_seconds"]['{worker="vm:2"}'] == EARLIER.timestamp()
    assert found["mailbot_mails_total"] == {"": 1234.0}
    assert found["mailbot_canary_seconds"] == {"": 4.25}
    assert parse(render(None)) == {"mailbot_database_up": {"": 0.0}}


def free_port():
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_the_page_is_served_to_this_machine():
    """One address answers; a database that is away is a figure, not an error; the rest does not exist."""
    port, broken = free_port(), []

    def find():
        if broken:
            raise WorldError("The database cannot be used.")
        return STATUS

    with serve_metrics(port, find):
        with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            assert answer.headers["Content-Type"] == CONTENT_TYPE
            assert answer.read().decode() == render(STATUS)
        broken.append(True)
        with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
            assert answer.read().decode() == render(None)
        with pytest.raises(HTTPError, match=r"404") as refused:
            urlopen(f"http://127.0.0.1:{port}/")
        refused.value.close()
        with pytest.raises(SettingsError, match=r"metrics\.port"), serve_metrics(port, find):
            pass
    with serve_metrics(0, find):
        pass
