"""`mailbot init`: a settings file without a secret, and the password in a file of its own."""

from __future__ import annotations

import stat
import tomllib

import pytest

from mailbot.settings import load_settings

ANSWERS = (
    "--address", "support@tax.up.example", "--imap-host", "imap.gmail.com", "--smtp-host", "smtp.gmail.com",
    "--username", "support@tax.up.example", "--folder", "INBOX", "--start-date", "2026-11-01",
)  # fmt: skip
PASSWORD = "abcd efgh ijkl mnop"


def init(mailbot, *more, password=PASSWORD):
    """Answer everything on the command line but the password."""
    return mailbot("init", *ANSWERS, "--no-test", *more, stdin=f"{password}\n".encode())


@pytest.fixture(autouse=True)
def typed_password(monkeypatch):
    """Type the password where a terminal hides it."""
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _prompt: PASSWORD)


def test_the_settings_hold_no_secret(mailbot, tmp_path):
    """The password lies beside them, for its owner's eyes only, and is found there."""
    done = init(mailbot)
    assert (done.code, done.err) == (0, "")
    settings, secret = tmp_path / "settings.toml", tmp_path / "mailbot-password"
    assert PASSWORD not in settings.read_text() + done.out
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    loaded = load_settings(settings)
    assert (loaded.imap_password, loaded.smtp_password) == (PASSWORD, PASSWORD)
    assert (loaded.desk.address, loaded.imap.host, loaded.smtp.port) == (
        "support@tax.up.example",
        "imap.gmail.com",
        465,
    )
    assert f"{loaded.imap.start_date}" == "2026-11-01"
    assert "mailbot migrate" in done.out


def test_only_what_differs_is_written(mailbot, tmp_path):
    """The other settings keep their defaults, also after an update of mailbot."""
    init(mailbot)
    written = tomllib.loads((tmp_path / "settings.toml").read_text())
    assert set(written) == {"desk", "imap", "smtp"}
    assert set(written["desk"]) == {"address"}


def test_a_password_from_the_environment_is_written_nowhere(mailbot, tmp_path, monkeypatch):
    """Whoever gives it that way keeps it that way."""
    monkeypatch.setenv("MAILBOT_IMAP__PASSWORD", PASSWORD)
    assert init(mailbot).code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["settings.toml"]
    assert PASSWORD not in (tmp_path / "settings.toml").read_text()
    assert load_settings(tmp_path / "settings.toml").imap_password == PASSWORD


def test_a_login_with_oauth_2_needs_no_password(mailbot, tmp_path, monkeypatch):
    """Nothing is asked for and no password file written; the next step is the login."""
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _prompt: pytest.fail("asked for a password"))
    done = mailbot("init", *ANSWERS, "--oauth2", "google", "--client-id", "4711.apps.googleusercontent.com")
    assert (done.code, done.err) == (0, "")
    assert "Next: mailbot login google" in done.out
    assert [path.name for path in tmp_path.iterdir()] == ["settings.toml"]
    loaded = load_settings(tmp_path / "settings.toml")
    assert (loaded.imap.auth, loaded.smtp.auth, loaded.oauth2.provider) == ("oauth2", "oauth2", "google")
    assert loaded.oauth2.client_id == "4711.apps.googleusercontent.com"


def test_an_existing_file_is_not_overwritten(mailbot, tmp_path):
    """Neither the settings nor the password; with --force both are."""
    (tmp_path / "settings.toml").write_text("# my settings\n")
    done = init(mailbot)
    assert (done.code, (tmp_path / "settings.toml").read_text()) == (1, "# my settings\n")
    assert "overwrite it with --force" in done.err
    assert not (tmp_path / "mailbot-password").exists()
    assert init(mailbot, "--force").code == 0
    assert "imap.gmail.com" in (tmp_path / "settings.toml").read_text()


def test_an_open_password_file_is_closed(mailbot, tmp_path):
    """An old file that everybody could read is replaced, not written into."""
    (tmp_path / "mailbot-password").write_text("old")
    (tmp_path / "mailbot-password").chmod(0o644)
    init(mailbot)
    assert stat.S_IMODE((tmp_path / "mailbot-password").stat().st_mode) == 0o600


def test_answers_are_quoted(mailbot, tmp_path):
    """A folder with quotes, backslashes and Hindi comes back as it was typed."""
    folder = 'Help "desk" \\ सहायता'
    mailbot("init", *ANSWERS, "--no-test", "--folder", folder, stdin=PASSWORD.encode())
    assert load_settings(tmp_path / "settings.toml").imap.folder == folder


def test_what_is_not_given_is_asked_for(mailbot, tmp_path):
    """A person who types nothing but `mailbot init` is led through."""
    answers = "support@tax.up.example\nimap.gmail.com\nsmtp.gmail.com\nsupport@tax.up.example\n\n2026-11-01\n"
    done = mailbot("init", "--no-test", stdin=answers.encode())
    assert done.code == 0
    assert "Address of the help desk" in done.out
    assert load_settings(tmp_path / "settings.toml").imap.folder == "INBOX"


@pytest.mark.parametrize(
    ("option", "value"),
    [("--start-date", "yesterday"), ("--imap-port", "0"), ("--smtp-port", "99999"), ("--imap-security", "ssl")],
)
def test_a_wrong_answer_writes_nothing(mailbot, tmp_path, option, value):
    """Exit code 2, and the option is named."""
    done = init(mailbot, option, value)
    assert done.code == 2
    assert option in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(mailbot):
    """The path and the option that helps."""
    done = init(mailbot, "--file", "nowhere/settings.toml")
    assert done.code == 1
    assert "cannot be written: No such file or directory" in done.err


def test_servers_that_do_not_answer_are_named_and_the_file_stays(mailbot, tmp_path, monkeypatch):
    """Both directions are tried; what went wrong is said, and what to do next."""
    monkeypatch.setenv("MAILBOT_IMAP__PASSWORD", PASSWORD)
    here = ("--imap-host", "127.0.0.1", "--imap-port", "1", "--imap-security", "none")
    there = ("--smtp-host", "127.0.0.1", "--smtp-port", "1", "--smtp-security", "none")
    done = mailbot("init", *ANSWERS, *here, *there)
    assert done.code == 1
    assert "127.0.0.1:1 accepts no connection" in done.out
    assert "`mailbot check` tries the servers any time" in done.err
    assert (tmp_path / "settings.toml").exists()


def test_both_directions_are_tried(mailbot, monkeypatch, dovecot, smtp_server, mailbox_user):
    """A mail to the desk itself goes out and comes in."""
    monkeypatch.setenv("MAILBOT_IMAP__PASSWORD", dovecot.password)
    here = ("--imap-host", dovecot.host, "--imap-port", dovecot.port, "--imap-security", "none")
    there = ("--smtp-host", smtp_server.host, "--smtp-port", smtp_server.port, "--smtp-security", "none")
    names = ("--address", mailbox_user, "--username", mailbox_user)
    monkeypatch.setenv("MAILBOT_SMTP__USERNAME", "")
    done = mailbot("init", *ANSWERS, *names, *here, *there)
    assert (done.code, done.err) == (0, "")
    assert f"a mail to {mailbox_user} came back" in done.out
