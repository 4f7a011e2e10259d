"""The leak test: canaries in every kind of credential, through all that may happen to them, and
then a search of everything that is kept, said or sent.
"""

import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from tests import postgresql
from tests.leaks import house as houses
from tests.leaks.house import House
from tests.leaks.relay import Mode

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
]
KINDS = 21
"""Credentials of sources: each typed kind, each way to sign in, each store without a desktop."""


@pytest.fixture
async def house(tmp_path: Path, database: postgresql.Server) -> AsyncGenerator[House]:
    """Stops the bot at the end, and searches everything once more."""
    async with houses.opened(tmp_path, database) as made:
        yield made
        await made.close()


async def test_when_all_is_well_and_when_everybody_refuses(house: House) -> None:
    """Who refuses repeats all that it was told, in words, headers and addresses."""
    told = await house.shell("check", "--online", "--confirm")
    assert told.count("  Confirmed for ") == KINDS - told.count("does not tell whose")
    await house.on.start_bot()
    await house.morning(0)
    await house.on.slack.until(lambda: house.posted == house.clients.keys(), timeout=60)
    assert house.world.model.requests
    assert house.canaries.names >= house.clients.keys()
    house.answer(Mode.REFUSED, Mode.FORBIDDEN, Mode.BAD, Mode.ELSEWHERE, Mode.GONE)
    await house.morning(1)
    house.answer(Mode.REFUSED, Mode.FORBIDDEN, only=houses.BESIDE, form="base64")
    await house.morning(2)
    house.answer(Mode.BAD, Mode.REFUSED, Mode.FORBIDDEN, Mode.GARBAGE, form="URL")
    await house.morning(3)
    failed = house.on.rows("SELECT DISTINCT json_extract(failure, '$.code') FROM attempts")
    assert len(failed) >= 6
