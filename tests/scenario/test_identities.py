"""A copied id does not leak: over Slack's own protocol, with Analytics behind the walls."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.demo import ga4, google, stage
from bot.demo.slack import records, shapes
from bot.slack import ids
from tests.scenario import many

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

_CLIENT = """\
name: Globex
channel: {channel}
stage: live
timezone: Europe/Paris
sources:
  web: {{kind: ga4, property: "{number}", credential: "env://GLOBEX_GA4"}}
reports:
  daily:
    title: Daily visits
    schedule: {{cron: "0 6 * * *"}}
    period: day
    queries:
      visits: {{source: web, request: {{metrics: [sessions]}}}}
    metrics:
      sessions: {{unit: count}}
"""
OWN, OTHER = "1001", "2002"
DAY = timedelta(days=1)


class House:
    """The bot with one client of Analytics, its properties, and the shell."""

    def __init__(
        self, on: many.Stage, *, analytics: ga4.Ga4Double, accounts: google.GoogleDouble
    ) -> None:
        self.on = on
        self.analytics = analytics
        host, sign_in = (urlsplit(url).netloc for url in (analytics.url, accounts.url))
        key = accounts.service_account("reports@agency.example", "agency")
        on.settings = {
            "GLOBEX_GA4": json.dumps(key),
            "REPORTOPS_DOUBLES": f"ga4={analytics.url}",
            "REPORTOPS_EGRESS_PRIVATE": f"{host},{sign_in}",
            "REPORTOPS_STAGGER": "0",
        }
        for number, name in ((OWN, "Globex Shop"), (OTHER, "Acme Shop")):
            self.name(number, name)
        many.write_client(on.place.clients, 0)
        self.reads(OWN)

    def name(self, number: str, name: str) -> None:
        """Add one, or give it another name."""
        site = f"https://{name.split(maxsplit=1)[0].lower()}.example"
        made = ga4.Property(
            number=number,
            project="agency",
            name=name,
            zone="Europe/Paris",
            currency="EUR",
            sites=(site,),
        )
        self.analytics.property(made)
        days = (self.on.monday + DAY * number for number in range(-3, 7))
        rows = [{"date": day.date().isoformat(), "sessions": 70} for day in days]
        self.analytics.load(number, rows)

    def reads(self, number: str) -> None:
        """Write which property the client's file names."""
        text = _CLIENT.format(channel=many.channel(0), number=number)
        (self.on.place.clients / "client000" / "client.yaml").write_text(text, "utf-8")

    async def morning(self, day: int) -> None:
        """It is just past six, so many days after Monday."""
        self.on.clock.move_to(self.on.monday + DAY * day + timedelta(minutes=1))
        await self.on.wake()

    async def posts(self, count: int) -> None:
        """Wait until so many reports stand in the client's channel."""
        await self.on.slack.until(lambda: len(self.posted) >= count, timeout=60)

    @property
    def posted(self) -> list[str]:
        """What stands in the client's channel."""
        return [shapes.dump(one.blocks) for one in self._at(many.channel(0))]

    def _at(self, channel: str) -> list[records.Message]:
        return self.on.slack.control.messages(channel)

    async def asked(self, words: str) -> records.Message:
        """Wait for what the operators are told."""

        def found() -> records.Message | None:
            return next(
                (one for one in self._at(stage.OPS) if words in shapes.dump(one.blocks)), None
            )

        return await self.on.slack.until(found, timeout=60)

    async def shell(self, *words: str) -> str:
        """What `reportops …` prints."""
        ran = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot.cli", *words),
            cwd=many.CHECKOUT,
            env=self.on.environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        out, _ = await ran.communicate()
        return out.decode()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    with google.GoogleDouble() as accounts, ga4.Ga4Double(accounts) as analytics:
        async with many.open_many(tmp_path / "house", 1) as on:
            yield House(on, analytics=analytics, accounts=accounts)


async def test_it_is_confirmed_once_and_compared_each_time(house: House) -> None:
    await house.on.start_bot()
    await house.morning(0)
    card = await house.asked("nobody has confirmed yet that its numbers are Globex")
    assert "Globex Shop, properties/1001, globex.example, EUR" in shapes.dump(card.blocks)
    assert house.posted == []
    await house.on.slack.control.press(many.OPERATOR, card.ts, action=ids.IDENTITY_POST)
    await house.posts(1)
    house.name(OWN, "Globex Store")  # renamed
    await house.morning(1)
    await house.posts(2)
    house.reads(OTHER)  # a copied id
    await house.morning(2)
    held = await house.asked("come from elsewhere than was confirmed")
    told = shapes.dump(held.blocks)
    assert "Acme Shop, properties/2002" in told
    assert "Globex Shop, properties/1001" in told
    house.reads(OWN)
    await house.on.slack.control.press(many.OPERATOR, held.ts, action=ids.TRY_AGAIN)
    await house.posts(3)
    assert not any("Acme" in post for post in house.posted)


async def test_the_shell_confirms_it_before_anything_runs(house: House) -> None:
    """Without a bot, and again through the bot that then runs."""
    told = await house.shell("check", "--online", "--confirm")
    assert "Google Analytics: Globex Shop, properties/1001" in told
    assert "not confirmed yet" in told
    assert "Confirmed for Globex." in told
    await house.on.start_bot()
    await house.morning(0)
    await house.posts(1)
    again = await house.shell("check", "--online", "client000")
    assert "properties/1001" in again
    assert ": confirmed" in again
