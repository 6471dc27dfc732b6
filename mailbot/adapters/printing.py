"""HTML pages on paper: WeasyPrint, which needs Pango, and which nothing else of mailbot loads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mailbot.domain.errors import SettingsError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# A page is written as large as fits on one sheet; what is smaller than the first of these nobody reads on a wall.
SCALES = (0.7, 0.74, 0.78, 0.82, 0.86, 0.9, 0.94, 0.98, 1.02, 1.06, 1.1, 1.14, 1.18, 1.22)


def print_sheets(pages: Sequence[Callable[[float], str]]) -> bytes:
    """Return a PDF with one sheet for each page; a page is told in which scale to write itself.

    Raises SettingsError when WeasyPrint or Pango is missing, or when a page fits on no single sheet.
    """
    html_class = _find_html_class()
    sheets = [_fit(html_class, page) for page in pages]
    first = sheets[0]
    return bytes(first.copy([sheet for document in sheets for sheet in document.pages]).write_pdf())


def _fit(html_class: Any, page: Callable[[float], str]) -> Any:
    fitting, low, high = None, 0, len(SCALES)
    while low < high:
        middle = (low + high) // 2
        document = html_class(string=page(SCALES[middle])).render()
        if len(document.pages) == 1:
            fitting, low = document, middle + 1
        else:
            high = middle
    if fitting is not None:
        return fitting
    raise SettingsError("The guide does not fit on one page: the catalogue names very many modules or priorities.")


def _find_html_class() -> Any:
    try:
        from weasyprint import HTML  # noqa: PLC0415 - an extra, and half a second to load
    except ModuleNotFoundError as error:
        raise SettingsError(
            f'A PDF needs {error.name}. Install it with: pip install "mailbot[guide]" - or write --html and print that.'
        ) from error
    except OSError as error:
        raise SettingsError(
            "A PDF needs the library Pango. On Debian or Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0 "
            "libharfbuzz-subset0 - or write --html and print that from a browser."
        ) from error
    return HTML
