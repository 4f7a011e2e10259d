"""Why these numbers for readers, details for operators."""

import pytest

from bot import errors
from bot.access import Kind
from tests import samples
from tests.operations import house
from tests.operations.house import ACME, OPS, House
from tests.store import make

EVERYBODY = [Kind.OPERATOR, Kind.MEMBER, Kind.GUEST, Kind.FOREIGN, Kind.UNKNOWN]


@pytest.mark.parametrize("kind", EVERYBODY)
async def test_who_can_read_the_post_may_ask_why(home: House, kind: Kind) -> None:
    sent = await home.sent()
    told = await home.operations.explain.why(house.asker(kind, "acme"), sent.id)
    assert told.report == samples.REPORT
    by_name = {one.name: words for one, words in told.definitions}
    assert "BigQuery" in by_name["ad_spend"]
    assert "BigQuery" not in by_name["revenue"]


@pytest.mark.parametrize("kind", EVERYBODY[1:])
@pytest.mark.parametrize("run_id", ["sent", "nothing"])
async def test_from_another_channel_nobody_learns_whether_there_is_a_post(
    home: House, kind: Kind, run_id: str
) -> None:
    sent = await home.sent()
    wanted = sent.id if run_id == "sent" else run_id
    with pytest.raises(errors.UsageError, match=house.REFUSED):
        await home.operations.explain.why(house.asker(kind, "globex"), wanted)


async def test_an_internal_post_is_explained_where_it_stands(home: House) -> None:
    sent = await home.sent(channel=OPS)
    await home.operations.explain.why(house.asker(Kind.MEMBER, "ops"), sent.id)
    with pytest.raises(errors.UsageError):
        await home.operations.explain.why(house.asker(Kind.MEMBER, "acme"), sent.id)


async def test_details_are_for_operators_and_hold_the_attempts(home: House) -> None:
    _, found = await home.failed()
    told = await home.operations.explain.details(house.asker(where="acme"), f"{found.id}:1")
    assert told.said == make.REFUSED.said
    assert [one.number for one in told.attempts] == [1]
    for kind in EVERYBODY[1:]:
        with pytest.raises(errors.UsageError, match=house.REFUSED):
            await home.operations.explain.details(house.asker(kind, "acme"), f"{found.id}:1")


async def test_the_menus_fix_shows_the_card_as_it_stands(home: House) -> None:
    _, found = await home.failed()
    told = await home.operations.explain.card(house.asker(), found.id)
    assert (told.incident.id, told.client_name) == (found.id, ACME.name)


@pytest.mark.parametrize("stamp", ["", "nothing", "nothing:1"])
async def test_a_failure_that_is_gone_is_said_so(home: House, stamp: str) -> None:
    with pytest.raises(errors.UsageError):
        await home.operations.explain.card(house.asker(), stamp)
