"""What the program tells systemd (sd_notify): that it is ready, lives, and stops; without systemd nothing."""

from __future__ import annotations

import os
import socket


def tell_supervisor(state: str) -> None:
    """Send one state, such as READY=1, to the socket that the supervisor named; trouble there stops nothing."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    # A socket without a path in the file system is written with @ and called with a zero byte.
    name = f"\0{address[1:]}" if address.startswith("@") else address
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
        channel.settimeout(1.0)
        try:
            channel.sendto(state.encode(), name)
        except OSError:
            return
