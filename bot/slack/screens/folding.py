"""Many names in few words."""

from collections.abc import Sequence

from bot.slack import blocks

_NAME = 40


def names(found: Sequence[str], *, most: int = 10) -> str:
    """Return such as ``Acme, PVCP and 190 more``; each name once, escaped and cut."""
    distinct = list(dict.fromkeys(found))
    shown = [blocks.escape(blocks.one_line(name, _NAME)) for name in distinct[:most]]
    more = len(distinct) - len(shown)
    if more > 0:
        return f"{', '.join(shown)} and {more} more"
    return ", ".join(shown)


def count(number: int, noun: str) -> str:
    """Return such as ``1 report`` or ``3 reports``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
