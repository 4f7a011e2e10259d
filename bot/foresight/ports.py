"""What looking ahead needs from the rest of the house; app.py joins them. Instants are UTC."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot import wire
from bot.domain import client, credential, foresight, ids, pause, run, views


class Opener(Protocol):
    """Filled by app's and the shell's executor together with runs.orders."""

    async def __call__(self, of: client.Client) -> wire.Checked:
        """Open the client's sources in a process of its own; raises RunError and RunLost."""
        ...


class Channels(Protocol):
    """Filled by app's joints from slack.reach."""

    async def fault(self, of: client.Client) -> run.Failure | None:
        """Why the client's reports could not be posted; None: they could, or Slack does not say."""
        ...


class Rows(Protocol):
    """Filled by store.foresight.ForesightStore."""

    async def looks(self, client: ids.ClientId | None = None) -> Sequence[foresight.Look]:
        """The newest look at each client, or at one."""
        ...

    async def looked(self, look: foresight.Look) -> None:
        """Write it down in place of the one before."""
        ...

    async def standings(self, client: ids.ClientId | None = None) -> Sequence[foresight.Standing]:
        """What is known of every credential, or of one client's."""
        ...

    async def used(
        self, client: ids.ClientId, used: Collection[credential.Seen], *, at: datetime
    ) -> Sequence[str]:
        """These worked; return the references that did so for the first time."""
        ...

    async def told(self, told: Sequence[foresight.Standing]) -> None:
        """The end of each was announced."""
        ...


class Known(Protocol):
    """Filled by foresight.known.Known."""

    async def used(self, of: ids.ClientId, seen: Collection[credential.Seen]) -> None:
        """These credentials of a client have just worked."""
        ...


class Audit(Protocol):
    """Filled by store.audit.Audit."""

    async def append(self, entry: views.Entry) -> None:
        """Write one line."""
        ...


class Pauses(Protocol):
    """Filled by store.pauses.PauseStore."""

    async def all(self) -> Sequence[pause.Pause]:
        """Every pause that is in force."""
        ...


class Clients(Protocol):
    """Filled by the catalog's current version."""

    def clients(self) -> Sequence[client.Client]:
        """Every client whose files are in order."""
        ...


class Incidents(Protocol):
    """Filled by incidents.Incidents."""

    async def foreseen(
        self, client: ids.ClientId, found: Sequence[run.Failure], *, met: Sequence[run.Failure] = ()
    ) -> None:
        """``found`` would stop the client's reports; what is only ``met`` may pass by itself."""
        ...


class Room(Protocol):
    """Filled by runs.runner.Runner."""

    def spare(self, of: client.Client, *, beside: Sequence[client.Client]) -> bool:
        """Whether a look takes nothing from a run: a seat, or a permit of a shared login."""
        ...


class Notices(Protocol):
    """Filled by app's joints."""

    async def ending(self, found: Sequence[foresight.Ending]) -> None:
        """Credentials end soon: one message for each place where it is to be known."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """All of them, joined once."""

    rows: Rows
    known: Known
    pauses: Pauses
    clients: Clients
    opener: Opener
    channels: Channels | None
    """None: Slack is not asked."""
    incidents: Incidents
    room: Room
    notices: Notices
