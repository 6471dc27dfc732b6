"""The demonstration as a newcomer starts it: one command, a story, exit code 0."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from mailbot.demo.server import DemoError
from mailbot.demo.stage import MARKER, make_folder

if TYPE_CHECKING:
    from pathlib import Path

COMMAND = [sys.executable, "-W", "error::DeprecationWarning:mailbot", "-m", "mailbot", "demo", "--folder"]
NUMBER = re.compile(r"TMS-\d{4}-\d{5}-\d")


def environment():
    """Return the environment, with a setting of a real desk in it that must not reach the demonstration."""
    return {**os.environ, "MAILBOT_DESK__ADDRESS": "real@tax.example", "COLUMNS": "90"}


@pytest.mark.whole
def test_the_whole_demonstration_plays(tmp_path):
    """Eight mails and a form become tickets, the scenes end as they should, and all lies where the last lines say."""
    folder = tmp_path / "demo"
    done = subprocess.run(
        [*COMMAND, str(folder)], capture_output=True, text=True, timeout=150, env=environment(), check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(set(NUMBER.findall(done.stdout))) == 9
    assert "in progress -> resolved" in done.stdout
    told = " ".join(done.stdout.split())
    assert "The forged mail changed nothing. The real Vikram Joshi now has the letter" in told
    assert '"was this you?" to Vikram Joshi' in told
    assert "new -> resolved" in told
    assert "resolved -> in progress" in told
    assert "\x1b" not in done.stdout
    assert "make demo KEEP=1" in done.stdout
    assert (folder / "desk" / "mailbot.db").exists()
    assert len(list((folder / "screenshots").rglob("*.png"))) == 4
    assert list((folder / "letters" / "anita.verma@tax.demo.example").glob("*.eml"))
    assert not (folder / "letters" / "deepak.chauhan@tax.demo.example").exists()
    for name in ("run", "web"):
        assert "Traceback" not in (folder / f"{name}.log").read_text()


@pytest.mark.whole
def test_kept_open_it_ends_with_ctrl_c(tmp_path):
    """With --keep it waits for a person's mails, and Ctrl-C ends it without a complaint."""
    process = subprocess.Popen(
        [*COMMAND, str(tmp_path / "demo"), "--keep"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    watchdog = threading.Timer(180, process.kill)
    watchdog.start()
    with process:
        for line in process.stdout:
            if line.startswith("    IT ") and "sanjay" in line:
                process.send_signal(signal.SIGINT)
                break
        process.stdout.read()
        errors = process.stderr.read()
    watchdog.cancel()
    assert (process.returncode, errors) == (0, "")


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path):
    """Only a folder that a demonstration made is emptied."""
    (tmp_path / "thesis.txt").write_text("ten years of work")
    with pytest.raises(DemoError, match="holds something else"):
        make_folder(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "ten years of work"


def test_a_folder_of_an_earlier_run_is_emptied(tmp_path: Path):
    """A second run begins with nothing from the first."""
    make_folder(tmp_path / "demo")
    (tmp_path / "demo" / "worker.log").write_text("old")
    make_folder(tmp_path / "demo")
    assert [path.name for path in (tmp_path / "demo").iterdir()] == [MARKER]
