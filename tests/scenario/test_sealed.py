"""A real bot, guard and all, whose client's credential is sealed on its own machine."""

import json
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.demo import ga4, google
from bot.demo.slack import shapes
from bot.sealed import age, places, writing
from bot.slack import ids
from tests.scenario import many
from tests.scenario.test_identities import House as _House

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(120),
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
]


class House(_House):
    """As that of the identities, with the key of Analytics sealed and in no environment."""

    def __init__(
        self, on: many.Stage, *, analytics: ga4.Ga4Double, accounts: google.GoogleDouble
    ) -> None:
        super().__init__(on, analytics=analytics, accounts=accounts)
        settings = dict(on.settings)
        self.key = settings.pop("GLOBEX_GA4")
        self.master = age.generate()
        self.folder = on.place.folder.parent / "credentials"
        places.write(places.Places(root=self.folder).master, self.master.recipient.encode())
        on.settings = {
            **settings,
            "REPORTOPS_CREDENTIALS_DIR": str(self.folder),
            "REPORTOPS_MASTER_KEY": self.master.identity,
        }
        file = on.place.clients / "client000" / "client.yaml"
        text = file.read_text("utf-8")
        file.write_text(text.replace("env://GLOBEX_GA4", "local://ga4"), "utf-8")

    def seal(self) -> None:
        """As `reportops credential set` does."""
        known = writing.Sealed(self.folder)
        known.use("client000", "ga4", version=known.put("client000", "ga4", text=self.key))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    with google.GoogleDouble() as accounts, ga4.Ga4Double(accounts) as analytics:
        async with many.open_many(tmp_path / "house", 1) as on:
            yield House(on, analytics=analytics, accounts=accounts)


async def test_a_sealed_credential_makes_mondays_report(house: House) -> None:
    """First it is not set, which the card says with the command; then it is, and Retry posts."""
    on = house.on
    await on.start_bot()
    await house.morning(0)
    channel = many.channel(0)
    await on.slack.until(lambda: on.slack.control.messages(channel), timeout=60)
    (card,) = on.slack.control.messages(channel)
    told = shapes.dump(card.blocks)
    assert "local://ga4" in told
    assert "reportops credential set client000" in told
    house.seal()
    await on.slack.control.press(many.OPERATOR, card.ts, action=ids.RETRY)
    asked = await house.asked("nobody has confirmed yet that its numbers are")
    await on.slack.control.press(many.OPERATOR, asked.ts, action=ids.IDENTITY_POST)
    await on.slack.until(lambda: any("70" in one for one in house.posted), timeout=60)
    ((walls,),) = on.rows("SELECT walls FROM attempts WHERE ended = 'report' LIMIT 1")
    assert "env://" not in str(walls)
    await on.stop_bot()
    secrets = (json.loads(house.key)["private_key"][40:100], house.master.identity)
    files = [one for one in on.place.folder.parent.rglob("*") if one.is_file()]
    held = [one for one in files for secret in secrets if secret.encode() in one.read_bytes()]
    assert not held
