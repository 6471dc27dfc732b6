"""Where files are kept: a folder unless a bucket is set, and a bucket only with all that it needs."""

from __future__ import annotations

import pytest

from mailbot.adapters.bucket import Bucket
from mailbot.adapters.files import FileStore
from mailbot.domain.errors import SettingsError
from mailbot.parts import open_files
from tests.settings.settings_files import load, refused, write

SECRET = "of-the-bucket-4711"
BUCKET = '[files]\nstore = "s3"\nbucket = "tax-desk"\naccess_key = "desk"\n'


def test_a_folder_is_the_default():
    """It lies in the data folder, and what is written about a bucket does not matter."""
    settings = load('[files]\nbucket = "tax-desk"')
    assert open_files(settings) == FileStore(settings.data / "files", 1_024_000_000)


@pytest.mark.parametrize("source", ["environment", "file"])
def test_the_secret_comes_from_the_environment_or_a_file(monkeypatch, source):
    """It is neither shown with the settings nor with the store."""
    if source == "environment":
        monkeypatch.setenv("MAILBOT_FILES__SECRET_KEY", SECRET)
    else:
        write(f"{SECRET}\n", name="bucket-secret")
    settings = load(f'{BUCKET}secret_key_file = "bucket-secret"\nprefix = "desk"')
    store = open_files(settings)
    assert isinstance(store, Bucket)
    assert (settings.bucket_secret, store.objects.at.secret_key) == (SECRET, SECRET)
    assert SECRET not in f"{settings!r}{settings.model_dump_json()}{store!r}"
    assert store.place("ab" * 32) == f"s3://tax-desk/desk/ab/{'ab' * 32}"


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ('store = "s4"', "files.store = 's4': should be 'folder' or 's3'."),
        ('store = "s3"', 'files: store = "s3" needs bucket and access_key.'),
        ('store = "s3"\nbucket = "tax-desk"', 'files: store = "s3" needs bucket and access_key.'),
        ('bucket = "Tax_Desk"', "files.bucket = 'Tax_Desk': a bucket has 3 to 63 small letters"),
        ('prefix = "../desk"', "files.prefix = '../desk': write words with slashes between them"),
        ('prefix = "desk/"', "files.prefix = 'desk/': write words with slashes between them"),
        ('endpoint = "s3.tax.example"', "files.endpoint = 's3.tax.example': write the address of the server alone"),
        ('endpoint = "https://s3.tax.example/desk"', "write the address of the server alone"),
        ('endpoint = "http://s3.tax.example"', "mails would go to another machine in clear text; write https://"),
        ('region = "Asia South"', "files.region = 'Asia South'"),
        ("timeout_seconds = 0", "files.timeout_seconds = 0: should be greater than 0."),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(lines, sentence):
    """The key, the value, and what would be right."""
    assert sentence in refused(f"[files]\n{lines}")


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ("", r"files\.secret_key is not set\. Put it into the environment variable MAILBOT_FILES__SECRET_KEY"),
        ('secret_key_file = "nowhere"', r"files\.secret_key_file = .*nowhere' cannot be read"),
        ('secret_key = "x"\nca_file = "nowhere.pem"', r"files\.ca_file = .*nowhere.pem' cannot be read"),
        ('secret_key = "x"\nca_file = "settings.toml"', r"files\.ca_file = .* holds no certificate"),
    ],
)
def test_what_a_bucket_lacks_stops_the_start(lines, sentence):
    """The sentence says where it belongs."""
    with pytest.raises(SettingsError, match=sentence):
        open_files(load(BUCKET + lines))


def test_a_secret_in_a_file_that_others_may_read_is_refused():
    """As every other secret."""
    sentence = refused(f'{BUCKET}secret_key = "{SECRET}"', 0o644)
    assert "chmod 600" in sentence
    assert SECRET not in sentence
