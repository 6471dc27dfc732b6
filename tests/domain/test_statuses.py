"""The table of steps, held against a second statement of it: every status, every step, every set of actors."""

from __future__ import annotations

from itertools import combinations, product

import pytest

from mailbot.domain.ticket import Actor, Status, Step, allowed_steps, status_after

# For each step: who, from which statuses ("*" is every status), to which status ("=" is unchanged).
TABLE = """
take     staff      new in_progress waiting            in_progress
assign   staff      new in_progress waiting            in_progress
comment  staff      new                                in_progress
comment  staff      in_progress waiting resolved       =
comment  requester  waiting                            in_progress
comment  requester  new in_progress resolved           =
comment  integrator waiting                            in_progress
comment  integrator new in_progress resolved           =
comment  follower   new in_progress waiting resolved   =
ask      staff      new in_progress                    waiting
resolve  staff      new in_progress waiting            resolved
reopen   staff      resolved closed                    in_progress
reopen   requester  resolved closed                    in_progress
reopen   follower   resolved closed                    in_progress
confirm  requester  resolved                           closed
cancel   requester  new in_progress waiting            closed
close    timer      resolved                           closed
close    lead       resolved                           closed
merge    staff      new in_progress waiting resolved   merged
tie      staff      new in_progress waiting resolved   =
rate     requester  resolved closed                    =
note     staff      *                                  =
set      staff      *                                  =
set      requester  new in_progress waiting resolved   =
set      integrator new in_progress waiting resolved   =
undo     staff      *                                  =
undo     requester  *                                  =
undo     integrator *                                  =
undo     follower   *                                  =
"""


def _targets() -> dict[tuple[Step, Actor, Status], Status]:
    targets = {}
    for line in TABLE.strip().splitlines():
        step, actor, *sources, target = line.split()
        for source in Status if sources == ["*"] else [Status(name) for name in sources]:
            targets[Step(step), Actor(actor), source] = source if target == "=" else Status(target)
    leads = {(s, Actor.LEAD, f): t for (s, a, f), t in targets.items() if a is Actor.STAFF}
    return leads | targets


TARGETS = _targets()
ACTORS = [frozenset(group) for size in range(len(Actor) + 1) for group in combinations(Actor, size)]


@pytest.mark.parametrize("step", Step)
def test_a_step_leads_where_the_table_says_and_nowhere_else(step):
    """From each status and for each set of actors the step leads to the status of the table, or is refused."""
    for status, actors in product(Status, ACTORS):
        targets = {TARGETS[step, actor, status] for actor in actors if (step, actor, status) in TARGETS}
        moved = targets - {status} or targets
        assert status_after(step, status, actors) == (moved.pop() if moved else None), (status, actors)


@pytest.mark.parametrize("status", Status)
def test_what_is_offered_is_exactly_what_is_possible(status):
    """The steps that a letter offers are those that lead somewhere."""
    for actors in ACTORS:
        possible = tuple(step for step in Step if status_after(step, status, actors) is not None)
        assert set(allowed_steps(status, actors)) == set(possible), actors


def test_nobody_may_do_anything_without_a_part_in_the_ticket():
    """Without an actor no step is possible in any status."""
    assert not any(allowed_steps(status, frozenset()) for status in Status)


def test_a_lead_may_everything_that_staff_may():
    """For every step and status the lead gets at least as far as the staff."""
    for step, status in product(Step, Status):
        reached = status_after(step, status, frozenset({Actor.STAFF}))
        assert reached is None or status_after(step, status, frozenset({Actor.LEAD})) == reached


def test_only_a_reopening_leaves_the_closed_status():
    """No step but reopen changes the status of a closed ticket."""
    everybody = frozenset(Actor)
    leaving = {step for step in Step if status_after(step, Status.CLOSED, everybody) not in {None, Status.CLOSED}}
    assert leaving == {Step.REOPEN}
