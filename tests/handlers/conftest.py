"""A front of its own for each test."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests.handlers import front


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncGenerator[front.Front]:
    """The local Slack with the handlers behind it."""
    async with front.opened(tmp_path) as opened:
        yield opened
