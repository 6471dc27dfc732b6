"""One mail after the other: sent, answered by the real program, compared with what should happen, and told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.demo import mails
from mailbot.demo.people import OUTSIDER, read_people
from mailbot.demo.server import DemoError
from mailbot.demo.terminal import Ink, Terminal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mailbot.adapters.store.queries import LetterLine
    from mailbot.demo.clients import Note
    from mailbot.demo.mails import Reply
    from mailbot.demo.stage import Answer, Stage
    from mailbot.domain.ticket import Ticket

LETTER_NAMES = {
    "acknowledgement": "acknowledgement",
    "new_ticket": "notice",
    "comment": "comment",
    "question": "question",
    "status_changed": "change of status",
    "resolved": "resolution",
    "reopened": "re-opened",
    "done": "confirmation",
    "still_resolved": '"does it work now?"',
    "refused": "refusal, and how to do it right",
    "challenge": '"was this you?"',
    "not_understood": "question back",
}
FEW = 2
_GLUE = "\N{NO-BREAK SPACE}"
STATUS_INKS = {"resolved": Ink.GOOD, "closed": Ink.GOOD, "waiting": Ink.WATCH, "in_progress": Ink.WATCH}


@dataclass(frozen=True, slots=True)
class Narrator:
    """The stage, the terminal it is told on, and the English names of the catalogue's codes."""

    stage: Stage
    terminal: Terminal
    names: Mapping[str, str]

    def open(self, note: Note) -> Ticket:
        """Play a mail that opens a ticket, and return the ticket."""
        self._mail_in(note)
        answer = self.stage.send(note)
        ticket = answer.ticket.ticket
        _expect(answer, "opened", status="new", kinds={"acknowledgement", "new_ticket"})
        line = self.terminal.line
        line("understood", self._understood(answer))
        for question in self._questions(ticket):
            line("asked back", question, Ink.WATCH)
        line("ticket", f"{ticket.number}  {ticket.title}", Ink.NUMBER)
        self._letters_out(answer)
        return ticket

    def reply(self, number: str, reply: Reply, status: str, kinds: set[str]) -> Ticket:
        """Play somebody's answer to the newest letter about a ticket, and return the ticket as it stands then."""
        note = reply.note(self.stage.last_letter(mails.person(reply.first_name).email, number).mail)
        return self._update(note, number, status, kinds, forged=False)

    def forge(self, ticket: Ticket) -> Ticket:
        """Play a stranger's command under a false name, which must change nothing but make mailbot ask its owner."""
        note = mails.forged_command(f"[{ticket.number}] {ticket.title}")
        after = self._update(note, ticket.number, "new", {"challenge"}, forged=True)
        question = self.stage.last_letter(note.sender, ticket.number).mail
        if "Was this you?" not in str(question["Subject"]):
            raise DemoError(f"{note.sender} should have been asked, but was sent {question['Subject']!r}.")
        said = f'The forged mail changed nothing. The real {note.name} now has the letter that asks "Was this you?"'
        self.terminal.line("so", f"{said}; only his own yes would count.", Ink.GOOD)
        return after

    def automatic(self, note: Note) -> None:
        """Play a mail that no human wrote, which must stay without an answer."""
        self._mail_in(note)
        answer = self.stage.send(note)
        _expect(answer, "automatic", status=None, kinds=set())
        self.terminal.line("understood", " ".join(answer.mail.reasons))
        self.terminal.line("letters out", "none, and no ticket: an answer could start an endless loop", Ink.GOOD)

    def _update(self, note: Note, number: str, status: str, kinds: set[str], *, forged: bool) -> Ticket:
        before = next(history.ticket for history in self.stage.histories() if history.ticket.number == number)
        self._mail_in(note, forged=forged)
        answer = self.stage.send(note, forged=forged)
        ticket = answer.ticket.ticket
        _expect(answer, "updated", status=status, kinds=kinds)
        self.terminal.line("understood", " ".join(answer.mail.reasons[1:] or answer.mail.reasons))
        change = status if before.status == status else f"{before.status} -> {status}"
        self.terminal.line("ticket", f"{number}  {change.replace('_', ' ')}", STATUS_INKS.get(status))
        self._letters_out(answer)
        return ticket

    def _mail_in(self, note: Note, *, forged: bool = False) -> None:
        pictures = ", 1 screenshot" if note.picture else ""
        self.terminal.beat(_describe(note.sender, forged=forged), f"{note.client.value}{pictures}")
        if note.answers is None:
            self.terminal.line("mail in", note.subject)
        if note.answers is not None or forged:
            self.terminal.line("reply", " / ".join(line for line in note.text.splitlines() if line))

    def _understood(self, answer: Answer) -> str:
        ticket, files = answer.ticket.ticket, answer.ticket.files
        named = [self.names.get(code, code) for code in (ticket.module, ticket.priority, ticket.request_type)]
        named += [f"Employee{_GLUE}ID{_GLUE}{ticket.employee_id}"] if ticket.employee_id else ["not in the directory"]
        named += [f"mobile{_GLUE}{ticket.mobile}"] if ticket.mobile else []
        named += [f"screenshot of {file.size // 1024}{_GLUE}kB" for file in files if file.evidence]
        return ", ".join(named)

    def _questions(self, ticket: Ticket) -> list[str]:
        letter = self.stage.last_letter(ticket.requester, ticket.number).mail
        body = letter.get_body(("plain",))
        lines = str(body.get_content()).splitlines() if body else []
        return [line.strip("-*> ") for line in lines if "Did you mean" in line]

    def _letters_out(self, answer: Answer) -> None:
        self.terminal.line("letters out", f"{_list_letters(answer.letters)} ({answer.seconds:.2f}{_GLUE}s)")


def _expect(answer: Answer, outcome: str, status: str | None, kinds: set[str]) -> None:
    """Raise DemoError when the answer is not the expected one; the demonstration must not tell a fairy tale."""
    found = {letter.kind for letter in answer.letters}
    stands = str(answer.history.ticket.status) if answer.history else None
    if (answer.mail.outcome, stands, found) != (outcome, status, kinds):
        raise DemoError(
            f"{answer.mail.subject!r} should have led to {outcome}, status {status}, letters {sorted(kinds)}; "
            f"it led to {answer.mail.outcome}, status {stands}, letters {sorted(found)}."
        )


def _describe(address: str, *, forged: bool) -> str:
    if forged:
        return "A stranger, as Vikram Joshi"
    someone = next((person for person in read_people() if person.email == address), None)
    if someone is None:
        return f"{OUTSIDER.name}, outside the department"
    return f"{someone.name}, {someone.office}, {someone.zone}"


def _list_letters(letters: Sequence[LetterLine]) -> str:
    """Return who got which letters; many of one kind are counted."""
    by_kind: dict[str, list[str]] = {}
    for letter in letters:
        by_kind.setdefault(letter.kind, []).append(_name_of(letter.to))
    return "; ".join(f"{LETTER_NAMES.get(kind, kind)} to {_all_of(names)}" for kind, names in by_kind.items())


def _all_of(names: Sequence[str]) -> str:
    return " and ".join(names) if len(names) <= FEW else f"{len(names)} in IT"


def _name_of(address: str) -> str:
    return next((person.name for person in read_people() if person.email == address), OUTSIDER.name)
