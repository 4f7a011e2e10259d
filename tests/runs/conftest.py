"""Everything about runs holds over dictionaries and over the real store alike."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.store import database, deliveries, ledger, pauses, runs
from tests.runs.stage import Store, in_memory


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Store]:
    """Where rows are kept."""
    if request.param == "memory":
        yield in_memory()
        return
    async with database.connect(tmp_path / "reportops.db") as owner:
        yield Store(
            runs=runs.RunStore(owner),
            outbox=deliveries.DeliveryStore(owner),
            pauses=pauses.PauseStore(owner),
            spending=ledger.Ledger(owner),
        )
