"""What was confirmed of whose data it is."""

from dataclasses import replace
from datetime import timedelta

from bot.domain import ids
from bot.domain.report import Identity
from bot.store import Store
from tests import samples
from tests.store import make

CLAIRE, BOB = ids.UserId("U0CLAIRE"), ids.UserId("U0BOB")
WEB = Identity(source="web", name="Acme", account="properties/1", currency="EUR", settings="ga4:1")
ADS = Identity(source="ads", name="Ünïcode <@U1>", settings="bigquery:acme")


async def test_the_newest_word_counts(kept: Store) -> None:
    assert list(await kept.identities.all()) == []
    await kept.identities.confirm(samples.ACME, [WEB, ADS], by=CLAIRE, at=make.NOW)
    other = replace(WEB, account="properties/2")
    later = make.NOW + timedelta(days=7)
    await kept.identities.confirm(samples.ACME, [other], by=BOB, at=later)
    found = await kept.identities.all()
    assert [(one.client, one.identity, one.by, one.at) for one in found] == [
        (samples.ACME, ADS, CLAIRE, make.NOW),
        (samples.ACME, other, BOB, later),
    ]


async def test_clients_do_not_meet(kept: Store) -> None:
    await kept.identities.confirm(samples.ACME, [WEB], by=CLAIRE, at=make.NOW)
    await kept.identities.confirm(ids.ClientId("globex"), [WEB], by=BOB, at=make.NOW)
    assert [(one.client, one.by) for one in await kept.identities.all()] == [
        ("acme", CLAIRE),
        ("globex", BOB),
    ]
