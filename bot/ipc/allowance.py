"""What one run may ask the model with the shared key, settled by the bot before the run exists."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import cast

from bot.ipc import channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """Held by the broker, which lets nothing beyond it through."""

    model: str
    """The one that its report names."""
    tokens: int
    """Of output, of one call."""
    calls: int
    left: Decimal | None = None
    """US dollars that its client may still spend; None: no budget is set."""

    def write(self) -> channel.Message:
        """Return it as a part of a message."""
        left = None if self.left is None else str(self.left)
        return {"model": self.model, "tokens": self.tokens, "calls": self.calls, "left": left}

    @classmethod
    def read(cls, told: object) -> "Allowance | None":
        """Read one; None where none is told. Raises ValueError for what is none."""
        if told is None:
            return None
        given = cast("channel.Message", told if isinstance(told, dict) else {})
        model, left = given.get("model"), given.get("left")
        tokens, calls = given.get("tokens"), given.get("calls")
        if not (isinstance(model, str) and isinstance(tokens, int) and isinstance(calls, int)):
            raise ValueError("unreadable allowance")  # noqa: TRY004 - it came as a message
        try:
            rest = None if left is None else Decimal(str(left))
        except InvalidOperation:
            raise ValueError("unreadable allowance") from None
        return cls(model=model, tokens=tokens, calls=calls, left=rest)
