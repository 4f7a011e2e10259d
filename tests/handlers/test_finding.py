"""The select of clients: who finds which, however many there are."""

from dataclasses import replace

import pytest

from bot.demo.slack import shapes
from bot.domain import client, delivery
from bot.domain import ids as identifiers
from bot.slack import ids
from tests.handlers import front
from tests.handlers.front import CLAIRE, FOREIGN, GUEST, MALIK, Front
from tests.operations.house import GLOBEX


def names(response: shapes.Json | None) -> list[str]:
    """The labels of an answer's options."""
    return [
        shapes.text(shapes.obj(one.get("text")), "text")
        for one in shapes.objects((response or {}).get("options"))
    ]


def many(count: int) -> list[client.Client]:
    """So many clients."""
    return [
        replace(
            GLOBEX, id=identifiers.ClientId(f"c{n:03}"), name=f"Shop {n:03}", channel=_channel(n)
        )
        for n in range(count)
    ]


def _channel(number: int) -> identifiers.ChannelId:
    return identifiers.ChannelId(f"C0SHOP{number:04}")


@pytest.mark.parametrize(("count", "offered"), [(5, 5), (100, 100), (500, 100)])
async def test_clients_are_found_by_name_and_id(shop: Front, count: int, offered: int) -> None:
    shop.home.clients.by_id = {one.id: one for one in many(count)}
    await shop.type("")
    where = shop.told().ts

    async def found(letters: str) -> list[str]:
        told = await shop.slack.control.suggest(
            CLAIRE, where, action=ids.MENU_CLIENT, query=letters
        )
        assert told.error == ""
        return names(told.response)

    assert len(await found("")) == offered
    last = count - 1
    assert await found(f"C{last:03}") == [f"Shop {last:03}"]
    assert await found(f"shop {last:03}") == [f"Shop {last:03}"]
    assert await found("nobody") == []


@pytest.mark.parametrize("user", [MALIK, GUEST, FOREIGN])
async def test_no_client_is_offered_to_whom_it_may_not_be_shown(shop: Front, user: str) -> None:
    shop.slack.control.house.share(front.ACME, "T0ACMESAS")
    for one in (GUEST, FOREIGN):
        shop.slack.control.house.add_member(front.ACME, one)
    await shop.type("")
    copied = delivery.Body(text="forged", blocks=tuple(shop.told().blocks))
    where = await shop.whisper(copied, user=user)
    told = await shop.slack.control.suggest(user, where, action=ids.MENU_CLIENT, query="")
    assert names(told.response) == ["Acme Corp"]
