"""``env://NAME``: the text came with the run, from the keeper's environment."""

from typing import TYPE_CHECKING

from bot.domain.reference import Reference

if TYPE_CHECKING:
    from bot.worker.credentials import Keys


def fetch(asked: Reference, keys: "Keys") -> str:
    """Return the variable's text; empty where it is not set."""
    return keys.order.credentials.get(str(asked), "")
