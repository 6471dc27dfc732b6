"""The three families of errors; each says in one sentence what to do next."""

from __future__ import annotations

import traceback
from pathlib import Path


class MailbotError(Exception):
    """A sentence for the person who can do something about it."""


class WorldError(MailbotError):
    """Database, disk or network failed: nothing is wrong with any mail, and everything is tried again later.

    `retry_after` says in how many seconds, when that is known, and is 0 otherwise.
    """

    retry_after = 0.0


class SettingsError(MailbotError):
    """A setting is wrong: the sentence names the key, the value and what is allowed."""


class UnreadableMailError(MailbotError):
    """This one mail cannot be read; the others go on."""


class ChangedMeanwhileError(MailbotError):
    """Somebody else changed the ticket between deciding and applying: decide again."""


class LoginRefusedError(WorldError):
    """A mail server did not accept user name and password: it is tried again, more and more rarely."""


class ConsentLostError(LoginRefusedError):
    """The provider gives no more tokens (OAuth 2): only a person can log in again, and the sentence says how."""


class FolderMissingError(WorldError):
    """A folder that the settings name does not exist on the mail server: the sentence lists those that do."""


def name_error(error: Exception) -> str:
    """Return what an unexpected error is and where it arose; its own words may repeat the mail and stay out of logs."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"unexpected {type(error).__name__}{place}"
