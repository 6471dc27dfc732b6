"""The tables [mailboxes.NAME] of settings.toml: further mailboxes of the same desk, beside the one of [imap]."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from mailbot.domain.errors import SettingsError
from mailbot.domain.mailboxes import MailboxRules
from mailbot.domain.trust import normal_address
from mailbot.settings.sections import ImapSettings
from mailbot.settings.trust import SERVER, TrustSettings, make_trust

if TYPE_CHECKING:
    from mailbot.settings import Settings
    from mailbot.settings.sections import CatalogueSettings

# Of [imap] a further mailbox has everything but who logs in there, and from when its mail is answered.
ITS_OWN = frozenset({"username", "password", "password_file", "start_date"})
NOTHING_SET: dict[str, Any] = {
    "start_date": "", "password_file": "", "address": "", "module": "", "trust_provider": "", "authserv_id": "",
}  # fmt: skip
FIRST = "imap"
ADDRESS = r"[^@\s<>\"',;]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+"

# Short, and such that a variable of the environment can name it.
MailboxName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,29}$")]


class MailboxSettings(ImapSettings):
    """A further mailbox: a server and folders as in [imap], and what else is its own."""

    username: Annotated[str, Field(min_length=1)]
    address: Annotated[str, Field(pattern=f"^({ADDRESS})?$")]
    module: str
    trust_provider: Literal["", "none", "gmail", "zoho", "exchange", "own"]
    authserv_id: Annotated[str, Field(pattern=SERVER)]

    @model_validator(mode="after")
    def _refuse_nobody(self) -> Self:
        if not self.address and not re.fullmatch(ADDRESS, self.username):
            raise ValueError("address is not set, and username is no address; write the one that people write to")
        return self


@dataclass(frozen=True, slots=True)
class OneMailbox:
    """A mailbox of the desk as the settings describe it. `name` is empty for the one of [imap]; `key` is its table."""

    name: str
    imap: ImapSettings
    address: str
    module: str
    trust: TrustSettings

    @property
    def key(self) -> str:
        """How the settings call its table."""
        return f"mailboxes.{self.name}" if self.name else FIRST

    @property
    def label(self) -> str:
        """How sentences to people call it."""
        return self.name or FIRST

    @property
    def folder(self) -> str:
        """How the ledger calls its folder."""
        return f"{self.account}{self.imap.folder}"

    @property
    def account(self) -> str:
        """How the names of all folders of its account begin in the ledger."""
        return f"{self.imap.username}/"

    @property
    def rules(self) -> MailboxRules:
        """What counts for the mail that comes in there."""
        return MailboxRules(
            self.folder, self.account, normal_address(self.address), self.module, make_trust(self.trust)
        )


def with_inherited(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of all tables, with what each further mailbox takes over from [imap]."""
    imap, further = values.get(FIRST), values.get("mailboxes")
    if not isinstance(imap, dict) or not isinstance(further, dict):
        return values
    shared = {key: value for key, value in imap.items() if key not in ITS_OWN} | NOTHING_SET
    filled = {name: shared | table if isinstance(table, dict) else table for name, table in further.items()}
    return values | {"mailboxes": filled}


def find_mailboxes(settings: Settings) -> tuple[OneMailbox, ...]:
    """Return every mailbox of the desk, that of [imap] first. Raises SettingsError when two of them clash."""
    first = OneMailbox("", settings.imap, settings.desk.address, "", settings.trust)
    further = (_describe(name, chosen, settings) for name, chosen in settings.mailboxes.items())
    found = (first, *further)
    for one, other in combinations(found, 2):
        _refuse_clash(one, other)
    return found


def find_mailbox(settings: Settings, name: str) -> OneMailbox:
    """Return the mailbox of that name, that of [imap] for an empty one or "imap". Raises SettingsError."""
    found = find_mailboxes(settings)
    for box in found:
        if name in {box.name, box.label}:
            return box
    raise SettingsError(f"There is no mailbox {name!r}. The settings know {', '.join(box.label for box in found)}.")


def _describe(name: str, chosen: MailboxSettings, settings: Settings) -> OneMailbox:
    key = f"mailboxes.{name}"
    if name == FIRST:
        raise SettingsError(f"{key}: the mailbox of [imap] is called so already. Choose another name.")
    address = chosen.address or chosen.username
    module = _find_module(chosen.module, settings.catalogue, key) if chosen.module else ""
    return OneMailbox(name, chosen, address, module, _find_trust(chosen, settings.trust, key))


def _find_module(written: str, catalogue: CatalogueSettings, key: str) -> str:
    for entry in catalogue.modules:
        names = (entry.code, entry.en, entry.hi, *entry.aliases)
        if written.casefold() in {name.casefold() for name in names}:
            return entry.code
    allowed = ", ".join(entry.code for entry in catalogue.modules)
    raise SettingsError(f"{key}.module = {written!r} is no module of the catalogue. Write one of these: {allowed}.")


def _find_trust(chosen: MailboxSettings, desk: TrustSettings, key: str) -> TrustSettings:
    """Return whose word about a sender counts in this mailbox: what it says itself, else what [trust] says."""
    if not chosen.trust_provider and not chosen.authserv_id:
        return desk
    provider = chosen.trust_provider or desk.provider
    if provider == "own" and not chosen.authserv_id:
        raise SettingsError(
            f'{key}.trust_provider = "own" needs {key}.authserv_id, the name your server writes into its header.'
        )
    if chosen.authserv_id and provider in {"none", "exchange"}:
        raise SettingsError(
            f'{key}.authserv_id = {chosen.authserv_id!r} means nothing with the provider "{provider}"; leave it empty, '
            f"or set {key}.trust_provider."
        )
    return desk.model_copy(update={"provider": provider, "authserv_id": chosen.authserv_id})


def _refuse_clash(one: OneMailbox, other: OneMailbox) -> None:
    """Raise SettingsError when the ledger, which knows a folder by who logs in and its name, would mix two up."""
    if one.account.casefold() != other.account.casefold():
        return
    if (one.imap.host.lower(), one.imap.port) != (other.imap.host.lower(), other.imap.port):
        raise SettingsError(
            f"{other.key}.username = {other.imap.username!r} is also that of {one.key}, on another server. mailbot "
            "knows mailboxes by their user names, which must differ."
        )
    if one.folder.casefold() == other.folder.casefold():
        raise SettingsError(
            f"{other.key}.folder = {other.imap.folder!r} is read by {one.key} already, with the same user name. Set "
            "another folder or another username."
        )
    folders = {one.imap.folder.casefold(), other.imap.folder.casefold()}
    for box in (one, other):
        if box.imap.processed_folder.casefold() in folders:
            raise SettingsError(
                f"{box.key}.processed_folder = {box.imap.processed_folder!r} is read as a mailbox as well; handled "
                "mail needs a folder that is not read."
            )


def list_rules(found: tuple[OneMailbox, ...]) -> tuple[MailboxRules, ...]:
    """Return what counts in each mailbox; nothing when there is only one, for which the desk's own rules hold."""
    return tuple(box.rules for box in found) if len(found) > 1 else ()


def has_password(chosen: ImapSettings) -> bool:
    """Tell whether a table has a password of its own."""
    return bool(chosen.password.get_secret_value() or chosen.password_file)


def explain_unknown(location: tuple[int | str, ...]) -> str:
    """Return which keys are allowed where an unknown one stands, or an empty text elsewhere than in such a table."""
    if len(location) != 3 or location[0] != "mailboxes":  # noqa: PLR2004 - the table of tables, its name, the key
        return ""
    return f"Allowed there: {', '.join(MailboxSettings.model_fields)}."
