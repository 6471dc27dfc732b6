"""Access tokens: renewed ahead of their end, kept before they are used, and never asked for too often."""

from __future__ import annotations

import errno
import json
import os
import threading
from datetime import timedelta

import pytest

from mailbot.adapters.oauth import TokenSource
from mailbot.domain.alarms import AlarmCode
from mailbot.domain.errors import ConsentLostError, WorldError
from tests.oauth.consent import DESK, log_in, open_source, provider_of

# --- renewing


@pytest.mark.parametrize(
    ("lifetime", "margin"), [(3600, timedelta(minutes=12)), (86400, timedelta(minutes=12)), (60, timedelta(seconds=12))]
)
def test_a_token_is_renewed_ahead_of_its_end(server, path, clock, lifetime, margin):
    """A while before the end a new one is asked for, once; until then nobody is asked, also not after a restart."""
    server.lifetime = lifetime
    log_in(server, path, clock())
    source = open_source(server, path, clock)
    first = source.find_token()
    clock.advance(seconds=lifetime - margin.total_seconds() - 1)
    assert open_source(server, path, clock).find_token() == source.find_token() == first
    assert server.count() == 0
    clock.advance(seconds=2)
    second = source.find_token()
    assert second != first
    assert server.find_user(first) == server.find_user(second) == DESK
    assert source.find_token() == second
    assert server.count() == 1


def test_a_rotated_refresh_token_survives_a_restart(server, source, path, clock):
    """Each answer brings another refresh token and ends the old one; a new program goes on with the new one."""
    used = set()
    for _ in range(4):
        clock.advance(hours=1)
        assert server.find_user(open_source(server, path, clock).find_token()) == DESK
        used.add(server.asked[-1].form["refresh_token"])
    assert len(used) == 4
    server.rotates = False
    clock.advance(hours=1)
    before = source.look().refresh_token
    assert server.find_user(source.find_token()) == DESK
    assert source.look().refresh_token == before


def test_tokens_are_kept_before_they_are_used(source, path, clock):
    """What a login gets stands in the file already, which only its owner may read."""
    clock.advance(hours=1)
    token = source.find_token()
    assert json.loads(path.read_text())["access_token"] == token
    assert path.stat().st_mode & 0o777 == 0o600
    assert sorted(entry.name for entry in path.parent.iterdir()) == [f".{path.name}.lock", path.name]


def test_a_full_disk_asks_for_nothing(server, source, path, clock, monkeypatch):
    """A new refresh token that cannot be kept would be lost, so it is not asked for; the old file stays whole."""
    clock.advance(hours=1)
    before = path.read_bytes()

    def full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(WorldError, match="No space left on device"):
            source.find_token()
    assert (server.count(), path.read_bytes()) == (0, before)
    assert server.find_user(source.find_token()) == DESK


def test_programs_that_share_the_file_ask_once(server, source, path, clock):
    """Six logins at the end of a token ask for one new token in all, also when the provider is slow."""
    clock.advance(hours=1)
    tokens = []
    sources = [open_source(server, path, clock) for _ in range(6)]
    threads = [threading.Thread(target=lambda each=each: tokens.append(each.find_token())) for each in sources]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(tokens) == 6
    assert set(tokens) == {source.find_token()}
    assert server.count() == 1


def test_a_refused_token_is_changed_for_another(server, source, clock, path):
    """When the mail server refuses a token early, another program's new one is taken, else one is asked for."""
    first = source.find_token()
    second = source.find_token(refused=first)
    assert (second != first, server.count()) == (True, 1)
    other = open_source(server, path, clock)
    third = other.find_token(refused=second)
    assert source.find_token(refused=second) == third
    assert server.count() == 2


# --- when only a person can help


def test_a_lost_consent_is_explained_and_not_asked_about_again_and_again(server, source, path, clock, alarms):
    """One sentence that says what to do, one alarm, at most one question an hour: a day of tries, also by restarts."""
    source.find_token()
    server.revoke()
    clock.advance(minutes=50)
    assert server.find_user(source.find_token()) == DESK, "the token that is still good is used until its end"
    ((code, text),) = alarms.sounded
    assert code is AlarmCode.CONSENT_LOST
    assert text.startswith(f'The provider no longer accepts the consent of "{DESK}" (invalid_grant: Token has been')
    assert text.endswith("Run `mailbot login custom`; mail waits on the server meanwhile.")
    clock.advance(minutes=10)
    for minute in range(24 * 60):
        asked = source if minute % 2 else open_source(server, path, clock)
        with pytest.raises(ConsentLostError) as caught:
            asked.find_token()
        assert str(caught.value) == text
        clock.advance(minutes=1)
    assert 20 < server.count() <= 26
    assert len(alarms.sounded) == 1


def test_other_words_for_a_lost_consent_are_known(server, source, clock):
    """Microsoft says so when a rule of the organisation wants the person again."""
    server.revoke("interaction_required")
    clock.advance(hours=2)
    with pytest.raises(ConsentLostError, match="interaction_required"):
        source.find_token()


def test_a_consent_with_an_end_sounds_days_before(server, path, clock, alarms):
    """An app in Google's testing mode: the alarm comes three days before the week is over, and a new login ends it."""
    server.consent_days, server.lifetime = 7, 6 * 3600
    log_in(server, path, clock())
    server.consent_days = 0
    source = open_source(server, path, clock, alarms)
    for _ in range(4 * 4):
        source.find_token()
        clock.advance(hours=6)
    assert alarms.sounded == []
    clock.advance(hours=6)
    source.find_token()
    ((code, text),) = alarms.sounded
    assert code is AlarmCode.CONSENT_ENDING
    assert "ends on 01.12.2026, 04:30 UTC, and the desk with it. Run `mailbot login custom` before that" in text
    log_in(server, path, clock())
    source.find_token()
    assert alarms.sounding == set()


def test_a_clock_that_was_wrong_for_a_while_stops_nothing(server, source, clock):
    """Ten years ahead and back: neither pauses nor tokens of that time keep the desk from asking now."""
    first = source.find_token()
    clock.advance(days=3650)
    server.faults += [500]
    with pytest.raises(WorldError):
        source.find_token()
    clock.advance(days=-3650, minutes=55)
    assert source.find_token() not in ("", first)
    clock.advance(days=3650)
    stale = source.find_token()
    clock.advance(days=-3650)
    assert server.find_user(source.find_token(refused=stale)) == DESK
    clock.advance(days=3650)
    server.revoke()
    with pytest.raises(ConsentLostError):
        source.find_token(refused=source.find_token())
    clock.advance(days=-3650)
    before = server.count()
    with pytest.raises(ConsentLostError):
        source.find_token(refused=source.look().access_token)
    assert server.count() == before + 1


def test_a_new_login_is_noticed_by_a_program_that_runs(server, source, path, clock, alarms):
    """No restart is needed: the next look finds the new tokens, and the alarm is over."""
    server.revoke()
    clock.advance(hours=2)
    with pytest.raises(ConsentLostError):
        source.find_token()
    assert alarms.sounding == {AlarmCode.CONSENT_LOST}
    log_in(server, path, clock())
    assert server.find_user(source.find_token()) == DESK
    assert alarms.sounding == set()


def test_without_a_login_the_sentence_says_how(server, path, clock, alarms):
    """Nobody is asked; the same when the tokens belong to another client."""
    with pytest.raises(ConsentLostError, match=r"Nobody has logged in to .* Run `mailbot login custom`"):
        open_source(server, path, clock, alarms).find_token()
    log_in(server, path, clock())
    other = TokenSource(provider_of(server, client_id="another"), path, DESK, clock, alarms)
    with pytest.raises(ConsentLostError, match=r"made for another oauth2.provider or oauth2.client_id"):
        other.find_token()
    assert server.asked == []


def test_a_wrong_secret_is_asked_about_once_an_hour(server, path, clock, alarms):
    """The sentence names the setting; a person has to correct it."""
    log_in(server, path, clock())
    clock.advance(hours=1)
    wrong = TokenSource(provider_of(server, client_secret="wrong"), path, DESK, clock, alarms)
    for _ in range(59):
        with pytest.raises(WorldError, match=r"invalid_client.*Check oauth2.client_id and its secret"):
            wrong.find_token()
        clock.advance(minutes=1)
    assert server.count() == 1
    assert alarms.sounding == {AlarmCode.CONSENT_LOST}
