"""A local Slack for any test: ``async with localslack.started() as slack``, or the fixture made
by ``localslack.fixture()``. The SDK is partly untyped: ``web`` and ``listening`` are typed views.
"""

import json
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol, cast

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import clock as clocks
from bot.demo.slack import server, shapes, workspace

Ack = Callable[..., Awaitable[object]]
"""Bolt's ``ack``."""
METHODS = Path(__file__).parents[2] / "shared" / "slack-api" / "methods"
"""Slack's own descriptions, where they are at hand; the server has a table of its own else."""


def described(file: Path) -> Mapping[str, object]:
    """One of Slack's own descriptions of a method."""
    return cast("Mapping[str, object]", json.loads(file.read_text("utf-8")))


class Tree(Protocol):
    """JSON to look into."""

    def __getitem__(self, key: str | int | slice, /) -> "Tree": ...
    def __iter__(self) -> Iterator["Tree"]: ...
    def __contains__(self, item: object, /) -> bool: ...
    def __len__(self) -> int: ...
    def __gt__(self, other: object, /) -> bool: ...
    def startswith(self, prefix: str, /) -> bool:
        """As of text."""
        ...


class Answer(Tree, Protocol):
    """What a Web API call brought."""

    data: object
    headers: Mapping[str, str]
    status_code: int


class Web(Protocol):
    """The SDK's web client: any method, keyword arguments, an Answer."""

    def __getattr__(self, name: str, /) -> Callable[..., Awaitable[Answer]]: ...


class Listening(Protocol):
    """A Bolt app, as far as listeners are added to it."""

    def __getattr__(
        self, name: str, /
    ) -> Callable[..., Callable[[Callable[..., Awaitable[None]]], object]]: ...


@asynccontextmanager
async def started(
    clock: clocks.Clock | None = None, *, space: workspace.Workspace | None = None
) -> AsyncGenerator[server.LocalSlack]:
    """A started local Slack with the sample workspace, on the machine's clock by default."""
    place = space or workspace.sample_workspace()
    ticking = clock or clocks.SystemClock()
    methods = METHODS if METHODS.is_dir() else None
    async with server.LocalSlack(place, clock=ticking, methods=methods) as slack:
        yield slack


def client(slack: server.LocalSlack) -> AsyncWebClient:
    """The SDK's web client with the bot token and no retries of its own."""
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, retry_handlers=[])


def web(slack: server.LocalSlack, token: str | None = "") -> Web:
    """The same, typed; another token, or None for none."""
    made = AsyncWebClient(
        token=slack.bot_token if token == "" else token,
        base_url=slack.api_url,
        retry_handlers=[],
    )
    return cast("Web", made)


def app(slack: server.LocalSlack) -> AsyncApp:
    """A Bolt app on this Slack."""
    return AsyncApp(client=client(slack), request_verification_enabled=False)


def listening(made: AsyncApp) -> Listening:
    """The app, typed for adding listeners."""
    return cast("Listening", made)


async def refused(call: Awaitable[object]) -> Answer:
    """Slack's answer to a call that it must refuse."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return cast("Answer", caught.value.response)


def fixture(
    clock: Callable[[], clocks.Clock] = clocks.SystemClock,
) -> Callable[..., AsyncIterator[server.LocalSlack]]:
    """A pytest fixture that gives a started local Slack: ``slack = localslack.fixture()``."""

    @pytest.fixture
    async def slack() -> AsyncIterator[server.LocalSlack]:
        async with started(clock()) as running:
            yield running

    return slack


@asynccontextmanager
async def connected(
    slack: server.LocalSlack, made: AsyncApp
) -> AsyncGenerator[AsyncSocketModeHandler]:
    """The app's socket is open and said hello."""
    handler = AsyncSocketModeHandler(made, slack.app_token)
    before = slack.control.sockets
    await handler.connect_async()
    await slack.until(lambda: slack.control.sockets > before)
    try:
        yield handler
    finally:
        await handler.close_async()


def dig(value: object, *path: str | int) -> object:
    """Follow keys and indexes into JSON; None where the path ends early."""
    for step in path:
        if isinstance(step, int):
            found: Sequence[object] = shapes.items(value)
            value = found[step] if -len(found) <= step < len(found) else None
        else:
            value = shapes.obj(value).get(step)
    return value
