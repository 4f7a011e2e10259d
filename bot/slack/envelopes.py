"""What Slack sends through a socket, answered once however often it comes.

Slack may send the same envelope again, on another socket too; all of them are acknowledged, with
the answer that the first one got.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import structlog
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

_REMEMBERED = 2_000

Dispatch = Callable[[SocketModeRequest], Awaitable[SocketModeResponse | None]]
"""What handlers make of one request; None leaves it unacknowledged. Never raises."""

log = structlog.get_logger()


class Envelopes:
    """The envelopes of all sockets, each dispatched once."""

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch
        self._answers: OrderedDict[str, asyncio.Future[SocketModeResponse | None]] = OrderedDict()
        self._open = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def answer(self, request: SocketModeRequest) -> SocketModeResponse | None:
        """Return the answer, made now or already for an earlier copy of it."""
        known = self._answers.get(request.envelope_id)
        if known is not None:
            log.info("envelope_again", envelope=request.envelope_id, type=request.type)
            return await asyncio.shield(known)
        answered: asyncio.Future[SocketModeResponse | None] = (
            asyncio.get_running_loop().create_future()
        )
        self._answers[request.envelope_id] = answered
        if len(self._answers) > _REMEMBERED:
            self._answers.popitem(last=False)
        self._began()
        response: SocketModeResponse | None = None
        try:
            response = await self._dispatch(request)
        finally:
            answered.set_result(response)
            if response is None:  # not accepted: sent again, it is tried again
                self._answers.pop(request.envelope_id, None)
            self._ended()
        return response

    async def idle(self) -> None:
        """Return once nothing is being answered."""
        await self._idle.wait()

    def _began(self) -> None:
        self._open += 1
        self._idle.clear()

    def _ended(self) -> None:
        self._open -= 1
        if self._open == 0:
            self._idle.set()
