"""Taking mail in: which mails are taken, in which portions, and what waits on the server."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mailbot.domain.errors import WorldError
from mailbot.ports import Listed
from mailbot.receive import batches
from tests.builders import ASHA, NOW
from tests.world import EARLY, MAILS, PACE, World, make_world


@pytest.fixture
def world() -> World:
    """Return a world with five mails waiting."""
    return make_world()


def test_mail_before_the_start_date_is_listed_and_never_answered(world):
    """Older mail stays where it is, is recorded as ignored with the reason, and its bytes are not even fetched."""
    world.mailbox.deliver("old@x.example|पुराना", arrived=NOW - timedelta(days=30))
    world.run()
    row = next(iter(world.ledger.rows.values()))
    assert (row.outcome, row.note) == ("ignored", "Arrived before imap.start_date.")
    assert list(world.mailbox.waiting.values()) == ["old@x.example|पुराना".encode()]
    assert world.mailbox.fetches == [[1, 2, 3], [4, 5]]


def test_mail_of_the_very_moment_of_the_start_counts(world):
    """The start date itself belongs to the days that are answered."""
    world.run(start=NOW)
    assert world.outcomes() == ["opened"] * 5


def test_a_full_mailbox_without_a_start_date_is_refused(world):
    """On the very first visit somebody has to say from which date; nothing is touched."""
    with pytest.raises(WorldError, match=r"already holds 5 mails and imap.start_date is not set"):
        world.run(start=None)
    assert (world.mailbox.fetches, world.ledger.rows) == ([], {})


def test_an_empty_mailbox_needs_no_start_date():
    """A mailbox that was empty on the first visit holds only new mail ever after."""
    world = World()
    world.run(start=None)
    world.mailbox.deliver(MAILS[0])
    world.run(start=None)
    assert world.outcomes() == ["opened"]


def test_without_room_on_the_disk_mail_waits_on_the_server(world):
    """Nothing is fetched until there is room; the sentence says what to do."""
    world.files.room = False
    with pytest.raises(WorldError, match="free some space"):
        world.run()
    assert (world.mailbox.fetches, len(world.mailbox.waiting)) == ([], 5)
    world.files.room = True
    world.run()
    assert world.outcomes() == ["opened"] * 5


def test_a_poll_asks_only_for_what_is_new_and_a_sweep_finds_the_rest(world):
    """Mail moved back into the folder under an old UID is not seen by a poll, but by the next sweep."""
    world.run()
    world.mailbox.waiting[1] = world.mailbox.filed.pop(1)
    world.run(sweep=False)
    assert 1 in world.mailbox.waiting
    world.ledger.rows[world.mailbox.name, 1, 1].filed = False
    world.run(sweep=True)
    assert 1 in world.mailbox.filed
    assert len(world.ledger.tickets) == 5


def test_a_stop_ends_the_intake_after_the_batch_in_hand(world):
    """The mails of a batch that was begun are filed, the others wait on the server for the next start."""
    kept, take_in = [], world.receiver().take_in
    assert take_in(world.mailbox, EARLY, sweep=True, stopping=lambda: bool(kept), kept=lambda: kept.append(1)) == 3
    assert (len(kept), len(world.mailbox.filed), len(world.mailbox.waiting)) == (1, 3, 2)
    assert take_in(world.mailbox, EARLY, sweep=True, stopping=lambda: True) == 0
    world.run()
    assert world.outcomes() == ["opened"] * 5


def test_handling_is_called_before_the_mails_are_moved(world):
    """What was kept can be handled while the server moves it."""
    seen = []
    world.receiver().take_in(world.mailbox, EARLY, sweep=True, kept=lambda: seen.append(len(world.mailbox.filed)))
    assert seen == [0, 3]


def test_an_oversized_mail_is_handled_from_its_headers(world):
    """A mail above the limit comes as headers only, and its officer is asked for smaller files."""
    world.mailbox.deliver(f"{ASHA.email}|short\n" + "x" * 9_000)
    world.run()
    last = list(world.ledger.tickets.values())[-1]
    assert "mail_too_large" in {notice.code for letter in last.letters for notice in letter.notices}
    assert max(len(data) for data in world.files.kept.values()) < 5_000


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ([], []),
        ([1, 1, 1, 1], [[1, 1, 1], [1]]),
        ([6_000, 6_000], [[6_000], [6_000]]),
        ([90_000, 1, 1], [[90_000], [1, 1]]),
        ([5_000, 5_000, 1], [[5_000, 5_000], [1]]),
        ([1, 90_000, 1], [[1], [90_000], [1]]),
    ],
)
def test_batches_are_bounded_by_count_and_bytes(sizes, expected):
    """At most three mails and ten thousand bytes travel together; a larger mail travels alone, and none is left out."""
    listed = [Listed(uid, size, NOW) for uid, size in enumerate(sizes, 1)]
    assert [[mail.size for mail in batch] for batch in batches(listed, PACE)] == expected


def test_a_dead_server_changes_nothing(world):
    """When the folder cannot be opened the error goes up and everything stays."""
    world.mailbox.broken = True
    with pytest.raises(WorldError, match="does not answer"):
        world.run()
    assert world.ledger.rows == {}
