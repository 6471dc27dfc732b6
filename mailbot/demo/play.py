"""The play: officers write, the IT section answers by replying, a stranger tries his luck. All of it really happens."""

from __future__ import annotations

import signal
import sys
import time
import tomllib
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from mailbot.adapters.store.queries import find_desk_letters
from mailbot.demo import mails
from mailbot.demo.narrator import Narrator
from mailbot.demo.people import PASSWORD, SUPPORT, read_people
from mailbot.demo.server import DemoError
from mailbot.demo.stage import open_stage
from mailbot.demo.terminal import Ink, Terminal, make_terminal, standard_terminal
from mailbot.demo.web_scene import play_in_browser, show_links
from mailbot.domain.errors import MailbotError
from mailbot.share import shared

if TYPE_CHECKING:
    from types import FrameType

    from mailbot.demo.stage import Stage

FAILED = 1
STOPPED = 130  # what shells report for a program that Ctrl-C ended
LOOK_SECONDS = 0.5


def play(folder: str, *, keep: bool) -> int:
    """Run the whole demonstration and return the exit code; with `keep`, everything stays open until Ctrl-C."""
    signal.signal(signal.SIGTERM, _end)
    try:
        _run(Path(folder), standard_terminal(), keep=keep)
    except MailbotError as error:
        make_terminal(sys.stderr).say(f"\nThe demonstration stopped: {error}")
        return FAILED
    except KeyboardInterrupt:
        make_terminal(sys.stderr).say("\nThe demonstration was stopped from the keyboard.")
        return STOPPED
    return 0


def _end(_signal: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(FAILED)  # leaves through every `with`, so that servers and worker end too


def _run(folder: Path, terminal: Terminal, *, keep: bool) -> None:
    started = time.monotonic()
    _welcome(terminal)
    with open_stage(folder) as stage:
        server = stage.server
        terminal.line("mail server", f"IMAP {server.host}:{server.imap_port}, SMTP {server.host}:{server.smtp_port}")
        terminal.line("mailbot", f"`mailbot run`, process {stage.worker.pid}, waits for mail with IMAP IDLE")
        terminal.line("pages", f"`mailbot web`, process {stage.web.pid}, at {stage.address}")
        _act(Narrator(stage, terminal, _english_names()))
        terminal.scene(
            "5. The same desk in a browser", "For those who prefer to look: the same tickets, the same rules."
        )
        play_in_browser(stage, terminal)
        _show_result(stage, terminal)
        _show_places(stage, terminal)
        if keep:
            _keep_open(stage, terminal)
        stage.stop_programs()
    if not keep:
        _say_goodbye(stage, terminal, time.monotonic() - started)


def _welcome(terminal: Terminal) -> None:
    staff = sum(person.is_staff for person in read_people())
    officers = len(read_people()) - staff
    terminal.say("mailbot: a support mailbox becomes a ticket desk", Ink.STRONG)
    terminal.say(f"A small tax department: {officers} officers, {staff} people in IT, one mailbox.")
    terminal.say("The mails are invented; IMAP, SMTP, database and program are the real ones.", Ink.FAINT)
    terminal.say()


def _act(narrator: Narrator) -> None:
    scene, reply = narrator.terminal.scene, narrator.reply
    scene("1. Officers report problems", "In Hindi, in English, in a mix of both, from whatever mail program they use.")
    tickets = {note.sender.split(".")[0]: narrator.open(note) for note in mails.first_mails()}
    narrator.automatic(mails.out_of_office())
    returns, way_bill, refund = (tickets[name].number for name in ("anita", "suresh", "pooja"))
    scene("2. The IT section answers", "Replying to the letter is all it takes; there is no other program to learn.")
    reply(way_bill, mails.STAFF_ASKS, "waiting", {"question", "done"})
    reply(way_bill, mails.OFFICER_ANSWERS, "in_progress", {"comment"})
    reply(refund, mails.STAFF_COMMENTS, "in_progress", {"comment"})
    reply(returns, mails.STAFF_RESOLVES, "resolved", {"resolved", "done"})
    scene("3. Is it really solved?", '"Thanks" does not re-open a ticket; "Reopen" does, in Hindi and English.')
    reply(returns, mails.OFFICER_THANKS, "resolved", {"comment"})
    again = reply(returns, mails.OFFICER_REOPENS, "in_progress", {"reopened", "done"})
    if again.reopen_count != 1:
        raise DemoError(f"{returns} was re-opened once but counts {again.reopen_count}.")
    reply(returns, mails.STAFF_RESOLVES_AGAIN, "resolved", {"resolved", "done"})
    explanation = "Anybody can write a name into From. Nothing happens on his word; the real person is asked first."
    scene("4. A stranger poses as the IT section", explanation)
    narrator.forge(tickets["imran"])


def _show_result(stage: Stage, terminal: Terminal) -> None:
    names, histories = _english_names(), stage.histories()
    terminal.scene("The desk now", "`mailbot ticket list` shows this, `mailbot ticket show NUMBER` a whole story.")
    terminal.say()
    rows = [
        (t.number, t.status.replace("_", " "), names[t.priority], names[t.module], t.title)
        for t in (history.ticket for history in histories)
    ]
    terminal.table(("ticket", "status", "priority", "module", "title"), rows)
    kinds = Counter(str(history.ticket.status).replace("_", " ") for history in histories)
    letters = sum(len(history.letters) for history in histories) + len(find_desk_letters(stage.engine))
    arrived = sum(mail.to != SUPPORT.address for mail in stage.server.delivered)
    if letters != arrived:
        raise DemoError(f"mailbot wrote {letters} letters, but {arrived} arrived.")
    terminal.say()
    counted = ", ".join(f"{count} {status}" for status, count in kinds.items())
    terminal.line("tickets", f"{len(histories)}: {counted}")
    terminal.line("letters", f"{letters} written, {arrived} arrived")


def _show_places(stage: Stage, terminal: Terminal) -> None:
    folder, pictures = stage.folder, stage.keep_screenshots()
    terminal.say()
    terminal.line("database", f"{folder / 'desk' / 'mailbot.db'}")
    terminal.line("screenshots", f"{folder / 'screenshots'}, a folder per ticket ({pictures} pictures)")
    terminal.line("all mail", f"{folder / 'letters'}, a folder per person (.eml files for any mail program)")


def _say_goodbye(stage: Stage, terminal: Terminal, seconds: float) -> None:
    imap, smtp = (f"{stage.server.host}:{port}" for port in (stage.server.imap_port, stage.server.smtp_port))
    terminal.line("programs", f"stopped cleanly on SIGTERM, after {seconds:.0f} seconds in all")
    terminal.say()
    terminal.say("Now write one yourself, from a mail program or on the pages:  make demo KEEP=1", Ink.STRONG)
    terminal.line("pages", f"{stage.address}, with sign-in links for an officer, a staff member and the lead")
    terminal.line("servers", f"IMAP {imap}, SMTP {smtp}, no encryption")
    terminal.line("account", f"{read_people()[0].email}, password {PASSWORD}; write to {SUPPORT.address}")


def _keep_open(stage: Stage, terminal: Terminal) -> None:
    """Say how to connect, then tell of every mail and letter until Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell script that started us may have ignored it
    with suppress(KeyboardInterrupt):
        _explain_connection(stage, terminal)
        _watch(stage, terminal)


def _explain_connection(stage: Stage, terminal: Terminal) -> None:
    server = stage.server
    terminal.scene("Now you", "Connect Thunderbird or any mail program, or open the pages. Ctrl-C ends it.")
    terminal.line("IMAP", f"{server.host}, port {server.imap_port}, connection security: none, normal password")
    terminal.line("SMTP", f"{server.host}, port {server.smtp_port}, connection security: none, normal password")
    terminal.line("password", f"{PASSWORD} (for everybody)")
    terminal.line("write to", SUPPORT.address)
    for person in read_people():
        terminal.line("IT" if person.is_staff else "officer", person.email)
    show_links(stage, terminal)
    terminal.say()


def _watch(stage: Stage, terminal: Terminal) -> None:
    seen = len(stage.server.delivered)
    while True:
        stage.require_programs()
        for mail in stage.server.delivered[seen:]:
            seen += 1
            label, other = ("mail in", mail.sender) if mail.to == SUPPORT.address else ("letter out", mail.to)
            terminal.line(label, f"{other}: {mail.mail['Subject']}")
        time.sleep(LOOK_SECONDS)


def _english_names() -> dict[str, str]:
    """Return the English name of every code of the catalogue that is delivered with mailbot."""
    catalogue = tomllib.loads(shared("settings.toml").read_text(encoding="utf-8"))["catalogue"]
    lists = (catalogue[name] for name in ("request_types", "modules", "priorities"))
    return {entry["code"]: entry["en"] for entries in lists for entry in entries}
