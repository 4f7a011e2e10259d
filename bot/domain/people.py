"""People and audiences, as Slack's facts say; who may do what is bot.access's business."""

from dataclasses import dataclass

from bot.domain import ids


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who somebody is. What Slack would not say is told in the way that grants least."""

    user: ids.UserId
    team_ok: bool
    """Of the installing workspace; foreign people in shared channels are not."""
    guest: bool
    """A single- or multi-channel guest."""
    stranger: bool
    """Foreign, and in no channel with us."""
    bot: bool
    deleted: bool
    ops_member: bool
    """In the ops channel, while that is private and unshared (Settled 14)."""
    known: bool = True
    """False: Slack could not be asked, and every other field says the least."""
    ops_known: bool = True
    """False: Slack does not say who is in the ops channel, and ``ops_member`` says the least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AudienceFacts:
    """Who may read a channel, before anybody confirmed anything."""

    outside: bool
    """Guests, or people of another workspace. Unknown counts as yes."""
    known: bool
    fingerprint: str
    """Names the very set of outside people and teams; another set, another fingerprint.
    Empty where there are none or they are not known."""
    outside_people: int = 0
    """How many of them are known."""
