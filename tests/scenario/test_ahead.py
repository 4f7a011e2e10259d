"""Looks ahead with the real bot: what is broken is told before Monday, and mended."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.demo import stage
from tests.scenario import test_monday
from tests.scenario.test_monday import ACME, CLAIRE, XYZ, Monday

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

WEEKEND = timedelta(hours=40)
"""Before Monday 06:00: the evening's look is due, and was never made."""


@pytest.fixture
async def monday(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Monday]:
    """The bot, started at the weekend, with a credential that was revoked meanwhile."""
    monkeypatch.chdir(tmp_path)
    place = stage.Place(folder=tmp_path / "demo", checkout=test_monday.CHECKOUT)
    async with stage.open_stage(place) as on:
        on.move_to(on.monday - WEEKEND)
        on.revoke()
        await on.start_bot()
        yield Monday(on)


async def test_what_broke_is_told_before_monday_and_never_to_the_client(
    monday: Monday,
) -> None:
    await monday.slack.until(
        lambda: any("nothing is late yet" in one for one in monday.texts(stage.OPS)), timeout=60
    )
    (card,) = [one for one in monday.slack.control.messages(stage.OPS) if "late yet" in one.text]
    assert "BigQuery" in card.text
    await monday.answered(CLAIRE, "/report check acme")
    assert "its report could go out now" in monday.told()
    monday.stage.grant()
    pressed = await monday.slack.control.press(CLAIRE, card.ts, action="Check again")
    assert pressed.acked
    again = "works again, before a report was due"
    await monday.slack.until(
        lambda: any(again in one for one in monday.texts(stage.OPS)), timeout=60
    )
    assert [len(monday.texts(channel)) for channel in (ACME, XYZ)] == [0, 0]
