"""The words of the commands in English, Hindi and Hindi in Latin letters, and sentences that only look like them."""

from __future__ import annotations

import pytest

from mailbot.domain.command_lines import parse_command_line, parse_commands
from mailbot.domain.people import Language
from mailbot.domain.verbs import Verb
from tests.builders import the_desk

GRAMMAR = the_desk().grammar

RESOLVED = {
    "English": """
RESOLVED
Resolved.
resolved!
Issue resolved
Problem resolved.
Ticket resolved
Solved
Fixed
Done.
Rectified
Sorted out
Completed
Resolve
**RESOLVED**
Sir, resolved
Please resolve.
RESOLVED now
""",
    "Hindi": """
हल
हल हो गया
हल हो गया।
हल हो गया है
हल हो गई
हल कर दिया
हल कर दिया है।
समाधान
समाधान हो गया
समाधान हो गया है।
समाधान कर दिया
समस्या हल
समस्या का समाधान हो गया
ठीक हो गया
ठीक कर दिया
निस्तारित
महोदय, हल हो गया
हल हो\u200b गया
""",
    "Hinglish": """
ho gaya
Ho gaya hai
ho gaya sir
ho gya
kar diya
hal ho gaya
Hal ho gaya hai.
hal ho gya
hal kar diya
samadhan ho gaya
samadhan kar diya
theek ho gaya
thik ho gaya
theek kar diya
thik kar diya
nistarit
""",
}
REOPENED = {
    "English": """
REOPEN
Reopen
re-open
Re open
Re-opened
reopen.
Please reopen
Kindly re-open
Reopen it
Reopen it please
Reopen this
Reopen my ticket
please reopen this ticket
Reopen the ticket
open again
Still not working
Sir, reopen
Yes, reopen
""",
    "Hindi": """
पुनः खोलें
पुन: खोलें
पुनः खोले
पुनः खोलिए
कृपया पुनः खोलें
टिकट पुनः खोलें
कृपया टिकट फिर से खोलें
दोबारा खोलें
दोबारा खोलिए
दुबारा खोलें
फिर से खोलें
फिर खोलें
रीओपन
अब भी नहीं चल रहा
महोदय, पुनः खोलें।
""",
    "Hinglish": """
dobara kholo
dobara kholen
dobara kholiye
dobara khol do
dubara kholo
phir se kholo
fir se kholo
fir se kholen
punah kholen
punah kholein
reopen karo
Reopen kar do
reopen karen
ticket dobara kholo
Kripya dobara kholen
ab bhi nahi chal raha
""",
}
NO_COMMANDS = """
Not resolved
not resolved yet
Not yet resolved
resolved nahi hua
Resolved nahin hua hai
RESOLVED nahi hua
Issue resolved nahi hua
It is not resolved
abhi tak nahi hua
hal nahi hua
ho gaya kya
हल नहीं हुआ
हल नहीं हुआ है
अभी तक हल नहीं हुआ
समस्या हल नहीं हुई
समाधान नहीं हुआ
समाधान अभी तक नहीं हुआ
Resolved?
resolved kab hoga
Resolved kab hoga?
resolved or not
हल हो गया?
हल हो गया क्या
समाधान कब होगा
When will it be resolved
resolve asap
RESOLVE THIS
RESOLVE MY ISSUE
please resolve it soon
हल करें
कृपया हल करें
hal kijiye
done the needful
Taken note of it
Take care
Note the ARN below
ask which browser
do not reopen
reopen nahi karna
REOPEN nahi karna hai
reopen mat karna
Reopen kaise kare?
How to reopen
cancel return filed by mistake
cancelled returns are shown twice
cannot cancel my return
close the browser and try again
confirm whether it works
Thanks
Thank you sir
धन्यवाद
working
"""


def _cases(table):
    return [
        pytest.param(line, id=f"{kind}: {line}") for kind, text in table.items() for line in text.strip().split("\n")
    ]


@pytest.mark.parametrize("line", _cases(RESOLVED))
def test_resolve_is_understood(line):
    """Every way to say "resolved" in three languages is the command, with no note."""
    command = parse_command_line(line, GRAMMAR)
    assert command is not None
    assert (command.verb, command.note) == (Verb.RESOLVE, "")


@pytest.mark.parametrize("line", _cases(REOPENED))
def test_reopen_is_understood(line):
    """Every way to say "re-open" in three languages is the command, with nothing but courtesy left over."""
    command = parse_command_line(line, GRAMMAR)
    assert command is not None
    assert (command.verb, command.note) == (Verb.REOPEN, "")


@pytest.mark.parametrize("line", NO_COMMANDS.strip().split("\n"))
def test_negations_questions_and_sentences_are_no_commands(line):
    """What denies, asks or merely begins like a command is left as the words they are."""
    assert parse_commands(line, GRAMMAR).commands == ()
    assert parse_commands(line, GRAMMAR).rest == line


@pytest.mark.parametrize("table", [RESOLVED, REOPENED])
@pytest.mark.parametrize("language", ["English", "Hindi", "Hinglish"])
def test_each_language_has_at_least_a_dozen_ways(table, language):
    """No language has to make do with one or two words."""
    assert len(table[language].strip().split("\n")) >= 12


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("TAKE", Verb.TAKE),
        ("Taking this", Verb.TAKE),
        ("मैं देख रहा हूँ", Verb.TAKE),
        ("main dekh raha hoon", Verb.TAKE),
        ("Works now", Verb.CONFIRM),
        ("अब ठीक है", Verb.CONFIRM),
        ("ab theek hai", Verb.CONFIRM),
        ("Close", Verb.CLOSE),
        ("CANCEL", Verb.CANCEL),
        ("Cancel my ticket", Verb.CANCEL),
        ("रद्द करें", Verb.CANCEL),
        ("not needed", Verb.CANCEL),
        ("Ask: which browser?", Verb.ASK),
        ("ASK which browser do you use?", Verb.ASK),
        ("पूछें: कौन सा ब्राउज़र?", Verb.ASK),
        ("Internal note the vendor does not know", Verb.NOTE),
        ("NOTE: not to be told", Verb.NOTE),
        ("टिप्पणी: विक्रेता को बताया", Verb.NOTE),
    ],
)
def test_the_other_commands_are_understood(line, step):
    """Each of the other commands is known in both languages."""
    command = parse_command_line(line, GRAMMAR)
    assert command is not None
    assert command.verb is step


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("step", "words"), GRAMMAR.commands, ids=lambda value: str(value)[:10])
def test_what_a_button_writes_is_understood_and_certain_enough(step, words, language):
    """The word of every button, alone in the first line, is read as its own command."""
    command = parse_command_line(words.button(language), GRAMMAR)
    assert command is not None
    assert command.verb is step
