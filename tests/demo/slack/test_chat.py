from datetime import UTC, datetime

import pytest

from bot import clock as clocks
from bot.demo.slack import server
from tests import localslack

ACME = "C0ACMEREPORT"
META = {"event_type": "reportops_delivery", "event_payload": {"key": "report:acme:1"}}


async def error_of(web: localslack.Web, method: str, **args: object) -> str:
    caught = await localslack.refused(web.api_call(method, json=dict(args)))
    return str(caught["error"])


async def test_metadata_is_kept_and_returned_where_asked_for(web: localslack.Web) -> None:
    posted = await web.chat_postMessage(channel=ACME, text="hi", metadata=META)
    plain = await web.conversations_history(channel=ACME)
    full = await web.conversations_history(channel=ACME, include_all_metadata=True)
    assert posted["message"]["metadata"] == META
    assert "metadata" not in plain["messages"][0]
    assert full["messages"][0]["metadata"] == META


async def test_an_edit_keeps_metadata_and_blocks_unless_given(web: localslack.Web) -> None:
    blocks = [{"type": "divider"}]
    ts = (await web.chat_postMessage(channel=ACME, text="a", blocks=blocks, metadata=META))["ts"]
    edited = await web.chat_update(channel=ACME, ts=ts, text="b")
    assert edited["message"]["metadata"] == META
    assert edited["message"]["blocks"][0]["type"] == "divider"
    gone = await web.chat_update(channel=ACME, ts=ts, text="c", blocks=[], metadata={})
    assert "metadata" not in gone["message"]
    assert "blocks" not in gone["message"]
    assert gone["message"]["edited"]["ts"] > ts


async def test_a_bad_edit_changes_nothing(slack: server.LocalSlack, web: localslack.Web) -> None:
    ts = (await web.chat_postMessage(channel=ACME, text="a"))["ts"]
    assert await error_of(web, "chat.update", channel=ACME, ts=ts, text="x" * 4001) == (
        "msg_too_long"
    )
    wrong = [{"type": "no_such"}]
    assert await error_of(web, "chat.update", channel=ACME, ts=ts, blocks=wrong) == "invalid_blocks"
    assert [one.text for one in slack.control.messages(ACME)] == ["a"]


async def test_stamps_are_unique_while_the_clock_stands_still() -> None:
    held = clocks.HeldClock(datetime(2026, 11, 23, 6, tzinfo=UTC))
    async with localslack.started(held) as slack:
        web = localslack.web(slack)
        stamps = [(await web.chat_postMessage(channel=ACME, text="x"))["ts"] for _ in range(3)]
        told = await web.auth_test()
    assert stamps == [f"{int(held.now().timestamp())}.00000{n}" for n in range(3)]
    assert told.headers["Date"] == "Mon, 23 Nov 2026 06:00:00 GMT"


async def test_history_is_newest_first_within_bounds(web: localslack.Web) -> None:
    stamps = [(await web.chat_postMessage(channel=ACME, text=str(n)))["ts"] for n in range(5)]
    await web.chat_postMessage(channel=ACME, text="below", thread_ts=stamps[0])
    every = await web.conversations_history(channel=ACME)
    later = await web.conversations_history(channel=ACME, oldest=stamps[2])
    with_it = await web.conversations_history(channel=ACME, oldest=stamps[2], inclusive=True)
    page = await web.conversations_history(channel=ACME, limit=2)
    rest = await web.conversations_history(
        channel=ACME, limit=9, cursor=page["response_metadata"]["next_cursor"]
    )
    assert [one["text"] for one in every["messages"]] == ["4", "3", "2", "1", "0"]
    assert [one["text"] for one in later["messages"]] == ["4", "3"]
    assert len(with_it["messages"]) == 3
    assert page["has_more"] is True
    assert [one["text"] for one in rest["messages"]] == ["2", "1", "0"]
    assert every["messages"][-1]["reply_count"] == 1


async def test_a_thread_is_read_with_its_parent(web: localslack.Web) -> None:
    top = (await web.chat_postMessage(channel=ACME, text="top"))["ts"]
    reply = await web.chat_postMessage(channel=ACME, text="r", thread_ts=top, metadata=META)
    deeper = await web.chat_postMessage(channel=ACME, text="d", thread_ts=reply["ts"])
    thread = await web.conversations_replies(channel=ACME, ts=top, include_all_metadata=True)
    assert [one["text"] for one in thread["messages"]] == ["top", "r", "d"]
    assert thread["messages"][1]["metadata"] == META
    assert deeper["message"]["thread_ts"] == top
    assert await error_of(web, "conversations.replies", channel=ACME, ts="1.0") == (
        "thread_not_found"
    )


async def test_only_own_messages_are_edited_or_deleted(
    slack: server.LocalSlack, web: localslack.Web
) -> None:
    said = await slack.control.say("U0CLAIRE", ACME, text="mine")
    at = {"channel": ACME, "ts": said.ts}
    assert await error_of(web, "chat.update", **at, text="x") == "cant_update_message"
    assert await error_of(web, "chat.delete", **at) == "cant_delete_message"
    assert await error_of(web, "chat.delete", channel=ACME, ts="1.0") == "message_not_found"


async def test_a_deleted_parent_leaves_a_tombstone(
    slack: server.LocalSlack, web: localslack.Web
) -> None:
    top = (await web.chat_postMessage(channel=ACME, text="top"))["ts"]
    await web.chat_postMessage(channel=ACME, text="r", thread_ts=top)
    await web.chat_delete(channel=ACME, ts=top)
    assert slack.control.messages(ACME)[0].subtype == "tombstone"


async def test_an_ephemeral_is_for_one_member(
    slack: server.LocalSlack, web: localslack.Web
) -> None:
    await web.chat_postEphemeral(channel=ACME, user="U0TOM", text="psst")
    assert [one.text for one in slack.control.ephemerals("U0TOM", ACME)] == ["psst"]
    assert not slack.control.messages(ACME)
    assert not slack.control.ephemerals("U0CLAIRE")
    outside = {"channel": ACME, "user": "U0GUEST", "text": "psst"}
    assert await error_of(web, "chat.postEphemeral", **outside) == "user_not_in_channel"


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ("nonsense", "invalid_metadata_format"),
        ({"event_type": "x"}, "invalid_metadata_schema"),
        ({"event_type": "x", "event_payload": {}, "y": 1}, "invalid_metadata_schema"),
        ({"event_type": "x", "event_payload": {"a": {"b": 1}}}, "invalid_metadata_schema"),
        ({"event_type": "x", "event_payload": {"a": "b" * 9000}}, "metadata_too_large"),
    ],
)
async def test_bad_metadata_is_refused(web: localslack.Web, metadata: object, error: str) -> None:
    args = {"channel": ACME, "text": "x", "metadata": metadata}
    assert await error_of(web, "chat.postMessage", **args) == error


async def test_texts_have_their_limits(web: localslack.Web) -> None:
    long = await web.chat_postMessage(channel=ACME, text="x" * 40_001)
    assert len(long["message"]["text"]) == 40_000
    assert "message_truncated" in long["response_metadata"]["warnings"]
    assert await error_of(web, "chat.postMessage", channel=ACME) == "no_text"
    both = {"channel": ACME, "text": "x", "markdown_text": "y"}
    assert await error_of(web, "chat.postMessage", **both) == "markdown_text_conflict"


async def test_a_person_is_written_to_directly(
    slack: server.LocalSlack, web: localslack.Web
) -> None:
    opened = await web.conversations_open(users="U0TOM")
    await web.chat_postMessage(channel="U0TOM", text="hello")
    assert [one.text for one in slack.control.messages(str(opened["channel"]["id"]))] == ["hello"]


async def test_a_permalink_names_the_message(web: localslack.Web) -> None:
    ts = (await web.chat_postMessage(channel=ACME, text="x"))["ts"]
    told = await web.chat_getPermalink(channel=ACME, message_ts=ts)
    assert str(told["permalink"]).endswith(f"/archives/{ACME}/p{str(ts).replace('.', '')}")
