"""Sends our messages, edits them, and finds them again by their key. Raises nothing of Slack.

A post is never sent again inside: what is not certain is Unknown, and only reading the channel back
settles it (Settled 11). The key travels as message metadata, which everybody in the workspace can
read, so it holds ids and nothing else.
"""

from collections.abc import Mapping
from dataclasses import replace

import structlog

from bot.domain import delivery, ids
from bot.slack import blocks, files, limits, refusals, web
from bot.slack import ids as names

PAGES = 15
"""How many pages a search reads."""
_PAGE = 200
_BEFORE, _AFTER = 60.0, 600.0
"""Seconds around the beginning of posting that are searched. A call ends after ten, so what was
stored stands close by; the rest is for clocks of Slack's that differ. However long the bot was
down, and however busy the channel is, a search stays this short. What no call of ours began, such
as after a restore, may stand anywhere since.
"""
_UNFURL: Mapping[str, object] = {"unfurl_links": False, "unfurl_media": False}

_TOO_LONG = 600.0
"""Seconds until a channel is searched again that was too busy to be searched."""

log = structlog.get_logger()


class Poster:
    """Fills delivery.Poster."""

    def __init__(self, slack: web.Web, *, bot_user: str = "") -> None:
        self._slack = slack
        self._bot_user = bot_user
        """Only messages of ours count when searching; empty: of anybody."""

    def wait(self, wanted: delivery.Delivery) -> float:
        """Return the seconds until Slack's limits let it be posted, or looked for where it is
        unclear; 0: now.
        """
        limits = self._slack.limits
        if wanted.state is delivery.State.PENDING:
            return limits.wait(web.POST, wanted.channel)
        return limits.wait(_search(wanted.parent))

    async def send(
        self, wanted: delivery.Delivery, body: delivery.Body, *, thread_ts: str | None
    ) -> delivery.SendResult:
        """Post it with its key as metadata, once; not its turn: Refused with the wait."""
        arguments = {
            **_content(body),
            **_UNFURL,
            "channel": wanted.channel,
            "thread_ts": thread_ts,
            "metadata": {"event_type": names.METADATA_EVENT, "event_payload": {"key": wanted.key}},
        }
        answer = await self._slack.write(web.POST, arguments)
        return _result(answer, method=web.POST, key=wanted.key)

    async def edit(self, shown: delivery.Delivery, body: delivery.Body) -> delivery.SendResult:
        """Make the posted message say this; safe to repeat. Its metadata stays as it is."""
        arguments = {**_content(body), "channel": shown.channel, "ts": shown.ts}
        answer = await self._slack.write("chat.update", arguments)
        return _result(answer, method="chat.update", key=shown.key)

    async def find(
        self, wanted: delivery.Delivery, *, thread_ts: str | None
    ) -> delivery.Sent | delivery.Refused | None:
        """Look for the key around the time when posting began; None: certainly not there."""
        since = float(wanted.posting_since or wanted.created_at.timestamp())
        latest = f"{since + _AFTER:.6f}" if wanted.tries else None
        found: list[str] = []
        cursor = ""
        for _ in range(PAGES):
            answer = await self._slack.peek(
                _search(thread_ts),
                channel=wanted.channel,
                ts=thread_ts,
                oldest=f"{max(0.0, since - _BEFORE):.6f}",
                latest=latest,
                include_all_metadata=True,
                limit=_PAGE,
                cursor=cursor or None,
            )
            if not answer.ok or not isinstance(answer.data.get("messages"), list):
                return _sent(found) or _not_looked(answer)
            found += [
                str(message["ts"])
                for message in answer.parts("messages")
                if self._is(message, wanted.key)
            ]
            cursor = answer.cursor
            if not cursor:
                return _sent(found)
        return _sent(found) or delivery.Refused(code="history_too_long", retry_after=_TOO_LONG)

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
        told = await self._slack.slack_time()
        return None if told is None else f"{told:.6f}"

    async def ephemeral(
        self, channel: ids.ChannelId, user: ids.UserId, *, body: delivery.Body
    ) -> delivery.SendResult:
        """Tell one person in a channel; without its blocks where they are refused."""
        for content in ({**_content(body)}, {"text": body.text}):
            answer = await self._slack.write(
                "chat.postEphemeral",
                {**content, "channel": channel, "user": user},
                patience=web.PATIENCE,
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
        answer = await self._slack.write(
            web.POST, {**_content(body), **_UNFURL, "channel": channel}, patience=web.PATIENCE
        )
        if answer.ok and file is not None:
            uploaded = await files.upload(self._slack, file, channel=channel)
            if uploaded.error:
                return refusals.judge(web.Answer(error=uploaded.error))
        return _result(answer, method=web.POST, key="")

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


def _search(thread: str | None) -> str:
    return "conversations.replies" if thread else "conversations.history"


def _sent(found: list[str]) -> delivery.Sent | None:
    """The first of what was found: should there be more, it is the one that people answered to."""
    return delivery.Sent(ts=min(found, key=float), copies=len(found)) if found else None


def _result(answer: web.Answer, *, method: str, key: str) -> delivery.SendResult:
    if answer.ok and answer.text("ts"):
        return delivery.Sent(ts=answer.text("ts"))
    if answer.ok:
        log.error("slack_told_no_ts", method=method, key=key)
        return delivery.Unknown(code="no_ts")
    judged = refusals.judge(answer)
    if answer.error == web.RATE_LIMITED:  # said where Slack said it; else it was only not our turn
        return judged
    log.warning("slack_refused", method=method, key=key, error=answer.error, detail=answer.detail)
    return judged


def _not_looked(answer: web.Answer) -> delivery.Refused:
    """Why the channel could not be read: what is unclear here may simply be asked again."""
    judged = refusals.judge(answer)
    if answer.ok or isinstance(judged, delivery.Unknown):
        return delivery.Refused(code=judged.code or "unreadable_answer", retry_after=5.0)
    return replace(judged, payload=False, permanent=judged.permanent or judged.payload)
