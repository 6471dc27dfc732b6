"""The storage of the files is away for a while: mail waits, nothing is set aside, and then all is done."""

from __future__ import annotations

from sqlalchemy import select

from mailbot.adapters.store.tables import mails
from tests.servers.proxy import Proxy
from tests.servers.swift import SECRET_KEY
from tests.whole.desk import wait_for


def test_mail_waits_while_the_bucket_is_away(office, swift):
    """The log says what cannot be reached, without the secret; afterwards every mail is a ticket, and none twice."""
    cable = Proxy(swift.port)
    with cable:
        text = office.settings_file.read_text() + swift.settings(swift.new_bucket())
        office.settings_file.write_text(text.replace(f":{swift.port}", f":{cable.port}"))

    def states():
        return [row.state for row in office.rows_of(select(mails.c.state))]

    with office.at_work(MAILBOT_FILES__SECRET_KEY=SECRET_KEY) as worker:
        for number in range(3):
            office.write("rakesh", f"Return {number} not filed", "The portal says error 500.", picture=b"a screenshot")
        worker.wait_for_log("cannot be used: no answer. Look whether files.endpoint is right")
        assert set(states()) <= {"kept"}
        with cable:
            wait_for(lambda: states() == ["done"] * 3, "three handled mails")
        assert SECRET_KEY not in worker.log()
    titles = sorted(ticket["title"] for ticket in office.tickets())
    assert titles == [f"Return {number} not filed" for number in range(3)]
