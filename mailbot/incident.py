"""A pack about an incident: a ZIP for whoever reports it within the six hours that the law gives."""

from __future__ import annotations

import csv
import io
import json
import os
import platform
import zipfile
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from mailbot.adapters.clock import now
from mailbot.adapters.logs import make_redactor
from mailbot.adapters.store.auditing import audit_histories
from mailbot.adapters.store.engine import reading_one_state
from mailbot.adapters.store.incident import list_period
from mailbot.adapters.store.status import find_status
from mailbot.domain.errors import WorldError
from mailbot.domain.health import judge_health

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sqlalchemy import Engine

    from mailbot.adapters.store.incident import Listing
    from mailbot.settings import Settings

REPORT_WITHIN = timedelta(hours=6)
LIBRARIES = ("mailbot", "SQLAlchemy", "imapclient", "aiosmtplib", "mail-parser", "pydantic", "jinja2", "pillow", "nh3")
REPORT = """\
Report of a security incident (fields of CERT-In's form; send to incident@cert-in.org.in)

Noticed at             {noticed} (the report is due by {due})
Period of this pack    {since} to {until}
Organisation, contact  (fill in: name, telephone, e-mail)
Kind of incident       (fill in: such as unauthorised access, phishing, malicious code, data breach)
Affected system        mailbot {mailbot}, the ticket desk {desk}
Host and system        {host}, {system}, Python {python}
Addresses              mailbox {imap}, sending {smtp}
Database               {database}
Location               (fill in)
Is it still at work    {health}
What was seen          (fill in; alarms.csv lists what mailbot noticed itself: {alarms} in the period)
Extent                 {mails} mails, {letters} letters and {history} lines of history in the period
History unaltered      {audit}
Steps taken            (fill in)

In this pack: status.json, audit.json, mails.csv, letters.csv, history.csv, alarms.csv, versions.json, and the
files of the log that were named.
No file holds the words of a mail, a password or a token. Addresses of people are in the tables: handle the pack as
personal data.
The log of the period, when systemd keeps it:
  journalctl --unit mailbot --since "{since_local}" --until "{until_local}"
"""


@dataclass(frozen=True, slots=True)
class Pack:
    """What was packed."""

    path: Path
    counts: dict[str, int]
    wrong: int
    due: datetime


def make_pack(
    settings: Settings, engine: Engine, period: tuple[datetime, datetime], path: Path, logs: Sequence[Path]
) -> Pack:
    """Write the pack; only its owner may read it. Raises WorldError when it cannot be written."""
    noticed = now()
    try:
        with (
            os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as pack,
            reading_one_state(engine) as connection,
        ):
            counts = {one.name: _add_listing(pack, one) for one in list_period(connection, *period)}
            audit, status = audit_histories(connection), find_status(engine, noticed)
            _add_json(pack, "audit.json", asdict(audit))
            _add_json(pack, "status.json", asdict(status))
            _add_json(pack, "versions.json", _versions())
            _add_logs(pack, logs, make_redactor(settings))
            health = judge_health(status.parts, len(status.alarms), noticed).name.lower().replace("_", " ")
            verdict = f"{audit.wrong} things are wrong, see audit.json" if audit.wrong else "yes, every chain holds"
            facts = _facts(settings, engine, period, noticed)
            pack.writestr("report.txt", REPORT.format(**facts, **counts, audit=verdict, health=health))
    except OSError as error:
        raise WorldError(f"The pack {path} cannot be written: {error.strerror}. Name another file.") from error
    return Pack(path, counts, audit.wrong, noticed + REPORT_WITHIN)


def _add_listing(pack: zipfile.ZipFile, listing: Listing) -> int:
    """Add a table as CSV, row by row, and return how many rows it has."""
    count = 0
    with pack.open(f"{listing.name}.csv", "w") as packed, io.TextIOWrapper(packed, "utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(listing.headings)
        for row in listing.rows:
            writer.writerow([_cell(value) for value in row])
            count += 1
    return count


def _cell(value: Any) -> Any:
    """Return a value as a spreadsheet may hold it: what a stranger wrote must not become a formula."""
    if isinstance(value, datetime):
        return value.isoformat()
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


def _add_json(pack: zipfile.ZipFile, name: str, value: Any) -> None:
    pack.writestr(name, json.dumps(value, default=str, ensure_ascii=False, indent=1))


def _add_logs(pack: zipfile.ZipFile, logs: Sequence[Path], clean: Callable[[str], str]) -> None:
    """Add files of a log, masked once more: older ones may have been written by something else."""
    for number, log in enumerate(logs, 1):
        with (
            pack.open(f"logs/{number}-{log.name}", "w") as packed,
            log.open(encoding="utf-8", errors="replace") as lines,
        ):
            for line in lines:
                packed.write(clean(line).encode())


def _versions() -> dict[str, str]:
    return {name: version(name) for name in LIBRARIES} | {"python": platform.python_version()}


def _facts(settings: Settings, engine: Engine, period: tuple[datetime, datetime], noticed: datetime) -> dict[str, str]:
    zone = ZoneInfo(settings.desk.timezone)

    def local(moment: datetime, form: str = "%d.%m.%Y, %H:%M %Z") -> str:
        return f"{moment.astimezone(zone):{form}}"

    plain = "%Y-%m-%d %H:%M:%S"
    return {
        "noticed": local(noticed),
        "due": local(noticed + REPORT_WITHIN),
        "since": local(period[0]),
        "until": local(period[1]),
        "since_local": local(period[0], plain),
        "until_local": local(period[1], plain),
        "mailbot": version("mailbot"),
        "desk": settings.desk.address,
        "host": platform.node(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "imap": f"{settings.imap.host}:{settings.imap.port}",
        "smtp": f"{settings.smtp.host}:{settings.smtp.port}",
        "database": engine.dialect.name,
    }
