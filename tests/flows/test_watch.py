"""Silence is noticed: each component is stopped in turn, and an alarm comes over a path that does not need it."""

from __future__ import annotations

import os
import socket
from datetime import timedelta
from itertools import pairwise

import pytest

from mailbot.adapters.alarms import ToldAlarms, WebhookPath
from mailbot.adapters.files import FileStore
from mailbot.adapters.imap import ImapAccount, ImapMailbox
from mailbot.adapters.oauth import TokenSource, make_provider
from mailbot.adapters.pacing import Gate
from mailbot.adapters.smtp import SmtpAccount, SmtpPost
from mailbot.adapters.store.alarm_book import AlarmBook
from mailbot.adapters.store.engine import open_engine
from mailbot.adapters.store.migrating import migrate_up
from mailbot.adapters.store.status import find_status
from mailbot.adapters.store.tables import metadata
from mailbot.adapters.supervisor import tell_supervisor
from mailbot.deliver import Outgoing
from mailbot.domain.alarms import AlarmCode
from mailbot.domain.errors import WorldError
from mailbot.domain.watching import Canary, CanaryRules, Part
from mailbot.watch import HANGING, LOOK_SECONDS, Pulse, Watch
from mailbot.watch_parts import WatchedPost, WatchRecords, watch_steps
from tests.oauth.consent import Clock
from tests.servers.webhook import Webhook

DESK = "support@tax.example"
LIMITS = dict.fromkeys(Part, 600.0)
TWENTY_MINUTES = 120


class Scene:
    """A watch over parts that all do well, a clock that a test moves, a webhook, and a database."""

    def __init__(self, folder, hook):
        self.clock = Clock()
        self.path = folder / "mailbot.db"
        self.engine = open_engine(f"sqlite:///{self.path}")
        migrate_up(self.engine)
        self.states, self.ends = [], []
        self.pulse = Pulse(self.clock, self.seconds)
        paths = [WebhookPath(hook.url)]
        self.alarms = ToldAlarms(
            DESK, paths=paths, book=AlarmBook(self.engine), now=self.clock, repeat=timedelta(days=1)
        )
        self.files = FileStore(folder / "files", 0)
        self.watch = self.make_watch(WatchRecords(self.engine, "vm:1", self.alarms, DESK, 0))
        self.watch.record()

    def make_watch(self, records, rules=None):
        """Return a watch that writes into these records."""
        return Watch(
            pulse=self.pulse,
            alarms=self.alarms,
            records=records,
            has_room=self.has_room,
            limits=LIMITS,
            canary=rules or CanaryRules(None, timedelta(minutes=15)),
            now=self.clock,
            seconds=self.seconds,
            tell_supervisor=self.states.append,
        )

    def has_room(self):
        """Ask the file store of the moment."""
        return self.files.has_room()

    def seconds(self):
        """Return the steady clock, which goes with the other."""
        return self.clock.at.timestamp()

    def live(self, work, hook, *, without=None):
        """Let twenty minutes pass in looks of ten seconds; return after how many minutes the first alarm came."""
        for look in range(TWENTY_MINUTES):
            self.clock.advance(seconds=LOOK_SECONDS)
            for part in set(Part) - {without, Part.RECORD}:
                self.pulse.well(part)
            work(look)
            self.watch.look()
            self.watch.record()
            self.alarms.tell_due()
            if hook.got:
                return (look + 1) * LOOK_SECONDS / 60
        return None


@pytest.fixture
def hook():
    """Give a webhook."""
    with Webhook() as server:
        yield server


@pytest.fixture
def scene(tmp_path, hook):
    """Return a scene in which all is well."""
    scene = Scene(tmp_path, hook)
    yield scene
    for end in (*scene.ends, scene.engine.dispose):
        end()


def closed_port():
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def stop_poller(_scene):
    """Let the thread that reads the mailbox be gone."""
    return Part.INTAKE, lambda _look: None


def stop_imap(scene):
    """Let the mail server be down."""
    account = ImapAccount(
        host="127.0.0.1", port=closed_port(), security="none", username=DESK, password="gst-pass-1", folder="INBOX",
        processed_folder="Processed",
    )  # fmt: skip
    mailbox = ImapMailbox(account, Gate(scene.seconds))

    def look(_look):
        try:
            mailbox.select()
        except WorldError as error:
            scene.pulse.fail(Part.INTAKE, str(error))

    return Part.INTAKE, look


def stop_sender(scene):
    """Let the server for letters be down; the thread goes on and finds nothing to do between its tries."""
    account = SmtpAccount(host="127.0.0.1", port=closed_port(), security="none", sender=DESK, connections=1)
    post = WatchedPost(SmtpPost(account, Gate(scene.seconds)), scene.pulse)
    scene.ends.append(post.post.close)

    def send(look):
        if look % 6 == 0:
            letter = Outgoing(1, "TMS-2611-00042-7", "asha@tax.example", b"\r\n", 1, 0, scene.clock())
            post.send([letter], lambda: False)
        scene.pulse.well(Part.DELIVER)

    return Part.DELIVER, send


def stop_database(scene):
    """Let the tables be gone, and with them the table of alarms."""
    with scene.engine.begin() as connection:
        metadata.drop_all(connection)
    return None, lambda _look: None


def stop_token(scene):
    """Nobody has agreed that the desk may log in."""
    custom = {
        "token_url": "https://127.0.0.1:1/t",
        "device_url": "https://127.0.0.1:1/d",
        "authorize_url": "https://127.0.0.1:1/a",
    }
    provider = make_provider(
        "custom", client_id="desk", client_secret="", tenant="tax.example", urls=custom, scopes=("mail",)
    )
    source = TokenSource(provider, scene.path.parent / "tokens.json", DESK, scene.clock, scene.alarms)

    def ask(_look):
        try:
            source.find_token()
        except WorldError as error:
            scene.pulse.fail(Part.INTAKE, str(error))

    return Part.INTAKE, ask


def fill_disk(scene):
    """Let the disk have less room than the settings ask for."""
    scene.files = FileStore(scene.files.folder, 10**18)
    return None, lambda _look: None


STOPS = {
    "poller": (stop_poller, AlarmCode.MAILBOX_SILENT),
    "imap": (stop_imap, AlarmCode.MAILBOX_SILENT),
    "sender": (stop_sender, AlarmCode.SENDING_SILENT),
    "database": (stop_database, AlarmCode.DATABASE_TROUBLE),
    "token": (stop_token, AlarmCode.CONSENT_LOST),
    "disk": (fill_disk, AlarmCode.DISK_FULL),
}


@pytest.mark.parametrize("component", STOPS)
def test_an_alarm_comes_within_twenty_minutes_when_a_component_stops(scene, hook, component):
    """Poller, sender, database, IMAP, token, disk: six of six are told over the webhook, by their own code."""
    stop, code = STOPS[component]
    part, work = stop(scene)
    minutes = scene.live(work, hook, without=part)
    assert minutes is not None
    assert minutes <= 20
    assert hook.codes()[0] == code


def test_no_alarm_comes_while_all_is_well(scene, hook):
    """Twenty minutes of work are silent, and the supervisor hears of each look."""
    assert scene.live(lambda _look: None, hook) is None
    assert scene.states == ["WATCHDOG=1"] * TWENTY_MINUTES


def test_an_alarm_is_over_when_the_part_succeeds_again(scene, hook):
    """The mailbox is read again: that is told as well."""
    scene.live(lambda _look: None, hook, without=Part.INTAKE)
    scene.pulse.well(Part.INTAKE)
    scene.watch.look()
    scene.alarms.tell_due()
    assert hook.documents()[-1]["over"] == [AlarmCode.MAILBOX_SILENT]


def test_a_part_that_hangs_is_left_to_the_supervisor(scene):
    """When a thread shows no sign of life, the watchdog is not told any more, and systemd starts the program anew."""
    for _ in range(int(HANGING[Part.HANDLE] / LOOK_SECONDS) + 1):
        scene.clock.advance(seconds=LOOK_SECONDS)
        for part in set(Part) - {Part.HANDLE}:
            scene.pulse.alive(part)
        scene.watch.look()
    assert len(scene.states) == int(HANGING[Part.HANDLE] / LOOK_SECONDS)


def test_a_program_that_was_stopped_for_an_hour_gives_no_false_alarm(scene, hook):
    """A machine that slept, or a process that was stopped: nobody could succeed meanwhile."""
    scene.clock.advance(hours=1)
    scene.watch.look()
    scene.alarms.tell_due()
    assert hook.got == []
    assert scene.states == ["WATCHDOG=1"]


def test_every_step_of_the_stories_is_a_sign_of_life(scene):
    """Taking in thousands of mails is success batch by batch, long before the folder is empty."""
    steps = []
    step = watch_steps(steps.append, scene.pulse)
    scene.clock.advance(seconds=500)
    for name in ("fetched", "filed", "begun", "letters-sent"):
        step(name)
    assert steps == ["fetched", "filed", "begun", "letters-sent"]
    beats = scene.pulse.beats()
    assert (beats[Part.INTAKE].silent, beats[Part.HANDLE].silent) == (0.0, 500.0)


class Lines:
    """Records in memory, for a watch over test mails."""

    def __init__(self, differences=()):
        self.last, self.sent, self.differences = None, [], list(differences)

    def keep_beats(self, _beats, _now):
        """Keep nothing."""

    def end_beats(self):
        """Take nothing away."""

    def sync_alarms(self):
        """Write nothing."""

    def find_brakes(self, _now):
        """Hold nothing back."""
        return {}

    def check_books(self):
        """Return what a test says."""
        return self.differences

    def find_last_canary(self):
        """Return the last one."""
        return self.last

    def send_canary(self, now):
        """Send one, which the server takes at once."""
        self.sent.append(now)
        self.last = Canary(now, left=True, returned_at=None)


def test_a_test_mail_that_does_not_come_back_is_an_alarm(scene, hook):
    """It is sent every half hour; a quarter of an hour later it is missed; its return ends the alarm."""
    records = Lines()
    watch = scene.make_watch(records, CanaryRules(timedelta(minutes=30), timedelta(minutes=15)))
    for _ in range(45):
        scene.clock.advance(minutes=1)
        watch.record()
    scene.alarms.tell_due()
    assert len(records.sent) == 1
    assert hook.codes() == [AlarmCode.CANARY_LOST]
    records.last = Canary(records.sent[0], left=True, returned_at=scene.clock())
    watch.record()
    scene.alarms.tell_due()
    assert hook.documents()[-1]["over"] == [AlarmCode.CANARY_LOST]


def test_books_that_differ_sound_within_five_minutes_until_a_person_settles_it(scene, hook):
    """What is gone stays gone: the alarm goes on although the next look finds nothing new."""
    records = Lines()
    watch = scene.make_watch(records)
    watch.record()
    records.differences = ["3 rows of the table 'mails' that were there are gone."]
    for _ in range(20):
        scene.clock.advance(seconds=15)
        watch.record()
    records.differences = []
    for _ in range(60):
        scene.clock.advance(seconds=15)
        watch.record()
    scene.alarms.tell_due()
    assert hook.codes() == [AlarmCode.BOOKS_DIFFER]
    assert hook.documents()[-1]["over"] == []


def test_books_that_take_long_are_looked_at_more_seldom(scene):
    """A look that takes two seconds comes every thousand seconds: after five hundred times what it takes."""
    records, looks = Lines(), []

    def look():
        looks.append(scene.clock())
        scene.clock.advance(seconds=2)
        return []

    records.check_books = look
    watch = scene.make_watch(records)
    for _ in range(200):
        watch.record()
        scene.clock.advance(seconds=15)
    pauses = {(later - earlier).total_seconds() for earlier, later in pairwise(looks)}
    assert len(looks) > 2
    assert all(1000 <= pause < 1020 for pause in pauses)


def test_a_worker_that_ends_as_it_should_leaves_no_heartbeat(scene):
    """`mailbot status` does not miss it; a database that is away then does not keep it from ending."""
    assert find_status(scene.engine, scene.clock()).workers
    scene.watch.leave()
    assert find_status(scene.engine, scene.clock()).workers == ()
    scene.path.write_bytes(b"no database" * 1000)
    scene.engine.dispose()
    scene.watch.leave()


def test_the_supervisor_is_told_over_its_socket(tmp_path, monkeypatch):
    """A path, an abstract name, nobody there, and no supervisor at all."""
    for written, bound in (
        (str(tmp_path / "notify"), str(tmp_path / "notify")),
        (f"@mb-{os.getpid()}", f"\0mb-{os.getpid()}"),
    ):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(bound)
            listener.settimeout(2)
            monkeypatch.setenv("NOTIFY_SOCKET", written)
            tell_supervisor("READY=1")
            assert listener.recv(100) == b"READY=1"
    for nowhere in (str(tmp_path / "gone"), "relative", ""):
        monkeypatch.setenv("NOTIFY_SOCKET", nowhere)
        tell_supervisor("READY=1")
