"""What comes back from the Messages API, as far as we read it. Anything else is unreadable."""

from pydantic import BaseModel

from bot.kinds import billed


class _Block(BaseModel):
    type: str
    text: str = ""


class Answer(BaseModel):
    """The part of a message that we read; blocks are told by type, thoughts may come first."""

    content: list[_Block]
    stop_reason: str | None = None
    usage: billed.Usage


class Sentences(BaseModel):
    """What the text of an answer is, by the schema it was asked for."""

    sentences: list[str]
