"""A letter is never sent without end: how many copies there are at the most, and that they are the same."""

from __future__ import annotations

from tests.torture.copies import find_states, lose_answers, write_nothing_for_a_day


def test_when_nothing_can_be_written_down_for_a_day_copies_are_few(engine):
    """A program that dies after every 250 for 24 hours: three copies at the most, and the letter has failed."""
    copies = write_nothing_for_a_day(engine, 5, dying=True)
    assert len(copies) == 5
    assert max(copies.values()) <= 3
    assert find_states(engine) == {"failed": 5}


def test_a_program_that_lives_on_sends_nothing_twice(engine):
    """What the server said is written down as soon as that is possible again, and no letter goes out before."""
    copies = write_nothing_for_a_day(engine, 5, dying=False)
    assert sorted(copies.values()) == [1] * 5
    assert find_states(engine) == {"sent": 5}


def test_lost_answers_cost_as_many_copies(engine):
    """When one answer in twenty is lost, one letter in twenty comes twice, none more than four times."""
    copies = lose_answers(engine, 200, share=0.05, seed=5)
    assert len(copies) == 200, "each letter came"
    assert 1 <= copies.total() - 200 <= 16
    assert max(copies.values()) <= 4
