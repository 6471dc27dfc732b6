"""TLS is always verified: whoever stands between the desk and its servers gets no byte of a password or of a mail."""

from __future__ import annotations

import base64
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from mailbot.adapters.imap import ImapAccount, ImapMailbox
from mailbot.adapters.smtp import SmtpAccount, SmtpPost
from mailbot.deliver import Outgoing, Result
from mailbot.domain.errors import WorldError
from tests.servers.certificates import Certificate, make_certificate
from tests.servers.proxy import Proxy
from tests.servers.scripted_imap import ScriptedImap
from tests.servers.smtp_server import SmtpServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DESK, SECRET = "support@tax.example", "gst-Pass-7391"
LETTER = Outgoing(1, "", "asha.verma@tax.example", b"Subject: x\r\n\r\nA private line.\r\n", 1, 0, datetime.now(UTC))
# What must never travel: the password, and what is made of it for AUTH PLAIN and AUTH LOGIN.
PLAIN = base64.b64encode(f"\0{DESK}\0{SECRET}".encode())
SECRETS = (SECRET.encode(), PLAIN, base64.b64encode(SECRET.encode()), b"A private line")
# Before TLS these are said, and nothing else.
HARMLESS = {"CAPABILITY", "STARTTLS", "EHLO", "HELO", "QUIT", "LOGOUT"}
ATTACKS = ("stripped", "wrong name", "expired", "self-signed")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Certificate]:
    """Return what the servers show; the desk trusts the authority of each but that of "self-signed"."""

    def make(**how: Any) -> Certificate:
        return make_certificate(tmp_path_factory.mktemp("certificate"), **how)

    made = {
        "good": make(),
        "wrong name": make(names="DNS:mail.other.example,IP:127.0.0.2"),
        "expired": make(days=-1),
        "self-signed": make(),
    }
    return made | {"stripped": made["good"]}


def find_trusted(attack: str, certificates: dict[str, Certificate]) -> Path:
    """Return the file with the authority that the desk trusts."""
    return certificates["good" if attack == "self-signed" else attack].ca_file


@contextmanager
def imap_server(security: str, attack: str, certificates: dict[str, Certificate]) -> Iterator[ScriptedImap]:
    """Give a mailbox server under this attack; one that is stripped offers no TLS."""
    stripped = attack == "stripped"
    offered = "" if stripped or security == "tls" else "STARTTLS"
    how = {} if stripped else {"security": security, "certificate": certificates[attack]}
    with ScriptedImap(f"{offered} AUTH=PLAIN SASL-IR", {}, **how) as server:  # type: ignore[arg-type]
        yield server


@contextmanager
def smtp_server(security: str, attack: str, certificates: dict[str, Certificate]) -> Iterator[SmtpServer]:
    """Give a server for the way out under this attack."""
    how = {} if attack == "stripped" else {"security": security, "certificate": certificates[attack]}
    with SmtpServer(username=DESK, **how) as server:  # type: ignore[arg-type]
        yield server


def try_to_read(port: int, security: str, ca_file: Path) -> str:
    """Read a mailbox and return the sentence of the refusal, or nothing when it was read."""
    account = ImapAccount(
        host="127.0.0.1", port=port, security=security, ca_file=str(ca_file),  # type: ignore[arg-type]
        username=DESK, password=SECRET,
    )  # fmt: skip
    mailbox = ImapMailbox(account)
    try:
        mailbox.select()
    except WorldError as error:
        return str(error)
    finally:
        mailbox.close()
    return ""


def try_to_send(port: int, security: str, ca_file: Path) -> str:
    """Send a letter and return the sentence of the refusal, or nothing when it was sent."""
    account = SmtpAccount(
        host="127.0.0.1", port=port, security=security, ca_file=str(ca_file), sender=DESK,  # type: ignore[arg-type]
        username=DESK, password=SECRET,
    )  # fmt: skip
    post = SmtpPost(account)
    try:
        (receipt,) = post.send([LETTER])
    finally:
        post.close()
    return "" if receipt.result is Result.SENT else receipt.answer


def attack_once(attack: str, protocol: str, security: str, certificates: dict[str, Certificate]) -> None:
    """Try to read or send under an attack, and check that it is refused before anything private is said."""
    serve, attempt = (imap_server, try_to_read) if protocol == "imap" else (smtp_server, try_to_send)
    with serve(security, attack, certificates) as server, Proxy(server.port, listening=True) as proxy:
        refusal = attempt(proxy.port, security, find_trusted(attack, certificates))
        sent = bytes(proxy.sent)
    assert refusal, f"{attack}, {protocol}, {security}: not refused"
    said = server.heard if isinstance(server, ScriptedImap) else server.commands
    assert {words.split()[0] for words in said} <= HARMLESS, said
    assert [secret for secret in SECRETS if secret in sent] == []
    assert SECRET not in refusal


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("protocol", ["imap", "smtp"])
def test_no_attack_on_the_way_is_trusted(protocol, security, certificates):
    """Stripped TLS, another name, an expired and an unknown certificate: refused, and no secret left this machine."""
    for attack in ATTACKS:
        attack_once(attack, protocol, security, certificates)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_the_right_certificate_is_accepted(security, certificates):
    """The same servers with the right certificate are used, so the test above refuses for the right reason."""
    with imap_server(security, "good", certificates) as server:
        assert try_to_read(server.port, security, certificates["good"].ca_file) == ""
        assert any(words.startswith("AUTHENTICATE PLAIN") for words in server.heard)
    with smtp_server(security, "good", certificates) as server:
        server.right_password = SECRET
        assert try_to_send(server.port, security, certificates["good"].ca_file) == ""


def test_what_follows_starttls_in_plain_text_is_an_attack(certificates):
    """Words that somebody put behind the answer to STARTTLS (CVE-2011-0411) end the connection before the password."""
    injected = b"{tag} OK begin TLS\r\n* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n"
    with ScriptedImap("STARTTLS", {"STARTTLS": [injected]}) as server:
        refusal = try_to_read(server.port, "starttls", certificates["good"].ca_file)
        assert "more than its answer" in refusal
        assert {words.split()[0] for words in server.heard} <= HARMLESS
