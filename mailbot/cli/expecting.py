"""What `mailbot explain` expects to become of a mail, and why, as far as that is known without the tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.domain.decision import Outcome
from mailbot.domain.numbering import find_numbers
from mailbot.domain.people import Language, Role
from mailbot.domain.quotes import find_own_words
from mailbot.domain.ticket import STEPS, Actor
from mailbot.domain.trust import find_tokens
from mailbot.domain.verbs import VERBS, About

if TYPE_CHECKING:
    from mailbot.domain.desk import Desk
    from mailbot.domain.grammar import Command
    from mailbot.domain.mail import IncomingMail
    from mailbot.domain.understanding import Understanding
    from mailbot.domain.verbs import Verb

_STAFF = frozenset({Role.STAFF, Role.LEAD})
# What decides further, once a line is read as a command.
_NEEDS = {
    About.TICKET: "it is carried out when the mail answers a letter of ours and the ticket's status allows it",
    About.DESK: "it is answered at the stored address of its sender",
    About.SELF: "it is kept when the mail answers a letter of ours",
}
_ORDINARY = "it is an ordinary word, so it counts only from somebody who may do it now"


def expected_outcome(mail: IncomingMail, understood: Understanding, desk: Desk) -> dict[str, str]:
    """Return the outcome that a mail will have, and the reason; where the tables decide, the reason says between what.

    Reads top to bottom in the order of precedence, as the decision does.
    """
    if understood.screening.automatic:
        return _expect(Outcome.AUTOMATIC, f"Nobody answers it, and it opens no ticket: {understood.screening.reason}")
    verbs = {VERBS[command.verb].about for command in understood.commands.commands}
    opens = _what_opens(understood, desk)
    belongs = _where_it_belongs(mail, understood, desk, opens)
    if verbs and About.TICKET not in verbs:
        return _expect(Outcome.ANSWERED, "It only asks the desk something, and that opens no ticket.")
    if belongs:
        return _expect(Outcome.UPDATED, belongs)
    return _expect(Outcome.OPENED, f"It names no ticket and answers nothing, so {opens}")


def _where_it_belongs(mail: IncomingMail, understood: Understanding, desk: Desk, opens: str) -> str:
    """Return what ties a mail to a ticket, the strongest clue first; nothing when there is none."""
    if find_tokens((*mail.thread_ids, *mail.recipients, find_own_words(mail.reply))):
        return "It answers a letter of ours, so it belongs to the ticket of that letter."
    named = [command for command in understood.commands.commands if command.targets]
    if any(VERBS[command.verb].about is About.TICKET for command in named):
        return "Its commands name the tickets that they are for."
    if numbers := find_numbers(desk.prefix, mail.subject):
        return f"Its subject names {numbers[0]}: if its sender belongs to that ticket it goes there; otherwise {opens}"
    if mail.thread_ids:
        return f"It answers an earlier mail: if that has a ticket of its sender it goes there; otherwise {opens}"
    return ""


def reason_of(command: Command, desk: Desk) -> str:
    """Return why a line is read as this command, and what it needs to be carried out."""
    words = desk.grammar.words(command.verb)
    button = words.button(Language.ENGLISH) if words else command.verb.value.upper()
    says = "" if command.word.casefold() == button.casefold() else f" is a way to say {button} and"
    needs = _NEEDS[VERBS[command.verb].about] if command.is_plain else _ORDINARY
    return f"{command.word!r}{says} stands where a command may stand; {_who(command.verb)}; {needs}."


def _who(verb: Verb) -> str:
    """Return who may say a verb."""
    rule = VERBS[verb]
    if rule.step is None:
        return "only the IT section may say it" if rule.roles <= _STAFF else "everybody may say it"
    actors = STEPS[rule.step].actors
    sides = {Actor.REQUESTER: "the officer", Actor.STAFF: "the IT section"}
    said = " and ".join(side for actor, side in sides.items() if actor in actors)
    return f"{said or 'a lead'} may say it"


def _what_opens(understood: Understanding, desk: Desk) -> str:
    fields, catalogue = understood.fields, desk.catalogue
    module = fields.module or f"{catalogue.modules.default} (none is named)"
    priority = fields.priority or f"{catalogue.priorities.default} (none is named)"
    return f"it opens one in {module} with priority {priority}."


def _expect(outcome: Outcome, reason: str) -> dict[str, str]:
    return {"outcome": outcome.value, "reason": reason}
