"""The launcher: splits what the environment holds among the programs, before anything reads it.

What the bot's settings are named stays with the bot; everything else, which is where ``env://``
credentials are, goes to the keeper alone. The spawner and the broker get nothing.
"""

import os
import socket
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from subprocess import Popen
from typing import NoReturn

from bot.guard import fingerprint, programs
from bot.guard.walls import identity, limits
from bot.ipc import channel
from bot.ipc.guarded import Guard
from bot.ipc.sealing import NOWHERE, Sealing

_SYSTEM = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TERM"),
        *("NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "INVOCATION_ID", "JOURNAL_STREAM"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "ALL_PROXY"),
        *("VIRTUAL_ENV", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "DYNO"),
    }
)
_OUTWARD = frozenset({"HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"})
"""What whoever dials out for the runs must know of this machine."""
_OURS = ("LC_", "PYTHON", "KUBERNETES_", "REPORTOPS_")
_BUS = "DBUS_SESSION_BUS_ADDRESS"
_SESSION = frozenset({_BUS, "XDG_RUNTIME_DIR", "HOME", "DISPLAY", "WAYLAND_DISPLAY"})
"""What leads to the keyring of the session, if the machine has one."""
_MASTER = "REPORTOPS_MASTER_KEY"
"""Told to the keeper alone, and not by way of an environment."""
_PROGRAMS: Sequence[str] = ("spawner", "broker", "keeper")
BOT = "bot.process"
Program = Popen[bytes]
GUARDED = "--guarded"
"""Before the descriptors and process ids that a launched bot was given."""
IDLE_SECONDS = 600.0
"""How long a template may rest before it is dropped."""


def available() -> bool:
    """Whether there is a guard for this kind of machine."""
    return sys.platform == "linux"


def start(
    kept: Mapping[str, str],
    *,
    clients: Path,
    machine: Mapping[str, str] | None = None,
    sealing: Sealing = NOWHERE,
    idle: float = IDLE_SECONDS,
) -> Guard:
    """Start the three programs.

    ``kept`` is what the keeper keeps: environment name → value; ``clients`` the folder of all
    clients, of which each run will see its own; ``machine`` is the environment that names the
    machine's proxy and its own certificates, where it has any; ``sealing`` is for the keeper as
    well; ``idle`` the seconds that a template may rest. Raises ConfigurationError where runs could
    not read the clients.
    """
    made_of = fingerprint.current()
    identity.check(clients)
    limits.widen()
    around = {name: value for name, value in (machine or {}).items() if name.upper() in _OUTWARD}
    spawner, bots = channel.pair()
    broker, bots_too = channel.pair()
    keeps, kept_by = channel.pair()
    goes, gone_by = channel.pair()
    with bots, bots_too, keeps, kept_by, goes, gone_by:
        keeper, clerk = _keeper(kept_by, kept=kept, machine=machine or {})
        channel.send(keeps, sealing.write())
        going = programs.start(
            "broker",
            *(str(bots_too.fileno()), str(gone_by.fileno())),
            files=[bots_too, gone_by],
            environment={**around, **programs.PLAIN},
        )
        ends = (bots, keeps, goes)
        starting = programs.start(
            "spawner",
            *(str(clients.resolve()), *(str(one.fileno()) for one in ends)),
            files=ends,
            made_of=made_of,
            idle=str(idle),
        )
    started = {"spawner": starting, "broker": going, "keeper": keeper}
    return Guard(
        spawner=spawner,
        broker=broker,
        pids={name: one.pid for name, one in started.items()},
        programs=(*started.values(), *clerk),
    )


def _keeper(
    spawner: socket.socket, *, kept: Mapping[str, str], machine: Mapping[str, str]
) -> tuple[Program, tuple[Program, ...]]:
    """Start the keeper, and the clerk where there is a session that may have a keyring."""
    own = {**kept, **programs.PLAIN}
    session = {name: value for name, value in {**kept, **machine}.items() if name in _SESSION}
    if _BUS not in session:
        return programs.start("keeper", str(spawner.fileno()), files=[spawner], environment=own), ()
    clerk, keeper = channel.pair()
    with clerk, keeper:
        ends = (spawner, keeper)
        keeping = programs.start(
            "keeper", *(str(one.fileno()) for one in ends), files=ends, environment=own
        )
        reading = programs.start(
            "clerk",
            str(clerk.fileno()),
            files=[clerk],
            environment={**session, **programs.PLAIN},
        )
    return keeping, (reading,)


def launch(
    environment: Mapping[str, str],
    *,
    settings: Collection[str],
    clients: Path,
    sealing: Sealing = NOWHERE,
    become: Sequence[str] = (BOT,),
) -> NoReturn:
    """Start the programs and become the bot, which keeps its own settings alone.

    ``settings`` are the names that the bot reads, ``clients`` is where its clients are,
    ``sealing`` where sealed credentials are and what opens them, ``become`` the module that it
    runs, and what that is told besides. Where there is no guard for the machine, becomes the bot
    at once. Never returns; raises OSError, and ConfigurationError as ``start`` does.
    """
    if not available():
        os.execve(sys.executable, [sys.executable, "-m", *become], dict(environment))  # noqa: S606
    own, kept = split(environment, settings=settings)
    guard = start(kept, clients=clients, machine=own, sealing=sealing)
    files = (guard.spawner.fileno(), guard.broker.fileno())
    for file in files:
        os.set_inheritable(file, True)  # noqa: FBT003 - its only parameter
    told = ",".join(map(str, (*files, *(guard.pids[name] for name in _PROGRAMS))))
    module, *besides = become
    arguments = [sys.executable, "-m", module, GUARDED, told, *besides]
    os.execve(sys.executable, arguments, own)  # noqa: S606 - ourselves


def launched(told: str) -> Guard:
    """Return the guard of a bot that was launched with these descriptors and process ids."""
    numbers = tuple(map(int, told.split(",")))
    spawner, broker = (socket.socket(fileno=file) for file in numbers[:2])
    for one in (spawner, broker):
        one.set_inheritable(False)
    pids = dict(zip(_PROGRAMS, numbers[2:], strict=True))
    return Guard(spawner=spawner, broker=broker, pids=pids)


def split(
    environment: Mapping[str, str], *, settings: Collection[str]
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return what the bot keeps, and what the keeper gets; the master key is in neither."""
    named = {name.upper() for name in settings}
    environment = {name: one for name, one in environment.items() if name.upper() != _MASTER}
    own = {
        name: value
        for name, value in environment.items()
        if name.upper() in named | _SYSTEM or name.upper().startswith(_OURS)
    }
    return own, {name: value for name, value in environment.items() if name not in own}
