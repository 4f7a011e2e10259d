"""Many small clients on the local Slack, for tests of numbers, kills and faults."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import yaml

from bot import clock
from bot.demo import bigquery, google, stage
from bot.demo.slack import records, server, shapes, workspace
from bot.operations import answers, control

CHECKOUT = Path(__file__).parents[2]
OPERATOR = "U0CLAIRE"

_CLIENT = """\
name: Client {n}
channel: {channel}
stage: live
timezone: Europe/Paris
locale: en_GB
currency: EUR
sources:
  shop: {{kind: duckdb, setup: shop.sql}}
reports:
  daily:
    title: Daily figures
    schedule: {{cron: "0 6 * * *"}}
    period: day
    compare: [previous]
    history: 3
    queries:
      sales: {{source: shop, sql: sales.sql}}
    metrics:
      revenue: {{label: Revenue, unit: currency}}
      orders:  {{unit: count}}
    breakdowns:
      channels: {{source: shop, sql: channels.sql, by: channel, metric: revenue, top: 2}}
"""
_SETUP = """\
CREATE TABLE sales AS
SELECT day::DATE AS day, ['Search', 'Mail', 'Shop'][1 + i] AS channel,
  ((epoch(day)::BIGINT // 86400 * 37 + i * 113 + {n} * 7) % 900 + 100)::DECIMAL(12, 2) AS revenue
FROM generate_series(DATE '2026-01-01', DATE '2027-12-31', INTERVAL 1 DAY) AS days(day),
  range(3) AS parts(i);
"""
ENDLESS = """\
SELECT sum(a.range * b.range) AS revenue, 1 AS orders
FROM range(9999999) a, range(9999999) b WHERE $period_start < $period_end
"""
"""In place of a client's sales.sql: no run is ever done with it."""
_SALES = """\
SELECT sum(revenue) AS revenue, count(*) AS orders FROM sales
WHERE day >= $period_start AND day < $period_end
"""
_CHANNELS = """\
SELECT channel, sum(revenue) AS revenue FROM sales
WHERE day >= $period_start AND day < $period_end GROUP BY channel
"""


class Stage(stage.Stage):
    """The demo's stage with clients of our own and with more settings."""

    settings: Mapping[str, str] = {}

    def environment(self) -> dict[str, str]:
        """As the demo's, but for clients that are not its own."""
        kept = super().environment()
        del kept["REPORTOPS_DEMO"]
        return {**kept, **self.settings}

    def sales(self, number: int) -> Path:
        """What a client asks its shop."""
        return self.place.clients / f"client{number:03d}" / "sales.sql"

    def rows(self, sql: str) -> Sequence[tuple[object, ...]]:
        """What the bot wrote down."""
        reading = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        with contextlib.closing(reading):
            return reading.execute(sql).fetchall()

    async def until_written(self, sql: str) -> None:
        """Wait until the bot has written down what this finds."""
        async with asyncio.timeout(90):
            while not self.rows(sql):  # noqa: ASYNC110 - there is no event between processes
                await asyncio.sleep(0.05)

    async def ended(self) -> int:
        """Wait until the bot has ended by itself; returns its exit code."""
        if self._bot is None:
            raise RuntimeError("no bot was started")
        async with asyncio.timeout(60):
            return await self._bot.wait()

    async def wake(self) -> None:
        """Let the bot look at its clock now."""
        await control.call(self.database, answers.Question(verb=answers.Verb.WAKE))

    def keyed(self) -> list[tuple[str, records.Message]]:
        """Every message that carries a delivery's key, with it; replies too."""
        messages = self.slack.workspace.messages
        found: list[tuple[str, records.Message]] = []
        for channel in self.slack.workspace.channels:
            for one in messages.channel(channel):
                for each in (one, *messages.replies(channel, one.ts)):
                    payload = shapes.obj((each.metadata or {}).get("event_payload"))
                    found.append((shapes.text(payload, "key"), each))
        return [(key, one) for key, one in found if key]


def channel(number: int) -> str:
    """The channel of a client."""
    return f"C0CLIENT{number:03d}"


def write_client(clients: Path, number: int) -> None:
    """Write one client's folder."""
    folder = clients / f"client{number:03d}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "client.yaml").write_text(_CLIENT.format(n=number, channel=channel(number)), "utf-8")
    (folder / "shop.sql").write_text(_SETUP.format(n=number), "utf-8")
    (folder / "sales.sql").write_text(_SALES, "utf-8")
    (folder / "channels.sql").write_text(_CHANNELS, "utf-8")


@asynccontextmanager
async def open_many(
    folder: Path, count: int, *, settings: Mapping[str, str] | None = None
) -> AsyncGenerator[Stage]:
    """Everything around the bot, for so many clients; the clock stands before Monday 06:00."""
    place = stage.Place(folder=folder, checkout=CHECKOUT)
    place.folder.mkdir(parents=True)
    moved = clock.MovedClock(place.folder / "clock")
    monday = stage.next_monday(moved.now())
    moved.move_to(monday - timedelta(minutes=2))
    space = workspace.sample_workspace()
    for number in range(count):
        write_client(place.clients, number)
        members = {space.bot_user, OPERATOR, "U0MALIK"}
        space.add_channel(
            workspace.Channel(id=channel(number), name=f"client{number:03d}", members=members)
        )
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(server.LocalSlack(space, clock=moved))
        slack.install(yaml.safe_load((CHECKOUT / "manifest.yml").read_text("utf-8")))
        accounts = stack.enter_context(google.GoogleDouble())
        on = Stage(
            place,
            slack=slack,
            accounts=accounts,
            warehouse=stack.enter_context(bigquery.BigQueryDouble(accounts)),
            moved=moved,
            monday=monday,
        )
        on.settings = settings or {}
        stack.push_async_callback(on.stop_bot)
        yield on
