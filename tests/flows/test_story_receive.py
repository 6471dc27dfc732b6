"""The story of an incoming mail with a world of stand-ins: order of commits, crashes, bad mails, a bad world."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mailbot.domain.errors import WorldError
from mailbot.receive import REDECIDE_LIMIT
from tests.builders import ASHA, NOW
from tests.fakes import Crash, FakeMailbox, crash_at
from tests.world import EARLY, MAILS, PACE, World, make_world

STEPS = ("fetched", "kept", "filed", "claimed", "begun", "parsed", "handled")


@pytest.fixture
def world() -> World:
    """Return a world with five mails waiting."""
    return make_world()


def test_every_mail_becomes_a_ticket_with_its_letters(world):
    """Five mails are kept, filed and opened; each officer is acknowledged and the staff see each ticket."""
    world.run()
    assert world.outcomes() == ["opened"] * 5
    assert (len(world.mailbox.filed), world.mailbox.waiting) == (5, {})
    assert len(world.ledger.letters) == 15
    assert len(world.files.kept) == 9  # five mails and four screenshots


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("step", STEPS)
def test_whenever_the_program_dies_nothing_is_lost_and_nothing_doubled(world, step, times):
    """Stopped after any step, in the first batch or a later one, the next run ends as if nothing had happened."""
    world.reached = crash_at(step, times)
    with pytest.raises(Crash):
        world.run()
    world.run_again()
    assert world.outcomes() == ["opened"] * 5
    assert (len(world.ledger.tickets), len(world.ledger.letters)) == (5, 15)
    assert (len(world.mailbox.filed), world.mailbox.waiting) == (5, {})


@pytest.mark.parametrize(("step", "kept"), [("fetched", 0), ("kept", 3), ("filed", 3)])
def test_the_server_copy_is_moved_only_after_the_ledger_knows_it(world, step, kept):
    """At each step no mail has left the folder that is not in the ledger with its bytes in the store."""
    world.reached = crash_at(step)
    with pytest.raises(Crash):
        world.run()
    assert len(world.ledger.rows) == kept
    assert len(world.mailbox.filed) == (3 if step == "filed" else 0)
    assert all(row.sha256 in world.files.kept for row in world.ledger.rows.values())


def test_a_mail_that_kills_the_program_each_time_is_set_aside(world):
    """After three deaths while it was handled the mail gets a ticket of its own, and the others go on."""
    for _ in range(3):
        world.reached = crash_at("begun")
        with pytest.raises(Crash):
            world.run()
        world.ledger.restart()
    world.run_again()
    assert world.outcomes() == ["quarantined", "opened", "opened", "opened", "opened"]
    assert len(world.reader.read_so_far) == 4


@pytest.mark.parametrize("kind", ["poison", "bug"])
def test_one_bad_mail_does_not_stop_the_others(world, kind):
    """An unreadable mail and one that meets a mistake of ours are tried three times and then quarantined."""
    world.mailbox.deliver(f"{ASHA.email}|{kind}", f"{ASHA.email}|after it")
    world.run()
    assert world.outcomes() == [*["opened"] * 5, "", "opened"]
    for minutes in (1, 10):
        world.clock.advance(minutes=minutes)
        world.run()
    assert world.outcomes() == [*["opened"] * 5, "quarantined", "opened"]
    assert world.ledger.letters.count(("chitra@tax.up.example", "new_ticket")) == 7


def test_a_failed_mail_waits_before_it_is_tried_again(world):
    """The first retry comes after a minute, the second after ten, and never earlier."""
    world.mailbox.deliver(f"{ASHA.email}|poison")
    world.run()
    row = list(world.ledger.rows.values())[-1]
    assert (row.attempt, row.due) == (1, NOW + timedelta(seconds=60))
    assert "it took longer than 60 seconds" in row.note
    world.clock.advance(seconds=59)
    world.run()
    assert row.attempt == 1
    world.clock.advance(seconds=1)
    world.run()
    assert (row.attempt, row.due) == (2, world.clock() + timedelta(seconds=600))


def test_a_mistake_of_ours_is_noted_without_the_words_of_the_mail(world):
    """What is written down of an unexpected error is its kind; its message could hold a mail's text."""
    world.mailbox.deliver(f"{ASHA.email}|bug in a secret text")
    world.run()
    note = list(world.ledger.rows.values())[-1].note
    assert "ZeroDivisionError" in note
    assert "secret" not in note


@pytest.mark.parametrize("method", ["begin", "find_known", "apply"])
def test_an_error_of_the_world_stops_the_run_and_blames_no_mail(world, method):
    """All claimed mails go back with the attempts they had; when the world is well again, all are handled."""
    world.ledger.broken_in = method
    with pytest.raises(WorldError):
        world.run()
    assert {(row.leased, row.attempt, row.outcome) for row in world.ledger.rows.values()} == {(False, 0, "")}
    world.ledger.broken_in = ""
    world.run()
    assert world.outcomes() == ["opened"] * 5


def test_a_world_that_fails_a_hundred_times_quarantines_nothing(world):
    """However long the outage, no mail is blamed for it."""
    world.reader.down = True
    for _ in range(100):
        with pytest.raises(WorldError):
            world.run()
    world.reader.down = False
    world.run()
    assert world.outcomes() == ["opened"] * 5


def test_a_full_disk_while_screenshots_are_kept_is_the_worlds_fault(world):
    """A mail whose files cannot be written is handled later, not quarantined."""
    receiver = world.receiver()
    receiver.take_in(world.mailbox, EARLY, sweep=True)
    world.files.broken = True
    with pytest.raises(WorldError):
        receiver.handle_due()
    world.files.broken = False
    world.run()
    assert world.outcomes() == ["opened"] * 5


def test_when_even_giving_back_fails_the_first_error_is_told(world):
    """The database is gone altogether: the leases run out by themselves."""
    receiver = world.receiver()
    receiver.take_in(world.mailbox, EARLY, sweep=True)
    world.reader.down, world.ledger.broken_in = True, "give_back"
    with pytest.raises(WorldError, match="No process"):
        receiver.handle_due()


@pytest.mark.parametrize("races", [1, REDECIDE_LIMIT - 1])
def test_a_change_meanwhile_is_decided_again(world, races):
    """Somebody else changed the ticket between deciding and applying: the decision is made anew."""
    world.ledger.races = races
    world.run()
    assert world.outcomes() == ["opened"] * 5
    assert world.ledger.decided == 5 + races


def test_endless_changes_put_a_mail_off(world):
    """Five changes in a row are the world's fault; the mail waits and is handled later."""
    world.ledger.races = REDECIDE_LIMIT
    with pytest.raises(WorldError, match="5 times"):
        world.run()
    world.run()
    assert world.outcomes() == ["opened"] * 5


def test_the_same_mail_under_another_uid_opens_one_ticket(world):
    """A mail that comes twice, or again after UIDVALIDITY changed, is a duplicate the second time."""
    world.mailbox.deliver(MAILS[0])
    world.run()
    restored = FakeMailbox(uidvalidity=2)
    restored.deliver(*MAILS)
    world.mailbox = restored
    world.run()
    assert world.outcomes() == [*["opened"] * 5, *["duplicate"] * 6]
    assert len(world.ledger.letters) == 15


def test_a_mail_under_two_labels_is_taken_in_once(world):
    """Where the provider numbers its mails, a mail under another UID is not even fetched, and filed once more."""
    world.mailbox.provider_ids = {uid: f"gm{uid}" for uid in range(1, 6)}
    world.run()
    fetched = len(world.mailbox.fetches)
    world.mailbox.deliver(f"{ASHA.email}|the label was put back", f"{ASHA.email}|another mail")
    world.mailbox.provider_ids |= {6: "gm2", 7: "gm7"}
    world.run()
    assert world.mailbox.fetches[fetched:] == [[7]]
    assert world.outcomes() == [*["opened"] * 5, "duplicate", "opened"]
    assert world.mailbox.waiting == {}


def test_the_same_unreadable_mail_is_shown_once(world):
    """After a restore a mail that nobody can read opens no second ticket."""
    world.pace = replace(PACE, attempts=1)
    world.mailbox.deliver(f"{ASHA.email}|poison", f"{ASHA.email}|poison")
    world.run()
    assert world.outcomes()[-2:] == ["quarantined", "duplicate"]


def test_a_folder_that_is_counted_anew_is_an_alarm_for_a_day(world):
    """A new UIDVALIDITY sounds once; so does a next UID that the ledger knows, as after a restore from a backup."""
    world.run()
    assert world.alarms.told == []
    world.mailbox = FakeMailbox(uidvalidity=2)
    world.run()
    world.run()
    assert world.alarms.told == ["mailbox_changed"]
    world.clock.advance(hours=25)
    world.run()
    assert world.alarms.sounding == {}

    world.mailbox.deliver(*MAILS[:3])
    world.run()
    world.mailbox = FakeMailbox(uidvalidity=2, next_uid=3)
    world.mailbox.deliver(MAILS[0], f"{ASHA.email}|written after the restore")
    world.run(sweep=False)
    assert world.outcomes() == [*["opened"] * 5, *["duplicate"] * 4, "opened"]
    assert world.alarms.told == ["mailbox_changed"] * 2


def test_one_attempt_means_one(world):
    """With a single attempt a bad mail is quarantined at once."""
    world.pace = replace(PACE, attempts=1)
    world.mailbox.deliver(f"{ASHA.email}|poison")
    world.run()
    assert world.outcomes()[-1] == "quarantined"


def test_a_stop_finishes_the_mail_in_hand_and_gives_the_others_back(world):
    """Stopping loses no attempt: the rest is handled at the next start as if it had never been claimed."""
    receiver = world.receiver()
    receiver.take_in(world.mailbox, EARLY, sweep=True)
    assert receiver.handle_due(stopping=iter([False, False, True]).__next__) == 5
    assert world.outcomes().count("opened") == 2
    world.run()
    assert world.outcomes() == ["opened"] * 5


def test_letters_can_go_out_while_the_next_mail_is_handled(world):
    """Somebody is called after each mail that was handled."""
    receiver, seen = world.receiver(), []
    receiver.take_in(world.mailbox, EARLY, sweep=True)
    receiver.handle_due(handled=lambda: seen.append(world.outcomes().count("opened")))
    assert seen == [1, 2, 3, 4, 5]


def test_a_mail_that_went_in_circles_is_set_aside():
    """More than fifty mail servers on its way: it ends in the quarantine and answers nobody."""
    world = World()
    world.mailbox.deliver(f"{ASHA.email}|sent in a circle")
    for _ in range(PACE.attempts):
        world.run()
        world.clock.advance(hours=1)
    assert world.outcomes() == ["quarantined"]
    assert not any(ASHA.email in letter for letter in world.ledger.letters)
