"""A mail comes in, and a program that asked hears of its ticket from `mailbot run`, whatever others do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from mailbot.adapters.store.api_keys import make_api_key
from mailbot.adapters.store.webhook_rows import add_webhook
from mailbot.domain.api_keys import Scope
from mailbot.domain.hooks import HookEvent
from tests.servers.webhook import Webhook
from tests.whole.desk import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.whole.desk import Office

pytestmark = pytest.mark.whole


def test_a_program_hears_of_a_ticket_that_came_by_mail(make_office: Callable[..., Office], database_url: str) -> None:
    """The worker tells it within seconds; the letters do not wait for a webhook that is closed."""
    office = make_office(database_url)
    with office.settings_file.open("a", encoding="utf-8") as file:
        file.write('[api]\nwebhook_hosts = ["127.0.0.1"]\n')
    office.set_up_fast()
    now = datetime.now(UTC)
    key, _ = make_api_key(office.engine, "Central software", [Scope.WEBHOOKS], now, None)
    with Webhook() as hook, office.at_work():
        for url in ("http://127.0.0.1:1/", hook.url):
            add_webhook(office.engine, key.id, url, "whs_secret", [HookEvent.OPENED], now)
        office.write("rakesh", "GSTR-3B not filed", "The portal stops after the OTP.")
        office.next_letter("rakesh", "GSTR-3B not filed")
        (told,) = wait_for(hook.documents, "what the webhook was told")
    (ticket,) = office.tickets()
    assert (told["type"], told["ticket"]["number"]) == ("ticket.opened", ticket["number"])
    assert told["ticket"]["employee_id"] == office.rows["rakesh"]["employee_id"]
