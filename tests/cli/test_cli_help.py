"""Every command explains itself, quickly, and ends with a code that says what happened."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from mailbot.adapters.store.revisions import find_known_revisions
from mailbot.cli import cli


def commands(group=cli, path=()):
    """Return every command with the words that lead to it."""
    found = [(path, group)]
    for name, command in sorted(getattr(group, "commands", {}).items()):
        found += commands(command, (*path, name))
    return found


@pytest.mark.parametrize("path", [path for path, _ in commands()], ids=" ".join)
def test_every_command_has_help(mailbot, path):
    """On less than a hundred lines, with exit code 0, and beginning with how to use it."""
    done = mailbot(*path, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: {' '.join(('mailbot', *path))}")
    assert len(done.out.splitlines()) < 100


@pytest.mark.parametrize(
    ("path", "command"), commands(), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_every_option_is_explained(path, command):
    """A command says in a sentence what it does, an option what it changes."""
    assert command.help, path
    assert command.help.strip().split("\n")[0].endswith((".", ":")), path
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, (path, parameter.opts)


def test_the_commands_are_these():
    """The list that the manual is written for."""
    assert sorted(" ".join(path) for path, command in commands() if path and not isinstance(command, click.Group)) == [
        "alarm settle", "alarm test", "answers resume", "answers show", "api-key create", "api-key list",
        "api-key revoke", "audit anchor", "audit verify", "backup",
        "check", "demo", "erase", "explain", "export", "files rescan", "fsck", "guide", "incident-pack", "init",
        "keys list", "keys rotate", "letters held", "letters preview", "login", "migrate", "once", "people import",
        "people muted", "people unmute", "quarantine discard", "quarantine list", "quarantine retry", "quarantine show",
        "reconcile", "replay", "report", "restore", "run", "status", "ticket find", "ticket list", "ticket show",
        "trust report", "web",
    ]  # fmt: skip


def test_help_loads_no_library_but_click():
    """Whoever asks for help, or presses Tab, does not wait for a database layer to load."""
    heavy = (
        "sqlalchemy",
        "alembic",
        "jinja2",
        "imapclient",
        "mailparser",
        "aiosmtplib",
        "apscheduler",
        "pydantic",
        "weasyprint",
        "obstore",
        "xlsxwriter",
        "nh3",
    )
    program = f"import sys, mailbot.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_module_runs_like_the_command():
    """`python -m mailbot` is the same program."""
    done = subprocess.run([sys.executable, "-m", "mailbot", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("mailbot ")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--version",), 0, ""),
        ((), 2, "Usage: mailbot"),
        (("tickets",), 2, "No such command 'tickets'"),
        (("ticket", "list", "--limit", "0"), 2, "--limit"),
        (("ticket", "list", "--status", "open"), 2, "'open' is not one of 'new', 'in_progress'"),
        (("ticket", "show"), 2, "Missing argument 'NUMBER'"),
        (("quarantine", "show", "first"), 2, "'first' is not a valid integer"),
        (("quarantine", "show", "9" * 30), 2, "is not in the range"),
        (("migrate", "--down-to", "yesterday"), 2, f"'yesterday' is none of {', '.join(find_known_revisions())}."),
        (("people", "import", "nowhere.csv"), 2, "'nowhere.csv' does not exist"),
        (("explain",), 2, "Name files, or write --batch"),
        (("--settings", "nowhere.toml", "check"), 78, "nowhere.toml does not exist"),
        (("run",), 78, "desk.address, imap.host, imap.username, smtp.host: not set. `mailbot init` asks for them"),
        (("ticket", "list"), 75, "Check that its folder exists"),
    ],
)
def test_exit_codes(mailbot, arguments, code, words):
    """2 is wrong use, 78 a wrong setting, 75 trouble outside; each with a sentence and without a traceback."""
    done = mailbot(*arguments)
    assert done.code == code
    assert words in done.out + done.err
    assert "Traceback" not in done.err


def test_a_wrong_setting_is_named_by_every_command(folder):
    """The key, the value and what is allowed, with exit code 78."""
    folder.change("[imap]", "[imap]\nidle_seconds = 4000")
    for command in (("check",), ("once",), ("ticket", "list"), ("migrate",), ("quarantine", "list")):
        done = folder.mailbot(*command)
        assert (done.code, done.err) == (78, "mailbot: imap.idle_seconds = 4000: should be less than 1740.\n")


def test_a_database_without_tables_is_named_by_every_command(folder):
    """Exit code 75 and the command that helps."""
    assert folder.mailbot("migrate", "--down-to", "base").code == 0
    for command in (("ticket", "list"), ("quarantine", "list"), ("once",), ("reconcile",)):
        done = folder.mailbot(*command)
        assert done.code == 75
        assert "Run `mailbot migrate`" in done.err
