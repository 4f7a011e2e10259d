"""HTTP: every call is judged, met by its faults, answered, and written into the journal."""

from collections.abc import Mapping

from aiohttp import web

from bot.demo.slack import api, arguments, core, exchange, journal, responses, shapes, uploads
from bot.demo.slack.refusal import Refusal
from bot.demo.slack.shapes import Json


async def read(request: web.Request) -> Json:
    """The arguments of a call: query, form or JSON body."""
    raw: Json = dict(request.query)
    if not request.can_read_body:
        return raw
    if request.content_type == "application/json":
        told = shapes.parse(await request.read())
        if not shapes.is_object(told):
            raise Refusal("invalid_json")
        return raw | told
    form = await request.post()
    return raw | {key: value for key, value in form.items() if isinstance(value, str)}


class Front:
    """The routes that apps use."""

    def __init__(self, at: core.Core, descriptions: arguments.Descriptions) -> None:
        self._at = at
        self._descriptions = descriptions

    def routes(self) -> list[web.RouteDef]:
        """Everything but the sockets and the control."""
        return [
            web.route("*", "/api/{method}", self.call),
            web.post("/response/{name:.+}", self.response),
            web.post("/upload/{file}", self.upload),
            web.get("/files/{file}/{name}", self.download),
        ]

    async def call(self, request: web.Request) -> web.StreamResponse:
        """One Web API method."""
        name = request.match_info["method"]
        entry, broken = self._entry(name, {}), ""
        try:
            raw = await read(request)
        except Refusal as refusal:
            raw, broken = {}, refusal.name
        header = request.headers.get("Authorization", "")
        token = header.removeprefix("Bearer ") or shapes.text(raw, "token")
        self._fill(entry, raw)
        entry.unknown_arguments = self._descriptions.unknown(name, raw)

        def performed() -> Json:
            if broken:
                raise Refusal(broken)
            api.authorised(self._at, name, token=token)
            told = api.perform(self._at, name, args=arguments.Args(raw))
            return _warned(told, entry.unknown_arguments)

        headers = api.scope_headers(self._at, name, token=token)
        met = self._exchange(request, entry, headers=headers)
        channel = shapes.text(raw, "channel") or shapes.text(raw, "channel_id")
        return await met.run(channel, performed)

    async def response(self, request: web.Request) -> web.StreamResponse:
        """A message sent to a response_url."""
        raw = shapes.obj(shapes.parse(await request.read()))
        entry = self._entry("response_url", raw)
        entry.unknown_arguments = tuple(sorted(set(raw) - responses.KNOWN))

        def performed() -> Json:
            responses.respond(self._at, request.match_info["name"], body=raw)
            return {"ok": True}

        return await self._exchange(request, entry, refused=404).run("", performed)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file, as they are or as a form."""
        content = await _content(request)
        entry = self._entry("files.upload", {"bytes": len(content)})

        def performed() -> Json:
            uploads.receive(self._at, request.match_info["file"], content=content)
            return {"ok": True}

        return await self._exchange(request, entry, refused=400).run("", performed)

    async def download(self, request: web.Request) -> web.StreamResponse:
        """A file's bytes, for the app."""
        file = self._at.space.files.get(request.match_info["file"])
        header = request.headers.get("Authorization", "")
        if header != f"Bearer {self._at.app.bot_token}":
            return web.Response(status=403)
        if file is None or file.content is None or file.deleted:
            return web.Response(status=404)
        return web.Response(body=file.content)

    def _entry(self, method: str, raw: Json) -> journal.Call:
        number, now = self._at.journal.next(), self._at.clock.now()
        entry = journal.Call(seq=number, at=now, method=method, args={})
        self._fill(entry, raw)
        self._at.journal.add(entry)
        return entry

    def _fill(self, entry: journal.Call, raw: Json) -> None:
        parsed: Json = {
            key: shapes.parse(value) or value
            if isinstance(value, str) and value[:1] in {"{", "["}
            else value
            for key, value in raw.items()
        }
        entry.args = self._at.journal.clean_object(parsed)

    def _exchange(
        self,
        request: web.Request,
        entry: journal.Call,
        *,
        headers: Mapping[str, str] | None = None,
        refused: int = 200,
    ) -> exchange.Exchange:
        return exchange.Exchange(
            self._at,
            request,
            entry,
            headers=headers or {},
            descriptions=self._descriptions,
            refused=refused,
        )


def _warned(told: Json, unknown: tuple[str, ...]) -> Json:
    if not unknown:
        return told
    meta = shapes.obj(told.get("response_metadata"))
    warnings = [*shapes.items(meta.get("warnings")), "unknown_argument"]
    messages = [f"[WARN] unknown argument: {name}" for name in unknown]
    told["warning"] = ",".join(str(one) for one in warnings)
    told["response_metadata"] = meta | {"warnings": warnings, "messages": messages}
    return told


async def _content(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    for part in (await request.post()).values():
        if isinstance(part, web.FileField):
            return part.file.read()
    return b""
