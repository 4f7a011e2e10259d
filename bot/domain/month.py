"""How promises were kept, month by month."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """How a client's fires of one calendar month went, in its own zone."""

    first: date
    in_time: int
    due: int
    """Fires that were posted, missed or given up, or whose promise is broken."""
