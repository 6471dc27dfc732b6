"""What goes over the wire, at full size: attacks on TLS, headers that try to be commands, answers that are lost."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from mailbot.adapters.imap import ImapAccount, ImapMailbox
from mailbot.adapters.store.engine import open_engine
from mailbot.adapters.store.tables import metadata
from tests.adapters.test_transport_security import ATTACKS, attack_once, certificates
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.torture.copies import find_states, lose_answers, write_nothing_for_a_day
from tests.torture.hostile_headers import find_foreign_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

    from tests.servers.certificates import Certificate

__all__ = ["certificates"]


ATTEMPTS = int(os.environ.get("TORTURE_ATTACKS", "25"))
HOSTILE = int(os.environ.get("TORTURE_HOSTILE", "10000"))
LETTERS = int(os.environ.get("TORTURE_LETTERS", "1000"))
SEED = int(os.environ.get("TORTURE_SEED", "1"))
AT_ONCE = 500


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Open a database with all tables."""
    engine = open_engine(database_url)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def tell(capsys: pytest.CaptureFixture[str], words: str) -> None:
    """Print a figure for docs/guarantees.md."""
    with capsys.disabled():
        sys.stdout.write(f"\n{words}\n")


@pytest.mark.parametrize("protocol", ["imap", "smtp"])
def test_every_attack_on_tls_is_refused(
    protocol: str,
    certificates: dict[str, Certificate],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Stripped, wrong name, expired, self-signed; with STARTTLS and with TLS from the beginning."""
    refused = 0
    for attack in ATTACKS:
        for number in range(ATTEMPTS):
            attack_once(attack, protocol, ("starttls", "tls")[number % 2], certificates)
            refused += 1
    tell(capsys, f"{protocol}: {refused} of {refused} attacks on TLS refused, 0 secrets sent")


def test_no_byte_of_ten_thousand_senders_is_in_a_command(mailbox_user: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Hostile Message-IDs, subjects and senders, a mailbox of 500 after the other."""
    foreign: list[bytes] = []
    with Dovecot(tls=False) as server:
        for batch in range(-(-HOSTILE // AT_ONCE)):
            user, opened = f"{batch}.{mailbox_user}", []

            def open_mailbox(port: int, user: str = user, opened: list[ImapMailbox] = opened) -> ImapMailbox:
                account = ImapAccount(host="127.0.0.1", port=port, security="none", username=user, password=PASSWORD)
                opened.append(ImapMailbox(account))
                return opened[0]

            foreign += find_foreign_words(server, user, open_mailbox, AT_ONCE, SEED + batch)
            opened[0].close()
    tell(capsys, f"{HOSTILE} hostile mails read and filed: {len(foreign)} lines on the wire that are not ours")
    assert foreign == []


def test_copies_of_a_thousand_letters(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """One answer in twenty is lost after the letter was taken over."""
    copies = lose_answers(engine, LETTERS, share=0.05, seed=SEED)
    extra, most = copies.total() - LETTERS, max(copies.values())
    tell(capsys, f"{engine.dialect.name}, {LETTERS} letters, 5 % of the answers lost: {extra} copies, {most} of one")
    assert len(copies) == LETTERS
    assert extra <= LETTERS * 0.06
    assert most <= 4


def test_copies_when_nothing_can_be_written_down(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """Every settlement fails for a day."""
    copies = write_nothing_for_a_day(engine, 50)
    tell(capsys, f"{engine.dialect.name}, no settlement written for 24 h: at most {max(copies.values())} of one letter")
    assert max(copies.values()) <= 8
    assert find_states(engine) == {"failed": 50}
