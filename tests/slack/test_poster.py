"""Sending, finding and editing against the local Slack, with everything that goes wrong."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot import clock
from bot.demo.slack import server
from bot.domain import delivery, ids
from bot.slack import blocks, files, limiter, poster, web
from bot.slack.screens import post
from tests import samples
from tests.slack import shown

CHANNEL = ids.ChannelId("C0ACMEREPORT")
MALIK = ids.UserId("U0MALIK")
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
BODY = delivery.Body(text="hello", blocks=(blocks.section("hello"),))


async def wanted(speaking: poster.Poster, key: str = "report:acme:1") -> delivery.Delivery:
    """Return a delivery that is about to be posted, by Slack's own clock."""
    since = await speaking.slack_time()
    assert since is not None
    return delivery.Delivery(
        key=key,
        kind=delivery.Kind.REPORT,
        channel=CHANNEL,
        bodies=(BODY,),
        posting_since=since,
        created_at=datetime.now(UTC),
    )


async def test_a_post_carries_its_key_and_nothing_else(
    slack: server.LocalSlack, speaking: poster.Poster
) -> None:
    result = await speaking.send(await wanted(speaking), BODY, thread_ts=None)
    (message,) = slack.control.messages(CHANNEL)
    assert result == delivery.Sent(ts=message.ts)
    assert message.metadata is not None
    assert message.metadata["event_payload"] == {"key": "report:acme:1"}


async def test_a_posts_address_is_slacks_own(
    slack: server.LocalSlack, speaking: poster.Poster
) -> None:
    sent = await speaking.send(await wanted(speaking), BODY, thread_ts=None)
    assert isinstance(sent, delivery.Sent)
    found = await speaking.permalink(CHANNEL, sent.ts)
    assert found.endswith(f"/archives/{CHANNEL}/p{sent.ts.replace('.', '')}")
    assert await speaking.permalink(CHANNEL, "1.000001") == ""


async def test_every_rung_of_a_real_post_is_taken(
    slack: server.LocalSlack, speaking: poster.Poster
) -> None:
    file = await speaking.upload(PNG, name="trend.png", alt="a trend")
    assert isinstance(file, str)
    image = {"type": "image", "slack_file": {"id": file}, "alt_text": "a trend"}
    for body in post.compose(samples.REPORT, run=shown.RUN, client=samples.CLIENT, corrected=False):
        placed = tuple(image if one["type"] == "chart_here" else one for one in body.blocks)
        result = await speaking.send(
            await wanted(speaking), replace(body, blocks=placed), thread_ts=None
        )
        assert isinstance(result, delivery.Sent)
    assert len(slack.control.messages(CHANNEL)) == 4


async def test_no_call_uses_an_argument_that_slack_does_not_know(
    slack: server.LocalSlack, speaking: poster.Poster
) -> None:
    mine = await wanted(speaking)
    sent = await speaking.send(mine, BODY, thread_ts=None)
    assert isinstance(sent, delivery.Sent)
    await speaking.edit(replace(mine, ts=sent.ts), BODY)
    await speaking.find(mine, thread_ts=None)
    await speaking.find(mine, thread_ts=sent.ts)
    await speaking.ephemeral(CHANNEL, MALIK, body=BODY)
    await speaking.upload(PNG, name="a.png", alt="a")
    await speaking.direct(MALIK, BODY)
    assert [call.method for call in slack.control.journal() if call.unknown_arguments] == []
    assert [call.method for call in slack.control.journal() if not call.ok] == []


@pytest.mark.parametrize("kind", ["error_after", "cut_after"])
async def test_a_post_that_was_stored_but_not_answered_is_unknown_and_found_again(
    slack: server.LocalSlack, speaking: poster.Poster, kind: str
) -> None:
    slack.faults.add(kind, "chat.postMessage")
    mine = await wanted(speaking)
    assert isinstance(await speaking.send(mine, BODY, thread_ts=None), delivery.Unknown)
    (message,) = slack.control.messages(CHANNEL)
    assert await speaking.find(mine, thread_ts=None) == delivery.Sent(ts=message.ts)
    assert len(slack.control.journal("chat.postMessage")) == 1


@pytest.mark.parametrize("kind", ["error_before", "cut_before"])
async def test_a_post_that_never_arrived_is_unknown_and_absent(
    slack: server.LocalSlack, speaking: poster.Poster, kind: str
) -> None:
    slack.faults.add(kind, "chat.postMessage")
    mine = await wanted(speaking)
    assert isinstance(await speaking.send(mine, BODY, thread_ts=None), delivery.Unknown)
    assert await speaking.find(mine, thread_ts=None) is None


async def test_a_rate_limited_post_is_not_sent_again_and_holds_back_the_next(
    slack: server.LocalSlack, speaking: poster.Poster
) -> None:
    slack.faults.add("rate_limited", "chat.postMessage", value=7)
    mine = await wanted(speaking)
    first = await speaking.send(mine, BODY, thread_ts=None)
    second = await speaking.send(mine, BODY, thread_ts=None)
    assert first == delivery.Refused(code="ratelimited", retry_after=7.0)
    assert isinstance(second, delivery.Refused)
    assert second.retry_after is not None
    assert len(slack.control.journal("chat.postMessage")) == 1


@pytest.mark.parametrize(
    ("code", "permanent", "payload"),
    [
        ("is_archived", True, False),
        ("not_in_channel", True, False),
        ("restricted_action", True, False),
        ("msg_blocks_too_long", False, True),
        ("invalid_blocks", False, True),
        ("some_new_word", True, False),
    ],
)
async def test_a_refusal_says_what_may_help(
    slack: server.LocalSlack,
    speaking: poster.Poster,
    *,
    code: str,
    permanent: bool,
    payload: bool,
) -> None:
    slack.faults.add("refused", "chat.postMessage", value=code)
    result = await speaking.send(await wanted(speaking), BODY, thread_ts=None)
    assert isinstance(result, delivery.Refused)
    assert (result.code, result.permanent, result.payload) == (code, permanent, payload)


@pytest.mark.parametrize("code", ["fatal_error", "internal_error", "request_timeout"])
async def test_slacks_own_failures_are_unclear(
    slack: server.LocalSlack, speaking: poster.Poster, code: str
) -> None:
    slack.faults.add("refused", "chat.postMessage", value=code)
    result = await speaking.send(await wanted(speaking), BODY, thread_ts=None)
    assert result == delivery.Unknown(code=code)


async def test_a_bad_block_is_named(slack: server.LocalSlack, speaking: poster.Poster) -> None:
    bad = replace(BODY, blocks=({"type": "header", "text": blocks.plain("h" * 200)},))
    result = await speaking.send(await wanted(speaking), bad, thread_ts=None)
    assert isinstance(result, delivery.Refused)
    assert result.payload
    assert "/blocks/0" in result.detail
    assert slack.control.messages(CHANNEL) == []


async def test_a_slack_that_is_not_there_certainly_stored_nothing() -> None:
    nowhere = web.connect(
        token="xoxb-" + "demo", url="http://127.0.0.1:9/api/", time=clock.SystemClock()
    )
    gone = poster.Poster(nowhere)
    assert await gone.slack_time() is None
    mine = delivery.Delivery(
        key="k",
        kind=delivery.Kind.OPS,
        channel=CHANNEL,
        bodies=(BODY,),
        created_at=datetime.now(UTC),
    )
    result = await gone.send(mine, BODY, thread_ts=None)
    assert result == delivery.Refused(code="unreachable", retry_after=5.0)


async def test_an_edit_changes_text_and_blocks_and_keeps_the_key(
    slack: server.LocalSlack, speaking: poster.Poster
) -> None:
    mine = await wanted(speaking)
    sent = await speaking.send(mine, BODY, thread_ts=None)
    assert isinstance(sent, delivery.Sent)
    result = await speaking.edit(replace(mine, ts=sent.ts), delivery.Body(text="plain now"))
    (message,) = slack.control.messages(CHANNEL)
    assert result == sent
    assert (message.text, message.blocks) == ("plain now", [])
    assert await speaking.find(mine, thread_ts=None) == sent


async def test_only_one_person_sees_an_ephemeral_answer(
    slack: server.LocalSlack, speaking: poster.Poster
) -> None:
    result = await speaking.ephemeral(CHANNEL, MALIK, body=BODY)
    assert isinstance(result, delivery.Sent)
    assert slack.control.messages(CHANNEL) == []
    assert [one.text for one in slack.control.ephemerals(MALIK)] == ["hello"]


async def test_an_ephemeral_answer_whose_blocks_are_refused_is_told_in_words(
    slack: server.LocalSlack, speaking: poster.Poster
) -> None:
    slack.faults.add("refused", "chat.postEphemeral", value="invalid_blocks")
    assert isinstance(await speaking.ephemeral(CHANNEL, MALIK, body=BODY), delivery.Sent)
    (told,) = slack.control.ephemerals(MALIK)
    assert told.blocks == []
    slack.faults.add("refused", "chat.postEphemeral", value="user_not_in_channel")
    assert isinstance(await speaking.ephemeral(CHANNEL, MALIK, body=BODY), delivery.Refused)


async def test_a_direct_message_may_bring_a_file(
    slack: server.LocalSlack, speaking: poster.Poster
) -> None:
    csv = files.File(name="costs.csv", content=b"client,cost\n", title="Costs")
    assert isinstance(await speaking.direct(MALIK, BODY, file=csv), delivery.Sent)
    (file,) = slack.workspace.files.values()
    assert file.content == b"client,cost\n"
    assert list(file.shares) == [slack.workspace.direct(MALIK).id]
    slack.faults.add("refused", "files.getUploadURLExternal", value="file_uploads_disabled")
    refused = await speaking.direct(MALIK, BODY, file=csv)
    assert isinstance(refused, delivery.Refused)
    slack.faults.add("refused", "conversations.open", value="user_not_found")
    assert isinstance(await speaking.direct(MALIK, BODY), delivery.Refused)


async def test_an_upload_waits_until_the_file_may_be_shown(
    slack: server.LocalSlack, speaking: poster.Poster
) -> None:
    slack.workspace.rules.file_ready_seconds = 0.3
    file = await speaking.upload(PNG, name="trend.png", alt="a trend")
    image = {"type": "image", "slack_file": {"id": file}, "alt_text": "a trend"}
    result = await speaking.send(
        await wanted(speaking), replace(BODY, blocks=(image,)), thread_ts=None
    )
    assert isinstance(result, delivery.Sent)


@pytest.mark.parametrize(
    ("kind", "method", "value"),
    [
        ("refused", "files.getUploadURLExternal", "file_uploads_disabled"),
        ("error_before", "files.upload", 500),
        ("refused", "files.completeUploadExternal", "file_type_not_allowed"),
    ],
)
async def test_an_upload_that_fails_says_so(
    slack: server.LocalSlack, speaking: poster.Poster, *, kind: str, method: str, value: str | int
) -> None:
    slack.faults.add(kind, method, value=value)
    refused = await speaking.upload(PNG, name="trend.png", alt="a trend")
    assert isinstance(refused, delivery.Refused)
    assert refused.payload


async def test_a_channel_in_which_many_stand_in_line_is_left_alone(
    slack: server.LocalSlack,
) -> None:
    limits = limiter.Limiter(clock.SystemClock(), spacing=10.0)
    patient = poster.Poster(
        web.Web(slack.bot_token, url=slack.api_url, limits=limits, time=clock.SystemClock())
    )
    mine = await wanted(patient)
    assert isinstance(await patient.send(mine, BODY, thread_ts=None), delivery.Sent)
    second = await patient.send(mine, BODY, thread_ts=None)
    assert isinstance(second, delivery.Refused)
    assert second.retry_after == pytest.approx(10.0, abs=1.0)
    assert len(slack.control.messages(CHANNEL)) == 1


async def test_a_post_asks_nobody_for_the_time_while_slack_answers(
    slack: server.LocalSlack, speaking: poster.Poster
) -> None:
    for _ in range(5):
        assert isinstance(
            await speaking.send(await wanted(speaking), BODY, thread_ts=None), delivery.Sent
        )
    assert len(slack.control.journal("api.test")) == 1
