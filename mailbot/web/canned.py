"""Prepared answers: the leads of the IT section write them, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mailbot.adapters.store.canned_answers import CannedAnswer, drop_answer, find_answer, find_answers, keep_answer
from mailbot.domain.people import Role
from mailbot.web.canned_words import NAMES, find_strange
from mailbot.web.desk import web_desk
from mailbot.web.errors import NotThere
from mailbot.web.queue import filter_id_of
from mailbot.web.routes import MenuItem, get, post
from mailbot.web.session import require
from mailbot.web.views import go, language_of, page, say

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from mailbot.web.forms import Form

PATH = "/canned"
MOST_TEXT = 4_000
NEW = CannedAnswer(0, "", "", "", "")


def answers(request: Request) -> Response:
    """List them, with a form for a new one."""
    require(request, Role.LEAD)
    return _list(request)


def answer(request: Request) -> Response:
    """Show one, to be changed."""
    require(request, Role.LEAD)
    return _show(request, _find(request))


def add(request: Request, form: Form) -> Response:
    """Add one."""
    require(request, Role.LEAD)
    return _keep(request, form, NEW)


def change(request: Request, form: Form) -> Response:
    """Change one."""
    require(request, Role.LEAD)
    return _keep(request, form, _find(request))


def drop(request: Request, form: Form) -> Response:
    """Remove one."""
    require(request, Role.LEAD)
    del form
    if not drop_answer(web_desk(request).engine, filter_id_of(request)):
        raise NotThere
    say(request, "good", "canned.gone")
    return go(request, PATH)


def _keep(request: Request, form: Form, known: CannedAnswer) -> Response:
    web, viewer = web_desk(request), require(request, Role.LEAD)
    modules = {entry.code for entry in web.desk.catalogue.modules.entries}
    written = CannedAnswer(
        known.id,
        form.line("name", 80, required=True),
        form.choice("module", modules),
        form.text("text_en", MOST_TEXT, required=True),
        form.text("text_hi", MOST_TEXT, required=True),
    )
    for field, text in (("text_en", written.text_en), ("text_hi", written.text_hi)):
        if strange := find_strange(text):
            form.wrong(field, "canned.strange", strange=" ".join(strange))
    if not form.errors and not keep_answer(web.engine, written, viewer.person.email, web.now()):
        form.wrong("name", "canned.name_taken")
    if form.errors:
        return _show(request, known, form) if known.id else _list(request, form)
    say(request, "good", "canned.kept", name=written.name)
    return go(request, PATH)


def _list(request: Request, form: Form | None = None) -> Response:
    found = find_answers(web_desk(request).engine)
    return _page(request, "staff/canned.html", form, answers=found, answer=NEW)


def _show(request: Request, known: CannedAnswer, form: Form | None = None) -> Response:
    return _page(request, "staff/canned_one.html", form, answer=known)


def _page(request: Request, name: str, form: Form | None, **values: object) -> Response:
    language = language_of(request)
    modules = [(e.code, e.name(language)) for e in web_desk(request).desk.catalogue.modules.entries]
    known = {"modules": modules, "names": NAMES, "most": MOST_TEXT} | values
    if form is not None:
        known["form"] = form
    return page(request, name, 422 if form is not None else 200, **known)


def _find(request: Request) -> CannedAnswer:
    found = find_answer(web_desk(request).engine, filter_id_of(request))
    if found is None:
        raise NotThere
    return found


ROUTES = (
    get(PATH, answers),
    post(f"{PATH}/new", add),
    get(PATH + "/{id}", answer),
    post(PATH + "/{id}", change),
    post(PATH + "/{id}/drop", drop),
)
MENU = (MenuItem(PATH, "canned.menu", (Role.LEAD,)),)
