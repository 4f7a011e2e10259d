"""A house of its own for each test."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.operations import house


@pytest.fixture
async def home(tmp_path: Path) -> AsyncGenerator[house.House]:
    """The operations over a fresh store, with Acme and Globex."""
    async with house.opened(tmp_path) as opened:
        yield opened
