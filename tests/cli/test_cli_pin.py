"""`mailbot check --pin` with Dovecot behind a mail server that writes its own header, and behind ones that do not."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from mailbot.adapters.pin_record import keep_pin, require_pin
from mailbot.domain.errors import SettingsError
from mailbot.settings import load_settings
from tests.header_styles import OWN_SERVER
from tests.servers.smtp_server import SmtpServer

REAL = f"Authentication-Results: {OWN_SERVER}; spf=none smtp.mailfrom=nobody.example; dmarc=fail\r\n"
FORGED = b"Authentication-Results:"


def _above(raw):
    return REAL.encode() + raw


def _instead(raw):
    return REAL.encode() + raw.partition(b"\r\n")[2]


def _of_another_server(raw):
    return REAL.replace(OWN_SERVER, "mx.elsewhere.example").encode() + raw


def _none(raw):
    return raw.partition(b"\r\n")[2]


# What the server on the way does to the headers, the words of the answer, and whether the check passes.
SERVERS = {
    "puts its own above": (_above, "stands below it", True),
    "removes the forged one": (_instead, "was removed", True),
    "leaves the forged one topmost": (lambda raw: raw, "would be believed", False),
    "has another name": (_of_another_server, "another server than trust.authserv_id", False),
    "writes none": (_none, "wrote no Authentication-Results header", False),
}


@pytest.fixture
def desk(folder, dovecot, mailbox_user, monkeypatch):
    """Return a folder whose mailbox is real, and whose own mail server is named."""
    monkeypatch.setenv("MAILBOT_IMAP__PORT", str(dovecot.port))
    monkeypatch.setenv("MAILBOT_IMAP__USERNAME", mailbox_user)
    monkeypatch.setenv("MAILBOT_DESK__ADDRESS", mailbox_user)
    monkeypatch.setenv("MAILBOT_TRUST__PROVIDER", "own")
    monkeypatch.setenv("MAILBOT_TRUST__AUTHSERV_ID", OWN_SERVER)
    folder.write("mailbot-password", dovecot.password, 0o600)
    return folder


@contextmanager
def server_that(dovecot, changes):
    """Run a mail server that changes what it delivers."""
    with SmtpServer(deliver=lambda to, raw: dovecot.deliver(to, changes(raw))) as server:
        yield f"127.0.0.1:{server.port}"


def test_what_stands_topmost_decides(desk, dovecot):
    """Five servers: only where the real header out-ranks the forged one does the check pass."""
    for name, (changes, words, passes) in SERVERS.items():
        with server_that(dovecot, changes) as through:
            done = desk.mailbot("check", "--pin", "--through", through)
        assert words in done.out, (name, done.out, done.err)
        assert (done.code, done.out.split()[0]) == ((0, "good") if passes else (1, "problem")), name


def test_a_mail_sent_by_hand(desk, dovecot, mailbox_user):
    """The first run writes the mail and says where to send it; the second one finds it and keeps the answer."""
    first = desk.mailbot("check", "--pin")
    path = desk.path / "data" / "pin-probe.eml"
    assert (first.code, str(path) in first.out) == (0, True)
    assert "did not arrive" in desk.mailbot("check", "--pin", "--seconds", "0.1").out
    assert path.read_bytes().startswith(FORGED)
    dovecot.deliver(mailbox_user, _above(path.read_bytes()))
    assert desk.mailbot("check", "--pin").out.split()[0] == "good"
    assert not path.exists()


def test_levels_decide_only_behind_a_server_that_passed(desk, monkeypatch):
    """Without a check, after a failed one, and with another server than the one that was checked, nothing starts."""
    monkeypatch.setenv("MAILBOT_TRUST__MODE", "enforce")
    assert (done := desk.mailbot("once")).code == 78
    assert "Run `mailbot check --pin`" in done.err
    settings = load_settings(desk.path / "settings.toml")
    keep_pin(settings, datetime.now(UTC))
    require_pin(settings)
    monkeypatch.setenv("MAILBOT_TRUST__AUTHSERV_ID", "mx.another.example")
    with pytest.raises(SettingsError, match="not proven"):
        require_pin(load_settings(desk.path / "settings.toml"))
    keep_pin(settings, None)
    with pytest.raises(SettingsError, match="not proven"):
        require_pin(settings)


def test_a_check_that_cannot_run_is_a_sentence(desk, monkeypatch):
    """No server answers; a name that is none; no provider is set."""
    assert "did not take the forged mail" in desk.mailbot("check", "--pin", "--through", "127.0.0.1:1").out
    assert "write HOST or HOST:PORT" in desk.mailbot("check", "--pin", "--through", "mx:smtp").out
    monkeypatch.setenv("MAILBOT_TRUST__PROVIDER", "none")
    monkeypatch.setenv("MAILBOT_TRUST__AUTHSERV_ID", "")
    assert "names no server whose word counts" in desk.mailbot("check", "--pin").out


def test_each_mailbox_has_a_pin_of_its_own(desk, dovecot, mailbox_user, monkeypatch):
    """Levels decide only when every mailbox passed, but for one where no server is believed."""
    evat = f"evat-{mailbox_user}"
    for key, value in (("USERNAME", evat), ("ADDRESS", evat), ("PASSWORD", dovecot.password)):
        monkeypatch.setenv(f"MAILBOT_MAILBOXES__EVAT__{key}", value)
    keep_pin(load_settings(desk.path / "settings.toml"), datetime.now(UTC))
    with server_that(dovecot, _of_another_server) as through:
        command = ("check", "--pin", "--mailbox", "evat", "--through", through)
        assert "another server than trust.authserv_id" in desk.mailbot(*command).out
        monkeypatch.setenv("MAILBOT_TRUST__MODE", "enforce")
        assert "mailboxes.evat. Run `mailbot check --pin --mailbox evat`" in desk.mailbot("once").err
        monkeypatch.setenv("MAILBOT_MAILBOXES__EVAT__AUTHSERV_ID", "mx.elsewhere.example")
        assert desk.mailbot(*command).out.split()[0] == "good"
    settings = load_settings(desk.path / "settings.toml")
    require_pin(settings)
    keep_pin(settings, None, "evat")
    with pytest.raises(SettingsError, match=r"mailboxes\.evat"):
        require_pin(settings)
    monkeypatch.delenv("MAILBOT_MAILBOXES__EVAT__AUTHSERV_ID")
    monkeypatch.setenv("MAILBOT_MAILBOXES__EVAT__TRUST_PROVIDER", "none")
    require_pin(load_settings(desk.path / "settings.toml"))
    assert desk.mailbot("check", "--pin", "--mailbox", "evad").code == 78
