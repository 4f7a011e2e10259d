"""The morning digest: one message to the operators per day with fires in it, edited live."""

from bot.digest.digest import Digest

__all__ = ["Digest"]
