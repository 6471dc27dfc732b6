"""The real worker under a supervisor: it says when it is ready and when it stops, and its unit shuts it in."""

from __future__ import annotations

import configparser
import re
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

UNITS = sorted((Path(__file__).parents[2] / "packaging" / "systemd").glob("*.service"))
# What keeps a program that reads mail of strangers away from everything else.
SHUT = {
    "ProtectSystem": "strict",
    "ProtectHome": "true",
    "PrivateTmp": "true",
    "PrivateDevices": "true",
    "NoNewPrivileges": "true",
    "CapabilityBoundingSet": "",
    "MemoryDenyWriteExecute": "true",
    "RestrictNamespaces": "true",
    "RestrictAddressFamilies": "AF_INET AF_INET6 AF_UNIX",
    "SystemCallArchitectures": "native",
    "ReadOnlyPaths": "/etc/mailbot /opt/mailbot",
    "LimitCORE": "0",
    "UMask": "0077",
    "User": "mailbot",
}
HIGHEST_EXPOSURE = 2.0


def test_the_supervisor_hears_when_the_worker_is_ready_and_when_it_stops(office, tmp_path):
    """READY=1 comes when it reads the mailbox, STOPPING=1 when it was asked to stop."""
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(path))
        listener.settimeout(20)
        with office.at_work(NOTIFY_SOCKET=str(path)) as worker:
            assert listener.recv(100) == b"READY=1"
            assert worker.stop() == 0
        assert listener.recv(100) == b"STOPPING=1"


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_the_units_shut_the_program_in(unit):
    """Neither program nor settings can be written by it, and systemd counts an exposure of at most 2.0."""
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str
    parser.read_string(unit.read_text(encoding="utf-8"))
    assert {key: parser["Service"][key] for key in SHUT} == SHUT
    if tool := shutil.which("systemd-analyze"):
        command = [tool, "security", "--offline=true", "--no-pager", str(unit)]
        said = subprocess.run(command, capture_output=True, check=True, text=True, timeout=60).stdout
        exposure = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)
        assert exposure
        assert float(exposure.group(1)) <= HIGHEST_EXPOSURE
