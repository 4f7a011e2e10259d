"""Known to be good before it is needed: looks at clients before their reports are due."""

from bot.foresight.foresight import Foresight, Looked
from bot.foresight.known import Known

__all__ = ["Foresight", "Known", "Looked"]
