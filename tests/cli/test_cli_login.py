"""`mailbot login`, and a desk that works with the tokens it brings."""

from __future__ import annotations

import sys
import threading
import urllib.request
from datetime import UTC, datetime, timedelta

import click
import pytest

from mailbot.adapters.oauth import LoopbackLogin
from mailbot.adapters.store.directory import keep_people
from mailbot.settings import load_settings
from mailbot.upkeep.backup import left_out
from tests.builders import ASHA, CHITRA
from tests.servers.dovecot import Dovecot
from tests.servers.smtp_server import SmtpServer
from tests.servers.token_provider import CLIENT_SECRET, TokenProvider

DESK = "support@tax.example"
SETTINGS = """
[desk]
address = "support@tax.example"

[imap]
host = "127.0.0.1"
port = {imap}
security = "none"
auth = "oauth2"
username = "support@tax.example"
start_date = "2026-11-01"

[smtp]
host = "127.0.0.1"
port = {smtp}
security = "none"
auth = "oauth2"
username = "support@tax.example"

[oauth2]
provider = "custom"
client_id = "desk-client"
token_url = "{base}token"
device_url = "{base}device"
authorize_url = "{base}authorize"

[storage]
folder = "data"
minimum_free_mb = 0
"""
MAIL = (
    b"From: Asha Verma <asha@tax.up.example>\r\nTo: support@tax.example\r\nMessage-ID: <1@tax.up.example>\r\n"
    b"Subject: [Return Filing] GSTR-3B nahi bhar raha\r\n\r\nkripya dekhein\r\n"
)


@pytest.fixture
def provider():
    """Give a provider of tokens that works in real time."""
    with TokenProvider(DESK) as provider:
        provider.interval = 0.01
        yield provider


@pytest.fixture
def servers(provider):
    """Give an IMAP and an SMTP server that ask the provider whose a token is."""
    with (
        Dovecot(tls=False, introspection_url=provider.url("introspect")) as dovecot,
        SmtpServer(username=DESK, find_user=provider.find_user) as smtp,
    ):
        yield dovecot, smtp


@pytest.fixture
def desk(folder, provider, servers, monkeypatch):
    """Return a folder in which everything is set up but the login."""
    dovecot, smtp = servers
    folder.write("settings.toml", SETTINGS.format(imap=dovecot.port, smtp=smtp.port, base=provider.url("")))
    folder.write("client-secret", CLIENT_SECRET + "\n", 0o600)
    folder.change('client_id = "desk-client"', 'client_id = "desk-client"\nclient_secret_file = "client-secret"')
    store = folder.store()
    keep_people(store.engine, [ASHA, CHITRA])
    store.engine.dispose()
    monkeypatch.delenv("MAILBOT_OAUTH2__CLIENT_SECRET", raising=False)
    return folder


def test_a_login_with_a_code_and_a_desk_that_works(desk, provider, servers):
    """The code is printed, the tokens are kept for their owner alone, both logins are tried, and mail flows."""
    dovecot, smtp = servers
    assert any("Nobody has logged in" in line for line in desk.mailbot("check").out.splitlines())
    done = desk.mailbot("login", "custom")
    assert (done.code, done.err) == (0, "")
    for words in (provider.url("activate"), "GSTR-3BXY", "IMAP: ", "SMTP: ", 'accepts the login of "support@', "Next:"):
        assert words in done.out
    kept = desk.path / "data" / "oauth2-tokens.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert not any(secret in done.out for secret in (*provider.issued, CLIENT_SECRET) if secret)
    dovecot.deliver(DESK, MAIL)
    assert desk.mailbot("once").out.startswith("1 mails taken in, 1 handled, ")
    assert {letter.to for letter in smtp.accepted} == {ASHA.email, CHITRA.email}
    assert "good     OAuth 2: The provider gives tokens" in desk.mailbot("check").out


def test_a_login_with_a_browser_here_or_elsewhere(desk, provider, monkeypatch):
    """--loopback waits for the browser; --paste takes the address at which a browser elsewhere ended."""
    wait = LoopbackLogin.wait

    def wait_for_person(login, *seconds):
        person = threading.Thread(target=lambda: urllib.request.urlopen(provider.visit(login.address)).close())
        person.start()
        answer = wait(login, *seconds)
        person.join()
        return answer

    def paste(*_, **__):
        address = next(line for line in sys.stdout.text().splitlines() if line.startswith(provider.url("authorize")))
        return provider.visit(address)

    monkeypatch.setattr(LoopbackLogin, "wait", wait_for_person)
    monkeypatch.setattr(click, "prompt", paste)
    for way in ("--loopback", "--paste"):
        done = desk.mailbot("login", "custom", way)
        assert (done.code, done.err) == (0, "")
        assert "Next: `mailbot check`" in done.out
    monkeypatch.setattr(click, "prompt", lambda *_, **__: "http://127.0.0.1:1/?code=x&state=another")
    done = desk.mailbot("login", "custom", "--paste")
    assert (done.code, "not of this login" in done.err) == (75, True)


def test_check_tells_of_a_consent_that_ends(desk, provider):
    """Days ahead for an app in testing mode; and with what to type when it was withdrawn."""
    provider.consent_days = 7
    assert desk.mailbot("login", "custom").code == 0
    done = desk.mailbot("check")
    day = datetime.now(UTC) + timedelta(days=7)
    assert f'warning  OAuth 2: The consent of "{DESK}" ends on {day:%d.%m.%Y}' in done.out
    assert done.code == 0
    provider.forget_access()
    provider.revoke()
    done = desk.mailbot("check")
    assert done.code == 1
    assert "Run `mailbot login custom`" in done.out
    asked = provider.count()
    done = desk.mailbot("once")
    assert (done.code, "Run `mailbot login custom`" in done.err) == (75, True)
    assert provider.count() == asked
    assert not any(secret in done.err + done.out for secret in provider.issued if secret)


def test_a_login_of_the_wrong_account_is_told_at_once(desk, provider):
    """The tokens are kept, and the sentence says which account has to agree."""
    provider.user = "somebody.else@tax.example"
    done = desk.mailbot("login", "custom", "--device")
    assert done.code == 1
    assert "The consent must be of this very account" in done.out
    assert "the login does not work yet" in done.err


WRONG = {
    "another provider": ({}, ("google",), 'oauth2.provider is "custom". Run `mailbot login custom`.'),
    "no provider": ({"OAUTH2__PROVIDER": ""}, ("google",), "oauth2.provider is not set"),
    "no client": ({"OAUTH2__CLIENT_ID": ""}, ("custom",), "oauth2.client_id is not set"),
    "no use": ({"IMAP__AUTH": "password", "SMTP__AUTH": "password"}, ("custom",), "Neither imap.auth nor smtp.auth"),
    "Google with a code": (
        {"OAUTH2__PROVIDER": "google", "OAUTH2__TOKEN_URL": "", "OAUTH2__DEVICE_URL": "", "OAUTH2__AUTHORIZE_URL": ""},
        ("google", "--device"),
        "Google gives no token for mail with --device. Use --loopback or --paste.",
    ),
    "no page": ({"OAUTH2__AUTHORIZE_URL": ""}, ("custom", "--paste"), "oauth2.authorize_url is not set"),
    "readable": ({"OAUTH2__TOKEN_URL": "http://login.example/t"}, ("custom",), "tokens would travel readable"),
    "an open secret": ({"OAUTH2__CLIENT_SECRET_FILE": "settings.toml"}, ("custom",), "may be read by others"),
    "an unknown way": ({"IMAP__AUTH": "kerberos"}, ("custom",), "imap.auth = 'kerberos'"),
}


def test_what_is_set_wrongly_is_named(desk, provider, monkeypatch):
    """Exit code 78 and a sentence with the key; nobody is asked."""
    for case, (variables, arguments, words) in WRONG.items():
        with monkeypatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(f"MAILBOT_{name}", value)
            done = desk.mailbot("login", *arguments)
        assert (done.code, words in done.err) == (78, True), (case, done.err)
    assert provider.asked == []


def test_each_account_gives_a_consent_of_its_own(desk, provider, servers):
    """A further mailbox has tokens of its own; a folder of the same account has those that are there."""
    dovecot, _ = servers
    evat, file = "evat-support@tax.example", desk.path / "settings.toml"
    tables = f'[mailboxes.evat]\nusername = "{evat}"\nstart_date = "2026-11-01"\nmodule = "VAT cases"\n'
    file.write_text(f"{file.read_text()}{tables}[mailboxes.old]\nusername = '{DESK}'\nfolder = 'Sent'\n")
    assert desk.mailbot("login", "custom").code == 0
    checked = desk.mailbot("check").out
    assert "OAuth 2 (imap): The provider gives tokens" in checked
    assert "OAuth 2 (old): The provider gives tokens" in checked
    assert "OAuth 2 (evat): Nobody has logged in" in checked
    assert "Run `mailbot login custom --mailbox evat`" in checked
    provider.user = evat
    done = desk.mailbot("login", "custom", "--mailbox", "evat")
    assert (done.code, f'accepts the login of "{evat}"' in done.out, "SMTP" in done.out) == (0, True, False), done
    kept = sorted(path.name for path in (desk.path / "data").glob("oauth2-*.json"))
    assert kept == ["oauth2-tokens-evat.json", "oauth2-tokens.json"]
    # This provider knows one user at a time: the consent of the first mailbox is lost, which holds up no other.
    dovecot.deliver(evat, MAIL)
    done = desk.mailbot("once")
    assert (done.code, "consent_lost" in done.err, "the mailbox imap is read later" in done.err) == (75, True, True)
    assert "GSTR-3B nahi bhar raha" in desk.mailbot("ticket", "list").out
    assert {path.name for path in left_out(load_settings(file))} >= set(kept)
    assert desk.mailbot("login", "custom", "--mailbox", "evad").code == 78
