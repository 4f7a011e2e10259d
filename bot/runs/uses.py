"""What runs tell of the credentials that worked for them."""

from collections.abc import Collection
from typing import Protocol

from bot.domain import credential, ids


class Known(Protocol):
    """Filled by foresight.Known."""

    async def used(self, of: ids.ClientId, seen: Collection[credential.Seen]) -> None:
        """These credentials of a client have just worked."""
        ...


class Unknown:
    """Fills it where nothing is kept."""

    async def used(self, of: ids.ClientId, seen: Collection[credential.Seen]) -> None:
        """Nobody is told."""
