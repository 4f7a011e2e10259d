"""Whether something could be posted in a channel, asked without posting anything."""

from bot.domain import delivery, ids
from bot.slack import preflight, refusals, web

_ANYWHERE = "chat:write.public"


async def fault(slack: web.Web, channel: ids.ChannelId) -> delivery.Refused | None:
    """Return why a message could not be posted there, in Slack's own word for it; None: it could,
    or Slack does not say for now.
    """
    answer = await slack.read("conversations.info", channel=channel)
    if not answer.ok:
        passes = answer.unclear or answer.retry_after is not None
        if passes or answer.error in refusals.PASSING:
            return None
        return delivery.Refused(code=answer.error, permanent=True, detail=answer.detail)
    told = answer.headers.get("x-oauth-scopes", "")
    scopes = {one.strip() for one in told.split(",") if one.strip()}
    missing = sorted(preflight.NEEDED.keys() - scopes) if scopes else []
    if missing:
        detail = f"needed: {','.join(missing)}"
        return delivery.Refused(code="missing_scope", permanent=True, detail=detail)
    room = answer.part("channel")
    if room.get("is_archived"):
        return delivery.Refused(code="is_archived", permanent=True)
    is_open = _ANYWHERE in scopes and not room.get("is_private")
    if room.get("is_member") is False and not is_open:
        return delivery.Refused(code="not_in_channel", permanent=True)
    return None
