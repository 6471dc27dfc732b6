"""The alarm about a full disk, from the real program over a real webhook; how it ends is a campaign of its own."""

from __future__ import annotations

from tests.servers.webhook import Webhook
from tests.whole.desk import wait_for


def test_a_full_disk_is_told_over_the_second_path(office):
    """A disk that never has enough is told within a look, and the next mail waits on the server."""
    with Webhook() as hook:
        variables = {"MAILBOT_ALARMS__WEBHOOK_URL": hook.url, "MAILBOT_STORAGE__MINIMUM_FREE_MB": "1000000000"}
        with office.at_work(**variables) as worker:
            wait_for(hook.codes, "the alarm")
            office.write("rakesh", "GSTR-3B", "पोर्टल पर त्रुटि 500 आती है।")
            worker.wait_for_log("The disk has less free space than storage.minimum_free_mb asks for")
            assert (hook.codes(), office.count_mails("INBOX"), office.tickets()) == (["disk_full"], 1, [])
