"""How much of one mail is read. More is never an error: it is cut, and the mail says so in its problems."""

from __future__ import annotations

HEADER_BLOCK = 256 * 1024
HEADER_VALUE = 64 * 1024
PARAMETER_VALUE = 4 * 1024
HEADERS = 1000
RECIPIENTS = 500
DEPTH = 20
PARTS = 200
ATTACHMENTS = 50
ENVELOPES = 20
TEXT = 1_000_000
HTML = 2_000_000
LINKS = 5000
# The text of HTML is looked through for a quote that plain text does not show up to this length.
RICH = 200_000
NAME = 200
LIST = 2000
# Of the headers that say who sent a mail: more than one From is refused, and only the topmost result counts.
SENDERS = 5
RESULTS = 10
SENDER_VALUE = 4 * 1024
RESULT_VALUE = 16 * 1024
PHONES = 20
PHONE_LINES = 100


class Notes:
    """Collects what was odd or repaired in one mail, each sentence once and never more than fifty."""

    _MOST = 50

    def __init__(self) -> None:
        self._sentences: dict[str, None] = {}

    def add(self, sentence: str) -> None:
        """Keep a sentence for the people who look at the mail."""
        if len(self._sentences) < self._MOST:
            self._sentences[sentence] = None

    def sentences(self) -> tuple[str, ...]:
        """Return the sentences in their order."""
        return tuple(self._sentences)
