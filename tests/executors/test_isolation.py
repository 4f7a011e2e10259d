"""A client that demands more than the machine gives is refused before anything of it is used."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot import errors
from bot.domain.run import FailureCode
from bot.domain.walls import Layer, Level, Walls
from bot.executors import plain, process, starting
from tests.executors import acting
from tests.guard import clients

BREACH = ("trace the bot",)


class Trusted(plain.Plain):
    """A plain one that is believed to be behind every wall; nobody may start it here."""

    @property
    def most(self) -> Level:
        """More than it has."""
        return Level.STRONG

    def fit(self, order: starting.Ordered) -> starting.Ordered:
        """Never reached."""
        raise AssertionError(order.client)


@pytest.mark.parametrize("demanded", [Level.STRONG, Level.PARTIAL])
async def test_walls_that_let_an_attack_through_are_trusted_no_more(
    tmp_path: Path, demanded: Level
) -> None:
    made = process.ProcessExecutor(memory_mb=512, starter=Trusted(), scratch=tmp_path)
    asked = clients.order(tmp_path)
    order = replace(asked, client=replace(asked.client, isolation=demanded))
    assert made.most is Level.STRONG
    made.distrust(BREACH)
    failure = acting.failure(await made.execute(order))
    assert failure.code is FailureCode.ISOLATION_MISSING
    told = errors.describe(failure)
    assert f"demands isolation {demanded}" in told
    assert "none (an attack came through: trace the bot)" in told


def test_what_one_layer_lacks_is_told_with_its_reason() -> None:
    kept = {Layer.KEEPER: "its credentials come from the environment (env://)"}
    less = Walls(stand=frozenset(Layer) - kept.keys(), missing=kept)
    assert less.told == "partial: its credentials come from the environment (env://)"
    many: dict[Layer, str] = dict.fromkeys((Layer.USER, Layer.NETWORK), "no")
    fewer = Walls(stand=frozenset(Layer) - many.keys(), missing=many)
    assert fewer.told == "partial (without network namespace, user namespace)"
    assert Walls(stand=frozenset(Layer)).told == "strong"
