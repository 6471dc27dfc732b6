"""How long a reply token counts: by the age of the letter that carried it, and for less time where it commands.

A token holds no date. The row of its letter has one, and is found by the Message-ID that follows from the token.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mailbot.domain.authority import Action
from mailbot.domain.thread import with_tokens

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from mailbot.domain.desk import Desk, Known
    from mailbot.domain.thread import Clues
    from mailbot.domain.trust import Token

# What the IT section does to tickets of others. Whatever else needs a token takes one as old as a reply may be.
OF_COMMANDS = frozenset({Action.STAFF, Action.HEAVY})


def drop_ended(clues: Clues, written: Mapping[Token, datetime], desk: Desk, now: datetime) -> Clues:
    """Return the clues with those tokens only whose letters are young enough; of an unknown letter none counts."""
    ages = {token: now - at for token, at in written.items()}
    live = [token for token, age in ages.items() if age < desk.token_ages.reply]
    is_old = min(ages.values(), default=timedelta.max) >= desk.token_ages.command
    return replace(with_tokens(clues, live, desk), is_token_old=is_old)


def counts_for(action: Action, known: Known) -> bool:
    """Tell whether the mail carries a token that is young enough for this."""
    return known.has_token and not (known.is_token_old and action in OF_COMMANDS)
