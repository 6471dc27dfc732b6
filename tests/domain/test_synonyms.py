"""Every command word as a golden line, and that each language has enough of them."""

from __future__ import annotations

import re

import pytest

from mailbot.domain.verbs import VERBS, About, Verb
from tests.synonyms import GRAMMAR, TABLE, all_words, describe, make_table

WORDS = dict(GRAMMAR.commands)
HINGLISH = re.compile(
    r"\b(ho|hal|hai|gaya|gya|kar|karo|karen|karein|diya|do|kholo|kholen|kholein|khole|kholiye|khol|dobara|dubara|phir|fir|"
    r"punah|samadhan|theek|thik|nistarit|ab|bhi|nahi|chal|raha|radd|tippani|band)\b"
)


def languages(verb):
    """Return how many ways there are to say a verb in English, Hindi and Hindi in Latin letters."""
    words = all_words(verb, WORDS[verb])
    hindi = {word for word in words if not word.isascii()}
    hinglish = {word for word in words - hindi if HINGLISH.search(word)}
    return {"en": words - hindi - hinglish, "hi": hindi, "hi-Latn": hinglish}


def test_every_word_becomes_what_the_golden_table_says():
    """A change of any word, guard or rule shows as a line of synonyms.txt; `python -m tests.synonyms` rewrites it."""
    assert make_table() == TABLE.read_text(encoding="utf-8")


@pytest.mark.parametrize("verb", [Verb.RESOLVE, Verb.REOPEN])
@pytest.mark.parametrize("language", ["en", "hi", "hi-Latn"])
def test_resolve_and_reopen_have_a_dozen_words_in_each_language(verb, language):
    """People say "it is solved" and "open it again" in many ways; a dozen of each are known in each language."""
    assert len(languages(verb)[language]) >= 12, sorted(languages(verb)[language])


@pytest.mark.parametrize("verb", [verb for verb in WORDS if VERBS[verb].about is About.TICKET])
def test_every_verb_is_known_in_english_and_hindi(verb):
    """Nobody has to learn a word of the other language."""
    assert languages(verb)["en"]
    assert languages(verb)["hi"]


@pytest.mark.parametrize("verb", [verb for verb in WORDS if VERBS[verb].takes.value in {"note", "person", "nothing"}])
def test_no_word_survives_its_denial(verb):
    """Behind every word of every such verb "nahi hua" takes it back, also after a colon."""
    for word in all_words(verb, WORDS[verb]):
        if verb in {Verb.ASK, Verb.NOTE}:
            continue
        assert describe(verb, word).split(" | ")[3] == "-", word
