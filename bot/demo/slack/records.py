"""What a workspace keeps: messages, files, views, user groups."""

from dataclasses import dataclass, field

from bot.demo.slack.shapes import Json


@dataclass(slots=True, kw_only=True)
class Message:
    """A message, or an ephemeral one where ``only_for`` names the one who sees it."""

    ts: str
    channel: str
    user: str
    bot: bool = False
    text: str = ""
    blocks: list[Json] = field(default_factory=list[Json])
    attachments: list[Json] = field(default_factory=list[Json])
    thread_ts: str = ""
    """The parent's ts, for a reply; empty for a message of the channel itself."""
    broadcast: bool = False
    metadata: Json | None = None
    edited: str = ""
    """The ts of the last edit."""
    edits: int = 0
    subtype: str = ""
    files: tuple[str, ...] = ()
    only_for: str = ""

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread below another message."""
        return self.thread_ts not in {"", self.ts}


@dataclass(slots=True, kw_only=True)
class File:
    """An uploaded file, from the moment its upload address was given out."""

    id: str
    name: str
    title: str = ""
    alt: str = ""
    length: int
    user: str
    content: bytes | None = None
    created: int = 0
    ready_at: float | None = None
    """On the clock's monotonic scale; None: not completed."""
    shares: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """Channel → the ts of each message that carries it."""
    deleted: bool = False


@dataclass(slots=True, kw_only=True)
class View:
    """A modal or a home tab as one person has it open."""

    id: str
    user: str
    body: Json
    """The view as the app sent it, its blocks with block_ids."""
    hash: str
    root: str
    previous: str = ""
    errors: dict[str, str] = field(default_factory=dict[str, str])
    """block_id → what the app refused on the last submission."""
    closed: bool = False
    busy: bool = False
    """It was sent off, and the app has not answered yet."""


@dataclass(slots=True, kw_only=True)
class Usergroup:
    """A user group."""

    id: str
    handle: str
    users: tuple[str, ...] = ()


class Messages:
    """Every message by channel and ts, in the order they were posted."""

    def __init__(self) -> None:
        self._by_channel: dict[str, dict[str, Message]] = {}
        self._ephemeral: dict[str, Message] = {}

    def add(self, message: Message) -> Message:
        """Keep a message."""
        if message.only_for:
            self._ephemeral[message.ts] = message
        else:
            self._by_channel.setdefault(message.channel, {})[message.ts] = message
        return message

    def get(self, channel: str, ts: str) -> Message | None:
        """The message that everybody sees, or None."""
        return self._by_channel.get(channel, {}).get(ts)

    def find(self, ts: str) -> Message | None:
        """Any message by its ts alone, ephemeral ones too: a ts is unique in the workspace."""
        if ts in self._ephemeral:
            return self._ephemeral[ts]
        return next((kept[ts] for kept in self._by_channel.values() if ts in kept), None)

    def remove(self, message: Message) -> None:
        """Forget a message."""
        self._ephemeral.pop(message.ts, None)
        self._by_channel.get(message.channel, {}).pop(message.ts, None)

    def channel(self, channel: str) -> list[Message]:
        """What stands in the channel itself, oldest first."""
        kept = self._by_channel.get(channel, {}).values()
        return [message for message in kept if not message.is_reply or message.broadcast]

    def everything(self, channel: str) -> list[Message]:
        """Messages and replies of a channel, oldest first."""
        return list(self._by_channel.get(channel, {}).values())

    def replies(self, channel: str, ts: str) -> list[Message]:
        """The replies below a message, oldest first, without the message."""
        kept = self._by_channel.get(channel, {}).values()
        return [message for message in kept if message.is_reply and message.thread_ts == ts]

    def ephemerals(self, user: str, channel: str | None = None) -> list[Message]:
        """What only this person sees, oldest first."""
        return [
            message
            for message in self._ephemeral.values()
            if message.only_for == user and channel in {None, message.channel}
        ]
