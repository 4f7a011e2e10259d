"""What stands between one run and all that is not its own: layers, and what they add up to."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum


class Layer(StrEnum):
    """One wall. Its name is what people read."""

    USER = "user namespace"
    NETWORK = "network namespace"
    MOUNTS = "mount namespace"
    IPC = "ipc namespace"
    FILES = "file rules"
    """Landlock: which files, which TCP ports, which processes may be signalled."""
    CALLS = "system calls"
    """seccomp: no new programs and processes, no foreign ones, no other kinds of socket."""
    LIMITS = "limits"
    PRIVATE = "private memory"
    """Not dumpable: no other process of the same user reads it."""
    EGRESS = "allowed hosts"
    KEEPER = "kept credentials"
    """Its credentials came through the keeper, and lie in nobody's environment."""


class Level(StrEnum):
    """What may be said of a run's isolation."""

    STRONG = "strong"
    PARTIAL = "partial"
    NONE = "none"

    def meets(self, demanded: "Level") -> bool:
        """Whether it is at least as much as a client's file demands."""
        order = (Level.NONE, Level.PARTIAL, Level.STRONG)
        return order.index(self) >= order.index(demanded)


NEEDED: Mapping[Level, frozenset[Layer]] = {
    Level.STRONG: frozenset(Layer),
    Level.PARTIAL: frozenset({Layer.FILES, Layer.CALLS, Layer.LIMITS, Layer.PRIVATE}),
    Level.NONE: frozenset(),
}
"""Which layers must stand for a level, from the matrix of attacks in docs/security.md."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Walls:
    """What stood around one run, as its own process found it."""

    stand: frozenset[Layer] = frozenset()
    missing: Mapping[Layer, str] = field(default_factory=dict[Layer, str])
    """Layer → why it does not stand here, in a few words."""
    breached: tuple[str, ...] = ()
    """Attacks that came through on this machine although all layers stood."""

    @property
    def level(self) -> Level:
        """The highest level whose layers all stand, and have held."""
        if self.breached:
            return Level.NONE
        for level in (Level.STRONG, Level.PARTIAL):
            if NEEDED[level] <= self.stand:
                return level
        return Level.NONE

    @property
    def told(self) -> str:
        """The level, and what it lacks: ``partial (without user namespace, …)``, or for one thing
        why: ``partial: its credentials come from the environment (env://)``.
        """
        if self.breached:
            return f"{self.level.value} (an attack came through: {self.breached[0]})"
        absent = [why for layer, why in self.missing.items() if layer not in self.stand]
        if len(absent) == 1:
            return f"{self.level.value}: {absent[0]}"
        lacking = ", ".join(sorted(one.value for one in Layer if one not in self.stand))
        return f"{self.level.value} (without {lacking})" if lacking else self.level.value


NOTHING = Walls(missing=dict.fromkeys(Layer, "a plain process"))
"""What stands around a plain process."""


class Came(StrEnum):
    """What came of an attack."""

    STOPPED = "stopped"
    THROUGH = "through"
    ABSENT = "not available"
    """It could not be tried here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """What a run attacks on the bot's own word: things made for it, as open as they can be."""

    other: str
    """Another client's folder, with a file ``secret``."""
    beside: str
    """A folder of the bot's: ``database``, another run's ``figures``, a unix socket ``bot``, and
    ``credentials`` of others, sealed.
    """
    shared: str
    """A file in /dev/shm."""
    pids: tuple[int, ...]
    """Processes that are not the run's: the bot's, and the keeper's, which has the master key."""
    port: int
    """Where the bot listens on TCP, on 127.0.0.1."""
    abstract: str
    """The name of the bot's abstract unix socket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One line of the table."""

    name: str
    came: Came
    how: str = ""
    """What the machine answered, in a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What this machine holds, found out by attacking it."""

    walls: Walls
    attacks: tuple[Attack, ...]

    @property
    def through(self) -> tuple[str, ...]:
        """The attacks that were not stopped."""
        return tuple(one.name for one in self.attacks if one.came is Came.THROUGH)

    @property
    def breached(self) -> tuple[str, ...]:
        """Those that came through all layers; where one is missing, some are known to."""
        return self.through if self.walls.level is Level.STRONG else ()

    @property
    def level(self) -> Level:
        """What may be said: what stands, unless an attack came through all the same."""
        if not self.attacks or self.breached:
            return Level.NONE
        return self.walls.level

    @property
    def told(self) -> str:
        """The level, what it lacks, and how many attacks were stopped."""
        stopped = sum(one.came is Came.STOPPED for one in self.attacks)
        stood = replace(self.walls, breached=self.breached)
        return f"{stood.told} · {stopped} of {len(self.attacks)} attacks stopped"
