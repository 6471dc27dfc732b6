"""Text that was wrapped for the way and is one line to its reader (RFC 3676, format=flowed)."""

from __future__ import annotations

_SIGNATURE = "-- "


def unflow(text: str, *, delete_space: bool) -> str:
    """Return the text with flowed lines joined again and its quote marks kept."""
    joined: list[str] = []
    depth, flowing = -1, False
    for line in text.replace("\r\n", "\n").split("\n"):
        bare = line.lstrip(">")
        level = len(line) - len(bare)
        content = bare.removeprefix(" ")
        if flowing and level == depth and content != _SIGNATURE:
            joined[-1] += content
        else:
            joined.append(f"{'>' * level} {content}" if level else content)
        depth, flowing = level, content.endswith(" ") and content != _SIGNATURE
        if flowing and delete_space:
            joined[-1] = joined[-1][:-1]
    return "\n".join(joined)
