"""What one mail does to several tickets: how each stands after what was done so far, and what is added to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.domain.addressing import one_letter_each
from mailbot.domain.commanding import scene_after
from mailbot.domain.decision import Decision, Outcome
from mailbot.domain.effects import NO_CHANGE, Effects, merge_changes
from mailbot.domain.scene import make_scene

if TYPE_CHECKING:
    from mailbot.domain.asking import Asking
    from mailbot.domain.decision import Change
    from mailbot.domain.desk import Target
    from mailbot.domain.scene import Scene


def scene_of_target(target: Target, asking: Asking) -> Scene:
    """Return the scene of the sender acting on another ticket than the mail's own."""
    known = replace(asking.known, ticket=target.ticket, requester=target.requester, meanwhile=())
    return make_scene(target.ticket, known, asking.desk, asking.sender)


def scene_now(number: str, asking: Asking, own: Scene | None, done: Effects) -> Scene | None:
    """Return the scene of one of the mail's tickets as it stands by now; None when its sender may not know of it."""
    if own is not None and own.ticket.number == number:
        return scene_after(done.change, own)
    target = asking.known.targets.get(number)
    return scene_after(changed_so_far(number, done), scene_of_target(target, asking)) if target else None


def changed_so_far(number: str, done: Effects) -> Change:
    """Return what the mail changed so far on another ticket."""
    return next((other.change for other in done.also if other.ticket == number and other.change), NO_CHANGE)


def add_part(done: Effects, scene: Scene, own: Scene | None, part: Effects) -> Effects:
    """Return what was done with one more part about the ticket of a scene: each ticket has one decision at most."""
    ticket = scene.ticket
    if own is not None and own.ticket.number == ticket.number:
        return done + part
    before = next((other for other in done.also if other.ticket == ticket.number), None) or Decision(
        Outcome.UPDATED, (), ticket=ticket.number, expected_version=ticket.version, change=NO_CHANGE
    )
    after = replace(
        before,
        reasons=(*before.reasons, *part.reasons),
        change=merge_changes(before.change or NO_CHANGE, part.change),
        events=(*before.events, *part.events),
        letters=one_letter_each((*before.letters, *part.letters)),
    )
    others = tuple(other for other in done.also if other.ticket != ticket.number)
    said = tuple(replace(notice, ticket=ticket.number) for notice in part.notices)
    reasons = tuple(f"{ticket.number}: {reason}" for reason in part.reasons)
    rest = Effects(reasons=reasons, notices=said, refused=part.refused)
    return replace(done, also=(*others, after)) + rest
