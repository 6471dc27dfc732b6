"""Authentication-Results as the servers of each provider write it, for genuine mails and for forged ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.authority import Mode, TrustRules
from mailbot.domain.providers import Provider, make_profile

if TYPE_CHECKING:
    from collections.abc import Callable

Check = tuple[str, str]

OWN_SERVER = "mx1.tax.up.example"
RULES = {
    "gmail": TrustRules(Mode.ENFORCE, make_profile(Provider.GMAIL, "")),
    "zoho": TrustRules(Mode.ENFORCE, make_profile(Provider.ZOHO, "")),
    "exchange": TrustRules(Mode.ENFORCE, make_profile(Provider.EXCHANGE, "")),
    "own": TrustRules(Mode.ENFORCE, make_profile(Provider.OWN, OWN_SERVER)),
}


def _domain(address: str) -> str:
    return address.rpartition("@")[2]


def gmail(spf: Check, dkim: Check, dmarc: Check) -> str:
    """Return the header of Gmail and Google Workspace."""
    return (
        f"mx.google.com;\r\n       dkim={dkim[0]} header.i=@{dkim[1]} header.s=sel1 header.b=GuT1zCQ8;\r\n"
        f"       spf={spf[0]} (google.com: domain of {spf[1]} designates 192.0.2.7 as permitted sender)"
        f" smtp.mailfrom={spf[1]};\r\n       dmarc={dmarc[0]} (p=REJECT sp=REJECT dis=NONE) header.from={dmarc[1]}"
    )


def zoho(spf: Check, dkim: Check, dmarc: Check) -> str:
    """Return the header of Zoho and NICeMail, which does not say which domain signed."""
    return (
        f"mx.zohomail.in;\r\n\tdkim={dkim[0]};\r\n"
        f"\tspf={spf[0]} (zohomail.in: domain of {_domain(spf[1])} designates 192.0.2.7 as permitted sender)"
        f"  smtp.mailfrom={spf[1]};\r\n\tdmarc={dmarc[0]}(p=reject dis=none)  header.from={dmarc[1]}"
    )


def exchange(spf: Check, dkim: Check, dmarc: Check) -> str:
    """Return the header of Exchange Online, which names no server."""
    return (
        f"spf={spf[0]} (sender IP is 192.0.2.7)\r\n smtp.mailfrom={_domain(spf[1])}; dkim={dkim[0]} (signature was"
        f" verified)\r\n header.d={dkim[1]};dmarc={dmarc[0]} action=none\r\n header.from={dmarc[1]};"
        f"compauth={'pass reason=100' if dmarc[0] == 'pass' else 'fail reason=000'}"
    )


def own(spf: Check, dkim: Check, dmarc: Check) -> str:
    """Return the header of a server of one's own with rspamd or OpenDMARC in front."""
    return (
        f'{OWN_SERVER};\r\n\tdkim={dkim[0]} (2048-bit key; secure) reason="2048-bit key; secure" header.d={dkim[1]}'
        f' header.s=sel1 header.b="Am0+t/JZ";\r\n\tspf={spf[0]} (mx1: {spf[1]} uses 192.0.2.7) smtp.mailfrom={spf[1]};'
        f"\r\n\tdmarc={dmarc[0]} (policy=reject) header.from={dmarc[1]}"
    )


STYLES: dict[str, Callable[[Check, Check, Check], str]] = {
    "gmail": gmail,
    "zoho": zoho,
    "exchange": exchange,
    "own": own,
}
