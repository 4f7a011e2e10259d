"""The local Slack, started: Web API, Socket Mode, control, on a port of 127.0.0.1."""

import secrets
from collections.abc import Callable, Collection
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from aiohttp import web

from bot import clock as clocks
from bot.demo.slack import (
    arguments,
    background,
    changes,
    control,
    core,
    events,
    faults,
    front,
    journal,
    remote,
    shapes,
    snapshot,
    sockets,
    tickets,
    tiers,
    uploads,
    workspace,
)

Json = shapes.Json
T = TypeVar("T")
DEFAULT_SCOPES = core.DEFAULT_SCOPES
HOST = "127.0.0.1"
MAX_BODY = 128 * 1024 * 1024


class LocalSlack:
    """An async context manager: inside it, the server answers.

    The workspace outlives it; tokens and addresses are made anew for each.
    """

    def __init__(
        self,
        space: workspace.Workspace,
        *,
        clock: clocks.Clock,
        scopes: Collection[str] = DEFAULT_SCOPES,
        commands: Collection[str] = ("/report",),
        methods: Path | None = None,
        port: int = 0,
    ) -> None:
        self.workspace = space
        self.bot_token = f"xoxb-local-{secrets.token_hex(12)}"
        self.app_token = f"xapp-local-{secrets.token_hex(12)}"
        self.control_token = secrets.token_urlsafe(24)
        self._port = port
        self._descriptions = arguments.describe(methods)
        self.changes = changes.Changes(clock)
        self.app = core.App(
            scopes=frozenset(scopes),
            commands=frozenset(commands),
            bot_token=self.bot_token,
            app_token=self.app_token,
        )
        self._core = core.Core(
            space=space,
            app=self.app,
            clock=clock,
            journal=journal.Journal((self.bot_token, self.app_token, self.control_token)),
            faults=faults.Faults(),
            tiers=tiers.Tiers(),
            changes=self.changes,
            tickets=tickets.Tickets(clock, space.rules),
            emit=self._emit,
        )
        self._hub = sockets.Hub(self._core)
        self._events = events.Events(self._core, self._hub)
        self.control = control.Control(self._core, self._hub, self._events)
        self.manifest: Json = {}
        """What was installed, as it was given; empty where no manifest was."""
        self._exit: AsyncExitStack | None = None

    @property
    def journal(self) -> journal.Journal:
        """Everything done to it."""
        return self._core.journal

    @property
    def faults(self) -> faults.Faults:
        """What is ordered to go wrong."""
        return self._core.faults

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return self._core.base

    @property
    def api_url(self) -> str:
        """SLACK_API_URL."""
        return f"{self.url}/api/"

    @property
    def control_url(self) -> str:
        """Where the control is served."""
        return f"{self.url}/control/"

    async def until(
        self,
        condition: Callable[[], T | None],
        *,
        timeout: float = 5.0,  # noqa: ASYNC109 - the interface tests are written against
    ) -> T:
        """Return the condition's first true value, looked at after each change of state."""
        return await self.changes.until(condition, timeout=timeout)

    def install(self, manifest: Json) -> None:
        """Take scopes, commands, events and shortcuts from a parsed manifest, as Slack would."""
        self.manifest = manifest
        features = shapes.obj(manifest.get("features"))
        settings = shapes.obj(manifest.get("settings"))
        scopes = shapes.obj(shapes.obj(manifest.get("oauth_config")).get("scopes"))
        subscribed = shapes.obj(settings.get("event_subscriptions")).get("bot_events")
        self.app.scopes = frozenset(str(one) for one in shapes.items(scopes.get("bot")))
        self.app.events = frozenset(str(one) for one in shapes.items(subscribed))
        self.app.commands = frozenset(
            shapes.text(one, "command") for one in shapes.objects(features.get("slash_commands"))
        )
        self.app.shortcuts = {
            shapes.text(one, "callback_id"): shapes.text(one, "type", default="global")
            for one in shapes.objects(features.get("shortcuts"))
        }
        tabs = shapes.obj(features.get("app_home"))
        self.app.home_tab = tabs.get("home_tab_enabled") is True
        self.app.messages_tab = tabs.get("messages_tab_enabled") is not False

    def upload(self, user: str, *, name: str, content: bytes) -> Json:
        """A person puts a file into a file input; its value is a list of such files' ids."""
        return uploads.given(self._core, user, name=name, content=content)

    def snapshot(self, user: str) -> Json:
        """The workspace as a person sees it; see ``snapshot.of``."""
        return snapshot.of(self._core, user=user)

    def sees(self, user: str, *, channel: str) -> bool:
        """Whether a person finds this channel."""
        known = self.workspace.channels.get(channel)
        return known is not None and snapshot.sees(self._core, user, channel=known)

    def _emit(self, told: Json) -> None:
        self._events.emit(told)

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            tasks = await stack.enter_async_context(background.Background())
            self._hub.start(tasks)
            self._events.start(tasks)
            await self._serve(stack)
            self._exit = stack.pop_all()
        return self

    async def _serve(self, stack: AsyncExitStack) -> None:
        application = web.Application(client_max_size=MAX_BODY)
        application.add_routes(front.Front(self._core, self._descriptions).routes())
        application.add_routes([web.get("/link/", self._hub.serve)])
        application.add_routes(
            remote.Remote(self._core, self.control, token=self.control_token).routes()
        )
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        stack.push_async_callback(self._hub.stop)
        stack.callback(self.changes.close)
        site = web.TCPSite(runner, HOST, self._port)
        await site.start()
        self._core.base = f"http://{HOST}:{runner.addresses[0][1]}"

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._exit is not None:
            await self._exit.__aexit__(kind, error, trace)
