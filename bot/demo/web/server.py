"""The page's server on 127.0.0.1: the built files, and the API that bot/demo/page/API.md tells."""

import asyncio
import mimetypes
import re
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.demo import stage
from bot.demo.slack import refusal, shapes
from bot.demo.slack.arguments import Args
from bot.demo.web import acts, gate, state

HOST = "127.0.0.1"
MAX_BODY = 256 * 1024
MAX_FILE = 10 * 2**20
BEAT_SECONDS = 15.0
_FILE = ("id", "name", "size", "mimetype")
_ID = re.compile(r"\b[UCD]0[A-Z0-9]+\b")
_SHOWABLE = frozenset({"image/png", "image/jpeg", "image/gif"})


class Page:
    """An async context manager: inside it, the page is served."""

    def __init__(self, on: stage.Stage, folder: Path, *, wake: stage.Wake, port: int = 0) -> None:
        self._stage = on
        self._files = _files(folder)
        self._acts = acts.Acts(on, wake=wake)
        self._gate = gate.Gate()
        self._port = port
        self._leaving = False
        self._exit: AsyncExitStack | None = None

    @property
    def token(self) -> str:
        """What every call of the API brings; it is of this start only."""
        return self._gate.token

    @property
    def url(self) -> str:
        """Where it is, without a slash at the end."""
        return f"http://{HOST}:{self._port}"

    @property
    def address(self) -> str:
        """What a browser opens; a fragment is never sent to a server."""
        return f"{self.url}/page/#token={self.token}"

    async def __aenter__(self) -> Self:
        application = web.Application(client_max_size=MAX_BODY)
        self._gate.stand(application)
        application.add_routes(
            [
                web.get("/page/api/state", self._state),
                web.get("/page/api/changes", self._changes),
                web.get("/page/api/file", self._file),
                web.post("/page/api/upload", self._upload),
                web.post("/page/api/{act}", self._act),
                web.route("*", "/page/api/{rest:.*}", _nothing),
                web.get("/page/{name:.*}", self._static),
                web.get("/", _home),
            ]
        )
        async with AsyncExitStack() as stack:
            runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, HOST, self._port).start()
            self._port = int(runner.addresses[0][1])
            self._gate.opens_at(self._port)
            stack.callback(self._leave)
            self._exit = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._exit is not None:
            await self._exit.__aexit__(kind, error, trace)

    def _leave(self) -> None:
        """End the streams: they look after each change."""
        self._leaving = True
        self._stage.told()

    # -- the built page

    async def _static(self, request: web.Request) -> web.StreamResponse:
        """One of the files that stood in the build folder at the start; no path is joined."""
        found = self._files.get(request.match_info["name"] or "index.html")
        if found is None:
            return web.Response(status=404, text="There is no such file.")
        kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
        # Some machines have other ideas of .js, and nosniff takes browsers at their word.
        kind = "text/javascript" if found.suffix == ".js" else kind
        charset = "utf-8" if kind.startswith("text/") else None
        body = await asyncio.to_thread(found.read_bytes)
        return web.Response(body=body, content_type=kind, charset=charset)

    # -- what is read

    def _seen(self, request: web.Request) -> shapes.Json:
        user = request.query.get("as", "")
        return state.of(self._stage, user, broken=self._acts.troubles.broken)

    async def _state(self, request: web.Request) -> web.StreamResponse:
        try:
            return gate.answer(self._seen(request))
        except refusal.Impossible as error:
            return gate.answer({"error": str(error)}, 400)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file that stands in what this person sees."""
        name = request.query.get("id", "")
        file = self._stage.slack.workspace.files.get(name)
        users = [request.query["as"]] if "as" in request.query else self._people()
        seen = any(state.shown(self._stage.slack.snapshot(user), name) for user in users)
        if file is None or file.content is None or file.deleted or not seen:
            return gate.answer({"error": "There is no such file here."}, 404)
        kind = mimetypes.guess_type(file.name)[0]
        if kind in _SHOWABLE:
            return web.Response(body=file.content, content_type=kind)
        return web.Response(body=file.content, headers={"Content-Disposition": "attachment"})

    def _people(self) -> list[str]:
        return list(self._stage.slack.workspace.people)

    async def _changes(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: what changed, by number; ``?since=`` reads back."""
        changes = self._stage.slack.changes
        since, user = request.query.get("since", ""), request.query.get("as", "")
        if since and not since.isdecimal():
            return gate.answer({"error": "`since` is the number of a change."}, 400)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        with suppress(ConnectionError):
            await self._stream(response, int(since) if since else changes.last, user=user)
        return response

    async def _stream(self, response: web.StreamResponse, seen: int, *, user: str) -> None:
        changes = self._stage.slack.changes
        await response.write(b": here\n\n")
        while not (self._leaving or changes.closed):
            for one in changes.since(seen):
                seen = one.seq
                if state.concerns(self._stage, one.kind, facts=one.facts, user=user):
                    told = {"kind": one.kind, "at": one.at.isoformat(), **state.brief(one.facts)}
                    await response.write(f"id: {seen}\ndata: {shapes.dump(told)}\n\n".encode())
            try:
                async with asyncio.timeout(BEAT_SECONDS):
                    await changes.beyond(seen)
            except TimeoutError:
                await response.write(b": still here\n\n")

    # -- what is done

    async def _act(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["act"]
        if name not in self._acts:
            return gate.answer({"error": f"There is no act {name}."}, 404)
        args = Args(shapes.obj(shapes.parse(await request.read())))
        try:
            result = await self._acts.do(name, args)
        except refusal.Refusal as error:
            return gate.answer({"error": f"Slack refused it: {error.name}."}, 400)
        except (refusal.Impossible, ValueError, KeyError, OSError, RuntimeError) as error:
            return gate.answer({"error": self._said(str(error))}, 400)
        return gate.answer({"ok": True, "result": result})

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file that a person puts into a file input."""
        body = bytearray()
        async for part in request.content.iter_any():
            body += part
            if len(body) > MAX_FILE:
                told = f"The demo takes files up to {MAX_FILE // 2**20} MB."
                return gate.answer({"error": told}, 400)
        user, name = request.query.get("as", ""), request.query.get("name", "")
        try:
            file = self._stage.slack.upload(user, name=name, content=bytes(body))
        except refusal.Impossible as error:
            return gate.answer({"error": self._said(str(error))}, 400)
        return gate.answer({"ok": True, "result": {key: file[key] for key in _FILE}})

    def _said(self, words: str) -> str:
        """People and channels by their names."""
        space = self._stage.slack.workspace
        names = {one.id: one.real_name for one in space.people.values()}
        names |= {one.id: f"#{one.name}" for one in space.channels.values()}
        said = _ID.sub(lambda found: names.get(found[0], found[0]), words)
        return said[:1].upper() + said[1:]


async def _nothing(_request: web.Request) -> web.StreamResponse:
    return gate.answer({"error": "There is nothing here."}, 404)


async def _home(_request: web.Request) -> web.StreamResponse:
    """A fragment, and with it the token, survives this."""
    return web.Response(status=302, headers={"Location": "/page/"})


def _files(folder: Path) -> dict[str, Path]:
    root = folder.resolve()
    return {
        path.relative_to(root).as_posix(): path
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.resolve().is_relative_to(root)
    }
