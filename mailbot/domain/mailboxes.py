"""What counts for a mail that came into one of several mailboxes: whose word about its sender, and its usual module."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mailbot.domain.trust import normal_address

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mailbot.domain.authority import TrustRules
    from mailbot.domain.desk import Desk
    from mailbot.domain.mail import IncomingMail


@dataclass(frozen=True, slots=True)
class MailboxRules:
    """One mailbox. `folder` is its name in the ledger, `account` how the names of all folders of its account begin.

    `address` is what people write to, in lower case; `module` that of mail which names none, empty for the usual one.
    """

    folder: str
    account: str
    address: str
    module: str
    trust: TrustRules


def find_rules(rules: tuple[MailboxRules, ...], name: str) -> MailboxRules | None:
    """Return the mailbox that a folder of the ledger belongs to: the one that reads it, else one of its account."""
    of_account = (box for box in rules if name.startswith(box.account))
    return next((box for box in rules if box.folder == name), None) or next(of_account, None)


def desk_at(desk: Desk, name: str, mail: IncomingMail | None = None) -> Desk:
    """Return the desk as it is for a mail that came into the folder `name`; with one mailbox it is the same for all.

    A mail to several of the mailboxes has the module of the first that it names and that has one, whichever copy of it
    is handled first.
    """
    box = find_rules(desk.mailboxes, name)
    if box is None:
        return desk
    module = next(_find_modules(desk.mailboxes, mail), "") or box.module
    modules = replace(desk.catalogue.modules, default=module or desk.catalogue.modules.default)
    return replace(desk, trust=box.trust, catalogue=replace(desk.catalogue, modules=modules))


def _find_modules(rules: tuple[MailboxRules, ...], mail: IncomingMail | None) -> Iterator[str]:
    """Yield the modules of the mailboxes that a mail is addressed to, in its order.

    An address that leads to several of them, between which a filter of the server chooses, says nothing.
    """
    counts = Counter(box.address for box in rules)
    of_address = {box.address: box.module for box in rules if box.module and counts[box.address] == 1}
    for recipient in mail.recipients if mail else ():
        local, _, domain = normal_address(recipient).rpartition("@")
        if module := of_address.get(f"{local.partition('+')[0]}@{domain}"):
            yield module
