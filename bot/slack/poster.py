"""Sends our messages, edits them, and finds them again by their key. Raises nothing of Slack.

A post is never sent again inside: what is not certain is Unknown, and only reading the channel back
settles it (Settled 11). The key travels as message metadata, which everybody in the workspace can
read, so it holds ids and nothing else.
"""

from collections.abc import Mapping
from dataclasses import replace
from email.utils import parsedate_to_datetime

import structlog

from bot.domain import delivery, ids
from bot.slack import blocks, files, limits, refusals, web
from bot.slack import ids as names

PAGES = 15
"""How far back a search reads."""
_PAGE = 100
_UNFURL: Mapping[str, object] = {"unfurl_links": False, "unfurl_media": False}
_BEFORE = 60
"""Seconds before posting began that a search starts at: clocks differ."""

log = structlog.get_logger()


class Poster:
    """Fills delivery.Poster."""

    def __init__(self, slack: web.Web, *, bot_user: str = "") -> None:
        self._slack = slack
        self._bot_user = bot_user
        """Only messages of ours count when searching; empty: of anybody."""

    async def send(
        self, wanted: delivery.Delivery, body: delivery.Body, *, thread_ts: str | None
    ) -> delivery.SendResult:
        """Post it with its key as metadata, once."""
        wait = await self._slack.turn(wanted.channel)
        if wait > 0:
            return delivery.Refused(code=web.RATE_LIMITED, retry_after=wait)
        arguments = {
            **_content(body),
            **_UNFURL,
            "channel": wanted.channel,
            "thread_ts": thread_ts,
            "metadata": {"event_type": names.METADATA_EVENT, "event_payload": {"key": wanted.key}},
        }
        answer = await self._slack.write("chat.postMessage", arguments)
        return _result(answer, method="chat.postMessage", key=wanted.key)

    async def edit(self, shown: delivery.Delivery, body: delivery.Body) -> delivery.SendResult:
        """Make the posted message say this; safe to repeat. Its metadata stays as it is."""
        arguments = {**_content(body), "channel": shown.channel, "ts": shown.ts}
        answer = await self._slack.write("chat.update", arguments)
        return _result(answer, method="chat.update", key=shown.key)

    async def find(
        self, wanted: delivery.Delivery, *, thread_ts: str | None
    ) -> delivery.Sent | delivery.Refused | None:
        """Look for the key since posting began; None: certainly not there."""
        since = wanted.posting_since or f"{wanted.created_at.timestamp():.6f}"
        method = "conversations.replies" if thread_ts else "conversations.history"
        cursor = ""
        for _ in range(PAGES):
            answer = await self._slack.read(
                method,
                channel=wanted.channel,
                ts=thread_ts,
                oldest=f"{max(0.0, float(since) - _BEFORE):.6f}",
                include_all_metadata=True,
                limit=_PAGE,
                cursor=cursor or None,
            )
            if not answer.ok:
                return _not_looked(answer)
            for message in answer.parts("messages"):
                if self._is(message, wanted.key):
                    return delivery.Sent(ts=str(message["ts"]))
            cursor = answer.cursor
            if not cursor:
                return None
        return delivery.Refused(code="history_too_long", retry_after=30.0)

    async def permalink(self, channel: ids.ChannelId, ts: str) -> str:
        """The address of a message of ours; empty where Slack does not say."""
        answer = await self._slack.read("chat.getPermalink", channel=channel, message_ts=ts)
        return answer.text("permalink")

    async def upload(self, png: bytes, *, name: str, alt: str) -> str | delivery.Refused:
        """Put an image into Slack, unshared, and wait until it may be shown; the file's id."""
        title = name.removesuffix(".png")
        wanted = files.File(name=name, content=png, title=title, alt=blocks.cut(alt, limits.ALT))
        uploaded = await files.upload(self._slack, wanted)
        return uploaded.id or delivery.Refused(code=uploaded.error, payload=True)

    async def slack_time(self) -> str | None:
        """Slack's own clock as a ts, from the head of its answer; None when out of reach."""
        answer = await self._slack.read("api.test")
        told = answer.headers.get("date", "")
        try:
            return f"{parsedate_to_datetime(told).timestamp():.6f}"
        except ValueError:
            return None

    async def ephemeral(
        self, channel: ids.ChannelId, user: ids.UserId, *, body: delivery.Body
    ) -> delivery.SendResult:
        """Tell one person in a channel; without its blocks where they are refused."""
        for content in ({**_content(body)}, {"text": body.text}):
            answer = await self._slack.write(
                "chat.postEphemeral", {**content, "channel": channel, "user": user}
            )
            if answer.ok:
                return delivery.Sent(ts=answer.text("message_ts"))
            judged = refusals.judge(answer)
            if not isinstance(judged, delivery.Refused) or not judged.payload:
                break
        return _result(answer, method="chat.postEphemeral", key="")

    async def direct(
        self, user: ids.UserId, body: delivery.Body, *, file: files.File | None = None
    ) -> delivery.SendResult:
        """Write to one person directly, with a file where one is given."""
        opened = await self._slack.write("conversations.open", {"users": user})
        if not opened.ok:
            return _result(opened, method="conversations.open", key="")
        channel = str(opened.part("channel").get("id", ""))
        await self._slack.turn(channel)
        answer = await self._slack.write(
            "chat.postMessage", {**_content(body), **_UNFURL, "channel": channel}
        )
        if answer.ok and file is not None:
            uploaded = await files.upload(self._slack, file, channel=channel)
            if uploaded.error:
                return refusals.judge(web.Answer(error=uploaded.error))
        return _result(answer, method="chat.postMessage", key="")

    async def open_view(self, trigger_id: str, view: Mapping[str, object]) -> str | None:
        """Open a modal within the trigger's three seconds; its id, or None where it was late."""
        faults = limits.check_modal(view)
        if faults:
            log.error("modal_invalid", faults=faults)
        answer = await self._slack.write("views.open", {"trigger_id": trigger_id, "view": view})
        if not answer.ok:
            log.warning("modal_not_opened", error=answer.error, detail=answer.detail)
            return None
        return str(answer.part("view").get("id", ""))

    async def update_view(self, view_id: str, view: Mapping[str, object]) -> bool:
        """Replace what an open modal shows; False where it is gone."""
        answer = await self._slack.write("views.update", {"view_id": view_id, "view": view})
        return answer.ok

    def _is(self, message: web.Json, key: str) -> bool:
        metadata = web.as_object(message.get("metadata"))
        payload = web.as_object(metadata.get("event_payload"))
        ours = not self._bot_user or message.get("user") == self._bot_user
        named = metadata.get("event_type") == names.METADATA_EVENT
        return ours and named and payload.get("key") == key


def _content(body: delivery.Body) -> dict[str, object]:
    """Text and blocks; an empty list clears the blocks of a message that is edited to text."""
    return {"text": body.text, "blocks": list(body.blocks)}


def _result(answer: web.Answer, *, method: str, key: str) -> delivery.SendResult:
    if answer.ok:
        return delivery.Sent(ts=answer.text("ts"))
    judged = refusals.judge(answer)
    log.warning("slack_refused", method=method, key=key, error=answer.error, detail=answer.detail)
    return judged


def _not_looked(answer: web.Answer) -> delivery.Refused:
    """Why the channel could not be read: what is unclear here may simply be asked again."""
    judged = refusals.judge(answer)
    if isinstance(judged, delivery.Unknown):
        return delivery.Refused(code=judged.code, retry_after=5.0)
    return replace(judged, payload=False, permanent=judged.permanent or judged.payload)
