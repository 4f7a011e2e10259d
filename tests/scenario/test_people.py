"""What people see and press around a post that cannot simply go out, with the real bot."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.demo import show, stage
from bot.demo.slack import shapes
from bot.slack import ids
from tests.scenario import test_monday as bench
from tests.scenario.test_monday import ACME, CHECKOUT, CLAIRE, GUEST, XYZ, Monday

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
AFTER = timedelta(hours=3, minutes=1)
"""Just after every promise."""


@pytest.fixture
async def monday(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Monday]:
    """The bot, up and waiting for Monday 06:00."""
    monkeypatch.chdir(tmp_path)
    async with stage.open_stage(stage.Place(folder=tmp_path / "demo", checkout=CHECKOUT)) as on:
        await on.start_bot()
        yield bench.Monday(on)


async def _slots(monday: Monday) -> None:
    for slot in range(show.SLOTS):
        await monday.at(show.SLOT * slot)


async def _said(monday: Monday, channel: str, words: str) -> str:
    """Wait until a channel shows these words; the ts of the message."""

    def found() -> str:
        for one in monday.slack.control.messages(channel):
            if words in shapes.dump(one.blocks) + one.text:
                return one.ts
        return ""

    await monday.slack.until(lambda: bool(found()), timeout=60)
    return found()


async def test_a_report_goes_out_without_its_failed_source(monday: Monday) -> None:
    ads = monday.stage.place.clients / "acme" / "data" / "ads.csv"
    ads.unlink()
    await _slots(monday)
    card = await _said(monday, ACME, "Send without")
    done = await monday.slack.control.press(CLAIRE, card, action=ids.SEND_WITHOUT)
    assert done.acked
    post = await _said(monday, ACME, "Left out this time")
    shown = shapes.dump(monday.slack.control.messages(ACME)[-1].blocks)
    assert monday.slack.control.messages(ACME)[-1].ts == post
    assert "not available" in shown
    assert "Revenue" in shown
    await _said(monday, ACME, "🟢")


async def test_a_post_is_held_for_outsiders_until_an_operator_confirms(monday: Monday) -> None:
    monday.slack.control.house.add_member(ACME, GUEST)
    await _slots(monday)
    held = await _said(monday, stage.OPS, "held: people from outside")
    assert monday.texts(ACME) == []
    done = await monday.slack.control.press(CLAIRE, held, action=ids.CONFIRM_AUDIENCE)
    assert done.acked
    (post,) = await monday.posted(ACME)
    assert "Acme Corp" in post
    await monday.at(timedelta(hours=1))
    assert len(monday.texts(ACME)) == 1


async def test_outsiders_see_one_neutral_line_and_only_after_the_promise(monday: Monday) -> None:
    monday.slack.control.house.share(XYZ, "T0ACMESAS")
    monday.stage.revoke()
    await _slots(monday)
    card = await _said(monday, stage.OPS, "BigQuery refused our sign-in")
    assert monday.texts(XYZ) == []
    await monday.at(AFTER)
    monday.stage.grant()
    await _said(monday, XYZ, "delayed")
    await monday.slack.control.press(CLAIRE, card, action=ids.RETRY)
    held = await _said(monday, stage.OPS, "held: people from outside")
    await monday.slack.control.press(CLAIRE, held, action=ids.CONFIRM_AUDIENCE)
    _, post = await monday.posted(XYZ, 2)
    assert "XYZ" in post
    await _said(monday, XYZ, "Sent, see below.")
    assert "delayed" not in monday.texts(XYZ)[0]
    await _said(monday, stage.OPS, "the client saw one neutral line")
    assert len(monday.texts(XYZ)) == 2
