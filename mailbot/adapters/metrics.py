"""Figures for Prometheus, in its text format, on this machine only; a visit asks the database small questions."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from mailbot.domain.errors import SettingsError, WorldError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import datetime

    from mailbot.domain.health import Status

HOST = "127.0.0.1"
PATH = "/metrics"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def render(found: Status | None) -> str:
    """Return the page; None stands for a database that cannot be used."""
    lines = [*_family("mailbot_database_up", "Whether the database can be used.", [("", float(found is not None))])]
    if found is not None:
        for name, kind, text, samples in _families(found):
            lines += _family(name, text, samples, kind)
    return "\n".join(lines) + "\n"


def _latest(moments: Iterable[tuple[str, datetime | None]]) -> list[tuple[str, float]]:
    """Return the last moment of each part, whichever worker it was."""
    last: dict[str, float] = {}
    for part, moment in moments:
        if moment is not None:
            last[part] = max(moment.timestamp(), last.get(part, 0.0))
    return [(f'part="{part}"', seconds) for part, seconds in last.items()]


def _families(found: Status) -> Iterator[tuple[str, str, str, list[tuple[str, float]]]]:
    now = found.at

    def age(moment: datetime | None) -> list[tuple[str, float]]:
        return [("", max(0.0, (now - moment).total_seconds()))] if moment else []

    beats = _latest((line.part, line.beaten_at) for line in found.parts)
    successes = _latest((line.part, line.succeeded_at) for line in found.parts)
    workers = [(f'worker="{line.worker}"', line.beaten_at.timestamp()) for line in found.workers]
    yield "mailbot_heartbeat_timestamp_seconds", "gauge", "When a part of any worker was heard last.", beats
    yield "mailbot_success_timestamp_seconds", "gauge", "When a part of any worker did its work last.", successes
    yield "mailbot_worker_heartbeat_timestamp_seconds", "gauge", "When a worker was heard last.", workers
    alarms = [(f'code="{alarm.code}"', 1.0) for alarm in found.alarms]
    yield "mailbot_alarm", "gauge", "An alarm that sounds.", alarms
    for name, text, value in (
        ("mailbot_mails_waiting", "Mails that were kept and wait to be handled.", found.mails.waiting),
        ("mailbot_letters_waiting", "Letters that wait to be sent.", found.letters.waiting),
        ("mailbot_letters_sent_last_day", "Letters sent within 24 hours.", found.letters_sent_today),
        ("mailbot_mails_quarantined", "Mails that were set aside for a person.", found.quarantined),
        ("mailbot_letters_undelivered", "Letters that were given up.", found.undelivered),
    ):
        yield name, "gauge", text, [("", float(value))]
    for name, text, number in (
        ("mailbot_mails_total", "Number of the newest mail in the ledger.", found.newest_mail),
        ("mailbot_letters_total", "Number of the newest letter in the outbox.", found.newest_letter),
        ("mailbot_tickets_total", "Number of the newest ticket.", found.newest_ticket),
    ):
        yield name, "counter", text, [("", float(number))]
    yield "mailbot_oldest_mail_seconds", "gauge", "Age of the oldest mail that waits.", age(found.mails.oldest)
    yield "mailbot_oldest_letter_seconds", "gauge", "Age of the oldest letter that waits.", age(found.letters.oldest)
    yield "mailbot_last_mail_seconds", "gauge", "Since the last mail was taken in.", age(found.last_mail_at)
    yield "mailbot_last_letter_seconds", "gauge", "Since the last letter was sent.", age(found.last_letter_at)
    travelled = [("", found.canary_seconds)] if found.canary_seconds is not None else []
    yield "mailbot_canary_seconds", "gauge", "How long the last test mail travelled.", travelled


def _family(name: str, text: str, samples: Sequence[tuple[str, float]], kind: str = "gauge") -> list[str]:
    values = [f"{name}{{{labels}}} {value:.3f}" if labels else f"{name} {value:.3f}" for labels, value in samples]
    return [f"# HELP {name} {text}", f"# TYPE {name} {kind}", *values]


@contextmanager
def serve_metrics(port: int, find: Callable[[], Status]) -> Iterator[None]:
    """Serve the page inside the block; port 0: nothing is served. Raises SettingsError when the port is taken."""
    if not port:
        yield
        return
    try:
        server = ThreadingHTTPServer((HOST, port), _make_handler(find))
    except OSError as error:
        raise SettingsError(
            f"metrics.port is {port}, which cannot be used: {error.strerror}. Choose another."
        ) from error
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _make_handler(find: Callable[[], Status]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 10.0

        def do_GET(self) -> None:
            """Answer with the figures, or that there is nothing else here."""
            if self.path != PATH:
                self.send_error(404)
                return
            try:
                page = render(find()).encode()
            except WorldError:
                page = render(None).encode()
            self.send_response(200)
            self.send_header("Content-Type", CONTENT_TYPE)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_: object) -> None:
            """Log nothing: a visit is no news."""

    return Handler
