"""`/report help`: what the caller may ask, and how it is typed."""

from collections.abc import Sequence

from bot.domain import delivery
from bot.slack import blocks, limits


def draw(entries: Sequence[tuple[str, str]], *, example: str = "") -> delivery.Body:
    """Return the commands as ``(how it is typed, what it does)``, already cut to the caller.

    Both halves are our own words and may hold marks of mrkdwn.
    """
    lines = "\n".join(f"`{typed}` – {does}" for typed, does in entries)
    parts = [blocks.section("*What I can do for you here*"), blocks.section(lines or "Nothing.")]
    if example:
        parts.append(blocks.context(f"Try: {example}"))
    return limits.fit(
        delivery.Body(text="What I can do for you here", blocks=tuple(parts)),
    )
