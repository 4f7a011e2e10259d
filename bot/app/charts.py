"""Charts drawn by a worker of their own, where a workspace refuses native ones."""

import structlog

from bot import errors
from bot.domain import delivery
from bot.executors import process

_log = structlog.get_logger(__name__)


class Charts:
    """What a delivery asks for a picture."""

    def __init__(self, executor: process.ProcessExecutor) -> None:
        self._executor = executor

    async def draw(self, trend: delivery.Trend) -> bytes | None:
        """Return a PNG; None: it could not be drawn, and the next rung must do."""
        try:
            return await self._executor.draw(trend)
        except errors.RunError as error:
            _log.warning("chart_not_drawn", text=errors.describe(error.failure))
        except errors.RunLost as lost:
            _log.warning("chart_not_drawn", text=str(lost))
        return None
