"""The catalogue by the API: what a ticket may be filed under, with the names in both languages."""

from typing import Any

from fastapi import APIRouter, Request

from mailbot.domain.catalogue import Choices
from mailbot.domain.people import Language
from mailbot.domain.ticket import Status
from mailbot.web.api.callers import Looker
from mailbot.web.api.models import CatalogueAnswer
from mailbot.web.desk import web_desk

router = APIRouter(tags=["catalogue"])


@router.get("/catalogue", response_model=CatalogueAnswer, summary="Read the lists of the desk")
def read_catalogue(request: Request, key: Looker) -> Any:
    """Return request types, modules, priorities and statuses; their codes stay the same."""
    del key
    web = web_desk(request)
    catalogue = web.desk.catalogue
    statuses = [
        {
            "code": status.value,
            "en": web.templates.mail_word("status", status.value, Language.ENGLISH),
            "hi": web.templates.mail_word("status", status.value, Language.HINDI),
            "is_default": status is Status.NEW,
        }
        for status in Status
    ]
    return {
        "request_types": _choices(catalogue.request_types),
        "modules": _choices(catalogue.modules),
        "priorities": _choices(catalogue.priorities),
        "statuses": statuses,
        "description_limit": web.settings.desk.description_limit,
    }


def _choices(choices: Choices) -> list[dict[str, Any]]:
    return [
        {"code": one.code, "en": one.en, "hi": one.hi, "is_default": one.code == choices.default}
        for one in choices.entries
    ]
