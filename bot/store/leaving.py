"""A client that leaves: two marks in meta, and one transaction that forgets what is kept of it."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.domain import ids
from bot.store import codec, database, statements

_BEGUN, _LEFT = "leaving:", "left:"
_WHAT = (
    "reports",
    "texts",
    "identities",
    "prints",
    "rotations",
    "trials",
    "said",
    "incidents",
    "reasons",
)
_EVER = datetime.max.replace(tzinfo=UTC)
"""Also what a clock that was ahead wrote down."""


def _sql(name: str) -> str:
    return statements.get("leaving", name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A removal that has begun; it is over once its mark is gone."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """What was forgotten, counted."""

    reports: int = 0
    texts: int = 0
    unsent: int = 0
    """Texts that Slack has yet to get: the last words on open cards. They go once it has."""
    identities: int = 0
    failures: int = 0


class Leaving:
    """What is known of clients that leave, and the end of what is kept of them."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner

    async def knows(self, client: ids.ClientId) -> bool:
        """Whether anything ever ran for a client of this name."""
        return bool(
            await self._database.read(
                lambda raw: database.number(raw, _sql("known"), client=client)
            )
        )

    async def begin(self, client: ids.ClientId, *, by: str, at: datetime) -> Begun | None:
        """Mark it before anything is done; returns the removal that had begun before, if any."""
        return await self._database.write(lambda raw: _begin(raw, client, new=Begun(by=by, at=at)))

    async def forget(self, client: ids.ClientId, *, until: datetime = _EVER) -> Gone:
        """Forget what was kept of it, in one transaction, and overwrite it in the file.

        May be repeated; with ``until``, what a successor of the same name made later stays.
        """
        await self._database.read(lambda raw: database.rows(raw, _sql("secure_on")))
        try:
            return await self._database.write(lambda raw: _forget(raw, client, until=until))
        finally:
            await self._database.read(lambda raw: database.rows(raw, _sql("secure_off")))
            await self._database.read(lambda raw: database.rows(raw, _sql("emptied")))

    async def unplan(self, client: ids.ClientId) -> None:
        """Forget what was to come, and since when its fires were looked at."""
        await self._database.write(lambda raw: _unplan(raw, client))

    async def end(self, client: ids.ClientId, *, at: datetime) -> None:
        """It is over: the first mark goes, the second says until when it was a client."""
        await self._database.write(lambda raw: _end(raw, client, at=at))

    async def begun(self) -> Mapping[ids.ClientId, Begun]:
        """Return whose removal has begun and is not over, and who began it."""
        found = await self._database.read(lambda raw: _marks(raw, _BEGUN))
        return {
            ids.ClientId(key.removeprefix(_BEGUN)): _read(value) for key, value in found.items()
        }

    async def left(self) -> Mapping[ids.ClientId, datetime]:
        """Return who has left, and when."""
        found = await self._database.read(lambda raw: _marks(raw, _LEFT))
        return {
            ids.ClientId(key.removeprefix(_LEFT)): datetime.fromisoformat(value)
            for key, value in found.items()
        }


def _begin(connection: sqlite3.Connection, client: ids.ClientId, *, new: Begun) -> Begun | None:
    found = _marks(connection, f"{_BEGUN}{client}").get(f"{_BEGUN}{client}")
    if found is not None:
        return _read(found)
    value = json.dumps({"by": new.by, "at": codec.instant(new.at)})
    _set(connection, f"{_BEGUN}{client}", value=value)
    return None


def _read(mark: str) -> Begun:
    was = json.loads(mark)
    return Begun(by=str(was["by"]), at=datetime.fromisoformat(str(was["at"])))


def _forget(connection: sqlite3.Connection, client: ids.ClientId, *, until: datetime) -> Gone:
    values: database.Values = {"client": client, "at": codec.instant(until)}
    counts = {name: len(database.rows(connection, _sql(name), **values)) for name in _WHAT}
    return Gone(
        reports=counts["reports"],
        texts=counts["texts"],
        unsent=database.number(connection, _sql("unsent"), **values),
        identities=counts["identities"],
        failures=counts["said"],
    )


def _unplan(connection: sqlite3.Connection, client: ids.ClientId) -> None:
    for name in ("expected", "looks", "standings", "watermarks"):
        database.rows(connection, _sql(name), client=client)


def _end(connection: sqlite3.Connection, client: ids.ClientId, *, at: datetime) -> None:
    database.rows(connection, _sql("unmark"), key=f"{_BEGUN}{client}")
    _set(connection, f"{_LEFT}{client}", value=codec.instant(at.astimezone(UTC)))


def _marks(connection: sqlite3.Connection, beginning: str) -> dict[str, str]:
    found = database.rows(connection, _sql("marks"), like=f"{beginning}*")
    return {codec.text(row, "key"): codec.text(row, "value") for row in found}


def _set(connection: sqlite3.Connection, key: str, *, value: str) -> None:
    database.rows(connection, statements.get("meta", "set"), key=key, value=value)
