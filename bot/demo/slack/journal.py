"""Everything done to the local Slack, in order. Secrets are gone before anything is kept."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from bot.demo.slack import shapes
from bot.demo.slack.shapes import Json

MASK = "***"
SECRET_PREFIX = "secret_"  # noqa: S105 - the prefix of a block_id
_DROPPED = frozenset({"token", "authorization", "ticket"})


@dataclass(slots=True, kw_only=True)
class Call:
    """One request to the Web API, a response_url or an upload address."""

    seq: int
    at: datetime
    method: str
    """The method, or ``response_url``, ``files.upload``."""
    args: Json
    ok: bool = False
    error: str = ""
    status: int = 200
    ts: str = ""
    """Of the message it posted or changed."""
    fault: str = ""
    """The injected fault that it met."""
    performed: bool = False
    """Whether it took effect, whatever was answered."""
    unknown_arguments: tuple[str, ...] = ()
    undocumented_error: bool = False
    ms: float = 0.0


@dataclass(slots=True, kw_only=True)
class Envelope:
    """One envelope sent to one socket."""

    seq: int
    at: datetime
    id: str
    kind: str
    """slash_commands, interactive or events_api."""
    what: str
    """The command, the payload's type or the event's type."""
    payload: Json
    socket: int
    attempt: int = 0
    event_id: str = ""
    acked: bool = False
    latency_ms: float | None = None
    late: bool = False
    """The ack came after its time."""
    acks: int = 0
    ack_socket: int = 0
    response: Json | None = None


@dataclass(slots=True, kw_only=True)
class Act:
    """What a person did through the control, or what became of a socket."""

    seq: int
    at: datetime
    what: str
    facts: Json = field(default_factory=dict[str, object])


Entry = Call | Envelope | Act


class Journal:
    """Keeps entries; masks what must not be kept."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self.entries: list[Entry] = []
        self._secrets = [secret for secret in secrets if secret]
        self._seq = 0

    def hide(self, secret: str) -> None:
        """Mask this text too from now on."""
        self._secrets.append(secret)

    def next(self) -> int:
        """The next number."""
        self._seq += 1
        return self._seq

    def add(self, entry: Entry) -> None:
        """Keep an entry whose contents were cleaned."""
        self.entries.append(entry)

    def calls(self, method: str | None = None) -> list[Call]:
        """The calls of a method, or all of them, oldest first."""
        return [
            entry
            for entry in self.entries
            if isinstance(entry, Call) and method in {None, entry.method}
        ]

    def envelopes(self, kind: str | None = None) -> list[Envelope]:
        """The envelopes of a kind, or all of them, oldest first."""
        return [
            entry
            for entry in self.entries
            if isinstance(entry, Envelope) and kind in {None, entry.kind}
        ]

    def acts(self) -> list[Act]:
        """What people and sockets did, oldest first."""
        return [entry for entry in self.entries if isinstance(entry, Act)]

    def clean(self, value: object) -> object:
        """The value without tokens and without what was typed into ``secret_`` inputs."""
        if isinstance(value, str):
            return self._clean_text(value)
        if shapes.is_list(value):
            return [self.clean(item) for item in value]
        if shapes.is_object(value):
            return self._clean_object(value)
        return value

    def clean_object(self, value: Json) -> Json:
        """``clean`` of an object."""
        return self._clean_object(value)

    def _clean_text(self, value: str) -> str:
        if value[:1] in {"{", "["} and (parsed := shapes.parse(value)) is not None:
            return shapes.dump(self.clean(parsed))
        for secret in self._secrets:
            value = value.replace(secret, MASK)
        return value

    def _clean_object(self, value: Json) -> Json:
        if shapes.text(value, "block_id").startswith(SECRET_PREFIX):
            return {
                key: _masked(part) if key in {"element", "value", "values"} else self.clean(part)
                for key, part in value.items()
            }
        return {
            key: MASK if key.startswith(SECRET_PREFIX) else self.clean(part)
            for key, part in value.items()
            if key not in _DROPPED
        }


def _masked(part: object) -> object:
    if not shapes.is_object(part):
        return MASK
    return {key: kept if key in {"type", "action_id"} else MASK for key, kept in part.items()}
