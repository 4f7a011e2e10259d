"""What comes back from the Messages API, as far as we read it. Anything else is unreadable."""

from decimal import Decimal

from pydantic import BaseModel

from bot.domain import money
from bot.kinds import models


class _Block(BaseModel):
    type: str
    text: str = ""


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
    """The part of a message that we read; blocks are told by type, thoughts may come first."""

    content: list[_Block]
    stop_reason: str | None = None
    usage: Usage


class Sentences(BaseModel):
    """What the text of an answer is, by the schema it was asked for."""

    sentences: list[str]
