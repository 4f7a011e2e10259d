"""What deliveries need from the rest of the house; app.py joins them. Instants are UTC."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain import delivery, ids


class Outbox(Protocol):
    """The rows of deliveries; filled by store.deliveries.DeliveryStore. Instants are UTC."""

    async def put(self, wanted: delivery.Delivery) -> bool:
        """Insert it unless its key is there; False: it was."""
        ...

    async def get(self, key: str) -> delivery.Delivery | None:
        """The row, or None."""
        ...

    async def due(self, now: datetime) -> Sequence[delivery.Delivery]:
        """Pending, posting or unknown ones whose not_before has come; parents before replies,
        reports by their deadlines before the rest, of which nothing waits for ever.
        """
        ...

    async def begin(
        self, key: str, *, since: str, rung: int | None = None
    ) -> delivery.Delivery | None:
        """Pending → posting, with Slack's own time, and the rung that is to be posted where it
        changes; None: somebody else began, or it is pending no more.
        """
        ...

    async def posted(self, key: str, *, ts: str, at: datetime) -> delivery.Delivery:
        """Posting or unknown → posted; a report's run succeeds in the same transaction."""
        ...

    async def unknown(self, key: str, *, since: str, error: str, not_before: datetime) -> None:
        """Posting (since then) → unknown, or unknown still: read back, not before this."""
        ...

    async def again(
        self, key: str, *, since: str | None, rung: int, error: str, not_before: datetime | None
    ) -> None:
        """Back to pending: certainly not stored (429, refused payload, absent after read-back).

        ``since`` is the posting that this is about, so that what was learnt of one posting never
        undoes a later one; None: it was not begun.
        """
        ...

    async def failed(self, key: str, *, error: str) -> delivery.Delivery:
        """No way to post it; a report's run is failed in the same transaction."""
        ...

    async def cancel(self, key: str) -> bool:
        """Pending → cancelled."""
        ...

    async def redirect(self, key: str, *, channel: ids.ChannelId) -> bool:
        """Failed → pending in another channel, with what hangs on it. False: it has not failed."""
        ...

    async def wanted_at(self) -> datetime | None:
        """The earliest not_before of what is still to be posted or read back."""
        ...

    async def revise(
        self, key: str, bodies: tuple[delivery.Body, ...], *, run: ids.RunId | None = None
    ) -> bool:
        """What it should say now; posted ones are edited. False: no such delivery."""
        ...

    async def stale(self) -> Sequence[delivery.Delivery]:
        """Posted ones whose shown version is behind."""
        ...

    async def showed(self, key: str, *, version: int) -> None:
        """Slack shows this version now."""
        ...

    async def rung(self, now: datetime) -> int:
        """The rung of the ladder that this workspace is known to take."""
        ...

    async def remember_rung(self, rung: int, *, until: datetime) -> None:
        """Keep it for the posts to come; the richest is tried again after that."""
        ...


class Poster(Protocol):
    """Slack, as far as deliveries need it; filled by slack.poster.Poster. Raises nothing."""

    def wait(self, wanted: delivery.Delivery) -> float:
        """Seconds until Slack's limits let it be posted, or looked for where it is unclear; 0: now.
        Nothing is taken by asking.
        """
        ...

    async def send(
        self, wanted: delivery.Delivery, body: delivery.Body, *, thread_ts: str | None
    ) -> delivery.SendResult:
        """Post it with its key as metadata; never retried inside."""
        ...

    async def edit(self, shown: delivery.Delivery, body: delivery.Body) -> delivery.SendResult:
        """Make the posted message say this; safe to repeat."""
        ...

    async def find(
        self, wanted: delivery.Delivery, *, thread_ts: str | None
    ) -> delivery.Sent | delivery.Refused | None:
        """Look for the key in the channel (or thread) around posting_since; None: absent.
        Refused: it could not be looked at. Of several copies the first counts.
        """
        ...

    async def upload(self, png: bytes, *, name: str, alt: str) -> str | delivery.Refused:
        """Put an image into Slack, unshared; return the file's id."""
        ...

    async def slack_time(self) -> str | None:
        """Slack's own clock as a ts; None when it cannot be reached."""
        ...


class Charts(Protocol):
    """Draws a chart as an image; filled by what runs the worker."""

    async def draw(self, trend: delivery.Trend) -> bytes | None:
        """Return a PNG; None: it cannot be drawn."""
        ...


class Told(Protocol):
    """Who is told how deliveries end; filled in app.py."""

    async def posted(self, settled: delivery.Delivery) -> None:
        """It is in Slack, with its ts."""
        ...

    async def failed(self, settled: delivery.Delivery, refused: delivery.Refused) -> None:
        """It will not be posted there."""
        ...

    async def stuck(self, waiting: delivery.Delivery, refused: delivery.Refused) -> None:
        """Whether it was posted cannot be found out for many minutes; told once per process. It
        is not posted again before the channel could be read.
        """
        ...

    async def delayed(self, waiting: delivery.Delivery, refused: delivery.Refused) -> None:
        """Slack has not taken it for many minutes, for a reason that will pass; it goes on."""
        ...

    async def simplified(
        self, settled: delivery.Delivery, refused: delivery.Refused, *, days: int
    ) -> None:
        """It is posted, in a simpler form than was wanted; and so, for so many ``days``, is what
        comes after it. 0: it alone.
        """
        ...

    async def doubled(self, settled: delivery.Delivery, copies: int) -> None:
        """It stands in its channel more than once: a fault of the past."""
        ...

    async def unedited(
        self, shown: delivery.Delivery, refused: delivery.Refused, *, anew: bool
    ) -> None:
        """A posted message could not be edited: never will be, or not until the reason is lifted.
        ``anew``: what it should have said is posted as a new message instead.
        """
        ...
