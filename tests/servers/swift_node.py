"""OpenStack Swift as one node: account, container, object and proxy server, with the S3 interface in the last.

Run by the system's own python3, for which python3-swift is installed:
swift_node.py FOLDER SECRET CERTIFICATE KEY PORT PORT PORT PORT
with two empty words instead of certificate and key where no TLS is wanted. S3 is spoken at the last port.
"""

from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path

from swift.common.ring import RingBuilder
from swift.common.utils import set_swift_dir
from swift.common.wsgi import run_wsgi

KINDS = ("object", "container", "account")
SWIFT = """
[swift-hash]
swift_hash_path_suffix = tests
[storage-policy:0]
name = one
default = yes
"""
COMMON = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
workers = 0
user = {user}
swift_dir = {folder}/etc
devices = {folder}/disks
mount_check = false
disable_fallocate = true
fallocate_reserve = 0
log_address = {folder}/no-log
log_level = ERROR
"""
STORAGE = """
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""
PROXY = """
cert_file = {certificate}
key_file = {key}
[pipeline:main]
pipeline = catch_errors gatekeeper cache s3api tempauth copy slo versioned_writes symlink proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
# Asked for by s3api; nobody listens there, and nothing is cached.
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:1
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_desk_files = {secret} .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:symlink]
use = egg:swift#symlink
[filter:versioned_writes]
use = egg:swift#versioned_writes
allow_object_versioning = true
"""


def main(folder: Path, secret: str, certificate: str, key: str, ports: list[int]) -> None:
    """Write the configuration, start the four servers, and stay until one of them ends."""
    user = pwd.getpwuid(os.geteuid()).pw_name
    configurations = folder / "etc"
    for made in (configurations, folder / "disks" / "one"):
        made.mkdir(parents=True, exist_ok=True)
    (configurations / "swift.conf").write_text(SWIFT)
    for number, kind in zip(ports, KINDS, strict=False):
        make_ring(configurations / f"{kind}.ring.gz", number)
        text = (COMMON + STORAGE).format(port=number, kind=kind, user=user, folder=folder)
        (configurations / f"{kind}.conf").write_text(text)
    values = {"user": user, "folder": folder, "certificate": certificate, "key": key, "secret": secret}
    lines = (COMMON + PROXY).format(port=ports[-1], **values).splitlines()
    (configurations / "proxy.conf").write_text("\n".join(line for line in lines if not line.endswith("_file = ")))
    set_swift_dir(str(configurations))
    os.setsid = lambda: None  # the servers stay in the process group that the test ends
    for kind in (*KINDS, "proxy"):
        if os.fork() == 0:
            sys.exit(run_wsgi(str(configurations / f"{kind}.conf"), f"{kind}-server"))
    os.wait()


def make_ring(path: Path, port: int) -> None:
    """Write down that everything of a kind lies on the one disk of the server at this port."""
    ring = RingBuilder(2, 1, 0)  # four partitions, one replica, moved at any time
    place = {"id": 0, "region": 1, "zone": 1, "weight": 1.0, "device": "one", "meta": ""}
    ring.add_dev(place | {"ip": "127.0.0.1", "port": port, "replication_ip": "127.0.0.1", "replication_port": port})
    ring.rebalance()
    ring.get_ring().save(str(path))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:5], [int(port) for port in sys.argv[5:]])
