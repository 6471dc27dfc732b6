"""The file store: what it kept is on the disk, whole, under a name that no stranger chose."""

from __future__ import annotations

import errno
import hashlib
import os
import resource
import signal
import stat
from pathlib import Path

import pytest

from mailbot.adapters import files
from mailbot.adapters.files import FileStore
from mailbot.domain.errors import UnreadableMailError, WorldError

MAIL = "Subject: जीएसटीआर-3बी\r\n\r\nपोर्टल नहीं खुल रहा।\r\n".encode()
NAME = hashlib.sha256(MAIL).hexdigest()


@pytest.fixture
def store(tmp_path):
    """Return a store in a folder that does not exist yet."""
    return FileStore(tmp_path / "data" / "files", minimum_free=0)


@pytest.fixture
def steps(monkeypatch):
    """Return the list of what is done to the disk, in order, with the name of the file or folder."""
    done = []

    def name_of(descriptor):
        return Path(f"/proc/self/fd/{descriptor}").readlink()

    def fsync(descriptor, _real=os.fsync):
        done.append(("fsync", name_of(descriptor)))
        _real(descriptor)

    def rename(path, target, _real=Path.rename):
        done.append(("rename", Path(target)))
        return _real(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "rename", rename)
    return done


def everything_in(folder):
    """Return all files below a folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


def test_bytes_come_back_as_they_were(store):
    """The name is the SHA-256 of the bytes."""
    assert store.keep(MAIL) == NAME
    assert store.find(NAME) == MAIL
    assert store.path(NAME) == store.folder / NAME[:2] / NAME


@pytest.mark.parametrize("data", [b"", b"\x00" * 10, os.urandom(300_000)])
def test_any_bytes_can_be_kept(store, data):
    """Also none at all."""
    assert store.find(store.keep(data)) == data


def test_keeping_twice_keeps_once(store):
    """The same screenshot of fifty officers takes the space of one."""
    store.keep(MAIL)
    before = store.path(NAME).stat().st_ino
    assert store.keep(MAIL) == NAME
    assert len(everything_in(store.folder)) == 1
    assert store.path(NAME).stat().st_ino == before


def test_nobody_else_may_read_it(store):
    """Mails are private: files 0600, folders 0700."""
    store.keep(MAIL)
    assert stat.S_IMODE(store.path(NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE(store.path(NAME).parent.stat().st_mode) == 0o700


def test_the_order_that_survives_a_power_cut(store, steps):
    """The bytes are on the disk before the file has its name, and the name before keep() returns."""
    store.keep(MAIL)
    shelf = store.folder / NAME[:2]
    kinds = [kind for kind, _ in steps]
    assert steps[0] == ("fsync", store.folder)
    assert kinds == ["fsync", "fsync", "rename", "fsync"]
    assert steps[1][1].parent == shelf
    assert steps[1][1].name.startswith(".new-")
    assert steps[2:] == [("rename", shelf / NAME), ("fsync", shelf)]


def test_a_file_that_is_there_already_gets_its_name_secured(store, steps):
    """The program that wrote it may have died before the folder was on the disk."""
    store.keep(MAIL)
    steps.clear()
    store.keep(MAIL)
    assert steps == [("fsync", store.folder / NAME[:2])]


@pytest.mark.parametrize("failing", ["fsync", "rename"])
def test_a_half_written_file_is_never_visible(store, monkeypatch, failing):
    """Whatever fails on the way, there is neither a file of that name nor a rest of it."""
    store.keep(b"another mail")

    def fail(*_):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(*((os, "fsync") if failing == "fsync" else (Path, "rename")), fail)
    with pytest.raises(WorldError, match="Input/output error"):
        store.keep(MAIL)
    assert not store.path(NAME).exists()
    assert len(everything_in(store.folder)) == 1


def test_being_stopped_in_the_middle_leaves_nothing(store, monkeypatch):
    """Ctrl-C between writing and renaming."""
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(KeyboardInterrupt))
    monkeypatch.setattr(files, "flush_folder", lambda _: None)
    with pytest.raises(KeyboardInterrupt):
        store.keep(MAIL)
    assert everything_in(store.folder) == []


@pytest.fixture
def no_space():
    """Let no file of this process grow beyond 64 kB, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.usefixtures("no_space")
def test_a_full_disk_loses_nothing(store):
    """The file that does not fit is not there in part, the sentence says that the mail waits, small ones still fit."""
    large = os.urandom(200_000)
    with pytest.raises(WorldError, match="Nothing is lost: the mail waits"):
        store.keep(large)
    assert everything_in(store.folder) == []
    assert store.find(store.keep(MAIL)) == MAIL


def test_a_folder_in_which_nobody_may_write_is_a_sentence(tmp_path):
    """A file stands where the folder should be; the path and the reason are named."""
    (tmp_path / "files").write_text("")
    store = FileStore(tmp_path / "files", minimum_free=0)
    for work in (lambda: store.keep(MAIL), lambda: store.find(NAME), store.has_room):
        with pytest.raises(WorldError, match=str(tmp_path / "files")):
            work()


@pytest.mark.parametrize(
    "name",
    ["", "..", "../../etc/passwd", "/etc/passwd", NAME.upper(), NAME[:-1], f"{NAME}\n", f"{NAME[:-1]}/",
     f"../{NAME[3:]}", NAME.replace(NAME[0], "०"), f"{NAME}.png", "\x00" * 64],
)  # fmt: skip
def test_only_a_sha256_is_a_name(store, name):
    """No word of a mail ever reaches the disk as a path."""
    for work in (store.path, store.find):
        with pytest.raises(ValueError, match="64 hexadecimal digits"):
            work(name)


def test_a_file_that_is_gone_concerns_its_mail_alone(store):
    """Name and folder are given, to look for it; the other mails go on."""
    store.keep(b"another file")
    with pytest.raises(UnreadableMailError, match=f"{NAME} is no longer in {store.folder}"):
        store.find(NAME)


def test_a_folder_that_is_gone_stops_everything(tmp_path):
    """A disk that is not mounted must not send every mail into the quarantine."""
    with pytest.raises(WorldError, match=r"is gone\. Bring it back"):
        FileStore(tmp_path / "nowhere", 0).find(NAME)


@pytest.mark.parametrize(("wanted", "expected"), [(0, True), (10**18, False)])
def test_room_is_what_the_settings_ask_for(tmp_path, wanted, expected):
    """A disk with less free space takes no new mail."""
    assert FileStore(tmp_path / "files", wanted).has_room() is expected
