"""The device flow (RFC 8628): a person types a short code in any browser, this program waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from mailbot.adapters.oauth.asking import OK, ProviderTroubleError, Reply, ask, find_words
from mailbot.adapters.oauth.tokens import parse_tokens
from mailbot.domain.errors import WorldError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from datetime import datetime

    from mailbot.adapters.oauth.provider import Provider
    from mailbot.adapters.oauth.tokens import Tokens

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
USUAL_INTERVAL, SLOWER, LONGEST_INTERVAL = 5.0, 5.0, 60.0
LONGEST_WAIT = timedelta(minutes=30)
LONGEST_SHOWN = 500


class LoginFailedError(WorldError):
    """A person's login came to no good end; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCode:
    """What a person opens and types, and what this program asks with meanwhile."""

    address: str
    user_code: str
    device_code: str = field(repr=False)
    interval: float
    ends_at: datetime


def start_device_login(provider: Provider, context: ssl.SSLContext, at: datetime) -> DeviceCode:
    """Ask for a code. Raises WorldError."""
    reply = ask(provider.device_url, {"client_id": provider.client_id, "scope": " ".join(provider.scopes)}, context)
    document = reply.document
    address = _shown(document.get("verification_uri") or document.get("verification_url"))
    user_code, device_code = _shown(document.get("user_code")), document.get("device_code")
    if reply.status != OK or not address or not user_code or not isinstance(device_code, str):
        words = find_words(reply, provider.client_secret)
        raise LoginFailedError(f"{provider.label} gives no code ({words}). Check oauth2.client_id and the scopes.")
    lasts = min(timedelta(seconds=_number(document.get("expires_in"), 900)), LONGEST_WAIT)
    interval = min(_number(document.get("interval"), USUAL_INTERVAL), LONGEST_INTERVAL)
    return DeviceCode(
        address=address, user_code=user_code, device_code=device_code, interval=interval, ends_at=at + lasts
    )


def wait_for_device(
    provider: Provider,
    context: ssl.SSLContext,
    code: DeviceCode,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
) -> Tokens:
    """Ask at the pace the provider wants until the person is done. Raises LoginFailedError when that does not come."""
    interval = code.interval
    form = {"grant_type": GRANT, "device_code": code.device_code, "client_id": provider.client_id}
    if provider.client_secret:
        form["client_secret"] = provider.client_secret
    while clock() + timedelta(seconds=interval) < code.ends_at:
        sleep(interval)
        try:
            reply = ask(provider.token_url, form, context)
        except ProviderTroubleError:
            interval = min(interval * 2, LONGEST_INTERVAL)  # RFC 8628 3.5: slower after a silence
            continue
        if reply.error == "slow_down":
            interval = min(interval + SLOWER, LONGEST_INTERVAL)
        elif reply.error != "authorization_pending" and not reply.is_temporary:
            return read_login(provider, reply, clock(), code.device_code)
    raise LoginFailedError(f"Nobody typed the code in time. Run {provider.command} again.")


def read_login(provider: Provider, reply: Reply, at: datetime, *secrets: str) -> Tokens:
    """Return the tokens of a finished login. Raises LoginFailedError with what to do."""
    if reply.error == "access_denied":
        raise LoginFailedError(f"The consent was declined. Run {provider.command} again and agree to it.")
    if reply.error == "expired_token":
        raise LoginFailedError(f"The code was not typed in time. Run {provider.command} again.")
    tokens = parse_tokens(reply, provider, at) if reply.status == OK else None
    if tokens:
        return tokens
    if reply.status == OK and reply.document.get("access_token"):
        raise LoginFailedError(
            f"{provider.label} gave no refresh token, without which the login would end within an hour. Remove the "
            f"consent in the account's security page, then run {provider.command} again."
        )
    words = find_words(reply, provider.client_secret, *secrets)
    raise LoginFailedError(
        f"{provider.label} gave no tokens ({words}). Check oauth2.client_id and its secret, then run "
        f"{provider.command} again."
    )


def _shown(value: Any) -> str:
    """Return a text that may be printed on a terminal, or an empty string."""
    good = isinstance(value, str) and 0 < len(value) <= LONGEST_SHOWN and value.isascii() and value.isprintable()
    return value if good else ""


def _number(value: Any, default: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return default
    return number if 0 < number < float("inf") else default
