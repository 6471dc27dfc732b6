"""The test mail of the desk to itself goes through the real program and the real servers, and becomes no ticket."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, select

from mailbot.adapters.store.engine import writing
from mailbot.adapters.store.tables import mails
from mailbot.adapters.store.tables_watch import canaries
from tests.whole.desk import wait_for


def test_the_canary_comes_back(office):
    """It is sent by the outbox, taken in, known as our own, and its travel is shown by `mailbot status`."""
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    with writing(office.engine) as connection:
        row = {"slot": 1, "message_id": "<mb.canary.old@x>", "sent_at": long_ago, "returned_at": long_ago}
        connection.execute(insert(canaries).values(row))
    query = select(canaries.c.message_id).where(canaries.c.slot > 1)
    with office.at_work():
        ((message_id,),) = wait_for(lambda: office.rows_of(query), "a test mail")
        back = select(mails.c.outcome, mails.c.ticket).where(mails.c.message_id == message_id)
        ((outcome, ticket),) = wait_for(lambda: office.rows_of(back), "its return")
        assert (outcome, ticket) == ("automatic", "")
        assert json.loads(office.mailbot("status", "--json"))["health"] == "well"
    assert office.tickets() == []
