"""What one may break and mend from the page, to see how the bot takes it."""

from collections.abc import Awaitable, Callable, Mapping

from bot.demo import stage
from bot.demo.slack import faults
from bot.demo.slack.refusal import Impossible

LIMITED = ("chat.postMessage", "chat.update")
"""What Slack rate-limits; private answers still come, so that one can ask the bot about it."""
RETRY_AFTER = 5

Act = Callable[[], Awaitable[None]]


class Troubles:
    """Breaks and mends; knows what stands broken now."""

    def __init__(self, on: stage.Stage) -> None:
        self._stage = on
        self._limits: list[faults.Fault] = []
        self._is_cut = False
        self._breaks: Mapping[str, Act] = {
            "credential": self._revoke,
            "warehouse": self._cut,
            "ratelimit": self._limit,
            "socket": self._drop,
        }
        self._mends: Mapping[str, Act] = {
            "credential": self._grant,
            "warehouse": self._heal,
            "ratelimit": self._relent,
        }

    @property
    def broken(self) -> list[str]:
        """What stands broken now, in the order of the controls."""
        now = {
            "credential": self._stage.revoked,
            "warehouse": self._is_cut,
            "ratelimit": bool(self._limits),
        }
        return [what for what, is_broken in now.items() if is_broken]

    async def breaks(self, what: str) -> None:
        """Break something; breaking it twice is the same as once."""
        await _known(self._breaks, what)()

    async def mends(self, what: str) -> None:
        """Mend it."""
        await _known(self._mends, what)()

    async def _revoke(self) -> None:
        self._stage.revoke()

    async def _grant(self) -> None:
        self._stage.grant()

    async def _cut(self) -> None:
        self._stage.warehouse.cut()
        self._is_cut = True

    async def _heal(self) -> None:
        self._stage.warehouse.heal()
        self._is_cut = False

    async def _limit(self) -> None:
        if not self._limits:
            self._limits = [
                self._stage.slack.faults.add(
                    faults.Kind.RATE_LIMITED, name, times=None, value=RETRY_AFTER
                )
                for name in LIMITED
            ]

    async def _relent(self) -> None:
        for fault in self._limits:
            self._stage.slack.faults.withdraw(fault)
        self._limits = []

    async def _drop(self) -> None:
        await self._stage.slack.control.disconnect(seconds=0)


def _known(acts: Mapping[str, Act], what: str) -> Act:
    act = acts.get(what)
    if act is None:
        raise Impossible(f"There is no {what or 'such thing'} here; there is: {', '.join(acts)}.")
    return act
