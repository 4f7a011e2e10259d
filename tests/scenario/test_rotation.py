"""A refused credential is replaced from its card: a real bot, its guard, Slack's own protocol."""

import json
import signal
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.demo import ga4, google
from bot.demo.slack import records, shapes
from bot.sealed import writing
from bot.slack import ids
from bot.slack.screens import rotate
from tests.scenario import many
from tests.scenario.test_sealed import House as _House

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(150),
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
]
FIELD = f"{rotate.PREFIX}{rotate.WHOLE}"
OLD, NEW, STRANGER = "reports@agency.example", "fresh@agency.example", "other@globex.example"


class House(_House):
    """With the keys of two more accounts: one that sees the same, and one that sees nothing."""

    def __init__(
        self, on: many.Stage, *, analytics: ga4.Ga4Double, accounts: google.GoogleDouble
    ) -> None:
        super().__init__(on, analytics=analytics, accounts=accounts)
        self.accounts = accounts
        self.fresh = json.dumps(accounts.service_account(NEW, "agency"))
        self.strange = json.dumps(accounts.service_account(STRANGER, "elsewhere"))

    def window(self) -> str:
        """What the operator's modal says; empty: there is none."""
        return "".join(shapes.dump(one.body) for one in self.on.slack.control.views(many.OPERATOR))

    async def until(self, words: str) -> str:
        """Wait for it to say something."""
        await self.on.slack.until(lambda: words in self.window(), timeout=60)
        return self.window()

    async def card(self) -> records.Message:
        """The failure card."""
        channel = many.channel(0)
        await self.on.slack.until(
            lambda: any(
                "Rotate credential" in shapes.dump(one.blocks) for one in self._at(channel)
            ),
            timeout=60,
        )
        return next(one for one in self._at(channel) if "Rotate" in shapes.dump(one.blocks))

    async def enter(self, key: str) -> None:
        """Open the modal from the card, enter a key, and send it off."""
        card = await self.card()
        await self.on.slack.control.press(many.OPERATOR, card.ts, action=ids.ROTATE)
        await self.until("Try it")
        await self.on.slack.control.submit(many.OPERATOR, values={FIELD: key})

    @property
    def in_force(self) -> int | None:
        """The version that runs open."""
        return writing.Sealed(self.folder).versions("client000", "ga4").current

    def said(self, words: str) -> bool:
        """Whether it stands in the client's channel, threads included."""
        everything = self.on.slack.journal.calls()
        return any(words in repr(one) for one in everything)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    with google.GoogleDouble() as accounts, ga4.Ga4Double(accounts) as analytics:
        async with many.open_many(tmp_path / "house", 1) as on:
            yield House(on, analytics=analytics, accounts=accounts)


@pytest.fixture
async def refused(house: House) -> House:
    """Google has taken back the sign-in, and the card says so."""
    house.seal()
    house.accounts.revoke(OLD)
    await house.on.start_bot()
    await house.morning(0)
    return house


async def test_from_the_card_to_the_post_and_back(refused: House) -> None:
    house, on = refused, refused.on
    await house.enter(house.fresh)
    shown = await house.until("Nothing has changed yet")
    assert "cannot be read any more" in shown
    assert "Same permissions" in shown
    await on.slack.control.submit(many.OPERATOR)
    await on.slack.until(lambda: house.in_force == 2, timeout=60)
    card = await house.card()
    await on.slack.control.press(many.OPERATOR, card.ts, action=ids.RETRY)
    asked = await house.asked("nobody has confirmed yet that its numbers are")
    await on.slack.control.press(many.OPERATOR, asked.ts, action=ids.IDENTITY_POST)
    await on.slack.until(lambda: any("70" in one for one in house.posted), timeout=60)
    assert house.said("rotated the credential")
    assert "rolled back" in await house.shell("credential", "rollback", "client000")
    assert house.in_force == 1
    await on.stop_bot()
    private = json.loads(house.fresh)["private_key"][40:100]
    kept = [one for one in on.place.folder.parent.rglob("*") if one.is_file()]
    assert not [one for one in kept if private.encode() in one.read_bytes()]
    assert not house.said(private)


async def test_another_account_is_refused_and_the_old_one_stays(refused: House) -> None:
    await refused.enter(refused.strange)
    assert "🔴" in await refused.until("stays as it was")
    assert refused.in_force == 1


async def test_killed_between_the_trial_and_its_confirmation(refused: House) -> None:
    await refused.enter(refused.fresh)
    await refused.until("Nothing has changed yet")
    await refused.on.stop_bot(signal.SIGKILL)
    await refused.on.start_bot()
    await refused.on.slack.control.submit(many.OPERATOR)
    await refused.on.slack.until(lambda: refused.in_force == 2, timeout=60)
