"""A real server of S3-compatible storage (OpenStack Swift) in a temp folder, without root rights."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import itertools
import shutil
import ssl
import subprocess
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from tests.servers.certificates import make_certificate
from tests.servers.daemon import START_SECONDS, Daemon
from tests.servers.programs import HOST, MissingProgramError, find_free_port, give_to, listens

PYTHON = "/usr/bin/python3"
NODE = Path(__file__).with_name("swift_node.py")
ACCESS_KEY, SECRET_KEY = "desk:files", "a-secret-of-tests"
VERSIONING = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"


class Swift(Daemon):
    """S3 on `port` inside a `with` block, over TLS when asked; take a bucket from new_bucket()."""

    host = HOST

    def __init__(self, *, tls: bool = False) -> None:
        _require_swift()
        self._ports = [find_free_port() for _ in range(4)]
        self.port = self._ports[-1]
        super().__init__("swift", "nobody")
        self._node = Path(shutil.copy(NODE, self.folder))
        give_to(self._node, self._user, self._group)
        self.certificate = make_certificate(self.folder) if tls else None
        if self.certificate:
            give_to(self.certificate.key_file, self._user, self._group)
        self.endpoint = f"{'https' if tls else 'http'}://{HOST}:{self.port}"
        self._numbers = itertools.count(1)

    def new_bucket(self, *, versions: bool = False) -> str:
        """Return the name of an empty bucket, which keeps versions when asked."""
        name = f"desk-{next(self._numbers)}"
        self._put(name, "", b"")
        if versions:
            self._put(name, "versioning", VERSIONING)
        return name

    def settings(self, bucket: str) -> str:
        """Return the table of the settings for a bucket; the secret belongs into MAILBOT_FILES__SECRET_KEY."""
        return (
            f'[files]\nstore = "s3"\nbucket = "{bucket}"\nprefix = "desk"\nendpoint = "{self.endpoint}"\n'
            f'access_key = "{ACCESS_KEY}"\n'
        )

    def _put(self, bucket: str, what: str, body: bytes) -> None:
        """Ask for a bucket itself, or for a change of it, which the library for objects has no words for."""
        now = datetime.now(UTC)
        moment, day = f"{now:%Y%m%dT%H%M%SZ}", f"{now:%Y%m%d}"
        host, names = f"{HOST}:{self.port}", "host;x-amz-content-sha256;x-amz-date"
        digest = hashlib.sha256(body).hexdigest()
        headers = {"x-amz-content-sha256": digest, "x-amz-date": moment}
        said = "".join(f"{name}:{value}\n" for name, value in {"host": host, **headers}.items())
        asked = f"PUT\n/{bucket}\n{what and what + '='}\n{said}\n{names}\n{digest}"
        scope = f"{day}/us-east-1/s3/aws4_request"
        signed = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(asked.encode()).hexdigest()}"
        key = f"AWS4{SECRET_KEY}".encode()
        for word in scope.split("/"):
            key = hmac.digest(key, word.encode(), "sha256")
        signature = hmac.digest(key, signed.encode(), "sha256").hex()
        headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{scope}, SignedHeaders={names}, Signature={signature}"
        )
        connection = self._connect()
        connection.request("PUT", f"/{bucket}{what and '?' + what}", body, headers)
        answer = connection.getresponse()
        assert answer.status == HTTPStatus.OK, answer.read()
        connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        if self.certificate is None:
            return http.client.HTTPConnection(HOST, self.port, timeout=START_SECONDS)
        trusted = ssl.create_default_context(cafile=self.certificate.ca_file)
        return http.client.HTTPSConnection(HOST, self.port, timeout=START_SECONDS, context=trusted)

    def _command(self) -> list[str]:
        made = self.certificate
        files = (str(made.cert_file), str(made.key_file)) if made else ("", "")
        return [PYTHON, str(self._node), str(self.folder), SECRET_KEY, *files, *map(str, self._ports)]

    def _answers(self) -> bool:
        return all(map(listens, self._ports))


def _require_swift() -> None:
    found = subprocess.run([PYTHON, "-c", "import swift.common.middleware.s3api"], check=False, capture_output=True)
    if found.returncode:
        raise MissingProgramError(
            "The tests need OpenStack Swift, which is not installed. On Debian or Ubuntu: apt-get install "
            "python3-swift (or run tests/servers/install.sh as root)."
        )
