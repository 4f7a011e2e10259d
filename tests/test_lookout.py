"""What is wrong with Slack's connection is said once, and once that it is over, by an edit."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot import clock
from bot.app import lookout
from bot.domain import delivery, ids
from bot.slack import connection
from bot.store import Store
from tests import samples

OPS = ids.ChannelId("C0REPORTOPS")
UP = connection.State(connected=True, sockets=2, num_connections=2, alone=True)
DOWN = connection.State()
SILENT = lookout.SILENT.total_seconds()


@dataclass(kw_only=True)
class Line:
    """A connection as a test says."""

    state: connection.State = UP
    silence: float = 0.0


@dataclass(kw_only=True)
class Place:
    """A lookout, and what it looks at and says."""

    store: Store
    line: Line = field(default_factory=Line)
    time: clock.HeldClock = field(default_factory=lambda: clock.HeldClock(samples.AS_OF))

    def anew(self) -> lookout.Lookout:
        """As a life of the bot begins."""
        return lookout.Lookout(self.line, self.store, channel=OPS, now=self.time)

    async def said(self) -> list[delivery.Delivery]:
        return list(await self.store.deliveries.due(self.time.now()))


@pytest.fixture
async def place(tmp_path: Path) -> AsyncGenerator[Place]:
    async with Store.open(tmp_path / "kept.db") as store:
        yield Place(store=store)


async def test_all_is_well_and_nothing_is_said(place: Place) -> None:
    looking = place.anew()
    for line in (Line(state=DOWN, silence=SILENT - 1), Line()):
        place.line.state, place.line.silence = line.state, line.silence
        await looking.look()
    assert await place.said() == []


async def test_a_long_silence_is_said_once_also_by_the_next_life(place: Place) -> None:
    place.line.state, place.line.silence = DOWN, SILENT
    for looking in (place.anew(), place.anew()):
        await looking.look()
        await looking.look()
    (said,) = await place.said()
    assert said.channel == OPS
    assert "has not reached me for 3 minutes" in said.bodies[0].text
    assert "reports go out as ever" in said.bodies[0].text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("link_disabled", "Socket Mode is turned off"),
        ("token_revoked", "SLACK_APP_TOKEN"),
        ("invalid_auth", "connections:write"),
        ("account_inactive", "removed from the workspace"),
        ("new_trouble", "the reason “new_trouble”"),
    ],
)
async def test_a_refusal_is_said_at_once_with_its_remedy(
    place: Place, error: str, words: str
) -> None:
    place.line.state = connection.State(error=error, refused=True)
    await place.anew().look()
    (said,) = await place.said()
    assert words in said.bodies[0].text


async def test_that_it_is_over_takes_the_place_of_the_alarm(place: Place) -> None:
    place.line.state, place.line.silence = DOWN, SILENT
    looking = place.anew()
    await looking.look()
    place.line.state, place.line.silence = UP, 0.0
    await place.anew().look()  # the next life says so too
    await looking.look()
    (said,) = await place.said()
    assert said.bodies[0].text.startswith("🟢 Slack reaches me again")
    assert "It was: Slack has not reached me" in said.bodies[0].text
    assert said.version == 2


async def test_another_silence_is_another_alarm(place: Place) -> None:
    looking = place.anew()
    for silence in (SILENT, 0.0, SILENT):
        place.line.state, place.line.silence = (DOWN, silence) if silence else (UP, 0.0)
        place.time.advance(lookout.SILENT)
        await looking.look()
    assert len(await place.said()) == 2


async def test_another_bot_is_said_once_and_cleared_when_it_is_gone(place: Place) -> None:
    looking = place.anew()
    doubt = connection.State(connected=True, sockets=2)
    crowd = connection.State(connected=True, sockets=2, others=2)
    texts: list[str] = []
    for state in (doubt, crowd, crowd, doubt, UP, UP):
        place.line.state = state
        await looking.look()
        texts.append("".join(one.bodies[0].text[:2] for one in await place.said()))
    assert texts == ["", "⚠️", "⚠️", "⚠️", "🟢 ", "🟢 "]
    (said,) = await place.said()
    assert "another database" in said.bodies[0].text


async def test_without_an_ops_channel_it_is_only_logged(place: Place) -> None:
    place.line.state, place.line.silence = DOWN, SILENT
    await lookout.Lookout(place.line, place.store, channel=None, now=place.time).look()
    assert await place.said() == []
