"""What is entered in Slack and in a shell, until the client itself is removed: it is sealed, tried,
refused, swapped and rolled back, and stands nowhere else.
"""

import json
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.demo import shop
from bot.sealed import places
from bot.slack import ids
from bot.slack.screens import rotate
from tests.leaks import clients
from tests.leaks import house as houses
from tests.leaks.house import House
from tests.leaks.relay import Mode

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
]
PLAIN, PAIR, KEY = "http-bearer", "http-basic", "bigquery-account"
PROJECT = f"{clients.PROJECT}-account"
WHOLE = f"{rotate.PREFIX}{rotate.WHOLE}"
USER, PASSWORD = f"{rotate.PREFIX}user", f"{rotate.PREFIX}password"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    """A running bot, and three clients that each take another form of credential."""
    async with houses.opened(tmp_path, wanted={PLAIN, PAIR, KEY}) as made:
        await made.on.start_bot()
        yield made
        await made.close()


async def test_when_it_is_entered_in_slack(house: House) -> None:
    """Wrong, unknown, refused with its own words; then it is swapped and rolled back."""
    pasted = house.canaries.add("a wrong paste", houses.fresh())
    for name, values in {
        PLAIN: {WHOLE: f"{pasted}\nand more of it"},
        PAIR: {USER: "acme", PASSWORD: f"{pasted}é"},
        KEY: {WHOLE: f'{{"type": "service_account", "private_key": "{pasted}"'},
    }.items():
        answered = await house.enters(name, values)
        assert "errors" in str(answered), name
        await house.leaves()
    unknown = house.canaries.add("an unknown key", houses.fresh())
    assert "stays as it was" in await house.tries(PLAIN, {WHOLE: unknown})
    await house.leaves()
    echoed = house.canaries.add("a refused key", houses.fresh())
    for mode in (Mode.REFUSED, Mode.BAD, Mode.FORBIDDEN, Mode.GARBAGE):
        house.answer(mode)
        assert "Nothing has changed yet" not in await house.tries(PLAIN, {WHOLE: echoed})
        await house.leaves()
    house.answer(Mode.PASS)
    for name, values in {
        PLAIN: {WHOLE: house.world.shop.key()},
        PAIR: {USER: shop.USER, PASSWORD: house.world.shop.key()},
        KEY: {WHOLE: json.dumps(house.world.key(PROJECT))},
    }.items():
        for text in values.values():
            if text != shop.USER:
                house.canaries.add(f"what {name} was given", text)
        assert "Nothing has changed yet" in await house.tries(name, values)
        assert (await house.on.slack.control.submit(houses.OPERATOR)).acked
        said = await house.told("Swapped; roll back")
        assert house.in_force(name) != 1
        await house.on.slack.control.press(houses.OPERATOR, said.ts, action=ids.ROLL_BACK)
        await house.on.slack.until(lambda at=name: house.in_force(at) == 1, timeout=60)


async def test_when_it_is_entered_in_a_shell_and_the_client_is_removed(house: House) -> None:
    at = places.Places(root=house.folder / "credentials")
    for name in (PLAIN, KEY):
        made = house.world.shop.key() if name == PLAIN else json.dumps(house.world.key(PROJECT))
        first = house.canaries.add("what was set", made)
        assert "not tried" in await house.shell("credential", "set", name, given=first)
        assert house.in_force(name) == 2
        wrong = house.canaries.add("what does not do", houses.fresh())
        told = await house.shell("credential", "rotate", name, "--yes", given=f'{{"{wrong}')
        assert "cannot be used" in told
        await house.shell("credential", "list")
        assert "rolled back" in await house.shell("credential", "rollback", name)
        assert house.in_force(name) == 1
    await house.shell("backup")
    unknown = house.canaries.add("what nobody knows", houses.fresh())
    told = await house.shell("credential", "rotate", PLAIN, "--yes", given=unknown)
    assert "stays as it was" in told
    await house.shell("credential", "remove", PLAIN, "--yes")
    assert house.in_force(PLAIN) is None
    for name in (PLAIN, PAIR, KEY):
        await house.shell("client", "remove", name, "--yes", "--folder")
        assert not (house.on.place.clients / name).exists()
        assert not (at.root / "sealed" / name).exists()
        assert not (at.root / "keys" / f"{name}.age").exists()
