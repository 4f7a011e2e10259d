"""The bot's ends of its channels to the guard."""

import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.walls import Attack

_SECONDS = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """When they close, the guard's programs end, and every run with them."""

    spawner: socket.socket
    broker: socket.socket
    pids: Mapping[str, int] = field(default_factory=dict[str, int])
    """Process ids of the programs, by name: children of this process."""
    programs: "tuple[subprocess.Popen[bytes], ...]" = ()
    """Those that this very process has started, and must see off."""
    ground: Path | None = None
    """Where the bot attacks itself once it is up; None: it does not."""
    own: tuple[Attack, ...] = ()
    """What came of its attacks on its own walls."""

    def close(self) -> None:
        """Let go of both, and wait until nobody is left."""
        self.spawner.close()
        self.broker.close()
        for one in self.programs:
            try:
                one.wait(_SECONDS)
            except subprocess.TimeoutExpired:
                one.kill()
                one.wait()
