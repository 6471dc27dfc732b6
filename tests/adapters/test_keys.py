"""The key of the reply tokens: made once, whole, readable by its owner alone."""

from __future__ import annotations

import os
import stat
import threading

import pytest

from mailbot.adapters.keys import ensure_key_file, make_keys
from mailbot.domain.errors import WorldError
from mailbot.domain.trust import is_valid, make_token


def test_a_key_is_made_when_there_is_none(tmp_path):
    """64 hexadecimal digits, in a folder that is made as well, for nobody else's eyes."""
    path = tmp_path / "data" / "token.key"
    ensure_key_file(path)
    assert len(bytes.fromhex(path.read_text().strip())) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list(path.parent.iterdir()) == [path]


def test_a_key_that_is_there_stays(tmp_path):
    """Another key would make the proof in all letters worthless."""
    path = tmp_path / "token.key"
    ensure_key_file(path)
    before = path.read_text()
    ensure_key_file(path)
    assert path.read_text() == before


def test_two_desks_have_different_keys(tmp_path):
    """Nobody can guess one."""
    ensure_key_file(tmp_path / "a")
    ensure_key_file(tmp_path / "b")
    assert (tmp_path / "a").read_text() != (tmp_path / "b").read_text()


def test_programs_that_start_at_once_agree_on_one_key(tmp_path, monkeypatch):
    """Each one reads a whole key afterwards, and all read the same."""
    path = tmp_path / "token.key"
    start = threading.Barrier(4)
    seen = []
    monkeypatch.setattr(os, "getpid", threading.get_ident)  # four programs, for the name of the unfinished file

    def program():
        start.wait(10)
        ensure_key_file(path)
        seen.append(path.read_text())

    threads = [threading.Thread(target=program) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(seen) == 4
    assert len(set(seen)) == 1
    assert len(seen[0]) == 65
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path):
    """The path and what to look at are named."""
    (tmp_path / "data").write_text("")
    with pytest.raises(WorldError, match=r"data/token\.key: File exists\. Check that the folder exists"):
        ensure_key_file(tmp_path / "data" / "token.key")


def test_a_key_is_never_shown():
    """It proves tokens and stays out of every log."""
    keys = make_keys("a secret of the desk that nobody else knows")
    assert "secret of the desk" not in repr(keys)
    assert is_valid(make_token(keys, "2611000427", "asha@tax.example", "abcdefgh"), keys, "asha@tax.example")
