"""Webhooks by the API: registered, looked at, enabled again, removed; each belongs to the key that made it."""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response

from mailbot.adapters.store.webhook_rows import (
    ListedHook,
    add_webhook,
    enable_webhook,
    find_deliveries,
    find_webhooks,
    remove_webhook,
)
from mailbot.adapters.webhook_post import HookUrlError, check_url
from mailbot.domain.api_keys import ApiKey
from mailbot.watch_parts import make_hook_rules
from mailbot.web.api.bodies import Body, body_of, describe_body
from mailbot.web.api.callers import HookKeeper
from mailbot.web.api.models import (
    DeliveryAnswer,
    DeliveryList,
    NewWebhook,
    WebhookAnswer,
    WebhookList,
    WebhookMade,
)
from mailbot.web.api.problems import Code, Problem, not_found, wrong_field
from mailbot.web.api.repeat import Done, IdempotencyKey, answer_once
from mailbot.web.desk import web_desk

router = APIRouter(tags=["webhooks"])
_LARGEST_ID = 2**63 - 1
HookId = Annotated[int, Path(ge=1, le=_LARGEST_ID, description="The id of the webhook.")]


@router.post(
    "/webhooks",
    status_code=201,
    response_model=WebhookMade,
    summary="Register a webhook",
    openapi_extra=describe_body(NewWebhook),
)
def register(
    request: Request,
    key: HookKeeper,
    body: Annotated[Body, Depends(body_of(NewWebhook))],
    name: IdempotencyKey = None,
) -> Response:
    """Register an address for what changes from now on; the secret that signs the messages is shown this once."""
    sent = body.sent
    assert isinstance(sent, NewWebhook)
    web = web_desk(request)
    try:
        check_url(sent.url, make_hook_rules(web.settings))
    except HookUrlError as error:
        raise wrong_field("url", str(error)) from None

    def work(_act_key: str) -> Done:
        secret = f"whs_{secrets.token_urlsafe(32)}"
        made = add_webhook(web.engine, key.id, sent.url, secret, set(sent.events), web.now())
        if made is None:
            raise Problem(Code.NOT_NOW, "This key has as many webhooks as it may. Remove one first.")
        answer = WebhookMade(**_shown(made), secret=secret).model_dump(mode="json")
        return Done(201, answer, f"/api/v1/webhooks/{made.id}")

    return answer_once(request, key, name, body.asked, "", work)


@router.get("/webhooks", response_model=WebhookList, summary="List the webhooks of this key")
def list_webhooks(request: Request, key: HookKeeper) -> Any:
    """Return all webhooks of this key, without their secrets."""
    return {"items": [_shown(hook) for hook in find_webhooks(web_desk(request).engine, key.id)]}


@router.get("/webhooks/{webhook}", response_model=WebhookAnswer, summary="Look at a webhook")
def read_webhook(request: Request, key: HookKeeper, webhook: HookId) -> Any:
    """Return a webhook and how it fares."""
    return _find(request, key, webhook)


@router.delete("/webhooks/{webhook}", status_code=204, summary="Remove a webhook")
def remove(request: Request, key: HookKeeper, webhook: HookId) -> Response:
    """Remove a webhook; what it was still to be told is dropped."""
    if not remove_webhook(web_desk(request).engine, key.id, webhook):
        raise not_found()
    return Response(status_code=204)


@router.post("/webhooks/{webhook}/enable", response_model=WebhookAnswer, summary="Enable a webhook again")
def enable(request: Request, key: HookKeeper, webhook: HookId) -> Any:
    """Tell a webhook again that was switched off because it failed for days; it hears of what changes from now on."""
    web = web_desk(request)
    if not enable_webhook(web.engine, key.id, webhook, web.now()):
        raise not_found()
    return _find(request, key, webhook)


@router.get("/webhooks/{webhook}/deliveries", response_model=DeliveryList, summary="Look at the latest messages")
def list_deliveries(request: Request, key: HookKeeper, webhook: HookId) -> Any:
    """Return the latest 100 messages to a webhook, the newest first, and how they fare."""
    _find(request, key, webhook)
    found = find_deliveries(web_desk(request).engine, webhook)
    names = [name for name in DeliveryAnswer.model_fields if name != "id"]
    return {"items": [{"id": one.uuid} | {name: getattr(one, name) for name in names} for one in found]}


def _find(request: Request, key: ApiKey, webhook: int) -> dict[str, Any]:
    found = find_webhooks(web_desk(request).engine, key.id, webhook)
    if not found:
        raise not_found()
    return _shown(found[0])


def _shown(hook: ListedHook) -> dict[str, Any]:
    return {name: getattr(hook, name) for name in WebhookAnswer.model_fields}
