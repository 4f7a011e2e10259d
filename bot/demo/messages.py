"""The body of a request to Anthropic's Messages API, as strict as the service is."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    """Anything that is not named is refused."""

    model_config = ConfigDict(extra="forbid")


class _Cache(Strict):
    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] = "5m"


class _Text(Strict):
    type: Literal["text"]
    text: str = Field(min_length=1)
    cache_control: _Cache | None = None


class Message(Strict):
    """One turn."""

    role: Literal["user", "assistant"]
    content: str | list[_Text]

    def text(self) -> str:
        """Return what was said, whole."""
        if isinstance(self.content, str):
            return self.content
        return "".join(part.text for part in self.content)


class _Format(Strict):
    type: Literal["json_schema"]
    schema_: dict[str, object] = Field(alias="schema")


class _Output(Strict):
    format: _Format | None = None
    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None


class _Thinking(Strict):
    type: Literal["adaptive", "disabled"]
    display: Literal["summarized", "omitted"] | None = None


class Body(Strict):
    """The arguments a current model takes: sampling parameters are refused."""

    model: str
    max_tokens: int = Field(ge=1, le=128_000)
    messages: list[Message] = Field(min_length=1)
    system: str | list[_Text] = ""
    output_config: _Output | None = None
    thinking: _Thinking | None = None
    stream: Literal[False] = False
    metadata: dict[str, str] | None = None
