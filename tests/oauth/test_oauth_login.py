"""A person's login: by a code in any browser, by a browser on this machine, or by a pasted address."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from mailbot.adapters.oauth import LoginFailedError, LoopbackLogin, start_device_login, wait_for_device
from mailbot.adapters.oauth.loopback import Secrets
from tests.oauth.consent import DESK, MORNING, provider_of
from tests.servers.token_provider import DROP

# --- with a code


def device_login(server, clock):
    """Log in with a code and return the tokens; `clock` sleeps instead of waiting."""
    provider = provider_of(server)
    tls = provider.make_context()
    code = start_device_login(provider, tls, clock())
    assert (code.address, code.user_code) == (server.url("activate"), "GSTR-3BXY")
    assert "device-" not in repr(code)
    return wait_for_device(provider, tls, code, clock, clock.sleep)


def test_a_code_is_waited_for_at_the_pace_of_the_provider(server, clock):
    """Five seconds between questions, five more after each "slow down", twice as many after a silence (RFC 8628)."""
    server.device_errors += ["authorization_pending", "slow_down", "authorization_pending"]
    tokens = device_login(server, clock)
    assert server.find_user(tokens.access_token) == DESK
    (waiting,) = server.pending.values()
    times = [poll - MORNING.timestamp() for poll in waiting.polls]
    assert times == [5, 10, 20, 30]
    assert server.asked[0].form["scope"] == "mail"


def test_trouble_on_the_way_does_not_end_a_login(server, clock):
    """A broken connection and an error of the server are waited out, more slowly."""
    provider = provider_of(server)
    tls = provider.make_context()
    code = start_device_login(provider, tls, clock())
    server.faults += [DROP, 503]
    assert wait_for_device(provider, tls, code, clock, clock.sleep).refresh_token
    assert clock() == MORNING + timedelta(seconds=5 + 10 + 10)


def test_a_login_that_comes_to_nothing_is_explained(server, clock):
    """Declined, too late, or with a client that the provider does not know."""
    for error, words in (("access_denied", "was declined"), ("expired_token", "not typed in time"),
                         ("invalid_client", "Check oauth2.client_id")):  # fmt: skip
        server.device_errors = [error]
        with pytest.raises(LoginFailedError, match=words):
            device_login(server, clock)
    server.device_errors = ["authorization_pending"] * 1000
    with pytest.raises(LoginFailedError, match="Nobody typed the code in time"):
        device_login(server, clock)
    assert clock() < MORNING + timedelta(minutes=16)
    with pytest.raises(LoginFailedError, match=r"gives no code \(invalid_client\)"):
        start_device_login(provider_of(server, client_id="x"), provider_of(server).make_context(), clock())


# --- with a browser


def browse(address):
    """Open a page as a browser does and return its status and text."""
    try:
        with urllib.request.urlopen(address, timeout=5) as page:
            return page.status, page.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_the_challenge_is_that_of_the_standard():
    """RFC 7636, appendix B; each login has secrets of its own, which are not shown."""
    secrets = Secrets(verifier="dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
    assert secrets.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    one, other = Secrets(), Secrets()
    assert (one.state, one.verifier) != (other.state, other.verifier)
    assert len(one.verifier) >= 43
    assert one.verifier not in repr(one)


def test_the_browser_brings_the_code_back(server, clock):
    """Strangers that knock at the port meanwhile are sent away; the page says in both languages that it is done."""
    provider = provider_of(server)
    pages = []

    def person(login):
        pages.append(browse(f"http://127.0.0.1:{login.port}/favicon.ico"))
        pages.append(browse(f"http://127.0.0.1:{login.port}/?code=stolen&state=guessed"))
        pages.append(browse(f"http://127.0.0.1:{login.port}/?code=stolen"))
        pages.append(browse(server.visit(login.address)))

    with LoopbackLogin(provider, DESK) as login:
        visitor = threading.Thread(target=person, args=(login,))
        visitor.start()
        answer = login.wait(10)
        visitor.join(10)
        assert parse_qs(urlsplit(login.address).query)["login_hint"] == [DESK]
        tokens = login.redeem(answer, provider.make_context(), clock())
    assert [status for status, _ in pages] == [404, 404, 404, 200]
    assert "This is done." in pages[-1][1]
    assert "हो गया।" in pages[-1][1]
    assert server.find_user(tokens.access_token) == DESK
    assert answer.code not in repr(answer)


def test_a_browser_that_brings_no_code_is_explained(server, clock):
    """Declined, a page that never comes, and a code that was used by somebody else."""
    provider = provider_of(server)
    tls = provider.make_context()
    with LoopbackLogin(provider, DESK) as login:
        server.declines = True
        with pytest.raises(LoginFailedError, match="was declined"):
            login.redeem(login.read(server.visit(login.address)), tls, clock())
        server.declines = False
        answer = login.read(server.visit(login.address))
        server.pending.clear()
        with pytest.raises(LoginFailedError, match="invalid_grant"):
            login.redeem(answer, tls, clock())
        with pytest.raises(LoginFailedError, match="No browser came back in time"):
            login.wait(0.05)
        assert login.read("https://portal.example/nothing") is None
        with pytest.raises(LoginFailedError, match=r"cannot be used: .*Name another one with --port"):
            LoopbackLogin(provider, DESK, login.port)


def test_a_login_without_a_refresh_token_is_refused(server, clock):
    """It would end within the hour, and nobody would know why."""
    provider = provider_of(server)
    with LoopbackLogin(provider, DESK) as login:
        answer = login.read(server.visit(login.address))
        server.forgets_refresh = True
        with pytest.raises(LoginFailedError, match="gave no refresh token"):
            login.redeem(answer, provider.make_context(), clock())
