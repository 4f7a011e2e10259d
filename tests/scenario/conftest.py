"""What the browser tests of a module share."""

from collections.abc import AsyncGenerator

import pytest_asyncio
from playwright import async_api

from tests.scenario import browser


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncGenerator[async_api.Browser]:
    """One browser for all of a module's tests."""
    async with browser.launched() as one:
        yield one
