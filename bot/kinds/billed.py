"""What the maker of a model says that an answer cost, in tokens (its Messages API)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import cast

from pydantic import BaseModel, TypeAdapter

from bot.domain import money
from bot.kinds import models

_LINE: TypeAdapter[money.Usage] = TypeAdapter(money.Usage)


class _Kept(BaseModel):
    ephemeral_1h_input_tokens: int = 0


class Usage(BaseModel):
    """Tokens as the service billed them."""

    input_tokens: int
    output_tokens: int
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_creation: _Kept | None = None

    def priced(self, model: str) -> money.Usage:
        """Return it as one line of cost."""
        counted = money.Usage(
            kind=money.UsageKind.MODEL,
            item=model,
            cost=Decimal(0),
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            cache_read_tokens=self.cache_read_input_tokens or 0,
            cache_write_tokens=self.cache_creation_input_tokens or 0,
        )
        kept = self.cache_creation.ephemeral_1h_input_tokens if self.cache_creation else 0
        return models.priced(counted, cache_write_1h=kept)


class Answer(BaseModel):
    """An answer, as far as its cost goes."""

    usage: Usage


def write(line: money.Usage) -> Mapping[str, object]:
    """Return a line of cost as plain data, for a message."""
    return cast("Mapping[str, object]", _LINE.dump_python(line, mode="json"))


def read(told: object) -> money.Usage:
    """Read such a line; raises ValueError for what is none."""
    return _LINE.validate_python(told)
