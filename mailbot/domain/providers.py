"""The mail servers whose word about a sender counts, and how each of them signs what it says.

Only the topmost Authentication-Results header can be the one that the desk's own server wrote: it stands in front when
the mail arrives, and whatever a sender put into the mail stands below. So it must carry the name that this server uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# Exchange Online writes no name at all; for it alone, the topmost header counts as it is.
TOPMOST_WITHOUT_ID = "topmost-no-id"
_SUFFIX = "*."


class Provider(StrEnum):
    """Who runs the mailbox of the desk."""

    NONE = "none"
    GMAIL = "gmail"
    ZOHO = "zoho"
    EXCHANGE = "exchange"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Profile:
    """How one provider writes its header.

    `servers` are the names that it may stand under, in lower case; "*.mail.example" is every name below that one.
    `plain_keys` are what it writes like a property, without the dot.
    """

    servers: tuple[str, ...]
    plain_keys: frozenset[str] = frozenset()

    @property
    def names_server(self) -> bool:
        """Whether the header begins with the name of a server."""
        return self.servers != (TOPMOST_WITHOUT_ID,)

    def is_pinned(self, server: str) -> bool:
        """Tell whether a header of this server is one of the provider's own."""
        if not self.names_server:
            return not server
        return any(
            server.endswith(pin.removeprefix("*")) if pin.startswith(_SUFFIX) else server == pin for pin in self.servers
        )


PROFILES: dict[Provider, Profile] = {
    Provider.NONE: Profile(()),
    Provider.GMAIL: Profile(("mx.google.com",)),
    # NICeMail is run with Zoho's software.
    Provider.ZOHO: Profile(("mx.zohomail.in", "mx.zohomail.com")),
    Provider.EXCHANGE: Profile((TOPMOST_WITHOUT_ID,), frozenset({"action"})),
    Provider.OWN: Profile(()),
}


def make_profile(provider: Provider, authserv_id: str) -> Profile:
    """Return the profile of a provider, with another server's name where the settings give one."""
    profile = PROFILES[provider]
    if not authserv_id or not profile.names_server or provider is Provider.NONE:
        return profile
    return Profile((authserv_id.lower(),), profile.plain_keys)
