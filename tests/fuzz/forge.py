"""Forges mails and reply tokens until one is believed: `python -m tests.fuzz.forge --mails 8000 --tokens 1000000`.

None may be. Each forged mail is written in the header style of each provider and goes from its bytes to the decision;
each token has the right shape and a wrong secret, or belongs to another person or ticket.
"""

from __future__ import annotations

import argparse
import random
import sys
from dataclasses import replace
from string import ascii_lowercase
from typing import TYPE_CHECKING

from mailbot.adapters.keys import make_keys
from mailbot.adapters.reading.message import read_message
from mailbot.domain.authority import Level, find_verdict
from mailbot.domain.decision import Outcome
from mailbot.domain.numbering import number_digits
from mailbot.domain.ticket import Status
from mailbot.domain.trust import Token, TokenKeys, find_tokens, is_valid, make_nonce, make_token, normal_address
from tests.builders import ASHA, BHARAT, CHITRA, NUMBER, OTHER_NUMBER, decide_mail, make_known, make_ticket, the_desk
from tests.generators.forgeries import VICTIM, Forgery, generated
from tests.header_styles import RULES, STYLES

if TYPE_CHECKING:
    from mailbot.domain.decision import Decision
    from mailbot.domain.mail import IncomingMail

_BASE32 = f"{ascii_lowercase}234567"
_MAC = 26


def read(raw: bytes) -> IncomingMail:
    """Return what the reader makes of the bytes of a mail."""
    return read_message(raw, oversized=False).mail


def claims(mail: IncomingMail) -> bool:
    """Tell whether a mail counts as one of the victim's when somebody looks at its sender."""
    return mail.sender is not None and mail.sender_count == 1 and normal_address(mail.sender.address) == VICTIM


def decide_as(mail: IncomingMail, style: str) -> Decision:
    """Return the decision about a mail that seems to answer, as the tables would know its sender."""
    person = CHITRA if claims(mail) else None
    known = make_known(person, make_ticket(Status.IN_PROGRESS), by_token=False)
    return decide_mail(mail, known, replace(the_desk(), trust=RULES[style]))


def accepted(forgery: Forgery, style: str) -> bool:
    """Tell whether a forged mail was believed: a level for the victim's address, or a command of hers carried out."""
    mail = read(forgery.raw(style))
    believed = claims(mail) and find_verdict(mail, RULES[style]).level > Level.A0
    decision = decide_as(mail, style)
    obeyed = decision.change is not None and decision.change.status is Status.RESOLVED
    joined = decision.outcome is Outcome.UPDATED and not decision.unproven and bool(decision.events or decision.facts)
    vouched = claims(mail) and decision.draft is not None and decision.draft.verified
    return believed or obeyed or joined or vouched


def count_accepted_tokens(count: int, seed: int) -> int:
    """Return how many of so many forged tokens are valid: random ones, and those of another person, ticket or key."""
    source, key, other = random.Random(seed), make_keys("the secret of this desk, 32 characters"), make_keys("another")
    keys = TokenKeys("k2", {"k1": other.secrets[other.current], "k2": key.secrets[key.current]})
    digits, nonce = number_digits(NUMBER), make_nonce("letter 1")
    true = make_token(keys, digits, ASHA.email, nonce)
    moved = (
        replace(true, digits=number_digits(OTHER_NUMBER)),
        replace(true, nonce=make_nonce("letter 2")),
        replace(true, key_id="k1"),
        replace(true, key_id="k9"),
        make_token(keys, digits, BHARAT.email, nonce),
        make_token(make_keys("stolen elsewhere"), digits, ASHA.email, nonce),
    )
    accepted_tokens = sum(is_valid(token, keys, ASHA.email) for token in moved)
    assert is_valid(true, keys, ASHA.email)
    for _ in range(count):
        mac = "".join(source.choices(_BASE32, k=_MAC))
        nonce = "".join(source.choices(_BASE32, k=8))
        forged = Token(source.choice(("k1", "k2", "k3")), digits, nonce, mac)
        accepted_tokens += is_valid(forged, keys, ASHA.email)
    assert find_tokens([str(true)]) == (true,)
    return accepted_tokens


def count_accepted_mails(count: int, seed: int) -> int:
    """Return how many of so many forged mails are believed, at any provider."""
    return sum(accepted(forgery, style) for forgery in generated(seed, count) for style in STYLES)


def main() -> int:
    """Run both campaigns and print their figures; anything that was believed makes the exit code 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=8_000)
    parser.add_argument("--tokens", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    mails, tokens = count_accepted_mails(given.mails, given.seed), count_accepted_tokens(given.tokens, given.seed)
    sys.stdout.write(f"{given.mails} forged mails x {len(STYLES)} providers: {mails} accepted\n")
    sys.stdout.write(f"{given.tokens} forged tokens: {tokens} accepted\n")
    return 1 if mails or tokens else 0


if __name__ == "__main__":
    sys.exit(main())
