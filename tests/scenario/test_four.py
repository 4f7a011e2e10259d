"""One report over four sources, by the real bot behind its walls: every figure against what was put
into the doubles, one source that refuses, and an id that was copied from elsewhere.
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest

from bot.demo import googleads, stage
from bot.demo.slack import records, shapes
from bot.slack import ids
from tests.scenario import four, many

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
_JOINED = {
    "of_target": ("revenue", "target"),
    "conversion": ("orders", "sessions"),
    "roas": ("revenue", "ad_spend"),
    "cost_per_order": ("ad_spend", "orders"),
}
_OUTCOME = "SELECT report FROM outcomes ORDER BY rowid DESC LIMIT 1"
_REFUSED = googleads.failure(403, "authorizationError.USER_PERMISSION_DENIED")


async def test_one_report_over_four_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One bot for three weeks of the client: the newest, and the two before it."""
    monkeypatch.chdir(tmp_path)
    async with four.open_four(tmp_path / "house") as halden:
        await halden.on.start_bot()
        weeks = [halden.on.monday.date() - timedelta(days=7 * back) for back in (1, 2, 3)]
        await _its_figures_are_those_of_its_sources(halden, weeks[0])
        await _what_a_refusal_takes_away_is_never_nothing(halden, weeks[1])
        await _a_copied_id_is_held(halden, weeks[2])


def test_the_file_is_the_one_that_the_documentation_shows() -> None:
    shown = (many.CHECKOUT / "docs/sources.md").read_text("utf-8")
    assert f"```yaml\n{four.CLIENT.read_text('utf-8')}```\n" in shown


async def _its_figures_are_those_of_its_sources(halden: four.Four, week: date) -> None:
    await _rerun(halden, week)
    card = await _said(halden, stage.OPS, "nobody has confirmed yet")
    shown = shapes.dump(card.blocks)
    for whose in ("halden.example", "2718281828", "Halden Bikes: targets"):
        assert whose in shown
    assert "Data files" not in shown  # the client's own folder
    assert not halden.on.slack.control.messages(four.CHANNEL)
    await _press(halden, card, ids.IDENTITY_POST)
    post = shapes.dump((await _said(halden, four.CHANNEL, "Weekly growth")).blocks)
    now, before = (_expected(halden, one) for one in (week, week - timedelta(days=7)))
    told = _told(halden)
    assert set(told) == set(now)
    for name, (value, previous) in told.items():
        assert value == pytest.approx(now[name], rel=Decimal(10) ** -20), name
        assert previous == pytest.approx(before[name], rel=Decimal(10) ** -20), name
    assert f"{now['orders']:,}" in post
    assert f"{now['roas']:.2f}" in post
    assert "“visits”" in post
    assert "may still change" in post


async def _what_a_refusal_takes_away_is_never_nothing(halden: four.Four, week: date) -> None:
    halden.platform.answer_next(*[_REFUSED] * 9)
    await _rerun(halden, week)
    card = await _said(halden, four.CHANNEL, "Send without")
    await _press(halden, card, ids.SEND_WITHOUT)
    post = await _said(halden, four.CHANNEL, "Left out this time")
    halden.platform.forget()
    assert "not available" in shapes.dump(post.blocks)
    told, expected = _told(halden), _expected(halden, week)
    missing = {name for name, figures in told.items() if figures == (None, None)}
    assert missing == {"ad_spend", "clicks", "roas", "cost_per_order"}
    for name in told.keys() - missing:
        assert told[name][0] == pytest.approx(expected[name], rel=Decimal(10) ** -20), name


async def _a_copied_id_is_held(halden: four.Four, week: date) -> None:
    posted = len(halden.on.slack.control.messages(four.CHANNEL))
    text = halden.file.read_text("utf-8")
    halden.file.write_text(text.replace(four.PROPERTY, four.COPIED), "utf-8")
    async with asyncio.timeout(60):
        while '"updated": ["halden"]' not in halden.on.place.log.read_text("utf-8"):
            await halden.on.wake()
            await asyncio.sleep(0.1)  # it looks at its files then, in a process of its own
    await _rerun(halden, week)
    card = await _said(halden, stage.OPS, "elsewhere than was confirmed")
    shown = shapes.dump(card.blocks)
    assert "Skerry Outdoor" in shown
    assert "Halden Bikes" in shown
    assert "2718281828" not in shown
    assert len(halden.on.slack.control.messages(four.CHANNEL)) == posted


def _expected(halden: four.Four, monday: date) -> Mapping[str, Decimal]:
    """Add up what the week should come to, from what was put into the doubles."""
    days = {monday + timedelta(days=number) for number in range(7)}
    visits = [row for row in halden.visits if date.fromisoformat(str(row["date"])) in days]
    spent = [one for one in halden.spent if one.day in days]
    orders = [one for one in halden.orders if one.day in days]
    found = {
        "revenue": sum((one.total for one in orders), Decimal()),
        "orders": Decimal(len(orders)),
        "target": halden.targets[monday],
        "sessions": sum((Decimal(row["sessions"]) for row in visits), Decimal()),
        "key_events": sum((Decimal(row["keyEvents"]) for row in visits), Decimal()),
        "ad_spend": sum((one.spend for one in spent), Decimal()),
        "clicks": Decimal(sum(one.clicks for one in spent)),
    }
    joined = {name: found[over] / found[under] for name, (over, under) in _JOINED.items()}
    return {**found, **joined}


def _told(halden: four.Four) -> Mapping[str, tuple[Decimal | None, Decimal | None]]:
    """What the newest report holds: each metric's value and the one before."""
    ((report,),) = halden.on.rows(_OUTCOME)
    metrics = cast("list[dict[str, str | None]]", json.loads(str(report))["metrics"])
    return {
        str(one["name"]): (_decimal(one["value"]), _decimal(one["previous"])) for one in metrics
    }


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


async def _rerun(halden: four.Four, week: date) -> None:
    text = f"/report rerun halden {week:%G-W%V}"
    done = await halden.on.slack.control.command(
        user=many.OPERATOR, channel=four.CHANNEL, text=text
    )
    assert done.acked


async def _said(halden: four.Four, channel: str, words: str) -> records.Message:
    """Wait until a channel shows these words."""
    slack = halden.on.slack

    def found() -> records.Message | None:
        messages = slack.control.messages(channel)
        return next((one for one in messages if words in shapes.dump(one.blocks) + one.text), None)

    return await slack.until(found, timeout=60)


async def _press(halden: four.Four, on: records.Message, action: str) -> None:
    done = await halden.on.slack.control.press(many.OPERATOR, on.ts, action=action)
    assert done.acked
