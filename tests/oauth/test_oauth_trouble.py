"""A provider in trouble, and answers, files and addresses that are not believed."""

from __future__ import annotations

import json
import logging
import time
import traceback
from datetime import timedelta

import pytest

from mailbot.adapters.oauth import TokenSource, make_provider
from mailbot.adapters.oauth.asking import ProviderTroubleError, Reply, ask
from mailbot.adapters.oauth.tokens import TokenFile, parse_tokens
from mailbot.domain.errors import SettingsError, WorldError
from tests.oauth.consent import DESK, MORNING, HeardAlarms, log_in, open_source, provider_of
from tests.servers.certificates import make_certificate
from tests.servers.token_provider import (
    CLIENT_SECRET,
    DROP,
    GARBAGE,
    HUGE,
    REDIRECT,
    SLOW,
    TRICKLE,
    TokenProvider,
)

# --- when the provider is in trouble

FAULTS = {
    500: "HTTP 500", 503: "server_error", 429: "HTTP 429", DROP: "failed", GARBAGE: "HTTP 200", HUGE: "more than",
    REDIRECT: "307",
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_trouble_of_the_provider_passes(server, source, clock, fault, caplog):
    """A token that is still good is used meanwhile; after its end it is tried later, and it heals without a person."""
    first = source.find_token()
    server.faults += [fault, fault]
    clock.advance(minutes=50)
    assert source.find_token() == first
    assert FAULTS[fault] in caplog.text
    clock.advance(minutes=20)
    with pytest.raises(ProviderTroubleError):
        source.find_token()
    clock.advance(hours=1)
    assert server.find_user(source.find_token()) == DESK
    assert "alarm" not in caplog.text


def test_a_provider_that_is_down_is_not_hammered(server, source, clock):
    """Asked every five seconds for an hour, the source asks more and more rarely."""
    clock.advance(hours=1)
    server.faults += [500] * 1000
    for _ in range(720):
        with pytest.raises(ProviderTroubleError):
            source.find_token()
        clock.advance(seconds=5)
    assert 5 <= server.count() <= 14


@pytest.mark.parametrize("fault", [SLOW, TRICKLE])
def test_one_exchange_has_an_end(server, fault):
    """A provider that is silent, or sends a byte now and then, is left in time."""
    server.faults.append(fault)
    began = time.monotonic()
    with pytest.raises(ProviderTroubleError):
        ask(server.url("token"), {}, provider_of(server).make_context(), seconds=0.3)
    assert time.monotonic() - began < 0.9


def test_nobody_listens(server, source, clock):
    """A refused connection is trouble of the network."""
    clock.advance(hours=1)
    server.__exit__()
    with pytest.raises(ProviderTroubleError, match=r"The exchange with 127.0.0.1 failed"):
        source.find_token()
    server.__enter__()


def test_the_certificate_is_verified(tmp_path, clock):
    """Nothing is sent to a provider whose certificate is not trusted; one's own authority is named in the settings."""
    certificate = make_certificate(tmp_path)
    with TokenProvider(DESK, clock=clock, certificate=certificate) as server:
        path = tmp_path / "tokens.json"
        log_in(server, path, clock())
        clock.advance(hours=1)
        with pytest.raises(ProviderTroubleError, match=r"cannot be trusted.*oauth2.ca_file"):
            open_source(server, path, clock).find_token()
        assert server.asked == []
        provider = provider_of(server, ca_file=str(certificate.ca_file))
        assert server.find_user(TokenSource(provider, path, DESK, clock, HeardAlarms()).find_token()) == DESK
    with pytest.raises(SettingsError, match=r"oauth2.ca_file is nowhere.pem"):
        make_provider("google", client_id="x", urls={}, ca_file="nowhere.pem").make_context()


def test_no_secret_is_shown_whatever_goes_wrong(server, source, path, clock, caplog):
    """Neither log nor errors nor tracebacks nor reprs hold a token or the client's secret."""
    shown = [repr(source), repr(source.provider), repr(source.look()), str(source.look())]
    with caplog.at_level(logging.DEBUG):
        for fault in (*FAULTS, "revoked", "damaged"):
            clock.advance(hours=2)
            if fault == "revoked":
                server.revoke()  # the provider repeats the refresh token in its answer
            elif fault == "damaged":
                path.write_text(path.read_text()[:-20])
            else:
                server.faults.append(fault)
            with pytest.raises(WorldError) as caught:
                source.find_token()
            shown += ["".join(traceback.format_exception(caught.value)), repr(caught.value)]
    everything = "\n".join([*shown, caplog.text])
    assert "***" in everything
    secrets = [secret for secret in (*server.issued, CLIENT_SECRET) if secret]
    assert len(secrets) > 2
    assert [secret for secret in secrets if secret in everything] == []


# --- what is believed

GOOD = {"access_token": "ya29.a0-b_c~d", "refresh_token": "1//04-x", "expires_in": 3599, "token_type": "bearer"}


def test_only_a_whole_answer_makes_tokens(server):
    """Characters that could break out of a login are refused, as is what is no bearer token; odd times are read."""
    provider = provider_of(server)

    def parse(**changes):
        return parse_tokens(Reply(200, GOOD | changes), provider, MORNING)

    assert parse().expires_at == MORNING + timedelta(seconds=3599)
    for name in ("access_token", "refresh_token"):
        for bad in ("", None, 7, "a b", "a\x01auth=Bearer b", "a\r\nA1 LOGOUT", "é", "x" * 20_000, ["a"]):
            assert parse(**{name: bad}) is None, (name, bad)
    assert parse(token_type="mac") is None
    for odd, seconds in (("3599", 3599), (None, 3600), ("soon", 3600), (-5, 3600), (True, 3600), (1e400, 3600)):
        assert parse(expires_in=odd).expires_at == MORNING + timedelta(seconds=seconds), odd
    assert parse(refresh_token_expires_in=604799).consent_ends_at == MORNING + timedelta(seconds=604799)


def test_an_unusable_file_is_named(source, path):
    """Open to others, damaged, or something else: a sentence with what to do, and the file is left alone."""
    whole = path.read_text()
    path.chmod(0o640)
    with pytest.raises(WorldError, match=r"may be read by others. Run: chmod 600"):
        source.find_token()
    path.chmod(0o600)
    for text in ("", "{", "[]", "null", "{}", whole.replace("access", "secret"), whole.replace("2026-", "then "),
                 json.dumps(json.loads(whole) | {"access_token": "a\x01b"}), "\x00" * 100):  # fmt: skip
        path.write_text(text)
        with pytest.raises(WorldError, match="Remove the file and run `mailbot login` again"):
            source.find_token()
    path.write_text(whole)
    assert source.find_token() == json.loads(whole)["access_token"]
    assert TokenFile(path).find() == source.look()


def test_tokens_never_travel_readable():
    """An address without TLS is refused, unless it is this machine; so is one that is no address."""
    for url in (
        "http://login.example/token", "ftp://login.example", "login.example/token", "https://", "https://a b/",
        "https://u:p@login.example/", "https://login.example:port/", "https://[::1", "https://h/\r\nX: y",
    ):  # fmt: skip
        with pytest.raises(SettingsError, match=r"oauth2.token_url"):
            make_provider("custom", client_id="x", urls={"token_url": url, "device_url": "https://login.example/d"})
    for url in ("http://127.0.0.1:8080/token", "http://[::1]:8080/token", "https://login.example:8443/token?a=b"):
        provider = make_provider("custom", client_id="x", urls={"token_url": url, "device_url": url})
        assert provider.token_url == url


def test_what_is_missing_is_named():
    """Provider, client and addresses; the tenant of Microsoft stands in all its addresses."""
    for name, client, words in (("", "x", "oauth2.provider is not set"), ("google", "", "oauth2.client_id is not set"),
                                ("custom", "x", "oauth2.token_url and one of")):  # fmt: skip
        with pytest.raises(SettingsError, match=words):
            make_provider(name, client_id=client, urls={})
    with pytest.raises(SettingsError, match=r"oauth2.tenant"):
        make_provider("microsoft", client_id="x", tenant="a/b", urls={})
    microsoft = make_provider("microsoft", client_id="x", tenant="tax.example", urls={})
    assert microsoft.device_url == "https://login.microsoftonline.com/tax.example/oauth2/v2.0/devicecode"
    assert "offline_access" in microsoft.scopes
    assert make_provider("google", client_id="x", urls={}).device_url == ""
