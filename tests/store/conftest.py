"""A store of its own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store import Store


@pytest.fixture
async def kept(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store in a file of its own."""
    async with Store.open(tmp_path / "reportops.db") as store:
        yield store
