"""The control over HTTP: for the demo's page and for other processes on this machine.

Any web site can make a browser post to 127.0.0.1, so each request needs the control token, the
server's own Host, and no foreign Origin.
"""

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, is_dataclass

from aiohttp import web

from bot.demo.slack import control, core, shapes, snapshot
from bot.demo.slack.arguments import Args
from bot.demo.slack.refusal import Impossible
from bot.demo.slack.shapes import Json

Act = Callable[[Args], Awaitable[object]]


class Remote:
    """The routes below ``/control/``."""

    def __init__(self, at: core.Core, acting: control.Control, *, token: str) -> None:
        self._at = at
        self._control = acting
        self._house = acting.house
        self._token = token
        self._acts: Mapping[str, Act] = {
            "command": self._command,
            "press": self._press,
            "choose": self._choose,
            "suggest": self._suggest,
            "submit": self._submit,
            "close": self._close,
            "shortcut": self._shortcut,
            "say": self._say,
            "home": self._home,
            "disconnect": self._disconnect,
            "half_open": self._half_open,
            "fault": self._fault,
            "clear_faults": self._clear,
            "member": self._member,
            "share": self._share,
            "archive": self._archive,
        }

    def routes(self) -> list[web.RouteDef]:
        """Acts are posted; the rest is read."""
        return [
            web.post("/control/{act}", self._posted),
            web.get("/control/state", self._state),
            web.get("/control/journal", self._journal),
            web.get("/control/changes", self._changes),
        ]

    def _allowed(self, request: web.Request) -> bool:
        own = self._at.base.removeprefix("http://")
        hosts = {own, own.replace("127.0.0.1", "localhost")}
        origin = request.headers.get("Origin")
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return (
            request.headers.get("Host") in hosts
            and (origin is None or origin.removeprefix("http://") in hosts)
            and hmac.compare_digest(given.encode(), self._token.encode())
        )

    async def _posted(self, request: web.Request) -> web.StreamResponse:
        if not self._allowed(request):
            return _told({"error": "forbidden"}, 403)
        act = self._acts.get(request.match_info["act"])
        if act is None:
            return _told({"error": "unknown act", "known": sorted(self._acts)}, 404)
        args = Args(shapes.obj(shapes.parse(await request.read())))
        try:
            found = await act(args)
        except (Impossible, ValueError, KeyError) as error:
            return _told({"error": str(error)}, 400)
        return _told({"ok": True, "result": _plain(found)})

    async def _command(self, args: Args) -> object:
        return await self._control.command(
            user=args.text("user"), channel=args.text("channel"), text=args.text("text")
        )

    async def _press(self, args: Args) -> object:
        value = args.text("value") if args.has("value") else None
        return await self._control.press(
            args.text("user"), args.text("where"), action=args.text("action"), value=value
        )

    async def _choose(self, args: Args) -> object:
        raw = args.raw.get("option")
        option = [str(one) for one in raw] if shapes.is_list(raw) else str(raw)
        return await self._control.choose(
            args.text("user"), args.text("where"), action=args.text("action"), option=option
        )

    async def _suggest(self, args: Args) -> object:
        return await self._control.suggest(
            args.text("user"),
            args.text("where"),
            action=args.text("action"),
            query=args.text("query"),
        )

    async def _submit(self, args: Args) -> object:
        return await self._control.submit(
            args.text("user"), values=shapes.obj(args.raw.get("values")), view=args.text("view")
        )

    async def _close(self, args: Args) -> object:
        return await self._control.close(args.text("user"), view=args.text("view"))

    async def _shortcut(self, args: Args) -> object:
        return await self._control.shortcut(
            args.text("user"), args.text("callback"), ts=args.text("ts")
        )

    async def _say(self, args: Args) -> object:
        return await self._control.say(
            args.text("user"),
            args.text("channel"),
            text=args.text("text"),
            thread_ts=args.text("thread_ts"),
        )

    async def _home(self, args: Args) -> object:
        return await self._control.open_home(args.text("user"), tab=args.text("tab", "home"))

    async def _disconnect(self, args: Args) -> object:
        raw = args.raw.get("seconds")
        return await self._control.disconnect(
            args.text("reason", "refresh_requested"),
            seconds=raw if shapes.is_number(raw) else None,
        )

    async def _half_open(self, _args: Args) -> object:
        return self._control.half_open()

    async def _fault(self, args: Args) -> object:
        value = args.raw.get("value")
        fault = self._at.faults.add(
            args.text("kind"),
            args.text("method"),
            channel=args.text("channel"),
            times=args.number("times", 1, low=1, high=10_000),
            value=value if isinstance(value, (int, float, str)) else None,
        )
        return fault.kind.value

    async def _clear(self, _args: Args) -> object:
        self._at.faults.clear()
        return None

    async def _member(self, args: Args) -> object:
        act = self._house.remove_member if args.flag("leaves") else self._house.add_member
        return act(args.text("channel"), args.text("user"))

    async def _share(self, args: Args) -> object:
        if args.flag("ends"):
            return self._house.unshare(args.text("channel"), args.text("team"))
        return self._house.share(
            args.text("channel"), args.text("team"), pending=args.flag("pending")
        )

    async def _archive(self, args: Args) -> object:
        return self._house.archive(args.text("channel"), back=args.flag("back"))

    async def _state(self, request: web.Request) -> web.StreamResponse:
        if not self._allowed(request):
            return _told({"error": "forbidden"}, 403)
        return _told(snapshot.of(self._at, user=request.query.get("user", "")))

    async def _journal(self, request: web.Request) -> web.StreamResponse:
        if not self._allowed(request):
            return _told({"error": "forbidden"}, 403)
        return _told({"entries": [_plain(entry) for entry in self._at.journal.entries]})

    async def _changes(self, request: web.Request) -> web.StreamResponse:
        """A stream of server-sent events, one per change; ``?since=`` reads back."""
        if not self._allowed(request):
            return _told({"error": "forbidden"}, 403)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        since = request.query.get("since", "")
        try:
            async for change in self._at.changes.subscribe(int(since) if since else None):
                body = shapes.dump({"kind": change.kind, "at": str(change.at), **change.facts})
                await response.write(f"id: {change.seq}\ndata: {body}\n\n".encode())
        except ConnectionError:
            pass
        return response


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {key: str(part) if key == "at" else part for key, part in asdict(value).items()}
    return value


def _told(body: Json, status: int = 200) -> web.Response:
    return web.Response(status=status, text=shapes.dump(body), content_type="application/json")
