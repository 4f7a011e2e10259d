"""Slack refuses, or does not let the bot in: what is due is still posted, or asked for, once."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.demo import stage
from bot.demo.slack import records, shapes
from tests.scenario import many

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
FIRST, SECOND = many.channel(0), many.channel(1)


@pytest.fixture
async def on(tmp_path: Path) -> AsyncGenerator[many.Stage]:
    """Two clients and their bot, before Monday 06:00."""
    settings = {"REPORTOPS_STAGGER": "0"}
    async with many.open_many(tmp_path / "house", 2, settings=settings) as ready:
        yield ready


async def _monday(on: many.Stage) -> None:
    on.clock.move_to(on.monday + timedelta(minutes=1))
    await on.wake()


def _reports(on: many.Stage, channel: str) -> int:
    return sum(key.startswith("report:") for key, one in on.keyed() if one.channel == channel)


def _card(on: many.Stage) -> records.Message | None:
    """The card; the digest stands in the ops channel too, and may come first."""
    found = on.slack.control.messages(stage.OPS)
    return next(
        (one for one in found if "the channel is archived" in shapes.dump(one.blocks)), None
    )


async def test_a_bot_that_is_not_in_the_channel_asks_and_posts_once_it_is(on: many.Stage) -> None:
    await on.start_bot()
    slack = on.slack
    slack.faults.add("refused", "chat.postMessage", channel=FIRST, times=None, value="is_archived")
    await _monday(on)
    card = await slack.until(lambda: _card(on), timeout=60)
    await slack.until(lambda: _reports(on, SECOND) == 1, timeout=60)
    assert "Unarchive it" in shapes.dump(card.blocks)
    slack.faults.clear()
    pressed = await slack.control.press(many.OPERATOR, card.ts, action="Retry")
    assert pressed.acked
    await slack.until(lambda: _reports(on, FIRST) == 1, timeout=60)
    thread = [one.text for one in slack.control.thread(stage.OPS, card.ts)]
    assert not [text for text in thread if "Attempt 2" in text]
    assert (_reports(on, FIRST), _reports(on, SECOND)) == (1, 1)


async def test_reports_are_posted_while_no_socket_can_be_opened(on: many.Stage) -> None:
    await on.start_bot()
    on.slack.faults.add("refused_upgrade", times=None, value=503)
    await on.slack.control.disconnect("link_disabled")
    await on.slack.until(lambda: on.slack.control.sockets == 0, timeout=60)
    await _monday(on)
    await on.slack.until(lambda: _reports(on, FIRST) + _reports(on, SECOND) == 2, timeout=60)
    assert on.slack.control.sockets == 0


async def test_a_workspace_without_native_blocks_is_told_once(on: many.Stage) -> None:
    on.slack.workspace.rules.native_data_blocks = False
    await on.start_bot()
    await _monday(on)
    await on.slack.until(lambda: _reports(on, FIRST) + _reports(on, SECOND) == 2, timeout=60)
    await on.slack.until(lambda: on.slack.control.messages(stage.OPS), timeout=60)
    told = [one.text for one in on.slack.control.messages(stage.OPS)]
    assert len([text for text in told if "refused native" in text]) == 1
