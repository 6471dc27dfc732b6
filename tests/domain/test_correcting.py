"""PRIORITY, MODULE and TYPE as commands: every name of the catalogue, near misses, and sentences that are none."""

from __future__ import annotations

import pytest

from mailbot.domain.decision import EventKind
from mailbot.domain.letter import LetterKind
from mailbot.domain.ticket import Status
from tests.builders import ASHA, CHITRA, DEV, codes, letters, make_ticket, the_desk, when
from tests.rows import check_rows

CATALOGUE = the_desk().catalogue
LISTS = {
    "PRIORITY": ("priority", CATALOGUE.priorities),
    "MODULE": ("module", CATALOGUE.modules),
    "TYPE": ("request_type", CATALOGUE.request_types),
}
NAMES = [
    (verb, field, name, entry.code)
    for verb, (field, choices) in LISTS.items()
    for entry in choices.entries
    for name in (entry.code, entry.en, entry.hi, *entry.aliases)
]


def test_every_name_of_the_catalogue_is_understood():
    """Whichever name somebody uses, in whichever language, the ticket gets the entry it stands for."""
    check_rows(NAMES, check_a_name)


def check_a_name(row):
    """Check that one name of one list is understood."""
    verb, field, name, code = row
    assert getattr(when(CHITRA, f"{verb} {name}").change, field) == code


@pytest.mark.parametrize(
    ("says", "code", "proposed"),
    [
        ("PRIORITY Hihg", "choice_unknown", "High / उच्च"),
        ("PRIORITY tomorrow", "choice_unknown", "Urgent, High, Normal, Low"),
        ("MODULE Refnd", "choice_unknown", "Refund / रिफंड"),
        ("PRIORITY", "choice_missing", "Urgent, High, Normal, Low"),
    ],
)
def test_what_is_no_choice_is_answered_with_what_it_may_mean(says, code, proposed):
    """A near miss comes back as a question, anything else with the whole list; the ticket stays as it is."""
    decision = when(CHITRA, says)
    notice = decision.letters[0].notices[0]
    assert (notice.code, notice.proposed) == (code, proposed)
    assert decision.change.priority is decision.change.module is None


@pytest.mark.parametrize(
    "says",
    [
        "Module Return Filing is not opening since morning",
        "Priority of this case is clear to us all",
        "Type mismatch error in GSTR-3B",
        "module nahi khul raha",
        "मॉड्यूल नहीं खुल रहा है",
        "प्राथमिकता क्या है?",
    ],
)
def test_a_sentence_that_begins_with_such_a_word_is_a_sentence(says):
    """An officer who describes the problem is not answered about the catalogue; the IT section reads the words."""
    decision = when(ASHA, says)
    assert {event.kind for event in decision.events} == {EventKind.COMMENTED}


def test_an_officer_corrects_his_open_ticket_and_the_it_section_hears_of_it():
    """Asha raises the priority; Chitra and Dev read it, and she gets one answer."""
    decision = when(ASHA, "PRIORITY Urgent please")
    assert decision.change.priority == "urgent"
    assert letters(decision) == {
        (ASHA.email, LetterKind.DONE),
        (CHITRA.email, LetterKind.STATUS_CHANGED),
        (DEV.email, LetterKind.STATUS_CHANGED),
    }


def test_a_labelled_line_between_commands_hides_none_of_them():
    """TAKE, a line for the module and RESOLVED: all three are done and told line by line."""
    decision = when(CHITRA, "TAKE\nModule: Refund\nRESOLVED\nThe head was corrected.")
    assert (decision.change.module, decision.change.status) == ("refund", Status.RESOLVED)
    assert decision.change.resolution == "The head was corrected."
    assert set(codes(decision, CHITRA)) == {"done_fields_set", "done_taken", "done_resolved"}


def test_three_lines_are_three_commands():
    """Each line is carried out in its order and has its own line in the one answer."""
    decision = when(CHITRA, "PRIORITY High\nMODULE Refund\nTAKE", ticket=make_ticket())
    assert (decision.change.priority, decision.change.module) == ("high", "refund")
    assert codes(decision, CHITRA) == ["done_fields_set", "done_fields_set", "done_taken"]
