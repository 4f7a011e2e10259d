"""Who may talk to the page's server. Any web site can make a browser post to 127.0.0.1, so every
call of the API needs the token that only the printed address holds; Host and Origin must be ours
(a name that was made to resolve to 127.0.0.1 is another Host).
"""

import hmac
import secrets
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.demo.slack import shapes

API = "/page/api/"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob: data:; font-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""No inline script and no inline style; what is set through the DOM's own properties is neither."""
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Gate:
    """Turns strangers away, and puts the headers on every answer."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(32)
        self._hosts: frozenset[str] = frozenset()

    def opens_at(self, port: int) -> None:
        """Take requests for this port; none before."""
        self._hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})

    def stand(self, application: web.Application) -> None:
        """Stand before every route of an application."""
        application.middlewares.append(self._admit)
        application.on_response_prepare.append(_harden)

    @web.middleware
    async def _admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        refused = self._refused(request)
        return answer({"error": refused}, 403) if refused else await handler(request)

    def _refused(self, request: web.Request) -> str:
        """Say why a request is turned away; nothing where it is not."""
        if request.headers.get("Host") not in self._hosts:
            return "This server answers to 127.0.0.1 and localhost only."
        origin = request.headers.get("Origin")
        if origin is not None and origin != f"http://{request.headers['Host']}":
            return "Another site may not talk to this server."
        if request.path.startswith(API) and not self._knows(request):
            return "The token is missing or of an earlier start: open the address `make demo` said."
        return ""

    def _knows(self, request: web.Request) -> bool:
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        same = hmac.compare_digest(given.encode(errors="replace"), self.token.encode())
        return kind == "Bearer" and same


async def _harden(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)


def answer(body: shapes.Json, status: int = 200) -> web.Response:
    """Return an answer of the API."""
    return web.Response(status=status, text=shapes.dump(body), content_type="application/json")
