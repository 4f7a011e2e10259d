"""The world around the bot: clients whose sources can be made to fail, and the local Slack."""

import asyncio
import contextlib
import signal
import sqlite3
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import duckdb
import yaml

from bot import clock
from bot.demo import bigquery, google, stage
from bot.demo.slack import server, workspace
from tests.chaos import doomed
from tests.scenario import many

_CLIENT = """\
name: Client {n}
channel: {channel}
stage: live
timezone: Europe/Paris
locale: en_GB
currency: EUR
sources:
  shop: {{kind: duckdb, database: shop.duckdb}}
reports:
  daily:
    title: Daily figures
    schedule: {{cron: "0 6 * * *"{promise}}}
    period: day
    compare: [previous]
    queries:
      sales: {{source: shop, sql: sales.sql}}
    metrics:
      revenue: {{label: Revenue, unit: currency}}
      orders:  {{unit: count}}
"""
_SALES = """\
SELECT sum(revenue) AS revenue, count(*) AS orders FROM sales, read_csv('gate.csv')
WHERE day >= $period_start AND day < $period_end
"""
_DATA = """\
CREATE TABLE sales AS
SELECT day::DATE AS day, ((epoch(day)::BIGINT // 86400 * 37 + {n} * 7) % 900 + 100)::DECIMAL(12, 2)
  AS revenue
FROM generate_series(DATE '2026-01-01', DATE '2028-12-31', INTERVAL 1 DAY) AS days(day);
"""
_START_SECONDS = 60.0


class World(many.Stage):
    """The stage, with a bot that can be told where to die."""

    held: dict[int, duckdb.DuckDBPyConnection]
    """Sources that somebody else has locked, by client."""
    tmp: Path

    async def start_bot(self) -> None:
        """Start it and wait until its socket stands, or until it is gone again."""
        with self.place.log.open("ab") as log:
            self._bot = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", doomed.__name__),
                cwd=self.place.checkout,
                env=self.environment(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        async with asyncio.timeout(_START_SECONDS):
            await until(lambda: self.slack.control.sockets or not self.running)

    async def ended(self) -> int:
        """Wait until the bot is gone, and Slack has seen it; its exit code."""
        if self._bot is None:
            raise RuntimeError("no bot was started")
        code = await self._bot.wait()
        await self._let_go()
        return code

    def send(self, sign: signal.Signals) -> bool:
        """Send the bot a signal; False: it is gone."""
        if self._bot is None or not self.running:
            return False
        with contextlib.suppress(ProcessLookupError):
            self._bot.send_signal(sign)
        return True

    def arm(self, boundaries: Sequence[str], *, spared: int = 0) -> None:
        """Let the bot die at the first of these boundaries, once so many of them are passed."""
        draft = self.place.folder / "armed.new"
        draft.write_text("\n".join([str(spared), *boundaries]), "ascii")
        draft.replace(self.place.folder / doomed.ARMED)

    def disarm(self) -> None:
        """Let it live."""
        (self.place.folder / doomed.ARMED).unlink(missing_ok=True)

    @property
    def armed(self) -> bool:
        """Whether a boundary is armed still."""
        return (self.place.folder / doomed.ARMED).exists()

    def died(self) -> str | None:
        """Take the boundary at which the bot died last; None: at none."""
        told = self.place.folder / doomed.DIED
        if not told.exists():
            return None
        name = told.read_text("ascii")
        told.unlink()
        return name

    def passed(self) -> set[str]:
        """Every boundary that was ever passed."""
        told = self.place.folder / doomed.PASSED
        return {*told.read_text("ascii").splitlines()} if told.exists() else set()

    def rows(self, sql: str, *values: object) -> Sequence[tuple[str, ...]]:
        """Look into the database beside its owner, who may be dead."""
        if not self.database.exists():
            return []
        reading = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=10)
        with contextlib.closing(reading):
            return reading.execute(sql, values).fetchall()

    def last_words(self) -> str:
        """The last line the bot wrote."""
        with self.place.log.open("rb") as log:
            log.seek(max(0, self.place.log.stat().st_size - 2000))
            return log.read().decode("utf-8", "replace").rstrip().rpartition("\n")[2]

    def lock(self, number: int) -> None:
        """Somebody else writes into the client's source: it is busy until that ends."""
        self.held[number] = duckdb.connect(self.place.clients / name(number) / "shop.duckdb")

    def remove(self, number: int) -> None:
        """A file that the query reads is not there."""
        self._gate(number).unlink(missing_ok=True)

    def mend(self, number: int) -> None:
        """Whatever was wrong with the client's source is over."""
        if number in self.held:
            self.held.pop(number).close()
        self._gate(number).write_text("gate\nopen\n", "ascii")

    def broken(self, number: int) -> bool:
        """Whether the client's source is made to fail now."""
        return number in self.held or not self._gate(number).exists()

    def _gate(self, number: int) -> Path:
        return self.place.clients / name(number) / "gate.csv"


async def until(condition: Callable[[], object]) -> None:
    """Wait for what another process does: it sends no event."""
    while not condition():  # noqa: ASYNC110
        await asyncio.sleep(0.03)


def name(number: int) -> str:
    """The id of a client."""
    return f"client{number:03d}"


def _write(clients: Path, number: int) -> None:
    folder = clients / name(number)
    folder.mkdir(parents=True)
    promise = ', deliver_by: "08:00"' if number % 2 else ""
    config = _CLIENT.format(n=number, channel=many.channel(number), promise=promise)
    (folder / "client.yaml").write_text(config, "utf-8")
    (folder / "sales.sql").write_text(_SALES, "utf-8")
    (folder / "gate.csv").write_text("gate\nopen\n", "ascii")
    with duckdb.connect(folder / "shop.duckdb") as made:
        made.execute(_DATA.format(n=number))


@asynccontextmanager
async def open_world(folder: Path, clients: int) -> AsyncGenerator[World]:
    """Everything around the bot; the clock stands shortly before the first fire."""
    place = stage.Place(folder=folder / "house", checkout=many.CHECKOUT)
    place.folder.mkdir(parents=True)
    moved = clock.MovedClock(place.folder / "clock")
    monday = stage.next_monday(moved.now())
    moved.move_to(monday - timedelta(hours=12))
    space = workspace.sample_workspace()
    for number in range(clients):
        _write(place.clients, number)
        members = {space.bot_user, many.OPERATOR, "U0MALIK"}
        space.add_channel(
            workspace.Channel(id=many.channel(number), name=name(number), members=members)
        )
    (folder / "tmp").mkdir()
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(server.LocalSlack(space, clock=moved))
        slack.install(yaml.safe_load((many.CHECKOUT / "manifest.yml").read_text("utf-8")))
        accounts = stack.enter_context(google.GoogleDouble())
        warehouse = stack.enter_context(bigquery.BigQueryDouble(accounts))
        on = World(
            place,
            slack=slack,
            accounts=accounts,
            warehouse=warehouse,
            moved=moved,
            monday=monday,
        )
        on.held, on.tmp = {}, folder / "tmp"
        on.settings = {"REPORTOPS_STAGGER": "0", "TMPDIR": str(on.tmp)}
        stack.push_async_callback(on.stop_bot)
        yield on
