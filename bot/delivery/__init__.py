"""Exactly once: outbox rows, read-back, revisions; through a Protocol that slack/poster fills."""

from bot.delivery.deliveries import Deliveries
from bot.delivery.ports import Charts, Outbox, Poster, Told

__all__ = ["Charts", "Deliveries", "Outbox", "Poster", "Told"]
