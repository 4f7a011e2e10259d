"""What operators are told of credentials that end soon; never for a client's own channel."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from bot.domain import delivery
from bot.domain.foresight import Ending
from bot.slack import blocks, limits, moments
from bot.slack.screens import folding

_MOST = 20
"""Credentials that have a line; the rest are counted."""


def draw(found: Sequence[Ending], *, now: datetime) -> delivery.Body:
    """Return one message about all of them, the earliest end first."""
    lines = list(_lines(found, now=now))
    noun = "credential ends" if len(lines) == 1 else "credentials end"
    text = f"🟠 {len(lines)} {noun} soon. Replace before then: `/report rotate CLIENT`."
    if len(lines) > _MOST:
        lines = [*lines[:_MOST], f"… and {len(lines) - _MOST} more"]
    parts = (blocks.section(text), blocks.section("\n".join(lines)))
    return limits.fit(delivery.Body(text=f"{text} {lines[0][2:]}", blocks=parts))


def _lines(found: Sequence[Ending], *, now: datetime) -> Iterator[str]:
    """One credential that several clients share has one line."""
    shared: dict[str, list[Ending]] = defaultdict(list)
    for one in sorted(found, key=_ends):
        shared[one.standing.reference].append(one)
    for reference, many in shared.items():
        one = many[0]
        names = folding.names([each.client_name for each in many])
        what = blocks.escape(one.standing.expires_what or "credential")
        day = moments.weekday(moments.local(_ends(one), one.timezone))
        left = moments.span(_ends(one) - now)
        yield (
            f"• {names} · {blocks.escape(one.label)}: its {what} ends {day}, in {left} "
            f"(`{blocks.escape(reference)}`)"
        )


def _ends(one: Ending) -> datetime:
    return one.standing.expires_at or one.standing.good_at
