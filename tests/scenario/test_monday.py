"""A Monday with the real bot: a process of its own, through Slack's own protocol, on loopback."""

import signal
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.demo import show, stage
from bot.demo.slack import shapes
from bot.operations import answers, control

CHECKOUT = Path(__file__).parents[2]
ACME, PVCP, XYZ = "C0ACMEREPORT", "C0PVCPREPORT", "C0XYZREPORT"
CLAIRE, MALIK, GUEST = "U0CLAIRE", "U0MALIK", "U0GUEST"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]


class Monday:
    """The stage, and what a test does on it."""

    def __init__(self, on: stage.Stage) -> None:
        self.stage = on
        self.slack = on.slack

    async def wake(self) -> None:
        await control.call(self.stage.database, answers.Question(verb=answers.Verb.WAKE))

    async def at(self, after: timedelta) -> None:
        """Move the bot's clock to so long after Monday 06:00."""
        self.stage.move_to(self.stage.monday + after)
        await self.wake()

    def texts(self, channel: str) -> list[str]:
        return [shapes.dump(one.blocks) + one.text for one in self.slack.control.messages(channel)]

    def told(self, user: str = CLAIRE) -> str:
        return "\n".join(
            shapes.dump(one.blocks) + one.text for one in self.slack.control.ephemerals(user)
        )

    async def posted(self, channel: str, count: int = 1) -> list[str]:
        await self.slack.until(lambda: len(self.texts(channel)) >= count, timeout=60)
        return self.texts(channel)

    async def hears(self, words: str, user: str = CLAIRE) -> None:
        await self.slack.until(lambda: words in self.told(user), timeout=60)

    async def answered(self, user: str, text: str) -> None:
        """Type a command in acme's channel and wait for its private answer."""
        before = len(self.slack.control.ephemerals(user))
        done = await self.slack.control.command(user=user, channel=ACME, text=text)
        assert done.acked
        await self.slack.until(
            lambda: len(self.slack.control.ephemerals(user)) > before, timeout=30
        )

    async def all_posted(self) -> None:
        """Let the three reports come in their slots."""
        for slot in range(show.SLOTS):
            await self.at(show.SLOT * slot)
            expected = slot + 1
            await self.slack.until(lambda: self._count() >= expected, timeout=60)  # noqa: B023

    def _count(self) -> int:
        return sum(bool(self.texts(channel)) for channel in (ACME, PVCP, XYZ))


@pytest.fixture
async def monday(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Monday]:
    """The bot, up and waiting for Monday 06:00."""
    monkeypatch.chdir(tmp_path)
    async with stage.open_stage(stage.Place(folder=tmp_path / "demo", checkout=CHECKOUT)) as on:
        await on.start_bot()
        yield Monday(on)


async def test_three_reports_come_in_their_slots_each_once(monday: Monday) -> None:
    await monday.all_posted()
    for channel, name in ((ACME, "Acme Corp"), (PVCP, "PVCP"), (XYZ, "XYZ")):
        (post,) = monday.texts(channel)
        assert name in post
        assert "16–22 Nov" in post or "week" in post or "–" in post
    (digest,) = await monday.posted(stage.OPS)
    assert "sent" in digest


async def test_a_revoked_credential_is_one_card_and_a_retry_mends_it(monday: Monday) -> None:
    monday.stage.revoke()
    await monday.all_posted()
    (card,) = monday.slack.control.messages(XYZ)
    assert "BigQuery refused our sign-in" in shapes.dump(card.blocks)
    assert "Acme" not in shapes.dump(card.blocks)
    monday.stage.grant()
    first = await monday.slack.control.press(CLAIRE, card.ts, action="Retry")
    assert first.acked
    await monday.posted(XYZ, 2)
    await monday.slack.until(lambda: "🟢" in monday.texts(XYZ)[0], timeout=60)
    assert "Open report" in monday.texts(XYZ)[0]
    await monday.slack.until(
        lambda: any("Attempt 2" in one.text for one in monday.slack.control.thread(XYZ, card.ts)),
        timeout=60,
    )
    assert len(monday.texts(XYZ)) == 2


async def test_killed_at_any_moment_nothing_is_lost_or_posted_twice(monday: Monday) -> None:
    for slot in range(show.SLOTS):
        monday.stage.move_to(monday.stage.monday + show.SLOT * slot)
        await monday.wake()
        await monday.stage.stop_bot(signal.SIGKILL)
        await monday.stage.start_bot()
    await monday.at(show.SLOT * show.SLOTS)
    for channel in (ACME, PVCP, XYZ):
        assert len(await monday.posted(channel)) == 1
    await monday.stage.stop_bot(signal.SIGKILL)
    await monday.stage.start_bot()
    await monday.at(timedelta(hours=1))
    assert [len(monday.texts(channel)) for channel in (ACME, PVCP, XYZ)] == [1, 1, 1]


async def test_a_post_whose_answer_is_lost_is_found_not_repeated(monday: Monday) -> None:
    monday.slack.faults.add("cut_after", method="chat.postMessage", channel=ACME, times=1)
    await monday.all_posted()
    await monday.at(timedelta(hours=1))
    await monday.slack.until(
        lambda: monday.slack.journal.calls("conversations.history") or None, timeout=60
    )
    assert len(monday.texts(ACME)) == 1


async def test_a_rerun_of_the_same_figures_posts_nothing(monday: Monday) -> None:
    await monday.all_posted()
    done = await monday.slack.control.command(
        user=CLAIRE, channel=stage.OPS, text="/report rerun acme"
    )
    assert done.acked
    await monday.hears("nothing changed since it was sent")
    assert len(monday.texts(ACME)) == 1


async def test_a_rerun_of_other_figures_shows_them_and_replace_edits_the_post(
    monday: Monday,
) -> None:
    await monday.all_posted()
    shop = monday.stage.place.clients / "acme" / "data" / "shop.csv"
    kept = shop.read_text().splitlines()
    shop.write_text("\n".join(kept[:-1]) + "\n")
    await monday.slack.control.command(user=CLAIRE, channel=ACME, text="/report rerun")
    await monday.hears("Replace")
    shown = monday.slack.control.ephemerals(CLAIRE)[-1]
    await monday.slack.control.press(CLAIRE, shown.ts, action="Replace")
    await monday.slack.until(lambda: "orrected" in monday.texts(ACME)[0], timeout=60)
    assert len(monday.texts(ACME)) == 1


async def test_data_that_is_late_is_waited_for_and_posted_once(monday: Monday) -> None:
    shop = monday.stage.place.clients / "acme" / "data" / "shop.csv"
    whole = shop.read_text()
    kept = whole.splitlines()
    sunday = kept[-1].split(",")[0]
    shop.write_text("\n".join(one for one in kept if not one.startswith(sunday)) + "\n")
    for slot in range(show.SLOTS):
        await monday.at(show.SLOT * slot)
    await monday.slack.until(lambda: "waits for" in str(monday.texts(stage.OPS)), timeout=60)
    assert monday.texts(ACME) == []
    shop.write_text(whole)
    await monday.at(timedelta(hours=1))
    (post,) = await monday.posted(ACME)
    assert "ends on" not in post


async def test_a_paused_client_does_not_fire_and_goes_on_when_resumed(monday: Monday) -> None:
    await monday.slack.control.command(
        user=CLAIRE, channel=stage.OPS, text="/report pause acme for 3d stock-taking"
    )
    await monday.hears("paused")
    for slot in range(show.SLOTS):
        await monday.at(show.SLOT * slot)
    await monday.posted(PVCP)
    await monday.posted(XYZ)
    assert monday.texts(ACME) == []
    await monday.slack.control.command(user=CLAIRE, channel=ACME, text="/report resume")
    await monday.hears("no longer paused")
    await monday.at(timedelta(days=7))
    await monday.at(timedelta(days=7, minutes=30))
    await monday.posted(ACME)


async def test_who_is_no_operator_learns_nothing_about_other_clients(monday: Monday) -> None:
    monday.slack.workspace.channels[ACME].members.add(GUEST)
    for user, text in (
        (MALIK, "/report status pvcp"),
        (MALIK, "/report status nobody"),
        (GUEST, "/report rerun acme"),
        (MALIK, "/report cost"),
        (MALIK, "/report list"),
    ):
        await monday.answered(user, text)
    told = monday.told(MALIK) + monday.told(GUEST)
    assert "PVCP" not in told
    assert "XYZ" not in told
    refused = {one.text for one in monday.slack.control.ephemerals(MALIK)[:2]}
    assert len({text.replace("pvcp", "").replace("nobody", "") for text in refused}) == 1
