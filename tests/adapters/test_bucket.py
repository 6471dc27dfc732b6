"""The file store in a bucket: what it kept is on the server, whole, and trouble on the way is never called a loss."""

from __future__ import annotations

import base64
import hashlib
import os
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from mailbot.adapters.bucket import Bucket, BucketPlace, Objects
from mailbot.adapters.files import FileStore
from mailbot.domain.errors import UnreadableMailError, WorldError
from tests.servers.proxy import Fault, Kind, Proxy
from tests.servers.swift import ACCESS_KEY, SECRET_KEY, Swift

MAIL = "Subject: जीएसटीआर-3बी\r\n\r\nपोर्टल नहीं खुल रहा।\r\n".encode()
NAME = hashlib.sha256(MAIL).hexdigest()
NOBODY = "0" * 64
DAY = 24 * 3600


def open_at(swift, folder, **changes):
    """Return the store in a bucket of a server, or in one that these changes make of it."""
    place = BucketPlace("", swift.endpoint, "us-east-1", ACCESS_KEY, SECRET_KEY, "", 2)
    return Bucket(Objects(replace(place, **changes)), "tax/desk-1", folder, 0)


@pytest.fixture
def bucket(swift, tmp_path):
    """Return the store in an empty bucket."""
    return open_at(swift, tmp_path, bucket=swift.new_bucket())


@pytest.fixture(params=["folder", "bucket"])
def store(request, tmp_path):
    """Return each kind of store, empty."""
    if request.param == "folder":
        return FileStore(tmp_path / "data" / "files", 0)
    return request.getfixturevalue("bucket")


def behind(bucket, proxy):
    """Return the same store, reached through a cable that can be cut."""
    return replace(bucket, objects=Objects(replace(bucket.objects.at, endpoint=f"http://127.0.0.1:{proxy.port}")))


def test_both_kinds_of_store_do_the_same(store):
    """Any bytes come back, once each; names come in order; what is missing is named; only a SHA-256 is a name."""
    screenshot = os.urandom(3_000_000)
    names = [store.keep(data) for data in (MAIL, b"", screenshot, MAIL)]
    assert names[0] == names[3] == NAME
    assert [store.find(name) for name in names[:3]] == [MAIL, b"", screenshot]
    assert b"".join(store.find_pieces(names[2])) == screenshot
    assert list(store.find_names()) == sorted(set(names))
    assert (store.exists(NAME), store.exists(NOBODY)) == (True, False)
    assert store.find_missing([NAME, NOBODY]) == {NOBODY}
    assert store.place(NAME).endswith(f"/{NAME[:2]}/{NAME}")
    assert abs(store.find_time(NAME) - time.time()) < 60
    assert list(store.find_others(time.time())) == []
    assert store.has_room()
    for work in (store.find, lambda name: list(store.find_pieces(name))):
        with pytest.raises(UnreadableMailError, match="no longer in"):
            work(NOBODY)
        with pytest.raises(ValueError, match="64 hexadecimal digits"):
            work("../../etc/passwd")
    store.set_aside(NAME)
    assert not store.exists(NAME)
    assert len(list(store.find_others(0))) == 1
    assert store.find(store.keep(MAIL)) == MAIL


def test_several_are_kept_at_once(store):
    """Their names come back in the order of the bytes, and each is there; none at all is no fault."""
    lot = [b"mail %d" % number for number in range(20)] + [b"mail 3"]
    assert store.keep_all(lot) == [hashlib.sha256(data).hexdigest() for data in lot]
    assert list(map(store.find, store.keep_all(lot))) == lot
    assert store.keep_all([]) == []


def test_when_one_of_several_cannot_be_kept_the_whole_lot_waits(swift, tmp_path):
    """None counts as kept; they come again together."""
    (tmp_path / "files").write_text("a file where the folder should be")
    for store in (FileStore(tmp_path / "files", 0), open_at(swift, tmp_path, bucket="no-such-bucket")):
        with pytest.raises(WorldError, match="Nothing is lost"):
            store.keep_all([MAIL, b"another"])


def test_what_is_removed_while_another_machine_keeps_it_comes_back(bucket):
    """It lies aside until the next comparison; whoever looks for it brings it back, and what is young stays."""
    bucket.keep(MAIL)
    bucket.discard(NAME, time.time() - DAY)
    assert list(bucket.find_names()) == [NAME]
    assert bucket.discard(NAME, time.time() + DAY) is False
    assert (list(bucket.find_names()), bucket.exists(NAME)) == ([], True)
    assert bucket.find(NAME) == MAIL
    bucket.discard(NAME, time.time() + DAY)
    assert b"".join(bucket.find_pieces(NAME)) == MAIL
    bucket.discard(NAME, time.time() + DAY)
    bucket.discard(NAME, time.time() + DAY)  # and so does another machine, a little later
    assert list(bucket.find_others(time.time() - DAY)) == []
    ((place, is_ours),) = bucket.find_others(time.time() + DAY)
    assert is_ours
    bucket.remove_other(place)
    assert not bucket.exists(NAME)
    assert not bucket.bring_back(NAME)


def test_the_bytes_go_out_with_their_checksum(swift, bucket):
    """In the signature, which the server compares, and in a header of its own; the secret never goes out."""
    with Proxy(swift.port, listening=True) as proxy:
        behind(bucket, proxy).keep(MAIL)
        sent = bytes(proxy.sent).lower()
    digest = hashlib.sha256(MAIL).digest()
    assert b"x-amz-checksum-sha256: " + base64.b64encode(digest).lower() in sent
    assert f"x-amz-content-sha256: {NAME}".encode() in sent
    assert SECRET_KEY.encode() not in sent


WRONG = {
    "the secret": ({"secret_key": "of-somebody-else"}, "SignatureDoesNotMatch. The key is refused"),
    "the name": ({"access_key": "nobody:files"}, "The key is refused"),
    "the bucket": ({"bucket": "another"}, "NoSuchBucket. There is no such bucket"),
    "the region": ({"region": "ap-south-1"}, "Correct files.region"),
    "the address": ({"endpoint": "http://127.0.0.1:1"}, "no answer. Look whether files.endpoint is right"),
}


@pytest.mark.parametrize(("changes", "sentence"), WRONG.values(), ids=WRONG)
def test_what_keeps_us_out_is_no_fault_of_any_mail(swift, bucket, tmp_path, changes, sentence):
    """Whatever is tried, the desk stops and waits, and the sentence says what to do without any secret."""
    bucket.keep(MAIL)
    at = bucket.objects.at
    refused = open_at(swift, tmp_path, **({"bucket": at.bucket} | changes))
    for work in (
        lambda: refused.find(NAME),
        lambda: refused.find(NOBODY),
        lambda: list(refused.find_pieces(NAME)),
        lambda: refused.keep(MAIL),
        lambda: refused.exists(NOBODY),
        lambda: list(refused.find_names()),
        lambda: refused.discard(NAME, time.time() + DAY),
    ):
        with pytest.raises(WorldError, match=sentence) as caught:
            work()
        assert caught.value.__cause__ is None
        assert not any(
            secret in f"{caught.value}{refused}" for secret in (at.secret_key, refused.objects.at.secret_key)
        )


class NoBucketServer(BaseHTTPRequestHandler):
    """A web server that has never heard of buckets."""

    def do_GET(self):
        """Say that there is no such page."""
        self.send_error(404)

    do_HEAD = do_PUT = do_GET  # noqa: N815 - names that the library looks for

    def log_message(self, *_):
        """Stay silent."""


def test_a_404_of_another_program_is_not_believed(bucket):
    """A proxy that forgot the storage must not send every mail into the quarantine."""
    with HTTPServer(("127.0.0.1", 0), NoBucketServer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        place = replace(bucket.objects.at, endpoint=f"http://127.0.0.1:{server.server_port}")
        with pytest.raises(WorldError, match="404"):
            replace(bucket, objects=Objects(place)).find(NAME)
        server.shutdown()
        thread.join()


def test_a_line_that_breaks_once_is_tried_again(swift, bucket):
    """While the bytes go out, and while they come in."""
    screenshot = os.urandom(500_000)
    with Proxy(swift.port) as proxy:
        store = behind(bucket, proxy)
        for kind, after in ((Kind.RESET, 100_000), (Kind.CUT, 400_000)):
            proxy.fail(Fault(kind, after))
            name = store.keep(screenshot)
            assert proxy.has_failed
            proxy.fail(Fault(kind, after))
            assert store.find(name) == screenshot
            assert proxy.has_failed


def test_a_server_that_is_away_is_waited_for_in_bounds(swift, bucket):
    """Nothing hangs for longer than the settings allow, nothing is taken for lost, and then all is well again."""
    with Proxy(swift.port) as proxy:
        store = behind(bucket, proxy)
        store.keep(MAIL)
        proxy.block()
        began = time.monotonic()
        for work in (lambda: store.find(NAME), lambda: store.keep(MAIL)):
            with pytest.raises(WorldError, match="no answer"):
                work()
        assert time.monotonic() - began < 2 * 2 * store.objects.at.timeout_seconds + 4
        proxy.release()
        assert store.find(NAME) == MAIL


def test_the_certificate_of_the_server_is_verified(tmp_path):
    """An authority of one's own is named in the settings; without it nothing is sent."""
    with Swift(tls=True) as swift:
        own = swift.certificate.ca_file.read_text()
        name = swift.new_bucket()
        trusted = open_at(swift, tmp_path, bucket=name, certificates=own)
        assert trusted.find(trusted.keep(MAIL)) == MAIL
        with pytest.raises(WorldError, match="no answer"):
            open_at(swift, tmp_path, bucket=name).keep(MAIL)


def test_a_probe_tells_of_a_bucket_that_keeps_versions(swift, bucket, tmp_path):
    """There, what is erased would stay."""
    assert bucket.probe("a", MAIL) is False
    assert open_at(swift, tmp_path, bucket=swift.new_bucket(versions=True)).probe("a", MAIL) is True
    assert list(bucket.find_others(time.time() + DAY)) == []
