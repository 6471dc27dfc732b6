"""The hand-off of the central software: a token that is good for a minute, and once."""

from __future__ import annotations

import re
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from mailbot.adapters.store.tables_web import handoff_ids, web_sessions
from mailbot.domain.errors import SettingsError
from mailbot.settings import load_settings
from mailbot.settings.web import read_handoff_key
from mailbot.web.handoff import HandOffError, read_handoff
from tests.builders import ASHA
from tests.web.clients import HANDOFF_KEY, START
from tests.web.entry_runs import rows

NOW = int(START.timestamp())
GOOD = {"iss": "central", "aud": "mailbot", "sub": ASHA.employee_id, "iat": NOW, "exp": NOW + 60, "jti": "a1"}
DOCS = Path(__file__).parents[2] / "docs" / "web.md"


def make(key=HANDOFF_KEY, algorithm="HS256", **changes):
    """Return a token; a claim that is None is left out."""
    claims = {name: value for name, value in (GOOD | changes).items() if value is not None}
    return jwt.encode(claims, key, algorithm=algorithm)


def test_an_officer_is_handed_over_once(web, new_client):
    """The address of the menu signs in and leads on; used again, in whatever browser, it does not."""
    client = new_client()
    token = make()
    answer = client.get("/enter", params={"token": token, "next": "/account"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert "From the central software" in client.get("/account").text
    for _ in range(20):
        assert new_client().get("/enter", params={"token": token}).status_code == 403
    assert len(rows(web, web_sessions)) == len(rows(web, handoff_ids)) == 1
    assert client.get("/enter", params={"token": make(jti="a2"), "next": "//evil.example"}).headers["location"] == "/"


OTHERS = (
    {"iss": "other"}, {"aud": "other"}, {"aud": ["other"]}, {"sub": "999999"}, {"sub": ASHA.email}, {"sub": 104872},
    {"exp": NOW + 61}, {"exp": NOW - 10, "iat": NOW - 70}, {"iat": NOW + 11, "exp": NOW + 60}, {"exp": NOW + 10**9},
    {"iat": "now"}, {"exp": True}, {"exp": 10**30}, {"jti": ""}, {"jti": "x" * 201}, {"jti": 7}, {"key": "k" * 40},
    {"algorithm": "HS512"}, {"algorithm": "none", "key": None}, {"iat": float("nan")},
    *({claim: None} for claim in GOOD),
)  # fmt: skip
NONSENSE = ("", "x", "a.b.c", "ü", "x" * 9_000, "..", "eyJhbGciOiJub25lIn0.e30.")


def test_other_tokens_get_nobody_in(web, stranger):
    """Wrong parties, wrong times, wrong keys, missing claims, nonsense: the same page for all, and no session."""
    for changes in (*OTHERS, *NONSENSE):
        token = changes if isinstance(changes, str) else make(**changes)
        answer = stranger.get("/enter", params={"token": token})
        assert answer.status_code == 403, changes
        assert "You are not signed in yet" in answer.text
    assert rows(web, web_sessions) == []


def test_clocks_may_differ_a_little(web):
    """Ten seconds either way, and no more."""
    for at, is_good in ((-11, False), (-10, True), (0, True), (69, True), (70, False)):
        chosen, now = web.settings.web, START.fromtimestamp(NOW + at, START.tzinfo)
        if is_good:
            assert read_handoff(make(), HANDOFF_KEY, chosen, now).employee_id == ASHA.employee_id
        else:
            with pytest.raises(HandOffError, match="too old"):
                read_handoff(make(), HANDOFF_KEY, chosen, now)


def test_without_a_key_nobody_is_handed_over(web):
    """A desk that set none takes no token, not even one that is signed with nothing."""
    with pytest.raises(HandOffError, match="no key"):
        read_handoff(make(algorithm="none", key=None), "", web.settings.web, START)


def write_settings(folder, text):
    """Return settings with these lines in [web]."""
    file = folder / "settings.toml"
    file.write_text(f"[web]\n{text}\n", encoding="utf-8")
    file.chmod(0o600)
    return load_settings(file)


def test_a_key_pair_does_it_too(tmp_path):
    """With EdDSA the desk has the public key only; the public key is no secret that could sign (HS256)."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "public.pem").write_bytes(public)
    lines = 'handoff_algorithm = "EdDSA"\nhandoff_key_file = "public.pem"\nhandoff_issuer = "central"'
    settings = write_settings(tmp_path, lines)
    key = read_handoff_key(settings)
    token = make(private, "EdDSA")
    assert read_handoff(token, key, settings.web, START).employee_id == ASHA.employee_id
    for forged in (make(Ed25519PrivateKey.generate(), "EdDSA"), make("k" * 40)):
        with pytest.raises(HandOffError):
            read_handoff(forged, key, settings.web, START)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ('handoff_key = "short"\nhandoff_issuer = "central"', "shorter than 32 characters"),
        ('handoff_key_file = "none.key"\nhandoff_issuer = "central"', "cannot be read"),
        ('handoff_algorithm = "EdDSA"\nhandoff_key_file = "settings.toml"\nhandoff_issuer = "c"', "no public key"),
        (f'handoff_key = "{HANDOFF_KEY}"', "a hand-off needs handoff_issuer"),
        ('public_url = "http://helpdesk.tax.example"', "write https://"),
        ('public_url = "https://helpdesk.tax.example/desk"', "write the address alone"),
        ('trusted_proxies = ["nginx"]', "address of a machine or a network"),
        ("idle_minutes = 60\nsession_minutes = 30", "idle_minutes is more"),
    ],
    ids=str,
)
def test_settings_that_would_not_be_safe_are_refused(tmp_path, lines, sentence):
    """The sentence names the key and says what to write."""
    with pytest.raises(SettingsError, match=sentence):
        read_handoff_key(write_settings(tmp_path, lines))


def test_the_example_of_the_docs_signs_in(stranger, clock, monkeypatch):
    """The Python of docs/web.md makes an address that works as it stands there, but for the name of who made it."""
    (code,) = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    names = {}
    exec(code.replace("https://erp.tax.example", "central"), names)
    monkeypatch.setattr(names["time"], "time", lambda: clock().timestamp())
    address = names["help_desk_address"](ASHA.employee_id, HANDOFF_KEY)
    answer = stranger.get(address.removeprefix("https://helpdesk.tax.example"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/tickets")
