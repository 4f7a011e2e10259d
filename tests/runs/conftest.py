"""Everything about runs holds over dictionaries and over the real store alike."""

from collections.abc import AsyncGenerator, Iterator, MutableMapping
from pathlib import Path

import pytest
from structlog import testing

from bot.store import database, deliveries, fires, ledger, pauses, runs
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
            fires=fires.FireStore(owner),
            outbox=deliveries.DeliveryStore(owner),
            pauses=pauses.PauseStore(owner),
            spending=ledger.Ledger(owner),
        )


Lines = list[MutableMapping[str, object]]


@pytest.fixture(autouse=True)
def logged() -> Iterator[Lines]:
    """What was logged, instead of on the terminal."""
    with testing.capture_logs() as lines:
        yield lines
