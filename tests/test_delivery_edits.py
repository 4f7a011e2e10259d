"""Edits: at most one a second, repeated until Slack shows what it should, or given up."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain import delivery as noun
from tests import test_delivery as bench
from tests.slackmodel import Fault, SlackModel
from tests.store import make


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[bench.Desk]:
    async for one in bench.opened(tmp_path):
        await one.put(make.word())
        await one.pump.pump()
        yield one


async def _say(desk: bench.Desk, *texts: str) -> None:
    bodies = tuple(noun.Body(text=text) for text in texts)
    assert await desk.kept.deliveries.revise("ops:word", bodies)


def _edits(desk: bench.Desk) -> list[str]:
    return [body.text for _, body in desk.slack.messages[0].edits]


async def test_a_revision_is_an_edit(desk: bench.Desk) -> None:
    await _say(desk, "new")
    await desk.settle(0)
    assert _edits(desk) == ["new"]
    assert (await desk.row()).shown == 2


async def test_many_revisions_in_a_second_are_one_edit_more(desk: bench.Desk) -> None:
    for number in range(5):
        await _say(desk, f"v{number}")
        await desk.pump.pump()
    assert _edits(desk) == ["v0"]
    assert await desk.pump.pump() == desk.clock.now() + timedelta(seconds=1)
    desk.time.pass_by(1)
    await desk.pump.pump()
    assert _edits(desk) == ["v0", "v4"]


async def test_a_busy_slack_is_edited_when_it_says(desk: bench.Desk) -> None:
    desk.slack.edit_faults.append(Fault.BUSY)
    await _say(desk, "new")
    assert await desk.pump.pump() == desk.clock.now() + timedelta(seconds=3)
    await desk.settle(4)
    assert _edits(desk) == ["new"]


async def test_an_unclear_edit_is_simply_repeated(desk: bench.Desk) -> None:
    desk.slack.edit_faults.extend([Fault.LOST, Fault.UNREACHABLE])
    await _say(desk, "new")
    await desk.settle(60)
    assert _edits(desk) == ["new"]


async def test_a_message_that_a_person_deleted_is_left_alone(desk: bench.Desk) -> None:
    desk.slack.messages.clear()
    await _say(desk, "new")
    await desk.settle(60)
    assert desk.slack.calls.count("edit ops:word") == 1
    assert await desk.kept.deliveries.stale() == []


async def test_a_refused_payload_is_edited_to_the_next_rung(desk: bench.Desk) -> None:
    desk.slack.edit_faults.append(Fault.PAYLOAD)
    await _say(desk, "rich", "plain")
    await desk.settle(0)
    assert _edits(desk) == ["plain"]


async def test_an_edit_that_no_rung_can_say_is_given_up(desk: bench.Desk) -> None:
    desk.slack.edit_faults.extend([Fault.PAYLOAD] * 2)
    await _say(desk, "rich", "plain")
    await desk.settle(10)
    assert _edits(desk) == []
    assert await desk.kept.deliveries.stale() == []


async def test_what_is_revised_at_the_last_moment_goes_out_as_it_is_now(desk: bench.Desk) -> None:
    """The revision comes after the body was chosen and before the row is committed."""

    class Revising(SlackModel):
        async def slack_time(self) -> str | None:
            await desk.kept.deliveries.revise("ops:late", (noun.Body(text="new"),))
            return await super().slack_time()

    desk.slack = Revising()
    desk.restart()
    await desk.put(make.word("ops:late"))
    await desk.settle(1)
    (message,) = desk.slack.messages
    assert (message.body.text, message.edits) == ("new", [])
    assert (await desk.row("ops:late")).shown == 2


async def _sent_report(desk: bench.Desk) -> noun.Delivery:
    there = await make.ready(desk.kept)
    wanted = make.post(there)
    await desk.kept.runs.enter_posting(there.id, wanted)
    await desk.settle(0)
    return wanted


async def test_a_correction_of_a_post_that_was_deleted_is_posted_once_as_new(
    desk: bench.Desk,
) -> None:
    wanted = await _sent_report(desk)
    desk.slack.messages.clear()
    assert await desk.kept.deliveries.revise(wanted.key, (noun.Body(text="corrected"),))
    await desk.settle(60)
    desk.restart()
    await desk.settle(60)
    (message,) = desk.slack.messages
    assert message.key == wanted.key.removesuffix("0") + "1"
    assert message.body.text == "corrected"
    assert desk.told.others == [("unedited message_not_found True", wanted.key)]
    assert (await desk.row(message.key)).revision == 1


async def test_a_correction_in_an_archived_channel_is_said_once_and_waits_for_the_channel(
    desk: bench.Desk,
) -> None:
    wanted = await _sent_report(desk)
    desk.slack.edit_faults.extend([Fault.PERMANENT] * 2)
    assert await desk.kept.deliveries.revise(wanted.key, (noun.Body(text="corrected"),))
    await desk.settle(11 * 60)
    (message,) = desk.slack.posts(wanted.key)
    assert not message.edits
    assert desk.told.others == [("unedited is_archived False", wanted.key)]
    assert desk.pump.unedited == 1
    await desk.settle(11 * 60)
    assert desk.pump.unedited == 0
    assert [body.text for _, body in message.edits] == ["corrected"]
    assert await desk.kept.deliveries.stale() == []
