"""How a client's sources do, on its status."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain import run
from bot.operations import health, standing
from bot.store import history
from tests import samples
from tests.store import make

NOW = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def test_a_source_that_answers_is_not_fine_while_its_identity_holds_the_report() -> None:
    used = {name: history.Use(at=NOW, failure=None) for name in samples.SOURCES}
    known = health.Known(
        uses=used, look=None, standings=(), sharing={}, doubted={"warehouse"}, now=NOW
    )
    told = {one.name: one for one in health.sources(samples.CLIENT, known)}
    assert (told["warehouse"].ok, told["shop"].ok) == (False, True)
    assert told["warehouse"].text == "answers, but nobody has confirmed whose data it serves"


def test_what_was_held_says_when_it_goes_out() -> None:
    held = replace(make.a_run(), status=run.Status.HELD, post_at=NOW)
    assert standing.goes_out(held, now=NOW) == "it is being posted"
    early = standing.goes_out(held, now=NOW - timedelta(hours=1))
    assert early == "it is posted when its time has come"
