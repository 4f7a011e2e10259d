"""Whatever goes wrong under a handler becomes one sentence for the person, and a log line.

One of the four borders where every exception is caught: work that was handed to the task group
must not take the bot down with it.
"""

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from slack_bolt import BoltResponse

from bot import errors
from bot.domain import delivery, ids
from bot.slack.screens import plain
from handlers import payload

_log = structlog.get_logger(__name__)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """It went wrong; ``shown`` tells the person."""

    shown: delivery.Body
    passing: bool = False
    """The store or Slack could not just then: it is done when they can."""


class NotYet(errors.ReportopsError):
    """Slack could not say who asks; it is asked again."""


async def caught(work: Awaitable[T]) -> T | Fault:
    """Return what comes of the work, or what to tell the person instead; never raises."""
    try:
        return await work
    except Exception as error:  # noqa: BLE001 - the border
        return Fault(shown=sentence(error), passing=_passes(error))


async def quietly(work: Awaitable[object]) -> None:
    """Do what may fail without harm, such as a private answer; never raises."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 - the border
        _log.warning("answer_failed", error=type(error).__name__)


def sentence(error: Exception) -> delivery.Body:
    """Return an error in words for the person who asked; what is not theirs is only logged."""
    if isinstance(error, errors.UsageError):
        return plain.say(str(error))
    if isinstance(error, NotYet):
        return plain.say("I cannot look you up in Slack right now.")
    ref = ids.short_ref(ids.new_id())
    _log.error("handler_failed", ref=ref, exc_info=error)
    return plain.wrong(ref)


def _passes(error: Exception) -> bool:
    if isinstance(error, errors.MoveRefused):
        return False
    return isinstance(error, (errors.StoreError, NotYet))


def unknown(body: payload.Body) -> None:
    """Log a button or view that no handler serves, by its name alone."""
    name = payload.text(payload.first(body, "actions"), "action_id")
    _log.warning("request_unknown", name=name or payload.text(body, "view", "callback_id"))


async def on_error(error: Exception, body: payload.Body) -> BoltResponse:
    """Bolt's own error handler: what a handler raised before it acknowledged is acknowledged, but
    for what could not be written down: Slack then tells the person that it was not accepted.
    """
    if isinstance(error, errors.StoreError):
        _log.error("request_not_accepted", reason=str(error))
        return BoltResponse(status=503)
    shown = sentence(error)
    if payload.text(body, "command"):
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": shown.text})
    return BoltResponse(status=200, body="")
