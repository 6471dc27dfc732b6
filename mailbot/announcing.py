"""The story of webhooks: what changed is told to the programs that asked, in order, again and again until it arrives.

Whoever does not answer is left alone for longer and longer, and after days told nothing any more; people hear of it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from mailbot.domain.alarms import AlarmCode
from mailbot.domain.hooks import is_given_up

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime, timedelta

    from mailbot.domain.alarms import Alarms
    from mailbot.domain.hooks import Hook, HookAnswer, HookMessage

log = logging.getLogger(__name__)


class HookBook(Protocol):
    """What waits for webhooks; every method may raise WorldError."""

    def find_due(self, now: datetime) -> list[int]:
        """Return the webhooks that something waits for and whose pause is over."""

    def claim(self, webhook: int, now: datetime) -> tuple[Hook, Sequence[HookMessage]] | None:
        """Claim a webhook and the next messages to it; None when another worker was faster."""

    def settle_sent(self, hook: Hook, message: HookMessage, answer: HookAnswer, now: datetime) -> None:
        """Note that a message arrived."""

    def settle_failed(self, hook: Hook, message: HookMessage, answer: HookAnswer, now: datetime) -> None:
        """Note that a message did not arrive."""

    def switch_off(self, hook: Hook, answer: HookAnswer) -> int:
        """Tell a webhook nothing any more; return how many messages were given up."""

    def release(self, hook: Hook) -> None:
        """Let others claim a webhook again."""


class Posting(Protocol):
    """The way to a webhook."""

    def post(self, hook: Hook, message: HookMessage, now: datetime) -> HookAnswer:
        """Post one message and return what came of it."""


def never() -> bool:
    """Tell that nobody asked to stop."""
    return False


@dataclass(frozen=True, slots=True)
class Announcer:
    """Tells webhooks what waits for them. `patience` is how long one may fail before it is switched off."""

    book: HookBook
    post: Posting
    alarms: Alarms
    patience: timedelta
    now: Callable[[], datetime]

    def announce_due(self, stopping: Callable[[], bool] = never) -> int:
        """Tell everything that is due; return how many messages arrived. Raises WorldError."""
        told = 0
        for webhook in self.book.find_due(self.now()):
            if stopping():
                break
            claimed = self.book.claim(webhook, self.now())
            if claimed is None:
                continue
            hook, messages = claimed
            try:
                told += self._tell(hook, messages, stopping)
            finally:
                self.book.release(hook)
        return told

    def _tell(self, hook: Hook, messages: Sequence[HookMessage], stopping: Callable[[], bool]) -> int:
        """Tell one webhook its messages in order, until the first that does not arrive."""
        for told, message in enumerate(messages):
            if stopping():
                return told
            answer = self.post.post(hook, message, self.now())
            now = self.now()
            if not answer.is_taken:
                self.book.settle_failed(hook, message, answer, now)
                self._give_up(hook, answer, now)
                return told
            self.book.settle_sent(hook, message, answer, now)
            hook = replace(hook, failures=0, failing_since=None)
        return len(messages)

    def _give_up(self, hook: Hook, answer: HookAnswer, now: datetime) -> None:
        if not is_given_up(hook, answer, now, self.patience):
            log.info("webhook %s is tried again later: %s", hook.id, answer.words)
            return
        dropped = self.book.switch_off(hook, answer)
        self.alarms.sound(
            AlarmCode.WEBHOOK_OFF,
            f"The webhook {hook.id} of the API is switched off: {answer.words} {dropped} messages were given up. Tell "
            "those who look after that program; they enable it again by the API. Then run `mailbot alarm settle "
            "webhook_off`.",
        )
