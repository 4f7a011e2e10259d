"""What the bot stands on before it stands: a disk that keeps the database, and the database.

Where one of them cannot be used, it ends with a plain sentence; the operators read it in Slack too,
since posting a word needs no database.
"""

import hashlib
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Protocol

import structlog

from bot import clock, errors, settings
from bot.domain import delivery, ids
from bot.slack.screens import plain
from bot.store import Store, disk

_REMEMBERED = timedelta(hours=6)
"""What was told so short ago is not told again, also not by a bot that is started anew."""
_ALLOW = "or set REPORTOPS_EPHEMERAL_DISK=allow if that does not matter"

_log = structlog.get_logger(__name__)


class Poster(Protocol):
    """Posts and finds; filled by slack.poster.Poster. Raises nothing."""

    async def send(
        self, wanted: delivery.Delivery, body: delivery.Body, *, thread_ts: str | None
    ) -> delivery.SendResult:
        """Post it with its key as metadata."""
        ...

    async def find(
        self, wanted: delivery.Delivery, *, thread_ts: str | None
    ) -> delivery.Sent | delivery.Refused | None:
        """Look for its key in the channel."""
        ...


def check_disk(config: settings.Settings) -> str:
    """Return what the operators should know of the database's disk; empty: nothing.

    Raises ConfigurationError where a restart empties it and the settings do not allow that.
    """
    on, platform = disk.of(config.database), settings.forgetful()
    if config.ephemeral_disk == "allow":
        return ""
    where = f"The database {config.database} stands on"
    if platform or on.keeps is disk.Keeps.NO:
        what = f"a disk of {platform}'s" if platform else f"a disk in memory ({on.kind})"
        raise errors.ConfigurationError(
            f"{where} {what}, which every restart empties: the bot would forget what it has "
            f"posted. Put it on a volume that stays and name it in REPORTOPS_DATABASE, {_ALLOW}."
        )
    if on.keeps is disk.Keeps.UNKNOWN:
        return (
            f"{where} the container's own disk ({on.kind}). If the container is ever made anew, "
            "the bot forgets what it has posted. Put the database on a volume and name it in "
            f"`REPORTOPS_DATABASE`, {_ALLOW}."
        )
    if on.keeps is disk.Keeps.SHARED:
        return (
            f"{where} a disk of another machine ({on.kind}), where SQLite's locks may not hold. "
            "Put it on a disk of this machine, and let `reportops backup` copy it elsewhere."
        )
    return ""


@asynccontextmanager
async def opened(
    config: settings.Settings, poster: Poster, *, now: clock.Clock
) -> AsyncGenerator[Store]:
    """Own the database for as long as the context lasts.

    Raises StoreError where it cannot be used; the operators are told. OwnedElsewhere is told to
    whoever started this second bot alone: the first one does its work.
    """
    async with AsyncExitStack() as stack:
        try:
            store = await stack.enter_async_context(Store.open(config.database))
        except errors.OwnedElsewhere:
            raise
        except errors.StoreError as error:
            text = f"The bot cannot start: {error}."
            await cry(poster, config.ops_channel, text=text, now=now)
            raise
        yield store


async def cry(
    poster: Poster, channel: str | None, *, text: str, now: clock.Clock, key: str = ""
) -> bool:
    """Tell the operators without the database; False: they could not be told.

    ``key`` names the occasion, which is told once; without it the text is its own occasion.
    """
    _log.error("store_trouble", text=text)
    if channel is None:
        return True
    at, body = now.now(), plain.say(f"⚠️ {text}")
    wanted = delivery.Delivery(
        key=f"ops:store:{key or hashlib.sha256(text.encode()).hexdigest()[:12]}",
        kind=delivery.Kind.OPS,
        channel=ids.ChannelId(channel),
        bodies=(body,),
        created_at=at - _REMEMBERED,
    )
    if isinstance(await poster.find(wanted, thread_ts=None), delivery.Sent):
        return True
    return isinstance(await poster.send(wanted, body, thread_ts=None), delivery.Sent)
