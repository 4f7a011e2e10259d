"""One request and its answer, with whatever faults were ordered for it in between."""

import asyncio
import time
from collections.abc import Callable, Mapping
from email.utils import format_datetime

from aiohttp import web

from bot.demo.slack import arguments, core, faults, journal, shapes
from bot.demo.slack.refusal import Refusal
from bot.demo.slack.shapes import Json

Perform = Callable[[], Json]


class Exchange:
    """Meets faults, performs, answers, and closes the journal's entry."""

    def __init__(
        self,
        at: core.Core,
        request: web.Request,
        entry: journal.Call,
        *,
        headers: Mapping[str, str],
        descriptions: arguments.Descriptions,
        refused: int = 200,
    ) -> None:
        self._at = at
        self._request = request
        self._entry = entry
        self._headers = dict(headers)
        self._descriptions = descriptions
        self._refused = refused
        self._started = time.perf_counter()

    async def run(self, channel: str, perform: Perform) -> web.StreamResponse:
        """Answer the request; ``perform`` does what it asks and raises Refusal."""
        met = self._at.faults.for_call(self._entry.method, channel)
        self._entry.fault = ",".join(fault.kind.value for fault in met)
        await _wait(met, faults.Kind.DELAY)
        other = next((one for one in met if one.kind not in faults.DELAYS), None)
        response = self._too_many(channel) or (
            self._met(other, perform) if other else self._answer(perform)
        )
        await _wait(met, faults.Kind.DELAY_AFTER)
        if response is None:
            response = self._cut()
        self._entry.ms = (time.perf_counter() - self._started) * 1000
        return response

    def _too_many(self, channel: str) -> web.Response | None:
        if not self._at.space.rules.rate_limits:
            return None
        wait = self._at.tiers.wait(self._entry.method, channel)
        if wait == 0:
            return None
        self._entry.fault = "tier"
        return self._limited(wait)

    def _met(self, fault: faults.Fault, perform: Perform) -> web.Response | None:
        match fault.kind:
            case faults.Kind.RATE_LIMITED:
                return self._limited(fault.number(1))
            case faults.Kind.REFUSED:
                return self._refuse(Refusal(str(fault.value or "fatal_error")))
            case faults.Kind.ERROR_BEFORE:
                return self._failed(int(fault.number(500)))
            case faults.Kind.ERROR_AFTER:
                self._answer(perform)
                return self._failed(int(fault.number(500)))
            case faults.Kind.CUT_AFTER:
                self._answer(perform)
                return None
            case _:
                return None

    def _answer(self, perform: Perform) -> web.Response:
        try:
            told = perform()
        except Refusal as refusal:
            return self._refuse(refusal)
        except faults.Limited as limited:
            return self._limited(limited.seconds)
        self._entry.ok = self._entry.performed = True
        self._entry.ts = shapes.text(told, "ts") or shapes.text(told, "message_ts")
        return self._json(told, 200)

    def _refuse(self, refusal: Refusal) -> web.Response:
        self._entry.error = refusal.name
        self._entry.undocumented_error = self._descriptions.undocumented(
            self._entry.method, refusal.name
        )
        return self._json({"ok": False, "error": refusal.name, **refusal.extra}, self._refused)

    def _limited(self, seconds: float) -> web.Response:
        self._entry.error = "ratelimited"
        self._headers["Retry-After"] = str(max(1, round(seconds)))
        return self._json({"ok": False, "error": "ratelimited"}, 429)

    def _failed(self, status: int) -> web.Response:
        self._entry.ok, self._entry.error = False, f"http_{status}"
        return self._finish(web.Response(status=status, text="the server had a bad moment"))

    def _cut(self) -> web.Response:
        self._entry.ok, self._entry.error = False, "cut"
        response = self._finish(web.Response(status=500))
        if self._request.transport is not None:
            self._request.transport.abort()
        return response

    def _json(self, told: Json, status: int) -> web.Response:
        body = shapes.dump(told).encode()
        return self._finish(
            web.Response(status=status, body=body, content_type="application/json", charset="utf-8")
        )

    def _finish(self, response: web.Response) -> web.Response:
        response.headers["Date"] = format_datetime(self._at.clock.now(), usegmt=True)
        response.headers.update(self._headers)
        self._entry.status = response.status
        facts: Json = {
            "method": self._entry.method,
            "error": self._entry.error,
            "seq": self._entry.seq,
        }
        self._at.changes.publish("call", facts)
        return response


async def _wait(met: list[faults.Fault], kind: faults.Kind) -> None:
    for fault in met:
        if fault.kind is kind:
            await asyncio.sleep(fault.number(0.0))
