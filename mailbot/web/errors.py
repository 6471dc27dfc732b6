"""What ends a request early; app.py turns each into a page."""

from __future__ import annotations


class NotThere(Exception):  # noqa: N818 - not an error of the program: the page says it
    """There is no such thing, or the viewer has nothing to do with it; which of the two is nobody's business."""


class SignInFirst(Exception):  # noqa: N818 - the same
    """The page is for people who are signed in."""


class Refused(Exception):  # noqa: N818 - the same
    """The request is refused; `words` is the key of the sentence that says why and what to do."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status
        self.words = words
