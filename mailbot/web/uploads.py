"""Files that come with a form: which kinds are taken, and what is said about one that is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.domain.text import clean_line

if TYPE_CHECKING:
    from mailbot.acting import Upload
    from mailbot.web.forms import Form

_PICTURES = ("png", "jpg", "jpeg", "jfif", "gif", "webp", "bmp", "tif", "tiff", "heic", "heif")
_DOCUMENTS = ("pdf", "txt", "log", "csv", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "rtf")
# Offline tools of the portal write JSON and XML; screens are filmed as well.
_OTHERS = ("json", "xml", "zip", "eml", "msg", "mp4", "webm", "3gp")
ENDINGS = (*_PICTURES, *_DOCUMENTS, *_OTHERS)
MOST_FILES = 10
_NAME_LIMIT = 80
# What a form needs for its words and for the frames around its files.
_WORDS_BYTES = 131_072


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What a field for files tells the browser; `form_bytes` is how large a form with its files may be."""

    form_bytes: int

    @property
    def most(self) -> int:
        """How many files go at once."""
        return MOST_FILES

    @property
    def bytes(self) -> int:
        """How large all files together may be."""
        return max(self.form_bytes - _WORDS_BYTES, 0)

    @property
    def endings(self) -> str:
        """The endings of names that are taken."""
        return " ".join(ENDINGS)

    @property
    def accept(self) -> str:
        """What the dialog for files offers."""
        return ",".join(("image/*", *(f".{ending}" for ending in ENDINGS)))


def read_files(form: Form, name: str) -> tuple[Upload, ...]:
    """Return the files of a field; one that is empty or of a kind that is not taken is a mistake of the field.

    The ending is only a claim. It keeps programs out that were chosen by mistake; what a file is, its bytes say later.
    """
    files = form.files(name, MOST_FILES)
    for file in files:
        ending = file.name.rpartition(".")[2].lower()
        told = clean_line(file.name, _NAME_LIMIT)
        if ending not in ENDINGS:
            form.wrong(name, "upload.wrong_type", file=told)
        elif not file.data:
            form.wrong(name, "upload.empty", file=told)
    return files
