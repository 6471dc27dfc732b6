"""A certificate authority for tests, made by the openssl program."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.servers.programs import find_program, run

if TYPE_CHECKING:
    from pathlib import Path

KEY_KIND = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


@dataclass(frozen=True, slots=True)
class Certificate:
    """A server's certificate and key, and the authority that signed it."""

    ca_file: Path
    cert_file: Path
    key_file: Path

    def make_context(self) -> ssl.SSLContext:
        """Return the TLS context of a server with this certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.cert_file, self.key_file)
        return context


def make_certificate(folder: Path, names: str = "IP:127.0.0.1,DNS:localhost", days: int = 2) -> Certificate:
    """Make an authority and a server certificate for these names (subjectAltName) in a folder; days may be negative."""
    openssl = find_program("openssl", "openssl")
    made = Certificate(folder / "ca.pem", folder / "server.pem", folder / "server.key")
    ca_key, request, extensions = folder / "ca.key", folder / "server.csr", folder / "server.ext"
    authority = ("-subj", "/CN=mailbot test authority", "-days", "2", "-keyout", ca_key, "-out", made.ca_file)
    run(openssl, "req", "-x509", *KEY_KIND, *authority)
    run(openssl, "req", *KEY_KIND, "-subj", "/CN=mailbot test server", "-keyout", made.key_file, "-out", request)
    extensions.write_text(f"subjectAltName={names}\n")
    signing = ("-CA", made.ca_file, "-CAkey", ca_key, "-CAcreateserial", "-days", str(days), "-extfile", extensions)
    run(openssl, "x509", "-req", "-in", request, *signing, "-out", made.cert_file)
    return made
