"""What the bot tells the spawner to start: everything a run may have, settled before it exists."""

from dataclasses import asdict, dataclass
from typing import cast

from bot.ipc import channel
from bot.ipc.allowance import Allowance


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One run to start. Beside the message: its stdin, stdout and stderr."""

    token: str
    """Names the run between the programs; never reused."""
    client: str = ""
    folder: str = ""
    """The client's own folder; empty for a run without one, such as a drawing."""
    clients: str = ""
    """The folder that holds all clients' folders, of which the run sees its own alone."""
    references: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    model: Allowance | None = None
    """What it may ask the model with the shared key; None: nothing."""
    memory_mb: int
    cpu_seconds: int
    modules: tuple[str, ...] = ()
    """What the template should have imported for it; the run imports what is missing itself."""
    scratch: str = ""
    """The spawner's to fill."""

    def write(self) -> channel.Message:
        """Return it as a message."""
        model = None if self.model is None else self.model.write()
        return {"do": "start", **asdict(self), "model": model}

    @classmethod
    def read(cls, message: channel.Message) -> "Start":
        """Read one; raises ValueError for what is none."""

        def text(key: str) -> str:
            value = message.get(key, "")
            if not isinstance(value, str):
                raise TypeError(f"{key} is no text")
            return value

        def texts(key: str) -> tuple[str, ...]:
            value = message.get(key, [])
            if not isinstance(value, list):
                raise TypeError(f"{key} is no list")
            return tuple(str(one) for one in cast("list[object]", value))

        def number(key: str) -> int:
            value = message.get(key)
            if not isinstance(value, int) or value <= 0:
                raise TypeError(f"{key} is no positive number")
            return value

        try:
            return cls(
                token=text("token"),
                client=text("client"),
                folder=text("folder"),
                clients=text("clients"),
                references=texts("references"),
                hosts=texts("hosts"),
                model=Allowance.read(message.get("model")),
                memory_mb=number("memory_mb"),
                cpu_seconds=number("cpu_seconds"),
                modules=texts("modules"),
                scratch=text("scratch"),
            )
        except TypeError as error:
            raise ValueError(str(error)) from None
