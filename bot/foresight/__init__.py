"""Known to be good before it is needed: looks at clients before their reports are due."""

from bot.foresight.foresight import Foresight, Looked

__all__ = ["Foresight", "Looked"]
