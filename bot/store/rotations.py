"""The rows of rotations: what was begun with which credential, and how it ended."""

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter

from bot.domain import ids, rotation
from bot.store import codec, database, statements

_FOUND: TypeAdapter[rotation.Comparison] = TypeAdapter(rotation.Comparison)


def _sql(name: str) -> str:
    return statements.get("rotations", name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of a rotation, beside its state; None: what was there stays."""

    until: datetime | None = None
    """The one thing that goes where it is None."""
    candidate: str | None = None
    previous: str | None = None
    found: rotation.Comparison | None = None
    said: str | None = None


class RotationStore:
    """What was begun, and how it ended."""

    def __init__(self, owner: database.Database) -> None:
        self._database = owner

    async def begin(self, wanted: rotation.Rotation) -> bool:
        """Write a new one down; False: another one of its credential is open."""
        values: database.Values = {
            "id": wanted.id,
            "client": wanted.client,
            "source": wanted.source,
            "owner": wanted.owner,
            "reference": wanted.reference,
            "state": wanted.state.value,
            "candidate": wanted.candidate,
            "previous": wanted.previous,
            "by": wanted.by,
            "at": codec.instant(wanted.began_at),
            "until": codec.maybe_instant(wanted.until),
        }
        row = await self._database.write(
            lambda connection: database.row(connection, _sql("begin"), **values)
        )
        return row is not None

    async def move(
        self,
        name: ids.RotationId,
        to: rotation.State,
        *,
        of: Collection[rotation.State],
        at: datetime,
        change: Change | None = None,
    ) -> rotation.Rotation | None:
        """Take it on from one of these states; None: it was in none of them."""
        what = change or Change()
        values: database.Values = {
            "id": name,
            "to": to.value,
            "from": json.dumps(sorted(one.value for one in of)),
            "at": codec.instant(at),
            "until": codec.maybe_instant(what.until),
            "candidate": what.candidate,
            "previous": what.previous,
            "found": None if what.found is None else codec.dump(_FOUND, what.found),
            "said": what.said,
        }
        row = await self._database.write(
            lambda connection: database.row(connection, _sql("move"), **values)
        )
        return None if row is None else _decode(row)

    async def get(self, name: ids.RotationId) -> rotation.Rotation | None:
        """One, or None."""
        return await self._one("get", {"id": name})

    async def open(self, owner: str, reference: str) -> rotation.Rotation | None:
        """The one of this credential that has not ended, or None."""
        return await self._one("open", {"owner": owner, "reference": reference})

    async def used(self, owner: str, reference: str) -> rotation.Rotation | None:
        """The last one of this credential that put a version in use, or None."""
        return await self._one("used", {"owner": owner, "reference": reference})

    async def standing(self) -> Sequence[rotation.Rotation]:
        """All that somebody still has to end, oldest first."""
        return await self._many("standing", {})

    async def latest(self, limit: int = 100) -> Sequence[rotation.Rotation]:
        """The newest first."""
        return await self._many("latest", {"limit": limit})

    async def _one(self, name: str, values: database.Values) -> rotation.Rotation | None:
        return next(iter(await self._many(name, values)), None)

    async def _many(self, name: str, values: database.Values) -> Sequence[rotation.Rotation]:
        found = await self._database.read(
            lambda connection: database.rows(connection, _sql(name), **values)
        )
        return [_decode(row) for row in found]


def _decode(row: sqlite3.Row) -> rotation.Rotation:
    found = codec.maybe(row, "found")
    return rotation.Rotation(
        id=ids.RotationId(codec.text(row, "id")),
        client=codec.client(row),
        source=codec.text(row, "source"),
        owner=codec.text(row, "owner"),
        reference=codec.text(row, "reference"),
        state=rotation.State(codec.text(row, "state")),
        candidate=codec.maybe(row, "candidate"),
        previous=codec.maybe(row, "previous"),
        by=ids.UserId(codec.text(row, "began_by")),
        began_at=codec.moment(row, "began_at"),
        changed_at=codec.moment(row, "changed_at"),
        until=codec.maybe_moment(row, "until"),
        found=None if found is None else _FOUND.validate_json(found),
        said=codec.text(row, "said"),
    )
