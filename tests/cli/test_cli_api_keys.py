"""`mailbot api-key`: keys of programs are made, listed and revoked; a key is shown once and kept as a hash."""

from __future__ import annotations


def test_a_key_is_shown_once_listed_and_revoked(folder):
    """Its beginning names it afterwards; neither the list nor the database has the key."""
    folder.mailbot("migrate")
    made = folder.mailbot(
        "api-key", "create", "Central software", "--scope", "tickets:create", "--scope", "tickets:read", "--days", "90"
    )
    key = made.out.split()[0]
    prefix = key[:12]
    assert (made.code, key.startswith("mbk_"), len(key) > 50, "shown this once" in made.err) == (0, True, True, True)
    (line,) = folder.mailbot("api-key", "list", "--json").json
    assert (line["prefix"], line["state"], line["scopes"], line["used_at"]) == (
        prefix, "counts", ["tickets:create", "tickets:read"], None,
    )  # fmt: skip
    listed = folder.mailbot("api-key", "list").out
    assert (prefix in listed, "never" in listed, key in listed) == (True, True, False)
    stored = b"".join(path.read_bytes() for path in (folder.path / "data").glob("mailbot.db*"))
    assert key[13:].encode() not in stored
    assert "opens nothing any more" in folder.mailbot("api-key", "revoke", prefix).out
    assert folder.mailbot("api-key", "list", "--json").json[0]["state"] == "revoked"
    again = folder.mailbot("api-key", "revoke", key)
    assert (again.code, key[13:] in again.err) == (1, False)


def test_a_key_needs_a_name_and_a_scope(folder):
    """What is left out is said, and nothing is made."""
    folder.mailbot("migrate")
    assert folder.mailbot("api-key", "create", "Central software").code == 2
    assert folder.mailbot("api-key", "create", " ", "--scope", "tickets:read").code == 2
    assert folder.mailbot("api-key", "list", "--json").json == []
