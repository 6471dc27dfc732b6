"""Secrets in the settings: from a file or the environment, closed to others, and never shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailbot.domain.errors import SettingsError
from mailbot.settings.secrets import read_secret
from tests.settings.settings_files import load, refused, write

SECRET = "gehaim-4711"

SECRET_FILES = {
    "the password of the mailbox": f'[imap]\npassword = "{SECRET}"',
    "the password for sending": f'[smtp]\npassword = "{SECRET}"',
    "the secret of the desk at its provider": f'[oauth2]\nclient_secret = "{SECRET}"',
    "a password in the wrong place": f'[desk]\npassword = "{SECRET}"',
    "a database address with a password": f'[storage]\ndatabase_url = "postgresql://mailbot:{SECRET}@db/desk"',
    "a password with odd characters": f'[storage]\ndatabase_url = "postgresql://mailbot:x://@{SECRET}@db/desk"',
    "a password among the options": f'[storage]\ndatabase_url = "postgresql://db/desk?user=m&password={SECRET}"',
}


@pytest.mark.parametrize("text", SECRET_FILES.values(), ids=SECRET_FILES)
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_secret_that_others_may_read_is_refused(text, mode):
    """The sentence names the file and the command that helps, never the secret."""
    sentence = refused(text, mode)
    assert "chmod 600" in sentence
    assert SECRET not in sentence


def test_the_secret_at_the_provider_comes_from_a_file_or_the_environment(monkeypatch):
    """Or there is none: not every provider gives one. It is not shown either."""
    assert load("").oauth2_secret == ""
    write(f"{SECRET}\n", name="client-secret")
    settings = load('[oauth2]\nprovider = "google"\nclient_secret_file = "client-secret"')
    assert settings.oauth2_secret == SECRET
    monkeypatch.setenv("MAILBOT_OAUTH2__CLIENT_SECRET", "of the environment")
    settings = load('[oauth2]\nclient_secret_file = "client-secret"')
    assert settings.oauth2_secret == "of the environment"
    assert "of the environment" not in repr(settings) + settings.model_dump_json()


def test_a_secret_that_only_its_owner_may_read_is_accepted():
    """Then the password may stand in the file."""
    assert load(f'[imap]\npassword = "{SECRET}"').imap_password == SECRET


@pytest.mark.parametrize("url", ["postgresql://mailbot@db/desk", "postgresql:///desk", "sqlite:////srv/mailbot.db"])
def test_a_database_address_without_a_password_is_no_secret(url):
    """Such a file may be readable by everybody."""
    assert load(f'[storage]\ndatabase_url = "{url}"', 0o644).database_url == url


def test_secrets_are_never_shown():
    """Neither the settings as a whole nor any part of them prints a password."""
    settings = load(
        f'[imap]\npassword = "{SECRET}"\n[smtp]\npassword = "{SECRET}"\n'
        f'[storage]\ndatabase_url = "postgresql://m:{SECRET}@db/desk"'
    )
    assert settings.imap_password == SECRET
    for shown in (
        repr(settings),
        str(settings),
        repr(settings.imap),
        f"{settings.storage}",
        settings.model_dump_json(),
    ):
        assert SECRET not in shown


@pytest.mark.parametrize(
    "text",
    [
        f'[imap]\npassword = ["{SECRET}"]',
        f'[imap]\npassword = "{SECRET}"\nhost = "mail.example.in"\nsecurity = "none"',
        f'[imap]\npassword = "{SECRET}"\nport = 0',
        f'[storage]\ndatabase_url = ["{SECRET}"]',
        f'[imap]\npasword = "{SECRET}"',
    ],
)
def test_an_error_never_repeats_a_secret(text):
    """Whatever is wrong beside it."""
    assert SECRET not in refused(text)


def test_the_password_comes_from_a_file_beside_the_settings():
    """The name is relative to the settings file; white space around the secret does not count."""
    write(f"{SECRET}\n", name="mailbot-password")
    assert load('[imap]\npassword_file = "mailbot-password"').imap_password == SECRET


def test_the_password_of_the_mailbox_is_used_for_sending_by_the_same_user():
    """One account, one password; another user needs an own one, and no user needs none."""
    base = f'[imap]\nusername = "support"\npassword = "{SECRET}"\n'
    assert load(f'{base}[smtp]\nusername = "support"').smtp_password == SECRET
    assert load(f'{base}[smtp]\nusername = "support"\npassword = "another"').smtp_password == "another"
    assert load(base).smtp_password == ""
    with pytest.raises(SettingsError, match="MAILBOT_SMTP__PASSWORD"):
        assert load(f'{base}[smtp]\nusername = "letters"').smtp_password


def test_a_missing_password_says_where_it_belongs():
    """The variable and the file are named."""
    with pytest.raises(SettingsError, match=r"MAILBOT_IMAP__PASSWORD.*imap\.password_file"):
        assert load("").imap_password


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_password_file_that_others_may_read_is_refused(mode):
    """The command that helps is in the sentence."""
    path = write(SECRET, mode, "mailbot-password")
    with pytest.raises(SettingsError, match=r"may be read by others\. Run: chmod 600") as caught:
        read_secret(path, "imap.password_file")
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(("content", "sentence"), [(b"\n", "is empty"), (b"\xff\xfe\x00", "is no text")])
def test_a_password_file_without_a_password_is_refused(content, sentence):
    """Empty, or not text at all."""
    path = write("", name="mailbot-password")
    path.write_bytes(content)
    with pytest.raises(SettingsError, match=sentence):
        read_secret(path, "imap.password_file")


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_password_file_that_is_not_there_is_named(name):
    """Missing, or a folder: the key and the path are named."""
    with pytest.raises(SettingsError, match=r"imap\.password_file = .* cannot be read"):
        read_secret(Path(name), "imap.password_file")
