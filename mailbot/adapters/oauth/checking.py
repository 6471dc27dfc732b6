"""What `mailbot check` says about the consent: whether there is one, whether it still works, and how long it lasts."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mailbot.adapters.finding import Finding, Level
from mailbot.adapters.oauth.source import explain_end
from mailbot.domain.errors import WorldError

if TYPE_CHECKING:
    from datetime import datetime

    from mailbot.adapters.oauth.source import TokenSource

SOON = timedelta(days=30)


def check_consent(source: TokenSource, at: datetime) -> list[Finding]:
    """Return what is right and wrong with the consent; asks the provider only when a new token is due."""
    provider = source.provider
    try:
        source.find_token()
        tokens = source.look()
    except WorldError as error:
        return [Finding(Level.PROBLEM, str(error))]
    if tokens is None:
        return [Finding(Level.PROBLEM, f"The tokens vanished meanwhile. Run {provider.command}.")]
    if tokens.refused:
        # The last access token still works for a while; nobody should wait for its end.
        return [Finding(Level.PROBLEM, tokens.refused)]
    findings = [
        Finding(Level.GOOD, f"{provider.label} gives tokens; the consent is of {tokens.consented_at:%d.%m.%Y}.")
    ]
    ends = tokens.consent_ends_at
    if ends and ends - at < SOON:
        findings.append(
            Finding(
                Level.WARNING,
                explain_end(provider, source.username, ends),
            )
        )
    return findings
