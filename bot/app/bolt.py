"""From a socket's request to Bolt's app and back."""

import json
import logging
from typing import cast

from slack_bolt import BoltResponse
from slack_bolt.adapter.socket_mode.internals import build_headers
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from bot.slack import envelopes, preflight

_OK = 200


def build(desk: handlers.Desk, sdk: AsyncWebClient, *, identity: preflight.Identity) -> AsyncApp:
    """Return Bolt's app with every handler in it.

    Requests come over our own sockets, so there is no signature to verify; and who we are is known
    since the start, so that the first command does not wait for Slack to say it again.
    """

    async def authorize() -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=identity.team,
            bot_user_id=identity.bot_user,
            bot_id=identity.bot_id,
            bot_token=sdk.token,
        )

    quiet = logging.getLogger("slack_bolt.reportops")
    quiet.addFilter(_is_news)
    app = AsyncApp(
        client=sdk, authorize=authorize, request_verification_enabled=False, logger=quiet
    )
    handlers.register(app, desk)
    return app


def _is_news(record: logging.LogRecord) -> bool:
    """Bolt finds SLACK_BOT_TOKEN by itself and warns, twice, that it is not used."""
    return "`token`" not in record.getMessage()


def dispatch(app: AsyncApp) -> envelopes.Dispatch:
    """Return what answers one request of a socket: Bolt's answer as an acknowledgement."""

    async def answer(request: SocketModeRequest) -> SocketModeResponse | None:
        asked = AsyncBoltRequest(
            mode="socket_mode",
            body=cast("dict[str, object]", request.payload),
            headers=build_headers(request),
        )
        return _acknowledged(request, await app.async_dispatch(asked))

    return answer


def _acknowledged(request: SocketModeRequest, answered: BoltResponse) -> SocketModeResponse | None:
    if answered.status != _OK:
        return None
    if not answered.body:
        return SocketModeResponse(envelope_id=request.envelope_id)
    return SocketModeResponse(envelope_id=request.envelope_id, payload=_payload(answered))


def _payload(answered: BoltResponse) -> dict[str, object]:
    kind = answered.headers.get("content-type", [""])[0]
    if kind.startswith("application/json"):
        return cast("dict[str, object]", json.loads(answered.body))
    return {"text": answered.body}
