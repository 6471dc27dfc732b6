"""The log: text or JSON on the standard error, with everything masked that no log may hold.

Masking happens where a line is finished, tracebacks included, so that no part of the program and no library can forget
it. Of an error that is not our own only the kind and the place are written: its words may repeat a mail.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

from mailbot.domain.errors import MailbotError, SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import TracebackType

    from mailbot.settings import Settings

MASK = "***"
SHORTEST_SECRET = 6
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    # who logs in with what: URLs, headers, commands of IMAP and SMTP, forms
    (re.compile(r"(?i)([a-z][a-z0-9+.-]*://[^\s:/@]*):[^\s/]*@"), rf"\1:{MASK}@"),
    (re.compile(r"(?i)\b((?:proxy-)?authorization\s*[:=]\s*)(?:(?:basic|bearer|negotiate)\s+)?\S+"), rf"\1{MASK}"),
    (re.compile(r"(?i)\b(bearer\s+)[A-Za-z0-9._~+/=-]{8,}"), rf"\1{MASK}"),
    (
        re.compile(r"(?i)\b(auth(?:enticate)?\s+(?:plain|login|xoauth2|oauthbearer|cram-md5)\s+)[A-Za-z0-9+/=]{4,}"),
        rf"\1{MASK}",
    ),
    (
        re.compile(
            r"(?i)\b([\w-]*(?:password|passwd|secret|token|api[_-]?key)[\"']?\s*[:=]\s*)(\"[^\"]*\"|'[^']*'|[^\s,;&]+)"
        ),
        rf"\1{MASK}",
    ),
    # tokens by their looks: JSON web tokens, Google's, and what our letters carry in Message-ID and Reply-To
    (re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?"), MASK),
    (re.compile(r"\bya29\.[A-Za-z0-9._-]+|\b1//[A-Za-z0-9_-]{20,}|\bGOCSPX-[A-Za-z0-9_-]+"), MASK),
    (re.compile(r"\bmb\.[A-Za-z0-9._-]{8,}@"), f"mb.{MASK}@"),
    # the departments' own: GSTIN before PAN, which is a part of it
    (re.compile(r"(?i)(?<![A-Z0-9])\d{2}[A-Z]{5}\d{4}[A-Z][A-Z0-9]Z[A-Z0-9](?![A-Z0-9])"), MASK),
    (re.compile(r"(?i)(?<![A-Z0-9])[A-Z]{5}\d{4}[A-Z](?![A-Z0-9])"), MASK),
    (re.compile(r"(?<!\d)(?<!\d[.:])(?:\+?91[\s-]?|0)?[6-9]\d{4}[\s-]?\d{5}(?!\d|[.:]\d)"), MASK),
    (re.compile(r"(?<!\d)(?<!\d[.:-])[2-9]\d{3}[\s-]\d{4}[\s-]\d{4}(?!\d|[.:-]\d)"), MASK),
)
_ADDRESS = re.compile(r"[^\s<>\"'(),:;\[\]@]+@(?=[\w.-])")


class Redactor:
    """Masks a text. `secrets` are masked wherever they stand, the addresses in `own` nowhere."""

    def __init__(self, secrets: Sequence[str] = (), own: Sequence[str] = ()) -> None:
        known = sorted({word for word in secrets if len(word) >= SHORTEST_SECRET}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, known))) if known else None
        self._own = frozenset(address.lower() for address in own if address)

    def __call__(self, text: str) -> str:
        """Return the text as a log may hold it."""
        if self._secrets:
            text = self._secrets.sub(MASK, text)
        for pattern, instead in _RULES:
            text = pattern.sub(instead, text)
        return _ADDRESS.sub(self._mask_address, text)

    def _mask_address(self, found: re.Match[str]) -> str:
        """Mask who it is and leave the domain, except for the desk's own addresses."""
        domain = re.match(r"[\w.-]+", found.string[found.end() :])
        whole = found.group() + (domain.group().rstrip(".") if domain else "")
        return found.group() if whole.lower() in self._own else f"{MASK}@"


def make_redactor(settings: Settings) -> Redactor:
    """Return what masks the secrets of these settings, and personal data."""
    return Redactor(
        find_secrets(settings),
        (settings.desk.address, *settings.desk.aliases, settings.smtp.username, *_mailbox_names(settings)),
    )


def find_secrets(settings: Settings) -> list[str]:
    """Return every secret that the settings know; one that cannot be read now is none that could be logged."""
    found = [
        settings.alarms.webhook_url.get_secret_value(),
        _password_of(settings.storage.database_url.get_secret_value()),
        settings.web.handoff_key.get_secret_value(),
    ]
    for name in settings.mailboxes:
        with suppress(SettingsError):
            found.append(settings.mailbox_password(name))
    for name in ("imap_password", "smtp_password", "oauth2_secret", "alarm_password", "webhook_secret"):
        try:
            found.append(getattr(settings, name))
        except SettingsError:
            continue
    return found


def _mailbox_names(settings: Settings) -> Iterator[str]:
    """Yield the desk's own addresses and user names of every mailbox."""
    yield settings.imap.username
    for chosen in settings.mailboxes.values():
        yield chosen.username
        yield chosen.address


def _password_of(url: str) -> str:
    return url.partition("://")[2].rpartition("@")[0].partition(":")[2]


class _Formatter(logging.Formatter):
    """Finishes lines; what `clean` leaves is what is written."""

    def __init__(self, clean: Callable[[str], str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._clean = clean

    def formatException(self, ei: object) -> str:  # noqa: N802 - the name that the library calls
        """Return where an error arose; its words only when they are ours."""
        return describe_error(ei[1]) if isinstance(ei, tuple) and ei[1] else ""

    def format(self, record: logging.LogRecord) -> str:
        """Return the finished line, masked."""
        record.exc_text = None
        return self._clean(super().format(record))


class _JsonFormatter(_Formatter):
    """The same as one JSON object on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object, masked."""
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "part": record.name,
            "thread": record.threadName,
            "text": self._clean(record.getMessage()),
        }
        if record.exc_info:
            entry["error"] = self._clean(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


def describe_error(error: BaseException) -> str:
    """Return the frames and the kind of an error and of what caused it; its words only when mailbot wrote them."""
    frames = "".join(traceback.format_tb(error.__traceback__))
    words = f": {error}" if isinstance(error, MailbotError) else ""
    said = f"Traceback (most recent call last):\n{frames}{type(error).__module__}.{type(error).__qualname__}{words}"
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return f"{describe_error(before)}\n\nwhich led to\n\n{said}" if before is not None else said


class _StandardError(logging.StreamHandler[TextIO]):
    """Writes to what is the standard error now; it may have changed since the log was started."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        return sys.stderr


def start_log(clean: Callable[[str], str], *, form: str = "text", level: str = "info") -> None:
    """Log our own doings to the standard error; libraries only from warnings on, because they would log mail bodies.

    What ends the program or a thread unexpectedly goes the same way, and never unmasked past the log.
    """
    handler = _StandardError()
    handler.setFormatter(_JsonFormatter(clean) if form == "json" else _Formatter(clean))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("mailbot").setLevel(level.upper())
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logging.getLogger("mailbot").critical("mailbot ends unexpectedly", exc_info=(kind, error, trace))


def _log_uncaught_in_thread(found: threading.ExceptHookArgs) -> None:
    if found.exc_value is not None:
        _log_uncaught(found.exc_type, found.exc_value, found.exc_traceback)
