"""The keys that a running desk writes and reads tokens with are those that its worker keeps up to date."""

from __future__ import annotations

from datetime import UTC, datetime

from mailbot.adapters.keys import rotate_key_file
from mailbot.adapters.store.engine import open_engine
from mailbot.adapters.store.migrating import migrate_up
from mailbot.app import open_desk
from mailbot.settings import load_settings
from mailbot.worker import KEYS_SECONDS

SETTINGS = """
[desk]
address = "support@tax.example"
[imap]
host = "127.0.0.1"
username = "support@tax.example"
[smtp]
host = "127.0.0.1"
[storage]
folder = "data"
"""


def test_the_worker_of_a_running_desk_follows_a_rotation(tmp_path, monkeypatch):
    """Reading, writing and reminding share one set of keys, and a job of the worker lets it follow the file."""
    monkeypatch.setenv("MAILBOT_IMAP__PASSWORD", "office-1947")
    path = tmp_path / "settings.toml"
    path.write_text(SETTINGS, encoding="utf-8")
    settings = load_settings(path)
    settings.data.mkdir()
    engine = open_engine(settings.database_url)
    migrate_up(engine)
    engine.dispose()
    with open_desk(settings) as desk:
        users = (desk.receiver.desk, desk.reminder.desk, desk.store._desk)
        assert [user.keys.current for user in users] == ["k1"] * 3
        rotate_key_file(desk.care.keys.path, datetime.now(UTC))
        jobs = desk.worker()._schedule()
        (follow,) = (job for job in jobs.get_jobs() if job.args == (desk.care.keys.follow,))
        assert follow.trigger.interval.total_seconds() == KEYS_SECONDS
        follow.args[0]()
        assert [user.keys.current for user in users] == ["k2"] * 3
