"""The benches of the kinds that have a server of their own."""

import json
import shutil
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from bot.demo import snowflake as double
from bot.domain import spec
from bot.kinds.typed import postgres as credential
from bot.kinds.typed import snowflake as snowflakes
from tests import postgresql
from tests.contract import benches

_TABLES = {
    "orders": (
        "SELECT * FROM (VALUES (DATE '2026-11-15', 1.25::numeric(10,2), 10, 'Paris'),"
        " (DATE '2026-11-16', 2.50, 20, 'Lyon'), (DATE '2026-11-22', 4.00, NULL, NULL),"
        " (DATE '2026-11-23', 8.00, 40, 'Paris')) t(day, amount, pieces, city)"
    ),
    "visits": (
        "SELECT * FROM (VALUES (TIMESTAMPTZ '2026-11-15 22:59:59+00', 1),"
        " (TIMESTAMPTZ '2026-11-15 23:00:00+00', 2), (TIMESTAMPTZ '2026-11-22 22:59:59+00', 4),"
        " (TIMESTAMPTZ '2026-11-22 23:00:00+00', 8)) t(seen, hits)"
    ),
    "many": "SELECT generate_series(0, 20000) AS i",
}
"""benches.TABLES in PostgreSQL's words."""


def postgres(server: postgresql.Server, folder: Path) -> benches.Bench:
    """Tables of a real server, whose certificate is checked."""
    server.fill(_TABLES)
    shutil.copyfile(server.place / "ca.pem", folder / "ca.pem")
    source = spec.SourceSpec(
        name="database",
        kind="postgres",
        settings={
            "host": "localhost",
            "port": server.port,
            "database": postgresql.DATABASE,
            "user": postgresql.READER,
            "ca": "ca.pem",
        },
        credential="env://ACME_POSTGRES",
        identity=f"postgres:{postgresql.READER}@localhost/{postgresql.DATABASE}",
    )
    opened = replace(
        benches.access(folder, source),
        credential=credential.parse(postgresql.PASSWORDS[postgresql.READER]),
    )
    return benches.Bench(
        kind="postgres",
        access=opened,
        stack=ExitStack(),
        slow=lambda: "SELECT count(*) AS n FROM generate_series(1, 1000000000000)",
    )


def snowflake(account: double.SnowflakeDouble, folder: Path) -> benches.Bench:
    """Tables of the double, read with a key pair."""
    for name, select in benches.TABLES.items():
        account.load(name, select)
    source = spec.SourceSpec(
        name="warehouse",
        kind="snowflake",
        settings={"account": "acme-xy12345", "warehouse": "REPORTS", "role": "REPORTER"},
        credential="env://ACME_SNOWFLAKE",
        identity="snowflake:acme-xy12345",
    )

    def slow() -> str:
        account.slow(60)
        return "SELECT 1 AS n"

    opened = replace(
        benches.access(folder, source),
        credential=snowflakes.parse(json.dumps(account.user("REPORTS", "private_key"))),
        environment={"snowflake": account.url},
    )
    return benches.Bench(kind="snowflake", access=opened, stack=ExitStack(), slow=slow)
