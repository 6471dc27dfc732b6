"""The key of the reply tokens: made once, whole, readable by its owner alone."""

from __future__ import annotations

import os
import stat
import threading
from datetime import UTC, datetime, timedelta

import pytest

from mailbot.adapters.durable import write_private
from mailbot.adapters.keys import KeyFollower, ensure_key_file, find_key_file, load_keys, make_keys, rotate_key_file
from mailbot.domain.errors import WorldError
from mailbot.domain.token_keys import live_keys, parse_keys
from mailbot.domain.trust import is_valid, make_token
from mailbot.settings import load_settings

START = datetime(2026, 11, 24, tzinfo=UTC)


def settings_in(folder):
    """Return settings whose data lies in a folder."""
    path = folder / "settings.toml"
    path.write_text('[storage]\nfolder = "data"\n', encoding="utf-8")
    return load_settings(path)


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


def test_a_rotation_keeps_the_key_before_it(tmp_path):
    """New tokens carry the new key, those of the old one count on, those of the one before that no longer."""
    path = tmp_path / "token.key"
    ensure_key_file(path)
    tokens = []
    for day in (0, 100, 200):
        keys = live_keys(parse_keys(path.read_text()), START + timedelta(days=day))
        tokens.append(make_token(keys, "2611000427", "asha@tax.example", "abcdefgh"))
        rotate_key_file(path, START + timedelta(days=day))
    assert [token.key_id for token in tokens] == ["k1", "k2", "k3"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]
    for day, valid in ((200, [False, False, True]), (599, [False, False, True]), (600, [False, False, False])):
        keys = live_keys(parse_keys(path.read_text()), START + timedelta(days=day))
        assert keys.current == "k4"
        assert [is_valid(token, keys, "asha@tax.example") for token in tokens] == valid, day


def test_a_running_desk_follows_its_keys(tmp_path, caplog):
    """Whoever holds the keys sees a rotation at the next look, and that a key ends; no object is replaced."""
    caplog.set_level("INFO")
    settings = settings_in(tmp_path)
    clock, path = [START], find_key_file(settings)
    held = load_keys(settings)
    follower = KeyFollower(settings, path, held, lambda: clock[0])
    old = make_token(held, "2611000427", "asha@tax.example", "abcdefgh")
    follower.follow()
    assert (held.current, caplog.messages) == ("k1", [])
    rotate_key_file(path, START)
    follower.follow()
    new = make_token(held, "2611000427", "asha@tax.example", "abcdefgh")
    assert (new.key_id, [is_valid(token, held, "asha@tax.example") for token in (old, new)]) == ("k2", [True, True])
    assert "ids=['k1', 'k2']" in caplog.messages[-1]
    clock[0] = START + timedelta(days=400)
    follower.follow()
    assert [is_valid(token, held, "asha@tax.example") for token in (old, new)] == [False, True]


@pytest.mark.parametrize("damage", ["gone", "short", "twice"])
def test_a_key_file_that_is_no_good_changes_nothing_in_a_running_desk(tmp_path, caplog, damage):
    """A file that is gone, cut or has one name twice is told once; the desk works on with the keys that it has."""
    settings = settings_in(tmp_path)
    path = find_key_file(settings)
    held = load_keys(settings)
    token = make_token(held, "2611000427", "asha@tax.example", "abcdefgh")
    secret = path.read_text()
    path.unlink()
    if damage != "gone":
        write_private(path, "short\n" if damage == "short" else secret + secret)
    follower = KeyFollower(settings, path, held, lambda: START)
    follower.follow()
    follower.follow()
    assert (held.current, is_valid(token, held, "asha@tax.example"), len(caplog.messages)) == ("k1", True, 1)
    assert path.exists() == (damage != "gone")
    path.unlink(missing_ok=True)
    write_private(path, secret)
    rotate_key_file(path, START)
    follower.follow()
    assert held.current == "k2"


def test_a_rotation_that_fails_leaves_the_old_keys(tmp_path, monkeypatch):
    """A power cut before the new file is in place, and a file that holds no keys: the old one stays to the byte."""
    path = tmp_path / "token.key"
    ensure_key_file(path)
    before = path.read_bytes()

    def cut(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", cut)
        with pytest.raises(WorldError, match="No space left on device"):
            rotate_key_file(path, START)
    assert (path.read_bytes(), list(tmp_path.iterdir())) == (before, [path])
    path.write_text(f"k2 2026-11-24T00:00:00+00:00 {'a' * 64}\nk2 2026-10-24T00:00:00+00:00 {'b' * 64}\n")
    with pytest.raises(ValueError, match="two keys have the same name"):
        rotate_key_file(path, START)


def test_two_rotations_at_once_wait_for_each_other(tmp_path, monkeypatch):
    """Each one makes a key of its own, and the file holds the last two."""
    path = tmp_path / "token.key"
    ensure_key_file(path)
    monkeypatch.setattr(os, "getpid", threading.get_ident)
    threads = [threading.Thread(target=rotate_key_file, args=(path, START)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert [key.id for key in parse_keys(path.read_text())] == ["k5", "k4"]
