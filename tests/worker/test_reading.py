"""Letting go of sources: whatever happens there, what was read or failed before it counts."""

from bot.worker import reading
from bot.worker.sources import base


class _Exhausted:
    """A source in a process that has no memory left for another thread."""

    def __init__(self) -> None:
        self.asked = 0

    def read(self, ask: base.Ask) -> base.Answer:
        raise NotImplementedError(ask.query)

    def stop(self) -> None:
        self.asked += 1
        raise RuntimeError("can't start new thread")

    def close(self) -> None:
        self.asked += 1
        raise RuntimeError("can't start new thread")


async def test_a_process_without_memory_still_tells_why() -> None:
    source = _Exhausted()
    await reading._each([source], failed=True)
    await reading._each([source], failed=False)
    assert source.asked == 2
