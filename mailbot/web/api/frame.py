"""What stands around every call: its id, headers on every answer, and an answer also to what nobody foresaw."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders

from mailbot.web.api.problems import REQUEST_ID, Code, Problem, answer_problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

# Where a call keeps headers that its answer shall have, whatever the answer is.
SAID = "mailbot.api.headers"
_USABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Frame:
    """Gives each call an id and each answer its headers; a mistake of ours becomes a problem, and a line in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = given if _USABLE_ID.fullmatch(given) else uuid4().hex
        said: dict[str, str] = {REQUEST_ID: request_id}
        scope[REQUEST_ID], scope[SAID] = request_id, said
        has_begun = False

        async def with_headers(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                headers = MutableHeaders(scope=message)
                for name, value in said.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        except Exception:
            log.exception("call %s of the API failed", request_id)
            if has_begun:
                raise
            detail = f"Try again later. If it stays so, tell the desk the request id {request_id}."
            await answer_problem(Problem(Code.BROKEN, detail), request_id)(scope, receive, with_headers)
