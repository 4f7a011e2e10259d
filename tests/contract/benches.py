"""One bench per source kind: the same tables, asked the same questions in the kind's own way."""

import json
import re
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from bot import errors
from bot.demo import bigquery, google
from bot.domain import ids, spec
from bot.domain.run import FailureCode
from bot.kinds import KINDS
from bot.kinds.typed import google as credential
from bot.worker import sources
from bot.worker.sources import base
from tests import samples

PROJECT = "acme-analytics"
ROBOT = "reports@acme-analytics.example"
TABLES = {
    "orders": (
        "SELECT * FROM (VALUES (DATE '2026-11-15', 1.25::DECIMAL(10,2), 10, 'Paris'),"
        " (DATE '2026-11-16', 2.50, 20, 'Lyon'), (DATE '2026-11-22', 4.00, NULL, NULL),"
        " (DATE '2026-11-23', 8.00, 40, 'Paris')) t(day, amount, pieces, city)"
    ),
    "visits": (
        "SELECT * FROM (VALUES (TIMESTAMPTZ '2026-11-15 22:59:59+00', 1),"
        " (TIMESTAMPTZ '2026-11-15 23:00:00+00', 2), (TIMESTAMPTZ '2026-11-22 22:59:59+00', 4),"
        " (TIMESTAMPTZ '2026-11-22 23:00:00+00', 8)) t(seen, hits)"
    ),
    "many": "SELECT range AS i FROM range(20001)",
}
"""The week of 16 November begins at 23:00 UTC in Paris."""


@dataclass(slots=True, kw_only=True)
class Bench:
    """One open source of one kind over ``TABLES``."""

    kind: str
    access: base.Access
    stack: ExitStack
    slow: Callable[[], str]
    """Returns SQL that takes far longer than any test waits."""
    hosts: tuple[str, ...] = ()
    """Doubles that its client talks to, beside the hosts of its kind and its environment."""
    opener: Callable[[base.Access], base.Source] = sources.open_source
    """Behind walls another one (``behind``)."""
    _open: base.Source | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._open is not None:
            self._open.close()
        self.stack.close()

    @property
    def source(self) -> base.Source:
        """The source, opened when it is first asked for."""
        if self._open is None:
            self._open = self.opener(self.access)
        return self._open

    def hurry(self, seconds: float) -> None:
        """Let the deadline come in so many seconds."""
        self.access = replace(self.access, deadline=time.monotonic() + seconds)

    def ask(self, sql: str) -> base.Ask:
        """Return a question; ``:name`` stands for the kind's own way to write a parameter."""
        mark = KINDS[self.kind].mark or ""
        return base.Ask(
            query="orders",
            sql=re.sub(r":(?=[a-z])", lambda _: mark, sql),
            file="orders_weekly.sql",
            period=samples.THIS_WEEK,
            timezone="Europe/Paris",
        )

    def read(self, sql: str) -> base.Table:
        """Ask it."""
        return self.source.read(self.ask(sql)).table


def access(folder: Path, source: spec.SourceSpec) -> base.Access:
    """Return what a source is opened with, in an order for Acme's weekly report."""
    return base.Access(
        spec=source,
        folder=folder,
        timezone="Europe/Paris",
        client=samples.ACME,
        report=samples.WEEKLY,
        run=ids.RunId("0123456789abcdef"),
        attempt=1,
        deadline=time.monotonic() + 15,
        patience=0.3,
    )


def stopped(source: base.Source, ask: base.Ask) -> list[FailureCode]:
    """Read, stop the source until the read has ended, and return what it failed with."""
    caught: list[FailureCode] = []

    def read() -> None:
        try:
            source.read(ask)
        except errors.RunError as error:
            caught.append(error.failure.code)

    reader = threading.Thread(target=read)
    reader.start()
    while reader.is_alive():
        source.stop()
        reader.join(0.05)
    return caught


def duckdb(folder: Path) -> Bench:
    """Tables made by a setup file."""
    setup = ";\n".join(f"CREATE TABLE {name} AS {select}" for name, select in TABLES.items())
    (folder / "load.sql").write_text(setup, "utf-8")
    source = spec.SourceSpec(
        name="shop", kind="duckdb", settings={"setup": "load.sql"}, identity="duckdb:here"
    )
    return Bench(
        kind="duckdb",
        access=access(folder, source),
        stack=ExitStack(),
        slow=lambda: "SELECT count(*) AS n FROM range(1000000000000) t(i) WHERE hash(i) % 7 = 3",
    )


def bigquery_with(doubles: "Doubles", folder: Path) -> Bench:
    """Tables in the double, read with a service account."""
    source = spec.SourceSpec(
        name="warehouse",
        kind="bigquery",
        settings={"project": PROJECT, "dataset": "shop", "location": "EU"},
        credential="env://ACME_BIGQUERY",
        identity=f"bigquery:{PROJECT}",
    )

    def slow() -> str:
        doubles.warehouse.slow(60)
        return "SELECT 1 AS n"

    opened = replace(
        access(folder, source),
        credential=credential.parse(doubles.key),
        environment={"BIGQUERY_EMULATOR_HOST": doubles.warehouse.url},
    )
    accounts = urlsplit(doubles.accounts.url).netloc
    return Bench(kind="bigquery", access=opened, stack=ExitStack(), slow=slow, hosts=(accounts,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubles:
    """Both doubles, filled, and the JSON of a key that may read."""

    accounts: google.GoogleDouble
    warehouse: bigquery.BigQueryDouble
    key: str


def filled(stack: ExitStack) -> Doubles:
    """Start the doubles; they stop with the stack."""
    accounts: AbstractContextManager[google.GoogleDouble] = google.GoogleDouble()
    known = stack.enter_context(accounts)
    warehouse = stack.enter_context(bigquery.BigQueryDouble(known))
    for name, select in TABLES.items():
        warehouse.load(PROJECT, "shop", name, select)
    key = json.dumps(known.service_account(ROBOT, PROJECT))
    return Doubles(accounts=known, warehouse=warehouse, key=key)
