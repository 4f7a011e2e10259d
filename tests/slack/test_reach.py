"""Whether a channel can be posted in, asked of a local Slack without posting."""

from bot.demo.slack import server
from bot.domain import ids
from bot.slack import reach, web

ACME = ids.ChannelId("C0ACMEREPORT")


async def test_a_channel_that_we_are_in_can_be_posted_in(bot_web: web.Web) -> None:
    assert await reach.fault(bot_web, ACME) is None


async def test_a_channel_that_is_not_there_cannot(bot_web: web.Web) -> None:
    refused = await reach.fault(bot_web, ids.ChannelId("C0NOWHERE"))
    assert refused is not None
    assert (refused.code, refused.permanent) == ("channel_not_found", True)


async def test_doubt_is_no_fault(slack: server.LocalSlack, bot_web: web.Web) -> None:
    slack.faults.add("refused", "conversations.info", value="team_added_to_org", times=None)
    assert await reach.fault(bot_web, ACME) is None


async def test_an_archived_channel_cannot(slack: server.LocalSlack, bot_web: web.Web) -> None:
    slack.workspace.channels[ACME].archived = True
    refused = await reach.fault(bot_web, ACME)
    assert refused is not None
    assert refused.code == "is_archived"


async def test_a_channel_that_we_were_taken_out_of_cannot(
    slack: server.LocalSlack, bot_web: web.Web
) -> None:
    slack.workspace.channels[ACME].members.discard(slack.workspace.bot_user)
    refused = await reach.fault(bot_web, ACME)
    assert refused is not None
    assert refused.code in {"not_in_channel", "channel_not_found"}


async def test_a_scope_that_was_taken_away_is_named(
    slack: server.LocalSlack, bot_web: web.Web
) -> None:
    slack.faults.add("refused", "conversations.info", value="missing_scope", times=None)
    refused = await reach.fault(bot_web, ACME)
    assert refused is not None
    assert refused.code == "missing_scope"
