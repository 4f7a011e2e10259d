"""The model behind the wall: asked by Anthropic's own client, with a key that the run never has."""

import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.demo import anthropic
from bot.guard import dial, model, policy, ways
from bot.ipc import told
from bot.ipc.allowance import Allowance
from bot.kinds import billed
from tests.guard import asker, run

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
    pytest.mark.slow,
]
KEY = "shared-" + "key"


@pytest.fixture
def double() -> Iterator[anthropic.Double]:
    with anthropic.Double(key=KEY) as running:
        yield running


async def asked(
    at: Path,
    url: str,
    *names: str,
    calls: int = 9,
    left: Decimal | None = None,
    world: str = "namespaces",
) -> tuple[list[str], list[told.Told]]:
    """Let a walled process try; returns what came of it, and what the bot was told."""
    run.place(at)
    heard: list[told.Told] = []

    async def tell(one: told.Told) -> None:
        heard.append(one)

    allowance = Allowance(model=asker.MODEL, tokens=asker.TOKENS, calls=calls, left=left)
    service = model.open_({"key": KEY, "url": url}, proxy=None)
    async with service.counted(allowance, tell) as join:
        way = ways.Way(
            allowed=(),
            private=policy.Private(),
            told=tell,
            resolve=dial.Names().addresses,
            model=join,
        )
        came = await run.served(way, "tests.guard.asker", str(at), ",".join(names), world)
    await service.close()
    if world == "namespaces":
        run.complete(came)
    return [came[f"{name} {number}"] for number, name in enumerate(names)], heard


async def test_a_run_asks_with_a_key_it_never_sees(
    tmp_path: Path, double: anthropic.Double
) -> None:
    double.answer("One sentence.")
    said, heard = await asked(tmp_path, double.url, "ask", "a key of its own")
    assert [one.split()[-1] for one in said] == ["tokens", "tokens"]
    assert [one.headers["x-api-key"] for one in double.requests] == [KEY, KEY]
    lines = [billed.read(one.line) for one in heard if isinstance(one, told.Spent)]
    assert [f"{one.output_tokens} tokens" for one in lines] == said
    assert all(one.item == asker.MODEL and one.cost > 0 for one in lines)


async def test_without_a_network_of_its_own_it_is_asked_just_so(
    tmp_path: Path, double: anthropic.Double
) -> None:
    said, heard = await asked(tmp_path, double.url, "ask", "a tool", "its address", world="none")
    assert [one.split()[-1] for one in said[:1]] == ["tokens"]
    assert said[1].startswith("400")
    assert said[2] == "ConnectionRefusedError"
    assert [one.headers["x-api-key"] for one in double.requests] == [KEY]
    assert [type(one) for one in heard] == [told.Spent, told.Refused]


async def test_nothing_but_messages_of_text_gets_through(
    tmp_path: Path, double: anthropic.Double
) -> None:
    said, heard = await asked(
        tmp_path,
        double.url,
        *("another model", "many tokens", "a tool", "a fetching tool", "a stream", "a picture"),
        *("a field of its own", "much", "models", "batches", "the service itself", "its address"),
    )
    assert [one.split()[0] for one in said] == [
        *("400", "400", "400", "400", "400", "400", "400", "413"),
        *("NotFoundError", "NotFoundError", "ConnectError", "OSError"),
    ]
    assert not double.requests
    assert [one.host for one in heard if isinstance(one, told.Refused)] == ["api.anthropic.com"]
    assert len(heard) == 1


async def test_calls_are_counted(tmp_path: Path, double: anthropic.Double) -> None:
    said, heard = await asked(tmp_path, double.url, "ask", "ask", "ask", calls=2)
    assert said[2].startswith("402")
    assert (len(double.requests), len(heard)) == (2, 2)


async def test_a_spent_budget_ends_the_asking(tmp_path: Path, double: anthropic.Double) -> None:
    said, heard = await asked(tmp_path, double.url, "ask", "ask", left=Decimal("0.000001"))
    assert said[0].endswith("tokens")
    assert said[1].startswith("402")
    assert "budget" in said[1]
    assert (len(double.requests), len(heard)) == (1, 1)


async def test_what_goes_wrong_there_is_told_here(tmp_path: Path, double: anthropic.Double) -> None:
    for fault in ("LIMITED", "OVERLOADED", "NO_JSON", "CUT"):
        double.fail(anthropic.Fault[fault])
    said, heard = await asked(tmp_path, double.url, "ask", "ask", "ask", "ask")
    assert [one.split()[0] for one in said] == ["429", "529", "JSONDecodeError", "502"]
    assert not heard


async def test_a_service_that_is_away_is_a_fault_of_the_service(tmp_path: Path) -> None:
    said, _ = await asked(tmp_path, "http://127.0.0.1:1", "ask")
    assert said[0].startswith("502")
