"""The tables of settings.toml about time: working hours, promises, escalation; and the calendar they make."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import TYPE_CHECKING, Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from mailbot.domain.calendar import Calendar, Hours, NamedDay
from mailbot.domain.reporting.bulletin import Regular, ReportRules
from mailbot.domain.schedules import Every, Schedule
from mailbot.domain.service import Promise, Service
from mailbot.settings.sections import Code, PositiveInt, Section

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mailbot.settings import Settings

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def parse_hours(written: str) -> Hours | None:
    """Return the hours of a weekday from "10:00-17:00"; None from an empty text. Raises ValueError on anything else."""
    if not written.strip():
        return None
    opens, _, closes = written.partition("-")
    try:
        hours = Hours(time.fromisoformat(opens.strip()), time.fromisoformat(closes.strip()))
    except ValueError:
        raise ValueError('write the office hours as "10:00-17:00", or "" for a weekly off') from None
    if hours.opens >= hours.closes:
        raise ValueError("the office closes before it opens")
    return hours


def _check_hours(written: str) -> str:
    parse_hours(written)
    return written


OfficeHours = Annotated[str, AfterValidator(_check_hours)]
WorkingHours = Annotated[float, Field(gt=0, le=2000)]


class WorkingTimeSettings(Section):
    """When the desk works."""

    monday: OfficeHours
    tuesday: OfficeHours
    wednesday: OfficeHours
    thursday: OfficeHours
    friday: OfficeHours
    saturday: OfficeHours
    sunday: OfficeHours
    saturdays_off: tuple[Annotated[int, Field(ge=1, le=5)], ...]
    holiday_files: tuple[str, ...]

    @model_validator(mode="after")
    def _refuse_no_work(self) -> Self:
        if not any(getattr(self, day) for day in WEEKDAYS):
            raise ValueError("no weekday has office hours, so nothing would ever be due; write some")
        return self


def _check_clock(written: str) -> str:
    try:
        time.fromisoformat(written)
    except ValueError:
        raise ValueError('write a time of day as "09:30"') from None
    return written


ClockTime = Annotated[str, AfterValidator(_check_clock)]


class ReportSettings(Section):
    """When the regular letters come, and how long their lists are."""

    digest_at: ClockTime
    pendency_at: ClockTime
    monthly_at: ClockTime
    rows: PositiveInt
    empty_digest: bool


class TargetSection(Section):
    """What is promised for tickets of one priority, in working hours."""

    priority: Code
    answer_hours: WorkingHours
    resolve_hours: WorkingHours


class PromiseSettings(Section):
    """How soon an officer is answered, and what reminds of it."""

    targets: tuple[TargetSection, ...]
    remind_at_percent: Annotated[int, Field(ge=1, le=99)]
    waiting_reminder_days: PositiveInt
    waiting_reminders: Annotated[int, Field(ge=0, le=2)]
    closing_notice_days: Annotated[int, Field(ge=0)]
    fold_after_hours: WorkingHours


class EscalationSettings(Section):
    """Who hears of a promise that was not kept."""

    level_1_hours: WorkingHours
    level_2_hours: WorkingHours
    senior: Annotated[str, Field(pattern=r"^(\d{6})?$")]


def make_calendar(settings: Settings, holidays: Iterable[NamedDay] = (), special: Iterable[NamedDay] = ()) -> Calendar:
    """Return the working time of the desk, with the days of its holiday files."""
    working = settings.working_time
    return Calendar(
        timezone=ZoneInfo(settings.desk.timezone),
        hours=tuple(parse_hours(getattr(working, day)) for day in WEEKDAYS),
        saturdays_off=frozenset(working.saturdays_off),
        holidays=_by_day(holidays),
        special=_by_day(special),
    )


def make_plans(settings: Settings) -> dict[str, Schedule]:
    """Return when each regular letter is due, by its name."""
    reports = settings.reports
    plans = (
        Schedule(Regular.DIGEST, Every.WORKING_DAY, time.fromisoformat(reports.digest_at)),
        Schedule(Regular.PENDENCY, Every.WEEK, time.fromisoformat(reports.pendency_at)),
        Schedule(Regular.MONTHLY, Every.MONTH, time.fromisoformat(reports.monthly_at)),
        Schedule(Regular.HOURLY, Every.HOUR, time.min),
    )
    return {plan.name: plan for plan in plans}


def make_report_rules(settings: Settings) -> ReportRules:
    """Return how regular letters are written."""
    return ReportRules(rows=settings.reports.rows, tells_nothing=settings.reports.empty_digest)


def make_service(settings: Settings) -> Service:
    """Return what the desk promises its officers."""
    promises, escalation = settings.promises, settings.escalation
    return Service(
        promises={
            target.priority: Promise(timedelta(hours=target.answer_hours), timedelta(hours=target.resolve_hours))
            for target in promises.targets
        },
        early_share=promises.remind_at_percent / 100,
        level_1_after=timedelta(hours=escalation.level_1_hours),
        level_2_after=timedelta(hours=escalation.level_2_hours),
        senior=escalation.senior,
        waiting_days=promises.waiting_reminder_days,
        waiting_reminders=promises.waiting_reminders,
        closing_notice=timedelta(days=promises.closing_notice_days),
        late_after=timedelta(hours=promises.fold_after_hours),
    )


def _by_day(days: Iterable[NamedDay]) -> dict[date, NamedDay]:
    return {named.day: named for named in days}
