"""What the broker tells the bot of a run: where it was refused, and what the model cost it."""

from dataclasses import dataclass

from bot.ipc import channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A host that a run tried and was not let out to."""

    host: str
    why: str
    barred: bool = False
    """It is one of the run's own, and none of its addresses may be dialled: no try changes that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What one answer of the model cost, as bot.kinds.billed writes and reads it."""

    line: object


Told = Refused | Spent


def write(token: str, said: Told) -> channel.Message:
    """Return it as a message about the run of this token."""
    if isinstance(said, Spent):
        return {"told": "spent", "token": token, "line": said.line}
    told = {"told": "refused", "token": token, "host": said.host, "why": said.why}
    return {**told, "barred": said.barred}


def read(message: channel.Message) -> tuple[str, Told]:
    """Return whose message it is and what it says; raises ValueError for any other."""
    token = str(message.get("token"))
    match message.get("told"):
        case "spent":
            return token, Spent(line=message.get("line"))
        case "refused":
            host, why = str(message.get("host")), str(message.get("why"))
            return token, Refused(host=host, why=why, barred=message.get("barred") is True)
        case _:
            raise ValueError("unknown message")
