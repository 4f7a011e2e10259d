"""Finding a message of ours again, wherever it stands, and never taking blindness for absence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.slack import records, server
from bot.domain import delivery
from bot.slack import poster, web
from tests.slack.test_poster import BODY, CHANNEL, MALIK, wanted


async def test_a_reply_is_found_in_its_thread(
    slack: server.LocalSlack, speaking: poster.Poster
) -> None:
    parent = await speaking.send(await wanted(speaking), BODY, thread_ts=None)
    assert isinstance(parent, delivery.Sent)
    reply = await wanted(speaking, "reply:1")
    sent = await speaking.send(reply, BODY, thread_ts=parent.ts)
    assert len(slack.control.thread(CHANNEL, parent.ts)) == 1
    assert await speaking.find(reply, thread_ts=parent.ts) == sent
    assert await speaking.find(reply, thread_ts=None) is None


async def test_a_key_is_found_behind_many_messages(
    slack: server.LocalSlack, speaking: poster.Poster
) -> None:
    mine = await wanted(speaking)
    sent = await speaking.send(mine, BODY, thread_ts=None)
    for number in range(120):
        await slack.control.say(MALIK, CHANNEL, text=f"chatter {number}")
    assert await speaking.find(mine, thread_ts=None) == sent


async def test_another_apps_message_with_our_key_is_not_ours(
    slack: server.LocalSlack, bot_web: web.Web, speaking: poster.Poster
) -> None:
    mine = await wanted(speaking)
    await speaking.send(mine, BODY, thread_ts=None)
    assert slack.workspace.bot_user
    stranger = poster.Poster(bot_web, bot_user="U0SOMEBODY")
    assert await stranger.find(mine, thread_ts=None) is None


async def test_a_channel_that_cannot_be_read_is_not_called_empty(
    slack: server.LocalSlack, speaking: poster.Poster
) -> None:
    mine = await wanted(speaking)
    slack.faults.add("error_before", "conversations.history")
    found = await speaking.find(mine, thread_ts=None)
    assert isinstance(found, delivery.Refused)
    assert found.retry_after is not None
    slack.faults.add("refused", "conversations.history", value="missing_scope")
    found = await speaking.find(mine, thread_ts=None)
    assert isinstance(found, delivery.Refused)
    assert found.permanent


async def test_a_channel_with_endless_talk_is_not_called_empty(
    slack: server.LocalSlack, speaking: poster.Poster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poster, "PAGES", 1)
    mine = await wanted(speaking, "somewhere else")
    for number in range(poster.PAGES * 200 + 1):
        slack.workspace.messages.add(
            records.Message(
                ts=slack.workspace.stamp(datetime.now(UTC)),
                channel=CHANNEL,
                user=MALIK,
                text=f"{number}",
            )
        )
    found = await speaking.find(mine, thread_ts=None)
    assert isinstance(found, delivery.Refused)
    assert found.code == "history_too_long"


async def test_a_search_stays_around_the_time_of_posting_however_much_was_said_since(
    slack: server.LocalSlack, speaking: poster.Poster
) -> None:
    mine = replace(await wanted(speaking), tries=1)
    sent = await speaking.send(mine, BODY, thread_ts=None)
    later = datetime.now(UTC) + timedelta(hours=1)
    for number in range(10_000):
        slack.workspace.messages.add(
            records.Message(
                ts=f"{later.timestamp() + number / 100:.6f}",
                channel=CHANNEL,
                user=MALIK,
                text=f"{number}",
            )
        )
    assert await speaking.find(mine, thread_ts=None) == sent
    assert len(slack.control.journal("conversations.history")) == 1


async def test_of_two_messages_with_one_key_the_first_counts(
    slack: server.LocalSlack, speaking: poster.Poster
) -> None:
    mine = await wanted(speaking)
    first = await speaking.send(mine, BODY, thread_ts=None)
    assert isinstance(first, delivery.Sent)
    await speaking.send(mine, BODY, thread_ts=None)
    found = await speaking.find(mine, thread_ts=None)
    assert found == delivery.Sent(ts=first.ts, copies=2)


async def test_after_a_restore_a_message_may_stand_anywhere_since(
    slack: server.LocalSlack, speaking: poster.Poster
) -> None:
    mine = await wanted(speaking)
    sent = await speaking.send(mine, BODY, thread_ts=None)
    assert isinstance(sent, delivery.Sent)
    days_ago = f"{float(sent.ts) - 200_000:.6f}"
    assert await speaking.find(replace(mine, posting_since=days_ago), thread_ts=None) == sent
    begun = replace(mine, posting_since=days_ago, tries=1)
    assert await speaking.find(begun, thread_ts=None) is None
