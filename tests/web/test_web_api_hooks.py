"""Webhooks: registered by a program, written with the change, told in order and signed, never at an address inside."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import event, select, update

from mailbot.adapters import webhook_post
from mailbot.adapters.store.api_traces import drop_spent_api, erase_api_of
from mailbot.adapters.store.engine import reading, writing
from mailbot.adapters.store.erasing import Why, erase_tickets
from mailbot.adapters.store.tables import tickets
from mailbot.adapters.store.tables_api import webhook_deliveries, webhooks
from mailbot.adapters.store.webhook_outbox import WebhookOutbox
from mailbot.adapters.webhook_post import HookPost, HookRules, HookUrlError, check_url, is_public
from mailbot.announcing import Announcer
from mailbot.domain.act import Act, Door
from mailbot.domain.alarms import AlarmCode
from mailbot.domain.api_keys import Scope
from mailbot.domain.hooks import MOST_ATTEMPTS, HookEvent, pause_after
from mailbot.domain.verbs import Verb
from mailbot.watch_parts import make_hook_rules
from tests.builders import ASHA, CHITRA
from tests.servers.certificates import make_certificate
from tests.servers.webhook import Webhook
from tests.web.api_desk import make_caller

EVERYTHING = [event.value for event in HookEvent]


class Heard:
    """Alarms that a test looks at."""

    def __init__(self):
        self.codes, self.texts = [], []

    def sound(self, code, text):
        """Keep it."""
        self.codes.append(code)
        self.texts.append(text)

    def settle(self, code):
        """Forget it."""


@pytest.fixture
def settings(settings):
    """Return settings that let webhooks on this machine be told."""
    return settings.model_copy(update={"api": settings.api.model_copy(update={"webhook_hosts": ("127.0.0.1",)})})


@pytest.fixture
def central(web, stranger):
    """Return the central software, with a key that may everything."""
    return make_caller(web, stranger)


@pytest.fixture
def alarms():
    """Return what keeps alarms."""
    return Heard()


@pytest.fixture
def announcer(web, alarms):
    """Return what the worker tells webhooks with."""
    post = HookPost(make_hook_rules(web.settings))
    return Announcer(WebhookOutbox(web.engine), post, alarms, timedelta(days=3), web.now)


@pytest.fixture
def hook():
    """Open a webhook."""
    with Webhook() as opened:
        yield opened


def register(central, hook, *events):
    """Register a webhook and return what was answered."""
    answer = central.post("/webhooks", {"url": hook.url, "events": list(events or EVERYTHING)})
    assert answer.status_code == 201, answer.text
    return answer.json()


def step(web, number, verb, person=CHITRA, text="Done."):
    """Let somebody do something to a ticket."""
    web.acting.act(Act(person, Door.WEB, f"{verb} {web.now()} {text}", number, verb, text=text))


def test_a_life_of_a_ticket_is_told_in_order_and_signed(web, central, announcer, hook):
    """Opened, resolved, re-opened, closed; the signature is over the time and the body, and there are no words."""
    made = register(central, hook, "ticket.opened", "ticket.resolved", "ticket.reopened", "ticket.closed")
    number = central.open()["number"]
    step(web, number, Verb.RESOLVE, text="Cache cleared.")
    step(web, number, Verb.REOPEN, ASHA, "Again.")
    step(web, number, Verb.RESOLVE, text="Now the token.")
    step(web, number, Verb.CONFIRM, ASHA, "धन्यवाद")
    assert announcer.announce_due() == 5
    told = hook.documents()
    assert [one["type"].partition(".")[2] for one in told] == ["opened", "resolved", "reopened", "resolved", "closed"]
    assert [(one["ticket"]["previous_status"], one["ticket"]["status"]) for one in told] == [
        (None, "new"), ("new", "resolved"), ("resolved", "in_progress"), ("in_progress", "resolved"),
        ("resolved", "closed"),
    ]  # fmt: skip
    assert {(one["ticket"]["number"], one["ticket"]["employee_id"]) for one in told} == {(number, ASHA.employee_id)}
    for headers, body in hook.got:
        material = headers["X-Mailbot-Timestamp"].encode() + b"." + body
        expected = hmac.new(made["secret"].encode(), material, hashlib.sha256).hexdigest()
        assert headers["X-Mailbot-Signature"] == f"sha256={expected}"
        assert abs(int(headers["X-Mailbot-Timestamp"]) - web.now().timestamp()) < 300
        assert headers["X-Mailbot-Delivery"] == json.loads(body)["id"]
        assert "Cache" not in body.decode()
    assert announcer.announce_due() == 0
    listed = central.get(f"/webhooks/{made['id']}/deliveries").json()["items"]
    assert [one["state"] for one in listed] == ["sent"] * 5


def test_only_what_was_asked_for_is_told_and_a_comment_is_no_change_of_status(web, central, announcer, hook):
    """Each webhook has its own events."""
    register(central, hook, "ticket.status_changed")
    number = central.open()["number"]
    central.post(f"/tickets/{number}/comments", {"employee_id": "104872", "text": "More."})
    step(web, number, Verb.NOTE)
    assert announcer.announce_due() == 0
    step(web, number, Verb.RESOLVE)
    assert (announcer.announce_due(), hook.documents()[0]["ticket"]["status"]) == (1, "resolved")


def test_what_is_told_is_written_with_the_change_or_not_at_all(web, central, hook, monkeypatch):
    """A change that is taken back leaves no message."""
    register(central, hook)
    central.open()

    def die(*_):
        raise RuntimeError("power cut")

    with monkeypatch.context() as patch:
        patch.setattr("mailbot.adapters.store.applying.keep_brakes", die)
        body = {"employee_id": "104872", "title": "Lost", "description": "x"}
        assert central.post("/tickets", body).status_code == 500
    with reading(web.engine) as connection:
        found = connection.execute(select(webhook_deliveries.c.event)).scalars().all()
    assert found == ["ticket.opened"]


def test_what_fails_is_tried_again_later_and_later_and_in_order(clock, central, announcer, hook):
    """The first message waits in front of the second; when the other side is back both arrive, once."""
    made = register(central, hook, "ticket.opened")
    hook.answer = 503
    numbers = [central.open()["number"] for _ in range(2)]
    assert announcer.announce_due() == 0
    assert announcer.announce_due() == 0
    assert len(hook.got) == 1
    for failures in (1, 2, 3):
        clock.at += pause_after(failures) - timedelta(seconds=1)
        assert announcer.announce_due() == 0
        assert len(hook.got) == failures
        clock.move(seconds=1)
        assert announcer.announce_due() == 0
        assert len(hook.got) == failures + 1
    shown = central.get(f"/webhooks/{made['id']}").json()
    assert (shown["state"], shown["waiting"], shown["error"]) == ("on", 2, "It answered 503.")
    hook.answer = 204
    clock.at += pause_after(4)
    assert announcer.announce_due() == 2
    assert [one["ticket"]["number"] for one in hook.documents()[-2:]] == numbers
    ids = [one["id"] for one in hook.documents()]
    assert len(set(ids[:-1])) == 1
    assert central.get(f"/webhooks/{made['id']}").json()["failing_since"] is None


def test_one_message_that_is_never_taken_does_not_hold_up_the_others_for_ever(web, central, clock, announcer, hook):
    """After many attempts it is given up."""
    made = register(central, hook, "ticket.opened")
    hook.answer = 400
    central.open()
    for failures in range(1, MOST_ATTEMPTS + 1):
        announcer.announce_due()
        clock.at += pause_after(failures)
    hook.answer = 200
    central.open()
    assert announcer.announce_due() == 1
    listed = central.get(f"/webhooks/{made['id']}/deliveries").json()["items"]
    assert [(one["state"], one["attempts"]) for one in listed] == [("sent", 1), ("failed", MOST_ATTEMPTS)]
    with writing(web.engine) as connection:
        assert drop_spent_api(connection, web.now() + timedelta(days=13)) == 0
        assert erase_api_of(connection, ASHA.email) == 2


def test_a_webhook_that_fails_for_days_is_switched_off_with_an_alarm(central, clock, announcer, hook, alarms):
    """Its program sees it and enables it again, and it hears of what changes then. One that is gone (410) is off."""
    made = register(central, hook, "ticket.opened")
    hook.answer = 500
    while alarms.codes == []:
        central.open()
        announcer.announce_due()
        clock.move(hours=8)
    assert alarms.codes == [AlarmCode.WEBHOOK_OFF]
    assert "mailbot alarm settle webhook_off" in alarms.texts[0]
    shown = central.get(f"/webhooks/{made['id']}").json()
    assert (shown["state"], shown["waiting"]) == ("off", 0)
    central.open()
    hook.answer = 200
    assert announcer.announce_due() == 0
    assert central.post(f"/webhooks/{made['id']}/enable").json()["state"] == "on"
    last = central.open()["number"]
    assert (announcer.announce_due(), hook.documents()[-1]["ticket"]["number"]) == (1, last)
    hook.answer = 410
    central.open()
    announcer.announce_due()
    assert central.get(f"/webhooks/{made['id']}").json()["state"] == "off"


def test_with_a_ticket_goes_what_was_told_of_it(web, central, hook):
    """An erasure of one ticket leaves the messages about others."""
    register(central, hook, "ticket.opened")
    central.open()
    kept = central.open()["number"]
    with writing(web.engine) as connection:
        first = connection.execute(select(tickets.c.id).order_by(tickets.c.id)).scalars().first()
        erase_tickets(connection, [first], Why("mailbot", "asked for"), web.now())
        left = connection.execute(select(webhook_deliveries.c.ticket)).scalars().all()
    assert (left, central.get("/webhooks").json()["items"][0]["waiting"]) == ([kept], 1)


def test_two_workers_tell_a_message_once(web, central, announcer, hook):
    """Who claimed a webhook has it until it is done; one that died gives it free after a while."""
    register(central, hook, "ticket.opened")
    central.open()
    book = WebhookOutbox(web.engine)
    (due,) = book.find_due(web.now())
    held, messages = book.claim(due, web.now())
    assert (len(messages), book.claim(due, web.now()), announcer.announce_due()) == (1, None, 0)
    web.now.move(minutes=11)
    assert announcer.announce_due() == 1
    book.release(held)


def test_webhooks_belong_to_their_key_and_end_with_it(web, stranger, central, announcer, hook):
    """Another key finds none of them; a revoked one has nothing told; a removed one leaves no secret."""
    made = register(central, hook, "ticket.opened")
    other = make_caller(web, stranger, Scope.WEBHOOKS, name="Other")
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/enable"), ("GET", "/deliveries")):
        answer = other.call(method, f"/webhooks/{made['id']}{path}")
        missing = other.call(method, f"/webhooks/999{path}")
        assert (answer.status_code, answer.json()["detail"]) == (404, missing.json()["detail"])
    assert other.get("/webhooks").json()["items"] == []
    assert [one["id"] for one in central.get("/webhooks").json()["items"]] == [made["id"]]
    assert "secret" not in central.get(f"/webhooks/{made['id']}").json()
    central.open()
    with writing(web.engine) as connection:
        keys = webhooks.c.api_key.table.metadata.tables["api_keys"]
        connection.execute(update(keys).where(keys.c.name == "Central software").values(ends_at=web.now()))
    assert (announcer.announce_due(), hook.got) == (0, [])
    second = register(other, hook)
    assert other.call("DELETE", f"/webhooks/{second['id']}").status_code == 204
    assert other.call("DELETE", f"/webhooks/{second['id']}").status_code == 404
    with reading(web.engine) as connection:
        row = connection.execute(select(webhooks).where(webhooks.c.id == second["id"])).one()
    assert (row.secret, row.url) == ("", "")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_address_inside_is_told(web, central, monkeypatch):
    """Not by number, by name, by another spelling, by a wrapped address, over HTTP, or on another port."""
    names = {"inside.example": "10.0.0.7", "meta.example": "169.254.169.254", "six.example": "::ffff:127.0.0.1"}

    def look_up(host, port, **_):
        return [(2, 1, 6, "", (names.get(host, "93.184.216.34" if host == "fine.example" else host), port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    fine = {"url": "https://fine.example/hook", "events": ["ticket.opened"]}
    assert central.post("/webhooks", fine).status_code == 201
    for url in (
        "https://inside.example/x", "https://meta.example/latest", "https://six.example/", "https://10.1.2.3/",
        "https://[::1]/", "https://[fd00::1]/", "https://[64:ff9b::7f00:1]/", "https://0.0.0.0/", "https://224.0.0.1/",
        "https://100.64.0.1/", "http://fine.example/", "https://fine.example:22/", "https://user@fine.example/",
        "https://fine.example/#x", "ftp://fine.example/", "https:///x", "https://fine.example/\n", "gopher:", "x",
        "http://localhost/", "https://fine.example:99999/", "https://[::1",
    ):  # fmt: skip
        answer = central.post("/webhooks", fine | {"url": url})
        assert (answer.status_code, [one["field"] for one in answer.json()["errors"]]) == (422, ["url"]), url
    assert not any(is_public(address) for address in ("2002:7f00:1::", "127.0.0.1", "::", "nonsense", "fe80::1%eth0"))
    for place in range(9):
        central.post("/webhooks", fine | {"url": f"https://fine.example/{place}"})
    assert central.post("/webhooks", fine).status_code == 409
    del web


def test_a_name_that_moves_inside_after_it_was_registered_is_not_told(monkeypatch):
    """The address is checked when it is connected to, and the checked one is connected to."""
    rules, answers = HookRules(), ["93.184.216.34", "127.0.0.1"]
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, port, **_: [(2, 1, 6, "", (answers.pop(0), port))])
    check_url("https://moves.example/", rules)
    with pytest.raises(HookUrlError, match="no public address"):
        check_url("https://moves.example/", rules)


@contextmanager
def dripping():
    """Serve somebody who answers a byte at a time, for ever."""
    server, ending = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def serve():
        line, _ = server.accept()
        with line:
            while not ending.wait(0.05):
                try:
                    line.sendall(b"H")
                except OSError:
                    return

    thread = threading.Thread(target=serve)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}/"
    ending.set()
    thread.join()
    server.close()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_nobody_is_waited_for_for_ever_and_no_redirection_is_followed(web, central, announcer, hook, monkeypatch):
    """A drip of bytes ends after the time for everything, a closed port at once; 302 is a failure like any other."""
    made = register(central, hook, "ticket.opened")
    central.open()
    _, messages = WebhookOutbox(web.engine).claim(made["id"], web.now())
    target = replace(_hook_of(web, made), url=hook.url)
    monkeypatch.setattr(webhook_post, "SECONDS_IN_ALL", 0.5)
    with dripping() as url:
        began = time.monotonic()
        answer = announcer.post.post(replace(target, url=url), messages[0], web.now())
    assert (answer.status, time.monotonic() - began < 5) == (0, True)
    assert announcer.post.post(replace(target, url="http://127.0.0.1:1/"), messages[0], web.now()).status == 0
    hook.answer = 302
    answer = announcer.post.post(target, messages[0], web.now())
    assert (answer.status, answer.is_taken, len(hook.got)) == (302, False, 1)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_over_tls_the_certificate_is_checked_against_the_authority_of_the_settings(web, central, announcer, tmp_path):
    """With it the message arrives; without it the answer says what is wrong, and nothing was sent."""
    made = central.post("/webhooks", {"url": "http://127.0.0.1:9/", "events": ["ticket.opened"]}).json()
    central.open()
    _, messages = WebhookOutbox(web.engine).claim(made["id"], web.now())
    certificate = make_certificate(tmp_path)
    secure = Webhook()
    secure._server.socket = certificate.make_context().wrap_socket(secure._server.socket, server_side=True)
    with secure:
        target = replace(_hook_of(web, made), url=secure.url.replace("http://127.0.0.1", "https://localhost"))
        trusting = HookPost(HookRules(("localhost",), str(certificate.ca_file)))
        assert trusting.post(target, messages[0], web.now()).status == 204
        doubting = HookPost(HookRules(("localhost",))).post(target, messages[0], web.now())
    assert (doubting.status, "certificate cannot be trusted" in doubting.words, len(secure.got)) == (0, True, 1)
    assert announcer.post.rules == HookRules(("127.0.0.1",))


def test_the_example_of_the_manual_knows_what_is_genuine(web, central, announcer, hook):
    """The Python of docs/api.md accepts a message of ours, and none that was changed, is old, or has another secret."""
    made = register(central, hook, "ticket.opened")
    central.open()
    announcer.announce_due()
    ((headers, body),) = hook.got
    source = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
    names = {}
    exec(source.partition("```python\n")[2].partition("```")[0], names)
    names["time"] = SimpleNamespace(time=lambda: web.now().timestamp() + 200)
    is_genuine = names["is_genuine"]
    assert is_genuine(made["secret"], headers, body)
    assert not is_genuine("whs_other", headers, body)
    assert not is_genuine(made["secret"], headers, body + b" ")
    assert not is_genuine(made["secret"], headers | {"X-Mailbot-Signature": "é"}, body)
    names["time"] = SimpleNamespace(time=lambda: web.now().timestamp() + 301)
    assert not is_genuine(made["secret"], headers, body)


def test_a_desk_without_webhooks_asks_the_database_nothing_more(web, central, hook):
    """No statement of a change is about messages before somebody listens; then there are two more."""
    counts = []
    central.open()
    for _ in range(2):
        statements = []

        def note(_connection, _cursor, statement, *_, kept=statements):
            kept.append(statement)

        event.listen(web.engine, "before_cursor_execute", note)
        central.open()
        event.remove(web.engine, "before_cursor_execute", note)
        counts.append((len(statements), sum("webhook_deliveries" in one for one in statements)))
        register(central, hook, "ticket.opened")
    assert counts[0][1] == 0
    assert (counts[1][0] - counts[0][0], counts[1][1]) == (2, 1)


def _hook_of(web, made):
    book = WebhookOutbox(web.engine)
    web.now.move(minutes=11)
    hook, _ = book.claim(made["id"], web.now())
    return hook
