"""No log line holds what no log may hold: fifty planted secrets through every way into the log, and none comes out."""

from __future__ import annotations

import json
import logging
import sys
import threading
import warnings

import pytest

from mailbot.adapters.logs import Redactor, describe_error, start_log
from mailbot.domain.errors import WorldError

DESK = "support@tax.up.example"
PASSWORDS = (
    "Pass word-1 of imap",
    "smtp.pass+word=2",
    "zz-oauth2-client-secret",
    "webhook/signing/secret",
    "pg-pass-4711",
)
# What is planted, and what of it must not be seen.
PLANTED = {
    **{f"password {n}": (f"login with {word} failed", word) for n, word in enumerate(PASSWORDS)},
    "database url": ("postgresql://mailbot:s3cr3t-pg@db/mailbot", "s3cr3t-pg"),
    "other url": ("see https://user:hunter22@host/x", "hunter22"),
    "amqp url": ("amqp://:only-password@host", "only-password"),
    "basic": ("Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
    "bearer": ("authorization=Bearer abcdef123456", "abcdef123456"),
    "bearer alone": ("sent Bearer zyxwv-98765.abc", "zyxwv-98765"),
    "proxy": ("Proxy-Authorization: Negotiate YIIFakeTicket", "YIIFakeTicket"),
    "imap plain": ("A1 AUTHENTICATE PLAIN AGFzaGEAc2VjcmV0", "AGFzaGEAc2VjcmV0"),
    "imap xoauth2": ("A2 AUTHENTICATE XOAUTH2 dXNlcj1hc2hhAQ==", "dXNlcj1hc2hhAQ"),
    "smtp login": ("AUTH LOGIN c3VwcG9ydA==", "c3VwcG9ydA"),
    "form": ("grant_type=refresh_token&refresh_token=1abcDEF&client_secret=GOCxyz", "1abcDEF"),
    "form secret": ("client_secret=topsecretvalue&x=1", "topsecretvalue"),
    "json token": ('{"access_token": "at-0815-xyz", "x": 1}', "at-0815-xyz"),
    "python dict": ("{'password': 'kachori-99'}", "kachori-99"),
    "api key": ("api_key=AKIA0815 next", "AKIA0815"),
    "api-key": ("Api-Key: sk-live-12345", "sk-live-12345"),
    "passwd": ("passwd: dilli123;", "dilli123"),
    "jwt": ("token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2ln", "eyJhbGci"),
    "google access": ("got ya29.a0AfH6SMBx_yz-1", "a0AfH6SMB"),
    "google refresh": ("got 1//0gabcdefghijklmnopqrstuvwx", "0gabcdefghij"),
    "google client": ("GOCSPX-abcdefghijk_l", "abcdefghijk"),
    "message-id": ("<mb.TMS-2611-00042-7.k3yT0ken.abc@tax.up.example> again", "k3yT0ken"),
    "reply-to": ("to support+k3yPlusT0ken@tax.up.example", "k3yPlusT0ken"),
    "address": ("letter to asha.verma@tax.up.example failed", "asha.verma"),
    "private address": ("from <rakesh1978@gmail.com>:", "rakesh1978"),
    "hindi address": ("से आशा.वर्मा@उदाहरण.भारत आया", "आशा.वर्मा"),
    "two addresses": ("a.b@x.example,c.d@y.example", "c.d"),
    "plus address": ("neha+gst@tax.up.example", "neha"),
    "mobile": ("call 9839012345 now", "9839012345"),
    "mobile spaced": ("call 98390 12345 now", "12345"),
    "mobile +91": ("call +91 98390-12345", "98390"),
    "mobile 0": ("call 09839012345.", "9839012345"),
    "mobile in json": ('{"mobile":"+919839012345"}', "9839012345"),
    "gstin": ("GSTIN 09AAACU1234F1Z5 wrong", "AAACU1234F"),
    "gstin lower": ("gstin 09aaacu1234f1z5", "aaacu1234f"),
    "gstin in file": ("file 09AAACU1234F1Z5.pdf", "AAACU1234F"),
    "pan": ("PAN ABCDE1234F is", "ABCDE1234F"),
    "pan lower": ("pan abcde1234f,", "abcde1234f"),
    "aadhaar": ("Aadhaar 4321 8765 2109", "8765"),
    "aadhaar dashes": ("Aadhaar 4321-8765-2109.", "2109"),
}
BODIES = (
    "मेरा पासवर्ड गुप्त-शब्द-१ है",
    "portal password is PLANTED-BODY-2",
    "PLANTED-BODY-3 refund of 4,50,000",
    "PLANTED-SUBJECT-4",
    "PLANTED-FILE-5.pdf",
)


@pytest.fixture
def log(capsys):
    """Let the log begin, in a form that a test chooses; afterwards everything is as it was before."""
    root, ours = logging.getLogger(), logging.getLogger("mailbot")
    before = (root.handlers[:], root.level, ours.level, sys.excepthook, threading.excepthook)

    def begin(form):
        start_log(Redactor(PASSWORDS, [DESK]), form=form, level="debug")
        return lambda: capsys.readouterr().err

    yield begin
    logging.captureWarnings(capture=False)
    root.handlers[:], root.level, ours.level, sys.excepthook, threading.excepthook = before
    ours.setLevel(before[2])


def raise_with(words):
    """Raise what quotes a mail, out of something that does too."""
    try:
        int(words)
    except ValueError as error:
        raise KeyError(words) from error


def raise_ours(words):
    """Raise an error of the program itself."""
    raise WorldError(words)


def everywhere(words):
    """Bring these words into the log by every way there is."""
    ours, theirs = logging.getLogger("mailbot.receive"), logging.getLogger("some.library")
    ours.info("said %s", words)
    ours.debug(words.replace("%", "%%"))
    theirs.warning("said %r", [words])
    try:
        raise_with(words)
    except KeyError:
        ours.exception("failed")
    try:
        raise_ours(words)
    except WorldError:
        ours.exception("failed")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"beware of {words}", UserWarning, stacklevel=1)
    thread = threading.Thread(target=raise_with, args=(words,))
    thread.start()
    thread.join()
    try:
        raise_with(words)
    except KeyError as error:
        sys.excepthook(type(error), error, error.__traceback__)


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_planted_secret_comes_out(log, form):
    """Fifty of them through messages, arguments, libraries, tracebacks, warnings, threads and the program's end."""
    written = log(form)
    assert len(PLANTED) + len(BODIES) >= 50
    found = []
    for name, (words, secret) in PLANTED.items():
        everywhere(words)
        text = written()
        assert text.count("Traceback") == 7, name
        found += [name] * (secret in text)
    assert found == []


@pytest.mark.parametrize("form", ["text", "json"])
def test_the_words_of_a_mail_in_an_error_are_left_out(log, form):
    """An error that quotes a mail is written with its kind and place only, also as the cause of another."""
    written = log(form)
    for words in BODIES:
        try:
            raise_with(words)
        except KeyError:
            logging.getLogger("mailbot").exception("a mail could not be handled")
        text = written()
        assert words not in text
        assert "builtins.ValueError" in text
        assert "in raise_with" in text


def test_what_the_operator_needs_stays(log):
    """Ticket numbers, servers, counts, times, and the desk's own address are no secrets."""
    written = log("text")
    sentence = (
        f'imap.gmail.com:993 refused the login of "{DESK}". TMS-2611-00042-7, mail 1234567890, UID 4294967295, 250 '
        "2.0.0 kept 1732435200 at 2026-11-24 09:30:15,123, sha256 ab12cd34, 10.0.0.1:5432, vm:4711"
    )
    logging.getLogger("mailbot").info(sentence)
    assert sentence in written()


def test_json_is_one_object_on_each_line(log):
    """Programs read level, part, thread, moment and text; an error has a key of its own."""
    written = log("json")
    logging.getLogger("mailbot.deliver").warning("letter %s: later\nsecond line", 7)
    with pytest.raises(WorldError) as raised:
        raise_ours("The disk is full.")
    assert "mailbot.domain.errors.WorldError: The disk is full." in describe_error(raised.value)
    logging.getLogger("mailbot").error("stopped", exc_info=raised.value)
    first, second = map(json.loads, written().splitlines())
    assert (first["level"], first["part"], first["text"]) == (
        "warning",
        "mailbot.deliver",
        "letter 7: later\nsecond line",
    )
    assert first["at"].endswith("+00:00")
    assert "The disk is full." in second["error"]
