"""Writes the letters: one Markdown source per kind and language becomes the text part and the HTML part of a mail.

words.py     what templates/mail/words.toml says in both languages
view.py      what this reader may see of this ticket: names, facts, the neutral title
wording.py   how a reader of one language reads tables
tables.py    tables: drawn as tables, or as a card for each row
blocks.py    lists of facts, quotes, buttons and pictures, as text and as HTML
forms.py     texts with gaps: what many letters have in common, taken apart once
sources.py   the Markdown sources; values travel past Markdown as placeholders
mailto.py    buttons that open a ready-made reply
pictures.py  which screenshots go with the letter, and how wide they are
headers.py   lines of the head: names, addresses and subjects in ASCII
mime.py      parts in base64 and the boundaries between them
message.py   head and parts put together, to the finished bytes
writer.py    all of it, in order
"""

from __future__ import annotations

from mailbot.adapters.letters.writer import LetterWriter

__all__ = ["LetterWriter"]
