"""Messages to webhooks over HTTPS: signed, to public addresses only, with an end to every wait.

The address is looked up once and the very address that was checked is connected to, so that a name which points
somewhere else the next moment leads nowhere.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from mailbot.adapters.alarms.webhook import sign
from mailbot.domain.hooks import HookAnswer

if TYPE_CHECKING:
    from datetime import datetime

    from mailbot.domain.hooks import Hook, HookMessage

# For connecting and for each answer; and for everything together, also when it comes byte by byte.
SECONDS, SECONDS_IN_ALL = 10.0, 20.0
HTTPS_PORT = 443
_LONGEST_URL = 500
_MOST_TRIED = 3
_NAT64 = "64:ff9b::"


class HookUrlError(ValueError):
    """An address that a webhook may not have; the sentence says what it must be."""


@dataclass(frozen=True, slots=True)
class HookRules:
    """Which addresses are told; `hosts` are those that may lie inside, by the word of the settings."""

    hosts: tuple[str, ...] = ()
    ca_file: str = ""

    def is_named(self, host: str) -> bool:
        """Tell whether the settings allow a host as it is."""
        return host.lower() in {one.lower() for one in self.hosts}


def check_url(url: str, rules: HookRules) -> None:
    """Raise HookUrlError for an address that is not told anything."""
    parts = _split(url, rules)
    if not parts.hostname or not find_addresses(parts.hostname, _port(parts), rules):
        raise HookUrlError("Its host has no public address. Hosts inside must stand in api.webhook_hosts of the desk.")


def find_addresses(host: str, port: int, rules: HookRules) -> list[str]:
    """Return the addresses of a host; none when one of them is not public, unless the settings name the host."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    addresses = [str(one[4][0]) for one in found]
    is_fine = rules.is_named(host) or all(is_public(address) for address in addresses)
    return addresses if is_fine else []


def is_public(address: str) -> bool:
    """Tell whether an address lies on the public net, also when it is wrapped in another one."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner: list[IPv4Address | IPv6Address | None] = [ip]
    if isinstance(ip, IPv6Address):
        inner += [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
        if str(ip).startswith(_NAT64):
            inner.append(IPv4Address(int(ip) & 0xFFFFFFFF))
    return all(
        one.is_global and not (one.is_multicast or one.is_reserved or one.is_unspecified) for one in inner if one
    )


@dataclass(frozen=True, slots=True)
class HookPost:
    """Hands messages over."""

    rules: HookRules

    def post(self, hook: Hook, message: HookMessage, now: datetime) -> HookAnswer:
        """Post one message and return what came of it; whatever goes wrong outside is an answer as well."""
        try:
            parts = _split(hook.url, self.rules)
            addresses = find_addresses(parts.hostname or "", _port(parts), self.rules)
        except HookUrlError as error:
            return HookAnswer(0, str(error))
        if not addresses:
            return HookAnswer(0, "Its host has no public address.")
        body = write_message(message)
        stamp = str(int(now.timestamp()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "mailbot",
            "X-Mailbot-Event": message.event.value,
            "X-Mailbot-Delivery": message.uuid,
            "X-Mailbot-Timestamp": stamp,
            "X-Mailbot-Signature": f"sha256={sign(hook.secret, stamp, body)}",
        }
        try:
            return self._send(parts, addresses, body, headers)
        except ssl.SSLCertVerificationError as error:
            return HookAnswer(0, f"Its certificate cannot be trusted: {error.verify_message}.")
        except (OSError, HTTPException, ValueError) as error:
            return HookAnswer(0, f"It cannot be reached: {getattr(error, 'strerror', None) or type(error).__name__}.")

    def _send(self, parts: SplitResult, addresses: list[str], body: bytes, headers: dict[str, str]) -> HookAnswer:
        line = _connect(addresses, _port(parts))
        watchdog = threading.Timer(SECONDS_IN_ALL, _cut, (line,))
        watchdog.daemon = True
        watchdog.start()
        host, connection = parts.hostname or "", HTTPConnection(parts.hostname or "", _port(parts))
        try:
            if parts.scheme == "https":
                context = ssl.create_default_context(cafile=self.rules.ca_file or None)
                connection = HTTPSConnection(host, _port(parts), context=context)
                line = context.wrap_socket(line, server_hostname=host)
            connection.sock = line
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", path, body, headers)
            # A redirection is not followed: what is signed for one address is no business of another.
            status = connection.getresponse().status
            return HookAnswer(status, f"It answered {status}.")
        finally:
            watchdog.cancel()
            line.close()
            connection.close()


def write_message(message: HookMessage) -> bytes:
    """Return what a webhook gets: the same bytes in each attempt."""
    document = {
        "id": message.uuid,
        "type": message.event.value,
        "occurred_at": message.at.isoformat().replace("+00:00", "Z"),
        "ticket": {
            "number": message.ticket,
            "version": message.version,
            "status": message.status,
            "previous_status": message.previous or None,
            "employee_id": message.employee_id,
        },
    }
    return json.dumps(document, separators=(",", ":")).encode()


def _split(url: str, rules: HookRules) -> SplitResult:
    if (
        len(url) > _LONGEST_URL
        or not url.isascii()
        or not url.isprintable()
        or any(one in url for one in ' "<>\\^`{|}')
    ):
        raise HookUrlError(f"Write an address of at most {_LONGEST_URL} characters, all of them ASCII.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", _port(parts)
    except ValueError:
        raise HookUrlError("This is no address.") from None
    is_named = rules.is_named(host)
    if not host or parts.fragment or "@" in parts.netloc:
        raise HookUrlError("Write an address with a host, without a user and without a fragment.")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_named and _is_loopback(host)):
        raise HookUrlError("Write https:// in front.")
    if port != HTTPS_PORT and not is_named:
        raise HookUrlError(f"Only port {HTTPS_PORT} is told; other ports are for hosts of api.webhook_hosts.")
    return parts


def _connect(addresses: list[str], port: int) -> socket.socket:
    """Return a connection to the first address that takes one; not every machine has both kinds of them."""
    *others, last = addresses[:_MOST_TRIED]
    for address in others:
        try:
            return socket.create_connection((address, port), timeout=SECONDS)
        except OSError:
            continue
    return socket.create_connection((last, port), timeout=SECONDS)


def _port(parts: SplitResult) -> int:
    return parts.port or (HTTPS_PORT if parts.scheme == "https" else 80)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _cut(line: socket.socket) -> None:
    """End a connection that takes too long; whoever waits on it gets an error at once."""
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
