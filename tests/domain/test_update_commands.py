"""Commands in a reply: every command by every side, with and without proof, and who hears of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mailbot.domain.decision import EventKind, Outcome
from mailbot.domain.letter import LetterKind
from mailbot.domain.ticket import Status
from tests.builders import ASHA, CHITRA, DEV, codes, letters, make_ticket, when

DONE, REFUSED = LetterKind.DONE, LetterKind.REFUSED

# Who writes what in which status; what becomes of the ticket; what the officer, Chitra and Dev get ("-" is nothing).
TABLE = """
chitra  TAKE               new          in_progress  status_changed  done            -
chitra  TAKE               in_progress  =            status_changed  done            -
chitra  TAKE               waiting      in_progress  status_changed  done            -
chitra  TAKE               resolved     refused      -               refused         -
chitra  TAKE               closed       refused      -               refused         -
chitra  RESOLVED_Reloaded  new          resolved     resolved        done            -
chitra  RESOLVED_Reloaded  in_progress  resolved     resolved        done            -
chitra  RESOLVED_Reloaded  waiting      resolved     resolved        done            -
chitra  RESOLVED_Reloaded  resolved     refused      -               refused         -
chitra  RESOLVED_Reloaded  closed       refused      -               refused         -
chitra  ASK_Which_file?    new          waiting      question        done            -
chitra  ASK_Which_file?    in_progress  waiting      question        done            -
chitra  ASK_Which_file?    waiting      refused      -               refused         -
chitra  ASK_Which_file?    resolved     refused      -               refused         -
chitra  ASK                new          refused      -               refused         -
chitra  NOTE_Vendor_told   new          =            -               done            -
chitra  NOTE_Vendor_told   waiting      =            -               done            -
chitra  NOTE_Vendor_told   resolved     =            -               done            -
chitra  NOTE_Vendor_told   closed       =            -               done            -
chitra  NOTE               new          refused      -               refused         -
chitra  REOPEN             resolved     in_progress  reopened        done            reopened
chitra  REOPEN             closed       in_progress  reopened        done            reopened
chitra  REOPEN             new          refused      -               refused         -
chitra  WORKS_NOW          resolved     refused      -               refused         -
chitra  CANCEL             new          refused      -               refused         -
dev     RESOLVED_Reloaded  new          resolved     resolved        -               done
dev     TAKE               new          in_progress  status_changed  -               done
asha    REOPEN             resolved     in_progress  done            reopened        reopened
asha    REOPEN_same_error  resolved     in_progress  done            reopened        reopened
asha    REOPEN             closed       in_progress  done            reopened        reopened
asha    REOPEN             new          refused      refused         -               -
asha    REOPEN_same_error  in_progress  =            -               comment         comment
asha    Still_not_working  resolved     in_progress  done            reopened        reopened
asha    Still_not_working  in_progress  =            -               comment         comment
asha    WORKS_NOW          resolved     closed       done            status_changed  status_changed
asha    WORKS_NOW          in_progress  refused      refused         -               -
asha    RESOLVED           resolved     closed       done            status_changed  status_changed
asha    RESOLVED           in_progress  refused      refused         -               -
asha    RESOLVED._Cleared  in_progress  =            -               comment         comment
asha    done               resolved     closed       done            status_changed  status_changed
asha    done               new          =            -               comment         comment
asha    CANCEL             new          closed       done            status_changed  status_changed
asha    CANCEL             in_progress  closed       done            status_changed  status_changed
asha    CANCEL             waiting      closed       done            status_changed  status_changed
asha    CANCEL             resolved     refused      refused         -               -
asha    TAKE               new          refused      refused         -               -
asha    ASK_Which_file?    new          =            -               comment         comment
asha    NOTE:_only_Chrome  new          =            -               comment         comment
asha    NOTE:_only_Chrome  waiting      in_progress  -               comment         comment
"""
PEOPLE = {"asha": ASHA, "chitra": CHITRA, "dev": DEV}


@pytest.mark.parametrize("row", TABLE.strip().splitlines(), ids=lambda row: " ".join(row.split()[:3]))
def test_what_a_command_does_and_who_hears_of_it(row):
    """With a reply token each command does what the table says, and exactly these letters are written."""
    who, says, status, result, *heard = row.split()
    decision = when(PEOPLE[who], says.replace("_", " "), Status(status))
    expected = None if result in {"=", "refused"} else Status(result)
    got = {person.email: kind for person, kind in zip((ASHA, CHITRA, DEV), heard, strict=True) if kind != "-"}
    assert decision.outcome is Outcome.UPDATED
    assert decision.change.status is expected
    assert {letter.to: str(letter.kind) for letter in decision.letters} == got
    assert (EventKind.REFUSED in {event.kind for event in decision.events}) == (result == "refused")


@pytest.mark.parametrize("row", TABLE.strip().splitlines(), ids=lambda row: " ".join(row.split()[:3]))
def test_without_a_token_nothing_is_commanded(row):
    """The same mails without proof change no status but by a comment, and nobody but the sender hears of a command."""
    who, says, status, result, *heard = row.split()
    decision = when(PEOPLE[who], says.replace("_", " "), Status(status), by_token=False)
    is_comment = "comment" in heard
    assert is_comment or decision.change.status is None
    assert is_comment or letters(decision) == {(PEOPLE[who].email, REFUSED)}
    token = "needs_token_requester" if who == "asha" else "needs_token_staff"
    assert is_comment or codes(decision, PEOPLE[who]) == [token]
    assert result != "resolved" or decision.change.resolution is None


def test_the_resolution_is_kept_and_told():
    """The words after RESOLVED become the resolution, the history and the officer's letter."""
    decision = when(CHITRA, "RESOLVED\nडेटा पुनः लोड किया गया।")
    assert decision.change.resolution == "डेटा पुनः लोड किया गया।"
    assert decision.events[0].text == "डेटा पुनः लोड किया गया।"
    told = next(letter for letter in decision.letters if letter.to == ASHA.email)
    assert (told.text, told.actor) == ("डेटा पुनः लोड किया गया।", "Chitra Rao")


def test_who_takes_or_resolves_a_ticket_of_nobody_becomes_its_assignee():
    """TAKE, RESOLVED and ASK assign a free ticket; a ticket of somebody else changes hands by TAKE only."""
    assert when(CHITRA, "RESOLVED").change.assignee == CHITRA.email
    assert when(CHITRA, "ASK Which file?").change.assignee == CHITRA.email
    devs = make_ticket(assignee=DEV.email)
    assert when(CHITRA, "RESOLVED", ticket=devs).change.assignee is None
    assert when(CHITRA, "TAKE", ticket=devs).change.assignee == CHITRA.email


def test_a_reopened_ticket_goes_back_to_its_assignee():
    """A re-opening counts, keeps the assignee, and only the assignee is told."""
    ticket = make_ticket(Status.RESOLVED, assignee=DEV.email)
    decision = when(ASHA, "पुनः खोलें\nवही त्रुटि", ticket=ticket)
    assert decision.change.reopened
    assert decision.change.assignee is None
    assert letters(decision) == {(ASHA.email, DONE), (DEV.email, LetterKind.REOPENED)}


def test_a_note_stays_inside():
    """A note is an internal event; the officer gets nothing, and no letter repeats it."""
    decision = when(CHITRA, "NOTE: the vendor says Thursday")
    assert decision.events[0].internal
    assert not any("Thursday" in letter.text for letter in decision.letters)


def test_two_commands_are_done_in_their_order_and_confirmed_in_one_letter():
    """TAKE and RESOLVED in one mail: taken, then resolved, one letter to each person."""
    decision = when(CHITRA, "TAKE\nRESOLVED\nReloaded.")
    assert [event.kind for event in decision.events] == [EventKind.TAKEN, EventKind.RESOLVED]
    assert decision.change.status is Status.RESOLVED
    assert codes(decision, CHITRA) == ["done_taken", "done_resolved"]
    assert len(decision.letters) == 2


def test_a_possible_and_an_impossible_command_are_told_apart():
    """What could be done is done; the letter says which one was not, and nothing of it is lost."""
    decision = when(CHITRA, "RESOLVED\nRESOLVED\nagain")
    assert decision.change.status is Status.RESOLVED
    assert codes(decision, CHITRA) == ["done_resolved", "step_not_allowed"]


def test_a_refusal_says_what_is_possible():
    """An officer who writes a word of the staff is told whose it is and what would work instead."""
    decision = when(ASHA, "TAKE")
    notice = decision.letters[0].notices[0]
    assert (notice.code, notice.given, notice.proposed) == ("only_staff", "TAKE", "CANCEL")


def test_staff_on_their_own_ticket_resolve_it_without_a_letter_to_themselves():
    """Chitra reported the problem and resolves it: one confirmation, nothing else to her."""
    own = make_ticket(requester=CHITRA.email, requester_name=CHITRA.name)
    decision = when(CHITRA, "RESOLVED", ticket=own, requester=CHITRA)
    assert letters(decision) == {(CHITRA.email, DONE)}


@pytest.mark.parametrize("typed", ["resolvd", "RESLOVED"])
def test_a_misspelt_command_is_asked_about_and_not_passed_on(typed):
    """The officer never sees the slip; Chitra is asked what she meant."""
    decision = when(CHITRA, typed)
    assert letters(decision) == {(CHITRA.email, LetterKind.NOT_UNDERSTOOD)}
    assert codes(decision, CHITRA) == ["word_unknown"]
    assert decision.change.status is None


def test_a_person_who_left_the_it_section_commands_nothing():
    """A token outlives the job: the mail of a former colleague opens a ticket of his own and changes nothing."""
    former = replace(CHITRA, active=False)
    decision = when(former, "RESOLVED")
    assert decision.outcome is Outcome.OPENED
    assert decision.change is None
    assert ASHA.email not in {letter.to for letter in decision.letters}
