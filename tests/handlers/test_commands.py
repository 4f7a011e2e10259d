"""/report as people type it."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from handlers import commands
from tests.handlers import front
from tests.handlers.front import Front

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncAck, AsyncRespond


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Acme Corp"),
        ("help", "What I can do for you here"),
        ("list", "2 clients"),
        ("status acme", "Acme Corp"),
        ("schedule", "Weekly KPIs"),
        ("history acme", "History of Acme Corp: nothing yet"),
        ("cost", "forecast"),
        ("whoami", "an operator"),
        ("rerun acme", "on its way"),
        ("rerun failed", "Nothing has failed"),
        ("pause acme for 3d", "paused until"),
        ("resume acme", "was not paused"),
        ("rerunn acme", "Did you mean `rerun`?"),
        ("rerun amce", "Did you mean `acme`?"),
    ],
)
async def test_every_command_is_acknowledged_and_answered_privately(
    shop: Front, text: str, says: str
) -> None:
    result = await shop.type(text)
    assert result.acked
    assert says in shop.words()
    assert not shop.slack.control.messages(front.OPS)


async def test_in_a_clients_channel_it_is_the_default(shop: Front) -> None:
    await shop.type("status", channel=front.ACME)
    assert "Acme Corp" in shop.words()
    await shop.type(f"status <#{front.GLOBEX}>", channel=front.ACME)
    assert "Globex" in shop.words()


@pytest.mark.parametrize(
    "text", ["rerun acme", "pause acme", "status globex", "history acme", "list", "cost", "acme x"]
)
async def test_a_colleague_who_is_no_operator_is_refused_without_names(
    shop: Front, text: str
) -> None:
    await shop.type(text, user=front.MALIK, channel=front.ACME)
    assert "lobex" not in shop.words(front.MALIK)
    assert not await shop.home.store.pauses.all()
    assert not await shop.home.store.runs.latest(front.house.ACME.id)


async def test_a_guest_in_the_ops_channel_is_no_operator(shop: Front) -> None:
    shop.slack.control.house.add_member(front.OPS, front.GUEST)
    await shop.type("pause acme", user=front.GUEST)
    assert "not something you can do here" in shop.words(front.GUEST)
    assert not await shop.home.store.pauses.all()


async def test_costs_stay_out_of_a_clients_channel(shop: Front) -> None:
    await shop.type("cost", channel=front.ACME)
    assert "ops channel or in a direct message" in shop.words()


@pytest.mark.parametrize("text", ["pause acme", "rerun acme"])
async def test_what_is_acknowledged_is_written_down_already(shop: Front, text: str) -> None:
    written: list[int] = []

    async def ack() -> None:
        written.append(len(await shop.home.store.inbox.undone()))

    async def respond(**_: object) -> SimpleNamespace:
        return SimpleNamespace(status_code=200)

    body = {"text": text, "user_id": front.CLAIRE, "channel_id": front.OPS, "trigger_id": "t1"}
    handler = commands.Commands(shop.desk)
    await handler.report(cast("AsyncAck", ack), cast("AsyncRespond", respond), body)
    await shop.desk.drained()
    assert written == [1]
    assert len(await shop.home.trail()) == 1
    assert not await shop.home.store.inbox.undone()


async def test_many_at_once_are_each_acknowledged_in_time(shop: Front) -> None:
    async with front.asyncio.TaskGroup() as group:
        asked = [
            group.create_task(
                shop.slack.control.command(
                    user=front.CLAIRE, channel=front.OPS, text=f"/report {text}"
                )
            )
            for text in ("status", "schedule", "history acme", "rerun acme", "cost") * 8
        ]
    await shop.desk.drained()
    assert all(one.result().acked for one in asked)
    assert max(one.result().latency_ms for one in asked) < 3000


async def test_a_broken_store_is_told_without_its_innards(shop: Front) -> None:
    shop.home.clients.by_id.clear()
    shop.home.clients.by_id[None] = None  # pyright: ignore[reportArgumentType]
    result = await shop.type("status")
    assert result.acked
    assert "Something went wrong on our side" in shop.words()
    assert "None" not in shop.told().text
