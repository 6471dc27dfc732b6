"""The ways into the pages at full size: a thousand replays, a thousand comparisons, a thousand requests for links."""

from __future__ import annotations

from tests.web.entry_runs import compare, flood, replay

pytest_plugins = ["tests.web.conftest"]


def test_a_thousand_replays_get_nobody_in(web, stranger, new_client):
    """50 GET and 50 HEAD of a scanner use nothing up, and a used link is used."""
    replay(web, stranger, new_client, looks=50, replays=1_000)


def test_a_thousand_known_look_like_a_thousand_unknown(web, new_client):
    """The same bytes, and medians at most 20 ms apart."""
    assert compare(web, new_client, each=1_000) <= 0.020


def test_a_thousand_requests_keep_the_bounds(web, new_client, clock):
    """At most 3 links in 15 minutes go to one person, and 10 requests an hour are taken from one machine."""
    flood(web, new_client, clock, one=250, machines=70)
