"""What is sealed and cannot be had, sources that stumble, a run that is killed while it reads, and
another master key.
"""

import signal
import sys
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.sealed import age, places
from tests.leaks import house as houses
from tests.leaks.house import House
from tests.leaks.relay import Mode

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
]
GONE, FOREIGN, MISSHAPEN, NO_JSON, DAMAGED = "http-basic", "sheets", "looker", "ga4", "meta-ads"
BUSY, BROKEN, CUT, VAULT = "http-bearer", "snowflake-token", "linkedin-ads", "http-vault"
STUMBLES = {"http_json": Mode.BUSY, "snowflake": Mode.BROKEN, "linkedin_ads": Mode.CUT}
CODES = """
SELECT json_extract(failure, '$.code') FROM attempts JOIN runs ON runs.id = attempts.run
WHERE client = '{}' AND attempts.failure IS NOT NULL
"""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    """Not started yet."""
    wanted = {GONE, FOREIGN, MISSHAPEN, NO_JSON, DAMAGED, BUSY, BROKEN, CUT, VAULT}
    async with houses.opened(tmp_path, wanted=wanted) as made:
        yield made
        await made.close()


def _codes(house: House, name: str) -> set[object]:
    """What the client's runs failed with."""
    return {code for (code,) in house.on.rows(CODES.format(name))}


def _damage(house: House) -> None:
    """Lose one, and the key of one; break the form of two, and the text of one."""
    at = places.Places(root=house.folder / "credentials")
    house.sealed.remove(GONE, "key")
    at.key(FOREIGN).unlink()
    house.seal(MISSHAPEN, "key", house.canaries.add("misshapen", f'{{"key": "{houses.fresh()}"}}'))
    house.seal(NO_JSON, "key", house.canaries.add("no JSON", houses.fresh()))
    file = at.version(DAMAGED, "key", version=1)
    file.write_bytes(file.read_bytes()[:-9] + bytes(9))
    house.world.vault.sealed = True


async def test_when_it_cannot_be_had_and_when_sources_stumble(house: House) -> None:
    _damage(house)
    for name, mode in STUMBLES.items():
        house.world.relays[name].answer(mode)
    await house.on.start_bot()
    await house.morning(0)
    failed = {name: _codes(house, name) for name in house.clients}
    assert all(failed.values()), failed
    assert "credential_missing" in failed[GONE]
    assert "credential_closed" in failed[FOREIGN] & failed[DAMAGED]
    assert "credential_invalid" in failed[MISSHAPEN] & failed[NO_JSON]
    assert "store_sealed" in failed[VAULT]
    assert not house.posted


async def test_when_a_run_is_killed_while_it_reads_and_with_another_master_key(
    house: House,
) -> None:
    looker = house.world.relays["looker"]
    looker.answer(Mode.HANG)
    await house.on.start_bot()
    house.on.clock.move_to(house.on.monday + timedelta(minutes=1))
    await house.on.wake()
    await house.until(looker.asked.is_set)
    runs = house.runs
    assert runs
    house.search.scratch(runs)
    house.look()
    houses.kill(runs)
    looker.answer(Mode.PASS)
    await house.on.until_written(CODES.format("looker"))
    assert "crashed" in _codes(house, "looker")
    await house.on.stop_bot(signal.SIGKILL)
    other = age.generate()
    house.canaries.add("another master key", other.identity)
    house.on.settings = {**house.on.settings, "REPORTOPS_MASTER_KEY": other.identity}
    await house.on.start_bot()
    await house.morning(1)
    assert all("credential_closed" in _codes(house, name) for name in (GONE, BUSY, CUT))
