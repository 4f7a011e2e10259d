"""The ways in that are no command, with the real bot: at home, by shortcut, in a thread."""

from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from bot.demo import stage
from bot.demo.slack import shapes
from bot.slack import ids
from tests.scenario import test_monday as bench
from tests.scenario.test_monday import ACME, CHECKOUT, CLAIRE, GUEST, Monday

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]
MALIK = "U0MALIK"


@pytest.fixture
async def monday(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Monday]:
    """The bot, up and waiting for Monday 06:00."""
    monkeypatch.chdir(tmp_path)
    async with stage.open_stage(stage.Place(folder=tmp_path / "demo", checkout=CHECKOUT)) as on:
        await on.start_bot()
        yield bench.Monday(on)


async def _when(monday: Monday, words: str, *, of: Callable[[], str]) -> None:
    await monday.slack.until(lambda: words in of(), timeout=30)


async def test_a_report_is_asked_for_at_home_and_asked_about_where_it_stands(
    monday: Monday,
) -> None:
    here = monday.slack.control

    def home(user: str = CLAIRE) -> str:
        found = here.home(user)
        return shapes.dump(found.body) if found else ""

    def window() -> str:
        return shapes.dump([one.body for one in here.views(CLAIRE)])

    def told() -> str:
        return shapes.dump([[one.text, one.blocks] for one in here.ephemerals(CLAIRE)])

    assert (await here.open_home(CLAIRE)).acked
    await _when(monday, "3 clients", of=home)
    where = here.home(CLAIRE)
    assert where is not None
    assert (await here.press(CLAIRE, where.id, action=ids.MENU_RERUN, value="acme")).acked
    await _when(monday, "on its way", of=window)
    (post,) = await monday.posted(ACME)
    assert "Acme Corp" in post

    (message,) = here.messages(ACME)
    asked = await here.say(MALIK, ACME, text="why so low?", thread_ts=message.ts)
    assert (await here.shortcut(CLAIRE, ids.ABOUT_SHORTCUT, ts=asked.ts)).acked
    await _when(monday, ids.ABOUT_RERUN, of=told)
    last = here.ephemerals(CLAIRE)[-1]
    assert last.thread_ts == message.ts
    assert (await here.press(CLAIRE, last.ts, action=ids.WHY)).acked
    await _when(monday, "Why these numbers? Weekly KPIs", of=told)

    assert (await here.shortcut(CLAIRE, ids.MENU_SHORTCUT)).acked
    await _when(monday, "menu_client", of=window)
    assert (await here.open_home(GUEST)).acked
    await _when(monday, "I run client reports", of=lambda: home(GUEST))
    assert "Acme" not in home(GUEST)
