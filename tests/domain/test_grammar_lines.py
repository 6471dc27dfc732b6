"""Where commands stand in a reply: greetings before them, notes after them, tokens of buttons, typing mistakes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.command_lines import parse_commands
from mailbot.domain.grammar import reads_like_thanks
from mailbot.domain.verbs import Verb
from tests.builders import ASHA, the_desk, token_for

GRAMMAR = the_desk().grammar


def steps(text):
    """Return the steps and notes of the commands in a text."""
    return [(command.verb, command.note) for command in parse_commands(text, GRAMMAR).commands]


@pytest.mark.parametrize(
    "text",
    [
        "RESOLVED cache cleared",
        "RESOLVED: cache cleared",
        "Resolved - cache cleared",
        "resolved, cache cleared",
        "Done. cache cleared",
        "Fixed: cache cleared",
        "RESOLVED\ncache cleared",
        "RESOLVED\n\ncache cleared\n",
        "हल हो गया: cache cleared",
        "समाधान हो गया है, cache cleared",
        "समाधान हो गया।\ncache cleared",
        "ho gaya, cache cleared",
        "FIXED cache cleared",
    ],
)
def test_what_follows_a_command_is_its_note(text):
    """On the same line or below, after any mark, the rest of the mail is the resolution."""
    assert steps(text) == [(Verb.RESOLVE, "cache cleared")]


@pytest.mark.parametrize(
    "greeting",
    [
        "Sir,",
        "Dear Sir/Madam,",
        "Respected Sir,",
        "Good morning,",
        "Dear Asha ji,",
        "Hi Asha,",
        "Hello team!",
        "नमस्ते,",
        "महोदय,",
        "नमस्कार आशा जी,",
        "Namaste Verma ji,",
        "\n\n",
        "*",
    ],
)
def test_greetings_may_stand_before_a_command(greeting):
    """A line that only greets, by name or without, does not hide the command below it."""
    assert steps(f"{greeting}\nRESOLVED\nकैश साफ किया") == [(Verb.RESOLVE, "कैश साफ किया")]


@pytest.mark.parametrize(
    "first",
    [
        "We checked the server.",
        "Dear Asha, the server was checked",
        "Thanks for waiting.",
        "Please see below,the server was down",
        "सर्वर की जाँच की गई।",
        "Hi Asha",
    ],
)
def test_a_sentence_before_it_takes_a_command_its_force(first):
    """Below any other text the word is part of a story, not a command."""
    assert steps(f"{first}\nRESOLVED") == []


def test_a_courteous_command_with_a_comma_is_no_greeting():
    """The line "Please reopen," begins like a greeting by name and still commands."""
    assert steps("Please reopen,\nsame error") == [(Verb.REOPEN, "same error")]


def test_two_commands_in_two_lines_are_both_found():
    """Commands stand one a line; the text below belongs to the last one."""
    assert steps("TAKE\nASK\nWhich browser?") == [(Verb.TAKE, ""), (Verb.ASK, "Which browser?")]


def test_a_page_full_of_commands_is_cut_short():
    """Nobody means fifty commands: after ten the rest is text."""
    assert len(steps("RESOLVED\n" * 50)) == 10


def test_the_command_line_is_cut_out_of_the_text():
    """The stored comment holds no command, but what was spoken still does."""
    commands = parse_commands("REOPEN\nवही त्रुटि फिर आई।", GRAMMAR)
    assert commands.rest == "वही त्रुटि फिर आई।"
    assert commands.spoken == "REOPEN\nवही त्रुटि फिर आई।"


def test_the_token_of_a_button_is_no_text():
    """The line with the token that a button wrote disappears; the command above it counts."""
    text = f"REOPEN\n\n[{token_for(ASHA.email)}]\nsame error"
    assert steps(text) == [(Verb.REOPEN, "same error")]
    assert "[k1." not in parse_commands(text, GRAMMAR).spoken


@pytest.mark.parametrize("mark", ["**{}**", "> {}", "- {}", "• {}", "_{}_", "   {}"])
def test_marks_of_mail_programs_around_a_command_do_not_matter(mark):
    """Bold, bullets and indentation that a mail program adds are no part of the word."""
    assert steps(mark.format("RESOLVED")) == [(Verb.RESOLVE, "")]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("resolvd", "RESOLVED"),
        ("RESLOVED", "RESOLVED"),
        ("reopn", "REOPEN"),
        ("Cancle", "CANCEL"),
        ("work now", "WORKS NOW"),
    ],
)
def test_a_lone_misspelt_command_is_asked_about(typed, meant):
    """A single word that is nearly a command is neither obeyed nor passed on, but comes back with a proposal."""
    commands = parse_commands(typed, GRAMMAR)
    assert commands.commands == ()
    assert commands.suspected == (typed, meant)


@pytest.mark.parametrize(
    "text", ["Thanks", "Received", "The resolver is down", "resolvd the matter with the dealer today", "ok", ""]
)
def test_ordinary_words_are_not_suspected(text):
    """Thanks, short words and whole sentences are never taken for misspelt commands."""
    assert parse_commands(text, GRAMMAR).suspected is None


@pytest.mark.parametrize(
    "text",
    [
        "Thanks",
        "Thank you sir.",
        "Thanks a lot!",
        "ok, thanks",
        "Noted with thanks",
        "Thank you for the quick support",
        "Thanks & regards",
        "धन्यवाद",
        "बहुत बहुत धन्यवाद।",
        "धन्यवाद सर, जानकारी मिल गई",
        "आपका आभार",
        "dhanyavad sir ji",
        "bahut shukriya",
        "theek hai, thanks",
        "👍",
        "🙏🙏",
    ],
)
def test_a_thank_you_is_recognised(text):
    """A reply that only thanks, in any language, asks for nothing."""
    assert reads_like_thanks(text, GRAMMAR)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, but it does not work",
        "Thanks, still the same error",
        "ok but when?",
        "धन्यवाद, पर अभी भी त्रुटि आ रही है",
        "dhanyavad par problem wahi hai",
        "not good",
        "Error 500 again",
    ],
)
def test_a_complaint_with_thanks_is_no_thank_you(text):
    """Courtesy around a complaint does not hide it."""
    assert not reads_like_thanks(text, GRAMMAR)


@given(st.text(max_size=200))
def test_no_word_is_lost(text):
    """Commands, notes and rest together still hold every word that was written."""
    commands = parse_commands(text, GRAMMAR)
    kept = f"{commands.spoken}".split()
    assert kept == "\n".join(text.split("\n")).split()


@pytest.mark.parametrize(
    "text",
    [
        "RESOLVED - nahi hua abhi tak",
        "Resolved: not yet",
        "RESOLVED: no",
        "Resolved - not yet done",
        "हल हो गया - नहीं हुआ",
        "समाधान: अभी तक नहीं हुआ है",
        "REOPEN: mat karna",
        "TAKE - not",
        "ASSIGN: mat karo",
    ],
)
def test_a_note_that_only_denies_takes_the_command_back(text):
    """However the denial is set apart from the word, nothing is commanded."""
    assert steps(text) == []


@pytest.mark.parametrize(
    "text", ["RESOLVED: not reproducible", "RESOLVED: no error any more", "RESOLVED. Nothing to do"]
)
def test_a_note_that_begins_with_a_negation_is_a_note(text):
    """A solution may well say what is not the case."""
    assert [verb for verb, _ in steps(text)] == [Verb.RESOLVE]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "NOTE: the vendor knows\nASK: which browser?",
            [(Verb.NOTE, "the vendor knows"), (Verb.ASK, "which browser?")],
        ),
        (
            "टिप्पणी: विक्रेता को बताया\nपूछें: कौन सा ब्राउज़र?",
            [(Verb.NOTE, "विक्रेता को बताया"), (Verb.ASK, "कौन सा ब्राउज़र?")],
        ),
        (
            "TAKE: I look at it\nRESOLVED cache cleared\nplease check",
            [(Verb.TAKE, "I look at it"), (Verb.RESOLVE, "cache cleared\nplease check")],
        ),
        (
            "RESOLVED: reloaded\nPlease reopen if it comes back",
            [(Verb.RESOLVE, "reloaded\nPlease reopen if it comes back")],
        ),
        ("RESOLVED: reloaded\nTake care", [(Verb.RESOLVE, "reloaded\nTake care")]),
        ("Module: Refund\nRESOLVED\nhead corrected", [(Verb.RESOLVE, "head corrected")]),
    ],
)
def test_a_line_below_a_note_commands_only_when_it_is_certain(text, found):
    """In capitals or with a colon the next command begins; an ordinary sentence is the note's next line."""
    assert steps(text) == found


def test_a_misspelt_word_below_a_command_is_asked_about_and_never_passed_on():
    """TAKE is done; RESOLVD below it is no note for the officer."""
    commands = parse_commands("TAKE\nRESOLVD", GRAMMAR)
    assert [(command.verb, command.note) for command in commands.commands] == [(Verb.TAKE, "")]
    assert commands.suspected == ("RESOLVD", "RESOLVED")
