"""Who may read a channel: a client's figures must not meet eyes they are not meant for."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain import ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who may read a channel."""

    outside: bool
    """Guests, or people of another workspace. Unknown counts as yes."""
    known: bool
    confirmed: bool
    """An operator has confirmed that these outside people are meant to read it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """What was last seen of a channel, and what an operator said about it. Instants are UTC."""

    id: ids.ChannelId
    outside: bool
    fingerprint: str
    """Stands for the outside people that were seen; another set of people has another one."""
    checked_at: datetime
    confirmed: str | None = None
    """The fingerprint that an operator confirmed; it holds for no other."""
    confirmed_by: ids.UserId | None = None
    confirmed_at: datetime | None = None

    @property
    def is_confirmed(self) -> bool:
        """Whether these very people are meant to read it."""
        return self.confirmed == self.fingerprint
