"""Settings: defaults from one file, overridden by a file and the environment; a mistake is named, a secret is not."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from mailbot.domain.errors import SettingsError
from mailbot.settings import Settings, find_settings_file, load_settings
from mailbot.share import shared
from tests.settings.settings_files import load, refused, write

SECRET = "gehaim-4711"


def test_every_default_loads():
    """Without a file and without a variable the packaged settings hold; each key of the types stands in the file."""
    settings = load_settings(None)
    defaults = tomllib.loads(shared("settings.toml").read_text(encoding="utf-8"))
    for name, section in defaults.items():
        unwritten = {"password", "client_secret", "webhook_secret", "secret_key", "handoff_key"}
        assert set(type(getattr(settings, name)).model_fields) - unwritten == set(section)
    assert (settings.imap.port, settings.smtp.port, settings.imap.start_date) == (993, 465, None)
    assert settings.desk.plus_addressing is True


def test_every_key_is_explained():
    """In settings.toml each key has a comment above it, alone or with its neighbours."""
    lines = shared("settings.toml").read_text(encoding="utf-8").splitlines()
    explained = False
    for line in lines[: lines.index("[catalogue]")]:
        explained = line.startswith("#") or (explained and bool(line))
        if re.match(r"\w+ = ", line) and not line.startswith(("security", "ca_file", "port", "username", "host")):
            assert explained, line


def test_the_file_overrides_the_defaults():
    """Only what differs needs to stand there; the rest of the table keeps its defaults."""
    settings = load('[imap]\nhost = "imap.gmail.com"\nstart_date = 2026-11-01\n[worker]\nretry_seconds = [5]\n')
    assert (settings.imap.host, settings.imap.port) == ("imap.gmail.com", 993)
    assert settings.imap.start_date == date(2026, 11, 1)
    assert settings.worker.retry_seconds == (5,)


@pytest.mark.parametrize(
    ("variable", "value", "key", "expected"),
    [
        ("MAILBOT_IMAP__HOST", "imap.gmail.com", "imap.host", "imap.gmail.com"),
        ("MAILBOT_IMAP__PORT", "143", "imap.port", 143),
        ("MAILBOT_DESK__PLUS_ADDRESSING", "false", "desk.plus_addressing", False),
        ("MAILBOT_DESK__LANGUAGE", "hi", "desk.language", "hi"),
        ("MAILBOT_DESK__TIMEZONE", "Asia/Kathmandu", "desk.timezone", "Asia/Kathmandu"),
        ("MAILBOT_DESK__NAME_HI", "आईटी डेस्क, लखनऊ", "desk.name_hi", "आईटी डेस्क, लखनऊ"),
        ("MAILBOT_DESK__ALIASES", '["it@tax.example", "help@tax.example"]', "desk.aliases",
         ("it@tax.example", "help@tax.example")),
        ("MAILBOT_WORKER__RETRY_SECONDS", "[5, 50]", "worker.retry_seconds", (5, 50)),
        ("MAILBOT_IMAP__START_DATE", "2026-11-01", "imap.start_date", date(2026, 11, 1)),
        ("MAILBOT_IMAP__START_DATE", "", "imap.start_date", None),
        ("MAILBOT_CATALOGUE__DEFAULT_MODULE", "payment", "catalogue.default_module", "payment"),
        ("MAILBOT_STORAGE__FOLDER", "/srv/mailbot", "storage.folder", "/srv/mailbot"),
    ],
)  # fmt: skip
def test_the_environment_overrides_everything(monkeypatch, variable, value, key, expected):
    """Texts, numbers, switches, dates and lists: a variable wins over the file."""
    monkeypatch.setenv(variable, value)
    settings = load(
        '[imap]\nhost = "mail.example.in"\nport = 993\nstart_date = "2026-01-01"\n[desk]\nlanguage = "en"\n'
    )
    section, _, name = key.partition(".")
    assert getattr(getattr(settings, section), name) == expected


def test_a_variable_leaves_its_neighbours_alone(monkeypatch):
    """One key from the environment does not hide the others of its table."""
    monkeypatch.setenv("MAILBOT_IMAP__PORT", "143")
    assert load('[imap]\nhost = "mail.example.in"\n').imap.host == "mail.example.in"


@pytest.mark.parametrize("variable", ["MAILBOT_IMAP__HOTS", "MAILBOT_IMPA__HOST", "MAILBOT_HOST", "MAILBOT_IMAP"])
def test_an_unknown_variable_is_refused(monkeypatch, variable):
    """A typing mistake in the environment cannot hide; its value is not repeated."""
    monkeypatch.setenv(variable, SECRET)
    sentence = refused()
    assert f"{variable} names no setting" in sentence
    assert SECRET not in sentence


def test_the_variables_of_the_tests_and_of_the_file_are_known(monkeypatch):
    """They are no settings and no mistake."""
    for name in ("MAILBOT_SETTINGS", "MAILBOT_TESTING", "MAILBOT_FAILPOINT"):
        monkeypatch.setenv(name, "1")
    assert load_settings(None)


DAYS = ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('[imap]\nhots = "x"', "imap.hots is no setting. Look for the right name in settings.toml."),
        ('[impa]\nhost = "x"', "impa is no setting. Look for the right name in settings.toml."),
        ("[imap]\nport = 70000", "imap.port = 70000: should be less than or equal to 65535."),
        ('[imap]\nport = "many"', "imap.port = 'many': should be a valid integer"),
        ('[imap]\nsecurity = "ssl"', "imap.security = 'ssl': should be 'tls', 'starttls' or 'none'."),
        ("[imap]\nfolder = 3", "imap.folder = 3: should be a valid string."),
        ('[imap]\nstart_date = "yesterday"', "imap.start_date = 'yesterday': should be a valid date"),
        ("[imap]\nidle_seconds = 1800", "imap.idle_seconds = 1800: should be less than 1740."),
        ("[imap]\npoll_seconds = 0", "imap.poll_seconds = 0: should be greater than 0."),
        ('[imap]\nprocessed_folder = "inbox"', "imap: folder and processed_folder are the same"),
        ('[smtp]\nhost = "mail.example.in"\nsecurity = "none"', 'write "tls" or "starttls"'),
        ('[desk]\nprefix = "tms"', "desk.prefix = 'tms': String should match pattern '^[A-Z]{2,6}$'."),
        ('[desk]\ntimezone = "IST"', "desk.timezone = 'IST': write a time zone such as \"Asia/Kolkata\"."),
        ('[desk]\nlanguage = "mr"', "desk.language = 'mr': should be 'en' or 'hi'."),
        ('[desk]\nplus_addressing = "perhaps"', "desk.plus_addressing = 'perhaps': should be a valid boolean"),
        ('[desk]\naliases = "it@tax.example"', "desk.aliases = 'it@tax.example': should be a valid tuple."),
        ("[desk]\ndescription_limit = 10", "desk.description_limit = 10: should be greater than or equal to 100."),
        ("[worker]\nretry_seconds = []", "worker.retry_seconds = []: Tuple should have at least 1 item"),
        ("[worker]\nretry_seconds = [60, 0]", "worker.retry_seconds.1 = 0: should be greater than 0."),
        ('[working_time]\nmonday = "10-17h"', 'write the office hours as "10:00-17:00", or "" for a weekly off'),
        ('[working_time]\nmonday = "17:00-10:00"', "the office closes before it opens"),
        ("[working_time]\nsaturdays_off = [6]", "working_time.saturdays_off.0 = 6: should be less than or equal to 5."),
        ("[working_time]\n" + "".join(f'{day}day = ""\n' for day in DAYS), "no weekday has office hours"),
        ("[promises]\nremind_at_percent = 100", "promises.remind_at_percent = 100: should be less than"),
        ('[escalation]\nsenior = "12345"', "escalation.senior = '12345'"),
        ('[catalogue]\ndefault_module = "gts"', "default_module = 'gts' is none of the codes gst-registration"),
        ('[[catalogue.priorities]]\ncode = "HIGH"\nen = "x"\nhi = "x"', "catalogue.priorities.0.code = 'HIGH'"),
        ("desk = 3", "desk = 3: should be a valid dictionary"),
        ('x = "', "is not valid TOML: Unterminated string"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_with_what_is_allowed(text, sentence):
    """The key, the value, and what would be right."""
    assert sentence in refused(text)


def test_every_mistake_is_named_at_once():
    """Whoever made three mistakes need not start three times."""
    sentences = refused('[imap]\nport = 0\nhots = "x"\n[desk]\nlanguage = "mr"\n').split("\n")
    assert len(sentences) == 3


def test_two_entries_with_one_code_are_refused():
    """A code stands for one thing."""
    entry = '[[catalogue.modules]]\ncode = "other"\nen = "Other"\nhi = "अन्य"\n'
    assert "two entries of module have the same code" in refused(entry * 2)


@pytest.mark.parametrize("variable", ["MAILBOT_DESK__ALIASES", "MAILBOT_WORKER__RETRY_SECONDS"])
def test_a_list_in_the_environment_is_json(monkeypatch, variable):
    """The variable is named, and how to write it."""
    monkeypatch.setenv(variable, "60,600")
    assert f"{variable}: a list is written as JSON" in refused()


def test_a_file_that_is_no_text_is_refused():
    """UTF-16, as an editor on Windows may write it."""
    Path("settings.toml").write_bytes("[desk]".encode("utf-16"))
    with pytest.raises(SettingsError, match="is not valid TOML"):
        load_settings(Path("settings.toml"))


def test_which_settings_file_is_read(monkeypatch):
    """The named one, else MAILBOT_SETTINGS, else settings.toml here, else none."""
    assert find_settings_file(None) is None
    here, other, third = write(""), write("", name="other.toml"), write("", name="third.toml")
    assert find_settings_file(None) == here
    monkeypatch.setenv("MAILBOT_SETTINGS", str(other))
    assert find_settings_file(None) == other
    assert find_settings_file(str(third)) == third


def test_a_settings_file_that_is_not_there_is_named(monkeypatch):
    """Whoever names a file wants that one and no other."""
    write("")
    with pytest.raises(SettingsError, match=r"nowhere\.toml does not exist\. `mailbot init` writes one"):
        find_settings_file("nowhere.toml")
    monkeypatch.setenv("MAILBOT_SETTINGS", "nowhere.toml")
    with pytest.raises(SettingsError, match="does not exist"):
        find_settings_file(None)


def test_relative_paths_start_at_the_settings_file(monkeypatch, tmp_path):
    """It does not matter from where mailbot is started."""
    (tmp_path / "desk").mkdir()
    path = write('[storage]\nfolder = "data"', name="desk/settings.toml")
    monkeypatch.chdir("/")
    settings = load_settings(tmp_path / path)
    assert settings.data == tmp_path / "desk" / "data"
    assert settings.database_url == f"sqlite:///{tmp_path}/desk/data/mailbot.db"
    assert settings.path("/etc/ssl/ca.pem") == Path("/etc/ssl/ca.pem")


def test_a_question_mark_in_the_path_is_refused():
    """The database would lie in another folder, because a question mark begins the options of its address."""
    with pytest.raises(SettingsError, match=r"storage\.folder = .*question mark"):
        assert load('[storage]\nfolder = "why?"').database_url


def test_a_home_folder_may_be_abbreviated(monkeypatch, tmp_path):
    """`~` is the home folder; a user who does not exist is named."""
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load('[storage]\nfolder = "~/data"').data == tmp_path / "data"
    with pytest.raises(SettingsError, match="no home folder"):
        assert load('[storage]\nfolder = "~nobody-of-that-name/data"').data


def test_settings_never_change():
    """They are read once, checked and frozen."""
    settings = load_settings(None)
    for section in ("imap", "desk"):
        with pytest.raises(ValueError, match="frozen"):
            setattr(settings, section, None)
    with pytest.raises(ValueError, match="frozen"):
        settings.imap.port = 1
    assert isinstance(settings, Settings)
