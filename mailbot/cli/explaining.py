"""`mailbot explain`: what a mail is understood as, without touching anything."""

from __future__ import annotations

import os
import sys
from email.utils import parseaddr
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mailbot.cli.output import EXIT_FOUND_WRONG, one_line, print_json, say_error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailbot.cli.output import Context
    from mailbot.domain.desk import Desk
    from mailbot.domain.grammar import Command
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.understanding import Understanding
    from mailbot.ports import Reader

STANDARD_INPUT = "-"
CLAIM_SHOWN = 1000
NO_KEY = "explaining a mail proves no token"


@click.command()
@click.argument("files", nargs=-1, metavar="FILE...")
@click.option("--batch", is_flag=True, help="Read one path a line on the standard input; answer one JSON line each.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a mail.")
@click.pass_obj
def explain(context: Context, *, files: tuple[str, ...], batch: bool, as_json: bool) -> None:
    """Say what mails are understood as, without touching anything. FILE is a raw mail (.eml), or - for standard input.

    Exit code 1 when a mail could not be read.
    """
    from mailbot.adapters.keys import make_keys  # noqa: PLC0415 - keeps --help fast
    from mailbot.parts import open_reader  # noqa: PLC0415
    from mailbot.settings.desk import make_desk  # noqa: PLC0415

    if bool(files) == batch:
        raise click.UsageError("Name files, or write --batch and give their paths on the standard input.")
    settings = context.settings()
    desk = make_desk(settings, make_keys(NO_KEY))
    reader = open_reader(settings)
    try:
        unread = 0
        for name in _paths_from_input() if batch else files:
            answer = explain_file(name, reader, desk)
            unread += not answer["read"]
            _print(answer, as_json=as_json or batch)
    finally:
        reader.close()
    if unread and not batch:
        sys.exit(EXIT_FOUND_WRONG)


def explain_file(name: str, reader: Reader, desk: Desk) -> dict[str, Any]:
    """Return what one file is understood as; what cannot be read is an answer too."""
    from mailbot.domain.errors import UnreadableMailError, WorldError  # noqa: PLC0415

    try:
        raw = sys.stdin.buffer.read() if name == STANDARD_INPUT else Path(name).read_bytes()
        return explanation(name, reader.read(raw, oversized=False).mail, desk)
    except OSError as error:
        return nothing_understood(name, f"The file cannot be read: {error.strerror}.")
    except (UnreadableMailError, WorldError) as error:
        return nothing_understood(name, str(error))
    except Exception as error:  # noqa: BLE001 - whatever one mail does, the next ones are explained
        return nothing_understood(name, f"The mail cannot be understood ({type(error).__name__}).")


def explanation(name: str, mail: IncomingMail, desk: Desk) -> dict[str, Any]:
    """Return everything that is understood of a mail, as plain values for JSON."""
    from mailbot.cli.expecting import expected_outcome  # noqa: PLC0415
    from mailbot.domain.legacy_hindi import find_reading  # noqa: PLC0415
    from mailbot.domain.understanding import understand  # noqa: PLC0415

    understood = understand(mail, desk)
    fields, screening = understood.fields, understood.screening
    return {
        "file": name,
        "read": True,
        "message_id": mail.message_id,
        "from": claimed_sender(mail),
        "subject": mail.subject,
        "text": mail.text,
        "reply": mail.reply,
        "subject_reading": find_reading(mail.subject),
        "reading": find_reading(mail.reply or mail.text),
        "attachments": _explained_files(mail),
        "kind": screening.kind.value,
        "bounce": screening.bounce,
        "autoreply": screening.autoreply,
        "automatic": screening.automatic,
        "language": understood.language,
        **told_fields(mail, understood),
        "commands": [command.verb.value for command in understood.commands.commands],
        "command_lines": [explained_command(command, desk) for command in understood.commands.commands],
        "trust": explained_trust(understood, desk),
        "expected": expected_outcome(mail, understood, desk),
        "problems": [*mail.problems, *_doubts(screening.reason, fields.notices, understood.commands.suspected)],
    }


def told_fields(mail: IncomingMail, understood: Understanding) -> dict[str, Any]:
    """Return the fields that a mail gives; an Employee ID of running words is not yet checked by the directory."""
    from mailbot.domain.opening import opening_facts  # noqa: PLC0415 - keeps --help fast

    fields, named = understood.fields, understood.employee_ids.named
    return {
        "request_type": fields.request_type,
        "module": fields.module,
        "priority": fields.priority,
        "employee_id": fields.employee_id or (named[0] if len(named) == 1 else None),
        "mobile": fields.mobile or understood.mobile,
        "facts": [{"kind": fact.kind.value, "value": fact.value} for fact in opening_facts(mail, understood)],
    }


def explained_trust(understood: Understanding, desk: Desk) -> dict[str, str]:
    """Return how sure it is who wrote the mail, and what that decides; a token is not looked for here."""
    from mailbot.domain.verdict_words import VERDICT_WORDS  # noqa: PLC0415 - keeps --help fast

    verdict = understood.verdict
    return {
        "level": verdict.level.name,
        "because": verdict.because.value,
        "reason": VERDICT_WORDS[verdict.because],
        "mode": desk.trust.mode.value,
    }


def explained_command(command: Command, desk: Desk) -> dict[str, Any]:
    """Return one command with what stands behind it, and why it is read as that command."""
    from mailbot.cli.expecting import reason_of  # noqa: PLC0415 - keeps --help fast

    return {
        "verb": command.verb.value,
        "word": command.word,
        "argument": command.argument,
        "targets": list(command.targets),
        "note": command.note,
        "reason": reason_of(command, desk),
    }


def _explained_files(mail: IncomingMail) -> list[dict[str, Any]]:
    """Return the files; nothing is known of earlier mails, so a logo counts as evidence here."""
    from mailbot.domain.evidence import judge_pictures  # noqa: PLC0415 - keeps --help fast

    return [
        {
            "name": file.name,
            "content_type": file.content_type,
            "size": file.size,
            "sha256": file.sha256,
            "inline": file.inline,
            "width": file.width,
            "height": file.height,
            "preview": file.preview,
            "evidence": file.evidence,
        }
        for file in judge_pictures(mail, frozenset()).attachments
    ]


def claimed_sender(mail: IncomingMail) -> dict[str, str]:
    """Return whom the mail says it is from; a bare word such as MAILER-DAEMON is shown as well."""
    if mail.sender is not None:
        return {"address": mail.sender.address, "name": mail.sender.name}
    name, address = parseaddr(mail.header("from")[:CLAIM_SHOWN])
    return {"address": address, "name": name}


def nothing_understood(name: str, problem: str) -> dict[str, Any]:
    """Return the answer for a mail that could not be read: the same keys, all empty."""
    empty: dict[str, Any] = dict.fromkeys(("request_type", "module", "priority", "employee_id", "mobile"))
    return {
        "file": name,
        "read": False,
        "message_id": "",
        "from": {"address": "", "name": ""},
        "subject": "",
        "text": "",
        "reply": "",
        "subject_reading": None,
        "reading": None,
        "attachments": [],
        "kind": "",
        "bounce": False,
        "autoreply": False,
        "automatic": False,
        "language": "",
        **empty,
        "facts": [],
        "commands": [],
        "command_lines": [],
        "trust": {},
        "expected": {"outcome": "", "reason": ""},
        "problems": [problem],
    }


def _doubts(automatic: str, notices: Iterable[Any], suspected: tuple[str, str] | None) -> list[str]:
    doubts = [f"It is automatic: {automatic}"] if automatic else []
    for notice in notices:
        nearest = f", perhaps {notice.proposed}" if notice.proposed else ""
        doubts.append(f"{notice.given!r} is not understood ({notice.code}){nearest}.")
    if suspected:
        doubts.append(f"{suspected[0]!r} is no command, perhaps {suspected[1]!r}.")
    return doubts


def _paths_from_input() -> Iterable[str]:
    """Return the lines of the standard input; a path is bytes, and need not be text in any encoding."""
    for line in sys.stdin.buffer:
        if line.strip():
            path = os.fsdecode(line.rstrip(b"\r\n"))
            yield f"./{path}" if path == STANDARD_INPUT else path


def _print(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
        sys.stdout.flush()
        return
    if not answer["read"]:
        say_error(f"{answer['file']}: {answer['problems'][0]}")
        return
    click.echo(f"{one_line(answer['file'])}")
    sender = answer["from"]
    lines = {
        "from": f"{sender['name']} <{sender['address']}>" if sender["address"] else "(nobody)",
        "subject": answer["subject"],
        "kind": answer["kind"] if answer["automatic"] else "written by a person",
        "language": answer["language"],
        "request type": answer["request_type"] or "(default)",
        "module": answer["module"] or "(default)",
        "priority": answer["priority"] or "(default)",
        "employee id": answer["employee_id"] or "-",
        "mobile": answer["mobile"] or "-",
        "facts": ", ".join(f"{fact['kind']} {fact['value']}" for fact in answer["facts"]) or "-",
        "commands": ", ".join(answer["commands"]) or "-",
        "trust": "{level}, {because}: {reason}".format(**answer["trust"]),
        "expected": "{outcome}. {reason}".format(**answer["expected"]),
    }
    if answer["subject_reading"]:
        lines["subject read"] = answer["subject_reading"]
    for name, value in lines.items():
        click.echo(f"  {name + ':':14}{one_line(value)}")
    _print_commands(answer["command_lines"])
    for file in answer["attachments"]:
        where = "inside the text" if file["inline"] else "attached"
        where += f", {file['width']} x {file['height']} pixels" if file["width"] else ""
        where += ", with a preview" if file["preview"] else ""
        where += "" if file["evidence"] else ", no evidence"
        click.echo(f"  {'file:':14}{one_line(file['name'])}, {file['content_type']}, {file['size']} bytes, {where}")
    for problem in answer["problems"]:
        click.echo(f"  {'odd:':14}{one_line(problem)}")
    click.echo("  new text:")
    for line in answer["reply"].split("\n"):
        click.echo(f"    | {one_line(line)}")
    if answer["reading"]:
        click.echo("  typed in an old Hindi font, read by the program:")
        for line in answer["reading"].split("\n"):
            click.echo(f"    | {one_line(line)}")


def _print_commands(commands: Iterable[dict[str, Any]]) -> None:
    for command in commands:
        behind = (command["word"], command["argument"], " ".join(command["targets"]), command["note"])
        click.echo(f"  {'command:':14}{one_line(' | '.join(part for part in behind if part))}")
        click.echo(f"  {'because:':14}{one_line(command['reason'])}")
