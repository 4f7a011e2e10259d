"""The fall-back ladder: which rendering of a message is sent, with its chart drawn and uploaded.

Native blocks first, an image where a workspace does not take them, text where it takes neither.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, replace

import structlog

from bot.delivery import ports
from bot.domain import delivery

CHART_HERE = "chart_here"
"""The block type that an uploaded chart takes the place of."""
UPLOAD_SECONDS = 40.0
"""How long a chart may take to be in Slack; the next rung needs none."""
_UPLOADS = 200
"""How many charts are known to be in Slack already, for messages that come back."""
_NATIVE_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format"})

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A body that can be sent as it is."""

    rung: int
    body: delivery.Body


class Ladder:
    """Finds the richest body that can be prepared, from a rung downwards."""

    def __init__(self, poster: ports.Poster, charts: ports.Charts) -> None:
        self._poster = poster
        self._charts = charts
        self._uploaded: OrderedDict[tuple[str, delivery.Trend], str] = OrderedDict()

    async def prepare(self, wanted: delivery.Delivery, rung: int) -> Step:
        """Return the first body from ``rung`` on whose chart, if it has one, is in Slack.

        The last rung is sent whatever it holds, without its chart where that cannot be drawn.
        """
        last = len(wanted.bodies) - 1
        for number in range(min(rung, last), last + 1):
            body = wanted.bodies[number]
            if body.chart is None:
                return Step(rung=number, body=body)
            file = await self._file(wanted, body.chart)
            if file is not None:
                return Step(rung=number, body=_with_image(body, file))
        return Step(rung=last, body=_without_chart(wanted.bodies[last]))

    async def _file(self, wanted: delivery.Delivery, trend: delivery.Trend) -> str | None:
        known = self._uploaded.get((wanted.key, trend))
        file = known or await self._upload(wanted, trend)
        if file is not None:
            self._uploaded[wanted.key, trend] = file
            if len(self._uploaded) > _UPLOADS:
                self._uploaded.popitem(last=False)
        return file

    async def _upload(self, wanted: delivery.Delivery, trend: delivery.Trend) -> str | None:
        image = await self._charts.draw(trend)
        if image is None:
            log.warning("chart_not_drawn", key=wanted.key)
            return None
        name = wanted.key.replace(":", "-") + ".png"
        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                file = await self._poster.upload(image, name=name, alt=trend.alt)
        except TimeoutError:
            file = delivery.Refused(code="chart_not_ready", payload=True)
        if isinstance(file, delivery.Refused):
            log.warning("chart_not_uploaded", key=wanted.key, code=file.code)
            return None
        return file


def _with_image(body: delivery.Body, file: str) -> delivery.Body:
    alt = body.chart.alt if body.chart else ""
    image: delivery.Block = {"type": "image", "slack_file": {"id": file}, "alt_text": alt}
    blocks = tuple(image if one.get("type") == CHART_HERE else one for one in body.blocks)
    return replace(body, blocks=blocks, chart=None)


def _without_chart(body: delivery.Body) -> delivery.Body:
    blocks = tuple(one for one in body.blocks if one.get("type") != CHART_HERE)
    return replace(body, blocks=blocks, chart=None)


def _types(body: delivery.Body) -> set[object]:
    return {block.get("type") for block in body.blocks}


def is_of_workspace(wanted: delivery.Delivery, refused: delivery.Refused, *, taken: int) -> bool:
    """Whether the refusal tells of the workspace, not of this one message.

    It does when blocks were refused, and the body that was then taken lacks a type of block that
    the richest one has: the posts to come may start there.
    """
    if refused.code not in _NATIVE_REFUSED or wanted.kind is not delivery.Kind.REPORT:
        return False
    return not _types(wanted.bodies[0]) <= _types(wanted.bodies[taken])
