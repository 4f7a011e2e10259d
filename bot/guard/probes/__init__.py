"""The attacks that a run makes on the bot's own word, to find out what its walls hold.

Each is something that a hostile driver or a poisoned package could do in the place of a run. It is
stopped where the machine refuses it, and through where it is done.
"""

import errno
from collections.abc import Callable, Mapping, Sequence

from bot.domain.walls import Attack, Came, Targets
from bot.guard.probes import files, network, processes, resources

Attempt = Callable[[], object]
_STOPS = (OSError, MemoryError, RuntimeError)
"""RuntimeError: a thread that cannot be started."""


def attack(targets: Targets, *, scratch: str) -> Sequence[Attack]:
    """Try everything, in the process that is to be held; ``scratch`` is its own folder."""
    tries: Mapping[str, Attempt] = {
        **files.attempts(targets),
        **processes.attempts(targets),
        **network.attempts(targets),
        **resources.attempts(scratch),
    }
    return [tried(name, attempt) for name, attempt in tries.items()]


def tried(name: str, attempt: Attempt) -> Attack:
    """Make one attack, and tell what came of it."""
    try:
        attempt()
    except NotImplementedError as absent:
        return Attack(name=name, came=Came.ABSENT, how=str(absent))
    except _STOPS as error:
        code = getattr(error, "errno", None)
        how = errno.errorcode.get(code, "") if isinstance(code, int) else ""
        return Attack(name=name, came=Came.STOPPED, how=how or type(error).__name__)
    return Attack(name=name, came=Came.THROUGH)
