"""`mailbot keys`: what a person sees of the keys of the reply tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def test_keys_are_listed_and_replaced(folder):
    """Names, ages and uses; a rotation tells what counts no longer and what to copy, and never shows a secret."""
    path = folder.path / "data" / "token.key"
    (first,) = folder.mailbot("keys", "list", "--json").json
    assert (first["key"], first["use"]) == ("k1", "makes new tokens")
    done = folder.mailbot("keys", "rotate")
    assert (done.code, "of the key k2" in done.out, "copy the key file" in done.out) == (0, True, True)
    again = folder.mailbot("keys", "rotate")
    assert "Letters of k1 prove nothing any more" in again.out
    listed = folder.mailbot("keys", "list")
    until = datetime.now(UTC) + timedelta(days=400)
    assert [line.split()[0] for line in listed.out.splitlines()] == ["key", "k3", "k2"]
    assert f"accepted until {until:%Y-%m-%d}" in listed.out
    secrets = [line.split()[-1] for line in path.read_text().splitlines()]
    assert not any(secret in listed.out + again.out for secret in secrets)
    assert folder.mailbot("keys", "list").code == 0
