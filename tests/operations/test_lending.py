"""A login of the agency's: status says who else uses it, and what keeps them apart."""

from dataclasses import replace

from bot.cli import text
from bot.domain import client, ids, spec
from bot.operations import answers
from bot.slack.screens import status
from tests.operations import house
from tests.operations.house import House
from tests.store import make

APART = "kept apart by configuration, not by a wall"


def _lend(home: House, number: int) -> None:
    for client_id in [f"client{n}" for n in range(number)]:
        home.clients.by_id[ids.ClientId(client_id)] = _user(client_id)


def _user(client_id: str) -> client.Client:
    source = spec.SourceSpec(
        name="ads",
        kind="google_ads",
        settings={},
        credential="env://AGENCY_ADS",
        agency="google-ads",
        identity=f"google_ads:{client_id}",
    )
    sources = {**house.ACME.sources, "ads": source}
    return replace(house.ACME, id=ids.ClientId(client_id), name=client_id.title(), sources=sources)


async def _told(home: House, client_id: str) -> tuple[str, str]:
    answer = await home.operations.clients.status(house.asker(), [client_id])
    assert isinstance(answer, answers.Status)
    return str(status.draw(answer.client, now=make.NOW)), text.of(answer)


async def test_status_says_how_many_share_a_login_and_what_keeps_them_apart(home: House) -> None:
    _lend(home, 37)
    for told in await _told(home, "client3"):
        assert f"not used yet (shared by 37 clients, {APART})" in told
        assert told.count(APART) == 1


async def test_a_client_with_its_own_logins_shares_nothing(home: House) -> None:
    _lend(home, 37)
    assert all(APART not in told for told in await _told(home, "acme"))


async def test_the_only_one_is_told_whose_login_it_is(home: House) -> None:
    _lend(home, 1)
    assert all("with the agency's credential" in told for told in await _told(home, "client0"))


async def test_what_is_said_of_all_clients_says_it_too(home: House) -> None:
    _lend(home, 37)
    told = await home.operations.clients.overview(house.asker())
    assert told.isolation == f"strong · 37 clients share the agency's credentials, {APART}"
    assert APART in text.of(told)
    reader = await home.operations.clients.overview(house.asker(where="acme"))
    assert APART not in text.of(reader)
