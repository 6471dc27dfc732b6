"""OAuth 2: logging in at Google or Microsoft with a consent instead of a password."""

from mailbot.adapters.oauth.checking import check_consent
from mailbot.adapters.oauth.device import LoginFailedError, start_device_login, wait_for_device
from mailbot.adapters.oauth.loopback import LoopbackLogin
from mailbot.adapters.oauth.provider import Provider, make_provider
from mailbot.adapters.oauth.source import TokenSource

__all__ = [
    "LoginFailedError", "LoopbackLogin", "Provider", "TokenSource",
    "check_consent", "make_provider", "start_device_login", "wait_for_device",
]  # fmt: skip
