"""From settings to the domain: the desk as the rules know it."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from mailbot.domain.breaker import EnergyLimits
from mailbot.domain.catalogue import Catalogue, Choices, Entry
from mailbot.domain.desk import AnswerLimits, Desk
from mailbot.domain.grammar import Grammar, parse_grammar
from mailbot.domain.likeness import LookRules
from mailbot.domain.people import Language
from mailbot.domain.send_quota import PROVIDERS, SendQuota
from mailbot.domain.trust import TokenAges, normal_address
from mailbot.settings.mailboxes import find_mailboxes, list_rules
from mailbot.settings.service import make_calendar, make_service
from mailbot.settings.trust import make_trust

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mailbot.domain.calendar import Calendar
    from mailbot.domain.trust import TokenKeys
    from mailbot.settings import Settings
    from mailbot.settings.sections import CatalogueSettings, EntrySection


def make_desk(settings: Settings, keys: TokenKeys, calendar: Calendar | None = None) -> Desk:
    """Return the desk that the settings describe; without a calendar, one that knows no holidays."""
    desk, mailboxes = settings.desk, find_mailboxes(settings)
    own = (desk.address, *desk.aliases, *(box.address for box in mailboxes))
    return Desk(
        address=desk.address,
        own_addresses=frozenset(normal_address(address) for address in own if address),
        prefix=desk.prefix,
        catalogue=make_catalogue(settings.catalogue),
        grammar=load_grammar(),
        keys=keys,
        language=Language(desk.language),
        description_limit=desk.description_limit,
        reopen_after_close=timedelta(days=desk.reopen_days),
        close_after=timedelta(days=desk.close_after_days),
        answers=AnswerLimits(desk.answers_per_hour, desk.answers_per_day),
        answers_unknown=AnswerLimits(desk.answers_per_hour_unknown, desk.answers_per_day_unknown),
        energy=EnergyLimits(
            domain_per_hour=desk.answers_per_hour_domain,
            strangers_per_hour=desk.answers_per_hour_strangers,
            desk_per_hour=desk.answers_per_hour_desk,
            flood_mails=desk.flood_mails_per_hour,
            quota=make_quota(settings),
        ),
        timezone=ZoneInfo(desk.timezone),
        calendar=calendar or make_calendar(settings),
        service=make_service(settings),
        paces=settings.letters.default_pace.model_dump(),
        integrators_settle=settings.people.integrators_settle,
        claims_per_day=settings.people.claims_per_day,
        trust=make_trust(settings.trust),
        token_ages=TokenAges(
            timedelta(days=settings.trust.reply_token_days), timedelta(days=settings.trust.command_token_days)
        ),
        similar=make_look_rules(settings),
        mailboxes=list_rules(mailboxes),
    )


def make_look_rules(settings: Settings) -> LookRules:
    """Return with which tickets a new one is compared."""
    return LookRules(timedelta(days=settings.similar.days), settings.similar.most_candidates)


def make_quota(settings: Settings) -> SendQuota:
    """Return how many letters may go out in a day."""
    return SendQuota(settings.smtp.letters_per_day or PROVIDERS[settings.smtp.provider])


def make_catalogue(settings: CatalogueSettings) -> Catalogue:
    """Return the catalogue of the settings."""
    return Catalogue(
        request_types=_choices(settings.request_types, settings.default_request_type),
        modules=Choices(
            tuple(Entry(each.code, each.en, each.hi, each.aliases, each.owners) for each in settings.modules),
            settings.default_module,
        ),
        priorities=_choices(settings.priorities, settings.default_priority),
    )


def load_grammar() -> Grammar:
    """Return the words mailbot understands, from the data file in the package."""
    return parse_grammar(read_grammar_file())


def read_grammar_file() -> dict[str, Any]:
    """Return the data file as it is written, with its words in their order."""
    return tomllib.loads(files("mailbot.domain").joinpath("grammar.toml").read_text(encoding="utf-8"))


def _choices(entries: Sequence[EntrySection], default: str) -> Choices:
    return Choices(tuple(Entry(entry.code, entry.en, entry.hi, entry.aliases) for entry in entries), default)
