"""Answers: whole pages, parts of pages for htmx, and the way to the next page with what it shall tell."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, TypeVar

from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mailbot.adapters.store.web_sessions import keep_said
from mailbot.domain.people import Language
from mailbot.web.cookies import cookie_name, find_secret, make_secret, put_cookie
from mailbot.web.csrf import make_token
from mailbot.web.desk import web_desk
from mailbot.web.formats import Formats
from mailbot.web.forms import KEY, TOKEN, Form
from mailbot.web.session import viewer
from mailbot.web.uploads import UploadLimits

if TYPE_CHECKING:
    from starlette.requests import Request

    from mailbot.domain.act import Answered
    from mailbot.web.desk import WebDesk

__all__ = ["formats", "go", "is_htmx", "page", "part", "say", "say_answered", "web_desk", "words"]

_SAID, _VISIT = "mailbot.said", "mailbot.visit"
_PARTIAL = "parts/said.html"
Found = TypeVar("Found", bound=Response)


def page(request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a whole page; what the last request left to tell stands on it, and is not told again."""
    web, who = web_desk(request), viewer(request)
    said = [*(who.said if who else ()), *_said(request)]
    html = web.templates.render(name, _values(request, web) | {"said": said} | values)
    if who and who.said:
        keep_said(web.engine, who.session_id, ())
    return _with_visit(request, HTMLResponse(html, status))


def part(request: Request, name: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a part of a page for htmx, and what was said meanwhile beside it."""
    web = web_desk(request)
    shared = _values(request, web)
    html = web.templates.render(name, shared | {"said": ()} | values)
    if said := _said(request):
        html += web.templates.render(_PARTIAL, shared | {"said": said, "beside": True})
    return _with_visit(request, HTMLResponse(html, status))


def go(request: Request, path: str) -> Response:
    """Send the browser to another page of ours; what was said is told there."""
    who = viewer(request)
    if who and (said := _said(request)):
        keep_said(web_desk(request).engine, who.session_id, [*who.said, *said])
    if is_htmx(request):
        return Response(status_code=204, headers={"HX-Redirect": path})
    return RedirectResponse(path, 303)


def is_htmx(request: Request) -> bool:
    """Tell whether a part of a page is asked for; a page that is restored from the history is wanted whole."""
    headers = request.headers
    return headers.get("hx-request") == "true" and headers.get("hx-history-restore-request") != "true"


def say(request: Request, kind: str, key: str, /, **values: object) -> None:
    """Tell something on the page that answers, or on the next one; `kind` is good, heed or bad."""
    _add_said(request, kind, words(request, key, **values))


def say_answered(request: Request, answered: Answered) -> None:
    """Tell what came of an act."""
    web, kind = web_desk(request), "bad" if answered.is_refused else "good"
    for notice in answered.notices:
        _add_said(request, kind, web.templates.notice(notice, language_of(request)))


def words(request: Request, key: str, /, **values: object) -> str:
    """Return a word or sentence in the language of who looks."""
    return web_desk(request).templates.say(key, language_of(request), **values)


def formats(request: Request) -> Formats:
    """Return how who looks reads times and figures."""
    return Formats(language_of(request), web_desk(request).timezone)


def language_of(request: Request) -> Language:
    """Return the language of who looks: their own, else what the browser chose or prefers, else the desk's."""
    if who := viewer(request):
        return who.language
    chosen = request.cookies.get(cookie_name(request, "language"), "")
    preferred = request.headers.get("accept-language", "")[:2].lower()
    for code in (chosen, preferred):
        if code in set(Language):
            return Language(code)
    return Language(web_desk(request).settings.desk.language)


def _said(request: Request) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = request.scope.setdefault(_SAID, [])
    return found


def _add_said(request: Request, kind: str, sentence: str) -> None:
    _said(request).append((kind, sentence))


def _values(request: Request, web: WebDesk) -> dict[str, Any]:
    """Return what every template may use."""
    language, who, shown = language_of(request), viewer(request), formats(request)
    templates = web.templates
    return {
        "lang": language.value,
        "other_lang": language.other.value,
        "viewer": who,
        "path": request.url.path,
        "here": _here(request),
        "menu": [item for item in request.app.state.menu if who and who.role in item.roles],
        "desk_name": templates.desk_name(language),
        "desk_address": web.settings.desk.address,
        "form": Form(),
        "t": lambda key, /, **values: templates.say(key, language, **values),
        "w": lambda group, word, /, **values: templates.mail_word(group, word, language, **values),
        "notice_text": lambda notice: templates.notice(notice, language),
        "static": templates.static,
        "csrf_token": lambda: make_token(_form_secret(request)),
        "csrf_field": lambda: _hidden(TOKEN, make_token(_form_secret(request))),
        "act_field": lambda: _hidden(KEY, secrets.token_urlsafe(18)),
        "moment": shown.moment,
        "day": shown.day,
        "clock": shown.clock,
        "number": shown.number,
        "percent": shown.percent,
        "hours": shown.hours,
        "size": shown.size,
        "upload": UploadLimits(web.settings.web.form_bytes),
        "since": lambda at: shown.since(at, web.now()),
        **templates.names(language),
    }


def _here(request: Request) -> str:
    """Return where a reader stays who changes the language; what a form answered cannot be shown again."""
    if request.method != "GET":
        return "/"
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def _hidden(name: str, value: str) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(name, value)


def _form_secret(request: Request) -> str:
    """Return the secret that forms are tied to: of the session, else of the visit, which may begin here."""
    name = cookie_name(request, "session" if viewer(request) else "visit")
    held = find_secret(request, name) or request.scope.get(_VISIT)
    if not held:
        held = request.scope[_VISIT] = make_secret()
    return str(held)


def _with_visit(request: Request, response: Found) -> Found:
    if begun := request.scope.get(_VISIT):
        put_cookie(request, response, "visit", begun)
    return response
