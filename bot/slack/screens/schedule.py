"""`/report schedule`: the coming fires with their slots, in the order they run."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from bot.domain import delivery, views
from bot.slack import blocks, limits, moments


def draw(fires: Sequence[views.NextFire], *, now: datetime) -> delivery.Body:
    """Return the fires by day; each time is in its client's own zone."""
    if not fires:
        text = "Nothing is scheduled."
        return limits.fit(delivery.Body(text=text, blocks=(blocks.section(text),)))
    ordered = sorted(fires, key=lambda fire: (fire.run_at, fire.client, fire.report))
    days = groupby(ordered, key=lambda fire: moments.local(fire.run_at, fire.timezone))
    parts = [
        blocks.section(
            f"*{moments.long_weekday(on)}*\n" + "\n".join(" · ".join(_told(one)) for one in found)
        )
        for on, found in days
    ]
    first = ordered[0]
    text = (
        f"Next: {blocks.escape(first.client_name)}, {blocks.escape(first.title)}, "
        f"{moments.moment(first.run_at, first.timezone, now=now)}"
    )
    return limits.fit(delivery.Body(text=text, blocks=tuple(parts)))


def _told(fire: views.NextFire) -> Iterator[str]:
    zone = fire.timezone
    at = moments.clock(fire.run_at, zone)
    nominal = fire.nominal[11:16]
    slot = f" (slot of {nominal})" if nominal and nominal != at else ""
    yield f"{at}{slot} *{blocks.escape(fire.client_name)}*, {blocks.escape(fire.title)}"
    if fire.post_at is not None:
        yield f"post {moments.clock(fire.post_at, zone)}"
    if fire.deliver_by is not None:
        yield f"promise {moments.clock(fire.deliver_by, zone)}"
    yield moments.city(zone)
    if fire.paused:
        yield "paused, will not run"
