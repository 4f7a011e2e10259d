"""`/report check acme`: whether its report could be made and posted now; for operators."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain import delivery, ids
from bot.slack import blocks, limits
from bot.slack.screens.card import words

_MOST = 40
"""Lines; the rest are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One source, or the channel."""

    label: str
    ok: bool
    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """All that was found."""

    client: ids.ClientId
    name: str
    lines: tuple[Line, ...]
    at: datetime


def draw(found: Whole) -> delivery.Body:
    """Return the answer: what stands in the way first in the head."""
    wrong = sum(not one.ok for one in found.lines)
    told = f"{wrong} of {len(found.lines)} in the way" if wrong else "its report could go out now"
    head = f"{words.RED if wrong else words.GREEN} {blocks.escape(found.name)} · {told}"
    lines = [_line(one) for one in found.lines[:_MOST]]
    if len(found.lines) > _MOST:
        lines.append(f"… and {len(found.lines) - _MOST} more")
    parts = (blocks.section(words.bold(head)), *(blocks.section(line) for line in lines))
    return limits.fit(delivery.Body(text=head, blocks=parts))


def _line(one: Line) -> str:
    sign = "✓" if one.ok else words.RED
    notes = "".join(f"\n  {blocks.escape(note)}" for note in one.notes)
    return f"{sign} *{blocks.escape(one.label)}* {blocks.escape(one.text)}{notes}"
