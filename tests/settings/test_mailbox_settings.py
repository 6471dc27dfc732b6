"""Several mailboxes in the settings: each further one takes over [imap], and what cannot be is refused by its name."""

from __future__ import annotations

from datetime import date

import pytest

from mailbot.adapters.logs import find_secrets, make_redactor
from mailbot.domain.errors import SettingsError
from mailbot.settings import load_settings
from mailbot.settings.mailboxes import MailboxSettings, find_mailbox, find_mailboxes
from mailbot.share import shared
from tests.settings.settings_files import load, refused, write

SECRET = "gehaim-4711"
FIRST = """
[desk]
address = "support@tax.example"
[imap]
host = "mail.tax.example"
port = 143
security = "starttls"
username = "support@tax.example"
password = "erstes-4711"
start_date = "2026-11-01"
also_look_in = ["Old"]
"""
EVAT = '[mailboxes.evat]\nusername = "evat-support@tax.example"\n'


def test_one_mailbox_needs_no_table():
    """Without a table the desk has the mailbox of [imap], whose rules are those of the desk."""
    (only,) = find_mailboxes(load(FIRST))
    assert (only.name, only.key, only.label, only.folder) == ("", "imap", "imap", "support@tax.example/INBOX")
    assert only.address == "support@tax.example"


def test_a_further_mailbox_is_as_the_first_but_for_who_logs_in():
    """Server, folders and rhythm are taken over unless they stand there; user, password and start date never are."""
    settings = load(f'{FIRST}{EVAT}folder = "Cases"\nmodule = "VAT cases"\npassword = "{SECRET}"\n')
    _, evat = find_mailboxes(settings)
    imap = evat.imap
    assert (imap.host, imap.port, imap.security, imap.also_look_in) == ("mail.tax.example", 143, "starttls", ("Old",))
    assert (imap.start_date, imap.folder, imap.processed_folder) == (None, "Cases", "Processed")
    assert (evat.key, evat.address, evat.module) == ("mailboxes.evat", "evat-support@tax.example", "vat-cases")
    assert evat.folder == "evat-support@tax.example/Cases"
    assert settings.mailbox_password("evat") == SECRET
    assert settings.mailbox_password("") == "erstes-4711"
    assert find_mailbox(settings, "evat") == evat
    assert find_mailbox(settings, "imap") == find_mailbox(settings, "")


def test_the_environment_reaches_every_key_of_a_further_mailbox(monkeypatch):
    """A password, a number, a date and a list; its neighbours stay as they are."""
    for key, value in (("PASSWORD", SECRET), ("PORT", "993"), ("START_DATE", "2026-11-02"), ("ALSO_LOOK_IN", '["A"]')):
        monkeypatch.setenv(f"MAILBOT_MAILBOXES__EVAT__{key}", value)
    settings = load(FIRST + EVAT)
    chosen = settings.mailboxes["evat"]
    assert (chosen.port, chosen.start_date, chosen.also_look_in) == (993, date(2026, 11, 2), ("A",))
    assert chosen.username == "evat-support@tax.example"
    assert settings.mailbox_password("evat") == SECRET


def test_a_password_comes_from_a_file_or_from_the_first_mailbox_of_the_same_user():
    """Two folders of one account share its password; another account without one is told where it belongs."""
    write(SECRET, name="evat-password")
    assert load(f'{FIRST}{EVAT}password_file = "evat-password"\n').mailbox_password("evat") == SECRET
    same = f'{FIRST}[mailboxes.evat]\nusername = "support@tax.example"\nfolder = "VAT"\n'
    assert load(same).mailbox_password("evat") == "erstes-4711"
    with pytest.raises(SettingsError, match="MAILBOT_MAILBOXES__EVAT__PASSWORD"):
        load(FIRST + EVAT).mailbox_password("evat")


def test_a_secret_of_a_further_mailbox_is_kept():
    """A settings file that others may read must not hold it, and no log shows it; the desk's own address it may."""
    assert "chmod 600" in refused(f'[desk]\n{EVAT}password = "{SECRET}"\n', mode=0o644)
    settings = load(f'{FIRST}{EVAT}password = "{SECRET}"\naddress = "vat@tax.example"\n')
    assert SECRET in find_secrets(settings)
    assert SECRET not in repr(settings)
    shown = make_redactor(settings)(f"{SECRET} evat-support@tax.example vat@tax.example rakesh@tax.example")
    assert shown == "*** evat-support@tax.example vat@tax.example ***@tax.example"


def test_whose_word_counts_may_differ():
    """Without words of its own a mailbox has those of [trust]; "none" believes nobody there."""
    trust = '[trust]\nprovider = "own"\nauthserv_id = "mx.tax.example"\nmode = "shadow"\n'
    ways = {
        "": ("own", "mx.tax.example"),
        'trust_provider = "gmail"\n': ("gmail", ""),
        'authserv_id = "mx.evat.example"\n': ("own", "mx.evat.example"),
        'trust_provider = "none"\n': ("none", ""),
    }
    for written, expected in ways.items():
        first, evat = find_mailboxes(load(trust + FIRST + EVAT + written))
        assert (first.trust.provider, first.trust.authserv_id) == ("own", "mx.tax.example")
        assert (evat.trust.provider, evat.trust.authserv_id, evat.trust.mode) == (*expected, "shadow")


WRONG = {
    "a key that is none": (f"{EVAT}hots = 'x'\n", ("mailboxes.evat.hots is no setting", "Allowed there: host, port")),
    "no user": ('[mailboxes.evat]\naddress = "e@tax.example"\n', ("mailboxes.evat.username is not set",)),
    "no address": ('[mailboxes.evat]\nusername = "evat"\n', ("mailboxes.evat", "address is not set")),
    "no mail address": (f'{EVAT}address = "evat"\n', ("mailboxes.evat.address = 'evat'",)),
    "a long name": ('[mailboxes.E-VAT]\nusername = "e@tax.example"\n', ("mailboxes.E-VAT",)),
    "the name of the first": ('[mailboxes.imap]\nusername = "e@tax.example"\n', ("mailboxes.imap", "another name")),
    "no table": ('[mailboxes]\nevat = "evat-support@tax.example"\n', ("mailboxes.evat",)),
    "a module that is none": (f'{EVAT}module = "Vats"\n', ("mailboxes.evat.module = 'Vats'", "vat-cases")),
    "a wrong port": (f"{EVAT}port = 0\n", ("mailboxes.evat.port = 0",)),
    "clear text": (f'{EVAT}security = "none"\n', ("mailboxes.evat", 'write "tls" or "starttls"')),
    "the folder of the first": (
        '[mailboxes.evat]\nusername = "Support@tax.example"\n', ("mailboxes.evat.folder = 'INBOX'", "imap already"),
    ),
    "the handled mail of the first": (
        '[mailboxes.evat]\nusername = "support@tax.example"\nfolder = "processed"\nprocessed_folder = "Done"\n',
        ("imap.processed_folder = 'Processed'", "not read"),
    ),
    "one user at two servers": (
        '[mailboxes.evat]\nusername = "support@tax.example"\nhost = "b.example"\n',
        ("mailboxes.evat.username", "differ"),
    ),
    "half a pin": (f'{EVAT}trust_provider = "own"\n', ("mailboxes.evat.authserv_id",)),
    "a pin for nobody": (f'{EVAT}authserv_id = "mx.evat.example"\n', ("mailboxes.evat.authserv_id", "means nothing")),
}  # fmt: skip


@pytest.mark.parametrize(("written", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_is_refused(written, words):
    """The sentence names the key, and the value or what is allowed."""
    sentence = refused(FIRST + written)
    assert all(word in sentence for word in words), sentence


def test_a_variable_that_names_no_key_is_refused(monkeypatch):
    """A typing mistake in the environment stops the start too, in the key as in the mailbox's name."""
    monkeypatch.setenv("MAILBOT_MAILBOXES__EVAT__PASWORD", SECRET)
    assert "MAILBOT_MAILBOXES__EVAT__PASWORD names no setting. Allowed there: host" in refused(FIRST + EVAT)
    monkeypatch.delenv("MAILBOT_MAILBOXES__EVAT__PASWORD")
    monkeypatch.setenv("MAILBOT_MAILBOXES__EVAD__PASSWORD", SECRET)
    assert "mailboxes.evad.username is not set" in refused(FIRST + EVAT)


def test_the_settings_file_tells_of_every_key():
    """The comment that shows a further mailbox names each key that one may have."""
    text = shared("settings.toml").read_text(encoding="utf-8")
    shown = text[text.index("[mailboxes.evat]") : text.index("[smtp]")]
    unwritten = {"password"}
    assert [key for key in MailboxSettings.model_fields if key not in shown and key not in unwritten] == []


def test_the_defaults_have_no_further_mailbox():
    """Nobody has one without writing it."""
    assert load_settings(None).mailboxes == {}
