"""Where a login gets its access token: from the file while it is good, from the provider shortly before it is not.

A consent that was lost is asked about once an hour at the most, a provider in trouble more and more rarely; meanwhile a
token that is still good is used, and `mailbot login` of a person is noticed at the next look at the file.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from mailbot.adapters.oauth.asking import OK, ProviderTroubleError, ask, find_words
from mailbot.adapters.oauth.tokens import TokenFile, parse_tokens
from mailbot.domain.alarms import AlarmCode
from mailbot.domain.errors import ConsentLostError, WorldError

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from mailbot.adapters.oauth.asking import Reply
    from mailbot.adapters.oauth.provider import Provider
    from mailbot.adapters.oauth.tokens import Tokens
    from mailbot.domain.alarms import Alarms

log = logging.getLogger(__name__)

# Longer than a renewal of IDLE (9 minutes), so that a resting connection is renewed before its token ends.
LONGEST_MARGIN = timedelta(minutes=12)
MARGIN_PART = 5  # a fifth of a short life
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=15)
ENDING_SOON = timedelta(days=3)
PAUSE_WHEN_REFUSED = timedelta(hours=1)
LONGEST_POWER = 10
# What a provider says when only a person can help (RFC 6749 5.2, and what Microsoft adds).
CONSENT_LOST = frozenset(
    {"invalid_grant", "interaction_required", "consent_required", "login_required", "access_denied"}
)


class TokenSource:
    """The access tokens of one mailbox; several threads and programs may use sources of the same file."""

    def __init__(
        self, provider: Provider, path: Path, username: str, clock: Callable[[], datetime], alarms: Alarms
    ) -> None:
        self.provider = provider
        self.file = TokenFile(path)
        self.username = username
        self._clock = clock
        self._alarms = alarms
        self._context: ssl.SSLContext | None = None
        self._lock = threading.Lock()
        self._tokens: Tokens | None = None
        self._stamp: tuple[int, int] | None = None
        self._failures = 0
        self._asked_not_before: datetime | None = None
        self._trouble = ""

    def find_token(self, refused: str = "") -> str:
        """Return an access token; with `refused`, one that the mail server has not refused yet, if there is one.

        Raises ConsentLostError when only a person can help, and WorldError when it is worth trying later.
        """
        with self._lock:
            now = self._clock()
            tokens = self._tokens
            written = self.file.stamp() != self._stamp
            if tokens is None or written or refused == tokens.access_token or not _is_fresh(tokens, now):
                tokens = self._find_better(now, refused)
            return tokens.access_token

    @property
    def consent(self) -> str:
        """When a person agreed last, as far as this source knows."""
        return self._tokens.consented_at.isoformat() if self._tokens else ""

    def look(self) -> Tokens | None:
        """Return what is in the file, without asking anybody."""
        return self.file.find()

    def _find_better(self, now: datetime, refused: str) -> Tokens:
        stored = self._read()
        if stored.access_token != refused and _is_fresh(stored, now):
            return self._adopt(stored)
        try:
            return self._renew(now, refused)
        except WorldError:
            # What is still good until it ends is better than standing still.
            if stored.access_token != refused and now < stored.expires_at:
                self._tokens = stored
                return stored
            raise

    def _renew(self, now: datetime, refused: str) -> Tokens:
        # Pauses have a largest length also backwards: a clock that was wrong for a while must not stop the desk.
        if self._asked_not_before and now < self._asked_not_before <= now + PAUSE_WHEN_REFUSED:
            raise ProviderTroubleError(self._trouble)
        with self.file.locked():
            stored = self._read()
            if stored.access_token != refused and _is_fresh(stored, now):
                return self._adopt(stored)  # another program was first
            if stored.refused_at and stored.refused_at <= now < stored.refused_at + PAUSE_WHEN_REFUSED:
                raise self._lost(stored.refused)
            # A new refresh token that cannot be kept would be lost: whether there is room is tried before it is asked.
            self.file.keep(stored)
            return self._ask_for_new(stored, now)

    def _ask_for_new(self, stored: Tokens, now: datetime) -> Tokens:
        provider = self.provider
        form = {
            "grant_type": "refresh_token",
            "refresh_token": stored.refresh_token,
            "client_id": provider.client_id,
            **({"client_secret": provider.client_secret} if provider.client_secret else {}),
        }
        try:
            self._context = self._context or provider.make_context()
            reply = ask(provider.token_url, form, self._context)
        except ProviderTroubleError as error:
            raise self._pause(now, str(error)) from None
        fresh = parse_tokens(reply, provider, now, stored) if reply.status == OK else None
        if fresh:
            self.file.keep(fresh)
            return self._adopt(fresh)
        words = find_words(reply, stored.refresh_token, provider.client_secret)
        if reply.error in CONSENT_LOST:
            sentence = explain_lost_consent(provider, self.username, words)
            self.file.keep(replace(stored, refused=sentence, refused_at=now))
            raise self._lost(sentence)
        raise self._pause(now, _explain_answer(provider, reply, words), permanent=reply.is_final)

    def _read(self) -> Tokens:
        self._stamp = self.file.stamp()
        stored = self.file.find()
        provider = self.provider
        if stored is None:
            raise self._lost(f'Nobody has logged in to {provider.label} for "{self.username}". Run {provider.command}.')
        if (stored.provider, stored.client_id) != (provider.name, provider.client_id):
            raise self._lost(
                f"The tokens in {self.file.path} were made for another oauth2.provider or oauth2.client_id. "
                f"Run {provider.command}."
            )
        return stored

    def _adopt(self, tokens: Tokens) -> Tokens:
        self._tokens, self._failures, self._asked_not_before = tokens, 0, None
        self._alarms.settle(AlarmCode.CONSENT_LOST)
        ends = tokens.consent_ends_at
        if ends and ends - self._clock() < ENDING_SOON:
            self._alarms.sound(AlarmCode.CONSENT_ENDING, explain_end(self.provider, self.username, ends))
        else:
            self._alarms.settle(AlarmCode.CONSENT_ENDING)
        return tokens

    def _lost(self, sentence: str) -> ConsentLostError:
        self._alarms.sound(AlarmCode.CONSENT_LOST, sentence)
        return ConsentLostError(sentence)

    def _pause(self, now: datetime, sentence: str, *, permanent: bool = False) -> ProviderTroubleError:
        """Note trouble and return the error to raise; nobody is asked again before the pause is over."""
        self._failures += 1
        pause = min(FIRST_PAUSE * 2 ** min(self._failures - 1, LONGEST_POWER), LONGEST_PAUSE)
        if permanent:
            pause = PAUSE_WHEN_REFUSED
            self._alarms.sound(AlarmCode.CONSENT_LOST, sentence)
        self._asked_not_before, self._trouble = now + pause, sentence
        log.warning("no new token for %s: %s", self.username, sentence)
        return ProviderTroubleError(sentence)


def explain_lost_consent(provider: Provider, username: str, words: str) -> str:
    """Return the sentence for a consent that the provider no longer accepts."""
    hint = f"; {provider.hint}" if provider.hint else ""
    return (
        f'{provider.label} no longer accepts the consent of "{username}" ({words}): it was withdrawn, the password was '
        f"changed, or it was not used for long{hint}. Run {provider.command}; mail waits on the server meanwhile."
    )


def explain_end(provider: Provider, username: str, ends: datetime) -> str:
    """Return the sentence for a consent whose end is known."""
    return (
        f'The consent of "{username}" ends on {ends:%d.%m.%Y, %H:%M} UTC, and the desk with it. Run {provider.command} '
        "before that; an app in testing mode has to be published first (docs/oauth.md)."
    )


def _explain_answer(provider: Provider, reply: Reply, words: str) -> str:
    if not reply.is_final:
        return f"{provider.label} gives no token at the moment ({words}). It is asked again later."
    return (
        f"{provider.label} gives no token ({words}). Check oauth2.client_id and its secret, then run "
        f"{provider.command}."
    )


def _is_fresh(tokens: Tokens, now: datetime) -> bool:
    """Tell whether no new token is due; one is due a while before the old one ends."""
    margin = min(LONGEST_MARGIN, (tokens.expires_at - tokens.obtained_at) / MARGIN_PART)
    return not tokens.refused and now < tokens.expires_at - margin
