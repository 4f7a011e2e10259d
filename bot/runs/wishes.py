"""What people want of runs beside what the rows say."""

from dataclasses import dataclass, field

from bot.domain import ids


@dataclass(slots=True)
class Wishes:
    """What people want of runs that are under way. Lost in a crash, and then merely late:
    a run goes on by its row, to be posted at its post_at.
    """

    by: dict[ids.RunId, ids.UserId] = field(default_factory=dict[ids.RunId, ids.UserId])
    """Who asked for a run's next attempt."""
    at_once: set[ids.RunId] = field(default_factory=set[ids.RunId])
    """Runs whose post_at somebody waived by asking for a rerun."""
