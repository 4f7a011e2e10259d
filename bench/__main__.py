"""`make bench`: runs cold and warm, many at once, the bot idle, busy and killed, and its store.
Ratios hold where times do not.

Every figure is the median of several goes in this one process's lifetime; the machine's mood is in
all of them alike.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench import acks, recovery, store
from bot import wire
from bot.catalog import load
from bot.demo import data, stage
from bot.domain import client, ids, periods
from bot.executors import process

CHECKOUT = Path(__file__).parents[1]
GOES = 7
AT_ONCE = 12
IDLE_SECONDS = 20
_DUCKDB = "import duckdb; duckdb.connect().execute('select 42').fetchall()"


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _median(act: Callable[[], object]) -> float:
    act()
    return statistics.median(_timed(act) for _ in range(GOES))


def _python(*arguments: str) -> None:
    subprocess.run([sys.executable, "-I", *arguments], check=True, capture_output=True)


def _shell(clients: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "bot.cli", "run", "acme", "--no-narrative", "--output", "json"],
        check=True,
        capture_output=True,
        cwd=CHECKOUT,
        env={
            "PATH": os.defpath,
            "HOME": str(clients),
            "REPORTOPS_CLIENTS_DIR": str(clients),
            "REPORTOPS_DEMO": "true",
            "REPORTOPS_DATABASE": str(clients / "bench.db"),
        },
    )


def _order(of: client.Client, scratch: Path, number: int) -> wire.RunOrder:
    name = ids.ReportName("weekly")
    rule = of.reports[name].period
    now = datetime.now(UTC)
    return wire.RunOrder(
        run=ids.RunId(f"bench{number:011d}"),
        attempt=1,
        client=of,
        report=name,
        period=periods.last_complete(rule, today=now.date()),
        as_of=now,
        credentials={},
        deadline_seconds=60,
        scratch=scratch,
    )


async def _executed(of: client.Client, scratch: Path) -> None:
    executor = process.ProcessExecutor(memory_mb=2048)

    async def one(number: int) -> None:
        outcome = await executor.execute(_order(of, scratch, number))
        assert isinstance(outcome, wire.ReportMade), outcome

    async def many() -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(AT_ONCE):
                group.create_task(one(number))

    single = await _async_median(lambda: one(0))
    crowd = await _async_median(many)
    print(f"one run through the executor        {single * 1000:8.0f} ms")
    print(
        f"{AT_ONCE} runs at once, each                {crowd / AT_ONCE * 1000:8.0f} ms"
        f"   {crowd / AT_ONCE / single:5.2f} of one alone"
    )


async def _async_median(act: Callable[[], Awaitable[None]]) -> float:
    await act()
    spans: list[float] = []
    for _ in range(GOES):
        began = time.perf_counter()
        await act()
        spans.append(time.perf_counter() - began)
    return statistics.median(spans)


def _cold(clients: Path) -> None:
    empty = _median(lambda: _python("-c", "pass"))
    duck = _median(lambda: _python("-c", _DUCKDB))
    whole = _median(lambda: _shell(clients))
    print(f"an empty Python process             {empty * 1000:8.0f} ms    1.00")
    print(f"Python with DuckDB, one query       {duck * 1000:8.0f} ms   {duck / empty:5.2f}")
    print(f"reportops run acme, whole command   {whole * 1000:8.0f} ms   {whole / duck:5.2f} of it")


def _memory(pid: int) -> dict[str, int]:
    """Return Rss and Pss of a process in KiB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    pairs = (line.split() for line in text.splitlines()[1:])
    return {parts[0].rstrip(":"): int(parts[1]) for parts in pairs}


async def _idle(folder: Path) -> None:
    async with stage.open_stage(stage.Place(folder=folder, checkout=CHECKOUT)) as on:
        began = time.perf_counter()
        await on.start_bot()
        ready = time.perf_counter() - began
        before = _cpu(on.pid)
        await asyncio.sleep(IDLE_SECONDS)
        spent = _cpu(on.pid) - before
        memory = _memory(on.pid)
        print(f"bot started and connected after     {ready * 1000:8.0f} ms")
        print(f"idle bot, resident                  {memory['Rss'] / 1024:8.1f} MiB")
        print(f"idle bot, of a core                 {spent / IDLE_SECONDS * 100:8.2f} %")


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        place = stage.Place(folder=folder / "demo", checkout=CHECKOUT)
        for name in ("acme",):
            stage.copy_client(place, name)
        data.write(place.clients, today=datetime.now(UTC).date() + timedelta(days=1), seed=7)
        _cold(place.clients)
        loaded = load.load(place.clients, demo=True)
        asyncio.run(_executed(loaded.clients[ids.ClientId("acme")], folder))
        if Path("/proc/self/smaps_rollup").exists():
            asyncio.run(_idle(folder / "idle"))
        asyncio.run(store.measure(folder))
        asyncio.run(acks.measure(folder / "acks"))
        asyncio.run(recovery.measure(folder / "recovery"))


main()
