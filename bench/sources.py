"""`python -m bench.sources`: what each kind of source adds to a run's start and memory.

Import and memory are over what the runs' template has already, in a Python of its own; the rest is
inside the walls, against the double that stands in for the service: a run of its own up with the
source open (fork, walls, import, sign-in where opening takes one), then its first and second read.
The best of a few goes: the machine's mood takes, and never gives.
"""

import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest

from bot import logs
from bot.demo import looker, shop, snowflake
from bot.executors import walled
from bot.worker import sources
from tests import postgresql
from tests.contract import adsbenches, behind, benches, googlebenches, requests, sqlbenches

_GOES = 3
_SQL = "SELECT count(*) AS n FROM orders WHERE day >= :period_start AND day < :period_end"
_IMPORT = """\
import importlib, sys, time
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096
*known, wanted = sys.argv[1:]
for name in known:
    importlib.import_module(name)
before, began = resident(), time.perf_counter()
importlib.import_module(wanted)
print(time.perf_counter() - began, resident() - before, before)
"""
Opened = tuple[benches.Bench, Callable[[], object]]
"""A bench and a first question to it."""


@dataclass(slots=True, kw_only=True)
class Cost:
    """What a kind took, a figure for each go: seconds, but for memory."""

    imported: list[float] = field(default_factory=list[float])
    added: list[float] = field(default_factory=list[float])
    """MiB resident."""
    up: list[float] = field(default_factory=list[float])
    reads: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])

    def line(self) -> str:
        """The best of each; a dash for what this machine could not do."""
        first, second = zip(*self.reads, strict=True) if self.reads else ((), ())
        times = [_best(one, 1000) for one in (self.imported, self.up, first, second)]
        return "".join(f"{one:>10}" for one in (times[0], _best(self.added, 1), *times[1:]))


def _best(of: Sequence[float], factor: float) -> str:
    return f"{min(of) * factor:.1f}" if of else "–"


def _imported(kind: str, cost: Cost) -> float:
    """Import its module over the template's; returns the template's own MiB."""
    command = [sys.executable, "-c", _IMPORT, *walled.MODULES, sources.SOURCES[kind]]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    took, added, base = (float(one) for one in done.stdout.split())
    cost.imported.append(took)
    cost.added.append(added / 2**20)
    return base / 2**20


def _sql(on: ExitStack, made: benches.Bench) -> Opened:
    return on.enter_context(made), lambda: made.read(_SQL)


def _google(made: googlebenches.Bench) -> Opened:
    return made, made.asked  # it was entered by who made it


def _ads(on: ExitStack, made: adsbenches.Bench) -> Opened:
    return on.enter_context(made), lambda: made.told("account")


def _asked(on: ExitStack, made: requests.Bench) -> Opened:
    return on.enter_context(made), lambda: made.answer("total")


def _postgres(on: ExitStack, at: Path) -> Opened:
    return _sql(on, sqlbenches.postgres(on.enter_context(postgresql.started()), at))


def _snowflake(on: ExitStack, at: Path) -> Opened:
    account = on.enter_context(snowflake.SnowflakeDouble())
    return _sql(on, sqlbenches.snowflake(account, at))


def _looker(on: ExitStack, at: Path) -> Opened:
    return _asked(on, requests.instance(on.enter_context(looker.LookerDouble()), at))


_MADE: Mapping[str, Callable[[ExitStack, Path], Opened]] = {
    "duckdb": lambda on, at: _sql(on, benches.duckdb(at)),
    "bigquery": lambda on, at: _sql(on, benches.bigquery_with(benches.filled(on), at)),
    "postgres": _postgres,
    "snowflake": _snowflake,
    "ga4": lambda on, at: _google(on.enter_context(googlebenches.analytics(at))),
    "google_sheets": lambda on, at: _google(on.enter_context(googlebenches.targets(at))),
    "http_json": lambda on, at: _asked(
        on, requests.http_json(on.enter_context(shop.ShopDouble()), at)
    ),
    "looker": _looker,
    "google_ads": lambda on, at: _ads(on, adsbenches.google_bench(on, at)),
    "meta_ads": lambda on, at: _ads(on, adsbenches.meta_bench(on, at)),
    "linkedin_ads": lambda on, at: _ads(on, adsbenches.linkedin_bench(on, at)),
}


def _read(house: behind.House, kind: str, cost: Cost) -> None:
    """Read it twice in a run of its own."""
    with ExitStack() as stack:
        made, ask = _MADE[kind](stack, house.folder(f"{kind}-{len(cost.up)}"))
        made.opener = house.opener(made)
        marks = [time.perf_counter()]
        for act in (lambda: made.source, ask, ask):
            act()
            marks.append(time.perf_counter())
    up, first, second = (late - early for early, late in itertools.pairwise(marks))
    cost.up.append(up)
    cost.reads.append((first, second))


@contextmanager
def _house() -> Generator[behind.House]:
    """Runs that begin as the bot's do, with what tells them from here to read."""
    with tempfile.TemporaryDirectory() as place, behind.house(Path(place)) as made:
        ready = replace(made, modules=(*walled.MODULES, "tests.contract.inside"))
        _read(ready, "duckdb", Cost())  # the template starts
        (Path(place) / "duckdb-0").rename(Path(place) / "warm")
        yield ready


def main() -> None:
    """Print the table."""
    logs.configure(style="json", level="error")
    say = sys.stdout.write
    say(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors, {_GOES} goes\n")
    names = ("import ms", "RSS MiB", "open ms", "1st ms", "2nd ms")
    say(f"{'':14}{''.join(f'{one:>10}' for one in names)}\n")
    base = 0.0
    with _house() as house:
        for kind in sources.SOURCES:
            cost = Cost()
            for _ in range(_GOES):
                base = _imported(kind, cost)
                with suppress(cast("type[BaseException]", pytest.skip.Exception)):
                    _read(house, kind, cost)
            say(f"{kind:14}{cost.line()}\n")
    say(f"the template itself: {base:.0f} MiB\n")


if __name__ == "__main__":
    main()
