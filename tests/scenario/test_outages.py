"""A morning on which one thing breaks for everybody, with the real bot on the local Slack."""

import signal
from datetime import timedelta
from pathlib import Path

import pytest

from bot.demo import stage
from bot.demo.slack import records, shapes
from tests.scenario import many

CLIENTS = 6
NOW = {"REPORTOPS_STAGGER": "0"}
STARVED = {**NOW, "REPORTOPS_RUN_TIMEOUT": "PT0.2S"}

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


def _told(on: many.Stage, prefix: str) -> list[records.Message]:
    """The messages whose key begins so."""
    return [one for key, one in on.keyed() if key.startswith(prefix)]


def _text(found: list[records.Message]) -> str:
    return "\n".join(shapes.dump(one.blocks) + one.text for one in found)


async def _at(on: many.Stage, minutes: int) -> None:
    on.move_to(on.monday + timedelta(minutes=minutes))
    await on.wake()


async def _failed(on: many.Stage) -> None:
    """Let every run fail twice; the second time somebody is told."""
    for number, minutes in enumerate((0, 2), 1):
        await _at(on, minutes)
        await on.until_written(
            "SELECT 1 FROM attempts WHERE ended IS NOT NULL"
            f" GROUP BY number HAVING number = {number} AND count(*) = {CLIENTS}"
        )
    await on.slack.until(lambda: f"{CLIENTS} reports" in _text(_told(on, "outage:")), timeout=90)


async def test_one_cause_is_one_card_and_one_press_mends_it_all(tmp_path: Path) -> None:
    async with many.open_many(tmp_path / "many", CLIENTS, settings=STARVED) as on:
        quick = on.sales(0).read_text("utf-8")
        for number in range(CLIENTS):
            on.sales(number).write_text(many.ENDLESS, "utf-8")
        await on.start_bot()
        await _failed(on)
        assert len(_told(on, "card:")) <= 2
        (card,) = _told(on, "outage:")
        await on.stop_bot(signal.SIGKILL)
        on.settings = NOW
        for number in range(CLIENTS):
            on.sales(number).write_text(quick, "utf-8")
        await on.start_bot()
        pressed = await on.slack.control.press(many.OPERATOR, card.ts, action="Retry all now")
        assert pressed.acked
        await on.slack.until(lambda: len(_told(on, "report:")) == CLIENTS, timeout=120)
        await on.slack.until(lambda: "🟢" in _text(_told(on, "outage:")), timeout=60)
        await on.slack.until(lambda: f"{CLIENTS} sent" in _text(_told(on, "digest:")), timeout=60)
        thread = [one.text for one in on.slack.control.thread(stage.OPS, card.ts)]
        assert sum("asked for all of them again" in text for text in thread) == 1
        await on.slack.until(
            lambda: (
                sum(
                    "Over: 6 of 6" in one.text
                    for one in on.slack.control.thread(stage.OPS, card.ts)
                )
                == 1
            ),
            timeout=60,
        )
        assert len(_told(on, "digest:")) == len(_told(on, "outage:")) == 1
