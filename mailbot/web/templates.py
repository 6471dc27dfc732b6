"""The templates and words of all pages, compiled once; a broken one stops the start and not a visitor."""

from __future__ import annotations

import tomllib
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from mailbot.adapters.letters.words import read_words
from mailbot.domain.errors import SettingsError
from mailbot.domain.people import Language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mailbot.domain.desk import Desk
    from mailbot.domain.letter import Notice
    from mailbot.settings import Settings

STATIC = Path(__file__).parent / "static"
_VERSION_DIGITS = 12


class Templates:
    """Templates, words, names of the catalogue, and the addresses of static files."""

    def __init__(self, folder: Path, settings: Settings, desk: Desk) -> None:
        """Read everything below `folder`. Raises SettingsError when something in it is wrong."""
        self._environment = Environment(
            loader=FileSystemLoader(folder / "web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            cache_size=-1,
        )
        self._names = {Language.ENGLISH: settings.desk.name_en, Language.HINDI: settings.desk.name_hi}
        self._catalogue = desk.catalogue
        self._timezone = ZoneInfo(settings.desk.timezone)
        self.mail_words = read_words(folder / "mail")
        self.words = read_page_words(folder / "web" / "words")
        self._versions = {_path_of(path): _version(path) for path in STATIC.rglob("*") if path.is_file()}
        try:
            for name in self._environment.list_templates(extensions=["html"]):
                self._environment.get_template(name)
        except TemplateError as error:
            raise SettingsError(f"The pages in {folder / 'web'} cannot be used: {error}. Install mailbot again.") from (
                error
            )

    def render(self, name: str, values: Mapping[str, Any]) -> str:
        """Return a filled template."""
        return self._environment.get_template(name).render(values)

    def say(self, key: str, language: Language, /, **values: object) -> str:
        """Return a word or sentence of a page with its braces filled in."""
        namespace, _, word = key.partition(".")
        sentence: str = self.words[namespace][word][language]
        return sentence.format(**values)

    def mail_word(self, group: str, word: str, language: Language, /, **values: object) -> str:
        """Return a word that letters use as well: a status, a label, a button."""
        return self.mail_words.say(group, word, language, **values)

    def notice(self, notice: Notice, language: Language) -> str:
        """Return what a notice says, with times of the desk."""
        return self.mail_words.notice(notice, language, self._timezone)

    def desk_name(self, language: Language) -> str:
        """Return what the desk is called."""
        return self._names[language]

    def names(self, language: Language) -> dict[str, Any]:
        """Return the functions that turn codes into names of one language."""
        catalogue = self._catalogue
        return {
            "status_name": lambda code: self.mail_word("status", str(code), language),
            "module_name": lambda code: catalogue.modules.find(code).name(language) if code else "",
            "priority_name": lambda code: catalogue.priorities.find(code).name(language) if code else "",
            "type_name": lambda code: catalogue.request_types.find(code).name(language) if code else "",
        }

    def static(self, name: str) -> str:
        """Return the address of a static file; it changes with its bytes, so that browsers may keep it for ever."""
        return f"/static/{name}?v={self._versions[name]}"


def read_page_words(folder: Path) -> dict[str, dict[str, dict[str, str]]]:
    """Return all words of the pages: one file for each namespace. Raises SettingsError for a file that is no TOML."""
    try:
        return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.toml"))}
    except (OSError, ValueError) as error:
        raise SettingsError(f"The words of the pages in {folder} cannot be read: {error}.") from error


def _path_of(path: Path) -> str:
    return path.relative_to(STATIC).as_posix()


def _version(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()[:_VERSION_DIGITS]
